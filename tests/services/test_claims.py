"""The claims of a closed month, through the doors that a manager uses; judged by the validator where files leave."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from app.models import Claim, ClaimBatch, ClaimEvent, ClaimResponse, Packet
from app.rules.claim_state import ACCEPTED, AGAIN, DENIED, EXPORTED, READY, REJECTED, SUBMITTED, VOIDED, WRITTEN_OFF
from app.rules.errors import ClinicError
from app.rules.field_faults import FieldFaults
from app.rules.packet_facts import PacketFacts
from app.services.claims.choices import Offset
from app.services.claims.claims import NotNow
from app.services.claims.register import RegisterRow
from app.services.desk import Desk
from tests.exchange.claim_answers import Said, a_277ca
from tests.exchange.claims import segments, validate
from tests.fake_clock import FakeClock
from tests.services.clinic_month import OCTOBER, bring_in, number_of, ready
from tests.services.closed import MBIS, a_clinic, close_october, furnish, set_mbi


def rows(desk: Desk) -> list[RegisterRow]:
    return desk.claims.rows(desk.actor, OCTOBER)


def states(desk: Desk) -> list[str]:
    return [row.state for row in rows(desk)]


def count(desk: Desk, table: type) -> int:
    with desk.opened.ledger.reading(desk.actor, "claim.read") as reading:
        return len(reading.session.scalars(select(table)).all())


def claim_ids(desk: Desk) -> list[int]:
    return [row.claim_id for row in rows(desk) if row.claim_id is not None]


def test_a_closed_month_is_ready_and_leaves_in_a_file_that_is_accepted(closed_clinic: Desk) -> None:
    assert states(closed_clinic) == [READY, READY]
    made = closed_clinic.claims.month_files(closed_clinic.actor, OCTOBER)
    assert (made.claimed, made.left_out) == (2, ())
    (file,) = made.files
    assert validate(file.content).accepted
    assert file.name == f"837P-2026-10-{segments(file.content)[0][13]}.txt"
    assert made.cents == file.cents == sum(row.cents for row in rows(closed_clinic))
    assert states(closed_clinic) == [EXPORTED, EXPORTED]


def test_the_sums_of_packets_and_claims_are_the_same(closed_clinic: Desk) -> None:
    (file,) = closed_clinic.claims.month_files(closed_clinic.actor, OCTOBER).files
    with closed_clinic.opened.ledger.reading(closed_clinic.actor, "claim.read") as reading:
        packets = [PacketFacts.from_json(row.facts) for row in reading.session.scalars(select(Packet))]
    charged = sum(line.charge_cents or 0 for facts in packets for line in facts.readiness.lines)
    sold = [segment[2] for segment in segments(file.content) if segment[0] == "SV1"]
    assert sum(round(float(amount) * 100) for amount in sold) == charged == file.cents


def test_a_month_is_claimed_once_however_often_it_is_asked_for(closed_clinic: Desk, clock: FakeClock) -> None:
    first = closed_clinic.claims.month_files(closed_clinic.actor, OCTOBER)
    for _ in range(3):
        clock.advance(days=1)
        again = closed_clinic.claims.month_files(closed_clinic.actor, OCTOBER)
        assert again.claimed == 0
        assert again.files == first.files
    assert count(closed_clinic, Claim) == 2
    assert count(closed_clinic, ClaimBatch) == 1


def test_the_database_itself_refuses_a_second_claim(closed_clinic: Desk) -> None:
    closed_clinic.claims.month_files(closed_clinic.actor, OCTOBER)
    row = rows(closed_clinic)[0]
    with (
        pytest.raises(IntegrityError),
        closed_clinic.opened.ledger.writing(closed_clinic.actor, "claim.work") as work,
    ):
        work.session.add(
            Claim(
                patient_id=row.patient_id,
                month="2026-10",
                opened_at=work.now,
                opened_by="x",
                person_id=closed_clinic.actor.person_id,
            )
        )
    assert count(closed_clinic, Claim) == 2


def test_a_fault_while_a_file_is_written_leaves_no_claim(closed_clinic: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> bytes:
        raise OSError("the disk is full")

    monkeypatch.setattr(closed_clinic.claims, "_write_file", broken)
    with pytest.raises(OSError, match="disk"):
        closed_clinic.claims.month_files(closed_clinic.actor, OCTOBER)
    assert count(closed_clinic, Claim) == count(closed_clinic, ClaimBatch) == 0
    monkeypatch.undo()
    assert closed_clinic.claims.month_files(closed_clinic.actor, OCTOBER).claimed == 2


def test_files_are_split_at_the_limit_under_numbers_of_their_own(closed_clinic: Desk) -> None:
    made = closed_clinic.claims.month_files(closed_clinic.actor, OCTOBER, 1)
    assert [file.claims for file in made.files] == [1, 1]
    controls = {segments(file.content)[0][13] for file in made.files}
    assert len(controls) == 2
    assert all(validate(file.content).accepted for file in made.files)


def test_control_numbers_never_come_back_not_even_when_the_clock_does(closed_clinic: Desk, clock: FakeClock) -> None:
    numbers = []
    for _ in range(3):
        numbers.append(segments(closed_clinic.claims.test_file(closed_clinic.actor, OCTOBER).content)[0][13])
        clock.jump(hours=-2)
    assert len(set(numbers)) == 3
    assert numbers == sorted(numbers)


def test_a_test_file_sends_no_claim(closed_clinic: Desk) -> None:
    file = closed_clinic.claims.test_file(closed_clinic.actor, OCTOBER)
    assert segments(file.content)[0][15] == "T"
    assert validate(file.content).accepted
    assert states(closed_clinic) == [READY, READY]
    read = closed_clinic.claims.read_response(closed_clinic.actor, validate(file.content).acknowledgement)
    assert (read.test_only, read.test_accepted) == (True, True)
    assert states(closed_clinic) == [READY, READY]


def test_what_a_claim_lacks_keeps_that_patient_alone_out_and_changes_no_packet(desk: Desk, tmp_path: Path) -> None:
    furnish(desk)
    a_clinic(desk, tmp_path, "a", "b")
    set_mbi(desk, "b", "")
    made = close_october(desk, tmp_path / "out")
    assert made == 2
    with desk.opened.ledger.reading(desk.actor, "claim.read") as reading:
        before = {row.packet_no: row.facts for row in reading.session.scalars(select(Packet))}

    sent = desk.claims.month_files(desk.actor, OCTOBER)
    assert sent.claimed == 1
    (left,) = sent.left_out
    assert left.patient_id == number_of(desk, "b")
    assert left.reasons == ("The patient's Medicare number (MBI) is missing.",)
    with desk.opened.ledger.reading(desk.actor, "claim.read") as reading:
        assert {row.packet_no: row.facts for row in reading.session.scalars(select(Packet))} == before

    set_mbi(desk, "b", MBIS[1])
    later = desk.claims.month_files(desk.actor, OCTOBER)
    assert (later.claimed, later.left_out) == (1, ())
    assert later.files[0] == sent.files[0]
    assert MBIS[1].encode() in later.files[1].content


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"tin": ""}, "TIN"),
        ({"zip": "60502"}, "nine digits"),
        ({"address_line1": "PO Box 12"}, "post office box"),
        ({"address_line1": ""}, "lacks: street"),
        ({"setting": "rhc"}, "837I"),
    ],
)
def test_what_the_clinic_lacks_keeps_all_out(desk: Desk, tmp_path: Path, change: dict[str, str], words: str) -> None:
    furnish(desk)
    a_clinic(desk, tmp_path, "a")
    desk.clinic.edit_clinic(desk.actor, replace(desk.clinic.clinic(desk.actor), **change))
    close_october(desk, tmp_path / "out")
    sent = desk.claims.month_files(desk.actor, OCTOBER)
    assert sent.files == ()
    assert any(words in reason for reason in sent.left_out[0].reasons)


def test_without_a_taxonomy_or_settings_nothing_leaves_and_each_is_named(desk: Desk, tmp_path: Path) -> None:
    bring_in(desk, tmp_path / "in", ready("a"))
    close_october(desk, tmp_path / "out")
    (left,) = desk.claims.month_files(desk.actor, OCTOBER).left_out
    said = " ".join(left.reasons)
    for words in ("MBI", "TIN", "taxonomy", "no charge for 99490", "address lacks", "submitter", "payer"):
        assert words in said
    assert desk.claims.missing_for_files(desk.actor)


def test_the_999_and_the_277ca_move_the_claims(closed_clinic: Desk) -> None:
    (file,) = closed_clinic.claims.month_files(closed_clinic.actor, OCTOBER).files
    read = closed_clinic.claims.read_response(closed_clinic.actor, validate(file.content).acknowledgement)
    assert (read.kind, read.accepted, read.rejected) == ("999", 2, 0)
    assert states(closed_clinic) == [SUBMITTED, SUBMITTED]

    one, other = [row.claim_no for row in rows(closed_clinic)]
    control = segments(file.content)[0][13].lstrip("0")
    answer = a_277ca([Said(one, payer_no="1126001"), Said(other, "A7:500:IL")], control)
    read = closed_clinic.claims.read_response(closed_clinic.actor, answer)
    assert (read.accepted, read.rejected) == (1, 1)
    assert states(closed_clinic) == [ACCEPTED, REJECTED]
    assert rows(closed_clinic)[0].standing.payer_no == "1126001"
    assert rows(closed_clinic)[1].standing.codes == ("A7:500:IL",)
    history = closed_clinic.claims.history(closed_clinic.actor, claim_ids(closed_clinic)[1])
    assert [line.kind for line in history] == ["exported", "file_accepted", "rejected"]
    assert history[-1].words == ("rejected: something is not valid",)


def test_the_same_answer_twice_changes_nothing(closed_clinic: Desk) -> None:
    (file,) = closed_clinic.claims.month_files(closed_clinic.actor, OCTOBER).files
    answer = validate(file.content).acknowledgement
    closed_clinic.claims.read_response(closed_clinic.actor, answer)
    events = count(closed_clinic, ClaimEvent)
    read = closed_clinic.claims.read_response(closed_clinic.actor, answer)
    assert not read.is_new
    assert count(closed_clinic, ClaimEvent) == events
    assert count(closed_clinic, ClaimResponse) == 1


def test_a_refused_file_names_the_claim_at_fault(closed_clinic: Desk) -> None:
    (file,) = closed_clinic.claims.month_files(closed_clinic.actor, OCTOBER).files
    first, second = [segment[1] for segment in segments(file.content) if segment[0] == "CLM"]
    at = file.content.index(second.encode())
    broken = file.content[:at] + file.content[at:].replace(b"*Y*A*Y*Y~", b"*Y*Q*Y*Y~", 1)
    verdict = validate(broken)
    assert not verdict.accepted
    closed_clinic.claims.read_response(closed_clinic.actor, verdict.acknowledgement)
    by_no = {row.claim_no: row for row in rows(closed_clinic)}
    assert by_no[first].state == by_no[second].state == REJECTED
    assert any(code.startswith("CLM/") for code in by_no[second].standing.codes)
    assert not any(code.startswith("CLM/") for code in by_no[first].standing.codes)


def test_an_answer_to_something_else_is_refused_whole(closed_clinic: Desk) -> None:
    (file,) = closed_clinic.claims.month_files(closed_clinic.actor, OCTOBER).files
    (first, *_) = [row.claim_no for row in rows(closed_clinic)]
    foreign = validate(file.content.replace(segments(file.content)[0][13].lstrip("0").encode(), b"7")).acknowledgement
    for data in (foreign, a_277ca([Said(first), Said("elsewhere-1")]), b"hello", file.content):
        with pytest.raises(ClinicError, match="Nothing was changed"):
            closed_clinic.claims.read_response(closed_clinic.actor, data)
    assert count(closed_clinic, ClaimResponse) == 0
    assert states(closed_clinic) == [EXPORTED, EXPORTED]


def sent(desk: Desk) -> int:
    """The first claim's id after it left and was taken."""
    (file,) = desk.claims.month_files(desk.actor, OCTOBER).files
    control = segments(file.content)[0][13].lstrip("0")
    said = [Said(row.claim_no, payer_no=f"11260{at}") for at, row in enumerate(rows(desk))]
    desk.claims.read_response(desk.actor, a_277ca(said, control))
    return claim_ids(desk)[0]


