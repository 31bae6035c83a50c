import gc
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import pytest
from PySide6.QtWidgets import QApplication, QLabel, QPushButton, QWidget
from shiboken6 import isValid, ownedByPython

from app.models import Condition, TimeEntry
from app.rules.month import Month
from app.services.chart_forms import ConditionForm, StayForm
from app.services.time_entries import EntryForm
from app.views.chart.chart_view import ChartView
from app.views.chart.code_field import CodeField
from app.views.chart.conditions_tab import ConditionsTab
from app.views.chart.services_tab import ServicesTab
from app.views.chart.time_tab import TimeTab
from app.views.patients.patient_form import PatientFormView
from app.views.theme import Theme
from app.views.widgets import ChoiceField, Confirm, LineField
from tests.views.clipping import clipped
from tests.views.patient_room import CTRL, KEY, PatientRoom, patient_room

NOVEMBER = Month(2026, 11)


@pytest.fixture
def room(request: pytest.FixtureRequest) -> Iterator[PatientRoom]:
    with patient_room(request) as made:
        yield made


def enrolled(room: PatientRoom) -> int:
    patient = room.add("Baker", mrn="B-7", phone="7085550142")
    room.enrol(patient, room.practitioner())
    return patient


def worked(room: PatientRoom, patient_id: int, minutes: int = 12, *, activity: str = "patient_call") -> str:
    """Time that a timer ran for, on 11/20/2026 from 9:00:07 AM; returns the entry's id."""
    start = datetime(2026, 11, 20, 15, 0, 7, tzinfo=UTC)
    with room.desk.opened.ledger.writing(room.desk.actor, "time.write") as work:
        work.session.add(
            TimeEntry(
                entry_id="e1",
                version=1,
                patient_id=patient_id,
                start_at=start,
                end_at=start + timedelta(minutes=minutes, seconds=23),
                utc_offset_minutes=-360,
                staff=room.desk.actor.name,
                credential="RN",
                role="clinical_staff",
                activity=activity,
                contact="reached",
                source="timer",
                written_at=room.clock.now(),
                written_by=room.desk.actor.name,
            )
        )
    return "e1"


def save(room: PatientRoom) -> None:
    room.press(KEY.Key_S, CTRL)
    room.settle()
    assert not room.chart.host.is_open


def test_the_head_says_who_it_is(room: PatientRoom) -> None:
    room.open_chart(enrolled(room))
    assert room.find(QLabel, "chart_name").text() == "Baker, Ann"
    facts = room.find(QLabel, "chart_facts").text()
    for said in ("03/02/1948 (78)", "MRN B-7", "708-555-0142", "Medicare Part B", "Mai Ito"):
        assert said in facts
    assert "Baker" not in room.window.windowTitle()


def test_each_missing_thing_is_named_and_leads_to_where_it_is_mended(room: PatientRoom) -> None:
    room.open_chart(enrolled(room))
    assert "No consent to chronic care management" in room.find(QLabel, "finding_no_consent_row_text").text()
    assert room.find(QLabel, "finding_cond_lt_2_row_text").isVisible()
    room.click("finding_cond_lt_2_go")
    assert isinstance(room.chart.tabs.currentWidget(), ConditionsTab)
    room.chart.go_to("overview")
    room.click("finding_no_consent_go")
    room.qtbot.waitUntil(lambda: room.chart.host.is_open)
    assert room.find(QWidget, "consent_form").isVisible()


def test_consent_is_recorded_with_each_of_the_four_ticked(room: PatientRoom) -> None:
    patient = enrolled(room)
    room.open_chart(patient, "consent")
    room.qtbot.waitUntil(lambda: room.chart.host.is_open)
    for key in ("told_availability", "told_cost_sharing", "told_one_practitioner", "told_right_to_stop"):
        room.find(QWidget, f"{key}_box").setFocus()
        room.press(KEY.Key_Space)
    save(room)
    consent = room.desk.enrolments.state(room.desk.actor, patient).consent
    assert consent is not None
    assert consent.is_complete
    assert (consent.method, consent.given_at, consent.taken_by) == ("verbal", room.clock.now(), "Ana Alvarez")
    assert consent.practitioner == "Mai Ito"


