"""A month is closed, opened again, and closed anew."""

import hashlib
import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from app.compose import open_desk
from app.rules.family_choice import ReasonNeeded
from app.security.permissions import NotPermitted
from app.security.slots import WrongPassphrase
from app.services.chart_forms import StayForm
from app.services.closing.reopenings import Agreement, NothingToReopen
from app.services.closing.two_people import SecondPersonNeeded
from app.services.desk import Desk
from app.services.founding import House
from app.services.month_end import NotReady
from app.services.people import PersonForm
from app.services.time_entries import EntryForm
from tests.fake_clock import FakeClock
from tests.services.clinic_month import OCTOBER, bring_in, number_of, ready, together
from tests.services.test_month_end import PASSPHRASE, files_of, packets, text_of, worked_longer

OTHERS = "four slow otters drift"
LATER = datetime(2026, 10, 5, 15, 0, tzinfo=UTC)
WHY = "The stop of one call was pressed early"


@pytest.fixture
def clinic(desk: Desk, tmp_path: Path) -> Desk:
    """Two patients who are ready and one who is short, in a clinic of one person."""
    bring_in(desk, tmp_path / "in", together(ready("a"), ready("b", day=6), ready("c", minutes=15, day=7)))
    return desk


@pytest.fixture
def out(tmp_path: Path) -> Path:
    return tmp_path / "out"


@contextmanager
def also(desk: Desk, house: House, name: str, role: str) -> Iterator[Desk]:
    """Somebody else who can sign in, at their own desk; the first person's is closed."""
    form = PersonForm(name=name.capitalize(), credential="", username=name, roles=(role,))
    desk.people.add(desk.actor, form, OTHERS)
    folder = desk.opened.file.folder
    desk.close()
    other = open_desk(folder, name, OTHERS, house)
    try:
        yield other
    finally:
        other.close()


def test_a_closed_month_is_written_again_to_the_byte_whatever_happens_since(
    clinic: Desk, out: Path, clock: FakeClock
) -> None:
    made = clinic.month_end.make(clinic.actor, OCTOBER, out, passphrase=PASSPHRASE, close=True)
    assert (made.finals, made.drafts, made.not_ready, made.closed) == (2, 0, 1, 1)
    state = clinic.month_end.state(clinic.actor, OCTOBER)
    assert (state.state, state.revision, state.closed_by, state.packets, state.not_billed) == (
        *("closed", 1, "Ana Alvarez"),
        *(2, 1),
    )
    first = files_of(out)
    worked_longer(clinic, "t-a", LATER)
    worked_longer(clinic, "t-c", datetime(2026, 10, 7, 15, 0, tzinfo=UTC))
    clock.jump(seconds=400 * 86_400)
    again = out.with_name("again")
    made = clinic.month_end.make(clinic.actor, OCTOBER, again, passphrase=PASSPHRASE)
    assert files_of(again) == first
    assert [packet.changed_since for packet in made.packets] == [True, False]
    assert not any(packet.is_new for packet in made.packets)
    sums = {row.split("  ")[1]: row.split("  ")[0] for row in first["SHA256SUMS"].decode().splitlines()}
    listed = {name: hashlib.sha256(content).hexdigest() for name, content in first.items()}
    assert sums == {name: digest for name, digest in listed.items() if name not in ("SHA256SUMS", "manifest.json")}
    assert json.loads(first["manifest.json"])["close"] == 1
    with pytest.raises(NotReady, match="closed"):
        clinic.month_end.approve(clinic.actor, number_of(clinic, "c"), OCTOBER, PASSPHRASE)


def test_a_close_leaves_nothing_as_a_draft_and_says_who_was_not_approved(clinic: Desk, out: Path) -> None:
    clinic.month_end.make(clinic.actor, OCTOBER, out)
    clinic.month_end.approve(clinic.actor, number_of(clinic, "a"), OCTOBER, PASSPHRASE)
    told = clinic.month_end.dry_run(clinic.actor, OCTOBER)
    assert (told.new, told.as_made, told.voids) == (1, 0, 1)
    assert [(each.name, each.is_ready) for each in told.left_out] == [("Nora Quill-b", True), ("Nora Quill-c", False)]
    assert told.left_out[0].reasons == ("Ready, but not approved by the billing practitioner.",)
    before = packets(clinic)
    made = clinic.month_end.make(clinic.actor, OCTOBER, out, close=True)
    assert before == {"CL-2026-10-0001-r1": "draft", "CL-2026-10-0002-r1": "draft"}  # a dry run writes nothing
    assert (made.finals, made.drafts, made.not_ready) == (1, 0, 2)
    assert packets(clinic) == {
        "CL-2026-10-0001-r1": "void",
        "CL-2026-10-0001-r2": "final",
        "CL-2026-10-0002-r1": "void",
    }
    rows = files_of(out)["not-billed.csv"].decode("utf-8-sig").splitlines()
    assert any("Quill-b".upper() in row and "not approved" in row for row in rows)
    assert "not approved" in " ".join(text_of(files_of(out)["not-billed.pdf"]).split())


