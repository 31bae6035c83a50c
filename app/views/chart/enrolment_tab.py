"""Enrolment and consent: how the patient stands, every consent taken, and what happened when."""

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QGridLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from app.services.enrolment_forms import ConsentRow, EnrolmentState
from app.services.enrolments import Enrolments, HistoryRow
from app.services.people import PersonRow
from app.services.practitioners import PractitionerRow
from app.views import safe_text
from app.views.chart.consent_form import ConsentFields, consent_of
from app.views.chart.consent_lists import consents_section, history_section
from app.views.chart.enrolment_form import EnrolFields, ending_form, enrol_of
from app.views.chart.frame import ChartFrame
from app.views.clinic_zone import clinic_now, clinic_today
from app.views.form_panel import Values
from app.views.icons import icon
from app.views.patients.standing import day_words, joined, standing_tone, standing_words
from app.views.tasks import Latest
from app.views.theme import GRID, scaled, set_shown
from app.views.widgets import Banner, Card, Chip, scrolling

_NARROW = 120 * GRID
_SLENDER = 64 * GRID


@dataclass(frozen=True, slots=True)
class _Standing:
    state: EnrolmentState
    consents: list[ConsentRow]
    history: list[HistoryRow]
    practitioners: list[PractitionerRow]
    people: list[PersonRow]


