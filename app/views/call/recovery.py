"""After a crash or a power cut: what becomes of the call that was running."""

from datetime import timedelta
from zoneinfo import ZoneInfo

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.rules.errors import ClinicError
from app.rules.field_faults import FieldFaults
from app.services.call_rows import RecoverableCall
from app.views import safe_text
from app.views.call.words import activity_words
from app.views.errors import sentence
from app.views.icons import icon
from app.views.patients.standing import moment_words
from app.views.theme import GRID, Role, fit_scale, scaled
from app.views.widgets import (
    Banner,
    Card,
    DurationField,
    Form,
    PageHeader,
    format_duration,
    page_layout,
    scrolling,
)

LONGEST_GAP = 8 * 3600
WIDEST = 84 * GRID


class RecoveryView(QWidget):
    """A call that was left running. Each of the three answers is a signal; `gap_asked` carries until when, and why."""

    accepted = Signal()
    resumed = Signal()
    gap_asked = Signal(object, str)

    def __init__(self, call: RecoverableCall, zone: ZoneInfo) -> None:
        """Ask about `call`; times of day are those of `zone`."""
        super().__init__()
        self.setObjectName("call_recovery")
        self._call = call
        last, began = (moment_words(at.astimezone(zone)) for at in (call.last_beat_at, call.started_at))
        self.problem = Banner(name="recovery_problem")
        card = Card(call.patient, name="recovery_card")
        card.body.addWidget(safe_text.label(activity_words(call.activity), "muted"))
        kept = self.tr("Begun {began}. {time} are safe, up to the last heartbeat at {last}.")
        words = kept.format(began=began, time=format_duration(call.seconds), last=last)
        card.body.addWidget(safe_text.label(words, name="recovery_words"))
        if call.doubtful_seconds:
            idle = self.tr("{time} more wait for you: nobody touched CareLoop, or the computer slept.")
            idle_words = idle.format(time=format_duration(call.doubtful_seconds))
            card.body.addWidget(safe_text.label(idle_words, name="recovery_idle"))
        since = self.tr("{gap} passed since then.").format(gap=_long(call.gap_seconds))
        card.body.addWidget(safe_text.label(since, name="recovery_gap"))
        note = self.tr("The note as it was typed is kept.") if call.draft else self.tr("No note was typed yet.")
        card.body.addWidget(safe_text.label(note, "muted"))
        self.accept_button = safe_text.button(
            self.tr("Accept {time} and write it up").format(time=format_duration(call.seconds)),
            name="recovery_accept",
            kind="primary",
            icon=icon("check", Role.ON_ACCENT),
            on_click=self.accepted.emit,
        )
        self.resume_button = safe_text.button(
            self.tr("Accept it and go on timing now"),
            name="recovery_resume",
            icon=icon("play"),
            on_click=self.resumed.emit,
        )
        for button in (self.accept_button, self.resume_button):
            card.body.addWidget(button, 0, Qt.AlignmentFlag.AlignLeft)
        self.form = Form()
        self.gap = DurationField(most=LONGEST_GAP)
        self.form.add(
            "recovery_added",
            self.tr("Time worked after the last heartbeat"),
            self.gap,
            required=True,
            hint=self.tr("It is added, and stays marked as estimated for ever."),
            check=self._check_gap,
        )
        self.gap.set_value(min(call.gap_seconds, LONGEST_GAP))
        self.form.add_line("reason", self.tr("What was done in it"), required=True)
        self.gap_button = safe_text.button(
            self.tr("Add this time too and write it up"), name="recovery_add", icon=icon("plus"), on_click=self._on_add
        )
        added = Card(self.tr("You went on working after the stop?"), name="recovery_more")
        added.body.addWidget(self.form)
        added.body.addWidget(self.gap_button, 0, Qt.AlignmentFlag.AlignLeft)
        inner = QWidget()
        column = QVBoxLayout(inner)
        column.setContentsMargins(0, 0, GRID, 0)
        column.setSpacing(2 * GRID)
        parts = (self.problem, card, added)
        for part in parts:
            column.addWidget(part)
        column.addStretch(1)
        fit_scale(self, lambda: [part.setMaximumWidth(scaled(WIDEST)) for part in parts])
        page = page_layout(self)
        page.addWidget(
            PageHeader(
                self.tr("A call was running when CareLoop stopped"),
                self.tr("Say what becomes of its time. It waits here until you do."),
            )
        )
        page.addWidget(scrolling(inner), 1)
        self.setFocusProxy(self.accept_button)

    def show_refusal(self, error: Exception) -> None:
        """Say why an answer could not be taken."""
        if isinstance(error, FieldFaults) and "reason" in error.faults:
            self.form.show_error("reason", error.faults["reason"])
        elif isinstance(error, ClinicError):
            self.problem.show_text(sentence(error), "warn")

    def _on_add(self) -> None:
        if self.form.check():
            values = self.form.values()
            until = self._call.last_beat_at + timedelta(seconds=values["recovery_added"])
            self.gap_asked.emit(until, values["reason"])

    def _check_gap(self, seconds: int) -> str | None:
        if seconds > self._call.gap_seconds:
            return self.tr("Only {gap} passed since then.").format(gap=_long(self._call.gap_seconds))
        return None if seconds else self.tr("Nothing is to be added then: accept the call as it is.")


def _long(seconds: int) -> str:
    """Return a length of time with hours where there are any."""
    hours, rest = divmod(seconds, 3600)
    return f"{hours}:{rest // 60:02d}:{rest % 60:02d}" if hours else format_duration(seconds)
