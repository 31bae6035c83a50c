"""The month's minutes against 20, 40 and 60, without celebration."""

from collections.abc import Sequence

from PySide6.QtCore import QRect, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QWidget

from app.views import safe_text
from app.views.theme import GRID, Role, colours, scaled, set_shown, tabular
from app.views.widgets.typed_fields import format_duration

STEPS = (1200, 2400, 3600)
"""Seconds at which a CCM month reaches its next code; a complex month's are 3600, 5400 and so on."""


class ThresholdBar(QWidget):
    """A filled bar with marks, and words beside it: `18:40 · 1:20 to 20 min`."""

    def __init__(self, steps: Sequence[int] = STEPS, *, name: str = "threshold_bar", show_words: bool = True) -> None:
        """Mark `steps`, in seconds, ascending."""
        super().__init__()
        self.setObjectName(name)
        self._bar = _Bar(tuple(steps))
        self._words = safe_text.label("", name=f"{name}_words", wrap=False)
        set_shown(self._words, shown=show_words)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(GRID)
        layout.addWidget(self._bar, 1)
        layout.addWidget(self._words)
        self.show_seconds(0)

    def show_seconds(self, seconds: int, steps: Sequence[int] | None = None) -> None:
        """Show a month total of `seconds`, and other steps if the month is of another kind."""
        marks = self._bar.steps if steps is None else tuple(steps)
        words = threshold_words(seconds, marks)
        if (seconds, marks, words) == (self._bar.seconds, self._bar.steps, self._words.text()):
            return
        self._bar.seconds, self._bar.steps = seconds, marks
        self._words.setFont(tabular(self.font()))
        self._words.setText(words)
        self.setAccessibleName(words)
        self._bar.update()

    @property
    def seconds(self) -> int:
        """The total shown."""
        return self._bar.seconds


class _Bar(QWidget):
    def __init__(self, steps: tuple[int, ...]) -> None:
        super().__init__()
        self.steps = steps
        self.seconds = 0
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        return QSize(20 * GRID, self.fontMetrics().height() + scaled(GRID) + GRID)

    def minimumSizeHint(self) -> QSize:
        return QSize(12 * GRID, self.sizeHint().height())

    def paintEvent(self, _event: QPaintEvent) -> None:
        paint_bar(QPainter(self), self.rect(), self.seconds, self.steps)


def threshold_words(seconds: int, steps: Sequence[int] = STEPS) -> str:
    """Return `18:40 · 1:20 to 20 min`, or only the total when every step is reached."""
    following = next((step for step in steps if seconds < step), None)
    if following is None:
        return format_duration(seconds)
    return f"{format_duration(seconds)} · {format_duration(following - seconds)} to {following // 60} min"


def paint_bar(
    painter: QPainter, rect: QRect, seconds: int, steps: Sequence[int] = STEPS, *, numbers: bool = True
) -> None:
    """Paint the bar in `rect`, with the steps' minutes below their marks if `numbers`. For item delegates too."""
    shown = colours()
    last = steps[-1]
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    thick = scaled(GRID)
    font = painter.font()
    font.setPointSizeF(font.pointSizeF() * 0.85)
    painter.setFont(font)
    below = painter.fontMetrics().height() + 2 if numbers else 0
    top = rect.y() + max((rect.height() - thick - below) // 2, 0)
    margin = painter.fontMetrics().horizontalAdvance(str(last // 60)) / 2 + 1 if numbers else 1
    track = QRectF(rect.x() + 1, top, rect.width() - 1 - margin, thick)
    painter.setPen(QPen(shown.of(Role.BORDER), 1))
    painter.setBrush(shown.of(Role.MUTED_SOFT))
    painter.drawRoundedRect(track, 3, 3)
    filled = track.width() * min(max(seconds, 0), last) / last
    reached = seconds >= steps[0]
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(shown.of(Role.READY if reached else Role.ACCENT))
    painter.drawRoundedRect(QRectF(track.x(), track.y(), filled, track.height()), 3, 3)
    for step in steps:
        at = track.x() + track.width() * step / last
        painter.setPen(QPen(shown.of(Role.TEXT if seconds >= step else Role.MUTED), 2))
        painter.drawLine(int(at), top - 2, int(at), top + thick + 2)
        if numbers:
            words = str(step // 60)
            half = painter.fontMetrics().horizontalAdvance(words) / 2 + 1
            painter.drawText(
                QRectF(at - half, top + thick + 3, 2 * half, below), int(Qt.AlignmentFlag.AlignCenter), words
            )
    painter.restore()
