"""The first tab: how the patient stands, what is missing this month, and the way to each place of mending."""

from collections.abc import Sequence
from functools import partial

from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QHBoxLayout, QVBoxLayout, QWidget

from app.services.overview import Overview
from app.services.readiness import FindingRow
from app.views import safe_text
from app.views.chart.frame import ChartFrame
from app.views.chart.how_called import HowCalled
from app.views.patients.glance import (
    Line,
    consent_line,
    contacts_line,
    lines_words,
    next_line,
    owner_words,
    plan_line,
    standing_line,
    verdict_words,
)
from app.views.patients.state_row import StateRow
from app.views.tasks import Latest
from app.views.theme import GRID, scaled
from app.views.widgets import Card, Chip, Section, ThresholdBar, Tone, format_duration, scrolling

_NARROW = 100 * GRID


class OverviewTab(QWidget):
    """Reads itself anew whenever something of the patient changes."""

    tables = (
        *("patient", "enrolment", "consent", "care_plan", "care_plan_event", "condition", "time_entry", "stay"),
        *("other_service", "mdm", "practitioner", "packet", "clinic", "import_batch"),
        *("touch_point", "setting", "person"),
    )

    def __init__(self, frame: ChartFrame) -> None:
        """Make an empty tab; `refresh` fills it."""
        super().__init__()
        self.setObjectName("overview_tab")
        self._frame = frame
        self._read = Latest(frame.context.tasks, self)
        self._rows = {
            "next": StateRow(self.tr("Next"), name="overview_next"),
            "standing": StateRow(self.tr("Chronic care management"), name="overview_standing"),
            "consent": StateRow(self.tr("Consent"), name="overview_consent"),
            "plan": StateRow(self.tr("Care plan"), name="overview_plan"),
            "conditions": StateRow(self.tr("Chronic conditions"), name="overview_conditions"),
            "contacts": StateRow(self.tr("Contacts this month"), name="overview_contacts"),
        }
        self.how_called = HowCalled(frame)
        if frame.may("today.read"):
            self._rows["called"] = StateRow(self.tr("How called"), name="overview_called")
            self.how_called.read.connect(self._rows["called"].show_state)
        self._places = {
            "standing": "enrolment",
            "consent": "enrolment_tab",
            "plan": "care_plan",
            "conditions": "conditions",
            "contacts": "time",
        }
        self.chip = Chip("", name="overview_verdict")
        self.bar = ThresholdBar(name="overview_minutes")
        self._would_bill = safe_text.label("", "muted", name="overview_lines")
        self._missing = QVBoxLayout()
        self._missing.setSpacing(2 * GRID)
        self._halves = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        self._halves.setSpacing(2 * GRID)
        self._halves.addWidget(self._build_standing(), 1)
        self._halves.addWidget(self._build_month(), 1)
        content = QWidget()
        inside = QVBoxLayout(content)
        inside.setContentsMargins(0, 2 * GRID, GRID, 0)
        inside.addLayout(self._halves)
        inside.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(scrolling(content))

    def refresh(self) -> None:
        """Read the overview."""
        overviews, actor = self._frame.context.desk.overviews, self._frame.context.desk.actor
        patient_id = self._frame.patient_id
        self._read.ask(lambda: overviews.of(actor, patient_id), self._on_read)
        if "called" in self._rows:
            self.how_called.refresh()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        is_narrow = self.width() < scaled(_NARROW)
        self._halves.setDirection(QBoxLayout.Direction.TopToBottom if is_narrow else QBoxLayout.Direction.LeftToRight)

    def _on_read(self, overview: Overview) -> None:
        count = overview.chronic_conditions
        confirmed = self.tr("1 confirmed for CCM") if count == 1 else self.tr("{n} confirmed for CCM").format(n=count)
        lines = {
            "next": next_line(overview),
            "standing": standing_line(overview),
            "consent": consent_line(overview.consent),
            "plan": plan_line(overview.plan),
            "conditions": Line(
                confirmed,
                Tone.READY if count >= 2 else Tone.WARN,
                "" if count >= 2 else self.tr("Two or more are needed"),
            ),
            "contacts": contacts_line(overview.month),
        }
        for key, line in lines.items():
            self._rows[key].show_state(line.text, line.tone, line.detail)
        month = overview.month
        self.chip.show_state(*verdict_words(month))
        self.bar.show_seconds(month.toward_seconds, month.steps)
        parts = [self.tr("Counted {time}").format(time=format_duration(month.pooled_seconds))]
        if month.lines:
            parts.append(self.tr("would bill {lines}").format(lines=lines_words(month.lines)))
        left_out = sum(each.seconds for rows in month.excluded.values() for each in rows)
        if left_out:
            parts.append(self.tr("not counted {time}").format(time=format_duration(left_out)))
        self._would_bill.setText(" · ".join(parts))
        self._show_findings(month.blockers, month.warnings, is_enrolled=bool(month.verdict))

    def _show_findings(
        self, blockers: Sequence[FindingRow], warnings: Sequence[FindingRow], *, is_enrolled: bool
    ) -> None:
        while (item := self._missing.takeAt(0)) is not None:
            if (gone := item.widget()) is not None:
                gone.hide()
                gone.deleteLater()
        if not blockers and not warnings:
            words = self.tr("Nothing is missing.") if is_enrolled else self.tr("The patient is not in the program.")
            self._missing.addWidget(safe_text.label(words, "muted", name="nothing_missing"))
        for finding, tone in [(each, Tone.BLOCK) for each in blockers] + [(each, Tone.WARN) for each in warnings]:
            self._missing.addWidget(self._finding(finding, tone))

    def _finding(self, finding: FindingRow, tone: Tone) -> QWidget:
        made = QWidget()
        made.setObjectName(f"finding_{finding.code.lower()}")
        line = QHBoxLayout(made)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(GRID)
        row = StateRow(owner_words(finding.owner), name=f"{made.objectName()}_row")
        row.show_state(finding.sentence, tone)
        line.addWidget(row, 1)
        line.addWidget(
            safe_text.button(
                self.tr("Go there"),
                name=f"{made.objectName()}_go",
                kind="quiet",
                on_click=lambda: self._frame.go(finding.place),
            )
        )
        return made

    def _build_standing(self) -> QWidget:
        card = Card(self.tr("At a glance"), name="overview_glance")
        card.body.setSpacing(2 * GRID)
        for key, row in self._rows.items():
            line = QHBoxLayout()
            line.setSpacing(GRID)
            line.addWidget(row, 1)
            if key == "called" and self._frame.may("call.plan"):
                line.addWidget(
                    safe_text.button(
                        self.tr("Change"), name="overview_called_change", kind="quiet", on_click=self.how_called.change
                    )
                )
            if key in self._places:
                place = self._places[key]
                line.addWidget(
                    safe_text.button(
                        self.tr("Open"),
                        name=f"overview_{key}_open",
                        kind="quiet",
                        on_click=partial(self._frame.go, place),
                    )
                )
            card.body.addLayout(line)
        card.body.addStretch(1)
        return card

    def _build_month(self) -> QWidget:
        card = Card(self.tr("This month"), name="overview_month", actions=[self.chip])
        card.body.setSpacing(2 * GRID)
        card.body.addWidget(self.bar)
        card.body.addWidget(self._would_bill)
        missing = Section(self.tr("What is missing"), name="overview_missing")
        missing.body.addLayout(self._missing)
        card.body.addWidget(missing)
        card.body.addStretch(1)
        return card
