from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from app.rules.errors import ClinicError


def time_zone(name: str) -> ZoneInfo:
    """Return the zone of that IANA name, or raise `ClinicError`."""
    if not zone_is_known(name):
        raise ClinicError(f"There is no time zone {name!r}. Use a name such as America/Chicago.")
    return ZoneInfo(name)


@lru_cache(maxsize=1024)
def zone_is_known(name: str) -> bool:
    """Tell whether a name is in the IANA time zone database letter for letter, whatever the machine's files forgive.

    What only the machine's folder holds is refused: a name in other case, "localtime", and "right/…", which count leap
    seconds and so put every instant elsewhere.
    """
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False
    return name in _zone_names()


@lru_cache(maxsize=1)
def _zone_names() -> frozenset[str]:
    return frozenset(available_timezones()) - {"localtime", "posixrules"}
