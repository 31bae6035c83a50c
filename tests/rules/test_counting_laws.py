from datetime import datetime
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from app.assets import load_rule_book
from app.rules.case_json import parse_case
from app.rules.counting import TimeCount, count_time
from app.rules.evaluate import gather_facts
from tests.rules.case_forms import Form, an_entry, judged, ready_form
from tests.rules.time_forms import SCENES, crowded_forms, entries, offsets, seconds_of, written


def counted(form: Form) -> TimeCount:
    case = parse_case(form)
    return count_time(case, load_rule_book().for_month(case.month).counted_activities)


@given(crowded_forms(), st.data())
def test_one_entry_more_never_lowers_the_pooled_seconds(form: Form, data: st.DataObject) -> None:
    anchor = next(anchor for month, zone, anchor in SCENES if (month, zone) == (form["month"], form["time_zone"]))
    added = data.draw(entries(int(datetime.fromisoformat(anchor).timestamp()), data.draw(st.sampled_from(("0", "zz")))))
    more = form | {"time": [*form["time"], added]}
    assert counted(more).pooled >= counted(form).pooled


@given(crowded_forms(), st.data())
def test_the_order_of_rows_never_matters(form: Form, data: st.DataObject) -> None:
    names = ("time", "other_patient_time", "stays", "conditions")
    shuffled = form | {name: data.draw(st.permutations(form[name])) for name in names}
    assert judged(shuffled) == judged(form)


@given(crowded_forms())
def test_no_second_is_counted_twice_and_none_goes_missing(form: Form) -> None:
    case = parse_case(form)
    facts = gather_facts(case, load_rule_book())
    count = facts.count
    assert all(before.end <= after.start for before, after in pairwise(count.spans))
    assert sum(span.seconds for span in count.spans) == count.pooled
    begins, over = case.month.second_bounds(case.zone)
    counted_by_entry = count.counted_by_entry()
    for entry in form["time"]:
        work = seconds_of(entry)
        within = max(0, min(work.stop, over) - max(work.start, begins))
        left_out = sum(row.seconds for row in count.excluded if row.id == entry["id"])
        assert counted_by_entry.get(entry["id"], 0) + left_out == within
    assert all(row.seconds > 0 for row in count.excluded)


@given(crowded_forms(), st.data())
def test_an_entry_in_two_parts_counts_as_much_where_nobody_elses_patient_overlaps_it(
    form: Form, data: st.DataObject
) -> None:
    whole = data.draw(st.sampled_from(form["time"]))
    work = seconds_of(whole)
    assume(len(work) > 1)
    apart = [
        other
        for other in form["other_patient_time"]
        if other["staff"] != whole["staff"] or not set(seconds_of(other)) & set(work)
    ]
    cut = written(data.draw(st.integers(work.start + 1, work.stop - 1)))
    parts = [whole | {"end": cut}, whole | {"id": data.draw(st.sampled_from(("0", "zz"))), "start": cut}]
    rest = [entry for entry in form["time"] if entry is not whole]
    split = form | {"time": parts + rest, "other_patient_time": apart}
    assert counted(split).pooled == counted(form | {"other_patient_time": apart}).pooled


@given(crowded_forms(), st.data())
def test_the_same_instants_written_with_other_offsets_are_the_same_month(form: Form, data: st.DataObject) -> None:
    def moved(text: str) -> str:
        return datetime.fromisoformat(text).astimezone(data.draw(offsets)).isoformat()

    elsewhere = {
        name: [row | {"start": moved(row["start"]), "end": moved(row["end"])} for row in form[name]]
        for name in ("time", "other_patient_time")
    }
    assert judged(form | elsewhere) == judged(form)


@given(crowded_forms())
def test_twenty_pooled_minutes_are_what_makes_a_month_billable_at_all(form: Form) -> None:
    result = judged(form)
    pooled = sum(result["seconds"].values())
    assert (result["family"] is not None) == (pooled >= 1200)
    assert ("TIME_LT_THRESHOLD" in result["blockers"]) == (pooled < 1200)


@given(st.lists(st.integers(1, 1199), min_size=0, max_size=12, unique=True))
def test_1199_seconds_never_bill_and_1200_do_however_they_are_cut(cuts: list[int]) -> None:
    def month_of(total: int) -> dict[str, Any]:
        edges = [0, *sorted(cut for cut in cuts if cut < total), total]
        lengths = [after - before for before, after in pairwise(edges)]
        time = [
            an_entry(f"e{day}", f"{day:02d}T09:00:00", f"{day:02d}T09:{length // 60:02d}:{length % 60:02d}")
            for day, length in enumerate(lengths, 2)
        ]
        return judged(ready_form({"time": time}))

    short, enough = month_of(1199), month_of(1200)
    assert (short["verdict"], short["would_bill"], short["minutes"]["pooled"]) == ("short", [], 19)
    assert (enough["verdict"], enough["lines"]) == ("ready", [{"code": "99490", "units": 1}])


@given(st.integers(0, 8 * 3600), st.integers(0, 8 * 3600), st.sampled_from((None, "low", "moderate", "high")))
def test_never_two_families_and_never_a_unit_without_its_full_minutes(
    staff: int, practitioner: int, level: str | None
) -> None:
    start = int(datetime.fromisoformat("2026-10-06T14:00:00+00:00").timestamp())
    both = (("clinical_staff", start, staff), ("practitioner", start + 86_400, practitioner))
    time = [
        an_entry(role, "01T00:00:00", "01T00:00:01", role=role)
        | {"start": written(begins), "end": written(begins + seconds)}
        for role, begins, seconds in both
        if seconds
    ]
    mdm = level and {"level": level, "documented_on": "2026-10-31"}
    result = judged(ready_form({"time": time, "mdm": mdm}))
    units = {line["code"]: line["units"] for line in result["lines"]}
    needed = {"99490": 20, "99439": 20, "99487": 60, "99489": 30, "99491": 30, "99437": 30}
    have = practitioner if "99491" in units else staff + practitioner
    assert sum(needed[code] * count for code, count in units.items()) * 60 <= have
    assert len(units.keys() & {"99490", "99487", "99491"}) == bool(units)
    assert units.get("99439", 0) <= 2
    assert ("99487" in units) == (level in ("moderate", "high") and staff + practitioner >= 3600)


