"""A care plan on paper: the clinician's print of one version, and its text where a packet annexes it."""

from app.reports.document import Document, Furniture
from app.reports.masthead import letterhead, made_line, named
from app.reports.page import Cell, Flow
from app.reports.pdf_text import Typesetter
from app.reports.sheet import MUTED
from app.reports.wording import UNKNOWN, day, known, mbi_spaced, moment
from app.rules.packet_facts import CarePlanFacts
from app.rules.papers import CarePlanPrint


def care_plan_pdf(paper: CarePlanPrint) -> bytes:
    """The print of one plan version, with a signature line. An unsigned plan is marked as a draft on every page."""
    plan, zone = paper.plan, paper.clinic.time_zone
    typesetter = Typesetter()
    flow = Flow(typesetter)
    letterhead(flow, paper.clinic)
    flow.mark("Care plan", "plan", 0)
    flow.title("Comprehensive care plan", f"{_version(plan)} · {paper.patient.name}")
    flow.facts(
        [
            ("Patient", Cell(paper.patient.name, bold=True)),
            ("Born", day(paper.patient.born_on)),
            ("Medicare number", mbi_spaced(paper.patient.mbi) if paper.patient.mbi else UNKNOWN),
            ("MRN", known(paper.patient.mrn)),
        ]
    )
    if paper.practitioner:
        flow.facts([("Practitioner", named(paper.practitioner)), ("NPI", paper.practitioner.npi)])
    if paper.conditions:
        flow.facts([("Conditions", "; ".join(paper.conditions))], pairs_a_row=1)
    plan_facts(flow, plan, zone)
    if plan.kept_outside:
        flow.paragraph("The text of this plan is kept outside CareLoop; only its dates were brought in.")
    else:
        flow.heading("Plan", "plan-text")
        plan_text(flow, plan)
    _signature(flow, plan, zone)
    document = Document(f"CareLoop care plan {paper.making.packet_id}", typesetter)
    document.add(flow.pages, _furniture(paper))
    return document.finished()


def plan_facts(flow: Flow, plan: CarePlanFacts, zone: str) -> None:
    """Which version, by whom, signed, reviewed and given when."""
    given = day(plan.copy_given_on) if plan.copy_given_on else "No copy given"
    flow.facts(
        [
            ("Version", _version(plan)),
            ("Author", known(plan.author)),
            ("Signed", moment(plan.signed_at, zone) if plan.signed_at else "Not signed"),
            ("Signed by", _signer(plan)),
            ("Last reviewed", day(plan.reviewed_on)),
            ("Review due", day(plan.review_due_on)),
            ("Copy given", f"{given}, {plan.copy_method}" if plan.copy_given_on and plan.copy_method else given),
        ]
    )
    if plan.content_hash:
        flow.facts([("Text’s SHA-256", plan.content_hash)], pairs_a_row=1)


def plan_text(flow: Flow, plan: CarePlanFacts) -> None:
    """The plan's sections in their order; an empty one says so, with the reason when there is one."""
    if not plan.sections:
        flow.paragraph(Cell("This version has no text.", colour=MUTED))
    for section in plan.sections:
        flow.subheading(section.title)
        if section.text.strip():
            flow.paragraph(section.text)
        flow.items(section.items)
        if section.not_applicable:
            flow.paragraph(Cell(f"Not applicable: {section.not_applicable}", colour=MUTED))
        elif not section.text.strip() and not section.items:
            flow.paragraph(Cell("Nothing entered.", colour=MUTED))


def _version(plan: CarePlanFacts) -> str:
    if plan.kept_outside:
        return "Kept outside CareLoop"
    return f"Version {plan.version}" if plan.version is not None else "Unnumbered"


def _signer(plan: CarePlanFacts) -> str:
    return ", ".join(part for part in (plan.signed_by, plan.signed_credential) if part) or UNKNOWN


def _signature(flow: Flow, plan: CarePlanFacts, zone: str) -> None:
    flow.heading("Signature", "plan-signature", room=120)
    if plan.signed_at:
        flow.paragraph(f"Signed electronically by {_signer(plan)} on {moment(plan.signed_at, zone)}.")
    else:
        flow.paragraph("Not signed.")
    flow.signature_lines((f"Signature: {_signer(plan)}" if plan.signed_by else "Signature", "Date"))


def _furniture(paper: CarePlanPrint) -> Furniture:
    return Furniture(
        what=f"{paper.clinic.name} · care plan",
        whose=f"{paper.patient.name} · born {day(paper.patient.born_on)}",
        foot=f"Contains PHI · patient record {paper.patient.record_id}",
        ident=paper.making.packet_id,
        made=made_line(paper.making, paper.clinic.time_zone),
        watermark="" if paper.plan.signed_at else "DRAFT – not signed",
    )
