import json
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QObject, QUrl, Slot
from PySide6.QtGui import QDesktopServices

from app.views.month_end.make_packets import MakePackets
from app.views.theme import Theme
from tests.services.clinic_month import ready, together
from tests.views.clipping import clipped
from tests.views.month_room import CTRL, KEY, OTHERS_PASSPHRASE, PASSPHRASE, MonthRoom, month_room, text_of

CLINIC = together(ready("a"), ready("b", day=6), ready("c", minutes=15, day=7))


@pytest.fixture
def room(request: pytest.FixtureRequest) -> Iterator[MonthRoom]:
    """The one person of a clinic is about to make October's packets: two patients are ready, one is short."""
    with month_room(request, CLINIC) as made:
        open_page(made)
        yield made


@pytest.fixture
def out(tmp_path: Path) -> Path:
    return tmp_path / "out"


def open_page(room: MonthRoom) -> None:
    room.press(KEY.Key_PageUp, CTRL)
    room.go_to("month_make", backwards=True)
    room.press(KEY.Key_Space)


def page_of(room: MonthRoom) -> MakePackets:
    shown = room.window.stack.currentWidget()
    assert isinstance(shown, MakePackets)
    return shown


def into(room: MonthRoom, folder: Path) -> None:
    """Type the folder in place of the one proposed."""
    room.go_to("make_folder")
    room.press(KEY.Key_A, CTRL)
    room.write(str(folder))


def attest(room: MonthRoom, passphrase: str = PASSPHRASE) -> None:
    room.go_to("make_passphrase_line")
    room.write(passphrase)


def files_in(folder: Path) -> dict[str, bytes]:
    found = folder.rglob("*") if folder.exists() else ()
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in found if path.is_file()}


def outlook(room: MonthRoom) -> tuple[str, ...]:
    return tuple(room.says(f"make_{name}").split(":")[0] for name in ("finals", "drafts", "none"))


def test_it_says_beforehand_what_will_be_made(room: MonthRoom) -> None:
    assert outlook(room) == ("0 final packets", "2 drafts", "1 patient without a packet")
    assert "attested by Ana Alvarez, one-person clinic" in room.says("make_attest_words")
    attest(room)
    assert outlook(room) == ("2 final packets", "0 drafts", "1 patient without a packet")


def test_alone_one_attests_and_makes_all_in_one_step(room: MonthRoom, out: Path) -> None:
    attest(room)
    into(room, out)
    room.press(KEY.Key_Return)
    said = room.says("make_result_text")
    assert said.startswith(f"2 final packets and 0 drafts are in {out}.")
    assert "You attested to 2 months now." in said
    assert "1 patient has no packet" in said
    made = files_in(out)
    assert sorted(made) == [
        "SHA256SUMS",
        "bound.pdf",
        "charges.csv",
        "charges.xlsx",
        "manifest.json",
        "not-billed.csv",
        "not-billed.pdf",
        "packets/CL-2026-10-0001-r1.pdf",
        "packets/CL-2026-10-0002-r1.pdf",
        "readiness.pdf",
    ]
    attested = "attested by Ana Alvarez for NPI 1234567893, one-person clinic"
    assert attested in text_of(out / "packets/CL-2026-10-0001-r1.pdf")
    room.press(KEY.Key_Escape)
    assert [row.state for row in room.rows.values()] == ["exported", "exported", "short"]


def test_the_folder_can_be_opened_from_the_result(room: MonthRoom, out: Path) -> None:
    opened: list[str] = []

    class Opener(QObject):
        @Slot(QUrl)
        def open(self, url: QUrl) -> None:
            opened.append(url.toLocalFile())

    opener = Opener()
    QDesktopServices.setUrlHandler("file", opener, "open")  # type: ignore[arg-type] # its own type is wrong
    try:
        into(room, out)
        room.press(KEY.Key_Return)
        assert room.focus == "make_open"
        room.press(KEY.Key_Space)
    finally:
        QDesktopServices.unsetUrlHandler("file")
    assert opened == [str(out)]


def test_without_the_passphrase_they_are_drafts(room: MonthRoom, out: Path) -> None:
    into(room, out)
    room.press(KEY.Key_Return)
    assert room.says("make_result_text").startswith("0 final packets and 2 drafts")
    assert "DRAFT" in text_of(out / "packets/CL-2026-10-0001-r1.pdf")


def test_a_second_making_gives_the_same_bytes_and_says_so(room: MonthRoom, out: Path, tmp_path: Path) -> None:
    attest(room)
    into(room, out)
    room.press(KEY.Key_Return)
    room.press(KEY.Key_Escape)
    room.go_to("month_make", backwards=True)
    room.press(KEY.Key_Space)
    assert room.says("make_finals") == "2 final packets, 2 of them printed again as made before"
    into(room, tmp_path / "again")
    room.press(KEY.Key_Return)
    assert "2 were made before and are the same." in room.says("make_result_text")
    first, again = files_in(out), files_in(tmp_path / "again")
    packets = [name for name in first if name.startswith("packets/")]
    assert len(packets) == 2
    assert [first[name] for name in packets] == [again[name] for name in packets]


