"""How a stopped call ended: outcome, minutes, activity, what the note still needs; then it is saved."""

from collections.abc import Mapping
from datetime import date, timedelta

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from app.rules.call_time import TALKING, contact_of
from app.rules.month_case import LONGEST_ENTRY_SECONDS
from app.services.call_rows import CallNow
from app.services.note_sections import NoteSection
from app.services.wrap_up import WrapUp
from app.views import safe_text
from app.views.call.words import activities, outcome_words, outcomes
from app.views.icons import icon
from app.views.theme import GRID, Role, set_shown, tabular
from app.views.widgets import Banner, Card, ChoiceField, DateField, Form, NumberField, RadioField, format_duration

FARTHEST = timedelta(days=366)
"""The latest day a wrap-up plans for; a slip in the year is asked about."""
NONE = "none"
"""Stands for no outcome: desk work in which nobody was rung."""


class WrapUpPanel(QWidget):
    """Asks how the call ended. It decides nothing: what a wrap-up lacks, the service says.

    `missing_chosen` carries the key of a note's part to go to; `go_on_asked` and `discard_asked` ask to let the timer
    run again and to throw the call away. `saved_next` and `saved_here` ask to save, and then to go on or to stay.
    """

    missing_chosen = Signal(str)
    saved_next = Signal()
    saved_here = Signal()
    go_on_asked = Signal()
    discard_asked = Signal()
    changed = Signal()

    def __init__(
        self,
        call: CallNow,
        *,
        attempts_are_clerical: bool,
        counted: frozenset[str],
        next_days: Mapping[str, date | None],
        today: date,
    ) -> None:
        """Show the stopped `call`; `counted` are the activities whose time can count this month, if known.

        `next_days` are the days proposed for the next call, by outcome.
        """
        super().__init__()
        self.setObjectName("wrap_up")
        self.setAccessibleName(self.tr("Wrap-up"))
        self._call = call
        self._clerical = attempts_are_clerical
        self._next_days = next_days
        self._is_next_chosen = False
        self._missing: list[QPushButton] = []
        self._is_correcting = False
        rang = any(span.activity in TALKING for span in call.timer.spans if span.standing != "discarded")
        choices = [(key, f"{words}  (Alt+{at})") for at, (key, words) in enumerate(outcomes(), start=1)]
        if not rang:
            choices.insert(0, (NONE, outcome_words("")))
        self.outcome = RadioField(choices, name="outcome", columns=2)
        if not rang:
            self.outcome.set_value(NONE)  # nobody was rung: there is nothing to choose
        self.outcome.setObjectName("wrap_up_outcome")
        self.outcome.setAccessibleName(self.tr("How the call ended"))
        self.activity = ChoiceField(activities(counted))
        self.form = Form()
        self.form.add("wrap_up_activity", self.tr("Activity"), self.activity, required=True)
        self.activity.set_value(call.timer.activity)
        self.next_day = DateField(earliest=today, latest=today + FARTHEST)
        self.form.add(
            "next_on",
            self.tr("Next call"),
            self.next_day,
            hint=self.tr("Proposed by the call schedule. Leave empty to plan no call."),
        )
        self.minutes = NumberField(most=LONGEST_ENTRY_SECONDS // 60)
        self.form.add(
            "corrected_minutes",
            self.tr("Whole minutes in its place"),
            self.minutes,
            required=True,
            hint=self.tr("The time is then marked as entered by hand."),
        )
        self.form.add_line("reason", self.tr("Why the timer is not right"), required=True)
        self.problem = Banner(name="wrap_up_problem")
        self._seconds = safe_text.label("", "number", name="wrap_up_seconds")
        self._seconds.setFont(tabular(self._seconds.font()))
        self._counts = safe_text.label("", "small", name="wrap_up_counts")
        self.correct_button = safe_text.button(
            self.tr("Correct…"), name="wrap_up_correct", kind="quiet", on_click=self._on_correct
        )
        self._build()
        self._show_correction(shown=False)
        self.outcome.edited.connect(self._on_edited)
        self.activity.edited.connect(self._on_edited)
        self.next_day.edited.connect(self._on_next_edited)
        self._on_edited()

    @property
    def chosen(self) -> str | None:
        """The outcome chosen, empty for desk work, None while none is."""
        value = self.outcome.value()
        return None if value is None else "" if value == NONE else str(value)

    @property
    def next_on(self) -> date | None:
        """The day for which the next call is to be planned, None for no plan."""
        return self.next_day.value()

    def choose(self, outcome: str) -> None:
        """Set the outcome."""
        self.outcome.set_value(outcome or NONE)
        self._on_edited()

    def show_call(self, call: CallNow) -> None:
        """Show the call's time anew, for example after a gap was kept."""
        self._call = call
        self._on_edited()

    def show_missing(self, missing: tuple[NoteSection, ...]) -> None:
        """Name the required parts of the note that say nothing yet, each with a way there."""
        missing = missing if self.chosen == "reached" else ()
        for old in self._missing:
            self._needs.removeWidget(old)
            old.hide()
            old.deleteLater()
        self._missing = [self._way_to(section) for section in missing]
        for button in self._missing:
            self._needs.addWidget(button, 0, Qt.AlignmentFlag.AlignLeft)
        set_shown(self._needs_box, shown=bool(missing))

    def wrap_up(self, sections: Mapping[str, str]) -> WrapUp | None:
        """Return what is to be saved with the note's `sections`; None, and a mark, where something is not filled in."""
        if self.chosen is None:
            self.problem.show_text(self.tr("Choose how the call ended, or press Alt+1 to Alt+6."), "warn")
            self.outcome.setFocus(Qt.FocusReason.OtherFocusReason)
            return None
        if not self.form.check():
            return None
        values = self.form.values()
        activity = values["wrap_up_activity"]
        return WrapUp(
            outcome=self.chosen,
            sections=dict(sections),
            activity=activity if activity != self._call.timer.activity else None,
            corrected_minutes=values["corrected_minutes"],
            reason=values["reason"] or "",
        )

    def show_faults(self, faults: Mapping[str, str], words: str) -> None:
        """Say why the wrap-up was not saved, beside the fields where it can be."""
        own = {"activity": "wrap_up_activity"}
        known = self.form.values()
        left: list[str] = []
        for key, sentence in faults.items():
            field = own.get(key, key)
            if field in known and (field != "reason" or self._is_correcting):
                self.form.show_error(field, sentence)
            else:
                left.append(sentence)
        self.problem.show_text(" ".join(dict.fromkeys(left)) if faults else words, "warn")

    def _on_edited(self) -> None:
        self._seconds.setText(format_duration(self._call.timer.closed_seconds))
        self._counts.setText(self._counts_words())
        set_shown(self._counts, shown=bool(self._counts.text()))
        if self.chosen is not None:
            self.problem.show_text("")
        if not self._is_next_chosen:
            self.next_day.set_value(self._next_days.get(self.chosen or ""))
        self.changed.emit()

    def _on_next_edited(self) -> None:
        self._is_next_chosen = True

    def _on_correct(self) -> None:
        self._show_correction(shown=not self._is_correcting)
        if self._is_correcting:
            self.minutes.set_value(self._call.timer.closed_seconds // 60)
            self.minutes.setFocus(Qt.FocusReason.OtherFocusReason)
            self.minutes.selectAll()

    def _build(self) -> None:
        card = Card(self.tr("Wrap-up"), name="wrap_up_card")
        card.body.addWidget(self.problem)
        time = QHBoxLayout()
        time.setSpacing(GRID)
        time.addWidget(safe_text.label(self.tr("Time"), "field"))
        time.addWidget(self._seconds)
        time.addWidget(self.correct_button)
        time.addStretch(1)
        card.body.addLayout(time)
        card.body.addWidget(self._counts)
        card.body.addWidget(safe_text.label(self.tr("How the call ended"), "field"))
        card.body.addWidget(self.outcome)
        card.body.addWidget(self.form)
        self._needs_box = QWidget()
        self._needs_box.setObjectName("wrap_up_needs")
        self._needs = QVBoxLayout(self._needs_box)
        self._needs.setContentsMargins(0, 0, 0, 0)
        self._needs.setSpacing(0)
        self._needs.addWidget(safe_text.label(self.tr("The note still needs"), "field"))
        card.body.addWidget(self._needs_box)
        self.save_button = safe_text.button(
            self.tr("Save and next patient"),
            name="wrap_up_save",
            kind="primary",
            icon=icon("check", Role.ON_ACCENT),
            tip=self.tr("Save and go to the next patient (Ctrl+Enter)"),
            on_click=self.saved_next.emit,
        )
        self.stay_button = safe_text.button(
            self.tr("Save and stay"),
            name="wrap_up_stay",
            tip=self.tr("Save and stay (Ctrl+Shift+Enter)"),
            on_click=self.saved_here.emit,
        )
        self.go_on_button = safe_text.button(
            self.tr("Back to the call"),
            name="wrap_up_go_on",
            kind="quiet",
            tip=self.tr("Let the timer go on (Shift+F8)"),
            on_click=self.go_on_asked.emit,
        )
        self.discard_button = safe_text.button(
            self.tr("Discard the call…"), name="wrap_up_discard", kind="quiet", on_click=self.discard_asked.emit
        )
        saves = QHBoxLayout()
        saves.setSpacing(GRID)
        saves.addWidget(self.save_button, 1)
        saves.addWidget(self.stay_button)
        card.body.addLayout(saves)
        others = QHBoxLayout()
        others.setSpacing(0)
        others.addWidget(self.go_on_button)
        others.addStretch(1)
        others.addWidget(self.discard_button)
        card.body.addLayout(others)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(card)
        column.addStretch(1)
        self.setFocusProxy(self.outcome)

    def _show_correction(self, *, shown: bool) -> None:
        self._is_correcting = shown
        self.form.show_field("corrected_minutes", visible=shown)
        self.form.show_field("reason", visible=shown)
        words = self.tr("Keep the timer's") if shown else self.tr("Correct…")
        safe_text.set_button_text(self.correct_button, words)

    def _counts_words(self) -> str:
        """Say what becomes of the time where that is not plain."""
        parts = []
        if self._call.month_closed:
            parts.append(self.tr("This month is closed: the time can no longer be billed."))
        outcome = self.chosen
        if outcome is not None and contact_of(outcome) == "attempt" and self._clerical:
            parts.append(self.tr("An attempt's talking time is kept as clerical, which never counts."))
        if self._call.timer.doubts:
            gap = format_duration(sum(each.seconds for each in self._call.timer.doubts))
            parts.append(self.tr("A gap of {gap} waits for your answer below.").format(gap=gap))
        return " ".join(parts)

    def _way_to(self, section: NoteSection) -> QPushButton:
        return safe_text.button(
            section.title,
            name=f"missing_{section.key}",
            kind="quiet",
            icon=icon("circle-alert", Role.WARN),
            on_click=lambda: self.missing_chosen.emit(section.key),
        )
