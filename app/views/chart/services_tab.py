"""What happened beside CCM: stays, services billed by others or by us, and the practitioner's decision making."""

from collections.abc import Callable

from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QVBoxLayout, QWidget

from app.services.chart import Chart
from app.services.chart_forms import MdmRow, ServiceRow, StayRow
from app.views.chart.frame import ChartFrame
from app.views.chart.line_forms import (
    levels,
    mdm_form,
    mdm_of,
    performers,
    service_form,
    service_of,
    stay_form,
    stay_kinds,
    stay_of,
    words_of,
)
from app.views.chart.rows_section import RowAction, RowsSection
from app.views.clinic_zone import clinic_today
from app.views.form_panel import Values
from app.views.patients.standing import day_words
from app.views.table import Column
from app.views.tasks import Latest
from app.views.theme import GRID, scaled
from app.views.widgets import ask, format_date, scrolling

_NARROW = 120 * GRID
Lists = tuple[list[StayRow], list[ServiceRow], list[MdmRow]]


class ServicesTab(QWidget):
    """Three lists; what a role may not change has no buttons."""

    tables = ("stay", "other_service", "mdm", "import_batch")

    def __init__(self, frame: ChartFrame) -> None:
        """Make empty lists; `refresh` fills them."""
        super().__init__()
        self.setObjectName("services_tab")
        self._frame = frame
        self._read = Latest(frame.context.tasks, self)
        self._may = frame.may("service.record")
        self.stays = self._build_stays()
        self.services = self._build_services()
        self.mdm = self._build_mdm()
        self._halves = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        self._halves.setSpacing(3 * GRID)
        left = QVBoxLayout()
        left.setSpacing(2 * GRID)
        left.addWidget(self.stays, 1)
        left.addWidget(self.mdm, 1)
        self._halves.addLayout(left, 1)
        self._halves.addWidget(self.services, 1)
        content = QWidget()
        inside = QVBoxLayout(content)
        inside.setContentsMargins(0, 2 * GRID, GRID, 0)
        inside.addLayout(self._halves)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(scrolling(content))
        self.setFocusProxy(self.stays.list)

    def refresh(self) -> None:
        """Read all three lists."""
        chart, actor, patient_id = self._chart, self._frame.context.desk.actor, self._frame.patient_id
        self._read.ask(
            lambda: (chart.stays(actor, patient_id), chart.services(actor, patient_id), chart.mdm(actor, patient_id)),
            self._on_read,
        )

    def record_mdm(self) -> None:
        """Open the form of medical decision making, for a practitioner."""
        if not self._frame.may("mdm.record"):
            return
        chart, actor, patient_id = self._chart, self._frame.context.desk.actor, self._frame.patient_id

        def save(values: Values) -> Callable[[], object]:
            form = mdm_of(values)
            return lambda: chart.record_mdm(actor, patient_id, form)

        self._frame.open_form(
            self.tr("Medical decision making"),
            mdm_form(clinic_today(self._frame.context, self._frame.zone)),
            save,
            name="mdm_form",
            action=self.tr("Record"),
            done=self.tr("Decision making recorded"),
        )

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        is_narrow = self.width() < scaled(_NARROW)
        self._halves.setDirection(QBoxLayout.Direction.TopToBottom if is_narrow else QBoxLayout.Direction.LeftToRight)

    def _on_read(self, lists: Lists) -> None:
        stays, services, mdm = lists
        self.stays.show_rows(stays)
        self.services.show_rows(services)
        self.mdm.show_rows(mdm)

    def _on_edit_stay(self, row: StayRow | None) -> None:
        chart, actor, patient_id = self._chart, self._frame.context.desk.actor, self._frame.patient_id

        def save(values: Values) -> Callable[[], object]:
            form = stay_of(values)
            if row is None:
                return lambda: chart.add_stay(actor, patient_id, form)
            return lambda: chart.edit_stay(actor, row.id, form)

        self._frame.open_form(
            self.tr("Stay"),
            stay_form(row),
            save,
            name="stay_form",
            action=self.tr("Save"),
            done=self.tr("Stay saved; minutes on these days are not counted"),
        )

    def _on_edit_service(self, row: ServiceRow | None) -> None:
        chart, actor, patient_id = self._chart, self._frame.context.desk.actor, self._frame.patient_id

        def save(values: Values) -> Callable[[], object]:
            form = service_of(values)
            if row is None:
                return lambda: chart.add_service(actor, patient_id, form)
            return lambda: chart.edit_service(actor, row.id, form)

        self._frame.open_form(
            self.tr("Service beside CCM"),
            service_form(row),
            save,
            name="service_form",
            action=self.tr("Save"),
            done=self.tr("Service saved"),
        )

    def _on_remove_stay(self, row: StayRow) -> None:
        chart, actor = self._chart, self._frame.context.desk.actor
        self._remove(lambda: chart.remove_stay(actor, row.id))

    def _on_remove_service(self, row: ServiceRow) -> None:
        chart, actor = self._chart, self._frame.context.desk.actor
        self._remove(lambda: chart.remove_service(actor, row.id))

    @property
    def _chart(self) -> Chart:
        return self._frame.context.desk.chart

    def _remove(self, call: Callable[[], object]) -> None:
        ask(
            self,
            self.tr("Remove this line?"),
            self.tr("Only what was written by mistake is removed. The audit trail keeps that it was there."),
            self.tr("Remove"),
            lambda: self._frame.context.tasks.run(call),
            danger=True,
        )

    def _build_stays(self) -> RowsSection[StayRow]:
        actions: list[RowAction[StayRow]] = [
            RowAction("edit", self.tr("Edit"), "pencil", on_row=self._on_edit_stay),
            RowAction("remove", self.tr("Remove"), "trash-2", on_row=self._on_remove_stay),
            RowAction("add", self.tr("Add"), "plus", from_nothing=lambda: self._on_edit_stay(None)),
        ]
        return RowsSection(
            self.tr("Hospital and nursing stays"),
            name="stays",
            columns=[
                Column("kind", self.tr("Kind"), lambda row: words_of(stay_kinds(), row.kind), width=0),
                Column(
                    "from",
                    self.tr("First day"),
                    lambda row: format_date(row.from_on),
                    width=104,
                    order=lambda r: r.from_on,
                ),
                Column("to", self.tr("Last day"), self._until, width=104, order=lambda row: str(row.to_on)),
            ],
            row_id=lambda row: row.id,
            empty=self.tr("No stays. Minutes worked during one do not count, so record it when you hear of it."),
            actions=actions if self._may else (),
        )

    def _build_services(self) -> RowsSection[ServiceRow]:
        actions: list[RowAction[ServiceRow]] = [
            RowAction("edit", self.tr("Edit"), "pencil", on_row=self._on_edit_service),
            RowAction("remove", self.tr("Remove"), "trash-2", on_row=self._on_remove_service),
            RowAction("add", self.tr("Add"), "plus", from_nothing=lambda: self._on_edit_service(None)),
        ]
        return RowsSection(
            self.tr("Services billed beside CCM"),
            name="services",
            columns=[
                Column("code", self.tr("Code"), lambda row: row.code, width=80),
                Column(
                    "on",
                    self.tr("Day"),
                    lambda row: format_date(row.performed_on),
                    width=104,
                    order=lambda r: r.performed_on,
                ),
                Column("by", self.tr("By"), lambda row: words_of(performers(), row.by), width=0),
            ],
            row_id=lambda row: row.id,
            empty=self.tr(
                "None. Record visits, home health oversight (G0181), principal or advanced primary care management,"
                " transitional care and CCM billed by others: some of them bar CCM in the same month."
            ),
            actions=actions if self._may else (),
        )

    def _build_mdm(self) -> RowsSection[MdmRow]:
        actions: list[RowAction[MdmRow]] = [
            RowAction("record", self.tr("Record"), "plus", from_nothing=self.record_mdm),
        ]
        return RowsSection(
            self.tr("Medical decision making"),
            name="mdm",
            columns=[
                Column("level", self.tr("Level"), lambda row: words_of(levels(), row.level), width=136),
                Column(
                    "on",
                    self.tr("Documented"),
                    lambda row: day_words(row.documented_on),
                    width=120,
                    order=lambda r: str(r.documented_on),
                ),
                Column("note", self.tr("Note"), lambda row: row.note, width=0, tip=lambda row: row.note),
            ],
            row_id=lambda row: row.id,
            empty=self.tr("None. Complex CCM (99487) needs moderate or high decision making, documented in the month."),
            actions=actions if self._frame.may("mdm.record") else (),
        )

    def _until(self, row: StayRow) -> str:
        return format_date(row.to_on) if row.to_on is not None else self.tr("goes on")
