from collections.abc import Collection
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from random import Random

import pytest
from sqlalchemy.orm import Session

from app import __version__, assets
from app.models import Clinic, Enrolment, Person, Practitioner
from app.rules.errors import ClinicError
from app.rules.month import Month
from app.rules.rule_book import RuleBook
from app.security.permissions import Actor, NotPermitted
from app.services import standing_months
from app.services.cadence import CadenceForm
from app.services.chart_forms import StayForm
from app.services.desk import Desk
from app.services.enrolment_forms import ConsentForm
from app.services.escalations import EscalationForm
from app.services.follow_ups import FollowUpForm
from app.services.judging import Judged, judge
from app.services.patient_form import PatientForm
from app.services.promises import PromiseForm
from app.services.standing_months import StandingMonths
from app.services.time_entries import EntryForm
from app.services.today import FILTERS, FLAGS, Today, TodayRow
from tests.fake_clock import FakeClock
from tests.services.calling import add_patient, colleague, ring

# The clock says 15:00 UTC on Monday, 23 November 2026: 9 AM in Chicago.
NOW = datetime(2026, 11, 23, 15, 0, tzinfo=UTC)
TODAY = date(2026, 11, 23)
HOUR = timedelta(hours=1)
NPI = "1234567893"


def join(desk: Desk, *patients: int, started: date = date(2026, 1, 5)) -> None:
    """Put patients into the programme, all under one practitioner."""
    with desk.opened.ledger.writing(desk.actor, "enrolment.change") as work:
        practitioner = work.session.query(Practitioner).filter_by(npi=NPI).one_or_none()
        if practitioner is None:
            practitioner = Practitioner(npi=NPI, name="Dr. Ito", kind="physician")
            work.session.add(practitioner)
            work.session.flush()
        for patient in patients:
            work.session.add(
                Enrolment(
                    patient_id=patient,
                    status="enrolled",
                    practitioner_id=practitioner.id,
                    ccm_started_on=started,
                    last_seen_on=date(2025, 12, 1),
                )
            )


def work_on(desk: Desk, patient: int, minutes: int, hour: int = 15, day: int = 20) -> str:
    """Type in time of this month that reached the patient."""
    begins = datetime(2026, 11, day, hour, 0, tzinfo=UTC)
    form = EntryForm(begins, begins + timedelta(minutes=minutes), "patient_call", "reached")
    return desk.time_entries.add(desk.actor, patient, form, "timer was off")[0].entry_id


def row_of(desk: Desk, patient: int, actor: Actor | None = None) -> TodayRow:
    (row,) = (row for row in desk.today.everyone(actor or desk.actor, mine=False) if row.patient_id == patient)
    return row


def names(rows: tuple[TodayRow, ...]) -> list[str]:
    return [row.name.split(",")[0] for row in rows]


def test_clinical_need_outranks_minutes(desk: Desk, clock: FakeClock) -> None:
    people = {
        name: add_patient(desk, "X", name)
        for name in ("Answered", "Promised", "Missed", "Overdue", "Soon", "Weekly", "Close", "Far", "Errand", "Later")
    }
    join(desk, *people.values())
    escalation = desk.escalations.escalate(desk.actor, people["Answered"], EscalationForm("fall", "Slipped"))
    desk.escalations.answer(desk.actor, escalation.id, "Come in tomorrow")
    for number, minutes in enumerate((12, 16, 3)):
        work_on(desk, people[("Weekly", "Close", "Far")[number]], minutes, hour=14 + number, day=2)
    for name in ("Answered", "Promised", "Missed", "Overdue", "Soon", "Errand", "Later"):
        ring(desk, clock, people[name])  # called today, so that nothing is due but what follows
    desk.cadence.set_for(desk.actor, people["Weekly"], CadenceForm("high"))
    for name in ("Close", "Far"):
        desk.cadence.plan(desk.actor, people[name], TODAY)
    now = clock.now()
    desk.promises.promise(desk.actor, people["Promised"], PromiseForm(now, now + HOUR))
    desk.promises.promise(desk.actor, people["Missed"], PromiseForm(now - HOUR, now + timedelta(seconds=1)))
    desk.promises.promise(desk.actor, people["Later"], PromiseForm(now + 3 * HOUR, now + 4 * HOUR))
    clock.advance(minutes=1)
    for name, day, urgency in (("Overdue", 22, "routine"), ("Soon", 23, "urgent"), ("Errand", 1, "none")):
        form = FollowUpForm("Look after it", date(2026, 11, day), urgency=urgency)
        desk.follow_ups.add(desk.actor, people[name], form)
    queue = desk.today.queue(desk.actor)
    assert [(row.name.split(",")[0], row.why) for row in queue] == [
        ("Answered", "escalation_answered"),
        ("Missed", "promise_missed"),
        ("Promised", "promise_now"),
        ("Overdue", "follow_up_overdue"),
        ("Soon", "follow_up_due"),
        ("Weekly", "due"),  # the closer protocol, although two others have fewer minutes left
        ("Close", "due"),
        ("Far", "due"),
        ("Later", "promise_today"),
        ("Errand", "errand_due"),
    ]
    said = {row.name.split(",")[0]: row.why_words for row in queue}
    assert said["Answered"] == "Ana Alvarez answered: A fall without a blow to the head"
    assert said["Overdue"] == "Follow-up: Look after it, 1 day late"
    assert said["Weekly"] == "Weekly call, 14 days late"
    assert said["Close"] == "Planned call, today"


