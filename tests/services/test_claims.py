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
from app.services.claims.choices import ClaimForm, Offset
from app.services.claims.claims import NotNow
from app.services.claims.register import RegisterRow
from app.services.clinic_settings import ClinicForm
from app.services.desk import Desk
from app.services.practitioners import PractitionerForm
from tests.exchange.claim_answers import Said, a_277ca
from tests.exchange.claims import segments, validate
from tests.fake_clock import FakeClock
from tests.services.clinic_month import DOCTOR, OCTOBER, bring_in, number_of, ready, together
from tests.services.closed import close_october

CHOICES = ClaimForm(
    submitter_id="IL0012345",
    contact_name="Maria Lopez",
    receiver_id="05102",
    receiver_name="Midwest MAC",
    payer_id="05102",
    payer_name="Midwest MAC Part B",
)
MBIS = ("1EG4TE5MK73", "1EG4TE5MK74", "1EG4TE5MK75", "1EG4TE5MK76")


def furnish(desk: Desk, zip_code: str = "60502-1234") -> None:
    """What a clinic has typed in before it sends its first claims."""
    actor = desk.actor
    desk.clinic.edit_clinic(
        actor,
        ClinicForm(
            "Lakeside Family Clinic",
            "America/Chicago",
            address_line1="1 Lake Shore Drive",
            city="Aurora",
            state="IL",
            zip=zip_code,
            phone="3095550142",
            tin="375550142",
            group_npi="1679576722",
        ),
    )
    for code, cents in (("99490", 9_500), ("99439", 7_025), ("99491", 11_000), ("99437", 8_000), ("99487", 18_000)):
        desk.clinic.set_charge(actor, code, date(2026, 1, 1), cents)
    desk.claims.choose(actor, CHOICES)


def a_clinic(desk: Desk, tmp_path: Path, *ids: str) -> None:
    """Some ready patients, whose practitioner and Medicare numbers are known."""
    bring_in(desk, tmp_path / "in", together(*(ready(each, 25 + at, 5 + at) for at, each in enumerate(ids))))
    row = next(each for each in desk.practitioners.rows(desk.actor) if each.npi == DOCTOR)
    desk.practitioners.edit(
        desk.actor, row.id, PractitionerForm("Miriam Hale", DOCTOR, "physician", "MD", "207Q00000X")
    )
    for each, mbi in zip(ids, MBIS, strict=False):
        set_mbi(desk, each, mbi)


def set_mbi(desk: Desk, external_id: str, mbi: str) -> None:
    patient_id = number_of(desk, external_id)
    form = desk.patients.form(desk.actor, patient_id)
    desk.patients.edit(desk.actor, patient_id, replace(form, mbi=mbi))


@pytest.fixture
def closed(desk: Desk, tmp_path: Path) -> Desk:
    """October with two patients, closed."""
    furnish(desk)
    a_clinic(desk, tmp_path, "a", "b")
    close_october(desk, tmp_path / "out")
    return desk


def rows(desk: Desk) -> list[RegisterRow]:
    return desk.claims.rows(desk.actor, OCTOBER)


def states(desk: Desk) -> list[str]:
    return [row.state for row in rows(desk)]


def count(desk: Desk, table: type) -> int:
    with desk.opened.ledger.reading(desk.actor, "claim.read") as reading:
        return len(reading.session.scalars(select(table)).all())


def claim_ids(desk: Desk) -> list[int]:
    return [row.claim_id for row in rows(desk) if row.claim_id is not None]


def test_a_closed_month_is_ready_and_leaves_in_a_file_that_is_accepted(closed: Desk) -> None:
    assert states(closed) == [READY, READY]
    made = closed.claims.month_files(closed.actor, OCTOBER)
    assert (made.claimed, made.left_out) == (2, ())
    (file,) = made.files
    assert validate(file.content).accepted
    assert file.name == f"837P-2026-10-{segments(file.content)[0][13]}.txt"
    assert made.cents == file.cents == sum(row.cents for row in rows(closed))
    assert states(closed) == [EXPORTED, EXPORTED]


