"""Who a patient is: the whole record on one page, for a new patient or one that is there."""

from collections.abc import Callable, Sequence
from dataclasses import fields
from datetime import date
from functools import partial

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app.reports.wording import mbi_spaced
from app.rules.errors import ClinicError
from app.services.patient_form import PatientForm
from app.services.patients import PatientHit
from app.views import safe_text
from app.views.form_panel import FormPanel, Values
from app.views.page_context import PageContext
from app.views.patients.contacts_field import ContactsField, DaysField, KeptPhoneField, KeptStateCombo
from app.views.patients.standing import coverages, joined, sexes, standing_words, weekdays
from app.views.tasks import Latest
from app.views.theme import GRID, scaled
from app.views.widgets import (
    Card,
    DateField,
    Form,
    LineField,
    PageHeader,
    TimeField,
    TimeZoneCombo,
    format_date,
    page_layout,
)

_TELLING = ("given_name", "family_name", "born_on", "mbi")
"""Fields by which a patient who is there already is known."""
_SHOWN_DUPLICATES = 4
_LONGEST = 600
"""More than any stored text, so that a field never cuts one that is there."""


class PatientFormView(QWidget):
    """The record of a new patient, or of `patient_id`. `saved` carries the id; the view has closed by then."""

    saved = Signal(int)

    def __init__(self, context: PageContext, patient_id: int | None = None, focus: str = "") -> None:
        """Show the record and go to the field `focus`."""
        super().__init__()
        self.setObjectName("patient_form")
        self._context = context
        self._patient_id = patient_id
        self._focus = focus
        self._duplicates = Latest(context.tasks, self)
        self._accepted: frozenset[int] = frozenset()
        self.form = self._build_form()
        words = self.tr("Save patient") if patient_id is None else self.tr("Save changes")
        self.panel = FormPanel(context, self.form, self._save, action=words, name="patient_record")
        self._hits = QVBoxLayout()
        self.duplicates = Card(self.tr("Is it one of these?"), name="possible_duplicates")
        self.duplicates.body.addWidget(
            safe_text.label(self.tr("These patients are in the list already and may be the same person."), "muted")
        )
        self.duplicates.body.addLayout(self._hits)
        self.duplicates.hide()
        self.panel.above.addWidget(self.duplicates)
        title = self.tr("Add patient") if patient_id is None else self.tr("Patient record")
        self.panel.setMaximumWidth(scaled(84 * GRID))
        page = page_layout(self)
        page.addWidget(PageHeader(title, self.tr("Ctrl+S saves. Esc goes back; nothing is lost without asking.")))
        row = QHBoxLayout()
        row.addWidget(self.panel, 8)
        row.addStretch(1)
        page.addLayout(row, 1)
        self._wait = QTimer(self)
        self._wait.setSingleShot(True)
        self._wait.setInterval(400)
        self._wait.timeout.connect(self._on_waited)
        self.form.edited.connect(self._on_edited)
        self.panel.saved.connect(self._on_saved)
        self.panel.refused.connect(self._on_refused)
        self.panel.cancelled.connect(self._on_cancelled)
        if patient_id is None:
            self.form.fill({"coverage": "part_b"})
            self.setFocusProxy(self.form.field("family_name"))
        else:
            patients, actor = context.desk.patients, context.desk.actor
            context.tasks.run(lambda: patients.form(actor, patient_id), self._on_read)

    def may_leave(self) -> bool:
        """Whether nothing typed would be lost; asks otherwise."""
        return self.panel.may_close()

    def _on_read(self, record: PatientForm) -> None:
        values = {each.name: getattr(record, each.name) for each in fields(record)}
        self.form.fill(values | {"mbi": mbi_spaced(record.mbi)})
        self.panel.go_to(self._focus or "family_name")

    def _on_edited(self, key: str) -> None:
        if key in _TELLING:
            self._wait.start()

    def _on_waited(self) -> None:
        record = self._record(self.form.values())
        if not (record.family_name or record.given_name or record.mbi):
            self._show_duplicates([])
            return
        patients, actor = self._context.desk.patients, self._context.desk.actor
        self._duplicates.ask(lambda: patients.possible_duplicates(actor, record), self._show_duplicates)

    def _on_saved(self, patient_id: int) -> None:
        self._context.window.back()
        self.saved.emit(patient_id)

    def _on_refused(self, error: ClinicError) -> None:
        if isinstance(error, PerhapsTheSame):
            self._show_duplicates(error.hits)
            self._accepted = frozenset(hit.id for hit in error.hits)
            safe_text.set_button_text(self.panel.save_button, self.tr("Save as a new patient"))
            self.panel.area.ensureWidgetVisible(self.duplicates)

    def _on_cancelled(self) -> None:
        self._context.window.back()

    def _save(self, values: Values) -> Callable[[], int]:
        record = self._record(values)
        patients, actor = self._context.desk.patients, self._context.desk.actor
        patient_id, accepted = self._patient_id, self._accepted

        def keep() -> int:
            if patient_id is not None:
                patients.edit(actor, patient_id, record)
                return patient_id
            hits = patients.possible_duplicates(actor, record)
            if any(hit.id not in accepted for hit in hits):
                raise PerhapsTheSame(hits)
            return patients.add(actor, record)

        return keep

    def _show_duplicates(self, hits: Sequence[PatientHit]) -> None:
        others = [hit for hit in hits if hit.id != self._patient_id]
        while (item := self._hits.takeAt(0)) is not None:
            if (gone := item.widget()) is not None:
                gone.hide()
                gone.deleteLater()
        for hit in others[:_SHOWN_DUPLICATES]:
            self._hits.addWidget(self._hit_row(hit))
        if len(others) > _SHOWN_DUPLICATES:
            more = self.tr("and {n} more; search the list for them").format(n=len(others) - _SHOWN_DUPLICATES)
            self._hits.addWidget(safe_text.label(more, "small"))
        self.duplicates.setVisible(bool(others))

    def _hit_row(self, hit: PatientHit) -> QWidget:
        row = QWidget()
        line = QHBoxLayout(row)
        line.setContentsMargins(0, 0, 0, 0)
        mrn = self.tr("MRN {mrn}").format(mrn=hit.mrn) if hit.mrn else ""
        born = self.tr("born {day}").format(day=format_date(hit.born_on))
        words = joined((hit.name, born, mrn, standing_words(hit.status)))
        line.addWidget(safe_text.label(words, name=f"duplicate_{hit.id}"), 1)
        line.addWidget(
            safe_text.button(
                self.tr("Open chart"),
                name=f"duplicate_{hit.id}_open",
                kind="quiet",
                on_click=partial(self._context.open_chart, hit.id, "overview"),
            )
        )
        return row

    def _record(self, values: Values) -> PatientForm:
        """Return what is typed as the service takes it: an empty text where nothing is."""
        days = {"born_on", "died_on", "call_from", "call_until"}
        kept: Values = {key: value if value is not None or key in days else "" for key, value in values.items()}
        return PatientForm(**kept)

    def _build_form(self) -> Form:
        form = Form()
        form.add_heading(self.tr("Name and birth"))
        form.add_line("family_name", self.tr("Last name"), required=self._patient_id is None)
        form.add("given_name", self.tr("First name"), LineField(max_length=_LONGEST))
        form.add("prefix", self.tr("Title"), LineField(max_length=_LONGEST))
        form.add_line("suffix", self.tr("Suffix"), hint=self.tr("Jr., Sr., III"))
        form.add("born_on", self.tr("Date of birth"), DateField(earliest=date(1850, 1, 1)), required=True)
        form.add_choice("sex", self.tr("Sex"), sexes(), empty=self.tr("Not recorded"))
        form.add(
            "mrn", self.tr("MRN"), LineField(max_length=_LONGEST), hint=self.tr("The number of the clinic's own record")
        )
        if self._patient_id is not None:
            form.add("died_on", self.tr("Date of death"), DateField(earliest=date(1850, 1, 1)))
        form.add_heading(self.tr("Medicare"))
        form.add("mbi", self.tr("Medicare number (MBI)"), LineField(hint="1EG4-TE5-MK73", max_length=40))
        form.add_choice("coverage", self.tr("Coverage"), coverages(), required=True)
        form.add_heading(self.tr("Address and phones"))
        form.add("phone", self.tr("Phone"), KeptPhoneField())
        form.add("phone_alternate", self.tr("Other phone"), KeptPhoneField())
        form.add("address_line1", self.tr("Address"), LineField(max_length=_LONGEST))
        form.add("address_line2", self.tr("Apartment, unit"), LineField(max_length=_LONGEST))
        form.add("city", self.tr("City"), LineField(max_length=_LONGEST))
        form.add("state", self.tr("State"), KeptStateCombo())
        form.add("zip", self.tr("ZIP code"), LineField(max_length=_LONGEST))
        form.add_heading(self.tr("Calls"))
        form.add_line("language", self.tr("Language"), hint=self.tr("The language the patient wants to be called in"))
        form.add("time_zone", self.tr("Time zone"), TimeZoneCombo(empty=self.tr("As the clinic's")))
        form.add("call_from", self.tr("Best time to call: from"), TimeField())
        form.add("call_until", self.tr("until"), TimeField())
        form.add(
            "call_days",
            self.tr("Days to call"),
            DaysField(weekdays(), name="call_days"),
            hint=self.tr("None ticked: any day"),
        )
        form.add_heading(self.tr("Caregivers and relatives"))
        form.add("contacts", "", ContactsField())
        return form


class PerhapsTheSame(ClinicError):
    """Patients who are there already may be the one who is about to be added."""

    def __init__(self, hits: Sequence[PatientHit]) -> None:
        super().__init__("A patient who may be the same person is in the list already. Look at them, then save again.")
        self.hits = list(hits)