def test_an_entry_that_a_stay_keeps_from_counting_is_laid_at_nobodys_door(clinic: Desk, out: Path) -> None:
    clinic.month_end.make(clinic.actor, OCTOBER, out, passphrase=PASSPHRASE, close=True)
    own = number_of(clinic, "a")
    clinic.chart.add_stay(clinic.actor, own, StayForm("inpatient", date(2026, 10, 5), date(2026, 10, 5)))
    begin = datetime(2026, 10, 20, 15, 0, tzinfo=UTC)
    form = EntryForm(start=begin, end=begin + timedelta(minutes=10), activity="care_plan")
    clinic.time_entries.add(clinic.actor, own, form, "Forgotten")
    (changed,) = clinic.reopenings.changed(clinic.actor, OCTOBER)
    time = {change.what: change.by for change in changed.changes if change.part == "time"}
    assert time == {"Entry counts otherwise": "", "Entry added": "Ana Alvarez"}
    assert {change.by for change in changed.changes if change.part == "stays"} == {"Ana Alvarez"}


def test_a_month_opened_again_names_each_changed_fact_and_its_old_packet_says_void(clinic: Desk, out: Path) -> None:
    clinic.month_end.make(clinic.actor, OCTOBER, out, passphrase=PASSPHRASE, close=True)
    first = files_of(out)
    own = number_of(clinic, "a")
    worked_longer(clinic, "t-a", LATER)
    (changed,) = clinic.reopenings.changed(clinic.actor, OCTOBER)
    assert (changed.patient_id, changed.packet_no, changed.bears_on_claim) == (own, "CL-2026-10-0001-r1", True)
    assert (changed.lines_were, changed.lines_now) == ((("99490", 1),), (("99490", 1), ("99439", 2)))
    (time,) = (change for change in changed.changes if change.part == "time")
    assert "1500 s counted" in time.was
    assert "3600 s counted" in time.now
    assert (time.what, time.by, time.why) == ("Entry changed", "Ana Alvarez", "stop pressed early")
    assert {change.what for change in changed.changes if change.part == "claim"} >= {
        "Codes",
        "Seconds of clinical staff",
    }
    done = clinic.reopenings.reopen(clinic.actor, OCTOBER, WHY, patients=[own])
    assert done.packets == ("CL-2026-10-0001-r1",)
    state = clinic.month_end.state(clinic.actor, OCTOBER)
    assert (state.state, state.reason, state.reopened_by) == ("reopened", WHY, "Ana Alvarez")
    void = clinic.reopenings.void_copy(clinic.actor, "CL-2026-10-0001-r1")
    assert all("VOID – superseded" in page for page in text_of(void).split("\f") if page)
    assert "Nora Quill-a" in text_of(void)
    assert clinic.reopenings.original(clinic.actor, "CL-2026-10-0001-r1") == first["packets/CL-2026-10-0001-r1.pdf"]
    since = clinic.reopenings.since_approval(clinic.actor, own, OCTOBER)
    assert since is not None
    assert since.changes == changed.changes

    made = clinic.month_end.make(clinic.actor, OCTOBER, out, passphrase=PASSPHRASE, close=True)
    assert (made.closed, made.approved_now) == (2, 1)
    assert packets(clinic) == {
        "CL-2026-10-0001-r1": "void",
        "CL-2026-10-0001-r2": "final",
        "CL-2026-10-0002-r1": "final",
    }
    second = files_of(out)
    assert second["packets/CL-2026-10-0002-r1.pdf"] == first["packets/CL-2026-10-0002-r1.pdf"]
    assert "packets/CL-2026-10-0001-r1.pdf" not in second
    marked = text_of(second["void/CL-2026-10-0001-r1-VOID.pdf"])
    assert "VOID – superseded by revision 2" in marked
    assert clinic.integrity.check(clinic.actor).faults == ()
    clinic.month_end.make(clinic.actor, OCTOBER, out.with_name("again"))
    assert files_of(out.with_name("again")) == second


