"""The gate sheet: every rule of the month, its state, what the record says for it, and where it stands in the law."""

from collections.abc import Callable, Mapping
from datetime import date, datetime
from zoneinfo import ZoneInfo

from app.rules.facts import Facts
from app.rules.packet_facts import GateFacts
from app.rules.readiness import Readiness
from app.rules.rule_book import RuleBook

# What each rule asks, said as what must hold; so that "pass" before it reads as it is meant.
CHECKS: Mapping[str, str] = {
    "NO_CONSENT": "Consent is on record",
    "CONSENT_INCOMPLETE": "All four things were told before consent",
    "CONSENT_OTHER_PRACTITIONER": "Consent is for the billing practitioner",
    "REVOKED_PRIOR_MONTH": "Consent was not revoked before the month",
    "CONSENT_AFTER_MONTH": "Consent was given by the month's end",
    "W_CONSENT_SAME_DAY": "The hour of consent is known where time on that day counts",
    "COND_LT_2": "Two or more active chronic conditions",
    "COND_DURATION_OR_RISK": "Two of them last twelve months and are a significant risk",
    "W_ONE_CATEGORY_DX": "Conditions of more than one ICD-10 category",
    "PLAN_MISSING": "A care plan is on record",
    "PLAN_UNSIGNED": "Care plan signed by the month's end",
    "PLAN_COPY_NOT_GIVEN": "Copy of the plan given by the month's end",
    "W_PLAN_STALE": "Care plan reviewed in the last twelve months",
    "TIME_LT_THRESHOLD": "Counted time reaches a threshold",
    "W_NO_CONTACT": "Somebody was reached in counted time",
    "W_UNITS_CAPPED": "All counted time can be billed",
    "W_MDM_NOT_DOCUMENTED": "Decision making is documented in the month where it matters",
    "ALREADY_BILLED": "Not billed already for this month",
    "OTHER_BILLER": "Nobody else billed chronic care management",
    "PCM_SAME_PRACTITIONER": "No principal care management by the same practitioner",
    "APCM_SAME_MONTH": "No advanced primary care management by the practice",
    "G0181_G0182": "No home health or hospice oversight by the same practitioner",
    "ESRD_MCP": "No monthly ESRD service by the same practitioner",
    "W_SAME_DAY_EM": "No counted time on a day of the practitioner's visit",
    "W_TCM_SAME_MONTH": "No transitional care management in the month",
    "W_APCM_OTHER": "No advanced primary care management elsewhere",
    "W_ESRD_OTHER": "No monthly ESRD service elsewhere",
    "INIT_VISIT_MISSING": "Initiating visit on record where one is needed",
    "INIT_VISIT_CODE_INVALID": "Its code can begin chronic care management",
    "INIT_VISIT_NOT_DISCUSSED": "Chronic care management was discussed at it",
    "BILLER_INELIGIBLE": "The practitioner may bill chronic care management",
    "NPI_INVALID": "The practitioner's NPI is valid",
    "NO_PART_B": "Medicare Part B",
    "DIED_BEFORE_MONTH": "Alive in the month",
    "W_MA_PLAN": "No Medicare Advantage plan",
    "W_UB04": "Billed on the CMS-1500",
    "TIME_UNSIGNED": "Every counted entry is signed",
    "W_LATE_ENTRY": "Every entry was recorded within 72 hours",
}


def gate_sheet(facts: Facts, result: Readiness, book: RuleBook) -> tuple[GateFacts, ...]:
    """Return a row for each blocker and warning there is, by the board's checks: pass, warn or block.

    A finding that the gates' own words do not know is said in the rule book's.
    """
    gates = []
    for check in book.checks:
        for finding in book.findings.values():
            if finding.group != check.key or finding.code.startswith("X_"):
                continue
            found = finding.code in result.blockers or finding.code in result.warnings
            evidence = _EVIDENCE.get(finding.code, _none)(facts)
            gates.append(
                GateFacts(
                    group=check.sentence,
                    check=CHECKS.get(finding.code, finding.sentence),
                    state=_state(finding.code, found=found),
                    evidence=evidence,
                    source=finding.source,
                    code=finding.code,
                )
            )
    return tuple(gates)


_KINDS = {
    "np": "Nurse practitioner",
    "pa": "Physician assistant",
    "cns": "Clinical nurse specialist",
    "cnm": "Certified nurse-midwife",
}


def us_day(day: date | None) -> str:
    """Return a day as papers write it, or that there is none."""
    return f"{day:%m/%d/%Y}" if day is not None else "not recorded"


def _state(code: str, *, found: bool) -> str:
    if not found:
        return "pass"
    return "warn" if code.startswith("W_") else "block"


def _none(_: Facts) -> str:
    return ""


def _consent(facts: Facts) -> str:
    consent = facts.case.consent
    if consent is None:
        return "No consent"
    return f"Given {_given(consent.given, facts.case.zone)}, {consent.method}"


def _given(given: datetime | date, zone: ZoneInfo) -> str:
    return f"{given.astimezone(zone):%m/%d/%Y %H:%M}" if isinstance(given, datetime) else us_day(given)


def _told(facts: Facts) -> str:
    consent = facts.case.consent
    return "No consent" if consent is None else f"{len(set(consent.told))} of 4 told"


def _consent_for(facts: Facts) -> str:
    consent = facts.case.consent
    if consent is None:
        return "No consent"
    return f"For NPI {consent.practitioner}; billed by NPI {facts.case.billing_practitioner.npi}"


