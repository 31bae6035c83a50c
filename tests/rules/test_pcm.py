from dataclasses import replace
from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from app.assets import load_rule_book
from app.rules.case_json import parse_case
from app.rules.concurrent import clashes, concurrent
from app.rules.evaluate import evaluate, gather_facts
from app.rules.g0506 import g0506_blockers
from app.rules.month_case import MonthCase, OtherService
from app.rules.pcm import principal_care
from tests.rules.case_forms import Form, an_entry, ready_form
from tests.rules.time_forms import crowded_forms

BOOK = load_rule_book()


def of(*entries: Form, **changes: object) -> MonthCase:
    return parse_case(ready_form({"time": list(entries), **changes}))


def used(id_: str, start: str, end: str, **changes: object) -> Form:
    return an_entry(id_, start, end, used_for="pcm", **changes)


def test_thirty_staff_minutes_for_one_condition_are_principal_care_and_never_ccm() -> None:
    one = [{"icd10": "C34.11", "expected_12_months": True, "significant_risk": True, "resolved_on": None}]
    case = of(used("t1", "06T09:00:00", "06T09:30:00"), conditions=one)
    found = principal_care(case, BOOK)
    assert (found.verdict, found.family) == ("ready", "staff")
    assert [(line.code, line.units) for line in found.lines] == [("99426", 1)]
    ccm = evaluate(case, BOOK)
    assert ccm.minutes.pooled == 0
    assert ccm.verdict == "blocked"


def test_a_second_short_of_thirty_minutes_is_short_and_add_ons_are_full_stretches() -> None:
    assert principal_care(of(used("t1", "06T09:00:00", "06T09:29:59")), BOOK).verdict == "short"
    ninety = principal_care(of(used("t1", "06T09:00:00", "06T10:29:59")), BOOK)
    assert [(line.code, line.units) for line in ninety.lines] == [("99426", 1), ("99427", 1)]
    capped = principal_care(of(used("t1", "06T09:00:00", "06T13:00:00")), BOOK)
    assert [(line.code, line.units) for line in capped.lines] == [("99426", 1), ("99427", 2)]


def test_the_practitioners_own_time_has_codes_of_its_own() -> None:
    own = used("t1", "06T09:00:00", "06T10:00:00", role="practitioner", staff="dr_a")
    found = principal_care(of(own), BOOK)
    assert [(line.code, line.units) for line in found.lines] == [("99424", 1), ("99425", 1)]
    both = principal_care(of(own, used("t2", "07T09:00:00", "07T09:30:00")), BOOK)
    assert both.family == "staff"
    assert [each.family for each in both.alternatives] == ["practitioner"]


def test_staff_and_practitioner_minutes_are_not_pooled() -> None:
    own = used("t1", "06T09:00:00", "06T09:20:00", role="practitioner", staff="dr_a")
    assert principal_care(of(own, used("t2", "07T09:00:00", "07T09:20:00")), BOOK).verdict == "short"


def test_a_month_billed_as_ccm_is_never_principal_care_too() -> None:
    both = of(an_entry("t1", "06T09:00:00", "06T09:25:00"), used("t2", "07T09:00:00", "07T09:40:00"))
    assert evaluate(both, BOOK).verdict == "ready"
    assert principal_care(both, BOOK).blockers == ("PCM_WITH_CCM",)
    billed = of(used("t2", "07T09:00:00", "07T09:40:00"), already_billed=True)
    assert "PCM_WITH_CCM" in principal_care(billed, BOOK).blockers


def test_the_condition_must_be_a_significant_risk() -> None:
    mild = [{"icd10": "I10", "expected_12_months": True, "significant_risk": False, "resolved_on": None}]
    found = principal_care(of(used("t1", "06T09:00:00", "06T09:30:00"), conditions=mild), BOOK)
    assert found.blockers == ("PCM_NO_CONDITION",)


def test_consent_plan_and_practitioner_are_asked_for_as_in_ccm() -> None:
    case = of(used("t1", "06T09:00:00", "06T09:30:00"), consent=None, care_plan=None)
    assert principal_care(case, BOOK).blockers == ("NO_CONSENT", "PLAN_MISSING")


