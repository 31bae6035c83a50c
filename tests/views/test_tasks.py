import gc
import threading
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from PySide6.QtCore import QObject, QThread, Signal
from pytestqt.qtbot import QtBot

from app.rules.errors import ClinicError
from app.views.tasks import Cancelled, Job, Latest, Progress, Tasks


class Page(QObject):
    heard = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.thread_seen: QThread | None = None

    def on_done(self, result: object) -> None:
        self.thread_seen = QThread.currentThread()
        self.heard.emit(result)


def test_work_runs_elsewhere_and_its_result_comes_back_here(qtbot: QtBot, tasks: Tasks) -> None:
    page = Page()
    with qtbot.waitSignal(page.heard) as heard:
        tasks.run(threading.get_ident, page.on_done)
    assert heard.args is not None
    assert heard.args[0] != threading.get_ident()
    assert page.thread_seen is page.thread()


def test_the_database_has_one_thread_and_keeps_the_order(qtbot: QtBot, tasks: Tasks) -> None:
    seen: list[tuple[int, int]] = []

    def note(n: int) -> Callable[[], None]:
        return lambda: seen.append((n, threading.get_ident()))

    jobs = [tasks.run(note(n)) for n in range(50)]
    qtbot.waitUntil(lambda: tasks.is_idle)
    assert len(jobs) == 50
    assert [n for n, _ in seen] == list(range(50))
    assert len({thread for _, thread in seen}) == 1


def test_papers_do_not_wait_for_the_database(qtbot: QtBot, tasks: Tasks) -> None:
    gate = threading.Event()
    page = Page()
    tasks.run(gate.wait)
    with qtbot.waitSignal(page.heard):
        tasks.run(lambda: "paper", page.on_done, papers=True)
    gate.set()


def test_an_error_goes_to_who_asked_or_to_everyones_desk(qtbot: QtBot, tasks: Tasks) -> None:
    def fail() -> None:
        raise ClinicError("The month is closed.")

    page = Page()
    with qtbot.waitSignal(page.heard) as own, qtbot.assertNotEmitted(tasks.failed):
        tasks.run(fail, failed=page.on_done)
    assert str(own.args and own.args[0]) == "The month is closed."
    with qtbot.waitSignal(tasks.failed) as common:
        tasks.run(fail)
    assert isinstance(common.args and common.args[0], ClinicError)


def test_long_work_reports_and_can_be_stopped(qtbot: QtBot, tasks: Tasks) -> None:
    begun = threading.Event()

    def count(progress: Progress) -> None:
        for n in range(1_000_000):
            progress(n, 1_000_000, "rows")
            begun.set()
        raise AssertionError("never stopped")

    job = tasks.run_long(count)
    assert begun.wait(5)
    with qtbot.waitSignal(job.cancelled), qtbot.assertNotEmitted(tasks.failed):
        job.cancel()


def test_progress_is_told_at_most_twenty_times_a_second_and_always_at_the_end() -> None:
    told: list[int] = []
    progress = Progress(lambda done, _total, _text: told.append(done))
    for n in range(1, 10_001):
        progress(n, 10_000)
    assert told[-1] == 10_000
    assert len(told) < 100
    progress.cancel()
    with pytest.raises(Cancelled):
        progress(1, 2)


def test_a_result_for_a_deleted_page_is_dropped(qtbot: QtBot, tasks: Tasks) -> None:
    gate = threading.Event()
    page = Page()
    heard: list[object] = []
    page.heard.connect(heard.append)
    tasks.run(gate.wait, page.on_done)
    page.deleteLater()
    del page
    qtbot.wait(1)
    gate.set()
    qtbot.waitUntil(lambda: tasks.is_idle)
    assert heard == []


def test_only_the_newest_answer_counts(qtbot: QtBot, tasks: Tasks) -> None:
    gate = threading.Event()
    owner = QObject()
    latest = Latest(tasks, owner)
    heard: list[Any] = []
    tasks.run(gate.wait)
    for text in ("o", "ok", "oka"):
        latest.ask(partial(str, text), heard.append)
    gate.set()
    qtbot.waitUntil(lambda: tasks.is_idle)
    assert heard == ["oka"]


def test_a_forgotten_question_is_not_answered(qtbot: QtBot, tasks: Tasks) -> None:
    owner = QObject()
    latest = Latest(tasks, owner)
    heard: list[Any] = []
    latest.ask(lambda: "late", heard.append)
    latest.forget()
    qtbot.waitUntil(lambda: tasks.is_idle)
    assert heard == []


def test_closing_stops_what_runs_and_takes_nothing_new(qtbot: QtBot) -> None:
    tasks = Tasks()
    begun = threading.Event()
    ended = threading.Event()

    def count(progress: Progress) -> None:
        try:
            for n in range(10_000_000):
                progress(n, 10_000_000)
                begun.set()
        finally:
            ended.set()

    tasks.run_long(count)
    assert begun.wait(5)
    tasks.close()
    assert ended.is_set()
    ran: list[int] = []
    assert isinstance(tasks.run(lambda: ran.append(1)), Job)
    assert ran == []
    assert tasks.is_idle


def test_a_thousand_jobs_in_a_row_all_come_back(qtbot: QtBot, tasks: Tasks) -> None:
    heard: list[int] = []
    for n in range(1000):
        tasks.run(partial(int, n), heard.append)
    qtbot.waitUntil(lambda: tasks.is_idle)
    assert heard == list(range(1000))


def test_who_connects_late_still_hears_a_fast_job(qtbot: QtBot, tasks: Tasks) -> None:
    job = tasks.run(lambda: 7)
    tasks.drain()  # the work is over before anybody listens
    heard: list[object] = []
    job.succeeded.connect(heard.append)
    job.finished.connect(lambda: heard.append("finished"))
    qtbot.waitUntil(lambda: heard == [7, "finished"])
    assert tasks.is_idle


def test_jobs_that_ended_are_gone(qtbot: QtBot, tasks: Tasks) -> None:
    """A heartbeat every five seconds makes thousands of them a day."""
    done: list[object] = []
    gc.collect()
    of_others = {id(each) for each in gc.get_objects() if isinstance(each, Job)}  # what an earlier test left
    for number in range(50):
        tasks.run(partial(int, number), done.append)
    qtbot.waitUntil(lambda: len(done) == 50)
    qtbot.waitUntil(lambda: tasks.findChildren(Job) == [])
    del number
    gc.collect()
    assert [id(each) for each in gc.get_objects() if isinstance(each, Job) and id(each) not in of_others] == []
