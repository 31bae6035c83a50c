"""The end of setting up: where to go first."""

from PySide6.QtCore import Signal

from app.views import safe_text
from app.views.first_run.step import Step
from app.views.icons import icon
from app.views.theme import Role


class FinishStep(Step):
    """Offers the import of patients, or an empty start. `chosen` carries the page to begin with."""

    chosen = Signal(str)

    def __init__(self) -> None:
        """Make the step."""
        super().__init__(
            "finish_step",
            self.tr("Start"),
            self.tr("Your clinic is ready"),
            self.tr(
                "Bring your patients in from a spreadsheet or from your record system's files; every row that cannot be"
                " read is shown to you before anything is saved. Or begin with one patient by hand."
            ),
        )
        self.import_button = safe_text.button(
            self.tr("Import patients"),
            name="finish_import",
            kind="primary",
            icon=icon("upload", Role.ON_ACCENT),
            on_click=lambda: self.chosen.emit("import"),
        )
        self.start_button = safe_text.button(
            self.tr("Start with an empty list"),
            name="finish_start",
            icon=icon("users"),
            on_click=lambda: self.chosen.emit("patients"),
        )
        self.people_button = safe_text.button(
            self.tr("Add the others who work here"),
            name="finish_people",
            icon=icon("user-plus"),
            on_click=lambda: self.chosen.emit("settings"),
        )
        for button in (self.import_button, self.start_button, self.people_button):
            self.body.addWidget(button)
        self.body.addStretch(1)
