"""A file whose columns are not known: each field beside the column that holds it, over the file's first rows."""

from collections.abc import Mapping
from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.exchange.intake import Preview
from app.exchange.recognise import ColumnMapping, fields_of, guess_mapping, missing_fields
from app.rules.intake import IntakeKind
from app.views import safe_text
from app.views.patients.import_wizard.kinds import KINDS, kind_words
from app.views.table import Column, SnapshotTable
from app.views.table_view import TableView
from app.views.theme import GRID
from app.views.widgets import Banner, CheckField, ChoiceField, Form, buttons_row, scrolling

Sample = tuple[int, tuple[str, ...]]


class ColumnsStep(QWidget):
    """`matched` carries (path, ColumnMapping); `cancelled` leaves the file as it was."""

    matched = Signal(object, object)
    cancelled = Signal()

    def __init__(self, path: Path, preview: Preview, mapping: ColumnMapping | None) -> None:
        """Show what is guessed, or what the person matched before."""
        super().__init__()
        self.setObjectName("import_columns_step")
        self._path = path
        self._preview = preview
        guess = mapping or preview.guess
        self.kind = ChoiceField([(kind, kind_words(kind)) for kind, _ in KINDS])
        self.us_dates = CheckField(self.tr("Dates may be written month/day/year, such as 3/9/1948"), name="us_dates")
        self.banner = Banner(name="columns_banner")
        self.use_button = safe_text.button(
            self.tr("Use these columns"), name="use_columns", kind="primary", on_click=self._on_use
        )
        self._fields = Form()
        self._place = QVBoxLayout()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2 * GRID)
        column.addWidget(safe_text.label(self.tr("Columns of {file}").format(file=preview.name), "heading"))
        column.addWidget(self.banner)
        column.addWidget(self._build_sample(), 2)
        column.addWidget(scrolling(self._build_fields()), 3)
        column.addLayout(
            buttons_row(
                safe_text.button(self.tr("Back"), name="columns_back", on_click=self.cancelled.emit), self.use_button
            )
        )
        self.kind.set_value(guess.kind if guess else "patients")
        self.us_dates.set_value(mapping.us_dates if mapping else True)
        self._show_fields(guess.columns if guess else {})
        self.kind.edited.connect(self._on_kind_chosen)
        self.setFocusProxy(self.kind)

    @property
    def form(self) -> Form:
        """The fields as they are offered now."""
        return self._fields

    def mapping(self) -> ColumnMapping:
        """Return what is matched now."""
        columns = {key: header for key, header in self._fields.values().items() if header}
        return ColumnMapping(self._kind(), columns, us_dates=self.us_dates.value())

    def _on_kind_chosen(self) -> None:
        guess = guess_mapping(self._preview.headers, self._kind())
        self._show_fields(guess.columns if guess else {})

    def _on_use(self) -> None:
        missing = missing_fields(self.mapping())
        if missing:
            names = ", ".join(missing)
            self.banner.show_text(self.tr("Choose a column for: {names}.").format(names=names), "block")
            return
        self.matched.emit(self._path, self.mapping())

    def _kind(self) -> IntakeKind:
        chosen: IntakeKind = self.kind.value()
        return chosen

    def _build_sample(self) -> QWidget:
        headers = self._preview.headers
        columns: list[Column[Sample]] = [
            Column("line", self.tr("Line"), lambda row: str(row[0]), width=56, is_number=True, is_sortable=False)
        ]
        columns += [
            Column(
                f"column_{at}",
                header or self.tr("(no name)"),
                lambda row, at=at: row[1][at] if at < len(row[1]) else "",  # type: ignore[misc]
                width=128,
                is_sortable=False,
            )
            for at, header in enumerate(headers)
        ]
        table: SnapshotTable[Sample, int] = SnapshotTable(columns, lambda row: row[0], self)
        table.show_rows(self._preview.rows)
        return TableView(table, name="import_sample", words=self.tr("First rows of the file"))

    def _build_fields(self) -> QWidget:
        content = QWidget()
        inside = QVBoxLayout(content)
        inside.setContentsMargins(2, 2, GRID, 2)
        inside.setSpacing(2 * GRID)
        top = Form()
        top.add("import_kind", self.tr("What the file holds"), self.kind, required=True)
        top.add("import_us_dates", "", self.us_dates)
        inside.addWidget(top)
        inside.addLayout(self._place)
        inside.addStretch(1)
        return content

    def _show_fields(self, columns: Mapping[str, str]) -> None:
        while (item := self._place.takeAt(0)) is not None:
            if (gone := item.widget()) is not None:
                gone.hide()
                gone.deleteLater()
        self._fields = Form()
        offered = [(header, self._with_sample(at, header)) for at, header in enumerate(self._preview.headers) if header]
        for each in fields_of(self._kind()):
            choice = ChoiceField(offered, empty=self.tr("Not in this file"))
            self._fields.add(each.field, each.label, choice, required=each.needed)
        self._fields.fill({key: header for key, header in columns.items() if header in self._preview.headers})
        self._fields.edited.connect(lambda _key: self.banner.show_text(""))
        self._place.addWidget(self._fields)
        self.banner.show_text("")

    def _with_sample(self, at: int, header: str) -> str:
        sample = next((cells[at] for _, cells in self._preview.rows if at < len(cells) and cells[at].strip()), "")
        return f"{header} · {sample[:40]}" if sample else header