def test_a_denial_keeps_its_codes_and_the_claim_can_be_sent_again(closed_clinic: Desk) -> None:
    claim_id = sent(closed_clinic)
    actor = closed_clinic.actor
    with pytest.raises(FieldFaults, match="CO-97"):
        closed_clinic.claims.deny(actor, claim_id, date(2026, 11, 20), codes="what")
    with pytest.raises(FieldFaults, match="adjustment code"):
        closed_clinic.claims.deny(actor, claim_id, date(2026, 11, 20), codes="N386")
    with pytest.raises(FieldFaults, match="not come yet"):
        closed_clinic.claims.deny(actor, claim_id, date(2027, 11, 20), codes="97")
    closed_clinic.claims.deny(actor, claim_id, date(2026, 11, 20), codes="co-97, n386", reason="Bundled")
    row = rows(closed_clinic)[0]
    assert (row.state, row.standing.codes) == (DENIED, ("CO-97", "N386"))
    assert row.deadline is not None
    assert (row.deadline.what, row.deadline.on) == ("appeal", date(2027, 3, 20))

    closed_clinic.claims.send_again(actor, claim_id, "7", reason="Corrected")
    assert rows(closed_clinic)[0].state == AGAIN
    made = closed_clinic.claims.month_files(actor, OCTOBER)
    assert (made.claimed, len(made.files)) == (1, 2)
    new = segments(made.files[1].content)
    assert validate(made.files[1].content).accepted
    assert ["REF", "F8", "112600"] in new
    assert next(segment for segment in new if segment[0] == "CLM")[5] == "11:B:7"
    assert count(closed_clinic, Claim) == 2
    assert rows(closed_clinic)[0].attempt == 2
    assert rows(closed_clinic)[0].state == EXPORTED


