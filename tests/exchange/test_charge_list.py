import csv
import io
import zipfile
from dataclasses import replace
from decimal import Decimal
from typing import Any

import openpyxl
import pytest

from app.exchange.charge_list import HEADERS, charge_list_csv, charge_list_xlsx
from app.exchange.xlsx_file import XlsxSheet, xlsx_bytes
from app.rules.packet_facts import FINAL, LineFacts, PacketFacts
from tests.reports.samples import packet


def finals(*names: str) -> list[PacketFacts]:
    made = []
    for number, name in enumerate(names, 1):
        facts = packet()
        making = replace(facts.making, packet_id=f"CL-2026-10-{number:04d}-r1", state=FINAL)
        patient = replace(facts.patient, name=name, claim_name=name)
        made.append(replace(facts, making=making, patient=patient))
    return made


def read_csv(data: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"), newline="")))


def read_sheet(data: bytes, name: str) -> list[tuple[Any, ...]]:
    return list(openpyxl.load_workbook(io.BytesIO(data))[name].values)


def test_every_line_of_every_packet_is_one_row_and_the_sums_are_theirs() -> None:
    packets = finals("HALE, MIRIAM", "O'BRIEN, CONNOR")
    rows = read_csv(charge_list_csv(packets))

    lines = [line for facts in packets for line in facts.readiness.lines]
    assert [(row["code"], int(row["units"])) for row in rows] == [(line.code, line.units) for line in lines]
    assert sum(Decimal(row["charge"]) for row in rows) * 100 == sum(line.charge_cents or 0 for line in lines)
    for column, whole in (
        ("staff_seconds", sum(facts.readiness.staff_seconds for facts in packets)),
        ("practitioner_seconds", sum(facts.readiness.practitioner_seconds for facts in packets)),
    ):
        assert sum(int(row[column]) for row in rows if row[column]) == whole


def test_the_workbook_says_the_same_as_the_csv() -> None:
    packets = finals("HALE, MIRIAM", "QUILL, NORA")
    head, *rows = read_sheet(charge_list_xlsx(packets), "Charges")

    assert head == HEADERS
    said = [{name: "" if cell is None else str(cell) for name, cell in zip(head, row, strict=True)} for row in rows]
    told = read_csv(charge_list_csv(packets))
    for one, other in zip(said, told, strict=True):
        assert Decimal(one.pop("charge")) == Decimal(other.pop("charge"))
        assert one == other


def test_the_same_packets_give_the_same_bytes() -> None:
    packets = finals("HALE, MIRIAM")
    assert charge_list_xlsx(packets) == charge_list_xlsx(packets)
    assert charge_list_csv(packets) == charge_list_csv(packets)
    with zipfile.ZipFile(io.BytesIO(charge_list_xlsx(packets))) as book:
        assert {part.date_time for part in book.infolist()} == {(1980, 1, 1, 0, 0, 0)}


@pytest.mark.parametrize("name", ['=HYPERLINK("http://x","y")', "+1+1", "@SUM(A1)", "-2", "\ufeff=1+1", "\t=1"])
def test_a_name_is_never_run_as_a_formula(name: str) -> None:
    packets = finals(name)
    (row, *_) = read_csv(charge_list_csv(packets))
    assert row["patient"].startswith("'")

    book = openpyxl.load_workbook(io.BytesIO(charge_list_xlsx(packets)))
    cell = book["Charges"].cell(2, HEADERS.index("patient") + 1)
    assert cell.data_type == "s"
    assert cell.value == name


def test_a_charge_that_was_never_set_is_empty_and_the_total_says_so() -> None:
    (facts,) = finals("HALE, MIRIAM")
    lines = (LineFacts("99490", 1, 7000), LineFacts("99439", 2, None))
    facts = replace(facts, readiness=replace(facts.readiness, lines=lines))

    assert [row["charge"] for row in read_csv(charge_list_csv([facts]))] == ["70.00", ""]
    totals = dict(read_sheet(charge_list_xlsx([facts]), "Totals"))
    assert totals["Charges"] == "Not all codes have a charge"


def test_a_control_sign_cannot_break_the_workbook() -> None:
    data = xlsx_bytes([XlsxSheet("List", ("name",), [("a\x00b\x1bc",)])])
    assert read_sheet(data, "List")[1] == ("a\ufffdb\ufffdc",)


def test_a_row_that_is_too_short_is_a_fault() -> None:
    with pytest.raises(ValueError, match="not as long"):
        xlsx_bytes([XlsxSheet("List", ("name", "other"), [("a",)])])