def test_a_consent_of_which_only_the_day_is_known(room: PatientRoom) -> None:
    patient = enrolled(room)
    chart = room.open_chart(patient, "consent")
    room.qtbot.waitUntil(lambda: chart.host.is_open)
    room.find(QWidget, "consent_when_2").click()  # type: ignore[attr-defined]
    assert not chart.findChild(QWidget, "given_at").isVisible()  # type: ignore[union-attr]
    room.fill("given_on", "11/01/2026")
    room.find(QWidget, "consent_method_1").click()  # type: ignore[attr-defined]
    save(room)
    consent = room.desk.enrolments.state(room.desk.actor, patient).consent
    assert consent is not None
    assert (consent.given_on, consent.given_at, consent.method) == (date(2026, 11, 1), None, "written")
    assert not consent.is_complete
    assert "Not all four things were told" in room.find(QLabel, "enrolment_banner_text").text()


def test_a_consent_in_the_future_is_refused_beside_its_field(room: PatientRoom) -> None:
    chart = room.open_chart(enrolled(room), "consent")
    room.qtbot.waitUntil(lambda: chart.host.is_open)
    room.find(QWidget, "consent_when_1").click()  # type: ignore[attr-defined]
    room.fill("given_on", "11/23/2026")
    room.fill("given_at", "11 pm")
    room.press(KEY.Key_S, CTRL)
    room.settle()
    assert chart.host.is_open
    assert "lies in the future" in room.find(QLabel, "given_at_error").text()


def test_revoking_asks_for_the_day_and_ends_the_enrolment(room: PatientRoom) -> None:
    patient = enrolled(room)
    test_consent = room.open_chart(patient, "consent")
    room.qtbot.waitUntil(lambda: test_consent.host.is_open)
    save(room)
    room.qtbot.waitUntil(lambda: room.find(QPushButton, "enrolment_revoke").isVisible())
    room.click("enrolment_revoke")
    room.fill("reason", "Costs too much")
    save(room)
    state = room.desk.enrolments.state(room.desk.actor, patient)
    assert (state.status, state.ended_on, state.ended_reason) == ("stopped", date(2026, 11, 23), "Costs too much")
    room.settle()
    assert room.find(QPushButton, "enrolment_enrol").text().strip() == "Enrol again"


def test_enrolling_says_whether_a_visit_is_needed(room: PatientRoom) -> None:
    room.practitioner()
    patient = room.add("Baker")
    chart = room.open_chart(patient, "enrolment")
    room.qtbot.waitUntil(lambda: chart.host.is_open)
    hint = room.find(QLabel, "visit_hint")
    assert "A visit in the year before the start is needed" in hint.text()
    room.fill("last_seen_on", "12/01/2025")
    assert "No initiating visit is needed" in hint.text()
    room.fill("last_seen_on", "11/22/2025")
    assert "A visit in the year before the start is needed" in hint.text()
    room.fill("visit_on", "11/02/2026")
    room.press(KEY.Key_S, CTRL)
    room.settle()
    assert "billing code" in room.find(QLabel, "visit_code_error").text()
    room.fill("visit_code", "g0439")
    save(room)
    state = room.desk.enrolments.state(room.desk.actor, patient)
    assert (state.status, state.ccm_started_on, state.visit_code) == ("enrolled", date(2026, 11, 23), "G0439")


def test_declining_is_recorded_with_its_reason(room: PatientRoom) -> None:
    room.practitioner()
    patient = room.add("Baker")
    room.open_chart(patient, "enrolment_tab")
    room.click("enrolment_decline")
    room.fill("reason", "Not now")
    save(room)
    state = room.desk.enrolments.state(room.desk.actor, patient)
    assert (state.status, state.ended_reason) == ("declined", "Not now")


