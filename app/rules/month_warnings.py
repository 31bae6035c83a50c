"""What a person should look at before a month is billed: one function a rule. None of these bars a claim."""

from collections.abc import Callable, Mapping
from datetime import datetime

from app.rules.facts import Facts
from app.rules.families import STAFF, is_documented
from app.rules.month import second_of, year_before

_LATE_AFTER_SECONDS = 72 * 3600


def consent_same_day(facts: Facts) -> bool:
    """Only the day of consent is known, and a second of that day is counted (policy)."""
    consent = facts.case.consent
    if consent is None or isinstance(consent.given, datetime):
        return False
    return facts.count.any_on(consent.given, facts.case.zone)


def one_category_dx(facts: Facts) -> bool:
    """Two or more active codes, all of one three-character category (policy, on CPT 99490)."""
    codes = facts.active_codes()
    return len(codes) >= 2 and len({code[:3] for code in codes}) == 1


def plan_stale(facts: Facts) -> bool:
    """Last reviewed before the same calendar day a year before the month's last day, or never (policy)."""
    plan = facts.case.care_plan
    return plan is not None and (plan.last_reviewed_on is None or plan.last_reviewed_on < year_before(facts.last))


def no_contact(facts: Facts) -> bool:
    """Time is counted, and nobody was reached in any of it (Noridian CCM Q&A 2017; CMS asks for no contact)."""
    spans = facts.count.spans
    return bool(spans) and all(span.entry.contact != "reached" for span in spans)


def same_day_em(facts: Facts) -> bool:
    """A second is counted on the day of the practitioner's own visit (CPT; CMS CCM FAQ 2016: apart or not at all)."""
    days = {
        service.on
        for service in facts.services_in_month()
        if service.by == "same_practitioner" and service.code in facts.rules.same_day_visits
    }
    return any(facts.count.any_on(day, facts.case.zone) for day in days)


def ma_plan(facts: Facts) -> bool:
    """A Medicare Advantage plan has its own rules (42 CFR part 422)."""
    return facts.case.coverage == "medicare_advantage"


def units_capped(facts: Facts) -> bool:
    """Staff care is recommended, with the minutes of one more add-on than the cap allows: 80 (CPT 99439)."""
    if facts.chosen is None or facts.chosen.family != STAFF:
        return False
    return any(
        family.name == STAFF
        and family.add_on_cap is not None
        and facts.minutes.pooled >= family.base_minutes + (family.add_on_cap + 1) * family.add_on_minutes
        for family in facts.rules.families
    )


def mdm_not_documented(facts: Facts) -> bool:
    """Time and level for complex care, but no decision making documented in the month (CPT 99487; MLN909188)."""
    mdm = facts.case.mdm
    return mdm is not None and any(
        mdm.level in family.mdm_levels
        and facts.minutes.pooled >= family.base_minutes
        and not is_documented(mdm, family, facts.case.month)
        for family in facts.rules.families
    )


def late_entry(facts: Facts) -> bool:
    """Recorded more than 72 hours after its end, for any entry with a second in the month, counted or not (policy)."""
    begins, over = facts.case.month.second_bounds(facts.case.zone)
    return any(
        entry.recorded_at is not None
        and second_of(entry.recorded_at) - second_of(entry.end) > _LATE_AFTER_SECONDS
        and second_of(entry.start) < over
        and begins < second_of(entry.end)
        for entry in facts.case.time
    )


def ub04(facts: Facts) -> bool:
    """Rural health clinics and health centres bill on the UB-04 (CY2025 PFS final rule)."""
    return facts.case.setting in ("rhc", "fqhc")


WARNINGS: Mapping[str, Callable[[Facts], bool]] = {
    "W_CONSENT_SAME_DAY": consent_same_day,
    "W_ONE_CATEGORY_DX": one_category_dx,
    "W_PLAN_STALE": plan_stale,
    "W_NO_CONTACT": no_contact,
    "W_SAME_DAY_EM": same_day_em,
    "W_MA_PLAN": ma_plan,
    "W_UNITS_CAPPED": units_capped,
    "W_MDM_NOT_DOCUMENTED": mdm_not_documented,
    "W_LATE_ENTRY": late_entry,
    "W_UB04": ub04,
}