def test_a_late_answer_to_an_earlier_sending_moves_nothing(closed_clinic: Desk) -> None:
    claim_id = sent(closed_clinic)
    old = rows(closed_clinic)[0].claim_no
    closed_clinic.claims.deny(closed_clinic.actor, claim_id, date(2026, 11, 20), codes="CO-97")
    closed_clinic.claims.send_again(closed_clinic.actor, claim_id, "1", reason="New claim")
    closed_clinic.claims.month_files(closed_clinic.actor, OCTOBER)
    closed_clinic.claims.read_response(closed_clinic.actor, a_277ca([Said(old, "A7:500")], control=99))
    assert rows(closed_clinic)[0].state == EXPORTED


def test_a_claim_is_voided_with_its_own_lines(closed_clinic: Desk) -> None:
    claim_id = sent(closed_clinic)
    closed_clinic.claims.send_again(closed_clinic.actor, claim_id, "8", reason="Billed in error")
    made = closed_clinic.claims.month_files(closed_clinic.actor, OCTOBER)
    found = segments(made.files[-1].content)
    assert next(segment for segment in found if segment[0] == "CLM")[5] == "11:B:8"
    answer = a_277ca([Said(rows(closed_clinic)[0].claim_no)], control=77)
    closed_clinic.claims.read_response(closed_clinic.actor, answer)
    assert rows(closed_clinic)[0].state == VOIDED


