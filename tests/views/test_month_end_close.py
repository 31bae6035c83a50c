import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QLabel

from app.services.people import PersonForm
from app.views.month_end.close_wizard import APPROVALS, DONE, DRY_RUN, FILES, PREVIEW, REVIEW, CloseWizard
from app.views.month_end.reopen_view import ReopenView
from app.views.theme import Theme
from tests.services.clinic_month import OCTOBER, ready, together
from tests.services.test_month_end import worked_longer
from tests.services.test_reopenings import LATER
from tests.views.clipping import clipped
from tests.views.month_room import CTRL, KEY, OTHERS_PASSPHRASE, PASSPHRASE, MonthRoom, month_room, text_of
from tests.views.test_month_end_make import files_in

CLINIC = together(ready("a"), ready("b", day=6), ready("c", minutes=15, day=7))


@pytest.fixture
def room(request: pytest.FixtureRequest) -> Iterator[MonthRoom]:
    """The one person of a clinic is about to close October: two patients are ready, one is short."""
    with month_room(request, CLINIC) as made:
        made.press(KEY.Key_PageUp, CTRL)
        yield made


@pytest.fixture
def out(tmp_path: Path) -> Path:
    return tmp_path / "out"


def open_wizard(room: MonthRoom) -> CloseWizard:
    room.go_to("month_close", backwards=True)
    room.press(KEY.Key_Space)
    shown = room.window.stack.currentWidget()
    assert isinstance(shown, CloseWizard)
    return shown


def onward(room: MonthRoom) -> None:
    room.go_to("close_next")
    room.press(KEY.Key_Space)


def to_files(room: MonthRoom, passphrase: str = PASSPHRASE) -> CloseWizard:
    wizard = open_wizard(room)
    onward(room)
    if wizard.step == APPROVALS and passphrase:
        room.go_to("close_passphrase_line")
        room.write(passphrase)
    onward(room)
    onward(room)
    onward(room)
    assert wizard.step == FILES
    return wizard


def into(room: MonthRoom, folder: Path) -> None:
    room.go_to("close_folder")
    room.press(KEY.Key_A, CTRL)
    room.write(str(folder))


def texts(room: MonthRoom) -> str:
    return "\n".join(label.text() for label in room.window.findChildren(QLabel) if label.isVisible())


def test_a_month_is_closed_step_by_step_with_the_keyboard(room: MonthRoom, out: Path) -> None:
    wizard = open_wizard(room)
    assert wizard.step == REVIEW
    assert [row.name for row in wizard.review.table.rows] == ["Nora Quill-a", "Nora Quill-b", "Nora Quill-c"]
    assert "Ready and left out: 2." in room.says("close_review_words")
    onward(room)
    assert wizard.step == APPROVALS
    assert "attested by Ana Alvarez, one-person clinic" in room.says("close_attest_words")
    room.go_to("close_passphrase_line")
    room.write(PASSPHRASE)
    room.press(KEY.Key_Return)
    assert wizard.step == PREVIEW
    assert [row.name for row in wizard.preview.table.rows] == ["Quill-a, Nora", "Quill-b, Nora"]
    assert "Nora Quill-a" in texts(room)
    onward(room)
    assert wizard.step == DRY_RUN
    assert wizard.run is not None
    assert (wizard.run.new, len(wizard.run.left_out)) == (2, 1)
    assert "50:00" in texts(room)
    assert not out.exists()
    onward(room)
    into(room, out)
    room.press(KEY.Key_Return)
    assert wizard.step == DONE
    assert room.says("close_done_words").startswith("October 2026 is closed: 2 packets, 1 patient without one.")
    files = files_in(out)
    assert {"bound.pdf", "charges.csv", "charges.xlsx", "not-billed.pdf", "manifest.json", "SHA256SUMS"} <= set(files)
    shown = texts(room)
    assert all(digest in shown for digest, _, name in _sums(files) if "/" not in name)
    assert "attested by Ana Alvarez" in " ".join(text_of(out / "packets/CL-2026-10-0001-r1.pdf").split())
    room.go_to("close_back")
    room.press(KEY.Key_Space)
    assert "Closed on" in texts(room)
    assert not room.offers("month_close")
    assert room.offers("month_reopen")


def _sums(files: dict[str, bytes]) -> list[tuple[str, str, str]]:
    return [row.partition("  ") for row in files["SHA256SUMS"].decode().splitlines()]


def test_going_back_keeps_what_was_typed_and_nothing_is_written(room: MonthRoom, out: Path) -> None:
    wizard = to_files(room)
    into(room, out)
    room.go_to("close_back")
    room.press(KEY.Key_Space)
    assert wizard.step == DRY_RUN
    onward(room)
    assert wizard.folder.value() == str(out)
    assert room.desk.month_end.state(room.desk.actor, OCTOBER).state == "open"
    room.press(KEY.Key_Escape)
    assert not out.exists()
    assert {row.state for row in room.rows.values()} == {"ready", "short"}


