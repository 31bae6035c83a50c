"""The month-end packet of one patient: the twelve parts of RULES.md §5.3 in order, each bookmarked."""

from collections.abc import Callable
from functools import partial

from app.reports import packet_claim, packet_record, packet_summary, packet_time
from app.reports.document import Document, Furniture
from app.reports.masthead import letterhead, made_line, watermark
from app.reports.page import Flow
from app.reports.pdf_text import Typesetter
from app.reports.sheet import Page
from app.reports.wording import day, month_name
from app.rules.packet_facts import PacketFacts

_PARTS = (
    packet_summary.cover,
    packet_summary.gate_sheet,
    packet_record.conditions,
    packet_record.consent,
    packet_record.initiating_visit,
    packet_record.care_plan,
    packet_time.time_log,
    packet_record.decision_making,
    packet_record.same_month,
    packet_claim.attestation,
    packet_claim.claim_sheet,
    packet_claim.audit_trail,
)


class FactsDisagree(ValueError):
    """The time log does not add up to the totals on the cover; such a packet is not printed. Names no patient."""


def packet_press() -> Callable[[PacketFacts], bytes]:
    """`packet_pdf` for many packets, one after another: what is measured for one is known for the next.

    It holds patients' words for as long as it is held.
    """
    return partial(packet_pdf, typesetter=Typesetter())


def packet_pdf(facts: PacketFacts, typesetter: Typesetter | None = None) -> bytes:
    """One patient-month as a PDF file. The same facts give the same bytes.

    Raises:
        FactsDisagree: the entries' seconds do not add up.
    """
    typesetter = typesetter or Typesetter()
    pages = packet_pages(facts, typesetter, "p")
    document = Document(f"CareLoop packet {facts.making.packet_id}", typesetter)
    document.add(pages, furniture(facts))
    return document.finished()


def packet_pages(facts: PacketFacts, typesetter: Typesetter, key: str) -> list[Page]:
    """The packet laid out, its bookmarks' keys beginning with `key`: one for the patient, twelve beneath."""
    if wrong := facts.discrepancies():
        raise FactsDisagree("; ".join(wrong))
    flow = Flow(typesetter)
    letterhead(flow, facts.clinic)
    flow.mark(f"{facts.patient.name} · {month_name(facts.month)}", key, 0)
    for number, part in enumerate(_PARTS, 1):
        part(flow, facts, f"{key}.{number}")
    return flow.pages


def furniture(facts: PacketFacts) -> Furniture:
    """What every page of the packet says: what it is, whose, when, by whom."""
    return Furniture(
        what=f"{facts.clinic.name} · CCM packet · {month_name(facts.month)}",
        whose=f"{facts.patient.name} · born {day(facts.patient.born_on)}",
        foot=f"Contains PHI · patient record {facts.patient.record_id}",
        ident=f"packet {facts.making.packet_id}",
        made=made_line(facts.making, facts.clinic.time_zone, facts.rule_version),
        watermark=watermark(facts.making, is_approved=facts.approval is not None),
    )