def test_the_sums_of_packets_and_claims_are_the_same(closed: Desk) -> None:
    (file,) = closed.claims.month_files(closed.actor, OCTOBER).files
    with closed.opened.ledger.reading(closed.actor, "claim.read") as reading:
        packets = [PacketFacts.from_json(row.facts) for row in reading.session.scalars(select(Packet))]
    charged = sum(line.charge_cents or 0 for facts in packets for line in facts.readiness.lines)
    sold = [segment[2] for segment in segments(file.content) if segment[0] == "SV1"]
    assert sum(round(float(amount) * 100) for amount in sold) == charged == file.cents


def test_a_month_is_claimed_once_however_often_it_is_asked_for(closed: Desk, clock: FakeClock) -> None:
    first = closed.claims.month_files(closed.actor, OCTOBER)
    for _ in range(3):
        clock.advance(days=1)
        again = closed.claims.month_files(closed.actor, OCTOBER)
        assert again.claimed == 0
        assert again.files == first.files
    assert count(closed, Claim) == 2
    assert count(closed, ClaimBatch) == 1


def test_the_database_itself_refuses_a_second_claim(closed: Desk) -> None:
    closed.claims.month_files(closed.actor, OCTOBER)
    row = rows(closed)[0]
    with (
        pytest.raises(IntegrityError),
        closed.opened.ledger.writing(closed.actor, "claim.work") as work,
    ):
        work.session.add(
            Claim(
                patient_id=row.patient_id,
                month="2026-10",
                opened_at=work.now,
                opened_by="x",
                person_id=closed.actor.person_id,
            )
        )
    assert count(closed, Claim) == 2


