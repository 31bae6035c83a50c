"""The answer to an audit of one claim: one PDF with an index, the proof that nothing was altered, and the packet."""

from collections.abc import Callable

from app.reports import packet_claim, packet_record, packet_summary, packet_time
from app.reports.appended import appended
from app.reports.document import Document, Furniture
from app.reports.masthead import letterhead, named
from app.reports.page import Cell, Column, Flow, Row
from app.reports.pdf_text import Typesetter
from app.reports.sheet import BLOCK, MUTED, READY, Page
from app.reports.wording import day, long_clock, moment, money, month_name
from app.rules.audit_answer import AuditAnswer, GivenApproval
from app.rules.packet_facts import VOID, PacketFacts, total_cents

_Part = Callable[[Flow, AuditAnswer, str], None]


def audit_answer_pdf(answer: AuditAnswer, packet: bytes) -> bytes:
    """Return the answer with the packet's own file, as it was made, behind it. The same answer gives the same bytes."""
    typesetter = Typesetter()
    flow = Flow(typesetter)
    for number, (_, part) in enumerate(_PARTS, 1):
        part(flow, answer, f"a{number}")
    begins = {mark.key: at for at, page in reversed(list(enumerate(flow.pages))) for mark in page.marks}
    blank = _cover(answer, typesetter, [0] * (len(_PARTS) + 1))
    sheets = [len(blank) + 1 + begins[f"a{number}"] for number in range(1, len(_PARTS) + 1)]
    cover = _cover(answer, typesetter, [*sheets, len(blank) + len(flow.pages) + 1])
    assert len(cover) == len(blank), "sheet numbers have their own column, so they cannot move a row"
    document = Document(f"CareLoop audit answer {answer.packet.making.packet_id}", typesetter)
    document.add([*cover, *flow.pages], _furniture(answer))
    return appended(document.finished(), [(f"Packet {answer.packet.making.packet_id}", packet)])


def _is_void(answer: AuditAnswer) -> bool:
    """Whether the month was opened again and its packet does not stand any more."""
    number = answer.packet.making.packet_id
    return any(row.packet_no == number and row.state == VOID for row in answer.packets)


def _cover(answer: AuditAnswer, typesetter: Typesetter, sheets: list[int]) -> list[Page]:
    facts, proof = answer.packet, answer.proof
    flow = Flow(typesetter)
    letterhead(flow, facts.clinic)
    flow.mark(f"{facts.patient.name} · {month_name(facts.month)}", "answer", 0)
    flow.title("Why this month was billed", f"{facts.patient.name} · {month_name(facts.month)}")
    flow.facts(
        [
            ("Patient", facts.patient.name),
            ("Born", day(facts.patient.born_on)),
            ("Record", facts.patient.record_id),
            ("MBI", facts.patient.mbi or "not recorded"),
            ("Practitioner", named(facts.practitioner)),
            ("NPI", facts.practitioner.npi),
            ("Date of service", day(facts.readiness.date_of_service)),
            ("Time that counts", long_clock(facts.readiness.pooled_seconds)),
            ("Charge", money(total_cents(facts.readiness.lines))),
            ("Claim", answer.claim_state or "never sent from here"),
            ("Packet", f"{facts.making.packet_id}{', void since' if _is_void(answer) else ''}"),
            ("Rules", facts.rule_version),
        ]
    )
    flow.table(
        (Column(40, "Code billed"), Column(30, "Units", right=True), Column(30, "Charge", right=True)),
        [
            Row((Cell(line.code, bold=True), str(line.units), money(line.charge_cents)))
            for line in facts.readiness.lines
        ],
        empty="No code was billed.",
    )
    word = Cell("Nothing was altered since it was recorded.", bold=True, colour=READY)
    if not proof.holds:
        word = Cell("The proof below does not hold. Read it before this answer is used.", bold=True, colour=BLOCK)
    flow.paragraph(word)
    flow.paragraph(
        Cell(
            f"Checked {moment(proof.checked_at, facts.clinic.time_zone)}: {proof.audit_events:,} events of the audit "
            f"trail, {proof.sealed_rows:,} sealed records, the packet's file and the facts it was made of.",
            colour=MUTED,
        )
    )
    flow.subheading("Contents")
    titles = [*(title for title, _ in _PARTS), f"Packet {facts.making.packet_id}, as it was made"]
    rows = [
        Row((str(number), title, str(sheet)), link=f"a{number}" if number <= len(_PARTS) else None)
        for number, (title, sheet) in enumerate(zip(titles, sheets, strict=True), 1)
    ]
    flow.table((Column(8, "#"), Column(77, "Part"), Column(15, "Sheet", right=True)), rows)
    return flow.pages


