"""Key presses that change a call, one after the other however fast they come."""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QObject

from app.storage.ledger import ClinicLocked
from app.views.tasks import Tasks


@dataclass(frozen=True, slots=True)
class Work:
    """Something for the database thread; `done` gets its result on the GUI thread and may return what follows it."""

    call: Callable[[], Any]
    done: Callable[[Any], "Work | None"]
    failed: Callable[[Exception], None] | None = None


Step = Callable[[], Work | None]


class Steps(QObject):
    """Runs steps in the order asked; each begins when the one before has ended, and sees what that one left.

    After an error the steps still waiting are dropped, because they were asked in the belief that it would succeed.
    """

    def __init__(self, tasks: Tasks, parent: QObject) -> None:
        """Run the steps' work through `tasks`."""
        super().__init__(parent)
        self._tasks = tasks
        self._waiting: deque[Step] = deque()
        self._work: Work | None = None
        self._is_stepping = False

    @property
    def is_busy(self) -> bool:
        """Whether a step has not ended yet."""
        return self._work is not None or self._is_stepping

    def ask(self, step: Step) -> None:
        """Run `step` after those asked before."""
        self._waiting.append(step)
        self._next()

    def _next(self) -> None:
        while self._waiting and not self.is_busy:
            step = self._waiting.popleft()
            self._is_stepping = True
            try:
                work = step()
            finally:
                self._is_stepping = False
            self._go(work)

    def _go(self, work: Work | None) -> None:
        self._work = work
        if work is not None:
            self._tasks.run(work.call, self._on_done, self._on_failed)

    def _on_done(self, result: object) -> None:
        work, self._work = self._work, None
        if work is None:
            return
        self._is_stepping = True
        try:
            following = work.done(result)
        finally:
            self._is_stepping = False
        self._go(following)
        self._next()

    def _on_failed(self, error: Exception) -> None:
        work, self._work = self._work, None
        self._waiting.clear()
        if isinstance(error, ClinicLocked):
            return  # nothing was changed, and the screen says by itself that it is locked
        if work is not None and work.failed is not None:
            work.failed(error)
        else:
            self._tasks.failed.emit(error)
