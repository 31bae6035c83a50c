"""What is done on the board itself: a task handed over, eligibility recorded, hand-entered time looked over."""

from collections.abc import Callable, Sequence
from datetime import date
from zoneinfo import ZoneInfo

from PySide6.QtCore import QCoreApplication, Qt, Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.rules.month import Month
from app.services.board.eligibility import EligibilityForm
from app.services.board.handovers import HandOver
from app.services.board.reviews import ReviewRow
from app.services.readiness import BoardRow, FindingRow
from app.views import safe_text
from app.views.call.words import activity_words
from app.views.form_panel import FormPanel, Values
from app.views.month_end.words import counted
from app.views.page_context import PageContext
from app.views.tasks import Latest
from app.views.theme import GRID
from app.views.widgets import (
    ChoiceField,
    DateField,
    Form,
    buttons_row,
    format_date,
    format_duration,
    format_time,
    scrolling,
)

_ANSWERS = (
    ("part_b", "Part B is in force"),
    ("medicare_advantage", "Medicare Advantage"),
    ("none", "No Part B"),
    ("unclear", "The answer was unclear"),
)
_OTHERS = (
    ("not_asked", "Not asked"),
    ("no", "No other practice"),
    ("yes", "Another practice gives it"),
)
_SOURCES = {"manual": "entered by hand", "estimated": "estimated"}


class HandOverPanel(FormPanel):
    """Hands a finding of a patient's month to somebody, as a follow-up with a day."""

    def __init__(self, context: PageContext, row: BoardRow, month: Month, found: FindingRow) -> None:
        """Offer whoever calls patients here, whoever answers for it chosen, and a day soon."""
        desk, actor = context.desk, context.desk.actor
        people = desk.hand_overs.people(actor)
        form = Form()
        form.add("owner_id", _tr("To whom"), ChoiceField(people), required=True)
        form.add("due_on", _tr("Due"), DateField(), required=True)
        form.add_text("more", _tr("What else they should know"), lines=3)
        known = {person for person, _ in people}
        form.fill(
            {"owner_id": found.person_id if found.person_id in known else None, "due_on": desk.hand_overs.due(actor)}
        )

        def save(values: Values) -> Callable[[], object]:
            task = HandOver(found.code, values["owner_id"] or 0, values["due_on"], values["more"] or "")
            return lambda: desk.hand_overs.hand(actor, row.patient_id, month, task)

        super().__init__(context, form, save, action=_tr("Hand over"), name="hand_over")
        self.setAccessibleName(_tr("Hand over"))
        self.above.addWidget(safe_text.label(row.name, "strong", name="hand_over_patient"))
        self.above.addWidget(safe_text.label(found.sentence, name="hand_over_what"))


class EligibilityPanel(FormPanel):
    """Records that eligibility was asked, for one patient or for all that the list shows."""

    def __init__(self, context: PageContext, row: BoardRow, others: Sequence[int], today: date) -> None:
        """Offer today; `others` are the patients that the list shows besides."""
        desk, actor = context.desk, context.desk.actor
        form = Form()
        everybody = len(others) + 1
        whose = [("one", row.name), ("all", _tr("All {n} patients in the list").format(n=f"{everybody:,}"))]
        form.add("whose", _tr("Asked for"), ChoiceField(whose if others else whose[:1]), required=True)
        form.add("asked_on", _tr("Asked on"), DateField(), required=True)
        form.add("answer", _tr("Answer"), ChoiceField([(key, _tr(words)) for key, words in _ANSWERS]), required=True)
        form.add(
            "other_biller",
            _tr("Care management by another practice"),
            ChoiceField([(key, _tr(words)) for key, words in _OTHERS]),
            required=True,
        )
        form.add_line("how", _tr("Where it was asked"), hint=_tr("A portal, a telephone line, the patient"))
        form.fill({"whose": "one", "asked_on": today, "answer": "part_b", "other_biller": "not_asked"})

        def save(values: Values) -> Callable[[], object]:
            asked = EligibilityForm(
                values["asked_on"], values["answer"] or "", values["other_biller"] or "", values["how"] or ""
            )
            whom = [row.patient_id, *(others if values["whose"] == "all" else ())]
            return lambda: desk.eligibility.record(actor, whom, asked)

        super().__init__(context, form, save, action=_tr("Record"), name="eligibility")
        self.setAccessibleName(_tr("Eligibility"))
        said = _tr(
            "It is kept as evidence. If the answer differs from the coverage on record, correct that in the chart."
        )
        self.above.addWidget(safe_text.label(said, "muted", name="eligibility_note"))


