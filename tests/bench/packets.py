"""A thousand packets, beside the same text drawn on a bare canvas at the same places."""

import io
from collections.abc import Iterator

from reportlab.pdfbase.pdfmetrics import registerFont
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

from app.assets import RESOURCES
from app.reports.packet import packet_pages, packet_pdf
from app.reports.pdf_text import Run, Typesetter
from tests.bench.stopwatch import best, line
from tests.reports.samples import packet

FACE = "BenchDejaVu"
LETTER = (612.0, 792.0)


def measure(*, short: bool) -> Iterator[str]:
    """Yield one line."""
    many = 5 if short else 1_000
    facts = packet()
    pages = packet_pages(facts, Typesetter(), "p")
    registerFont(TTFont(FACE, str(next((RESOURCES / "fonts").rglob("DejaVuSans.ttf")))))
    written = [[_words(run) for run in page.runs] for page in pages]

    def ours() -> None:
        for _ in range(many):
            packet_pdf(facts)

    def bare() -> None:
        for _ in range(many):
            canvas = Canvas(io.BytesIO(), pagesize=LETTER, invariant=1, pageCompression=1)
            for page in written:
                for x, y, size, text in page:
                    canvas.setFont(FACE, size)
                    canvas.drawString(x, y, text)
                canvas.showPage()
            canvas.save()

    yield line(
        f"{many:,} packets of {len(pages)} pages",
        best(ours, 1),
        "bare canvas",
        best(bare, 1),
        "6 s for three pages each",
    )


def _words(run: Run) -> tuple[float, float, float, str]:
    return run.x, run.y, run.size, str(run.text)
