"""The official file of a year's diagnosis codes, as CMS and CDC publish it ("Code Descriptions in Tabular Order")."""

import re

from app.rules.errors import ClinicError
from app.rules.icd10 import CodeSet, rows_as_lines

LARGEST_FILE = 64 * 1024 * 1024  # bytes; the file of 2027 has 15 million
FEWEST_CODES = 60_000  # billable ones; there were 69,823 in the first year, and more since

# Order number, code, billable or header, short title in 60 columns, long title.
_LINE = re.compile(r"([0-9]{5}) ([A-Z][0-9A-Z]{2,6}) {1,5}([01]) (.{60}) (\S.*)")
_YEAR = re.compile(r"icd10cm[-_ ]?order[-_ ].*?(20[0-9]{2})", re.IGNORECASE)


class NotAnOrderFile(ClinicError):
    """The file is not the official order file, is cut short, or was changed; the message says where."""

    def __init__(self, fault: str) -> None:
        super().__init__(
            f"{fault} Choose the file that CMS calls “icd10cm-order-2027.txt”, or that of another year, or the zip "
            "file “Code Descriptions in Tabular Order” in which it comes. Nothing was changed."
        )


def year_of_name(name: str) -> int:
    """Return the fiscal year in an order file's name. Raise `NotAnOrderFile` where it names none."""
    found = _YEAR.search(name)
    if found is None:
        raise NotAnOrderFile("The name of this file does not say that it is an order file, and of which year.")
    return int(found[1])


def parse_order_file(name: str, content: bytes) -> CodeSet:
    """Return the codes in an official order file. Raise `NotAnOrderFile` naming the first line that is wrong."""
    year = year_of_name(name)
    rows: list[tuple[str, bool, str]] = []
    for number, line in enumerate(_text(content).splitlines(), 1):
        if not line.strip():
            continue
        found = _LINE.fullmatch(line.rstrip())
        if found is None:
            raise NotAnOrderFile(f"Line {number:,} of this file is not a line of an order file.")
        order, code, billable, _, title = found.groups()
        if int(order) != len(rows) + 1:
            raise NotAnOrderFile(
                f"Line {number:,} of this file has number {int(order):,}; lines are missing before it."
            )
        rows.append((code, billable == "1", " ".join(title.replace("|", "/").split())))
    _require_whole(rows)
    return CodeSet(year, name, rows_as_lines(rows))


def _text(content: bytes) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252", errors="replace")  # as the files of some years were written


def _require_whole(rows: list[tuple[str, bool, str]]) -> None:
    billable = sum(is_billable for _, is_billable, _ in rows)
    if billable < FEWEST_CODES:
        raise NotAnOrderFile(f"This file has {billable:,} billable codes; a whole year has more than {FEWEST_CODES:,}.")
    codes = {code for code, *_ in rows}
    if len(codes) != len(rows):
        raise NotAnOrderFile("This file has a code twice.")
    headers = {code for code, is_billable, _ in rows if not is_billable}
    for code, *_ in rows:
        above = next((code[:length] for length in range(len(code) - 1, 2, -1) if code[:length] in codes), None)
        if above is not None and above not in headers:
            raise NotAnOrderFile(f"This file calls {above} billable although {code} stands under it.")
    if {code[0] for code in codes} != set("ABCDEFGHIJKLMNOPQRSTUVWXYZ"):
        raise NotAnOrderFile("This file has no codes for some of the letters from A to Z.")
