"""The reports: looked at, printed and saved by those who may."""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from sqlalchemy import select

from app.models import Practitioner
from app.rules.packet_facts import Making
from app.rules.papers import ReadinessReport
from app.rules.report import Report, ReportPaper, ranges
from app.rules.rule_book import RuleBook
from app.security.permissions import Actor, NotPermitted
from app.services.door import composed, reads, writes
from app.services.figures.contacts import contacts
from app.services.figures.enrolment import enrolment
from app.services.figures.follow_ups import follow_ups
from app.services.figures.kinds import ALL_PAGES, FORMS, PURPOSES, ReportKind, ReportRefused, Wanted, kind_of
from app.services.figures.look import Look, Step
from app.services.figures.manual import manual
from app.services.figures.need import need
from app.services.figures.readiness import readiness, readiness_paper
from app.services.figures.revenue import revenue
from app.services.figures.review import review
from app.services.figures.staff_time import late_time, staff_time
from app.services.figures.trail import audit, disclosures
from app.services.figures.years import years
from app.services.judging import clinic_of
from app.services.packet_gathering import clinic_facts, local_iso
from app.services.staff import names_of_staff
from app.storage.ledger import Ledger, Reading, Work

_READ, _EXPORT, _NAMES = "report.read", "report.export", "patient.list"
_MAKERS: Mapping[str, Callable[[Look], Report]] = {
    "readiness": readiness,
    "contacts": contacts,
    "follow_ups": follow_ups,
    "enrolment": enrolment,
    "need": need,
    "staff_time": staff_time,
    "late_time": late_time,
    "revenue": revenue,
    "years": years,
    "review": review,
    "manual": manual,
    "disclosures": disclosures,
    "audit": audit,
}


@dataclass(frozen=True, slots=True)
class Choices:
    """What reports can be narrowed to: practitioners by NPI and people by id, each with its words, by name."""

    practitioners: tuple[tuple[str, str], ...]
    people: tuple[tuple[int, str], ...]


@dataclass(frozen=True, slots=True)
class Copy:
    """A report on its way out. `patients` are the ids of those in it, in ranges; `sha256` that of `content`."""

    key: str
    title: str
    content: bytes
    patients: str
    months: str
    sha256: str