def test_a_wrong_passphrase_closes_nothing_and_leads_back_to_it(room: MonthRoom, out: Path) -> None:
    wizard = to_files(room, "not the passphrase at all")
    into(room, out)
    room.press(KEY.Key_Return)
    assert wizard.step == APPROVALS
    assert room.focus == "close_passphrase_line"
    assert not out.exists()
    assert room.desk.month_end.state(room.desk.actor, OCTOBER).state == "open"


def test_stopping_leaves_the_month_open_and_the_folder_empty(room: MonthRoom, out: Path) -> None:
    wizard = to_files(room)
    into(room, out)
    began, go_on = threading.Event(), threading.Event()
    writers = room.desk.month_end._writers
    draw = writers.packet

    def slow(facts: object) -> bytes:
        began.set()
        assert go_on.wait(20)
        return draw(facts)  # type: ignore[arg-type]

    object.__setattr__(writers, "packet", slow)
    object.__setattr__(writers, "packets", None)
    room.qtbot.keyClick(wizard.folder, KEY.Key_Return)
    room.qtbot.waitUntil(began.is_set)
    assert not wizard.may_leave()
    assert room.focus == "close_progress_cancel"
    room.qtbot.keyClick(wizard.progress.cancel_button, KEY.Key_Space)
    go_on.set()
    room.settle()
    room.qtbot.waitUntil(wizard.may_leave)
    assert wizard.step == FILES
    assert not out.exists()
    assert room.desk.month_end.state(room.desk.actor, OCTOBER).state == "open"
    assert "Stopped" in texts(room)


def test_a_closed_month_is_opened_again_with_a_reason_and_names_what_changed(room: MonthRoom, out: Path) -> None:
    desk = room.desk
    desk.month_end.make(desk.actor, OCTOBER, out, passphrase=PASSPHRASE, close=True)
    worked_longer(desk, "t-a", LATER)
    room.settle()
    room.go_to("month_reopen", backwards=True)
    room.press(KEY.Key_Space)
    shown = room.window.stack.currentWidget()
    assert isinstance(shown, ReopenView)
    words = texts(room)
    assert "1 closed month is no longer what the record says." in words
    assert "25:00 counted" in words
    assert "60:00 counted" in words
    assert "stop pressed early" in words
    assert "patient_call" not in words
    assert "you opened the month alone" in room.says("reopen_alone")
    room.press(KEY.Key_Return)
    assert "why the month is opened again" in texts(room)
    room.go_to("reopen_reason")
    room.write("One call was stopped early")
    room.press(KEY.Key_Return)
    assert "open again: 1 packet is void" in room.notice()
    assert "Opened again on" in texts(room)
    assert sorted(row.state for row in room.rows.values()) == ["exported", "ready", "short"]


def test_where_somebody_else_could_agree_their_passphrase_is_asked_for(
    request: pytest.FixtureRequest, out: Path
) -> None:
    with month_room(request, CLINIC) as room:
        desk = room.desk
        desk.month_end.make(desk.actor, OCTOBER, out, passphrase=PASSPHRASE, close=True)
        form = PersonForm(name="Mona Reyes", credential="MD", username="mona", roles=("practitioner",))
        desk.people.add(desk.actor, form, OTHERS_PASSPHRASE)
        room.press(KEY.Key_PageUp, CTRL)
        room.go_to("month_reopen", backwards=True)
        room.press(KEY.Key_Space)
        room.go_to("reopen_reason")
        room.write("The wrong practitioner was billed")
        room.go_to("reopen_passphrase_line")
        room.write("not hers at all")
        room.press(KEY.Key_Return)
        assert "Their passphrase is not right" in texts(room)
        room.write(OTHERS_PASSPHRASE)
        room.press(KEY.Key_Return)
        assert "1 packet is void" in room.notice()  # that of the patient who was chosen in the list
        assert "agreed by Mona Reyes" in texts(room)


def test_a_nurse_is_offered_neither(request: pytest.FixtureRequest) -> None:
    with month_room(request, CLINIC, roles=("nurse",)) as room:
        room.press(KEY.Key_PageUp, CTRL)
        assert not any(room.offers(name) for name in ("month_close", "month_reopen", "month_make", "month_approve"))


@pytest.mark.parametrize("scale", [100, 150, 200])
def test_nothing_is_clipped(room: MonthRoom, theme: Theme, out: Path, scale: int) -> None:
    theme.scale_text(scale)
    wizard = open_wizard(room)
    for step in (REVIEW, APPROVALS, PREVIEW, DRY_RUN, FILES):
        wizard._go(step)
        room.settle()
        room.qtbot.waitUntil(lambda: clipped(wizard) == [])
