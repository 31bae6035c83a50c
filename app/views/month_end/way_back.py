"""The way back from a view that was opened from the board."""

from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import QPushButton

from app.views import safe_text
from app.views.icons import icon
from app.views.page_context import PageContext


def back_button(context: PageContext, name: str) -> QPushButton:
    """Return the quiet button "Back to the board" for a view's header; it does what Esc does."""
    return safe_text.button(
        QCoreApplication.translate("WayBack", "Back to the board"),
        name=name,
        kind="quiet",
        icon=icon("arrow-left", "accent"),
        tip=QCoreApplication.translate("WayBack", "Back to the board (Esc)"),
        on_click=context.window.back,
    )