class Reports:
    """Answers, prints and saves reports. Each raises `ReportRefused` for what cannot be answered as asked."""

    def __init__(
        self,
        ledger: Ledger,
        book: RuleBook,
        *,
        program_version: str,
        make_paper: Callable[[ReportPaper], bytes],
        make_readiness: Callable[[ReadinessReport], bytes],
        make_csv: Callable[[Report, int | None], bytes],
        make_xlsx: Callable[[Report], bytes],
    ) -> None:
        self._ledger = ledger
        self._book = book
        self._program_version = program_version
        self._make_paper = make_paper
        self._make_readiness = make_readiness
        self._make_csv = make_csv
        self._make_xlsx = make_xlsx

    @reads(_READ)
    def choices(self, reading: Reading) -> Choices:
        """Return whom reports can be narrowed to."""
        billers = reading.session.execute(select(Practitioner.npi, Practitioner.name))
        named = sorted(((row.npi, row.name or f"NPI {row.npi}") for row in billers), key=lambda each: each[1])
        people = sorted(names_of_staff(reading.session).items(), key=lambda each: each[1].casefold())
        return Choices(tuple(named), tuple(people))

    @composed(_READ)
    def look(self, actor: Actor, key: str, wanted: Wanted, step: Step = lambda _done, _of, _what: None) -> Report:
        """Return a report. `step` is told how far it is, and may raise to stop it."""
        kind = kind_of(key)
        with self._ledger.reading(actor, kind.action) as reading:
            return _made(self._look(reading, kind, wanted, step))

    @composed(_READ)
    def paper(self, actor: Actor, key: str, wanted: Wanted, step: Step = lambda _done, _of, _what: None) -> Copy:
        """Return a report as its PDF, to be looked at. Before it leaves, `leave` must be called."""
        kind = kind_of(key)
        with self._ledger.reading(actor, kind.action) as reading:
            look = self._look(reading, kind, wanted, step)
            making = self._making(reading, look, kind)
            report = _made(look)
            board = readiness_paper(look, making) if key == "readiness" and not look.narrowed() else None
            clinic = clinic_facts(look.clinic)
        if board is not None:
            content = self._make_readiness(board)
        else:
            content = self._make_paper(ReportPaper(clinic, making, report))
        return _copy(kind, wanted, report, content)

    @composed(_READ)
    def listed(
        self,
        actor: Actor,
        key: str,
        wanted: Wanted,
        form: str,
        *,
        number: int | None = None,
        step: Step = lambda _done, _of, _what: None,
    ) -> Copy:
        """Return a report's lists as a file: "csv", one list (by default the longest), or "xlsx", a sheet a list.

        All pages of what is paged on the screen are in it.
        """
        kind = kind_of(key)
        if form not in ("csv", "xlsx") or not kind.has_list:
            raise ReportRefused(f"{kind.title} has no list to save in this form. Save the PDF.")
        with self._ledger.reading(actor, kind.action) as reading:
            report = _made(self._look(reading, kind, replace(wanted, page=ALL_PAGES), step))
        if number is not None and not 0 <= number < len(report.tables):
            raise ReportRefused("There is no such list in this report. Open it again.")
        content = self._make_csv(report, number) if form == "csv" else self._make_xlsx(report)
        return _copy(kind, wanted, report, content)

    @writes(_EXPORT)
    def leave(self, work: Work, copy: Copy, form: str, purpose: str) -> None:
        """Note that a copy leaves the encrypted file now: printed, or saved as a file; why is one of `PURPOSES`."""
        kind = kind_of(copy.key)
        if not self._ledger.may(work.actor, kind.action):
            raise NotPermitted(kind.action, self._ledger.permissions.names[kind.action])
        if form not in FORMS or purpose not in PURPOSES:
            raise ReportRefused("Choose why the copy leaves the encrypted file.")
        work.note(
            report=copy.key,
            title=copy.title,
            months=copy.months,
            form=form,
            purpose=purpose,
            patients=copy.patients,
            sha256=copy.sha256,
        )

    def _look(self, reading: Reading, kind: ReportKind, wanted: Wanted, step: Step) -> Look:
        permissions = self._ledger.permissions
        return Look(
            session=reading.session,
            clinic=clinic_of(reading.session),
            book=self._book,
            kind=kind,
            wanted=wanted.checked(kind),
            now=reading.now,
            may_name=self._ledger.may(reading.actor, _NAMES),
            action_names=permissions.names,
            role_names=permissions.roles,
            step=step,
        )

    def _making(self, reading: Reading, look: Look, kind: ReportKind) -> Making:
        wanted = look.wanted
        months = str(wanted.first) if wanted.first == wanted.last else f"{wanted.first}-{wanted.last}"
        return Making(
            packet_id=f"CL-{months}-{kind.key.replace('_', '-')}",
            made_at=local_iso(reading.now, look.clinic.time_zone),
            made_by=reading.actor.name,
            program_version=self._program_version,
        )


def _made(look: Look) -> Report:
    """Return the report, its scope saying also what it was narrowed to."""
    report = _MAKERS[look.kind.key](look)
    narrowed = look.narrowed()
    return replace(report, scope=f"{report.scope}, {narrowed}") if narrowed else report


def _copy(kind: ReportKind, wanted: Wanted, report: Report, content: bytes) -> Copy:
    months = str(wanted.first) if wanted.first == wanted.last else f"{wanted.first} to {wanted.last}"
    digest = hashlib.sha256(content).hexdigest()
    return Copy(kind.key, report.title, content, ranges(report.patients), months, digest)