def test_without_a_practitioner_the_tab_says_where_to_add_one(room: PatientRoom) -> None:
    room.open_chart(room.add("Baker"), "enrolment_tab")
    assert "Add one under Settings" in room.find(QLabel, "enrolment_banner_text").text()
    assert not room.find(QPushButton, "enrolment_enrol").isEnabled()


def test_a_problem_of_the_chart_is_confirmed_for_ccm(room: PatientRoom) -> None:
    patient = enrolled(room)
    with room.desk.opened.ledger.writing(room.desk.actor, "chart.edit") as work:
        work.session.add(
            Condition(patient_id=patient, code_system="snomed", code="44054006", description="Diabetes", onset_on=None)
        )
    chart = room.open_chart(patient, "conditions")
    tab = chart.tabs.currentWidget()
    assert isinstance(tab, ConditionsTab)
    assert [row.description for row in tab.problems.table.rows] == ["Diabetes"]
    tab.problems.list.setFocus()
    room.press(KEY.Key_Return)
    room.fill("code", "E119")
    room.find(QWidget, "condition_12_months_box").setFocus()
    room.press(KEY.Key_Space)
    room.find(QWidget, "condition_risk_box").setFocus()
    room.press(KEY.Key_Space)
    save(room)
    room.qtbot.waitUntil(lambda: [row.code for row in tab.chronic.table.rows] == ["E11.9"])
    assert tab.chronic.table.rows[0].counts
    assert [row.confirmed_as for row in tab.problems.table.rows] == ["E11.9"]


def test_a_code_of_no_shape_is_refused_and_nothing_typed_is_lost(room: PatientRoom) -> None:
    patient = enrolled(room)
    chart = room.open_chart(patient, "conditions")
    room.click("chronic_add")
    room.fill("description", "Diabetes")
    room.fill("code", "hello")
    room.press(KEY.Key_S, CTRL)
    room.qtbot.waitUntil(lambda: "ICD-10-CM" in room.find(QLabel, "code_error").text())
    room.press(KEY.Key_Escape)
    asked = next(each for each in room.window.findChildren(Confirm) if each.isVisible())
    room.qtbot.keyClick(asked, KEY.Key_Escape)
    assert chart.host.is_open
    room.fill("code", "E11.9")
    save(room)
    assert [row.code for row in room.desk.chart.conditions(room.desk.actor, patient)] == ["E11.9"]


def test_another_tab_is_one_key_away(room: PatientRoom) -> None:
    chart = room.open_chart(enrolled(room))
    words = [chart.tabs.tabText(at) for at in range(chart.tabs.count())]
    assert words[0] == "Overview"
    for number in range(1, chart.tabs.count() + 1):
        room.press(KEY(KEY.Key_0 + number), CTRL)
        assert chart.tabs.currentIndex() == number - 1
    room.settle()


def test_time_says_what_counts_and_why_the_rest_does_not(room: PatientRoom) -> None:
    patient = enrolled(room)
    worked(room, patient)
    chart = room.open_chart(patient, "time")
    tab = chart.tabs.currentWidget()
    assert isinstance(tab, TimeTab)
    assert tab.entries.table.words_at(0)[1:4] == ("12:23", "12:23", "Counted")
    room.desk.chart.add_stay(room.desk.actor, patient, StayForm("inpatient", date(2026, 11, 20), date(2026, 11, 21)))
    room.qtbot.waitUntil(lambda: tab.entries.table.words_at(0)[2] == "0:00")
    assert tab.entries.table.words_at(0)[3] == "During a hospital stay"
    assert "Not counted 12:23: During a hospital stay." in tab.detail.text()


def test_a_month_is_stepped_back(room: PatientRoom) -> None:
    patient = enrolled(room)
    worked(room, patient)
    tab = room.open_chart(patient, "time").tabs.currentWidget()
    assert isinstance(tab, TimeTab)
    tab.month.back.click()
    room.settle()
    assert tab.month.month == Month(2026, 10)
    assert tab.entries.table.rowCount() == 0
    assert room.find(QLabel, "time_entries_empty").isVisible()


