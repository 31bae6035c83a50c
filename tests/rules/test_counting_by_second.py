"""The counting of time, held against one that looks at every second by itself and shares no code with it."""

from collections import defaultdict
from datetime import date, datetime
from functools import cache
from zoneinfo import ZoneInfo

from hypothesis import given, settings

from tests.rules.case_forms import Form, judged
from tests.rules.time_forms import crowded_forms, seconds_of

COUNTED = {
    *("patient_call", "caregiver_call", "clinician_coordination", "agency_coordination", "medication_management"),
    *("care_plan", "record_review", "education", "referral", "transition", "community_services", "documentation"),
}
REASONS = [
    *(
        "X_NONCLINICAL",
        "X_ADMIN_ACTIVITY",
        "X_OFFSHORE",
        "X_EM_PART",
        "X_OTHER_SERVICE",
        "X_UNCONFIRMED",
        "X_PRECONSENT",
    ),
    *("X_POSTDEATH", "X_INPATIENT", "X_SNF", "X_OTHER_PATIENT", "X_OVERLAP_STAFF"),
]


@cache
def local_day_of_minute(minute: int, zone: str) -> date:
    # In these years every zone changes its clocks, and its date, on a whole minute: the first second speaks for all.
    return datetime.fromtimestamp(minute * 60, ZoneInfo(zone)).date()


def reason_at(second: int, entry: Form, form: Form) -> str | None:  # noqa: C901, PLR0911, PLR0912 - the list as it is written
    day = local_day_of_minute(second // 60, form["time_zone"])
    if entry["role"] == "non_clinical":
        return "X_NONCLINICAL"
    if entry["activity"] not in COUNTED:
        return "X_ADMIN_ACTIVITY"
    if not entry["works_in_us"]:
        return "X_OFFSHORE"
    if entry["used_for"] == "visit":
        return "X_EM_PART"
    if entry["used_for"]:
        return "X_OTHER_SERVICE"
    if not entry["confirmed"]:
        return "X_UNCONFIRMED"
    if form["consent"] is not None:
        given = form["consent"]["given"]
        if len(given) == 10:
            if day < date.fromisoformat(given):
                return "X_PRECONSENT"
        elif second < datetime.fromisoformat(given).timestamp():
            return "X_PRECONSENT"
    died = form["patient"]["died"]
    if died is not None and day > date.fromisoformat(died):
        return "X_POSTDEATH"
    for kind, reason in (("inpatient", "X_INPATIENT"), ("snf_part_a", "X_SNF")):
        for stay in form["stays"]:
            if stay["kind"] == kind and stay["from"] <= day.isoformat() <= stay["to"]:
                return reason
    for other in form["other_patient_time"]:
        theirs = seconds_of(other)
        if other["staff"] == entry["staff"] and second in theirs and theirs.start <= seconds_of(entry).start:
            return "X_OTHER_PATIENT"
    return None


def count_second_by_second(form: Form) -> Form:
    """Return `seconds` and `excluded` as the verdict on a month should give them."""
    excluded: dict[tuple[str, int], int] = defaultdict(int)
    asking: dict[int, list[tuple[bool, int, str]]] = defaultdict(list)
    for entry in form["time"]:
        work = seconds_of(entry)
        for second in work:
            if local_day_of_minute(second // 60, form["time_zone"]).isoformat()[:7] != form["month"]:
                continue
            reason = reason_at(second, entry, form)
            if reason is None:
                asking[second].append((entry["role"] == "practitioner", work.start, entry["id"]))
            else:
                excluded[entry["id"], REASONS.index(reason)] += 1
    seconds = {"clinical_staff": 0, "practitioner": 0}
    for those in asking.values():
        taker, *losers = sorted(those)
        seconds["practitioner" if taker[0] else "clinical_staff"] += 1
        for _, _, id_ in losers:
            excluded[id_, REASONS.index("X_OVERLAP_STAFF")] += 1
    rows = [{"id": id_, "reason": REASONS[rank], "seconds": n} for (id_, rank), n in sorted(excluded.items())]
    return {"seconds": seconds, "excluded": rows}


@settings(max_examples=settings().max_examples * 4)
@given(crowded_forms())
def test_the_count_is_that_of_every_second_looked_at_alone(form: Form) -> None:
    result = judged(form)
    expected = count_second_by_second(form)
    assert {name: result[name] for name in expected} == expected
    pooled = sum(expected["seconds"].values())
    assert result["minutes"]["pooled"] == pooled // 60
