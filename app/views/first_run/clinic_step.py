"""The clinic's name, its time zone, and where it is kept."""

import re
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QTimeZone
from PySide6.QtWidgets import QHBoxLayout

from app.rules.text import line_fault
from app.views import safe_text
from app.views.file_choice import ask_folder
from app.views.first_run.step import Step
from app.views.widgets import Form, TimeZoneCombo
from app.views.widgets.places import TIME_ZONES


class ClinicStep(Step):
    """What a clinic cannot be made without."""

    def __init__(self, clinics_folder: Path) -> None:
        """Offer to keep the clinic under `clinics_folder`."""
        super().__init__(
            "clinic_step",
            self.tr("Clinic"),
            self.tr("Your clinic"),
            self.tr(
                "Setting up takes a few minutes. Everything is kept in one encrypted folder on this computer, and"
                " nothing is sent anywhere."
            ),
        )
        self._parent = clinics_folder
        self.form = Form()
        self.name = self.form.add_line(
            "clinic_name",
            self.tr("Clinic's name"),
            required=True,
            hint=self.tr("As it is to stand on letters and packets"),
            check=lambda text: line_fault(text, 100),
        )
        self.zone = self.form.add("clinic_zone", self.tr("Time zone"), TimeZoneCombo(), required=True)
        here = bytes(QTimeZone.systemTimeZoneId().data()).decode()
        self.zone.set_value(here if here in dict(TIME_ZONES) else None)
        self.name.returnPressed.connect(self.submitted)
        self.form.edited.connect(self._show_folder)
        self._kept = safe_text.label("", "muted", name="clinic_folder", selectable=True)
        change = safe_text.button(self.tr("Change…"), name="clinic_folder_change", on_click=self._on_change)
        row = QHBoxLayout()
        row.addWidget(self._kept, 1)
        row.addWidget(change)
        self.body.addWidget(self.form)
        self.body.addLayout(row)
        self.body.addStretch(1)
        self._show_folder()

    @property
    def folder(self) -> Path:
        """Where the clinic will be kept: a folder that does not exist yet."""
        return unused_folder(self._parent, self.name.value() or "")

    def leave(self, go_on: Callable[[], object]) -> None:
        if self.form.check():
            go_on()

    def _show_folder(self) -> None:
        self._kept.setText(self.tr("Kept in {folder}").format(folder=self.folder))

    def _on_change(self) -> None:
        ask_folder(self, self.tr("Where to keep the clinic's folder"), self._on_chosen, start=self._parent)

    def _on_chosen(self, folder: Path) -> None:
        self._parent = folder
        self._show_folder()


def unused_folder(parent: Path, clinic: str) -> Path:
    """Return a folder under `parent` named for `clinic` that does not exist, with a number behind it if need be."""
    name = re.sub(r"[^\w -]", "", clinic).strip(" -")[:60] or "Clinic"
    folder, number = parent / name, 2
    while folder.exists():
        folder, number = parent / f"{name} {number}", number + 1
    return folder