def test_a_row_says_what_the_rules_count_and_what_was_tried(desk: Desk, clock: FakeClock) -> None:
    patient = desk.patients.add(
        desk.actor,
        PatientForm(
            "Rosa",
            "Delgado",
            date(1948, 3, 2),
            phone="(312) 555-0142",
            time_zone="America/Los_Angeles",
            language="Spanish",
            call_from=time(8),
            call_until=time(11),
            call_days=("mon", "wed"),
        ),
    )
    join(desk, patient)
    work_on(desk, patient, 18)
    for outcome in ("no_answer", "left_message", "no_answer"):
        ring(desk, clock, patient, outcome, seconds=10)
    row = row_of(desk, patient)
    assert (row.month_seconds, row.seconds_to_go, row.next_code, row.verdict) == (1080, 120, "99490", "blocked")
    assert (row.attempts, row.in_vain, row.last_contact_on) == (3, 3, date(2026, 11, 20))
    assert (row.phone, row.language, row.practitioner) == ("3125550142", "Spanish", "Dr. Ito")
    assert (row.window, row.call_days, row.local_time) == ((time(8), time(11)), (0, 2), "07:00 PST")
    assert not row.can_be_called
    clock.advance(hours=1)
    assert row_of(desk, patient).can_be_called
    clock.advance(days=1)
    assert not row_of(desk, patient).can_be_called  # a Tuesday
    assert {"close", "no_answer", "plan_due"} <= row.filters
    assert row.flags == ("plan_due", "blocked")


def test_saved_filters(desk: Desk, clock: FakeClock) -> None:
    close, over, never, back, tried, none, dead, gone = (
        add_patient(desk, "X", name) for name in ("Close", "Over", "Never", "Back", "Tried", "Nothing", "Dead", "Gone")
    )
    join(desk, close, over, never, back, tried, none, dead, gone)
    for number, (patient, minutes) in enumerate(((close, 15), (over, 20), (back, 1), (tried, 1), (none, 1))):
        work_on(desk, patient, minutes, hour=14 + number)
    ring(desk, clock, back, "call_back")
    for _ in range(3):
        ring(desk, clock, tried, "no_answer", seconds=5)
    desk.cadence.set_for(desk.actor, none, CadenceForm(protocol="none"))
    record = desk.patients.form(desk.actor, dead)
    desk.patients.edit(
        desk.actor, dead, PatientForm(record.given_name, record.family_name, record.born_on, died_on=TODAY)
    )
    desk.enrolments.stop(desk.actor, gone, TODAY, "Moved")

    def found(which: str) -> set[str]:
        return set(names(desk.today.queue(desk.actor, which)))

    assert found("close") == {"Close"}
    assert found("first_contact") == {"Never"}
    assert found("call_back") == {"Back"}
    assert found("no_answer") == {"Tried"}
    assert found("unscheduled") == {"Nothing"}
    assert found("plan_due") == {"Close", "Over", "Never", "Back", "Tried", "Nothing"}
    assert found("due_today") == {"Never"}
    assert found("ready") == found("promised_now") == set()
    assert found("") == {"Never", "Back"}  # a call back that nobody planned is not finished
    desk.cadence.plan(desk.actor, none, TODAY)
    assert found("unscheduled") == set()
    with pytest.raises(ValueError, match="no filter"):
        desk.today.queue(desk.actor, "everything")
    for row in desk.today.everyone(desk.actor):
        assert row.filters <= set(FILTERS)
        assert set(row.flags) <= set(FLAGS)


