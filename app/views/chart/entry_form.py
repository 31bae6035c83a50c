"""Time typed in or corrected: the day and the clock's times, what was done, and why it is entered by hand."""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from PySide6.QtCore import QCoreApplication

from app.services.entry_rows import EntryRow
from app.services.people import PersonRow
from app.services.time_entries import EntryForm
from app.views.call.words import activities
from app.views.form_panel import Values
from app.views.widgets import CheckField, ChoiceField, DateField, Form, LineField, TimeField

_CONTACTS = (
    ("reached", "Somebody was reached"),
    ("attempt", "Tried, nobody was reached"),
    ("none", "No contact: work on the chart"),
)
_USED_FOR = (
    ("visit", "A visit"),
    ("rpm", "Remote patient monitoring"),
    ("rtm", "Remote therapeutic monitoring"),
    ("bhi", "Behavioral health integration"),
    ("tcm", "Transitional care management"),
    ("pcm", "Principal care management"),
    ("chi", "Community health integration"),
    ("pin", "Principal illness navigation"),
    ("acp", "Advance care planning"),
)


def contact_words(contact: str) -> str:
    """Return whether somebody was reached, in a word."""
    words = {"reached": _tr("Reached"), "attempt": _tr("Tried"), "none": ""}
    return words.get(contact, contact)


def entry_form(row: EntryRow | None, people: Sequence[PersonRow], today: date, zone: ZoneInfo) -> Form:
    """Return the form of a new entry (`people` may have done the work, the first one is signed in), or of `row`."""
    form = Form()
    form.add("day", _tr("Day"), DateField(latest=today), required=True)
    form.add("start", _tr("From"), TimeField(), required=True)
    form.add("end", _tr("To"), TimeField(), required=True)
    if row is None:
        form.add(
            "person_id",
            _tr("Who did the work"),
            ChoiceField([(each.id, each.name) for each in people]),
            required=True,
            hint=_tr("Time of somebody else is marked on the packet"),
        )
    form.add("activity", _tr("Activity"), ChoiceField(list(activities())), required=True)
    form.add("contact", _tr("Contact"), ChoiceField([(key, _tr(words)) for key, words in _CONTACTS]), required=True)
    form.add_text("note", _tr("What was done"), lines=3)
    form.add(
        "used_for",
        _tr("Already used for another service"),
        ChoiceField([(key, _tr(words)) for key, words in _USED_FOR], empty=_tr("No")),
    )
    form.add("works_in_us", "", CheckField(_tr("Worked within the United States"), name="works_in_us"))
    why = _tr("Why it is entered by hand") if row is None else _tr("Why it is changed")
    form.add("reason", why, LineField(max_length=600), required=True)
    if row is None:
        me = people[0].id if people else None
        form.fill({"day": today, "activity": "patient_call", "contact": "none", "works_in_us": True, "person_id": me})
    else:
        start, end = row.start.astimezone(zone), row.end.astimezone(zone)
        form.fill(
            {
                "day": start.date(),
                "start": _minute(start),
                "end": _minute(end),
                "activity": row.activity,
                "contact": row.contact,
                "note": row.note,
                "used_for": row.used_for,
                "works_in_us": row.works_in_us,
            }
        )
    return form


def entry_of(values: Values, row: EntryRow | None, zone: ZoneInfo) -> EntryForm:
    """Return the service's form. Untouched times keep their seconds; an end before the start is the next day."""
    start = datetime.combine(values["day"], values["start"], tzinfo=zone)
    end = datetime.combine(values["day"], values["end"], tzinfo=zone)
    if end <= start:
        end = datetime.combine(values["day"] + timedelta(days=1), values["end"], tzinfo=zone)
    if row is not None:
        start = _kept(start, row.start.astimezone(zone))
        end = _kept(end, row.end.astimezone(zone))
    return EntryForm(
        start=start,
        end=end,
        activity=values["activity"],
        contact=values["contact"],
        note=values["note"] or "",
        works_in_us=values["works_in_us"],
        used_for=values["used_for"],
        person_id=values.get("person_id"),
    )


def _kept(typed: datetime, before: datetime) -> datetime:
    return before if typed == before.replace(second=0, microsecond=0) else typed


def _minute(moment: datetime) -> time:
    return time(moment.hour, moment.minute)


def _tr(words: str) -> str:
    return QCoreApplication.translate("EntryForm", words)
