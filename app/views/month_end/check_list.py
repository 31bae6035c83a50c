"""The board's ten checks of one patient's month, each in a line."""

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QWidget

from app.rules.checks import CheckResult
from app.views import safe_text
from app.views.theme import GRID, Role
from app.views.widgets import Picture

_SIGNS = {
    "pass": ("circle-check", Role.READY),
    "warn": ("triangle-alert", Role.WARN),
    "fail": ("octagon-x", Role.BLOCK),
}


class CheckList(QWidget):
    """Says of each check whether it passes, is to be looked at, or fails; what is missing stands elsewhere."""

    def __init__(self, checks: Sequence[CheckResult]) -> None:
        """Show `checks`."""
        super().__init__()
        self.setObjectName("month_checks_list")
        self.setAccessibleName(self.tr("Checks"))
        said = {"pass": self.tr("Pass"), "warn": self.tr("Look"), "fail": self.tr("Fails")}
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(GRID)
        grid.setVerticalSpacing(GRID // 2)
        grid.setColumnStretch(2, 1)
        top = Qt.AlignmentFlag.AlignTop
        for at, check in enumerate(checks):
            sign = Picture(*_SIGNS[check.state], size=16)
            kind = "muted" if check.state == "pass" else "strong"
            word = safe_text.label(said[check.state], "small", name=f"check_{check.key}_state", wrap=False)
            sentence = safe_text.label(check.sentence, kind, name=f"check_{check.key}")
            sentence.setAccessibleName(f"{said[check.state]}: {check.sentence}")
            grid.addWidget(sign, at, 0, top)
            grid.addWidget(word, at, 1, top)
            grid.addWidget(sentence, at, 2)
