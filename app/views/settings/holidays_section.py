"""The days on which the clinic is closed: the federal holidays of this year and the next, and its own."""

from collections.abc import Callable, Sequence
from datetime import date
from functools import partial

from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.services.cadence import HolidayRow
from app.services.clinic_calendar import ClosedDays, plain_name
from app.services.local_words import WEEKDAYS
from app.storage.ledger import Changes
from app.views import safe_text
from app.views.clinic_zone import clinic_today, clinic_zone
from app.views.form_panel import FormPanel, Values
from app.views.icons import icon
from app.views.page_context import PageContext
from app.views.settings.defaults import Call, default_button, do_with_undo
from app.views.settings.list_pane import ListPane
from app.views.table import Column
from app.views.theme import GRID
from app.views.widgets import DateField, Form, LineField, Tone, format_date


class HolidaysSection(QWidget):
    """Calls that would fall on a closed day come due on a working day beside it."""

    def __init__(self, context: PageContext) -> None:
        """Read what stands."""
        super().__init__()
        self.setObjectName("holidays_section")
        self._context = context
        self._today = clinic_today(context, clinic_zone(context))
        self._closed: ClosedDays | None = None
        columns: list[Column[HolidayRow]] = [
            Column("name", self.tr("Holiday"), lambda row: row.name, width=0),
            Column("day", self.tr("Day"), day_words, width=152, order=lambda row: row.day),
            Column(
                "state",
                self.tr("The clinic"),
                lambda row: self.tr("works") if row.is_worked else self.tr("is closed"),
                width=128,
                tone=lambda row: Tone.INFO if row.is_worked else Tone.NEUTRAL,
            ),
            Column(
                "kind",
                self.tr("Whose day"),
                lambda row: self.tr("Federal") if row.is_federal else self.tr("The clinic's own"),
                width=144,
            ),
        ]
        self.pane = ListPane(
            context,
            name="holidays",
            title=self.tr("Closed days"),
            text=self.tr("The federal holidays of {this} and {next}, and the clinic's own days.").format(
                this=self._today.year, next=self._today.year + 1
            ),
            columns=columns,
            row_id=lambda row: row.day,
            add=self.tr("Add a closed day"),
            empty=self.tr("No holidays."),
        )
        self.pane.add_foot(default_button("holidays_default", self._on_default))
        self.pane.add_requested.connect(self._on_add)
        self.pane.opened.connect(self._open)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.pane)
        context.feed.changed.connect(self._on_changed)
        self._read()

    def may_leave(self) -> bool:
        """Whether nothing is unsaved."""
        self.pane.host.close_panel()
        return not self.pane.host.is_open

    def _on_add(self) -> None:
        cadence, actor = self._context.desk.cadence, self._context.desk.actor
        form = Form()
        form.add("day", self.tr("Day"), DateField(earliest=date(self._today.year, 1, 1)), required=True)
        form.add("name", self.tr("What the day is called"), LineField(max_length=100), required=True)

        def saving(values: Values) -> Callable[[], object]:
            return lambda: cadence.close_on(actor, values["day"], values["name"])

        panel = FormPanel(self._context, form, saving, action=self.tr("Close on this day"), name="holiday_panel")
        inverse = self._put_back()
        panel.saved.connect(lambda _: self._context.undo.offer(self.tr("added a closed day"), inverse))
        self.pane.open_form(self.tr("New closed day"), panel)

    def _open(self, day: date) -> None:
        row: HolidayRow = self.pane.row(day)
        cadence, actor = self._context.desk.cadence, self._context.desk.actor
        form = Form()
        words = self.tr("{day}: {name}").format(day=day_words(row), name=row.name)
        form.add_widget(safe_text.label(words, "strong", name="holiday_words"))
        plain = plain_name(row.name)
        never = self._closed is not None and plain in self._closed.never
        acts: list[tuple[str, str, str, Call]] = []
        if not row.is_federal:
            acts.append(
                ("holiday_remove", self.tr("Take this day away"), "trash-2", lambda: cadence.open_on(actor, day))
            )
        elif never:
            keep = self.tr("Close on it every year again")
            acts.append(("holiday_keep", keep, "check", lambda: cadence.keep_holiday(actor, plain, kept=True)))
        elif row.is_worked:
            acts.append(("holiday_close", self.tr("Close on this day"), "ban", lambda: cadence.close_on(actor, day)))
        else:
            once = self.tr("Work on this day, this once")
            always = self.tr("Work on it every year")
            acts.append(("holiday_work", once, "check", lambda: cadence.open_on(actor, day)))
            acts.append(
                ("holiday_never", always, "calendar-days", lambda: cadence.keep_holiday(actor, plain, kept=False))
            )
        panel = QWidget()
        panel.setObjectName("holiday_acts")
        column = QVBoxLayout(panel)
        column.setContentsMargins(2, 2, GRID, 2)
        column.setSpacing(GRID)
        column.addWidget(form)
        for name, title, drawn, act in acts:
            column.addWidget(
                safe_text.button(title, name=name, icon=icon(drawn), on_click=partial(self._do, title, row, act))
            )
        column.addStretch(1)
        self.pane.host.open_panel(row.name, panel)

    def _do(self, title: str, row: HolidayRow, act: Call) -> None:
        name = f"{title[:1].lower()}{title[1:]} ({row.name}, {format_date(row.day)})"
        self.pane.host.close_panel()
        do_with_undo(self._context, name, act, self._put_back(), self._read)

    def _on_default(self) -> None:
        cadence, actor = self._context.desk.cadence, self._context.desk.actor
        do_with_undo(
            self._context,
            self.tr("went back to the federal holidays alone"),
            lambda: cadence.set_closed_days(actor),
            self._put_back(),
            self._read,
        )

    def _put_back(self) -> Call:
        cadence, actor, before = self._context.desk.cadence, self._context.desk.actor, self._closed
        if before is None:
            return lambda: cadence.set_closed_days(actor)
        return lambda: cadence.set_closed_days(actor, before)

    def _on_read(self, found: tuple[ClosedDays, Sequence[HolidayRow]]) -> None:
        is_first = self._closed is None
        self._closed, rows = found
        self.pane.show_rows(rows)
        coming = next((row.day for row in rows if row.day >= self._today), None)
        if is_first and coming is not None:
            self.pane.view.pick(coming)

    def _on_changed(self, changes: Changes) -> None:
        if changes.touch("setting"):
            self._read()

    def _read(self) -> None:
        cadence, actor, year = self._context.desk.cadence, self._context.desk.actor, self._today.year
        self._context.tasks.run(
            lambda: (
                cadence.closed_days(actor),
                (*cadence.holidays(actor, year), *cadence.holidays(actor, year + 1)),
            ),
            self._on_read,
        )


def day_words(row: HolidayRow) -> str:
    """Return "Thu 11/26/2026"."""
    return f"{WEEKDAYS[row.day.weekday()]} {format_date(row.day)}"
