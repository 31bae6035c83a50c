"""Where one is in setting up: the steps by name, done, present and to come."""

from collections.abc import Sequence

from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout

from app.views import safe_text
from app.views.theme import GRID, Role, fit_scale, scaled, set_kind
from app.views.widgets import scrolling
from app.views.widgets.picture import Picture


class StepList(QFrame):
    """A column of names; it is read, not pressed."""

    def __init__(self, names: Sequence[str]) -> None:
        """Show `names`, the first as the present one."""
        super().__init__()
        self.setObjectName("step_list")
        self.setProperty("kind", "rail")
        self.setAccessibleName(self.tr("Steps"))
        self._names = tuple(names)
        self._pictures: list[Picture] = []
        self._labels = []
        column = QVBoxLayout()
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2 * GRID)
        column.addWidget(safe_text.label("CareLoop", "heading", wrap=False))
        column.addSpacing(GRID)
        for at, name in enumerate(names):
            picture = Picture("circle", Role.MUTED, 18)
            label = safe_text.label(name, "muted", name=f"step_{at + 1}")
            row = QHBoxLayout()
            row.setSpacing(GRID)
            row.addWidget(picture)
            row.addWidget(label, 1)
            column.addLayout(row)
            self._pictures.append(picture)
            self._labels.append(label)
        column.addStretch(1)
        inner = QFrame()
        inner.setLayout(column)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(3 * GRID, 4 * GRID, 2 * GRID, 2 * GRID)
        outer.addWidget(scrolling(inner))
        fit_scale(self, lambda: self.setFixedWidth(scaled(24 * GRID)))

    def show_at(self, at: int) -> None:
        """Mark step `at` (from 0) as the present one, those before it as done."""
        for position, (picture, label) in enumerate(zip(self._pictures, self._labels, strict=True)):
            done, here = position < at, position == at
            drawn, role = ("circle-check", Role.READY) if done else ("circle", Role.MUTED)
            picture.show_icon("circle-dot" if here else drawn, Role.ACCENT if here else role)
            set_kind(label, "strong" if here else "muted")
            state = self.tr("done") if done else self.tr("now") if here else self.tr("to come")
            label.setAccessibleName(f"{self._names[position]}, {state}")
