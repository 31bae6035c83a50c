"""What an import would do to the clinic as it is now: rows to add, columns to change, and each row with a problem."""

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, TypeVar

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.models import (
    Allergy,
    Base,
    Condition,
    Enrolment,
    ImportBatch,
    ImportFile,
    Medication,
    OtherService,
    Patient,
    Practitioner,
    Stay,
    TimeEntry,
)
from app.rules.identifiers import mbi_is_valid
from app.rules.intake import Intake, IntakeEnrolment, IntakePatient, IntakeTimeEntry, Rejected, RowAt, SourceFile
from app.services.clinic_day import zone_of
from app.services.import_rows import (
    Columns,
    allergy_columns,
    condition_columns,
    consent_columns,
    enrolment_columns,
    medication_columns,
    patient_columns,
    service_columns,
    stay_columns,
    time_columns,
)

Who = int | str
"""A patient who is here, by number, or one who comes in with this import, by the id in the files."""

NOT_HERE = "names a patient who is not here"
STORED = "is stored already"
_AT_ONCE = 500
# Flags that a person may have set since do not make a stored condition another one.
_FLAGS = frozenset({"confirmed", "expected_12_months", "significant_risk"})
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class ImportPlan:
    """What an import does, or would do.

    `adds` counts rows to be added by kind (the kinds of files, and "practitioners"). `problems` are rows that are left
    out, sorted by file and line; `cautions` are taken in, but somebody should look at them. `known_files` were
    imported before: of those only rows that had a problem then are tried again, `known_rows` counts the others.
    """

    files: tuple[SourceFile, ...]
    adds: Mapping[str, int]
    patients_changed: int
    problems: tuple[Rejected, ...]
    cautions: tuple[Rejected, ...]
    known_files: tuple[str, ...]
    known_rows: int

    @property
    def adds_nothing(self) -> bool:
        return not any(self.adds.values()) and not self.patients_changed


@dataclass(slots=True)
class EnrolmentRows:
    """All that one row of an enrolment list becomes."""

    who: Who
    npi: str
    enrolment: Columns
    consent: Columns | None
    plan: Columns | None
    plan_events: list[Columns]
    mdm: Columns | None


@dataclass(slots=True)
class Draft:
    """The rows of an import, ready to be written. Rows of `tables` carry the patient under "who"."""

    patients: list[Columns] = field(default_factory=list)
    practitioners: dict[str, str] = field(default_factory=dict)  # NPI → kind, of those to be added
    tables: dict[type[Base], list[Columns]] = field(default_factory=lambda: defaultdict(list))
    enrolments: list[EnrolmentRows] = field(default_factory=list)
    changes: dict[int, Columns] = field(default_factory=dict)  # patients who are here → columns to set
    problems: list[Rejected] = field(default_factory=list)
    cautions: list[Rejected] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)
    known_files: list[str] = field(default_factory=list)
    known_rows: int = 0

    def plan(self, files: tuple[SourceFile, ...]) -> ImportPlan:
        return ImportPlan(
            files=files,
            adds=dict(self.counts),
            patients_changed=len(self.changes),
            problems=tuple(sorted(self.problems)),
            cautions=tuple(sorted(self.cautions)),
            known_files=tuple(self.known_files),
            known_rows=self.known_rows,
        )

    def reject(self, at: RowAt, reason: str) -> None:
        self.problems.append(Rejected(at.file, at.line, reason))

    def caution(self, at: RowAt, reason: str) -> None:
        self.cautions.append(Rejected(at.file, at.line, reason))


def draw(session: Session, intake: Intake, now: datetime) -> Draft:
    """Return the draft of importing `intake` into the clinic as it is now. Nothing is changed."""
    draft = Draft(problems=list(intake.rejected))
    fresh = _untried(session, intake, draft)
    people = _People(session)
    _draw_patients(draft, people, fresh(intake.patients), now)
    for kind, table, rows, columns_of in (
        ("conditions", Condition, [row for row in intake.conditions if not row.qualifying], condition_columns),
        ("qualifying", Condition, [row for row in intake.conditions if row.qualifying], condition_columns),
        ("medications", Medication, intake.medications, medication_columns),
        ("allergies", Allergy, intake.allergies, allergy_columns),
        ("stays", Stay, intake.stays, stay_columns),
        ("services", OtherService, intake.services, service_columns),
    ):
        lines = _met(draft, people, fresh(rows), columns_of)
        stored = _stored(session, table, lines, only_confirmed=kind == "qualifying")
        _draw_table(draft, kind, table, lines, stored)
    _draw_time(session, draft, people, fresh(intake.time_entries))
    _draw_enrolments(session, draft, people, fresh(intake.enrolments))
    return draft