def test_without_time_used_for_it_there_is_nothing_to_say() -> None:
    assert principal_care(of(an_entry("t1", "06T09:00:00", "06T09:25:00")), BOOK).verdict == "none"


@given(crowded_forms(), st.sets(st.integers(0, 5)))
def test_no_second_counts_for_both(form: Form, turned: set[int]) -> None:
    entries = [entry | ({"used_for": "pcm"} if at in turned else {}) for at, entry in enumerate(form["time"])]
    case = parse_case(form | {"time": entries})
    pcm = principal_care(case, BOOK)
    ccm = evaluate(case, BOOK)
    without = evaluate(replace(case, time=tuple(e for e in case.time if e.used_for != "pcm")), BOOK)
    assert ccm.minutes == without.minutes
    assert not (ccm.verdict == "ready" and pcm.verdict == "ready")


def test_services_beside_are_held_against_the_matrix() -> None:
    case = of(
        an_entry("t1", "06T09:00:00", "06T09:25:00"),
        other_services=[
            {"code": "99457", "on": "2026-10-03", "by": "same_practitioner"},
            {"code": "99470", "on": "2026-10-04", "by": "same_practice"},
            {"code": "99484", "on": "2026-10-05", "by": "same_practitioner"},
            {"code": "99495", "on": "2026-10-06", "by": "other"},
            {"code": "G0557", "on": "2026-10-07", "by": "same_practice"},
            {"code": "G0557", "on": "2026-10-08", "by": "other"},
            {"code": "99024", "on": "2026-10-09", "by": "other"},
            {"code": "99484", "on": "2026-11-01", "by": "other"},
        ],
    )
    found = {(row.code, row.by): row.verdict for row in concurrent(case, BOOK)}
    assert found == {
        ("99457", "same_practitioner"): "ok",
        ("99470", "same_practice"): "ok",
        ("99484", "same_practitioner"): "ok",
        ("99495", "other"): "warn",
        ("G0557", "same_practice"): "block",
        ("G0557", "other"): "warn",
        ("99024", "other"): "unknown",
    }
    assert [(row.code, row.other) for row in clashes(case, BOOK)] == [("99457", "99470")]


def test_the_matrix_and_the_verdict_never_disagree() -> None:
    for row in BOOK.same_month:
        for by in row.by:
            for code in sorted(row.codes)[:1]:
                case = parse_case(ready_form())
                case = replace(case, other_services=(OtherService(code, date(2026, 10, 3), by),))
                blocks = any(each.verdict == "block" for each in concurrent(case, BOOK))
                assert blocks == (evaluate(case, BOOK).verdict == "blocked"), (code, by)


def test_g0506_goes_once_with_a_visit_that_was_needed() -> None:
    new = parse_case(
        ready_form(
            {
                "patient_new": True,
                "ccm_started_on": "2026-10-05",
                "consent.given": "2026-10-05T09:00:00-05:00",
                "initiating_visit": {"on": "2026-10-05", "code": "99204", "ccm_discussed": True},
            }
        )
    )
    day = date(2026, 10, 5)
    assert g0506_blockers(gather_facts(new, BOOK), day, [day], BOOK) == ()
    assert g0506_blockers(gather_facts(new, BOOK), day, [day, date(2025, 3, 1)], BOOK) == ("G0506_BEFORE",)
    assert g0506_blockers(gather_facts(new, BOOK), date(2026, 10, 9), [], BOOK) == ("G0506_OTHER_DAY",)
    home = replace(new, initiating_visit=replace(new.initiating_visit, code="99345"))  # type: ignore[type-var]
    assert g0506_blockers(gather_facts(home, BOOK), day, [], BOOK) == ("G0506_BASE_CODE",)
    seen = parse_case(ready_form())
    assert g0506_blockers(gather_facts(seen, BOOK), day, [], BOOK) == ("G0506_NO_VISIT",)
