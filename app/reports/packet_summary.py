"""Parts 1 and 2 of a packet: the cover and the gate sheet."""

from itertools import groupby

from app.reports.masthead import named
from app.reports.page import Cell, Column, Flow, Row
from app.reports.sheet import BLOCK, MUTED, READY, WARN
from app.reports.wording import (
    FAMILIES,
    UNKNOWN,
    clock,
    day,
    finding,
    known,
    long_clock,
    mbi_spaced,
    moment,
    money,
    month_name,
    words,
)
from app.rules.packet_facts import PacketFacts, total_cents

_VERDICTS = {
    "ready": ("✓ Ready to bill", READY),
    "short": ("○ Short of time", WARN),
    "blocked": ("✗ Blocked", BLOCK),
}
_STATES = {"pass": ("✓ Pass", READY), "warn": ("▲ Warn", WARN), "block": ("✗ Block", BLOCK)}


def cover(flow: Flow, facts: PacketFacts, key: str) -> None:
    """Part 1: who, which month, which codes, how much time, and what this paper is."""
    flow.mark("1  Summary", key, 1)
    flow.title("Chronic care management: month-end packet", f"{month_name(facts.month)} · {facts.patient.name}")
    word, colour = _VERDICTS.get(facts.readiness.verdict, (facts.readiness.verdict, MUTED))
    flow.paragraph(Cell(word, bold=True, colour=colour))
    for code in facts.readiness.blockers:
        flow.paragraph(Cell(f"✗ {finding(code)} ({code})", colour=BLOCK))
    flow.subheading("Patient")
    _patient(flow, facts)
    flow.subheading("Service", room=90)
    _service(flow, facts)
    flow.subheading("Codes")
    _codes(flow, facts)
    flow.subheading("Time that counts", room=100)
    _time(flow, facts)
    flow.subheading("This packet", room=100)
    _packet(flow, facts)


def gate_sheet(flow: Flow, facts: PacketFacts, key: str) -> None:
    """Part 2: every check with its state, evidence and source, and who overrode what and why."""
    flow.heading("2  Gate sheet", key)
    rows: list[Row] = []
    for group, gates in groupby(facts.gates, key=lambda gate: gate.group):
        rows.append(Row((Cell(group, bold=True),), wide=True, shaded=True))
        for gate in gates:
            word, colour = _STATES.get(gate.state, (gate.state, MUTED))
            below = (Cell(f"Override: {gate.override}", colour=WARN),) if gate.override else ()
            check = f"{gate.check} ({gate.code})" if gate.code else gate.check
            state = Cell(word, bold=gate.state != "pass", colour=colour)
            rows.append(Row((state, check, gate.evidence, Cell(gate.source, colour=MUTED)), below))
    columns = (Column(10, "State"), Column(34, "Check"), Column(36, "Evidence"), Column(20, "Source"))
    flow.table(columns, rows, empty="No check was recorded.")
    for warning in facts.readiness.warnings:
        flow.paragraph(Cell(f"▲ {finding(warning)} ({warning})", colour=WARN), small=True)
    if facts.scope:
        flow.subheading("Scope of service: what the record shows")
        shown = [Row((each.element, each.evidence or Cell(UNKNOWN, colour=MUTED))) for each in facts.scope]
        flow.table((Column(45, "Element"), Column(55, "Evidence")), shown)


def _patient(flow: Flow, facts: PacketFacts) -> None:
    patient = facts.patient
    pairs: list[tuple[str, str | Cell]] = [
        ("Name", Cell(patient.name, bold=True)),
        ("Born", day(patient.born_on)),
        ("Medicare number", mbi_spaced(patient.mbi) if patient.mbi else known(None)),
        ("Sex", known(patient.sex)),
        ("Account", known(patient.account_no)),
        ("MRN", known(patient.mrn)),
        ("Patient record", patient.record_id),
        ("External id", known(patient.external_id)),
        ("Coverage", words(patient.coverage)),
        ("Phone", known(patient.phone)),
    ]
    if patient.died_on:
        pairs.append(("Died", day(patient.died_on)))
    flow.facts(pairs)


