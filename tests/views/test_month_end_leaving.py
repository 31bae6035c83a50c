"""Claims and protected PDFs in the close and in making packets, with the keyboard."""

import io
from collections.abc import Callable, Iterator
from pathlib import Path

import pikepdf
import pytest

from app.views.month_end.close_wizard import DONE, FILES
from app.views.theme import Theme
from tests.services.clinic_month import OCTOBER
from tests.services.closed import a_clinic, furnish, set_mbi
from tests.views.clipping import clipped
from tests.views.month_room import CTRL, KEY, MonthRoom, month_room
from tests.views.test_month_end_close import into, texts, to_files
from tests.views.test_month_end_make import attest, files_in, open_page, page_of
from tests.views.test_month_end_make import into as into_folder

SECRET = "seven grey herons wade"
Room = Callable[..., MonthRoom]


@pytest.fixture
def room_of(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Room]:
    """Open the board of two ready patients, with what claims need typed in or not."""
    with month_room(request, {}) as room:

        def opened(*, furnished: bool) -> MonthRoom:
            if furnished:
                furnish(room.desk)
            a_clinic(room.desk, tmp_path, "a", "b")
            room.settle()
            return room

        yield opened


@pytest.fixture
def out(tmp_path: Path) -> Path:
    return tmp_path / "out"


def tick(room: MonthRoom, name: str) -> None:
    room.go_to(name, backwards=True)
    room.press(KEY.Key_Space)


def protect(room: MonthRoom, of: str, first: str, second: str) -> None:
    tick(room, f"{of}_protect_box")
    retype(room, of, first, second)


def retype(room: MonthRoom, of: str, first: str, second: str) -> None:
    for name, words in ((f"{of}_pdf_passphrase_line", first), (f"{of}_pdf_again_line", second)):
        room.go_to(name)
        room.press(KEY.Key_A, CTRL)
        room.write(words)


def test_a_close_sends_the_claims_and_names_who_is_kept_out(room_of: Room, out: Path) -> None:
    room = room_of(furnished=True)
    set_mbi(room.desk, "b", "")
    room.press(KEY.Key_PageUp, CTRL)
    wizard = to_files(room)
    assert wizard.files.claims.value()
    assert room.says("close_claims_lack") == ""
    into(room, out)
    room.press(KEY.Key_Return)
    assert wizard.step == DONE
    said = room.says("close_done_claims").splitlines()
    assert said[0] == "1 claim for $95.00 left now; 1 claim file (837P) written."
    assert said[1] == "1 packet has no claim; claims-left-out.csv lists why:"
    assert said[2] == "Quill-b, Nora: The patient's Medicare number (MBI) is missing."
    files = files_in(out)
    (name,) = (name for name in files if name.startswith("837P-2026-10-"))
    assert name in files["SHA256SUMS"].decode()
    assert name in texts(room)
    assert [row.state for row in room.desk.claims.rows(room.desk.actor, OCTOBER)].count("exported") == 1


def test_settings_that_lack_something_leave_the_claims_unticked_and_say_where(room_of: Room, out: Path) -> None:
    room = room_of(furnished=False)
    room.press(KEY.Key_PageUp, CTRL)
    wizard = to_files(room)
    assert not wizard.files.claims.value()
    assert room.says("close_claims_lack").startswith("Settings › Claims still lacks the submitter's identifier, ")
    furnish(room.desk)
    room.settle()
    assert wizard.files.claims.value()
    assert room.says("close_claims_lack") == ""
    room.go_to("close_claims_box")
    room.press(KEY.Key_Space)
    into(room, out)
    room.press(KEY.Key_Return)
    assert wizard.step == DONE
    assert room.says("close_done_claims") == ""
    assert not [name for name in files_in(out) if "837P" in name or "claims" in name]


def test_packets_are_made_again_with_the_claim_file_that_left(room_of: Room, out: Path, tmp_path: Path) -> None:
    room = room_of(furnished=True)
    open_page(room)
    attest(room)
    into_folder(room, out)
    room.press(KEY.Key_Return)
    assert "2 claims for $190.00 left now; 1 claim file (837P) written." in room.says("make_result_text")
    room.press(KEY.Key_Escape)
    room.go_to("month_make", backwards=True)
    room.press(KEY.Key_Space)
    into_folder(room, tmp_path / "again")
    room.press(KEY.Key_Return)
    assert "No claim leaves twice: 1 claim file (837P) written again" in room.says("make_result_text")
    first, again = files_in(out), files_in(tmp_path / "again")
    (name,) = (name for name in first if name.startswith("837P-"))
    assert first[name] == again[name]


def test_pdfs_are_protected_with_a_passphrase_typed_twice(room_of: Room, out: Path) -> None:
    room = room_of(furnished=True)
    open_page(room)
    assert "not encrypted" in room.says("make_secrecy")
    assert not room.says("make_protect_words")
    into_folder(room, out)
    protect(room, "make", "too short", "too short")
    assert "The PDFs open with their passphrase alone." in room.says("make_secrecy")
    room.press(KEY.Key_Return)
    assert room.says("make_banner_text") == "The passphrase for the PDFs needs at least 12 characters."
    assert room.focus == "make_pdf_passphrase_line"
    retype(room, "make", SECRET, SECRET + "s")
    room.press(KEY.Key_Return)
    assert room.says("make_banner_text") == "The two passphrases for the PDFs are not the same."
    assert room.focus == "make_pdf_again_line"
    assert not out.exists()
    room.press(KEY.Key_A, CTRL)
    room.write(SECRET)
    room.press(KEY.Key_Return)
    assert "The PDFs open with the passphrase that you typed" in room.says("make_result_text")
    files = files_in(out)
    for name in ("bound.pdf", "readiness.pdf", "packets/CL-2026-10-0001-r1.pdf"):
        with pytest.raises(pikepdf.PasswordError):
            pikepdf.open(io.BytesIO(files[name]))
        with pikepdf.open(io.BytesIO(files[name]), password=SECRET) as paper:
            assert paper.encryption.R == 6
    assert files["charges.csv"].startswith("\ufeff".encode())
    assert page_of(room).files.passphrase.value() is None
    assert page_of(room).files.again.value() is None


def test_a_month_is_closed_with_protected_pdfs(room_of: Room, out: Path) -> None:
    room = room_of(furnished=True)
    room.press(KEY.Key_PageUp, CTRL)
    wizard = to_files(room)
    into(room, out)
    protect(room, "close", SECRET, SECRET)
    room.press(KEY.Key_Return)
    assert wizard.step == DONE
    assert "The PDFs open with the passphrase that you typed" in room.says("close_done_claims")
    with pikepdf.open(out / "bound.pdf", password=SECRET) as paper:
        assert paper.encryption.R == 6


@pytest.mark.parametrize("scale", [100, 200])
def test_nothing_is_clipped(room_of: Room, theme: Theme, out: Path, scale: int) -> None:
    theme.scale_text(scale)
    room = room_of(furnished=False)
    room.window.resize(1366, 768)
    room.press(KEY.Key_PageUp, CTRL)
    wizard = to_files(room)
    assert wizard.step == FILES
    tick(room, "close_protect_box")
    room.qtbot.waitUntil(lambda: clipped(wizard) == [])
    tick(room, "close_claims_box")
    tick(room, "close_protect_box")
    into(room, out)
    room.press(KEY.Key_Return)
    assert wizard.step == DONE
    room.qtbot.waitUntil(lambda: clipped(wizard) == [])
