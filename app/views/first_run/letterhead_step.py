"""What stands at the head of the clinic's papers and on its claims."""

from collections.abc import Callable
from dataclasses import replace

from app.services.desk import Desk
from app.views.clinic_form import ClinicFields
from app.views.field_faults import show_faults
from app.views.first_run.step import Step
from app.views.tasks import Tasks


class LetterheadStep(Step):
    """Address, telephone, taxpayer number, NPI. All of it may wait."""

    def __init__(self, tasks: Tasks, desk: Callable[[], Desk]) -> None:
        """Save through the clinic that `desk` gives."""
        super().__init__(
            "letterhead_step",
            self.tr("Letterhead"),
            self.tr("Letterhead and billing numbers"),
            self.tr("They stand on care plans and month-end packets. What you do not have at hand can wait: Settings."),
        )
        self._tasks = tasks
        self._desk = desk
        self.form = ClinicFields(with_name=False)
        self.body.addWidget(self.form)
        self.body.addStretch(1)
        self._go_on: Callable[[], object] = lambda: None

    def leave(self, go_on: Callable[[], object]) -> None:
        if not self.form.check():
            return
        self._go_on = go_on
        desk, clinic = self._desk(), self.form.clinic()
        self.set_ready(ready=False)

        def save() -> None:
            stands = desk.clinic.clinic(desk.actor)
            desk.clinic.edit_clinic(desk.actor, replace(clinic, name=stands.name, time_zone=stands.time_zone))

        self._tasks.run(save, self._on_saved, self._on_failed)

    def _on_saved(self, _: object) -> None:
        self.set_ready(ready=True)
        self.banner.show_text("")
        self._go_on()

    def _on_failed(self, error: Exception) -> None:
        self.set_ready(ready=True)
        self.banner.show_text(show_faults(self.form, error), "block")