def test_a_contact_begun_and_not_finished_is_a_reason_of_its_own(desk: Desk, clock: FakeClock) -> None:
    back, due = add_patient(desk, "X", "Back"), add_patient(desk, "X", "Due")
    join(desk, back, due)
    ring(desk, clock, back, "call_back")
    row = row_of(desk, back)
    assert (row.why, row.why_words) == (
        "not_finished",
        "Call back wanted 11/23, nothing planned",
    )
    assert "not_finished" in row.flags
    assert names(desk.today.queue(desk.actor)) == ["Back", "Due"]
    desk.cadence.plan(desk.actor, back, date(2026, 11, 30))
    assert row_of(desk, back).why == ""


def test_a_first_contact_says_since_when_it_waits(desk: Desk) -> None:
    old, new = add_patient(desk, "X", "Old"), add_patient(desk, "X", "New")
    join(desk, old, started=date(2024, 12, 30))
    join(desk, new, started=TODAY)
    assert row_of(desk, old).why_words == "First contact, waiting since 12/30/2024"
    assert row_of(desk, new).why_words == "First contact"


def test_whoever_did_not_answer_waits_until_the_others_were_tried(desk: Desk, clock: FakeClock) -> None:
    one, two = add_patient(desk, "X", "One"), add_patient(desk, "X", "Two")
    join(desk, one, two)
    assert names(desk.today.queue(desk.actor)) == ["One", "Two"]
    ring(desk, clock, one, "no_answer", seconds=5)
    assert names(desk.today.queue(desk.actor)) == ["Two", "One"]
    clock.advance(days=1)
    assert names(desk.today.queue(desk.actor)) == ["One", "Two"]


def test_my_queue_holds_my_patients_nobodys_and_what_i_owe(desk: Desk, clock: FakeClock) -> None:
    mine, nobodys, bens, owed = (add_patient(desk, "X", name) for name in ("Mine", "Nobodys", "Bens", "Owed"))
    join(desk, mine, nobodys, bens, owed)
    ben = colleague(desk, "Ben Okoro", "nurse")
    desk.cadence.set_owner(desk.actor, [mine], desk.actor.person_id)
    desk.cadence.set_owner(desk.actor, [bens, owed], ben.person_id)
    now = clock.now()
    desk.promises.promise(desk.actor, owed, PromiseForm(now, now + HOUR))
    assert names(desk.today.queue(desk.actor)) == ["Owed", "Mine", "Nobodys"]
    assert set(names(desk.today.queue(ben))) == {"Bens", "Nobodys", "Owed"}
    assert len(desk.today.queue(desk.actor, mine=False)) == 4
    assert row_of(desk, bens).owner == "Ben Okoro"
    with desk.opened.ledger.writing(desk.actor, "people.edit") as work:
        work.session.get_one(Person, ben.person_id).active = False
    assert "Bens" in names(desk.today.queue(desk.actor))  # who left owns nobody
    with pytest.raises(NotPermitted):
        desk.today.queue(colleague(desk, "Dana Whitlock", "manager"))


def test_an_escalation_asks_who_may_answer_and_rises_for_who_raised_it(desk: Desk, clock: FakeClock) -> None:
    patient = add_patient(desk)
    join(desk, patient)
    nurse, doctor = colleague(desk, "Ben Okoro", "nurse"), colleague(desk, "Miriam Hale", "practitioner")
    made = desk.escalations.escalate(nurse, patient, EscalationForm("blood_sugar", "58", person_id=doctor.person_id))
    assert row_of(desk, patient, doctor).why == "escalation_to_answer"
    assert row_of(desk, patient, doctor).why_words == "Answer by 10:00 AM: Blood sugar under 70, or 300 and above"
    assert row_of(desk, patient, nurse).why == "due"
    clock.advance(minutes=61)
    assert row_of(desk, patient, nurse).why == "escalation_overdue"
    assert row_of(desk, patient, nurse).why_words == "No answer from Miriam Hale by 10:00 AM"
    desk.escalations.answer(doctor, made.id, "Juice, again in 15 minutes")
    assert row_of(desk, patient, nurse).why == "escalation_answered"
    desk.escalations.close(nurse, made.id, "102 after juice")
    assert row_of(desk, patient, nurse).why == "due"


