"""What clinics were made to pay back, and what sellers of such programs say wrongly: CareLoop refuses each.

The audits: OIG A-07-17-05101 (2019) and its follow-up (2021). The sellers' mistakes are numbered as in RULES.md §0.1.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from app.assets import load_rule_book
from app.models import Packet
from app.rules.errors import ClinicError
from app.rules.month import Month
from app.services.desk import Desk
from app.services.month_end import NotReady
from app.services.readiness import BoardRow
from tests.services.clinic_month import (
    NURSE_PRACTITIONER,
    OCTOBER,
    Rows,
    bring_in,
    conditions,
    enrolled,
    entry,
    number_of,
    ready,
)
from tests.services.test_month_end import PASSPHRASE, packets

CCM = {"99490", "99439", "99487", "99489", "99491", "99437"}
FAMILIES = ({"99490", "99439"}, {"99487", "99489"}, {"99491", "99437"})


@pytest.fixture
def out(tmp_path: Path) -> Path:
    return tmp_path / "out"


def month_of(desk: Desk, tmp_path: Path, **files: Rows) -> BoardRow:
    """Bring in a ready patient with these files changed, and return their row."""
    given: dict[str, Any] = {**ready("a"), **files}
    bring_in(desk, tmp_path / "in", given)
    (row,) = desk.readiness.board(desk.actor, OCTOBER).rows
    return row


def calls(minutes: int, role: str = "clinical_staff", **changes: str) -> list[dict[str, str]]:
    """Entries of 30 minutes on days of their own, and the rest."""
    rows = []
    for at, left in enumerate(range(minutes, 0, -30)):
        wide = min(left, 30)
        end = f"{5 + at:02d}T09:{wide:02d}:00" if wide < 60 else f"{5 + at:02d}T10:00:00"
        rows.append(entry(f"t{at}", "a", f"{5 + at:02d}T09:00:00", end, role=role, **changes))
    return rows


def service(code: str, by: str = "same_practitioner") -> list[dict[str, str]]:
    return [{"patient_id": "a", "code": code, "on": "2026-10-03", "by": by}]


def codes(row: BoardRow) -> list[tuple[str, int]]:
    return [(line.code, line.units) for line in row.lines]


def blockers(row: BoardRow) -> set[str]:
    return {found.code for found in row.blockers}


def refused(desk: Desk, out: Path) -> None:
    """The month cannot be approved, and closing it makes no packet of the patient."""
    with pytest.raises(NotReady):
        desk.month_end.approve(desk.actor, number_of(desk, "a"), OCTOBER, PASSPHRASE)
    made = desk.month_end.make(desk.actor, OCTOBER, out, passphrase=PASSPHRASE, close=True)
    assert made.packets == ()
    assert made.not_ready == 1


def test_oig_the_same_patient_is_never_billed_twice_for_a_month(desk: Desk, tmp_path: Path, out: Path) -> None:
    month_of(desk, tmp_path)
    desk.month_end.make(desk.actor, OCTOBER, out, passphrase=PASSPHRASE, close=True)
    for again in range(3):
        desk.month_end.make(desk.actor, OCTOBER, out.with_name(f"out{again}"), passphrase=PASSPHRASE, close=True)
    assert packets(desk) == {"CL-2026-10-0001-r1": "final"}
    with pytest.raises(NotReady):
        desk.month_end.approve(desk.actor, number_of(desk, "a"), OCTOBER, PASSPHRASE)
    with pytest.raises(IntegrityError), desk.opened.ledger.writing(desk.actor, "month.make") as work:  # nor by a fault
        row = work.session.scalars(select(Packet)).one()
        values = {column.key: getattr(row, column.key) for column in Packet.__table__.columns if column.key != "id"}
        work.session.add(Packet(**{**values, "packet_no": "CL-2026-10-0001-r2", "revision": 2}))
        work.session.flush()


def test_oig_what_was_billed_from_elsewhere_is_not_billed_here(desk: Desk, tmp_path: Path, out: Path) -> None:
    row = month_of(desk, tmp_path, services=service("99490"))
    assert "ALREADY_BILLED" in blockers(row)
    refused(desk, out)


@pytest.mark.parametrize(
    ("code", "by", "blocker"),
    [
        ("99490", "other", "OTHER_BILLER"),
        ("99487", "same_practice", "OTHER_BILLER"),
        ("G0181", "same_practitioner", "G0181_G0182"),
        ("G0182", "same_practitioner", "G0181_G0182"),
        ("90960", "same_practitioner", "ESRD_MCP"),
        ("99424", "same_practitioner", "PCM_SAME_PRACTITIONER"),
        ("G0557", "same_practice", "APCM_SAME_MONTH"),
    ],
)
def test_oig_overlapping_services_are_not_billed(  # noqa: PLR0917 - fixtures
    desk: Desk, tmp_path: Path, out: Path, code: str, by: str, blocker: str
) -> None:
    row = month_of(desk, tmp_path, services=service(code, by))
    assert blocker in blockers(row)
    refused(desk, out)


def test_oig_complex_and_other_care_are_never_on_one_claim(desk: Desk, tmp_path: Path, out: Path) -> None:
    """Also 8 of the sellers' mistakes: 99490 and 99491 do not stand together in a month."""
    row = month_of(
        desk,
        tmp_path,
        enrolment=[enrolled("a", mdm_level="high", mdm_documented_on="2026-10-12")],
        time=[*calls(90), entry("p", "a", "20T09:00:00", "20T09:45:00", role="practitioner", staff="1234567893")],
    )
    assert {code for code, _ in codes(row)} <= FAMILIES[1]
    own = row.patient_id
    for family, legal in zip(("staff", "practitioner"), (FAMILIES[0], FAMILIES[2]), strict=True):
        with pytest.raises(ClinicError, match="why these codes"):
            desk.month_end.approve(desk.actor, own, OCTOBER, PASSPHRASE, family=family)
        desk.month_end.approve(
            desk.actor, own, OCTOBER, PASSPHRASE, family=family, reason="The plan was not revised this month"
        )
        facts = desk.month_end.preview(desk.actor, own, OCTOBER).facts
        assert {line.code for line in facts.readiness.lines} <= legal
        assert facts.choice is not None
        assert facts.choice.recommended == "complex"
    made = desk.month_end.make(desk.actor, OCTOBER, out, close=True)
    assert made.finals == 1
    text = (out / "charges.csv").read_text(encoding="utf-8-sig")
    assert "99491" in text
    (row,) = desk.readiness.board(desk.actor, OCTOBER).rows
    assert codes(row) == [("99491", 1)]  # the board says what is billed
    assert not any(code in text for code in ("99490", "99487"))


