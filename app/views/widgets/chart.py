"""A chart on the screen: a few numbers drawn by role, labelled directly, readable in grey and told in words."""

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from app.rules.report import LIGHTER, Chart, Tone, shortly
from app.views.theme import GRID, Role, colours, fit_scale, scaled, tabular

_ROLES: dict[Tone, Role] = {
    "accent": Role.ACCENT,
    "ready": Role.READY,
    "warn": Role.WARN,
    "block": Role.BLOCK,
    "muted": Role.MUTED,
}
_HIGH = 24 * GRID
_WIDEST_BAR = 7 * GRID
_SHARE = 0.68
_CENTRE = int(Qt.AlignmentFlag.AlignCenter)


class ChartView(QWidget):
    """Draws one `Chart`. Its accessible description says every value."""

    def __init__(self, chart: Chart, *, name: str = "chart") -> None:
        """Show `chart`."""
        super().__init__()
        self.setObjectName(name)
        self.chart = chart
        self.setAccessibleName(chart.title)
        self.setAccessibleDescription(chart.in_words())
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        fit_scale(self, self.updateGeometry)

    def sizeHint(self) -> QSize:
        lines = 3 if len(self.chart.series) > 1 else 2
        return QSize(scaled(60 * GRID), scaled(_HIGH) + lines * (self.fontMetrics().height() + GRID))

    def minimumSizeHint(self) -> QSize:
        return QSize(scaled(30 * GRID), self.sizeHint().height())

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        _Drawing(painter, QRectF(self.rect()), self.chart, self.font()).draw()


