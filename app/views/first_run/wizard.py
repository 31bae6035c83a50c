"""Setting up a clinic: one window, the steps at the left, nothing typed lost when going back."""

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from app.rules.errors import ClinicError
from app.security.recovery import new_recovery_key
from app.services.desk import Desk
from app.services.founding import NewClinic
from app.views import safe_text
from app.views.errors import sentence
from app.views.first_run.clinic_step import ClinicStep
from app.views.first_run.finish_step import FinishStep
from app.views.first_run.key_steps import KeyStep, TypedBackStep
from app.views.first_run.kit import emergency_kit
from app.views.first_run.letterhead_step import LetterheadStep
from app.views.first_run.person_step import PersonStep
from app.views.first_run.practitioners_step import PractitionersStep
from app.views.first_run.step import Step
from app.views.first_run.step_list import StepList
from app.views.tasks import Tasks
from app.views.theme import GRID, fit_scale, scaled
from app.views.widgets import ask, buttons_row, scrolling
from app.views.widgets.side_panel import first_input
from app.views.wiring import OnCommit, Wiring


class FirstRun(QWidget):
    """Walks through the steps. The clinic is made once the recovery key was typed back: before that nothing is written.

    `left` follows going away before that; `finished` carries the desk of the first person and the key of the page to
    begin with ("import" for the import of patients). Until then the desk is this widget's: see `give_back`.
    """

    left = Signal()
    finished = Signal(object, str)

    def __init__(self, tasks: Tasks, wiring: Wiring, on_commit: OnCommit) -> None:
        """Set up by `wiring`; `on_commit` hears of each change."""
        super().__init__()
        self.setObjectName("first_run")
        self.setAccessibleName(self.tr("Set up a new clinic"))
        self._tasks = tasks
        self._wiring = wiring
        self._on_commit = on_commit
        self._desk: Desk | None = None
        self._words = new_recovery_key()
        self._clinic = ClinicStep(wiring.clinics_folder)
        self._person = PersonStep(tasks, wiring.common_passphrases, lambda: self._clinic.name.value() or "")
        words = self._words.split()
        finish = FinishStep()
        finish.chosen.connect(self._on_chosen)
        self.steps: tuple[Step, ...] = (
            self._clinic,
            self._person,
            KeyStep(words, tasks, self._kit),
            TypedBackStep(words, self._create),
            LetterheadStep(tasks, self._opened),
            PractitionersStep(tasks, self._opened),
            finish,
        )
        self._at = 0
        self._first_after = next(at for at, step in enumerate(self.steps) if isinstance(step, LetterheadStep))
        self._list = StepList([step.short for step in self.steps])
        self._pages = QStackedWidget()
        for step in self.steps:
            step.ready_changed.connect(self._show_buttons)
            step.submitted.connect(self._on_next)
            self._pages.addWidget(scrolling(step))
        self.leave_button = safe_text.button(
            self.tr("Cancel"), name="first_run_leave", kind="quiet", on_click=self._on_leave
        )
        self.back_button = safe_text.button(self.tr("Back"), name="first_run_back", on_click=self._on_back)
        self.next_button = safe_text.button(
            self.tr("Next"), name="first_run_next", kind="primary", on_click=self._on_next
        )
        self._busy = safe_text.label("", "muted", name="first_run_busy")
        self._arrange()
        self._show_step(0)

    def give_back(self) -> None:
        """Close the clinic if it was made and not handed over."""
        if self._desk is not None:
            self._desk.close()
            self._desk = None

    def _on_next(self) -> None:
        step = self.steps[self._at]
        if step.is_ready and self.next_button.isEnabled():
            step.leave(self._go_on)

    def _on_back(self) -> None:
        self._show_step(self._at - 1)

    def _on_leave(self) -> None:
        if not any(form.is_dirty for form in (self._clinic.form, self._person.form)):
            self.left.emit()
            return
        ask(
            self,
            self.tr("Stop setting up?"),
            self.tr("Nothing was made yet. What you typed, and the recovery key shown, are forgotten."),
            self.tr("Stop"),
            self.left.emit,
            danger=True,
        )

    def _on_chosen(self, page: str) -> None:
        desk, self._desk = self._desk, None
        if desk is not None:
            self.finished.emit(desk, page)

    def _on_made(self, desk: Desk) -> None:
        self._desk = desk
        self._set_busy("")
        self._go_on()

    def _on_failed(self, error: Exception) -> None:
        self._set_busy("")
        told = sentence(error) if isinstance(error, ClinicError) else self.tr("The clinic could not be made.")
        self.steps[self._at].banner.show_text(told, "block")
        if not isinstance(error, ClinicError):
            self._tasks.failed.emit(error)

    def _create(self, _go_on: Callable[[], object]) -> None:
        folder, person, wiring, tell, words = (
            self._clinic.folder,
            self._person.person(),
            self._wiring,
            self._on_commit,
            self._words,
        )
        clinic = NewClinic(self._clinic.name.value() or "", self._clinic.zone.value() or "")
        self._set_busy(self.tr("Making the clinic…"))

        def make() -> Desk:
            _make_room(folder)
            wiring.create_clinic(folder, clinic, person, words)
            return wiring.open_desk(folder, person.username, person.passphrase, tell)

        self._tasks.run(make, self._on_made, self._on_failed)

    def _kit(self) -> bytes:
        clinic, zone = self._clinic.name.value() or "", self._clinic.zone.value() or ""
        kit = emergency_kit(
            clinic,
            zone,
            self._words,
            made_by=self._person.person().name,
            made_at=self._wiring.clock.now(),
            program_version=self._wiring.version,
        )
        return self._wiring.emergency_kit(kit)

    def _opened(self) -> Desk:
        if self._desk is None:
            raise RuntimeError("the clinic is not made yet")
        return self._desk

    def _go_on(self) -> None:
        if self._at + 1 < len(self.steps):
            self._show_step(self._at + 1)

    def _show_step(self, at: int) -> None:
        self._at = at
        step = self.steps[at]
        self._pages.setCurrentIndex(at)
        self._list.show_at(at)
        self._show_buttons()
        step.enter()
        target = first_input(step) or self.next_button
        target.setFocus(Qt.FocusReason.OtherFocusReason)

    def _show_buttons(self) -> None:
        step = self.steps[self._at]
        is_last = self._at == len(self.steps) - 1
        safe_text.set_button_text(self.next_button, step.next_words())
        self.next_button.setVisible(not is_last)
        self.next_button.setEnabled(step.is_ready and not self._busy.text())
        self.leave_button.setVisible(self._desk is None)
        self.leave_button.setEnabled(not self._busy.text())
        # What the clinic was made with is settled: going back stops there.
        self.back_button.setVisible(self._at not in (0, self._first_after) and not is_last)
        self.back_button.setEnabled(not self._busy.text())

    def _set_busy(self, text: str) -> None:
        self._busy.setText(text)
        self.steps[self._at].setEnabled(not text)
        self._show_buttons()

    def _arrange(self) -> None:
        whole = QHBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        whole.addWidget(self._list)
        right = QWidget()
        column = QVBoxLayout(right)
        column.setContentsMargins(4 * GRID, 4 * GRID, 4 * GRID, 2 * GRID)
        column.setSpacing(2 * GRID)
        fit_scale(self, lambda: self._pages.setMaximumWidth(scaled(84 * GRID)))
        column.addWidget(self._pages, 1)
        foot = QFrame()
        row = buttons_row(self._busy, self.back_button, self.next_button, lead=lambda: self.leave_button)
        row.setContentsMargins(0, GRID, 0, 0)
        foot.setLayout(row)
        fit_scale(foot, lambda: foot.setMaximumWidth(scaled(84 * GRID)))
        column.addWidget(foot)
        whole.addWidget(right, 1)


def _make_room(folder: Path) -> None:
    folder.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