def test_time_that_comes_after_the_close_is_late_and_changes_nothing_that_was_closed(
    clinic: Desk, out: Path, clock: FakeClock
) -> None:
    clinic.month_end.make(clinic.actor, OCTOBER, out, passphrase=PASSPHRASE, close=True)
    clock.jump(seconds=60)
    own = number_of(clinic, "a")
    before = clinic.readiness.results(clinic.actor, OCTOBER)
    at = datetime(2026, 10, 20, 15, 0, tzinfo=UTC)
    form = EntryForm(at, at + timedelta(minutes=20), "patient_call", "reached", "Insulin times.")
    clinic.time_entries.add(clinic.actor, own, form, "forgotten on the day")
    assert clinic.readiness.results(clinic.actor, OCTOBER) == before
    (changed,) = clinic.reopenings.changed(clinic.actor, OCTOBER)
    assert [(change.what, change.was) for change in changed.changes if change.part == "time"] == [("Entry added", "")]
    clinic.reopenings.reopen(clinic.actor, OCTOBER, WHY, patients=[own])
    facts = clinic.month_end.preview(clinic.actor, own, OCTOBER).facts
    assert [entry.after_close for entry in facts.time] == [False, True]
    clinic.month_end.make(clinic.actor, OCTOBER, out, passphrase=PASSPHRASE, close=True)
    printed = " ".join(text_of(files_of(out)["packets/CL-2026-10-0001-r2.pdf"]).split())
    assert "Late: written after the month was closed" in printed


def test_opening_takes_a_reason_and_something_that_was_closed(clinic: Desk, out: Path) -> None:
    with pytest.raises(NothingToReopen, match="not closed"):
        clinic.reopenings.reopen(clinic.actor, OCTOBER, WHY)
    clinic.month_end.make(clinic.actor, OCTOBER, out, passphrase=PASSPHRASE, close=True)
    with pytest.raises(ReasonNeeded, match="why"):
        clinic.reopenings.reopen(clinic.actor, OCTOBER, " . ")
    clinic.reopenings.reopen(clinic.actor, OCTOBER, WHY)
    assert set(packets(clinic).values()) == {"void"}
    with pytest.raises(NothingToReopen):
        clinic.reopenings.reopen(clinic.actor, OCTOBER, WHY)
    # Nothing had changed: the approvals still hold, and the packets come as the next revision.
    made = clinic.month_end.make(clinic.actor, OCTOBER, out, close=True)
    assert [packet.packet_no for packet in made.packets] == ["CL-2026-10-0001-r2", "CL-2026-10-0002-r2"]


@pytest.mark.parametrize(("role", "can_agree"), [("practitioner", True), ("manager", True), ("nurse", False)])
def test_where_somebody_else_could_agree_they_must_with_their_own_passphrase(
    clinic: Desk, out: Path, house: House, role: str, can_agree: bool
) -> None:
    folder = clinic.opened.file.folder
    clinic.month_end.make(clinic.actor, OCTOBER, out, passphrase=PASSPHRASE, close=True)
    with also(clinic, house, "mona", role) as mona:
        if role != "manager":
            with pytest.raises(NotPermitted):
                mona.reopenings.reopen(mona.actor, OCTOBER, WHY, agreement=Agreement("ana", PASSPHRASE))
    ana = open_desk(folder, "ana", PASSPHRASE, house)
    assert ana.reopenings.who_may_agree(ana.actor) == ((("mona", "Mona"),) if can_agree else ())
    if can_agree:
        for agreement, refusal in (
            (None, SecondPersonNeeded),
            (Agreement("mona", PASSPHRASE), WrongPassphrase),
            (Agreement("ana", PASSPHRASE), SecondPersonNeeded),
        ):
            with pytest.raises(refusal):
                ana.reopenings.reopen(ana.actor, OCTOBER, WHY, agreement=agreement)
        assert set(packets(ana).values()) == {"final"}
    done = ana.reopenings.reopen(ana.actor, OCTOBER, WHY, agreement=Agreement("Mona", OTHERS) if can_agree else None)
    assert done.second_by == ("Mona" if can_agree else "")
    assert ana.month_end.state(ana.actor, OCTOBER).second_by == done.second_by
    ana.close()


def test_an_approval_is_taken_back_with_a_reason_before_the_packet_is_final(clinic: Desk, out: Path) -> None:
    own = number_of(clinic, "a")
    clinic.month_end.approve(clinic.actor, own, OCTOBER, PASSPHRASE)
    with pytest.raises(ReasonNeeded):
        clinic.month_end.withdraw(clinic.actor, own, OCTOBER, "")
    clinic.month_end.withdraw(clinic.actor, own, OCTOBER, "Signed the wrong page")
    states = {row.case_id: row.state for row in clinic.readiness.board(clinic.actor, OCTOBER).rows}
    assert states["a"] == "ready"
    with pytest.raises(Exception, match="no approval to take back"):
        clinic.month_end.withdraw(clinic.actor, own, OCTOBER, "Again")
    clinic.month_end.make(clinic.actor, OCTOBER, out, passphrase=PASSPHRASE, close=True)
    with pytest.raises(Exception, match="no approval to take back"):
        clinic.month_end.withdraw(clinic.actor, own, OCTOBER, "Too late")
