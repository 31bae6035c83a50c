import io
from dataclasses import replace

import pikepdf
import pytest
from pypdf import PdfReader

from app.reports.bound import bound_pdf
from app.reports.document import Cancelled
from app.reports.packet import packet_pdf
from app.rules.packet_facts import LineFacts, PacketFacts
from app.rules.papers import BoundIndex, NotBilled
from tests.reports import reading, samples
from tests.reports.test_packet import PARTS


def patients(count: int) -> list[PacketFacts]:
    return [
        samples.packet(
            patient=replace(samples.ADA, name=f"Patient Nr{at:03d}", record_id=f"P-{at:06d}"),
            making=replace(samples.MAKING, packet_id=f"CL-2026-10-{at:06d}-1"),
        )
        for at in range(count)
    ]


INDEX = BoundIndex(
    samples.CLINIC,
    "2026-10",
    replace(samples.MAKING, packet_id="CL-2026-10-bound-1"),
    (
        NotBilled(
            replace(samples.ADA, name="Short Person", record_id="P-9"), ("Time is below the first threshold",), 725
        ),
        NotBilled(replace(samples.ADA, name="No Plan", record_id="P-8"), ("No care plan", "No consent on record")),
    ),
)


def test_patients_and_their_parts_are_bookmarked_between_index_and_not_billed() -> None:
    pdf = bound_pdf(patients(3), INDEX)
    marks = reading.outline(pdf)
    tops = [title for level, title, _ in marks if level == 0]
    assert tops == ["Index", *(f"Patient Nr{at:03d} · October 2026" for at in range(3)), "Not billed"]
    parts = [title for level, title, _ in marks if level == 1]
    assert parts == PARTS * 3
    pages = reading.pages(pdf)
    for at in range(3):
        page = next(page for _, title, page in marks if title.startswith(f"Patient Nr{at:03d}"))
        assert f"P-{at:06d} · page 1 of 6" in pages[page - 1]


def test_the_index_names_sheets_and_totals_that_are_true() -> None:
    pdf = bound_pdf(patients(60), INDEX)
    pages = reading.pages(pdf)
    front = " ".join(pages[:3])
    starts = {title: page for level, title, page in reading.outline(pdf) if level == 0}
    for at in (0, 31, 59):
        row = f"{at + 1} Patient Nr{at:03d} P-{at:06d} 99490 ×1, 99439 ×1 43:30 $116.57"
        assert f"{row} {starts[f'Patient Nr{at:03d} · October 2026']} Billed by José Núñez, MD" in front
    assert f"Sheets in all {len(pages)}" in front
    assert "Packets 60" in front
    assert "Time that counts 43:30:00" in front
    assert "99439 60 $3,026.40 99490 60 $3,967.80" in front
    assert "Charges $6,994.20" in front
    assert "page 1 of 3" in pages[0]


def test_the_not_billed_list_gives_every_reason() -> None:
    last = reading.pages(bound_pdf(patients(1), INDEX))[-1]
    assert "Short Person P-9 Time is below the first threshold 12:05" in last
    assert "No Plan P-8 No care plan No consent on record 0:00" in last


def test_a_bound_packet_reads_as_the_packet_alone() -> None:
    facts = patients(2)
    bound = reading.pages(bound_pdf(facts, INDEX))
    alone = reading.pages(packet_pdf(facts[1]))
    assert bound[7:13] == alone


def test_void_packets_are_bound_but_not_summed() -> None:
    one, two = patients(2)
    gone = replace(two, making=replace(two.making, state="void", superseded_by=2))
    front = reading.pages(bound_pdf([one, gone], INDEX))[0]
    assert "Packets 2, 1 of them not final" in front
    assert "Patient Nr001 (void)" in front
    assert "Charges $116.57" in front


def test_a_code_without_a_charge_leaves_the_sum_unknown() -> None:
    one = patients(1)[0]
    unpriced = replace(one, readiness=replace(one.readiness, lines=(LineFacts("99490", 1),)))
    assert "Charges Not all codes have one" in reading.pages(bound_pdf([unpriced], INDEX))[0]


def test_an_index_row_leads_to_its_packet() -> None:
    reader = PdfReader(io.BytesIO(bound_pdf(patients(2), INDEX)))
    links = [note.get_object() for note in reader.pages[0]["/Annots"]]  # type: ignore[attr-defined]
    assert [link["/Subtype"] for link in links] == ["/Link", "/Link"]


def test_the_bound_file_is_sound_and_always_the_same() -> None:
    facts = patients(3)
    first = bound_pdf(facts, INDEX)
    assert bound_pdf(facts, INDEX) == first
    with pikepdf.open(io.BytesIO(first)) as file:
        assert file.check_pdf_syntax() == []


def test_nobody_ready_still_makes_a_file() -> None:
    pages = reading.pages(bound_pdf([], INDEX))
    assert "No packet." in pages[0]
    assert "Short Person" in pages[1]


def test_progress_is_told_and_a_stop_is_obeyed() -> None:
    told: list[tuple[int, int]] = []
    bound_pdf(patients(3), INDEX, progress=lambda done, of: told.append((done, of)))
    assert told == [(1, 3), (2, 3), (3, 3)]
    told.clear()
    with pytest.raises(Cancelled):
        bound_pdf(
            patients(3), INDEX, progress=lambda done, of: told.append((done, of)), cancelled=lambda: len(told) == 2
        )
    assert told == [(1, 3), (2, 3)]
