"""One patient's chart: who they are at the top, a tab for each part of the record, a panel for what is changed."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Protocol

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QTabWidget, QVBoxLayout, QWidget

from app.rules.month import Month
from app.services.overview import Overview
from app.services.patients import PatientRow
from app.storage.ledger import Changes
from app.views import safe_text
from app.views.care_plan.care_plan_tab import CarePlanTab
from app.views.chart.conditions_tab import ConditionsTab
from app.views.chart.documents_tab import DocumentsTab
from app.views.chart.enrolment_tab import EnrolmentTab
from app.views.chart.follow_ups_tab import FollowUpsTab
from app.views.chart.frame import ChartFrame
from app.views.chart.history_tab import HistoryTab
from app.views.chart.overview_tab import OverviewTab
from app.views.chart.services_tab import ServicesTab
from app.views.chart.time_tab import TimeTab
from app.views.clinic_zone import clinic_zone
from app.views.icons import icon
from app.views.page_context import PageContext
from app.views.patients.patient_form import PatientFormView
from app.views.patients.standing import (
    born_words,
    coverage_words,
    joined,
    practitioner_words,
    standing_tone,
    standing_words,
)
from app.views.tasks import Latest
from app.views.theme import GRID, Role, scaled, set_shown
from app.views.widgets import Chip, PanelHost, ThresholdBar, format_phone, page_layout

_HEAD_TABLES = (
    *("patient", "enrolment", "consent", "time_entry", "stay", "other_service", "practitioner", "packet"),
    *("import_batch", "condition", "care_plan", "care_plan_event", "mdm", "clinic"),
)

RECORD_FIELDS = {"coverage": "coverage", "mbi": "mbi", "patient": "died_on"}
"""Of each place of mending on the patient's record, above no tab of the chart: the field to go to."""
_NARROW = 120 * GRID


class _Tab(Protocol):
    tables: tuple[str, ...]

    def refresh(self) -> None: ...


@dataclass(slots=True)
class _Place:
    """A tab by its key, whether it reads itself through us, and whether what it shows is out of date."""

    key: str
    widget: QWidget
    read: _Tab | None
    is_stale: bool = True


