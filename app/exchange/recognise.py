"""What a CSV file is, told by its headers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import islice

from app.exchange.columns import SHAPE_OF, SHAPES, Column, Shape
from app.exchange.csv_file import CsvFile, header_key
from app.rules.intake import FileRefused, IntakeKind

_BY_HAND = "or match the columns by hand in the import window."


@dataclass(frozen=True, slots=True)
class ColumnMapping:
    """Which header (as written in the file) holds which field of a kind of row; fields without one are left out."""

    kind: IntakeKind
    columns: Mapping[str, str]
    us_dates: bool = False  # month/day/year is understood beside ISO dates


@dataclass(frozen=True, slots=True)
class FieldInfo:
    """A field that a column can be matched to; `needed` ones must be."""

    field: str
    label: str
    needed: bool


def fields_of(kind: IntakeKind) -> tuple[FieldInfo, ...]:
    """The fields of a kind of row, in the order to show them."""
    return tuple(FieldInfo(c.field, c.label, c.needed == "always") for c in SHAPE_OF[kind].columns)


def missing_fields(mapping: ColumnMapping) -> tuple[str, ...]:
    """The labels of needed fields that no column is matched to; empty when the file can be read so."""
    shape = SHAPE_OF[mapping.kind]
    wanting = [c.label for c in shape.columns if c.needed == "always" and c.field not in mapping.columns]
    if shape.either and not any(field in mapping.columns for field in shape.either):
        wanting.append(" or ".join(c.label for c in shape.columns if c.field in shape.either))
    return tuple(wanting)


def guess_mapping(headers: Sequence[str], kind: IntakeKind | None = None, *, name: str = "") -> ColumnMapping | None:
    """The likeliest kind (or the kind given) and the columns that fit it; None when the headers say nothing."""
    match = _match(SHAPE_OF[kind], headers) if kind else _likeliest(headers, name, says_allergy=False)
    return match.mapping if match and (kind or match.mapping.columns) else None


def recognise(file: CsvFile) -> ColumnMapping:
    """What a file is, told by its headers; its name, and for allergies its text, decide only between equals.

    Raises:
        FileRefused: when no kind fits, or the one that fits best lacks a column that its files have.
    """
    match = _likeliest(file.headers, file.name, says_allergy=_mostly_allergies(file))
    if match and not match.wanting:
        return match.mapping
    if not match or not (match.spoken_for or len(match.mapping.columns) > len(match.wanting)):
        known = ", ".join(shape.noun for shape in SHAPES)
        reason = "does not have the columns of any file CareLoop reads."
        raise FileRefused(file.name, reason, f"It reads {known}. Leave this file out, {_BY_HAND}")
    columns = ", ".join(f"“{column}”" for column in match.wanting)
    noun = "column" if len(match.wanting) == 1 else "columns"
    reason = f"looks like {match.shape.noun}, but lacks the {noun} {columns}."
    raise FileRefused(file.name, reason, f"Add what is missing, {_BY_HAND}")


@dataclass(frozen=True, slots=True)
class _Match:
    shape: Shape
    mapping: ColumnMapping
    wanting: tuple[str, ...]  # canonical headers that a file of this kind has and this one has not
    spoken_for: bool  # by its name, or by a header that only this kind has


def _likeliest(headers: Sequence[str], name: str, *, says_allergy: bool) -> _Match | None:
    keys = {header_key(header) for header in headers}
    matches: list[_Match] = []
    for shape in SHAPES:
        said = _hinted(shape, name) or any(header_key(sign) in keys for sign in shape.signs)
        said = said or (shape.kind == "allergies" and says_allergy)
        if said or not shape.signs:
            matches.append(_match(shape, headers, spoken_for=said))
    return max(matches, key=lambda m: (2 * len(m.mapping.columns) + m.spoken_for, not m.wanting), default=None)


def _match(shape: Shape, headers: Sequence[str], *, spoken_for: bool = False) -> _Match:
    by_key = {header_key(header): header for header in headers if header_key(header)}
    columns: dict[str, str] = {}
    canonical = True
    for column in shape.columns:
        keys = [header_key(name) for name in column.names]
        found = next((key for key in keys if key in by_key and by_key[key] not in columns.values()), None)
        if found is not None:
            columns[column.field] = by_key[found]
            canonical = canonical and (found == keys[0] or not column.is_day)
    mapping = ColumnMapping(shape.kind, columns, us_dates=not canonical)
    return _Match(shape, mapping, _wanting(shape, columns), spoken_for)


def _wanting(shape: Shape, columns: Mapping[str, str]) -> tuple[str, ...]:
    names = [c.names[0] for c in shape.columns if c.needed != "no" and c.field not in columns]
    if shape.either and not any(field in columns for field in shape.either):
        names.extend(_column(shape, field).names[0] for field in shape.either[:1])
    return tuple(names)


def _column(shape: Shape, field: str) -> Column:
    return next(column for column in shape.columns if column.field == field)


def _hinted(shape: Shape, name: str) -> bool:
    stem = name.rpartition("/")[2].lower()
    return any(hint in stem for hint in shape.hints)


def _mostly_allergies(file: CsvFile) -> bool:
    """Synthea's conditions and allergies have the same headers; unless its name says conditions, the text decides."""
    if _hinted(SHAPE_OF["conditions"], file.name):
        return False
    described = [n for n, header in enumerate(file.headers) if header_key(header) == "description"]
    if not described:
        return False
    texts = [cells[described[0]].lower() for _, cells in islice(file.records(), 200) if len(cells) > described[0]]
    said = sum("allerg" in text or "intoleran" in text for text in texts)
    return 2 * said > len(texts)
