from typing import Any

import pytest

from tests.rules.case_forms import GONE, judged, minutes_of_work, ready_form

FLAGS = {"expected_12_months": True, "significant_risk": True, "resolved_on": None}
E11, I10, I11 = ({"icd10": code} | FLAGS for code in ("E11.9", "I10", "I11.0"))
VISIT = {"on": "2026-02-10", "code": "99214", "ccm_discussed": True}


def service(code: str, by: str = "same_practitioner", on: str = "2026-10-15") -> dict[str, str]:
    return {"code": code, "on": on, "by": by}


def test_the_case_all_others_change_is_ready() -> None:
    result = judged(ready_form())
    assert (result["verdict"], result["blockers"], result["warnings"]) == ("ready", [], [])


CONSENT: list[tuple[dict[str, Any], list[str]]] = [
    ({"consent": None}, ["NO_CONSENT"]),
    ({"consent.told": ["availability", "cost_sharing", "right_to_stop"]}, ["CONSENT_INCOMPLETE"]),
    ({"consent.told": []}, ["CONSENT_INCOMPLETE"]),
    ({"consent.told": ["right_to_stop", "one_practitioner", "cost_sharing", "availability", "availability"]}, []),
    ({"consent.practitioner": "dr_b"}, ["CONSENT_OTHER_PRACTITIONER"]),
    ({"consent.method": "written"}, []),
    ({"consent.revoked_on": "2026-09-30"}, ["REVOKED_PRIOR_MONTH"]),
    ({"consent.revoked_on": "2026-10-01"}, []),
    ({"consent.revoked_on": "2026-12-01"}, []),
    ({"consent.given": "2026-10-31T23:59:59-05:00"}, ["TIME_LT_THRESHOLD"]),
    ({"consent.given": "2026-11-01T00:00:00-05:00"}, ["CONSENT_AFTER_MONTH", "TIME_LT_THRESHOLD"]),
    ({"consent.given": "2026-11-01T04:59:59Z"}, ["TIME_LT_THRESHOLD"]),
    ({"consent.given": "2026-10-31"}, ["TIME_LT_THRESHOLD"]),
    ({"consent.given": "2026-11-01"}, ["CONSENT_AFTER_MONTH", "TIME_LT_THRESHOLD"]),
    (
        {"consent.told": [], "consent.practitioner": "dr_b", "consent.revoked_on": "2026-01-01"},
        ["CONSENT_INCOMPLETE", "CONSENT_OTHER_PRACTITIONER", "REVOKED_PRIOR_MONTH"],
    ),
]
CONDITIONS: list[tuple[dict[str, Any], list[str]]] = [
    ({"conditions": []}, ["COND_LT_2"]),
    ({"conditions": [E11]}, ["COND_LT_2"]),
    ({"conditions": [E11, E11]}, ["COND_LT_2"]),
    ({"conditions": [{"icd10": "E11.9"}, {"icd10": "I10"}]}, []),
    ({"conditions": [E11, I10 | {"resolved_on": "2026-09-30"}]}, ["COND_LT_2"]),
    ({"conditions": [E11, I10 | {"resolved_on": "2026-10-01"}]}, []),
    ({"conditions": [E11, I10 | {"significant_risk": False}]}, ["COND_DURATION_OR_RISK"]),
    ({"conditions": [E11, I10 | {"expected_12_months": False}]}, ["COND_DURATION_OR_RISK"]),
    ({"conditions": [E11, E11, I10 | {"expected_12_months": False}]}, ["COND_DURATION_OR_RISK"]),
    ({"conditions": [E11, I10 | {"significant_risk": False}, I11]}, []),
    ({"conditions": [E11, I10 | {"significant_risk": False}, I10]}, []),
]
VISITS: list[tuple[dict[str, Any], list[str]]] = [
    ({"initiating_visit": None}, []),
    ({"initiating_visit": None, "patient_new": True}, ["INIT_VISIT_MISSING"]),
    ({"initiating_visit": None, "last_seen_on": None}, ["INIT_VISIT_MISSING"]),
    ({"initiating_visit": None, "last_seen_on": "2025-03-02"}, []),
    ({"initiating_visit": None, "last_seen_on": "2025-03-01"}, ["INIT_VISIT_MISSING"]),
    ({"initiating_visit": None, "ccm_started_on": "2024-02-29", "last_seen_on": "2023-02-28"}, []),
    ({"initiating_visit": None, "ccm_started_on": "2024-02-29", "last_seen_on": "2023-02-27"}, ["INIT_VISIT_MISSING"]),
    ({"initiating_visit": VISIT | {"code": "99211", "ccm_discussed": False}}, []),
    ({"patient_new": True}, []),
    ({"patient_new": True, "initiating_visit": VISIT | {"on": "2025-03-02"}}, []),
    ({"patient_new": True, "initiating_visit": VISIT | {"on": "2025-03-01"}}, ["INIT_VISIT_MISSING"]),
    ({"patient_new": True, "initiating_visit": VISIT | {"on": "2026-03-02"}}, []),
    ({"patient_new": True, "initiating_visit": VISIT | {"on": "2026-03-03"}}, ["INIT_VISIT_MISSING"]),
    ({"patient_new": True, "initiating_visit": VISIT | {"ccm_discussed": False}}, ["INIT_VISIT_NOT_DISCUSSED"]),
    (
        {"patient_new": True, "initiating_visit": VISIT | {"ccm_discussed": False, "code": "99441"}},
        ["INIT_VISIT_CODE_INVALID", "INIT_VISIT_NOT_DISCUSSED"],
    ),
    (
        {"patient_new": True, "initiating_visit": {"on": "2024-01-01", "code": "99441", "ccm_discussed": False}},
        ["INIT_VISIT_MISSING"],
    ),
]
PLAN: list[tuple[dict[str, Any], list[str]]] = [
    ({"care_plan": None}, ["PLAN_MISSING"]),
    ({"care_plan.signed_on": None}, ["PLAN_UNSIGNED"]),
    ({"care_plan.signed_on": "2026-10-31"}, []),
    ({"care_plan.signed_on": "2026-11-01"}, ["PLAN_UNSIGNED"]),
    ({"care_plan.copy_given_on": None}, ["PLAN_COPY_NOT_GIVEN"]),
    ({"care_plan.copy_given_on": "2026-10-31"}, []),
    ({"care_plan.copy_given_on": "2026-11-01"}, ["PLAN_COPY_NOT_GIVEN"]),
    ({"care_plan.signed_on": None, "care_plan.copy_given_on": None}, ["PLAN_COPY_NOT_GIVEN", "PLAN_UNSIGNED"]),
]
PEOPLE: list[tuple[dict[str, Any], list[str]]] = [
    *(({"billing_practitioner.kind": kind}, []) for kind in ("physician", "np", "pa", "cns", "cnm")),
    ({"billing_practitioner.kind": "other"}, ["BILLER_INELIGIBLE"]),
    *(
        ({"billing_practitioner.npi": npi}, ["NPI_INVALID"])
        for npi in ("", "1234567890", "123456789", "12345678933", "123456789a", "1234567893 ", "１２３４５６７８９３")
    ),
    ({"billing_practitioner.npi": "1245319599"}, []),
    ({"coverage": "none"}, ["NO_PART_B"]),
    ({"coverage": "medicare_advantage"}, []),
    ({"patient.died": "2026-09-30"}, ["DIED_BEFORE_MONTH", "TIME_LT_THRESHOLD"]),
    ({"patient.died": "2026-10-01"}, ["TIME_LT_THRESHOLD"]),
    ({"patient.died": "2026-10-06"}, []),
    ({"already_billed": True}, ["ALREADY_BILLED"]),
]
SERVICES: list[tuple[list[dict[str, str]], list[str]]] = [
    *(([service(code, "other")], ["OTHER_BILLER"]) for code in ("99490", "99439", "99487", "99489", "99491", "99437")),
    ([service("99490", "same_practice")], ["OTHER_BILLER"]),
    ([service("99490")], ["ALREADY_BILLED"]),
    ([service("99437")], ["ALREADY_BILLED"]),
    ([service("99490", on="2026-10-01")], ["ALREADY_BILLED"]),
    ([service("99490", on="2026-10-31")], ["ALREADY_BILLED"]),
    ([service("99490", on="2026-09-30"), service("99490", on="2026-11-01"), service("99490", on="2025-10-15")], []),
    *(([service(code)], ["PCM_SAME_PRACTITIONER"]) for code in ("99424", "99425", "99426", "99427")),
    ([service("99424", "same_practice"), service("99426", "other"), service("99423"), service("99428")], []),
    *(([service(code, "same_practice")], ["APCM_SAME_MONTH"]) for code in ("G0556", "G0557", "G0558")),
    ([service("G0556")], ["APCM_SAME_MONTH"]),
    ([service("G0556", "other"), service("G0555"), service("G0559")], []),
    ([service("G0181"), service("G0182")], ["G0181_G0182"]),
    ([service("G0181", "same_practice"), service("G0182", "other")], []),
    ([service("90951")], ["ESRD_MCP"]),
    ([service("90970")], ["ESRD_MCP"]),
    ([service("90971"), service("90950"), service("90960", "other"), service("90960", "same_practice")], []),
    ([service("99495"), service("99457"), service("99484"), service("G0506")], []),
]