def test_1_complex_care_needs_two_conditions_and_no_revised_plan(desk: Desk, tmp_path: Path) -> None:
    row = month_of(
        desk,
        tmp_path,
        enrolment=[enrolled("a", mdm_level="moderate", mdm_documented_on="2026-10-12", plan_reviewed_on="2026-01-05")],
        time=calls(60),
    )
    assert codes(row) == [("99487", 1)]
    assert row.state == "ready"


def test_2_and_3_each_add_on_goes_with_its_own_base(desk: Desk, tmp_path: Path) -> None:
    row = month_of(desk, tmp_path, time=calls(60, role="practitioner", staff="1234567893"))
    assert codes(row) == [("99491", 1), ("99437", 1)]
    assert row.family == "practitioner"  # and not complex


def test_4_a_month_without_contact_is_a_warning_and_no_obstacle(desk: Desk, tmp_path: Path) -> None:
    row = month_of(desk, tmp_path, time=calls(25, contact="none", activity="record_review"))
    assert row.state == "ready"
    assert "W_NO_CONTACT" in {found.code for found in row.warnings}


def test_5_a_month_with_transitional_care_can_be_billed(desk: Desk, tmp_path: Path) -> None:
    row = month_of(desk, tmp_path, services=service("99495"))
    assert row.state == "ready"
    assert "W_TCM_SAME_MONTH" in {found.code for found in row.warnings}


def test_6_a_spoken_consent_is_enough(desk: Desk, tmp_path: Path) -> None:
    spoken = [enrolled("a", consent_method="verbal")]
    assert month_of(desk, tmp_path, enrolment=spoken).state == "ready"


@pytest.mark.parametrize(
    ("changes", "blocker"),
    [
        ({"consent_on": "", "consent_method": "", "consent_npi": ""}, "NO_CONSENT"),
        ({"told_cost_sharing": "no"}, "CONSENT_INCOMPLETE"),
        ({"consent_npi": NURSE_PRACTITIONER}, "CONSENT_OTHER_PRACTITIONER"),
        ({"revoked_on": "2026-09-30"}, "REVOKED_PRIOR_MONTH"),
        ({"plan_signed_on": ""}, "PLAN_UNSIGNED"),
        ({"plan_copy_given_on": ""}, "PLAN_COPY_NOT_GIVEN"),
        ({"coverage": "none"}, "NO_PART_B"),
        ({"billing_kind": "other"}, "BILLER_INELIGIBLE"),
        ({"last_seen_on": "", "new_patient": "yes"}, "INIT_VISIT_MISSING"),
    ],
)
def test_what_an_auditor_would_take_back_is_not_billed(
    desk: Desk, tmp_path: Path, out: Path, changes: Mapping[str, str], blocker: str
) -> None:
    told = {"told_availability": "", "told_cost_sharing": "", "told_one_practitioner": "", "told_right_to_stop": ""}
    wanted = {**told, **changes} if blocker == "NO_CONSENT" else dict(changes)
    row = month_of(desk, tmp_path, enrolment=[enrolled("a", **wanted)])
    assert blocker in blockers(row)
    refused(desk, out)


