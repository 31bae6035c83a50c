"""The one runner for all background work."""

import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from typing import Any, TypeVar

from PySide6.QtCore import QObject, Qt, Signal

T = TypeVar("T")

PROGRESS_EVERY_SECONDS = 0.05


class Cancelled(Exception):
    """The person asked the work to stop, and it did."""


class Progress:
    """Handed to long work, which reports by calling it; raises `Cancelled` there once the person asked to stop."""

    def __init__(self, tell: Callable[[int, int, str], None]) -> None:
        """Report through `tell(done, total, text)`, at most twenty times a second."""
        self._tell = tell
        self._cancel = threading.Event()
        self._told_at = 0.0

    @property
    def is_cancelled(self) -> bool:
        """Whether the person asked to stop."""
        return self._cancel.is_set()

    def cancel(self) -> None:
        """Ask the work to stop at its next report."""
        self._cancel.set()

    def __call__(self, done: int, total: int, text: str = "") -> None:
        """Say that `done` of `total` parts are finished. `text` says what, in words that name no patient."""
        if self._cancel.is_set():
            raise Cancelled
        now = time.monotonic()
        if done >= total or now - self._told_at >= PROGRESS_EVERY_SECONDS:
            self._told_at = now
            self._tell(done, total, text)


class Job(QObject):
    """One piece of background work, seen from the GUI thread.

    However fast the work, its outcome is told once the event loop is back: whoever is handed a job can still connect.
    `finished` follows every outcome; the job is gone after it. It is Qt's and not Python's: whichever thread lets go of
    it last, it is deleted on the GUI thread.
    """

    progressed = Signal(int, int, str)
    succeeded = Signal(object)
    failed = Signal(object)
    cancelled = Signal()
    finished = Signal()
    _ended = Signal(object, object)

    def __init__(self, parent: QObject) -> None:
        """Make a job that has not started."""
        super().__init__(parent)
        self.progress = Progress(self.progressed.emit)
        self._ended.connect(self._on_ended, Qt.ConnectionType.QueuedConnection)

    def cancel(self) -> None:
        """Ask the work to stop; `cancelled` or another outcome follows."""
        self.progress.cancel()

    def end(self, result: object, error: Exception | None) -> None:
        """Take the outcome, from any thread."""
        self._ended.emit(result, error)

    def _on_ended(self, result: object, error: Exception | None) -> None:
        if error is None:
            self.succeeded.emit(result)
        elif isinstance(error, Cancelled):
            self.cancelled.emit()
        else:
            self.failed.emit(error)
        self.finished.emit()
        self.deleteLater()


