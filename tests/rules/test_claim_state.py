"""Where a claim stands, whatever happens to it in whatever order."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.rules.claim_state import (
    ACCEPTED,
    AGAIN,
    DENIED,
    EXPORTED,
    PAID,
    READY,
    REJECTED,
    STATES,
    SUBMITTED,
    VOIDED,
    WRITTEN_OFF,
    Happening,
    deadline_of,
    frequencies,
    may_become,
    standing_of,
)

DAY = date(2026, 11, 3)
KINDS = (
    *("exported", "submitted", "file_accepted", "file_rejected", "accepted", "rejected", "denied", "paid"),
    *("resubmission", "written_off", "overpayment", "overpayment_settled"),
)


def after(*kinds: str, sending: int = 1) -> str:
    return standing_of([Happening(kind, DAY, sending) for kind in kinds]).state


@pytest.mark.parametrize(
    ("kinds", "state"),
    [
        ((), READY),
        (("exported",), EXPORTED),
        (("exported", "submitted"), SUBMITTED),
        (("exported", "file_accepted"), SUBMITTED),
        (("exported", "file_rejected"), REJECTED),
        (("exported", "submitted", "accepted"), ACCEPTED),
        (("exported", "rejected", "accepted"), ACCEPTED),
        (("exported", "accepted", "file_accepted"), ACCEPTED),
        (("exported", "accepted", "denied"), DENIED),
        (("exported", "accepted", "denied", "paid"), PAID),
        (("exported", "denied", "accepted"), DENIED),
        (("exported", "paid", "rejected"), PAID),
        (("exported", "rejected", "resubmission"), AGAIN),
        (("exported", "rejected", "resubmission", "accepted"), AGAIN),
        (("exported", "written_off", "paid"), WRITTEN_OFF),
        (("submitted",), READY),
    ],
)
def test_what_happened_leads_to_where_it_stands(kinds: tuple[str, ...], state: str) -> None:
    assert after(*kinds) == state


def test_an_answer_to_an_earlier_sending_moves_nothing() -> None:
    happened = [Happening("exported", DAY, 1), Happening("rejected", DAY, 1), Happening("resubmission", DAY, 1)]
    happened += [Happening("exported", DAY, 2), Happening("accepted", DAY, 1)]
    assert standing_of(happened).state == EXPORTED


def test_a_void_that_is_accepted_takes_the_claim_back() -> None:
    happened = [Happening("exported", DAY, 1), Happening("accepted", DAY, 1, payer_no="X1")]
    happened += [Happening("resubmission", DAY, 1, frequency="8"), Happening("exported", DAY, 2, frequency="8")]
    assert standing_of(happened).payer_no == "X1"
    assert standing_of([*happened, Happening("accepted", DAY, 2)]).state == VOIDED


@given(st.lists(st.builds(Happening, st.sampled_from(KINDS), st.just(DAY), st.integers(0, 3)), max_size=12))
def test_every_history_has_a_standing_and_no_claim_is_ready_once_it_left(happened: list[Happening]) -> None:
    standing = standing_of(happened)
    assert standing.state in STATES
    if any(each.kind == "exported" for each in happened):
        assert standing.state != READY
    if standing.state in {READY, AGAIN, VOIDED, WRITTEN_OFF}:
        assert frequencies(standing) == ()
    assert may_become(standing, "overpayment_settled") is (standing.overpaid_on is not None)
    deadline = deadline_of(standing, DAY)
    assert deadline is None or deadline.on > DAY


def test_the_deadlines_are_those_of_the_regulations() -> None:
    served = date(2026, 10, 31)
    waiting = deadline_of(standing_of([Happening("exported", DAY, 1)]), served)
    assert waiting is not None
    assert (waiting.what, waiting.on) == ("file", date(2027, 10, 31))
    denied = deadline_of(standing_of([Happening("exported", DAY, 1), Happening("denied", DAY, 1)]), served)
    assert denied is not None
    assert (denied.what, denied.on) == ("appeal", date(2027, 3, 3))
    over = [Happening("exported", DAY, 1), Happening("paid", DAY, 1), Happening("overpayment", DAY)]
    found = deadline_of(standing_of(over), served)
    assert found is not None
    assert (found.what, found.on) == ("return", date(2027, 1, 2))
    assert deadline_of(standing_of([*over, Happening("overpayment_settled", DAY)]), served) is None
    assert deadline_of(standing_of(()), date(2028, 2, 29)).on == date(2029, 2, 28)  # type: ignore[union-attr]
