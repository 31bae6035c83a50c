"""Parts 10 to 12 of a packet: attestation, claim data sheet, audit trail."""

from app.reports.masthead import named
from app.reports.page import Cell, Column, Flow, Row
from app.reports.sheet import BLOCK, MUTED
from app.reports.wording import day, known, moment, money
from app.rules.packet_facts import PacketFacts, total_cents

_UB04 = {"rhc", "fqhc"}
_BOX_24 = (
    Column(19, "24A Date of service"),
    Column(11, "24B Place"),
    Column(15, "24D Procedure"),
    Column(14, "24E Pointer"),
    Column(14, "24F Charge", right=True),
    Column(10, "24G Units", right=True),
    Column(17, "24J Rendering NPI", right=True),
)


def attestation(flow: Flow, facts: PacketFacts, key: str) -> None:
    """Part 10: the words attested to, by whom and when; blank lines for a signature by hand."""
    flow.heading("10  Attestation", key, room=170)
    approval = facts.approval
    biller = facts.practitioner
    if approval is None:
        flow.paragraph(Cell("Not attested. This packet is a draft.", bold=True, colour=BLOCK))
        flow.signature_lines((f"Signature: {named(biller)}, NPI {biller.npi}", "Date"))
        return
    flow.paragraph(f"“{approval.statement}”")
    clinic = ", one-person clinic" if approval.one_person_clinic else ""
    flow.paragraph(Cell(f"attested by {approval.name} for NPI {approval.for_npi}{clinic}", bold=True))
    zone = facts.clinic.time_zone
    flow.facts(
        [
            ("Attested", moment(approval.at, zone)),
            ("By", ", ".join(part for part in (approval.name, approval.credential) if part)),
            ("NPI", known(approval.npi)),
            ("Confirmed by", known(approval.method)),
        ]
    )
    if approval.closed_by_same:
        flow.paragraph("The packet was made by the person who attested; nobody else here may do one of the two.")
    flow.signature_lines((f"Signature: {named(biller)}, NPI {biller.npi}", "Date"))


def claim_sheet(flow: Flow, facts: PacketFacts, key: str) -> None:
    """Part 11: superbill and CMS-1500 box values; only what is on record, and a list of what is missing."""
    flow.heading("11  Superbill and CMS-1500 data sheet", key)
    if not facts.readiness.lines:
        flow.paragraph("Not ready to bill: there is no claim sheet.")
        return
    _superbill(flow, facts)
    flow.subheading("CMS-1500 (02/12) box values")
    if facts.clinic.setting in _UB04:
        flow.paragraph("This setting bills on UB-04 (837I); the boxes below are for reference only.")
    head, lines, tail = _boxes_before(facts), _box_24(facts), _boxes_after(facts)
    _box_table(flow, head)
    flow.table(_BOX_24, [Row(tuple(_or_missing(value) for value in line)) for line in lines])
    _box_table(flow, tail)
    missing = [f"{box} {name}" for box, name, value in head if not value]
    missing += [column.title for column, *values in zip(_BOX_24, *lines, strict=True) if not all(values)]
    missing += [f"{box} {name}" for box, name, value in tail if not value]
    if missing:
        flow.paragraph(Cell(f"Missing for the claim: {'; '.join(missing)}.", colour=BLOCK))
    note = (
        "A data sheet: Medicare does not accept a printed form of this kind. Boxes that CCM leaves blank are left out."
    )
    flow.paragraph(Cell(note, colour=MUTED), small=True)


def audit_trail(flow: Flow, facts: PacketFacts, key: str) -> None:
    """Part 12: what was done with this month's records, and the head of the chain that proves the trail whole."""
    flow.heading("12  Audit trail", key)
    zone = facts.clinic.time_zone
    rows = [
        Row((str(each.number), moment(each.at, zone), each.actor, each.action, each.detail)) for each in facts.audit
    ]
    columns = (
        Column(9, "#"),
        Column(23, "When"),
        Column(18, "Who"),
        Column(20, "What"),
        Column(30, "Detail"),
    )
    flow.table(columns, rows, empty="No audit row bears on this month.")
    flow.facts([("Chain head", known(facts.chain_head))], pairs_a_row=1)


