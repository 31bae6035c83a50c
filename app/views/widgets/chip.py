"""A chip: icon, word and colour say one state three times."""

from enum import StrEnum

from PySide6.QtCore import QPointF, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QFontMetrics, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from app.views.icons import pixmap
from app.views.theme import GRID, Role, colours, scaled


class Tone(StrEnum):
    """What a state means to the person looking: the colour follows from it."""

    NEUTRAL = "neutral"
    INFO = "info"
    READY = "ready"
    WARN = "warn"
    BLOCK = "block"


_ROLES = {
    Tone.NEUTRAL: (Role.MUTED, Role.MUTED_SOFT, "circle"),
    Tone.INFO: (Role.ACCENT, Role.ACCENT_SOFT, "info"),
    Tone.READY: (Role.READY, Role.READY_SOFT, "circle-check"),
    Tone.WARN: (Role.WARN, Role.WARN_SOFT, "triangle-alert"),
    Tone.BLOCK: (Role.BLOCK, Role.BLOCK_SOFT, "octagon-x"),
}


class Chip(QWidget):
    """Shows one state, for example Ready, Short 3:20 or Blocked 2. The word is also its accessible name."""

    def __init__(self, text: str, tone: Tone = Tone.NEUTRAL, *, icon: str = "", name: str = "chip") -> None:
        """Show `text` in `tone`; `icon` names another icon than the tone's own."""
        super().__init__()
        self.setObjectName(name)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.show_state(text, tone, icon=icon)

    def show_state(self, text: str, tone: Tone, *, icon: str = "") -> None:
        """Change what is shown."""
        self._text, self._tone, self._icon = text, tone, icon
        self.setAccessibleName(text)
        self.updateGeometry()
        self.update()

    @property
    def text(self) -> str:
        """The word shown."""
        return self._text

    @property
    def tone(self) -> Tone:
        """The meaning shown."""
        return self._tone

    def sizeHint(self) -> QSize:
        return chip_size(self._text, self.fontMetrics())

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        paint_chip(painter, self.rect(), self._text, self._tone, self._icon)


def chip_size(text: str, metrics: QFontMetrics) -> QSize:
    """Return the size of a chip with `text` in pixels."""
    side = scaled(2 * GRID)
    height = max(metrics.height() + GRID, side + GRID)
    return QSize(side + 3 * GRID + metrics.horizontalAdvance(text), height)


def paint_chip(painter: QPainter, rect: QRect, text: str, tone: Tone, icon: str = "") -> None:
    """Paint a chip at the left of `rect`, shortened with an ellipsis where it must. For item delegates too."""
    strong, soft, own_icon = _ROLES[tone]
    shown = colours()
    size = chip_size(text, painter.fontMetrics())
    width, height = min(size.width(), rect.width()), min(size.height(), rect.height())
    body = QRectF(rect.x() + 0.5, rect.y() + (rect.height() - height) // 2 + 0.5, width - 1, height - 1)
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(shown.of(strong), 1))
    painter.setBrush(shown.of(soft))
    painter.drawRoundedRect(body, body.height() / 2, body.height() / 2)
    side = scaled(2 * GRID)
    ratio = painter.device().devicePixelRatioF()
    top = body.y() + (body.height() - side) / 2
    painter.drawPixmap(QPointF(body.x() + GRID - 0.5, top), pixmap(icon or own_icon, strong, side, ratio))
    left = body.x() + side + 1.5 * GRID
    room = QRectF(left, body.y(), body.right() - GRID - left + 1, body.height())
    fitted = painter.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, int(room.width()) + 1)
    painter.setPen(shown.of(strong))
    painter.drawText(room, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, fitted)
    painter.restore()
