"""The enrolment pipeline: who is in, who waits for a consent, who is out, and why."""

from collections import Counter
from datetime import date

from sqlalchemy import func, select

from app.models import Consent, Enrolment, Patient
from app.rules.report import Chart, Figure, Report, ReportColumn, ReportTable, Series, rate, totals_of
from app.services.figures.look import Look, Who
from app.services.figures.words import month_words

LONG_PENDING_DAYS = 14
_STATES = {"": "Not asked yet", "enrolled": "Enrolled", "pending": "Consent pending"}
_STATES |= {"declined": "Declined", "stopped": "Stopped", "died": "Died"}
_PENDING = (
    ReportColumn("patient", "Patient", share=26),
    ReportColumn("practitioner", "Practitioner", share=22),
    ReportColumn("owner", "Calls", share=18),
    ReportColumn("since", "Enrolled since", "day", share=13),
    ReportColumn("days", "Days waiting", "count", share=11),
    ReportColumn("why", "Why", share=22),
)
_REASONS = (
    ReportColumn("what", "State", share=18),
    ReportColumn("reason", "Reason", share=50),
    ReportColumn("patients", "Patients", "count", share=12),
)


def enrolment(look: Look) -> Report:
    """Return each patient's state at the month's end, or now while it runs."""
    until = min(look.wanted.first.last, look.today)
    who, staff = look.patients(), look.staff()
    rows = {row.patient_id: row for row in look.session.scalars(select(Enrolment))}
    died = {row.id: row.died_on for row in look.session.execute(select(Patient.id, Patient.died_on))}
    consents = _consents(look, until)
    counted: Counter[str] = Counter()
    reasons: Counter[tuple[str, str]] = Counter()
    pending: list[tuple[Who, date | None, str]] = []
    began = ended = 0
    for each in who.values():
        row = rows.get(each.patient_id)
        state = _state(row, died.get(each.patient_id), until)
        if state == "enrolled" and row is not None:
            why = _wanting(consents.get(each.patient_id), each.npi, until)
            if why:
                state = "pending"
                pending.append((each, row.ccm_started_on, why))
            began += row.ccm_started_on is not None and look.wanted.first.contains(row.ccm_started_on)
        if state in ("declined", "stopped") and row is not None:
            reasons[state, row.ended_reason.strip() or "No reason on record"] += 1
            ended += row.ended_on is not None and look.wanted.first.contains(row.ended_on)
        counted[state] += 1
    asked = sum(counted[state] for state in _STATES if state not in ("", "died"))
    enrolled = counted["enrolled"] + counted["pending"]
    waiting = tuple(
        (
            each.name,
            each.practitioner,
            staff.get(each.owner_id or 0),
            since.isoformat() if since else None,
            max(0, (until - since).days) if since else None,
            why,
        )
        for each, since, why in sorted(pending, key=lambda one: (one[1] or date.max, one[0].sort_name))
    )
    long = sum(isinstance(row[4], int) and row[4] > LONG_PENDING_DAYS for row in waiting)
    listed = [state for state in _STATES if counted[state]]
    by_reason = tuple((_STATES[state], reason, many) for (state, reason), many in reasons.most_common())
    return Report(
        look.kind.key,
        look.kind.title,
        f"{month_words(look.wanted.first)}, as of {until:%m/%d/%Y}",
        notes=("Declining and stopping are counted by the last word on record; earlier ones are in the audit trail.",),
        figures=(
            Figure("Enrolled with consent", counted["enrolled"]),
            Figure("Consent pending", counted["pending"], tone="warn" if counted["pending"] else ""),
            Figure(f"Pending over {LONG_PENDING_DAYS} days", long, tone="block" if long else ""),
            Figure("Began this month", began),
            Figure("Left this month", ended),
            Figure("Of those asked, enrolled", rate(enrolled, asked), "rate"),
        ),
        charts=(
            Chart(
                "Patients by state",
                "bar",
                "count",
                tuple(_STATES[state] for state in listed),
                (Series("Patients", tuple(counted[state] for state in listed)),),
            ),
        ),
        tables=(
            ReportTable(
                "Consent pending",
                _PENDING,
                waiting,
                about=tuple(
                    each.patient_id
                    for each, _, _ in sorted(pending, key=lambda one: (one[1] or date.max, one[0].sort_name))
                ),
                empty="No consent is pending.",
            ),
            ReportTable(
                "Declined and stopped",
                _REASONS,
                by_reason,
                totals=totals_of(_REASONS, by_reason),
                empty="Nobody declined or stopped.",
            ),
        ),
        names_patients=bool(waiting),
    )


def _state(row: Enrolment | None, died_on: date | None, until: date) -> str:
    if died_on is not None and died_on <= until:
        return "died"
    if row is None:
        return ""
    if row.status == "enrolled" or (row.ended_on is not None and row.ended_on > until):
        return "enrolled" if row.ccm_started_on is None or row.ccm_started_on <= until else ""
    return row.status


def _wanting(consent: Consent | None, npi: str, until: date) -> str:
    """Return what is wanting in the consent, in words; empty when it is whole."""
    if consent is None:
        return "No consent on record"
    if consent.revoked_on is not None and consent.revoked_on <= until:
        return "Consent was revoked"
    told = (
        consent.told_availability,
        consent.told_cost_sharing,
        consent.told_one_practitioner,
        consent.told_right_to_stop,
    )
    if not all(told):
        return "Not all four things were told"
    return "" if not npi or consent.practitioner_npi == npi else "Consent names another practitioner"


def _consents(look: Look, until: date) -> dict[int, Consent]:
    newest = select(func.max(Consent.id)).where(Consent.given_on <= until).group_by(Consent.patient_id)
    return {row.patient_id: row for row in look.session.scalars(select(Consent).where(Consent.id.in_(newest)))}
