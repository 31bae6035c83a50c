"""Calls and time: every entry of a month with what counts and why the rest does not, and the notes beside."""

from collections.abc import Callable
from typing import Any

from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QHBoxLayout, QVBoxLayout, QWidget

from app.rules.month import Month
from app.services.entry_rows import EntryRow
from app.services.notes import NoteRow
from app.services.overview import MonthGlance
from app.services.people import PersonRow
from app.services.time_entries import TimeEntries
from app.views import safe_text
from app.views.call.words import activity_words
from app.views.chart.days_view import DaysView
from app.views.chart.entry_form import contact_words, entry_form, entry_of
from app.views.chart.frame import ChartFrame
from app.views.chart.month_field import MonthField
from app.views.chart.notes_section import NotesSection
from app.views.chart.rows_section import RowAction, RowsSection
from app.views.chart.time_rows import (
    Judged,
    detail_words,
    how_words,
    judged_entries,
    label_words,
    start_words,
    state_tone,
    state_words,
)
from app.views.clinic_zone import clinic_today
from app.views.form_panel import Values
from app.views.patients.glance import verdict_words
from app.views.patients.standing import joined
from app.views.table import Column
from app.views.tasks import Latest
from app.views.theme import GRID, scaled, set_shown
from app.views.widgets import Banner, Card, Chip, Form, LineField, ThresholdBar, format_duration, scrolling

_NARROW = 120 * GRID
_Found = tuple[tuple[EntryRow, ...], MonthGlance, tuple[NoteRow, ...], list[PersonRow], dict[str, tuple[str, ...]]]


