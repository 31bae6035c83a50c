"""The nurse's calls: F8, talk, F8, outcome, Ctrl+Enter."""

from datetime import date

from app.views.tour.hands import ALT, CTRL, SHIFT, Key
from app.views.tour.one_patient import FAMILY, open_chart, show_tab
from app.views.tour.people import NURSE
from app.views.tour.stage import Stage

OTHER = "Abernathy"
NOTE = {
    "reason": "Monthly call. Home from the cardiology visit of last week.",
    "symptoms": "Weight up 2 lb since Monday, ankles a little swollen in the evening. No shortness of breath at rest.",
    "medications": "Furosemide and metformin read out from the boxes; none missed this week.",
    "goals": "Weighs herself every morning now and writes it down.",
    "next_step": "Call again on Thursday at 10 to hear the week's weights.",
}


def first_call(stage: Stage) -> None:
    """A reached call, from the key press to the saved note."""
    hands = stage.hands
    open_chart(stage, FAMILY)
    hands.press(Key.Key_F8)
    hands.see("call_view")
    stage.picture("call", "F8: the timer runs; who is called, what to say, the plan at a glance, the note")
    stage.talk(4, 10)
    write_note(stage, NOTE)
    stage.talk(3, 5)
    stage.picture("call-note", "The note is typed while one talks")
    hands.press(Key.Key_F8, SHIFT)
    hands.settle()
    stage.clock.let_pass(seconds=70)
    stage.picture("call-paused", "Shift+F8: paused; the timer stands still")
    hands.press(Key.Key_F8, SHIFT)
    hands.settle()
    hands.press(Key.Key_7, ALT | SHIFT)
    hands.settle()
    stage.talk(1, 30)
    stage.picture("call-activity", "Alt+Shift+7: the time from now on is record review, desk work")
    hands.press(Key.Key_F8)
    hands.see("wrap_up_seconds")
    hands.press(Key.Key_1, ALT)
    stage.picture("call-wrap-up", "F8 again: the wrap-up, with the outcome, the minutes and what the note still needs")
    hands.press(Key.Key_Return, CTRL | SHIFT)
    hands.see("saved_words")
    stage.picture("call-saved", "Ctrl+Shift+Enter: saved; the note is signed and the time is written")


def no_answer(stage: Stage) -> None:
    """Three keys: F8, Alt+2, Ctrl+Enter."""
    hands = stage.hands
    stage.go_to("patients")
    hands.tab_to("patients_list")
    hands.press(Key.Key_Home)
    hands.press(Key.Key_F8)
    hands.see("call_view")
    stage.talk(0, 35)
    hands.press(Key.Key_2, ALT)
    hands.see("wrap_up_seconds")
    stage.picture("no-answer", "No answer: Alt+2 while the call runs")
    hands.press(Key.Key_Return, CTRL)
    hands.see("patients_list")
    stage.picture("no-answer-next", "Ctrl+Enter: the attempt is kept, the next patient is selected")
    stage.sign_out()


def another_rings(stage: Stage) -> None:
    """A second patient rings in the middle of a call: park, and take up again."""
    hands = stage.hands
    call(stage, FAMILY)
    stage.talk(5)
    write_note(stage, {"reason": "Weights of the week.", "symptoms": "Back to 151 lb, ankles slim."})
    stage.go_to("patients")
    hands.tab_to("patients_list")
    hands.press(Key.Key_Home)
    hands.press(Key.Key_F8)
    hands.see("call_view")
    stage.talk(2)
    hands.see("call_waiting")
    stage.picture("call-parked", "Another patient rings: F8 there parks the first call, whose timer rests")
    hands.press(Key.Key_3, ALT)
    hands.see("wrap_up_seconds")
    hands.press(Key.Key_Return, CTRL)
    hands.see("patients_list")
    open_chart(stage, FAMILY)
    hands.press(Key.Key_F8)
    hands.see("call_view")
    stage.talk(3)


def lock(stage: Stage) -> None:
    """Ctrl+L in the middle of the call: the timer runs on behind the locked screen."""
    hands = stage.hands
    hands.press(Key.Key_L, CTRL)
    hands.see("unlock_button")
    stage.talk(2, 30)
    hands.wait_for_words("lock_running", "10:30")
    stage.picture("locked", "Ctrl+L: everything is hidden and the clinic's key is gone from memory; the timer runs on")
    hands.write(NURSE.passphrase)
    hands.press(Key.Key_Return)
    hands.see("call_view")
    stage.talk(0, 40)
    stage.picture("unlocked", "Unlocked: the note as it was typed, the time of the locked minutes kept")


def finish(stage: Stage) -> None:
    """The rest of the note, and on to the next patient."""
    hands = stage.hands
    write_note(stage, {"medications": "All taken.", "next_step": "Monthly call in the second week of November."})
    stage.talk(1, 20)
    hands.press(Key.Key_1, ALT)
    hands.see("wrap_up_seconds")
    hands.press(Key.Key_Return, CTRL)
    hands.wait(lambda: not hands.is_shown("call_view"), "the call to be saved")
    stage.sign_out()


def two_more(stage: Stage) -> None:
    """On later days somebody else is reached twice, and comes to twenty minutes."""
    hands = stage.hands
    for day, minutes in ((15, 11), (22, 10)):
        stage.sign_in_at(10, 5, NURSE, date(2026, 10, day))
        call(stage, OTHER)
        write_note(
            stage,
            {
                "reason": "Monthly call.",
                "symptoms": "Morning sugars 110 to 140, no lows. Blood pressure at home around 134 over 78.",
                "medications": "Both taken every day; the pharmacy has the refill.",
                "next_step": "Call again next week about the eye appointment.",
            },
        )
        stage.talk(minutes)
        hands.press(Key.Key_1, ALT)
        hands.see("wrap_up_seconds")
        hands.press(Key.Key_Return, CTRL)
        hands.wait(lambda: not hands.is_shown("call_view"), "the call to be saved")
        if day == 22:
            open_chart(stage, OTHER)
            stage.picture("chart-ready", "Her chart: twenty minutes counted, nothing missing, ready at the month's end")
            show_tab(stage, "time_tab")
            stage.picture("chart-time", "Calls and time: every entry with its note, what counts and what does not")
        stage.sign_out()


def call(stage: Stage, family: str) -> None:
    """Find a patient with Ctrl+K and call with Ctrl+Enter."""
    stage.find(family, CTRL)
    stage.hands.see("call_view")


def write_note(stage: Stage, texts: dict[str, str]) -> None:
    """Type parts of the note, by key."""
    for key, text in texts.items():
        stage.hands.tab_to(f"note_{key}")
        stage.hands.write(text)
