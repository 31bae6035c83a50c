"""One closed month of the demo clinic, added up in every place where it is written down: always the same sums."""

import csv
import io
import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest
from pypdf import PdfReader

from app import assets
from app.compose import open_desk
from app.rules.evaluate import evaluate
from app.rules.month import Month
from app.rules.packet_facts import PacketFacts
from app.services.demo import Demo, DemoPlan, create_demo
from app.services.desk import Desk
from app.services.founding import House
from app.services.judging import clinic_of
from app.services.making import kept_packets
from app.services.month_case import gather
from tests.exchange.claims import segments, validate


@dataclass(frozen=True)
class Sums:
    """What a month comes to: packets, counted seconds, units by code, cents."""

    packets: int
    seconds: int | None
    units: Counter[str]
    cents: int | None


@dataclass
class ClosedDemo:
    desk: Desk
    month: Month
    out: Path
    folder: Path
    demo: Demo
    packets: list[PacketFacts]

    @property
    def told(self) -> Sums:
        """The sums of the packets' frozen facts."""
        units: Counter[str] = Counter()
        for facts in self.packets:
            units.update({line.code: line.units for line in facts.readiness.lines})
        return Sums(
            len(self.packets),
            sum(facts.readiness.pooled_seconds for facts in self.packets),
            units,
            sum(line.charge_cents or 0 for facts in self.packets for line in facts.readiness.lines),
        )


@pytest.fixture(scope="module")
def size(rounds: Callable[[int, int], int]) -> int:
    return rounds(40, 1_000)


@pytest.fixture
def closed(house: House, tmp_path: Path, size: int) -> Iterator[ClosedDemo]:
    """The demo clinic's last month: approved by its practitioners, closed by its manager."""
    folder = tmp_path / "demo"
    demo = create_demo(folder, house, DemoPlan(patients=size, months=1))
    month = demo.finished[-1]
    for user in demo.users:
        if "Billing practitioner" in user.roles:
            approve_own(folder, user.username, demo.password, house, month)
    manager = next(user.username for user in demo.users if "Office manager" in user.roles)
    desk = open_desk(folder, manager, demo.password, house)
    desk.month_end.make(desk.actor, month, tmp_path / "out", close=True)
    with desk.opened.ledger.reading(desk.actor, "claim.read") as reading:
        kept = [row for row in kept_packets(reading.session, month).values() if row.state == "final"]
        packets = [PacketFacts.from_json(row.facts) for row in kept]
    yield ClosedDemo(desk, month, tmp_path / "out", folder, demo, packets)
    desk.close()


def approve_own(folder: Path, username: str, password: str, house: House, month: Month) -> None:
    desk = open_desk(folder, username, password, house)
    own = {row.npi for row in desk.practitioners.rows(desk.actor) if row.person_id == desk.actor.person_id}
    for row in desk.readiness.board(desk.actor, month).rows:
        if row.state == "ready" and row.npi in own:
            desk.month_end.approve(desk.actor, row.patient_id, month, password)
    desk.close()


@pytest.mark.timeout(1_800)  # the long form has a thousand patients
def test_ledger_board_csv_xlsx_packets_and_claims_come_to_the_same(closed: ClosedDemo) -> None:
    told = closed.told
    assert told.packets > 5
    assert ledger(closed) == told
    assert board(closed) == told
    assert of_csv(closed) == told
    assert of_xlsx(closed) == told
    assert of_papers(closed) == told

    sent = closed.desk.claims.month_files(closed.desk.actor, closed.month)
    held = {left.packet_no for left in sent.left_out}
    # Of the invented people some have no Medicare number yet, some no known coverage; hard names keep nobody back.
    assert {reason for left in sent.left_out for reason in left.reasons} <= {
        "The patient's Medicare number (MBI) is missing.",
        "The patient's coverage is not Medicare Part B, which is the only payer CareLoop bills.",
    }
    claimed = ClosedDemo(
        closed.desk,
        closed.month,
        closed.out,
        closed.folder,
        closed.demo,
        [facts for facts in closed.packets if facts.making.packet_id not in held],
    ).told
    (file,) = sent.files
    assert validate(file.content).accepted
    assert of_837p(file.content) == Sums(claimed.packets, None, claimed.units, claimed.cents)
    assert (sent.claimed, sent.cents) == (claimed.packets, claimed.cents)
    again = closed.desk.claims.month_files(closed.desk.actor, closed.month)
    assert (again.claimed, again.files) == (0, sent.files)


