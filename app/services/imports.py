from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import insert, select

from app.models import (
    Base,
    CarePlan,
    CarePlanEvent,
    Consent,
    Enrolment,
    ImportBatch,
    ImportFile,
    Mdm,
    Patient,
    Practitioner,
    TimeEntry,
)
from app.rules.errors import ClinicError
from app.rules.intake import Intake, Rejected, SourceFile
from app.security.permissions import Actor
from app.services.door import composed, reads, writes
from app.services.import_plan import Draft, ImportPlan, Who, draw
from app.services.import_rows import Columns
from app.services.import_undo import refuse_undo, take_back
from app.storage.ledger import Ledger, Reading, Work

Progress = Callable[[int, int, str], None]

_AT_ONCE = 1_000
_SEALED_AT_ONCE = 200
_SAID = {
    "patient": "patients",
    "condition": "conditions",
    "medication": "medicines",
    "allergy": "allergies",
    "stay": "stays",
    "other_service": "services",
    "enrolment": "enrolments",
    "time_entry": "time entries",
}


@dataclass(frozen=True, slots=True)
class ImportResult:
    """What an import did. `import_id` is None when there was nothing to add, and nothing was written."""

    import_id: int | None
    plan: ImportPlan


@dataclass(frozen=True, slots=True)
class ImportRow:
    """An import of the past. `counts` are the rows added by kind, `is_newest` whether it is the one undo would take."""

    id: int
    imported_at: datetime
    imported_by: str
    files: tuple[str, ...]
    counts: Mapping[str, int]
    problems: int
    undone_at: datetime | None
    is_newest: bool


class Imports:
    """Taking in a clinic's files, in one transaction, and taking them back in one step."""

    def __init__(self, ledger: Ledger, read_files: Callable[..., Intake]) -> None:
        """Work with `read_files(paths[, mappings])`, which reads files and folders or raises `FileRefused`."""
        self._ledger = ledger
        self._read_files = read_files

    @composed("import.run")
    def read(
        self,
        actor: Actor,  # noqa: ARG002 - the door asks who reads
        paths: Sequence[Path],
        mappings: Mapping[Path, Any] | None = None,
    ) -> Intake:
        """Read files and folders. Raises `FileRefused` when one cannot be read as a whole.

        `mappings` are the columns that a person matched, by file, as the reader understands them.
        """
        return self._read_files(paths, mappings) if mappings else self._read_files(paths)

    @reads("import.run")
    def plan(self, reading: Reading, intake: Intake) -> ImportPlan:
        """Return what importing `intake` now would do; nothing is changed."""
        return draw(reading.session, intake, reading.now).plan(intake.files)

    @writes("import.run")
    def run(self, work: Work, intake: Intake, progress: Progress = lambda *_: None) -> ImportResult:
        """Import what can be used, in one transaction; what cannot is named in the result.

        `progress(done, total, what)` may raise to cancel: then nothing was written.
        """
        progress(0, 1, "")
        draft = draw(work.session, intake, work.now)
        plan = draft.plan(intake.files)
        files = {"files": [file.sha256 for file in intake.files], "problems": len(plan.problems)}
        if plan.adds_nothing:
            work.note(import_id=None, **files)
            return ImportResult(None, plan)
        batch = _batch(work, draft, plan, intake.files)
        work.note(import_id=batch.id, counts=dict(plan.adds), patients_changed=plan.patients_changed, **files)
        _Writer(work, draft, batch, progress).write()
        return ImportResult(batch.id, plan)

    @writes("import.run")
    def undo(self, work: Work, import_id: int) -> Mapping[str, int]:
        """Take the newest import back as if it had not been; return how many rows of each table went.

        Raises `UndoRefused` when something was built on it since; then nothing is changed.
        """
        batch = work.session.get(ImportBatch, import_id)
        if batch is None or batch.undone_at is not None:
            raise ClinicError("This import is not there, or was undone already.")
        refuse_undo(work.session, batch)
        removed = take_back(work, batch)
        work.note(undone_import_id=import_id, removed=dict(removed))
        return removed

    @reads("import.run")
    def history(self, reading: Reading) -> list[ImportRow]:
        """Return the imports of the past, the newest first."""
        batches = reading.session.scalars(select(ImportBatch).order_by(ImportBatch.id.desc())).all()
        names: dict[int, list[str]] = {batch.id: [] for batch in batches}
        for file in reading.session.execute(select(ImportFile.import_id, ImportFile.name).order_by(ImportFile.id)):
            names[file.import_id].append(file.name)
        newest = next((batch.id for batch in batches if batch.undone_at is None), None)
        return [
            ImportRow(
                id=batch.id,
                imported_at=batch.imported_at,
                imported_by=batch.imported_by,
                files=tuple(names[batch.id]),
                counts=dict(batch.counts),
                problems=len(batch.rejected),
                undone_at=batch.undone_at,
                is_newest=batch.id == newest,
            )
            for batch in batches
        ]

    @reads("import.run")
    def problems(self, reading: Reading, import_id: int) -> tuple[Rejected, ...]:
        """Return the rows that an import left out."""
        batch = reading.session.get(ImportBatch, import_id)
        if batch is None:
            raise ClinicError("There is no such import.")
        return tuple(Rejected(file, line, reason) for file, line, reason in batch.rejected)