@pytest.mark.parametrize(
    ("earlier", "counted_seconds"),
    [
        ("06T08:59:59", 900),  # the other patient's work began first
        ("06T09:00:00", 900),  # at the same instant
        ("06T09:00:01", 1500),  # this patient's began first, and keeps its seconds
    ],
)
def test_whose_patient_a_second_belongs_to_is_who_began_first(earlier: str, counted_seconds: int) -> None:
    other = {name: an_entry("o", earlier, "06T09:10:00")[name] for name in ("staff", "start", "end")}
    assert judged(ready_form({"other_patient_time": [other]}))["seconds"]["clinical_staff"] == counted_seconds
    assert judged(ready_form({"other_patient_time": [other | {"staff": "rn2"}]}))["excluded"] == []


def test_work_after_a_revocation_and_before_the_start_counts() -> None:
    form = ready_form({"consent.revoked_on": "2026-10-02", "ccm_started_on": "2026-10-20"})
    assert judged(form)["verdict"] == "ready"


def test_the_text_of_ids_breaks_a_tie() -> None:
    same = ("06T09:00:00", "06T09:25:00")
    form = ready_form({"time": [an_entry("t2", *same), an_entry("t10", *same)]})
    assert judged(form)["excluded"] == [{"id": "t2", "reason": "X_OVERLAP_STAFF", "seconds": 1500}]


def test_staff_keep_a_shared_second_even_from_a_practitioner_who_began_first() -> None:
    time = [
        an_entry("a", "06T09:00:00", "06T09:30:00", role="practitioner", staff="dr_a"),
        an_entry("b", "06T09:20:00", "06T09:40:00"),
    ]
    result = judged(ready_form({"time": time}))
    assert result["seconds"] == {"clinical_staff": 1200, "practitioner": 1200}
    assert result["excluded"] == [{"id": "a", "reason": "X_OVERLAP_STAFF", "seconds": 600}]


def test_a_second_shut_out_for_one_is_free_for_another() -> None:
    time = [
        an_entry("a", "06T09:00:00", "06T09:25:00", confirmed=False),
        an_entry("b", "06T09:00:00", "06T09:25:00", staff="rn2"),
    ]
    assert judged(ready_form({"time": time}))["excluded"] == [{"id": "a", "reason": "X_UNCONFIRMED", "seconds": 1500}]


def other_patient(start: str, end: str) -> Form:
    return {name: an_entry("o", start, end)[name] for name in ("staff", "start", "end")}


def test_a_long_entry_on_another_patient_holds_on_through_shorter_ones_inside_it() -> None:
    others = [other_patient("06T08:00:00", "06T09:10:00"), other_patient("06T08:30:00", "06T08:40:00")]
    assert judged(ready_form({"other_patient_time": others}))["excluded"] == [
        {"id": "t1", "reason": "X_OTHER_PATIENT", "seconds": 600}
    ]


def test_the_earlier_start_is_the_entrys_own_even_where_its_first_part_is_lost() -> None:
    time = [
        an_entry("z", "06T08:55:00", "06T09:30:00"),
        an_entry("a", "06T09:05:00", "06T09:30:00", staff="rn2"),
    ]
    form = ready_form({"time": time, "other_patient_time": [other_patient("06T08:50:00", "06T09:10:00")]})
    assert judged(form)["excluded"] == [
        {"id": "a", "reason": "X_OVERLAP_STAFF", "seconds": 1200},
        {"id": "z", "reason": "X_OTHER_PATIENT", "seconds": 900},
    ]


def test_the_earlier_start_is_the_entrys_own_even_where_the_month_cuts_it() -> None:
    september = an_entry("z", "01T00:00:00", "01T00:30:00") | {"start": "2026-09-30T23:50:00-05:00"}
    form = ready_form({"time": [september, an_entry("a", "01T00:00:00", "01T00:30:00", staff="rn2")]})
    assert judged(form)["excluded"] == [{"id": "a", "reason": "X_OVERLAP_STAFF", "seconds": 1800}]


def test_a_day_of_two_stays_is_the_hospitals() -> None:
    stays = [
        {"kind": "snf_part_a", "from": "2026-10-01", "to": "2026-10-06"},
        {"kind": "inpatient", "from": "2026-10-06", "to": "2026-10-06"},
    ]
    reasons = [row["reason"] for row in judged(ready_form({"stays": stays}))["excluded"]]
    assert reasons == ["X_INPATIENT"]


def test_reasons_come_in_their_order_and_each_once() -> None:
    stays = [{"kind": kind, "from": f"2026-10-{day}", "to": f"2026-10-{day}"} for kind, day in STAY_DAYS]
    nights = an_entry("n", "05T22:00:00", "06T05:00:00")
    form = ready_form({"time": [nights], "stays": stays, "consent.given": "2026-10-05T22:00:10-05:00"})
    assert judged(form)["excluded"] == [
        {"id": "n", "reason": "X_PRECONSENT", "seconds": 10},
        {"id": "n", "reason": "X_INPATIENT", "seconds": 7190},
        {"id": "n", "reason": "X_SNF", "seconds": 18_000},
    ]


STAY_DAYS = (("snf_part_a", "06"), ("inpatient", "05"), ("inpatient", "05"))
