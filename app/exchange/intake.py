"""CSV files a clinic has → values and rejected rows. No database: who stores them knows the patients."""

import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from app.exchange.cells import CellFault, iso_of_us_day
from app.exchange.columns import SHAPE_OF, Column, Shape
from app.exchange.csv_file import CsvFile, open_csv
from app.exchange.recognise import ColumnMapping, fields_of, guess_mapping, missing_fields, recognise
from app.exchange.rows import IntakeRow, RowFault
from app.rules.intake import (
    FileRefused,
    Intake,
    IntakeAllergy,
    IntakeCondition,
    IntakeEnrolment,
    IntakeKind,
    IntakeMedication,
    IntakePatient,
    IntakeService,
    IntakeStay,
    IntakeTimeEntry,
    Rejected,
    RowAt,
    SourceFile,
)

__all__ = [
    "ColumnMapping",
    "Preview",
    "fields_of",
    "guess_mapping",
    "missing_fields",
    "preview",
    "read_folder_or_files",
    "read_with_mapping",
]

R = TypeVar("R")
_SPACE = " \t\r\n\u00a0\u3000"  # not str.strip's, which would take control characters away unseen


@dataclass(frozen=True, slots=True)
class Preview:
    """The first rows of a file as they are (line, cells), and what its columns are taken for."""

    name: str
    encoding: str
    delimiter: str
    headers: tuple[str, ...]
    rows: tuple[tuple[int, tuple[str, ...]], ...]
    guess: ColumnMapping | None


def read_folder_or_files(paths: Sequence[Path], mappings: Mapping[Path, ColumnMapping] | None = None) -> Intake:
    """Read CSV files, and of a folder all its *.csv, each for what its headers say it is; in any order.

    Rows that cannot be used, and rows that are exactly like an earlier one, are in `rejected`. A file in `mappings`
    (by the path it is given with) is read with the columns a person matched.

    Raises:
        FileRefused: when any file cannot be read as a whole; then nothing is to be imported.
    """
    taken = _Taken()
    files = _files_of(paths)
    for path, name in _named(files):
        file = open_csv(path, name)
        mapping = (mappings or {}).get(path) or recognise(file)
        taken.read(file, mapping)
    return taken.intake()


def read_with_mapping(path: Path, kind: IntakeKind, mapping: Mapping[str, str], *, us_dates: bool = True) -> Intake:
    """Read one file whose columns a person matched: field (as in `fields_of`) → header as the file has it.

    Dates may then also be written month/day/year with four digits of year, unless `us_dates` is off.

    Raises:
        FileRefused: when it cannot be read, a matched header is not in it, or a needed field is not matched.
    """
    return read_folder_or_files([path], {path: ColumnMapping(kind, dict(mapping), us_dates=us_dates)})


def preview(path: Path, n: int) -> Preview:
    """A file's first `n` rows and a guess at its columns, to show before anything is decided.

    Raises:
        FileRefused: when it cannot be read even so far.
    """
    file = open_csv(path)
    rows = tuple((line, tuple(cells)) for _, (line, cells) in zip(range(n), file.records(), strict=False))
    return Preview(
        file.name, file.encoding, file.delimiter, file.headers, rows, guess_mapping(file.headers, name=file.name)
    )


