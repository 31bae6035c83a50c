"""G0506, the practitioner's own assessment and care planning beyond the initiating visit: a predicate of its own."""

from collections.abc import Sequence
from datetime import date

from app.rules.facts import Facts
from app.rules.rule_book import RuleBook

CODE = "G0506"


def g0506_blockers(facts: Facts, on: date, earlier: Sequence[date], book: RuleBook) -> tuple[str, ...]:
    """Return what bars G0506 on a day; nothing when it may be billed (CY2017 PFS final rule; MLN909188).

    Once a patient and billing practitioner, on the date of an initiating visit that was needed and given, of a code it
    can be added to. `earlier` are the other days on which the same practitioner has it on record. Whether more was done
    than the visit asks for is the practitioner's to attest; it has no minutes.
    """
    found = set()
    visit = facts.initiating_visit()
    row = book.code(CODE, on)
    if not facts.initiating_visit_needed() or visit is None:
        found.add("G0506_NO_VISIT")
    else:
        if row is None or visit.code not in row.add_on_to:
            found.add("G0506_BASE_CODE")
        if visit.on != on:
            found.add("G0506_OTHER_DAY")
    if any(day != on for day in earlier):
        found.add("G0506_BEFORE")
    return tuple(sorted(found))
