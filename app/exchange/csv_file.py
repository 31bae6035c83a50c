import codecs
import csv
import hashlib
import io
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from app.exchange.csv_text import GUARD_MARK, unguarded
from app.rules.intake import FileRefused

LARGEST_BYTES = 200_000_000
LONGEST_CELL = 131_072
MOST_COLUMNS = 1_000

_SAVE_AGAIN = "Open it in the program it came from, save it as “CSV UTF-8”, and import that file."
_DELIMITERS = (",", ";", "\t")
_BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),  # before UTF-16, whose mark begins the same
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_OTHER_FORMATS = (
    (b"PK\x03\x04", "is an Excel workbook or another packed file, not CSV."),
    (b"\xd0\xcf\x11\xe0", "is an old Excel workbook, not CSV."),
    (b"%PDF", "is a PDF, not CSV."),
    (b"\x1f\x8b", "is a compressed file, not CSV."),
)
# How UTF-8 writes accented Latin letters. Read as cp1252 such a pair is “Ã©”, which nobody writes.
_UTF8_LETTER = re.compile(rb"\xc3[\x80-\xbf]|\xc2[\xa0-\xbf]")
_SEPARATOR_LINE = re.compile(r'"?sep=([,;\t])"?\s*', re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class CsvFile:
    """One CSV file, read into memory once, with its header understood and its rows still to be read.

    `headers` are as written, without surrounding space and invisible characters; unnamed columns are empty text.
    """

    name: str
    sha256: str
    encoding: str
    delimiter: str
    headers: tuple[str, ...]
    _data: bytes

    def records(self) -> Iterator[tuple[int, list[str]]]:
        """Every record after the header: the physical line it begins on, and its cells as they are.

        Blank records are passed over. A record may have more or fewer cells than there are headers.

        Raises:
            FileRefused: at a place where the file cannot be read on, naming the line.
        """
        records = _records(self.name, self._data, self.encoding, self.delimiter)
        next(records)  # the header
        if header_key(GUARD_MARK) in map(header_key, self.headers):  # our own export: its apostrophes are not text
            return ((line, [unguarded(cell) for cell in cells]) for line, cells in records)
        return records


def header_key(header: str) -> str:
    """A header's letters and digits in lower case, so that `Last Name`, `last_name` and `LASTNAME ` are one."""
    return "".join(c for c in unicodedata.normalize("NFKC", header).casefold() if c.isalnum())


def open_csv(path: Path, name: str | None = None) -> CsvFile:
    """Read a file's bytes once and understand its encoding, delimiter and header.

    The encoding is the byte order mark's, else UTF-8 when all bytes fit, else cp1252, else latin-1.

    Raises:
        FileRefused: when it is missing, unreadable, too large, empty, binary, or its header is unusable.
    """
    name = name or path.name
    data = _bytes_of(path, name)
    encoding = _encoding_of(name, data)
    delimiter = _delimiter_of(data, encoding)
    try:
        _line, cells = next(_records(name, data, encoding, delimiter))
    except StopIteration:
        raise FileRefused(name, "is empty.", "Choose a file whose first line names the columns.") from None
    headers = tuple(_visible(cell).strip() for cell in cells)
    _refuse_bad_headers(name, headers)
    return CsvFile(name, hashlib.sha256(data).hexdigest(), encoding, delimiter, headers, data)


def _bytes_of(path: Path, name: str) -> bytes:
    try:
        if not path.is_file():
            there = "is not a file." if path.exists() else "is not there."
            raise FileRefused(name, there, "Check the name, or choose another file.")
        with path.open("rb") as file:
            data = file.read(LARGEST_BYTES + 1)
    except (OSError, ValueError) as error:  # ValueError: a NUL in the path
        raise FileRefused(
            name, "cannot be opened.", "Check that you may read it and that its disk is there."
        ) from error
    if len(data) > LARGEST_BYTES:
        raise FileRefused(name, f"is larger than {LARGEST_BYTES // 1_000_000} MB.", "Split it into smaller files.")
    return data


def _encoding_of(name: str, data: bytes) -> str:
    for magic, what in _OTHER_FORMATS:
        if data.startswith(magic):
            raise FileRefused(name, what, _SAVE_AGAIN)
    for mark, encoding in _BYTE_ORDER_MARKS:
        if data.startswith(mark):
            if not _fits(data, encoding):
                raise FileRefused(name, "is damaged: its text does not fit the encoding it names.", _SAVE_AGAIN)
            return encoding
    if b"\0" in data:
        line = data.count(b"\n", 0, data.index(b"\0")) + 1
        raise FileRefused(name, f"is not text: line {line} holds a NUL byte.", _SAVE_AGAIN)
    if _fits(data, "utf-8"):
        return "utf-8"
    if mixed := _UTF8_LETTER.search(data):
        line = data.count(b"\n", 0, mixed.start()) + 1
        raise FileRefused(name, f"mixes two character encodings, one of them on line {line}.", _SAVE_AGAIN)
    return "cp1252" if _fits(data, "cp1252") else "latin-1"


def _fits(data: bytes, encoding: str) -> bool:
    decoder = codecs.getincrementaldecoder(encoding)()
    step = 1 << 20  # in steps, so that a large file is not held twice
    try:
        for start in range(0, len(data), step):
            decoder.decode(data[start : start + step])
        decoder.decode(b"", final=True)
    except UnicodeError:
        return False
    return True


def _delimiter_of(data: bytes, encoding: str) -> str:
    """The most frequent of the three outside quotation marks on the first line that holds anything."""
    for line in io.TextIOWrapper(io.BytesIO(data), encoding, newline=""):
        if line.isspace():
            continue
        if separator := _SEPARATOR_LINE.fullmatch(line):
            return separator[1]
        bare = re.sub(r'"[^"]*"', "", line[:LONGEST_CELL])
        return max(_DELIMITERS, key=bare.count)
    return ","


def _records(name: str, data: bytes, encoding: str, delimiter: str) -> Iterator[tuple[int, list[str]]]:
    lines = _lines(name, data, encoding)
    reader = csv.reader(lines, delimiter=delimiter, strict=True, skipinitialspace=True)
    begins = 1
    try:
        for cells in reader:
            line, begins = begins, reader.line_num + 1
            if any(cells) and not (line == 1 and _SEPARATOR_LINE.fullmatch(delimiter.join(cells))):
                yield line, cells
    except csv.Error as error:
        if "field larger" in str(error):
            reason = f"has a cell of more than {LONGEST_CELL:,} characters in the row that begins on line {begins}."
        else:
            reason = (
                f"has a quotation mark that is not closed, or not doubled, in the row that begins on line {begins}."
            )
        raise FileRefused(
            name, reason, "Mend the quotation marks of that row, or save the file as CSV again."
        ) from error


def _lines(name: str, data: bytes, encoding: str) -> Iterator[str]:
    for number, line in enumerate(io.TextIOWrapper(io.BytesIO(data), encoding, newline=""), 1):
        if "\0" in line:
            raise FileRefused(name, f"is not text: line {number} holds a NUL character.", _SAVE_AGAIN)
        yield line


def _visible(header: str) -> str:
    return "".join(c for c in header if unicodedata.category(c) not in {"Cf", "Zl", "Zp"})


def _refuse_bad_headers(name: str, headers: tuple[str, ...]) -> None:
    if len(headers) > MOST_COLUMNS:
        raise FileRefused(name, f"has more than {MOST_COLUMNS:,} columns.", "Keep only the columns that are needed.")
    if any(unicodedata.category(c) == "Cc" for header in headers for c in header):
        raise FileRefused(name, "is not text: its first line holds control characters.", _SAVE_AGAIN)
    seen: set[str] = set()
    for header in headers:
        key = header_key(header)
        if key and key in seen:
            raise FileRefused(name, f"names the column “{header[:60]}” twice.", "Rename or delete one of the two.")
        seen.add(key)
    if seen <= {""}:
        raise FileRefused(name, "has no column names.", "Its first line must name the columns.")
