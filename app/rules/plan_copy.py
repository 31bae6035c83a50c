"""Copies of a care plan as values: the patient's own, in plain words and their language, and other software's."""

from dataclasses import dataclass

from app.rules.care_plan import SectionText
from app.rules.packet_facts import ClinicFacts, Making, PatientFacts, PractitionerFacts
from app.rules.readability import Language, ease_in_spanish, grade

SIXTH_GRADE = 6.9
"""Sixth grade to its end: what health papers for everyone are written at (AHRQ, NIH: sixth grade or below)."""
FAIRLY_EASY = 70.0
"""Fernández Huerta's lower bound of texts that read fairly easily, his sixth grade."""


@dataclass(frozen=True, slots=True)
class SaidLine:
    """A sentence of the patient's copy. `whom`: 911, 988, clinic or a name; `is_translated`: it is in the language."""

    text: str
    whom: str = ""
    is_translated: bool = True


@dataclass(frozen=True, slots=True)
class PatientCopy:
    """The patient's copy of a plan's version: what I do, what my clinic does, when to call and whom.

    `medicines` are name and how it is taken. `version` None is a draft.
    """

    clinic: ClinicFacts
    patient: PatientFacts
    making: Making
    language: Language
    version: int | None
    signed_on: str | None
    practitioner: str
    after_hours_phone: str
    i_do: tuple[SaidLine, ...]
    clinic_does: tuple[SaidLine, ...]
    call: tuple[SaidLine, ...]
    medicines: tuple[tuple[str, str], ...]

    @property
    def is_empty(self) -> bool:
        """Whether the plan has no sentence for its patient."""
        return not (self.i_do or self.clinic_does or self.call)


@dataclass(frozen=True, slots=True)
class CopyReading:
    """How a patient's copy reads: `level` is a school grade in English, an ease from 0 to 100 in Spanish.

    `hard` are the sentences that read harder than they should, `untranslated` those printed in English instead.
    """

    language: Language
    level: float
    is_easy: bool
    hard: tuple[str, ...]
    untranslated: tuple[str, ...]


def said_lines(section: SectionText | None, language: Language) -> tuple[SaidLine, ...]:
    """Return a section's sentences in a language; where one has no Spanish, its English, marked as such."""
    made = []
    for item in section.items if section is not None else ():
        english, spanish = item.get("what", "").strip(), item.get("es", "").strip()
        text = spanish if language == "es" and spanish else english
        if text:
            made.append(SaidLine(text, item.get("whom", "").strip(), language == "en" or bool(spanish)))
    return tuple(made)


def reading_of(copy: PatientCopy) -> CopyReading:
    """Return how a copy reads, sentence by sentence and as a whole."""
    lines = (*copy.i_do, *copy.clinic_does, *copy.call)
    said = [line.text for line in lines if line.is_translated]
    whole = " ".join(text if text.endswith((".", "!", "?")) else f"{text}." for text in said)
    level = grade(whole) if copy.language == "en" else ease_in_spanish(whole)
    return CopyReading(
        language=copy.language,
        level=level,
        is_easy=_is_easy(whole, copy.language, 0),
        hard=tuple(text for text in said if not _is_easy(text, copy.language, 2)),
        untranslated=tuple(line.text for line in lines if not line.is_translated),
    )


@dataclass(frozen=True, slots=True)
class ChartCondition:
    """A condition as other software is told of it; `code_system` is icd10, snomed or none."""

    ref: str
    code_system: str
    code: str
    description: str
    onset_on: str | None


@dataclass(frozen=True, slots=True)
class ChartMedicine:
    """A medicine taken now; `rxnorm` empty where it is not known."""

    ref: str
    description: str
    rxnorm: str
    directions: str
    prescriber: str


@dataclass(frozen=True, slots=True)
class ChartAllergy:
    """An allergy that is there now."""

    ref: str
    description: str
    reaction: str
    kind: str
    severity: str


@dataclass(frozen=True, slots=True)
class PlanExport:
    """A version of a care plan with what it speaks of, to be written for other software.

    `refs` are unique within the clinic; `clinic_ref` makes them unique among clinics.
    """

    clinic_ref: str
    clinic: ClinicFacts
    patient: PatientFacts
    practitioner: PractitionerFacts | None
    plan_ref: str
    version: int | None
    is_in_force: bool
    signed_at: str | None
    made_at: str
    sections: tuple[SectionText, ...]
    conditions: tuple[ChartCondition, ...]
    medicines: tuple[ChartMedicine, ...]
    allergies: tuple[ChartAllergy, ...]


def _is_easy(text: str, language: Language, leeway: int) -> bool:
    """A single sentence may be two grades harder than the whole: short ones are measured roughly."""
    if language == "en":
        return grade(text) <= SIXTH_GRADE + leeway
    return ease_in_spanish(text) >= FAIRLY_EASY - 10 * leeway