class EnrolmentTab(QWidget):
    """Two cards and two lists; what a role may not do has no button."""

    tables = ("enrolment", "consent", "practitioner", "person", "import_batch", "patient")

    def __init__(self, frame: ChartFrame) -> None:
        """Make an empty tab; `refresh` fills it."""
        super().__init__()
        self.setObjectName("enrolment_tab")
        self._frame = frame
        self._read = Latest(frame.context.tasks, self)
        self._standing: _Standing | None = None
        self._asked: Callable[[], None] | None = None
        self.banner = Banner(name="enrolment_banner")
        self.chip = Chip("", name="enrolment_chip")
        self._facts = QGridLayout()
        self._facts.setHorizontalSpacing(2 * GRID)
        self._facts.setVerticalSpacing(GRID)
        self._facts.setColumnStretch(1, 1)
        self._values = {key: self._fact(at, words) for at, (key, words) in enumerate(self._titles())}
        self._buttons = self._build_buttons()
        self._places = QGridLayout()
        self.consents = consents_section(frame.zone)
        self.history = history_section(frame.zone)
        self._halves = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        self._halves.setSpacing(3 * GRID)
        right = QVBoxLayout()
        right.setSpacing(2 * GRID)
        right.addWidget(self.consents, 1)
        right.addWidget(self.history, 1)
        self._halves.addWidget(self._build_card(), 2)
        self._halves.addLayout(right, 3)
        content = QWidget()
        inside = QVBoxLayout(content)
        inside.setContentsMargins(0, 2 * GRID, GRID, 0)
        inside.setSpacing(2 * GRID)
        inside.addWidget(self.banner)
        inside.addLayout(self._halves, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(scrolling(content))
        self.banner.acted.connect(self.enrol)

    def refresh(self) -> None:
        """Read how the patient stands."""
        desk, patient_id = self._frame.context.desk, self._frame.patient_id
        actor = desk.actor
        self._read.ask(
            lambda: _Standing(
                desk.enrolments.state(actor, patient_id),
                desk.enrolments.consents(actor, patient_id),
                desk.enrolments.history(actor, patient_id),
                desk.practitioners.rows(actor),
                desk.people.rows(actor),
            ),
            self._on_read,
        )

    def record_consent(self) -> None:
        """Open the consent form, as soon as the tab has been read."""
        if self._frame.may("consent.record"):
            self._when_read(self._open_consent)

    def enrol(self) -> None:
        """Open the enrolment form, as soon as the tab has been read."""
        if self._frame.may("enrolment.change"):
            self._when_read(self._open_enrolment)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        is_narrow = self.width() < scaled(_NARROW)
        self._halves.setDirection(QBoxLayout.Direction.TopToBottom if is_narrow else QBoxLayout.Direction.LeftToRight)
        self._place_buttons()

    def _on_read(self, standing: _Standing) -> None:
        self._standing = standing
        state = standing.state
        self.chip.show_state(standing_words(state.status), standing_tone(state.status))
        yes_no = {True: self.tr("Yes"), False: self.tr("No")}
        visit = ""
        if state.visit_on is not None:
            said = self.tr("CCM discussed") if state.visit_ccm_discussed else self.tr("CCM not discussed")
            visit = joined((day_words(state.visit_on), state.visit_code, said))
        words = {
            "practitioner": state.practitioner,
            "started": day_words(state.ccm_started_on) if state.status else "",
            "new": yes_no[state.patient_new] if state.status else "",
            "seen": day_words(state.last_seen_on) if state.status else "",
            "visit": visit or (self.tr("none recorded") if state.status else ""),
            "ended": joined((day_words(state.ended_on) if state.ended_on else "", state.ended_reason)),
        }
        for key, (title, value) in self._values.items():
            value.setText(words[key])
            set_shown(title, shown=bool(words[key]))
            set_shown(value, shown=bool(words[key]))
        self._say_next(standing)
        self._fit_buttons(standing)
        self.consents.show_rows(standing.consents)
        self.history.show_rows(standing.history)
        asked, self._asked = self._asked, None
        if asked is not None:
            asked()

    def _on_decline(self) -> None:
        if (standing := self._standing) is None:
            return
        enrolments, actor, patient_id = self._enrolments, self._frame.context.desk.actor, self._frame.patient_id

        def save(values: Values) -> Callable[[], object]:
            return lambda: enrolments.decline(
                actor, patient_id, values["on"], values["practitioner_id"], values["reason"] or ""
            )

        today = clinic_today(self._frame.context, self._frame.zone)
        form = ending_form(today, standing.practitioners, standing.state.practitioner_id)
        self._frame.open_form(
            self.tr("The patient declined"),
            form,
            save,
            name="decline_form",
            action=self.tr("Record"),
            done=self.tr("Recorded as declined"),
        )

    def _on_stop(self) -> None:
        enrolments, actor, patient_id = self._enrolments, self._frame.context.desk.actor, self._frame.patient_id

        def save(values: Values) -> Callable[[], object]:
            return lambda: enrolments.stop(actor, patient_id, values["on"], values["reason"] or "")

        self._frame.open_form(
            self.tr("The patient stopped"),
            ending_form(clinic_today(self._frame.context, self._frame.zone)),
            save,
            name="stop_form",
            action=self.tr("Record"),
            done=self.tr("Recorded as stopped"),
        )

    def _on_revoke(self) -> None:
        enrolments, actor, patient_id = self._enrolments, self._frame.context.desk.actor, self._frame.patient_id

        def save(values: Values) -> Callable[[], object]:
            return lambda: enrolments.revoke(actor, patient_id, values["on"], values["reason"] or "")

        self._frame.open_form(
            self.tr("Consent taken back"),
            ending_form(clinic_today(self._frame.context, self._frame.zone)),
            save,
            name="revoke_form",
            action=self.tr("Record"),
            done=self.tr("Consent revoked; CCM ends with that calendar month"),
        )

    @property
    def _enrolments(self) -> Enrolments:
        return self._frame.context.desk.enrolments

    def _when_read(self, call: Callable[[], None]) -> None:
        if self._standing is not None:
            call()
        else:
            self._asked = call

    def _open_consent(self) -> None:
        if (standing := self._standing) is None:
            return
        context, zone, patient_id = self._frame.context, self._frame.zone, self._frame.patient_id
        enrolments, actor = self._enrolments, context.desk.actor

        def save(values: Values) -> Callable[[], object]:
            form = consent_of(values, clinic_now(context, zone), zone)
            return lambda: enrolments.record_consent(actor, patient_id, form)

        form = ConsentFields(
            standing.practitioners, standing.people, mine=actor.name, biller=standing.state.practitioner_id
        )
        self._frame.open_form(
            self.tr("Consent to chronic care management"),
            form,
            save,
            name="consent_form",
            action=self.tr("Record consent"),
            done=self.tr("Consent recorded"),
        )

    def _open_enrolment(self) -> None:
        if (standing := self._standing) is None:
            return
        context, patient_id = self._frame.context, self._frame.patient_id
        enrolments, actor = self._enrolments, context.desk.actor

        def save(values: Values) -> Callable[[], object]:
            form = enrol_of(values)
            return lambda: enrolments.enrol(actor, patient_id, form)

        is_enrolled = standing.state.status == "enrolled"
        self._frame.open_form(
            self.tr("Enrolment"),
            EnrolFields(standing.state, standing.practitioners, clinic_today(context, self._frame.zone)),
            save,
            name="enrolment_form",
            action=self.tr("Save") if is_enrolled else self.tr("Enrol"),
            done=self.tr("Enrolment saved") if is_enrolled else self.tr("Patient enrolled"),
        )

    def _say_next(self, standing: _Standing) -> None:
        state = standing.state
        consent = state.consent
        if not standing.practitioners:
            self.banner.show_text(
                self.tr("There is no billing practitioner yet. Add one under Settings before anybody is enrolled."),
                "warn",
            )
        elif consent is not None and consent.in_force and state.status == "":
            offered = self.tr("Enrol") if self._frame.may("enrolment.change") else ""
            self.banner.show_text(self.tr("Consent is recorded. Enrol the patient to begin."), "info", offered)
        elif state.status == "" and self._frame.may("consent.record"):
            self.banner.show_text(
                self.tr("Tell the patient what CCM is and what it may cost, record their consent, then enrol them."),
                "info",
            )
        elif state.status == "enrolled" and (consent is None or not consent.in_force):
            self.banner.show_text(
                self.tr("The patient is enrolled without a consent in force: nothing can be billed."), "warn"
            )
        elif state.status == "enrolled" and consent is not None and not consent.is_complete:
            self.banner.show_text(
                self.tr("Not all four things were told. Tell the patient, and record the consent again."), "warn"
            )
        elif state.status == "enrolled" and not state.for_biller:
            self.banner.show_text(
                self.tr("The consent names another practitioner. Take a new one for the practitioner who bills."),
                "warn",
            )
        else:
            self.banner.show_text("")

    def _fit_buttons(self, standing: _Standing) -> None:
        state = standing.state
        in_force = state.consent is not None and state.consent.in_force
        shown = {
            "consent": True,
            "enrol": True,
            "decline": state.status == "",
            "stop": state.status == "enrolled",
            "revoke": in_force,
        }
        words = {
            "": self.tr("Enrol"),
            "declined": self.tr("Enrol"),
            "stopped": self.tr("Enrol again"),
            "enrolled": self.tr("Change enrolment"),
        }
        for key, button in self._buttons.items():
            button.setEnabled(bool(standing.practitioners))
            set_shown(button, shown=shown[key])
        self._place_buttons()
        if "enrol" in self._buttons:
            safe_text.set_button_text(self._buttons["enrol"], words[state.status])

    def _place_buttons(self) -> None:
        """Stand the buttons that are shown two in a row, or one where there is no room."""
        across = 1 if self.width() < scaled(_SLENDER) else 2
        for button in self._buttons.values():
            self._places.removeWidget(button)
        for at, button in enumerate(each for each in self._buttons.values() if not each.isHidden()):
            self._places.addWidget(button, at // across, at % across)

    def _build_buttons(self) -> dict[str, QPushButton]:
        made = {}
        for key, action, words, drawn, call in (
            ("consent", "consent.record", self.tr("Record consent"), "signature", self.record_consent),
            ("enrol", "enrolment.change", self.tr("Enrol"), "clipboard-check", self.enrol),
            ("decline", "enrolment.change", self.tr("Patient declined"), "user-x", self._on_decline),
            ("stop", "enrolment.change", self.tr("Patient stopped"), "ban", self._on_stop),
            ("revoke", "consent.record", self.tr("Revoke consent"), "undo-2", self._on_revoke),
        ):
            if self._frame.may(action):
                made[key] = safe_text.button(words, name=f"enrolment_{key}", icon=icon(drawn), on_click=call)
        return made

    def _build_card(self) -> QWidget:
        card = Card(self.tr("Standing"), name="enrolment_card", actions=[self.chip])
        card.body.setSpacing(2 * GRID)
        card.body.addLayout(self._facts)
        self._places.setSpacing(GRID)
        for at, button in enumerate(self._buttons.values()):
            self._places.addWidget(button, at // 2, at % 2)
        card.body.addLayout(self._places)
        card.body.addStretch(1)
        return card

    def _titles(self) -> list[tuple[str, str]]:
        return [
            ("practitioner", self.tr("Billing practitioner")),
            ("started", self.tr("CCM started")),
            ("new", self.tr("New to the practice")),
            ("seen", self.tr("Last seen before")),
            ("visit", self.tr("Initiating visit")),
            ("ended", self.tr("Ended")),
        ]

    def _fact(self, at: int, words: str) -> tuple[QLabel, QLabel]:
        title = safe_text.label(words, "muted")
        value = safe_text.label("", selectable=True)
        self._facts.addWidget(title, at, 0)
        self._facts.addWidget(value, at, 1)
        return title, value
