"""The reports: which there are at the left, the one chosen at the right; print preview, CSV and spreadsheet."""

from collections.abc import Callable
from functools import partial
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtGui import QResizeEvent, QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app.rules.errors import ClinicError
from app.rules.month import Month
from app.rules.report import Report
from app.services.figures.kinds import KINDS, ReportKind, Wanted
from app.services.figures.reports import Choices
from app.services.figures.trail import PAGE
from app.storage.ledger import Changes
from app.views import safe_text
from app.views.clinic_zone import clinic_today, clinic_zone
from app.views.errors import sentence
from app.views.file_choice import ask_new_file
from app.views.icons import icon
from app.views.month_end.saved_file import save_file
from app.views.page_context import PageContext
from app.views.paper_preview.leave_panel import LeavePanel
from app.views.reports.filters import ReportFilters
from app.views.reports.previewing import file_name, preview_report
from app.views.reports.report_body import ReportBody
from app.views.table import Column, SnapshotTable
from app.views.table_view import TableView
from app.views.tasks import Job
from app.views.theme import GRID, Role, fit_scale, scaled, set_shown
from app.views.widgets import Banner, ChoiceField, PageHeader, ProgressPanel, page_layout

_LIST_WIDE = 32 * GRID
_NARROW = 120 * GRID
"""Below so many pixels at 100 % text, a choice stands in place of the list of reports."""
_UNLIMITED = 16_777_215
_FORMS = {"csv": "CSV (*.csv)", "xlsx": "XLSX (*.xlsx)"}


