"""For whom the clinic bills."""

from collections.abc import Callable, Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QVBoxLayout

from app.services.desk import Desk
from app.services.practitioners import PractitionerRow
from app.views import safe_text
from app.views.field_faults import show_faults
from app.views.first_run.step import Step
from app.views.icons import icon
from app.views.practitioner_form import PractitionerFields
from app.views.tasks import Tasks
from app.views.theme import GRID
from app.views.widgets import buttons_row


class PractitionersStep(Step):
    """One form, saved for each practitioner; those saved stand above it."""

    def __init__(self, tasks: Tasks, desk: Callable[[], Desk]) -> None:
        """Save through the clinic that `desk` gives."""
        super().__init__(
            "practitioners_step",
            self.tr("Practitioners"),
            self.tr("Billing practitioners"),
            self.tr("Those under whose NPI chronic care management is billed. More can be added later: Settings."),
        )
        self._tasks = tasks
        self._desk = desk
        self._go_on: Callable[[], object] | None = None
        self._saved: tuple[str, ...] = ()
        self._listed = QVBoxLayout()
        self._listed.setSpacing(GRID // 2)
        self.form = PractitionerFields(())
        self.add_button = safe_text.button(
            self.tr("Add this one, then another"), name="practitioner_add", icon=icon("plus"), on_click=self._on_add
        )
        self.body.addLayout(self._listed)
        self.body.addWidget(self.form)
        self.body.addLayout(buttons_row(self.add_button))
        self.body.addStretch(1)
        for key in ("name", "credential", "npi", "taxonomy"):
            self.form.field(key).returnPressed.connect(self.submitted)

    def enter(self) -> None:
        desk = self._desk()
        self._tasks.run(lambda: _read(desk), self._on_read)

    def leave(self, go_on: Callable[[], object]) -> None:
        if not self.form.is_dirty:
            go_on()
        elif self.form.check():
            self._go_on = go_on
            self._save()

    def _on_add(self) -> None:
        if self.form.check():
            self._go_on = None
            self._save()

    def _on_read(self, found: tuple[Sequence[PractitionerRow], Sequence[tuple[int, str]]]) -> None:
        rows, people = found
        self.form.field("person_id").offer(people)
        if rows:
            self._list([row.shown for row in rows])
        elif not self.form.is_dirty:
            actor = self._desk().actor
            own = actor.credential.upper().replace(".", "")
            if own in _BILLERS:
                me = {"name": actor.name, "credential": actor.credential, "kind": _BILLERS[own]}
                self.form.fill({**me, "person_id": actor.person_id})
                self.form.field("npi").setFocus(Qt.FocusReason.OtherFocusReason)

    def _on_saved(self, rows: Sequence[PractitionerRow]) -> None:
        self.set_ready(ready=True)
        self.add_button.setEnabled(True)
        self.banner.show_text("")
        self._list([row.shown for row in rows])
        self.form.fill(dict.fromkeys(("name", "credential", "npi", "taxonomy", "person_id")))
        go_on, self._go_on = self._go_on, None
        if go_on is not None:
            go_on()
        else:
            self.form.field("name").setFocus(Qt.FocusReason.OtherFocusReason)

    def _on_failed(self, error: Exception) -> None:
        self.set_ready(ready=True)
        self.add_button.setEnabled(True)
        self.banner.show_text(show_faults(self.form, error), "block")

    def _save(self) -> None:
        desk, form = self._desk(), self.form.practitioner()
        self.set_ready(ready=False)
        self.add_button.setEnabled(False)

        def save() -> Sequence[PractitionerRow]:
            desk.practitioners.add(desk.actor, form)
            return desk.practitioners.rows(desk.actor)

        self._tasks.run(save, self._on_saved, self._on_failed)

    def _list(self, names: Sequence[str]) -> None:
        for name in names[len(self._saved) :]:
            words = self.tr("Added: {name}").format(name=name)
            self._listed.addWidget(safe_text.label(words, "strong", name="practitioner_saved"))
        self._saved = tuple(names)


# Whose own credential says that they bill: the form begins with them.
_BILLERS = {"MD": "physician", "DO": "physician", "NP": "np", "PA": "pa", "CNS": "cns", "CNM": "cnm"}


def _read(desk: Desk) -> tuple[Sequence[PractitionerRow], Sequence[tuple[int, str]]]:
    people = [(row.id, row.name) for row in desk.people.rows(desk.actor) if row.is_active and row.can_sign_in]
    return desk.practitioners.rows(desk.actor), people
