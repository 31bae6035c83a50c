from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from PySide6.QtWidgets import QAbstractButton, QApplication, QLineEdit, QPushButton, QWidget

from app.services.readiness import Readiness
from app.views.month_end.finding_line import FindingLine
from app.views.theme import Theme
from app.views.widgets import ThresholdBar
from tests.fake_clock import FakeClock
from tests.services.clinic_month import conditions, enrolled, entry, patient, ready, together
from tests.views.at_the_desk import part
from tests.views.clipping import clipped
from tests.views.month_room import CTRL, KEY, SHIFT, MonthRoom, cover, month_room, text_of

SHORT = ready("c", minutes=15, day=7)
UNCOVERED = {**ready("d", day=8), "enrolment": [enrolled("d", coverage="none")]}
TWICE = {
    "patients": [patient("e")],
    "enrolment": [enrolled("e", coverage="none")],
    "qualifying": conditions("e", "I10"),
    "time": [
        entry("t-e", "e", "09T09:00:00", "09T09:30:00"),
        entry("t-f", "e", "09T10:00:00", "09T10:02:05", activity="clerical"),
    ],
}
CLINIC = together(ready("a"), ready("b", day=6), SHORT, UNCOVERED, TWICE)
A, B, C, D, E = (f"Quill-{each}, Nora" for each in "abcde")


@pytest.fixture
def room(request: pytest.FixtureRequest) -> Iterator[MonthRoom]:
    """Two patients are ready, one is short, one has no Part B, one neither that nor two conditions; it is November."""
    with month_room(request, CLINIC) as made:
        yield made


@pytest.fixture
def october(room: MonthRoom) -> MonthRoom:
    room.press(KEY.Key_PageUp, CTRL)
    return room


def counters(room: MonthRoom) -> list[str]:
    return [button.accessibleName() for button in room.page.patients.states.buttons.values()]


def test_the_running_month_is_shown_and_says_when_it_can_be_approved_and_made(room: MonthRoom) -> None:
    assert room.says("month_shown") == "November 2026"
    assert "from 12/01/2026 on" in room.says("month_about")
    assert room.offers("month_report")
    assert not room.offers("month_make")
    assert not room.offers("month_approve")
    room.press(KEY.Key_F9)
    assert room.notice() == "November 2026 is running: it is approved and its packets are made from 12/01/2026 on."
    assert room.window.stack.currentWidget() is room.page


def test_a_month_before_is_one_key_away_and_one_after_the_running_one_is_not(room: MonthRoom) -> None:
    room.press(KEY.Key_PageUp, CTRL)
    assert room.says("month_shown") == "October 2026"
    assert counters(room) == [
        *("All 5", "Short 1", "Blocked 2", "Ready 2", "Approved 0", "Exported 0", "Held 0", "Not billed 0"),
    ]
    assert room.offers("month_make")
    room.press(KEY.Key_PageDown, CTRL)
    room.press(KEY.Key_PageDown, CTRL)
    assert room.says("month_shown") == "November 2026"


def test_in_the_first_days_the_board_opens_on_the_month_that_just_ended(
    request: pytest.FixtureRequest, clock: FakeClock
) -> None:
    clock.jump(days=(datetime(2026, 11, 5, 15, tzinfo=UTC) - clock.now()).days)
    with month_room(request, {}) as room:
        assert room.says("month_shown") == "October 2026"


def test_each_patient_is_listed_with_state_minutes_codes_and_what_is_missing(october: MonthRoom) -> None:
    table = october.page.patients.table
    shown = [at for at, column in enumerate(table.columns) if column.key not in ("was", "practitioner")]
    said = {table.words_at(at)[0]: tuple(table.words_at(at)[each] for each in shown[1:]) for at in range(5)}
    assert said[A] == ("Ready", "25:00", "99490", "", "")
    assert said[C] == ("Short 5:00", "15:00", "", "Ana Alvarez", "Time is below the first threshold")
    assert said[E] == ("Blocked 2", "30:00", "99490", "Ana Alvarez", "Fewer than two active chronic conditions")
    assert said[D][:3] == ("Blocked 1", "25:00", "99490")