def test_a_fault_while_a_file_is_written_leaves_no_claim(closed: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> bytes:
        raise OSError("the disk is full")

    monkeypatch.setattr(closed.claims, "_write_file", broken)
    with pytest.raises(OSError, match="disk"):
        closed.claims.month_files(closed.actor, OCTOBER)
    assert count(closed, Claim) == count(closed, ClaimBatch) == 0
    monkeypatch.undo()
    assert closed.claims.month_files(closed.actor, OCTOBER).claimed == 2


def test_files_are_split_at_the_limit_under_numbers_of_their_own(closed: Desk) -> None:
    made = closed.claims.month_files(closed.actor, OCTOBER, 1)
    assert [file.claims for file in made.files] == [1, 1]
    controls = {segments(file.content)[0][13] for file in made.files}
    assert len(controls) == 2
    assert all(validate(file.content).accepted for file in made.files)


def test_control_numbers_never_come_back_not_even_when_the_clock_does(
    desk: Desk, clock: FakeClock, tmp_path: Path
) -> None:
    furnish(desk)
    a_clinic(desk, tmp_path, "a", "b")
    close_october(desk, tmp_path / "out")
    numbers = []
    for _ in range(3):
        numbers.append(segments(desk.claims.test_file(desk.actor, OCTOBER).content)[0][13])
        clock.jump(hours=-2)
    assert len(set(numbers)) == 3
    assert numbers == sorted(numbers)


def test_a_test_file_sends_no_claim(closed: Desk) -> None:
    file = closed.claims.test_file(closed.actor, OCTOBER)
    assert segments(file.content)[0][15] == "T"
    assert validate(file.content).accepted
    assert states(closed) == [READY, READY]
    read = closed.claims.read_response(closed.actor, validate(file.content).acknowledgement)
    assert (read.test_only, read.test_accepted) == (True, True)
    assert states(closed) == [READY, READY]


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
def test_what_the_clinic_lacks_keeps_all_out(
    desk: Desk, tmp_path: Path, change: dict[str, str], words: str
) -> None:
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


def test_the_999_and_the_277ca_move_the_claims(closed: Desk) -> None:
    (file,) = closed.claims.month_files(closed.actor, OCTOBER).files
    read = closed.claims.read_response(closed.actor, validate(file.content).acknowledgement)
    assert (read.kind, read.accepted, read.rejected) == ("999", 2, 0)
    assert states(closed) == [SUBMITTED, SUBMITTED]

    one, other = [row.claim_no for row in rows(closed)]
    control = segments(file.content)[0][13].lstrip("0")
    answer = a_277ca([Said(one, payer_no="1126001"), Said(other, "A7:500:IL")], control)
    read = closed.claims.read_response(closed.actor, answer)
    assert (read.accepted, read.rejected) == (1, 1)
    assert states(closed) == [ACCEPTED, REJECTED]
    assert rows(closed)[0].standing.payer_no == "1126001"
    assert rows(closed)[1].standing.codes == ("A7:500:IL",)
    history = closed.claims.history(closed.actor, claim_ids(closed)[1])
    assert [line.kind for line in history] == ["exported", "file_accepted", "rejected"]
    assert history[-1].words == ("rejected: something is not valid",)


def test_the_same_answer_twice_changes_nothing(closed: Desk) -> None:
    (file,) = closed.claims.month_files(closed.actor, OCTOBER).files
    answer = validate(file.content).acknowledgement
    closed.claims.read_response(closed.actor, answer)
    events = count(closed, ClaimEvent)
    read = closed.claims.read_response(closed.actor, answer)
    assert not read.is_new
    assert count(closed, ClaimEvent) == events
    assert count(closed, ClaimResponse) == 1


def test_a_refused_file_names_the_claim_at_fault(closed: Desk) -> None:
    (file,) = closed.claims.month_files(closed.actor, OCTOBER).files
    first, second = [segment[1] for segment in segments(file.content) if segment[0] == "CLM"]
    at = file.content.index(second.encode())
    broken = file.content[:at] + file.content[at:].replace(b"*Y*A*Y*Y~", b"*Y*Q*Y*Y~", 1)
    verdict = validate(broken)
    assert not verdict.accepted
    closed.claims.read_response(closed.actor, verdict.acknowledgement)
    by_no = {row.claim_no: row for row in rows(closed)}
    assert by_no[first].state == by_no[second].state == REJECTED
    assert any(code.startswith("CLM/") for code in by_no[second].standing.codes)
    assert not any(code.startswith("CLM/") for code in by_no[first].standing.codes)


def test_an_answer_to_something_else_is_refused_whole(closed: Desk) -> None:
    (file,) = closed.claims.month_files(closed.actor, OCTOBER).files
    (first, *_) = [row.claim_no for row in rows(closed)]
    foreign = validate(file.content.replace(segments(file.content)[0][13].lstrip("0").encode(), b"7")).acknowledgement
    for data in (foreign, a_277ca([Said(first), Said("elsewhere-1")]), b"hello", file.content):
        with pytest.raises(ClinicError, match="Nothing was changed"):
            closed.claims.read_response(closed.actor, data)
    assert count(closed, ClaimResponse) == 0
    assert states(closed) == [EXPORTED, EXPORTED]


def sent(desk: Desk) -> int:
    """The first claim's id after it left and was taken."""
    (file,) = desk.claims.month_files(desk.actor, OCTOBER).files
    control = segments(file.content)[0][13].lstrip("0")
    said = [Said(row.claim_no, payer_no=f"11260{at}") for at, row in enumerate(rows(desk))]
    desk.claims.read_response(desk.actor, a_277ca(said, control))
    return claim_ids(desk)[0]


def test_a_denial_keeps_its_codes_and_the_claim_can_be_sent_again(closed: Desk) -> None:
    claim_id = sent(closed)
    actor = closed.actor
    with pytest.raises(FieldFaults, match="CO-97"):
        closed.claims.deny(actor, claim_id, date(2026, 11, 20), codes="what")
    with pytest.raises(FieldFaults, match="adjustment code"):
        closed.claims.deny(actor, claim_id, date(2026, 11, 20), codes="N386")
    with pytest.raises(FieldFaults, match="not come yet"):
        closed.claims.deny(actor, claim_id, date(2027, 11, 20), codes="97")
    closed.claims.deny(actor, claim_id, date(2026, 11, 20), codes="co-97, n386", reason="Bundled")
    row = rows(closed)[0]
    assert (row.state, row.standing.codes) == (DENIED, ("CO-97", "N386"))
    assert row.deadline is not None
    assert (row.deadline.what, row.deadline.on) == ("appeal", date(2027, 3, 20))

    closed.claims.send_again(actor, claim_id, "7", reason="Corrected")
    assert rows(closed)[0].state == AGAIN
    made = closed.claims.month_files(actor, OCTOBER)
    assert (made.claimed, len(made.files)) == (1, 2)
    new = segments(made.files[1].content)
    assert validate(made.files[1].content).accepted
    assert ["REF", "F8", "112600"] in new
    assert next(segment for segment in new if segment[0] == "CLM")[5] == "11:B:7"
    assert count(closed, Claim) == 2
    assert rows(closed)[0].attempt == 2
    assert rows(closed)[0].state == EXPORTED


def test_a_late_answer_to_an_earlier_sending_moves_nothing(closed: Desk) -> None:
    claim_id = sent(closed)
    old = rows(closed)[0].claim_no
    closed.claims.deny(closed.actor, claim_id, date(2026, 11, 20), codes="CO-97")
    closed.claims.send_again(closed.actor, claim_id, "1", reason="New claim")
    closed.claims.month_files(closed.actor, OCTOBER)
    closed.claims.read_response(closed.actor, a_277ca([Said(old, "A7:500")], control=99))
    assert rows(closed)[0].state == EXPORTED


def test_a_claim_is_voided_with_its_own_lines(closed: Desk) -> None:
    claim_id = sent(closed)
    closed.claims.send_again(closed.actor, claim_id, "8", reason="Billed in error")
    made = closed.claims.month_files(closed.actor, OCTOBER)
    found = segments(made.files[-1].content)
    assert next(segment for segment in found if segment[0] == "CLM")[5] == "11:B:8"
    answer = a_277ca([Said(rows(closed)[0].claim_no)], control=77)
    closed.claims.read_response(closed.actor, answer)
    assert rows(closed)[0].state == VOIDED


def test_what_does_not_go_with_its_standing_is_refused(closed: Desk) -> None:
    closed.claims.month_files(closed.actor, OCTOBER)
    claim_id = claim_ids(closed)[0]
    actor = closed.actor
    with pytest.raises(FieldFaults, match="payer's number"):
        closed.claims.send_again(actor, claim_id, "7", reason="x")
    with pytest.raises(NotNow):
        closed.claims.send_again(actor, claim_id, "7", "ABC", reason="x")
    with pytest.raises(FieldFaults, match="Say why"):
        closed.claims.write_off(actor, claim_id, " ")
    closed.claims.write_off(actor, claim_id, "Patient moved away")
    assert rows(closed)[0].state == WRITTEN_OFF
    with pytest.raises(NotNow):
        closed.claims.pay(actor, claim_id, date(2026, 11, 20), 100)
    with pytest.raises(ClinicError, match="not in the register"):
        closed.claims.history(actor, 999)


def test_the_day_of_sending_is_typed_once(closed: Desk) -> None:
    closed.claims.month_files(closed.actor, OCTOBER)
    ids = claim_ids(closed)
    assert closed.claims.mark_submitted(closed.actor, ids, date(2026, 11, 3)) == 2
    assert closed.claims.mark_submitted(closed.actor, ids, date(2026, 11, 4)) == 0
    assert {row.standing.submitted_on for row in rows(closed)} == {date(2026, 11, 3)}


def test_forms_count_as_sent_once_and_print_again_the_same(closed: Desk) -> None:
    wanted = [rows(closed)[0].patient_id]
    closed.claims.set_offset(closed.actor, "", Offset(12, -5))
    first = closed.claims.print_forms(closed.actor, OCTOBER, wanted)
    assert closed.claims.print_forms(closed.actor, OCTOBER, wanted) == first
    assert states(closed) == [EXPORTED, READY]
    assert rows(closed)[0].on_paper
    assert closed.claims.month_files(closed.actor, OCTOBER).claimed == 1
    with pytest.raises(FieldFaults, match="30 mm"):
        closed.claims.set_offset(closed.actor, "", Offset(301, 0))


def test_every_row_of_the_register_is_sealed(closed: Desk) -> None:
    sent(closed)
    assert closed.integrity.check(closed.actor).faults == ()
