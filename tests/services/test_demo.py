import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app import assets
from app.compose import house_of, open_desk
from app.models import (
    AuditEvent,
    Base,
    Call,
    CarePlan,
    Clinic,
    Condition,
    Consent,
    Note,
    Patient,
    PatientContact,
    Person,
    Practitioner,
    TimeEntry,
)
from app.rules.care_plan import content_hash, parse_section_kinds, read_content
from app.rules.errors import ClinicError
from app.rules.identifiers import icd10_is_shaped, mbi_is_valid, npi_is_valid, phone_is_valid
from app.rules.month import Month
from app.rules.month_blockers import BLOCKERS
from app.rules.month_warnings import WARNINGS
from app.rules.plan_gaps import gaps
from app.security.slots import Argon2Cost, read_key_file
from app.services.demo import Demo, DemoPlan, create_demo, invented
from app.services.demo_calendar import period_of
from app.services.demo_stories import stories
from app.services.demo_team import Biller, Member, Team
from app.services.desk import Desk
from app.services.founding import House, actor_named
from app.services.note_sections import default_note_sections
from app.storage import integrity
from tests.fake_clock import FakeClock

CHEAP = Argon2Cost(memory_kib=64 * 1024, passes=3, lanes=4)
CHICAGO = ZoneInfo("America/Chicago")
NOVEMBER_23 = datetime(2026, 11, 23, 15, 0, tzinfo=UTC)
PATIENTS = len(stories())  # each story once
EVERY_STORY = DemoPlan(patients=PATIENTS, months=2, seed=3)
OCTOBER, NOVEMBER = Month(2026, 10), Month(2026, 11)

# What the clock and the keys of each making give a value; all the rest is the clinic's contents.
NOT_CONTENTS = {
    "clinic": {"vault_id"},
    "person": {"slot_id", "added_at"},
}


def house_at(now: datetime) -> House:
    return replace(house_of(FakeClock(now)), cost=CHEAP)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Demo]:
    folder = tmp_path_factory.mktemp("demo") / "clinic"
    return folder, create_demo(folder, house_at(NOVEMBER_23), EVERY_STORY)


@pytest.fixture(scope="module")
def manager(made: tuple[Path, Demo]) -> Iterator[Desk]:
    folder, demo = made
    desk = open_desk(folder, "dana", demo.password, house_at(NOVEMBER_23))
    yield desk
    desk.close()


@pytest.fixture
def session(manager: Desk) -> Iterator[Session]:
    with Session(manager.opened.file.engine) as session:
        yield session


def contents(folder: Path, demo: Demo, now: datetime) -> dict[str, list[tuple[Any, ...]]]:
    """Return every row of the clinic's tables, without what `NOT_CONTENTS` names and without the audit trail."""
    desk = open_desk(folder, "dana", demo.password, house_at(now))
    try:
        with desk.opened.file.engine.connect() as connection:
            return {
                table.name: [
                    tuple(row)
                    for row in connection.execute(
                        select(*(c for c in table.columns if c.name not in NOT_CONTENTS.get(table.name, ())))
                    )
                ]
                for table in Base.metadata.sorted_tables
                if table.name != "audit_event"
            }
    finally:
        desk.close()


def test_everybody_can_sign_in_with_the_printed_password_and_has_their_role(made: tuple[Path, Demo]) -> None:
    folder, demo = made
    keys = {}
    for user in demo.users:
        if user.username == "dana":  # holds the clinic for the other tests
            continue
        keys[user.username] = user.roles
    assert keys == {
        "avery": ("Administrator",),
        "rosa": ("Nurse",),
        "ben": ("Nurse",),
        "tia": ("Care coordinator",),
        "drhale": ("Billing practitioner",),
        "jquill": ("Billing practitioner",),
        "iris": ("Auditor",),
    }
    slots = read_key_file(folder)
    for username in keys:
        slots.unlock(username, demo.password)[0].wipe()
    slots.unlock_with_recovery_key(demo.recovery_key).wipe()


def test_roles_are_those_that_are_printed(made: tuple[Path, Demo], session: Session) -> None:
    names = house_at(NOVEMBER_23).permissions.roles
    kept = {
        person.username: tuple(names[role] for role in person.roles)
        for person in session.scalars(select(Person))
        if person.username
    }
    assert kept == {user.username: user.roles for user in made[1].users}


def test_the_file_is_sound(manager: Desk) -> None:
    found = integrity.check(manager.opened.file.engine, manager.opened.file.key)
    assert found.faults == ()
    assert found.audit_events >= PATIENTS


