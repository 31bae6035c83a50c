"""What a report is asked for: the months, whose patients, and what to look for."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app.rules.month import Month
from app.services.figures.kinds import MOST_MONTHS, Ask, ReportKind, Wanted
from app.services.figures.reports import Choices
from app.views.month_end.month_picker import MonthPicker
from app.views.theme import GRID, set_shown
from app.views.widgets import ChoiceField, SearchField

_SPANS = (1, 3, 6, 12, 24, 72)


class ReportFilters(QWidget):
    """The month, and below it what else a report can be narrowed to. `changed` when any of it was."""

    changed = Signal()

    def __init__(self, month: Month, latest: Month) -> None:
        """Begin with `month`; none after `latest` can be chosen."""
        super().__init__()
        self.setObjectName("report_filters")
        self.picker = MonthPicker(month, latest)
        self.span = ChoiceField()
        self._offer_spans(MOST_MONTHS)
        self.span.set_value(1)
        self.practitioner = ChoiceField(empty=self.tr("All practitioners"))
        self.owner = ChoiceField(empty=self.tr("Everybody’s patients"))
        self.person = ChoiceField(empty=self.tr("Everybody"))
        self.amounts = ChoiceField(
            [("estimate", self.tr("Estimate: Medicare’s amounts")), ("charges", self.tr("The clinic’s charges"))]
        )
        self.amounts.set_value("estimate")
        self.text = SearchField(self.tr("Patient or record number"), name="report_text")
        self._page = 0
        self._asks: tuple[Ask, ...] = ()
        self._build()

    def offer(self, choices: Choices) -> None:
        """Say whom reports can be narrowed to."""
        self.practitioner.offer(choices.practitioners)
        self.owner.offer(choices.people)
        self.person.offer(choices.people)

    def show_kind(self, kind: ReportKind) -> None:
        """Offer what can be asked of a report; what was chosen stays chosen for those that know it."""
        self._asks = kind.asks
        self._page = 0
        self._offer_spans(kind.most_months)
        shown: dict[QWidget, tuple[Ask, ...]] = {
            self.picker: ("month", "months", "years"),
            self.span: ("months",),
            self.practitioner: ("practitioner",),
            self.owner: ("owner",),
            self.person: ("person",),
            self.amounts: ("amounts",),
            self.text: ("text",),
        }
        for part, asks in shown.items():
            set_shown(part, shown=not set(asks).isdisjoint(kind.asks))

    def turn(self, step: int) -> None:
        """Ask for the next (1) or the previous (-1) page."""
        self._page = max(0, self._page + step)
        self.changed.emit()

    @property
    def page(self) -> int:
        """The page asked for, from 0."""
        return self._page

    def wanted(self) -> Wanted:
        """Return what is asked for."""
        last = self.picker.month
        first = last
        for _ in range((self.span.value() or 1) - 1 if "months" in self._asks else 0):
            first = first.previous
        return Wanted(
            first,
            last,
            npi=(self.practitioner.value() or "") if "practitioner" in self._asks else "",
            owner_id=self.owner.value() if "owner" in self._asks else None,
            text=self.text.text().strip() if "text" in self._asks else "",
            person_id=self.person.value() if "person" in self._asks else None,
            amounts=self.amounts.value() or "estimate",
            page=self._page,
        )

    def _on_edited(self, _what: object = None) -> None:
        self._page = 0
        self.changed.emit()

    def _offer_spans(self, most: int) -> None:
        """Offer how many months; one that is too long for this report becomes one month."""
        words = [(1, self.tr("This month"))]
        words += [(months, self.tr("{n} months to it").format(n=months)) for months in _SPANS[1:] if months <= most]
        self.span.offer(words)
        if self.span.value() is None:
            self.span.set_value(1)

    def _build(self) -> None:
        names = {
            "report_span": (self.span, self.tr("How many months")),
            "report_practitioner": (self.practitioner, self.tr("Practitioner")),
            "report_owner": (self.owner, self.tr("Whose patients")),
            "report_person": (self.person, self.tr("Person")),
            "report_amounts": (self.amounts, self.tr("Amounts")),
        }
        for name, (field, words) in names.items():
            field.setObjectName(name)
            field.setAccessibleName(words)
            field.setMinimumContentsLength(20)
            field.edited.connect(self._on_edited)
        self.picker.chosen.connect(self._on_edited)
        self.text.searched.connect(self._on_edited)
        top, below = QHBoxLayout(), QHBoxLayout()
        for row, parts in ((top, (self.picker, self.span)), (below, (self.practitioner, self.owner, self.person))):
            row.setSpacing(GRID)
            for part in parts:
                row.addWidget(part)
        top.addWidget(self.amounts)
        below.addWidget(self.text, 1)
        top.addStretch(1)
        below.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(GRID)
        column.addLayout(top)
        column.addLayout(below)
