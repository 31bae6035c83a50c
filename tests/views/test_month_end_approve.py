from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QLabel

from app.models import Approval, Condition
from app.views.month_end.approve_view import ApproveView
from app.views.theme import Theme
from tests.services.clinic_month import entry, ready, together
from tests.views.clipping import clipped
from tests.views.month_room import CTRL, KEY, OTHERS_PASSPHRASE, SHIFT, MonthRoom, month_room, text_of

CLINIC = together(
    ready("a"),
    ready("b", day=6),
    ready("c", minutes=15, day=7),
    ready("d", minutes=45, day=8),
    {"time": [entry("t-x", "b", "06T11:00:00", "06T11:03:00", activity="clerical", note="Faxed <b>twice</b>.")]},
)
A, B, C, D = (f"Nora Quill-{each}" for each in "abcd")


@pytest.fixture
def room(request: pytest.FixtureRequest) -> Iterator[MonthRoom]:
    """A practitioner looks at October, in which three patients are ready; the first one is selected."""
    with month_room(request, CLINIC, roles=("practitioner",)) as made:
        made.press(KEY.Key_PageUp, CTRL)
        yield made


def view_of(room: MonthRoom) -> ApproveView:
    shown = room.window.stack.currentWidget()
    assert isinstance(shown, ApproveView)
    return shown


def sheet_of(room: MonthRoom) -> str:
    return "\n".join(label.text() for label in view_of(room).sheet.findChildren(QLabel) if label.isVisible())


def sign(room: MonthRoom, passphrase: str = OTHERS_PASSPHRASE) -> None:
    """F9 to the passphrase, and Enter after it."""
    room.press(KEY.Key_F9)
    assert room.focus == "approve_passphrase_line"
    room.write(passphrase)
    room.press(KEY.Key_Return)


def states(room: MonthRoom) -> list[str]:
    return [row.state for row in room.rows.values()]


def test_f9_shows_the_month_that_will_be_attested_to(room: MonthRoom) -> None:
    room.press(KEY.Key_Down)
    room.press(KEY.Key_F9)
    assert room.says("approve_name") == B
    assert room.says("page_subtitle") == "October 2026 · 2 of 3"
    said = sheet_of(room)
    for fact in (
        "03/02/1948",
        "99490",
        "25:00 counted: clinical staff 25:00, practitioner 0:00",
        "E11.9",
        "01/05/2026 10:20 AM, verbal",
        "cost sharing may apply",
        "Last seen 12/11/2025; started 01/05/2026",
        "10/06/2026\n9:00 AM – 9:25 AM",
        "Call with the patient · Dana Whitfield, RN · reached",
        "3:00 not counted: administrative activity, never counted",
        "Faxed <b>twice</b>.",
    ):
        assert fact in said
    assert room.says("approve_for") == "You sign as Mona Reyes, MD. NPI 1234567893 bills the month."
    assert "under my general supervision" in room.says("approve_statement")


def test_the_passphrase_approves_and_the_next_page_comes(room: MonthRoom) -> None:
    room.press(KEY.Key_F9)
    sign(room)
    assert room.notice() == "Approved. 2 left."
    assert room.says("approve_name") == B
    assert room.focus == "approve_sheet"
    assert view_of(room).passphrase.value() is None
    room.press(KEY.Key_Escape)
    assert room.focus == "month_list"
    assert room.current == "Quill-b, Nora"
    assert states(room) == ["approved", "ready", "short", "ready"]


def test_a_button_leads_back_to_the_board(room: MonthRoom) -> None:
    room.press(KEY.Key_F9)
    assert room.offers("approve_back")
    room.go_to("approve_back")
    room.press(KEY.Key_Space)
    assert room.focus == "month_list"


