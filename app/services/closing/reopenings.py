"""Opening a closed month again: why, with whose agreement, and what became void by it."""

from collections.abc import Callable, Collection
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.models import MonthReopening, Packet
from app.rules.errors import ClinicError
from app.rules.family_choice import checked_reason
from app.rules.month import Month
from app.rules.packet_facts import FINAL, VOID, PacketFacts
from app.rules.rule_book import RuleBook
from app.security.permissions import Actor
from app.services.closing.changes import ChangedMonth, changed_since_approval, changed_since_close
from app.services.closing.month_state import CLOSED, month_state
from app.services.closing.paper_store import stored
from app.services.closing.press import Writers, void_words
from app.services.closing.two_people import AGREE, SecondPersonNeeded, others_who_may
from app.services.door import composed, reads, writes
from app.storage.ledger import Ledger, Reading, Work

MAKE, REOPEN = "month.make", "month.reopen"


class NothingToReopen(ClinicError):
    """The month is not closed, or none of its packets is final."""

    def __init__(self, month: Month) -> None:
        super().__init__(f"{month} is not closed for these patients: there is nothing to open again.")


@dataclass(frozen=True, slots=True)
class Agreement:
    """Who agrees, with their own passphrase."""

    username: str
    passphrase: str


@dataclass(frozen=True, slots=True)
class Reopened:
    """What a reopening did: the packets that are void now, by number. `second_by` is empty where nobody could agree."""

    month: Month
    packets: tuple[str, ...]
    second_by: str


class Reopenings:
    """Opens closed months again, and says what changed since they were closed."""

    def __init__(
        self,
        ledger: Ledger,
        book: RuleBook,
        *,
        verify_second: Callable[[str, str], Actor],
        writers: Writers,
    ) -> None:
        self._ledger = ledger
        self._book = book
        self._verify_second = verify_second
        self._writers = writers

    @reads(REOPEN)
    def who_may_agree(self, reading: Reading) -> tuple[tuple[str, str], ...]:
        """Return user name and name of the others who can agree to a reopening; empty where one works alone."""
        others = others_who_may(reading.session, self._ledger.permissions, reading.actor, (AGREE,))
        return tuple((person.username or "", person.name) for person in others)

    @reads(MAKE)
    def changed(self, reading: Reading, month: Month) -> tuple[ChangedMonth, ...]:
        """Return the closed patient-months of which the record now says something else."""
        return changed_since_close(reading.session, month, self._book)

    @reads(MAKE)
    def since_approval(self, reading: Reading, patient_id: int, month: Month) -> ChangedMonth | None:
        """Return what is different since the patient's month was last approved or made; None when nothing is."""
        return changed_since_approval(reading.session, month, self._book, patient_id)

    @composed(REOPEN)
    def reopen(
        self,
        actor: Actor,
        month: Month,
        reason: str,
        *,
        patients: Collection[int] | None = None,
        agreement: Agreement | None = None,
    ) -> Reopened:
        """Take back the final packets of a month, or of some of its patients, so that it can be mended and closed anew.

        The packets are void from here on; their bytes stay as they were. Raises `ReasonNeeded`, `NothingToReopen`,
        `SecondPersonNeeded` where somebody else could agree and did not, `WrongPassphrase`.
        """
        kept = checked_reason(reason, "Say why the month is opened again.")
        with self._ledger.reading(actor, REOPEN) as reading:
            may = others_who_may(reading.session, self._ledger.permissions, actor, (AGREE,))
            others = [person.id for person in may]
            _taken_back(reading.session, month, patients)
        second = self._agreed(others, agreement)
        with self._ledger.writing(actor, REOPEN) as work:
            return self._reopen(work, month, kept, patients, second)

    @writes(MAKE)
    def void_copy(self, work: Work, packet_no: str) -> bytes:
        """Return a packet that was taken back, as it was made, with VOID across each page. It leaves the file."""
        row = work.session.scalars(select(Packet).where(Packet.packet_no == packet_no, Packet.state == VOID)).first()
        if row is None:
            raise ClinicError(f"There is no void packet {packet_no}.")
        later = work.session.scalars(
            select(Packet.revision)
            .where(Packet.month == row.month, Packet.patient_id == row.patient_id, Packet.revision > row.revision)
            .order_by(Packet.revision.desc())
            .limit(1)
        ).first()
        work.about(row.patient_id)
        work.note(packet=packet_no, paper="void copy")
        return self._writers.void(self._bytes(work.session, row), void_words(later))

    @writes(MAKE)
    def original(self, work: Work, packet_no: str) -> bytes:
        """Return a packet's bytes as they were made, final or void: for an audit. It leaves the file."""
        row = work.session.scalars(select(Packet).where(Packet.packet_no == packet_no)).first()
        if row is None:
            raise ClinicError(f"There is no packet {packet_no}.")
        work.about(row.patient_id)
        work.note(packet=packet_no, paper="original")
        return self._bytes(work.session, row)

    def _bytes(self, session: Session, row: Packet) -> bytes:
        if row.stored_sha256 is not None:
            return stored(session, row.stored_sha256)
        return self._writers.packet(PacketFacts.from_json(row.facts))

    def _agreed(self, others: list[int], agreement: Agreement | None) -> Actor | None:
        if not others:
            return None
        if agreement is None:
            raise SecondPersonNeeded("Opening a closed month again takes a second person, with their own passphrase.")
        second = self._verify_second(agreement.username, agreement.passphrase)
        if second.person_id not in others:
            raise SecondPersonNeeded(
                f"{second.name} cannot agree to this. A practitioner, manager or administrator can."
            )
        return second

    def _reopen(
        self, work: Work, month: Month, reason: str, patients: Collection[int] | None, second: Actor | None
    ) -> Reopened:
        rows = _taken_back(work.session, month, patients)
        state = month_state(work.session, month)
        reopening = MonthReopening(
            month=str(month),
            close_id=state.close_id,
            reason=reason,
            packets=len(rows),
            second_id=second.person_id if second else None,
            second_by=second.name if second else "",
            reopened_at=work.now,
            reopened_by=work.actor.name,
            person_id=work.actor.person_id,
        )
        work.session.add(reopening)
        work.session.flush()
        for row in rows:
            row.state = VOID
            row.reopening_id = reopening.id
        if len(rows) == 1:
            work.about(rows[0].patient_id)
        work.note(month=str(month), voided=[row.packet_no for row in rows], second=second.person_id if second else 0)
        return Reopened(month, tuple(row.packet_no for row in rows), reopening.second_by)


def _taken_back(session: Session, month: Month, patients: Collection[int] | None) -> list[Packet]:
    """Return the final packets to take back. Raise `NothingToReopen`."""
    rows = session.scalars(
        select(Packet).where(Packet.month == str(month), Packet.state == FINAL).order_by(Packet.packet_no)
    ).all()
    found = [row for row in rows if patients is None or row.patient_id in set(patients)]
    whole = patients is None and month_state(session, month).state == CLOSED
    if not found and not whole:
        raise NothingToReopen(month)
    return found
