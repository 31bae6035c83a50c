"""The parts of an explained month on screen: verdict, code families, rules, entries, services and other programmes."""

from collections.abc import Sequence

from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtWidgets import QGridLayout, QWidget

from app.reports import wording
from app.rules.explanation import ExplainedEntry, ExplainedFamily, Explanation
from app.rules.packet_facts import GateFacts
from app.rules.rule_book import RuleBook
from app.views import safe_text
from app.views.call.words import activity_words
from app.views.month_end.words import codes_words, counted, money_words
from app.views.theme import GRID, Role
from app.views.widgets import Picture, Section, format_date, format_duration

_VERDICTS = {
    "ready": "Can be billed",
    "short": "Short of time",
    "blocked": "Cannot be billed",
    "none": "Nothing to bill",
}
_STATES = {
    "pass": ("circle-check", Role.READY, "Met"),
    "warn": ("triangle-alert", Role.WARN, "Look at"),
    "block": ("octagon-x", Role.BLOCK, "Not met"),
    "ok": ("circle-check", Role.READY, "Allowed"),
    "unknown": ("circle-question-mark", Role.MUTED, "No rule known"),
}
_STANDINGS = {
    "recommended": ("circle-check", Role.READY, "Recommended"),
    "alternative": ("circle-dot", Role.TEXT, "Also possible"),
    "not_met": ("circle", Role.MUTED, "Not met"),
}
_BY = {"same_practitioner": "the same practitioner", "same_practice": "this practice", "other": "another practice"}