def test_time_is_added_by_hand_with_a_reason(room: PatientRoom) -> None:
    patient = enrolled(room)
    room.open_chart(patient, "time")
    room.click("time_entries_add")
    room.fill("day", "11/19/2026")
    room.fill("start", "2pm")
    room.fill("end", "2:10 pm")
    room.press(KEY.Key_S, CTRL)
    assert room.find(QLabel, "reason_error").text() == "Why it is entered by hand is needed."
    room.fill("reason", "Timer was not started")
    save(room)
    (entry,) = room.desk.time_entries.month(room.desk.actor, patient, NOVEMBER)
    assert (entry.seconds, entry.source, entry.reason) == (600, "manual", "Timer was not started")
    assert entry.start == datetime(2026, 11, 19, 20, tzinfo=UTC)


def test_overlapping_time_is_refused_in_words(room: PatientRoom) -> None:
    patient = enrolled(room)
    worked(room, patient)
    chart = room.open_chart(patient, "time")
    room.click("time_entries_add")
    room.fill("day", "11/20/2026")
    room.fill("start", "9:05 am")
    room.fill("end", "9:20 am")
    room.fill("reason", "Forgot")
    room.press(KEY.Key_S, CTRL)
    room.settle()
    assert chart.host.is_open
    assert room.find(QLabel, "add_time_form_banner_text").text() or room.find(QLabel, "start_error").text()
    assert len(room.desk.time_entries.month(room.desk.actor, patient, NOVEMBER)) == 1


def test_correcting_words_leaves_the_timer_s_seconds_alone(room: PatientRoom) -> None:
    patient = enrolled(room)
    worked(room, patient)
    room.open_chart(patient, "time")
    room.click("time_entries_correct")
    room.find(QWidget, "activity")
    room.fill("note", "Talked about the new pills")
    room.fill("reason", "Note was missing")
    save(room)
    (entry,) = room.desk.time_entries.month(room.desk.actor, patient, NOVEMBER)
    assert (entry.version, entry.source, entry.seconds) == (2, "timer", 12 * 60 + 23)
    assert entry.note == "Talked about the new pills"
    room.settle()
    assert "Earlier versions" in room.find(QLabel, "entry_detail").text()


def test_withdrawn_time_stays_on_record_and_counts_nothing(room: PatientRoom) -> None:
    patient = enrolled(room)
    worked(room, patient)
    tab = room.open_chart(patient, "time").tabs.currentWidget()
    assert isinstance(tab, TimeTab)
    room.click("time_entries_withdraw")
    room.fill("reason", "Wrong patient")
    save(room)
    room.qtbot.waitUntil(lambda: tab.entries.table.words_at(0)[2:4] == ("0:00", "Withdrawn"))
    assert not tab.entries.buttons["correct"].isEnabled()


def test_coverage_is_mended_on_the_record_above_the_chart(room: PatientRoom) -> None:
    patient = enrolled(room)
    room.context.open_chart(patient, "coverage")
    room.qtbot.waitUntil(lambda: isinstance(room.shown, PatientFormView))
    form = room.shown
    assert isinstance(form, PatientFormView)
    room.settle()
    room.qtbot.waitUntil(lambda: form.form.field("coverage").hasFocus())
    room.press(KEY.Key_Escape)
    assert room.chart.patient_id == patient


def test_stays_and_services_are_kept(room: PatientRoom) -> None:
    patient = enrolled(room)
    tab = room.open_chart(patient, "services").tabs.currentWidget()
    assert isinstance(tab, ServicesTab)
    room.click("services_add")
    room.fill("code", "g0181")
    room.fill("performed_on", "11/03/2026")
    room.find(QWidget, "service_by_0").click()  # type: ignore[attr-defined]
    save(room)
    room.qtbot.waitUntil(
        lambda: [(row.code, row.by) for row in tab.services.table.rows] == [("G0181", "same_practitioner")]
    )
    room.click("services_remove")
    asked = next(each for each in room.window.findChildren(Confirm) if each.isVisible())
    asked.action_button.click()
    room.qtbot.waitUntil(lambda: tab.services.table.rowCount() == 0)


