"""The one way out into XLSX (ECMA-376): text stays text, numbers stay numbers, the same values give the same bytes.

Written here part by part and in memory: a library would lay patients' text in temporary files, and date the parts.
"""

import io
import re
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from xml.sax.saxutils import escape, quoteattr

from app.exchange.csv_text import Cell

_EPOCH = (1980, 1, 1, 0, 0, 0)  # the earliest time a zip file can say
_UNWRITABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_ESCAPED_LOOK = re.compile("_(?=x[0-9A-Fa-f]{4}_)")  # a spreadsheet would read `_x0041_` as A
_LONGEST_TEXT = 32_767  # of a cell, in every spreadsheet
_WIDEST = 48
_DAY_ZERO = date(1899, 12, 30).toordinal()

_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_TYPES = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_PLAIN, _MONEY, _DAY, _QUOTED = range(4)
_BOLD = 4  # added to each of these
_STYLES = (
    f'{_HEAD}<styleSheet xmlns="{_MAIN}"><numFmts count="1"><numFmt numFmtId="164" formatCode="mm/dd/yyyy"/></numFmts>'
    '<fonts count="2"><font><sz val="11"/><name val="Calibri"/></font>'
    '<font><b/><sz val="11"/><name val="Calibri"/></font></fonts>'
    '<fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill>'
    '</fills><borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders>'
    '<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs><cellXfs count="8">'
    + "".join(
        f'<xf numFmtId="{number}" fontId="{font}" fillId="0" borderId="0" xfId="0" '
        f'applyNumberFormat="1" applyFont="1"{quoted}/>'
        for font in (0, 1)
        for number, quoted in ((0, ""), (4, ""), (164, ""), (49, ' quotePrefix="1"'))
    )
    + '</cellXfs><cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>'
)


@dataclass(frozen=True, slots=True)
class XlsxSheet:
    """A sheet: its name (at most 31 signs), the titles of its columns, its rows; `totals` stand in bold at its end."""

    name: str
    headers: Sequence[str]
    rows: Sequence[Sequence[Cell]]
    totals: Sequence[Sequence[Cell]] = field(default=())


def xlsx_bytes(sheets: Sequence[XlsxSheet]) -> bytes:
    """Return a workbook of the sheets, each with its titles frozen above its rows.

    A text is never run as a formula. A `Decimal` shows two decimals, a `date` in US form, an instant as ISO text;
    `None` is an empty cell.

    Raises:
        ValueError: for a row that is not as long as the titles, a text longer than a spreadsheet holds, an instant
            without an offset, or a number that is none.
    """
    numbers = range(1, len(sheets) + 1)
    parts = {
        "[Content_Types].xml": _content_types(len(sheets)),
        "_rels/.rels": _relations([("officeDocument", "xl/workbook.xml")]),
        "xl/workbook.xml": _workbook(sheets),
        "xl/_rels/workbook.xml.rels": _relations(
            [*(("worksheet", f"worksheets/sheet{number}.xml") for number in numbers), ("styles", "styles.xml")]
        ),
        "xl/styles.xml": _STYLES,
        **{f"xl/worksheets/sheet{number}.xml": _sheet(sheets[number - 1]) for number in numbers},
    }
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as book:
        for name, text in parts.items():
            entry = zipfile.ZipInfo(name, _EPOCH)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.create_system = 3  # the same bytes on every system
            entry.external_attr = 0o600 << 16
            book.writestr(entry, text.encode())
    return made.getvalue()


def _content_types(sheets: int) -> str:
    overrides = [("/xl/workbook.xml", f"{_TYPES}.sheet.main+xml"), ("/xl/styles.xml", f"{_TYPES}.styles+xml")]
    overrides += [(f"/xl/worksheets/sheet{number + 1}.xml", f"{_TYPES}.worksheet+xml") for number in range(sheets)]
    listed = "".join(f'<Override PartName="{part}" ContentType="{kind}"/>' for part, kind in overrides)
    return (
        f'{_HEAD}<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Default Extension="xml" ContentType="application/xml"/>{listed}</Types>'
    )