class _People:
    """Who is meant by an id in a file: the id a patient came with, else an MRN that only one has."""

    def __init__(self, session: Session) -> None:
        self.here: dict[str, int] = {}
        self.by_mrn: dict[str, list[Who]] = defaultdict(list)
        self.stored: dict[int, Columns] = {}
        self.same: dict[tuple[str, date], Who] = {}
        self.coming: dict[str, Columns] = {}
        columns = (Patient.id, Patient.external_id, Patient.mrn, Patient.died_on, Patient.coverage)
        for row in session.execute(select(*columns, Patient.sort_name, Patient.born_on).order_by(Patient.id)):
            if row.external_id:
                self.here[row.external_id] = row.id
            if row.mrn:
                self.by_mrn[row.mrn].append(row.id)
            self.stored[row.id] = {
                name: getattr(row, name) for name in ("external_id", "born_on", "died_on", "coverage")
            }
            self.same[row.sort_name, row.born_on] = row.id

    def who(self, written: str) -> Who | None:
        if written in self.here:
            return self.here[written]
        if written in self.coming:
            return written
        found = self.by_mrn.get(written, [])
        return found[0] if len(found) == 1 else None

    def comes(self, written: str, columns: Columns) -> None:
        self.coming[written] = columns
        if columns["mrn"]:
            self.by_mrn[columns["mrn"]].append(written)
        self.same[columns["sort_name"], columns["born_on"]] = written


def _untried(session: Session, intake: Intake, draft: Draft) -> Callable[[Iterable[Any]], Iterator[Any]]:
    """Return a filter that leaves out rows of files imported before, but for those that had a problem then."""
    again: dict[str, frozenset[int]] = {}
    for file in intake.files:
        earlier = session.execute(
            select(ImportFile.name, ImportBatch.rejected)
            .join(ImportBatch, ImportBatch.id == ImportFile.import_id)
            .where(ImportFile.sha256 == file.sha256, ImportBatch.undone_at.is_(None))
        ).all()
        if earlier:
            had_problems = [{int(line) for name, line, _ in rejected if name == known} for known, rejected in earlier]
            again[file.name] = frozenset(set.intersection(*had_problems))
            draft.known_files.append(file.name)

    def untried(rows: Iterable[Any]) -> Iterator[Any]:
        for row in rows:
            if row.at.file not in again or row.at.line in again[row.at.file]:
                yield row
            else:
                draft.known_rows += 1

    return untried


def _draw_patients(draft: Draft, people: _People, rows: Iterable[IntakePatient], now: datetime) -> None:
    for row in rows:
        known = people.here.get(row.patient_id) or next(iter(people.by_mrn.get(row.mrn, ())), None)
        if isinstance(known, int):
            draft.reject(row.at, f"the patient is here already, as record {known}")
            _join(draft, people, known, row)
            continue
        columns = patient_columns(row, now)
        if known is not None:
            draft.caution(row.at, "the MRN is also that of another row")
        same = people.same.get((columns["sort_name"], columns["born_on"]))
        if same is not None:
            other = f"record {same}" if isinstance(same, int) else "another row"
            draft.caution(row.at, f"may be the same person as {other}: same name and birth date")
        if row.born_on > now.date() or row.born_on.year < now.year - 125:
            draft.caution(row.at, "the birth date cannot be right")
        if row.mbi and not mbi_is_valid(row.mbi):
            draft.caution(row.at, "the Medicare number is not built as one")
        people.comes(row.patient_id, columns)
        draft.patients.append(columns)
        draft.counts["patients"] += 1


def _join(draft: Draft, people: _People, known: int, row: IntakePatient) -> None:
    """Let the files' id mean a patient who was typed in by hand: same MRN, same birth date, no id of other files."""
    stored = people.stored[known]
    if stored["external_id"] is None and stored["born_on"] == row.born_on and row.patient_id not in people.here:
        people.here[row.patient_id] = known
        draft.changes.setdefault(known, {})["external_id"] = row.patient_id
        stored["external_id"] = row.patient_id


def _met(
    draft: Draft, people: _People, rows: Iterable[Any], columns_of: Callable[[Any], Columns]
) -> list[tuple[RowAt, Columns]]:
    """Return where each row of a known patient stands, and its columns with the patient under "who"."""
    met = []
    for row in rows:
        who = people.who(row.patient_id)
        if who is None:
            draft.reject(row.at, NOT_HERE)
        else:
            met.append((row.at, {"who": who, **columns_of(row)}))
    return met


