"""A nurse's whole day with real keys: sixty attempts, what goes wrong in a day, and totals exact to the second.

The script keeps a ledger of its own: what the clock was moved by while a timer ran and was believed. CareLoop's
ledger must say the same for every patient, and keys are counted as they are pressed.
"""

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QPushButton
from sqlalchemy import select

from app.compose import open_desk
from app.models import Call, TimeEntry
from app.services.desk import Desk
from app.services.enrolment_forms import ConsentForm, EnrolForm
from app.services.founding import House, unlock_again
from app.services.patient_form import PatientForm
from app.services.practitioners import PractitionerForm
from app.views.call.call_view import CallView
from app.views.call.recovery import RecoveryView
from app.views.page_stack import Page
from app.views.today.today_page import TodayPage
from tests.conftest import FIRST_PERSON
from tests.fake_clock import FakeClock
from tests.services.calling import WHOLE_NOTE
from tests.views.at_the_desk import part
from tests.views.call_room import ALT, CTRL, KEY, NONE, NPI, SHIFT, CallRoom, call_room

PATIENTS = 60
REACHED = frozenset({2, 4, 7, 9, 12, 15, 17, 20, 22, 25, 28, 30, 33, 36, 38, 41, 44, 46, 49, 52, 55, 58})
CRASH_AT, SUSPEND_AT, JUMP_AT, LOCK_AT, RUNG_AT = 13, 20, 28, 36, (7, 44)
BEGUN_BY_HAND = PATIENTS - len(RUNG_AT)
"""The other attempts are those that come in between, while a call runs."""
OTHERS = ("2", "3", "5", "2", "3", "4")
"""Outcomes of the other attempts in turn, by their Alt key: no answer, message, call back, …, wrong number."""
OUTCOME = {"2": "no_answer", "3": "left_message", "4": "wrong_number", "5": "call_back"}


@dataclass
class Script:
    """What was done: seconds by patient and whether a reached call's, attempts by outcome, keys by kind of attempt."""

    reached: Counter[int] = field(default_factory=Counter)
    attempts: Counter[int] = field(default_factory=Counter)
    outcomes: Counter[str] = field(default_factory=Counter)
    keys: dict[str, list[int]] = field(default_factory=lambda: defaultdict(list))
    lived: int = 0


class Nurse:
    """Presses the keys of the day and counts them."""

    def __init__(self, room: CallRoom, script: Script) -> None:
        self.room = room
        self.script = script
        self.keys = 0

    def press(self, key: Qt.Key, modifier: Qt.KeyboardModifier = NONE) -> None:
        self.keys += 1
        self.room.press(key, modifier)

    def live(self, seconds: int) -> None:
        self.room.live(seconds)
        self.script.lived += seconds

    def selected(self) -> int:
        shown = self.room.window.stack.currentWidget()
        assert isinstance(shown, TodayPage)
        chosen = shown.queue.list.current_id
        assert isinstance(chosen, int)
        return chosen

    def start(self) -> int:
        """F8 on whom the queue proposes."""
        patient = self.selected()
        self.press(KEY.Key_F8)
        self.room.qtbot.waitUntil(lambda: isinstance(self.room.window.stack.currentWidget(), CallView))
        self.room.settle()
        return patient

    def write_note(self) -> None:
        """Type the parts the clinic requires, going from one to the next as the form leads."""
        for key, text in WHOLE_NOTE.items():
            if self.room.focus_name() != f"note_{key}":
                self.press(KEY.Key_Down, CTRL)
            assert self.room.focus_name() == f"note_{key}"
            self.room.write(text)

    def save(self, outcome_key: str) -> None:
        """Stop with the outcome, save, and be back on the queue with the next patient."""
        self.press(getattr(KEY, f"Key_{outcome_key}"), ALT)
        self.press(KEY.Key_Return, CTRL)
        self.back()

    def back(self) -> None:
        room = self.room
        room.qtbot.waitUntil(lambda: isinstance(room.window.stack.currentWidget(), TodayPage), timeout=10_000)
        room.settle()
        room.qtbot.waitUntil(lambda: room.focus_name() == "queue_list", timeout=10_000)


