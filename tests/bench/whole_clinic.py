"""A clinic of hundreds of patients: what its encryption costs, and its month-end board."""

from collections.abc import Iterator

from tests.bench import board, encryption
from tests.bench.clinics import demo


def measure(*, short: bool) -> Iterator[str]:
    """Yield the lines of both."""
    with demo(10, 1) if short else demo(240, 2) as desk:
        yield from encryption.lines(desk)
        yield from board.lines(desk)
