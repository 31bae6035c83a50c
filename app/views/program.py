"""The program with a window, from its start to its end."""

import contextlib
import gc
import sys
from pathlib import Path

from PySide6.QtWidgets import QApplication

from app.services.clinic_calendar import federal_holidays
from app.views import diagnostic_log
from app.views.crash_window import CrashWindow
from app.views.errors import CrashReport, Faults
from app.views.front_desk import FrontDesk
from app.views.preferences import PreferenceStore, user_settings
from app.views.tasks import Tasks
from app.views.theme import Theme
from app.views.wiring import Wiring


def run_window(wiring: Wiring, folder: Path | None = None, *, demo: bool = False) -> int:
    """Open the window and return the exit code once it is closed.

    With `folder` the sign-in to that clinic is shown first; `demo` shows the demo clinic's, made first if need be.
    """
    app = QApplication.instance() or QApplication(sys.argv[:1])
    if not isinstance(app, QApplication):
        raise TypeError("a window needs an application with widgets")
    app.setApplicationName("CareLoop")
    app.setApplicationVersion(wiring.version)
    with contextlib.suppress(OSError):  # an unwritable log folder must never keep a clinic from its work
        diagnostic_log.start()
    preferences = PreferenceStore(user_settings())
    kept = preferences.load()
    theme = Theme(app, kept.theme, kept.text_scale)
    faults = Faults(wiring.version)
    tasks = Tasks()
    front_desk = FrontDesk(theme, preferences, tasks, faults, wiring)
    faults.crashed.connect(lambda report: _show_crash(front_desk, report))
    faults.install()
    try:
        front_desk.start(folder)
        if demo:
            front_desk.entrance.show_demo()
        this_year = wiring.clock.now().year
        tasks.run(lambda: _get_ready(this_year), papers=True)
        return app.exec()
    finally:
        tasks.close()
        front_desk.close()
        faults.uninstall()


def _get_ready(year: int) -> None:
    """Do, while somebody types their passphrase, what the first look at the queue would have to wait for."""
    federal_holidays(year)
    # What is loaded by now stays for good. A look at nine hundred patients makes a hundred thousand values: the
    # collector's own threshold would have it walk through the whole program for them again and again.
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)


def _show_crash(front_desk: FrontDesk, report: CrashReport) -> None:
    CrashWindow(report, front_desk.window).open()
