"""The import of files that nobody here wrote, where they lie beside the project, beside the CSV reader on the same."""

import csv
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from tests.bench.clinics import empty, import_files
from tests.bench.stopwatch import best, line

DATA = Path(__file__).parents[3] / "shared" / "data"
FOLDERS = ("synthea_csv", "clinic_month")


def measure(*, short: bool) -> Iterator[str]:
    """Yield a line a folder, or why there is none."""
    if short or not all((DATA / name).is_dir() for name in FOLDERS):
        yield f"{'real files imported':<46} left out: " + ("the short form" if short else f"no {DATA}")
        return
    with empty() as desk:
        for name in FOLDERS:
            spent = best(import_files(desk, DATA / name), times=1)
            yield line(f"{name} imported", spent, "csv.reader", best(partial(_read, DATA / name)), "60 s in all")


def _read(folder: Path) -> int:
    total = 0
    for path in sorted(folder.glob("*.csv")):
        with path.open(encoding="utf-8", newline="") as file:
            total += sum(1 for _ in csv.reader(file))
    return total
