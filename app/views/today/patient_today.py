"""What the card beside the queue shows of a patient, gathered in one go on the database thread."""

from dataclasses import dataclass
from datetime import date
from zoneinfo import ZoneInfo

from app.rules.reachability import Reachability
from app.services.cadence import PatientCadence
from app.services.desk import Desk
from app.services.escalations import EscalationRow
from app.services.follow_up_rows import FollowUpRow
from app.services.notes import NoteRow
from app.services.promises import PromiseRow


@dataclass(frozen=True, slots=True)
class PatientToday:
    """What is open about one patient. `promises` are those that still ask for a call, the next one first.

    `zone` is the clinic's, in which the card tells days and times.
    """

    patient_id: int
    today: date
    zone: ZoneInfo
    reachability: Reachability
    cadence: PatientCadence
    promises: tuple[PromiseRow, ...]
    follow_ups: tuple[FollowUpRow, ...]
    escalations: tuple[EscalationRow, ...]
    last_note: NoteRow | None


def read_patient_today(desk: Desk, patient_id: int, zone: ZoneInfo) -> PatientToday:
    """Read everything the card shows."""
    actor = desk.actor
    notes = desk.notes.of_patient(actor, patient_id, 1)
    promises = [row for row in desk.promises.of_patient(actor, patient_id) if row.is_open]
    return PatientToday(
        patient_id=patient_id,
        today=desk.opened.ledger.clock.now().astimezone(zone).date(),
        zone=zone,
        reachability=desk.reachability.of(actor, patient_id),
        cadence=desk.cadence.of(actor, patient_id),
        promises=tuple(sorted(promises, key=lambda row: row.from_at)),
        follow_ups=desk.follow_ups.rows(actor, patient_id=patient_id),
        escalations=desk.escalations.rows(actor, patient_id=patient_id),
        last_note=notes[0] if notes else None,
    )