def test_every_state_of_the_board_is_there(manager: Desk) -> None:
    results = manager.readiness.results(manager.actor, OCTOBER)
    assert {result["verdict"] for result in results} == {"ready", "short", "blocked"}
    blockers: set[str] = set()
    warnings: set[str] = set()
    excluded: set[str] = set()
    billed = set()
    for result in results:
        row: Any = result
        blockers |= set(row["blockers"])
        warnings |= set(row["warnings"])
        excluded |= {each["reason"] for each in row["excluded"]}
        if row["verdict"] == "ready":
            billed.add(tuple((line["code"], line["units"]) for line in row["lines"]))
    services = {"OTHER_BILLER", "PCM_SAME_PRACTITIONER", "APCM_SAME_MONTH", "G0181_G0182", "ESRD_MCP"}
    assert blockers == set(BLOCKERS) | services
    assert warnings >= (set(WARNINGS) - {"W_UB04"}) | {"W_TCM_SAME_MONTH", "W_APCM_OTHER", "W_ESRD_OTHER"}
    assert excluded == {
        "X_NONCLINICAL",
        "X_ADMIN_ACTIVITY",
        "X_OFFSHORE",
        "X_EM_PART",
        "X_OTHER_SERVICE",
        "X_UNCONFIRMED",
        "X_PRECONSENT",
        "X_POSTDEATH",
        "X_INPATIENT",
        "X_SNF",
        "X_OTHER_PATIENT",
        "X_OVERLAP_STAFF",
    }
    assert billed >= {
        (("99490", 1),),
        (("99490", 1), ("99439", 1)),
        (("99490", 1), ("99439", 2)),
        (("99487", 1),),
        (("99487", 1), ("99489", 1)),
        (("99491", 1),),
        (("99491", 1), ("99437", 1)),
    }


def test_the_running_month_is_open_and_shows_all_three_states(manager: Desk) -> None:
    results = manager.readiness.results(manager.actor, NOVEMBER)
    assert {result["verdict"] for result in results} == {"ready", "short", "blocked"}


def test_the_earlier_month_is_mostly_ready(manager: Desk) -> None:
    board = manager.readiness.results(manager.actor, Month(2026, 9))
    # The blocked ones are those who had not begun yet.
    began: Any = [row for row in board if "CONSENT_AFTER_MONTH" not in str(row) and "NO_CONSENT" not in str(row)]
    verdicts = Counter(row["verdict"] for row in began)
    assert verdicts["ready"] > 4 * (verdicts["short"] + verdicts["blocked"]) - 4


def test_stories_come_out_as_they_are_told(manager: Desk, session: Session) -> None:
    """The lot deals every story once; what its name says is what the rules say of its patient's month."""
    told = story_of_each(session)
    results: Any = {result["id"]: result for result in manager.readiness.results(manager.actor, OCTOBER)}
    expected = {
        "staff": ("ready", []),
        "staff_three": ("ready", []),
        "practitioner": ("ready", []),
        "complex_two": ("ready", []),
        "short_by_a_little": ("short", ["TIME_LT_THRESHOLD"]),
        "no_time_yet": ("short", ["TIME_LT_THRESHOLD"]),
        "in_hospital": ("short", ["TIME_LT_THRESHOLD"]),
        "time_unconfirmed": ("short", ["TIME_LT_THRESHOLD"]),
        "consent_pending": ("blocked", ["NO_CONSENT"]),
        "consent_incomplete": ("blocked", ["CONSENT_INCOMPLETE"]),
        "plan_unsigned": ("blocked", ["PLAN_COPY_NOT_GIVEN", "PLAN_UNSIGNED"]),
        "plan_missing": ("blocked", ["PLAN_MISSING"]),
        "copy_not_given": ("blocked", ["PLAN_COPY_NOT_GIVEN"]),
        "one_condition": ("blocked", ["COND_LT_2"]),
        "conditions_without_risk": ("blocked", ["COND_DURATION_OR_RISK"]),
        "other_biller": ("blocked", ["OTHER_BILLER"]),
        "entry_unsigned": ("blocked", ["TIME_UNSIGNED"]),
        "npi_wrong": ("blocked", ["NPI_INVALID"]),
        "biller_cannot_bill": ("blocked", ["BILLER_INELIGIBLE"]),
        "visit_missing": ("blocked", ["INIT_VISIT_MISSING"]),
        "visit_by_the_nurse": ("blocked", ["INIT_VISIT_CODE_INVALID"]),
        "visit_without_ccm": ("blocked", ["INIT_VISIT_NOT_DISCUSSED"]),
        "stopped_in_the_month": ("ready", []),
        "died_in_the_month": ("ready", []),
        "billed_already": ("blocked", ["ALREADY_BILLED"]),
    }
    found = {
        key: (results[f"p{patient}"]["verdict"], results[f"p{patient}"]["blockers"])
        for patient, key in told.items()
        if key in expected and f"p{patient}" in results
    }
    assert found == expected