@dataclass(slots=True)
class _Taken:
    """What has been read so far; where each row and each used id was first seen."""

    files: list[SourceFile] = field(default_factory=list)
    rejected: list[Rejected] = field(default_factory=list)
    rows: dict[IntakeRow, RowAt] = field(default_factory=dict)
    used: dict[tuple[IntakeKind, str], RowAt] = field(default_factory=dict)

    def read(self, file: CsvFile, mapping: ColumnMapping) -> None:
        shape = SHAPE_OF[mapping.kind]
        readers, absent = _plan(file, shape, mapping)
        count = 0
        for line, cells in file.records():
            count += 1
            at = RowAt(file.name, line)
            if len(cells) != len(file.headers):
                self._reject(at, f"has {len(cells)} cells where the header names {len(file.headers)}")
                continue
            values, faults = _values(cells, readers)
            if faults:
                self._reject(at, "; ".join(faults))
                continue
            try:
                row = shape.build(at, absent | values)
            except RowFault as fault:
                self._reject(at, str(fault))
                continue
            self._take(row, shape, mapping)
        self.files.append(SourceFile(file.name, file.sha256, shape.kind, count, file.encoding, file.delimiter))

    def intake(self) -> Intake:
        return Intake(
            files=tuple(self.files),
            rejected=tuple(sorted(self.rejected)),
            patients=self._of(IntakePatient),
            conditions=self._of(IntakeCondition),
            medications=self._of(IntakeMedication),
            allergies=self._of(IntakeAllergy),
            enrolments=self._of(IntakeEnrolment),
            time_entries=self._of(IntakeTimeEntry),
            stays=self._of(IntakeStay),
            services=self._of(IntakeService),
        )

    def _take(self, row: IntakeRow, shape: Shape, mapping: ColumnMapping) -> None:
        if row in self.rows:
            self._reject(row.at, f"is an exact duplicate of {_place(self.rows[row], row.at)}")
            return
        if shape.identity:
            key = (shape.kind, getattr(row, shape.identity))
            if key in self.used:
                where = _place(self.used[key], row.at)
                header = mapping.columns.get(shape.identity, shape.identity)
                self._reject(row.at, f"“{header[:60]}” has a value used before, with other content, on {where}")
                return
            self.used[key] = row.at
        self.rows[row] = row.at

    def _reject(self, at: RowAt, reason: str) -> None:
        self.rejected.append(Rejected(at.file, at.line, reason))

    def _of(self, kind: type[R]) -> tuple[R, ...]:
        return tuple(row for row in self.rows if isinstance(row, kind))


def _place(earlier: RowAt, later: RowAt) -> str:
    return f"line {earlier.line}" if earlier.file == later.file else f"{earlier.file} line {earlier.line}"


def _plan(
    file: CsvFile, shape: Shape, mapping: ColumnMapping
) -> tuple[list[tuple[int, str, Column, bool]], dict[str, Any]]:
    """Which cells are read how (index, header to name in faults, column, US dates), and the fields without a column."""
    wanting = missing_fields(mapping)
    if wanting:
        raise FileRefused(file.name, f"has no column for: {', '.join(wanting)}.", "Match a column to each of them.")
    readers: list[tuple[int, str, Column, bool]] = []
    absent: dict[str, Any] = {}
    for column in shape.columns:
        header = mapping.columns.get(column.field)
        if header is None:
            absent[column.field] = column.read("")
        elif header in file.headers:
            us_day = column.is_day and mapping.us_dates
            readers.append((file.headers.index(header), header[:60], column, us_day))
        else:
            raise FileRefused(file.name, f"has no column “{header[:60]}”.", "Match the columns again.")
    return readers, absent


def _values(cells: list[str], readers: list[tuple[int, str, Column, bool]]) -> tuple[dict[str, Any], list[str]]:
    values: dict[str, Any] = {}
    faults: list[str] = []
    for index, header, column, us_day in readers:
        text = cells[index].strip(_SPACE)
        try:
            values[column.field] = column.read(iso_of_us_day(text) if us_day else text)
        except CellFault as fault:
            faults.append(f"“{header}” {fault}")
    return values, faults


def _files_of(paths: Iterable[Path]) -> list[Path]:
    """The files named, and those in the folders named, each once, in the order of their names within a folder."""
    found: dict[str, Path] = {}
    for path in paths:
        for file in _files_at(path):
            found.setdefault(os.path.realpath(file), file)  # Path.resolve raises on a loop of links
    return list(found.values())


def _files_at(path: Path) -> list[Path]:
    try:
        if not path.is_dir():
            return [path]
        files = sorted(
            entry
            for entry in path.iterdir()
            if entry.suffix.lower() == ".csv" and not entry.name.startswith(".") and not entry.is_dir()
        )
    except OSError as error:
        raise FileRefused(path.name[:100], "cannot be opened.", "Check its name and that you may read it.") from error
    if not files:
        raise FileRefused(path.name or str(path), "holds no CSV file.", "Choose the folder that the files are in.")
    return files


def _named(files: list[Path]) -> list[tuple[Path, str]]:
    """Each file with a name that tells it from the others: its own, its folder's before it, or all of its path."""
    for name_of in (lambda f: f.name, lambda f: f"{f.parent.name}/{f.name}"):
        names = [_storable(name_of(file)) for file in files]
        if len(set(names)) == len(names):
            return list(zip(files, names, strict=True))
    return [(file, _storable(str(file))) for file in files]


def _storable(name: str) -> str:
    """A file's name as text; bytes in it that are none (of an old encoding) as question marks."""
    return name.encode("utf-8", "replace").decode()
