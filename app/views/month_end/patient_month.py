"""The selected patient's month beside the board: what is missing and whose it is, and what the month comes to."""

from collections.abc import Callable, Mapping

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from app.services.board.holds import HELD, NOT_BILLED, RELEASED, TAKEN_BACK
from app.services.readiness import EXPORTED, BoardRow, FindingRow
from app.views import safe_text
from app.views.month_end.check_list import CheckList
from app.views.month_end.finding_line import FindingLine
from app.views.month_end.words import (
    chip_words,
    codes_words,
    money_words,
    owner_words,
    state_tone,
    to_go_words,
)
from app.views.theme import GRID, set_shown
from app.views.widgets import Banner, Card, Chip, Section, ThresholdBar, format_duration, scrolling


class PatientMonth(QWidget):
    """Shows one row of the board. `mend_asked` carries a patient's id and a place, `chart_asked` the id alone.

    `hand_asked` carries the finding to be handed over, `hold_asked` the act (of `holds`) to be done to the month, and
    `explain_asked` the patient's id.
    """

    mend_asked = Signal(int, str)
    chart_asked = Signal(int)
    explain_asked = Signal(int)
    hand_asked = Signal(object)
    hold_asked = Signal(str)

    def __init__(
        self,
        owners: Mapping[str, str],
        may_open: Callable[[str], bool],
        *,
        may_hand: bool = False,
        may_hold: bool = False,
    ) -> None:
        """Make an empty card. `owners` names the roles; `may_open` tells whether a place can be gone to."""
        super().__init__()
        self.setObjectName("patient_month")
        self.setAccessibleName(self.tr("Selected patient"))
        self.row: BoardRow | None = None
        self.marked: str | None = None
        """The code of the missing thing that Enter opens; None for the first one."""
        self._owners = owners
        self._may_open = may_open
        self._may_hand, self._may_hold = may_hand, may_hold
        self._lines: list[FindingLine] = []
        self._name = safe_text.label("", "heading", name="month_patient", selectable=True)
        self._who = safe_text.label("", "muted", name="month_patient_who")
        self._chip = Chip("", name="month_patient_state")
        self._packet = safe_text.label("", "small", name="month_packet")
        self._hold = Banner(name="month_hold")
        self.open_button = safe_text.button(self.tr("Open chart"), name="month_open_chart", on_click=self._on_open)
        self.explain_button = safe_text.button(
            self.tr("Explain"),
            name="month_explain",
            tip=self.tr("Why this month can be billed or not, line by line"),
            on_click=self._on_explain,
        )
        self.hold_button = safe_text.button(
            self.tr("Hold"), name="month_hold_set", on_click=lambda: self.hold_asked.emit(HELD)
        )
        self.not_billed_button = safe_text.button(
            self.tr("Do not bill"), name="month_not_billed", on_click=lambda: self.hold_asked.emit(NOT_BILLED)
        )
        self._body = QVBoxLayout()
        self._body.setSpacing(2 * GRID)
        self._area = self._build()
        self.show_nobody()

    def show_nobody(self) -> None:
        """Show that nobody is selected."""
        self.row, self.marked = None, None
        self._clear()
        self._name.setText(self.tr("No patient selected"))
        self._who.setText("")
        self._hold.show_text("")
        for part in (self._chip, self._packet, *self._foot):
            part.hide()

    def show_row(self, row: BoardRow) -> None:
        """Show a patient's month; a mark stays while the patient and the missing thing do."""
        is_same = self.row is not None and self.row.patient_id == row.patient_id
        if is_same and self.row == row:
            return
        focused = next((at for at, line in enumerate(self._lines) if line.button and line.button.hasFocus()), None)
        marked = self.marked if is_same else None
        self.row = row
        self._clear()
        self._name.setText(row.name)
        mrn = self.tr("MRN {mrn}").format(mrn=row.mrn) if row.mrn else ""
        self._who.setText(" · ".join(part for part in (mrn, row.practitioner) if part))
        self._chip.show_state(chip_words(row), state_tone(row))
        self._packet.setText(self._packet_words(row))
        set_shown(self._packet, shown=row.packet_no is not None)
        self._chip.show()
        self._show_hold(row)
        set_shown(self.open_button, shown=self._may_open("overview"))
        set_shown(self.explain_button, shown=True)
        is_open = self._may_hold and row.state != EXPORTED
        set_shown(self.hold_button, shown=is_open and row.hold is None)
        set_shown(self.not_billed_button, shown=is_open and (row.hold is None or row.hold.kind == HELD))
        self._show_findings(row)
        self._show_checks(row)
        self._show_minutes(row)
        self._show_claim(row)
        self._area.verticalScrollBar().setValue(0)
        self.mark(marked)
        if focused is not None:
            self._focus_line(focused)

    def mark(self, code: str | None) -> None:
        """Mark a missing thing as the one that Enter opens, and bring it into view."""
        self.marked = code if any(line.finding.code == code for line in self._lines) else None
        for line in self._lines:
            line.mark(is_marked=line.finding.code == self.marked)
            if line.finding.code == self.marked:
                self._area.ensureWidgetVisible(line)

    @property
    def place(self) -> str:
        """Where Enter leads: to the marked missing thing, else to the first one, else to the chart."""
        missing = self.row.blockers if self.row else ()
        chosen = next((found for found in missing if found.code == self.marked), missing[0] if missing else None)
        return chosen.place if chosen is not None else "overview"

    def _on_open(self) -> None:
        if self.row is not None:
            self.chart_asked.emit(self.row.patient_id)

    def _on_explain(self) -> None:
        if self.row is not None:
            self.explain_asked.emit(self.row.patient_id)

    def _on_hold_acted(self) -> None:
        if self.row is not None and self.row.hold is not None:
            self.hold_asked.emit(RELEASED if self.row.hold.kind == HELD else TAKEN_BACK)

    @property
    def _foot(self) -> tuple[QWidget, ...]:
        return (self.open_button, self.explain_button, self.hold_button, self.not_billed_button)

    def _build(self) -> QScrollArea:
        content = QWidget()
        column = QVBoxLayout(content)
        column.setContentsMargins(0, 0, GRID, 0)
        column.setSpacing(GRID)
        head = QHBoxLayout()
        head.addWidget(self._chip)
        head.addStretch(1)
        column.addWidget(self._name)
        column.addWidget(self._who)
        column.addLayout(head)
        column.addWidget(self._packet)
        column.addWidget(self._hold)
        column.addSpacing(GRID)
        column.addLayout(self._body)
        column.addStretch(1)
        area = scrolling(content)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        card = Card(name="patient_month_card")
        card.body.addWidget(area, 1)
        foot = QGridLayout()
        foot.setSpacing(GRID)
        for at, button in enumerate(self._foot):
            foot.addWidget(button, at // 2, at % 2)
        card.body.addLayout(foot)
        self._hold.acted.connect(self._on_hold_acted)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addWidget(card)
        return area

    def _show_findings(self, row: BoardRow) -> None:
        if row.blockers:
            missing = Section(self.tr("Missing ({n})").format(n=len(row.blockers)), name="month_missing")
            for number, found in enumerate(row.blockers):
                line = self._line(found, number, is_warning=False)
                self._lines.append(line)
                missing.body.addWidget(line)
            self._put(missing)
        if row.warnings:
            warned = Section(self.tr("To look at ({n})").format(n=len(row.warnings)), name="month_warnings")
            for number, found in enumerate(row.warnings):
                warned.body.addWidget(self._line(found, number, is_warning=True))
            self._put(warned)

    def _show_hold(self, row: BoardRow) -> None:
        if row.hold is None:
            self._hold.show_text("")
            return
        held, never = self.tr("Held by {person}: {reason}"), self.tr("Not billed, {person}: {reason}")
        said = held if row.hold.kind == HELD else never
        let_go = self.tr("Release") if row.hold.kind == HELD else self.tr("Take back")
        self._hold.show_text(
            said.format(person=row.hold.by, reason=row.hold.reason), "info", let_go if self._may_hold else ""
        )

    def _show_checks(self, row: BoardRow) -> None:
        if not row.checks:
            return
        passed = sum(check.state == "pass" for check in row.checks)
        title = self.tr("Checks ({n} of {all} pass)").format(n=passed, all=len(row.checks))
        section = Section(title, name="month_checks")
        section.body.addWidget(CheckList(row.checks))
        self._put(section)

    def _show_minutes(self, row: BoardRow) -> None:
        minutes = Section(self.tr("Minutes that count"), name="month_minutes")
        bar = ThresholdBar(name="month_bar", show_words=False)
        bar.show_seconds(row.toward_seconds, row.steps)
        minutes.body.addWidget(bar)
        total = self.tr("{time} in all").format(time=format_duration(row.pooled_seconds))
        to_go = to_go_words(row)
        minutes.body.addWidget(
            safe_text.label(" · ".join(part for part in (total, to_go) if part), name="month_total_time")
        )
        by_role = self.tr("Clinical staff {staff} · Practitioner {practitioner}").format(
            staff=format_duration(row.staff_seconds), practitioner=format_duration(row.practitioner_seconds)
        )
        minutes.body.addWidget(safe_text.label(by_role, "muted", name="month_by_role"))
        self._put(minutes)
        if not row.excluded:
            return
        left_out = Section(self.tr("Not counted"), name="month_excluded")
        for each in row.excluded:
            words = f"{format_duration(each.seconds)} · {each.sentence}"
            left_out.body.addWidget(safe_text.label(words, "muted"))
        self._put(left_out)

    def _show_claim(self, row: BoardRow) -> None:
        if not row.lines:
            return
        claim = Section(self.tr("Proposed codes"), name="month_claim")
        claim.body.addWidget(safe_text.label(codes_words(row.lines), "strong", name="month_codes"))
        expected = self.tr("Expected amount not known: no national amount is on file for these codes.")
        if row.estimate_cents is not None:
            expected = self.tr("Expected: {amount}. An estimate from Medicare's national amounts, before coinsurance.")
            expected = expected.format(amount=money_words(row.estimate_cents))
        claim.body.addWidget(safe_text.label(expected, "muted", name="month_expected"))
        charge = self.tr("The clinic has set no charge for these codes.")
        if row.charge_cents is not None:
            charge = self.tr("The clinic charges {amount}.").format(amount=money_words(row.charge_cents))
        claim.body.addWidget(safe_text.label(charge, "muted", name="month_charge"))
        self._put(claim)

    def _line(self, found: FindingRow, number: int, *, is_warning: bool) -> FindingLine:
        patient_id = self.row.patient_id if self.row else 0
        owner = owner_words(found, self._owners)

        def on_open() -> None:
            self.mend_asked.emit(patient_id, found.place)

        opens = on_open if self._may_open(found.place) else None
        hands = (lambda: self.hand_asked.emit(found)) if self._may_hand else None
        return FindingLine(found, owner, opens, is_warning=is_warning, number=number, on_hand=hands)

    def _packet_words(self, row: BoardRow) -> str:
        if row.packet_no is None:
            return ""
        if row.changed_since:
            return self.tr(
                "Final packet {number}. The record has changed since; the packet stays as it was made."
            ).format(number=row.packet_no)
        kind = self.tr("Final packet {number}") if row.state == "exported" else self.tr("Draft packet {number}")
        return kind.format(number=row.packet_no)

    def _put(self, section: Section) -> None:
        self._body.addWidget(section)
        section.show()  # now, and not only when the event loop comes to it: the focus may go to a button in it

    def _clear(self) -> None:
        self._lines.clear()
        while (item := self._body.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                widget.hide()
                widget.deleteLater()

    def _focus_line(self, at: int) -> None:
        button = self._lines[at].button if at < len(self._lines) else None
        (button or self.open_button).setFocus(Qt.FocusReason.OtherFocusReason)
