import logging
import re
import stat
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QObject, Qt, Signal, qWarning
from PySide6.QtGui import QGuiApplication
from pytestqt.qtbot import QtBot

from app.rules.errors import ClinicError
from app.views import diagnostic_log
from app.views.crash_window import CrashWindow
from app.views.errors import CrashReport, Faults, sentence

CANARY = "Okafor, Adaeze 1948-03-09"


class MonthClosed(ClinicError):
    """Time can no longer be added to a month that was billed."""


class Button(QObject):
    pressed = Signal()


@pytest.fixture
def faults(qtbot: QtBot) -> Iterator[Faults]:
    made = Faults("0.1.0")
    made.install()
    yield made
    made.uninstall()


@pytest.fixture
def log(tmp_path: Path) -> Iterator[Path]:
    yield diagnostic_log.start(tmp_path / "logs")
    diagnostic_log.stop()


def fail() -> None:
    secret = CANARY
    raise ValueError(f"no such patient: {secret}")


def report_of(error: BaseException, faults: Faults, qtbot: QtBot) -> CrashReport:
    with qtbot.waitSignal(faults.crashed) as crashed:
        faults.report(error)
    assert crashed.args is not None
    report = crashed.args[0]
    assert isinstance(report, CrashReport)
    return report


def caught() -> ValueError:
    with pytest.raises(ValueError, match="no such") as info:
        fail()
    return info.value


def test_an_error_of_the_clinic_becomes_its_sentence(faults: Faults, qtbot: QtBot) -> None:
    with qtbot.waitSignal(faults.known) as known, qtbot.assertNotEmitted(faults.crashed):
        faults.report(ClinicError("October 2026 is closed."))
    assert known.args == ["October 2026 is closed."]
    assert sentence(MonthClosed()) == "Time can no longer be added to a month that was billed."


def test_any_other_error_is_reported_without_what_it_says(faults: Faults, qtbot: QtBot, log: Path) -> None:
    report = report_of(caught(), faults, qtbot)
    assert report.kind == "ValueError"
    assert report.frames[-1].startswith(f"{__name__}:fail:")
    assert "CareLoop 0.1.0" in report.text()
    assert "Okafor" not in report.text()
    written = log.read_text(encoding="utf-8")
    assert report.error_id in written
    assert f"{__name__}:fail:" in written
    assert "Okafor" not in written


def test_an_error_in_a_slot_arrives(faults: Faults, qtbot: QtBot) -> None:
    button = Button()
    button.pressed.connect(fail)
    faults.install()  # again: pytest-qt puts its own hook in place when a test begins
    with qtbot.waitSignal(faults.crashed):
        button.pressed.emit()


def test_an_error_in_a_thread_arrives_on_the_gui_thread(faults: Faults, qtbot: QtBot) -> None:
    heard: list[int] = []
    faults.crashed.connect(lambda _report: heard.append(threading.get_ident()))
    thread = threading.Thread(target=fail)
    with qtbot.waitSignal(faults.crashed):
        thread.start()
        thread.join()
    assert heard == [threading.get_ident()]


def test_what_qt_says_is_noted_without_its_words(faults: Faults, log: Path) -> None:
    qWarning(f"Could not parse {CANARY}")
    written = log.read_text(encoding="utf-8")
    assert "qt kind=QtWarningMsg" in written
    assert "Okafor" not in written


def test_the_log_is_its_owners_alone(log: Path) -> None:
    diagnostic_log.note("started", version="0.1.0")
    assert stat.S_IMODE(log.stat().st_mode) == 0o600
    assert stat.S_IMODE(log.parent.stat().st_mode) == 0o700


def test_a_full_log_rolls_over_privately(log: Path) -> None:
    line = "x" * 80
    for _ in range(12_000):
        diagnostic_log.note(line)
    files = sorted(log.parent.iterdir())
    assert 2 <= len(files) <= diagnostic_log.FILES_KEPT
    assert {stat.S_IMODE(path.stat().st_mode) for path in files} == {0o600}
    assert all(path.stat().st_size <= diagnostic_log.MEGABYTE for path in files)


@given(st.text(min_size=1))
def test_free_text_never_gets_into_the_log(text: str) -> None:
    records: list[str] = []

    class Keep(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            records.append(record.getMessage())

    logger, handler = logging.getLogger("careloop"), Keep()
    logger.addHandler(handler)
    before, logger.level = logger.level, logging.INFO
    try:
        diagnostic_log.note("event", said=text, name=CANARY)
    finally:
        logger.removeHandler(handler)
        logger.level = before
    assert re.fullmatch(r"event said=(\?|[A-Za-z0-9_.:<>/+-]{1,80}) name=\?", records[0])


def test_a_forged_line_cannot_be_written(log: Path) -> None:
    diagnostic_log.note("event", said="ok\n2026-01-01T00:00:00Z ERROR forged")
    assert len(log.read_text(encoding="utf-8").splitlines()) == 1


def test_other_loggers_words_are_not_in_our_log(log: Path) -> None:
    logging.getLogger("sqlalchemy.engine").warning("SELECT %s", CANARY)
    assert log.read_text(encoding="utf-8") == ""


def test_the_crash_window_offers_the_report_to_copy(faults: Faults, qtbot: QtBot, show: Callable[..., None]) -> None:
    report = report_of(caught(), faults, qtbot)
    window = CrashWindow(report)
    show(window)
    assert window.details.toPlainText() == report.text()
    qtbot.mouseClick(window.copy_button, Qt.MouseButton.LeftButton)
    assert QGuiApplication.clipboard().text() == report.text()
    with qtbot.waitSignal(window.accepted):
        qtbot.keyClick(window.close_button, Qt.Key.Key_Space)
