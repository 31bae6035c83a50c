"""A report as a frozen value: figures, charts and tables, the same on the screen, on paper and in a spreadsheet.

A cell is a whole number, a text or None ("not recorded"); its column's `kind` says how it is written. Days are ISO
dates, instants ISO 8601 with an offset, time is whole seconds, money whole cents, a rate so many in a thousand.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from app.rules.packet_facts import ClinicFacts, Making

Kind = Literal["text", "count", "time", "money", "rate", "day", "moment"]
"""How a value is written: "time" as h:mm:ss, "money" with cents, "rate" in percent with one decimal."""

Unit = Literal["count", "time", "money", "rate"]
Tone = Literal["accent", "ready", "warn", "block", "muted"]
"""What a colour means, as the screen's palette and the paper's have it."""

LIGHTER: dict[Tone, float] = {"muted": 0.62, "ready": 0.34, "warn": 0.5, "accent": 0.0, "block": 0.2}
"""How far charts draw a tone towards the ground it stands on, so that each has a grey of its own."""

Value = str | int | None
NUMBERS = frozenset({"count", "time", "money", "rate"})
NOTHING = "–"


@dataclass(frozen=True, slots=True)
class ReportColumn:
    """A column. `share` is its part of the width, on paper and on the screen."""

    key: str
    title: str
    kind: Kind = "text"
    share: int = 10

    @property
    def is_number(self) -> bool:
        return self.kind in NUMBERS


@dataclass(frozen=True, slots=True)
class ReportTable:
    """Rows under columns. `totals` is one row more, as long as the others, or empty.

    `about` names each row's patient by id, None where a row is about nobody; empty when the table is about nobody.
    """

    title: str
    columns: tuple[ReportColumn, ...]
    rows: tuple[tuple[Value, ...], ...]
    totals: tuple[Value, ...] = ()
    about: tuple[int | None, ...] = ()
    note: str = ""
    empty: str = "Nothing in this time."

    def __post_init__(self) -> None:
        wide = len(self.columns)
        if any(len(row) != wide for row in self.rows) or (self.totals and len(self.totals) != wide):
            raise ValueError(f"a row of {self.title!r} is not as long as its columns")
        if self.about and len(self.about) != len(self.rows):
            raise ValueError(f"{self.title!r} names more or fewer patients than it has rows")


@dataclass(frozen=True, slots=True)
class Series:
    """One run of values, a value a place; None where there is none."""

    name: str
    values: tuple[int | None, ...]
    tone: Tone = "accent"


@dataclass(frozen=True, slots=True)
class Chart:
    """A drawing of a few numbers. "bar" sets series side by side, "stacked" on one another, "line" joins the values."""

    title: str
    shape: Literal["bar", "stacked", "line"]
    unit: Unit
    places: tuple[str, ...]
    series: tuple[Series, ...]
    note: str = ""

    def __post_init__(self) -> None:
        if any(len(each.values) != len(self.places) for each in self.series):
            raise ValueError(f"a series of {self.title!r} is not as long as its places")

    @property
    def top(self) -> int:
        """The highest value that must fit, at least 1."""
        if self.shape == "stacked":
            heights = [sum(each.values[at] or 0 for each in self.series) for at in range(len(self.places))]
        else:
            heights = [value or 0 for each in self.series for value in each.values]
        return max((*heights, 1))

    def in_words(self) -> str:
        """Every value in words, for who does not see the drawing."""
        said = []
        for at, place in enumerate(self.places):
            values = [
                f"{each.name} {written(each.values[at], self.unit)}"
                for each in self.series
                if each.values[at] is not None
            ]
            if values:
                said.append(f"{place}: {', '.join(values)}")
        return f"{self.title}. {'; '.join(said) or 'No values'}."


@dataclass(frozen=True, slots=True)
class Figure:
    """A number that is read first. `tone` is empty when it is neither good nor bad."""

    name: str
    value: Value
    kind: Kind = "count"
    tone: Literal["", "ready", "warn", "block"] = ""


@dataclass(frozen=True, slots=True)
class Part:
    """Running text under a heading: paragraphs, then numbered steps or a list, then a table."""

    title: str
    paragraphs: tuple[str, ...] = ()
    items: tuple[str, ...] = ()
    numbered: bool = False
    table: ReportTable | None = None


@dataclass(frozen=True, slots=True)
class Report:
    """One report. `scope` says in words what it covers; `notes` what must be known to read it rightly.

    `names_patients`: patients are named in it, so that a copy of it is a disclosure.
    """

    key: str
    title: str
    scope: str
    notes: tuple[str, ...] = ()
    figures: tuple[Figure, ...] = ()
    charts: tuple[Chart, ...] = ()
    parts: tuple[Part, ...] = ()
    tables: tuple[ReportTable, ...] = ()
    names_patients: bool = False

    @property
    def patients(self) -> tuple[int, ...]:
        """The ids of all patients it is about, each once, ascending."""
        return tuple(sorted({each for table in self.tables for each in table.about if each is not None}))


@dataclass(frozen=True, slots=True)
class ReportPaper:
    """A report as it is printed: the clinic's letterhead, and when and by whom it was made."""

    clinic: ClinicFacts
    making: Making
    report: Report


