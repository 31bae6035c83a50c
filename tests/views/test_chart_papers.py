"""The chart's follow-ups, documents, history and notes, and the notes to file, with real keys."""

from collections.abc import Iterator
from datetime import date

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QLabel, QPlainTextEdit, QPushButton, QRadioButton, QWidget

from app.services.chart_forms import MedicationForm
from app.services.follow_ups import FollowUpForm
from app.views.chart.chart_view import ChartView
from app.views.chart.conditions_tab import ConditionsTab
from app.views.chart.documents_tab import DocumentsTab
from app.views.chart.follow_ups_tab import FollowUpsTab
from app.views.chart.history_tab import HistoryTab
from app.views.chart.time_tab import TimeTab
from app.views.paper_preview.preview import PaperPreview
from app.views.theme import Theme
from app.views.today.unfiled_notes import UnfiledNotes, UnfiledNotesView
from tests.services.calling import ring
from tests.services.test_care_plans import sign_whole
from tests.views.at_the_desk import is_shown, part
from tests.views.clipping import clipped
from tests.views.patient_room import CTRL, KEY, PatientRoom, patient_room


@pytest.fixture
def room(request: pytest.FixtureRequest) -> Iterator[PatientRoom]:
    with patient_room(request) as made:
        yield made


_SHIFT = Qt.KeyboardModifier.ShiftModifier


def called(room: PatientRoom, times: int = 1) -> int:
    """A patient with so many reached calls, each with its note."""
    patient = room.add("Adams")
    for _ in range(times):
        ring(room.desk, room.clock, patient)
        room.clock.advance(hours=1)
    room.settle()
    return patient


def tab(room: PatientRoom, number: int, kind: type[QWidget]) -> QWidget:
    """Go to a tab with its key."""
    room.press(KEY(KEY.Key_0 + number), CTRL)
    room.settle()
    shown = room.chart.tabs.currentWidget()
    assert isinstance(shown, kind)
    return shown


def test_the_tabs_are_in_their_order_each_with_its_key(room: PatientRoom) -> None:
    chart = room.open_chart(called(room))
    titles = [chart.tabs.tabText(at) for at in range(chart.tabs.count())]
    assert titles == [
        "Overview",
        "Care plan",
        "Calls and time",
        "Enrolment and consent",
        "Conditions, medicines, allergies",
        "Follow-ups",
        "Documents",
        "History",
        "Stays and services",
    ]
    for number in range(1, 10):
        room.press(KEY(KEY.Key_0 + number), CTRL)
        assert chart.tabs.currentIndex() == number - 1
    room.settle()


def test_a_follow_up_is_added_and_closed_on_the_chart(room: PatientRoom) -> None:
    patient = called(room)
    room.open_chart(patient)
    shown = tab(room, 6, FollowUpsTab)
    assert isinstance(shown, FollowUpsTab)
    room.press(KEY.Key_T, CTRL)
    room.settle()
    room.write("Ask for the eye report")
    room.press(KEY.Key_S, CTRL)
    room.settle()
    assert [row.what for row in shown.follow_ups.table.rows] == ["Ask for the eye report"]
    shown.follow_ups.list.setFocus()
    room.press(KEY.Key_Return)  # the first thing done to a row: close it
    room.settle()
    room.write("Report is here, no change")
    room.press(KEY.Key_S, CTRL)
    room.settle()
    assert not shown.follow_ups.table.rows
    shown.which.setFocus()
    room.press(KEY.Key_Down)
    room.settle()
    (closed,) = shown.follow_ups.table.rows
    assert (closed.status, closed.outcome) == ("done", "Report is here, no change")
    room.press(KEY.Key_Z, CTRL)
    room.settle()
    assert shown.follow_ups.table.rows[0].status == "open"


def test_only_this_patients_follow_ups_are_listed(room: PatientRoom) -> None:
    patient, other = called(room), room.add("Baker")
    form = FollowUpForm("Somebody else's", date(2026, 12, 1))
    room.desk.follow_ups.add(room.desk.actor, other, form)
    room.open_chart(patient, "follow_ups")
    shown = room.chart.tabs.currentWidget()
    assert isinstance(shown, FollowUpsTab)
    assert not shown.follow_ups.table.rows
    assert part(shown, "chart_follow_ups_empty", QLabel).text() == "Nothing is to be done for this patient."


