"""Typing a passphrase, and seeing how strong it is."""

from collections.abc import Callable, Collection

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QProgressBar, QVBoxLayout, QWidget

from app.security import passphrase
from app.views import safe_text
from app.views.icons import icon
from app.views.tasks import Latest, Tasks
from app.views.theme import GRID

WAIT_MS = 200


class PassphraseField(QWidget):
    """A hidden line with a button that shows it. Value is the exact text, spaces too."""

    edited = Signal()
    submitted = Signal()

    def __init__(self, *, name: str = "passphrase") -> None:
        """Make an empty field; the line itself is `line`, with the object name `<name>_line`."""
        super().__init__()
        self.line = QLineEdit()
        self.line.setEchoMode(QLineEdit.EchoMode.Password)
        self.line.setMaxLength(1024)
        self.line.setInputMethodHints(
            Qt.InputMethodHint.ImhHiddenText
            | Qt.InputMethodHint.ImhSensitiveData
            | Qt.InputMethodHint.ImhNoPredictiveText
            | Qt.InputMethodHint.ImhNoAutoUppercase
        )
        self.show_button = safe_text.tool_button(
            self.tr("Show passphrase"), name=f"{name}_show", icon=icon("eye"), checkable=True
        )
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(GRID)
        row.addWidget(self.line, 1)
        row.addWidget(self.show_button)
        self.setFocusProxy(self.line)
        self.setObjectName(name)
        self.objectNameChanged.connect(lambda new: self.line.setObjectName(f"{new}_line"))
        self.line.setObjectName(f"{name}_line")
        self.line.textEdited.connect(self.edited)
        self.line.returnPressed.connect(self.submitted)
        self.show_button.toggled.connect(self._on_toggled)

    def value(self) -> str | None:
        """Return the passphrase exactly as typed, spaces too; None when empty."""
        return self.line.text() or None

    def set_value(self, value: str | None) -> None:
        """Show `value`."""
        self.line.setText(value or "")

    def problem(self) -> str | None:
        """Nothing is wrong with a typed passphrase by itself; a new one is judged by `PassphraseMeter`."""
        return None

    def setAccessibleName(self, name: str) -> None:
        super().setAccessibleName(name)
        self.line.setAccessibleName(name)

    def _on_toggled(self, shown: bool) -> None:  # noqa: FBT001 - Qt's signal
        self.line.setEchoMode(QLineEdit.EchoMode.Normal if shown else QLineEdit.EchoMode.Password)
        self.show_button.setIcon(icon("eye-off" if shown else "eye"))
        words = self.tr("Hide passphrase") if shown else self.tr("Show passphrase")
        safe_text.set_button_text(self.show_button, words)
        safe_text.set_tip(self.show_button, words)


class PassphraseMeter(QWidget):
    """Shows the strength of a new passphrase and refuses what may not be used: too short, or known to everyone.

    Strength advises; only `refusal` refuses. It is estimated off the GUI thread, 200 ms after the last key; `judged`
    carries the score, 0 to 4.
    """

    judged = Signal(int)

    def __init__(
        self,
        field: PassphraseField,
        tasks: Tasks,
        common: Collection[str],
        personal_words: Callable[[], Collection[str]] = tuple,
    ) -> None:
        """Watch `field`. `common` is the bundled list of known passphrases; `personal_words` gives names to try."""
        super().__init__()
        self.setObjectName("passphrase_meter")
        self._field = field
        self._common = common
        self._personal_words = personal_words
        self._latest = Latest(tasks, self)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(WAIT_MS)
        self._timer.timeout.connect(self._on_waited)
        self.bar = QProgressBar()
        self.bar.setObjectName("passphrase_strength")
        self.bar.setAccessibleName(self.tr("Strength"))
        self.bar.setRange(0, 4)
        self.bar.setTextVisible(False)
        self.words = safe_text.label("", "small", name="passphrase_words")
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(GRID // 2)
        column.addWidget(self.bar)
        column.addWidget(self.words)
        field.line.textChanged.connect(self._on_text_changed)
        self._on_text_changed()

    def refusal(self) -> str | None:
        """Return why the passphrase typed now may not be used, None if it may."""
        try:
            passphrase.check(self._field.value() or "", self._common)
        except passphrase.PassphraseRefused as refused:
            return str(refused)
        return None

    def _on_text_changed(self) -> None:
        self._latest.forget()
        self._timer.start()
        self.bar.setValue(0)
        empty = self.tr("At least {least} characters. Several unrelated words do well.")
        if self._field.value() is None:
            self.words.setText(empty.format(least=passphrase.MINIMUM_LENGTH))
        else:
            self.words.setText(self.refusal() or self.tr("Checking…"))

    def _on_waited(self) -> None:
        text = self._field.value()
        if text:
            personal = tuple(self._personal_words())
            self._latest.ask(lambda: passphrase.strength(text, personal), self._on_judged, papers=True)

    def _on_judged(self, found: passphrase.Strength) -> None:
        names = (
            self.tr("Very weak"),
            self.tr("Weak"),
            self.tr("Fair"),
            self.tr("Strong"),
            self.tr("Very strong"),
        )
        refused = self.refusal()
        self.bar.setValue(0 if refused else max(found.score, 1))
        self.words.setText(refused or " ".join(part for part in (f"{names[found.score]}.", found.advice) if part))
        self.bar.setAccessibleDescription(self.words.text())
        self.judged.emit(found.score)
