"""The audit trail as a report, and the accounting of disclosures that is read from it."""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, func, or_, select

from app.models import AuditEvent, Packet
from app.rules.report import Chart, Figure, Report, ReportColumn, ReportTable, Series, Value, in_ranges
from app.services.audit_words import event_in_words
from app.services.figures.kinds import PURPOSES_ASKED
from app.services.figures.look import Look, Who
from app.services.figures.words import plain, short_month, span_words
from app.services.patient_rows import ids_of

PAGE = 500
REPORT_LEFT = "report.export"
_AUDIT = (
    ReportColumn("seq", "No.", "count", share=7),
    ReportColumn("at", "When", "moment", share=16),
    ReportColumn("who", "Who", share=16),
    ReportColumn("what", "What was done", share=34),
    ReportColumn("patient", "Patient", share=18),
    ReportColumn("records", "Records", share=30),
)
_LEFT = (
    ReportColumn("seq", "No.", "count", share=7),
    ReportColumn("at", "When", "moment", share=15),
    ReportColumn("what", "What left", share=30),
    ReportColumn("form", "As", share=10),
    ReportColumn("patient", "About", share=20),
    ReportColumn("who", "By", share=15),
    ReportColumn("purpose", "Why", share=20),
)


@dataclass(frozen=True, slots=True)
class _Leaving:
    """An action by which a copy leaves: its facts hold `fact` (of one of the values, if any are named)."""

    action: str
    fact: str
    what: str
    form: str
    purpose: str
    values: tuple[str, ...] = ()


_LEAVING = (
    _Leaving("month.make", "paper", "Draft of a month’s packet", "PDF", "operations"),
    _Leaving("month.make", "made", "Month’s packets", "PDF", "payment"),
    _Leaving("readiness.read", "paper", "Readiness report, all patients of the month", "PDF", "operations"),
    _Leaving("call_sheet.print", "paper", "Call sheet", "PDF", "treatment"),
    _Leaving("case.export", "month", "A month as a case for the rules", "JSON", "operations"),
    _Leaving("care_plan.read", "event", "Care plan", "PDF", "treatment", ("print",)),
    _Leaving("care_plan.draft", "event", "Care plan", "PDF", "treatment", ("print",)),
    _Leaving("note.file", "event", "Call note, copied for the EHR", "Clipboard", "treatment", ("copy",)),
)


def audit(look: Look) -> Report:
    """Return one page of the trail, the newest first."""
    query = _searched(look, _of_months(look))
    number = look.session.scalar(select(func.count()).select_from(query.subquery())) or 0
    refused = look.session.scalar(select(func.count()).select_from(query.where(AuditEvent.outcome != "ok").subquery()))
    found = look.session.scalars(query.order_by(AuditEvent.seq.desc()).limit(PAGE).offset(look.wanted.page * PAGE))
    who, people = look.patients(everybody=True), look.staff()
    rows, about = [], []
    for event in found:
        said = event_in_words(event, look.clinic.time_zone, look.action_names, people)
        rows.append((said.number, said.at, said.actor, said.action, _named(who, event.patient_id), said.detail or None))
        about.append(event.patient_id if event.patient_id in who else None)
    return Report(
        look.kind.key,
        look.kind.title,
        _page_words(look, number),
        notes=(
            (
                "The trail holds no patient's text: it says what was done, by whom, about whom, and which "
                "records changed. "
                "Each event is bound to the one before it; Settings › Check proves that none was changed or taken out."
            ),
        ),
        figures=(
            Figure("Events", number),
            Figure("Refused", refused or 0, tone="warn" if refused else ""),
        ),
        charts=_by_time(look, query),
        tables=(ReportTable("Events", _AUDIT, tuple(rows), about=tuple(about), empty="Nothing of the kind was done."),),
        names_patients=any(each is not None for each in about),
    )


def disclosures(look: Look) -> Report:
    """Return every copy that left the encrypted file, the newest first; of one patient where `text` names one."""
    who, people = look.patients(everybody=True), look.staff()
    actions = {each.action for each in _LEAVING} | {REPORT_LEFT}
    query = _of_months(look).where(AuditEvent.outcome == "ok", AuditEvent.action.in_(sorted(actions)))
    asked = _patients_found(look)
    packets = {
        row.packet_no: row.patient_id for row in look.session.execute(select(Packet.packet_no, Packet.patient_id))
    }
    rows: list[tuple[Value, ...]] = []
    about: list[int | None] = []
    for event in look.session.scalars(query.order_by(AuditEvent.seq.desc())):
        facts = json.loads(event.detail)
        left = _left(event, facts)
        if left is None:
            continue
        patients = _patients_of(event, facts, packets)
        if asked is not None and not _concerns(patients, asked):
            continue
        what, form, purpose = left
        one = event.patient_id or (asked and next(iter(asked)) if asked and len(asked) == 1 else None)
        rows.append(
            (
                event.seq,
                look.local(event.at),
                what,
                form,
                _about_words(who, event.patient_id, patients),
                people.get(event.actor_id) or event.actor,
                PURPOSES_ASKED.get(purpose, plain(purpose)),
            )
        )
        about.append(one if one in who else None)
    first = look.wanted.page * PAGE
    by_form = Counter(str(row[3]) for row in rows)
    forms = [form for form, _ in by_form.most_common()]
    return Report(
        look.kind.key,
        look.kind.title,
        _page_words(look, len(rows)),
        notes=(
            (
                "Every copy that left the encrypted file is listed, also those for treatment, payment and the "
                "clinic's own "
                "operations, which 45 CFR 164.528(a)(1) leaves out of what must be accounted for to a patient. "
                "Encrypted "
                "backups are not copies that can be read, and are not listed. To whom a paper was given "
                "afterwards is not "
                "known to CareLoop: write it down where you hand it over. A patient may ask for six years."
            ),
        ),
        figures=(Figure("Copies", len(rows)), *(Figure(form, by_form[form]) for form in forms[:4])),
        charts=_forms_chart(rows),
        tables=(
            ReportTable(
                "Copies that left",
                _LEFT,
                tuple(rows[first : first + PAGE]),
                about=tuple(about[first : first + PAGE]),
                empty="No copy left in this time.",
            ),
        ),
        names_patients=bool(rows),
    )


