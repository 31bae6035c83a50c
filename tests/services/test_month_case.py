from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from random import Random
from typing import Any

import pytest
from sqlalchemy import event, select
from sqlalchemy.orm import Session

from app.assets import load_rule_book
from app.models import CarePlan, CarePlanEvent, Enrolment, Mdm, Patient, Stay, TimeEntry
from app.rules.case_json import case_to_json, parse_case
from app.rules.evaluate import evaluate
from app.rules.month_case import CarePlan as PlanDays
from app.rules.month_case import MonthCase, OtherPatientTime
from app.services.desk import Desk
from app.services.month_case import PatientRef, gather
from tests.services.clinic_month import (
    DOCTOR,
    OCTOBER,
    bring_in,
    conditions,
    enrolled,
    entry,
    patient,
    ready,
    together,
)

ZONE = "America/Chicago"
NOW = datetime(2026, 11, 2, 15, tzinfo=UTC)


@contextmanager
def session_of(desk: Desk) -> Iterator[Session]:
    with desk.opened.ledger.reading(desk.actor, "readiness.read") as reading:
        yield reading.session


def cases(desk: Desk, *patient_ids: int) -> dict[str, MonthCase]:
    with session_of(desk) as session:
        return {ref.case_id: case for ref, case in gather(session, OCTOBER, ZONE, "office", patient_ids or None)}


def refs(desk: Desk) -> dict[str, PatientRef]:
    with session_of(desk) as session:
        return {ref.case_id: ref for ref, _ in gather(session, OCTOBER, ZONE, "office")}


@contextmanager
def changing(desk: Desk) -> Iterator[Session]:
    with desk.opened.ledger.writing(desk.actor, "chart.edit") as work:
        yield work.session


def test_a_case_is_what_the_files_say_and_reads_back_the_same(desk: Desk, tmp_path: Path) -> None:
    files: dict[str, Any] = {
        "patients": [patient("a", DEATHDATE="2026-10-20")],
        "enrolment": [
            enrolled(
                "a",
                billing_kind="np",
                consent_on="2026-01-05",
                told_cost_sharing="no",
                revoked_on="2026-10-15",
                coverage="medicare_advantage",
                mdm_level="high",
                mdm_documented_on="2026-10-12",
                visit_on="2025-12-11",
                visit_code="G0439",
                visit_ccm_discussed="yes",
            )
        ],
        "qualifying": conditions("a"),
        "time": [
            entry("t1", "a", "05T09:00:00", "05T09:12:30", used_for="tcm", works_in_us="no", signed="no"),
            entry("t2", "a", "04T09:00:00", "04T09:12:30", recorded_at="2026-10-09T12:00:00Z"),
        ],
        "stays": [{"patient_id": "a", "kind": "inpatient", "from": "2026-09-28", "to": "2026-10-02"}],
        "services": [
            {"patient_id": "a", "code": "G0181", "on": "2026-10-03", "by": "other"},
            {"patient_id": "a", "code": "G0181", "on": "2026-09-30", "by": "other"},
        ],
    }
    bring_in(desk, tmp_path / "in", files)
    (case,) = cases(desk).values()
    assert parse_case(case_to_json(case)) == case
    assert (case.id, case.coverage, case.patient.died) == ("a", "medicare_advantage", date(2026, 10, 20))
    assert (case.billing_practitioner.id, case.billing_practitioner.kind) == (DOCTOR, "np")
    assert case.consent is not None
    assert case.consent.given == date(2026, 1, 5)
    assert case.consent.told == ("availability", "one_practitioner", "right_to_stop")
    assert case.consent.revoked_on == date(2026, 10, 15)
    assert case.initiating_visit is not None
    assert case.initiating_visit.code == "G0439"
    assert case.mdm is not None
    assert (case.mdm.level, case.mdm.documented_on) == ("high", date(2026, 10, 12))
    assert [each.id for each in case.time] == ["t2", "t1"]
    assert case_to_json(case)["time"][1]["start"] == "2026-10-05T09:00:00-05:00"  # type: ignore[index]
    assert (case.time[1].used_for, case.time[1].works_in_us, case.time[1].signed) == ("tcm", False, False)
    assert case.time[0].recorded_at == datetime(2026, 10, 9, 12, tzinfo=UTC)
    assert [stay.from_on for stay in case.stays] == [date(2026, 9, 28)]
    assert [service.on for service in case.other_services] == [date(2026, 10, 3)]
    assert case.already_billed is False


def test_a_consent_instant_is_told_on_the_clinics_clock(desk: Desk, tmp_path: Path) -> None:
    bring_in(desk, tmp_path / "in", ready("a"))
    (case,) = cases(desk).values()
    assert case_to_json(case)["consent"]["given"] == "2026-01-05T10:20:00-06:00"  # type: ignore[index]


