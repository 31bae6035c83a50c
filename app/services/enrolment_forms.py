"""Enrolment and consent as they are shown and filled in, and the checks they pass before they are kept."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from app.models import Consent, Enrolment, Patient, Practitioner
from app.rules.field_faults import FormCheck
from app.rules.month_case import CONSENT_METHODS

FARTHEST_START = timedelta(days=92)


@dataclass(frozen=True, slots=True)
class EnrolForm:
    """What is said when a patient is enrolled. `last_seen_on`: face to face by that practitioner, before the start.

    The initiating visit is `visit_on` with its billing code and whether CCM was talked about; None: there was none.
    """

    practitioner_id: int | None = None
    ccm_started_on: date | None = None
    patient_new: bool = False
    last_seen_on: date | None = None
    visit_on: date | None = None
    visit_code: str = ""
    visit_ccm_discussed: bool = False


@dataclass(frozen=True, slots=True)
class ConsentForm:
    """A consent as it was taken. Either `given_at`, an aware instant, or `given_on` when only the day is known.

    Each of the four is ticked by itself; `practitioner_id` None: the one the patient is enrolled with. Empty
    `taken_by`: the person who writes it down.
    """

    told_availability: bool = False
    told_cost_sharing: bool = False
    told_one_practitioner: bool = False
    told_right_to_stop: bool = False
    method: str = "verbal"
    given_at: datetime | None = None
    given_on: date | None = None
    practitioner_id: int | None = None
    taken_by: str = ""


@dataclass(frozen=True, slots=True)
class ConsentRow:
    """A consent on record. The newest is the one that counts; `in_force`: it is that one and was not revoked.

    `practitioner` is a name, or "NPI …"; `taken_by` is empty where it is not known.
    """

    id: int
    given_on: date
    given_at: datetime | None
    method: str
    told_availability: bool
    told_cost_sharing: bool
    told_one_practitioner: bool
    told_right_to_stop: bool
    is_complete: bool
    practitioner: str
    practitioner_npi: str
    taken_by: str
    revoked_on: date | None
    recorded_at: datetime
    in_force: bool
    is_imported: bool


@dataclass(frozen=True, slots=True)
class EnrolmentState:
    """A patient's standing now. `status` is enrolled, declined or stopped; empty: never asked.

    `consent` is the newest on record, `for_biller` whether it names the practitioner the patient is enrolled with.
    """

    status: str
    practitioner_id: int | None = None
    practitioner: str = ""
    ccm_started_on: date | None = None
    patient_new: bool = False
    last_seen_on: date | None = None
    visit_on: date | None = None
    visit_code: str = ""
    visit_ccm_discussed: bool = False
    ended_on: date | None = None
    ended_reason: str = ""
    consent: ConsentRow | None = None
    for_biller: bool = False
    is_imported: bool = False

    @property
    def form(self) -> EnrolForm:
        """The form as it stands, to change it."""
        return EnrolForm(
            self.practitioner_id,
            self.ccm_started_on,
            self.patient_new,
            self.last_seen_on,
            self.visit_on,
            self.visit_code,
            self.visit_ccm_discussed,
        )


def shown(practitioner: Practitioner | None, npi: str = "") -> str:
    """Return a practitioner as lists name them."""
    if practitioner is not None:
        return practitioner.name or f"NPI {practitioner.npi}"
    return f"NPI {npi}" if npi else ""


def enrol_values(form: EnrolForm, today: date) -> dict[str, object]:
    """Return the columns of an enrolment that begins or is corrected."""
    check = FormCheck()
    if form.practitioner_id is None:
        check.fault("practitioner_id", "Choose the practitioner who bills.")
    started = check.day("ccm_started_on", form.ccm_started_on, needed="Give the day CCM starts.")
    if started is not None and started > today + FARTHEST_START:
        check.fault("ccm_started_on", "This is more than three months ahead.")
    code = check.name("visit_code", form.visit_code).upper()
    visit_on = check.day("visit_on", form.visit_on, latest=today)
    if visit_on is not None and not code:
        check.fault("visit_code", "Give the visit's billing code, such as G0439 or 99214.")
    if visit_on is None and code:
        check.fault("visit_on", "Give the day of the visit.")
    values: dict[str, object] = {
        "practitioner_id": form.practitioner_id,
        "ccm_started_on": started,
        "patient_new": form.patient_new,
        "last_seen_on": check.day("last_seen_on", form.last_seen_on, latest=today),
        "visit_on": visit_on,
        "visit_code": code,
        "visit_ccm_discussed": form.visit_ccm_discussed and visit_on is not None,
    }
    check.finish()
    return values


def consent_values(form: ConsentForm, now: datetime, zone: ZoneInfo, patient: Patient) -> dict[str, object]:
    """Return the columns of a consent, but for the practitioner's NPI. It cannot lie ahead, nor after a death.

    What was not told is kept as not told: the rules say what that means for billing.
    """
    check = FormCheck()
    today = now.astimezone(zone).date()
    given_on = form.given_at.astimezone(zone).date() if form.given_at is not None else form.given_on
    if form.given_at is not None and form.given_at > now:
        check.fault("given_at", "This consent lies in the future. Give the time at which it was taken.")
    elif check.day("given_on", given_on, needed="Give the day of the consent.", latest=today) is not None:
        if given_on is not None and given_on < patient.born_on:
            check.fault("given_on", "This day is before the patient's birth.")
        if given_on is not None and patient.died_on is not None and given_on > patient.died_on:
            check.fault("given_on", "This day is after the patient's death.")
    values: dict[str, object] = {
        "given_on": given_on,
        "given_at": form.given_at,
        "method": check.choice("method", form.method, CONSENT_METHODS, "Choose verbal or written."),
        "told_availability": form.told_availability,
        "told_cost_sharing": form.told_cost_sharing,
        "told_one_practitioner": form.told_one_practitioner,
        "told_right_to_stop": form.told_right_to_stop,
        "taken_by": check.name("taken_by", form.taken_by),
    }
    check.finish()
    return values


def consent_row(row: Consent, practitioner: Practitioner | None, newest_id: int) -> ConsentRow:
    """Return a consent as it is shown."""
    told = (row.told_availability, row.told_cost_sharing, row.told_one_practitioner, row.told_right_to_stop)
    return ConsentRow(
        *(row.id, row.given_on, row.given_at, row.method, *told),
        is_complete=all(told),
        practitioner=shown(practitioner, row.practitioner_npi),
        practitioner_npi=row.practitioner_npi,
        taken_by=row.taken_by,
        revoked_on=row.revoked_on,
        recorded_at=row.recorded_at,
        in_force=row.id == newest_id and row.revoked_on is None,
        is_imported=row.import_id is not None,
    )


def state_of(row: Enrolment, practitioner: Practitioner, consent: ConsentRow | None) -> EnrolmentState:
    """Return the standing as it is shown."""
    return EnrolmentState(
        status=row.status,
        practitioner_id=row.practitioner_id,
        practitioner=shown(practitioner),
        ccm_started_on=row.ccm_started_on,
        patient_new=row.patient_new,
        last_seen_on=row.last_seen_on,
        visit_on=row.visit_on,
        visit_code=row.visit_code,
        visit_ccm_discussed=row.visit_ccm_discussed,
        ended_on=row.ended_on,
        ended_reason=row.ended_reason,
        consent=consent,
        for_biller=consent is not None and consent.practitioner_npi == practitioner.npi,
        is_imported=row.import_id is not None,
    )
