"""The emergency kit's facts, from what is known where a recovery key is shown."""

from datetime import datetime

from app.rules.packet_facts import ClinicFacts
from app.rules.papers import EmergencyKit


def emergency_kit(
    clinic: str, time_zone: str, words: str, *, made_by: str, made_at: datetime, program_version: str
) -> EmergencyKit:
    """Return the kit of the clinic called `clinic`; `words` are the 24 of its recovery key."""
    return EmergencyKit(
        clinic=ClinicFacts(clinic, time_zone),
        words=tuple(words.split()),
        made_at=made_at.isoformat(timespec="seconds"),
        made_by=made_by,
        program_version=program_version,
    )
