"""The benchmarks run: their short form prints a line for each promise."""

import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_the_short_form_prints_every_ratio() -> None:
    asked = [sys.executable, "-m", "tests.bench", "--short"]
    ended = subprocess.run(asked, cwd=ROOT, capture_output=True, text=True, check=False, timeout=120)
    assert ended.returncode == 0, ended.stderr
    lines = ended.stdout.splitlines()
    for what in (
        "months judged",
        "clinic's file opened",
        "time entry read",
        "patients imported",
        "key of the search",
        "board of",
        "very first look",
        "after the next sign-in",
        "packets of",
        "staff_time: the report of",
        "F8 to the running timer",
        "F8 to the whole call screen",
        "a minute of a running timer",
    ):
        (line,) = (line for line in lines if what in line)
        assert re.search(r"[0-9.]+ (s|ms|µs) +[0-9.]+ ×  \D*[0-9.]+ (s|ms|µs)", line), line