class ReportsPage(QWidget):
    """Reports that the person may see. Ctrl+P shows the paper, F5 reads anew, Ctrl+PgUp and Ctrl+PgDn turn months."""

    def __init__(self, context: PageContext) -> None:
        """Show the first report of the running month, or of the last one in the first days of a new one."""
        super().__init__()
        self.setObjectName("reports_page")
        self._context = context
        self._asked = 0
        self._is_stale = False
        self._job: Job | None = None
        self._report: Report | None = None
        self._form = ""
        self.kinds = [kind for kind in KINDS if context.may(kind.action)]
        self._kind = self.kinds[0]
        today = clinic_today(context, clinic_zone(context))
        running = Month.of(today)
        self.filters = ReportFilters(running.previous if today.day <= 10 else running, running)
        self.body: ReportBody | None = None
        self._build()
        self._connect()
        self.setFocusProxy(self.list)
        self._ask_choices()
        self.list.pick(self._kind.key)

    @property
    def report(self) -> Report | None:
        """The report in view, None while it is read."""
        return self._report

    @property
    def kind(self) -> ReportKind:
        """The report that is chosen."""
        return self._kind

    def choose(self, key: str) -> None:
        """Show another report."""
        self.list.pick(key)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.filters.picker.move_latest(Month.of(clinic_today(self._context, clinic_zone(self._context))))
        if self._is_stale:
            self._ask()

    def _on_choices(self, choices: Choices) -> None:
        self.filters.offer(choices)

    def _on_picked(self, key: str | None) -> None:
        kind = next((each for each in self.kinds if each.key == key), None)
        if kind is None or (kind is self._kind and self._asked):
            return
        self._kind = kind
        self.choice.set_value(kind.key)
        self.filters.show_kind(kind)
        self._ask()

    def _on_chosen(self) -> None:
        self.list.pick(self.choice.value())

    def _on_report(self, answer: tuple[int, Report]) -> None:
        number, report = answer
        if number != self._asked:
            return
        self._report = report
        set_shown(self.banner, shown=False)
        self._show_body(report)
        self._offer(report)

    def _on_failed(self, error: Exception) -> None:
        if not isinstance(error, ClinicError):
            self._context.tasks.failed.emit(error)
            return
        self.banner.show_text(sentence(error), "warn")

    def _on_cancelled(self) -> None:
        if self.sender() is self._job and self._report is None:
            self.banner.show_text(self.tr("Stopped. Press F5 to read the report after all."), "info")

    def _on_changed(self, changes: Changes) -> None:
        self._is_stale = True
        if changes.touch("person", "practitioner"):
            self._ask_choices()

    def _on_preview(self) -> None:
        if self._report is not None:
            preview_report(self._context, self._kind.key, self.filters.wanted(), self._report.title)

    def _on_list(self, form: str) -> None:
        self._form = form
        self.leave.ask(self.tr("Save {form}").format(form=form.upper()), self._focus_part())

    def _on_agreed(self, purpose: str) -> None:
        kind, wanted, form = self._kind, self.filters.wanted(), self._form
        number = self.body.list_number if self.body is not None else None
        ask_new_file(
            self,
            self.tr("Save {form}").format(form=form.upper()),
            file_name(kind.key, wanted, form),
            _FORMS[form],
            lambda path: self._save_list(path, (kind, wanted, number), (form, purpose)),
        )

    def _on_open_patient(self, patient_id: int) -> None:
        self._context.open_chart(patient_id, "overview")

    def _on_find(self) -> None:
        target = self.filters.text if self.filters.text.isVisible() else self._focus_part()
        target.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def _save_list(self, path: Path, what: tuple[ReportKind, Wanted, int | None], how: tuple[str, str]) -> None:
        (kind, wanted, number), (form, purpose) = what, how
        reports, actor = self._context.desk.reports, self._context.desk.actor

        def content() -> bytes:
            copy = reports.listed(actor, kind.key, wanted, form, number=number)
            reports.leave(actor, copy, form, purpose)
            return copy.content

        save_file(self._context, path, content)

    def _ask_choices(self) -> None:
        reports, actor = self._context.desk.reports, self._context.desk.actor
        self._context.tasks.run(lambda: reports.choices(actor), self._on_choices)

    def _ask(self) -> None:
        """Read the report; an answer to an earlier question is let go."""
        if self._job is not None:
            self._job.cancel()
        self._asked += 1
        self._is_stale = False
        self._report = None
        self._offer(None)
        self.header.show_text(self._kind.title, self._kind.about)
        number, key, wanted = self._asked, self._kind.key, self.filters.wanted()
        reports, actor = self._context.desk.reports, self._context.desk.actor
        self._job = self._context.tasks.run_long(
            lambda progress: (number, reports.look(actor, key, wanted, progress)),
            self._on_report,
            self._on_failed,
            papers=True,
        )
        self._job.cancelled.connect(self._on_cancelled)
        self._job.cancelled.connect(self._on_cancelled)
        self.progress.watch(self.tr("Reading the record"), self._job)

    def _show_body(self, report: Report) -> None:
        may_open = self._context.may("patient.open")
        made = ReportBody(report, self._context.preferences, self._on_open_patient if may_open else None)
        kept, self.body = self.body, made
        is_same = kept is not None and kept.report.key == report.key
        if is_same and kept is not None and kept.currentIndex() < made.count():
            made.setCurrentIndex(kept.currentIndex())
        had_focus = kept is not None and kept.isAncestorOf(self.window().focusWidget() or self)
        if kept is not None:
            self._right.removeWidget(kept)
            kept.hide()
            kept.deleteLater()
        self._right.addWidget(made, 1)
        made.show()  # at once, not when the layout next thinks of it
        if had_focus:
            made.show_tab(made.currentIndex())

    def _offer(self, report: Report | None) -> None:
        """Show what can be done with the report in view."""
        has_list = report is not None and self._kind.has_list and any(table.rows for table in report.tables)
        may = self._context.may("report.export")
        set_shown(self.preview_button, shown=report is not None)
        for button in self._list_buttons:
            set_shown(button, shown=has_list and may)
        is_paged = "page" in self._kind.asks
        rows = len(report.tables[-1].rows) if report is not None and report.tables else 0
        set_shown(self.newer_button, shown=is_paged and self.filters.page > 0)
        set_shown(self.older_button, shown=is_paged and rows == PAGE)
        if report is not None:
            self.header.show_text(report.title, f"{report.scope} · {self._kind.about}")

    def _focus_part(self) -> QWidget:
        shown = self.body.currentWidget().findChild(TableView) if self.body is not None else None
        return shown or self.list

    def _fit(self) -> None:
        narrow = self.width() < scaled(_NARROW)
        self.list.setMinimumWidth(0 if narrow else scaled(_LIST_WIDE))
        self.list.setMaximumWidth(_UNLIMITED if narrow else scaled(_LIST_WIDE))
        set_shown(self.choice, shown=narrow)
        set_shown(self.list, shown=not narrow)

    def _build(self) -> None:
        self.table: SnapshotTable[ReportKind, str] = SnapshotTable(
            [Column("title", self.tr("Report"), lambda row: row.title, width=0, is_sortable=False)],
            row_id=lambda row: row.key,
        )
        self.table.show_rows(self.kinds)
        self.list = TableView(self.table, name="report_list", words=self.tr("Reports"))
        self.choice = ChoiceField([(kind.key, kind.title) for kind in self.kinds])
        self.choice.setObjectName("report_choice")
        self.choice.setAccessibleName(self.tr("Report"))
        self.choice.set_value(self._kind.key)
        self.banner = Banner(name="report_banner")
        self.progress = ProgressPanel(name="report_progress")
        self.leave = LeavePanel(name="report_leave")
        self.preview_button = safe_text.button(
            self.tr("Print preview"),
            name="report_preview",
            kind="primary",
            icon=icon("printer", Role.ON_ACCENT),
            tip=self.tr("The report as a paper, to print or to save as PDF (Ctrl+P)"),
            on_click=self._on_preview,
        )
        self._list_buttons = [
            safe_text.button(
                words, name=f"report_{form}", icon=icon("file-down"), tip=tip, on_click=partial(self._on_list, form)
            )
            for form, words, tip in (
                ("csv", self.tr("CSV"), self.tr("Save the list in view, or the longest, for a spreadsheet")),
                ("xlsx", self.tr("XLSX"), self.tr("Save all lists as one spreadsheet")),
            )
        ]
        self.newer_button = safe_text.button(
            self.tr("Newer"), name="report_newer", icon=icon("chevron-left"), on_click=lambda: self.filters.turn(-1)
        )
        self.older_button = safe_text.button(
            self.tr("Older"), name="report_older", icon=icon("chevron-right"), on_click=lambda: self.filters.turn(1)
        )
        self.header = PageHeader(self.tr("Reports"), " ", (*self._list_buttons, self.preview_button))
        self.filters.show_kind(self._kind)
        right = QWidget()
        self._right = QVBoxLayout(right)
        self._right.setContentsMargins(0, 0, 0, 0)
        self._right.setSpacing(GRID)
        turning = QHBoxLayout()
        turning.addWidget(self.filters, 1)
        for button in (self.newer_button, self.older_button):
            turning.addWidget(button, 0, Qt.AlignmentFlag.AlignBottom)
        for part in (self.choice, self.leave, self.banner, self.progress):
            self._right.addWidget(part)
        self._right.insertLayout(1, turning)
        columns = QHBoxLayout()
        columns.setSpacing(2 * GRID)
        columns.addWidget(self.list)
        columns.addWidget(right, 1)
        page = page_layout(self)
        page.addWidget(self.header)
        page.addLayout(columns, 1)
        self._offer(None)
        fit_scale(self, self._fit)

    def _connect(self) -> None:
        self.list.picked.connect(self._on_picked)
        self.choice.edited.connect(self._on_chosen)
        self.filters.changed.connect(self._ask)
        self.leave.agreed.connect(self._on_agreed)
        self._context.feed.changed.connect(self._on_changed)
        answers: list[tuple[str, Callable[[], object]]] = [
            ("print", self._on_preview),
            ("refresh", self._ask),
            ("filter", self._on_find),
            ("month.previous", self.filters.picker.show_previous),
            ("month.next", self.filters.picker.show_next),
        ]
        answers += [(f"tab.{number}", partial(self._show_tab, number - 1)) for number in range(1, 9)]
        for key, handler in answers:
            self._context.window.commands.on(key, self, handler)

    def _show_tab(self, number: int) -> None:
        if self.body is not None:
            self.body.show_tab(number)
