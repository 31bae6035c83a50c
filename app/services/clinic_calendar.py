"""The clinic's working days: its week, the federal holidays, and the days it adds or takes away itself."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from typing import Any

from sqlalchemy.orm import Session

from app import assets
from app.rules.cadence import CadenceTable, WorkingDays, parse_cadence
from app.services.setting_store import own_setting, put_setting

_HOLIDAYS = "holidays"
_TIERS = "tier_protocols"
_OBSERVED = " (observed)"


@dataclass(frozen=True, slots=True)
class ClosedDays:
    """What the clinic made of the federal holidays, in the form of its setting.

    `closed` are days of its own with their names, `worked` single federal ones on which it works, `never` the names of
    those on which it works every year.
    """

    closed: Mapping[date, str]
    worked: frozenset[date]
    never: frozenset[str]

    def name_on(self, day: date) -> str:
        """Return why the clinic is closed on a day, empty when it is not for a holiday."""
        if own := self.closed.get(day):
            return own
        name = federal_holidays(day.year).get(day, "")
        return "" if day in self.worked or plain_name(name) in self.never else name

    def __contains__(self, day: object) -> bool:
        return isinstance(day, date) and bool(self.name_on(day))


NO_OWN_DAYS = ClosedDays({}, frozenset(), frozenset())
"""The federal holidays as they are."""


@cache
def federal_holidays(year: int) -> Mapping[date, str]:
    """Return the federal holidays of a year, with the days on which they are observed when they fall on a weekend."""
    # Not at the program's start: the library loads every country it knows.
    from holidays.countries.united_states import UnitedStates  # noqa: PLC0415

    found = UnitedStates(years=year)  # type: ignore[no-untyped-call]
    return {day: str(found[day]) for day in sorted(found)}


def plain_name(name: str) -> str:
    """Return a federal holiday's name without "(observed)"."""
    return name.removesuffix(_OBSERVED)


def closed_days(session: Session) -> ClosedDays:
    """Return the clinic's holidays."""
    own: Any = own_setting(session, _HOLIDAYS) or {}
    return ClosedDays(
        {date.fromisoformat(day): str(name) for day, name in own.get("closed", ())},
        frozenset(date.fromisoformat(day) for day in own.get("worked", ())),
        frozenset(own.get("never", ())),
    )


def put_closed_days(session: Session, days: ClosedDays) -> None:
    """Keep the clinic's holidays."""
    value = {
        "closed": [[day.isoformat(), name] for day, name in sorted(days.closed.items())],
        "worked": sorted(day.isoformat() for day in days.worked),
        "never": sorted(days.never),
    }
    put_setting(session, _HOLIDAYS, value if any(value.values()) else None)


def cadence_table(session: Session) -> CadenceTable:
    """Return the protocols and tiers as the clinic set them."""
    own: Any = own_setting(session, _TIERS) or {}
    return _table(tuple(sorted((str(tier), str(protocol)) for tier, protocol in own.items())))


def put_tiers(session: Session, protocols: Mapping[str, str]) -> None:
    """Keep the protocols that the clinic gave to tiers; those that come with the program are not stored."""
    given = {row.key: row.protocol for row in _table(()).tiers}
    own = {tier: protocol for tier, protocol in protocols.items() if given.get(tier) != protocol}
    put_setting(session, _TIERS, own or None)


def working_days(session: Session) -> WorkingDays:
    """Return the days on which the clinic works."""
    return WorkingDays(cadence_table(session).weekdays, closed_days(session))


def with_closed(days: ClosedDays, day: date, name: str) -> ClosedDays:
    """Return the holidays with the clinic closed on a day; a federal one is given back rather than added."""
    worked = days.worked - {day}
    if plain_name(federal_holidays(day.year).get(day, "")) and not name:
        return replace(days, worked=worked)
    return replace(days, worked=worked, closed={**days.closed, day: name})


def with_open(days: ClosedDays, day: date) -> ClosedDays:
    """Return the holidays with the clinic open on a day."""
    closed = {other: name for other, name in days.closed.items() if other != day}
    worked = days.worked | {day} if day in federal_holidays(day.year) else days.worked
    return replace(days, closed=closed, worked=worked)


@cache
def _shipped() -> Mapping[str, Any]:
    return assets.load_toml("cadence.toml")


@cache
def _table(tiers: Sequence[tuple[str, str]]) -> CadenceTable:
    return parse_cadence(_shipped(), dict(tiers))
