"""The words and tones of a patient's record: standing in the programme, age, coverage, days."""

from collections.abc import Sequence
from datetime import date, datetime

from PySide6.QtCore import QCoreApplication

from app.services.patients import PatientRow
from app.views.widgets import Tone, format_date, format_time

_STANDINGS = {
    "enrolled": ("Enrolled", Tone.READY),
    "declined": ("Declined", Tone.NEUTRAL),
    "stopped": ("Stopped", Tone.WARN),
    "": ("Not enrolled", Tone.INFO),
}
_SEXES = (("female", "Female"), ("male", "Male"), ("other", "Other"), ("unknown", "Not known"))
_COVERAGES = (
    ("part_b", "Medicare Part B"),
    ("medicare_advantage", "Medicare Advantage"),
    ("none", "No Medicare Part B"),
)
_DAYS = (
    ("mon", "Mon"),
    ("tue", "Tue"),
    ("wed", "Wed"),
    ("thu", "Thu"),
    ("fri", "Fri"),
    ("sat", "Sat"),
    ("sun", "Sun"),
)


def standing_words(status: str) -> str:
    """Return a standing as the chip says it; empty is a patient who was never asked."""
    return _tr(_STANDINGS[status][0])


def standing_tone(status: str) -> Tone:
    """Return the chip's tone."""
    return _STANDINGS[status][1]


def sexes() -> list[tuple[str, str]]:
    """Return the choices of sex."""
    return [(value, _tr(words)) for value, words in _SEXES]


def coverages() -> list[tuple[str, str]]:
    """Return the choices of Medicare coverage."""
    return [(value, _tr(words)) for value, words in _COVERAGES]


def coverage_words(coverage: str) -> str:
    """Return a coverage in words."""
    return dict(coverages()).get(coverage, coverage)


def weekdays() -> list[tuple[str, str]]:
    """Return the days of the week with their short names, Monday first."""
    return [(value, _tr(words)) for value, words in _DAYS]


def born_words(row: PatientRow) -> str:
    """Return a birth date with the age, or with the day of death."""
    if row.died_on is not None:
        return _tr("{born}, died {died}").format(born=format_date(row.born_on), died=format_date(row.died_on))
    return f"{format_date(row.born_on)} ({row.age})"


def born_or_died(row: PatientRow) -> str:
    """Return a birth date with the age, or that the patient has died."""
    about = _tr("died") if row.died_on is not None else str(row.age)
    return f"{format_date(row.born_on)} ({about})"


def practitioner_words(row: PatientRow) -> str:
    """Return the practitioner's name, or "NPI …" of one known by that alone."""
    return f"NPI {row.practitioner}" if row.practitioner.isdigit() else row.practitioner


def day_words(day: date | None) -> str:
    """Return a day as MM/DD/YYYY, or that there is none."""
    return _tr("not recorded") if day is None else format_date(day)


def moment_words(at: datetime) -> str:
    """Return an instant of the clinic's clock as MM/DD/YYYY h:mm AM."""
    return f"{format_date(at.date())} {format_time(at.time())}"


def joined(parts: Sequence[str]) -> str:
    """Return the parts that say something, with dots between them."""
    return " · ".join(part for part in parts if part)


def _tr(words: str) -> str:
    return QCoreApplication.translate("Standing", words)
