"""The diagnostic log: what the program did, never what it was told.

Not the audit log. A line is a code and typed fields: counts, durations, versions, error codes, opaque ids. Text from
people, SQL parameters, exception messages and file names cannot get in: strings that are not plain identifiers are
written as `?`.
"""

import logging
import os
import re
import stat
import time
import traceback
from collections.abc import Sequence
from io import TextIOWrapper
from logging.handlers import RotatingFileHandler
from pathlib import Path
from types import TracebackType

from platformdirs import user_log_path

MEGABYTE = 1_000_000
FILES_KEPT = 5

_LOG = logging.getLogger("careloop")
_PLAIN = re.compile(r"[A-Za-z0-9_.:<>/+-]{1,80}")


def start(folder: Path | None = None) -> Path:
    """Write the log to a private file in `folder` (None: this person's log folder) and return its path."""
    folder = folder or user_log_path("CareLoop", appauthor=False)
    folder.mkdir(parents=True, exist_ok=True, mode=stat.S_IRWXU)
    path = folder / "careloop.log"
    handler = _PrivateFile(path, maxBytes=MEGABYTE, backupCount=FILES_KEPT - 1, encoding="utf-8")
    handler.setFormatter(_Lines())
    stop()
    _LOG.addHandler(handler)
    _LOG.setLevel(logging.INFO)
    _LOG.propagate = False
    return path


def stop() -> None:
    """Close the log's file."""
    for handler in tuple(_LOG.handlers):
        _LOG.removeHandler(handler)
        handler.close()


def note(code: str, *, level: int = logging.INFO, **facts: int | str | bool) -> None:
    """Write one line: an event's code and its facts. Free text is replaced by `?`."""
    words = " ".join(f"{key}={_plain(value)}" for key, value in facts.items())
    _LOG.log(level, "%s %s", _plain(code), words)


def frames(trace: TracebackType | None) -> tuple[str, ...]:
    """Return the frames of a traceback as `module:function:line`, outermost first; no locals, no source, no message."""
    return tuple(
        f"{frame.f_globals.get('__name__', '?')}:{frame.f_code.co_name}:{line}"
        for frame, line in traceback.walk_tb(trace)
    )


def note_crash(error_id: str, kind: str, where: Sequence[str]) -> None:
    """Write an unexpected error: its id, its type and its frames."""
    note("crash", level=logging.ERROR, id=error_id, type=kind)
    for frame in where:
        note("frame", level=logging.ERROR, id=error_id, at=frame)


def _plain(value: float | str) -> str:
    text = str(value)
    return text if _PLAIN.fullmatch(text) else "?"


class _Lines(logging.Formatter):
    """UTC, one line a record, no exception text."""

    def format(self, record: logging.LogRecord) -> str:
        stamp = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(record.created))
        return f"{stamp} {record.levelname} {record.getMessage()}".rstrip()


class _PrivateFile(RotatingFileHandler):
    """A rotating file only its owner may read, from its first byte on."""

    def _open(self) -> TextIOWrapper:
        descriptor = os.open(self.baseFilename, os.O_WRONLY | os.O_CREAT | os.O_APPEND, stat.S_IRUSR | stat.S_IWUSR)
        return TextIOWrapper(os.fdopen(descriptor, "ab"), encoding="utf-8")
