"""A report on the screen: a summary, and a tab for each of its lists."""

from collections.abc import Callable, Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QTabWidget, QVBoxLayout, QWidget

from app.rules.report import Part, Report, ReportColumn, ReportTable, Value, written
from app.views import safe_text
from app.views.preferences import PreferenceStore
from app.views.reports.figures_row import FiguresRow
from app.views.table import Column, SnapshotTable
from app.views.table_view import TableView
from app.views.theme import GRID
from app.views.widgets import EmptyState, Section, scrolling
from app.views.widgets.chart import ChartView

_WIDE = 104 * GRID
"""Pixels at 100 % text that a list's columns share, where their kinds' least widths let them."""
_LEAST = {"text": 13 * GRID, "day": 12 * GRID, "moment": 18 * GRID, "money": 12 * GRID}
_LEAST_NUMBER = 10 * GRID
OpenPatient = Callable[[int], None]
Numbered = tuple[int, tuple[Value, ...]]


class ReportBody(QTabWidget):
    """Shows one report. Enter on a row of a list opens its patient's chart, where `open_patient` is given."""

    def __init__(self, report: Report, preferences: PreferenceStore, open_patient: OpenPatient | None) -> None:
        """Show `report`."""
        super().__init__()
        self.setObjectName("report_body")
        self.setAccessibleName(report.title)
        self.report = report
        self.lists: list[TableView] = []
        self._preferences = preferences
        self._open_patient = open_patient
        safe_text.add_tab(self, scrolling(_summary(report)), self.tr("Summary"))
        for number, table in enumerate(report.tables):
            safe_text.add_tab(self, self._list(table, f"report_{report.key}_{number}"), table.title)

    @property
    def list_number(self) -> int | None:
        """Which of the report's lists is in view, None while it is the summary."""
        return self.currentIndex() - 1 if self.currentIndex() > 0 else None

    def show_tab(self, number: int) -> None:
        """Bring a tab to the front, 0 the summary, and give its list the focus."""
        if number >= self.count():
            return
        self.setCurrentIndex(number)
        found = self.currentWidget().findChild(TableView)
        (found or self.tabBar()).setFocus(Qt.FocusReason.OtherFocusReason)

    def _list(self, table: ReportTable, name: str) -> QWidget:
        held = QWidget()
        column = QVBoxLayout(held)
        column.setContentsMargins(0, GRID, 0, 0)
        column.setSpacing(GRID)
        if not table.rows:
            column.addWidget(EmptyState("file-chart-column", table.empty, name=f"{name}_empty"), 1)
            return held
        model: SnapshotTable[Numbered, int] = SnapshotTable(_columns(table.columns), row_id=lambda row: row[0])
        model.show_rows(list(enumerate(table.rows)))
        view = TableView(model, name=name, words=table.title, preferences=self._preferences)
        model.setParent(view)
        if self._open_patient is not None and table.about:
            view.opened.connect(lambda at: self._on_opened(table, at))
        self.lists.append(view)
        column.addWidget(view, 1)
        for words, kind in ((_sums(table), "strong"), (table.note, "muted")):
            if words:
                column.addWidget(safe_text.label(words, kind))
        return held

    def _on_opened(self, table: ReportTable, at: int) -> None:
        patient = table.about[at]
        if patient is not None and self._open_patient is not None:
            self._open_patient(patient)


def _columns(columns: Sequence[ReportColumn]) -> list[Column[Numbered]]:
    texts = [at for at, column in enumerate(columns) if not column.is_number]
    widest = max(texts, key=lambda at: columns[at].share, default=-1)
    unit = _WIDE // sum(column.share for column in columns)
    return [
        _column(at, column, 0 if at == widest else max(column.share * unit, _LEAST.get(column.kind, _LEAST_NUMBER)))
        for at, column in enumerate(columns)
    ]


def _column(at: int, column: ReportColumn, width: int) -> Column[Numbered]:
    def order(row: Numbered) -> tuple[int, int | str]:
        value = row[1][at]
        if value is None:
            return 0, 0
        return (1, value) if isinstance(value, int) else (2, value.casefold())

    def text(row: Numbered) -> str:
        return written(row[1][at], column.kind)

    return Column(
        column.key,
        column.title,
        text,
        width=width,
        is_number=column.is_number,
        order=order,
        tip=text if not column.is_number else None,
    )


def _sums(table: ReportTable) -> str:
    """Return a list's sums in one line."""
    said = (
        [
            f"{column.title} {written(value, column.kind)}"
            for column, value in zip(table.columns[1:], table.totals[1:], strict=True)
            if isinstance(value, int)
        ]
        if table.totals
        else []
    )
    return f"{table.totals[0]}: {' · '.join(said)}" if said else ""


def _summary(report: Report) -> QWidget:
    page = QWidget()
    column = QVBoxLayout(page)
    column.setContentsMargins(0, GRID, GRID, GRID)
    column.setSpacing(2 * GRID)
    if report.figures:
        column.addWidget(FiguresRow(report.figures))
    for note in report.notes:
        column.addWidget(safe_text.label(note, "muted"))
    for number, chart in enumerate(report.charts):
        column.addWidget(ChartView(chart, name=f"report_chart_{number}"))
    for number, part in enumerate(report.parts):
        column.addWidget(_part(part, f"report_part_{number}"))
    if not report.charts and not report.parts:
        column.addWidget(safe_text.label(report.tables[0].empty if report.tables else "", "muted"))
    column.addStretch(1)
    return page


def _part(part: Part, name: str) -> QWidget:
    section = Section(part.title, name=name)
    for paragraph in part.paragraphs:
        section.body.addWidget(safe_text.label(paragraph))
    if part.items:
        signs = [f"{number}." if part.numbered else "•" for number in range(1, len(part.items) + 1)]
        section.body.addLayout(_grid([(sign, item) for sign, item in zip(signs, part.items, strict=True)], (0, 1)))
    if part.table is not None:
        heads = tuple(column.title for column in part.table.columns)
        rows = [
            tuple(written(value, column.kind) for value, column in zip(row, part.table.columns, strict=True))
            for row in part.table.rows
        ]
        shares = tuple(column.share for column in part.table.columns)
        section.body.addLayout(_grid(rows, shares, heads) if rows else _grid([(part.table.empty,)], (1,)))
    return section


def _grid(rows: Sequence[Sequence[str]], shares: Sequence[int], heads: Sequence[str] = ()) -> QGridLayout:
    grid = QGridLayout()
    grid.setHorizontalSpacing(2 * GRID)
    grid.setVerticalSpacing(GRID)
    for at, share in enumerate(shares):
        grid.setColumnStretch(at, share)
    for at, head in enumerate(heads):
        grid.addWidget(safe_text.label(head, "muted"), 0, at)
    for line, row in enumerate(rows, 1 if heads else 0):
        for at, words in enumerate(row):
            grid.addWidget(safe_text.label(words), line, at, Qt.AlignmentFlag.AlignTop)
    return grid