def test_documents_open_with_enter_a_note_beside_and_a_paper_above(room: PatientRoom) -> None:
    patient = called(room)
    sign_whole(room.desk, patient)
    room.open_chart(patient)
    shown = tab(room, 7, DocumentsTab)
    assert isinstance(shown, DocumentsTab)
    kinds = [row.kind for row in shown.rows.table.rows]
    assert sorted(kinds) == ["care_plan", "note"]
    shown.rows.list.setFocus()
    shown.rows.pick(next(row.key for row in shown.rows.table.rows if row.kind == "note"))
    room.press(KEY.Key_Return)
    room.settle()
    assert "No swelling, sleeps flat" in part(room.chart, "note_text", QLabel).text()
    shown.rows.list.setFocus()
    shown.rows.pick(next(row.key for row in shown.rows.table.rows if row.kind == "care_plan"))
    room.press(KEY.Key_P, CTRL)
    room.qtbot.waitUntil(lambda: isinstance(room.shown, PaperPreview) and room.shown.is_shown, timeout=20_000)
    room.settle()
    room.press(KEY.Key_Escape)
    room.qtbot.waitUntil(lambda: isinstance(room.shown, ChartView))


def test_the_history_is_told_in_words_and_paged(room: PatientRoom, monkeypatch: pytest.MonkeyPatch) -> None:
    patient = called(room, 3)
    whole = room.desk.history.of_patient(room.desk.actor, patient)
    monkeypatch.setattr("app.views.chart.history_tab.PAGE", 4)
    service = room.desk.history.of_patient
    monkeypatch.setattr(
        room.desk.history, "of_patient", lambda actor, patient_id, before=None: service(actor, patient_id, before, 4)
    )
    room.open_chart(patient)
    shown = tab(room, 8, HistoryTab)
    assert isinstance(shown, HistoryTab)
    while is_shown(shown, "history_more"):
        part(shown, "history_more", QPushButton).setFocus()
        room.press(KEY.Key_Space)
        room.settle()
    told = [row.what for row in shown.rows.table.rows]
    assert [row.number for row in shown.rows.table.rows][-len(whole) :] == [row.number for row in whole]
    assert told.count("Call saved") == 3
    assert part(shown, "history_count", QLabel).text() == "That is all."


def test_a_note_is_amended_on_the_chart_and_both_stay(room: PatientRoom) -> None:
    patient = called(room)
    room.open_chart(patient)
    shown = tab(room, 3, TimeTab)
    assert isinstance(shown, TimeTab)
    shown.notes.rows.list.setFocus()
    room.press(KEY.Key_Return)
    room.settle()
    field = part(room.chart, "part_1", QPlainTextEdit)
    assert field.toPlainText() == "No swelling, sleeps flat"
    field.setFocus()
    room.press(KEY.Key_End, CTRL)
    room.write(", one pillow")
    part(room.chart, "reason", QWidget).setFocus()
    room.write("Left out")
    room.press(KEY.Key_S, CTRL)
    room.settle()
    newest, first = shown.notes.rows.table.rows
    assert dict(newest.sections)["Symptoms and changes"] == "No swelling, sleeps flat, one pillow"
    assert (newest.amends_id, first.is_amended) == (first.id, True)
    assert dict(first.sections)["Symptoms and changes"] == "No swelling, sleeps flat"
    shown.notes.rows.list.setFocus()
    shown.notes.rows.pick(newest.id)
    assert "Left out" in part(shown, "note_amended_text", QLabel).text()
    assert is_shown(shown, "note_copy")
    shown.notes.rows.pick(first.id)
    assert "stays as it was signed" in part(shown, "note_amended_text", QLabel).text()
    assert not is_shown(shown, "note_copy")  # the one in its place is what is filed
    assert not shown.notes.rows.buttons["amend"].isEnabled()


def test_notes_to_file_are_counted_copied_and_filed_one_after_the_other(room: PatientRoom) -> None:
    called(room, 3)
    band = UnfiledNotes(room.context)
    room.qtbot.addWidget(band)
    band.show()
    room.settle()
    assert part(band, "unfiled_open", QPushButton).accessibleName() == "3 notes to file"
    band.open()
    room.settle()
    view = room.shown
    assert isinstance(view, UnfiledNotesView)
    room.window.activateWindow()
    room.qtbot.waitUntil(room.window.isActiveWindow)
    oldest = view.rows.table.rows[0]
    while view.rows.table.rows:
        left = len(view.rows.table.rows)
        room.press(KEY.Key_C, CTRL | _SHIFT)
        room.settle()
        assert "Adams" in QGuiApplication.clipboard().text()
        room.press(KEY.Key_F, CTRL | _SHIFT)
        room.settle()
        assert len(view.rows.table.rows) == left - 1
    assert room.desk.notes.note(room.desk.actor, oldest.id).is_filed
    assert part(view, "unfiled_empty", QLabel).text() == "Every note is filed."
    assert not is_shown(band, "unfiled_open")
    room.press(KEY.Key_Escape)
    room.qtbot.waitUntil(lambda: room.shown is not view)


