from datetime import timedelta
from zoneinfo import ZoneInfo

from app.rules.reachability import Attempt, Reachability, best_hours
from app.services.clinic_day import zone_of
from app.services.contact_log import contacts_between
from app.services.door import reads
from app.services.patients import patient_of
from app.storage.ledger import Ledger, Reading

LOOK_BACK = timedelta(days=365)
_WRONG_NUMBER = "wrong_number"


class ReachabilityOf:
    """The best hours to call somebody, worked out here from past calls and imported contacts."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger

    @reads("today.read")
    def of(self, reading: Reading, patient_id: int) -> Reachability:
        """Return when a patient answers, by the last year's calls on their own clock. Raises `NoSuchPatient`.

        Calls to a wrong number say nothing about them and are left out.
        """
        patient = patient_of(reading.session, patient_id)
        zone = ZoneInfo(patient.time_zone) if patient.time_zone else zone_of(reading.session)
        contacts = contacts_between(reading.session, reading.now - LOOK_BACK, reading.now, patient_id)
        return best_hours(
            Attempt(each.at.astimezone(zone).hour, each.answered)
            for each in contacts.get(patient_id, ())
            if each.outcome != _WRONG_NUMBER
        )
