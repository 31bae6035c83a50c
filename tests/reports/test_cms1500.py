from dataclasses import replace

import pypdfium2
import pytest

from app.reports.cms1500 import calibration_pdf, claim_forms_pdf, data_sheets_pdf
from app.reports.cms1500_boxes import boxes, forms_of
from app.rules.claim_facts import Address, ClaimFacts, Location, Party
from app.rules.packet_facts import LineFacts
from tests.exchange.claims import SAMPLE_CONDITIONS, claim
from tests.reports.reading import outline, text, tight

NEAR = 0.5  # mm
MM = 25.4 / 72

# Where the form's boxes begin, in millimetres from the sheet's left and top edge to the first sign's left and baseline.
PLACES = {
    "1EG4TE5MK73": (132.9, 40.9),  # 1a
    "LODZ-OKAFOR, ADA, M": (8.5, 49.4),  # 2
    "9 ORCHARD STREET": (8.5, 57.9),  # 5
    "NONE": (132.9, 83.3),  # 11
    "E119": (13.5, 167.9),  # 21 A
    "I5022": (46.6, 167.9),  # 21 B
    "99490": (69.4, 193.3),  # 24D, first line
    "99439": (69.4, 201.8),  # 24D, second line
    "AB": (120.2, 193.3),  # 24E
    "375550142": (8.5, 244.1),  # 25
    "A-5521": (64.3, 244.1),  # 26
    "PRAIRIE FAMILY MEDICINE": (132.9, 252.6),  # 33
    "1679576722": (132.9, 265.3),  # 33a
}


def placed(pdf: bytes, page: int = 0) -> dict[str, tuple[float, float]]:
    """Each text of a page and where it begins, in mm from the left and from the top."""
    found: dict[str, tuple[float, float]] = {}
    document = pypdfium2.PdfDocument(pdf)
    sheet = document[page]
    height = sheet.get_height()
    reader = sheet.get_textpage()
    for each in sheet.get_objects():
        matrix = each.get_matrix()
        left, bottom, right, top = each.get_bounds()
        words = reader.get_text_bounded(left - 0.5, bottom - 0.5, right + 0.5, top + 0.5).strip()
        found.setdefault(words, (matrix.e * MM, (height - matrix.f) * MM))
    document.close()
    return found


@pytest.mark.parametrize(("right", "down"), [(0, 0), (15, -27), (-300, 300)])
def test_every_text_stands_in_its_box_within_half_a_millimetre(right: int, down: int) -> None:
    found = placed(claim_forms_pdf([claim()], right, down))
    for words, (x, y) in PLACES.items():
        at = found[words]
        assert at[0] == pytest.approx(x + right / 10, abs=NEAR), words
        assert at[1] == pytest.approx(y + down / 10, abs=NEAR), words


def test_ten_signs_are_an_inch() -> None:
    document = pypdfium2.PdfDocument(claim_forms_pdf([claim(place_of_service="11")]))
    reader = document[0].get_textpage()
    whole = reader.get_text_range()
    first = whole.index("LODZ-OKAFOR")
    lefts = [reader.get_charbox(first + at, loose=True)[0] for at in range(11)]
    assert (lefts[10] - lefts[0]) * MM == pytest.approx(25.4, abs=0.1)
    document.close()


def test_the_money_leaves_out_its_point() -> None:
    words = {box.number + box.name: box.text for box in boxes(claim(), claim().lines)}
    assert words["24FLine 1 charge"] == "   95 00"
    assert words["28Total charge"] == "  235 50"


def test_more_than_six_lines_take_a_second_form_with_its_own_total() -> None:
    lines = tuple(LineFacts(f"9949{number}", 1, 1_000 + number) for number in range(8))
    made = claim(lines=lines)
    assert [len(each) for each in forms_of(made)] == [6, 2]
    pdf = claim_forms_pdf([made, claim(2)])
    assert len(pypdfium2.PdfDocument(pdf)) == 3
    first, second = placed(pdf, 0), placed(pdf, 1)
    assert "99490" in first
    assert "99496" not in first
    assert "99496" in second
    totals = [next(box.text for box in boxes(made, part) if box.number == "28") for part in forms_of(made)]
    assert totals == ["   60 15", "   20 13"]


def test_twelve_diagnoses_fill_their_three_rows() -> None:
    codes = (*SAMPLE_CONDITIONS, "Z79.4", "I48.91")
    found = placed(claim_forms_pdf([claim(diagnoses=codes)]))
    assert found["I4891"][0] == pytest.approx(112.6, abs=NEAR)
    assert found["I4891"][1] == pytest.approx(176.4, abs=NEAR)
    assert {"I4891", "Z794"} <= set(found)


def test_a_hostile_name_is_typed_in_plain_letters_and_kept_in_its_box() -> None:
    made = claim()
    who = replace(made.subscriber, party=Party("Ñoño*~<b>" + "x" * 60, "Zoë"))
    (name,) = [box for box in boxes(replace(made, subscriber=who), made.lines) if box.number == "2"]
    assert name.is_cut
    assert name.printed.startswith("NONO")
    assert len(name.printed) <= 28
    assert name.printed.isascii()


def test_a_place_of_service_elsewhere_has_its_box() -> None:
    place = Location("Prairie North", Address("1 North St.", "", "Peoria", "IL", "616039999"), "1679576722")
    found = placed(claim_forms_pdf([claim(location=place)]))
    assert found["PRAIRIE NORTH"][0] == pytest.approx(64.3, abs=NEAR)
    assert found["PEORIA IL 61603-9999"][1] == pytest.approx(261.1, abs=NEAR)


def test_the_same_claims_print_the_same_bytes() -> None:
    assert claim_forms_pdf([claim()]) == claim_forms_pdf([claim()])
    assert data_sheets_pdf([claim()]) == data_sheets_pdf([claim()])


def test_the_calibration_page_names_nobody() -> None:
    words = text(calibration_pdf(10, 10))
    assert "COLUMN 50" in words
    assert "ORCHARD" not in words


def sheet_of(made: ClaimFacts) -> str:
    return text(data_sheets_pdf([made]))


def test_the_data_sheet_says_what_goes_where_and_what_is_missing() -> None:
    words = tight(sheet_of(claim(subscriber=replace(claim().subscriber, mbi=""))))
    assert tight("The patient's Medicare number (MBI) is missing.") in words
    assert tight("Total charge") in words
    assert "235.50" in words
    assert tight("33a Billing NPI 1679576722") in words


def test_the_data_sheets_are_bookmarked_by_patient() -> None:
    pdf = data_sheets_pdf([claim(1), claim(2)])
    assert [(level, page) for level, _, page in outline(pdf)] == [(0, 1), (0, 3)]


def test_a_claim_of_none_is_still_a_sheet() -> None:
    made = claim(lines=(), diagnoses=(), signed_on="", served_on="")
    assert "not recorded" in sheet_of(made)
