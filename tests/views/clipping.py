"""Whether everything on a screen has room for what it says."""

from PySide6.QtWidgets import QAbstractButton, QComboBox, QLabel, QLineEdit, QScrollArea, QWidget

SLACK = 2
"""Pixels a style's rounding may take."""


def clipped(screen: QWidget) -> list[str]:
    """Return each visible control of `screen` that is smaller than its words need, or that sticks out of what holds it.

    Labels made to end in an ellipsis are asked only for their own minimum; what is in a scroll area may lie outside its
    view.
    """
    found = []
    for widget in screen.findChildren(QWidget):
        if not widget.isVisible() or not isinstance(widget, QAbstractButton | QComboBox | QLabel | QLineEdit):
            continue
        if isinstance(widget.parentWidget(), QLineEdit):  # Qt places its own little icons
            continue
        needed = widget.minimumSizeHint()
        high = widget.heightForWidth(widget.width()) if widget.hasHeightForWidth() else needed.height()
        if widget.width() + SLACK < needed.width() or widget.height() + SLACK < high:
            found.append(f"{_name(widget)}: {widget.width()}x{widget.height()} for {needed.width()}x{high}")
        holder = widget.parentWidget()
        if holder is not None and not isinstance(holder.parentWidget(), QScrollArea):
            inside = holder.rect().adjusted(-SLACK, -SLACK, SLACK, SLACK)
            if not inside.contains(widget.geometry()):
                found.append(f"{_name(widget)} sticks out of {_name(holder)}")
    return found


def _name(widget: QWidget) -> str:
    words = widget.text() if isinstance(widget, QAbstractButton | QLabel) else ""
    return f"{type(widget).__name__} {widget.objectName()} {words!r}"
