"""Nothing typed is lost: what changes is kept soon after the last key, and at once before the screen locks."""

import threading
from collections.abc import Callable
from typing import Generic, TypeVar

from PySide6.QtCore import QObject, QTimer, Signal

from app.rules.errors import ClinicError
from app.storage.ledger import ClinicLocked
from app.views.tasks import Tasks

T = TypeVar("T")
WAIT_MS = 2000


class Autosave(QObject, Generic[T]):
    """Keeps a draft: `read` gives what is typed (GUI thread), `save` puts it into the clinic (any thread).

    `kept` follows each time all that was typed is in the file. `refused` carries the error of a draft that cannot be
    kept as it is; it is tried again after the next key.
    """

    kept = Signal()
    refused = Signal(object)

    def __init__(self, tasks: Tasks, read: Callable[[], T], save: Callable[[T], object], parent: QObject) -> None:
        """Wait for the first `touch`."""
        super().__init__(parent)
        self._tasks = tasks
        self._read = read
        self._save = save
        self._latest: T | None = None
        self._one_at_a_time = threading.Lock()
        self._typed = 0
        self._saved = 0
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(WAIT_MS)
        self._timer.timeout.connect(self.save_soon)

    @property
    def is_kept(self) -> bool:
        """Whether all that was typed is in the file."""
        return self._saved == self._typed

    def touch(self) -> None:
        """Something was typed: keep it 2 s after the last key."""
        self._typed += 1
        self._timer.start()

    def save_soon(self) -> None:
        """Keep it now, without waiting for the database."""
        self._timer.stop()
        if not self.is_kept:
            self._latest = self._read()
            number = self._typed
            self._tasks.run(lambda: self._write(number), self._on_written, self._on_failed)

    def save_at_once(self) -> None:
        """Keep it before this returns; for the moment before the clinic is locked or closed."""
        self._timer.stop()
        if self.is_kept:
            return
        self._latest = self._read()
        try:
            self._on_written(self._write(self._typed))
        except ClinicError as error:
            self._on_failed(error)

    def to_write(self) -> Callable[[], object]:
        """Return what writes all that is typed now, for a job that needs it in the file before it goes on."""
        self._timer.stop()
        self._latest = self._read()
        number = self._typed
        return lambda: self._write(number)

    def forget(self) -> None:
        """Keep nothing more: the draft became something final, or was thrown away."""
        self._timer.stop()
        self._saved = self._typed
        self._latest = None

    def _on_written(self, number: int) -> None:
        self._saved = max(self._saved, number)
        if self.is_kept:
            self.kept.emit()

    def _on_failed(self, error: Exception) -> None:
        if isinstance(error, ClinicLocked):
            return  # what is typed stays in its fields, and is kept after unlocking
        if isinstance(error, ClinicError):
            self.refused.emit(error)
        else:
            self._tasks.failed.emit(error)

    def _write(self, number: int) -> int:
        """Save the newest text: an older job that ran late must not put older text over it."""
        with self._one_at_a_time:
            if self._latest is not None:
                self._save(self._latest)
        return number