def test_declined_and_never_asked_patients_have_no_month(manager: Desk, session: Session) -> None:
    told = story_of_each(session)
    ids = {result["id"] for result in manager.readiness.results(manager.actor, OCTOBER)}
    absent = {key for patient, key in told.items() if f"p{patient}" not in ids}
    assert absent == {"declined", "never_asked"}


def story_of_each(session: Session) -> dict[int, str]:
    """Return the story of each patient, by the audit row that wrote them."""
    told = {
        row.patient_id: str(json.loads(row.detail)["story"])
        for row in session.scalars(select(AuditEvent).where(AuditEvent.action == "demo.fill"))
        if row.patient_id is not None
    }
    assert sorted(told.values()) == sorted(story.key for story in stories())
    return told


def test_nobody_is_at_two_places_at_once_but_in_what_was_imported(session: Session) -> None:
    current: dict[str, TimeEntry] = {}
    for entry in session.scalars(select(TimeEntry).order_by(TimeEntry.version)):
        current[entry.entry_id] = entry
    by_staff: dict[str, list[TimeEntry]] = {}
    for entry in current.values():
        if not entry.withdrawn and entry.source != "imported":
            by_staff.setdefault(entry.staff, []).append(entry)
    for entries in by_staff.values():
        entries.sort(key=lambda entry: entry.start_at)
        assert all(before.end_at <= after.start_at for before, after in pairwise(entries))


def test_work_is_done_on_working_days_and_none_lies_ahead(session: Session) -> None:
    entries = session.scalars(select(TimeEntry)).all()
    assert len(entries) > 10 * PATIENTS
    for entry in entries:
        begins, ends = entry.start_at.astimezone(CHICAGO), entry.end_at.astimezone(CHICAGO)
        assert begins.weekday() < 5
        assert (begins.hour, ends.hour) >= (8, 8)
        assert ends.hour < 18
        assert begins.date() <= date(2026, 11, 20)
        assert entry.written_at < NOVEMBER_23
        assert entry.utc_offset_minutes == begins.utcoffset() // timedelta(minutes=1)  # type: ignore[operator]


def test_whoever_worked_it_can_be_told_apart_by_how_it_is_known(session: Session) -> None:
    entries = session.scalars(select(TimeEntry)).all()
    assert {entry.source for entry in entries} == {"timer", "manual", "estimated", "recovered", "imported"}
    assert all(
        (entry.call_id is not None) == (entry.source in {"timer", "estimated", "recovered"}) for entry in entries
    )
    assert {entry.role for entry in entries} == {"clinical_staff", "practitioner", "non_clinical"}


def test_nothing_in_it_is_a_real_persons(session: Session) -> None:
    patients = session.scalars(select(Patient)).all()
    assert len(patients) == PATIENTS
    for patient in patients:
        assert patient.mbi == "" or (mbi_is_valid(patient.mbi) and patient.mbi.startswith("9DE0M"))
        assert 1930 <= patient.born_on.year <= 1960
    assert len({patient.mbi for patient in patients if patient.mbi}) == sum(1 for patient in patients if patient.mbi)
    phones = {phone for patient in patients for phone in (patient.phone, patient.phone_alternate) if phone}
    phones |= {contact.phone for contact in session.scalars(select(PatientContact))}
    clinic = session.scalars(select(Clinic)).one()
    phones |= {clinic.phone, clinic.after_hours_phone}
    assert all(phone_is_valid(phone) and phone[3:8] == "55501" for phone in phones)
    # The one wrong NPI is on purpose; all of them begin as no number that was given out.
    npis = {row.npi: npi_is_valid(row.npi) for row in session.scalars(select(Practitioner))}
    assert sorted(npis.values()) == [False, True, True, True]
    assert all(npi.startswith("1999999") for npi in npis)


def test_names_that_trip_programs_are_among_them_and_namesakes_are_meant(session: Session) -> None:
    rows = session.scalars(select(Patient)).all()
    names = Counter((row.given_name, row.family_name) for row in rows)
    assert {("Siobhán", "O'Brien-Núñez"), ("", "Suryani"), ("Thị Ánh", "Nguyễn")} <= set(names)
    assert {name for name, times in names.items() if times > 1} == {("Rosa", "Montoya")}
    assert len({row.born_on for row in rows if row.family_name == "Montoya" and row.given_name == "Rosa"}) == 2