class _Writer:
    """Writes one draft. Sealed tables go through the session, so that each row's seal enters the audit chain."""

    def __init__(self, work: Work, draft: Draft, batch: ImportBatch, progress: Progress) -> None:
        self._work = work
        self._session = work.session
        self._draft = draft
        self._batch = batch
        self._progress = progress
        self._ids: dict[str, int] = {}
        self._done = 0
        self._total = len(draft.patients) + sum(map(len, draft.tables.values())) + len(draft.enrolments)

    def write(self) -> None:
        self._write_patients()
        practitioners = self._write_practitioners()
        entries = self._draft.tables.pop(TimeEntry, [])
        for table, rows in self._draft.tables.items():
            self._insert(table, [self._whose(row) for row in rows])
        self._write_enrolments(practitioners)
        self._write_time(entries)

    def _write_patients(self) -> None:
        for patient_id, changed in self._draft.changes.items():
            patient = self._session.get_one(Patient, patient_id)
            for column, value in changed.items():
                setattr(patient, column, value)
        self._insert(Patient, self._draft.patients)
        came = select(Patient.external_id, Patient.id).where(Patient.import_id == self._batch.id)
        self._ids = {str(row.external_id): row.id for row in self._session.execute(came)}

    def _write_practitioners(self) -> dict[str, int]:
        added = [
            Practitioner(npi=npi, kind=kind, import_id=self._batch.id)
            for npi, kind in self._draft.practitioners.items()
        ]
        self._session.add_all(added)
        self._session.flush()
        return {row.npi: row.id for row in self._session.execute(select(Practitioner.npi, Practitioner.id))}

    def _write_enrolments(self, practitioners: Mapping[str, int]) -> None:
        now, mark = self._work.now, {"import_id": self._batch.id}
        plans: list[tuple[CarePlan, list[Columns]]] = []
        for rows in self._draft.enrolments:
            whose = {"patient_id": self._id(rows.who), **mark}
            self._session.add(Enrolment(**whose, practitioner_id=practitioners[rows.npi], **rows.enrolment))
            if rows.consent is not None:
                self._session.add(Consent(**whose, recorded_at=now, **rows.consent))
            if rows.mdm is not None:
                self._session.add(Mdm(**whose, recorded_at=now, **rows.mdm))
            if rows.plan is not None:
                plan = CarePlan(**whose, status="imported", edited_at=now, **rows.plan)
                self._session.add(plan)
                plans.append((plan, rows.plan_events))
            self._step(1, Enrolment)
        self._session.flush()
        for plan, events in plans:
            self._session.add_all(
                CarePlanEvent(**mark, care_plan_id=plan.id, recorded_at=now, **event) for event in events
            )

    def _write_time(self, entries: Sequence[Columns]) -> None:
        written = {"written_at": self._work.now, "written_by": self._work.actor.name, "import_id": self._batch.id}
        for start in range(0, len(entries), _SEALED_AT_ONCE):
            some = entries[start : start + _SEALED_AT_ONCE]
            self._session.add_all(
                TimeEntry(**self._whose(row), version=1, source="imported", confirmed=True, **written) for row in some
            )
            self._session.flush()
            self._step(len(some), TimeEntry)

    def _insert(self, table: type[Base], rows: Sequence[Columns]) -> None:
        for start in range(0, len(rows), _AT_ONCE):
            some = [{**row, "import_id": self._batch.id} for row in rows[start : start + _AT_ONCE]]
            self._session.execute(insert(table), some)
            self._work.touched(table.__tablename__)
            self._step(len(some), table)

    def _whose(self, row: Columns) -> Columns:
        values = {name: value for name, value in row.items() if name != "who"}
        return {"patient_id": self._id(row["who"]), **values}

    def _id(self, who: Who) -> int:
        return who if isinstance(who, int) else self._ids[who]

    def _step(self, count: int, table: type[Base]) -> None:
        self._done += count
        self._progress(self._done, self._total, _SAID[table.__tablename__])


def _batch(work: Work, draft: Draft, plan: ImportPlan, files: Sequence[SourceFile]) -> ImportBatch:
    before = [
        [Patient.__tablename__, patient_id, column, _plain(getattr(work.session.get_one(Patient, patient_id), column))]
        for patient_id, changed in draft.changes.items()
        for column in changed
    ]
    batch = ImportBatch(
        imported_at=work.now,
        imported_by=work.actor.name,
        counts=dict(plan.adds),
        rejected=[[row.file, row.line, row.reason] for row in plan.problems],
        before=before,
    )
    work.session.add(batch)
    work.session.flush()
    work.session.add_all(
        ImportFile(import_id=batch.id, sha256=file.sha256, name=file.name, kind=file.kind, rows=file.rows)
        for file in files
    )
    return batch


def _plain(value: Any) -> Any:  # noqa: ANN401 - any column value
    return value.isoformat() if isinstance(value, date) else value
