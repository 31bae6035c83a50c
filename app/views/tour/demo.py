"""The demo clinic: a clinic of hundreds of patients, half a year old, for looking around."""

from PySide6.QtCore import QSize
from PySide6.QtWidgets import QApplication, QListWidget, QTabWidget, QToolButton

from app.views.preferences import ThemeChoice
from app.views.tour.calls import write_note
from app.views.tour.hands import ALT, CTRL, Key
from app.views.tour.stage import Stage

NOTE = {
    "reason": "Monthly call; home sugars and pressures.",
    "symptoms": "Fasting 118 to 142 on six mornings, no lows. Pressure 128 over 76 this morning. No dizziness.",
    "medications": "All read out from the boxes. Metformin was missed once on Sunday.",
    "goals": "A1c is due; wants to get below 7.5 before the holidays.",
    "education": "What to do after a missed dose; teach-back was good.",
    "next_step": "Laboratory on Thursday, call again when the A1c is back.",
}
LARGE = QSize(1920, 1080)


def make(stage: Stage) -> None:
    """The ways in that are seldom needed; then make the demo clinic, and see who may sign in."""
    hands = stage.hands
    hands.tick("sign_in_recovery")
    hands.see("recovery_button")
    stage.picture("recovery", "When every passphrase is lost: the recovery key from the paper")
    hands.tick("recovery_back")
    hands.tick("sign_in_other")
    hands.see("welcome_demo")
    stage.picture("welcome-back", "The next start: the clinic opened last comes first")
    hands.tick("welcome_restore")
    hands.see("restore_button")
    stage.picture("restore", "A clinic is restored from a backup")
    hands.tick("restore_back")
    hands.tick("welcome_demo")
    hands.see("sign_in_demo", seconds=600)  # half a year of a clinic is written
    stage.picture("demo-sign-in", "The demo clinic names its people and their passphrase")


def nurse(stage: Stage) -> None:
    """A nurse's pages, a call, and what is asked when the computer slept in the middle of it."""
    hands = stage.hands
    hands.tick("sign_in_as_rosa")
    hands.see("status_person")
    for page in stage.desk.window.stack.keys:
        stage.go_to(page)
        words = page.replace("_", " ")
        stage.picture(f"demo-{words.replace(' ', '-')}", f"The demo clinic as its nurse sees it: {words}")
    stage.go_to("patients")
    hands.press(Key.Key_K, CTRL)
    hands.write("ma")
    hands.wait(lambda: stage.desk.window.search.is_open, "what was found")
    stage.picture("search", "Ctrl+K: patients and commands, found as one types")
    hands.press(Key.Key_Escape)
    hands.tab_to("patients_list")
    hands.press(Key.Key_F8)
    hands.see("call_view")
    stage.talk(2, 40)
    write_note(stage, NOTE)
    stage.talk(3, 32)
    stage.picture("demo-call", "A call with a patient who has a plan, medicines and earlier notes")
    stage.look(ThemeChoice.DARK)
    stage.picture("demo-call-dark", "The same in dark colours")
    stage.look(text_percent=200)
    stage.picture("demo-call-200", "The same with text at 200 %")
    stage.look()
    stage.sleep(minutes=12)
    hands.see("gap_text")
    stage.picture("call-gap", "The computer slept for twelve minutes in the middle of a call: keep them, or not")
    hands.click("gap_discard")
    hands.wait(lambda: not hands.is_shown("gap_text"), "the gap to be discarded")
    hands.press(Key.Key_F8)
    hands.see("wrap_up_seconds")
    hands.press(Key.Key_1, ALT)
    hands.press(Key.Key_Return, CTRL)
    hands.wait(lambda: not hands.is_shown("call_view"), "the call to be saved")
    hands.tab_to("patients_list")
    hands.press(Key.Key_Return)
    hands.see("chart_view")
    tabs = hands.one(QTabWidget, "chart_tabs")
    for number in range(1, tabs.count() + 1):
        hands.press(Key(Key.Key_0 + number), CTRL)
        hands.settle()
        title = tabs.tabText(number - 1)
        stage.picture(f"demo-chart-{number}", f"A chart of the demo clinic: {title.lower()}")
    stage.sign_out()


def manager(stage: Stage) -> None:
    """The office manager's board of a whole clinic."""
    hands = stage.hands
    hands.tick("sign_in_as_dana")
    hands.see("status_person")
    stage.go_to("month_end")
    hands.see("month_list")
    hands.wait(lambda: "Exported" in hands.one(QToolButton, "month_state_exported").text(), "the board")
    hands.press(Key.Key_F7)
    stage.picture("demo-month-end", "The month-end board of a whole clinic")
    hands.press(Key.Key_2, CTRL)
    hands.see("leak_sums")
    stage.picture("demo-leaks", "What the month stands to lose, by cause")
    hands.press(Key.Key_3, CTRL)
    stage.picture("demo-history", "How the month came along")
    hands.press(Key.Key_1, CTRL)
    hands.see("month_list")
    hands.tick("month_explain")
    hands.see("explain_now_verdict")
    stage.picture("demo-explain", "Why a month can be billed or not, line by line, and what if")
    hands.press(Key.Key_Escape)
    hands.see("month_list")
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
    sections = hands.one(QListWidget, "settings_sections")
    for _ in [row for row in range(sections.count()) if sections.item(row).flags()]:  # headings between are no stops
        section = sections.currentItem().text()
        stage.picture(f"settings-{section.lower().replace(' ', '-')}", f"Settings: {section}")
        hands.press(Key.Key_Down)
    hands.tick("check_now")
    hands.see("check_result_text")
    stage.picture("settings-checked", "Settings: the clinic's file is whole")
    hands.press(Key.Key_F1)
    hands.wait(lambda: QApplication.activeModalWidget() is not None, "the help")
    stage.picture("help", "F1: every key")
    hands.press(Key.Key_Escape)