def test_stopped_patients_have_a_case_and_declined_ones_have_none(desk: Desk, tmp_path: Path) -> None:
    bring_in(desk, tmp_path / "in", together(ready("a"), ready("b", day=6), ready("c", day=7)))
    ids = {ref.case_id: ref.id for ref in refs(desk).values()}
    with changing(desk) as session:
        for name, status in (("a", "stopped"), ("b", "declined")):
            session.scalars(select(Enrolment).where(Enrolment.patient_id == ids[name])).one().status = status
    assert sorted(cases(desk)) == ["a", "c"]


def test_a_patient_of_our_own_is_named_by_our_number(desk: Desk, tmp_path: Path) -> None:
    bring_in(desk, tmp_path / "in", ready("a"))
    own = refs(desk)["a"].id
    with changing(desk) as session:
        session.get_one(Patient, own).external_id = None
    assert list(cases(desk)) == [f"p{own}"]
    assert desk.readiness.case(desk.actor, f"p{own}", OCTOBER)["id"] == f"p{own}"


def test_the_newest_version_counts_and_a_withdrawn_entry_does_not(desk: Desk, tmp_path: Path) -> None:
    bring_in(desk, tmp_path / "in", ready("a"))
    ref = refs(desk)["a"]
    with changing(desk) as session:
        first = session.scalars(select(TimeEntry)).one()
        session.add(version(first, 2, end_at=datetime(2026, 10, 5, 14, 10, tzinfo=UTC)))
    assert [(each.id, (each.end - each.start).seconds) for each in cases(desk)["a"].time] == [("t-a", 600)]
    with changing(desk) as session:
        session.add(version(first, 3, withdrawn=True))
    assert cases(desk, ref.id)["a"].time == ()


def version(first: TimeEntry, number: int, **changes: object) -> TimeEntry:
    columns = {column.key: getattr(first, column.key) for column in TimeEntry.__table__.columns if column.key != "id"}
    return TimeEntry(**{**columns, "version": number, "reason": "stop pressed late", **changes})


def test_entries_of_the_month_are_those_that_touch_it(desk: Desk, tmp_path: Path) -> None:
    spans = {
        "before": ("2026-09-30T20:00:00-05:00", "2026-10-01T00:00:00-05:00"),
        "into": ("2026-09-30T23:50:00-05:00", "2026-10-01T00:10:00-05:00"),
        "out_of": ("2026-10-31T23:50:00-05:00", "2026-11-01T00:10:00-05:00"),
        "after": ("2026-11-01T00:00:00-05:00", "2026-11-01T00:10:00-05:00"),
    }
    files = ready("a") | {"time": [entry(name, "a", *span) for name, span in spans.items()]}
    bring_in(desk, tmp_path / "in", files)
    assert [each.id for each in cases(desk)["a"].time] == ["into", "out_of"]


def test_overlapping_work_on_others_is_exported_and_nothing_else(desk: Desk, tmp_path: Path) -> None:
    files = together(ready("a"), ready("b", day=6), ready("c", day=7)) | {
        "time": [
            entry("a1", "a", "05T09:00:00", "05T09:20:00"),
            entry("b1", "b", "05T09:20:00", "05T09:30:00"),  # touches, does not overlap
            entry("b2", "b", "05T09:10:00", "05T09:15:00"),
            entry("b3", "b", "05T09:10:00", "05T09:15:00", staff="Bo Lind"),  # somebody else's
            entry("c1", "c", "05T09:12:00", "05T09:13:00"),
        ]
    }
    bring_in(desk, tmp_path / "in", files)
    found = cases(desk)
    minutes = {name: [other.start.minute for other in case.other_patient_time] for name, case in found.items()}
    assert minutes == {"a": [10, 12], "b": [0, 12], "c": [0, 10]}
    assert cases(desk, refs(desk)["a"].id)["a"] == found["a"]


def test_leaving_out_what_does_not_overlap_changes_no_result(desk: Desk, tmp_path: Path) -> None:
    dice = Random(20261031)  # noqa: S311 - a clinic made up by chance, no secret
    names = [f"n{number}" for number in range(12)]
    time = []
    for number in range(160):
        start = dice.randrange(0, 600)
        minutes = (start, start + dice.randrange(1, 60))
        stamps = [f"05T{8 + minute // 60:02d}:{minute % 60:02d}:00" for minute in minutes]
        time.append(entry(f"e{number}", dice.choice(names), *stamps, staff=dice.choice(["Di", "Bo"])))
    people = together(*(ready(name) for name in names))
    bring_in(desk, tmp_path / "in", people | {"time": time})
    found = cases(desk)
    entries = [(case.id, each) for case in found.values() for each in case.time]
    book = load_rule_book()
    overlapped = 0
    for case in found.values():
        others = tuple(OtherPatientTime(e.staff, e.start, e.end) for owner, e in entries if owner != case.id)
        result = evaluate(case, book)
        assert result == evaluate(replace(case, other_patient_time=others), book)
        assert len(case.other_patient_time) < len(others)
        overlapped += any(left_out.reason == "X_OTHER_PATIENT" for left_out in result.excluded)
    assert overlapped > 6


