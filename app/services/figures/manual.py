"""The programme manual: how this clinic does chronic care management, from its own settings, as a written procedure."""

from collections.abc import Iterator

from sqlalchemy import func, select

from app.models import Enrolment, Patient, Person, Practitioner
from app.rules.cadence import WEEKDAYS, Protocol
from app.rules.month import Month
from app.rules.report import Part, Report, ReportColumn, ReportTable
from app.services.clinic_calendar import cadence_table
from app.services.escalation_rules import BILLER, EscalationRule, escalation_rules
from app.services.figures.look import Look
from app.services.figures.words import plain
from app.services.local_words import phone_in_words
from app.services.note_sections import note_sections
from app.services.scripts import Script, scripts_of
from app.services.staff import is_caller

_HOUR = 60
_KINDS = {
    "physician": "Physician",
    "np": "Nurse practitioner",
    "pa": "Physician assistant",
    "cns": "Clinical nurse specialist",
    "cnm": "Certified nurse-midwife",
    "other": "Other; cannot bill CCM",
}


def manual(look: Look) -> Report:
    """Return the procedure as it stands today; it holds no patient's data."""
    parts = (
        _who_we_are(look),
        _who_is_served(look),
        _cadence(look),
        _owners(look),
        _the_call(look),
        _escalations(look),
        *_scripts(look),
        _notes(look),
        _time(look),
        _month(),
        _records(),
    )
    return Report(
        look.kind.key,
        look.kind.title,
        f"{look.clinic.name}, as of {look.today:%m/%d/%Y}",
        notes=(
            (
                "Printed from the clinic’s settings of this day. What is changed there is changed here at the next "
                "print. Rules of payment change every year: they come with the program, each with its source."
            ),
        ),
        parts=tuple(
            Part(f"{number}. {part.title}", part.paragraphs, part.items, part.numbered, part.table)
            for number, part in enumerate(parts, 1)
        ),
    )


def _who_we_are(look: Look) -> Part:
    clinic = look.clinic
    day, night = phone_in_words(clinic.phone), phone_in_words(clinic.after_hours_phone)
    rows = tuple(
        (row.name or "Known by NPI only", row.credential or None, row.npi, _KINDS.get(row.kind, plain(row.kind)))
        for row in look.session.scalars(select(Practitioner).order_by(Practitioner.name, Practitioner.npi))
    )
    columns = (
        ReportColumn("name", "Billing practitioner", share=34),
        ReportColumn("credential", "Credential", share=16),
        ReportColumn("npi", "NPI", share=16),
        ReportColumn("kind", "Kind", share=20),
    )
    return Part(
        "Who is responsible",
        (
            (
                f"{clinic.name} furnishes chronic care management under the general supervision of the billing "
                "practitioners named here. They need not be in the building while staff call."
            ),
            f"Telephone {day or 'not set'}. For urgent needs at any hour: {night or 'not set (Settings › Clinic)'}.",
        ),
        table=ReportTable("Billing practitioners", columns, rows, empty="No billing practitioner is set up."),
    )


def _who_is_served(look: Look) -> Part:
    enrolled = look.session.scalar(select(func.count(Enrolment.id)).where(Enrolment.status == "enrolled")) or 0
    return Part(
        "Who is enrolled",
        (f"{enrolled:,} patients are enrolled today. Nobody is enrolled, called or counted before this is on record:",),
        (
            (
                "Two or more chronic conditions, expected to last at least 12 months or until death, that place the "
                "patient at significant risk."
            ),
            (
                "A visit with the billing practitioner at which CCM was discussed, for new patients and for those "
                "not seen within a year."
            ),
            (
                "The patient’s consent, after they were told four things: that the service is there, what it may "
                "cost them, that only one practitioner can bill it in a month, and that they can stop at any time."
            ),
            "A care plan, signed by the practitioner, and a copy given to the patient or their caregiver.",
        ),
        numbered=True,
    )


def _cadence(look: Look) -> Part:
    table = cadence_table(look.session)
    days = ", ".join(WEEKDAYS[number].capitalize() for number in sorted(table.weekdays))
    columns = (
        ReportColumn("tier", "Risk", share=30),
        ReportColumn("protocol", "Called", share=30),
        ReportColumn("early", "May be called early by", share=26),
    )
    rows = tuple(
        (tier.title, table.protocols[tier.protocol].title, _early(table.protocols[tier.protocol]))
        for tier in table.tiers
    )
    return Part(
        "How often patients are called",
        (
            (
                f"Calls are made on {days}, from {table.calls_from:%H:%M} to {table.calls_until:%H:%M} on the "
                f"patient’s "
                "own clock unless they named other hours. Holidays are in Settings."
            ),
            (
                "Clinical need comes first: escalations that were answered, promised calls in their window and overdue "
                f"clinical follow-ups stand before everything else. After a call in vain the next try is "
                f"{table.retry_after} working days later."
            ),
        ),
        table=ReportTable("Cadence by risk", columns, rows),
    )


def _early(protocol: Protocol) -> str | None:
    return f"{protocol.early_days} days" if protocol.early_days else None


