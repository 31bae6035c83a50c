"""What kinds of practitioner, settings and places are called on screen."""

from PySide6.QtCore import QCoreApplication

from app.services.clinic_settings import PLACES_OF_SERVICE


def kinds() -> list[tuple[str, str]]:
    """Return the kinds of billing practitioner: key and words."""
    return [
        ("physician", _tr("Physician (MD, DO)")),
        ("np", _tr("Nurse practitioner")),
        ("pa", _tr("Physician assistant")),
        ("cns", _tr("Clinical nurse specialist")),
        ("cnm", _tr("Certified nurse-midwife")),
        ("other", _tr("Other (may not bill chronic care management)")),
    ]


def settings() -> list[tuple[str, str]]:
    """Return where a practice may bill from: key and words."""
    return [
        ("office", _tr("Office or other non-facility")),
        ("facility", _tr("Hospital outpatient department or other facility")),
        ("rhc", _tr("Rural health clinic")),
        ("fqhc", _tr("Federally qualified health center")),
    ]


def places_of_service() -> list[tuple[str, str]]:
    """Return the places of service for claims: code and words."""
    return [(code, f"{code} · {words}") for code, words in PLACES_OF_SERVICE.items()]


def _tr(words: str) -> str:
    return QCoreApplication.translate("PracticeWords", words)