def test_leaving_with_an_open_form_asks_first(room: PatientRoom) -> None:
    chart = room.open_chart(enrolled(room), "services")
    room.click("stays_add")
    room.fill("from_on", "11/03/2026")
    assert not room.window.back()
    assert room.shown is chart
    asked = next(each for each in room.window.findChildren(Confirm) if each.isVisible())
    asked.action_button.click()
    room.qtbot.waitUntil(lambda: not chart.host.is_open)
    assert room.window.back()


def test_f8_calls_this_patient(room: PatientRoom) -> None:
    patient = enrolled(room)
    room.open_chart(patient)
    room.press(KEY.Key_F8)
    assert room.called == [patient]


def test_a_manager_sees_minutes_and_no_notes_and_changes_no_chart(request: pytest.FixtureRequest) -> None:
    with patient_room(request, roles=("manager",)) as room:
        patient = room.add("Baker")
        chart = room.open_chart(patient, "time")
        assert room.window.findChild(QWidget, "time_entries_add") is None
        assert not room.window.findChild(QWidget, "notes").isVisible()  # type: ignore[union-attr]
        chart.go_to("conditions")
        room.settle()
        assert room.window.findChild(QWidget, "chronic_add") is None
        chart.go_to("consent")
        room.settle()
        assert not chart.host.is_open
        assert room.window.findChild(QWidget, "chart_call") is None


@pytest.mark.parametrize("scale", [100, 200])
def test_everything_has_room(room: PatientRoom, theme: Theme, scale: int) -> None:
    patient = enrolled(room)
    worked(room, patient)
    condition = ConditionForm("Hypertension", "I10", None, None, True, True, True)
    room.desk.chart.add_condition(room.desk.actor, patient, condition)
    theme.scale_text(scale)
    chart = room.open_chart(patient)
    for place in ("overview", "time", "enrolment_tab", "conditions", "services", "consent", "enrolment"):
        chart.go_to(place)
        room.settle()
        room.qtbot.waitUntil(lambda: clipped(chart) == [], timeout=3_000)


def test_no_part_of_a_screen_waits_for_the_garbage(room: PatientRoom) -> None:
    """A widget without a parent dies when Python collects its garbage, also in the middle of dressing another."""
    chart = room.open_chart(enrolled(room))
    for place in ("time", "conditions", "services", "consent"):
        chart.go_to(place)
        room.settle()
    gc.collect()
    loose = [
        f"{type(each).__name__} {each.objectName()}"
        for each in gc.get_objects()
        if isinstance(each, QWidget) and isValid(each) and ownedByPython(each) and each is not room.window
    ]
    assert loose == []


def test_typed_time_of_somebody_else_is_theirs(room: PatientRoom) -> None:
    patient = enrolled(room)
    form = EntryForm(datetime(2026, 11, 19, 20, tzinfo=UTC), datetime(2026, 11, 19, 20, 5, tzinfo=UTC), "education")
    room.desk.time_entries.add(room.desk.actor, patient, form, "Late")
    tab = room.open_chart(patient, "time").tabs.currentWidget()
    assert isinstance(tab, TimeTab)
    assert tab.entries.table.words_at(0)[5:] == ("Ana Alvarez", "By hand")