def test_two_conditions_of_twelve_months_and_risk_are_needed(desk: Desk, tmp_path: Path, out: Path) -> None:
    row = month_of(desk, tmp_path, qualifying=conditions("a", "E11.9"))
    assert "COND_LT_2" in blockers(row)
    refused(desk, out)


def test_7_rural_clinics_bill_the_single_codes_and_no_g0511() -> None:
    """From 2025-10 on; before that their months are not known to the program at all."""
    book = load_rule_book()
    assert book.knows(Month(2025, 10), "rhc")
    assert not book.knows(Month(2025, 9), "rhc")
    assert {code for family in FAMILIES for code in family} == CCM


def test_8_staff_and_practitioner_families_do_not_stand_together(desk: Desk, tmp_path: Path, out: Path) -> None:
    row = month_of(
        desk,
        tmp_path,
        time=[*calls(25), entry("p", "a", "20T09:00:00", "20T09:45:00", role="practitioner", staff="1234567893")],
    )
    assert len([family for family in FAMILIES if {code for code, _ in codes(row)} & family]) == 1
    desk.month_end.make(desk.actor, OCTOBER, out, passphrase=PASSPHRASE, close=True)
    text = (out / "charges.csv").read_text(encoding="utf-8-sig")
    assert len([family for family in FAMILIES if any(code in text for code in family)]) == 1


def test_9_every_step_of_a_close_is_in_the_audit_trail(desk: Desk, tmp_path: Path, out: Path) -> None:
    """Audit controls, 45 CFR 164.312(b), are required and not addressable: there is no way around them."""
    month_of(desk, tmp_path)
    before = desk.integrity.check(desk.actor).audit_events
    desk.month_end.make(desk.actor, OCTOBER, out, passphrase=PASSPHRASE, close=True)
    found = desk.integrity.check(desk.actor)
    assert found.faults == ()
    assert found.audit_events >= before + 3  # the approval, the packet, the close


@pytest.mark.parametrize(
    ("end", "state"), [("05T09:19:30", "short"), ("05T09:19:59", "short"), ("05T09:20:00", "ready")]
)
def test_the_rival_rounds_up_and_we_do_not(desk: Desk, tmp_path: Path, end: str, state: str) -> None:
    assert month_of(desk, tmp_path, time=[entry("t", "a", "05T09:00:00", end)]).state == state


@pytest.mark.parametrize("minutes", [80, 200])
def test_the_rival_bills_without_a_cap_and_we_do_not(desk: Desk, tmp_path: Path, minutes: int) -> None:
    assert codes(month_of(desk, tmp_path, time=calls(minutes))) == [("99490", 1), ("99439", 2)]


def test_the_rivals_total_can_be_stale_and_ours_is_worked_out_anew(desk: Desk, tmp_path: Path, out: Path) -> None:
    """The sum of the seconds on the packet is the sum of its own entries, or the packet is not printed."""
    month_of(desk, tmp_path, time=calls(47))
    desk.month_end.make(desk.actor, OCTOBER, out, passphrase=PASSPHRASE, close=True)
    facts = desk.month_end.preview(desk.actor, number_of(desk, "a"), OCTOBER).facts
    assert sum(row.counted_seconds for row in facts.time) == facts.readiness.pooled_seconds == 47 * 60


def test_one_minute_of_one_nurse_is_not_billed_to_two_patients(desk: Desk, tmp_path: Path) -> None:
    files: dict[str, Any] = ready("a")
    other: dict[str, Any] = ready("b")  # the same nurse at the same time
    both = {name: [*files[name], *other[name]] for name in files}
    bring_in(desk, tmp_path / "in", both)
    states = {
        row.external_id: (row.state, row.pooled_seconds) for row in desk.readiness.board(desk.actor, OCTOBER).rows
    }
    assert states == {"a": ("short", 0), "b": ("short", 0)}
