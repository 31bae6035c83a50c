"""Taking another family of codes than the recommended one: never silently, and only one that is legal too."""

from dataclasses import replace

from app.rules.errors import ClinicError
from app.rules.packet_facts import AlternativeFacts, ChoiceFacts, PacketFacts
from app.rules.text import line_fault

LONGEST_REASON = 300
_ORDER = ("complex", "staff", "practitioner")


class NoSuchFamily(ClinicError):
    """The family is not among those that the month's time and record support."""

    def __init__(self) -> None:
        super().__init__("These codes are not supported by this month's time and record. Look at the month again.")


class ReasonNeeded(ClinicError):
    """A step that is recorded with its reason was asked for without one."""


def checked_reason(reason: str, what: str) -> str:
    """Return a typed reason, tidied. Raise `ReasonNeeded`, which asks for `what` in a sentence."""
    kept = " ".join(reason.split())
    if not any(letter.isalnum() for letter in kept):
        raise ReasonNeeded(what)
    if fault := line_fault(kept, LONGEST_REASON):
        raise ReasonNeeded(fault)
    return kept


def take_family(facts: PacketFacts, family: str | None, reason: str) -> PacketFacts:
    """Return the month's facts with the family that the practitioner takes (RULES.md §3.1: alternatives need a reason).

    None, or the recommended one, leaves them as they are. Raises `NoSuchFamily`, `ReasonNeeded`.
    """
    ready = facts.readiness
    if family is None or family == ready.family:
        return facts
    taken = next((other for other in ready.alternatives if other.family == family), None)
    if taken is None or ready.family is None or not ready.lines:
        raise NoSuchFamily
    kept = checked_reason(reason, "Say why these codes are taken and not the recommended ones.")
    others = [other for other in ready.alternatives if other.family != family]
    others.append(AlternativeFacts(ready.family, ready.lines))
    others.sort(key=lambda other: _ORDER.index(other.family))
    now = replace(
        ready,
        family=family,
        lines=taken.lines,
        would_bill=taken.lines,
        alternatives=tuple(others),
        next_code=None,
        minutes_to_go=None,
    )
    return replace(facts, readiness=now, choice=ChoiceFacts(ready.family, family, kept))