def test_the_counters_show_their_own_patients_by_keyboard(october: MonthRoom) -> None:
    october.go_to("month_state_all", backwards=True)
    october.press(KEY.Key_Right)
    assert list(october.rows) == [C]
    october.press(KEY.Key_Right)
    assert list(october.rows) == [D, E]
    october.press(KEY.Key_Left)
    october.press(KEY.Key_Left)
    assert len(october.rows) == 5


def test_words_find_patients_by_name_and_by_what_is_missing(october: MonthRoom) -> None:
    october.press(KEY.Key_F, CTRL)
    assert october.focus == "month_search"
    october.write("part b")
    october.press(KEY.Key_Return)
    assert list(october.rows) == [D, E]
    assert counters(october)[:3] == ["All 2", "Short 0", "Blocked 2"]
    october.press(KEY.Key_Escape)
    october.write("quill-c")
    october.press(KEY.Key_Return)
    assert list(october.rows) == [C]
    october.press(KEY.Key_Down)
    assert october.focus == "month_list"
    assert october.current == C


def test_where_nobody_is_found_one_key_shows_all_again(october: MonthRoom) -> None:
    october.press(KEY.Key_F, CTRL)
    october.write("nobody of that name")
    october.press(KEY.Key_Return)
    assert october.says("month_empty_text") == "No patient of October 2026 is found here."
    assert october.says("month_patient") == "No patient selected"
    october.go_to("month_empty_action")
    october.press(KEY.Key_Space)
    assert len(october.rows) == 5
    assert october.focus == "month_list"


def test_a_practitioners_patients_are_shown_alone(request: pytest.FixtureRequest) -> None:
    other = {**ready("g", day=10), "enrolment": [enrolled("g", billing_npi="1679576722", consent_npi="1679576722")]}
    with month_room(request, together(ready("a"), other)) as room:
        room.press(KEY.Key_PageUp, CTRL)
        room.go_to("month_practitioner", backwards=True)
        room.press(KEY.Key_Down)
        assert list(room.rows) == [A]
        room.press(KEY.Key_Down)
        assert list(room.rows) == ["Quill-g, Nora"]
        room.press(KEY.Key_Home)
        assert len(room.rows) == 2


def test_the_selected_month_says_whose_each_missing_thing_is_and_what_counts(october: MonthRoom) -> None:
    october.press(KEY.Key_End)
    assert october.current == E
    lines = {line.objectName(): line.accessibleName() for line in october.page.card.findChildren(FindingLine)}
    assert lines["missing_0"] == (
        "Fewer than two active chronic conditions are recorded. Owner: Billing practitioner, Ana Alvarez"
    )
    assert lines["missing_1"] == "The patient has no Medicare Part B. Owner: Office manager, Ana Alvarez"
    assert october.says("month_total_time") == "30:00 in all · 10:00 to go for 99439"
    assert october.says("month_by_role") == "Clinical staff 30:00 · Practitioner 0:00"
    left_out = october.page.card.findChild(QWidget, "month_excluded")
    assert left_out is not None
    assert "2:05 · Administrative work, which never counts." in words_in(left_out)
    assert october.says("month_codes") == "99490"
    assert october.says("month_expected").startswith("Expected: $66.13. An estimate")
    assert october.says("month_charge") == "The clinic has set no charge for these codes."
    assert part(october.page, "month_bar", ThresholdBar).seconds == 1800


def words_in(widget: QWidget) -> str:
    return " ".join(str(getattr(part, "text", str)()) for part in widget.findChildren(QWidget))


def test_f7_walks_every_missing_thing_and_goes_round(october: MonthRoom) -> None:
    walked = []
    for _ in range(4):
        october.press(KEY.Key_F7)
        walked.append((october.current, october.page.card.marked))
    assert walked == [
        (C, "TIME_LT_THRESHOLD"),
        (D, "NO_PART_B"),
        (E, "COND_LT_2"),
        (E, "NO_PART_B"),
    ]
    october.press(KEY.Key_F7)
    assert october.current == C
    assert october.notice() == "That was the last one: on from the top."
    october.press(KEY.Key_F7, SHIFT)
    assert (october.current, october.page.card.marked) == (E, "NO_PART_B")
    october.press(KEY.Key_F7, SHIFT)
    assert (october.current, october.page.card.marked) == (E, "COND_LT_2")


