"""Lucide's line icons, tinted by role at the moment they are painted."""

from functools import lru_cache

from PySide6.QtCore import QByteArray, QPoint, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QIcon, QIconEngine, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer

from app.views.theme import RESOURCES, Role, colours


def icon(name: str, role: Role | str = Role.TEXT) -> QIcon:
    """Return the icon `resources/icons/<name>.svg` in the colour of `role`; it follows a change of theme by itself."""
    return QIcon(_TintedEngine(name, str(role)))


def pixmap(name: str, role: Role | str, size: int, ratio: float = 1.0) -> QPixmap:
    """Return the icon drawn `size` logical pixels square, for painting by hand at device pixel ratio `ratio`."""
    return _drawn(name, getattr(colours(), str(role)), size, ratio)


@lru_cache(maxsize=512)
def _drawn(name: str, colour: str, size: int, ratio: float) -> QPixmap:
    made = QPixmap(QSize(size, size) * ratio)
    made.setDevicePixelRatio(ratio)
    made.fill(Qt.GlobalColor.transparent)
    painter = QPainter(made)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    QSvgRenderer(_svg(name, colour)).render(painter, QRectF(0, 0, size, size))
    painter.end()
    return made


@lru_cache(maxsize=256)
def _svg(name: str, colour: str) -> QByteArray:
    text = (RESOURCES / "icons" / f"{name}.svg").read_text(encoding="utf-8")
    return QByteArray(text.replace("currentColor", colour).encode())


class _TintedEngine(QIconEngine):
    """Looks the colour up when painting, so one icon serves every theme."""

    def __init__(self, name: str, role: str) -> None:
        super().__init__()
        self._name = name
        self._role = role
        self._clones: list[QIconEngine] = []

    def paint(self, painter: QPainter, rect: QRect, mode: QIcon.Mode, state: QIcon.State) -> None:
        size = min(rect.width(), rect.height())
        at = QPoint(rect.x() + (rect.width() - size) // 2, rect.y() + (rect.height() - size) // 2)
        painter.drawPixmap(at, self._tinted(size, painter.device().devicePixelRatioF(), mode, state))

    def pixmap(self, size: QSize, mode: QIcon.Mode, state: QIcon.State) -> QPixmap:
        return self._tinted(min(size.width(), size.height()), 1.0, mode, state)

    def scaledPixmap(self, size: QSize, mode: QIcon.Mode, state: QIcon.State, scale: float) -> QPixmap:
        logical = round(min(size.width(), size.height()) / scale)
        return self._tinted(logical, scale, mode, state)

    def clone(self) -> QIconEngine:
        made = _TintedEngine(self._name, self._role)
        self._clones.append(made)  # Qt takes a bare pointer: Python must not collect it
        return made

    def _tinted(self, size: int, ratio: float, mode: QIcon.Mode, state: QIcon.State) -> QPixmap:
        is_chosen = state == QIcon.State.On or mode == QIcon.Mode.Selected
        role = Role.ON_SELECTED if is_chosen and self._role == Role.TEXT else self._role
        role = Role.MUTED if mode == QIcon.Mode.Disabled else role
        return pixmap(self._name, role, max(size, 1), ratio)
