"""Where errors end: a plain sentence for what a person can mend, the crash window for our own mistakes."""

import platform
import secrets
import sys
import threading
from dataclasses import dataclass
from types import TracebackType

from PySide6.QtCore import QMessageLogContext, QObject, QtMsgType, Signal, qInstallMessageHandler, qVersion

from app.rules.errors import ClinicError
from app.views import diagnostic_log


@dataclass(frozen=True, slots=True)
class CrashReport:
    """All that is shown and may be copied about an unexpected error; holds no data, no locals and no message text."""

    error_id: str
    kind: str
    version: str
    system: str
    frames: tuple[str, ...]

    def text(self) -> str:
        """Return the report as lines to copy."""
        head = (f"CareLoop {self.version}", self.system, f"Error {self.error_id}: {self.kind}")
        return "\n".join((*head, *(f"  {frame}" for frame in self.frames)))


class Faults(QObject):
    """Sorts errors into the two families; hears them from any thread and speaks on the GUI thread.

    `known` carries the sentence of a `ClinicError`; `crashed` carries a `CrashReport` of anything else.
    """

    known = Signal(str)
    crashed = Signal(object)
    _heard = Signal(object)

    def __init__(self, version: str, parent: QObject | None = None) -> None:
        """Report as program version `version`."""
        super().__init__(parent)
        self._version = version
        self._heard.connect(self._on_heard)

    def install(self) -> None:
        """Become the last resort for exceptions of slots, threads and finalizers, and for Qt's own messages."""
        sys.excepthook = self._on_exception
        threading.excepthook = self._on_thread_exception
        sys.unraisablehook = self._on_unraisable
        qInstallMessageHandler(_on_qt_message)

    def uninstall(self) -> None:
        """Give the hooks back to Python and Qt."""
        sys.excepthook = sys.__excepthook__
        threading.excepthook = threading.__excepthook__
        sys.unraisablehook = sys.__unraisablehook__
        qInstallMessageHandler(None)

    def report(self, error: BaseException) -> None:
        """Take any error, from any thread. Connect `Tasks.failed` here."""
        if isinstance(error, ClinicError):
            self._heard.emit(sentence(error))
            return
        self._crash(type(error), error.__traceback__)

    def _on_heard(self, what: object) -> None:
        if isinstance(what, CrashReport):
            self.crashed.emit(what)
        else:
            self.known.emit(str(what))

    def _on_exception(self, kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        if issubclass(kind, KeyboardInterrupt):
            sys.__excepthook__(kind, error, trace)
            return
        self.report(error.with_traceback(trace))

    def _on_thread_exception(self, args: threading.ExceptHookArgs) -> None:
        if args.exc_value is not None:
            self.report(args.exc_value)

    def _on_unraisable(self, args: "sys.UnraisableHookArgs") -> None:
        diagnostic_log.note_crash("unraisable", args.exc_type.__name__, diagnostic_log.frames(args.exc_traceback))

    def _crash(self, kind: type[BaseException], trace: TracebackType | None) -> None:
        made = CrashReport(
            error_id=secrets.token_hex(4),
            kind=kind.__name__,
            version=self._version,
            system=f"{platform.system()} {platform.release()}, Python {platform.python_version()}, Qt {qVersion()}",
            frames=diagnostic_log.frames(trace),
        )
        diagnostic_log.note_crash(made.error_id, made.kind, made.frames)
        self._heard.emit(made)


def sentence(error: ClinicError) -> str:
    """Return what to say to the person about `error`: its own words, else what its class means."""
    return str(error) or (type(error).__doc__ or "That could not be done.").partition("\n")[0]


def _on_qt_message(kind: QtMsgType, context: QMessageLogContext, _text: str) -> None:
    """Log that Qt complained and where; never its text, which may quote what was typed."""
    category = context.category
    diagnostic_log.note("qt", kind=kind.name, category=str(category or "default"), line=int(context.line))
