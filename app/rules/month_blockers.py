"""What bars a month from being billed: one function a rule, true when it bars. Services beside CCM: `same_month`."""

from collections.abc import Callable, Mapping
from datetime import datetime

from app.rules.facts import Facts
from app.rules.identifiers import npi_is_valid
from app.rules.month import second_of
from app.rules.month_case import TOLD


def no_consent(facts: Facts) -> bool:
    """Consent comes before the service is furnished or billed (CY2014 and CY2017 PFS final rules; MLN909188)."""
    return facts.case.consent is None


def consent_incomplete(facts: Facts) -> bool:
    """The patient must be told of all four things (CY2015 and CY2017 PFS final rules; MLN909188)."""
    consent = facts.case.consent
    return consent is not None and not set(TOLD) <= set(consent.told)


def consent_other_practitioner(facts: Facts) -> bool:
    """Consent is needed again when the billing practitioner changes (MLN909188)."""
    consent = facts.case.consent
    return consent is not None and consent.practitioner != facts.case.billing_practitioner.id


def revoked_prior_month(facts: Facts) -> bool:
    """A revocation ends the service with its calendar month: that month stands, the next does not (MLN909188)."""
    consent = facts.case.consent
    return consent is not None and consent.revoked_on is not None and consent.revoked_on < facts.first


def consent_after_month(facts: Facts) -> bool:
    """Given when the month was over in the clinic's zone, from its closing midnight on (CY2014 PFS final rule)."""
    if facts.case.consent is None:
        return False
    given = facts.case.consent.given
    if isinstance(given, datetime):
        return second_of(given) >= facts.case.month.second_bounds(facts.case.zone)[1]
    return given > facts.last


def cond_lt_2(facts: Facts) -> bool:
    """Two or more chronic conditions (CPT 99490; MLN909188)."""
    return len(facts.active_codes()) < 2


def cond_duration_or_risk(facts: Facts) -> bool:
    """Each expected to last 12 months or until death, and a significant risk to the patient (CPT 99490; MLN909188)."""
    both = {row.icd10 for row in facts.active_conditions() if row.expected_12_months and row.significant_risk}
    return not cond_lt_2(facts) and len(both) < 2


def init_visit_missing(facts: Facts) -> bool:
    """A new patient, or one not seen for a year, needs an initiating visit (CY2017 PFS final rule; MLN909188)."""
    return facts.initiating_visit_needed() and facts.initiating_visit() is None


def init_visit_code_invalid(facts: Facts) -> bool:
    """Only some visits can open CCM: not 99211, nothing by telephone or portal (MLN909188; CMS CCM FAQ 2016)."""
    visit = facts.initiating_visit()
    return facts.initiating_visit_needed() and visit is not None and visit.code not in facts.rules.initiating_visits


def init_visit_not_discussed(facts: Facts) -> bool:
    """CCM must have been discussed at the visit that opens it (CMS CCM FAQ 2016; Noridian CCM Q&A 2017)."""
    visit = facts.initiating_visit()
    return facts.initiating_visit_needed() and visit is not None and not visit.ccm_discussed


def plan_missing(facts: Facts) -> bool:
    """A comprehensive electronic care plan (CY2017 PFS final rule; MLN909188)."""
    return facts.case.care_plan is None


def plan_unsigned(facts: Facts) -> bool:
    """The practitioner signs the plan by the end of the month (policy; Noridian CCM Q&A 2017)."""
    plan = facts.case.care_plan
    return plan is not None and (plan.signed_on is None or plan.signed_on > facts.last)


def plan_copy_not_given(facts: Facts) -> bool:
    """The patient or caregiver gets a copy (CY2017 PFS final rule; MLN909188)."""
    plan = facts.case.care_plan
    return plan is not None and (plan.copy_given_on is None or plan.copy_given_on > facts.last)


def time_lt_threshold(facts: Facts) -> bool:
    """No family's minutes are reached (CPT; CMS CCM FAQ 2016)."""
    return not facts.legal


def time_unsigned(facts: Facts) -> bool:
    """What is counted was signed by the one who worked it (Program Integrity Manual chapter 3, 3.3.2.4; policy)."""
    return any(not span.entry.signed for span in facts.count.spans)


def biller_ineligible(facts: Facts) -> bool:
    """Physicians, NP, PA, CNS and CNM bill CCM; nobody else (CY2015 PFS final rule; MLN909188)."""
    return facts.case.billing_practitioner.kind not in facts.rules.may_bill


def npi_invalid(facts: Facts) -> bool:
    """An NPI has ten digits and a check digit (45 CFR 162.406)."""
    return not npi_is_valid(facts.case.billing_practitioner.npi)


def no_part_b(facts: Facts) -> bool:
    """CCM is a Part B service (MLN909188)."""
    return facts.case.coverage == "none"


def died_before_month(facts: Facts) -> bool:
    """Nothing is furnished after death (Medicare Claims Processing Manual)."""
    died = facts.case.patient.died
    return died is not None and died < facts.first


def already_billed(facts: Facts) -> bool:
    """One claim for a patient and month (OIG A-07-17-05101); a claim among the services is the rule book's to find."""
    return facts.case.already_billed


BLOCKERS: Mapping[str, Callable[[Facts], bool]] = {
    "NO_CONSENT": no_consent,
    "CONSENT_INCOMPLETE": consent_incomplete,
    "CONSENT_OTHER_PRACTITIONER": consent_other_practitioner,
    "REVOKED_PRIOR_MONTH": revoked_prior_month,
    "CONSENT_AFTER_MONTH": consent_after_month,
    "COND_LT_2": cond_lt_2,
    "COND_DURATION_OR_RISK": cond_duration_or_risk,
    "INIT_VISIT_MISSING": init_visit_missing,
    "INIT_VISIT_CODE_INVALID": init_visit_code_invalid,
    "INIT_VISIT_NOT_DISCUSSED": init_visit_not_discussed,
    "PLAN_MISSING": plan_missing,
    "PLAN_UNSIGNED": plan_unsigned,
    "PLAN_COPY_NOT_GIVEN": plan_copy_not_given,
    "TIME_LT_THRESHOLD": time_lt_threshold,
    "TIME_UNSIGNED": time_unsigned,
    "BILLER_INELIGIBLE": biller_ineligible,
    "NPI_INVALID": npi_invalid,
    "NO_PART_B": no_part_b,
    "DIED_BEFORE_MONTH": died_before_month,
    "ALREADY_BILLED": already_billed,
}