@pytest.mark.parametrize(
    ("versions", "expected"),
    [
        ([], None),
        ([("draft", None, [])], PlanDays(None, None, None)),
        ([("imported", None, [])], PlanDays(None, None, None)),
        # An imported plan's days count as they are written: signing it is no review.
        ([("imported", date(2026, 5, 5), [])], PlanDays(date(2026, 5, 5), None, None)),
        (
            [("imported", date(2026, 5, 5), [("reviewed", date(2026, 3, 15)), ("copy_given", date(2026, 5, 6))])],
            PlanDays(date(2026, 5, 5), date(2026, 3, 15), date(2026, 5, 6)),
        ),
        ([("signed", date(2026, 5, 5), [])], PlanDays(date(2026, 5, 5), date(2026, 5, 5), None)),
        # A version signed after the month is not the one in force in it, nor is its copy.
        (
            [
                ("signed", date(2026, 5, 5), [("copy_given", date(2026, 5, 6))]),
                ("signed", date(2026, 11, 2), [("copy_given", date(2026, 11, 3))]),
            ],
            PlanDays(date(2026, 5, 5), date(2026, 5, 5), date(2026, 5, 6)),
        ),
        # The copy of an earlier version stands until the new one is given.
        (
            [
                ("signed", date(2026, 5, 5), [("copy_given", date(2026, 5, 6))]),
                ("signed", date(2026, 10, 31), [("copy_given", date(2026, 11, 3)), ("reviewed", date(2026, 11, 9))]),
                ("draft", None, []),
            ],
            PlanDays(date(2026, 10, 31), date(2026, 10, 31), date(2026, 5, 6)),
        ),
        # Nothing was signed in time: the first one that was, so that it reads as signed too late.
        (
            [("signed", date(2026, 11, 2), []), ("signed", date(2026, 12, 2), [])],
            PlanDays(date(2026, 11, 2), date(2026, 11, 2), None),
        ),
    ],
)
def test_the_plan_of_a_month_is_the_version_in_force_at_its_end(
    desk: Desk,
    tmp_path: Path,
    versions: list[tuple[str, date | None, list[tuple[str, date]]]],
    expected: PlanDays | None,
) -> None:
    files = ready("a") | {
        "enrolment": [enrolled("a", has_plan="no", plan_signed_on="", plan_reviewed_on="", plan_copy_given_on="")]
    }
    bring_in(desk, tmp_path / "in", files)
    own = refs(desk)["a"].id
    with changing(desk) as session:
        for number, (status, signed_on, happened) in enumerate(versions, 1):
            plan = CarePlan(
                patient_id=own,
                status=status,
                version=None if status == "draft" else number,
                edited_at=NOW,
                signed_on=signed_on,
            )
            session.add(plan)
            session.flush()
            for kind, on in happened:
                session.add(CarePlanEvent(care_plan_id=plan.id, kind=kind, happened_on=on, recorded_at=NOW))
    assert cases(desk)["a"].care_plan == expected


def test_decision_making_of_the_month_goes_before_the_newest(desk: Desk, tmp_path: Path) -> None:
    bring_in(desk, tmp_path / "in", ready("a"))
    own = refs(desk)["a"].id

    def decided(level: str, on: date | None) -> str | None:
        with changing(desk) as session:
            session.add(Mdm(patient_id=own, level=level, documented_on=on, recorded_at=NOW))
        mdm = cases(desk)["a"].mdm
        return mdm.level if mdm else None

    assert decided("low", None) == "low"
    assert decided("high", date(2026, 9, 30)) == "high"
    assert decided("moderate", date(2026, 10, 1)) == "moderate"
    assert decided("straightforward", date(2026, 11, 1)) == "moderate"
    assert decided("low", date(2026, 10, 31)) == "low"


def test_a_stay_that_goes_on_lasts_to_the_months_end_and_later_ones_are_left_out(desk: Desk, tmp_path: Path) -> None:
    bring_in(desk, tmp_path / "in", ready("a"))
    own = refs(desk)["a"].id
    with changing(desk) as session:
        session.add(Stay(patient_id=own, kind="inpatient", from_on=date(2026, 10, 30), to_on=None))
        session.add(Stay(patient_id=own, kind="inpatient", from_on=date(2026, 11, 1), to_on=None))
        session.add(Stay(patient_id=own, kind="inpatient", from_on=date(2026, 8, 1), to_on=date(2026, 9, 30)))
    stays = cases(desk)["a"].stays
    assert [(stay.from_on, stay.to_on) for stay in stays] == [(date(2026, 10, 30), date(2026, 10, 31))]


def test_many_patients_take_no_more_statements_than_one(desk: Desk, tmp_path: Path) -> None:
    def statements(*names: str) -> int:
        bring_in(desk, tmp_path / names[0], together(*(ready(name) for name in names)))
        counted: list[str] = []
        with session_of(desk) as session:
            bind = session.get_bind()
            event.listen(bind, "before_cursor_execute", lambda *args: counted.append(args[2]))
            gather(session, OCTOBER, ZONE, "office")
        return len(counted)

    assert statements("a") == statements(*(f"n{number}" for number in range(40))) <= 12
