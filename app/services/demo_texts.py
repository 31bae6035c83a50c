"""What the demo clinic is made of, read from `resources/demo/` into values."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from app import assets


@dataclass(frozen=True, slots=True)
class Instead:
    """The code that is right when all conditions of `beside` are there too."""

    beside: frozenset[str]
    code: str
    description: str


@dataclass(frozen=True, slots=True)
class Illness:
    """A chronic condition, and what a plan (`outcome` to `coordination`) and a call note (`talk`) say of it.

    `say` is what people call it, `weight` how common it is, `is_risky` whether it puts the patient at significant risk.
    `goal` and `coordination` are items of the plan; `coordination` is empty where nobody else treats it.
    """

    key: str
    say: str
    code: str
    description: str
    weight: int
    outcome: str
    goal: Mapping[str, str]
    symptoms: str
    intervention: str
    coordination: Mapping[str, str]
    talk: tuple[str, ...]
    medicines: tuple[tuple[str, str], ...]  # name, directions
    instead: tuple[Instead, ...]
    is_risky: bool

    def coded(self, beside: frozenset[str]) -> tuple[str, str]:
        """Return the code and description for a patient who also has the conditions named."""
        for each in self.instead:
            if each.beside <= beside:
                return each.code, each.description
        return self.code, self.description


@dataclass(frozen=True, slots=True)
class HardName:
    """A name that trips programs."""

    given: str
    family: str
    sex: str
    suffix: str = ""
    language: str = ""


@dataclass(frozen=True, slots=True)
class Names:
    """Parts of invented names."""

    female: tuple[str, ...]
    male: tuple[str, ...]
    family: tuple[str, ...]
    suffixes: tuple[str, ...]
    hard: tuple[HardName, ...]


@dataclass(frozen=True, slots=True)
class Town:
    """Where the invented people live: `cities` are name and ZIP code."""

    cities: tuple[tuple[str, str], ...]
    state: str
    area_codes: tuple[str, ...]
    streets: tuple[str, ...]
    homes: tuple[str, ...]
    away: tuple[str, ...]
    languages: tuple[str, ...]
    relations: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Chartings:
    """Chronic conditions, other problems and allergies to choose from."""

    illnesses: tuple[Illness, ...]
    others: tuple[Mapping[str, Any], ...]
    allergies: tuple[tuple[str, str], ...]  # what, reaction


@dataclass(frozen=True, slots=True)
class Phrases:
    """What the staff write: by section of the note, by activity at the desk, reasons, and the plan's own sections."""

    note: Mapping[str, tuple[str, ...]]
    desk: Mapping[str, tuple[str, ...]]
    attempt: Mapping[str, str]
    reasons: Mapping[str, Any]
    plan: Mapping[str, Any]


@cache
def names() -> Names:
    raw = assets.load_toml("demo/names.toml")
    return Names(
        tuple(raw["female"]),
        tuple(raw["male"]),
        tuple(raw["family"]),
        tuple(raw["suffixes"]),
        tuple(HardName(**row) for row in raw["hard"]),
    )


@cache
def town() -> Town:
    raw = assets.load_toml("demo/town.toml")["town"]
    return Town(
        cities=tuple((name, code) for name, code in raw["cities"]),
        state=raw["state"],
        **{key: tuple(raw[key]) for key in ("area_codes", "streets", "homes", "away", "languages", "relations")},
    )


@cache
def chartings() -> Chartings:
    raw = assets.load_toml("demo/conditions.toml")
    return Chartings(
        tuple(_illness(row) for row in raw["condition"]),
        tuple(raw["other"]),
        tuple((row["description"], row["reaction"]) for row in raw["allergy"]),
    )


@cache
def phrases() -> Phrases:
    raw = assets.load_toml("demo/notes.toml")
    return Phrases(
        {key: tuple(said) for key, said in raw["note"].items()},
        {key: tuple(said) for key, said in raw["desk"].items()},
        raw["attempt"],
        raw["reasons"],
        raw["plan"],
    )


def _illness(row: Mapping[str, Any]) -> Illness:
    return Illness(
        key=row["key"],
        say=row["say"],
        code=row["code"],
        description=row["description"],
        weight=row["weight"],
        outcome=row["outcome"],
        goal=row["goal"],
        symptoms=row["symptoms"],
        intervention=row["intervention"],
        coordination=row.get("coordination", {}),
        talk=tuple(row["talk"]),
        medicines=tuple((name, directions) for name, directions in row["medicines"]),
        instead=tuple(
            Instead(frozenset(each["with"]), each["code"], each["description"]) for each in row.get("instead", ())
        ),
        is_risky=row.get("risk", True),
    )