def test_all_can_be_approved_one_after_another(room: MonthRoom) -> None:
    room.press(KEY.Key_F9)
    for _ in range(3):
        sign(room)
    assert room.says("approve_done_text") == "3 patients are approved."
    assert not room.offers("approve_back")  # the way back stands in the middle of the page
    room.press(KEY.Key_Return)
    assert room.focus == "month_list"
    assert states(room) == ["approved", "approved", "short", "approved"]
    room.press(KEY.Key_F9)  # the chosen one is approved: nothing is left but to take that back
    assert room.offers("approve_withdraw")
    assert not room.offers("approve_button")


def test_an_approval_is_taken_back_with_a_reason(room: MonthRoom) -> None:
    room.press(KEY.Key_F9)
    sign(room)
    room.press(KEY.Key_Escape)
    room.page.patients.list.pick_first()
    room.settle()
    room.press(KEY.Key_F9)
    assert room.says("approve_by").startswith("Approved by Mona Reyes on ")
    room.go_to("approve_withdraw")
    room.press(KEY.Key_Space)
    room.qtbot.waitUntil(lambda: room.focus.startswith("confirm"))
    room.write("Signed the wrong page")
    room.go_to("confirm_action")
    room.press(KEY.Key_Space)
    room.qtbot.waitUntil(lambda: room.offers("approve_button"))
    room.press(KEY.Key_Escape)
    assert states(room).count("approved") == 0


def test_other_codes_than_the_recommended_ones_take_a_reason(request: pytest.FixtureRequest) -> None:
    files = dict(ready("a", minutes=25))
    own = entry("p", "a", "20T09:00:00", "20T09:45:00", role="practitioner", staff="1234567893")
    files["time"] = [*files["time"], own]
    with month_room(request, files, roles=("practitioner",)) as room:
        room.press(KEY.Key_PageUp, CTRL)
        room.press(KEY.Key_F9)
        assert room.says("approve_claim").startswith("99490, 99439 × 2")
        room.go_to("approve_family_choice")
        room.press(KEY.Key_Down)
        room.go_to("approve_passphrase_line")
        room.write(OTHERS_PASSPHRASE)
        room.press(KEY.Key_Return)
        assert room.says("approve_error") == "Say why these codes are taken and not the recommended ones."
        assert room.focus == "approve_family_reason"
        room.write("I did the work of this month myself")
        room.press(KEY.Key_F9)
        with room.desk.opened.ledger.reading(room.desk.actor, "month.approve") as reading:
            row = reading.session.query(Approval).one()
            assert (row.family, row.family_reason) == ("practitioner", "I did the work of this month myself")


def test_what_is_approved_is_bound_to_what_was_seen(room: MonthRoom) -> None:
    room.press(KEY.Key_F9)
    preview = view_of(room).preview
    assert preview is not None
    sign(room)
    with room.desk.opened.ledger.reading(room.desk.actor, "month.approve") as reading:
        row = reading.session.query(Approval).one()
        assert row.facts_hash == preview.facts_hash
        assert (row.approver, row.credential, row.one_person_clinic) == ("Mona Reyes", "MD", False)


@pytest.mark.parametrize("passphrase", ["not this one at all", ""])
def test_without_the_right_passphrase_nothing_is_approved(room: MonthRoom, passphrase: str) -> None:
    room.press(KEY.Key_F9)
    sign(room, passphrase)
    expected = "The passphrase is not right. Nothing was approved." if passphrase else "Type your passphrase to sign."
    assert room.says("approve_error") == expected
    assert room.focus == "approve_passphrase_line"
    assert room.says("approve_name") == A
    room.press(KEY.Key_Escape)
    assert states(room).count("approved") == 0


def test_f7_goes_on_without_approving_and_shift_f7_back(room: MonthRoom) -> None:
    room.press(KEY.Key_F9)
    names = []
    for key, modifier in ((KEY.Key_F7, None), (KEY.Key_F7, None), (KEY.Key_F7, None), (KEY.Key_F7, SHIFT)):
        room.press(key, *([modifier] if modifier else []))
        names.append(room.says("approve_name"))
    assert names == [B, D, A, D]