def _owners(look: Look) -> Part:
    owned = look.session.execute(
        select(Patient.owner_id, func.count().label("patients"))
        .join(Enrolment, Enrolment.patient_id == Patient.id)
        .where(Enrolment.status == "enrolled")
        .group_by(Patient.owner_id)
    )
    counted = {row.owner_id: int(row.patients) for row in owned}
    people = [row for row in look.session.scalars(select(Person).order_by(Person.name)) if row.active]
    rows = tuple(
        (
            row.name,
            row.credential or None,
            ", ".join(look.role_names.get(role, role) for role in row.roles) or None,
            counted.get(row.id, 0) if is_caller(row) else None,
        )
        for row in people
    )
    columns = (
        ReportColumn("name", "Name", share=28),
        ReportColumn("credential", "Credential", share=14),
        ReportColumn("roles", "Roles", share=38),
        ReportColumn("patients", "Patients", "count", share=12),
    )
    without = counted.get(None, 0)
    said = f"{without:,} enrolled patients have nobody yet." if without else "Every enrolled patient has somebody."
    return Part(
        "Whose patient it is",
        (f"Each patient has one person who calls them and sees to what is open. {said}",),
        table=ReportTable("People", columns, rows),
    )


def _the_call(look: Look) -> Part:
    required = [section.title for section in note_sections(look.session) if section.required]
    return Part(
        "A call, step by step",
        (),
        (
            "Start the timer (F8) before dialing. It runs while somebody works for this patient, and for nobody else.",
            "Ask for the name and the date of birth before anything about health is said.",
            "Go through the plan: symptoms, medicines, goals, services, what was open since the last call.",
            "Hand on at once what the rules below say, and tell the patient what happens next.",
            "Agree on the next call. Write down follow-ups with an owner and a day.",
            f"Stop the timer (F8), choose the outcome, and write the note: {'; '.join(required) or 'all its parts'}.",
            "Time that was not timed is typed in with a reason, and stays marked as such for ever.",
        ),
        numbered=True,
    )


def _escalations(look: Look) -> Part:
    columns = (
        ReportColumn("symptom", "Symptom", share=20),
        ReportColumn("look_for", "Look for", share=30),
        ReportColumn("do_now", "Do at once", share=32),
        ReportColumn("to", "Hand on to", share=18),
        ReportColumn("by", "Answer within", share=14),
    )
    people = look.staff()
    rows = tuple(
        (
            rule.symptom + (" (emergency)" if rule.is_emergency else ""),
            rule.look_for or None,
            rule.do_now,
            people.get(rule.person_id or 0) or _to(look, rule),
            _within(rule),
        )
        for rule in escalation_rules(look.session)
    )
    return Part(
        "What is handed on, to whom and by when",
        ("In an emergency the patient calls 911, or we do while they stay on the line.",),
        table=ReportTable("Escalation rules", columns, rows),
    )


def _to(look: Look, rule: EscalationRule) -> str:
    return "The billing practitioner" if rule.to == BILLER else look.role_names.get(rule.to, rule.to)


def _within(rule: EscalationRule) -> str:
    if rule.minutes is None:
        return "The next working day"
    hours, minutes = divmod(rule.minutes, _HOUR)
    return f"{hours} h" if hours and not minutes else f"{rule.minutes} min"


def _scripts(look: Look) -> Iterator[Part]:
    for script in scripts_of(look.session):
        yield Part(f"To say: {script.title}", _script_words(script))


def _script_words(script: Script) -> tuple[str, ...]:
    return (script.when, f"English. {script.english}", f"Español. {script.spanish}")


def _notes(look: Look) -> Part:
    rows = tuple(
        (section.title, "Always" if section.required else "When there is something to say")
        for section in note_sections(look.session)
    )
    columns = (ReportColumn("part", "Part of the note", share=50), ReportColumn("when", "Written", share=30))
    return Part(
        "What a note says",
        ("Every reached call has a note of these parts, signed by who called. A signed note is amended, not changed.",),
        table=ReportTable("The note", columns, rows),
    )


def _time(look: Look) -> Part:
    today = Month.of(look.today)
    counted = sorted(plain(name) for name in look.book.for_month(today).counted_activities)
    return Part(
        "Which time counts",
        (
            f"These activities count: {', '.join(counted)}. Everything else is written down and does not count.",
            (
                "Seconds are summed and floored to whole minutes once; nothing is rounded up. One second of one "
                "person counts for one patient. Nobody makes a call longer for the sake of a threshold: patients who "
                "need more get more, and who needs less gets less."
            ),
        ),
    )


def _month() -> Part:
    return Part(
        "The month’s end",
        (),
        (
            "The board shows all month who is short, blocked or ready; whoever owns a missing thing mends it.",
            "After the last day the billing practitioner looks at each ready month and attests to it.",
            (
                "Packets and claims are made from what was attested to, once. Reopening needs a reason, and a second "
                "person where there is one."
            ),
            "What is not billed is listed with its reason.",
        ),
        numbered=True,
    )


def _records() -> Part:
    return Part(
        "Records and privacy",
        (),
        (
            "Everybody signs in as themselves. The screen locks by itself; a running call goes on.",
            (
                "Patients’ data stay in the encrypted file. A copy that leaves it is listed in the accounting of "
                "disclosures, with who made it, when and why."
            ),
            "Make a verified backup every day and keep it in two places; rehearse restoring it twice a year.",
            "Look through the audit trail every week (Reports, Audit trail) and write down that it was done.",
        ),
    )
