"""Parts 10 to 12 of a packet: attestation, claim data sheet, audit trail."""

from app.reports.masthead import named
from app.reports.page import BLOCK, MUTED, Cell, Column, Flow, Row
from app.reports.wording import day, known, moment, money
from app.rules.packet_facts import PacketFacts, total_cents

_UB04 = {"rhc", "fqhc"}


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
    boxes = _boxes(facts)
    rows = [
        Row((Cell(box, bold=True), name, value or Cell("missing", bold=True, colour=BLOCK)))
        for box, name, value in boxes
    ]
    flow.table((Column(10, "Box"), Column(36, "Content"), Column(54, "Value")), rows)
    missing = [f"{box} {name}" for box, name, value in boxes if not value]
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
        Column(9, "#", right=True),
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
    codes = facts.diagnosis_codes()[:12]
    flow.facts(
        [("Diagnoses", " · ".join(f"{'ABCDEFGHIJKL'[at]} {code}" for at, code in enumerate(codes)))], pairs_a_row=1
    )
    pointer = "ABCD"[: len(codes)]
    rows = [
        Row((Cell(line.code, bold=True), pointer, str(line.units), money(line.charge_cents)))
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


def _boxes(facts: PacketFacts) -> list[tuple[str, str, str]]:
    """Box, content and value in the form's order; an empty value is missing."""
    patient, clinic, biller, readiness = facts.patient, facts.clinic, facts.practitioner, facts.readiness
    codes = facts.diagnosis_codes()[:12]
    served = day(readiness.date_of_service) if readiness.date_of_service else ""
    total = total_cents(readiness.lines)
    medicare = patient.coverage == "part_b"
    signed = f"{named(biller)}, {day(facts.approval.at)}" if facts.approval else ""
    boxes = [
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
        ("21", "Diagnoses", " · ".join(f"{'ABCDEFGHIJKL'[at]} {code}" for at, code in enumerate(codes))),
    ]
    for number, line in enumerate(readiness.lines, 1):
        boxes += [
            (f"24A.{number}", "Date of service, from and to", served),
            (f"24B.{number}", "Place of service", clinic.place_of_service or ""),
            (f"24D.{number}", "Procedure", line.code),
            (f"24E.{number}", "Diagnosis pointer", "ABCD"[: len(codes)]),
            (f"24F.{number}", "Charge", money(line.charge_cents) if line.charge_cents is not None else ""),
            (f"24G.{number}", "Units", str(line.units)),
            (f"24J.{number}", "Rendering NPI", biller.npi),
        ]
    boxes += [
        ("25", "Federal tax id", clinic.tin or ""),
        ("26", "Patient's account", patient.account_no or ""),
        ("27", "Accept assignment", ""),
        ("28", "Total charge", money(total) if total is not None else ""),
        ("31", "Practitioner's signature and date", signed),
        ("33", "Billing provider", ", ".join((clinic.name, *clinic.address))),
        ("33", "Billing provider's phone", clinic.phone or ""),
        ("33a", "Billing provider's NPI", clinic.group_npi or ""),
    ]
    return boxes
