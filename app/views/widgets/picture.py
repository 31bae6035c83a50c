"""An icon on its own, beside the words that say the same."""

from PySide6.QtCore import QSize
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from app.views.icons import pixmap
from app.views.theme import Role, fit_scale, scaled


class Picture(QWidget):
    """Draws one icon in a role's colour, following theme and text scale; assistive tools read the words beside it."""

    def __init__(self, name: str = "", role: Role = Role.TEXT, size: int = 20) -> None:
        """Draw the icon `name`, `size` pixels square at 100 % text; nothing without a name."""
        super().__init__()
        self._name, self._role, self._size = name, role, size
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        fit_scale(self, self.updateGeometry)

    def show_icon(self, name: str, role: Role) -> None:
        """Draw another icon."""
        self._name, self._role = name, role
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(scaled(self._size), scaled(self._size))

    def paintEvent(self, _event: QPaintEvent) -> None:
        if self._name:
            side = min(self.width(), self.height())
            QPainter(self).drawPixmap(0, 0, pixmap(self._name, self._role, side, self.devicePixelRatioF()))
