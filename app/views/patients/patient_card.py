"""The selected patient beside the list: how they stand, and the two things one does next."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QBoxLayout, QHBoxLayout, QVBoxLayout, QWidget

from app.services.overview import Overview
from app.services.patients import PatientRow
from app.views import safe_text
from app.views.icons import icon
from app.views.patients.glance import (
    Line,
    consent_line,
    contacts_line,
    next_line,
    plan_line,
    standing_line,
)
from app.views.patients.standing import born_words, joined, standing_tone, standing_words
from app.views.patients.state_row import StateRow
from app.views.theme import GRID, fit_scale, scaled, set_shown
from app.views.widgets import Card, Chip, ThresholdBar, format_phone, scrolling

WIDTH = 42 * GRID
QWIDGETSIZE_MAX = (1 << 24) - 1


class PatientCard(QWidget):
    """Shows one patient. `open_asked` and `call_asked` carry the patient's id."""

    open_asked = Signal(int)
    call_asked = Signal(int)

    def __init__(self, *, may_open: bool, may_call: bool) -> None:
        """Make an empty card with the buttons the role may use."""
        super().__init__()
        self.setObjectName("patient_card")
        self.setAccessibleName(self.tr("Selected patient"))
        self.patient_id: int | None = None
        self._name = safe_text.label("", "heading", name="card_name", selectable=True)
        self._born = safe_text.label("", "muted", name="card_born")
        self._reach = safe_text.label("", "muted", name="card_reach", selectable=True)
        self._chip = Chip("", name="card_standing")
        self.bar = ThresholdBar(name="card_minutes")
        self._rows = {
            "standing": StateRow(self.tr("Chronic care management"), name="card_enrolled"),
            "consent": StateRow(self.tr("Consent"), name="card_consent"),
            "plan": StateRow(self.tr("Care plan"), name="card_plan"),
            "contacts": StateRow(self.tr("Contacts this month"), name="card_contacts"),
            "next": StateRow(self.tr("Next"), name="card_next"),
        }
        self.open_button = safe_text.button(
            self.tr("Open chart"),
            name="open_chart",
            kind="primary",
            tip=self.tr("Open chart (Enter)"),
            on_click=self._on_open,
        )
        self.call_button = safe_text.button(
            self.tr("Start call"),
            name="start_call",
            icon=icon("phone-call"),
            tip=self.tr("Start call (F8)"),
            on_click=self._on_call,
        )
        self._may = {self.open_button: may_open, self.call_button: may_call}
        self._is_folded = False
        self._buttons = QBoxLayout(QBoxLayout.Direction.TopToBottom)
        self._buttons.setSpacing(GRID)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._build())
        fit_scale(self, self._fit)
        self.show_nobody()

    def fold(self, *, folded: bool) -> None:
        """Keep only the buttons, in a row, where there is no room beside the list."""
        if folded == self._is_folded:
            return
        self._is_folded = folded
        self._area.setVisible(not folded)
        way = QBoxLayout.Direction.LeftToRight if folded else QBoxLayout.Direction.TopToBottom
        self._buttons.setDirection(way)
        self._fit()

    def show_nobody(self) -> None:
        """Show that no patient is selected."""
        self.patient_id = None
        self._name.setText(self.tr("No patient selected"))
        self._born.setText("")
        self._reach.setText("")
        for part in (self._chip, self._details, *self._may):
            part.hide()

    def show_patient(self, row: PatientRow) -> None:
        """Show who the patient is; how they stand follows."""
        if self.patient_id != row.id:
            self._details.hide()
        self.patient_id = row.id
        self._name.setText(row.name)
        self._born.setText(joined((self.tr("Born {born}").format(born=born_words(row)), row.sex)))
        mrn = self.tr("MRN {mrn}").format(mrn=row.mrn) if row.mrn else ""
        self._reach.setText(joined((mrn, format_phone(row.phone) or self.tr("No phone"))))
        self._chip.show_state(standing_words(row.status), standing_tone(row.status))
        set_shown(self._chip, shown=True)
        for button, allowed in self._may.items():
            set_shown(button, shown=allowed)

    def show_overview(self, overview: Overview) -> None:
        """Show how the patient stands."""
        lines = {
            "standing": standing_line(overview),
            "consent": consent_line(overview.consent),
            "plan": plan_line(overview.plan),
            "contacts": contacts_line(overview.month),
            "next": next_line(overview),
        }
        for key, line in lines.items():
            self._show_line(key, line)
        self.bar.show_seconds(overview.month.toward_seconds, overview.month.steps)
        self._details.show()

    def _on_open(self) -> None:
        if self.patient_id is not None:
            self.open_asked.emit(self.patient_id)

    def _on_call(self) -> None:
        if self.patient_id is not None:
            self.call_asked.emit(self.patient_id)

    def _build(self) -> QWidget:
        content = QWidget()
        column = QVBoxLayout(content)
        column.setContentsMargins(0, 0, GRID // 2, 0)
        column.setSpacing(GRID)
        head = QHBoxLayout()
        head.addWidget(self._chip)
        head.addStretch(1)
        column.addWidget(self._name)
        column.addWidget(self._born)
        column.addWidget(self._reach)
        column.addLayout(head)
        self._details = QWidget()
        details = QVBoxLayout(self._details)
        details.setContentsMargins(0, GRID, 0, 0)
        details.setSpacing(GRID + GRID // 2)
        for key in ("next", "standing", "consent", "plan"):
            details.addWidget(self._rows[key])
        details.addWidget(safe_text.label(self.tr("Minutes this month"), "small"))
        details.addWidget(self.bar)
        details.addWidget(self._rows["contacts"])
        column.addWidget(self._details)
        column.addStretch(1)
        card = Card(name="patient_card_frame")
        self._area = scrolling(content)
        card.body.addWidget(self._area, 1)
        self._buttons.addWidget(self.open_button)
        self._buttons.addWidget(self.call_button)
        card.body.addLayout(self._buttons)
        return card

    def _show_line(self, key: str, line: Line) -> None:
        self._rows[key].show_state(line.text, line.tone, line.detail)

    def _fit(self) -> None:
        self.setMinimumWidth(0 if self._is_folded else scaled(WIDTH))
        self.setMaximumWidth(QWIDGETSIZE_MAX if self._is_folded else scaled(WIDTH))