def written(value: Value, kind: str) -> str:
    """Return a value as a person reads it; None is a dash."""
    if value is None:
        return NOTHING
    if isinstance(value, str):
        return _written_text(value, kind)
    if kind == "time":
        return f"{value // 3600}:{value // 60 % 60:02d}:{value % 60:02d}"
    if kind == "money":
        sign = "−" if value < 0 else ""
        return f"{sign}${abs(value) // 100:,}.{abs(value) % 100:02d}"
    if kind == "rate":
        return f"{value // 10}.{value % 10} %"
    return f"{value:,}"


def shortly(value: int, unit: str) -> str:
    """Return a value in few signs, as it stands at its bar: time as h:mm, money in whole dollars, both rounded down."""
    if unit == "time":
        return f"{value // 3600}:{value // 60 % 60:02d}"
    if unit == "money":
        return f"${value // 100:,}"
    if unit == "rate":
        return f"{value // 10} %"
    return written(value, unit)


def rate(part: int, whole: int) -> int | None:
    """Return so many in a thousand, rounded down; None of nothing."""
    return part * 1000 // whole if whole else None


def ranges(numbers: Iterable[int]) -> str:
    """Return ids in few words: 1, 2, 3 and 7 are "1-3,7". Empty for none."""
    found: list[list[int]] = []
    for number in sorted(set(numbers)):
        if found and number == found[-1][1] + 1:
            found[-1][1] = number
        else:
            found.append([number, number])
    return ",".join(str(first) if first == last else f"{first}-{last}" for first, last in found)


def in_ranges(number: int, words: str) -> bool:
    """Whether an id is among those that `ranges` wrote."""
    for part in words.split(",") if words else ():
        first, _, last = part.partition("-")
        if int(first) <= number <= int(last or first):
            return True
    return False


def totals_of(columns: Sequence[ReportColumn], rows: Sequence[Sequence[Value]], name: str = "All") -> tuple[Value, ...]:
    """Return the row of sums: `name` in the first column, sums under counts, time and money, nothing under the rest."""
    if not rows:
        return ()
    sums: list[Value] = [name]
    for at, column in enumerate(columns[1:], 1):
        if column.kind not in ("count", "time", "money"):
            sums.append("")
            continue
        known = [value for row in rows if isinstance(value := row[at], int)]
        sums.append(sum(known) if known else None)
    return tuple(sums)


def _written_text(value: str, kind: str) -> str:
    if kind in ("day", "moment") and len(value) >= 10 and value[4] == "-":
        day = f"{value[5:7]}/{value[8:10]}/{value[:4]}"
        if kind == "day" or len(value) <= 10:
            return day
        hour = int(value[11:13])
        return f"{day} {(hour - 1) % 12 + 1}:{value[14:16]} {'AM' if hour < 12 else 'PM'}"
    return value
