"""The audit trail as a report, and the accounting of disclosures that is read from it."""

import json
from collections import Counter
from collections.abc import Mapping, Sequence

from sqlalchemy import Select, func, or_, select

from app.models import AuditEvent, Packet
from app.rules.report import Chart, Figure, Report, ReportColumn, ReportTable, Series, Value
from app.services.audit_words import event_in_words
from app.services.figures.kinds import ALL_PAGES, PURPOSES_ASKED
from app.services.figures.leavings import Patients, concerns, leaving_of, may_be_leaving, number_of
from app.services.figures.look import Look, Who
from app.services.figures.words import plain, short_month, span_words
from app.services.patient_rows import ids_of

PAGE = 500
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


def audit(look: Look) -> Report:
    """Return one page of the trail, the newest first."""
    query = _searched(look, _of_months(look))
    number = look.session.scalar(select(func.count()).select_from(query.subquery())) or 0
    refused = look.session.scalar(select(func.count()).select_from(query.where(AuditEvent.outcome != "ok").subquery()))
    page = query.order_by(AuditEvent.seq.desc())
    if look.wanted.page != ALL_PAGES:
        page = page.limit(PAGE).offset(look.wanted.page * PAGE)
    found = look.session.scalars(page)
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
                "The trail holds no patient's text: it says what was done, by whom, about whom, and which records "
                "changed. Each event is bound to the one before it; Settings › Check proves that none was changed or "
                "taken out."
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
    query = _of_months(look).where(AuditEvent.outcome == "ok", may_be_leaving())
    asked = _patients_found(look)
    packets = {
        row.packet_no: row.patient_id for row in look.session.execute(select(Packet.packet_no, Packet.patient_id))
    }
    rows: list[tuple[Value, ...]] = []
    about: list[int | None] = []
    for event in look.session.scalars(query.order_by(AuditEvent.seq.desc())):
        left = leaving_of(event, json.loads(event.detail), packets)
        if left is None or (asked is not None and not concerns(left.patients, asked)):
            continue
        one = event.patient_id or (asked and next(iter(asked)) if asked and len(asked) == 1 else None)
        rows.append(
            (
                event.seq,
                look.local(event.at),
                left.what,
                left.form,
                _about_words(who, event.patient_id, left.patients),
                people.get(event.actor_id) or event.actor,
                PURPOSES_ASKED.get(left.purpose, plain(left.purpose)),
            )
        )
        about.append(one if one in who else None)
    part = slice(None)
    if look.wanted.page != ALL_PAGES:
        part = slice(look.wanted.page * PAGE, (look.wanted.page + 1) * PAGE)
    by_form = Counter(str(row[3]) for row in rows)
    forms = [form for form, _ in by_form.most_common()]
    return Report(
        look.kind.key,
        look.kind.title,
        _page_words(look, len(rows)),
        notes=(
            (
                "Every copy that left the encrypted file is listed, also those for treatment, payment and the "
                "clinic's own operations, which 45 CFR 164.528(a)(1) leaves out of what must be accounted for to a "
                "patient. Encrypted backups are not copies that can be read, and are not listed. To whom a paper was "
                "given afterwards is not known to CareLoop: write it down where you hand it over. A patient may ask "
                "for six years."
            ),
        ),
        figures=(Figure("Copies", len(rows)), *(Figure(form, by_form[form]) for form in forms[:4])),
        charts=_forms_chart(rows),
        tables=(
            ReportTable(
                "Copies that left",
                _LEFT,
                tuple(rows[part]),
                about=tuple(about[part]),
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


def _about_words(who: Mapping[int, Who], patient_id: int | None, patients: Patients) -> str:
    if patient_id is not None:
        return _named(who, patient_id) or "A patient no longer on record"
    number = number_of(patients)
    if not number:
        return "Nobody by name" if patients is not None else "Several patients"
    return "1 patient" if number == 1 else f"{number:,} patients"


def _named(who: Mapping[int, Who], patient_id: int | None) -> str | None:
    found = who.get(patient_id or 0)
    return found.name if found is not None else None


def _page_words(look: Look, number: int) -> str:
    span = span_words(look.wanted.first, look.wanted.last)
    if number <= PAGE or look.wanted.page == ALL_PAGES:
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
