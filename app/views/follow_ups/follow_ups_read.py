"""What the follow-ups page shows, read in one go, and whose part of it is looked at."""

from collections.abc import Sequence
from dataclasses import dataclass

from app.services.desk import Desk
from app.services.escalations import EscalationRow
from app.services.follow_up_rows import FollowUpRow
from app.services.incomplete_cycles import IncompleteCycle


@dataclass(frozen=True, slots=True)
class FollowUpsRead:
    """Everything that is open, and the follow-ups that were closed."""

    follow_ups: tuple[FollowUpRow, ...] = ()
    closed: tuple[FollowUpRow, ...] = ()
    escalations: tuple[EscalationRow, ...] = ()
    cycles: tuple[IncompleteCycle, ...] = ()

    @property
    def overdue(self) -> tuple[FollowUpRow, ...]:
        return tuple(row for row in self.follow_ups if row.is_overdue)

    def owners(self) -> dict[int, str]:
        """Return who owns something here, by name."""
        found = {row.owner_id: row.owner for row in (*self.follow_ups, *self.closed)}
        found |= {row.raised_by_id: row.raised_by for row in self.escalations}
        found |= {row.person_id: row.person for row in self.cycles if row.person_id is not None}
        return dict(sorted(found.items(), key=lambda each: each[1].casefold()))

    def of(self, person_id: int | None, me: int) -> "FollowUpsRead":
        """Return what one person owns, raised, or may answer; all where None is asked for."""
        if person_id is None:
            return self

        def is_theirs(row: EscalationRow) -> bool:
            return person_id in (row.raised_by_id, row.to_person_id) or (person_id == me and row.may_answer)

        return FollowUpsRead(
            _owned(self.follow_ups, person_id),
            _owned(self.closed, person_id),
            tuple(row for row in self.escalations if is_theirs(row)),
            tuple(row for row in self.cycles if row.person_id in (None, person_id)),
        )


def read_follow_ups(desk: Desk) -> FollowUpsRead:
    """Read all lists, each in its service's order."""
    actor = desk.actor
    return FollowUpsRead(
        desk.follow_ups.rows(actor),
        desk.follow_ups.rows(actor, state="closed"),
        desk.escalations.rows(actor),
        desk.follow_ups.incomplete(actor),
    )


def _owned(rows: Sequence[FollowUpRow], person_id: int) -> tuple[FollowUpRow, ...]:
    return tuple(row for row in rows if row.owner_id == person_id)