def test_what_does_not_go_with_its_standing_is_refused(closed_clinic: Desk) -> None:
    closed_clinic.claims.month_files(closed_clinic.actor, OCTOBER)
    claim_id = claim_ids(closed_clinic)[0]
    actor = closed_clinic.actor
    with pytest.raises(FieldFaults, match="payer's number"):
        closed_clinic.claims.send_again(actor, claim_id, "7", reason="x")
    with pytest.raises(NotNow):
        closed_clinic.claims.send_again(actor, claim_id, "7", "ABC", reason="x")
    with pytest.raises(FieldFaults, match="Say why"):
        closed_clinic.claims.write_off(actor, claim_id, " ")
    closed_clinic.claims.write_off(actor, claim_id, "Patient moved away")
    assert rows(closed_clinic)[0].state == WRITTEN_OFF
    with pytest.raises(NotNow):
        closed_clinic.claims.pay(actor, claim_id, date(2026, 11, 20), 100)
    with pytest.raises(ClinicError, match="not in the register"):
        closed_clinic.claims.history(actor, 999)


def test_a_paid_claim_is_not_written_off_for_it_may_have_to_be_returned(closed_clinic: Desk) -> None:
    first = sent(closed_clinic)
    closed_clinic.claims.pay(closed_clinic.actor, first, date(2026, 11, 20), 9_500)
    with pytest.raises(NotNow, match="over already"):
        closed_clinic.claims.write_off(closed_clinic.actor, first, "Done")
    cover(closed_clinic, "a", "none")
    assert closed_clinic.claims.notice_changes(closed_clinic.actor, OCTOBER) == 1


