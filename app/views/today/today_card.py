"""The selected patient beside the queue: why now, when they answer, what is open, and what one does next."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout, QPushButton, QVBoxLayout, QWidget

from app.services.today import FLAGS, TodayRow
from app.views import safe_text
from app.views.call.words import outcome_words
from app.views.icons import icon
from app.views.page_context import PageContext
from app.views.patients.standing import joined, moment_words
from app.views.patients.state_row import StateRow
from app.views.theme import GRID, Role, fit_scale, scaled, set_shown
from app.views.today import queue_words as words
from app.views.today.patient_today import PatientToday
from app.views.today.touch_words import next_touch
from app.views.widgets import Card, ThresholdBar, Tone, format_date, format_phone, format_time, scrolling

WIDTH = 40 * GRID
MOST_OPEN = 3
LONGEST_NOTE = 180
QWIDGETSIZE_MAX = (1 << 24) - 1


class TodayCard(QWidget):
    """Shows one row of the queue, then what was read of its patient.

    `asked` carries what a button stands for: call, chart, plan, follow_up or escalate.
    """

    asked = Signal(str)

    def __init__(self, context: PageContext) -> None:
        """Make an empty card with the buttons the role may use."""
        super().__init__()
        self.setObjectName("today_card")
        self.setAccessibleName(self.tr("Selected patient"))
        self.patient_id: int | None = None
        self._name = safe_text.label("", "heading", name="today_name", selectable=True)
        self._born = safe_text.label("", "muted", name="today_born", selectable=True)
        self._reach = safe_text.label("", "strong", name="today_phone", selectable=True)
        self._window = safe_text.label("", name="today_window")
        self._flags = safe_text.label("", "small", name="today_flags")
        self.bar = ThresholdBar(name="today_minutes")
        self._rows = {
            "why": StateRow(self.tr("Why now"), name="today_why"),
            "next": StateRow(self.tr("Next call"), name="today_next"),
            "hours": StateRow(self.tr("Best hours"), name="today_hours"),
            "open": StateRow(self.tr("Open"), name="today_open"),
            "note": StateRow(self.tr("Last note"), name="today_note"),
        }
        self.buttons: dict[str, QPushButton] = {}
        for key, title, drawn, tip, action in (
            ("call", self.tr("Start call"), "phone-call", "F8", "call.work"),
            ("chart", self.tr("Open chart"), "folder-open", self.tr("Enter"), "patient.open"),
            ("plan", self.tr("Plan a call"), "calendar-days", "", "call.plan"),
            ("follow_up", self.tr("Add follow-up"), "flag", "Ctrl+T", "follow_up.work"),
            ("escalate", self.tr("Escalate"), "triangle-alert", "Ctrl+E", "escalation.raise"),
        ):
            if context.may(action):
                self.buttons[key] = self._button(key, title, drawn, tip)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._build())
        self._is_folded = False
        fit_scale(self, self._fit)
        self.show_nobody()

    def fold(self, *, folded: bool) -> None:
        """Keep only the buttons, in a row, where there is no room beside the list."""
        if folded != self._is_folded:
            self._is_folded = folded
            set_shown(self._area, shown=not folded)
            self._place_buttons()
            self._fit()

    def show_nobody(self) -> None:
        """Show that no patient is selected."""
        self.patient_id = None
        self._name.setText(self.tr("No patient selected"))
        for part in (self._born, self._reach, self._window, self._flags, self._details, *self.buttons.values()):
            part.hide()

    def show_row(self, row: TodayRow, *, hides_names: bool) -> None:
        """Show what the queue knows; the rest follows."""
        if self.patient_id != row.patient_id:
            for key in ("next", "hours", "open", "note"):
                self._rows[key].show_state("…", Tone.NEUTRAL)
        self.patient_id = row.patient_id
        self._name.setText(words.shown_name(row.name, row.born_on, hidden=hides_names))
        born = str(row.born_on.year) if hides_names else format_date(row.born_on)
        language = self.tr("speaks {language}").format(language=row.language) if row.language else ""
        self._born.setText(joined((self.tr("Born {day}").format(day=born), language)))
        numbers = (format_phone(row.phone), format_phone(row.phone_alternate))
        self._reach.setText(joined(numbers) or self.tr("No phone number is recorded."))
        self._window.setText(words.window_line(row))
        self._flags.setText(joined([self.tr(FLAGS[flag]) for flag in row.flags]))
        self._rows["why"].show_state(row.why_words, words.why_tone(row), self._tries(row))
        self.bar.show_seconds(row.month_seconds or 0)
        set_shown(self.bar, shown=row.month_seconds is not None)
        set_shown(self._flags, shown=bool(row.flags))
        for part in (self._born, self._reach, self._window, self._details, *self.buttons.values()):
            set_shown(part, shown=True)

    def show_patient(self, read: PatientToday) -> None:
        """Show what is open about the patient, unless another one was picked meanwhile."""
        if read.patient_id != self.patient_id:
            return
        self._rows["next"].show_state(*next_touch(read))
        known = read.reachability.is_known and bool(read.reachability.bands)
        self._rows["hours"].show_state(read.reachability.in_words(), Tone.READY if known else Tone.NEUTRAL)
        self._rows["open"].show_state(*self._open_words(read))
        self._rows["note"].show_state(*self._note_words(read))
        if "plan" in self.buttons:
            planned = bool(read.promises) or read.cadence.planned_on is not None
            title = self.tr("Move the call") if planned else self.tr("Plan a call")
            safe_text.set_button_text(self.buttons["plan"], title)

    def _tries(self, row: TodayRow) -> str:
        last = self.tr("last reached {day}").format(day=words.contact_words(row))
        tries = self.tr("{n} tries in vain since").format(n=row.in_vain) if row.in_vain > 1 else ""
        once = self.tr("1 try in vain since") if row.in_vain == 1 else ""
        return joined((last[0].upper() + last[1:], tries or once))

    def _open_words(self, read: PatientToday) -> tuple[str, Tone, str]:
        lines = []
        for raised in read.escalations:
            state = self.tr("answered by {name}").format(name=raised.answered_by)
            if raised.status == "open":
                at = raised.due_at.astimezone(read.zone)
                clock = format_time(at.time())
                due = clock if at.date() == read.today else f"{format_date(at.date())} {clock}"
                state = self.tr("with {name}, answer by {time}").format(name=raised.to, time=due)
            lines.append(f"{raised.symptom} ({state})")
        for row in read.follow_ups:
            due = self.tr("due {day}").format(day=format_date(row.due_on))
            lines.append(f"{' '.join(row.what.split())} ({due}, {row.owner})")
        if not lines:
            return self.tr("No follow-up or escalation."), Tone.NEUTRAL, ""
        late = any(row.is_overdue for row in read.escalations) or any(row.is_overdue for row in read.follow_ups)
        more = len(lines) - MOST_OPEN
        rest = self.tr("and {n} more").format(n=more) if more > 0 else ""
        return "\n".join(lines[:MOST_OPEN]), Tone.WARN if late else Tone.INFO, rest

    def _note_words(self, read: PatientToday) -> tuple[str, Tone, str]:
        note = read.last_note
        if note is None:
            return self.tr("None written here yet."), Tone.NEUTRAL, ""
        text = "; ".join(f"{title}: {' '.join(said.split())}" for title, said in note.sections)
        if len(text) > LONGEST_NOTE:
            text = text[: LONGEST_NOTE - 1].rstrip() + "…"
        when = moment_words(note.signed_at.astimezone(read.zone))
        return text, Tone.NEUTRAL, joined((when, note.author, outcome_words(note.outcome)))

    def _button(self, key: str, title: str, drawn: str, tip: str) -> QPushButton:
        is_first = key == "call"
        return safe_text.button(
            title,
            name=f"today_{key}",
            kind="primary" if is_first else "secondary",
            icon=icon(drawn, Role.ON_ACCENT) if is_first else icon(drawn),
            tip=f"{title} ({tip})" if tip else "",
            on_click=lambda: self.asked.emit(key),
        )

    def _build(self) -> QWidget:
        content = QWidget()
        column = QVBoxLayout(content)
        column.setContentsMargins(0, 0, GRID // 2, 0)
        column.setSpacing(GRID // 2)
        for part in (self._name, self._born, self._reach, self._window, self._flags):
            column.addWidget(part)
        self._details = QWidget()
        details = QVBoxLayout(self._details)
        details.setContentsMargins(0, GRID // 2, 0, 0)
        details.setSpacing(GRID)
        details.addWidget(self._rows["why"])
        details.addWidget(self.bar)
        for key in ("next", "hours", "open", "note"):
            details.addWidget(self._rows[key])
        column.addWidget(self._details)
        column.addStretch(1)
        card = Card(name="today_card_frame")
        self._area = scrolling(content)
        self._area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        card.body.addWidget(self._area, 1)
        self._grid = QGridLayout()
        self._grid.setSpacing(GRID)
        card.body.addLayout(self._grid)
        self._is_folded = False
        self._place_buttons()
        return card

    def _place_buttons(self) -> None:
        """Put the buttons two in a row, the call alone above them; all in one row where the card is folded."""
        buttons = list(self.buttons.items())
        for _, button in buttons:
            self._grid.removeWidget(button)
        if self._is_folded:
            for at, (_, button) in enumerate(buttons):
                self._grid.addWidget(button, 0, at)
            return
        rest = [button for key, button in buttons if key != "call"]
        if "call" in self.buttons:
            self._grid.addWidget(self.buttons["call"], 0, 0, 1, 2)
        for at, button in enumerate(rest):
            self._grid.addWidget(button, 1 + at // 2, at % 2)

    def _fit(self) -> None:
        self.setMinimumWidth(0 if self._is_folded else scaled(WIDTH))
        self.setMaximumWidth(QWIDGETSIZE_MAX if self._is_folded else scaled(WIDTH))