class Tasks(QObject):
    """Runs calls off the GUI thread and brings their results back to it.

    One worker thread serves everything that touches the database, in the order asked; a second one makes papers, a
    third one looks words up. Jobs carry values, never widgets or sessions. Pass bound methods of QObjects as `done` and
    `failed`: those of a deleted page are then skipped. `failed` is emitted with the exception of each job that named no
    `failed` of its own.
    """

    failed = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        """Start with no threads; they are made when first needed."""
        super().__init__(parent)
        self._database = ThreadPoolExecutor(max_workers=1, thread_name_prefix="database")
        self._papers = ThreadPoolExecutor(max_workers=1, thread_name_prefix="papers")
        self._words = ThreadPoolExecutor(max_workers=1, thread_name_prefix="words")
        self._jobs: set[Job] = set()
        self._closed = False

    @property
    def is_idle(self) -> bool:
        """Whether every job has ended and its outcome was delivered."""
        return not self._jobs

    def run(
        self,
        call: Callable[[], T],
        done: Callable[[T], object] | None = None,
        failed: Callable[[Exception], object] | None = None,
        *,
        papers: bool = False,
    ) -> Job:
        """Start `call` and hand its result to `done`, or its error to `failed`, on the GUI thread.

        `papers` chooses the thread for long work that draws or reads much and holds no transaction meanwhile, so that a
        running call's heartbeats need not wait for it.
        """
        return self.run_long(lambda _: call(), done, failed, papers=papers)

    def look_up(
        self, call: Callable[[], T], done: Callable[[T], object], failed: Callable[[Exception], object] | None = None
    ) -> Job:
        """Start `call` on the thread of words: what is long and may come late, and touches no database."""
        return self._start(lambda _: call(), done, failed, self._words)

    def run_long(
        self,
        call: Callable[[Progress], T],
        done: Callable[[T], object] | None = None,
        failed: Callable[[Exception], object] | None = None,
        *,
        papers: bool = False,
    ) -> Job:
        """Start `call`, which reports through the `Progress` it is given; cancel it through the returned job."""
        return self._start(call, done, failed, self._papers if papers else self._database)

    def drain(self) -> None:
        """Wait until everything asked so far has run; results still reach the GUI thread through its event loop."""
        waits: list[Future[Any]] = [pool.submit(int) for pool in self._pools]
        for wait in waits:
            wait.result()

    def close(self) -> None:
        """Take no more work, ask what runs to stop, wait for it, and forget what had not begun."""
        self._closed = True
        for job in tuple(self._jobs):
            job.cancel()
        for pool in self._pools:
            pool.shutdown(wait=True, cancel_futures=True)
        self._jobs.clear()

    @property
    def _pools(self) -> tuple[ThreadPoolExecutor, ...]:
        return self._database, self._papers, self._words

    def _start(
        self,
        call: Callable[[Progress], T],
        done: Callable[[T], object] | None,
        failed: Callable[[Exception], object] | None,
        pool: ThreadPoolExecutor,
    ) -> Job:
        job = Job(self)
        if self._closed:
            return job
        if done is not None:
            job.succeeded.connect(done)
        job.failed.connect(failed or self.failed)
        job.finished.connect(partial(self._jobs.discard, job))
        self._jobs.add(job)  # the job must outlive its work
        pool.submit(_work, call, job)
        return job


class Latest(QObject):
    """Asks questions of which only the newest answer counts (search as one types)."""

    def __init__(self, tasks: Tasks, parent: QObject) -> None:
        """Ask through `tasks`; answers after `parent` is deleted are dropped."""
        super().__init__(parent)
        self._tasks = tasks
        self._asked = 0

    def ask(
        self,
        call: Callable[[], T],
        done: Callable[[T], object],
        failed: Callable[[Exception], object] | None = None,
        *,
        papers: bool = False,
    ) -> None:
        """Ask `call`; `done` hears the answer unless a newer question was asked meanwhile."""
        self._asked += 1
        answer = _Answer(self, self._asked, done, failed or self._tasks.failed.emit)
        self._tasks.run(call, answer.on_done, answer.on_failed, papers=papers)

    def forget(self) -> None:
        """Let no answer to an earlier question through."""
        self._asked += 1

    def is_newest(self, number: int) -> bool:
        """Whether question `number` is the last one asked."""
        return number == self._asked


class _Answer(QObject):
    """Child of `Latest`, so that it is deleted, and skipped, with the page that asked."""

    def __init__(
        self, latest: Latest, number: int, done: Callable[[Any], object], failed: Callable[[Exception], object]
    ) -> None:
        super().__init__(latest)
        self._latest = latest
        self._number = number
        self._done = done
        self._failed = failed

    def on_done(self, result: object) -> None:
        self.deleteLater()
        if self._latest.is_newest(self._number):
            self._done(result)

    def on_failed(self, error: Exception) -> None:
        self.deleteLater()
        if self._latest.is_newest(self._number):
            self._failed(error)


def _work(call: Callable[[Progress], object], job: Job) -> None:
    try:
        result = call(job.progress)
    except Exception as error:  # noqa: BLE001 - the runner is the one place that catches all, and hands it on
        job.end(None, error)
    else:
        job.end(result, None)