class _Drawing:
    """One painting of a chart into a rectangle."""

    def __init__(self, painter: QPainter, room: QRectF, chart: Chart, font: QFont) -> None:
        self._painter = painter
        self._chart = chart
        self._font = tabular(font)
        self._small = QFont(self._font)
        self._small.setPointSizeF(font.pointSizeF() * 0.88)
        painter.setFont(self._small)
        self._line = painter.fontMetrics().height()
        head = self._line + GRID + (self._line + GRID if len(chart.series) > 1 else 0)
        self._room = room
        self._left, self._wide = room.x() + 1, room.width() - 2
        self._top = room.y() + head + self._line
        self._base = room.bottom() - self._line - GRID / 2
        self._step = self._wide / max(len(chart.places), 1)

    def draw(self) -> None:
        """Draw the title, the legend, the axis and the values."""
        self._title()
        if len(self._chart.series) > 1:
            self._legend()
        self._painter.setPen(QPen(colours().of(Role.BORDER), 1))
        self._painter.drawLine(QPointF(self._left, self._base), QPointF(self._left + self._wide, self._base))
        shapes = {"bar": self._bars, "stacked": self._stacks, "line": self._lines}
        shapes[self._chart.shape]()
        self._places()

    def _title(self) -> None:
        bold = QFont(self._font)
        bold.setBold(True)
        self._painter.setFont(bold)
        self._painter.setPen(colours().of(Role.TEXT))
        high = self._painter.fontMetrics().height()
        words = self._painter.fontMetrics().elidedText(
            self._chart.title, Qt.TextElideMode.ElideRight, int(self._room.width())
        )
        self._painter.drawText(
            QRectF(self._left, self._room.y(), self._wide, high), int(Qt.AlignmentFlag.AlignLeft), words
        )
        self._painter.setFont(self._small)

    def _legend(self) -> None:
        x, y = self._left, self._room.y() + self._line + GRID
        side = self._line * 0.65
        for each in self._chart.series:
            self._fill(QRectF(x, y + (self._line - side) / 2, side, side), each.tone)
            wide = self._painter.fontMetrics().horizontalAdvance(each.name)
            self._painter.setPen(colours().of(Role.TEXT))
            self._painter.drawText(
                QRectF(x + side + GRID / 2, y, wide + 2, self._line), int(Qt.AlignmentFlag.AlignVCenter), each.name
            )
            x += side + wide + 3 * GRID

    def _bars(self) -> None:
        number = len(self._chart.series)
        wide = min(self._step * _SHARE / number, scaled(_WIDEST_BAR))
        for place, each in enumerate(self._chart.series):
            for at, value in enumerate(each.values):
                if not value:
                    continue
                x = self._middle(at) + (place - number / 2) * wide
                y = self._height_of(value)
                self._fill(QRectF(x, y, wide - 1, self._base - y), each.tone)
                self._value(x + wide / 2, y, value, room=wide + GRID)

    def _stacks(self) -> None:
        wide = min(self._step * _SHARE, scaled(_WIDEST_BAR))
        for at in range(len(self._chart.places)):
            total, below = 0, self._base
            for each in self._chart.series:
                value = each.values[at] or 0
                if not value:
                    continue
                total += value
                y = self._height_of(total)
                self._fill(QRectF(self._middle(at) - wide / 2, y, wide, below - y - 1), each.tone)
                below = y
            if total:
                self._value(self._middle(at), below, total, room=self._step)

    def _lines(self) -> None:
        for each in self._chart.series:
            points = [
                QPointF(self._middle(at), self._height_of(value))
                for at, value in enumerate(each.values)
                if value is not None
            ]
            self._painter.setPen(QPen(_tone(each.tone), 2))
            self._painter.drawPolyline(points)
            for point in points:
                self._fill(QRectF(point.x() - 3, point.y() - 3, 6, 6), each.tone)
            last = next((value for value in reversed(each.values) if value is not None), None)
            if points and last is not None:
                self._value(points[-1].x(), points[-1].y() - 2, last, room=self._step * 2)

    def _places(self) -> None:
        """Write the places below the axis; where they have no room, every second, third … of them."""
        metrics = self._painter.fontMetrics()
        widest = max((metrics.horizontalAdvance(place) for place in self._chart.places), default=0)
        every = max(1, -(-(min(widest, scaled(12 * GRID)) + GRID) // max(int(self._step), 1)))
        self._painter.setPen(colours().of(Role.MUTED))
        for at in range(0, len(self._chart.places), every):
            room = self._step * every - GRID / 2
            words = metrics.elidedText(self._chart.places[at], Qt.TextElideMode.ElideRight, int(room))
            left = max(self._middle(at) - room / 2, self._left)
            self._painter.drawText(QRectF(left, self._base + GRID / 2, room, self._line), _CENTRE, words)

    def _value(self, middle: float, top: float, value: int, *, room: float) -> None:
        words = shortly(value, self._chart.unit)
        wide = self._painter.fontMetrics().horizontalAdvance(words)
        if wide <= room:
            self._painter.setPen(colours().of(Role.TEXT))
            left = min(middle - wide / 2 - 1, self._left + self._wide - wide - 2)
            self._painter.drawText(QRectF(left, top - self._line, wide + 2, self._line), _CENTRE, words)

    def _fill(self, rect: QRectF, tone: Tone) -> None:
        self._painter.setPen(Qt.PenStyle.NoPen)
        self._painter.setBrush(_tone(tone))
        self._painter.drawRect(rect)

    def _middle(self, at: int) -> float:
        return self._left + (at + 0.5) * self._step

    def _height_of(self, value: int) -> float:
        return self._base - (self._base - self._top) * value / self._chart.top


def _tone(tone: Tone) -> QColor:
    """Return a tone's colour in the theme now shown, drawn towards the ground so that each has its own grey."""
    shown = colours()
    away = LIGHTER[tone]
    colour, ground = shown.of(_ROLES[tone]), shown.of(Role.RAISED)
    parts = (
        round(one + (other - one) * away)
        for one, other in zip(colour.getRgb()[:3], ground.getRgb()[:3], strict=True)  # type: ignore[index]
    )
    return QColor(*parts)