def test_signed_plans_could_be_signed_and_the_unsigned_could_not(session: Session) -> None:
    kinds = parse_section_kinds(assets.load_toml("care_plan_sections.toml"))
    plans = session.scalars(select(CarePlan)).all()
    assert {plan.status for plan in plans} == {"signed", "draft"}
    assert {plan.version for plan in plans} == {None, 1, 2}
    for plan in plans:
        missing = [gap.key for gap in gaps(kinds, read_content(plan.content))]
        if plan.status == "signed":
            assert (missing, plan.content_hash) == ([], content_hash(plan.content))
            assert npi_is_valid(plan.signer_npi)
        else:
            assert missing == ["goals"]


def test_notes_of_reached_calls_have_what_a_wrap_up_asks_for(session: Session) -> None:
    needed = {section.title for section in default_note_sections() if section.required}
    outcomes = {call.id: call.outcome for call in session.scalars(select(Call))}
    noted = set()
    for note in session.scalars(select(Note)):
        parts = dict(json.loads(note.content))
        assert all(text and "{" not in text for text in parts.values())
        if note.call_id is not None and outcomes[note.call_id] == "reached":
            assert needed <= set(parts)
        noted.add(note.call_id)
    # Every call but an attempt has its note.
    assert {call for call, outcome in outcomes.items() if outcome in {"reached", ""}} == noted
    assert {"reached", "no_answer", "left_message", ""} == set(outcomes.values())


def test_every_condition_is_coded_and_consents_are_before_the_work(session: Session) -> None:
    for condition in session.scalars(select(Condition).where(Condition.confirmed)):
        assert icd10_is_shaped(condition.code)
    given = {row.patient_id: row for row in session.scalars(select(Consent))}
    early = {
        entry.patient_id
        for entry in session.scalars(select(TimeEntry))
        if entry.patient_id in given and entry.start_at.astimezone(CHICAGO).date() < given[entry.patient_id].given_on
    }
    assert len(early) == 1  # the one who began in mid-month


def test_the_day_has_something_of_everything(manager: Desk) -> None:
    desk, actor = manager, actor_named(manager.opened.file, "rosa")
    rows = desk.today.everyone(actor, mine=False)
    assert {"promise_now", "promise_missed", "follow_up_overdue", "due"} <= {row.why for row in rows}
    assert {row.risk_tier for row in rows} == {"high", "rising", "low", ""}
    assert {"Rosa Delgado", "Ben Okoro", "Tia Marsh", ""} <= {row.owner for row in rows}
    assert any("no_answer" in row.filters for row in rows)
    found = desk.follow_ups.rows(actor, state="all")
    assert any(row.is_overdue for row in found)
    assert {row.status for row in found} == {"open", "done"}
    assert all(row.made_at < NOVEMBER_23 for row in found)
    assert {"answered", "open"} <= {row.status for row in desk.escalations.rows(actor, state="all")}
    assert desk.follow_ups.incomplete(actor)
    assert 0 < desk.notes.unfiled_count(actor, mine=False) < 60


def test_screens_open_every_chart(made: tuple[Path, Demo], manager: Desk) -> None:
    for patient_id in manager.patients.ids(manager.actor):
        manager.overviews.of(manager.actor, patient_id)
        manager.chart.conditions(manager.actor, patient_id)
        manager.enrolments.state(manager.actor, patient_id)
        assert manager.patients.form(manager.actor, patient_id).born_on is not None


def test_the_same_seed_and_month_give_the_same_contents(tmp_path: Path) -> None:
    plan = DemoPlan(patients=24, months=1, through=OCTOBER, seed=11)
    later = NOVEMBER_23 + timedelta(hours=5)  # the same day
    one = create_demo(tmp_path / "one", house_at(NOVEMBER_23), plan)
    two = create_demo(tmp_path / "two", house_at(later), plan)
    first = contents(tmp_path / "one", one, NOVEMBER_23)
    assert first == contents(tmp_path / "two", two, later)
    assert one.recovery_key != two.recovery_key
    other = create_demo(tmp_path / "other", house_at(NOVEMBER_23), replace(plan, seed=12))
    assert contents(tmp_path / "other", other, NOVEMBER_23)["patient"] != first["patient"]


