import csv
import io
import re
import unicodedata
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal

GUARD_MARK = "careloop_guarded"
Cell = str | int | Decimal | date | datetime | None

_FORMULA_STARTS = frozenset("=+-@")
_UNWRITABLE = re.compile("[\0\ud800-\udfff]")


def csv_bytes(headers: Sequence[str], rows: Iterable[Sequence[Cell]], *, marked: bool = True) -> bytes:
    """The one way out into CSV: UTF-8 with a byte order mark, every field quoted, lines ended by CR LF.

    Text that a spreadsheet would run as a formula is disarmed by a leading apostrophe. Numbers and dates are not text
    and stand as they are. With `marked` a last, empty column named `careloop_guarded` tells our own import to take the
    apostrophes away again. The same values always give the same bytes.

    Raises:
        ValueError: for a row that is not as long as the header, an instant without an offset, or a number that is none.
    """
    mark: tuple[str, ...] = (GUARD_MARK,) if marked else ()
    blank: tuple[str, ...] = ("",) if marked else ()
    text = io.StringIO(newline="")
    writer = csv.writer(text, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    writer.writerow((*(guarded(header) for header in headers), *mark))
    for row in rows:
        if len(row) != len(headers):
            raise ValueError("a row is not as long as the header")
        writer.writerow((*(_written(cell) for cell in row), *blank))
    return text.getvalue().encode("utf-8-sig")


def guarded(text: str) -> str:
    """The text with an apostrophe before it where a spreadsheet would take it for a formula (CWE-1236).

    Text that already reads as guarded gets one more, so that `unguarded` always gives back what was written.
    """
    return f"'{text}" if _reads_as_formula(text) else text


def unguarded(text: str) -> str:
    """What `guarded` was given."""
    return text[1:] if text.startswith("'") and _reads_as_formula(text) else text


def _reads_as_formula(text: str) -> bool:
    bare = text.lstrip("'")
    if bare[:1] in {"\t", "\r"}:
        return True
    for character in bare:
        for shown in unicodedata.normalize("NFKC", character):  # a full-width equals sign is one to a spreadsheet
            if not (shown.isspace() or unicodedata.category(shown) in {"Cc", "Cf"}):
                return shown in _FORMULA_STARTS
    return False


def _written(cell: Cell) -> str:
    if cell is None:
        return ""
    if isinstance(cell, str):
        return guarded(_UNWRITABLE.sub("\ufffd", cell))
    if isinstance(cell, bool):
        return "yes" if cell else "no"
    if isinstance(cell, int):
        return str(cell)
    if isinstance(cell, Decimal):
        if not cell.is_finite():
            raise ValueError("a number is not finite")
        return format(cell, "f")
    if isinstance(cell, datetime) and cell.utcoffset() is None:
        raise ValueError("an instant has no offset")
    return cell.isoformat()