def _proof(flow: Flow, answer: AuditAnswer, key: str) -> None:
    proof, zone = answer.proof, answer.packet.clinic.time_zone
    flow.heading("Proof of integrity", key)
    flow.paragraph(
        "Every change of this clinic's records is an event of an audit trail in which each event is bound to the one "
        "before it by a keyed hash. Records that decide what is billed carry a seal of their own in that trail. The "
        "packet's file is kept with its SHA-256 from the moment it was made."
    )
    same = "the same" if proof.packet_sha256 == proof.reprint_sha256 else "NOT the same"
    facts_same = "the same" if proof.facts_hash == proof.facts_hash_now else "NOT the same"
    flow.facts(
        [
            ("Checked", moment(proof.checked_at, zone)),
            ("Head of the chain", proof.chain_head),
            ("Events in the chain", f"{proof.audit_events:,}"),
            ("Sealed records", f"{proof.sealed_rows:,}"),
            ("Packet when made", proof.packet_sha256),
            ("Packet appended here", f"{proof.reprint_sha256} ({same})"),
            ("Facts when approved", proof.facts_hash),
            ("Facts now", f"{proof.facts_hash_now} ({facts_same})"),
        ],
        pairs_a_row=1,
    )
    if proof.faults:
        flow.paragraph(Cell("What does not hold:", bold=True, colour=BLOCK))
        flow.items(proof.faults)
    else:
        flow.paragraph(Cell("Chain, seals and references hold.", bold=True, colour=READY))
    flow.subheading("Packets of this month")
    rows = [
        Row((Cell(each.packet_no, bold=True), each.state, moment(each.made_at, zone), each.made_by), (each.sha256,))
        for each in answer.packets
    ]
    flow.table((Column(28, "Packet"), Column(12, "State"), Column(30, "Made"), Column(30, "By")), rows)


def _approvals(flow: Flow, answer: AuditAnswer, key: str) -> None:
    flow.heading("Approvals", key)
    zone = answer.packet.clinic.time_zone
    if not answer.approvals:
        flow.paragraph(Cell("No approval is on record.", colour=BLOCK))
    for given in answer.approvals:
        _approval(flow, given, zone)


def _approval(flow: Flow, given: GivenApproval, zone: str) -> None:
    approval = given.approval
    who = ", ".join(part for part in (approval.name, approval.credential) if part)
    flow.subheading(f"{who} for NPI {approval.for_npi}, {moment(approval.at, zone)}")
    flow.paragraph(f"“{approval.statement}”")
    bound = (
        "Bound to the facts that the packet was made of." if given.binds_packet else "Of an earlier state of the facts."
    )
    flow.paragraph(Cell(bound, colour=MUTED))
    if given.family:
        flow.paragraph(f"Codes of another family were taken ({given.family}): {given.family_reason}")
    if given.withdrawn:
        flow.paragraph(Cell(f"Taken back: {given.withdrawn}", colour=BLOCK))


def _claim(flow: Flow, answer: AuditAnswer, key: str) -> None:
    flow.heading("The claim's history", key)
    zone = answer.packet.clinic.time_zone
    rows = [
        Row((day(each.on), Cell(each.what, bold=True), moment(each.recorded_at, zone), each.by), (each.detail,))
        if each.detail
        else Row((day(each.on), Cell(each.what, bold=True), moment(each.recorded_at, zone), each.by))
        for each in answer.claim
    ]
    columns = (Column(14, "On"), Column(36, "What"), Column(28, "Recorded"), Column(22, "By"))
    flow.table(columns, rows, empty="No claim was sent from here.")


def _after(flow: Flow, answer: AuditAnswer, key: str) -> None:
    flow.heading("Audit trail since the packet was made", key)
    zone = answer.packet.clinic.time_zone
    rows = [
        Row((str(each.number), moment(each.at, zone), each.actor, each.action, each.detail)) for each in answer.after
    ]
    columns = (Column(9, "#"), Column(23, "When"), Column(18, "Who"), Column(20, "What"), Column(30, "Detail"))
    flow.table(columns, rows, empty="Nothing was done about this patient since.")


def _of_packet(part: Callable[[Flow, PacketFacts, str], None]) -> _Part:
    """Return a part of the packet as a part of the answer. Its heading keeps the number it has in the packet."""

    def draw(flow: Flow, answer: AuditAnswer, key: str) -> None:
        part(flow, answer.packet, key)

    return draw


def _furniture(answer: AuditAnswer) -> Furniture:
    facts: PacketFacts = answer.packet
    zone = facts.clinic.time_zone
    return Furniture(
        what=f"{facts.clinic.name} · audit answer · {month_name(facts.month)}",
        whose=f"{facts.patient.name} · born {day(facts.patient.born_on)}",
        foot=f"Contains PHI · patient record {facts.patient.record_id}",
        ident=f"packet {facts.making.packet_id}",
        made=f"Made {moment(answer.made_at, zone)} by {answer.made_by} · CareLoop {answer.program_version}",
    )


_PARTS: tuple[tuple[str, _Part], ...] = (
    ("Proof of integrity", _proof),
    ("Every check", _of_packet(packet_summary.gate_sheet)),
    ("Conditions", _of_packet(packet_record.conditions)),
    ("Consent", _of_packet(packet_record.consent)),
    ("Initiating visit", _of_packet(packet_record.initiating_visit)),
    ("Care plan in force", _of_packet(packet_record.care_plan)),
    ("Every interval of time", _of_packet(packet_time.time_log)),
    ("Medical decision making", _of_packet(packet_record.decision_making)),
    ("Same-month check", _of_packet(packet_record.same_month)),
    ("Approvals", _approvals),
    ("The claim's history", _claim),
    ("Audit trail until the packet was made", _of_packet(packet_claim.audit_trail)),
    ("Audit trail since", _after),
)