class ChartView(QWidget):
    """A chart, opened at a place of mending (see `PageContext.open_chart`)."""

    def __init__(
        self, context: PageContext, patient_id: int, place: str = "overview", month: Month | None = None
    ) -> None:
        """Show the patient's chart at `place`, its time in `month` (by default the one that runs)."""
        super().__init__()
        self.setObjectName("chart_view")
        self.setAccessibleName(self.tr("Patient chart"))
        self._context = context
        self.patient_id = patient_id
        self._head = Latest(context.tasks, self)
        self._name = safe_text.label("", "title", name="chart_name", elide=True)
        self._facts = safe_text.label("", "muted", name="chart_facts", elide=True)
        self._chip = Chip("", name="chart_standing")
        self.bar = ThresholdBar(name="chart_minutes")
        self.tabs = QTabWidget()
        self.tabs.setObjectName("chart_tabs")
        self.host = PanelHost(self.tabs)
        self._frame = ChartFrame(context, patient_id, clinic_zone(context), self.host, self.go_to)
        self._places: list[_Place] = []
        self._has_case = True
        self._add_tabs()
        if month is not None:
            self.show_month(month)
        page = page_layout(self)
        page.setSpacing(GRID)
        page.addLayout(self._build_head())
        self.above = QVBoxLayout()
        """A line above the tabs, for what concerns the whole chart."""
        page.addLayout(self.above)
        page.addWidget(self.host, 1)
        self.tabs.currentChanged.connect(self._on_tab_changed)
        context.feed.changed.connect(self._on_changed)
        self._answer_commands()
        self._read_head()
        self._on_tab_changed(self.tabs.currentIndex())
        self.setFocusProxy(self.tabs.tabBar())
        # Once the chart itself is in view: what mends may be a view above it.
        QTimer.singleShot(0, self, partial(self.go_to, place))

    def go_to(self, place: str) -> None:
        """Show a place of this chart and open what mends it."""
        tab, then = self._mending().get(place, ("overview", None))
        if not self.host.is_open or self._close_panel():
            self._show(tab)
            if then is not None:
                then()

    def show_month(self, month: Month) -> None:
        """Let the chart's time speak of `month`."""
        for place in self._places:
            if isinstance(place.widget, TimeTab):
                place.widget.show_month(month)
                place.is_stale = True

    def may_leave(self) -> bool:
        """Whether nothing typed would be lost; asks otherwise."""
        for place in self._places:
            answer = getattr(place.widget, "may_leave", None)
            if answer is not None and not answer():
                return False
        return not self.host.is_open or self._close_panel()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        # Here and not in the tab: the focus may be on the tab bar, or still on a button of the head.
        step_back = getattr(self.tabs.currentWidget(), "step_back", None)
        if event.key() == Qt.Key.Key_Escape and not self.host.is_open and step_back is not None and step_back():
            return
        super().keyPressEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit_bar()

    def _on_tab_changed(self, position: int) -> None:
        if not 0 <= position < len(self._places):
            return
        place = self._places[position]
        if place.is_stale and place.read is not None:
            place.is_stale = False
            place.read.refresh()

    def _on_changed(self, changes: Changes) -> None:
        if changes.touch(*_HEAD_TABLES):
            self._read_head()
        for place in self._places:
            if place.read is not None and changes.touch(*place.read.tables):
                place.is_stale = True
        self._on_tab_changed(self.tabs.currentIndex())

    def _on_head_read(self, found: tuple[dict[int, PatientRow], Overview]) -> None:
        rows, overview = found
        row = rows[self.patient_id]
        self._name.setText(row.name)
        mrn = self.tr("MRN {mrn}").format(mrn=row.mrn) if row.mrn else ""
        coverage = coverage_words(row.coverage)
        born = self.tr("Born {born}").format(born=born_words(row))
        self._facts.setText(joined((born, mrn, format_phone(row.phone), coverage, practitioner_words(row))))
        self._chip.show_state(standing_words(row.status), standing_tone(row.status))
        self.bar.show_seconds(overview.month.toward_seconds, overview.month.steps)
        self._has_case = bool(overview.month.verdict)
        self._fit_bar()

    def _on_edit(self, focus: str = "") -> None:
        if self._context.may("patient.edit"):
            self._context.window.show_view(PatientFormView(self._context, self.patient_id, focus))

    def _on_call(self) -> None:
        self._context.start_call(self.patient_id)

    def _mending(self) -> dict[str, tuple[str, Callable[[], object] | None]]:
        """Return, by place, its tab and what is opened there; the places are those of the rules' findings and ours."""
        return {
            "overview": ("overview", None),
            "care_plan": ("care_plan", None),
            "time": ("time", None),
            "enrolment": ("enrolment", self._enrolment.enrol),
            "enrolment_tab": ("enrolment", None),
            "practitioner": ("enrolment", self._enrolment.enrol),
            "consent": ("enrolment", self._enrolment.record_consent),
            "conditions": ("conditions", None),
            "follow_ups": ("follow_ups", None),
            "documents": ("documents", None),
            "history": ("history", None),
            "services": ("services", None),
            "stays": ("services", None),
            "mdm": ("services", self._services.record_mdm),
            **{place: ("overview", partial(self._on_edit, field)) for place, field in RECORD_FIELDS.items()},
        }

    def _show(self, key: str) -> None:
        position = next((at for at, place in enumerate(self._places) if place.key == key), 0)
        self.tabs.setCurrentIndex(position)

    def _close_panel(self) -> bool:
        self.host.close_panel()
        return not self.host.is_open

    def _read_head(self) -> None:
        desk, patient_id = self._context.desk, self.patient_id
        actor = desk.actor
        self._head.ask(
            lambda: (desk.patients.rows(actor, [patient_id]), desk.overviews.of(actor, patient_id)), self._on_head_read
        )

    def _add_tabs(self) -> None:
        self._enrolment = EnrolmentTab(self._frame)
        self._services = ServicesTab(self._frame)
        self._add(OverviewTab(self._frame), "overview", self.tr("Overview"))
        if self._context.may("care_plan.read"):
            self._add(CarePlanTab(self._context, self.patient_id), "care_plan", self.tr("Care plan"))
        if self._context.may("time.read"):
            self._add(TimeTab(self._frame), "time", self.tr("Calls and time"))
        self._add(self._enrolment, "enrolment", self.tr("Enrolment and consent"))
        self._add(ConditionsTab(self._frame), "conditions", self.tr("Conditions, medicines, allergies"))
        if self._context.may("follow_up.read"):
            self._add(FollowUpsTab(self._frame), "follow_ups", self.tr("Follow-ups"))
        self._add(DocumentsTab(self._frame), "documents", self.tr("Documents"))
        self._add(HistoryTab(self._frame), "history", self.tr("History"))
        self._add(self._services, "services", self.tr("Stays and services"))

    def _add(self, widget: QWidget, key: str, title: str) -> None:
        reads = widget if hasattr(widget, "tables") else None
        self._places.append(_Place(key, widget, reads))  # type: ignore[arg-type]
        at = safe_text.add_tab(
            self.tabs, widget, title, tip=self.tr("{tab} (Ctrl+{n})").format(tab=title, n=len(self._places))
        )
        self._context.window.commands.on(f"tab.{at + 1}", self, partial(self.tabs.setCurrentIndex, at))
        self._context.window.commands.title(f"tab.{at + 1}", self.tr("Chart: {tab}").format(tab=title))

    def _fit_bar(self) -> None:
        """Leave the bar to the first tab where there is no room beside the name."""
        set_shown(self.bar, shown=self._has_case and self.width() >= scaled(_NARROW))

    def _answer_commands(self) -> None:
        on = self._context.window.commands.on
        on("refresh", self, self._refresh_all)
        if self._context.may("call.work"):
            on("call.toggle", self, self._on_call)

    def _refresh_all(self) -> None:
        for place in self._places:
            place.is_stale = True
        self._read_head()
        self._on_tab_changed(self.tabs.currentIndex())

    def _build_head(self) -> QHBoxLayout:
        words = QVBoxLayout()
        words.setSpacing(GRID // 2)
        line = QHBoxLayout()
        line.setSpacing(2 * GRID)
        line.addWidget(self._name)
        line.addWidget(self._chip)
        line.addStretch(1)
        words.addLayout(line)
        words.addWidget(self._facts)
        head = QHBoxLayout()
        head.setSpacing(2 * GRID)
        head.addLayout(words, 2)
        head.addWidget(self.bar, 1)
        if self._context.may("patient.edit"):
            self.edit_button = safe_text.button(
                self.tr("Patient record"), name="edit_patient", icon=icon("pencil"), on_click=self._on_edit
            )
            head.addWidget(self.edit_button)
        if self._context.may("call.work"):
            self.call_button = safe_text.button(
                self.tr("Start call"),
                name="chart_call",
                kind="primary",
                icon=icon("phone-call", Role.ON_ACCENT),
                tip=self.tr("Start call (F8)"),
                on_click=self._on_call,
            )
            head.addWidget(self.call_button)
        return head