@pytest.mark.parametrize(("changes", "blockers"), CONSENT + CONDITIONS + VISITS + PLAN + PEOPLE)
def test_a_month_is_blocked_for_what_is_wanting_and_for_nothing_else(
    changes: dict[str, Any], blockers: list[str]
) -> None:
    result = judged(ready_form(changes))
    assert result["blockers"] == blockers
    assert bool(result["lines"]) == (not blockers)


@pytest.mark.parametrize(("services", "blockers"), SERVICES)
def test_services_beside_ccm_block_by_code_day_and_giver(services: list[dict[str, str]], blockers: list[str]) -> None:
    assert judged(ready_form({"other_services": services}))["blockers"] == blockers


VALID_VISITS = ["G0402", "G0438", "G0439", "99495", "99496"] + [
    str(code) for low, high in ((99202, 99205), (99212, 99215), (99341, 99350)) for code in range(low, high + 1)
]


@pytest.mark.parametrize("code", VALID_VISITS)
def test_these_visits_open_ccm(code: str) -> None:
    assert judged(ready_form({"patient_new": True, "initiating_visit.code": code}))["blockers"] == []


@pytest.mark.parametrize("code", ["99211", "99201", "99206", "99216", "99340", "99351", "99441", "G0506", "g0439", ""])
def test_other_visits_do_not(code: str) -> None:
    form = ready_form({"patient_new": True, "initiating_visit.code": code})
    assert judged(form)["blockers"] == ["INIT_VISIT_CODE_INVALID"]