def test_a_typed_passphrase_does_not_go_along_to_the_next_patient(room: MonthRoom) -> None:
    room.press(KEY.Key_F9)
    room.press(KEY.Key_F9)
    room.write(OTHERS_PASSPHRASE)
    room.press(KEY.Key_F7)
    assert view_of(room).passphrase.value() is None
    assert room.focus == "approve_sheet"


def redescribe(room: MonthRoom, words: str, *, announced: bool) -> None:
    """Change a condition of the first patient, with or without news of it."""
    patient_id = room.rows["Quill-a, Nora"].patient_id
    ledger = room.desk.opened.ledger
    told = ledger._on_commit
    if not announced:
        ledger._on_commit = lambda _: None
    with ledger.writing(room.desk.actor, "chart.edit") as work:
        row = work.session.query(Condition).filter_by(patient_id=patient_id, code="I10").one()
        row.description = words
    ledger._on_commit = told


def test_what_changed_while_it_was_read_is_shown_and_said(room: MonthRoom) -> None:
    room.press(KEY.Key_F9)
    redescribe(room, "Hypertension, reworded", announced=True)
    room.settle()
    assert "changed while you were reading" in room.says("approve_banner_text")
    assert "Hypertension, reworded" in sheet_of(room)
    sign(room)
    assert room.notice() == "Approved. 2 left."


def test_nobody_signs_what_they_have_not_seen(room: MonthRoom) -> None:
    room.press(KEY.Key_F9)
    redescribe(room, "Hypertension, reworded", announced=False)
    sign(room)
    assert "changed" in room.says("approve_banner_text")
    assert room.says("approve_name") == A
    room.qtbot.waitUntil(lambda: "Hypertension, reworded" in sheet_of(room), timeout=20_000)
    assert room.desk.readiness.board(room.desk.actor, room.page.picker.month).counts["approved"] == 0


def test_a_month_that_is_no_longer_ready_cannot_be_signed(room: MonthRoom) -> None:
    room.press(KEY.Key_F9)
    patient_id = room.rows["Quill-a, Nora"].patient_id
    with room.desk.opened.ledger.writing(room.desk.actor, "chart.edit") as work:
        for row in work.session.query(Condition).filter_by(patient_id=patient_id):
            row.expected_12_months = False
    room.settle()
    assert "is not ready to bill" in room.says("approve_banner_text")
    assert not room.offers("approve_button")
    room.press(KEY.Key_F7)
    assert room.says("approve_name") == B
    assert room.offers("approve_button")


def test_a_draft_of_the_packet_is_saved_and_noted(room: MonthRoom, tmp_path: Path) -> None:
    room.press(KEY.Key_F9)
    room.go_to("approve_draft")
    room.press(KEY.Key_Space)
    room.choose_file(tmp_path / "draft.pdf")
    said = text_of(tmp_path / "draft.pdf")
    assert A in said
    assert "DRAFT" in said
    row = room.rows["Quill-a, Nora"]
    assert (row.state, row.packet_no) == ("ready", None)


def test_alone_in_the_clinic_one_signs_as_such(request: pytest.FixtureRequest) -> None:
    with month_room(request, ready("a")) as room:
        room.press(KEY.Key_PageUp, CTRL)
        room.press(KEY.Key_F9)
        sign(room, "seven quiet herons wade")
        assert room.says("approve_done_text") == "1 patient is approved."
        with room.desk.opened.ledger.reading(room.desk.actor, "month.approve") as reading:
            assert reading.session.query(Approval).one().one_person_clinic


@pytest.mark.parametrize("scale", [100, 150, 200])
def test_nothing_is_clipped(room: MonthRoom, theme: Theme, scale: int) -> None:
    theme.scale_text(scale)
    room.window.resize(1366, 768)
    room.press(KEY.Key_F9)
    room.qtbot.waitUntil(lambda: clipped(view_of(room)) == [])
    assert room.window.width() == 1366
    sign(room)
    assert room.says("approve_name") == B
