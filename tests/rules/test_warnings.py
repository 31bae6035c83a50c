from typing import Any

import pytest

from tests.rules.case_forms import an_entry, judged, minutes_of_work, ready_form

T1 = an_entry("t1", "06T09:00:00", "06T09:25:00")


def service(code: str, by: str = "same_practitioner", on: str = "2026-10-06") -> dict[str, Any]:
    return {"other_services": [{"code": code, "on": on, "by": by}]}


def condition(code: str, resolved_on: str | None = None) -> dict[str, object]:
    return {"icd10": code, "resolved_on": resolved_on}


CASES: list[tuple[dict[str, Any], list[str]]] = [
    # consent known by its day alone
    ({"consent.given": "2026-10-06"}, ["W_CONSENT_SAME_DAY"]),
    ({"consent.given": "2026-10-05"}, []),
    ({"consent.given": "2026-10-06T09:00:00-05:00"}, []),
    (
        {
            "consent.given": "2026-10-06",
            "time": [T1 | {"activity": "clerical"}, an_entry("t2", "07T09:00:00", "07T09:25:00")],
        },
        [],
    ),
    # one category
    ({"conditions": [condition("E11.9"), condition("E11.65")]}, ["W_ONE_CATEGORY_DX"]),
    ({"conditions": [condition("E11.9"), condition("E11.65"), condition("I10", "2026-09-01")]}, ["W_ONE_CATEGORY_DX"]),
    ({"conditions": [condition("E11.9"), condition("E11.65"), condition("I10")]}, []),
    # the plan's review
    ({"care_plan.last_reviewed_on": None}, ["W_PLAN_STALE"]),
    ({"care_plan.last_reviewed_on": "2025-10-30"}, ["W_PLAN_STALE"]),
    ({"care_plan.last_reviewed_on": "2025-10-31"}, []),
    ({"care_plan.last_reviewed_on": "2026-12-01"}, []),
    # contact
    ({"time.0.contact": "attempt"}, ["W_NO_CONTACT"]),
    ({"time.0.contact": "none"}, ["W_NO_CONTACT"]),
    ({"time": [T1 | {"contact": "none"}, an_entry("t2", "07T09:00:00", "07T09:00:01")]}, []),
    ({"time": [T1 | {"contact": "none"}, an_entry("t2", "06T09:05:00", "06T09:10:00")]}, ["W_NO_CONTACT"]),
    # a visit on the day
    *((service(code), ["W_SAME_DAY_EM"]) for code in ("99202", "99211", "99213", "99215", "G0402", "G0438", "G0439")),
    (service("99213", "same_practice"), []),
    (service("99213", "other"), []),
    (service("99213", on="2026-10-07"), []),
    (service("99216"), []),
    (service("99347"), []),
    # other programmes
    *((service("99495", by), ["W_TCM_SAME_MONTH"]) for by in ("same_practitioner", "same_practice", "other")),
    (service("99496", on="2026-10-31"), ["W_TCM_SAME_MONTH"]),
    (service("99496", on="2026-11-01"), []),
    (service("G0557", "other"), ["W_APCM_OTHER"]),
    (service("90960", "other"), ["W_ESRD_OTHER"]),
    (service("90960", "same_practice"), ["W_ESRD_OTHER"]),
    ({"coverage": "medicare_advantage"}, ["W_MA_PLAN"]),
    ({"setting": "rhc"}, ["W_UB04"]),
    ({"setting": "fqhc"}, ["W_UB04"]),
    ({"setting": "facility"}, []),
    # late entries
    ({"time.0.recorded_at": "2026-10-09T09:25:00-05:00"}, []),
    ({"time.0.recorded_at": "2026-10-09T09:25:01-05:00"}, ["W_LATE_ENTRY"]),
    ({"time.0.recorded_at": "2026-10-09T14:25:01Z"}, ["W_LATE_ENTRY"]),
    ({"time.0.recorded_at": "2026-10-01T00:00:00Z"}, []),
]


@pytest.mark.parametrize(("changes", "warnings"), CASES)
def test_a_warning_is_given_where_it_applies_and_never_blocks(changes: dict[str, Any], warnings: list[str]) -> None:
    result = judged(ready_form(changes))
    assert result["warnings"] == warnings
    assert result["verdict"] == "ready"


def test_a_plan_that_is_not_there_is_not_stale_as_well() -> None:
    assert judged(ready_form({"care_plan": None}))["warnings"] == []


def test_no_time_at_all_is_no_attempt() -> None:
    assert judged(ready_form({"time": []}))["warnings"] == []


def test_an_entry_that_does_not_count_may_be_late_and_one_of_another_month_may_not() -> None:
    late = {"recorded_at": "2026-12-24T12:00:00Z"}
    entry = minutes_of_work(1, prefix="x")[0] | late
    form = ready_form()
    assert judged(form | {"time": [*form["time"], entry | {"activity": "travel"}]})["warnings"] == ["W_LATE_ENTRY"]
    november = entry | {"start": "2026-11-01T05:00:00Z", "end": "2026-11-01T05:10:00Z"}
    assert judged(form | {"time": [*form["time"], november]})["warnings"] == []
    september = entry | {
        "start": "2026-10-01T04:50:00Z",
        "end": "2026-10-01T05:00:00Z",
        "recorded_at": "2026-10-05T00:00:00Z",
    }
    assert judged(form | {"time": [*form["time"], september]})["warnings"] == []
    astride = november | {"start": "2026-11-01T04:59:59Z"}
    assert judged(form | {"time": [*form["time"], astride]})["warnings"] == ["W_LATE_ENTRY"]


@pytest.mark.parametrize(("day", "warned"), [("2026-10-05", False), ("2026-10-06", True), ("2026-10-07", False)])
def test_a_day_is_its_seconds_from_midnight_to_midnight(day: str, *, warned: bool) -> None:
    whole = [an_entry(f"t{hour}", f"06T{hour:02d}:00:00", f"06T{hour + 7:02d}:59:59") for hour in (0, 8, 16)]
    whole[-1]["end"] = "2026-10-07T00:00:00-05:00"
    form = ready_form(service("99213", on=day) | {"time": whole})
    assert ("W_SAME_DAY_EM" in judged(form)["warnings"]) == warned
    bare = ready_form({"consent.given": day, "time": whole[2:]})
    assert ("W_CONSENT_SAME_DAY" in judged(bare)["warnings"]) == warned


def test_a_leap_day_asks_for_a_review_since_the_28th() -> None:
    february = {
        "month": "2028-02",
        "time.0.start": "2028-02-07T09:00:00-06:00",
        "time.0.end": "2028-02-07T09:25:00-06:00",
    }
    assert judged(ready_form(february | {"care_plan.last_reviewed_on": "2027-02-28"}))["warnings"] == []
    assert judged(ready_form(february | {"care_plan.last_reviewed_on": "2027-02-27"}))["warnings"] == ["W_PLAN_STALE"]