def test_only_a_counted_entry_needs_its_signature() -> None:
    assert judged(ready_form({"time.0.signed": False}))["blockers"] == ["TIME_UNSIGNED"]
    spare = minutes_of_work(5, prefix="u")[0] | {"signed": False, "activity": "clerical"}
    form = ready_form()
    assert judged(form | {"time": [*form["time"], spare]})["blockers"] == []


@pytest.mark.parametrize(
    ("died", "dated"),
    [
        (None, "2026-10-31"),
        ("2026-11-01", "2026-10-31"),
        ("2026-10-31", "2026-10-31"),
        ("2026-10-06", "2026-10-06"),
        ("2026-10-01", "2026-10-01"),
        ("2026-09-30", None),
    ],
)
def test_the_claim_is_dated_the_last_day_alive_in_the_month(died: str | None, dated: str | None) -> None:
    assert judged(ready_form({"patient.died": died}))["date_of_service"] == dated


def test_defaults_may_all_be_left_away() -> None:
    names = ("id", "setting", "coverage", "patient_new", "initiating_visit", "mdm", "other_patient_time", "stays")
    changes = dict.fromkeys((*names, "other_services", "already_billed", "patient.died"), GONE)
    changes |= {f"time.0.{name}": GONE for name in ("works_in_us", "used_for", "confirmed", "signed", "recorded_at")}
    result = judged(ready_form(changes))
    assert (result["id"], result["verdict"], result["warnings"]) == ("", "ready", [])
    assert judged(ready_form({"time.0.contact": GONE}))["warnings"] == ["W_NO_CONTACT"]