class TimeTab(QWidget):
    """The month's entries at the left, the selected one and the notes at the right."""

    tables = (
        *(
            "time_entry",
            "note",
            "note_filing",
            "consent",
            "enrolment",
            "stay",
            "other_service",
            "mdm",
            "packet",
            "clinic",
        ),
        *("import_batch", "patient"),
    )

    def __init__(self, frame: ChartFrame) -> None:
        """Make an empty tab; `refresh` fills it."""
        super().__init__()
        self.setObjectName("time_tab")
        self._frame = frame
        self._read = Latest(frame.context.tasks, self)
        self._people: list[PersonRow] = []
        newest = Month.of(clinic_today(frame.context, frame.zone))
        self.month = MonthField(newest, name="time_month")
        self.chip = Chip("", name="time_verdict")
        self.bar = ThresholdBar(name="time_bar")
        self.odd_days = Banner(name="odd_days")
        self.odd_days.acted.connect(self._on_days)
        self.entries = self._build_entries()
        self.notes = NotesSection(frame)
        self.detail = safe_text.label("", name="entry_detail", selectable=True)
        self._halves = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        self._halves.setSpacing(2 * GRID)
        self._halves.addWidget(self.entries, 2)
        self._halves.addLayout(self._build_beside(), 1)
        top = QHBoxLayout()
        top.setSpacing(2 * GRID)
        top.addWidget(self.month)
        top.addWidget(self.chip)
        top.addWidget(self.bar, 1)
        content = QWidget()
        inside = QVBoxLayout(content)
        inside.setContentsMargins(0, 2 * GRID, GRID, 0)
        inside.setSpacing(2 * GRID)
        inside.addLayout(top)
        inside.addWidget(self.odd_days)
        inside.addLayout(self._halves, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(scrolling(content))
        self.month.chosen.connect(self._on_month_chosen)
        self.entries.list.picked.connect(self._on_entry_picked)
        self.setFocusProxy(self.entries.list)

    def refresh(self) -> None:
        """Read the month shown, the notes, and who works here."""
        desk, patient_id, month = self._frame.context.desk, self._frame.patient_id, self.month.month
        actor, reads_notes = desk.actor, self._frame.may("note.read")
        self._read.ask(
            lambda: (
                desk.time_entries.month(actor, patient_id, month),
                desk.overviews.month(actor, patient_id, month),
                desk.notes.of_patient(actor, patient_id) if reads_notes else (),
                desk.people.rows(actor),
                desk.impossible_days.of_patient(actor, patient_id, month),
            ),
            self._on_read,
        )

    def show_month(self, month: Month) -> None:
        """Speak of `month` from the next reading on."""
        self.month.show_month(month)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        is_narrow = self.width() < scaled(_NARROW)
        self._halves.setDirection(QBoxLayout.Direction.TopToBottom if is_narrow else QBoxLayout.Direction.LeftToRight)

    def _on_read(self, found: _Found) -> None:
        entries, glance, notes, people, oddities = found
        me = self._frame.context.desk.actor.person_id
        self._people = sorted((row for row in people if row.is_active), key=lambda row: (row.id != me, row.name))
        self.chip.show_state(*verdict_words(glance))
        self.bar.show_seconds(glance.toward_seconds, glance.steps)
        rows = judged_entries(entries, glance, self._frame.zone, oddities)
        self.entries.show_rows(rows)
        self._show_oddities(sum(bool(row.oddities) for row in rows))
        self.notes.show_notes(notes)
        self._on_entry_picked(None)

    def _on_month_chosen(self, _month: Month) -> None:
        self.refresh()

    def _on_entry_picked(self, _entry_id: object) -> None:
        row = self.entries.current
        self.detail.setText(detail_words(row, self._frame.zone) if row is not None else "")
        set_shown(self._card, shown=row is not None)

    def _on_add(self) -> None:
        times, actor, patient_id, zone = (
            self._times,
            self._frame.context.desk.actor,
            self._frame.patient_id,
            self._frame.zone,
        )

        def save(values: Values) -> Callable[[], object]:
            form = entry_of(values, None, zone)
            return lambda: times.add(actor, patient_id, form, values["reason"])

        self._open(
            self.tr("Add time by hand"), entry_form(None, self._people, self._today(), zone), save, "add_time_form"
        )

    def _on_correct(self, row: Judged) -> None:
        times, actor, zone = self._times, self._frame.context.desk.actor, self._frame.zone

        def save(values: Values) -> Callable[[], object]:
            form = entry_of(values, row.entry, zone)
            return lambda: times.correct(actor, row.entry.entry_id, form, values["reason"])

        form = entry_form(row.entry, self._people, self._today(), zone)
        self._open(self.tr("Correct this entry"), form, save, "correct_time_form")

    def _on_days(self) -> None:
        self._frame.context.window.show_view(DaysView(self._frame.context, self.month.month))

    def _show_oddities(self, count: int) -> None:
        one = self.tr("1 entry lies on a day to look at: what is recorded cannot be right, or looks copied.")
        many = self.tr("{n} entries lie on days to look at: what is recorded cannot be right, or looks copied.")
        words = "" if not count else one if count == 1 else many.format(n=count)
        self.odd_days.show_text(words, "warn", self.tr("Days to look at"))

    def _on_withdraw(self, row: Judged) -> None:
        if _is_open(row) and self._frame.may("time.confirm"):
            self._review(row, keep=False)
            return
        times, actor, entry_id = self._times, self._frame.context.desk.actor, row.entry.entry_id
        self._open(
            self.tr("Withdraw this entry"),
            _reason_form(self.tr("Why it is withdrawn")),
            lambda values: lambda: times.withdraw(actor, entry_id, values["reason"]),
            "withdraw_time_form",
        )

    def _review(self, row: Judged, *, keep: bool) -> None:
        times, actor, entry_id = self._times, self._frame.context.desk.actor, row.entry.entry_id
        self._open(
            self.tr("Confirm this entry") if keep else self.tr("Discard this entry"),
            _reason_form(self.tr("How you know that this time was worked") if keep else self.tr("Why it is discarded")),
            lambda values: lambda: times.review(actor, entry_id, values["reason"], keep=keep),
            "review_time_form",
        )

    def _on_confirm(self, row: Judged) -> None:
        if self._frame.may("time.confirm"):
            self._review(row, keep=True)
            return
        times, actor, entry_id = self._times, self._frame.context.desk.actor, row.entry.entry_id
        self._open(
            self.tr("Confirm this entry"),
            _reason_form(self.tr("How you know that this time was worked")),
            lambda values: lambda: times.confirm(actor, entry_id, values["reason"]),
            "confirm_time_form",
        )

    @property
    def _times(self) -> TimeEntries:
        return self._frame.context.desk.time_entries

    def _today(self) -> Any:  # noqa: ANN401
        return clinic_today(self._frame.context, self._frame.zone)

    def _open(self, title: str, form: Form, save: Callable[[Values], Callable[[], object]], name: str) -> None:
        self._frame.open_form(title, form, save, name=name, action=self.tr("Save"), done=self.tr("Saved"))

    def _build_entries(self) -> RowsSection[Judged]:
        zone = self._frame.zone
        confirm = RowAction("confirm", self.tr("Confirm"), "circle-check", on_row=self._on_confirm, fits=_is_open)
        actions: list[RowAction[Judged]] = [
            RowAction("correct", self.tr("Correct"), "pencil", on_row=self._on_correct, fits=_stands),
            confirm,
            RowAction("withdraw", self.tr("Withdraw"), "ban", on_row=self._on_withdraw, fits=_stands),
            RowAction("add", self.tr("Add by hand"), "plus", from_nothing=self._on_add),
        ]
        if not self._frame.may("time.write"):
            discard = RowAction("discard", self.tr("Discard"), "ban", on_row=self._on_withdraw, fits=_is_open)
            actions = [confirm, discard] if self._frame.may("time.confirm") else []
        return RowsSection(
            self.tr("Time"),
            name="time_entries",
            columns=[
                Column(
                    "when",
                    self.tr("When"),
                    lambda row: start_words(row, zone),
                    width=144,
                    order=lambda r: r.entry.start,
                ),
                Column(
                    "length",
                    self.tr("Length"),
                    lambda row: format_duration(row.entry.seconds),
                    width=64,
                    is_number=True,
                    order=lambda r: r.entry.seconds,
                ),
                Column(
                    "counted",
                    self.tr("Counted"),
                    lambda row: format_duration(row.counted),
                    width=72,
                    is_number=True,
                    order=lambda r: r.counted,
                ),
                Column("state", self.tr("Does it count?"), state_words, width=0, tone=state_tone, tip=state_words),
                Column("activity", self.tr("Activity"), _activity, width=136, tip=_activity),
                Column("who", self.tr("Who"), lambda row: row.entry.staff, width=96),
                Column(
                    "source",
                    self.tr("How"),
                    lambda row: label_words(row.entry),
                    width=104,
                    tip=lambda row: how_words(row.entry),
                ),
            ],
            row_id=lambda row: row.entry.entry_id,
            empty=self.tr("No time is recorded in this month."),
            actions=actions,
        )

    def _build_beside(self) -> QVBoxLayout:
        beside = QVBoxLayout()
        beside.setSpacing(2 * GRID)
        card = self._card = Card(self.tr("Selected entry"), name="entry_card")
        set_shown(card, shown=False)
        inside = QWidget()
        lines = QVBoxLayout(inside)
        lines.setContentsMargins(0, 0, GRID, 0)
        lines.addWidget(self.detail)
        lines.addStretch(1)
        card.body.addWidget(scrolling(inside), 1)
        beside.addWidget(card, 1)
        beside.addWidget(self.notes, 4)
        if not self._frame.may("note.read"):
            self.notes.hide()
        return beside


def _reason_form(words: str) -> Form:
    form = Form()
    form.add("reason", words, LineField(max_length=600), required=True)
    return form


def _activity(row: Judged) -> str:
    return joined((activity_words(row.entry.activity), contact_words(row.entry.contact)))


def _stands(row: Judged) -> bool:
    return not row.entry.withdrawn


def _is_open(row: Judged) -> bool:
    return not row.entry.withdrawn and not row.entry.confirmed
