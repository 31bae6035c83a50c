"""Heartbeats of a call while the screen is locked and the clinic file closed: a small file beside it."""

import contextlib
import os
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from app.clock import Clock
from app.rules.timer import Moment

JOURNAL_FILE = "heartbeats.journal"
ANSWERS = ("keep", "discard")
_LARGEST = 8 * 1024 * 1024  # a week of beats; whatever is behind was not written by us
_OPEN = os.O_WRONLY | os.O_APPEND | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0)


@dataclass(frozen=True, slots=True)
class JournalBeat:
    """One heartbeat: the call's token, which says nothing about it, what the clocks said, and who was there.

    `touched_ns` is the monotonic count at the last touch, None in journals of programs that did not write it;
    `answer` is the word with which the idle question was answered on the locked screen, mostly empty.
    """

    token: str
    at: Moment
    touched_ns: int | None = None
    answer: str = ""


class CallJournal:
    """Beats go in while the clinic is locked, and are taken over when it is unlocked.

    With them goes when somebody last touched the program, and how the idle question was answered on the locked screen;
    nothing else is in it.

    The key is gone while it is written, so it cannot be signed: who can write into the clinic's folder could claim that
    a call, which they cannot name, went on at most until it is taken in; such a call is labelled recovered.
    """

    def __init__(self, folder: Path, clock: Clock) -> None:
        self._path = folder / JOURNAL_FILE
        self._clock = clock

    def beat(self, token: str, touched_ns: int | None = None, answer: str = "") -> None:
        """Add a heartbeat of the call known by `token`, on disk when this returns. Raises `OSError`."""
        boot = "".join(self._clock.boot_id().split())
        at = Moment(self._clock.now(), self._clock.monotonic_ns(), boot)
        line = _line(JournalBeat(token, at, touched_ns, answer))
        journal = os.open(self._path, _OPEN, 0o600)
        try:
            os.write(journal, line.encode())
            os.fsync(journal)
        finally:
            os.close(journal)

    def beats(self) -> tuple[JournalBeat, ...]:
        """Return all beats in the order they were written; a line that was cut off or is not ours is passed over."""
        try:
            with self._path.open("rb") as journal:
                text = journal.read(_LARGEST).decode("utf-8", errors="replace")
        except FileNotFoundError:
            return ()
        # What follows the last line end was being written when the power went.
        return tuple(beat for line in text.split("\n")[:-1] if (beat := _beat(line)) is not None)

    def forget(self, tokens: Collection[str]) -> None:
        """Drop the beats of these calls; those of other people's calls stay until they sign in."""
        kept = [beat for beat in self.beats() if beat.token not in tokens]
        if not kept:
            self._path.unlink(missing_ok=True)
            return
        fresh = self._path.with_suffix(".new")
        with contextlib.suppress(FileNotFoundError):
            fresh.unlink()
        journal = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(journal, "w", encoding="utf-8", newline="\n") as file:
            file.writelines(_line(beat) for beat in kept)
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(self._path)


def _line(beat: JournalBeat) -> str:
    words = [beat.token, beat.at.wall.isoformat(), str(beat.at.monotonic_ns), beat.at.boot_id]
    if beat.touched_ns is not None:
        words += [str(beat.touched_ns), *([beat.answer] if beat.answer else [])]
    return " ".join(words) + "\n"


def _beat(line: str) -> JournalBeat | None:
    parts = line.split(" ")
    counts = parts[2:3] + parts[4:5]
    if not 4 <= len(parts) <= 6 or not all(each.isdecimal() and len(each) <= 19 for each in counts):
        return None
    answer = parts[5] if len(parts) == 6 else ""
    if answer not in ("", *ANSWERS):
        return None
    try:
        wall = datetime.fromisoformat(parts[1])
    except ValueError:
        return None
    if wall.tzinfo is None:
        return None
    touched_ns = int(parts[4]) if len(parts) > 4 else None
    return JournalBeat(parts[0], Moment(wall, int(parts[2]), parts[3]), touched_ns, answer)
