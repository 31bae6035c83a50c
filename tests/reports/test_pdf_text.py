import ast
import io
import unicodedata
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from reportlab.pdfgen.canvas import Canvas

from app.reports.packet import packet_pdf
from app.reports.page import Cell, Column, Flow, Row
from app.reports.pdf_text import BOLD, REGULAR, Printable, Run, Typesetter, paint, unprintable
from app.reports.sheet import RIGHT
from tests.reports import reading, samples

APP = Path(__file__).resolve().parents[2] / "app"
DOOR = APP / "reports" / "pdf_text.py"

NAMES = st.text(
    st.characters(min_codepoint=32, max_codepoint=0x24F, exclude_categories=("Cc", "Cf")), min_size=1, max_size=40
).filter(lambda name: bool(name.strip()))


@pytest.mark.parametrize(
    "name",
    [
        "<b>Al</b> & </para>",
        '<img src="/etc/hostname"/>',
        '<font color="[[[1]]]">x</font>',
        "O’Brien-O'Neil %s {0} \\n (((",
        "José Łódź Ştefănescu Νίκος Дмитрий",
    ],
)
def test_markup_and_western_names_print_as_they_are(name: str) -> None:
    pdf = packet_pdf(samples.packet(patient=replace(samples.ADA, name=name)))
    assert reading.tight(name) in reading.tight(reading.text(pdf))
    assert not unprintable(name)


@settings(max_examples=25, deadline=None)
@given(NAMES)
def test_any_latin_name_can_be_read_back(name: str) -> None:
    flow = Flow(Typesetter())
    flow.table((Column(1, "Name"),), (Row((name,)),))
    out = io.BytesIO()
    canvas = Canvas(out, invariant=1)
    for page in flow.pages:
        paint(canvas, page.runs)
        canvas.showPage()
    canvas.save()
    assert reading.tight(unicodedata.normalize("NFC", name)) in reading.tight(reading.text(out.getvalue()))


@pytest.mark.parametrize(
    ("hostile", "printed"),
    [
        ("王秀英", "⟦U+738B U+79C0 U+82F1⟧"),
        ("a\u202eb", "a⟦U+202E⟧b"),
        ("a\x00\x00\x00b", "a⟦U+0000 ×3⟧b"),
        ("\ud800", "⟦U+D800⟧"),
        ("שלום", "⟦U+05E9 U+05DC U+05D5 U+05DD⟧"),
        ("so\u00adft\u200b", "so⟦U+00AD⟧ft⟦U+200B⟧"),
        ("⟦", "⟦U+27E6⟧"),
        ("🙂", "⟦U+1F642⟧"),
        ("Jose\u0301", "José"),
        ("q" + "\u0301" * 1000, "q\u0301\u0301⟦+998 marks⟧"),
        ("a\tb\r\nc\u2028d", "a    b\nc\nd"),
    ],
)
def test_what_cannot_be_set_prints_as_its_number(hostile: str, printed: str) -> None:
    assert Typesetter().printable(hostile) == printed


def test_a_page_with_substitutes_says_so_and_others_do_not() -> None:
    notice = "Characters that this paper cannot print"
    hostile = reading.pages(packet_pdf(samples.packet(chain_head="王")))
    assert notice in hostile[-1]
    assert all(notice not in page for page in hostile[:-1])
    assert unprintable("Ada 王秀英\u202e王") == "王秀英\u202e"


def test_a_word_of_twenty_thousand_letters_is_broken_and_whole() -> None:
    word = "".join(chr(ord("a") + at % 26) for at in range(20_000))
    typesetter = Typesetter()
    lines = typesetter.lines(word, REGULAR, 7.0, 120.0)
    assert "".join(lines) == word
    assert all(typesetter.width(line, REGULAR, 7.0) <= 120.0 for line in lines)


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=200), st.floats(min_value=12, max_value=400), st.sampled_from([REGULAR, BOLD]))
def test_lines_fit_and_lose_nothing(text: str, width: float, face: str) -> None:
    typesetter = Typesetter()
    lines = typesetter.lines(text, face, 8.0, width)
    assert reading.tight("".join(lines)) == reading.tight(typesetter.printable(text))
    for line in lines:
        assert typesetter.width(line, face, 8.0) <= width or len(line) == 1
        assert not unprintable(line.replace("⟦", ""))