def test_where_nothing_is_missing_f7_says_so(october: MonthRoom) -> None:
    october.go_to("month_state_all", backwards=True)
    for _ in range(3):
        october.press(KEY.Key_Right)
    assert list(october.rows) == [A, B]
    october.press(KEY.Key_F7)
    assert october.notice() == "Nothing is missing in this list."


def test_enter_goes_to_where_it_is_mended_and_escape_returns_to_the_same_row(october: MonthRoom) -> None:
    october.go_to("month_state_all", backwards=True)
    october.press(KEY.Key_Right)
    october.press(KEY.Key_Right)
    october.press(KEY.Key_F7)
    assert october.current == D
    mended = october.rows[D].patient_id
    october.press(KEY.Key_Return)
    assert october.opened == [(mended, "coverage")]
    assert october.focus == "chart_line"
    cover(october.desk, mended, "part_b")
    october.press(KEY.Key_Escape)
    assert october.focus == "month_list"
    assert october.current == D
    assert october.rows[D].state == "ready"
    assert october.says("month_patient") == D
    assert counters(october)[2:4] == ["Blocked 1", "Ready 3"]
    october.press(KEY.Key_F7)
    assert (october.current, october.page.card.marked) == (E, "COND_LT_2")


def test_enter_opens_the_marked_thing_and_the_chart_where_nothing_is_missing(october: MonthRoom) -> None:
    october.press(KEY.Key_End)
    october.press(KEY.Key_F7)
    october.press(KEY.Key_F7)
    october.press(KEY.Key_Return)
    october.press(KEY.Key_Escape)
    october.press(KEY.Key_Home)
    october.press(KEY.Key_Return)
    places = [place for _, place in october.opened]
    assert places == ["coverage", "overview"]


def test_each_missing_thing_has_a_button_that_goes_there(october: MonthRoom) -> None:
    october.press(KEY.Key_End)
    october.go_to("missing_1_open")
    assert part(october.page, "missing_1_open", QPushButton).text() == "Open coverage"
    october.press(KEY.Key_Space)
    assert october.opened == [(october.rows[E].patient_id, "coverage")]
    october.press(KEY.Key_Escape)
    assert october.focus == "month_list"
    assert october.current == E


def test_the_board_follows_what_changes_while_it_is_in_view(october: MonthRoom) -> None:
    number = october.rows[D].patient_id
    october.press(KEY.Key_End)
    october.tasks.run(lambda: cover(october.desk, number, "part_b"))
    october.qtbot.waitUntil(lambda: counters(october)[3] == "Ready 3", timeout=5_000)
    assert october.current == E


