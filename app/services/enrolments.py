import json
from dataclasses import dataclass, replace
from datetime import date, datetime

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from app.models import AuditEvent, Consent, Enrolment, ImportBatch, Person, Practitioner
from app.rules.errors import ClinicError
from app.rules.field_faults import FieldFaults, FormCheck
from app.services.clinic_day import day_at, zone_of
from app.services.door import reads, writes
from app.services.enrolment_forms import (
    ConsentForm,
    ConsentRow,
    EnrolForm,
    EnrolmentState,
    consent_row,
    consent_values,
    enrol_values,
    shown,
    state_of,
)
from app.services.patients import patient_of
from app.services.practitioners import practitioner_of
from app.storage.ledger import Ledger, Reading, Work

REVOKED = "Consent revoked"


@dataclass(frozen=True, slots=True)
class HistoryRow:
    """Something that happened to a patient's standing.

    `what`: imported, enrolled, changed, declined, stopped, consent_given or consent_revoked. `happened_on` is the day
    it is about where that is still known, `at` when it was written down.
    """

    what: str
    happened_on: date | None
    at: datetime
    by: str
    words: str


class Enrolments:
    """Who takes part in CCM, with whose consent.

    Dates are not forced into an order here: who records late records what was, and the rules judge the month.
    """

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger

    @reads("patient.open")
    def state(self, reading: Reading, patient_id: int) -> EnrolmentState:
        """Return a patient's standing now."""
        patient_of(reading.session, patient_id)
        consents = _consents(reading.session, patient_id)
        row = _enrolment(reading.session, patient_id)
        newest = consents[0] if consents else None
        if row is None:
            return EnrolmentState(status="", consent=newest)
        return state_of(row, practitioner_of(reading.session, row.practitioner_id), newest)

    @reads("patient.open")
    def consents(self, reading: Reading, patient_id: int) -> list[ConsentRow]:
        """Return the consents on record, the newest first."""
        patient_of(reading.session, patient_id)
        return _consents(reading.session, patient_id)

    @reads("patient.open")
    def history(self, reading: Reading, patient_id: int) -> list[HistoryRow]:
        """Return what happened to the patient's standing, the newest first."""
        patient_of(reading.session, patient_id)
        rows = [*_consent_history(reading.session, patient_id), *_enrolment_history(reading.session, patient_id)]
        return sorted(rows, key=lambda row: row.at, reverse=True)

    @writes("enrolment.change")
    def enrol(self, work: Work, patient_id: int, form: EnrolForm) -> None:
        """Enrol a patient, again after stopping too, or correct what was said at enrolment. Raises `FieldFaults`."""
        patient = patient_of(work.session, patient_id)
        work.about(patient_id)
        values = enrol_values(form, day_at(work.session, work.now))
        practitioner = practitioner_of(work.session, int(str(values["practitioner_id"])))
        row = _enrolment(work.session, patient_id)
        if patient.died_on is not None and (row is None or row.status != "enrolled"):
            raise ClinicError("This patient has died and cannot be enrolled.")
        if row is None:
            work.note(event="enrolled")
            work.session.add(Enrolment(patient_id=patient_id, status="enrolled", **values))
            return
        work.note(event="changed" if row.status == "enrolled" else "enrolled")
        if row.practitioner_id != practitioner.id:
            values["billing_kind"] = ""  # what an import said of the earlier one
        _put(row, values | {"status": "enrolled", "ended_on": None, "ended_reason": ""})

    @writes("enrolment.change")
    def decline(self, work: Work, patient_id: int, on: date, practitioner_id: int, reason: str = "") -> None:
        """Record that a patient was offered CCM and declined. Raises `FieldFaults` (`on`, `reason`)."""
        patient_of(work.session, patient_id)
        work.about(patient_id)
        ended = _ended(on, reason, day_at(work.session, work.now))
        practitioner = practitioner_of(work.session, practitioner_id)
        row = _enrolment(work.session, patient_id)
        if row is not None and row.status == "enrolled":
            raise ClinicError("This patient is enrolled. Record that they stopped instead.")
        work.note(event="declined")
        if row is None:
            row = Enrolment(patient_id=patient_id, status="declined", practitioner_id=practitioner.id, **ended)
            work.session.add(row)
        elif row.ccm_started_on is None:
            _put(row, {"status": "declined", "practitioner_id": practitioner.id, **ended})
        else:
            # The months already worked stay what they were: who stopped before and declines now has still stopped.
            raise ClinicError(
                "This patient has stopped already; that stands. Enrol them again if they changed their mind."
            )

    @writes("enrolment.change")
    def stop(self, work: Work, patient_id: int, on: date, reason: str = "") -> None:
        """Record that an enrolled patient stopped. Raises `FieldFaults` (`on`, `reason`)."""
        patient_of(work.session, patient_id)
        work.about(patient_id)
        ended = _ended(on, reason, day_at(work.session, work.now))
        row = _enrolment(work.session, patient_id)
        if row is None or row.status != "enrolled":
            raise ClinicError("This patient is not enrolled.")
        work.note(event="stopped")
        _put(row, {"status": "stopped", **ended})

    @writes("consent.record")
    def record_consent(self, work: Work, patient_id: int, form: ConsentForm) -> int:
        """Record a consent as it was taken and return its id; from now on it is the one that counts.

        Raises `FieldFaults`.
        """
        patient = patient_of(work.session, patient_id)
        work.about(patient_id)
        values = consent_values(form, work.now, zone_of(work.session), patient)
        enrolment = _enrolment(work.session, patient_id)
        practitioner_id = form.practitioner_id or (enrolment.practitioner_id if enrolment is not None else None)
        if practitioner_id is None:
            raise FieldFaults({"practitioner_id": "Choose the practitioner the consent is for."})
        npi = practitioner_of(work.session, practitioner_id).npi
        values["taken_by"] = values["taken_by"] or work.actor.name
        row = Consent(patient_id=patient_id, practitioner_npi=npi, recorded_at=work.now, **values)
        work.session.add(row)
        work.session.flush()
        return row.id

    @writes("consent.record")
    def revoke(self, work: Work, patient_id: int, on: date, reason: str = "") -> None:
        """Record that a patient took the consent back: CCM ends with that calendar month. Raises `FieldFaults`."""
        patient_of(work.session, patient_id)
        work.about(patient_id)
        ended = _ended(on, reason, day_at(work.session, work.now))
        newest = select(Consent).where(Consent.patient_id == patient_id).order_by(Consent.id.desc()).limit(1)
        consent = work.session.scalar(newest)
        if consent is None or consent.revoked_on is not None:
            raise ClinicError("There is no consent in force that could be revoked.")
        if on < consent.given_on:
            raise FieldFaults({"on": "This day is before the consent was given."})
        work.note(event="consent_revoked", consent_id=consent.id)
        consent.revoked_on = on
        row = _enrolment(work.session, patient_id)
        if row is not None and row.status == "enrolled":
            _put(row, {"status": "stopped", "ended_on": on, "ended_reason": ended["ended_reason"] or REVOKED})


