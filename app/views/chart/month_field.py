"""A month with a step back and a step forward."""

from PySide6.QtCore import QLocale, Signal
from PySide6.QtWidgets import QHBoxLayout, QWidget

from app.rules.month import Month
from app.views import safe_text
from app.views.icons import icon
from app.views.theme import GRID
from app.views.widgets import ChoiceField

_SHOWN = 36


class MonthField(QWidget):
    """Offers `newest` and the months before it; `chosen` carries the `Month`."""

    chosen = Signal(object)

    def __init__(self, newest: Month, *, name: str) -> None:
        """Begin with `newest`."""
        super().__init__()
        self.setObjectName(name)
        months = [newest]
        while len(months) < _SHOWN:
            months.append(months[-1].previous)
        self._months = months
        self.choice = ChoiceField([(month, month_words(month)) for month in months])
        self.choice.setObjectName(f"{name}_choice")
        self.choice.setAccessibleName(self.tr("Month"))
        self.choice.set_value(newest)
        self.back = safe_text.tool_button(
            self.tr("Previous month"), name=f"{name}_back", icon=icon("chevron-left"), on_click=lambda: self._step(1)
        )
        self.forward = safe_text.tool_button(
            self.tr("Next month"), name=f"{name}_forward", icon=icon("chevron-right"), on_click=lambda: self._step(-1)
        )
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(GRID // 2)
        row.addWidget(self.back)
        row.addWidget(self.choice)
        row.addWidget(self.forward)
        self.setFocusProxy(self.choice)
        self.choice.edited.connect(self._on_edited)
        self._fit()

    @property
    def month(self) -> Month:
        """The month shown."""
        return self._months[max(self.choice.currentIndex(), 0)]

    def show_month(self, month: Month) -> None:
        """Show `month`, without saying that it was chosen."""
        self.choice.set_value(month)
        self._fit()

    def _on_edited(self) -> None:
        self._fit()
        self.chosen.emit(self.month)

    def _step(self, by: int) -> None:
        at = self.choice.currentIndex() + by
        if 0 <= at < len(self._months):
            self.choice.setCurrentIndex(at)
            self._on_edited()

    def _fit(self) -> None:
        at = self.choice.currentIndex()
        self.forward.setEnabled(at > 0)
        self.back.setEnabled(at < len(self._months) - 1)


def month_words(month: Month) -> str:
    """Return a month as `October 2026`."""
    return f"{QLocale.c().standaloneMonthName(month.month)} {month.year}"