def _superbill(flow: Flow, facts: PacketFacts) -> None:
    readiness = facts.readiness
    flow.subheading("Superbill")
    flow.facts(
        [
            ("Patient", facts.patient.name),
            ("Date of service", day(readiness.date_of_service)),
            ("Practitioner", named(facts.practitioner)),
            ("NPI", facts.practitioner.npi),
        ]
    )
    flow.facts([("Diagnoses", _letters(facts))], pairs_a_row=1)
    rows = [
        Row((Cell(line.code, bold=True), _pointer(facts), str(line.units), money(line.charge_cents)))
        for line in readiness.lines
    ]
    rows.append(Row(("Total", "", "", money(total_cents(readiness.lines))), bold=True, shaded=True))
    columns = (
        Column(40, "Code"),
        Column(20, "Diagnosis pointer"),
        Column(20, "Units", right=True),
        Column(20, "Charge", right=True),
    )
    flow.table(columns, rows)
    note = "Medicare's coinsurance of 20 % and the Part B deductible may apply."
    flow.paragraph(Cell(note, colour=MUTED), small=True)


def _box_table(flow: Flow, boxes: list[tuple[str, str, str]]) -> None:
    rows = [Row((Cell(box, bold=True), name, _or_missing(value))) for box, name, value in boxes]
    flow.table((Column(10, "Box"), Column(36, "Content"), Column(54, "Value")), rows)


def _or_missing(value: str) -> str | Cell:
    return value or Cell("missing", bold=True, colour=BLOCK)


def _letters(facts: PacketFacts) -> str:
    """The diagnoses with the form's letters; it has room for twelve."""
    codes = facts.diagnosis_codes()[:12]
    return " · ".join(f"{letter} {code}" for letter, code in zip("ABCDEFGHIJKL", codes, strict=False))


def _pointer(facts: PacketFacts) -> str:
    """The letters of the diagnoses a line points to; a line has room for four."""
    return "ABCD"[: len(facts.diagnosis_codes())]


def _boxes_before(facts: PacketFacts) -> list[tuple[str, str, str]]:
    """Box, content and value of the form's upper half; an empty value is missing."""
    patient = facts.patient
    medicare = patient.coverage == "part_b"
    return [
        ("1", "Coverage", "Medicare" if medicare else ""),
        ("1a", "Insured's number (MBI)", (patient.mbi or "").replace("-", "").replace(" ", "")),
        ("2", "Patient's name", patient.claim_name or patient.name),
        ("3", "Birth date", day(patient.born_on) if patient.born_on else ""),
        ("3", "Sex", patient.sex or ""),
        ("5", "Patient's address", ", ".join(patient.address)),
        ("5", "Patient's phone", patient.phone or ""),
        ("11", "Insured's policy group", "NONE" if medicare else ""),
        ("12", "Signature on file", ""),
        ("21", "ICD indicator", "0"),
        ("21", "Diagnoses", _letters(facts)),
    ]


def _box_24(facts: PacketFacts) -> list[tuple[str, ...]]:
    """A row of box 24 for each line of the claim, in the order of `_BOX_24`."""
    served = day(facts.readiness.date_of_service) if facts.readiness.date_of_service else ""
    return [
        (
            served,
            facts.clinic.place_of_service or "",
            line.code,
            _pointer(facts),
            money(line.charge_cents) if line.charge_cents is not None else "",
            str(line.units),
            facts.practitioner.npi,
        )
        for line in facts.readiness.lines
    ]


def _boxes_after(facts: PacketFacts) -> list[tuple[str, str, str]]:
    clinic, total = facts.clinic, total_cents(facts.readiness.lines)
    return [
        ("25", "Federal tax id", clinic.tin or ""),
        ("26", "Patient's account", facts.patient.account_no or ""),
        ("27", "Accept assignment", ""),
        ("28", "Total charge", money(total) if total is not None else ""),
        (
            "31",
            "Practitioner's signature and date",
            f"{named(facts.practitioner)}, {day(facts.approval.at)}" if facts.approval else "",
        ),
        ("33", "Billing provider", ", ".join((clinic.name, *clinic.address))),
        ("33", "Billing provider's phone", clinic.phone or ""),
        ("33a", "Billing provider's NPI", clinic.group_npi or ""),
    ]