@pytest.mark.parametrize("roles", [("manager",), ("auditor", "nurse")])
def test_what_a_role_may_not_see_is_not_there(request: pytest.FixtureRequest, roles: tuple[str, ...]) -> None:
    with patient_room(request, roles=roles) as room:
        patient = room.add("Adams")
        room.open_chart(patient)
        keys = [place.key for place in room.chart._places]
        assert ("care_plan" in keys) == ("nurse" in roles)
        assert {"documents", "history", "follow_ups"} <= set(keys)
        shown = room.chart
        shown.go_to("documents")
        room.settle()
        shown.go_to("history")
        room.settle()
        told = {row.what for row in room.desk.history.of_patient(room.desk.actor, patient)}
        room.desk.patients.open_chart(room.desk.actor, patient)
        looked = {row.what for row in room.desk.history.of_patient(room.desk.actor, patient)} - told
        assert looked == ({"Open a patient's chart"} if "auditor" in roles else set())


@pytest.mark.parametrize("percent", [100, 200])
def test_the_tabs_have_room_for_their_words(room: PatientRoom, theme: Theme, percent: int) -> None:
    patient = called(room)
    sign_whole(room.desk, patient)
    room.desk.follow_ups.add(room.desk.actor, patient, FollowUpForm("Ask", date(2026, 12, 1)))
    theme.scale_text(percent)
    chart = room.open_chart(patient)
    for number in (3, 6, 7, 8):
        tab(room, number, QWidget)
        assert clipped(chart.tabs.currentWidget()) == []


def test_medicines_are_gone_through_on_the_chart_too(room: PatientRoom) -> None:
    patient = called(room)
    medicine = room.desk.chart.add_medication(room.desk.actor, patient, MedicationForm("Metformin 500 mg"))
    room.open_chart(patient)
    shown = tab(room, 5, ConditionsTab)
    assert "Not gone through here before." in part(shown, "medicines_reviewed", QLabel).text()
    part(shown, "medicines_review_go", QPushButton).setFocus()
    room.press(KEY.Key_Space)
    part(room.chart, f"medicine_{medicine}_1", QRadioButton).setFocus()  # not taking
    room.press(KEY.Key_Space)
    room.press(KEY.Key_S, CTRL)
    room.settle()
    room.qtbot.waitUntil(lambda: "by Ana Alvarez" in part(shown, "medicines_reviewed", QLabel).text())
    part(shown, "medicines_review_all", QPushButton).setFocus()
    room.press(KEY.Key_Space)
    said = part(room.chart, "medicines_reviews", QWidget).findChildren(QLabel)
    assert any("Metformin 500 mg" in each.text() and "Not taking" in each.text() for each in said)


def test_a_copy_that_has_no_words_for_the_patient_says_so(room: PatientRoom) -> None:
    patient = called(room)
    sign_whole(room.desk, patient)
    room.open_chart(patient)
    shown = tab(room, 7, DocumentsTab)
    assert isinstance(shown, DocumentsTab)
    note, plan = (next(row for row in shown.rows.table.rows if row.kind == kind) for kind in ("note", "care_plan"))
    shown.rows.pick(note.key)
    assert not shown.rows.buttons["copy"].isEnabled()
    shown.rows.pick(plan.key)
    shown.rows.buttons["copy"].setFocus()
    room.press(KEY.Key_Space)
    room.qtbot.waitUntil(lambda: bool(room.errors))
    told = [str(error) for error in room.errors]
    room.errors.clear()
    assert "no words for the patient yet" in told[0]
    room.settle()
    assert isinstance(room.shown, ChartView)


def test_the_note_just_saved_is_copied_and_filed_from_the_list(room: PatientRoom) -> None:
    called(room, 2)
    band = UnfiledNotes(room.context)
    band.setParent(room.page)
    band.show()
    room.settle()
    newest = room.desk.notes.newest_unfiled(room.desk.actor)
    assert newest is not None
    room.press(KEY.Key_F, CTRL | _SHIFT)  # nothing was copied: nothing is filed
    room.settle()
    room.press(KEY.Key_C, CTRL | _SHIFT)
    room.settle()
    assert "Adams" in QGuiApplication.clipboard().text()
    assert "Adams" not in room.window.notice.text()
    room.press(KEY.Key_F, CTRL | _SHIFT)
    room.settle()
    assert room.desk.notes.note(room.desk.actor, newest.id).is_filed
    assert room.desk.notes.unfiled_count(room.desk.actor) == 1
    room.press(KEY.Key_Z, CTRL)
    room.settle()
    assert room.desk.notes.unfiled_count(room.desk.actor) == 2
