"""What a keystroke of the diagnosis search costs, beside a plain full-text query over the same codes."""

import sqlite3
import statistics
import time
from collections.abc import Callable, Iterator
from functools import partial

from app import assets

PROMISED_MS = 30.0
TYPED = (
    "sugar",
    "htn",
    "e11.9",
    "diabetes with kidney",
    "hypertensive heart",
    "chronic obstructive pulmonary",
    "osteoarthritis of knee left",
    "fracture of left femur",
)
MISSPELT = ("diabtes", "hypertenshun", "nuemonia", "osteoperosis", "depresion", "hart failure")


def measure(*, short: bool) -> Iterator[str]:
    """Yield the lines of the report: each key of `TYPED`, each misspelling, and the same keys as raw FTS5 queries.

    Where `short`, of the first text of each alone.
    """
    began = time.perf_counter()
    search = assets.load_icd10_search()
    yield f"{len(search.codes):,} diagnosis codes read and indexed in {time.perf_counter() - began:.2f} s"
    keys = [text[:end] for text in (TYPED[:1] if short else TYPED) for end in range(1, len(text) + 1)]
    ours = [_milliseconds(partial(search.find, key)) for key in keys]
    wrong = [_milliseconds(partial(search.find, key)) for key in (MISSPELT[:1] if short else MISSPELT)]
    raw = list(_raw_times(keys))
    slow = sum(spent > PROMISED_MS for spent in ours)
    yield f"  a key     {_spread(ours)}   above {PROMISED_MS}: {slow} of {len(ours)}"
    yield f"  misspelt  {_spread(wrong)}"
    yield f"  raw FTS5  {_spread(raw)}"
    yield f"  ratio of medians to raw FTS5: {statistics.median(ours) / statistics.median(raw):.1f}"


def _raw_times(keys: list[str]) -> Iterator[float]:
    codes = assets.load_code_set()
    database = sqlite3.connect(":memory:")
    database.execute("CREATE VIRTUAL TABLE coded USING fts5(code, title, terms, prefix='2 3')")
    rows = (codes.at(place) for place in range(len(codes)))
    database.executemany(
        "INSERT INTO coded VALUES (?, ?, ?)", ((row.code, row.title, " ".join(row.terms)) for row in rows)
    )
    for key in keys:
        asked = " ".join(f'"{word}"*' for word in key.split())
        yield _milliseconds(partial(_rows, database, asked))
    database.close()


def _rows(database: sqlite3.Connection, asked: str) -> list[object]:
    return database.execute(
        "SELECT code, title FROM coded WHERE coded MATCH ? ORDER BY rank LIMIT 30", (asked,)
    ).fetchall()


def _milliseconds(call: Callable[[], object]) -> float:
    began = time.thread_time()
    call()
    return (time.thread_time() - began) * 1000


def _spread(spent: list[float]) -> str:
    ordered = sorted(spent)
    most = ordered[int(len(ordered) * 0.95)]
    return f"median {statistics.median(ordered):6.2f} ms   95% {most:6.2f}   worst {ordered[-1]:6.2f}"
