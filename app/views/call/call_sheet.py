"""What the call screen shows of a patient, gathered in one go on the database thread."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, time
from zoneinfo import ZoneInfo

from app.rules.call_time import OUTCOMES
from app.rules.care_plan import item_line
from app.services.call_rows import CallNow
from app.services.desk import Desk
from app.services.follow_up_rows import FollowUpRow
from app.services.note_sections import NoteSection
from app.services.notes import NoteRow
from app.services.overview import Overview
from app.services.patient_form import WEEKDAYS, ContactForm
from app.services.scripts import FilledScript
from app.views.call.note_form import NoteAids

OPENING = "opening"
"""The key of the script that begins a call (resources/scripts.toml)."""
MOST_NOTES = 3
GOALS = "goals"
"""The key of the plan's section of goals (resources/care_plan_sections.toml)."""


@dataclass(frozen=True, slots=True)
class CallSheet:
    """One patient, ready to be called. `spoken_name` is said to them; numbers are (kind, number as kept).

    `last_notes` are the newest three, `follow_ups` the open ones, `aids` what helps to write the note. `scripts` are
    filled for this patient. `next_days` are the days proposed for the next call, by outcome; `today` is
    the clinic's day. `zone` is the patient's, or the clinic's where theirs is not known. `goals` are the care plan's in
    force.
    """

    patient_id: int
    spoken_name: str
    born_on: date | None
    mrn: str
    language: str
    numbers: tuple[tuple[str, str], ...]
    contacts: tuple[ContactForm, ...]
    call_from: time | None
    call_until: time | None
    call_days: tuple[str, ...]
    zone: ZoneInfo
    own_zone: bool
    clinic_name: str
    clinic_zone: ZoneInfo
    caller: str
    overview: Overview
    goals: tuple[str, ...]
    medicines: tuple[str, ...]
    allergies: tuple[str, ...]
    last_notes: tuple[NoteRow, ...]
    follow_ups: tuple[FollowUpRow, ...]
    aids: NoteAids
    sections: tuple[NoteSection, ...]
    attempts_are_clerical: bool
    scripts: tuple[FilledScript, ...]
    next_days: Mapping[str, date | None]
    today: date

    @property
    def known_words(self) -> tuple[str, ...]:
        """Texts whose words are no mistakes in a note about this patient: names."""
        contacts = (f"{contact.name} {contact.relation}" for contact in self.contacts)
        return (self.spoken_name, self.clinic_name, self.caller, self.language, *contacts)

    @property
    def speaks_spanish(self) -> bool:
        """Whether the scripts are shown in Spanish beside English."""
        return self.language.casefold().startswith(("spanish", "español", "espanol")) or self.language == "es"

    def opening(self) -> FilledScript | None:
        """Return what is said first."""
        return next((script for script in self.scripts if script.key == OPENING), None)

    def may_ring(self, weekday: int, at: time) -> bool:
        """Whether a day (Monday is 0) and time of the patient's clock lie in their call window; no window is always."""
        if self.call_days and WEEKDAYS[weekday] not in self.call_days:
            return False
        if self.call_from is None or self.call_until is None:
            return True
        return self.call_from <= at < self.call_until


def read_sheet(desk: Desk, call: CallNow) -> CallSheet:
    """Read everything the call screen shows of the call's patient."""
    actor, patient_id = desk.actor, call.patient_id
    form = desk.patients.form(actor, patient_id)
    clinic = desk.clinic.clinic(actor)
    may_read = desk.opened.ledger.may(actor, "follow_up.read")
    medicines = [row for row in desk.chart.medications(actor, patient_id) if row.is_active]
    allergies = [row for row in desk.chart.allergies(actor, patient_id) if row.is_active]
    return CallSheet(
        patient_id=patient_id,
        spoken_name=" ".join(part for part in (form.prefix, form.given_name, form.family_name, form.suffix) if part),
        born_on=form.born_on,
        mrn=form.mrn,
        language=form.language,
        numbers=tuple(
            (kind, number) for kind, number in (("first", form.phone), ("second", form.phone_alternate)) if number
        ),
        contacts=form.contacts,
        call_from=form.call_from,
        call_until=form.call_until,
        call_days=form.call_days,
        zone=ZoneInfo(form.time_zone or clinic.time_zone),
        own_zone=bool(form.time_zone),
        clinic_name=clinic.name,
        clinic_zone=ZoneInfo(clinic.time_zone),
        caller=", ".join(part for part in (actor.name, actor.credential) if part),
        overview=desk.overviews.of(actor, patient_id),
        goals=_goals(desk, patient_id),
        medicines=tuple(_medicine(row.description, row.taken) for row in medicines),
        allergies=tuple(_medicine(row.description, row.reaction) for row in allergies),
        last_notes=desk.notes.of_patient(actor, patient_id, MOST_NOTES),
        follow_ups=desk.follow_ups.rows(actor, patient_id=patient_id) if may_read else (),
        aids=NoteAids(desk.notes.last_said(actor, patient_id), desk.phrases.filled(actor, patient_id)),
        sections=desk.clinic.note_sections(actor),
        attempts_are_clerical=desk.clinic.attempts_are_clerical(actor),
        scripts=desk.scripts.filled(actor, patient_id),
        next_days={outcome: desk.cadence.propose(actor, patient_id, outcome) for outcome in OUTCOMES},
        today=desk.opened.ledger.clock.now().astimezone(ZoneInfo(clinic.time_zone)).date(),
    )


def _goals(desk: Desk, patient_id: int) -> tuple[str, ...]:
    """Return the goals of the newest plan that was signed here."""
    signed = next((row for row in desk.care_plans.versions(desk.actor, patient_id) if row.version is not None), None)
    if signed is None:
        return ()
    sections = desk.care_plans.version(desk.actor, signed.plan_id).sections
    goals = next((section for section in sections if section.key == GOALS), None)
    if goals is None:
        return ()
    written = (" ".join(goals.text.split()),) if goals.text.strip() else ()
    return (*(item_line(goals, item) for item in goals.items), *written)


def _medicine(description: str, detail: str) -> str:
    return f"{description} – {detail}" if detail else description