def ledger(closed: ClosedDemo) -> Sums:
    """What the rules make of the record as it is now, for the patients with a packet."""
    wanted = {facts.patient.record_id for facts in closed.packets}
    book = assets.load_rule_book()
    seconds, units, packets = 0, Counter[str](), 0
    with closed.desk.opened.ledger.reading(closed.desk.actor, "claim.read") as reading:
        clinic = clinic_of(reading.session)
        for patient, case in gather(reading.session, closed.month, clinic.time_zone, clinic.setting):
            if f"P-{patient.id:06d}" in wanted:
                result = evaluate(case, book)
                packets += 1
                seconds += result.clinical_staff_seconds + result.practitioner_seconds
                units.update({line.code: line.units for line in result.lines})
    return Sums(packets, seconds, units, charged(units))


def board(closed: ClosedDemo) -> Sums:
    rows = [row for row in closed.desk.readiness.board(closed.desk.actor, closed.month).rows if row.state == "exported"]
    units: Counter[str] = Counter()
    for row in rows:
        units.update({line.code: line.units for line in row.lines})
    seconds = sum(row.staff_seconds + row.practitioner_seconds for row in rows)
    return Sums(len(rows), seconds, units, charged(units))


def of_csv(closed: ClosedDemo) -> Sums:
    text = (closed.out / "charges.csv").read_bytes().decode("utf-8-sig")
    return of_list(list(csv.DictReader(io.StringIO(text, newline=""))))


def of_xlsx(closed: ClosedDemo) -> Sums:
    head, *rows = openpyxl.load_workbook(closed.out / "charges.xlsx")["Charges"].values
    named = [
        {str(name): "" if cell is None else str(cell) for name, cell in zip(head, row, strict=True)} for row in rows
    ]
    return of_list(named)


def of_list(rows: list[dict[str, str]]) -> Sums:
    units: Counter[str] = Counter()
    for row in rows:
        units.update({row["code"]: int(row["units"])})
    seconds = sum(int(row[name] or 0) for row in rows for name in ("staff_seconds", "practitioner_seconds"))
    cents = sum(Decimal(row["charge"]) * 100 for row in rows)
    assert cents == int(cents)
    return Sums(len({row["packet"] for row in rows}), seconds, units, int(cents))


def of_papers(closed: ClosedDemo) -> Sums:
    """What the packets themselves say, each read from the cover of its own PDF."""
    units: Counter[str] = Counter()
    seconds = cents = packets = 0
    for path in sorted((closed.out / "packets").glob("*.pdf")):
        words = "\n".join(page.extract_text() for page in PdfReader(path).pages)
        cover = words[words.index("Codes\n") : words.index("Family:")]
        packets += 1
        # A long list of diagnoses breaks a row into lines, so a row is read up to its amount.
        for code, many in re.findall(r"^(99\d{3}) \d\d/.*?\s(\d+)\s\$[\d,]+\.\d\d$", cover, re.MULTILINE | re.DOTALL):
            units.update({code: int(many)})
        (together,) = re.findall(r"^Together ([\d,]+) ", cover, re.MULTILINE)
        seconds += int(together.replace(",", ""))
        (total,) = re.findall(r"^Total \$([\d,]+\.\d\d)$", cover, re.MULTILINE)
        cents += int(Decimal(total.replace(",", "")) * 100)
    return Sums(packets, seconds, units, cents)


def of_837p(data: bytes) -> Sums:
    found = segments(data)
    units: Counter[str] = Counter()
    for segment in found:
        if segment[0] == "SV1":
            units.update({segment[1].removeprefix("HC:"): int(segment[4])})
    claims = [segment for segment in found if segment[0] == "CLM"]
    lines = sum(Decimal(segment[2]) for segment in found if segment[0] == "SV1")
    assert lines == sum(Decimal(segment[2]) for segment in claims)
    return Sums(len(claims), None, units, int(lines * 100))


def charged(units: Counter[str]) -> int:
    """What the demo clinic asks for so many units."""
    charges = assets.load_toml("demo/town.toml")["charges"]
    return sum(int(charges[code]) * many for code, many in units.items())
