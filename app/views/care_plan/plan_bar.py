"""Above a care plan: which version is shown, who wrote it, and what can be done with it."""

from collections.abc import Collection
from functools import partial

from PySide6.QtCore import QCoreApplication, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QHBoxLayout, QPushButton, QWidget

from app.views import safe_text
from app.views.icons import icon
from app.views.theme import GRID, Role, fit_scale, scaled, set_shown
from app.views.widgets import ChoiceField

ONE_ROW = 128 * GRID
LEAST = 28 * GRID
"""Pixels at 100 % text."""


class PlanBar(QWidget):
    """`asked` carries the key of the button that was pressed. Where there is no room the buttons go below."""

    asked = Signal(str)

    def __init__(self) -> None:
        """Offer nothing yet."""
        super().__init__()
        self.choice = ChoiceField()
        self.choice.setObjectName("plan_choice")
        self.choice.setAccessibleName(self.tr("Draft or version"))
        self.choice.setMinimumContentsLength(26)
        self.subtitle = safe_text.label("", "muted", name="plan_edited", elide=True)
        self.buttons: dict[str, QPushButton] = {}
        self._head = QHBoxLayout()
        self._head.setSpacing(GRID)
        self._head.addWidget(self.choice)
        self._head.addWidget(self.subtitle, 1)
        self._kept: QWidget | None = None
        row = QHBoxLayout()
        row.setSpacing(GRID)
        row.addStretch(1)
        for key, words, name, drawn, tip in _buttons():
            made = safe_text.button(
                words,
                name=name,
                kind="primary" if key == "sign" else "quiet" if key == "discard" else "secondary",
                icon=icon(drawn, Role.ON_ACCENT if key == "sign" else Role.TEXT) if drawn else None,
                tip=tip,
                on_click=partial(self.asked.emit, key),
            )
            self.buttons[key] = made
            set_shown(made, shown=False)
            row.addWidget(made)
        self._rows = QBoxLayout(QBoxLayout.Direction.LeftToRight, self)
        self._rows.setContentsMargins(0, 0, 0, 0)
        self._rows.setSpacing(GRID)
        self._rows.addLayout(self._head, 1)
        self._rows.addLayout(row)
        set_shown(self.choice, shown=False)
        fit_scale(self, self._fit)

    def offer(self, keys: Collection[str]) -> None:
        """Show the buttons of these keys and no others."""
        for key, button in self.buttons.items():
            set_shown(button, shown=key in keys)
        self._fit()

    def show_kept(self, chip: QWidget | None) -> None:
        """Show whether the draft is kept; None takes it away."""
        if self._kept is not None:
            self._kept.hide()
            self._head.removeWidget(self._kept)
            self._kept.deleteLater()
        self._kept = chip
        if chip is not None:
            self._head.insertWidget(2, chip)
            chip.show()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        direction = QBoxLayout.Direction
        shown = [button for button in self.buttons.values() if not button.isHidden()]
        wanted = sum(button.sizeHint().width() + GRID for button in shown)
        head = self.choice.sizeHint().width() + scaled(22 * GRID)
        wide = self.width() >= wanted + head
        self._rows.setDirection(direction.LeftToRight if wide else direction.TopToBottom)
        # Without this a row of buttons would widen the window before it could fold.
        self.setMinimumWidth(scaled(LEAST))


def _buttons() -> list[tuple[str, str, str, str, str]]:
    """Return key, words, object name, icon and tip of every button, in their order."""
    return [
        ("discard", _tr("Throw away…"), "plan_discard", "", ""),
        (
            "papers",
            _tr("Papers…"),
            "plan_papers_button",
            "printer",
            _tr("For clinicians, for the patient, for other software"),
        ),
        ("compare", _tr("Compare…"), "plan_compare_button", "history", _tr("Two versions side by side")),
        ("back", _tr("Back to the plan"), "plan_back", "arrow-left", ""),
        (
            "interview",
            _tr("Interview"),
            "plan_interview_button",
            "message-square",
            _tr("Ask the patient, question by question"),
        ),
        ("templates", _tr("Templates…"), "plan_templates_button", "layers", _tr("Start from templates, or add one")),
        ("revise", _tr("Revise"), "plan_revise", "pencil", ""),
        ("review", _tr("No change, reviewed"), "plan_review", "check", ""),
        ("copy", _tr("Copy given…"), "plan_copy_button", "send", ""),
        ("sign", _tr("Sign…"), "plan_sign_button", "signature", ""),
    ]


def _tr(words: str) -> str:
    return QCoreApplication.translate("PlanBar", words)