def _relations(targets: Sequence[tuple[str, str]]) -> str:
    listed = "".join(
        f'<Relationship Id="rId{number}" Type="{_OFFICE}/{kind}" Target="{target}"/>'
        for number, (kind, target) in enumerate(targets, 1)
    )
    return f'{_HEAD}<Relationships xmlns="{_RELATIONS}">{listed}</Relationships>'


def _workbook(sheets: Sequence[XlsxSheet]) -> str:
    listed = "".join(
        f'<sheet name={quoteattr(sheet.name)} sheetId="{number}" r:id="rId{number}"/>'
        for number, sheet in enumerate(sheets, 1)
    )
    return f'{_HEAD}<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}"><sheets>{listed}</sheets></workbook>'


def _sheet(sheet: XlsxSheet) -> str:
    rows = [(sheet.headers, True), *((row, False) for row in sheet.rows), *((row, True) for row in sheet.totals)]
    widths = [8] * len(sheet.headers)
    lines = []
    for number, (row, is_bold) in enumerate(rows, 1):
        if len(row) != len(sheet.headers):
            raise ValueError("a row is not as long as the titles")
        cells = []
        for at, value in enumerate(row):
            shown, cell = _cell(value, f"{_column(at)}{number}", _BOLD if is_bold else 0)
            widths[at] = min(max(widths[at], shown + 2), _WIDEST)
            cells.append(cell)
        lines.append(f'<row r="{number}">{"".join(cells)}</row>')
    columns = "".join(
        f'<col min="{at}" max="{at}" width="{width}" customWidth="1"/>' for at, width in enumerate(widths, 1)
    )
    return (
        f'{_HEAD}<worksheet xmlns="{_MAIN}"><sheetViews><sheetView workbookViewId="0">'
        '<pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/></sheetView></sheetViews>'
        f"<cols>{columns}</cols><sheetData>{''.join(lines)}</sheetData></worksheet>"
    )


def _cell(value: Cell, place: str, bold: int) -> tuple[int, str]:
    """Return how many signs the cell shows, and its XML."""
    if value is None or value == "":
        return 0, f'<c r="{place}" s="{bold}"/>' if bold else ""
    if isinstance(value, Decimal):
        if not value.is_finite():
            raise ValueError("a number is not finite")
        return len(f"{value:,.2f}"), f'<c r="{place}" s="{_MONEY + bold}"><v>{value:f}</v></c>'
    if isinstance(value, int) and not isinstance(value, bool):
        return len(str(value)), f'<c r="{place}" s="{bold}"><v>{value}</v></c>'
    if isinstance(value, date) and not isinstance(value, datetime):
        return 10, f'<c r="{place}" s="{_DAY + bold}"><v>{value.toordinal() - _DAY_ZERO}</v></c>'
    text = _text(value)
    style = (_QUOTED if text[:1] in {"=", "+", "-", "@", "'"} else _PLAIN) + bold
    kept = escape(_ESCAPED_LOOK.sub("_x005F_", text)).replace("\r", "&#13;")
    return len(text), f'<c r="{place}" s="{style}" t="inlineStr"><is><t xml:space="preserve">{kept}</t></is></c>'


def _text(value: Cell) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, datetime):
        if value.utcoffset() is None:
            raise ValueError("an instant has no offset")
        return value.isoformat()
    text = str(value)
    if len(text) > _LONGEST_TEXT:
        raise ValueError("a text is longer than a spreadsheet holds")
    return _UNWRITABLE.sub("\ufffd", text)


def _column(at: int) -> str:
    """Return a column's letters: A for 0, AA for 26."""
    letters = ""
    at += 1
    while at:
        at, rest = divmod(at - 1, 26)
        letters = chr(65 + rest) + letters
    return letters
