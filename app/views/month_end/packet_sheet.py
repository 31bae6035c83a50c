"""A patient's month as a page to read before it is attested to: the facts that the packet will be made of."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from PySide6.QtCore import Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QGridLayout, QLabel, QVBoxLayout, QWidget

from app.reports import wording
from app.rules.packet_facts import (
    CarePlanFacts,
    ConditionFacts,
    ConsentFacts,
    PacketFacts,
    TimeFacts,
    VisitFacts,
    total_cents,
)
from app.services.closing.changes import ChangedMonth
from app.views import safe_text
from app.views.call.words import activity_words
from app.views.month_end.change_words import add_changes
from app.views.month_end.words import codes_words, moment_words, money_words
from app.views.theme import GRID, Role, scaled
from app.views.widgets import Card, Picture, format_date, format_duration, format_time

TWO_COLUMNS = 80 * GRID
"""Below so many pixels at 100 % text, cards are below each other."""

Pair = tuple[str, str]
_SOURCES = {
    "manual": "Typed by hand",
    "estimated": "Typed by hand, start estimated",
    "recovered": "Recovered after an interruption",
}


class PacketSheet(QWidget):
    """The facts in blocks, the claim first and the time log last."""

    def __init__(self) -> None:
        """Make an empty sheet."""
        super().__init__()
        self.setObjectName("packet_sheet")
        self._rows: list[QBoxLayout] = []
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, GRID, 0)
        self._column.setSpacing(2 * GRID)

    def show_facts(self, facts: PacketFacts) -> None:
        """Show a month in place of the one before."""
        self.clear()
        self._beside(
            self._card(self.tr("Patient"), _patient(facts), "packet_patient"),
            self._card(self.tr("To be billed"), _claim(facts), "packet_claim"),
        )
        self._checks(facts)
        conditions = [(each.icd10, _condition_words(each)) for each in facts.conditions]
        self._column.addWidget(self._card(self.tr("Conditions"), conditions, "packet_conditions"))
        self._beside(
            self._card(self.tr("Consent"), _consent(facts.consent), "packet_consent"),
            self._card(self.tr("Initiating visit"), _visit(facts.visit), "packet_visit"),
        )
        self._column.addWidget(self._card(self.tr("Care plan"), _plan(facts.care_plan), "packet_plan"))
        self._column.addWidget(self._card(self.tr("Stays and other services"), _elsewhere(facts), "packet_elsewhere"))
        if facts.mdm is not None:
            decided = moment_words(facts.mdm.documented_on)
            level = self.tr("{level}, documented {day}").format(level=facts.mdm.level.capitalize(), day=decided)
            self._column.addWidget(
                self._card(self.tr("Medical decision making"), [(self.tr("Level"), level)], "packet_mdm")
            )
        self._time(facts.time)
        self._column.addStretch(1)

    def show_changes(self, changed: ChangedMonth | None) -> None:
        """Say above the facts what is different since the month was approved or made before; None: nothing is."""
        if changed is None:
            return
        since = self.tr("Changed since {name} looked at it on {when}").format(
            name=changed.by, when=format_date(changed.since.date())
        )
        card = Card(since, name="packet_changes")
        add_changes(card, changed.changes)
        self._column.insertWidget(0, card)

    def clear(self) -> None:
        """Show nothing."""
        self._rows.clear()
        while (item := self._column.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                widget.hide()
                widget.deleteLater()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _card(self, title: str, pairs: Sequence[Pair], name: str) -> Card:
        card = Card(title, name=name)
        if pairs:
            card.body.addLayout(_grid(pairs))
        else:
            card.body.addWidget(safe_text.label(self.tr("None on record."), "muted"))
        card.body.addStretch(1)
        return card

    def _beside(self, *cards: Card) -> None:
        """Put cards beside each other, where there is room."""
        held = QWidget()
        row = QBoxLayout(QBoxLayout.Direction.LeftToRight, held)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(2 * GRID)
        for card in cards:
            row.addWidget(card, 1)
        self._rows.append(row)
        self._column.addWidget(held)
        self._fit()

    def _fit(self) -> None:
        kind = QBoxLayout.Direction
        for row in self._rows:
            row.setDirection(kind.TopToBottom if self.width() < scaled(TWO_COLUMNS) else kind.LeftToRight)

    def _checks(self, facts: PacketFacts) -> None:
        passed = sum(gate.state == "pass" for gate in facts.gates)
        card = Card(self.tr("Checks"), name="packet_checks")
        grid = QGridLayout()
        grid.setHorizontalSpacing(GRID)
        grid.setColumnStretch(1, 1)
        told = [("circle-check", Role.READY, self.tr("{n} checks passed.").format(n=passed))]
        for gate in facts.gates:
            if gate.state != "pass":
                words = self.tr("To look at: {check}. {evidence}").format(check=gate.check, evidence=gate.evidence)
                told.append(("triangle-alert", Role.WARN, words))
        for at, (drawn, role, words) in enumerate(told):
            grid.addWidget(Picture(drawn, role), at, 0, Qt.AlignmentFlag.AlignTop)
            grid.addWidget(safe_text.label(words), at, 1)
        card.body.addLayout(grid)
        self._column.addWidget(card)

    def _time(self, entries: Sequence[TimeFacts]) -> None:
        card = Card(self.tr("Time log"), name="packet_time")
        grid = QGridLayout()
        grid.setHorizontalSpacing(2 * GRID)
        grid.setVerticalSpacing(GRID // 2)
        grid.setColumnStretch(2, 1)
        said = ""
        for at, entry in enumerate(entries):
            start, end = datetime.fromisoformat(entry.start), datetime.fromisoformat(entry.end)
            when = f"{format_date(start.date())}\n{format_time(start.time())} – {format_time(end.time())}"
            counted = format_duration(entry.counted_seconds)
            words = QVBoxLayout()
            words.setSpacing(0)
            words.addWidget(safe_text.label(_entry_words(entry)))
            for remark in _entry_remarks(entry):
                words.addWidget(safe_text.label(remark, "small"))
            if entry.description:  # a call's parts share its note
                note = entry.description if entry.description != said else self.tr("Note as above.")
                words.addWidget(safe_text.label(note, "small"))
                said = entry.description
            words.addSpacing(GRID)
            top = Qt.AlignmentFlag.AlignTop
            grid.addWidget(safe_text.label(when, "small", wrap=False), at, 0, top)
            figures = safe_text.label(counted, "strong" if entry.counted_seconds else "muted", wrap=False)
            grid.addWidget(figures, at, 1, top | Qt.AlignmentFlag.AlignRight)
            grid.addLayout(words, at, 2)
        card.body.addLayout(grid)
        self._column.addWidget(card)


def _grid(pairs: Iterable[Pair]) -> QGridLayout:
    grid = QGridLayout()
    grid.setHorizontalSpacing(2 * GRID)
    grid.setVerticalSpacing(GRID // 2)
    grid.setColumnStretch(1, 1)
    for at, (name, value) in enumerate(pairs):
        named: QLabel = safe_text.label(name, "muted", wrap=False)
        grid.addWidget(named, at, 0, Qt.AlignmentFlag.AlignTop)
        grid.addWidget(safe_text.label(value), at, 1)
    return grid


def _patient(facts: PacketFacts) -> list[Pair]:
    patient = facts.patient
    pairs = [
        ("Name", patient.name),
        ("Born", moment_words(patient.born_on)),
        ("Died", moment_words(patient.died_on) if patient.died_on else ""),
        ("MRN", patient.mrn or ""),
        ("Record", patient.record_id),
        ("Medicare number", wording.mbi_spaced(patient.mbi) if patient.mbi else "not recorded"),
        ("Coverage", wording.words(patient.coverage)),
    ]
    return [pair for pair in pairs if pair[1]]


def _claim(facts: PacketFacts) -> list[Pair]:
    ready, biller = facts.readiness, facts.practitioner
    named = ", ".join(part for part in (biller.name, biller.credential) if part)
    minutes = (
        f"{format_duration(ready.pooled_seconds)} counted: clinical staff {format_duration(ready.staff_seconds)}, "
        f"practitioner {format_duration(ready.practitioner_seconds)}"
    )
    charge = total_cents(ready.lines) if ready.lines else None
    return [
        ("Codes", codes_words(ready.lines)),
        ("Date of service", moment_words(ready.date_of_service)),
        ("Minutes", minutes),
        ("Charge", money_words(charge) if charge is not None else "none set"),
        ("Billed by", f"{named} · NPI {biller.npi}" if named else f"NPI {biller.npi}"),
    ]


def _condition_words(condition: ConditionFacts) -> str:
    said = [
        condition.description,
        f"since {moment_words(condition.onset_on)}" if condition.onset_on else "",
        f"resolved {moment_words(condition.resolved_on)}" if condition.resolved_on else "",
        "" if condition.expected_12_months else "not marked as lasting 12 months",
        "" if condition.significant_risk else "not marked as a significant risk",
    ]
    return " · ".join(part for part in said if part)


def _consent(consent: ConsentFacts | None) -> list[Pair]:
    if consent is None:
        return []
    pairs = [
        ("Given", f"{moment_words(consent.given)}, {consent.method}"),
        ("Told", "; ".join(wording.words(each) for each in consent.told)),
        ("Taken by", consent.taken_by or "not recorded"),
        ("For", consent.practitioner or "not recorded"),
        ("Revoked", moment_words(consent.revoked_on) if consent.revoked_on else ""),
    ]
    return [pair for pair in pairs if pair[1]]


def _visit(visit: VisitFacts | None) -> list[Pair]:
    if visit is None:
        return []
    if not visit.needed:
        return [
            (
                "Not needed",
                f"Last seen {moment_words(visit.last_seen_on)}; started {moment_words(visit.ccm_started_on)}",
            )
        ]
    discussed = "CCM was discussed" if visit.ccm_discussed else "not recorded that CCM was discussed"
    return [("Visit", f"{visit.code or 'no code'} on {moment_words(visit.on)}; {discussed}")]


def _plan(plan: CarePlanFacts | None) -> list[Pair]:
    if plan is None:
        return []
    signer = ", ".join(part for part in (plan.signed_by, plan.signed_credential) if part)
    version = "kept outside CareLoop" if plan.kept_outside else f"version {plan.version}" if plan.version else ""
    copy = f"{moment_words(plan.copy_given_on)}{f', by {plan.copy_method}' if plan.copy_method else ''}"
    pairs = [
        ("Plan", version),
        ("Signed", f"{moment_words(plan.signed_at)}{f' by {signer}' if signer else ''}"),
        ("Reviewed", moment_words(plan.reviewed_on)),
        ("Copy given", copy),
    ]
    goals = next((section for section in plan.sections if "goal" in section.title.casefold()), None)
    if goals is not None:
        pairs.append(("Goals", "\n".join((*([goals.text] if goals.text else []), *goals.items))))
    return [pair for pair in pairs if pair[1]]


def _elsewhere(facts: PacketFacts) -> list[Pair]:
    stays = [
        (
            wording.words(stay.kind),
            f"{moment_words(stay.from_on)} – {moment_words(stay.to_on) if stay.to_on else 'now'}",
        )
        for stay in facts.stays
    ]
    services = [(each.code, f"{moment_words(each.on)} · {wording.words(each.by)}") for each in facts.services]
    return [*stays, *services]


def _entry_words(entry: TimeFacts) -> str:
    who = ", ".join(part for part in (entry.person, entry.credential) if part)
    contact = {"reached": "reached", "attempt": "attempt"}.get(entry.contact, "")
    return " · ".join(part for part in (activity_words(entry.activity), who, contact) if part)


def _entry_remarks(entry: TimeFacts) -> list[str]:
    said = []
    if entry.withdrawn:
        said.append("Withdrawn")
    for left_out in entry.exclusions:
        reason = wording.finding(left_out.reason)
        said.append(f"{format_duration(left_out.seconds)} not counted: {reason}")
    if entry.source in ("manual", "estimated", "recovered"):
        said.append(
            {"manual": "Typed by hand", "estimated": "Start was estimated", "recovered": "Recovered"}[entry.source]
        )
    if entry.entered_by:
        said.append(f"Entered by {entry.entered_by}: {entry.entered_reason or 'no reason given'}")
    if entry.earlier:
        times = "once" if len(entry.earlier) == 1 else f"{len(entry.earlier)} times"
        said.append(f"Changed {times}; last by {entry.earlier[-1].changed_by}: {entry.earlier[-1].reason}")
    if not entry.signed:
        said.append("Not signed")
    return said