def test_marks_of_a_row(desk: Desk, clock: FakeClock) -> None:
    patient = add_patient(desk)
    join(desk, patient)
    ring(desk, clock, patient, "wrong_number", seconds=5)
    desk.chart.add_stay(desk.actor, patient, StayForm("inpatient", date(2026, 11, 22), None))
    desk.follow_ups.add(desk.actor, patient, FollowUpForm("Find a number", date(2026, 12, 1)))
    desk.calls.start(desk.actor, patient)
    assert row_of(desk, patient).flags == (
        "follow_up",
        "open_call",
        "hospital",
        "no_phone",
        "wrong_number",
        "plan_due",
        "blocked",
    )


def test_corrected_and_withdrawn_time_changes_the_queue_at_once(desk: Desk) -> None:
    patient = add_patient(desk)
    join(desk, patient)
    entry = work_on(desk, patient, 18)
    assert row_of(desk, patient).month_seconds == 1080
    desk.time_entries.withdraw(desk.actor, entry, "Another patient")
    assert row_of(desk, patient).month_seconds == 0


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_what_is_kept_between_two_looks_is_what_a_fresh_look_sees(  # noqa: C901 - one branch a step
    desk: Desk, clock: FakeClock, seed: int
) -> None:
    """Whatever is written in between: the kept verdicts are the ones that judging everybody anew gives."""
    rng = Random(seed)  # noqa: S311 - which steps are taken
    patients = [add_patient(desk, "X", f"P{number}") for number in range(4)]
    join(desk, *patients)
    entries: list[str] = []
    seen = set()
    for _ in range(40):
        patient, number = rng.choice(patients), rng.randrange(20)
        what = rng.choice(("time", "time", "time", "withdraw", "consent", "stay", "call", "stop", "coverage", "plan"))
        try:
            if what == "time":
                entries.append(work_on(desk, patient, 1 + number, hour=number, day=1 + number))
            elif what == "withdraw" and entries:
                desk.time_entries.withdraw(desk.actor, entries.pop(), "mistake")
            elif what == "consent":
                told = ConsentForm(*(True,) * 4, given_on=date(2026, 11, 1 + number))
                desk.enrolments.record_consent(desk.actor, patient, told)
            elif what == "stay":
                stay = StayForm("inpatient", date(2026, 11, 1 + number), date(2026, 11, 2 + number))
                desk.chart.add_stay(desk.actor, patient, stay)
            elif what == "call":
                ring(desk, clock, patient, "reached", seconds=5 + number)
            elif what == "stop" and patient == patients[0]:
                desk.enrolments.stop(desk.actor, patient, TODAY, "why")
            elif what == "coverage":
                record = desk.patients.form(desk.actor, patient)
                desk.patients.edit(desk.actor, patient, replace(record, coverage=rng.choice(("none", "part_b"))))
            elif what == "plan":
                desk.cadence.plan(desk.actor, patient, TODAY + timedelta(days=number))
        except ClinicError:
            continue  # refused: nothing was written
        seen.add(what)
        fresh = Today(desk.opened.ledger, StandingMonths(assets.load_rule_book(), "another program"))
        assert desk.today.everyone(desk.actor) == fresh.everyone(desk.actor)
        if number < 5:
            desk.today.keep_months(desk.actor)
        # Whoever signs in now begins with what was kept, a while ago or just now.
        recalled = Today(desk.opened.ledger, StandingMonths(assets.load_rule_book(), __version__))
        assert recalled.everyone(desk.actor) == fresh.everyone(desk.actor)
    assert len(seen) >= 6


def test_months_are_kept_for_the_next_sign_in_by_the_same_program_alone(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    patient, other = add_patient(desk, "X", "Close"), add_patient(desk, "X", "Other")
    join(desk, patient, other)
    work_on(desk, patient, 18)
    rows = desk.today.everyone(desk.actor)
    assert desk.today.keep_months(desk.actor)
    assert not desk.today.keep_months(desk.actor)  # nothing new
    judged: list[Collection[int] | None] = []

    def counting(
        session: Session, clinic: Clinic, month: Month, book: RuleBook, ids: Collection[int] | None = None
    ) -> list[Judged]:
        judged.append(ids)
        return judge(session, clinic, month, book, ids)

    monkeypatch.setattr(standing_months, "judge", counting)
    same = Today(desk.opened.ledger, StandingMonths(assets.load_rule_book(), __version__))
    assert same.everyone(desk.actor) == rows
    assert judged == []
    work_on(desk, other, 3, hour=17)
    assert same.everyone(desk.actor) == desk.today.everyone(desk.actor)
    assert judged == [{other}, {other}]
    newer = Today(desk.opened.ledger, StandingMonths(assets.load_rule_book(), "9.9.9"))
    assert newer.everyone(desk.actor) == same.everyone(desk.actor)
    assert judged[-1] is None
