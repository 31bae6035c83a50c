import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.exchange.x12_837p import claim_at, write_837p
from app.exchange.x12_reader import NotX12
from app.exchange.x12_responses import read_response
from app.rules.claim_answers import ACKNOWLEDGEMENT, CLAIM_ACKNOWLEDGEMENT, SegmentFault, Status
from tests.exchange.claim_answers import Said, a_277ca
from tests.exchange.claims import ENVELOPE, claim, validate

SENT = write_837p([claim(1), claim(2)], ENVELOPE)


def test_the_validators_own_acceptance_is_read() -> None:
    said = read_response(validate(SENT).acknowledgement)
    assert said.kind == ACKNOWLEDGEMENT
    (answer,) = said.sets
    assert (answer.group_control, answer.set_control) == (str(ENVELOPE.control_no), "0001")
    assert answer.accepted
    assert answer.faults == ()


def test_the_validators_own_refusal_names_the_segment() -> None:
    broken = SENT.replace(b"*Y*A*Y*Y~", b"*Y*Q*Y*Y~", 1)
    verdict = validate(broken)
    assert not verdict.accepted
    (answer,) = read_response(verdict.acknowledgement).sets
    assert not answer.accepted
    assert answer.code == "R"
    assert answer.faults == (SegmentFault("CLM", 19, ("8", "7")),)
    assert claim_at(SENT, 19) == "2610-000001-1"


def test_a_place_in_a_file_leads_to_its_claim() -> None:
    names = [segment.split("*") for segment in SENT.decode("ascii").split("~")][2:]
    claims = [at for at, segment in enumerate(names, 1) if segment[0] == "CLM"]
    assert [claim_at(SENT, at) for at in claims] == ["2610-000001-1", "2610-000002-1"]
    assert [claim_at(SENT, at) for at in (0, 1, 5, 9, 999_999)] == ["", "", "", "", "2610-000002-1"]


def test_a_277ca_that_the_map_accepts_is_read() -> None:
    data = a_277ca(
        [
            Said("2610-000001-1", "A2:20", payer_no="1126001234567"),
            Said("2610-000002-1", "A7:500:IL", more=("A8:145:82",)),
        ]
    )
    assert validate(data).accepted
    said = read_response(data)
    assert (said.kind, said.control, said.sender) == (CLAIM_ACKNOWLEDGEMENT, "000000905", "05102")
    (batch,) = said.batches
    assert (batch.reference, batch.accepted, batch.on) == (str(ENVELOPE.control_no), True, "2026-11-03")
    taken, refused = said.claims
    assert (taken.claim_no, taken.accepted, taken.payer_no, taken.cents) == (
        "2610-000001-1",
        True,
        "1126001234567",
        23_550,
    )
    assert not refused.accepted
    assert Status("A7", "500", "IL") in refused.statuses
    assert Status("A8", "145", "82") in refused.statuses
    assert refused.on == "2026-11-03"


def test_a_batch_that_is_turned_back_whole_is_read() -> None:
    # The validator's map asks for a billing provider also here, where the guide has none.
    said = read_response(a_277ca([], whole="A3:24:41"))
    assert said.claims == ()
    assert [(batch.reference, batch.accepted) for batch in said.batches] == [(str(ENVELOPE.control_no), False)]


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "no answer"),
        (b"name,date\r\nAda,2026", "does not begin with an interchange"),
        ("ISA Łódź".encode(), "signs that such files never have"),
        (SENT, "a claim file \\(837\\)"),
        (a_277ca([Said("x")])[:-30], "no end"),
        (a_277ca([Said("x")])[:400], "no end"),
        (a_277ca([Said("x")]).replace(b"SE*21*", b"SE*24*"), "says it has 24 segments"),
        (a_277ca([Said("x")]).replace(b"X214", b"X212"), "another kind"),
        (a_277ca([Said("x")]).replace(b"IEA*1*000000905", b"IEA*1*000000906"), "two numbers"),
        (a_277ca([Said("x")]).replace(b"TRN*2*x~", b"TRN*9*x~"), "without its number"),
        (b"\x00" * 200, "does not begin"),
        (SENT[:106] + b"TA1*217386102*261102*0905*R*006~IEA*1*217386102~", "could not read the file 217386102"),
        (SENT[:106] + b"TA1*217386102*261102*0905*A*000~IEA*1*217386102~", "took in the file"),
    ],
)
def test_any_other_file_is_refused_with_a_reason(data: bytes, words: str) -> None:
    with pytest.raises(NotX12, match=words):
        read_response(data)


@given(st.data())
def test_a_damaged_answer_is_read_or_refused_and_never_anything_else(data: st.DataObject) -> None:
    good = bytearray(a_277ca([Said("2610-000001-1"), Said("2610-000002-1", "A7:500:IL")]))
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(good) - 1))
        good[at : at + data.draw(st.integers(0, 6))] = data.draw(st.binary(max_size=6))
    try:
        said = read_response(bytes(good))
    except NotX12:
        return
    assert said.kind in {ACKNOWLEDGEMENT, CLAIM_ACKNOWLEDGEMENT}
