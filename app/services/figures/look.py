"""What every report is made with: the open session, the clinic's day, and the patients it may speak of."""

import json
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.models import Clinic, Enrolment, Packet, Patient, Person, Practitioner
from app.rules.case_json import parse_case
from app.rules.month import Month
from app.rules.month_case import MonthCase
from app.rules.packet_facts import FINAL
from app.rules.rule_book import RuleBook
from app.services.figures.kinds import ReportKind, Wanted
from app.services.judging import Judged, judge
from app.services.month_case import gather
from app.services.packet_gathering import local_iso, record_number
from app.services.patient_rows import display_name

Step = Callable[[int, int, str], None]
"""Told how far the work is, (done, of, what); may raise to stop it."""


@dataclass(frozen=True, slots=True)
class Who:
    """A patient in a report. `name` is the record number where the reader may not see names.

    `status` is enrolled, declined or stopped, empty: never asked. `practitioner` is a name, or an NPI without one.
    """

    patient_id: int
    name: str
    sort_name: str
    record: str
    owner_id: int | None
    npi: str
    practitioner: str
    status: str


@dataclass(frozen=True, slots=True)
class Look:
    """An open reading, and what the report is asked for. `may_name`: the reader may see patients' names."""

    session: Session
    clinic: Clinic
    book: RuleBook
    kind: ReportKind
    wanted: Wanted
    now: datetime
    may_name: bool
    action_names: Mapping[str, str]
    role_names: Mapping[str, str]
    step: Step

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.clinic.time_zone)

    @property
    def today(self) -> date:
        return self.now.astimezone(self.zone).date()

    @property
    def begins(self) -> datetime:
        return self.wanted.first.bounds(self.zone)[0]

    @property
    def over(self) -> datetime:
        return self.wanted.last.bounds(self.zone)[1]

    def local(self, at: datetime | None) -> str | None:
        """Return an instant as reports have it."""
        return None if at is None else local_iso(at, self.clinic.time_zone)

    def day(self, at: datetime) -> date:
        """Return the clinic's calendar day of an instant."""
        return at.astimezone(self.zone).date()

    def narrowed(self) -> str:
        """Return in words whose patients alone the report is about, and what was searched for; empty: everything."""
        wanted, asks = self.wanted, self.kind.asks
        said = []
        if wanted.npi and "practitioner" in asks:
            name = self.session.scalar(select(Practitioner.name).where(Practitioner.npi == wanted.npi))
            said.append(f"billed by {name or f'NPI {wanted.npi}'}")
        if wanted.owner_id is not None and "owner" in asks:
            said.append(f"patients of {self.staff().get(wanted.owner_id, 'nobody')}")
        if wanted.person_id is not None and "person" in asks:
            said.append(f"{self.staff().get(wanted.person_id, 'nobody')} alone")
        if wanted.text.strip() and "text" in asks:
            said.append(f"found by “{wanted.text.strip()}”")
        return ", ".join(said)

    def patients(self, *, everybody: bool = False) -> dict[int, Who]:
        """Return the patients that the filter leaves, by id; `everybody` takes no notice of it."""
        rows = self.session.execute(
            select(
                *(Patient.id, Patient.family_name, Patient.given_name, Patient.suffix, Patient.sort_name),
                *(Patient.owner_id, Enrolment.status, Practitioner.name, Practitioner.npi),
            )
            .outerjoin(Enrolment, Enrolment.patient_id == Patient.id)
            .outerjoin(Practitioner, Practitioner.id == Enrolment.practitioner_id)
            .order_by(Patient.sort_name, Patient.id)
        )
        found = {}
        wanted = self.wanted
        for row in rows:
            if not everybody and wanted.npi and row.npi != wanted.npi:
                continue
            if not everybody and wanted.owner_id is not None and row.owner_id != wanted.owner_id:
                continue
            record = record_number(row.id)
            name = display_name(row.family_name, row.given_name, row.suffix) if self.may_name else record
            biller = row.name or (f"NPI {row.npi}" if row.npi else "")
            found[row.id] = Who(
                row.id, name, row.sort_name, record, row.owner_id, row.npi or "", biller, row.status or ""
            )
        return found

    def staff(self) -> dict[int, str]:
        """Return everybody's name who works or worked here, by id."""
        return {row.id: row.name for row in self.session.execute(select(Person.id, Person.name))}

    def cases(self, month: Month) -> list[tuple[int, MonthCase]]:
        """Return each patient's case of a month: as it was closed, else as of now; without a verdict, which takes time.

        Nothing where the month's rules are not known.
        """
        if not self.book.knows(month, self.clinic.setting):
            return []
        closed = self.session.execute(
            select(Packet.patient_id, Packet.case).where(Packet.month == str(month), Packet.state == FINAL)
        )
        frozen = {row.patient_id: row.case for row in closed}
        live = gather(self.session, month, self.clinic.time_zone, self.clinic.setting)
        return [(ref.id, parse_case(json.loads(frozen[ref.id])) if ref.id in frozen else case) for ref, case in live]

    def judged(self, month: Month, ids: Collection[int] | None = None) -> list[Judged]:
        """Return the verdicts of a month, of the patients that are named; nothing where its rules are not known."""
        if not self.book.knows(month, self.clinic.setting):
            return []
        wanted = None if ids is None else set(ids)
        return [
            each
            for each in judge(self.session, self.clinic, month, self.book)
            if wanted is None or each.patient.id in wanted
        ]

    def unknown_months(self) -> tuple[str, ...]:
        """Return a note when months were asked for whose rules are not known."""
        unknown = [month for month in self.wanted.months if not self.book.knows(month, self.clinic.setting)]
        if not unknown:
            return ()
        said = str(unknown[0]) if len(unknown) == 1 else f"{unknown[0]} to {unknown[-1]}"
        return (f"The rules of {said} are not known to CareLoop; these months are left out.",)