def show_today(room: CallRoom) -> None:
    room.window.show_pages([Page("today", "Today", "list-todo", lambda: TodayPage(room.context))])
    room.settle()


def sixty_patients(desk: Desk) -> None:
    """Enrol sixty people who were never called: all of them are due."""
    actor = desk.actor
    biller = desk.practitioners.add(actor, PractitionerForm(name="Dr. Mai Ito", npi=NPI, credential="MD"))
    began = date(2026, 10, 5)
    for number in range(PATIENTS):
        form = PatientForm(
            given_name=f"Given{number:02d}",
            family_name=f"Family{number:02d}",
            born_on=date(1940, 1, 1) + timedelta(days=97 * number),
            sex="female",
            phone=f"80255501{number:02d}",
        )
        patient = desk.patients.add(actor, form)
        desk.enrolments.enrol(actor, patient, EnrolForm(biller, began, last_seen_on=date(2026, 9, 1)))
        desk.enrolments.record_consent(actor, patient, ConsentForm(True, True, True, True, given_on=began))


@pytest.fixture
def clinic_of_sixty(clinic_folder: Path, house: House) -> Path:
    desk = open_desk(clinic_folder, FIRST_PERSON.username, FIRST_PERSON.passphrase, house)
    sixty_patients(desk)
    desk.close()
    return clinic_folder


def seconds_of(call_number: int) -> int:
    """How long the call of that number lasts; never a round figure."""
    return 121 + 37 * (call_number % 11)


