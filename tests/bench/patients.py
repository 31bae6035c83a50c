"""Ten thousand patients: brought in, and found as one types, beside the CSV reader and the bare query."""

import csv
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from sqlalchemy import Connection, text

from app.services.desk import Desk
from tests.bench.clinics import empty, import_files, write_patients
from tests.bench.stopwatch import best, line, words

TYPED = ("b", "ba", "bac", "man", "mann", "qu", "m-99", "5550", "1948-03", "3/2/19", "corb fen")
SHOWN = 50
"""As many rows as a list shows at once, and some."""
_BARE = text("SELECT id FROM patient WHERE search_text LIKE :needle ORDER BY sort_name, id")


def measure(*, short: bool) -> Iterator[str]:
    """Yield the import's line and the search's."""
    many = 300 if short else 10_000
    with TemporaryDirectory() as folder, empty() as desk:
        path = Path(folder) / "patients.csv"
        write_patients(path, many)
        spent = best(import_files(desk, path), times=1)
        yield line(f"{many:,} patients imported", spent, "csv.reader", best(partial(_read, path)))
        ours = [best(partial(_find, desk, typed)) for typed in TYPED]
        with desk.opened.file.engine.connect() as connection:
            bare = [best(partial(_bare, connection, typed)) for typed in TYPED]
        found = f"a key of the search in {many:,}, median"
        yield line(found, median(ours), "bare SQL", median(bare))
        yield f"{'  the slowest key of it':<46}{words(max(ours)):>11}"


def _find(desk: Desk, typed: str) -> object:
    return desk.patients.rows(desk.actor, desk.patients.ids(desk.actor, typed)[:SHOWN])


def _bare(connection: Connection, typed: str) -> object:
    return connection.execute(_BARE, {"needle": f"% {typed}%"}).all()


def _read(path: Path) -> int:
    with path.open(encoding="utf-8", newline="") as file:
        return sum(1 for _ in csv.reader(file))