def _of_months(look: Look) -> Select[AuditEvent]:
    return select(AuditEvent).where(AuditEvent.at >= look.begins, AuditEvent.at < look.over)


def _searched(look: Look, query: Select[AuditEvent]) -> Select[AuditEvent]:
    """Keep events by a person, and those whose patient or whose words the text finds."""
    if look.wanted.person_id is not None:
        query = query.where(AuditEvent.actor_id == look.wanted.person_id)
    text = look.wanted.text.strip()
    if not text:
        return query
    actions = [key for key, said in look.action_names.items() if text.casefold() in said.casefold()]
    patients = _patients_found(look) or set()
    return query.where(or_(AuditEvent.action.in_(actions), AuditEvent.patient_id.in_(sorted(patients))))


def _patients_found(look: Look) -> set[int] | None:
    """Return the patients that the text finds: by record number, or by name for who may see names; None: no text."""
    text = look.wanted.text.strip()
    if not text:
        return None
    number = text.upper().removeprefix("P-").lstrip("0")
    if text.upper().startswith("P-") and number.isdecimal():
        return {int(number)}
    if not look.may_name:
        return set()
    return set(look.session.scalars(ids_of(text, "all", "name")))


def _left(event: AuditEvent, facts: Mapping[str, Any]) -> tuple[str, str, str] | None:
    """Return what left, in which form and why; None when nothing did."""
    if event.action == REPORT_LEFT:
        form = {"print": "Print"}.get(str(facts.get("form")), str(facts.get("form", "")).upper())
        return str(facts.get("title", "Report")), form, str(facts.get("purpose", "operations"))
    for each in _LEAVING:
        held = facts.get(each.fact)
        if event.action == each.action and held and (not each.values or held in each.values):
            return _what(each, facts), each.form, each.purpose
    return None


def _what(leaving: _Leaving, facts: Mapping[str, Any]) -> str:
    month = facts.get("month")
    return f"{leaving.what}, {month}" if isinstance(month, str) else leaving.what


def _patients_of(
    event: AuditEvent, facts: Mapping[str, Any], packets: Mapping[str, int]
) -> set[int] | str | int | None:
    """Return whom a copy is about: ids, ids in ranges, only their number, or None where nothing says."""
    if event.patient_id is not None:
        return {event.patient_id}
    numbers = [*facts.get("made", ()), *facts.get("printed_again", ())]
    if numbers:
        return {packets[number] for number in numbers if number in packets}
    held = facts.get("patients")
    return held if isinstance(held, str | int) else None


def _concerns(patients: set[int] | str | int | None, asked: set[int]) -> bool:
    """Whether a copy is, or may be, about one of those asked for."""
    if isinstance(patients, set):
        return not patients.isdisjoint(asked)
    if isinstance(patients, str):
        return any(in_ranges(each, patients) for each in asked)
    return bool(asked)  # a copy about many, of whom nothing says who they were


def _about_words(who: Mapping[int, Who], patient_id: int | None, patients: set[int] | str | int | None) -> str:
    if patient_id is not None:
        return _named(who, patient_id) or "A patient no longer on record"
    if isinstance(patients, str):
        number = sum(
            int(part.partition("-")[2] or part.partition("-")[0]) - int(part.partition("-")[0]) + 1
            for part in patients.split(",")
            if part
        )
    elif isinstance(patients, set):
        number = len(patients)
    else:
        number = patients or 0
    if not number:
        return "Nobody by name" if patients is not None else "Several patients"
    return "1 patient" if number == 1 else f"{number:,} patients"


def _named(who: Mapping[int, Who], patient_id: int | None) -> str | None:
    found = who.get(patient_id or 0)
    return found.name if found is not None else None


def _page_words(look: Look, number: int) -> str:
    span = span_words(look.wanted.first, look.wanted.last)
    if number <= PAGE:
        return span
    first = look.wanted.page * PAGE
    return f"{span}, {first + 1:,} to {min(first + PAGE, number):,} of {number:,}"


def _by_time(look: Look, query: Select[AuditEvent]) -> tuple[Chart, ...]:
    """Return how many events each day had, or each month where there are more."""
    instants = look.session.scalars(query.with_only_columns(AuditEvent.at))
    is_one = look.wanted.first == look.wanted.last
    counted = Counter(str(look.day(at))[: 10 if is_one else 7] for at in instants)
    if not counted:
        return ()
    if is_one:
        keys = sorted(counted)
        places = tuple(key[8:].lstrip("0") for key in keys)
    else:
        keys = [str(month) for month in look.wanted.months]
        places = tuple(short_month(month) for month in look.wanted.months)
    title = "Events by day of the month" if is_one else "Events by month"
    return (Chart(title, "bar", "count", places, (Series("Events", tuple(counted[key] for key in keys)),)),)


def _forms_chart(rows: Sequence[tuple[Value, ...]]) -> tuple[Chart, ...]:
    counted = Counter(str(row[6]) for row in rows)
    if not counted:
        return ()
    names = tuple(name for name, _ in counted.most_common())
    return (
        Chart("Copies by reason", "bar", "count", names, (Series("Copies", tuple(counted[name] for name in names)),)),
    )
