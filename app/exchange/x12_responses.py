"""What comes back for a claim file: the implementation acknowledgement (999) and the claim acknowledgement (277CA)."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from app.exchange.x12_reader import NotX12, Segment, TransactionSet, read_x12
from app.rules.claim_answers import (
    ACKNOWLEDGEMENT,
    CLAIM_ACKNOWLEDGEMENT,
    BatchAnswer,
    ClaimAnswer,
    ResponseFile,
    SegmentFault,
    SetAnswer,
    Status,
)
from app.rules.claim_status import REJECTING_CATEGORIES

_KNOWN = {
    ("999", "005010X231"): ACKNOWLEDGEMENT,
    ("999", "005010X231A1"): ACKNOWLEDGEMENT,
    ("277", "005010X214"): CLAIM_ACKNOWLEDGEMENT,
}
_CLAIM_FILE = "837"


def read_response(data: bytes) -> ResponseFile:
    """Return what a 999 or a 277CA says. Raises `NotX12` for any other file, and for one that is cut off or damaged."""
    sets = read_x12(data)
    kinds = {_KNOWN.get((each.kind, each.version)) for each in sets}
    if len(kinds) != 1 or None in kinds:
        raise NotX12(_foreign(sets))
    first = sets[0]
    if kinds == {ACKNOWLEDGEMENT}:
        answers = tuple(answer for each in sets for answer in _read_999(each))
        if not answers:
            raise NotX12("This acknowledgement (999) answers no claim file.")
        return ResponseFile(ACKNOWLEDGEMENT, first.interchange_control, first.sender, sets=answers)
    read = [_read_277(each) for each in sets]
    batches = tuple(batch for batches, _ in read for batch in batches)
    claims = tuple(claim for _, claims in read for claim in claims)
    return ResponseFile(CLAIM_ACKNOWLEDGEMENT, first.interchange_control, first.sender, batches=batches, claims=claims)


def _foreign(sets: tuple[TransactionSet, ...]) -> str:
    named = {
        "837": "a claim file (837)",
        "835": "a remittance advice (835)",
        "270": "an eligibility inquiry (270)",
        "271": "an eligibility answer (271)",
        "276": "a claim status inquiry (276)",
        "997": "an acknowledgement of an older kind (997)",
    }
    other = next(each for each in sets if (each.kind, each.version) not in _KNOWN or len(sets) > 1)
    what = named.get(other.kind, "an X12 file of another kind")
    return f"This is {what}. CareLoop reads the acknowledgements 999 (005010X231) and 277CA (005010X214)."


def _read_999(answer: TransactionSet) -> Iterator[SetAnswer]:
    group = set_control = ""
    faults: list[SegmentFault] = []
    kind = ""
    for segment in answer.segments:
        match segment.name:
            case "AK1":
                group = segment.at(2)
            case "AK2":
                kind, set_control, faults = segment.at(1), segment.at(2), []
            case "IK3":
                faults.append(_fault(segment))
            case "IK4" if faults:
                last = faults[-1]
                code = segment.at(3)
                faults[-1] = SegmentFault(last.segment, last.position, (*last.codes, *([code] if code else [])))
            case "IK5":
                code = segment.at(1)
                if kind == _CLAIM_FILE:
                    yield SetAnswer(group, set_control, code in {"A", "E"}, code, tuple(faults))
            case "AK9" if not set_control:  # a group that was refused whole, before its sets were looked at
                yield SetAnswer(group, "", segment.at(1) in {"A", "E"}, segment.at(1))
            case _:
                pass


def _fault(segment: Segment) -> SegmentFault:
    place = segment.at(2)
    codes = (segment.at(4),) if segment.at(4) else ()
    return SegmentFault(segment.at(1), int(place) if place.isdecimal() and len(place) < 9 else 0, codes)


@dataclass(slots=True)
class _Told:
    """What has been read of one claim, or of another level of a 277CA."""

    level: str = ""
    trace: str = ""
    accepted: bool = True
    on: str = ""
    cents: int | None = None
    payer_no: str = ""
    statuses: list[Status] = field(default_factory=list)
    in_line: bool = False


def _read_277(answer: TransactionSet) -> tuple[list[BatchAnswer], list[ClaimAnswer]]:
    told = _Told()
    all_told = []
    for segment in answer.segments:
        another = segment.name == "TRN" and segment.at(1) == "2" and bool(told.statuses)  # of the same patient
        if segment.name == "HL" or another:
            all_told.append(told)
            told = _Told(level=told.level if another else segment.at(3))
        _hear(told, segment, answer)
    all_told.append(told)
    spoken = [each for each in all_told if each.statuses]
    batches = [BatchAnswer(it.trace, it.accepted, tuple(it.statuses), it.on) for it in spoken if it.level == "21"]
    claims = [
        ClaimAnswer(it.trace, it.accepted, tuple(it.statuses), it.on, it.cents, it.payer_no)
        for it in spoken
        if it.level == "PT"
    ]
    if not all(claim.claim_no for claim in claims):
        raise NotX12("The file is damaged: it speaks of a claim without its number.")
    if not batches and not claims:
        raise NotX12("This acknowledgement (277CA) says nothing of a file or a claim.")
    return batches, claims


def _hear(told: _Told, segment: Segment, answer: TransactionSet) -> None:
    match segment.name:
        case "TRN" if segment.at(1) == "2":
            told.trace = segment.at(2)
        case "SVC":
            told.in_line = True
        case "REF" if segment.at(1) == "1K" and not told.in_line:
            told.payer_no = segment.at(2)
        case "STC":
            _hear_status(told, segment, answer)
        case _:
            pass


def _hear_status(told: _Told, segment: Segment, answer: TransactionSet) -> None:
    for number in (1, 10, 11):
        category, status, entity, *_ = [*answer.parts(segment.at(number)), "", ""]
        if category:
            told.statuses.append(Status(category, status, entity))
            told.accepted = told.accepted and category not in REJECTING_CATEGORIES
    if segment.at(3) == "U":
        told.accepted = False
    if not told.in_line:
        told.on = _iso(segment.at(2)) or told.on
        told.cents = _cents(segment.at(4)) if segment.at(4) else told.cents


def _iso(day: str) -> str:
    return f"{day[:4]}-{day[4:6]}-{day[6:]}" if len(day) == 8 and day.isdecimal() else ""


def _cents(amount: str) -> int | None:
    whole, _, part = amount.partition(".")
    if not (whole + part).isdecimal() or len(part) > 2 or len(whole) > 12:
        return None
    return int(whole or "0") * 100 + int(part.ljust(2, "0") or "0")
