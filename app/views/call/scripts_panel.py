"""All that can be said on the telephone, in English beside Spanish."""

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QVBoxLayout, QWidget

from app.services.scripts import FilledScript
from app.views import safe_text
from app.views.theme import GRID, set_shown
from app.views.widgets import ChoiceField


class ScriptsPanel(QWidget):
    """One script at a time, chosen by its title, filled for the patient on the line."""

    def __init__(self, scripts: Sequence[FilledScript]) -> None:
        """Show the first of `scripts`."""
        super().__init__()
        self.setObjectName("scripts")
        self.setAccessibleName(self.tr("Scripts"))
        self._scripts = {script.key: script for script in scripts}
        self.which = ChoiceField([(script.key, script.title) for script in scripts])
        self.which.set_value(scripts[0].key if scripts else None)
        self.which.setObjectName("scripts_which")
        self.which.setAccessibleName(self.tr("Which script"))
        self._when = safe_text.label("", "muted", name="scripts_when")
        self._missing = safe_text.label("", "error", name="scripts_missing")
        self._english = safe_text.label("", name="scripts_english", selectable=True)
        self._spanish = safe_text.label("", name="scripts_spanish", selectable=True)
        texts = QGridLayout()
        texts.setHorizontalSpacing(2 * GRID)
        texts.setVerticalSpacing(GRID)
        for at, (title, text) in enumerate(((self.tr("English"), self._english), (self.tr("Español"), self._spanish))):
            text.setAlignment(Qt.AlignmentFlag.AlignTop)
            texts.addWidget(safe_text.label(title, "field"), 0, at)
            texts.addWidget(text, 1, at)
            texts.setColumnStretch(at, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(2, 2, GRID, 2)
        column.setSpacing(GRID)
        for part in (self.which, self._when, self._missing):
            column.addWidget(part)
        column.addLayout(texts)
        column.addStretch(1)
        self.which.edited.connect(self._on_chosen)
        self._on_chosen()

    def _on_chosen(self) -> None:
        script = self._scripts.get(self.which.value() or "")
        if script is None:
            return
        self._when.setText(script.when)
        missing = self.tr("Nothing is on record for: {names}.").format(names=", ".join(script.missing))
        self._missing.setText(missing)
        set_shown(self._missing, shown=bool(script.missing))
        self._english.setText(script.english.replace("\n", "\n\n"))
        self._spanish.setText(script.spanish.replace("\n", "\n\n"))
