from typing import Any

import pytest

from tests.rules.case_forms import judged, minutes_of_work, ready_form

MDM = {"level": "moderate", "documented_on": "2026-10-12"}
STAFF_CAPPED = [("99490", 1), ("99439", 2)]


def outcome(staff: int, practitioner: int = 0, mdm: object = None) -> dict[str, Any]:
    time = minutes_of_work(staff) + minutes_of_work(practitioner, "practitioner", prefix="p")
    return judged(ready_form({"time": time, "mdm": mdm}))


def lines(rows: list[dict[str, Any]]) -> list[tuple[str, int]]:
    return [(row["code"], row["units"]) for row in rows]


@pytest.mark.parametrize(
    ("minutes", "billed", "threshold"),
    [
        (0, [], ("99490", 20)),
        (19, [], ("99490", 1)),
        (20, [("99490", 1)], ("99439", 20)),
        (30, [("99490", 1)], ("99439", 10)),
        (39, [("99490", 1)], ("99439", 1)),
        (40, [("99490", 1), ("99439", 1)], ("99439", 20)),
        (59, [("99490", 1), ("99439", 1)], ("99439", 1)),
        (60, STAFF_CAPPED, None),
        (79, STAFF_CAPPED, None),
        (80, STAFF_CAPPED, None),
        (300, STAFF_CAPPED, None),
    ],
)
def test_staff_time_bills_full_twenties_and_at_most_two_more(
    minutes: int, billed: list[tuple[str, int]], threshold: tuple[str, int] | None
) -> None:
    result = outcome(minutes)
    assert lines(result["lines"]) == billed
    assert result["verdict"] == ("ready" if billed else "short")
    going = result["next_threshold"]
    assert (going and (going["code"], going["minutes_to_go"])) == threshold
    assert ("W_UNITS_CAPPED" in result["warnings"]) == (minutes >= 80)


@pytest.mark.parametrize(
    ("minutes", "units", "threshold"), [(60, 0, 30), (89, 0, 1), (90, 1, 30), (119, 1, 1), (120, 2, 30), (390, 11, 30)]
)
def test_complex_time_bills_every_full_thirty_after_sixty(minutes: int, units: int, threshold: int) -> None:
    result = outcome(minutes, mdm=MDM)
    assert result["family"] == "complex"
    assert lines(result["lines"]) == [("99487", 1)] + ([("99489", units)] if units else [])
    assert result["next_threshold"] == {"code": "99489", "minutes_to_go": threshold}
    assert [other["family"] for other in result["alternatives"]] == ["staff"]
    assert "W_UNITS_CAPPED" not in result["warnings"]


@pytest.mark.parametrize(
    ("mdm", "legal"),
    [
        (None, False),
        ({"level": "straightforward", "documented_on": "2026-10-12"}, False),
        ({"level": "low", "documented_on": "2026-10-12"}, False),
        ({"level": "moderate", "documented_on": None}, False),
        ({"level": "high", "documented_on": "2026-09-30"}, False),
        ({"level": "high", "documented_on": "2026-11-01"}, False),
        ({"level": "moderate", "documented_on": "2026-10-01"}, True),
        ({"level": "high", "documented_on": "2026-10-31"}, True),
    ],
)
def test_complex_needs_decision_making_documented_in_the_month(mdm: dict[str, object] | None, *, legal: bool) -> None:
    result = outcome(60, mdm=mdm)
    assert result["family"] == ("complex" if legal else "staff")
    undocumented = mdm is not None and mdm["level"] in ("moderate", "high") and not legal
    assert ("W_MDM_NOT_DOCUMENTED" in result["warnings"]) == undocumented
    assert outcome(59, mdm=mdm)["family"] == "staff"


@pytest.mark.parametrize(
    ("staff", "practitioner", "family", "billed", "others"),
    [
        (0, 29, "staff", [("99490", 1)], []),
        (0, 30, "practitioner", [("99491", 1)], ["staff"]),
        (0, 59, "practitioner", [("99491", 1)], ["staff"]),
        (0, 60, "practitioner", [("99491", 1), ("99437", 1)], ["staff"]),
        (0, 150, "practitioner", [("99491", 1), ("99437", 4)], ["staff"]),
        (19, 30, "practitioner", [("99491", 1)], ["staff"]),
        (20, 30, "staff", [("99490", 1), ("99439", 1)], ["practitioner"]),
        (10, 10, "staff", [("99490", 1)], []),
    ],
)
def test_one_family_is_recommended_and_the_other_legal_ones_are_shown(
    staff: int, practitioner: int, family: str, billed: list[tuple[str, int]], others: list[str]
) -> None:
    result = outcome(staff, practitioner)
    assert result["family"] == family
    assert lines(result["lines"]) == billed
    assert [other["family"] for other in result["alternatives"]] == others


def test_alternatives_keep_their_order_under_complex() -> None:
    result = outcome(30, 60, MDM)
    assert result["family"] == "complex"
    assert [(other["family"], lines(other["lines"])) for other in result["alternatives"]] == [
        ("staff", STAFF_CAPPED),
        ("practitioner", [("99491", 1), ("99437", 1)]),
    ]
    assert outcome(0, 60)["next_threshold"] == {"code": "99437", "minutes_to_go": 30}


def test_seconds_are_pooled_before_they_are_floored() -> None:
    time = minutes_of_work(19, seconds=30) + minutes_of_work(0, "practitioner", seconds=30, prefix="p")
    result = judged(ready_form({"time": time}))
    assert result["minutes"] == {"clinical_staff": 19, "practitioner": 0, "pooled": 20}
    assert lines(result["lines"]) == [("99490", 1)]


def test_what_would_be_billed_is_told_also_when_something_blocks() -> None:
    result = judged(ready_form({"consent": None, "time": minutes_of_work(90), "mdm": MDM}))
    assert (result["verdict"], result["family"], result["lines"]) == ("blocked", "complex", [])
    assert lines(result["would_bill"]) == [("99487", 1), ("99489", 1)]
    assert result["next_threshold"] == {"code": "99489", "minutes_to_go": 30}
    assert [other["family"] for other in result["alternatives"]] == ["staff"]


def test_short_is_said_only_when_time_alone_is_wanting() -> None:
    short = ready_form({"time": minutes_of_work(10)})
    assert judged(short)["verdict"] == "short"
    assert judged(short | {"coverage": "none"})["verdict"] == "blocked"
