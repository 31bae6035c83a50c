import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QApplication, QDialog, QLineEdit, QMenu, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from app.views import safe_text
from app.views.call_bar import CallBar, CallBarState, CallState
from app.views.main_window import MainWindow
from app.views.page_stack import Page
from app.views.preferences import PreferenceStore, ThemeChoice
from app.views.search_box import Hit
from app.views.theme import Theme
from app.views.widgets import ask
from app.views.widgets.key_help import KeyHelp
from tests.views.clipping import clipped

NAME = "Okafor, Adaeze"
TITLES = ("Today", "Patients", "Enrolment", "Follow-ups", "Month-end", "Reports", "Settings")
ICONS = ("calendar-days", "users", "clipboard-check", "flag", "calendar-check", "file-chart-column", "settings")


class Notes(QWidget):
    """A page with one line, which may say that it must not be left."""

    def __init__(self) -> None:
        super().__init__()
        self.stays = False
        self.saved = 0
        self.line = QLineEdit()
        self.line.setObjectName("line")
        self.line.setAccessibleName("Line")
        layout = QVBoxLayout(self)
        layout.addWidget(safe_text.label("Notes", "title"))
        layout.addWidget(self.line)

    def may_leave(self) -> bool:
        return not self.stays

    def save(self) -> None:
        self.saved += 1


def pages() -> list[Page]:
    return [Page(title.lower(), title, drawn, Notes) for title, drawn in zip(TITLES, ICONS, strict=True)]


def focus() -> str:
    widget = QApplication.focusWidget()
    return widget.objectName() if widget else ""


