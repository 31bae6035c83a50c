"""The board's own deeds with real keys: holding, handing over, recording, filtering, looking back."""

from collections.abc import Iterator
from datetime import date

import pytest
from PySide6.QtWidgets import QApplication, QLabel

from app.services.follow_ups import FollowUpRow
from app.views.month_end.check_list import CheckList
from app.views.month_end.history_chart import HistoryChart
from app.views.theme import Theme
from tests.fake_clock import FakeClock
from tests.services.clinic_month import OCTOBER, enrolled, ready, together
from tests.views.clipping import clipped
from tests.views.month_room import CTRL, KEY, SHIFT, MonthRoom, month_room

UNCOVERED = {**ready("d", day=8), "enrolment": [enrolled("d", coverage="none")]}
CLINIC = together(ready("a"), ready("b", day=6), ready("c", minutes=15, day=7), UNCOVERED)
A, B, C, D = (f"Quill-{each}, Nora" for each in "abcd")


@pytest.fixture
def october(request: pytest.FixtureRequest) -> Iterator[MonthRoom]:
    """Two are ready, one is short, one has no Part B; the board shows October, it is November."""
    with month_room(request, CLINIC) as room:
        room.press(KEY.Key_PageUp, CTRL)
        yield room


def confirm(room: MonthRoom, reason: str) -> None:
    """Type a reason into the question that is open, and do it."""
    room.qtbot.waitUntil(lambda: room.focus == "confirm_reason")
    room.write(reason)
    room.go_to("confirm_action")
    room.press(KEY.Key_Space)
    room.window.activateWindow()
    room.qtbot.waitUntil(lambda: QApplication.focusWidget() is not None)
    room.settle()


def tasks_of(room: MonthRoom) -> tuple[FollowUpRow, ...]:
    return room.desk.follow_ups.rows(room.desk.actor)


def test_a_month_is_held_with_a_reason_and_released_again(october: MonthRoom) -> None:
    october.press(KEY.Key_Home)
    assert october.current == A
    october.go_to("month_hold_set")
    october.press(KEY.Key_Space)
    confirm(october, "A stay is being asked about")
    assert october.rows[A].state == "held"
    assert october.says("month_hold_text") == "Held by Ana Alvarez: A stay is being asked about"
    assert october.page.patients.states.buttons["held"].accessibleName() == "Held 1"
    assert october.focus == "month_list"
    october.go_to("month_hold_action")
    october.press(KEY.Key_Space)
    confirm(october, "There was none")
    assert october.rows[A].state == "ready"
    assert not october.says("month_hold_text")


def test_a_month_is_marked_not_billed_and_that_is_taken_back(october: MonthRoom) -> None:
    october.press(KEY.Key_End)
    october.go_to("month_not_billed")
    october.press(KEY.Key_Space)
    confirm(october, "A courtesy")
    assert october.rows[D].state == "not_billed"
    assert october.says("month_patient_state_words") in ("", "Not billed")
    october.go_to("month_hold_action")
    october.press(KEY.Key_Space)
    confirm(october, "It is billed after all")
    assert october.rows[D].state == "blocked"


def test_a_task_is_handed_to_its_owner_from_the_board(october: MonthRoom) -> None:
    october.press(KEY.Key_F7)
    assert october.current == C
    october.go_to("missing_0_hand")
    october.press(KEY.Key_Space)
    assert october.says("hand_over_what") == "The counted time does not reach 20 minutes."
    october.press(KEY.Key_S, CTRL)
    made = tasks_of(october)
    assert [(row.patient, row.owner) for row in made] == [(C, "Ana Alvarez")]
    assert october.notice() == "The task is handed over."
    assert "Handed to Ana Alvarez until" in october.says("missing_0_owner")
    assert not october.offers("missing_0_hand")
    assert october.focus == "month_list"


def test_eligibility_is_recorded_for_all_that_the_list_shows(october: MonthRoom) -> None:
    october.press(KEY.Key_Home)
    assert "Nobody has recorded" in october.says("warning_0_text")
    october.go_to("warning_0_open")
    october.press(KEY.Key_Space)
    whose = october.window.findChild(QLabel, "eligibility_note")
    assert whose is not None
    assert whose.isVisible()
    october.go_to("whose")
    october.press(KEY.Key_Down)
    october.press(KEY.Key_S, CTRL)
    assert october.notice() == "It is recorded that eligibility was asked."
    rows = october.desk.readiness.board(october.desk.actor, OCTOBER).rows
    assert all("W_ELIGIBILITY_NOT_ASKED" not in {found.code for found in row.warnings} for row in rows)


def test_the_ten_checks_are_said_with_words_not_colour_alone(october: MonthRoom) -> None:
    october.press(KEY.Key_End)
    (checks,) = [each for each in october.page.card.findChildren(CheckList) if each.isVisible()]
    said = [label.accessibleName() for label in checks.findChildren(QLabel) if ": " in label.accessibleName()]
    assert len(said) == 10
    assert "Fails: Coverage and patient's status confirmed" in said
    assert "Pass: Care plan in force and a copy given" in said


def test_an_owners_tasks_are_shown_alone(october: MonthRoom) -> None:
    october.go_to("month_owner", backwards=True)
    october.press(KEY.Key_Down)
    assert list(october.rows) == [C, D]
    october.press(KEY.Key_Home)
    assert len(october.rows) == 4


