"""At which hours somebody answers the telephone, judged from the calls that were tried."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

BAND_HOURS = 2
ENOUGH_TRIED = 5
"""Calls below which nothing is said: fewer are chance."""
FEWEST_IN_BAND = 2
_WEIGHT = 3  # how many calls at the person's own rate a band is mixed with, so that 1 of 1 does not beat 5 of 6
_MOST_BANDS = 2


@dataclass(frozen=True, slots=True)
class Attempt:
    """A call that was tried: the hour on the patient's own clock, and whether anybody answered."""

    hour: int
    answered: bool


@dataclass(frozen=True, slots=True)
class Band:
    """Hours of the day and what came of the calls in them. `chance` is in thousandths, smoothed."""

    from_hour: int
    until_hour: int
    answered: int
    tried: int
    chance: int

    def in_words(self) -> str:
        """Return "answered 5 of 6 times between 9 and 11 AM"."""
        return f"answered {self.answered} of {self.tried} times between {_hours(self.from_hour, self.until_hour)}"


@dataclass(frozen=True, slots=True)
class Reachability:
    """The hours worth trying, the best first; none when there is too little to go by, or nobody ever answered."""

    tried: int
    answered: int
    bands: tuple[Band, ...] = ()

    @property
    def is_known(self) -> bool:
        return self.tried >= ENOUGH_TRIED

    def in_words(self) -> str:
        """Return what is known as one sentence."""
        if not self.is_known:
            return f"Not enough calls yet: {self.tried} of {ENOUGH_TRIED}."
        if not self.answered:
            return f"Nobody answered any of {self.tried} calls."
        if not self.bands:
            return f"Answered {self.answered} of {self.tried} times, at no hour more than at others."
        words = "; ".join(band.in_words() for band in self.bands)
        return f"{words[0].upper()}{words[1:]}."


def best_hours(attempts: Iterable[Attempt]) -> Reachability:
    """Return when somebody can be reached.

    Two-hour bands are compared by their share of answered calls, each mixed with a few calls at the person's own rate;
    those that do no better than that rate are left out. No two of the bands returned overlap.
    """
    tried = list(attempts)
    answered = sum(attempt.answered for attempt in tried)
    if len(tried) < ENOUGH_TRIED or not answered:
        return Reachability(len(tried), answered)
    own_rate = answered * 1000 // len(tried)
    # A band begins at an hour that was tried: nothing is said of one that was not.
    starts = sorted({min(attempt.hour, 24 - BAND_HOURS) for attempt in tried})
    bands = [_band(tried, start, own_rate) for start in starts]
    worth = [band for band in bands if band.tried >= FEWEST_IN_BAND and band.answered and band.chance >= own_rate]
    # Among equals, the band that was tried more, then the earlier one.
    worth.sort(key=lambda band: (-band.chance, -band.tried, band.from_hour))
    chosen: list[Band] = []
    for band in worth:
        apart = all(band.until_hour <= other.from_hour or other.until_hour <= band.from_hour for other in chosen)
        if apart and len(chosen) < _MOST_BANDS:
            chosen.append(band)
    return Reachability(len(tried), answered, tuple(chosen))


def _band(tried: Sequence[Attempt], start: int, own_rate: int) -> Band:
    inside = [attempt for attempt in tried if start <= attempt.hour < start + BAND_HOURS]
    answered = sum(attempt.answered for attempt in inside)
    chance = (answered * 1000 + own_rate * _WEIGHT) // (len(inside) + _WEIGHT)
    return Band(start, start + BAND_HOURS, answered, len(inside), chance)


def _hours(start: int, end: int) -> str:
    halves = ["AM" if hour % 24 < 12 else "PM" for hour in (start, end)]
    first, last = (str((hour - 1) % 12 + 1) for hour in (start, end))
    return (
        f"{first} and {last} {halves[1]}" if halves[0] == halves[1] else f"{first} {halves[0]} and {last} {halves[1]}"
    )
