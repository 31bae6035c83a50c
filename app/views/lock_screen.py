"""The locked screen: nothing of the clinic in view, its key gone from memory, one passphrase away."""

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QEvent, QObject, Qt, QTimer, Signal
from PySide6.QtWidgets import QApplication, QDialog, QWidget

from app.views import safe_text
from app.views.call.idle_question import IdleAsk, IdleQuestion
from app.views.gate import Gate
from app.views.theme import tabular
from app.views.widgets import Form, PassphraseField, buttons_row


class LockScreen(Gate):
    """Asks the person who locked it for the passphrase, or lets them sign out.

    `unlock_requested` carries the passphrase as typed. While a call runs, `running` gives words such as
    "Timer running 06:12", never a name, and `idle` what is to be asked about it; both are looked at once a second.
    `idle_answered` carries keep or discard: whoever is at a locked screen may not stop somebody's call.
    """

    unlock_requested = Signal(str)
    sign_out_requested = Signal()
    idle_answered = Signal(str)

    def __init__(self, person: str, running: Callable[[], str] = str, idle: Callable[[], IdleAsk] = IdleAsk) -> None:
        """Lock for `person`, who works here; no patient is ever named."""
        super().__init__(
            self.tr("Locked"),
            self.tr("{person} is signed in. Nothing typed is lost.").format(person=person),
            name="lock_screen",
        )
        self._running = running
        self._idle = idle
        self.question = IdleQuestion(name="lock_idle", may_stop=False)
        self.question.answered.connect(self.idle_answered)
        self.running_label = safe_text.label("", "number", name="lock_running")
        self.running_label.setFont(tabular(self.running_label.font()))
        self.form = Form()
        self.passphrase = self.form.add(
            "lock_passphrase", self.tr("Passphrase"), PassphraseField(name="lock_passphrase"), required=True
        )
        self.passphrase.submitted.connect(self._on_submitted)
        self.unlock_button = safe_text.button(
            self.tr("Unlock"), name="unlock_button", kind="primary", on_click=self._on_submitted
        )
        self.sign_out_button = safe_text.button(
            self.tr("Sign out"), name="lock_sign_out", kind="quiet", on_click=self.sign_out_requested.emit
        )
        self.body.addWidget(self.running_label)
        self.body.addWidget(self.form)
        self.body.addLayout(buttons_row(self.unlock_button, lead=lambda: self.sign_out_button))
        self.body.insertWidget(1, self.question)  # last for Tab: who types a passphrase must not answer with it
        self._timer = QTimer(self)
        self._timer.setInterval(1000)
        self._timer.timeout.connect(self._on_timeout)
        self._timer.start()
        self._on_timeout()

    def show_refusal(self, text: str) -> None:
        """Say why it stays locked."""
        self.show_problem(text)
        self.passphrase.line.selectAll()
        self.passphrase.line.setFocus(Qt.FocusReason.OtherFocusReason)

    def _on_submitted(self) -> None:
        if not self.is_busy and self.form.check():
            self.show_busy(self.tr("Opening…"))
            self.unlock_requested.emit(self.passphrase.value())

    def _on_timeout(self) -> None:
        words = self._running()
        self.running_label.setText(words)
        self.running_label.setVisible(bool(words))
        self.question.ask(self._idle())


class Curtain(QObject):
    """While drawn, hides every window that opens beside the main one: work begun before the lock may still end in one.

    `open` shows them again; `drop` deletes them, when somebody else may be the next to look.
    """

    def __init__(self, window: QWidget) -> None:
        """Guard what opens beside `window`."""
        super().__init__(window)
        self._window = window
        self._held: list[QWidget] = []

    def draw(self) -> None:
        """Hide what opens from now on."""
        app = QApplication.instance()
        if app is not None:
            app.removeEventFilter(self)
            app.installEventFilter(self)

    def open(self) -> None:
        """Show what was held back."""
        for held in self._release():
            held.open() if isinstance(held, QDialog) else held.show()

    def drop(self) -> None:
        """Delete what was held back."""
        released = self._release()
        for held in released:
            held.deleteLater()
        if released:
            self._window.activateWindow()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Show and isinstance(watched, QWidget) and self._is_stranger(watched):
            if watched not in self._held:
                self._held.append(watched)
                watched.destroyed.connect(lambda _=None, gone=watched: self._forget(gone))
            watched.setAttribute(Qt.WidgetAttribute.WA_DontShowOnScreen)  # hiding inside its own Show would not hold
            QTimer.singleShot(0, self, partial(self._hide, watched))
        return False

    def _hide(self, window: QWidget) -> None:
        if window not in self._held:
            return
        had_focus = window.isActiveWindow()
        window.hide()
        if had_focus:
            self._window.activateWindow()

    def _is_stranger(self, widget: QWidget) -> bool:
        kind = widget.windowFlags() & Qt.WindowType.WindowType_Mask
        return widget.isWindow() and widget is not self._window and kind != Qt.WindowType.ToolTip

    def _release(self) -> list[QWidget]:
        app = QApplication.instance()
        if app is not None:
            app.removeEventFilter(self)
        held, self._held = self._held, []
        for widget in held:
            widget.hide()  # before the attribute goes: Qt keeps a list of modal windows by it
            widget.setAttribute(Qt.WidgetAttribute.WA_DontShowOnScreen, on=False)
        return held

    def _forget(self, gone: QWidget) -> None:
        self._held = [held for held in self._held if held is not gone]