def _service(flow: Flow, facts: PacketFacts) -> None:
    biller = facts.practitioner
    pairs: list[tuple[str, str | Cell]] = [
        ("Month", month_name(facts.month)),
        ("Date of service", day(facts.readiness.date_of_service)),
        ("Billing practitioner", named(biller)),
        ("NPI", Cell(biller.npi, bold=True)),
        ("Kind", words(biller.kind)),
        ("Taxonomy", known(biller.taxonomy)),
        ("Setting", words(facts.clinic.setting)),
        ("Place of service", known(facts.clinic.place_of_service)),
        ("TIN", known(facts.clinic.tin)),
        ("Group NPI", known(facts.clinic.group_npi)),
    ]
    supervising = facts.supervising
    if supervising and supervising.npi != biller.npi:
        pairs += [("Supervising", named(supervising)), ("NPI", supervising.npi)]
    else:
        pairs.append(("Supervising", "The billing practitioner; no other is recorded"))
    flow.facts(pairs)


def _codes(flow: Flow, facts: PacketFacts) -> None:
    readiness = facts.readiness
    if not readiness.lines:
        would = ", ".join(f"{line.code} ×{line.units}" for line in readiness.would_bill)
        flow.paragraph(
            "Nothing is billed for this month." + (f" Its time alone would come to {would}." if would else "")
        )
        return
    dos, place = day(readiness.date_of_service), known(facts.clinic.place_of_service)
    diagnoses = facts.diagnosis_codes()
    codes = ", ".join(diagnoses[:12]) + (f" and {len(diagnoses) - 12} more" if len(diagnoses) > 12 else "")
    rows = [
        Row((Cell(line.code, bold=True), dos, place, codes, str(line.units), money(line.charge_cents)))
        for line in readiness.lines
    ]
    rows.append(Row(("Total", "", "", "", "", money(total_cents(readiness.lines))), bold=True, shaded=True))
    columns = (
        Column(13, "Code"),
        Column(17, "Date of service"),
        Column(17, "Place of service"),
        Column(28, "ICD-10-CM"),
        Column(9, "Units", right=True),
        Column(16, "Charge", right=True),
    )
    flow.table(columns, rows)
    if total_cents(readiness.lines) is None:
        flow.paragraph(Cell("– The clinic has set no charge for a code.", colour=MUTED), small=True)
    if facts.choice:
        taken, recommended = (FAMILIES.get(each, each) for each in (facts.choice.taken, facts.choice.recommended))
        flow.paragraph(
            Cell(f"Taken: {taken}, not the recommended {recommended}. Reason given: {facts.choice.reason}", colour=WARN)
        )
    for other in readiness.alternatives:
        lines = ", ".join(f"{line.code} ×{line.units}" for line in other.lines)
        flow.paragraph(
            Cell(f"Also legal: {lines}, {FAMILIES.get(other.family, other.family)}.", colour=MUTED), small=True
        )


def _time(flow: Flow, facts: PacketFacts) -> None:
    readiness = facts.readiness
    staff, practitioner, pooled = readiness.staff_seconds, readiness.practitioner_seconds, readiness.pooled_seconds
    rows = [
        Row((name, f"{seconds:,}", clock(seconds), long_clock(seconds), str(seconds // 60)), bold=name == "Together")
        for name, seconds in (("Clinical staff", staff), ("Practitioner", practitioner), ("Together", pooled))
    ]
    columns = (
        Column(36, "By"),
        Column(16, "Seconds", right=True),
        Column(16, "m:ss", right=True),
        Column(16, "h:mm:ss", right=True),
        Column(16, "Whole minutes", right=True),
    )
    flow.table(columns, rows)
    note = (
        f"Family: {FAMILIES.get(readiness.family, readiness.family)}."
        if readiness.family
        else "No family of codes is reached."
    )
    if readiness.next_code and readiness.minutes_to_go is not None:
        note += f" {readiness.minutes_to_go} min to the next unit of {readiness.next_code}."
    flow.paragraph(Cell(note + " Seconds are added up first and never rounded up.", colour=MUTED), small=True)


def _packet(flow: Flow, facts: PacketFacts) -> None:
    making = facts.making
    flow.facts(
        [
            ("Packet", making.packet_id),
            ("State", f"{words(making.state)}, revision {making.revision}"),
            ("Made", moment(making.made_at, facts.clinic.time_zone)),
            ("By", making.made_by),
            ("Program", f"CareLoop {making.program_version}"),
            ("Rules", facts.rule_version),
        ]
    )
    flow.facts([("Facts’ SHA-256", facts.facts_hash())], pairs_a_row=1)
