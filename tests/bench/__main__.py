"""Measure what has a promised time: `python -m tests.bench [--short] [NAME…]`. Nothing is asserted, all is printed."""

import argparse
import importlib
import platform
import sys

NAMES = (
    "rules",
    "whole_clinic",
    "queue",
    "patients",
    "icd10_search",
    "packets",
    "reports",
    "call_start",
    "running_timer",
    "real_files",
)


def main() -> int:
    """Print the report."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench")
    parser.add_argument("--short", action="store_true", help="small amounts: that it runs, not how fast")
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of {', '.join(NAMES)}; else all")
    asked = parser.parse_args()
    print(f"Python {platform.python_version()}, {platform.machine()}. Ours, how many times the other, and the other:")
    for name in asked.names or NAMES:
        if name not in NAMES:
            parser.error(f"there is no {name}")
        for line in importlib.import_module(f"tests.bench.{name}").measure(short=asked.short):
            print(line, flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
