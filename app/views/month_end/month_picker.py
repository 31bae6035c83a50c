"""Which month is looked at."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QWidget

from app.rules.month import Month
from app.views import safe_text
from app.views.icons import icon
from app.views.month_end.words import month_words
from app.views.theme import GRID, fit_scale

_WIDEST = "September 2000"


class MonthPicker(QWidget):
    """The month with a step to each side; no later than `latest`. `chosen` carries the new month."""

    chosen = Signal(object)

    def __init__(self, month: Month, latest: Month) -> None:
        """Show `month`."""
        super().__init__()
        self.setObjectName("month_picker")
        self.month = month
        self._latest = latest
        self._words = safe_text.label("", "heading", name="month_shown", wrap=False)
        self._words.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.previous_button = safe_text.tool_button(
            self.tr("Previous month"),
            name="month_previous",
            icon=icon("chevron-left"),
            tip=self.tr("Previous month (Ctrl+PgUp)"),
            on_click=self.show_previous,
        )
        self.next_button = safe_text.tool_button(
            self.tr("Next month"),
            name="month_next",
            icon=icon("chevron-right"),
            tip=self.tr("Next month (Ctrl+PgDown)"),
            on_click=self.show_next,
        )
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(GRID // 2)
        for part in (self.previous_button, self._words, self.next_button):
            row.addWidget(part)
        fit_scale(self, self._fit)
        self._show()

    def show_previous(self) -> None:
        """Go to the month before."""
        self._choose(self.month.previous)

    def show_next(self) -> None:
        """Go to the month after, if it has begun."""
        if self.month < self._latest:
            self._choose(self.month.next)

    def move_latest(self, latest: Month) -> None:
        """Let months up to `latest` be chosen, now that another one runs."""
        self._latest = latest
        self._show()

    def _choose(self, month: Month) -> None:
        self.month = month
        self._show()
        self.chosen.emit(month)

    def _show(self) -> None:
        self._words.setText(month_words(self.month))
        self.setAccessibleName(self.tr("Month: {month}").format(month=month_words(self.month)))
        self.next_button.setEnabled(self.month < self._latest)

    def _fit(self) -> None:
        self._words.ensurePolished()
        self._words.setMinimumWidth(self._words.fontMetrics().horizontalAdvance(_WIDEST))