def _enrolment(session: Session, patient_id: int) -> Enrolment | None:
    return session.scalar(select(Enrolment).where(Enrolment.patient_id == patient_id))


def _consents(session: Session, patient_id: int) -> list[ConsentRow]:
    rows = session.execute(
        select(Consent, Practitioner)
        .outerjoin(Practitioner, Practitioner.npi == Consent.practitioner_npi)
        .where(Consent.patient_id == patient_id)
        .order_by(Consent.id.desc())
    ).all()
    return [consent_row(row[0], row[1], rows[0][0].id) for row in rows]


def _consent_history(session: Session, patient_id: int) -> list[HistoryRow]:
    found = []
    revoked = _revocations(session, patient_id)
    for row in _consents(session, patient_id):
        told = "all four told" if row.is_complete else "not all four told"
        said = f"{row.method.capitalize()} consent for {row.practitioner}, {told}"
        found.append(HistoryRow("consent_given", row.given_on, row.recorded_at, row.taken_by, said))
        if row.revoked_on is not None:
            at, by = revoked.get(row.id, (row.recorded_at, ""))
            found.append(HistoryRow("consent_revoked", row.revoked_on, at, by, REVOKED))
    return found


def _revocations(session: Session, patient_id: int) -> dict[int, tuple[datetime, str]]:
    """Return, by consent, when its revocation was written down and by whom."""
    events = [(json.loads(event.detail), event) for event in session.execute(_events(patient_id, "consent.record"))]
    return {
        facts["consent_id"]: (event.at, event.name or "")
        for facts, event in events
        if facts.get("event") == "consent_revoked"
    }


def _events(patient_id: int, action: str) -> Select[datetime, str, str | None]:
    return (
        select(AuditEvent.at, AuditEvent.detail, Person.name)
        .outerjoin(Person, Person.id == AuditEvent.actor_id)
        .where(AuditEvent.patient_id == patient_id, AuditEvent.action == action, AuditEvent.outcome == "ok")
        .order_by(AuditEvent.seq)
    )


def _enrolment_history(session: Session, patient_id: int) -> list[HistoryRow]:
    row = _enrolment(session, patient_id)
    if row is None:
        return []
    found = []
    if row.import_id is not None:
        batch = session.get_one(ImportBatch, row.import_id)
        words = f"Enrolment imported (import {batch.id})"
        found.append(HistoryRow("imported", row.ccm_started_on, batch.imported_at, batch.imported_by, words))
    told = {"enrolled": "Enrolled", "changed": "Enrolment corrected", "declined": "Declined", "stopped": "Stopped"}
    for event in session.execute(_events(patient_id, "enrolment.change")):
        what = str(json.loads(event.detail).get("event", "changed"))
        found.append(HistoryRow(what, None, event.at, event.name or "", told.get(what, what)))
    return _with_days(found, row, shown(practitioner_of(session, row.practitioner_id)))


def _with_days(found: list[HistoryRow], row: Enrolment, practitioner: str) -> list[HistoryRow]:
    """Give the newest event what the row says now; what earlier ones said is not kept in plain words."""
    last = max(range(len(found)), key=lambda at: found[at].at, default=None)
    if last is None or (found[last].what in {"declined", "stopped"}) != (row.status != "enrolled"):
        return found
    is_enrolled = row.status == "enrolled"
    on, more = (row.ccm_started_on, practitioner) if is_enrolled else (row.ended_on, row.ended_reason)
    words = ": ".join(part for part in (found[last].words, more) if part)
    found[last] = replace(found[last], happened_on=on, words=words)
    return found


def _ended(on: date, reason: str, today: date) -> dict[str, object]:
    check = FormCheck()
    check.day("on", on, latest=today)
    kept = check.line("reason", reason)
    check.finish()
    return {"ended_on": on, "ended_reason": kept}


def _put(row: Enrolment, values: dict[str, object]) -> None:
    for column, value in values.items():
        if getattr(row, column) != value:
            setattr(row, column, value)
