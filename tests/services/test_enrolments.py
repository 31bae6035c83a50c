from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from app.rules.errors import ClinicError
from app.rules.field_faults import FieldFaults
from app.services.desk import Desk
from app.services.enrolment_forms import ConsentForm, EnrolForm
from app.services.patient_form import PatientForm
from app.services.practitioners import PractitionerForm
from tests.fake_clock import FakeClock
from tests.services.audit import events

TODAY = date(2026, 11, 23)
TOMORROW = date(2026, 11, 24)
ALL_FOUR = ConsentForm(
    told_availability=True,
    told_cost_sharing=True,
    told_one_practitioner=True,
    told_right_to_stop=True,
    given_at=datetime(2026, 11, 23, 14, 20, tzinfo=UTC),
)


@pytest.fixture
def ann(desk: Desk) -> int:
    return desk.patients.add(desk.actor, PatientForm(given_name="Ann", family_name="Lee", born_on=date(1948, 3, 2)))


@pytest.fixture
def doctor(desk: Desk) -> int:
    return desk.practitioners.add(desk.actor, PractitionerForm("Dr. Okoye", "1234567893"))


@pytest.fixture
def enrolled(desk: Desk, ann: int, doctor: int) -> int:
    desk.enrolments.enrol(desk.actor, ann, EnrolForm(doctor, date(2026, 11, 1), last_seen_on=date(2026, 10, 1)))
    return ann


def test_never_asked_then_enrolled_then_consented(desk: Desk, ann: int, doctor: int) -> None:
    assert desk.enrolments.state(desk.actor, ann).status == ""
    form = EnrolForm(doctor, date(2026, 11, 1), True, date(2026, 10, 1), date(2026, 10, 1), "g0439", True)
    desk.enrolments.enrol(desk.actor, ann, form)
    state = desk.enrolments.state(desk.actor, ann)
    assert (state.status, state.practitioner, state.visit_code, state.consent) == (
        "enrolled",
        "Dr. Okoye",
        "G0439",
        None,
    )
    assert state.form == replace(form, visit_code="G0439")
    desk.enrolments.record_consent(desk.actor, ann, ALL_FOUR)
    consent = desk.enrolments.state(desk.actor, ann).consent
    assert consent is not None
    assert (consent.is_complete, consent.in_force, consent.given_on, consent.given_at) == (
        True,
        True,
        TODAY,
        ALL_FOUR.given_at,
    )
    assert (consent.taken_by, consent.practitioner_npi) == ("Ana Alvarez", "1234567893")


def test_an_evening_consent_is_of_the_clinic_s_day(desk: Desk, enrolled: int) -> None:
    evening = datetime(2026, 11, 11, 3, 0, tzinfo=UTC)  # 21:00 on the 10th in Chicago
    desk.enrolments.record_consent(desk.actor, enrolled, replace(ALL_FOUR, given_at=evening))
    assert desk.enrolments.consents(desk.actor, enrolled)[0].given_on == date(2026, 11, 10)


def test_a_bare_day_stays_one_and_what_was_not_told_is_kept_as_not_told(desk: Desk, enrolled: int) -> None:
    form = ConsentForm(told_availability=True, method="written", given_on=date(2026, 11, 2), taken_by="Bo Lind")
    desk.enrolments.record_consent(desk.actor, enrolled, form)
    (row,) = desk.enrolments.consents(desk.actor, enrolled)
    assert (row.given_on, row.given_at, row.method, row.taken_by, row.is_complete) == (
        date(2026, 11, 2), None, "written", "Bo Lind", False,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"given_at": datetime(2026, 11, 23, 15, 0, 1, tzinfo=UTC)}, "given_at"),
        ({"given_at": None, "given_on": TOMORROW}, "given_on"),
        ({"given_at": None}, "given_on"),
        ({"given_at": None, "given_on": date(1947, 1, 1)}, "given_on"),
        ({"method": "implied"}, "method"),
        ({"taken_by": "a\nb"}, "taken_by"),
    ],
)
def test_a_consent_is_checked(desk: Desk, enrolled: int, changed: dict[str, object], field: str) -> None:
    with pytest.raises(FieldFaults) as refused:
        desk.enrolments.record_consent(desk.actor, enrolled, replace(ALL_FOUR, **changed))  # type: ignore[arg-type]
    assert list(refused.value.faults) == [field]
    assert desk.enrolments.consents(desk.actor, enrolled) == []


def test_a_consent_may_come_before_the_enrolment_when_it_names_a_practitioner(
    desk: Desk, ann: int, doctor: int
) -> None:
    with pytest.raises(FieldFaults) as refused:
        desk.enrolments.record_consent(desk.actor, ann, ALL_FOUR)
    assert list(refused.value.faults) == ["practitioner_id"]
    desk.enrolments.record_consent(desk.actor, ann, replace(ALL_FOUR, practitioner_id=doctor))
    assert desk.enrolments.state(desk.actor, ann).consent is not None


