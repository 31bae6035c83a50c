"""The first thing a person sees: which clinic to open, or how to begin."""

from pathlib import Path

from PySide6.QtCore import Signal

from app.views import safe_text
from app.views.gate import Gate
from app.views.icons import icon
from app.views.theme import GRID, Role
from app.views.widgets import ProgressPanel


class Welcome(Gate):
    """Offers the clinic opened last, another one, a new one, the demo clinic, and a backup to restore.

    Every button asks its owner through a signal; `last_requested` carries the folder.
    """

    last_requested = Signal(object)
    browse_requested = Signal()
    create_requested = Signal()
    demo_requested = Signal()
    restore_requested = Signal()

    def __init__(self, last: Path | None) -> None:
        """Offer `last`, the folder of the clinic opened last on this computer, if there is one."""
        super().__init__(
            self.tr("Welcome to CareLoop") if last is None else self.tr("Welcome back"),
            self.tr(
                "Chronic care management for your clinic, on this computer alone: patients, calls, care plans, and the"
                " month-end packets. Nothing is ever sent anywhere."
            ),
            name="welcome",
        )
        self.progress = ProgressPanel(name="welcome_progress")
        first = last is None
        if last is not None:
            self.last_button = safe_text.button(
                self.tr("Open {clinic}").format(clinic=last.name),
                name="welcome_last",
                kind="primary",
                icon=icon("folder-open", Role.ON_ACCENT),
                tip=str(last),
                on_click=lambda: self.last_requested.emit(last),
            )
            self.body.addWidget(self.last_button)
        self.create_button = safe_text.button(
            self.tr("Set up a new clinic"),
            name="welcome_create",
            kind="primary" if first else "secondary",
            icon=icon("building-2", Role.ON_ACCENT if first else Role.TEXT),
            on_click=self.create_requested.emit,
        )
        self.browse_button = safe_text.button(
            self.tr("Open another clinic…") if last else self.tr("Open a clinic…"),
            name="welcome_browse",
            icon=icon("folder"),
            on_click=self.browse_requested.emit,
        )
        self.demo_button = safe_text.button(
            self.tr("Look around in the demo clinic"),
            name="welcome_demo",
            icon=icon("users"),
            on_click=self.demo_requested.emit,
        )
        self.restore_button = safe_text.button(
            self.tr("Restore a clinic from a backup…"),
            name="welcome_restore",
            kind="quiet",
            on_click=self.restore_requested.emit,
        )
        for button in (self.create_button, self.browse_button, self.demo_button):
            self.body.addWidget(button)
        self.body.addWidget(
            safe_text.label(
                self.tr("The demo clinic is made up: no real person is in it, and nothing you do there matters."),
                "small",
            )
        )
        self.body.addSpacing(GRID)
        self.body.addWidget(self.restore_button)
        self.foot.addWidget(self.progress)
