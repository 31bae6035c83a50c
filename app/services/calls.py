import json
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import select

from app.models import Call, Clinic
from app.rules import timer as machine
from app.rules.counting import count_time
from app.rules.errors import ClinicError
from app.rules.field_faults import FormCheck
from app.rules.month import Month
from app.rules.rule_book import RuleBook
from app.security.permissions import Actor
from app.services import call_steps as steps
from app.services.call_rows import CallNow, RecoverableCall, recoverable_call, store, timer_of
from app.services.clinic_day import zone_of
from app.services.door import composed, reads, writes
from app.services.month_case import gather
from app.services.patients import patient_of
from app.services.wrap_up import FinishedCall, WrapUp, write_up
from app.storage.journal import CallJournal, JournalBeat
from app.storage.ledger import Ledger, Reading, Work


@dataclass(frozen=True, slots=True)
class MonthSeconds:
    """What a patient's saved entries of a month come to by the rules; a running call is not in it.

    `counted_activities` are those whose time can count; empty where none can, as for who is not in the programme.
    """

    clinical_staff: int = 0
    practitioner: int = 0
    counted_activities: frozenset[str] = field(default=frozenset(), compare=False)

    @property
    def pooled(self) -> int:
        return self.clinical_staff + self.practitioner


class Calls:
    """Timed work on patients: one running timer a person, and no second lost or given out twice.

    Every step is on disk when its method returns. While the clinic is locked, beats go to the journal.
    """

    def __init__(self, ledger: Ledger, journal: CallJournal, book: RuleBook) -> None:
        self._ledger = ledger
        self._clock = ledger.clock
        self.journal = journal
        self._book = book

    @reads("call.work")
    def current(self, reading: Reading) -> CallNow | None:
        """Return this person's call for the call bar: the running one, else the paused one, else the one to wrap up."""
        calls = self._open(reading)
        return calls[0] if calls and calls[0].timer.state != "parked" else None

    @reads("call.work")
    def parked(self, reading: Reading) -> tuple[CallNow, ...]:
        """Return this person's other open calls: parked ones, and those whose wrap-up waits; the newest first."""
        calls = self._open(reading)
        return tuple(calls[1:] if calls and calls[0].timer.state != "parked" else calls)

    @writes("call.work")
    def start(self, work: Work, patient_id: int, activity: str = "patient_call") -> CallNow:
        """Start the timer on a patient; a call of this person that runs or is paused is parked first."""
        patient_of(work.session, patient_id)
        steps.require_known(activity)
        steps.set_aside(work, self._clock)
        now = steps.moment(work, self._clock)
        timer = machine.start(activity, now, steps.not_before(work))
        call = Call(
            token=secrets.token_hex(8),
            patient_id=patient_id,
            person_id=work.actor.person_id,
            session=work.actor.session,
            state=timer.state,
            activity=activity,
            started_at=timer.spans[0].start,
            beat_at=timer.spans[0].start,
            stretch_at=timer.spans[0].start,
            stretch_wall=now.wall,
        )
        work.session.add(call)
        work.session.flush()
        return steps.save(work, self._clock, call, timer, "start")

    @writes("call.work")
    def pause(self, work: Work, call_id: int) -> CallNow:
        """Let the timer rest."""
        return steps.step(work, self._clock, call_id, machine.pause, "pause")

    @writes("call.work")
    def resume(self, work: Work, call_id: int) -> CallNow:
        """Go on with the call; another one that runs is parked first."""
        return steps.go_on(work, self._clock, call_id, "resume")

    @writes("call.work")
    def take_up(self, work: Work, call_id: int) -> CallNow:
        """Go on with a parked call, or with one that was stopped too early; another one that runs is parked first."""
        return steps.go_on(work, self._clock, call_id, "take_up")

    @writes("call.work")
    def switch_activity(self, work: Work, call_id: int, activity: str) -> CallNow:
        """Give the time from now on another activity."""
        steps.require_known(activity)
        return steps.step(
            work, self._clock, call_id, lambda timer, now: machine.switch_activity(timer, activity, now), "switch"
        )

    @writes("call.work")
    def park(self, work: Work, call_id: int) -> CallNow:
        """Set the call aside."""
        return steps.step(work, self._clock, call_id, machine.park, "park")

    @writes("call.work")
    def stop(self, work: Work, call_id: int) -> CallNow:
        """End the call; its wrap-up is to be written next."""
        return steps.step(work, self._clock, call_id, machine.stop, "stop")

    @composed("call.work")
    def beat(self, actor: Actor, call_id: int, touched_ns: int | None = None) -> CallNow:
        """Note that the call still runs; to be asked for every 5 s. A call that does not run is left as it is.

        After a silence or a jump of the clock, the gap is set apart (`timer.doubts`) and noted in the audit trail. With
        `touched_ns`, the monotonic count at the last touch of keyboard or mouse, it also looks whether anybody is there
        (`timer.idle`); that it asks, and that nobody answered, is noted too.
        """
        beaten = self._beat(actor, call_id, touched_ns)
        return beaten if beaten is not None else self._look(actor, call_id, touched_ns)

    @writes("call.work")
    def review(self, work: Work, call_id: int, choice: machine.Choice, reason: str = "") -> CallNow:
        """Answer the idle question, and every gap with it: keep, discard and go on, or discard and stop.

        Raises `ClinicError` when nothing is asked, `NotNow` when the call does not run.
        """
        return steps.review(work, self._clock, call_id, choice, steps.tidy_reason(reason))

    @writes("call.work", audited=False)
    def save_draft(self, work: Work, call_id: int, sections: Mapping[str, str]) -> None:
        """Keep the note as typed so far, by section key. Raises `FieldFaults`."""
        call = steps.call_of(work, call_id)
        if call.state in ("finished", "discarded"):
            raise machine.NotNow(timer_of(work.session, call).state)
        check = FormCheck()
        # What is being typed may end in a space; it is tidied when it is signed.
        for key, text in sections.items():
            check.note(key, text)
        check.finish()
        call.draft = json.dumps(dict(sections), ensure_ascii=False)

    @writes("call.work")
    def finish(self, work: Work, call_id: int, wrap_up: WrapUp) -> FinishedCall:
        """Save the wrap-up of a stopped call: its time entries, its signed note, its outcome.

        Raises `FieldFaults`, `NoteIncomplete` (naming what a reached call's note lacks), `NotNow` or `TimeOverlaps`.
        """
        call = steps.call_of(work, call_id)
        done = write_up(work, call, timer_of(work.session, call), wrap_up, zone_of(work.session))
        work.about(call.patient_id)
        work.note(
            call=call.id,
            event="finish",
            outcome=call.outcome,
            seconds=done.seconds,
            left_out_seconds=done.left_out_seconds,
        )
        return done

    @writes("call.work")
    def discard(self, work: Work, call_id: int, reason: str) -> None:
        """Throw an open call away: its time is written nowhere, its draft is gone."""
        call = steps.call_of(work, call_id)
        timer = timer_of(work.session, call)
        call.reason = steps.tidy_reason(reason, "Say why the call is discarded.")
        seconds = timer.seconds_at(self._clock.monotonic_ns())
        steps.save(work, self._clock, call, machine.discard(timer, steps.moment(work, self._clock)), "discard")
        call.finished_at, call.draft = work.now, "{}"
        work.note(seconds=seconds)

    @writes("call.work")
    def answer(self, work: Work, call_id: int, *, keep: bool, reason: str = "") -> CallNow:
        """Keep the gaps that are in doubt as estimated time, or discard them."""
        kept = steps.tidy_reason(reason)
        event = "gap_kept" if keep else "gap_discarded"
        return steps.step(
            work, self._clock, call_id, lambda timer, _: machine.answer(timer, keep=keep, reason=kept), event
        )

    @writes("call.work")
    def set_start_back(self, work: Work, call_id: int, minutes: int, reason: str) -> CallNow:
        """Add the minutes before a forgotten start, labelled estimated for ever. Raises `TimeOverlaps`."""
        kept = steps.tidy_reason(reason, "Say why the start is set back.")
        call = steps.call_of(work, call_id)
        timer = timer_of(work.session, call)
        ends = min(span.start for span in timer.spans)
        begins = ends - timedelta(minutes=minutes)
        steps.require_own_free(work, call, begins, ends)
        return steps.save(work, self._clock, call, machine.add_estimate(timer, begins, ends, kept), "set_start_back")

    @composed("call.work")
    def recoverable(self, actor: Actor) -> tuple[RecoverableCall, ...]:
        """Return this person's calls that a crash or a power cut left running; to be asked for after each sign-in."""
        self.take_in_journal(actor)
        return self._left_running(actor)

    @writes("call.work")
    def recover_accept(self, work: Work, call_id: int) -> CallNow:
        """Accept the time up to the last heartbeat; the call waits for its wrap-up."""
        call, timer = steps.recovered(work, call_id)
        return steps.save(work, self._clock, call, timer, "recover_accept")

    @writes("call.work")
    def recover_resume(self, work: Work, call_id: int) -> CallNow:
        """Accept the time up to the last heartbeat and let the timer go on from now."""
        call, timer = steps.recovered(work, call_id)
        steps.save(work, self._clock, call, timer, "recover_resume")
        steps.set_aside(work, self._clock)
        return steps.save(
            work,
            self._clock,
            call,
            machine.resume(timer, steps.moment(work, self._clock), steps.not_before(work)),
            "recover_resume",
        )

    @writes("call.work")
    def recover_with_gap(self, work: Work, call_id: int, reason: str, until: datetime | None = None) -> CallNow:
        """Accept the time up to the last heartbeat and add what was worked after it, up to `until`, by default now.

        The gap is labelled estimated for ever. Raises `ClinicError` when it is empty or over 8 hours, `TimeOverlaps`.
        """
        kept = steps.tidy_reason(reason, "Say what was done in the gap.")
        call, timer = steps.recovered(work, call_id)
        begins, ends = call.beat_at, work.now if until is None else until
        if ends > work.now:
            raise ClinicError("The gap cannot end in the future.")
        with_gap = machine.add_estimate(timer, begins, ends, kept)
        steps.require_own_free(work, call, begins, ends)
        return steps.save(work, self._clock, call, with_gap, "recover_with_gap")

    @composed("call.work")
    def take_in_journal(self, actor: Actor) -> int:
        """Take over the heartbeats that were written while the clinic was locked; return how many there were.

        To be called after each unlock; `recoverable` does it at sign-in.
        """
        beats = self.journal.beats()
        if not beats:
            return 0
        taken = self._take_in(actor, beats)
        # Only when they are safe in the file; taking them in twice changes nothing.
        self.journal.forget(taken)
        return len(beats)

    @reads("time.read")
    def month_seconds(self, reading: Reading, patient_id: int, month: Month) -> MonthSeconds:
        """Return what the patient's saved entries of a month come to; zero for who is not in the programme."""
        clinic = reading.session.get_one(Clinic, 1)
        cases = gather(reading.session, month, clinic.time_zone, clinic.setting, [patient_id])
        if not cases or not self._book.knows(month, clinic.setting):
            return MonthSeconds()
        counted = self._book.for_month(month).counted_activities
        count = count_time(cases[0][1], counted)
        return MonthSeconds(count.clinical_staff, count.practitioner, frozenset(counted))

    @writes("call.work", audited=False)
    def _beat(self, work: Work, call_id: int, touched_ns: int | None) -> CallNow | None:
        call = steps.call_of(work, call_id)
        timer = timer_of(work.session, call)
        if timer.stretch is not None:
            after = steps.looked(work.session, timer, steps.moment(work, self._clock), touched_ns)
            if after.spans != timer.spans:
                return None  # something to be noted was found out
            store(work.session, call, after)
            work.session.flush()
        return steps.shown(work, self._clock, call)

    @writes("call.work")
    def _look(self, work: Work, call_id: int, touched_ns: int | None) -> CallNow:
        return steps.look(work, self._clock, call_id, touched_ns)

    @reads("call.work")
    def _left_running(self, reading: Reading) -> tuple[RecoverableCall, ...]:
        calls = reading.session.scalars(
            select(Call)
            .where(Call.person_id == reading.actor.person_id, Call.state == "running")
            .where(Call.session != reading.actor.session)
        )
        return tuple(recoverable_call(reading.session, call, reading.now) for call in calls)

    @writes("call.work")
    def _take_in(self, work: Work, beats: Sequence[JournalBeat]) -> set[str]:
        return steps.take_in(work, self._clock, beats)

    def _open(self, reading: Reading) -> list[CallNow]:
        """Return this person's open calls, the one for the call bar first; those left by a crash are not among them."""
        order = {"running": 0, "paused": 1, "wrap_up": 2, "parked": 3}
        calls = reading.session.scalars(
            select(Call).where(Call.person_id == reading.actor.person_id, Call.state.in_(order))
        ).all()
        mine = [call for call in calls if call.state != "running" or call.session == reading.actor.session]
        return [
            steps.shown(reading, self._clock, call)
            for call in sorted(mine, key=lambda call: (order[call.state], -call.id))
        ]
