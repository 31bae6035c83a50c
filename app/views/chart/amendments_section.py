"""Requests of the patient to amend the record: received, decided, and what was appended."""

from collections.abc import Callable

from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.rules.amendment import GROUNDS
from app.services.amendments import AmendmentForm, AmendmentRow
from app.views import safe_text
from app.views.chart.frame import ChartFrame
from app.views.chart.rows_section import RowAction, RowsSection
from app.views.clinic_zone import clinic_today
from app.views.form_panel import Values
from app.views.table import Column
from app.views.tasks import Latest
from app.views.theme import GRID
from app.views.widgets import ChoiceField, DateField, Form, LineField, Tone, format_date

_LONGEST = 600


class AmendmentsSection(QWidget):
    """The requests, the newest first, and below them what the selected one says. Forms open in the chart's panel."""

    def __init__(self, frame: ChartFrame) -> None:
        """Make an empty list; `refresh` fills it."""
        super().__init__()
        self.setObjectName("amendments_section")
        self._frame = frame
        self._read = Latest(frame.context.tasks, self)
        self.rows: RowsSection[AmendmentRow] = RowsSection(
            self.tr("Requests to amend the record"),
            name="amendments",
            columns=[
                Column("asked", self.tr("Asked on"), lambda row: format_date(row.asked_on), width=112),
                Column("record", self.tr("About"), lambda row: row.record, width=0, tip=lambda row: row.record),
                Column("state", self.tr("State"), _state, width=232, tone=_tone),
            ],
            row_id=lambda row: row.id,
            empty=self.tr("None. A patient may ask in writing; the clinic answers within 60 days."),
            actions=self._actions(),
        )
        self._detail = safe_text.label("", name="amendment_detail", selectable=True)
        self._detail.setWordWrap(True)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(GRID)
        column.addWidget(self.rows, 1)
        column.addWidget(self._detail)
        self.rows.list.picked.connect(lambda _: self._show_detail())

    def refresh(self) -> None:
        """Read the requests."""
        desk, patient_id = self._frame.context.desk, self._frame.patient_id
        self._read.ask(lambda: desk.amendments.rows(desk.actor, patient_id), self._on_read)

    def _on_read(self, rows: tuple[AmendmentRow, ...]) -> None:
        self.rows.show_rows(rows)
        self._show_detail()

    def _on_receive(self) -> None:
        desk, patient_id = self._frame.context.desk, self._frame.patient_id
        form = Form()
        today = clinic_today(self._frame.context, self._frame.zone)
        form.add("asked_on", _tr("Day it came"), DateField(latest=today), required=True)
        form.add("asked_by", _tr("Who asks"), LineField(hint=_tr("The patient, or who speaks for them")), required=True)
        form.add("record", _tr("Which part of the record"), LineField(max_length=_LONGEST), required=True)
        form.add_text("change", _tr("What it should say"), lines=3, required=True)
        form.add_text("reason", _tr("Why"), lines=3)
        form.fill({"asked_on": today})

        def save(values: Values) -> Callable[[], object]:
            texts = {key: text or "" for key, text in values.items() if key != "asked_on"}
            asked = AmendmentForm(asked_on=values["asked_on"], **texts)
            return lambda: desk.amendments.receive(desk.actor, patient_id, asked)

        self._open(_tr("Request to amend"), form, save, "amendment_form", _tr("The request is recorded"))

    def _on_decide(self, row: AmendmentRow) -> None:
        desk = self._frame.context.desk
        form = Form()
        answers = [("accepted", _tr("Accept: the record is amended")), *_grounds()]
        form.add("answer", _tr("Decision"), ChoiceField(answers), required=True)
        form.add_text(
            "words",
            _tr("The amendment, or the denial explained"),
            lines=5,
            required=True,
            hint=_tr("In plain words: the patient is told. What was recorded before stays as it is"),
        )
        form.fill({"answer": "accepted"})

        def save(values: Values) -> Callable[[], object]:
            answer, words = values["answer"], values["words"] or ""
            if answer == "accepted":
                return lambda: desk.amendments.accept(desk.actor, row.id, words)
            return lambda: desk.amendments.deny(desk.actor, row.id, answer, words)

        self._open(_tr("Decide on the request"), form, save, "amendment_decision", _tr("The decision is recorded"))

    def _on_extend(self, row: AmendmentRow) -> None:
        desk = self._frame.context.desk
        form = Form()
        form.add_text("words", _tr("Why it takes longer"), lines=3, required=True, hint=_tr("The patient is told"))

        def save(values: Values) -> Callable[[], object]:
            return lambda: desk.amendments.extend(desk.actor, row.id, values["words"] or "")

        self._open(_tr("30 days more"), form, save, "amendment_extension", _tr("The time is extended"))

    def _on_append(self, row: AmendmentRow) -> None:
        desk = self._frame.context.desk
        form = Form()
        form.add("kind", _tr("What it is"), ChoiceField(_statements(row)), required=True)
        form.add_text("words", _tr("In words"), lines=4, required=True)
        form.fill({"kind": _statements(row)[0][0]})

        def save(values: Values) -> Callable[[], object]:
            return lambda: desk.amendments.add_statement(desk.actor, row.id, values["kind"], values["words"] or "")

        self._open(_tr("Append a statement"), form, save, "amendment_statement", _tr("The statement is appended"))

    def _open(
        self, title: str, form: Form, save: Callable[[Values], Callable[[], object]], name: str, done: str
    ) -> None:
        self._frame.open_form(title, form, save, name=name, action=_tr("Save"), done=done)

    def _show_detail(self) -> None:
        row = self.rows.current
        self._detail.setText(_told(row) if row is not None else "")

    def _actions(self) -> list[RowAction[AmendmentRow]]:
        made: list[RowAction[AmendmentRow]] = []
        if self._frame.may("amendment.decide"):
            made.append(RowAction("decide", _tr("Decide…"), "circle-check", self._on_decide, fits=_is_open))
            made.append(RowAction("extend", _tr("30 days more…"), "clock", self._on_extend, fits=_may_extend))
        if self._frame.may("amendment.record"):
            made.append(RowAction("append", _tr("Append a statement…"), "plus", self._on_append, fits=_is_decided))
            made.append(RowAction("receive", _tr("Record a request"), "plus", from_nothing=self._on_receive))
        return made