def test_a_finished_stretch_is_the_same_on_any_day(tmp_path: Path) -> None:
    plan = DemoPlan(patients=8, months=1, through=Month(2026, 8), seed=2)
    days = (NOVEMBER_23, NOVEMBER_23 + timedelta(days=40))
    made = [create_demo(tmp_path / str(number), house_at(now), plan) for number, now in enumerate(days)]
    assert [demo.running for demo in made] == [None, None]
    one, two = (contents(tmp_path / str(n), demo, now) for n, (demo, now) in enumerate(zip(made, days, strict=True)))
    assert one == two
    assert max(row[4] for row in one["time_entry"]).astimezone(CHICAGO).date() <= date(2026, 8, 31)


def test_on_the_first_of_a_month_the_running_one_is_empty_but_open(tmp_path: Path) -> None:
    now = datetime(2026, 11, 1, 14, 0, tzinfo=UTC)  # a Sunday
    demo = create_demo(tmp_path / "clinic", house_at(now), DemoPlan(patients=6, months=1))
    assert (demo.finished, demo.running) == ((OCTOBER,), NOVEMBER)


@pytest.mark.parametrize(
    ("plan", "said"),
    [
        (DemoPlan(patients=0), "1 to 5,000 patients"),
        (DemoPlan(patients=5_001), "1 to 5,000 patients"),
        (DemoPlan(months=0), "finished months"),
        (DemoPlan(months=25), "finished months"),
        (DemoPlan(through=NOVEMBER), "not over yet"),
        (DemoPlan(through=Month(2031, 1)), "not over yet"),
        (DemoPlan(through=Month(2025, 3)), "rules of that month are not known"),
    ],
)
def test_what_cannot_be_made_is_refused_and_leaves_nothing(tmp_path: Path, plan: DemoPlan, said: str) -> None:
    with pytest.raises(ClinicError, match=said):
        create_demo(tmp_path / "clinic", house_at(NOVEMBER_23), plan)
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_holds_something_is_left_as_it_is(tmp_path: Path) -> None:
    folder = tmp_path / "clinic"
    folder.mkdir()
    (folder / "letter.txt").write_text("mine", encoding="utf-8")
    with pytest.raises(ClinicError, match="exists already"):
        create_demo(folder, house_at(NOVEMBER_23), DemoPlan(patients=2, months=1))
    assert [path.name for path in folder.iterdir()] == ["letter.txt"]
    assert [path.name for path in tmp_path.iterdir()] == ["clinic"]


def test_giving_up_half_way_leaves_nothing(tmp_path: Path) -> None:
    class Enough(Exception):
        pass

    def stop(done: int, total: int) -> None:
        assert total == 5
        if done == 3:
            raise Enough

    with pytest.raises(Enough):
        create_demo(tmp_path / "clinic", house_at(NOVEMBER_23), DemoPlan(patients=5, months=1), stop)
    assert list(tmp_path.iterdir()) == []


def test_a_large_clinic_has_the_hands_it_needs() -> None:
    hands = tuple(Member(number, f"Nurse {number}", "RN", ("nurse",)) for number in range(1, 10))
    doctor = Member(20, "Doctor", "MD", ("practitioner",))
    other = Member(21, "Other doctor", "NP", ("practitioner",))
    billers = (Biller(1, "1999999901", 1, doctor), Biller(2, "1999999919", 1, other))
    cannot = {key: Biller(3, "1999999930", 0, None) for key in ("ineligible", "bad_npi")}
    team = Team(hands, billers, cannot, Member(22, "Desk", "", ()))
    charts = invented(900, team, period_of(1, OCTOBER, NOVEMBER_23, CHICAGO), "large")
    entries = [row for chart in charts for row in chart.then if isinstance(row, TimeEntry)]
    assert len({chart.patient.id for chart in charts}) == 900
    assert max(entry.end_at.astimezone(CHICAGO).hour for entry in entries) < 18


def test_the_last_finished_month_is_approved_in_part_and_made_in_part(tmp_path: Path) -> None:
    house = house_at(NOVEMBER_23)

    def open_as(folder: Path, username: str, passphrase: str) -> Desk:
        return open_desk(folder, username, passphrase, house)

    demo = create_demo(tmp_path / "clinic", house, DemoPlan(patients=40, months=1), open_desk=open_as)
    desk = open_as(tmp_path / "clinic", "dana", demo.password)
    try:
        counts = desk.readiness.board(desk.actor, OCTOBER).counts
        assert counts["exported"] > 0
        assert counts["approved"] > 0
        assert desk.integrity.check(desk.actor, lambda _: None).faults == ()
    finally:
        desk.close()
