"""Which year's diagnosis codes are in use, a newer official file, and the charts whose codes are not in it."""

from pathlib import Path

from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.services.icd10_codes import CodeSetFacts, OutdatedCode
from app.storage.ledger import Changes
from app.views import safe_text
from app.views.file_choice import ask_file
from app.views.icons import icon
from app.views.page_context import PageContext
from app.views.table import Column, SnapshotTable
from app.views.table_view import TableView
from app.views.theme import GRID, set_shown
from app.views.widgets import Banner, PageHeader, format_date

Shown = tuple[CodeSetFacts, list[OutdatedCode], dict[int, str]]


class CodeSetSection(QWidget):
    """What is in use, two ways to change it, and what on charts cannot be billed with it."""

    def __init__(self, context: PageContext) -> None:
        """Read what is in use."""
        super().__init__()
        self.setObjectName("codes_section")
        self._context = context
        self.load_button = safe_text.button(
            self.tr("Load a newer file…"), name="codes_load", icon=icon("upload"), on_click=self._on_load_asked
        )
        self.own_button = safe_text.button(
            self.tr("Use CareLoop's own"), name="codes_own", kind="quiet", icon=icon("undo-2"), on_click=self._on_own
        )
        header = PageHeader(
            self.tr("Diagnosis codes"),
            self.tr(
                "ICD-10-CM, as published each year from October 1. Download the year's order file"
                " (icd10cm_order_….txt, or the zip file it comes in) from CMS and load it here."
            ),
            (self.own_button, self.load_button),
        )
        self.standing = Banner(name="codes_standing")
        self._source = safe_text.label("", "muted", name="codes_source")
        self.outdated: SnapshotTable[OutdatedCode, int] = SnapshotTable(self._columns(), lambda row: row.condition_id)
        self._names: dict[int, str] = {}
        self.list = TableView(
            self.outdated, name="codes_outdated", words=self.tr("Conditions whose code cannot be billed")
        )
        self.list.opened.connect(self._on_opened)
        self._title = safe_text.label(self.tr("On charts, and not billable with these codes"), "heading")
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2 * GRID)
        for widget in (header, self.standing, self._source, self._title):
            column.addWidget(widget)
        column.addWidget(self.list, 1)
        column.addStretch(0)
        context.feed.changed.connect(self._on_changed)
        self._read()

    def _on_changed(self, changes: Changes) -> None:
        if changes.touch("setting", "condition"):
            self._read()

    def _on_read(self, shown: Shown) -> None:
        facts, rows, self._names = shown
        days = {"year": facts.year, "from_on": format_date(facts.from_on), "until_on": format_date(facts.until_on)}
        if facts.is_outdated:
            words = self.tr("The codes in use are of {year}: they ended on {until_on}. Load the new year's file.")
            self.standing.show_text(words.format(**days), "warn")
        else:
            words = self.tr("The codes of {year} are in use, from {from_on} to {until_on}.")
            self.standing.show_text(words.format(**days), "ready")
        loaded = format_date(facts.loaded_on) if facts.loaded_on is not None else ""
        whose = self.tr("Loaded here on {day}").format(day=loaded) if facts.is_own else self.tr("Came with CareLoop")
        counts = self.tr("{codes} codes, {billable} of them billable").format(
            codes=f"{facts.codes:,}", billable=f"{facts.billable:,}"
        )
        self._source.setText(" · ".join(part for part in (whose, counts, facts.source) if part))
        set_shown(self.own_button, shown=facts.is_own)
        self.outdated.show_rows(rows)
        set_shown(self.list, shown=bool(rows))
        set_shown(self._title, shown=bool(rows))

    def _on_load_asked(self) -> None:
        ask_file(self, self.tr("The year's order file"), self.tr("Order files (*.txt *.zip)"), self._on_chosen)

    def _on_chosen(self, path: Path) -> None:
        desk = self._context.desk
        self.load_button.setEnabled(False)
        job = self._context.tasks.run(lambda: desk.icd10.load(desk.actor, path), self._on_loaded)
        job.finished.connect(lambda: self.load_button.setEnabled(True))

    def _on_loaded(self, facts: CodeSetFacts) -> None:
        self._context.window.notify(self.tr("The codes of {year} are in use").format(year=facts.year), "ready")

    def _on_own(self) -> None:
        desk = self._context.desk
        self._context.tasks.run(lambda: desk.icd10.use_program_s(desk.actor))

    def _on_opened(self, condition_id: int) -> None:
        row = self.outdated.row_at(self.outdated.position_of(condition_id))
        if row is not None:
            self._context.open_chart(row.patient_id, "conditions")

    def _read(self) -> None:
        desk, may_open = self._context.desk, self._context.may("patient.open")

        def read() -> Shown:
            rows = desk.icd10.outdated(desk.actor) if may_open else []
            found = desk.patients.rows(desk.actor, sorted({row.patient_id for row in rows})) if rows else {}
            return desk.icd10.facts(desk.actor), rows, {key: row.name for key, row in found.items()}

        self._context.tasks.run(read, self._on_read)

    def _columns(self) -> list[Column[OutdatedCode]]:
        return [
            Column("patient", self.tr("Patient"), lambda row: self._names.get(row.patient_id, ""), width=200),
            Column("code", self.tr("Code"), lambda row: row.code, width=88),
            Column("words", self.tr("Condition"), lambda row: row.description, width=0),
            Column("standing", self.tr("Why"), self._why, width=160),
            Column("near", self.tr("Near it"), lambda row: ", ".join(each.code for each in row.instead), width=240),
        ]

    def _why(self, row: OutdatedCode) -> str:
        return self.tr("Not in these codes") if row.standing == "missing" else self.tr("Too general")