def _state(row: AmendmentRow) -> str:
    if row.state == "open":
        words = _tr("Late: was due {day}") if row.is_late else _tr("Decide by {day}")
        return words.format(day=format_date(row.due_on))
    return _tr("Accepted") if row.state == "accepted" else _tr("Denied")


def _tone(row: AmendmentRow) -> Tone:
    if row.state == "open":
        return Tone.BLOCK if row.is_late else Tone.WARN
    return Tone.READY if row.state == "accepted" else Tone.NEUTRAL


def _told(row: AmendmentRow) -> str:
    said = [f"{row.asked_by}, {format_date(row.asked_on)}: {row.change}" + (f" ({row.reason})" if row.reason else "")]
    names = {
        "extended": _tr("30 days more"),
        "accepted": _tr("Accepted"),
        "denied": _tr("Denied"),
        "disagreement": _tr("The patient disagrees"),
        "rebuttal": _tr("The clinic's answer"),
        "informed": _tr("Informed"),
    }
    for step in row.steps:
        ground = f" ({GROUNDS[step.basis]})" if step.basis in GROUNDS else ""
        said.append(f"{names[step.kind]}{ground}, {format_date(step.happened_on)}, {step.by}: {step.words}")
    return "\n".join(said)


def _grounds() -> list[tuple[str, str]]:
    return [(key, _tr("Deny: {ground}").format(ground=words[0].lower() + words[1:])) for key, words in GROUNDS.items()]


def _statements(row: AmendmentRow) -> list[tuple[str, str]]:
    if row.state == "accepted":
        return [("informed", _tr("Who was told of the amendment"))]
    answered = [("rebuttal", _tr("The clinic's answer to the disagreement"))]
    disagrees = any(step.kind == "disagreement" for step in row.steps)
    return [("disagreement", _tr("The patient's statement of disagreement")), *(answered if disagrees else [])]


def _is_open(row: AmendmentRow) -> bool:
    return row.state == "open"


def _may_extend(row: AmendmentRow) -> bool:
    return row.state == "open" and not row.is_extended


def _is_decided(row: AmendmentRow) -> bool:
    return row.state != "open"


def _tr(words: str) -> str:
    return QCoreApplication.translate("AmendmentsSection", words)
