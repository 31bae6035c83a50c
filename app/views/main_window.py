"""The frame of the window: rail, search, page stack, call bar, status line."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

from PySide6.QtCore import QByteArray, Qt, Signal
from PySide6.QtGui import QCloseEvent, QKeyEvent, QResizeEvent
from PySide6.QtWidgets import (
    QApplication,
    QDialog,
    QFrame,
    QHBoxLayout,
    QMainWindow,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)
from shiboken6 import isValid

from app.views import safe_text
from app.views.call_bar import CallBar
from app.views.icons import icon
from app.views.keymap import Commands
from app.views.page_stack import Page, PageStack
from app.views.preferences import PreferenceStore, ThemeChoice
from app.views.search_box import Find, Hit, SearchBox
from app.views.tasks import Tasks
from app.views.theme import GRID, Theme, scaled
from app.views.undo import UndoStack
from app.views.widgets.key_help import KeyHelp
from app.views.widgets.notice import SHOWN_SECONDS, Notice
from app.views.widgets.rail import Rail
from app.views.widgets.side_panel import first_input
from app.views.widgets.status_line import Status, StatusLine

MOVES = ("find", "back", "next_region")
"""Commands that only move the focus: of no use from the search box."""
TITLE = "CareLoop"
"""The window's title; it never carries a patient's name, nor anything else about one."""


class MainWindow(QMainWindow):
    """Arranges; knows no patient and asks no service.

    Signals: `page_shown` carries a page's key. `hit_opened` and `call_asked` carry a patient's `Hit` from the search
    box; a command found there runs by itself. `lock_requested` and `sign_out_requested` come from the menus and keys.
    `locking` comes before everything is hidden behind a lock screen, while the clinic is still open: the last moment to
    keep what was typed. `unlocked` comes when it is shown again.
    """

    page_shown = Signal(str)
    hit_opened = Signal(object)
    call_asked = Signal(object)
    lock_requested = Signal()
    sign_out_requested = Signal()
    locking = Signal()
    unlocked = Signal()
    closing = Signal()

    def __init__(self, theme: Theme, preferences: PreferenceStore, tasks: Tasks, find: Find) -> None:
        """Make an empty frame; `find` answers the search box and runs on the database thread."""
        super().__init__()
        self.setObjectName("main_window")
        self.setWindowTitle(TITLE)
        self.may_close: Callable[[], bool] = lambda: True
        self._theme = theme
        self._preferences = preferences
        self._hidden: list[QWidget] = []
        self._lock_screen: QWidget | None = None
        self._focus_before_lock: QWidget | None = None
        self.commands = Commands(self)
        self.search = SearchBox(tasks, find, self._find_commands)
        self.rail = Rail()
        self.stack = PageStack(self.commands)
        self.stack.page_shown.connect(self.page_shown)
        self.call_bar: CallBar | None = None
        self.status = StatusLine()
        self._status = Status()
        self._root = QStackedWidget()
        self.setCentralWidget(self._root)
        self._shell = self._build_shell()
        self._root.addWidget(self._shell)
        self.notice = Notice(self._middle)
        self.undo = UndoStack(tasks, self.notify, self)
        self.undo.changed.connect(self._name_undo)
        self.commands.fill_menus(self.menuBar())
        self._answer_commands()
        self.rail.chosen.connect(self.go_to)
        self.search.opened.connect(self._on_hit_opened)
        self.search.call_asked.connect(self.call_asked)
        self.search.escaped.connect(self.stack.focus_content)
        theme.changed.connect(self._fit_text)
        self._restore_geometry()
        self._fit_text()

    def show_pages(self, pages: Sequence[Page], start: str = "") -> None:
        """Offer `pages` (only those the role may see) and open `start`, or the first."""
        self.forget_pages()
        self.stack.show_pages(pages)
        self.rail.show_pages([(page.key, page.title, page.icon) for page in pages])
        for number, page in enumerate(pages, start=1):
            self.commands.title(f"page.{number}", self.tr("Go to {page}").format(page=page.title))
            self.commands.on(f"page.{number}", self.stack, partial(self.go_to, page.key))
        self._fit_text()
        if pages:
            self.go_to(start or pages[0].key)

    def forget_pages(self) -> None:
        """Delete every page, view and hidden window, for sign-out: who comes next sees nothing of it."""
        for window in self._hidden:
            window.deleteLater()
        self._hidden.clear()
        self._focus_before_lock = None
        self.commands.off(self.stack)
        self.stack.show_pages(())
        self.rail.show_pages(())
        self.search.forget()
        self.notice.forget()
        self.undo.forget()

    def go_to(self, key: str) -> QWidget | None:
        """Open the page `key`, closing views above the present one; None if what is shown may not be left."""
        page = self.stack.go_to(key)
        self.rail.mark(self.stack.open_page)
        return page

    def show_view(self, view: QWidget) -> None:
        """Show `view` (a chart, a call) above the open page; Esc or `back` returns and deletes it."""
        self.stack.show_view(view)

    def back(self) -> bool:
        """Close the newest view; the focus returns where it was. False when there was none or it may not be left."""
        return self.stack.back()

    @property
    def open_page(self) -> str:
        """The key of the open page, empty when there is none."""
        return self.stack.open_page

    def notify(
        self,
        text: str,
        kind: str = "info",
        action: str = "",
        on_action: Callable[[], object] | None = None,
        *,
        seconds: int = SHOWN_SECONDS,
    ) -> None:
        """Say `text` once, as info, ready, warn or block; `action` calls `on_action`. For Undo: `undo.offer`."""
        self.notice.say(text, kind, action, on_action, seconds)

    def show_status(self, **changes: Any) -> None:  # noqa: ANN401 - the fields of Status
        """Change parts of the status line: the fields of `Status`."""
        self._status = replace(self._status, **changes)
        self.status.show_status(self._status)

    def show_call_bar(self, bar: CallBar) -> None:
        """Put the call bar in its place; it is the caller's to show and hide."""
        if self.call_bar is not None:
            self._call_slot.removeWidget(self.call_bar)
            self.call_bar.deleteLater()
        self.call_bar = bar
        self._call_slot.addWidget(bar)

    def show_locked(self, screen: QWidget) -> None:
        """Show `screen` (lock, sign-in) instead of everything: dialogs and popups are hidden, commands are off."""
        if not self.is_locked:
            self.locking.emit()
            self._focus_before_lock = QApplication.focusWidget()
            self._hide_others()
        self._drop_lock_screen()
        self.search.forget()
        self.undo.forget(self.tr("The screen was locked since. Change it in the list or the chart instead."))
        self.notice.forget()
        self.commands.suspend(suspended=True)
        self.menuBar().hide()
        self._lock_screen = screen
        self._root.addWidget(screen)
        self._root.setCurrentWidget(screen)
        self.setWindowTitle(TITLE)
        target = first_input(screen)
        if target is not None:
            target.setFocus(Qt.FocusReason.OtherFocusReason)

    def show_unlocked(self) -> None:
        """Take the lock screen away and show what was there before."""
        self._root.setCurrentWidget(self._shell)
        self._drop_lock_screen()
        self.commands.suspend(suspended=False)
        self.menuBar().show()
        for window in self._hidden:
            window.open() if isinstance(window, QDialog) else window.show()
        self._hidden.clear()
        before, self._focus_before_lock = self._focus_before_lock, None
        if before is not None and isValid(before) and before.isVisible():
            before.setFocus(Qt.FocusReason.OtherFocusReason)
        else:
            self.stack.focus_content()
        self.unlocked.emit()

    @property
    def is_locked(self) -> bool:
        """Whether a lock or sign-in screen is all there is to see."""
        return self._root.currentWidget() is not self._shell

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape and not self.is_locked and self.back():
            return
        super().keyPressEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.rail.fit_text(compact=self._is_narrow())

    def closeEvent(self, event: QCloseEvent) -> None:
        if not self.may_close():
            event.ignore()
            return
        geometry = bytes(self.saveGeometry().data())
        self._preferences.save(replace(self._preferences.load(), window_geometry=geometry))
        self.closing.emit()
        super().closeEvent(event)

    def _on_hit_opened(self, hit: Hit) -> None:
        self.stack.focus_content()
        if hit.kind == "command":
            self.commands.run(str(hit.key))
        else:
            self.hit_opened.emit(hit)

    def _on_help(self) -> None:
        lines = [(command.menu, command.title, self.commands.shortcut(command.key)) for command in self.commands.all()]
        shown = KeyHelp([line for line in lines if line[2]], self)
        shown.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        shown.open()

    def _build_shell(self) -> QWidget:
        shell = QWidget()
        top = QFrame()
        top.setObjectName("top")
        top.setProperty("kind", "top")
        row = QHBoxLayout(top)
        row.setContentsMargins(2 * GRID, GRID, 2 * GRID, GRID)
        self.search.setMaximumWidth(scaled(70 * GRID))
        row.addWidget(self.search, 3)
        row.addStretch(1)
        self.lock_button = safe_text.tool_button(
            self.tr("Lock"),
            name="lock_button",
            icon=icon("lock"),
            show_text=True,
            tip=self.tr("Lock now (Ctrl+L)"),
            on_click=self.lock_requested.emit,
        )
        row.addWidget(self.lock_button)
        self._middle = QWidget()
        middle = QVBoxLayout(self._middle)
        middle.setContentsMargins(0, 0, 0, 0)
        middle.addWidget(self.stack)
        self._call_slot = QVBoxLayout()
        right = QVBoxLayout()
        right.setSpacing(0)
        right.addWidget(top)
        right.addWidget(self._middle, 1)
        right.addLayout(self._call_slot)
        columns = QHBoxLayout()
        columns.setSpacing(0)
        columns.addWidget(self.rail)
        columns.addLayout(right, 1)
        whole = QVBoxLayout(shell)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        whole.addLayout(columns, 1)
        whole.addWidget(self.status)
        return shell

    def _answer_commands(self) -> None:
        on = self.commands.on
        on("find", self._shell, self.search.setFocus)
        on("back", self._shell, self.back)
        on("next_region", self._shell, self._next_region)
        on("lock", self._shell, self.lock_requested.emit)
        on("sign_out", self._shell, self.sign_out_requested.emit)
        on("quit", self._shell, self.close)
        on("help", self._shell, self._on_help)
        on("undo", self._shell, self.undo.undo)
        on("text.larger", self._shell, lambda: self._scale_text(self._theme.text_scale + 25))
        on("text.smaller", self._shell, lambda: self._scale_text(self._theme.text_scale - 25))
        on("text.normal", self._shell, lambda: self._scale_text(100))
        for choice in ThemeChoice:
            on(f"theme.{choice}", self._shell, partial(self._choose_theme, choice))

    def _find_commands(self, text: str) -> Sequence[Hit]:
        if len(text) < 2:
            return ()
        words = text.casefold().split()
        return tuple(
            Hit("command", command.key, command.title, self.commands.shortcut(command.key), command.icon or "command")
            for command in self.commands.answered()
            if command.key not in MOVES and all(word in command.title.casefold() for word in words)
        )

    def _name_undo(self) -> None:
        name = self.undo.name
        self.commands.title("undo", self.tr("Undo: {step}").format(step=name) if name else self.tr("Undo"))

    def _scale_text(self, percent: int) -> None:
        self._theme.scale_text(percent)
        self._preferences.save(replace(self._preferences.load(), text_scale=self._theme.text_scale))

    def _choose_theme(self, choice: ThemeChoice) -> None:
        self._theme.choose(choice)
        self._preferences.save(replace(self._preferences.load(), theme=choice))

    def _next_region(self) -> None:
        regions: list[QWidget] = [self.rail, self.search, self.stack]
        if self.call_bar is not None and self.call_bar.isVisible():
            regions.append(self.call_bar)
        focus = QApplication.focusWidget()
        at = next((n for n, part in enumerate(regions) if focus is part or part.isAncestorOf(focus or self)), 1)
        following = regions[(at + 1) % len(regions)]
        if following is self.rail:
            self.rail.focus_page()
        elif following is self.stack:
            self.stack.focus_content()
        else:
            (first_input(following) or following).setFocus(Qt.FocusReason.TabFocusReason)

    def _drop_lock_screen(self) -> None:
        if self._lock_screen is not None:
            self._root.removeWidget(self._lock_screen)
            self._lock_screen.deleteLater()
            self._lock_screen = None

    def _hide_others(self) -> None:
        while (popup := QApplication.activePopupWidget()) is not None:
            popup.close()
        for window in QApplication.topLevelWidgets():
            if window is not self and window.isVisible():
                window.hide()
                self._hidden.append(window)
                window.destroyed.connect(lambda _=None, gone=window: self._forget_window(gone))

    def _forget_window(self, gone: QWidget) -> None:
        self._hidden = [window for window in self._hidden if window is not gone]

    def _is_narrow(self) -> bool:
        return self.width() < scaled(1000)

    def _fit_text(self) -> None:
        self.search.setMaximumWidth(scaled(70 * GRID))
        self.rail.fit_text(compact=self._is_narrow())

    def _restore_geometry(self) -> None:
        kept = self._preferences.load().window_geometry
        if not kept or not self.restoreGeometry(QByteArray(kept)):
            self.resize(1366, 768)