@pytest.mark.parametrize(
    ("typed", "code"), [("sugar", "E11.9"), ("HTN", "I10"), ("e119", "E11.9"), ("hipertension", "I10")]
)
def test_a_code_is_found_as_it_is_typed_and_names_the_condition(room: PatientRoom, typed: str, code: str) -> None:
    patient = enrolled(room)
    room.open_chart(patient, "conditions")
    room.click("chronic_add")
    field = room.find(CodeField, "code")
    room.fill("code", typed)
    room.qtbot.waitUntil(field.list.isVisible)
    offered = [field.list.model().index(row, 0).data() for row in range(field.list.model().rowCount())]
    assert any(each.startswith(f"{code} ") for each in offered), offered
    while not str(field.list.currentIndex().data()).startswith(f"{code} "):
        room.qtbot.keyClick(field.list, KEY.Key_Down)
    room.qtbot.keyClick(field.list, KEY.Key_Return)
    room.settle()
    assert field.value() == code
    assert room.find(LineField, "description").value() == field.words.text().partition(". ")[0]
    save(room)
    (row,) = room.desk.chart.conditions(room.desk.actor, patient)
    assert (row.code, row.documented_by) == (code, "Ana Alvarez, RN")


def test_a_code_of_another_year_is_said_to_be_missing_and_its_neighbours_named(room: PatientRoom) -> None:
    room.open_chart(enrolled(room), "conditions")
    room.click("chronic_add")
    room.fill("code", "E11")
    room.qtbot.waitUntil(lambda: "too general to bill" in room.find(CodeField, "code").words.text())
    assert "E11.9" in room.find(CodeField, "code").words.text()
    room.fill("code", "E11.999")
    room.qtbot.waitUntil(lambda: "is not in ICD-10-CM 2027" in room.find(CodeField, "code").words.text())


def test_a_code_that_is_typed_never_becomes_another_one(room: PatientRoom) -> None:
    room.open_chart(enrolled(room), "conditions")
    room.click("chronic_add")
    field = room.find(CodeField, "code")
    room.fill("code", "E11.2")
    room.qtbot.waitUntil(field.list.isVisible)
    room.qtbot.keyClick(field.list, KEY.Key_Tab)
    room.settle()
    assert field.value() == "E11.2"


def test_words_alone_are_enough_for_a_problem(room: PatientRoom) -> None:
    patient = enrolled(room)
    room.open_chart(patient, "conditions")
    room.click("problems_add")
    room.fill("description", "Trouble with the stairs")
    save(room)
    (row,) = room.desk.chart.conditions(room.desk.actor, patient)
    assert (row.code, row.description) == ("", "Trouble with the stairs")


def test_a_medicine_says_how_it_is_taken_and_by_whose_order(room: PatientRoom) -> None:
    patient = enrolled(room)
    room.open_chart(patient, "conditions")
    room.click("medicines_add")
    for name, text in (
        ("description", "Metformin 500 mg"),
        ("dose", "1 tablet"),
        ("frequency", "twice a day"),
        ("directions", "with meals"),
        ("prescriber", "Dr. Ito"),
    ):
        room.fill(name, text)
    room.find(ChoiceField, "route").setFocus()
    room.press(KEY.Key_Down)
    room.find(ChoiceField, "adherence").setFocus()
    room.press(KEY.Key_Down)
    room.press(KEY.Key_Down)
    save(room)
    (row,) = room.desk.chart.medications(room.desk.actor, patient)
    assert row.taken == "1 tablet by mouth twice a day, with meals"
    assert (row.prescriber, row.adherence) == ("Dr. Ito", "misses some")


def test_a_chart_opened_from_an_earlier_months_board_shows_that_month(room: PatientRoom) -> None:
    patient = enrolled(room)
    room.context.open_chart(patient, "time", Month(2026, 8))
    room.qtbot.waitUntil(lambda: isinstance(room.shown, ChartView))
    room.settle()
    time = room.chart.findChild(TimeTab)
    assert time is not None
    assert time.isVisible()
    assert time.month.month == Month(2026, 8)


def test_a_missing_medicare_number_is_mended_in_the_patients_record(room: PatientRoom) -> None:
    patient = enrolled(room)
    room.context.open_chart(patient, "mbi")
    room.qtbot.waitUntil(lambda: (QApplication.focusWidget() or room.window).objectName() == "mbi")
