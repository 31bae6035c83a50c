from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.assets import load_rule_book
from app.rules.case_json import parse_case
from app.rules.counting import count_time
from app.rules.evaluate import evaluate
from app.rules.what_if import MOST_MINUTES, NoRoom, WhatIf, open_stretches, supposed
from tests.rules.case_forms import Form, ready_form
from tests.rules.time_forms import crowded_forms

BOOK = load_rule_book()


@given(crowded_forms(), st.integers(0, MOST_MINUTES), st.integers(0, 120))
def test_supposed_minutes_count_in_full_and_take_none_from_others(form: Form, staff: int, own: int) -> None:
    case = parse_case(form)
    activities = BOOK.for_month(case.month).counted_activities
    before = count_time(case, activities)
    try:
        after = count_time(supposed(case, WhatIf(staff_minutes=staff, practitioner_minutes=own)), activities)
    except NoRoom:
        room = sum(end - start for start, end in open_stretches(case))
        assert room < (staff + own) * 60
        return
    assert after.clinical_staff == before.clinical_staff + staff * 60
    assert after.practitioner == before.practitioner + own * 60
    assert after.excluded == before.excluded


@given(crowded_forms(), st.integers(0, 60), st.integers(0, 60))
def test_more_supposed_minutes_never_bill_less(form: Form, staff: int, more: int) -> None:
    case = parse_case(form)
    try:
        lower = evaluate(supposed(case, WhatIf(staff_minutes=staff)), BOOK)
        higher = evaluate(supposed(case, WhatIf(staff_minutes=staff + more)), BOOK)
    except NoRoom:
        return
    assert higher.minutes.pooled >= lower.minutes.pooled
    assert "TIME_LT_THRESHOLD" in lower.blockers or "TIME_LT_THRESHOLD" not in higher.blockers


def test_nothing_supposed_is_the_case_itself() -> None:
    case = parse_case(ready_form())
    assert supposed(case, WhatIf()) == case
    assert WhatIf().is_nothing
    assert not WhatIf(staff_minutes=1).is_nothing


def test_five_minutes_more_make_a_short_month_ready() -> None:
    short = parse_case(ready_form({"time.0.end": "2026-10-06T09:15:00-05:00"}))
    assert evaluate(short, BOOK).verdict == "short"
    assert evaluate(supposed(short, WhatIf(staff_minutes=4)), BOOK).verdict == "short"
    then = evaluate(supposed(short, WhatIf(staff_minutes=5)), BOOK)
    assert (then.verdict, [line.code for line in then.lines]) == ("ready", ["99490"])


def test_a_supposed_consent_is_whole_and_lets_its_day_count() -> None:
    without = parse_case(ready_form({"consent": None}))
    assert evaluate(without, BOOK).blockers == ("NO_CONSENT",)
    assert evaluate(supposed(without, WhatIf(consent_on=date(2026, 10, 6))), BOOK).verdict == "ready"
    late = evaluate(supposed(without, WhatIf(consent_on=date(2026, 10, 7))), BOOK)
    assert late.minutes.pooled == 0


def test_supposed_decision_making_and_an_hour_make_it_complex() -> None:
    case = parse_case(ready_form())
    then = evaluate(supposed(case, WhatIf(staff_minutes=35, mdm_level="moderate")), BOOK)
    assert [line.code for line in then.lines] == ["99487"]


def test_another_service_bars_the_month_as_if_it_were_recorded() -> None:
    case = parse_case(ready_form())
    then = evaluate(supposed(case, WhatIf(service="G0557", service_by="same_practice")), BOOK)
    assert then.blockers == ("APCM_SAME_MONTH",)


def test_minutes_that_cannot_count_are_refused() -> None:
    case = parse_case(ready_form())
    away = parse_case(ready_form({"stays": [{"kind": "inpatient", "from": "2026-10-01", "to": "2026-10-31"}]}))
    with pytest.raises(NoRoom):
        supposed(away, WhatIf(staff_minutes=1))
    dead = replace(case, patient=replace(case.patient, died=date(2026, 9, 30)))
    with pytest.raises(NoRoom):
        supposed(dead, WhatIf(practitioner_minutes=1))
    with pytest.raises(ValueError, match="0 to 600"):
        supposed(case, WhatIf(staff_minutes=601))