def _revoked(facts: Facts) -> str:
    consent = facts.case.consent
    if consent is None:
        return "No consent"
    return f"Revoked {us_day(consent.revoked_on)}" if consent.revoked_on else "Not revoked"


def _codes(facts: Facts) -> str:
    return ", ".join(sorted(facts.active_codes())) or "None active"


def _lasting(facts: Facts) -> str:
    both = {row.icd10 for row in facts.active_conditions() if row.expected_12_months and row.significant_risk}
    return ", ".join(sorted(both)) or "None with both"


def _signed(facts: Facts) -> str:
    plan = facts.case.care_plan
    return "No plan" if plan is None else f"Signed {us_day(plan.signed_on)}"


def _copy(facts: Facts) -> str:
    plan = facts.case.care_plan
    return "No plan" if plan is None else f"Given {us_day(plan.copy_given_on)}"


def _reviewed(facts: Facts) -> str:
    plan = facts.case.care_plan
    return "No plan" if plan is None else f"Reviewed {us_day(plan.last_reviewed_on)}"


def _minutes(facts: Facts) -> str:
    minutes = facts.minutes
    return f"{minutes.pooled} min together, {minutes.practitioner} of the practitioner's own"


def _reached(facts: Facts) -> str:
    days = sorted({span.entry.start.date() for span in facts.count.spans if span.entry.contact == "reached"})
    return f"Reached {us_day(days[-1])}" if days else "Nobody reached"


def _mdm(facts: Facts) -> str:
    mdm = facts.case.mdm
    return "None on record" if mdm is None else f"{mdm.level.capitalize()}, documented {us_day(mdm.documented_on)}"


def _other_services(facts: Facts) -> str:
    found = [f"{service.code} on {us_day(service.on)}" for service in facts.services_in_month()]
    return ", ".join(found) or "None on record"


def _visit(facts: Facts) -> str:
    if not facts.initiating_visit_needed():
        return f"Not needed: last seen {us_day(facts.case.last_seen_on)}"
    visit = facts.initiating_visit()
    if visit is None:
        return f"Needed for the start on {us_day(facts.case.ccm_started_on)}; none in the year before"
    return f"{visit.code} on {us_day(visit.on)}"


def _discussed(facts: Facts) -> str:
    visit = facts.initiating_visit()
    if visit is None or not facts.initiating_visit_needed():
        return _visit(facts)
    return "Discussed" if visit.ccm_discussed else "Not recorded as discussed"


def _kind(facts: Facts) -> str:
    kind = facts.case.billing_practitioner.kind
    return _KINDS.get(kind, kind.capitalize())


def _npi(facts: Facts) -> str:
    return facts.case.billing_practitioner.npi


def _coverage(facts: Facts) -> str:
    return {"part_b": "Part B", "medicare_advantage": "Medicare Advantage"}.get(facts.case.coverage, "No Part B")


def _alive(facts: Facts) -> str:
    died = facts.case.patient.died
    return "No death on record" if died is None else f"Died {us_day(died)}"


def _unsigned(facts: Facts) -> str:
    entries = {span.entry.id: span.entry.signed for span in facts.count.spans}
    return f"{sum(entries.values())} of {len(entries)} counted entries signed"


def _late(facts: Facts) -> str:
    recorded = [entry for entry in facts.case.time if entry.recorded_at is not None]
    return f"{len(recorded)} of {len(facts.case.time)} entries recorded afterwards"


def _setting(facts: Facts) -> str:
    return facts.case.setting


_EVIDENCE: Mapping[str, Callable[[Facts], str]] = {
    "NO_CONSENT": _consent,
    "CONSENT_INCOMPLETE": _told,
    "CONSENT_OTHER_PRACTITIONER": _consent_for,
    "REVOKED_PRIOR_MONTH": _revoked,
    "CONSENT_AFTER_MONTH": _consent,
    "W_CONSENT_SAME_DAY": _consent,
    "COND_LT_2": _codes,
    "COND_DURATION_OR_RISK": _lasting,
    "W_ONE_CATEGORY_DX": _codes,
    "PLAN_MISSING": _signed,
    "PLAN_UNSIGNED": _signed,
    "PLAN_COPY_NOT_GIVEN": _copy,
    "W_PLAN_STALE": _reviewed,
    "TIME_LT_THRESHOLD": _minutes,
    "W_NO_CONTACT": _reached,
    "W_UNITS_CAPPED": _minutes,
    "W_MDM_NOT_DOCUMENTED": _mdm,
    "ALREADY_BILLED": _other_services,
    "OTHER_BILLER": _other_services,
    "PCM_SAME_PRACTITIONER": _other_services,
    "APCM_SAME_MONTH": _other_services,
    "G0181_G0182": _other_services,
    "ESRD_MCP": _other_services,
    "W_SAME_DAY_EM": _other_services,
    "W_TCM_SAME_MONTH": _other_services,
    "W_APCM_OTHER": _other_services,
    "W_ESRD_OTHER": _other_services,
    "INIT_VISIT_MISSING": _visit,
    "INIT_VISIT_CODE_INVALID": _visit,
    "INIT_VISIT_NOT_DISCUSSED": _discussed,
    "BILLER_INELIGIBLE": _kind,
    "NPI_INVALID": _npi,
    "NO_PART_B": _coverage,
    "DIED_BEFORE_MONTH": _alive,
    "W_MA_PLAN": _coverage,
    "W_UB04": _setting,
    "TIME_UNSIGNED": _unsigned,
    "W_LATE_ENTRY": _late,
}
