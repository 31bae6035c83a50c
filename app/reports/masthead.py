"""What every paper says of its clinic, its practitioner and its own making."""

from app.reports.page import Flow
from app.reports.wording import moment
from app.rules.packet_facts import DRAFT, VOID, ClinicFacts, Making, PractitionerFacts


def letterhead(flow: Flow, clinic: ClinicFacts) -> None:
    """The clinic's name, its address on one line, then its numbers."""
    numbers = (("Phone", clinic.phone), ("TIN", clinic.tin), ("Group NPI", clinic.group_npi))
    lines = (" · ".join(clinic.address), " · ".join(f"{name} {value}" for name, value in numbers if value))
    flow.letterhead(clinic.name, [line for line in lines if line])


def named(practitioner: PractitionerFacts) -> str:
    """Name and credential, or the NPI of one who is known by that alone."""
    if not practitioner.name:
        return f"NPI {practitioner.npi}"
    return ", ".join(part for part in (practitioner.name, practitioner.credential) if part)


def made_line(making: Making, zone: str, rule_version: str | None = None) -> str:
    """When, by whom and with what the paper was made, for the foot of its pages."""
    rules = f" · rules {rule_version}" if rule_version else ""
    made = f"Made {moment(making.made_at, zone)} by {making.made_by}"
    return f"{made} · CareLoop {making.program_version}{rules}"


def watermark(making: Making, *, is_approved: bool = False) -> str:
    """What a paper that must not be used says across each page."""
    if making.state == DRAFT:
        return "DRAFT – month not closed" if is_approved else "DRAFT – not approved"
    if making.state == VOID:
        by = f" by revision {making.superseded_by}" if making.superseded_by is not None else ""
        return f"VOID – superseded{by}"
    return ""
