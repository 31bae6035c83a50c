"""Choices of place: United States time zones and states."""

from collections.abc import Sequence

from app.views.widgets.fields import ChoiceField

TIME_ZONES = (
    ("America/New_York", "Eastern"),
    ("America/Chicago", "Central"),
    ("America/Denver", "Mountain"),
    ("America/Phoenix", "Mountain, Arizona (no daylight saving)"),
    ("America/Los_Angeles", "Pacific"),
    ("America/Anchorage", "Alaska"),
    ("America/Adak", "Aleutian"),
    ("Pacific/Honolulu", "Hawaii"),
    ("America/Puerto_Rico", "Atlantic, Puerto Rico"),
    ("Pacific/Guam", "Guam"),
    ("Pacific/Pago_Pago", "American Samoa"),
)
"""(IANA key, words), east to west."""

STATES = (
    "AL",
    "AK",
    "AS",
    "AZ",
    "AR",
    "CA",
    "CO",
    "CT",
    "DE",
    "DC",
    "FL",
    "GA",
    "GU",
    "HI",
    "ID",
    "IL",
    "IN",
    "IA",
    "KS",
    "KY",
    "LA",
    "ME",
    "MD",
    "MA",
    "MI",
    "MN",
    "MS",
    "MO",
    "MT",
    "NE",
    "NV",
    "NH",
    "NJ",
    "NM",
    "NY",
    "NC",
    "ND",
    "MP",
    "OH",
    "OK",
    "OR",
    "PA",
    "PR",
    "RI",
    "SC",
    "SD",
    "TN",
    "TX",
    "UT",
    "VT",
    "VI",
    "VA",
    "WA",
    "WV",
    "WI",
    "WY",
)
"""USPS codes of states, the district and territories."""


class TimeZoneCombo(ChoiceField):
    """A time zone; value is its IANA key, None when none is chosen. A key not in the list is added when it is set."""

    def __init__(self, *, empty: str | None = None, zones: Sequence[tuple[str, str]] = TIME_ZONES) -> None:
        """Offer `zones`."""
        super().__init__([(key, f"{words} · {key}") for key, words in zones], empty=empty)

    def set_value(self, value: str | None) -> None:
        """Choose the zone `value`."""
        if value and self.findData(value) < 0:
            self.addItem(value, value)
        super().set_value(value)


class StateCombo(ChoiceField):
    """A state by its USPS code; typing the code's letters chooses it. Value is the code, None when none is chosen."""

    def __init__(self, *, empty: str | None = "") -> None:
        """Offer every state and territory."""
        super().__init__([(code, code) for code in STATES], empty=empty)
