from datetime import UTC, date, datetime, timedelta

import pytest

from app.models import TimeEntry
from app.rules.month import Month
from app.services.chart_forms import StayForm
from app.services.desk import Desk
from app.services.enrolment_forms import ConsentForm, EnrolForm
from app.services.judging import MonthUnknown
from app.services.patients import NoSuchPatient
from app.services.practitioners import PractitionerForm
from tests.services.calling import add_patient

NOVEMBER = Month(2026, 11)
NOON = datetime(2026, 11, 20, 18, tzinfo=UTC)


def enrolled(desk: Desk) -> int:
    patient = add_patient(desk)
    biller = desk.practitioners.add(desk.actor, PractitionerForm(name="Mai Ito", npi="1234567893"))
    desk.enrolments.enrol(desk.actor, patient, EnrolForm(biller, date(2026, 1, 5), last_seen_on=date(2025, 12, 11)))
    return patient


def worked(
    desk: Desk, patient: int, entry_id: str, start: datetime, minutes: int, *, contact: str, **more: object
) -> None:
    fields = {
        "entry_id": entry_id,
        "version": 1,
        "patient_id": patient,
        "start_at": start,
        "end_at": start + timedelta(minutes=minutes),
        "utc_offset_minutes": -360,
        "staff": "Ana Alvarez",
        "role": "clinical_staff",
        "activity": "patient_call",
        "contact": contact,
        "source": "imported",
        "written_at": start,
        "written_by": "Ana Alvarez",
    }
    with desk.opened.ledger.writing(desk.actor, "time.write") as work:
        work.session.add(TimeEntry(**fields | more))


def test_a_patient_who_was_never_asked(desk: Desk) -> None:
    seen = desk.overviews.of(desk.actor, add_patient(desk))
    assert (seen.status, seen.consent, seen.plan, seen.chronic_conditions) == ("", None, None, 0)
    assert (seen.month.month, seen.month.verdict, seen.month.blockers) == (NOVEMBER, "", ())
    assert seen.today == date(2026, 11, 23)


def test_what_is_missing_is_said_with_the_place_that_mends_it(desk: Desk) -> None:
    seen = desk.overviews.of(desk.actor, enrolled(desk))
    assert (seen.status, seen.practitioner, seen.ccm_started_on) == ("enrolled", "Mai Ito", date(2026, 1, 5))
    places = {found.code: found.place for found in seen.month.blockers}
    assert places == {
        "NO_CONSENT": "consent",
        "COND_LT_2": "conditions",
        "PLAN_MISSING": "care_plan",
        "TIME_LT_THRESHOLD": "time",
    }


def test_consent_says_what_was_told_and_for_whom(desk: Desk) -> None:
    patient = enrolled(desk)
    other = desk.practitioners.add(desk.actor, PractitionerForm(name="Bo Other", npi="1679576722"))
    given = datetime(2026, 11, 2, 16, 30, tzinfo=UTC)
    form = ConsentForm(True, True, False, True, given_at=given, practitioner_id=other)
    desk.enrolments.record_consent(desk.actor, patient, form)
    consent = desk.overviews.of(desk.actor, patient).consent
    assert consent is not None
    assert consent.told == ("availability", "cost_sharing", "right_to_stop")
    assert (consent.practitioner, consent.for_biller) == ("Bo Other", False)
    assert consent.given_at is not None
    assert consent.given_at.isoformat() == "2026-11-02T10:30:00-06:00"


def test_the_month_counts_seconds_calls_and_what_is_left_out(desk: Desk) -> None:
    patient = enrolled(desk)
    worked(desk, patient, "a", NOON, 15, contact="reached")
    worked(desk, patient, "b", NOON + timedelta(hours=1), 3, contact="attempt", activity="clerical")
    worked(desk, patient, "c", NOON - timedelta(days=3), 10, contact="reached")
    worked(desk, patient, "d", NOON, 5, contact="reached", withdrawn=True)
    desk.chart.add_stay(desk.actor, patient, StayForm("inpatient", date(2026, 11, 17), date(2026, 11, 17)))
    month = desk.overviews.month(desk.actor, patient, NOVEMBER)
    assert (month.staff_seconds, month.toward_seconds, month.seconds_to_go) == (900, 900, 300)
    assert (month.reached, month.attempts, month.last_reached_on) == (2, 1, date(2026, 11, 20))
    said = {entry: [(row.reason, row.seconds) for row in rows] for entry, rows in month.excluded.items()}
    assert said == {
        "b": [("Administrative work, which never counts.", 180)],
        "c": [("During a hospital stay.", 600)],
    }


def test_who_or_which_month_is_not_there_is_refused(desk: Desk) -> None:
    with pytest.raises(NoSuchPatient):
        desk.overviews.of(desk.actor, 4711)
    patient = enrolled(desk)
    with pytest.raises(MonthUnknown):
        desk.overviews.month(desk.actor, patient, Month(2024, 12))
