"""How a patient is called, on the chart's overview: risk tier, protocol and owner, and the panel that changes them."""

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QObject, Signal

from app.rules.cadence import CadenceTable
from app.services.cadence import CadenceForm, Owner, PatientCadence
from app.services.local_words import WEEKDAYS
from app.views.chart.frame import ChartFrame
from app.views.form_panel import FormPanel, Values
from app.views.patients.standing import joined
from app.views.tasks import Latest
from app.views.widgets import ChoiceField, DateField, Form, Tone, format_date

_NOBODY = 0


@dataclass(frozen=True, slots=True)
class _Read:
    cadence: PatientCadence
    table: CadenceTable
    owners: tuple[Owner, ...]


class HowCalled(QObject):
    """Reads how the patient is called. `read` carries it in words: text, tone, detail."""

    read = Signal(str, object, str)

    def __init__(self, frame: ChartFrame) -> None:
        """Read nothing yet."""
        super().__init__(frame.host)
        self._frame = frame
        self._reads = Latest(frame.context.tasks, self)
        self._now: _Read | None = None

    def refresh(self) -> None:
        """Read anew."""
        cadence, actor, patient_id = (
            self._frame.context.desk.cadence,
            self._frame.context.desk.actor,
            self._frame.patient_id,
        )
        self._reads.ask(
            lambda: _Read(cadence.of(actor, patient_id), cadence.table(actor), cadence.owners(actor)), self._on_read
        )

    def change(self) -> None:
        """Open the panel that changes it; the change can be taken back."""
        now, frame = self._now, self._frame
        if now is None:
            return
        frame.host.close_panel()
        if frame.host.is_open:
            return
        cadence, actor, patient_id = frame.context.desk.cadence, frame.context.desk.actor, frame.patient_id

        def save(values: Values) -> Callable[[], object]:
            form = CadenceForm(
                values["risk_tier"] or "", values["protocol"] or "", values["starts_on"], values["owner_id"] or None
            )
            return lambda: cadence.set_for(actor, patient_id, form)

        panel = FormPanel(frame.context, self._form(now), save, action=self.tr("Save"), name="cadence_form")
        panel.saved.connect(lambda after: self._on_saved(now.cadence, after))
        panel.cancelled.connect(frame.host.close_panel)
        frame.host.open_panel(self.tr("How the patient is called"), panel, may_close=panel.may_close)

    def _on_read(self, found: _Read) -> None:
        self._now = found
        cadence = found.cadence
        tier = next((row.title for row in found.table.tiers if row.key == cadence.form.risk_tier), "")
        own = self.tr("by the patient's own protocol") if cadence.form.protocol else tier
        whose = self.tr("{name}'s patient").format(name=cadence.owner) if cadence.owner else self.tr("Nobody's patient")
        due = ""
        if cadence.due_on is not None:
            day = f"{WEEKDAYS[cadence.due_on.weekday()]} {format_date(cadence.due_on)}"
            due = (self.tr("planned for {day}") if cadence.planned_on else self.tr("due {day}")).format(day=day)
        tone = Tone.NEUTRAL if cadence.form.risk_tier else Tone.WARN
        self.read.emit(joined((cadence.effective.title, own, due)), tone, whose)

    def _on_saved(self, before: PatientCadence, after: PatientCadence) -> None:
        desk, old, new = self._frame.context.desk, before.form, after.form
        self._frame.host.close_panel()
        if old == new:
            return
        if old.owner_id != new.owner_id:
            to = after.owner or self.tr("nobody in particular")
            name = self.tr("gave the patient to {name}").format(name=to)
        elif old.risk_tier != new.risk_tier:
            name = self.tr("changed the risk tier")
        else:
            name = self.tr("changed how the patient is called")
        patient_id = after.patient_id
        self._frame.context.undo.offer(name, lambda: desk.cadence.set_for(desk.actor, patient_id, old, instead_of=new))

    def _form(self, now: _Read) -> Form:
        form, stands = Form(), now.cadence.form
        protocols = {row.key: row.title for row in now.table.protocols.values()}
        tiers = [(row.key, f"{row.title} ({protocols[row.protocol].lower()})") for row in now.table.tiers]
        form.add("risk_tier", self.tr("Risk tier"), ChoiceField(tiers), required=True)
        as_tier = self.tr("As the risk tier says")
        form.add("protocol", self.tr("Protocol"), ChoiceField([("", as_tier), *protocols.items()]), required=True)
        people = [(row.person_id, f"{row.name} ({row.patients:,})") for row in now.owners]
        if stands.owner_id is not None and stands.owner_id not in dict(people):
            people.append((stands.owner_id, now.cadence.owner))
        owners = ChoiceField([(_NOBODY, self.tr("Nobody in particular")), *people])
        hint = self.tr("In brackets: how many patients each has.")
        form.add("owner_id", self.tr("Whose patient"), owners, required=True, hint=hint)
        counted = self.tr("Empty: from the day the program began for the patient.")
        form.add("starts_on", self.tr("Calls are counted from"), DateField(), hint=counted)
        form.fill(
            {
                "risk_tier": stands.risk_tier,
                "protocol": stands.protocol,
                "owner_id": stands.owner_id or _NOBODY,
                "starts_on": stands.starts_on,
            }
        )
        return form
