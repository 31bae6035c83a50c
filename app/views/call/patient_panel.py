"""The left half of the call screen: who is rung, how, and their plan at a glance."""

from collections.abc import Sequence
from datetime import datetime

from PySide6.QtCore import QCoreApplication, Qt, QTimer, Signal, SignalInstance
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QBoxLayout, QHBoxLayout, QToolButton, QVBoxLayout, QWidget

from app.clock import Clock
from app.services.call_rows import CallNow
from app.services.follow_up_rows import FollowUpRow
from app.services.patient_form import ContactForm
from app.views import safe_text
from app.views.call.call_sheet import CallSheet
from app.views.call.last_notes import LastNotes
from app.views.follow_ups.lists import due_words
from app.views.icons import icon
from app.views.patients.glance import consent_line, plan_line, standing_line
from app.views.patients.standing import joined, weekdays
from app.views.theme import GRID, set_kind
from app.views.widgets import Banner, Card, Tone, format_date, format_phone, format_time

LOOK_EVERY_MS = 15_000
ONE_ROW = 28
"""Characters of all numbers together that fit beside each other."""


class PatientPanel(QWidget):
    """Shows one `CallSheet`; nothing here is edited.

    `scripts_asked` asks for all that can be said, `plan_asked` for the whole care plan, `medicines_asked` for the list
    to go through with the patient.
    """

    scripts_asked = Signal()
    plan_asked = Signal()
    medicines_asked = Signal()

    def __init__(self, call: CallNow, sheet: CallSheet, clock: Clock) -> None:
        """Show whom the call is with."""
        super().__init__()
        self.setObjectName("call_patient_panel")
        self.setAccessibleName(self.tr("Who is called"))
        self._sheet = sheet
        self._clock = clock
        self.first_button: QWidget | None = None
        """The button that copies the number to dial; None without a number."""
        self._window_line = safe_text.label("", name="call_window")
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(GRID)
        warning = _warning(sheet)
        if warning:
            column.addWidget(Banner(warning, "warn", name="call_warning"))
        column.addWidget(self._identity(call))
        column.addWidget(self._plan())
        column.addStretch(1)
        self._timer = QTimer(self)
        self._timer.setInterval(LOOK_EVERY_MS)
        self._timer.timeout.connect(self._show_window)
        self._timer.start()
        self._show_window()

    def _identity(self, call: CallNow) -> QWidget:
        sheet = self._sheet
        card = Card(name="call_identity")
        card.body.setSpacing(GRID // 2)
        born = format_date(sheet.born_on) if sheet.born_on else self.tr("not recorded")
        ask = self.tr("Confirm name and date of birth before you say more:")
        card.body.addWidget(safe_text.label(ask, "small"))
        card.body.addWidget(safe_text.label(call.patient, "heading", name="call_name", selectable=True))
        mrn = self.tr("MRN {mrn}").format(mrn=sheet.mrn) if sheet.mrn else ""
        words = joined((self.tr("Born {day}").format(day=born), mrn))
        card.body.addWidget(safe_text.label(words, "strong", name="call_born", selectable=True))
        numbers = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        numbers.setSpacing(GRID // 2)
        if sum(len(format_phone(number)) for _, number in sheet.numbers) > ONE_ROW:
            numbers.setDirection(QBoxLayout.Direction.TopToBottom)
        for kind, number in sheet.numbers:
            numbers.addLayout(self._number(kind, number))
        card.body.addLayout(numbers)
        if not sheet.numbers:
            card.body.addWidget(safe_text.label(self.tr("No phone number is recorded."), "error", name="call_no_phone"))
        card.body.addWidget(self._window_line)
        speaks = self.tr("Speaks {language}").format(language=sheet.language) if sheet.language else ""
        self.scripts_button = self._way(self.tr("All scripts"), "call_scripts", self.scripts_asked)
        line = QHBoxLayout()
        line.setSpacing(GRID)
        line.addWidget(safe_text.label(speaks, name="call_language"), 1)
        line.addWidget(self.scripts_button)
        card.body.addLayout(line)
        for contact in sheet.contacts:
            card.body.addWidget(safe_text.label(_contact_words(contact), "small", name="call_contact", selectable=True))
        card.body.addLayout(self._script())
        return card

    def _script(self) -> QHBoxLayout:
        """Return how the opening begins, in English beside Spanish where that is spoken."""
        sheet, script = self._sheet, self._sheet.opening()
        texts = []
        if script is not None:
            texts.append(("call_script", script.english))
            if sheet.speaks_spanish:
                texts.append(("call_script_spanish", script.spanish))
        beside = QHBoxLayout()
        beside.setSpacing(2 * GRID)
        for name, text in texts:
            first = text.partition("\n")[0]
            said = safe_text.label(f"“{first}”", "muted", name=name, selectable=True)
            said.setAlignment(Qt.AlignmentFlag.AlignTop)
            beside.addWidget(said, 1)
        return beside

    def _number(self, kind: str, number: str) -> QHBoxLayout:
        shown = format_phone(number)
        title = self.tr("Call {number}") if kind == "first" else self.tr("or {number}")
        words = safe_text.label(
            title.format(number=shown), "strong", name=f"call_number_{kind}", wrap=False, selectable=True
        )
        copy = safe_text.tool_button(
            self.tr("Copy {number}").format(number=shown),
            name=f"call_copy_{kind}",
            icon=icon("copy"),
            on_click=lambda: QGuiApplication.clipboard().setText(shown),
        )
        if self.first_button is None:
            self.first_button = copy
        row = QHBoxLayout()
        row.setSpacing(GRID)
        row.addWidget(words)
        row.addWidget(copy)
        row.addStretch(1)
        return row

    def _plan(self) -> QWidget:
        sheet = self._sheet
        card = Card(name="call_plan")
        card.body.setSpacing(GRID // 2)
        plan = plan_line(sheet.overview.plan)
        goals = sheet.goals or (plan.text,)
        due = tuple(_follow_up_words(row) for row in sheet.follow_ups)
        self.plan_button = self._way(self.tr("Whole plan"), "call_open_plan", self.plan_asked)
        self.medicines_button = self._way(self.tr("Go through"), "call_open_medicines", self.medicines_asked)
        # Who is rung comes first: where that takes more room, less is left for the plan without scrolling.
        fewer = 1 if sheet.speaks_spanish or len(sheet.contacts) > 1 or _warning(sheet) else 0
        for title, name, lines, most, nothing, way in (
            (self.tr("Goals"), "goals", goals, 3 - fewer, self.tr("None written down."), self.plan_button),
            (
                self.tr("Medicines"),
                "medicines",
                sheet.medicines,
                4 - fewer,
                self.tr("None recorded."),
                self.medicines_button,
            ),
            (self.tr("Allergies"), "allergies", sheet.allergies, 2, self.tr("None recorded."), None),
            (self.tr("Open follow-ups"), "follow_ups", due, 2, self.tr("None."), None),
        ):
            shown = _listed(lines or (nothing,), most, name=f"call_{name}", title=title)
            head = QHBoxLayout()
            head.setSpacing(GRID)
            head.addWidget(safe_text.label(title, "field"))
            if len(lines) > most:
                count = self.tr("{n} of {all}").format(n=most, all=len(lines))
                more = safe_text.label(count, "muted", name=f"call_{name}_count")
                safe_text.set_tip(more, "\n".join(lines))
                head.addWidget(more)
            if way is None and len(lines) < 2:
                head.addWidget(shown, 1)  # a word of its own needs no line of its own
            else:
                head.addStretch(1)
            if way is not None:
                head.addWidget(way)
            card.body.addLayout(head)
            if way is not None or len(lines) > 1:
                card.body.addWidget(shown)
        card.body.addWidget(safe_text.label(self.tr("Last notes"), "field"))
        card.body.addWidget(LastNotes(sheet.last_notes, sheet.clinic_zone))
        return card

    def _way(self, words: str, name: str, asked: SignalInstance) -> QToolButton:
        made = safe_text.tool_button(words, name=name, icon=icon("chevron-right"), show_text=True, on_click=asked.emit)
        made.setProperty("kind", "line")
        return made

    def _show_window(self) -> None:
        sheet = self._sheet
        there = self._clock.now().astimezone(sheet.zone)
        self._window_line.setText(_window_words(sheet, there))
        set_kind(self._window_line, "body" if sheet.may_ring(there.weekday(), there.time()) else "error")


def _warning(sheet: CallSheet) -> str:
    """Say why this time may never be billed; empty when nothing is known against it."""
    overview = sheet.overview
    if overview.status != "enrolled":
        return _tr("{standing}. Time before enrolment and consent is never billed.").format(
            standing=standing_line(overview).text
        )
    consent = consent_line(overview.consent)
    if consent.tone is not Tone.READY:
        return _tr("Consent: {consent}.").format(consent=joined((consent.text, consent.detail)))
    return ""


def _contact_words(contact: ContactForm) -> str:
    who = f"{contact.name} ({contact.relation})" if contact.relation else contact.name
    may = _tr("may discuss care") if contact.may_discuss_care else _tr("may not discuss care")
    return joined((who, format_phone(contact.phone), may))


def _window_words(sheet: CallSheet, there: datetime) -> str:
    """Return the patient's call window and what their clock says now."""
    days = " ".join(words for key, words in weekdays() if key in sheet.call_days)
    hours = ""
    if sheet.call_from is not None and sheet.call_until is not None:
        hours = f"{format_time(sheet.call_from)}–{format_time(sheet.call_until)}"
    clock = _tr("{time} there now") if sheet.own_zone else _tr("now {time}")
    now = clock.format(time=format_time(there.time()))
    if not days and not hours:
        return joined((_tr("Call at any time"), now))
    best = _tr("Call {window}").format(window=joined((days, hours)))
    outside = "" if sheet.may_ring(there.weekday(), there.time()) else _tr("outside the call window")
    return joined((best, now, outside))


def _listed(lines: Sequence[str], most: int, *, name: str, title: str) -> QWidget:
    """Return the first lines below each other, each on one line."""
    whole = QWidget()
    whole.setObjectName(name)
    whole.setAccessibleName(title)
    column = QVBoxLayout(whole)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(0)
    for line in lines[:most]:
        column.addWidget(safe_text.label(f"• {line}" if len(lines) > 1 else line, elide=True))
    return whole


def _follow_up_words(row: FollowUpRow) -> str:
    """Return what is to be done and until when, on one line."""
    return f"{due_words(row)}: {' '.join(row.what.split())}"


def _tr(words: str) -> str:
    return QCoreApplication.translate("PatientPanel", words)