def test_a_comma_in_a_name_moves_no_part_of_it_elsewhere(desk: Desk, tmp_path: Path) -> None:
    furnish(desk)
    a_clinic(desk, tmp_path, "a")
    own = number_of(desk, "a")
    form = desk.patients.form(desk.actor, own)
    desk.patients.edit(desk.actor, own, replace(form, family_name="O'Neil, Díaz", given_name="Ana,María"))
    close_october(desk, tmp_path)
    (file,) = desk.claims.month_files(desk.actor, OCTOBER).files
    named = next(segment for segment in segments(file.content) if segment[:2] == ["NM1", "IL"])
    assert named[3:5] == ["O'NEIL DIAZ", "ANA MARIA"]


def test_the_day_of_sending_is_typed_once(closed_clinic: Desk) -> None:
    closed_clinic.claims.month_files(closed_clinic.actor, OCTOBER)
    ids = claim_ids(closed_clinic)
    assert closed_clinic.claims.mark_submitted(closed_clinic.actor, ids, date(2026, 11, 3)) == 2
    assert closed_clinic.claims.mark_submitted(closed_clinic.actor, ids, date(2026, 11, 4)) == 0
    assert {row.standing.submitted_on for row in rows(closed_clinic)} == {date(2026, 11, 3)}


def test_forms_count_as_sent_once_and_print_again_the_same(closed_clinic: Desk) -> None:
    wanted = [rows(closed_clinic)[0].patient_id]
    closed_clinic.claims.set_offset(closed_clinic.actor, "", Offset(12, -5))
    first = closed_clinic.claims.print_forms(closed_clinic.actor, OCTOBER, wanted)
    assert closed_clinic.claims.print_forms(closed_clinic.actor, OCTOBER, wanted) == first
    assert states(closed_clinic) == [EXPORTED, READY]
    assert rows(closed_clinic)[0].on_paper
    assert closed_clinic.claims.month_files(closed_clinic.actor, OCTOBER).claimed == 1
    with pytest.raises(FieldFaults, match="30 mm"):
        closed_clinic.claims.set_offset(closed_clinic.actor, "", Offset(301, 0))


def test_every_row_of_the_register_is_sealed(closed_clinic: Desk) -> None:
    sent(closed_clinic)
    assert closed_clinic.integrity.check(closed_clinic.actor).faults == ()


def cover(desk: Desk, external_id: str, coverage: str) -> None:
    patient_id = number_of(desk, external_id)
    form = desk.patients.form(desk.actor, patient_id)
    desk.patients.edit(desk.actor, patient_id, replace(form, coverage=coverage))


