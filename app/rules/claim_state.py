"""The standing of a claim, read from what happened to it, and what may be done with it next."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, timedelta

from app.rules.claim_facts import ORIGINAL, REPLACEMENT, VOID

READY, AGAIN, EXPORTED, SUBMITTED, ACCEPTED = "ready", "again", "exported", "submitted", "accepted"
REJECTED, DENIED, PAID, VOIDED, WRITTEN_OFF = "rejected", "denied", "paid", "voided", "written_off"
STATES = (READY, AGAIN, EXPORTED, SUBMITTED, ACCEPTED, REJECTED, DENIED, PAID, VOIDED, WRITTEN_OFF)
"""`ready`: never sent. `again`: to be sent once more. `rejected`: turned back unread; `denied`: after it was judged."""

OUT = frozenset({EXPORTED, SUBMITTED, ACCEPTED, PAID, DENIED})
"""The payer has the claim, or may have it."""
OVER = frozenset({PAID, VOIDED, WRITTEN_OFF})

_BY_PAYER = frozenset({"file_accepted", "file_rejected", "accepted", "rejected", "denied", "paid"})
_TO = {
    "exported": EXPORTED,
    "submitted": SUBMITTED,
    "file_rejected": REJECTED,
    "accepted": ACCEPTED,
    "rejected": REJECTED,
    "denied": DENIED,
    "paid": PAID,
    "resubmission": AGAIN,
    "written_off": WRITTEN_OFF,
}
# What a claim may be in for an event to move it; a late answer never takes back a later one.
_FROM = {
    "submitted": {EXPORTED},
    "file_accepted": {EXPORTED},
    "file_rejected": {EXPORTED, SUBMITTED},
    "accepted": {EXPORTED, SUBMITTED, REJECTED},
    "rejected": {EXPORTED, SUBMITTED, ACCEPTED},
    "denied": {EXPORTED, SUBMITTED, ACCEPTED, PAID},
    "paid": {EXPORTED, SUBMITTED, ACCEPTED, DENIED},
}

OVERPAYMENT_DAYS = 60  # 42 CFR 401.305: reported and returned within 60 days after it was identified
APPEAL_DAYS = 120  # 42 CFR 405.942: a redetermination is asked for within 120 days after the notice


@dataclass(frozen=True, slots=True)
class Happening:
    """One event of a claim, in the order in which they were recorded. `sending` is the attempt it is about, or 0."""

    kind: str
    on: date
    sending: int = 0
    codes: tuple[str, ...] = ()
    payer_no: str = ""
    frequency: str = ""


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a claim stands.

    `frequency` is that of the newest sending, or of the one to come (`again`). `codes` are the payer's newest words on
    the newest sending, `overpaid_on` the day an overpayment was found that is not settled yet.
    """

    state: str
    frequency: str = ORIGINAL
    submitted_on: date | None = None
    answered_on: date | None = None
    codes: tuple[str, ...] = ()
    payer_no: str = ""
    overpaid_on: date | None = None
    sending: int = 0


def standing_of(happenings: Iterable[Happening]) -> Standing:
    """Return where the happenings, oldest first, leave a claim."""
    standing = Standing(READY)
    for each in happenings:
        standing = _after(standing, each)
        if each.payer_no:
            standing = replace(standing, payer_no=each.payer_no)
    return standing


def _after(now: Standing, each: Happening) -> Standing:
    by_hand = {
        "overpayment": replace(now, overpaid_on=now.overpaid_on or each.on),
        "overpayment_settled": replace(now, overpaid_on=None),
        "resubmission": replace(now, state=AGAIN, frequency=each.frequency or ORIGINAL),
        "written_off": replace(now, state=WRITTEN_OFF),
        "exported": Standing(
            EXPORTED,
            each.frequency or ORIGINAL,
            payer_no=now.payer_no,
            overpaid_on=now.overpaid_on,
            sending=each.sending,
        ),
    }
    if each.kind in by_hand:
        return by_hand[each.kind]
    if each.sending not in {0, now.sending} or now.state not in _FROM.get(each.kind, ()):
        return now
    if each.kind in {"submitted", "file_accepted"}:
        now = replace(now, submitted_on=now.submitted_on or each.on)
    if each.kind in _BY_PAYER:
        now = replace(now, answered_on=each.on, codes=each.codes)
    state = _TO.get(each.kind, SUBMITTED)
    return replace(now, state=VOIDED if state == ACCEPTED and now.frequency == VOID else state)


def may_become(standing: Standing, kind: str) -> bool:
    """Tell whether an event of `kind` may be recorded by hand now."""
    if kind == "written_off":
        return standing.state not in OVER
    if kind == "resubmission":
        return bool(frequencies(standing))
    if kind == "overpayment":
        return standing.state in OUT and standing.overpaid_on is None
    if kind == "overpayment_settled":
        return standing.overpaid_on is not None
    return standing.state in _FROM.get(kind, ())


def frequencies(standing: Standing) -> tuple[str, ...]:
    """Return how a claim may be sent again, the likeliest first.

    A claim that was turned back never entered the payer's books, so it is sent as a new one. One that was denied is
    sent as a new one to Medicare Part B, which takes no other; other payers want a replacement. One that stands is
    replaced or taken back.
    """
    if standing.state in {REJECTED, EXPORTED}:
        return (ORIGINAL,)
    if standing.state == DENIED:
        return (ORIGINAL, REPLACEMENT)
    if standing.state in {ACCEPTED, PAID}:
        return (REPLACEMENT, VOID)
    return ()


@dataclass(frozen=True, slots=True)
class Deadline:
    """A day by which something is due: `file`, `appeal` or `return` (an overpayment)."""

    what: str
    on: date


def deadline_of(standing: Standing, served_on: date) -> Deadline | None:
    """Return what is due next for a claim, or None.

    A claim is filed within one calendar year after the service (42 CFR 424.44).
    """
    if standing.overpaid_on is not None:
        return Deadline("return", standing.overpaid_on + timedelta(days=OVERPAYMENT_DAYS))
    if standing.state in {READY, AGAIN, EXPORTED, REJECTED}:
        return Deadline("file", _year_after(served_on))
    if standing.state == DENIED and standing.answered_on is not None:
        return Deadline("appeal", standing.answered_on + timedelta(days=APPEAL_DAYS))
    return None


def _year_after(day: date) -> date:
    try:
        return day.replace(year=day.year + 1)
    except ValueError:  # 29 February
        return day.replace(year=day.year + 1, day=28)
