"""The reports as an office manager walks them, with keys alone."""

import csv
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.rules.month import Month
from app.rules.report import written
from app.services.figures.kinds import KINDS
from app.views.preferences import ThemeChoice
from app.views.table_view import TableView
from app.views.theme import Theme
from app.views.widgets.chart import ChartView
from tests.services.audit import events
from tests.services.clinic_month import OCTOBER
from tests.services.figures.asked import figure
from tests.views.clipping import clipped
from tests.views.report_room import CTRL, KEY, ReportRoom, report_room


@pytest.fixture
def room(request: pytest.FixtureRequest) -> Iterator[ReportRoom]:
    with report_room(request) as made:
        yield made


def test_every_report_opens_with_the_arrow_keys_and_shows_its_numbers(room: ReportRoom) -> None:
    seen = []
    for kind in KINDS:
        room.walk_to(kind.key)
        report = room.page.report
        assert report is not None
        assert report.key == kind.key
        assert room.page.body is not None
        assert room.page.body.count() == 1 + len(report.tables)
        words = room.says(room.page.body)
        assert [each for each in report.figures if written(each.value, each.kind) not in words] == []
        drawn = [view.chart for view in room.page.body.findChildren(ChartView)]
        assert drawn == list(report.charts)
        seen.append(kind.key)
    assert seen == [kind.key for kind in room.page.kinds]


def test_months_turn_with_keys_and_lists_open_with_ctrl_numbers(room: ReportRoom) -> None:
    room.walk_to("staff_time")
    assert room.page.filters.wanted().last == OCTOBER
    counted = figure(room.page.report, "Counted") if room.page.report else None
    board = room.desk.readiness.board(room.desk.actor, OCTOBER)
    assert counted == sum(row.pooled_seconds for row in board.rows)
    room.press(KEY.Key_3, CTRL)
    assert room.focus == "report_staff_time_1"
    room.press(KEY.Key_PageUp, CTRL)
    assert room.page.filters.wanted().last == Month(2026, 9)
    assert room.page.report is not None
    assert figure(room.page.report, "Counted") == 0
    assert room.page.body is not None
    assert "No time was worked in these months." in room.says(room.page.body)


def test_enter_on_a_row_opens_the_patients_chart(room: ReportRoom) -> None:
    room.walk_to("late_time")
    room.press(KEY.Key_2, CTRL)
    room.press(KEY.Key_Return)
    late = next(row for row in room.desk.readiness.board(room.desk.actor, OCTOBER).rows if row.case_id == "a")
    assert room.opened == [(late.patient_id, "overview")]


def test_saving_a_list_asks_why_and_is_noted_before_the_file_is_there(room: ReportRoom, tmp_path: Path) -> None:
    room.walk_to("staff_time")
    room.press(KEY.Key_3, CTRL)
    room.tab_to("report_csv")
    room.press(KEY.Key_Space)
    assert room.focus == "report_leave_purpose"
    room.press(KEY.Key_Down)  # payment
    room.press(KEY.Key_Return)
    path = tmp_path / "out.csv"
    room.choose_file(path)
    rows = list(csv.DictReader(path.read_text("utf-8-sig").splitlines()))
    assert rows[0]["Person"] == "Dana Whitfield"
    assert sum(int(row["Worked (seconds)"]) for row in rows) == figure(room.page.report, "Worked")  # type: ignore[arg-type]
    ((_, facts),) = events(room.desk, "report.export")
    assert (facts["report"], facts["form"], facts["purpose"]) == ("staff_time", "csv", "payment")
    assert path.stat().st_mode & 0o077 == 0


def test_escape_takes_the_copy_back_and_nothing_is_noted(room: ReportRoom) -> None:
    room.walk_to("contacts")
    room.tab_to("report_xlsx")
    room.press(KEY.Key_Space)
    assert room.focus == "report_leave_purpose"
    room.press(KEY.Key_Escape)
    assert not room.page.leave.isVisible()
    assert events(room.desk, "report.export") == []


def test_the_trail_is_searched_by_typing(room: ReportRoom) -> None:
    room.walk_to("audit")
    room.press(KEY.Key_PageDown, CTRL)
    room.press(KEY.Key_F, CTRL)
    assert room.focus == "report_text"
    room.write("import files")
    report = room.page.report
    assert report is not None
    assert {row[3] for row in report.tables[0].rows} == {"Import files, or undo an import"}


def test_a_question_that_cannot_be_answered_says_so_on_the_page(room: ReportRoom) -> None:
    room.walk_to("revenue")
    room.page.filters.span.setFocus()
    room.press(KEY.Key_End)  # 24 months are the most
    assert room.page.report is not None
    assert len(room.page.report.tables[1].rows) == 24
    assert not room.page.banner.isVisible()


def test_disclosures_go_back_six_years_and_other_reports_do_not(room: ReportRoom) -> None:
    room.walk_to("disclosures")
    room.page.filters.span.setFocus()
    room.press(KEY.Key_End)
    assert len(room.page.filters.wanted().months) == 72
    room.walk_to("contacts")
    assert len(room.page.filters.wanted().months) == 1


def test_a_nurse_sees_what_is_hers_and_nothing_of_money_or_of_others_time(request: pytest.FixtureRequest) -> None:
    with report_room(request, roles=("nurse",)) as room:
        assert [kind.key for kind in room.page.kinds] == ["readiness", "contacts", "follow_ups", "enrolment", "need"]


def test_all_words_have_room_at_twice_the_size_and_in_the_dark(room: ReportRoom, theme: Theme) -> None:
    for choice, scale in ((ThemeChoice.LIGHT, 100), (ThemeChoice.DARK, 200)):
        theme.choose(choice)
        theme.scale_text(scale)
        for key in ("readiness", "staff_time", "review", "manual"):
            room.page.choose(key)
            room.settle()
            room.qtbot.waitUntil(lambda: clipped(room.page) == [])
    assert room.window.width() <= 1366


def test_no_list_is_without_a_name_for_who_hears_the_screen(room: ReportRoom) -> None:
    room.walk_to("contacts")
    assert room.page.body is not None
    for view in room.page.body.findChildren(TableView):
        assert view.accessibleName()
    chart = room.page.body.findChildren(ChartView)[0]
    assert chart.accessibleDescription().startswith(chart.chart.title)