@settings(max_examples=40, deadline=None)
@given(st.lists(st.text(max_size=600), min_size=1, max_size=12), st.integers(2, 5))
def test_nothing_leaves_the_page_and_no_cell_is_lost(texts: list[str], across: int) -> None:
    typesetter = Typesetter()
    flow = Flow(typesetter)
    rows = [Row(tuple(texts), (Cell(text),)) for text in texts]
    flow.table([Column(1)] * across, rows)
    runs = [run for page in flow.pages for run in page.runs]
    assert all(66 <= run.y <= 738 for run in runs)
    assert all(run.x + typesetter.width(run.text, run.face, run.size) <= RIGHT + 0.01 for run in runs)
    wanted = [*texts[:across] * len(texts), *texts]
    printed = sorted("".join(run.text for run in runs))
    assert reading.tight("".join(printed)) == reading.tight("".join(sorted("".join(map(typesetter.printable, wanted)))))


def test_shortened_text_says_that_it_was_cut() -> None:
    typesetter = Typesetter()
    cut = typesetter.shortened("A very long clinic name indeed", REGULAR, 7.0, 60.0)
    assert cut.endswith("…")
    assert typesetter.width(cut, REGULAR, 7.0) <= 60.0
    assert typesetter.shortened("Short", REGULAR, 7.0, 60.0) == "Short"


def test_text_that_skipped_the_door_is_not_drawn() -> None:
    raw = Run(10, 10, REGULAR, 9, (0, 0, 0), Printable("王"))
    with pytest.raises(AssertionError, match="did not come through the typesetter"):
        paint(Canvas(io.BytesIO(), invariant=1), [raw])


_RAW_NAMES = {
    *("drawString", "drawRightString", "drawCentredString", "drawAlignedString", "beginText", "drawText", "textOut"),
    *("textLine", "textLines", "addOutlineEntry", "bookmarkPage", "drawImage", "drawInlineImage", "stringWidth"),
    *("Paragraph", "XPreformatted", "Preformatted", "simpleSplit"),
}


def _raw_text(source: str) -> set[str]:
    """Names in a module that would put text into a PDF past the door."""
    found = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Attribute) and node.attr in _RAW_NAMES:
            found.add(node.attr)
        if isinstance(node, ast.Name) and node.id in _RAW_NAMES:
            found.add(node.id)
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("reportlab"):
            found |= {node.module or "" for _ in [0] if "platypus" in (node.module or "")}
            found |= {alias.name for alias in node.names if alias.name in _RAW_NAMES}
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names if alias.name.startswith("reportlab")}
    return found


def test_only_the_door_puts_text_into_a_pdf() -> None:
    modules = [path for path in APP.rglob("*.py") if path != DOOR and "reportlab" in path.read_text("utf-8")]
    assert modules, "the canvas is made somewhere"
    assert {path.name: found for path in modules if (found := _raw_text(path.read_text("utf-8")))} == {}
    reports = [path for path in (APP / "reports").glob("*.py") if path != DOOR]
    assert {path.name: found for path in reports if (found := _raw_text(path.read_text("utf-8")))} == {}


def test_the_search_for_raw_text_finds_it() -> None:
    assert _raw_text(DOOR.read_text("utf-8"))
    assert _raw_text("from reportlab.platypus import Paragraph\nParagraph('x')") == {"reportlab.platypus", "Paragraph"}
    assert _raw_text("canvas.drawString(0, 0, name)") == {"drawString"}