class ReviewPanel(QWidget):
    """Shows a patient's hand-entered time of the month, and keeps that somebody else looked it over.

    `done` follows the deed, `cancelled` its giving up.
    """

    done = Signal(int)
    cancelled = Signal()

    def __init__(self, context: PageContext, row: BoardRow, month: Month, zone: ZoneInfo) -> None:
        """Read what waits."""
        super().__init__()
        self.setObjectName("review")
        self.setAccessibleName(_tr("Hand-entered time"))
        self._context, self._row, self._month, self._zone = context, row, month, zone
        self._reads = Latest(context.tasks, self)
        self._body = QVBoxLayout()
        self._body.setSpacing(2 * GRID)
        self.note = safe_text.label("", "muted", name="review_note")
        self.save_button = safe_text.button(
            _tr("Looked over"), name="review_save", kind="primary", on_click=self._on_save
        )
        self.cancel_button = safe_text.button(_tr("Cancel"), name="review_cancel", on_click=self.cancelled.emit)
        content = QWidget()
        inside = QVBoxLayout(content)
        inside.setContentsMargins(2, 2, GRID, 2)
        inside.setSpacing(2 * GRID)
        inside.addWidget(safe_text.label(row.name, "strong", name="review_patient"))
        inside.addLayout(self._body)
        inside.addWidget(self.note)
        inside.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(scrolling(content), 1)
        column.addLayout(buttons_row(self.cancel_button, self.save_button))
        desk, actor = context.desk, context.desk.actor
        self._reads.ask(lambda: desk.time_reviews.waiting(actor, row.patient_id, month), self._on_read)

    def _on_read(self, rows: tuple[ReviewRow, ...]) -> None:
        for row in rows:
            self._body.addWidget(safe_text.label(self._words(row)))
        others = [row for row in rows if not row.is_mine]
        self.save_button.setEnabled(bool(others))
        self.note.setText(
            _tr("Compare with the note and with what you know of that day. Your look is kept under your name.")
            if others
            else _tr("This is your own time, or time that you entered: somebody else looks it over.")
        )
        (self.save_button if others else self.cancel_button).setFocus(Qt.FocusReason.OtherFocusReason)

    def _on_save(self) -> None:
        desk, actor, row, month = self._context.desk, self._context.desk.actor, self._row, self._month
        self.save_button.setEnabled(False)
        self._context.tasks.run(lambda: desk.time_reviews.review(actor, row.patient_id, month), self.done.emit)

    def _words(self, row: ReviewRow) -> str:
        at = row.start.astimezone(self._zone)
        when = f"{format_date(at.date())} {format_time(at.time())} · {format_duration(row.seconds)}"
        by = _tr("{staff}, entered by {by}").format(staff=row.staff, by=row.entered_by)
        how = f"{activity_words(row.activity)}, {_tr(_SOURCES.get(row.source, row.source))}"
        return "\n".join(part for part in (when, by, how, row.reason, row.note) if part)


def reviewed_words(count: int) -> str:
    """Return how many entries were looked over."""
    return counted(count, _tr("1 entry is looked over."), _tr("{n} entries are looked over."))


def _tr(words: str) -> str:
    return QCoreApplication.translate("BoardPanels", words)
