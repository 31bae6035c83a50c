"""The card of one claim: where it stands, what is due, what happened, and what can be done now."""

from collections.abc import Sequence
from datetime import date
from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from app.services.claims.register import HistoryLine, RegisterRow
from app.views import safe_text
from app.views.icons import icon
from app.views.month_end.claim_words import (
    claim_icon,
    claim_state_words,
    claim_tone,
    code_words,
    deadline_tone,
    deadline_words,
    history_words,
    line_words,
)
from app.views.month_end.words import money_words
from app.views.theme import GRID, set_shown
from app.views.widgets import Card, Chip, Tone, format_date, scrolling

_MOST = 60


class ClaimCard(Card):
    """Shows a row of the register. `asked` carries what is to be done with it."""

    asked = Signal(str)

    def __init__(self, *, may_work: bool, may_answer: bool) -> None:
        """Offer only what the role may do."""
        super().__init__(name="claim_card")
        self.setAccessibleName(self.tr("Claim"))
        self.row: RegisterRow | None = None
        self._may_work, self._may_answer = may_work, may_answer
        self._title = safe_text.label("", "heading", name="claim_title")
        self._under = safe_text.label("", "muted", name="claim_under")
        self.state = Chip("", Tone.NEUTRAL, name="claim_state")
        self.deadline = Chip("", Tone.NEUTRAL, icon="clock", name="claim_deadline")
        self._facts = safe_text.label("", name="claim_facts", selectable=True)
        self._gaps = safe_text.label("", "strong", name="claim_gaps", selectable=True)
        self._happened = safe_text.label(self.tr("What happened"), "strong", name="claim_history_title")
        self._history = QWidget()
        self._lines = QVBoxLayout(self._history)
        self._lines.setContentsMargins(0, 0, 0, 0)
        self._lines.setSpacing(GRID)
        self.buttons: dict[str, QPushButton] = {}
        self._build()
        self.show_row(None, date.min)

    def show_row(self, row: RegisterRow | None, today: date) -> None:
        """Show a row, or that none is chosen."""
        self.row = row
        for part in (self._under, self.state, self._facts):
            set_shown(part, shown=row is not None)
        self.show_history(())
        if row is None:
            self._title.setText(self.tr("Choose a claim to see what became of it."))
            set_shown(self.deadline, shown=False)
            set_shown(self._gaps, shown=False)
            for button in self.buttons.values():
                set_shown(button, shown=False)
            return
        self._title.setText(row.name)
        self._under.setText(
            self.tr("{record} · {month} · claim {number}").format(
                record=row.record, month=row.month, number=row.claim_no if row.attempt else self.tr("not sent yet")
            )
        )
        self.state.show_state(claim_state_words(row), claim_tone(row), icon=claim_icon(row))
        words = deadline_words(row.deadline)
        set_shown(self.deadline, shown=bool(words))
        self.deadline.show_state(words, deadline_tone(row.deadline, today), icon="clock")
        self._facts.setText("\n".join(self._fact_lines(row)))
        self._gaps.setText("\n".join(gap.text for gap in row.gaps))
        set_shown(self._gaps, shown=bool(row.gaps))
        self._fit_buttons(row)

    def show_history(self, lines: Sequence[HistoryLine]) -> None:
        """Show what happened, the newest first."""
        while (item := self._lines.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.deleteLater()
        set_shown(self._happened, shown=bool(lines))
        for line in list(reversed(lines))[:_MOST]:
            what, detail = history_words(line)
            head = self.tr("{day} · {what} · {who}").format(day=format_date(line.on), what=what, who=line.by)
            self._lines.addWidget(safe_text.label(head, "body", name="claim_happening"))
            if detail:
                self._lines.addWidget(safe_text.label(detail, "muted", name="claim_detail"))
        self._lines.addStretch(1)

    def _fact_lines(self, row: RegisterRow) -> list[str]:
        tr = self.tr
        standing = row.standing
        lines = [
            tr("{codes} · {charge}").format(codes=line_words(row.lines), charge=money_words(row.cents)),
            tr("Date of service {day} · practitioner's NPI {npi}").format(day=format_date(row.served_on), npi=row.npi),
        ]
        if row.control_no:
            sent = format_date(standing.submitted_on) if standing.submitted_on else tr("not marked yet")
            lines.append(tr("File {number}, submitted: {day}").format(number=f"{row.control_no:09d}", day=sent))
        if standing.codes:
            lines.append(tr("Payer: {codes}").format(codes=code_words(standing.codes)))
        if row.changed:
            lines.append(tr("The month was opened again after this claim left. Its packet is another one now."))
        if standing.overpaid_on is not None:
            lines.append(
                tr(
                    "Possible overpayment, found {day}: report and return it within 60 days, or say why none is owed."
                ).format(day=format_date(standing.overpaid_on))
            )
        return lines

    def _build(self) -> None:
        tr = self.tr
        chips = QHBoxLayout()
        chips.setSpacing(GRID)
        chips.addWidget(self.state)
        chips.addWidget(self.deadline)
        chips.addStretch(1)
        self.body.addWidget(self._title)
        self.body.addWidget(self._under)
        self.body.addLayout(chips)
        self.body.addWidget(self._facts)
        self.body.addWidget(self._gaps)
        acts = (
            ("mend", tr("Mend it"), "pencil"),
            ("submitted", tr("Mark as submitted"), "send"),
            ("denied", tr("Record a denial"), "octagon-x"),
            ("paid", tr("Record a payment"), "check"),
            ("resubmission", tr("Send again"), "refresh-cw"),
            ("overpayment_settled", tr("Settle the overpayment"), "undo-2"),
            ("written_off", tr("Write off"), "ban"),
            ("answer", tr("Audit answer"), "shield-check"),
        )
        self._grid = QGridLayout()
        self._grid.setSpacing(GRID)
        self._grid.setColumnStretch(2, 1)
        for key, words, drawn in acts:
            self.buttons[key] = safe_text.button(
                words, name=f"claim_{key}", icon=icon(drawn), on_click=partial(self.asked.emit, key)
            )
            self.buttons[key].setParent(self)
            set_shown(self.buttons[key], shown=False)
        self.body.addLayout(self._grid)
        self.body.addWidget(self._happened)
        self.body.addWidget(scrolling(self._history), 1)

    def _fit_buttons(self, row: RegisterRow) -> None:
        """Show what can be done with the row, two buttons a line."""
        places = {"patient", "clinic", "practitioner"}
        wanted = [key for key in self.buttons if self._may_work and key in row.may]
        if any(gap.where in places for gap in row.gaps):
            wanted.insert(0, "mend")
        if self._may_answer:
            wanted.append("answer")
        for button in self.buttons.values():
            self._grid.removeWidget(button)
            set_shown(button, shown=False)
        for at, key in enumerate(wanted):
            self._grid.addWidget(self.buttons[key], at // 2, at % 2)
            set_shown(self.buttons[key], shown=True)
