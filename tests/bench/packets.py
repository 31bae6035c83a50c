"""A thousand packets, no two alike, beside the same text drawn on a bare canvas at the same places."""

import io
from collections.abc import Iterator
from dataclasses import replace
from itertools import cycle, islice

from reportlab.pdfbase.pdfmetrics import registerFont
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

from app.assets import RESOURCES
from app.reports.packet import packet_pages, packet_press
from app.reports.pdf_text import Run, Typesetter
from app.rules.packet_facts import PacketFacts
from tests.bench.stopwatch import best, line
from tests.reports.samples import packet

FACE = "BenchDejaVu"
LETTER = (612.0, 792.0)
ALIKE = 500
"""So many packets of different patients; more of them are these again."""


def measure(*, short: bool) -> Iterator[str]:
    """Yield one line."""
    many = 5 if short else 1_000
    facts = [_of_patient(number) for number in range(min(many, ALIKE))]
    pages = [packet_pages(each, Typesetter(), "p") for each in facts]
    registerFont(TTFont(FACE, str(next((RESOURCES / "fonts").rglob("DejaVuSans.ttf")))))
    written = [[[_words(run) for run in page.runs] for page in each] for each in pages]

    def ours() -> None:
        draw = packet_press()
        for each in islice(cycle(facts), many):
            draw(each)

    def bare() -> None:
        for each in islice(cycle(written), many):
            canvas = Canvas(io.BytesIO(), pagesize=LETTER, invariant=1, pageCompression=1)
            for page in each:
                for x, y, size, text in page:
                    canvas.setFont(FACE, size)
                    canvas.drawString(x, y, text)
                canvas.showPage()
            canvas.save()

    yield line(
        f"{many:,} packets of {len(pages[0])} pages",
        best(ours, 1),
        "bare canvas",
        best(bare, 1),
        "within 1.4 ×",
    )


def _of_patient(number: int) -> PacketFacts:
    """A packet whose names, numbers and notes are its own."""
    facts = packet()
    name = f"Ada Quill-{number:04d}"
    patient = replace(facts.patient, name=name, claim_name=name.upper(), record_id=f"P-{number:06d}", mrn=f"M{number}")
    time = tuple(
        replace(entry, description=f"{entry.description} {number * 7919 % 1000} steps a day; walks {at} blocks.")
        for at, entry in enumerate(facts.time)
    )
    return replace(facts, patient=patient, time=time)


def _words(run: Run) -> tuple[float, float, float, str]:
    return run.x, run.y, run.size, str(run.text)