def test_a_day_of_sixty_attempts_is_exact_to_the_second(
    request: pytest.FixtureRequest, clock: FakeClock, clinic_of_sixty: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    script = Script()
    with call_room(request, is_new=False) as room:
        show_today(room)
        nurse = Nurse(room, script)
        for number in range(1, CRASH_AT):
            attempt(nurse, number)
        cut_off = nurse.start()
        room.write("Talking when the power fails")
        nurse.live(150)  # what lies behind the last heartbeat is what a crash may lose; here the last one is just past
        room.qtbot.waitUntil(lambda: room.now is not None and bool(room.now.draft), timeout=5000)
    clock.advance(minutes=7)
    with call_room(request, is_new=False) as room:
        nurse = Nurse(room, script)
        room.qtbot.waitUntil(lambda: isinstance(room.window.stack.currentWidget(), RecoveryView))
        show_today(room)
        recover_and_save(nurse, cut_off)
        for number in range(CRASH_AT + 1, BEGUN_BY_HAND + 1):
            attempt(nurse, number)
        check(room.desk, script)
    with capsys.disabled():
        report(script)


def attempt(nurse: Nurse, number: int) -> None:
    """One attempt of the day, with whatever befalls it."""
    room, script, keys = nurse.room, nurse.script, nurse.keys
    room.clock.advance(seconds=17)  # reading the card before the key
    patient = nurse.start()
    seconds = seconds_of(number)
    nurse.live(seconds)
    if number not in REACHED:
        key = OTHERS[number % len(OTHERS)]
        script.attempts[patient] += seconds
        script.outcomes[OUTCOME[key]] += 1
        nurse.save(key)
        script.keys["attempt"].append(nurse.keys - keys)
        return
    befall(nurse, number)
    script.reached[patient] += seconds
    nurse.write_note()
    script.outcomes["reached"] += 1
    if number in RUNG_AT:
        ring_in_between(nurse, patient)
    nurse.save("1")
    script.keys["interrupted" if number in RUNG_AT else "reached"].append(nurse.keys - keys)


def befall(nurse: Nurse, number: int) -> None:
    """What goes wrong once a day; none of it is counted, and none of it takes a second that was worked."""
    room = nurse.room
    room.beat_after(0)  # what lies between the last heartbeat and a gap, 5 s at most, belongs to the gap
    if number == SUSPEND_AT:
        room.beat_after(900)  # the lid was closed for a quarter of an hour
        assert room.calls.bar.question.isVisible()
        answer_gap(room)
    elif number == JUMP_AT:
        room.clock.jump(minutes=20)
        room.beat_after(5)
        assert room.calls.bar.question.isVisible()
        answer_gap(room)
    elif number == LOCK_AT:
        room.window.show_locked(QLabel("locked"))
        room.desk.opened.ledger.lock()
        for _ in range(24):
            room.beat_after(5)
        nurse.script.lived += 120
        unlock_again(room.desk.opened, FIRST_PERSON.passphrase)
        room.window.show_unlocked()
        room.settle()
        call = room.now
        assert call is not None
        nurse.script.reached[call.patient_id] += 120


def answer_gap(room: CallRoom) -> None:
    """Discard the gap that is asked about."""
    room.qtbot.mouseClick(room.calls.bar.question.discard_button, Qt.MouseButton.LeftButton)
    room.settle()
    assert not room.calls.bar.question.isVisible()


def ring_in_between(nurse: Nurse, first: int) -> None:
    """A second patient rings: the first call is parked, the second one is answered and closed, the first goes on."""
    room, script = nurse.room, nurse.script
    nurse.press(KEY.Key_Escape)
    room.qtbot.waitUntil(lambda: room.focus_name() == "queue_list")
    nurse.press(KEY.Key_Down)
    second = nurse.start()
    assert second != first
    nurse.live(63)
    script.attempts[second] += 63
    script.outcomes["call_back"] += 1
    nurse.press(KEY.Key_5, ALT)
    nurse.press(KEY.Key_Return, CTRL | SHIFT)
    room.settle()
    (waiting,) = room.calls.bar.waiting_button.menu().actions()
    waiting.trigger()
    room.settle()
    nurse.live(40)
    script.reached[first] += 40


def recover_and_save(nurse: Nurse, patient: int) -> None:
    """After the crash: accept up to the last heartbeat, and write the call up as a message left."""
    room, script = nurse.room, nurse.script
    room.qtbot.mouseClick(room.calls.bar.patient_button, Qt.MouseButton.LeftButton)  # the day goes on behind it
    part(room.window, "recovery_accept", QPushButton).setFocus()
    nurse.press(KEY.Key_Space)
    room.qtbot.waitUntil(lambda: isinstance(room.window.stack.currentWidget(), CallView))
    room.settle()
    script.attempts[patient] += 150
    script.outcomes["left_message"] += 1
    nurse.press(KEY.Key_3, ALT)
    nurse.press(KEY.Key_Return, CTRL)
    nurse.back()


def check(desk: Desk, script: Script) -> None:
    """Hold CareLoop's ledger against the script's."""
    reached, attempts = Counter[int](), Counter[int]()
    with desk.opened.ledger.reading(desk.actor, "time.read") as reading:
        entries = reading.session.scalars(select(TimeEntry).order_by(TimeEntry.start_at)).all()
        outcomes = Counter(reading.session.scalars(select(Call.outcome)))
        for entry in entries:
            kept = attempts if entry.activity == "clerical" else reached
            kept[entry.patient_id] += (entry.end_at - entry.start_at) // timedelta(seconds=1)
        ends = [entry.end_at for entry in entries]
        begins = [entry.start_at for entry in entries]
    assert reached == script.reached
    assert attempts == script.attempts
    assert reached.total() + attempts.total() == script.lived
    assert outcomes == script.outcomes
    assert outcomes.total() == PATIENTS
    assert outcomes["reached"] == len(REACHED) == 22
    assert all(end <= begin for end, begin in zip(ends, begins[1:], strict=False)), "no second is given out twice"
    assert max(script.keys["attempt"]) == 3
    assert max(script.keys["reached"]) <= 8


def report(script: Script) -> None:
    minutes, seconds = divmod(script.lived, 60)
    print(
        f"\nsixty attempts: {minutes}:{seconds:02d} of calls, keys per attempt {max(script.keys['attempt'])}, "
        f"per reached call {max(script.keys['reached'])}, with another in between {max(script.keys['interrupted'])}"
    )