def _draw_table(
    draft: Draft, kind: str, table: type[Base], lines: list[tuple[RowAt, Columns]], stored: Collection[Hashable]
) -> None:
    for at, values in lines:
        if _key(values) in stored:
            draft.reject(at, STORED)
            continue
        draft.tables[table].append(values)
        draft.counts[kind] += 1


def _stored(
    session: Session, table: type[Base], lines: list[tuple[RowAt, Columns]], *, only_confirmed: bool
) -> set[Hashable]:
    """Return the keys of what is stored of the patients in `lines`."""
    columns = table.__table__.columns
    found: set[Hashable] = set()
    for some in _chunks(sorted({values["who"] for _, values in lines if isinstance(values["who"], int)})):
        names = [name for name in lines[0][1] if name != "who" and name not in _FLAGS]
        query = select(columns["patient_id"], *(columns[name] for name in names)).where(columns["patient_id"].in_(some))
        if only_confirmed:
            query = query.where(columns["confirmed"])
        found.update(tuple(row) for row in session.execute(query))
    return found


def _key(values: Columns) -> Hashable:
    return tuple(value for name, value in values.items() if name not in _FLAGS)


def _draw_time(session: Session, draft: Draft, people: _People, rows: Iterable[IntakeTimeEntry]) -> None:
    met = list(rows)
    stored: dict[str, list[Columns]] = defaultdict(list)
    for some in _chunks([row.entry_id for row in met]):
        for entry in session.scalars(select(TimeEntry).where(TimeEntry.entry_id.in_(some))):
            stored[entry.entry_id].append(
                {column.key: getattr(entry, column.key) for column in TimeEntry.__table__.columns}
            )
    for row in met:
        who = people.who(row.patient_id)
        values = time_columns(row)
        if who is None:
            draft.reject(row.at, NOT_HERE)
        elif row.entry_id in stored:
            asked = {**values, "patient_id": who}
            same = any(all(asked[name] == version[name] for name in asked) for version in stored[row.entry_id])
            draft.reject(row.at, STORED if same else "“entry_id” is stored already with other content")
        else:
            draft.tables[TimeEntry].append({"who": who, **values})
            draft.counts["time"] += 1


def _draw_enrolments(session: Session, draft: Draft, people: _People, rows: Iterable[IntakeEnrolment]) -> None:
    zone = zone_of(session)
    enrolled: set[Who] = set(session.scalars(select(Enrolment.patient_id)))
    kinds = {row.npi: row.kind for row in session.execute(select(Practitioner.npi, Practitioner.kind))}
    for row in rows:
        who = people.who(row.patient_id)
        if who is None:
            draft.reject(row.at, NOT_HERE)
            continue
        if who in enrolled:
            draft.reject(row.at, "the patient has an enrolment already")
            continue
        enrolled.add(who)
        if row.billing_npi not in kinds:
            kinds[row.billing_npi] = draft.practitioners[row.billing_npi] = row.billing_kind
            draft.counts["practitioners"] += 1
        kind = "" if kinds[row.billing_npi] == row.billing_kind else row.billing_kind
        events = (("reviewed", row.plan_reviewed_on), ("copy_given", row.plan_copy_given_on))
        draft.enrolments.append(
            EnrolmentRows(
                who=who,
                npi=row.billing_npi,
                enrolment=enrolment_columns(row) | {"billing_kind": kind},
                consent=consent_columns(row, zone),
                plan={"signed_on": row.plan_signed_on} if row.has_plan else None,
                plan_events=[{"kind": step, "happened_on": on} for step, on in events if on] if row.has_plan else [],
                mdm={"level": row.mdm_level, "documented_on": row.mdm_documented_on} if row.mdm_level else None,
            )
        )
        draft.counts["enrolment"] += 1
        _draw_patient_facts(draft, people, who, row)


def _draw_patient_facts(draft: Draft, people: _People, who: Who, row: IntakeEnrolment) -> None:
    """Take coverage and day of death from the enrolment row: it is about the month, the patient list may be older."""
    known = people.coming[who] if isinstance(who, str) else people.stored[who]
    stated = {"died_on": row.died_on, "coverage": row.coverage}
    changed = {name: value for name, value in stated.items() if value is not None and known[name] != value}
    if known["died_on"] is not None and "died_on" in changed:
        draft.caution(row.at, "the date of death is another one than on the patient's record, and takes its place")
    known.update(changed)
    if changed and isinstance(who, int):
        draft.changes.setdefault(who, {}).update(changed)


def _chunks(values: list[T]) -> Iterator[list[T]]:
    for start in range(0, len(values), _AT_ONCE):
        yield values[start : start + _AT_ONCE]
