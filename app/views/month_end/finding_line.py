"""One missing thing or warning: what, whose, and the way to where it is mended."""

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QPushButton

from app.services.readiness import FindingRow
from app.views import safe_text
from app.views.month_end.words import place_words
from app.views.theme import GRID, Role, set_kind
from app.views.widgets import Picture, format_date


class FindingLine(QFrame):
    """Says a finding. Without `on_open` there is nothing to press: the person may not go there, or it cannot be."""

    def __init__(
        self,
        finding: FindingRow,
        owner: str,
        on_open: Callable[[], object] | None,
        *,
        is_warning: bool,
        number: int,
        on_hand: Callable[[], object] | None = None,
    ) -> None:
        """Show `finding`, with its `owner` in words; `number` tells buttons of one list apart.

        `on_hand` hands the task to somebody; what somebody has already is said instead.
        """
        super().__init__()
        kind = "warning" if is_warning else "missing"
        self.finding = finding
        self.setObjectName(f"{kind}_{number}")
        self.button: QPushButton | None = None
        self.hand_button: QPushButton | None = None
        sign = Picture(*(("triangle-alert", Role.WARN) if is_warning else ("octagon-x", Role.BLOCK)))
        whose = self.tr("Owner: {owner}").format(owner=owner)
        if finding.handed is not None:
            handed = self.tr("Handed to {person} until {day}").format(
                person=finding.handed.to, day=format_date(finding.handed.due_on)
            )
            whose = f"{whose}. {handed}"
        grid = QGridLayout(self)
        grid.setContentsMargins(GRID, GRID, GRID, GRID)
        grid.setHorizontalSpacing(GRID)
        grid.setVerticalSpacing(GRID // 2)
        grid.setColumnStretch(1, 1)
        grid.addWidget(sign, 0, 0, Qt.AlignmentFlag.AlignTop)
        grid.addWidget(safe_text.label(finding.sentence, name=f"{kind}_{number}_text"), 0, 1)
        grid.addWidget(safe_text.label(whose, "small", name=f"{kind}_{number}_owner"), 1, 1)
        buttons = QHBoxLayout()
        buttons.setSpacing(GRID)
        if on_open is not None:
            self.button = safe_text.button(
                place_words(finding.place),
                name=f"{kind}_{number}_open",
                kind="quiet" if is_warning else "secondary",
                on_click=on_open,
            )
            self.button.setAccessibleDescription(finding.sentence)
            buttons.addWidget(self.button)
        if on_hand is not None and finding.handed is None:
            self.hand_button = safe_text.button(
                self.tr("Hand over"), name=f"{kind}_{number}_hand", kind="quiet", on_click=on_hand
            )
            self.hand_button.setAccessibleDescription(finding.sentence)
            buttons.addWidget(self.hand_button)
        if buttons.count():
            buttons.addStretch(1)
            grid.addLayout(buttons, 2, 1)
        self.setAccessibleName(f"{finding.sentence} {whose}")

    def mark(self, *, is_marked: bool) -> None:
        """Show that this is the one that Enter opens."""
        set_kind(self, "info" if is_marked else "", key="banner")
