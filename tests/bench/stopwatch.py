"""Times beside one another: what CareLoop takes, and what the least that could do the same takes on the same machine.

A time alone says as much about the machine as about the program; a ratio of two times of one run does not.
"""

import gc
import time
from collections.abc import Callable


def best(call: Callable[[], object], times: int = 3) -> float:
    """Return the seconds of the quickest of several calls: what others did on the machine only ever adds."""
    gc.collect()
    return min(_seconds(call) for _ in range(times))


def line(what: str, ours: float, beside: str, theirs: float, promised: str = "") -> str:
    """Return a line of the report; `ours` and `theirs` in seconds."""
    said = f"   promised: {promised}" if promised else ""
    return f"{what:<46}{words(ours):>11}{ours / theirs:8.1f} ×  {beside} {words(theirs)}{said}"


def words(seconds: float) -> str:
    """Return seconds in the unit a person would use."""
    if seconds >= 1:
        return f"{seconds:.2f} s"
    return f"{seconds * 1000:.1f} ms" if seconds >= 0.001 else f"{seconds * 1_000_000:.0f} µs"


def _seconds(call: Callable[[], object]) -> float:
    began = time.perf_counter()
    call()
    return time.perf_counter() - began