def test_a_burst_of_news_is_read_once(october: MonthRoom, monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[int] = []
    board = Readiness.board

    def counted(*arguments: object) -> object:
        read.append(1)
        return board(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(Readiness, "board", counted)
    number = october.rows[D].patient_id
    for coverage in ("part_b", "none") * 10:
        cover(october.desk, number, coverage)
    october.settle()
    assert len(read) <= 3
    assert october.rows[D].state == "blocked"


def test_names_are_shown_as_written(request: pytest.FixtureRequest) -> None:
    hostile = {**ready("h"), "patients": [patient("h", LAST="<b>Bo&ld</b>")]}
    with month_room(request, hostile) as room:
        room.press(KEY.Key_PageUp, CTRL)
        assert room.says("month_patient") == "<b>Bo&ld</b>, Nora"
        assert room.window.windowTitle() == "CareLoop"


def test_without_anybody_enrolled_it_says_what_to_do(request: pytest.FixtureRequest) -> None:
    with month_room(request, {}) as room:
        assert room.says("month_empty_text").startswith("Nobody was enrolled for chronic care management")
        assert not room.offers("month_report")
        room.go_to("month_empty_action")
        room.press(KEY.Key_Space)
        assert room.window.open_page == "patients"


def test_a_month_before_the_rules_are_known_is_refused_in_words(room: MonthRoom) -> None:
    for _ in range(30):
        room.qtbot.keyClick(QApplication.focusWidget() or room.window, KEY.Key_PageUp, CTRL)
    room.settle()
    assert "are not known to CareLoop" in room.says("month_empty_text")
    assert counters(room)[0] == "All 0"
    for _ in range(29):
        room.qtbot.keyClick(QApplication.focusWidget() or room.window, KEY.Key_PageDown, CTRL)
    room.settle()
    assert counters(room)[0] == "All 5"


@pytest.mark.parametrize(
    ("role", "offered"),
    [
        ("nurse", {"month_report", "month_open_chart"}),
        ("auditor", {"month_report"}),
        ("manager", {"month_report", "month_make", "month_open_chart"}),
        ("practitioner", {"month_report", "month_make", "month_approve", "month_open_chart"}),
    ],
)
def test_what_a_role_may_not_do_is_absent(request: pytest.FixtureRequest, role: str, offered: set[str]) -> None:
    with month_room(request, CLINIC, roles=(role,)) as room:
        room.press(KEY.Key_PageUp, CTRL)
        all_buttons = {"month_report", "month_make", "month_approve", "month_open_chart"}
        assert {name for name in all_buttons if room.offers(name)} == offered
        room.press(KEY.Key_F9)
        is_approving = room.window.stack.currentWidget() is not room.page
        assert is_approving == (role == "practitioner")
        if role == "auditor":
            room.press(KEY.Key_F7)
            room.press(KEY.Key_Return)
            assert room.opened == []
            assert not room.offers("missing_0_open")


def test_the_readiness_report_is_saved_as_a_file(october: MonthRoom, tmp_path: Path) -> None:
    october.press(KEY.Key_P, CTRL)
    october.choose_file(tmp_path / "report.pdf")
    said = text_of(tmp_path / "report.pdf")
    assert "October 2026" in said
    assert "Nora Quill-e" in said
    assert (tmp_path / "report.pdf").stat().st_mode & 0o077 == 0
    assert october.notice() == "The PDF is saved."


def test_the_report_is_not_put_among_the_encrypted_files(october: MonthRoom) -> None:
    october.press(KEY.Key_P, CTRL)
    wrong = october.desk.opened.file.folder / "report.pdf"
    refused: list[Exception] = []
    october.tasks.failed.disconnect(october.errors.append)
    october.tasks.failed.connect(refused.append)
    october.choose_file(wrong)
    assert not wrong.exists()
    assert "clinic's own folder" in str(refused[0])


def test_where_there_is_no_room_list_and_details_take_turns(october: MonthRoom, theme: Theme) -> None:
    theme.scale_text(200)
    october.window.resize(1366, 768)
    october.press(KEY.Key_End)
    october.qtbot.waitUntil(lambda: not october.page.card.isVisible())
    assert october.window.width() == 1366
    october.go_to("month_details", backwards=True)
    october.press(KEY.Key_Space)
    assert october.page.card.isVisible()
    assert not october.page.patients.isVisible()
    october.press(KEY.Key_Escape)
    assert october.focus == "month_list"
    assert october.current == E
    assert october.window.width() == 1366


@pytest.mark.parametrize("scale", [100, 150, 200])
def test_nothing_is_clipped(october: MonthRoom, theme: Theme, scale: int) -> None:
    theme.scale_text(scale)
    october.window.resize(1366, 768)
    october.press(KEY.Key_End)
    october.qtbot.waitUntil(lambda: clipped(october.page) == [])
    if october.offers("month_details"):
        october.page.board_tab.details_button.click()
        october.qtbot.waitUntil(lambda: clipped(october.page) == [])


def test_every_control_has_a_name(october: MonthRoom) -> None:
    october.press(KEY.Key_End)
    controls = [each for each in october.page.findChildren(QAbstractButton) if each.isVisible()]
    assert len(controls) > 12
    assert [each for each in controls if not each.accessibleName() and not isinstance(each.parent(), QLineEdit)] == []