def press(qtbot: QtBot, key: Qt.Key, modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
    widget = QApplication.focusWidget() or QApplication.activeWindow()
    assert widget is not None
    qtbot.keyClick(widget, key, modifier)


CTRL = Qt.KeyboardModifier.ControlModifier
SHIFT = Qt.KeyboardModifier.ShiftModifier
ALT = Qt.KeyboardModifier.AltModifier


def test_the_first_page_opens_with_the_focus_in_it(window: MainWindow) -> None:
    window.show_pages(pages())
    assert window.open_page == "today"
    assert focus() == "line"


def test_pages_open_by_key_by_rail_and_by_name(window: MainWindow, qtbot: QtBot) -> None:
    window.show_pages(pages())
    press(qtbot, Qt.Key.Key_2, CTRL | SHIFT)
    assert window.open_page == "patients"
    window.rail.focus_page()
    press(qtbot, Qt.Key.Key_Down)
    press(qtbot, Qt.Key.Key_Return)
    assert window.open_page == "enrolment"
    press(qtbot, Qt.Key.Key_K, CTRL)
    qtbot.keyClicks(window.search, "go to rep")
    qtbot.waitUntil(lambda: window.search.is_open)
    press(qtbot, Qt.Key.Key_Return)
    assert window.open_page == "reports"
    assert focus() == "line"


def test_a_page_a_role_may_not_see_is_absent(window: MainWindow) -> None:
    window.show_pages(pages()[:2])
    assert window.rail.findChild(QWidget, "rail_settings") is None
    assert "page.7" not in {command.key for command in window.commands.answered()}


def test_a_page_that_may_not_be_left_stays(window: MainWindow, qtbot: QtBot) -> None:
    window.show_pages(pages())
    page = window.go_to("today")
    assert isinstance(page, Notes)
    page.stays = True
    press(qtbot, Qt.Key.Key_2, CTRL | SHIFT)
    assert window.open_page == "today"
    page.stays = False
    press(qtbot, Qt.Key.Key_2, CTRL | SHIFT)
    assert window.open_page == "patients"


def test_escape_returns_to_the_same_place(window: MainWindow, qtbot: QtBot) -> None:
    window.show_pages(pages())
    came_from = QApplication.focusWidget()
    window.show_view(Notes())
    assert QApplication.focusWidget() is not came_from
    press(qtbot, Qt.Key.Key_Escape)
    assert QApplication.focusWidget() is came_from
    assert not window.back()


def test_a_command_is_answered_by_what_is_in_view(window: MainWindow, qtbot: QtBot) -> None:
    window.show_pages(pages())
    page, view = window.go_to("today"), Notes()
    assert isinstance(page, Notes)
    window.commands.on("save_next", page, page.save)
    press(qtbot, Qt.Key.Key_Return, CTRL)
    window.show_view(view)
    window.commands.on("save_next", view, view.save)
    press(qtbot, Qt.Key.Key_Return, CTRL)
    press(qtbot, Qt.Key.Key_Enter, CTRL)
    assert (page.saved, view.saved) == (1, 2)
    press(qtbot, Qt.Key.Key_Escape)
    press(qtbot, Qt.Key.Key_Return, CTRL)
    assert (page.saved, view.saved) == (2, 2)


def test_search_finds_patients_and_keys_choose(window: MainWindow, qtbot: QtBot, found: list[Hit]) -> None:
    found += [Hit("patient", n, name, "MRN 10") for n, name in enumerate(("Okafor, Adaeze", "Okafor, Chidi"))]
    window.show_pages(pages())
    press(qtbot, Qt.Key.Key_K, CTRL)
    qtbot.keyClicks(window.search, "okafor")
    qtbot.waitUntil(lambda: window.search.is_open)
    press(qtbot, Qt.Key.Key_Down)
    with qtbot.waitSignal(window.hit_opened) as opened:
        press(qtbot, Qt.Key.Key_Return)
    assert opened.args is not None
    assert opened.args[0].key == 1
    assert window.search.text() == ""
    press(qtbot, Qt.Key.Key_K, CTRL)
    qtbot.keyClicks(window.search, "okafor")
    qtbot.waitUntil(lambda: window.search.is_open)
    with qtbot.waitSignal(window.call_asked) as asked:
        press(qtbot, Qt.Key.Key_Return, CTRL)
    assert asked.args is not None
    assert asked.args[0].key == 0


def test_escape_leaves_the_search_box_and_forgets(window: MainWindow, qtbot: QtBot, found: list[Hit]) -> None:
    found.append(Hit("patient", 1, NAME))
    window.show_pages(pages())
    press(qtbot, Qt.Key.Key_K, CTRL)
    qtbot.keyClicks(window.search, "oka")
    qtbot.waitUntil(lambda: window.search.is_open)
    press(qtbot, Qt.Key.Key_Escape)
    assert not window.search.is_open
    assert window.search.hits.rowCount() == 0
    assert focus() == "line"


def test_a_notice_offers_what_can_be_done_about_it(window: MainWindow, qtbot: QtBot) -> None:
    window.show_pages(pages())
    shown: list[str] = []
    window.notify("Sheet saved", "ready", "Show it", lambda: shown.append("button"))
    qtbot.mouseClick(window.notice.button, Qt.MouseButton.LeftButton)
    assert not window.notice.isVisible()
    window.notify("Sheet saved", "ready", "Show it", lambda: shown.append("key"))
    window.rail.focus_page()
    press(qtbot, Qt.Key.Key_Z, CTRL)
    assert shown == ["button"]


def test_locking_hides_everything_and_stops_every_key(window: MainWindow, qtbot: QtBot, found: list[Hit]) -> None:
    found.append(Hit("patient", 1, NAME))
    window.show_pages(pages())
    page = window.go_to("today")
    assert isinstance(page, Notes)
    window.commands.on("save_next", page, page.save)
    asked = ask(window, "Sure?", f"About {NAME}", "Yes", page.save)
    screen = Notes()
    window.show_locked(screen)
    assert window.is_locked
    assert not asked.isVisible()
    assert not window.menuBar().isVisible()
    assert not window.rail.isVisible()
    assert QApplication.focusWidget() is screen.line
    press(qtbot, Qt.Key.Key_2, CTRL | SHIFT)
    press(qtbot, Qt.Key.Key_Return, CTRL)
    press(qtbot, Qt.Key.Key_K, CTRL)
    assert (window.open_page, page.saved) == ("today", 0)
    assert QApplication.focusWidget() is screen.line
    window.show_unlocked()
    assert asked.isVisible()
    asked.reject()
    press(qtbot, Qt.Key.Key_Return, CTRL)
    assert page.saved == 1


def test_locking_closes_an_open_menu(window: MainWindow, qtbot: QtBot) -> None:
    window.show_pages(pages())
    menu = QMenu(window)
    menu.addAction(window.commands.action("help"))
    menu.popup(QPoint(10, 10))
    assert menu.isVisible()
    window.show_locked(Notes())
    assert not menu.isVisible()


def test_lock_and_sign_out_are_asked_for(window: MainWindow, qtbot: QtBot) -> None:
    window.show_pages(pages())
    with qtbot.waitSignal(window.lock_requested):
        press(qtbot, Qt.Key.Key_L, CTRL)
    with qtbot.waitSignal(window.sign_out_requested):
        window.commands.action("sign_out").trigger()


def test_no_name_stands_in_a_window_title(window: MainWindow, qtbot: QtBot, found: list[Hit]) -> None:
    found.append(Hit("patient", 1, NAME))
    window.show_pages(pages())
    bar = CallBar()
    window.show_call_bar(bar)
    bar.show_state(CallBarState(CallState.ON_CALL, NAME, 10, 10))
    asked = ask(window, NAME, NAME, NAME, lambda: None)
    press(qtbot, Qt.Key.Key_K, CTRL)
    titles = [widget.windowTitle() for widget in QApplication.topLevelWidgets()]
    assert any(titles)
    assert not [title for title in titles if "Okafor" in title]
    asked.reject()


def test_f1_lists_every_key(window: MainWindow, qtbot: QtBot) -> None:
    window.show_pages(pages())
    press(qtbot, Qt.Key.Key_F1)
    shown = window.findChild(KeyHelp)
    assert shown is not None
    assert shown.isVisible()
    model = shown.list.model()
    lines = {model.index(row, 1).data(): model.index(row, 2).data() for row in range(model.rowCount())}
    assert lines["Start or finish call"] == "F8"
    assert lines["Go to Month-end"] == "Ctrl+Shift+5"
    qtbot.keyClick(shown, Qt.Key.Key_Escape)


def test_every_command_is_in_a_menu(window: MainWindow) -> None:
    menus = [action.menu() for action in window.menuBar().actions()]
    in_menus = {action.objectName() for menu in menus if isinstance(menu, QMenu) for action in menu.actions()}
    assert in_menus == {command.key for command in window.commands.all()}


def test_menus_show_only_what_would_do_something(window: MainWindow) -> None:
    window.show_pages(pages())
    window.commands.show_answered()
    assert window.commands.action("help").isVisible()
    assert not window.commands.action("approve").isVisible()
    window.commands.allow(lambda key: key != "help")
    assert not window.commands.action("help").isVisible()


def test_f6_walks_the_parts_of_the_window(window: MainWindow, qtbot: QtBot) -> None:
    window.show_pages(pages())
    bar = CallBar()
    window.show_call_bar(bar)
    bar.show_state(CallBarState(CallState.ON_CALL, NAME, 10, 10, (("call", "Call"),), "call"))
    qtbot.waitUntil(bar.isVisible)
    walked = []
    for _ in range(4):
        press(qtbot, Qt.Key.Key_F6)
        walked.append(focus())
    assert walked == ["call_patient", "rail_today", "search_box", "line"]


def test_text_and_colours_change_by_command_and_are_kept(
    window: MainWindow, qtbot: QtBot, theme: Theme, preferences: PreferenceStore
) -> None:
    window.show_pages(pages())
    press(qtbot, Qt.Key.Key_Plus, CTRL)
    assert theme.text_scale == 125
    window.commands.run("theme.dark")
    kept = preferences.load()
    assert (kept.text_scale, kept.theme) == (125, ThemeChoice.DARK)


def test_a_window_that_may_not_close_stays(window: MainWindow) -> None:
    window.may_close = lambda: False
    assert not window.close()
    window.may_close = lambda: True
    assert window.close()


def test_geometry_is_kept(window: MainWindow, preferences: PreferenceStore) -> None:
    window.close()
    assert preferences.load().window_geometry


@pytest.mark.parametrize("scale", [100, 150, 200])
@pytest.mark.parametrize("state", list(CallState))
def test_nothing_is_clipped_at_any_text_size(
    window: MainWindow, qtbot: QtBot, theme: Theme, scale: int, state: CallState
) -> None:
    window.show_pages(pages())
    window.show_status(
        person="Rosalinda Delgado-Whitfield RN", clinic="Maple Street Clinic", backup="verified 10/31/2026"
    )
    window.show_status(lock_in_minutes=9)
    bar = CallBar()
    window.show_call_bar(bar)
    bar.show_state(
        CallBarState(
            state,
            "Garcia-Lopez de la Fuente, María",
            367,
            1120,
            (("c", "Phone call"),),
            "c",
            waiting=((1, "Okafor, Ada"), (2, "Lee, Jo")),
        )
    )
    theme.scale_text(scale)
    window.resize(1366, 768)
    qtbot.waitUntil(lambda: window.width() == 1366)
    QApplication.processEvents()
    assert window.size().toTuple() == (1366, 768)
    assert clipped(window) == []


def test_signing_out_leaves_nothing_of_the_pages(window: MainWindow, qtbot: QtBot) -> None:
    window.show_pages(pages())
    gone: list[bool] = []
    page = window.go_to("patients")
    assert page is not None
    page.destroyed.connect(lambda: gone.append(True))
    window.forget_pages()
    qtbot.waitUntil(lambda: gone == [True])
    assert window.stack.count() == 0


def test_every_control_has_a_name_for_tools_and_tests(window: MainWindow) -> None:
    window.show_pages(pages())
    window.show_call_bar(CallBar())
    unnamed = [
        type(widget).__name__ + " " + widget.objectName()
        for widget in window.findChildren(QWidget)
        if widget.focusPolicy() & Qt.FocusPolicy.TabFocus
        and widget.isVisible()
        and (not widget.accessibleName() or not widget.objectName())
    ]
    assert unnamed == []


def test_a_locked_dialog_deleted_meanwhile_is_not_shown_again(window: MainWindow, qtbot: QtBot) -> None:
    window.show_pages(pages())
    asked = QDialog(window)
    asked.open()
    window.show_locked(Notes())
    asked.deleteLater()
    gone: list[bool] = []
    asked.destroyed.connect(lambda: gone.append(True))
    qtbot.waitUntil(lambda: gone == [True])
    window.show_unlocked()
    assert not window.is_locked