def test_a_closed_fact_that_changes_starts_the_sixty_days_once(closed_clinic: Desk, clock: FakeClock) -> None:
    desk = closed_clinic
    sent(desk)
    assert desk.claims.notice_changes(desk.actor, OCTOBER) == 0
    cover(desk, "a", "none")
    clock.advance(days=2)
    assert desk.claims.notice_changes(desk.actor, OCTOBER) == 1
    assert desk.claims.notice_changes(desk.actor, OCTOBER) == 0
    row = next(each for each in rows(desk) if each.patient_id == number_of(desk, "a"))
    assert row.state == ACCEPTED
    assert row.deadline is not None
    assert (row.deadline.what, row.deadline.on) == ("return", date(2027, 1, 24))
    assert row.claim_id is not None
    said = desk.claims.history(desk.actor, row.claim_id)[-1].reason
    assert said == "The record changed after the month was closed. Codes were 99490 ×1, now none."

    desk.claims.settle_overpayment(desk.actor, row.claim_id, "Returned by cheque 1182")
    assert desk.claims.notice_changes(desk.actor, OCTOBER) == 0
    assert all(each.deadline is None for each in rows(desk))


def test_what_is_no_matter_of_billing_starts_nothing(closed_clinic: Desk) -> None:
    sent(closed_clinic)
    set_mbi(closed_clinic, "a", MBIS[3])
    assert closed_clinic.claims.notice_changes(closed_clinic.actor, OCTOBER) == 0


def test_a_month_opened_again_is_taken_back_or_sent_anew_and_never_becomes_two(
    closed_clinic: Desk, tmp_path: Path
) -> None:
    desk = closed_clinic
    first = sent(desk)
    desk.reopenings.reopen(desk.actor, OCTOBER, "Minutes were wrong", patients=[number_of(desk, "a")])
    assert desk.claims.notice_changes(desk.actor, OCTOBER) == 1
    row = next(each for each in rows(desk) if each.claim_id == first)
    assert (row.changed, row.state) == (True, ACCEPTED)
    with pytest.raises(NotNow, match="Close it first"):
        desk.claims.send_again(desk.actor, first, "7", reason="Corrected")

    close_october(desk, tmp_path / "second")
    assert desk.claims.month_files(desk.actor, OCTOBER).claimed == 0
    desk.claims.send_again(desk.actor, first, "7", reason="Corrected")
    made = desk.claims.month_files(desk.actor, OCTOBER)
    assert made.claimed == 1
    assert count(desk, Claim) == 2
    row = next(each for each in rows(desk) if each.claim_id == first)
    assert (row.changed, row.state, row.packet_no) == (False, EXPORTED, f"CL-2026-10-{row.patient_id:04d}-r2")
    assert desk.integrity.check(desk.actor).faults == ()


def test_a_claim_of_a_month_opened_for_good_can_still_be_taken_back(closed_clinic: Desk) -> None:
    first = sent(closed_clinic)
    patients = [number_of(closed_clinic, "a")]
    closed_clinic.reopenings.reopen(closed_clinic.actor, OCTOBER, "Should not be billed", patients=patients)
    closed_clinic.claims.send_again(closed_clinic.actor, first, "8", reason="Should not be billed")
    made = closed_clinic.claims.month_files(closed_clinic.actor, OCTOBER)
    found = segments(made.files[-1].content)
    assert next(segment for segment in found if segment[0] == "CLM")[5] == "11:B:8"
    assert validate(made.files[-1].content).accepted


def test_what_only_a_file_needs_does_not_keep_a_form_back(desk: Desk, tmp_path: Path) -> None:
    furnish(desk, zip_code="60502")
    a_clinic(desk, tmp_path, "a", "b")
    set_mbi(desk, "b", "")
    close_october(desk, tmp_path / "out")
    assert desk.claims.month_files(desk.actor, OCTOBER).claimed == 0
    assert desk.claims.print_forms(desk.actor, OCTOBER, [number_of(desk, "a")]).startswith(b"%PDF")
    with pytest.raises(NotNow, match="Medicare number"):
        desk.claims.print_forms(desk.actor, OCTOBER, [number_of(desk, "b")])
    assert sorted(states(desk)) == [EXPORTED, READY]
