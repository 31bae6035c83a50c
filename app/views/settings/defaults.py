"""The way back to what comes with the program, the same on every page of the settings."""

from collections.abc import Callable

from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import QPushButton

from app.views import safe_text
from app.views.icons import icon
from app.views.page_context import PageContext

Call = Callable[[], object]


def default_button(name: str, on_click: Callable[[], object]) -> QPushButton:
    """Return the button "Back to the default"."""
    return safe_text.button(
        _tr("Back to the default"),
        name=name,
        icon=icon("undo-2"),
        tip=_tr("What comes with the program holds again"),
        on_click=on_click,
    )


def do_with_undo(context: PageContext, name: str, step: Call, inverse: Call, done: Callable[[], object]) -> None:
    """Do a step, let it be taken back by its name, and then call `done`."""

    def on_done(_: object) -> None:
        context.undo.offer(name, inverse)
        done()

    context.tasks.run(step, on_done)


def _tr(words: str) -> str:
    return QCoreApplication.translate("Defaults", words)
