from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from app.rules.errors import ClinicError


def time_zone(name: str) -> ZoneInfo:
    """Return the zone of that IANA name, or raise `ClinicError`."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise ClinicError(f"There is no time zone {name!r}. Use a name such as America/Chicago.") from error
