"""One process holds a clinic at a time: an operating-system lock on a file beside it that names the holder."""

import json
import os
import socket
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import IO, Self

from app.rules.errors import ClinicError

LOCK_FILE = "clinic.lock"
LOCKED_BYTE = 4096  # beyond the text, so that others can still read who holds it (Windows locks bytes hard)


class ClinicHeld(ClinicError):
    """Another process has the clinic open."""


class Holder:
    """Holds the clinic's lock until closed, or until the process ends, however it ends."""

    def __init__(self, folder: Path, now: datetime) -> None:
        path = folder / LOCK_FILE
        self._file: IO[str] = os.fdopen(os.open(path, os.O_RDWR | os.O_CREAT, 0o600), "r+", encoding="utf-8")
        try:
            _lock(self._file)
        except OSError:
            words = _describe(self._file)
            self._file.close()
            raise ClinicHeld(f"This clinic is open already{words}. Close it there first.") from None
        try:
            self._file.seek(0)
            self._file.truncate()
            json.dump(
                {"host": socket.gethostname(), "process": os.getpid(), "since": now.isoformat(timespec="minutes")},
                self._file,
            )
            self._file.flush()
        except OSError:
            with suppress(OSError):  # it tries to write once more
                self._file.close()
            raise

    def close(self) -> None:
        """Give the clinic back."""
        # Closing releases the lock. The file stays: removing it would race with the next holder.
        self._file.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def _lock(file: IO[str]) -> None:
    if os.name == "nt":
        import msvcrt  # noqa: PLC0415 - exists on Windows alone

        file.seek(LOCKED_BYTE)
        msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined,unused-ignore]
    else:
        import fcntl  # noqa: PLC0415 - does not exist on Windows

        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)


def _describe(file: IO[str]) -> str:
    try:
        file.seek(0)
        told = json.loads(file.read())
        return f" on {told['host']} (process {told['process']}, since {told['since']})"
    except (OSError, ValueError, KeyError, TypeError):
        return ""
