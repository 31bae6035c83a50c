"""How a month came along: its patients by day, those who can be billed, those who wait and those who are settled."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget

from app.services.board.days import DayCounts
from app.services.readiness import APPROVED, EXPORTED, READY
from app.views.theme import GRID, Role, colours, fit_scale, scaled, tabular
from app.views.widgets import format_date

_DONE = (READY, APPROVED, EXPORTED)


@dataclass(frozen=True, slots=True)
class _Line:
    """A line of the chart: its words, its values by day, and how it is drawn, told apart also in grey."""

    words: str
    values: tuple[int, ...]
    role: Role
    style: Qt.PenStyle


class HistoryChart(QWidget):
    """Draws two lines, each named where it ends: who could be billed, and all patients of the month."""

    def __init__(self) -> None:
        """Draw nothing yet."""
        super().__init__()
        self.setObjectName("month_history_chart")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self._days: tuple[date, ...] = ()
        self._lines: tuple[_Line, ...] = ()
        fit_scale(self, lambda: self.setMaximumHeight(scaled(44 * GRID)))
        self.show_days(())

    def show_days(self, days: Sequence[DayCounts]) -> None:
        """Show these days, in order."""
        self._days = tuple(each.day for each in days)
        ready = tuple(sum(each.counts.get(state, 0) for state in _DONE) for each in days)
        everybody = tuple(sum(each.counts.values()) for each in days)
        self._lines = (
            _Line(self.tr("All patients"), everybody, Role.MUTED, Qt.PenStyle.DashLine),
            _Line(self.tr("Can be billed"), ready, Role.READY, Qt.PenStyle.SolidLine),
        )
        said = "; ".join(
            self.tr("{day}: {ready} of {all}").format(day=format_date(day), ready=done, all=total)
            for day, done, total in zip(self._days, ready, everybody, strict=True)
        )
        self.setAccessibleName(self.tr("Patients who can be billed, by day"))
        self.setAccessibleDescription(said)
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(scaled(60 * GRID), scaled(30 * GRID))

    def minimumSizeHint(self) -> QSize:
        return QSize(scaled(30 * GRID), scaled(12 * GRID))

    def paintEvent(self, _event: QPaintEvent) -> None:
        if not self._days:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(tabular(self.font()))
        metrics = painter.fontMetrics()
        line = metrics.height()
        most = max(1, *(value for each in self._lines for value in each.values))
        names = max(metrics.horizontalAdvance(f"{each.words} {most:,}") for each in self._lines)
        left = metrics.horizontalAdvance(f"{most:,}") + 2 * GRID
        area = QRectF(left, line, max(1, self.width() - left - names - 3 * GRID), max(1, self.height() - 3 * line))
        self._frame(painter, area, most)
        for each in self._lines:
            self._draw(painter, area, most, each)
        self._name(painter, area, most)
        painter.end()

    def _frame(self, painter: QPainter, area: QRectF, most: int) -> None:
        metrics = painter.fontMetrics()
        muted = colours().of(Role.MUTED)
        painter.setPen(QPen(QColor(colours().of(Role.BORDER)), 1))
        for value in {0, most // 2, most}:
            y = self._y(area, most, value)
            painter.drawLine(QPointF(area.left(), y), QPointF(area.right(), y))
        painter.setPen(QColor(muted))
        for value in {0, most // 2, most}:
            box = QRectF(0, self._y(area, most, value) - metrics.height() / 2, area.left() - GRID, metrics.height())
            painter.drawText(box, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, f"{value:,}")
        below = area.bottom() + metrics.height() * 0.5
        first, last = format_date(self._days[0]), format_date(self._days[-1])
        box = QRectF(area.left(), below, area.width(), metrics.height() * 1.5)
        painter.drawText(box, Qt.AlignmentFlag.AlignRight, last)
        if last != first:
            painter.drawText(box, Qt.AlignmentFlag.AlignLeft, first)

    def _draw(self, painter: QPainter, area: QRectF, most: int, line: _Line) -> None:
        colour = QColor(colours().of(line.role))
        painter.setPen(QPen(colour, 2, line.style))
        points = [self._point(area, most, at, value) for at, value in enumerate(line.values)]
        painter.drawPolyline(QPolygonF(points))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(colour)
        for point in points if line.style == Qt.PenStyle.SolidLine or len(points) == 1 else ():
            painter.drawEllipse(point, 3, 3)

    def _name(self, painter: QPainter, area: QRectF, most: int) -> None:
        """Name each line where it ends, the names apart from one another."""
        metrics = painter.fontMetrics()
        height = metrics.height()
        placed = [self._y(area, most, each.values[-1]) for each in self._lines]
        if len(placed) == 2 and placed[1] - placed[0] < height:
            middle = (placed[0] + placed[1]) / 2
            placed = [middle - height / 2, middle + height / 2]
        for each, y in zip(self._lines, placed, strict=True):
            painter.setPen(QColor(colours().of(Role.TEXT)))
            box = QRectF(area.right() + GRID, y - height / 2, self.width() - area.right() - GRID, height)
            said = f"{each.words} {each.values[-1]:,}"
            painter.drawText(box, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, said)

    def _point(self, area: QRectF, most: int, at: int, value: int) -> QPointF:
        """Return where a day's value stands: days are as far apart as in the calendar, the last one beside its name."""
        span = (self._days[-1] - self._days[0]).days
        x = area.right() - area.width() * (self._days[-1] - self._days[at]).days / max(1, span)
        return QPointF(x, self._y(area, most, value))

    @staticmethod
    def _y(area: QRectF, most: int, value: int) -> float:
        return area.bottom() - area.height() * value / most
