"""The demo clinic: a clinic of hundreds of patients, half a year old, for looking around."""

from PySide6.QtCore import QSize
from PySide6.QtWidgets import QApplication, QListWidget, QToolButton

from app.views.preferences import ThemeChoice
from app.views.tour.hands import ALT, CTRL, Key
from app.views.tour.stage import Stage

LARGE = QSize(1920, 1080)


def make(stage: Stage) -> None:
    """Make it, and see who may sign in."""
    hands = stage.hands
    hands.tick("sign_in_other")
    hands.see("welcome_demo")
    stage.picture("welcome-back", "The next start: the clinic opened last comes first")
    hands.tab_to("welcome_demo")
    hands.press(Key.Key_Space)
    hands.see("sign_in_demo", seconds=600)  # half a year of a clinic is written
    stage.picture("demo-sign-in", "The demo clinic names its people and their passphrase")


def nurse(stage: Stage) -> None:
    """A nurse's list, and finding one of hundreds as one types."""
    hands = stage.hands
    hands.tick("sign_in_as_rosa")
    hands.see("queue_list")
    stage.picture("demo-today", "A nurse's day: whom to call now, and why")
    stage.go_to("patients")
    hands.see("patients_list")
    stage.picture("demo-patients", "The demo clinic's patients")
    hands.press(Key.Key_K, CTRL)
    hands.write("ma")
    hands.wait(lambda: stage.desk.window.search.is_open, "what was found")
    stage.picture("search", "Ctrl+K: patients and commands, found as one types")
    hands.press(Key.Key_Escape)
    hands.tab_to("patients_list")
    hands.press(Key.Key_F8)
    hands.see("call_view")
    stage.talk(6, 12)
    stage.picture("demo-call", "A call with a patient who has a plan, medicines and earlier notes")
    stage.look(ThemeChoice.DARK)
    stage.picture("demo-call-dark", "The same in dark colours")
    stage.look(text_percent=200)
    stage.picture("demo-call-200", "The same with text at 200 %")
    stage.look()
    hands.press(Key.Key_F8)
    hands.see("wrap_up_seconds")
    hands.press(Key.Key_3, ALT)
    hands.press(Key.Key_Return, CTRL)
    hands.wait(lambda: not hands.is_shown("call_view"), "the call to be saved")
    hands.tab_to("patients_list")
    hands.press(Key.Key_Return)
    hands.see("chart_view")
    stage.picture("demo-chart", "A chart of the demo clinic")
    stage.sign_out()


def manager(stage: Stage) -> None:
    """The office manager's board of a whole clinic."""
    hands = stage.hands
    hands.tick("sign_in_as_dana")
    hands.see("status_person")
    stage.go_to("month_end")
    hands.see("month_list")
    hands.wait(lambda: "Exported" in hands.one(QToolButton, "month_state_exported").text(), "the board")
    stage.picture("demo-month-end", "The month-end board of a whole clinic")
    stage.look(size=LARGE)
    stage.picture("demo-month-end-large", "The same in a window of 1920 by 1080")
    stage.look(ThemeChoice.DARK)
    stage.picture("demo-month-end-dark", "The same in dark colours")
    stage.look(ThemeChoice.HIGH_CONTRAST)
    stage.picture("demo-month-end-contrast", "The same in high contrast")
    stage.look(text_percent=200)
    stage.picture("demo-month-end-200", "The same with text at 200 %")
    stage.look()
    stage.go_to("settings")
    for _ in range(hands.one(QListWidget, "settings_sections").count()):
        section = hands.one(QListWidget, "settings_sections").currentItem().text()
        stage.picture(f"settings-{section.lower().replace(' ', '-')}", f"Settings: {section}")
        hands.press(Key.Key_Down)
    hands.press(Key.Key_F1)
    hands.wait(lambda: QApplication.activeModalWidget() is not None, "the help")
    stage.picture("help", "F1: every key")
    hands.press(Key.Key_Escape)
