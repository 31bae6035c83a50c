"""The CCM Readiness Review: the programme's four parts, answered from the clinic's own records where they can be."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import func, select

from app.models import AuditEvent, Charge, Escalation, FollowUp, Patient, Practitioner
from app.rules.identifiers import npi_is_valid
from app.rules.report import Chart, Figure, Part, Report, ReportColumn, ReportTable, Series, Tone
from app.services.clinic_calendar import cadence_table
from app.services.escalation_rules import escalation_rules
from app.services.figures.look import Look
from app.services.figures.words import month_words
from app.services.figures.worked import worked_in
from app.services.judging import Judged
from app.services.note_sections import note_sections

YES, NOT_YET, ASK = "Yes", "Not yet", "Ask yourselves"
PARTS = (
    "1. Patients and consent",
    "2. The care plan",
    "3. Follow-up and access",
    "4. Time, documentation and claims",
)
_COLUMNS = (
    ReportColumn("question", "Question", share=44),
    ReportColumn("answer", "Answer", share=13),
    ReportColumn("evidence", "From the record", share=43),
)
_TONES: tuple[tuple[str, Tone], ...] = ((YES, "ready"), (NOT_YET, "warn"), (ASK, "muted"))
_BLANK = "☐ yes   ☐ no     By whom: ____________________"


@dataclass(frozen=True, slots=True)
class _Answer:
    question: str
    answer: str
    evidence: str


def review(look: Look) -> Report:
    """Return the four parts, each question with its answer and what it rests on."""
    month = look.wanted.first
    judged = look.judged(month)
    by_part = (
        tuple(_patients(judged)),
        tuple(_plan(judged)),
        tuple(_access(look)),
        tuple(_claims(look, judged)),
    )
    answers = [answer for part in by_part for answer in part]
    counted = Counter(answer.answer for answer in answers)
    return Report(
        look.kind.key,
        look.kind.title,
        f"{month_words(month)}, {len(judged)} patients",
        notes=(
            *look.unknown_months(),
            (
                "Yes and Not yet are read from this clinic’s records of the month. Ask yourselves: no record can "
                "answer it; somebody who is responsible should, in writing."
            ),
        ),
        figures=(
            Figure("Yes", counted[YES], tone="ready"),
            Figure("Not yet", counted[NOT_YET], tone="warn" if counted[NOT_YET] else ""),
            Figure("To be answered by you", counted[ASK]),
        ),
        charts=(
            Chart(
                "Answers by part",
                "stacked",
                "count",
                PARTS,
                tuple(
                    Series(name, tuple(sum(one.answer == name for one in part) for part in by_part), tone)
                    for name, tone in _TONES
                ),
            ),
        ),
        parts=tuple(
            Part(
                title,
                table=ReportTable(title, _COLUMNS, tuple((one.question, one.answer, one.evidence) for one in part)),
            )
            for title, part in zip(PARTS, by_part, strict=True)
        ),
    )


def _patients(judged: list[Judged]) -> Iterator[_Answer]:
    yield _of_all(
        judged,
        "Has every enrolled patient two or more chronic conditions, expected to last 12 months and of significant "
        "risk?",
        ("COND_LT_2", "COND_DURATION_OR_RISK"),
    )
    yield _of_all(
        judged,
        "Is a consent on record for every enrolled patient, with all four things told, before the first minute?",
        ("NO_CONSENT", "CONSENT_INCOMPLETE", "CONSENT_AFTER_MONTH", "CONSENT_OTHER_PRACTITIONER"),
    )
    yield _of_all(
        judged,
        "Had every patient who needs one an initiating visit at which CCM was discussed?",
        ("INIT_VISIT_MISSING", "INIT_VISIT_CODE_INVALID", "INIT_VISIT_NOT_DISCUSSED"),
    )
    yield _of_all(judged, "Is every enrolled patient covered by Medicare Part B?", ("NO_PART_B",))
    yield _Answer("Are patients told what they may have to pay, in words they understand?", ASK, _BLANK)


def _plan(judged: list[Judged]) -> Iterator[_Answer]:
    yield _of_all(judged, "Has every enrolled patient a care plan that is signed?", ("PLAN_MISSING", "PLAN_UNSIGNED"))
    yield _of_all(judged, "Was a copy of the plan given to every patient or caregiver?", ("PLAN_COPY_NOT_GIVEN",))
    yield _of_all(judged, "Was every plan looked through within 12 months?", ("W_PLAN_STALE",))
    yield _Answer(
        "Can the plan be seen by everybody who furnishes care, in and outside the practice, in time?", ASK, _BLANK
    )


def _access(look: Look) -> Iterator[_Answer]:
    session = look.session
    phone = look.clinic.after_hours_phone
    yield _Answer(
        "Is there a number for urgent needs at any hour?",
        YES if phone else NOT_YET,
        "The clinic’s after-hours number is on record." if phone else "No after-hours number in Settings › Clinic.",
    )
    yield _Answer("Does who answers that number, at any hour, reach the care plan and a clinician?", ASK, _BLANK)
    who = [each for each in look.patients(everybody=True).values() if each.status == "enrolled"]
    without = sum(each.owner_id is None for each in who)
    yield _counted("Has every enrolled patient somebody whose patient they are?", without, len(who), "without an owner")
    tiers = {row.id: row.risk_tier for row in session.execute(select(Patient.id, Patient.risk_tier))}
    unjudged = sum(not tiers.get(each.patient_id) for each in who)
    protocols = ", ".join(f"{row.title}: {_protocol(look, row.protocol)}" for row in cadence_table(session).tiers)
    yield _counted("Is it judged for every patient how often they are to be called?", unjudged, len(who), "not judged")
    yield _Answer("Is a cadence written down?", YES, protocols)
    rules = escalation_rules(session)
    yield _Answer("Is it written down which symptoms are handed on, to whom and by when?", YES, f"{len(rules)} rules")
    late = session.scalar(select(func.count()).where(Escalation.status == "open", Escalation.due_at < look.now))
    yield _counted("Is every escalation answered in its time?", late or 0, None, "open beyond their time")
    overdue = session.scalar(select(func.count()).where(FollowUp.status == "open", FollowUp.due_on < look.today))
    yield _counted("Is every follow-up done by its day?", overdue or 0, None, "overdue now")


def _claims(look: Look, judged: list[Judged]) -> Iterator[_Answer]:
    session, month = look.session, look.wanted.first
    entries = worked_in(look, month)
    unconfirmed = sum(not each.confirmed for each in entries)
    late = sum(each.is_late for each in entries)
    yield _counted("Is every minute confirmed?", unconfirmed, len(entries), "entries not confirmed")
    yield _counted("Is time written within 72 hours of the work?", late, len(entries), "entries late")
    required = [section.title for section in note_sections(session) if section.required]
    yield _Answer(
        "Is there a standard for call notes?",
        YES if required else NOT_YET,
        f"Always asked for: {'; '.join(required)}" if required else "No part of the note is always asked for.",
    )
    yield _of_all(judged, "Is no month billed twice, or beside a service that excludes it?", _CONFLICTS)
    billers = list(session.scalars(select(Practitioner)))
    wrong = sum(not npi_is_valid(row.npi) for row in billers)
    yield _counted("Has every billing practitioner a valid NPI?", wrong, len(billers), "without a valid NPI")
    yield _Answer(
        "Are the clinic’s tax number and its charges set?",
        YES if look.clinic.tin and session.scalar(select(func.count(Charge.id))) else NOT_YET,
        f"Tax number {'set' if look.clinic.tin else 'missing'}; "
        f"{session.scalar(select(func.count(func.distinct(Charge.code)))) or 0} codes with a charge.",
    )
    backup = session.scalar(
        select(func.max(AuditEvent.at)).where(AuditEvent.action == "backup.make", AuditEvent.outcome == "ok")
    )
    is_fresh = backup is not None and (look.now - backup).days <= 7
    yield _Answer(
        "Is there a backup of the last seven days?",
        YES if is_fresh else NOT_YET,
        f"The last one is of {look.day(backup):%m/%d/%Y}." if backup else "No backup was made yet.",
    )
    yield _Answer("Does somebody look through the audit trail, and write down that they did?", ASK, _BLANK)
    yield _Answer(
        "Is the certified EHR used for what the rules ask of it (problems, medicines, allergies)?", ASK, _BLANK
    )


_CONFLICTS = (
    *("ALREADY_BILLED", "OTHER_BILLER", "PCM_SAME_PRACTITIONER", "APCM_SAME_MONTH", "G0181_G0182", "ESRD_MCP"),
)


def _of_all(judged: list[Judged], question: str, codes: tuple[str, ...]) -> _Answer:
    """Return yes where no patient's month has one of these blockers or warnings."""
    wanting = sum(not {*each.result.blockers, *each.result.warnings}.isdisjoint(codes) for each in judged)
    return _counted(question, wanting, len(judged), "wanting")


def _counted(question: str, wanting: int, of: int | None, what: str) -> _Answer:
    if of == 0:
        return _Answer(question, NOT_YET, "Nothing on record to answer it from.")
    whole = f" of {of:,}" if of is not None else ""
    return _Answer(question, NOT_YET if wanting else YES, f"{wanting:,}{whole} {what}.")


def _protocol(look: Look, key: str) -> str:
    return cadence_table(look.session).protocols[key].title.lower()
