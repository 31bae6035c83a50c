"""How far a goal has come: its measured values by day, and the target, drawn small and labelled directly."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget

from app.rules.plan_items import aimed_at, figures
from app.views.theme import GRID, Role, colours, scaled, tabular
from app.views.widgets import format_date

WIDTH, HEIGHT = 48 * GRID, 13 * GRID
"""Pixels at 100 % text."""
_DOT = 3.0


class ProgressChart(QWidget):
    """Values as dots joined by a line, a second figure (the lower pressure) hollow; the target is dashed."""

    def __init__(self, values: Sequence[tuple[date, str]], target: str, *, name: str) -> None:
        """Show `values` by day, the oldest first; those without a figure are left out of the drawing."""
        super().__init__()
        self.setObjectName(name)
        self._points = [(on, figures(value)) for on, value in values if figures(value)]
        self._target = aimed_at(target)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.setFont(tabular(self.font()))
        said = "; ".join(f"{format_date(on)} {value}" for on, value in values)
        self.setAccessibleName(self.tr("Values: {values}. Target: {target}.").format(values=said, target=target or "–"))

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to draw."""
        return not self._points

    def sizeHint(self) -> QSize:
        return QSize(scaled(WIDTH), scaled(HEIGHT))

    def minimumSizeHint(self) -> QSize:
        return QSize(scaled(20 * GRID), scaled(HEIGHT))

    def paintEvent(self, _event: QPaintEvent) -> None:
        if not self._points:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        low, high = self._range()
        metrics = self.fontMetrics()
        left = float(max(metrics.horizontalAdvance(_words(each)) for each in (low, high)) + GRID)
        right = float(max(metrics.horizontalAdvance(_words(each)) for _, f in self._points[-1:] for each in f) + GRID)
        line = metrics.height()
        room = QRectF(left, line / 2, max(1.0, self.width() - left - right), self.height() - line * 1.5 - 2 * _DOT)
        painter.setPen(colours().of(Role.MUTED))
        self._axis(painter, room, low, high)
        for at, wanted in enumerate(self._target):
            self._line_of_target(painter, room, self._y(room, wanted, low, high), is_second=at > 0)
        for at in range(max(len(found) for _, found in self._points)):
            points = [
                (self._x(room, on), self._y(room, found[at], low, high), found[at])
                for on, found in self._points
                if len(found) > at
            ]
            self._series(painter, points, is_second=at > 0)

    def _range(self) -> tuple[Decimal, Decimal]:
        known = [each for _, found in self._points for each in found] + list(self._target)
        low, high = min(known), max(known)
        return (low, high) if low < high else (low - 1, high + 1)

    def _x(self, room: QRectF, on: date) -> float:
        first, last = self._points[0][0], self._points[-1][0]
        days = (last - first).days
        return room.center().x() if not days else room.left() + room.width() * (on - first).days / days

    def _y(self, room: QRectF, value: Decimal, low: Decimal, high: Decimal) -> float:
        return room.bottom() - room.height() * float((value - low) / (high - low))

    def _axis(self, painter: QPainter, room: QRectF, low: Decimal, high: Decimal) -> None:
        metrics = painter.fontMetrics()
        for value, y in ((low, room.bottom()), (high, room.top())):
            painter.drawText(QPointF(0, y + metrics.ascent() / 2 - 1), _words(value))
        painter.drawLine(room.bottomLeft(), room.bottomRight())
        first, last = self._points[0][0], self._points[-1][0]
        base = self.height() - metrics.descent()
        painter.drawText(QPointF(room.left(), base), format_date(first))
        if last != first:
            words = format_date(last)
            painter.drawText(QPointF(room.right() - metrics.horizontalAdvance(words), base), words)

    def _line_of_target(self, painter: QPainter, room: QRectF, y: float, *, is_second: bool) -> None:
        pen = QPen(colours().of(Role.READY), 1.5, Qt.PenStyle.DotLine if is_second else Qt.PenStyle.DashLine)
        painter.setPen(pen)
        painter.drawLine(QPointF(room.left(), y), QPointF(room.right(), y))

    def _series(self, painter: QPainter, points: Sequence[tuple[float, float, Decimal]], *, is_second: bool) -> None:
        accent = colours().of(Role.ACCENT)
        painter.setPen(QPen(accent, 1.5))
        painter.drawPolyline(QPolygonF([QPointF(x, y) for x, y, _ in points]))
        painter.setBrush(colours().of(Role.RAISED) if is_second else accent)
        for x, y, _ in points:
            painter.drawEllipse(QPointF(x, y), _DOT, _DOT)
        x, y, newest = points[-1]
        painter.setPen(colours().of(Role.TEXT))
        painter.drawText(QPointF(x + GRID // 2 + _DOT, y + painter.fontMetrics().ascent() / 2 - 1), _words(newest))


def _words(value: Decimal) -> str:
    return f"{value.normalize():f}"