class Lines(QWidget):
    """Signs with their words at the left, what they are about at the right; the source beneath, muted."""

    def __init__(self, name: str) -> None:
        """Make it empty."""
        super().__init__()
        self.setObjectName(name)
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(GRID)
        self._grid.setVerticalSpacing(GRID // 2)
        self._grid.setColumnStretch(2, 1)

    def add(self, sign: tuple[str, Role, str], title: str, *more: str, source: str = "", strong: bool = False) -> None:
        """Add a line: its sign, what it says, what else is known of it, and where that stands."""
        drawn, role, word = sign
        at = self._grid.rowCount()
        top = Qt.AlignmentFlag.AlignTop
        self._grid.addWidget(Picture(drawn, role, size=16), at, 0, top)
        self._grid.addWidget(safe_text.label(_tr(word), "small", wrap=False), at, 1, top)
        said = safe_text.label(title, "strong" if strong else "body", selectable=True)
        said.setAccessibleName(f"{_tr(word)}: {title}")
        self._grid.addWidget(said, at, 2)
        for words, kind in (*((each, "body") for each in more if each), *(((source, "small"),) if source else ())):
            at += 1
            self._grid.addWidget(safe_text.label(words, kind, selectable=True), at, 2)


def verdict_words(shown: Explanation) -> str:
    """Return the verdict, with what it would bill."""
    said = _tr(_VERDICTS.get(shown.verdict, shown.verdict))
    return f"{said}: {codes_words(shown.lines)}" if shown.lines else said


def summary(shown: Explanation) -> Section:
    """Return what the month comes to."""
    section = Section(_tr("What if") if shown.is_supposed else _tr("As it is on record"), name="explain_summary")
    prefix = "explain_then" if shown.is_supposed else "explain_now"
    section.body.addWidget(safe_text.label(verdict_words(shown), "strong", name=f"{prefix}_verdict", selectable=True))
    time = _tr("Counted: clinical staff {staff}, practitioner {own}").format(
        staff=format_duration(shown.staff_seconds), own=format_duration(shown.practitioner_seconds)
    )
    section.body.addWidget(safe_text.label(time, name=f"{prefix}_time"))
    if not shown.lines and shown.would_bill:
        wanting = _tr("If all of this were mended: {codes}").format(codes=codes_words(shown.would_bill))
        section.body.addWidget(safe_text.label(wanting, "muted"))
    if shown.would_bill:
        said = _tr("Estimate: not known.")
        if shown.estimate_cents is not None:
            amount = _tr("Estimate: {amount}, before coinsurance; never the sum to charge.")
            said = amount.format(amount=money_words(shown.estimate_cents))
        section.body.addWidget(safe_text.label(said, "muted", name=f"{prefix}_estimate"))
    if shown.packet_no is not None:
        frozen = _tr("Closed: explained from what was frozen with packet {number}.").format(number=shown.packet_no)
        section.body.addWidget(safe_text.label(frozen, "muted"))
    return section


def families(rows: Sequence[ExplainedFamily]) -> Section:
    """Return the code families: what each needs and what the month has."""
    section = Section(_tr("Code families: exactly one is billed"), name="explain_families")
    lines = Lines("explain_family_lines")
    for row in rows:
        billed = f" · {codes_words(row.lines)}" if row.lines else ""
        has = _tr("The month has: {what}").format(what=row.has)
        title = f"{wording.FAMILIES.get(row.name, row.name).capitalize()}{billed}"
        lines.add(_STANDINGS[row.standing], title, row.needs, has, source=row.source, strong=bool(row.lines))
    section.body.addWidget(lines)
    return section


def rules(rows: Sequence[GateFacts]) -> list[Section]:
    """Return the rules under their checks; each check says how many of its rules are met."""
    by_group: dict[str, list[GateFacts]] = {}
    for row in rows:
        by_group.setdefault(row.group, []).append(row)
    sections = []
    for at, (group, found) in enumerate(by_group.items()):
        section = Section(group, name=f"explain_rules_{at}")
        lines = Lines(f"explain_rule_lines_{at}")
        for row in sorted(found, key=lambda each: ("block", "warn", "pass").index(each.state)):
            evidence = _tr("On record: {what}").format(what=row.evidence) if row.evidence else ""
            lines.add(_STATES[row.state], row.check, evidence, source=row.source, strong=row.state != "pass")
        section.body.addWidget(lines)
        sections.append(section)
    return sections


def entries(rows: Sequence[ExplainedEntry]) -> Section:
    """Return every entry of the month, and what became of its seconds."""
    title = counted(len(rows), _tr("1 time entry, to the second"), _tr("{n} time entries, to the second"))
    section = Section(title, name="explain_entries")
    if not rows:
        section.body.addWidget(safe_text.label(_tr("No time entry touches this month."), "muted"))
        return section
    lines = Lines("explain_entry_lines")
    for row in rows:
        when = f"{format_date(row.start.date())} {row.start:%H:%M:%S}–{row.end:%H:%M:%S}"
        title = _tr("{id} · {when} · {counted} counted of {all}").format(
            id=row.id, when=when, counted=format_duration(row.counted), all=format_duration(row.seconds)
        )
        whose = f"{row.staff} · {activity_words(row.activity)}"
        out = [
            _tr("{time} not counted: {why} ({source})").format(
                time=format_duration(left.seconds), why=left.sentence, source=left.source
            )
            for left in row.left_out
        ]
        state = "pass" if not row.left_out else "warn" if row.counted else "block"
        words = {"pass": _tr("Counts"), "warn": _tr("In part"), "block": _tr("Does not")}
        drawn, role, _ = _STATES[state]
        lines.add((drawn, role, words[state]), title, whose, *out, strong=bool(row.left_out))
    section.body.addWidget(lines)
    return section


def services(shown: Explanation) -> Section:
    """Return the services beside it in the month, each held against the rule book."""
    section = Section(_tr("Services beside it in the month"), name="explain_services")
    if not shown.services:
        section.body.addWidget(safe_text.label(_tr("None is on record."), "muted"))
        return section
    lines = Lines("explain_service_lines")
    for row in shown.services:
        title = _tr("{code} on {day} by {by}").format(code=row.code, day=format_date(row.on), by=_tr(_BY[row.by]))
        lines.add(_STATES[row.verdict], title, row.label, row.note, source=row.source, strong=row.verdict == "block")
    for clash in shown.clashes:
        title = _tr("{code} with {other}").format(code=clash.code, other=clash.other)
        lines.add(_STATES["block"], title, clash.note, source=clash.source, strong=True)
    section.body.addWidget(lines)
    return section


def programmes(shown: Explanation, book: RuleBook) -> Section | None:
    """Return the month as other programmes, None where none of it was used for one."""
    if shown.pcm is None and shown.g0506 is None:
        return None
    section = Section(_tr("Other programmes"), name="explain_programmes")
    lines = Lines("explain_programme_lines")
    if shown.pcm is not None:
        pcm = shown.pcm
        codes = f": {codes_words(pcm.would_bill)}" if pcm.would_bill else ""
        title = _tr("Principal care management") + f" · {_tr(_VERDICTS[pcm.verdict])}{codes}"
        minutes = _tr("Staff {staff} full minutes, practitioner {own}").format(
            staff=pcm.minutes.clinical_staff, own=pcm.minutes.practitioner
        )
        found = [book.finding(code) for code in pcm.blockers]
        lines.add(_STATES["pass" if pcm.verdict == "ready" else "block"], title, minutes, strong=True)
        for each in found:
            lines.add(_STATES["block"], each.sentence, source=each.source)
    if shown.g0506 is not None:
        lines.add(_STATES["block" if shown.g0506 else "pass"], _tr("G0506, assessment beyond the visit"), strong=True)
        for code in shown.g0506:
            each = book.finding(code)
            lines.add(_STATES["block"], each.sentence, source=each.source)
    section.body.addWidget(lines)
    return section


def _tr(words: str) -> str:
    return QCoreApplication.translate("Explain", words)
