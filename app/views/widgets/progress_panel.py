"""Long work in view: what it does, how far it is, and a way to stop it."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QProgressBar, QVBoxLayout, QWidget

from app.views import safe_text
from app.views.tasks import Job
from app.views.theme import GRID
from app.views.widgets.layout import buttons_row


class ProgressPanel(QWidget):
    """Follows one job at a time; hidden while there is none. `ended` follows the last report of any outcome."""

    ended = Signal()

    def __init__(self, *, name: str = "progress") -> None:
        """Wait for a job."""
        super().__init__()
        self.setObjectName(name)
        self._job: Job | None = None
        self._title = safe_text.label("", "strong", name=f"{name}_title")
        self._detail = safe_text.label("", "muted", name=f"{name}_detail")
        self.bar = QProgressBar()
        self.bar.setObjectName(f"{name}_bar")
        self.bar.setTextVisible(False)
        self.cancel_button = safe_text.button(self.tr("Cancel"), name=f"{name}_cancel", on_click=self._on_cancel)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(GRID)
        column.addWidget(self._title)
        column.addWidget(self.bar)
        column.addWidget(self._detail)
        column.addLayout(buttons_row(self.cancel_button))
        self.hide()

    def watch(self, title: str, job: Job) -> None:
        """Show `job` under `title` until it ends."""
        self._job = job
        self._title.setText(title)
        self.bar.setAccessibleName(title)
        self._detail.setText("")
        self.bar.setRange(0, 0)
        self.cancel_button.setEnabled(True)
        safe_text.set_button_text(self.cancel_button, self.tr("Cancel"))
        job.progressed.connect(self._on_progressed)
        job.finished.connect(self._on_finished)
        self.show()

    def _on_progressed(self, done: int, total: int, text: str) -> None:
        if self.sender() is not self._job:
            return
        self.bar.setRange(0, total)
        self.bar.setValue(done)
        counted = self.tr("{done} of {total}").format(done=f"{done:,}", total=f"{total:,}")
        self._detail.setText(f"{counted} · {text}" if text else counted)

    def _on_finished(self) -> None:
        if self.sender() is not self._job:  # another one is followed by now
            return
        self._job = None
        self.hide()
        self.ended.emit()

    def _on_cancel(self) -> None:
        if self._job is not None:
            self._job.cancel()
            self.cancel_button.setEnabled(False)
            safe_text.set_button_text(self.cancel_button, self.tr("Stopping…"))