def test_another_practitioner_needs_another_consent(desk: Desk, enrolled: int) -> None:
    desk.enrolments.record_consent(desk.actor, enrolled, ALL_FOUR)
    other = desk.practitioners.add(desk.actor, PractitionerForm("Nia Cole", "1679576722", "np"))
    assert desk.enrolments.state(desk.actor, enrolled).for_biller
    desk.enrolments.enrol(desk.actor, enrolled, EnrolForm(other, date(2026, 11, 1)))
    assert not desk.enrolments.state(desk.actor, enrolled).for_biller


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"practitioner_id": None}, "practitioner_id"),
        ({"ccm_started_on": None}, "ccm_started_on"),
        ({"ccm_started_on": date(2062, 1, 1)}, "ccm_started_on"),
        ({"last_seen_on": TOMORROW}, "last_seen_on"),
        ({"visit_on": TODAY}, "visit_code"),
        ({"visit_code": "99214"}, "visit_on"),
    ],
)
def test_an_enrolment_is_checked(desk: Desk, ann: int, doctor: int, changed: dict[str, object], field: str) -> None:
    form = replace(EnrolForm(doctor, date(2026, 11, 1)), **changed)  # type: ignore[arg-type]
    with pytest.raises(FieldFaults) as refused:
        desk.enrolments.enrol(desk.actor, ann, form)
    assert list(refused.value.faults) == [field]


def test_revoking_ends_the_enrolment_and_a_new_consent_begins_it_again(desk: Desk, enrolled: int, doctor: int) -> None:
    desk.enrolments.record_consent(desk.actor, enrolled, replace(ALL_FOUR, given_at=None, given_on=date(2026, 11, 2)))
    with pytest.raises(FieldFaults):
        desk.enrolments.revoke(desk.actor, enrolled, date(2026, 11, 1))
    with pytest.raises(FieldFaults):
        desk.enrolments.revoke(desk.actor, enrolled, TOMORROW)
    desk.enrolments.revoke(desk.actor, enrolled, date(2026, 11, 20))
    state = desk.enrolments.state(desk.actor, enrolled)
    assert state.consent is not None
    assert (state.status, state.ended_on, state.consent.in_force) == ("stopped", date(2026, 11, 20), False)
    with pytest.raises(ClinicError, match="no consent in force"):
        desk.enrolments.revoke(desk.actor, enrolled, TODAY)
    desk.enrolments.enrol(desk.actor, enrolled, EnrolForm(doctor, TODAY))
    desk.enrolments.record_consent(desk.actor, enrolled, ALL_FOUR)
    again = desk.enrolments.state(desk.actor, enrolled)
    assert again.consent is not None
    assert (again.status, again.ended_on, again.ended_reason, again.consent.in_force) == ("enrolled", None, "", True)


def test_declining_and_stopping(desk: Desk, ann: int, doctor: int) -> None:
    with pytest.raises(ClinicError, match="not enrolled"):
        desk.enrolments.stop(desk.actor, ann, TODAY)
    desk.enrolments.decline(desk.actor, ann, TODAY, doctor, "wants to think")
    declined = desk.enrolments.state(desk.actor, ann)
    assert (declined.status, declined.ended_on, declined.ended_reason) == ("declined", TODAY, "wants to think")
    desk.enrolments.enrol(desk.actor, ann, EnrolForm(doctor, TODAY))
    with pytest.raises(ClinicError, match="stopped instead"):
        desk.enrolments.decline(desk.actor, ann, TODAY, doctor)
    desk.enrolments.stop(desk.actor, ann, TODAY, "moved away")
    assert desk.enrolments.state(desk.actor, ann).status == "stopped"
    with pytest.raises(ClinicError, match="stopped already"):
        desk.enrolments.decline(desk.actor, ann, TODAY, doctor)


def test_the_dead_are_not_enrolled(desk: Desk, doctor: int) -> None:
    form = PatientForm(given_name="A", family_name="B", born_on=date(1948, 3, 2), died_on=date(2026, 11, 1))
    dead = desk.patients.add(desk.actor, form)
    with pytest.raises(ClinicError, match="died"):
        desk.enrolments.enrol(desk.actor, dead, EnrolForm(doctor, TODAY))
    with pytest.raises(FieldFaults):
        desk.enrolments.record_consent(desk.actor, dead, replace(ALL_FOUR, practitioner_id=doctor))


def test_history_tells_what_happened_and_the_audit_trail_holds_no_reason(
    desk: Desk, enrolled: int, clock: FakeClock
) -> None:
    clock.advance(minutes=1)
    desk.enrolments.record_consent(desk.actor, enrolled, ALL_FOUR)
    clock.advance(minutes=1)
    desk.enrolments.revoke(desk.actor, enrolled, TODAY, "angry at us")
    rows = desk.enrolments.history(desk.actor, enrolled)
    assert [(row.what, row.by) for row in rows] == [
        ("consent_revoked", "Ana Alvarez"),
        ("consent_given", "Ana Alvarez"),
        ("enrolled", "Ana Alvarez"),
    ]
    assert rows[0].at == datetime(2026, 11, 23, 15, 2, tzinfo=UTC)
    event, _ = events(desk, "consent.record")[-1]
    assert event.patient_id == enrolled
    assert "angry" not in event.detail