def test_a_wrong_passphrase_makes_nothing(room: MonthRoom, out: Path) -> None:
    into(room, out)
    attest(room, "not this one at all")
    room.press(KEY.Key_Return)
    assert room.says("make_banner_text") == "The passphrase is not right. Nothing was made."
    assert room.focus == "make_passphrase_line"
    assert files_in(out) == {}


def test_stopping_leaves_nothing_behind(room: MonthRoom, out: Path) -> None:
    into(room, out)
    held = threading.Event()
    room.tasks.run(held.wait)  # so that stopping comes before the last packet on any machine
    room.qtbot.keyClick(page_of(room).folder, KEY.Key_Return)
    assert room.focus == "make_progress_cancel"
    room.qtbot.keyClick(page_of(room).progress.cancel_button, KEY.Key_Space)
    held.set()
    room.settle()
    assert room.says("make_banner_text") == "Stopped. No packet was made, and nothing was left in the folder."
    assert room.focus == "make_button"
    assert files_in(out.parent / "out") == {}
    assert [path for path in out.parent.iterdir() if "careloop-making" in path.name] == []
    board = room.desk.readiness.board(room.desk.actor, room.page.picker.month)
    assert {row.packet_no for row in board.rows} == {None}
    room.press(KEY.Key_Space)
    assert room.says("make_result_text").startswith("0 final packets and 2 drafts")


def test_while_packets_are_made_the_page_stays(room: MonthRoom, out: Path) -> None:
    into(room, out)
    room.qtbot.keyClick(page_of(room).folder, KEY.Key_Return)
    page = page_of(room)
    assert not page.may_leave()
    room.qtbot.keyClick(page.progress.cancel_button, KEY.Key_Escape)
    assert room.window.stack.currentWidget() is page
    room.settle()
    assert page.may_leave()


def test_only_what_was_ticked_is_written(room: MonthRoom, out: Path) -> None:
    for name in ("make_each_box", "make_charges_box", "make_not_billed_box", "make_readiness_box"):
        room.go_to(name)
        room.press(KEY.Key_Space)
    into(room, out)
    room.press(KEY.Key_Return)
    assert sorted(files_in(out)) == ["SHA256SUMS", "bound.pdf", "manifest.json"]
    listed = json.loads((out / "manifest.json").read_text())["files"]
    assert [each["name"] for each in listed] == ["SHA256SUMS", "bound.pdf"]


def test_neither_singly_nor_bound_is_refused(room: MonthRoom, out: Path) -> None:
    for name in ("make_each_box", "make_bound_box"):
        room.go_to(name)
        room.press(KEY.Key_Space)
    into(room, out)
    room.press(KEY.Key_Return)
    assert room.says("make_banner_text").startswith("Choose how packets are written")
    assert files_in(out) == {}


def test_a_folder_that_will_not_do_is_refused_in_words(room: MonthRoom) -> None:
    into(room, room.desk.opened.file.folder / "packets")
    room.press(KEY.Key_Return)
    assert "clinic's own folder" in room.says("make_banner_text")
    assert room.focus == "make_folder"
    room.press(KEY.Key_A, CTRL)
    room.press(KEY.Key_Delete)
    room.press(KEY.Key_Return)
    assert room.says("make_banner_text") == "Choose the folder to write to."


def test_a_folder_can_be_chosen(room: MonthRoom, tmp_path: Path) -> None:
    room.go_to("make_choose")
    room.press(KEY.Key_Space)
    room.choose_file(tmp_path)
    assert page_of(room).folder.value() == str(tmp_path)


def test_a_manager_makes_what_others_approved(request: pytest.FixtureRequest, out: Path) -> None:
    with month_room(request, CLINIC, roles=("manager",)) as room:
        open_page(room)
        assert outlook(room) == ("0 final packets", "2 drafts", "1 patient without a packet")
        assert room.says("make_attest_words") == ""
        assert page_of(room).passphrase.value() is None
        into(room, out)
        room.press(KEY.Key_Return)
        assert room.says("make_result_text").startswith("0 final packets and 2 drafts")


def test_with_others_at_work_the_practitioner_is_not_asked_to_attest_to_all(request: pytest.FixtureRequest) -> None:
    with month_room(request, CLINIC, roles=("practitioner",)) as room:
        room.press(KEY.Key_PageUp, CTRL)
        room.press(KEY.Key_F9)
        room.press(KEY.Key_F9)
        room.write(OTHERS_PASSPHRASE)
        room.press(KEY.Key_Return)
        room.press(KEY.Key_Escape)
        room.go_to("month_make", backwards=True)
        room.press(KEY.Key_Space)
        assert outlook(room)[:2] == ("0 final packets", "2 drafts")  # who approves does not close
        assert room.says("make_attest_words") == ""


@pytest.mark.parametrize("scale", [100, 150, 200])
def test_nothing_is_clipped(room: MonthRoom, theme: Theme, out: Path, scale: int) -> None:
    theme.scale_text(scale)
    room.window.resize(1366, 768)
    room.qtbot.waitUntil(lambda: clipped(page_of(room)) == [])
    into(room, out)
    room.press(KEY.Key_Return)
    room.qtbot.waitUntil(lambda: clipped(page_of(room)) == [])