def test_what_changed_since_yesterday_is_listed_and_filtered(request: pytest.FixtureRequest, clock: FakeClock) -> None:
    with month_room(request, CLINIC) as room:
        room.press(KEY.Key_PageUp, CTRL)
        clock.jump(days=1)
        room.desk.holds.hold(room.desk.actor, room.rows[B].patient_id, OCTOBER, "A question")
        room.settle()
        assert room.rows[B].was == "ready"
        room.go_to("month_changed", backwards=True)
        room.press(KEY.Key_Space)
        assert list(room.rows) == [B]
        room.press(KEY.Key_3, CTRL)
        assert room.says("month_changes_title") == "Changed since 11/23/2026 (1)"
        chart = room.page.findChild(HistoryChart)
        assert chart is not None
        assert chart.accessibleDescription() == "11/23/2026: 2 of 4; 11/24/2026: 1 of 4"


def test_a_chart_is_opened_in_the_month_of_the_board(october: MonthRoom) -> None:
    october.press(KEY.Key_F7)
    october.press(KEY.Key_Return)
    assert october.opened == [(october.rows[C].patient_id, "time")]
    assert october.months == [OCTOBER]


def test_leaks_say_what_is_at_stake_and_enter_opens_where_it_is_mended(october: MonthRoom) -> None:
    october.press(KEY.Key_2, CTRL)
    assert october.says("leak_sums").startswith("At stake in all: 1 patient, 15:00 of work, $66.13 expected")
    assert october.says("leak_note") == "15:00 of work, $66.13 expected (an estimate)."
    october.go_to("leak_list")
    october.press(KEY.Key_Return)
    assert october.opened[-1][1] == "time"
    october.press(KEY.Key_Escape)
    assert october.page.leaks.isVisible()


def test_hours_left_are_typed_and_answered_by_need(request: pytest.FixtureRequest) -> None:
    with month_room(request, CLINIC) as room:
        room.press(KEY.Key_2, CTRL)
        room.go_to("leak_causes_no_call_planned")
        for _ in range(8):
            room.press(KEY.Key_Right)
        assert room.focus == "leak_causes_hours_left"
        assert room.says("plan_words") == "Type how many nurse hours are left until the month ends."
        room.go_to("plan_hours")
        room.write("2")
        room.settle()
        plan = room.page.leaks.plan
        assert plan is not None
        assert (len(plan.served), len(plan.let_go)) == (4, 0)
        assert room.says("plan_words").startswith("4 patients can be served in ")


def test_a_month_is_explained_and_supposed_without_keeping_anything(october: MonthRoom) -> None:
    october.press(KEY.Key_F7)
    october.go_to("month_explain")
    october.press(KEY.Key_Space)
    assert october.says("explain_now_verdict") == "Short of time"
    october.go_to("staff_minutes")
    october.write("5")
    october.qtbot.waitUntil(lambda: october.says("explain_then_verdict") == "Can be billed: 99490")
    assert october.says("explain_now_verdict") == "Short of time"
    october.press(KEY.Key_A, CTRL)
    october.write("60000")
    october.settle()
    assert october.says("explain_then_verdict") == "Can be billed: 99490"
    october.press(KEY.Key_Escape)
    assert october.focus == "month_list"
    assert october.current == C
    assert october.rows[C].state == "short"


def test_a_button_leads_back_from_the_explanation(october: MonthRoom) -> None:
    october.press(KEY.Key_F7)
    october.go_to("month_explain")
    october.press(KEY.Key_Space)
    assert october.offers("explain_back")
    october.go_to("explain_back", backwards=True)
    october.press(KEY.Key_Space)
    assert october.focus == "month_list"
    assert october.current == C


def test_the_auditor_sees_why_but_changes_nothing(request: pytest.FixtureRequest) -> None:
    with month_room(request, CLINIC, roles=("auditor",)) as room:
        room.press(KEY.Key_PageUp, CTRL)
        room.press(KEY.Key_F7)
        for absent in ("month_hold_set", "month_not_billed", "missing_0_hand", "missing_0_open", "warning_0_open"):
            assert not room.offers(absent)
        assert room.offers("month_explain")


@pytest.mark.parametrize("scale", [100, 200])
@pytest.mark.parametrize("tab", [2, 3])
def test_nothing_of_the_other_tabs_is_clipped(october: MonthRoom, theme: Theme, scale: int, tab: int) -> None:
    theme.scale_text(scale)
    october.window.resize(1366, 768)
    october.press(KEY.Key_2 if tab == 2 else KEY.Key_3, CTRL)
    october.qtbot.waitUntil(lambda: clipped(october.page) == [])


def test_nothing_of_the_explanation_is_clipped(october: MonthRoom, theme: Theme) -> None:
    theme.scale_text(200)
    october.window.resize(1366, 768)
    october.press(KEY.Key_F7)
    october.page.board_tab.card.explain_button.click()
    october.settle()
    view = october.window.stack.currentWidget()
    assert view is not None
    october.qtbot.waitUntil(lambda: clipped(view) == [])


def test_shift_f7_walks_back_also_from_another_tab(october: MonthRoom) -> None:
    october.press(KEY.Key_2, CTRL)
    october.press(KEY.Key_F7, SHIFT)
    assert october.page.board_tab.isVisible()
    assert october.current == D
    assert date(2026, 10, 31) == OCTOBER.last
