import hashlib
import io
import json
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import pytest
from pypdf import PdfReader
from sqlalchemy import select, text
from sqlalchemy.exc import DatabaseError

from app.assets import load_rule_book, load_toml
from app.compose import month_writers, open_desk
from app.models import AuditEvent, Packet, TimeEntry
from app.reports.packet import packet_pdf
from app.rules.month import Month
from app.rules.packet_facts import PacketFacts
from app.security.permissions import NotPermitted
from app.security.slots import WrongPassphrase
from app.services.closing.paper_store import PaperDamaged
from app.services.desk import Desk
from app.services.founding import House, verify_passphrase
from app.services.judging import MonthNotOver, MonthUnknown
from app.services.month_end import MakingStopped, MonthChanged, MonthEnd, NotReady
from app.services.packet_folder import OutRefused
from app.services.people import PersonForm
from app.services.wrap_up import WrapUp
from app.storage.vault import open_engine
from tests.conftest import FIRST_PERSON
from tests.fake_clock import FakeClock
from tests.services.calling import WHOLE_NOTE, live
from tests.services.clinic_month import OCTOBER, bring_in, entry, number_of, ready, together
from tests.services.test_care_plans import whole

PASSPHRASE = FIRST_PERSON.passphrase
DOCTORS_PASSPHRASE = "four slow otters drift"
OF_THE_MONTH = [
    "SHA256SUMS",
    "bound.pdf",
    "charges.csv",
    "charges.xlsx",
    "manifest.json",
    "not-billed.csv",
    "not-billed.pdf",
    "readiness.pdf",
]


@pytest.fixture
def clinic(desk: Desk, tmp_path: Path) -> Desk:
    """Two patients who are ready and one who is short, in a clinic of one person."""
    bring_in(desk, tmp_path / "in", together(ready("a"), ready("b", day=6), ready("c", minutes=15, day=7)))
    return desk


@pytest.fixture
def out(tmp_path: Path) -> Path:
    return tmp_path / "out"


def files_of(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def text_of(pdf: bytes) -> str:
    return "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages)


def packets(desk: Desk) -> dict[str, str]:
    """State by packet number, of all that were ever made."""
    with desk.opened.ledger.reading(desk.actor, "month.make") as reading:
        return {row.packet_no: row.state for row in reading.session.scalars(select(Packet))}


def trail(desk: Desk) -> list[tuple[str, str]]:
    with desk.opened.ledger.reading(desk.actor, "audit.read") as reading:
        return [
            (row.action, row.detail) for row in reading.session.scalars(select(AuditEvent).order_by(AuditEvent.seq))
        ]


def printing_with(
    desk: Desk,
    make_packet: Callable[[PacketFacts], bytes] = packet_pdf,
) -> MonthEnd:
    """The service with another way to draw a packet."""
    return MonthEnd(
        desk.opened.ledger,
        load_rule_book(),
        clinic_folder=desk.opened.file.folder,
        program_version="0.1.0",
        verify_passphrase=partial(verify_passphrase, desk.opened),
        writers=replace(month_writers(), packet=make_packet, packets=None),
        send_claims=desk.claims.month_files,
    )


def worked_longer(desk: Desk, entry_id: str, until: datetime) -> None:
    """Correct the end of an entry, as its next version."""
    with desk.opened.ledger.writing(desk.actor, "call.work") as work:
        versions = select(TimeEntry).where(TimeEntry.entry_id == entry_id).order_by(TimeEntry.version)
        last = work.session.scalars(versions).all()[-1]
        columns = {column.key: getattr(last, column.key) for column in TimeEntry.__table__.columns}
        del columns["id"]
        changed = {
            "version": last.version + 1,
            "end_at": until,
            "reason": "stop pressed early",
            "written_by": "Ana Alvarez",
        }
        work.session.add(TimeEntry(**{**columns, **changed}))


@contextmanager
def two_people(desk: Desk, house: House) -> Iterator[Desk]:
    """Add a billing practitioner who can sign in, and yield their desk; the first person's is closed."""
    form = PersonForm(name="José Núñez", credential="MD", username="jose", roles=("practitioner",))
    desk.people.add(desk.actor, form, DOCTORS_PASSPHRASE)
    folder = desk.opened.file.folder
    desk.close()
    doctor = open_desk(folder, "jose", DOCTORS_PASSPHRASE, house)
    try:
        yield doctor
    finally:
        doctor.close()


def test_one_person_approves_and_makes_a_months_packets_in_one_step(clinic: Desk, out: Path) -> None:
    made = clinic.month_end.make(clinic.actor, OCTOBER, out, passphrase=PASSPHRASE)
    assert (made.finals, made.drafts, made.not_ready, made.approved_now) == (2, 0, 1, 2)
    names = sorted(files_of(out))
    numbers = [packet.packet_no for packet in made.packets]
    assert numbers == ["CL-2026-10-0001-r1", "CL-2026-10-0002-r1"]
    assert names == sorted([*OF_THE_MONTH, *(f"packets/{number}.pdf" for number in numbers)])
    text = text_of(files_of(out)[f"packets/{numbers[0]}.pdf"])
    for fact in ("Nora Quill-a", "99490", "25:00", "attested by Ana Alvarez for NPI 1234567893, one-person clinic"):
        assert fact in text
    assert "DRAFT" not in text
    assert "Dana Whitfield" in text
    assert "Approve a patient's month for billing" in " ".join(text.split())
    assert {row.state for row in clinic.readiness.board(clinic.actor, OCTOBER).rows} == {"exported", "short"}


def test_the_manifest_names_every_file_and_no_patient(clinic: Desk, out: Path) -> None:
    clinic.month_end.make(clinic.actor, OCTOBER, out, passphrase=PASSPHRASE)
    files = files_of(out)
    manifest = json.loads(files.pop("manifest.json"))
    listed = {each["name"]: each["sha256"] for each in manifest["files"]}
    assert listed == {name: hashlib.sha256(content).hexdigest() for name, content in files.items()}
    assert "quill" not in json.dumps(manifest).lower()
    assert not any("quill" in name.lower() for name in files)


def test_bound_packets_have_a_bookmark_for_each_patient_and_name_who_is_not_billed(clinic: Desk, out: Path) -> None:
    clinic.month_end.make(clinic.actor, OCTOBER, out, passphrase=PASSPHRASE)
    bound = PdfReader(out / "bound.pdf")
    titles = [mark.title for mark in bound.outline if not isinstance(mark, list)]
    assert [title for title in titles if title and "Quill" in title] == [
        "Nora Quill-a · October 2026",
        "Nora Quill-b · October 2026",
    ]
    assert "The counted time does not reach 20 minutes." in " ".join(bound.pages[-1].extract_text().split())


def test_the_second_month_end_writes_the_same_bytes_days_later(clinic: Desk, out: Path, clock: FakeClock) -> None:
    clinic.month_end.make(clinic.actor, OCTOBER, out, passphrase=PASSPHRASE)
    first, rows, noted = files_of(out), packets(clinic), len(trail(clinic))
    clock.advance(days=9)
    clinic.clinic.set_charge(clinic.actor, "99490", OCTOBER.first, 9_500)  # would change a packet made now
    again = clinic.month_end.make(clinic.actor, OCTOBER, out.with_name("again"), passphrase=PASSPHRASE)
    assert not any(packet.is_new for packet in again.packets)
    second = files_of(out.with_name("again"))
    assert {name for name in first if name.startswith("packets/")} <= second.keys()
    assert all(second[name] == first[name] for name in first if name.startswith("packets/"))
    assert packets(clinic) == rows
    assert len(trail(clinic)) == noted + 2  # the charge and the reprint
    action, detail = trail(clinic)[-1]
    assert action == "month.make"
    assert json.loads(detail)["printed_again"] == ["CL-2026-10-0001-r1", "CL-2026-10-0002-r1"]


def test_nothing_at_all_changes_when_nothing_changed(clinic: Desk, out: Path, clock: FakeClock) -> None:
    clinic.month_end.make(clinic.actor, OCTOBER, out, passphrase=PASSPHRASE)
    first = files_of(out)
    clock.advance(days=1)
    for _ in range(2):
        clinic.month_end.make(clinic.actor, OCTOBER, out)
        assert files_of(out) == first


def test_a_patient_who_becomes_ready_later_gets_a_packet_and_the_others_keep_theirs(
    clinic: Desk, out: Path, clock: FakeClock
) -> None:
    clinic.month_end.make(clinic.actor, OCTOBER, out, passphrase=PASSPHRASE)
    first = files_of(out)
    clock.advance(hours=3)
    worked_longer(clinic, "t-c", datetime(2026, 10, 7, 14, 31, tzinfo=UTC))
    made = clinic.month_end.make(clinic.actor, OCTOBER, out, passphrase=PASSPHRASE)
    assert [packet.is_new for packet in made.packets] == [False, False, True]
    second = files_of(out)
    assert all(second[name] == content for name, content in first.items() if name.startswith("packets/"))
    assert second["bound.pdf"] != first["bound.pdf"]
    text = " ".join(text_of(second["packets/CL-2026-10-0003-r1.pdf"]).split())
    assert "stop pressed early" in text  # the earlier version stands beside the new one, with the reason
    assert "31:00" in text


def test_with_more_people_a_ready_month_is_a_draft_until_it_is_approved_and_another_closes_it(
    clinic: Desk, out: Path, house: House
) -> None:
    with two_people(clinic, house) as doctor:
        folder = doctor.opened.file.folder
        made = doctor.month_end.make(doctor.actor, OCTOBER, out, passphrase=DOCTORS_PASSPHRASE)
        assert (made.finals, made.drafts, made.approved_now) == (0, 2, 0)
        draft = files_of(out)["packets/CL-2026-10-0001-r1.pdf"]
        assert "DRAFT – not approved" in text_of(draft)
        assert "Not attested. This packet is a draft." in text_of(draft)
        drafts = files_of(out)
        doctor.month_end.make(doctor.actor, OCTOBER, out)
        assert files_of(out) == drafts

        doctor.month_end.approve(doctor.actor, number_of(doctor, "a"), OCTOBER, DOCTORS_PASSPHRASE)
        states = {row.case_id: row.state for row in doctor.readiness.board(doctor.actor, OCTOBER).rows}
        assert states == {"a": "approved", "b": "ready", "c": "short"}
        with pytest.raises(NotReady, match="More than one person"):
            doctor.month_end.approve_all(doctor.actor, OCTOBER, DOCTORS_PASSPHRASE)
        with pytest.raises(NotPermitted):
            doctor.month_end.make(doctor.actor, OCTOBER, out, close=True)
    ana = open_desk(folder, "ana", PASSPHRASE, house)
    made = ana.month_end.make(ana.actor, OCTOBER, out)
    assert (made.finals, made.drafts) == (1, 1)
    assert packets(ana) == {
        "CL-2026-10-0001-r1": "void",
        "CL-2026-10-0001-r2": "final",
        "CL-2026-10-0002-r1": "draft",
    }
    # The draft that no longer stands is gone from the folder too.
    assert sorted(name for name in files_of(out) if "/" in name) == [
        "packets/CL-2026-10-0001-r2.pdf",
        "packets/CL-2026-10-0002-r1.pdf",
    ]
    final = " ".join(text_of(files_of(out)["packets/CL-2026-10-0001-r2.pdf"]).split())
    assert "attested by José Núñez for NPI 1234567893 " in final
    assert "one-person clinic" not in final
    assert files_of(out)["packets/CL-2026-10-0002-r1.pdf"] == drafts["packets/CL-2026-10-0002-r1.pdf"]
    ana.close()


def test_nobody_makes_final_what_they_approved_themselves_unless_nobody_else_could(
    clinic: Desk, out: Path, house: House
) -> None:
    folder = clinic.opened.file.folder
    nurse = PersonForm(name="Noor Haddad", credential="RN", username="noor", roles=("nurse",))
    clinic.people.add(clinic.actor, nurse, "nine brave otters nap")
    clinic.month_end.approve(clinic.actor, number_of(clinic, "a"), OCTOBER, PASSPHRASE)
    made = clinic.month_end.make(clinic.actor, OCTOBER, out)  # a nurse may neither approve nor close
    assert (made.finals, made.drafts) == (1, 1)
    final = " ".join(text_of(files_of(out)["packets/CL-2026-10-0001-r1.pdf"]).split())
    assert "attested by Ana Alvarez for NPI 1234567893" in final
    assert "The packet was made by the person who attested; nobody else here may do one of the two." in final
    with two_people(clinic, house):
        pass
    ana = open_desk(folder, "ana", PASSPHRASE, house)
    ana.month_end.approve(ana.actor, number_of(ana, "b"), OCTOBER, PASSPHRASE)
    made = ana.month_end.make(ana.actor, OCTOBER, out)
    assert [packet.state for packet in made.packets] == ["final", "draft"]
    draft = text_of(files_of(out)["packets/CL-2026-10-0002-r2.pdf"])
    assert "DRAFT – month not closed" in draft
    ana.close()


def test_an_approval_holds_for_the_facts_it_was_given_for_and_no_others(clinic: Desk, out: Path) -> None:
    assert clinic.month_end.approve_all(clinic.actor, OCTOBER, PASSPHRASE) == 2
    assert clinic.month_end.approve_all(clinic.actor, OCTOBER, PASSPHRASE) == 0
    worked_longer(clinic, "t-a", datetime(2026, 10, 5, 14, 26, tzinfo=UTC))
    states = {row.case_id: row.state for row in clinic.readiness.board(clinic.actor, OCTOBER).rows}
    assert states == {"a": "ready", "b": "approved", "c": "short"}
    made = clinic.month_end.make(clinic.actor, OCTOBER, out)
    assert [packet.state for packet in made.packets] == ["draft", "final"]


def test_a_preview_is_what_is_approved_and_a_change_in_between_is_refused(clinic: Desk) -> None:
    own = number_of(clinic, "a")
    seen = clinic.month_end.preview(clinic.actor, own, OCTOBER)
    assert "Nora Quill-a" in text_of(seen.pdf)
    worked_longer(clinic, "t-a", datetime(2026, 10, 5, 14, 26, tzinfo=UTC))
    with pytest.raises(MonthChanged):
        clinic.month_end.approve(clinic.actor, own, OCTOBER, PASSPHRASE, seen.facts_hash)
    seen = clinic.month_end.preview(clinic.actor, own, OCTOBER)
    clinic.month_end.approve(clinic.actor, own, OCTOBER, PASSPHRASE, seen.facts_hash)


def test_what_is_final_stands_and_the_change_since_is_said(clinic: Desk, out: Path) -> None:
    clinic.month_end.make(clinic.actor, OCTOBER, out, passphrase=PASSPHRASE)
    first = files_of(out)
    before = clinic.readiness.results(clinic.actor, OCTOBER)
    worked_longer(clinic, "t-a", datetime(2026, 10, 5, 15, 0, tzinfo=UTC))
    assert clinic.readiness.results(clinic.actor, OCTOBER) == before
    made = clinic.month_end.make(clinic.actor, OCTOBER, out, passphrase=PASSPHRASE)
    assert [packet.changed_since for packet in made.packets] == [True, False]
    assert files_of(out) == first
    assert clinic.readiness.case(clinic.actor, "a", OCTOBER)["time"][0]["end"] == "2026-10-05T09:25:00-05:00"  # type: ignore[index]
    with pytest.raises(NotReady, match="final"):
        clinic.month_end.approve(clinic.actor, number_of(clinic, "a"), OCTOBER, PASSPHRASE)
    preview = clinic.month_end.preview(clinic.actor, number_of(clinic, "a"), OCTOBER)
    assert preview.pdf == first["packets/CL-2026-10-0001-r1.pdf"]


def test_a_draft_of_somebody_no_longer_ready_is_void(clinic: Desk, out: Path) -> None:
    clinic.month_end.make(clinic.actor, OCTOBER, out)
    worked_longer(clinic, "t-a", datetime(2026, 10, 5, 14, 5, tzinfo=UTC))
    made = clinic.month_end.make(clinic.actor, OCTOBER, out)
    assert (made.drafts, made.not_ready) == (1, 2)
    assert packets(clinic)["CL-2026-10-0001-r1"] == "void"
    assert "packets/CL-2026-10-0001-r1.pdf" not in files_of(out)
    worked_longer(clinic, "t-a", datetime(2026, 10, 5, 14, 25, tzinfo=UTC))
    made = clinic.month_end.make(clinic.actor, OCTOBER, out)
    assert [packet.packet_no for packet in made.packets] == ["CL-2026-10-0001-r2", "CL-2026-10-0002-r1"]


@pytest.mark.parametrize(
    ("month", "refusal"),
    [(Month(2026, 11), MonthNotOver), (Month(2027, 1), MonthNotOver), (Month(2024, 12), MonthUnknown)],
)
def test_months_that_are_not_over_or_not_known_are_refused(
    clinic: Desk, out: Path, month: Month, refusal: type[Exception]
) -> None:
    with pytest.raises(refusal):
        clinic.month_end.make(clinic.actor, month, out, passphrase=PASSPHRASE)
    assert not out.exists()
    assert packets(clinic) == {}


def test_a_month_is_over_on_the_clinics_clock_not_on_greenwichs(clinic: Desk, out: Path, clock: FakeClock) -> None:
    clock.jump(seconds=(datetime(2026, 11, 1, 4, 59, 59, tzinfo=UTC) - clock.now()).total_seconds())
    with pytest.raises(MonthNotOver):
        clinic.month_end.make(clinic.actor, OCTOBER, out, passphrase=PASSPHRASE)
    clock.jump(seconds=1)
    assert clinic.month_end.make(clinic.actor, OCTOBER, out, passphrase=PASSPHRASE).finals == 2


def test_papers_do_not_go_where_they_must_not_or_cannot(clinic: Desk, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    own = clinic.opened.file.folder
    for wrong in (own, own / "out", own / "backups", tmp_path / "none" / "out", tmp_path / "file", Path("/proc/out")):
        with pytest.raises(OutRefused):
            clinic.month_end.make(clinic.actor, OCTOBER, wrong, passphrase=PASSPHRASE)
    assert packets(clinic) == {}
    assert not any("month" in action for action, _ in trail(clinic))


def test_a_wrong_passphrase_stops_before_anything_is_written(clinic: Desk, out: Path) -> None:
    with pytest.raises(WrongPassphrase):
        clinic.month_end.make(clinic.actor, OCTOBER, out, passphrase="not it, not it, not it")
    with pytest.raises(WrongPassphrase):
        clinic.month_end.approve(clinic.actor, number_of(clinic, "a"), OCTOBER, "not it, not it, not it")
    assert not out.exists()
    assert packets(clinic) == {}


def test_cancelling_leaves_nothing_behind(clinic: Desk, out: Path) -> None:
    told: list[tuple[int, int]] = []
    for patience in range(3):
        asked = iter([False] * patience + [True] * 9)
        with pytest.raises(MakingStopped):
            clinic.month_end.make(
                clinic.actor,
                OCTOBER,
                out,
                progress=lambda done, of: told.append((done, of)),
                cancelled=lambda asked=asked: next(asked),  # type: ignore[misc]
            )
        assert not out.exists()
        assert list(out.parent.glob(".*")) == []
    assert packets(clinic) == {}
    assert set(told) == {(1, 4), (2, 4)}


def test_a_record_that_changes_while_its_packet_is_printed_makes_none(clinic: Desk, out: Path) -> None:
    def meanwhile(facts: PacketFacts) -> bytes:
        if facts.patient.external_id == "a":
            worked_longer(clinic, "t-a", datetime(2026, 10, 5, 14, 26, tzinfo=UTC))
        return packet_pdf(facts)

    with pytest.raises(MonthChanged):
        printing_with(clinic, meanwhile).make(clinic.actor, OCTOBER, out, passphrase=PASSPHRASE)
    assert packets(clinic) == {}
    assert not out.exists()


def test_an_approval_taken_back_while_its_packet_is_printed_makes_none(clinic: Desk, out: Path) -> None:
    own = number_of(clinic, "a")
    clinic.month_end.approve(clinic.actor, own, OCTOBER, PASSPHRASE)

    def meanwhile(facts: PacketFacts) -> bytes:
        if facts.patient.external_id == "a":
            clinic.month_end.withdraw(clinic.actor, own, OCTOBER, "Looked at the wrong patient")
        return packet_pdf(facts)

    with pytest.raises(MonthChanged):
        printing_with(clinic, meanwhile).make(clinic.actor, OCTOBER, out, close=True)
    assert packets(clinic) == {}
    assert not out.exists()


def test_a_change_of_somebody_else_meanwhile_is_no_reason_to_stop(clinic: Desk, out: Path) -> None:
    def meanwhile(facts: PacketFacts) -> bytes:
        if facts.patient.external_id == "a":
            worked_longer(clinic, "t-c", datetime(2026, 10, 7, 14, 16, tzinfo=UTC))
        return packet_pdf(facts)

    assert printing_with(clinic, meanwhile).make(clinic.actor, OCTOBER, out, passphrase=PASSPHRASE).finals == 2


def test_a_later_program_that_draws_otherwise_writes_what_was_made_to_the_byte(clinic: Desk, out: Path) -> None:
    clinic.month_end.make(clinic.actor, OCTOBER, out, passphrase=PASSPHRASE)
    first = files_of(out)
    later = printing_with(clinic, lambda facts: packet_pdf(facts) + b"\n")
    later.make(clinic.actor, OCTOBER, out)
    assert files_of(out) == first
    assert later.preview(clinic.actor, number_of(clinic, "a"), OCTOBER).pdf == first["packets/CL-2026-10-0001-r1.pdf"]


def test_a_kept_paper_that_was_tampered_with_is_not_printed(clinic: Desk, out: Path) -> None:
    clinic.month_end.make(clinic.actor, OCTOBER, out, passphrase=PASSPHRASE)
    with clinic.opened.file.engine.connect() as connection, pytest.raises(DatabaseError, match="only ever added"):
        connection.execute(text("UPDATE paper_piece SET content = x'00'"))
    engine = open_engine(clinic.opened.file.database, clinic.opened.file.key, guarded=False)
    with engine.connect() as connection:
        connection.execute(text("DROP TRIGGER paper_piece_never_changed"))
        connection.execute(text("UPDATE paper_piece SET content = zeroblob(40)"))
        connection.commit()
    engine.dispose()
    named = {fault.what.rpartition(": ")[2] for fault in clinic.integrity.check(clinic.actor).faults}
    assert named == {"CL-2026-10-0001-r1", "CL-2026-10-0002-r1"}
    with pytest.raises(PaperDamaged, match="SHA-256"):
        clinic.month_end.make(clinic.actor, OCTOBER, out.with_name("again"))
    assert not out.with_name("again").exists()


def test_what_somebody_else_put_in_the_folder_stays(clinic: Desk, out: Path) -> None:
    (out / "packets").mkdir(parents=True)
    (out / "notes.txt").write_text("mine", encoding="utf-8")
    (out / "bound.pdf").write_text("of last month", encoding="utf-8")
    clinic.month_end.make(clinic.actor, OCTOBER, out)
    first = files_of(out)
    assert first["notes.txt"] == b"mine"
    assert first["bound.pdf"].startswith(b"%PDF")
    # A draft that somebody wrote on is theirs now.
    draft = out / "packets" / "CL-2026-10-0001-r1.pdf"
    draft.write_bytes(draft.read_bytes() + b"%% signed by hand")
    clinic.month_end.make(clinic.actor, OCTOBER, out, passphrase=PASSPHRASE)
    assert draft.read_bytes().endswith(b"by hand")
    assert (out / "packets" / "CL-2026-10-0001-r2.pdf").exists()


def test_papers_are_readable_by_their_owner_alone(clinic: Desk, out: Path) -> None:
    clinic.month_end.make(clinic.actor, OCTOBER, out)
    modes = {path.stat().st_mode & 0o777 for path in out.rglob("*") if path.is_file()}
    assert modes == {0o600}
    assert out.stat().st_mode & 0o777 == 0o700


def test_every_packets_facts_are_kept_and_add_up_and_the_clinic_stays_sound(
    desk: Desk, tmp_path: Path, out: Path
) -> None:
    overlapping = together(ready("a", minutes=50), ready("b", minutes=50)) | {
        "time": [
            entry("a1", "a", "05T09:00:00", "05T09:30:00"),
            entry("a2", "a", "05T09:20:00", "05T09:50:00", role="practitioner", staff="1234567893"),
            entry("a3", "a", "31T23:50:00", "2026-11-01T00:10:00-05:00"),
            entry("a4", "a", "06T09:00:00", "06T09:10:00", activity="billing"),
            entry("b1", "b", "05T09:10:00", "05T09:50:00"),
        ]
    }
    bring_in(desk, tmp_path / "in", overlapping)
    desk.month_end.make(desk.actor, OCTOBER, out, passphrase=PASSPHRASE)
    with desk.opened.ledger.reading(desk.actor, "month.make") as reading:
        kept = list(reading.session.scalars(select(Packet)))
        reading.session.expunge_all()
    assert len(kept) == 2
    for row in kept:
        facts = PacketFacts.from_json(row.facts)
        assert facts.discrepancies() == ()
        assert facts.facts_hash() == row.facts_hash
        assert facts.rule_version == row.rule_version == load_rule_book().version
        assert facts.chain_head is not None
        assert hashlib.sha256(packet_pdf(facts)).hexdigest() == row.sha256
    log = {each.id: each for each in PacketFacts.from_json(kept[0].facts).time}
    assert {name: (row.seconds, row.counted_seconds) for name, row in log.items()} == {
        "a1": (1800, 1800),
        "a2": (1800, 1200),
        "a3": (600, 600),
        "a4": (600, 0),
    }
    assert [(each.reason, each.seconds) for each in log["a4"].exclusions] == [("X_ADMIN_ACTIVITY", 600)]
    checked = desk.integrity.check(desk.actor)
    assert checked.faults == ()


def test_an_empty_month_has_papers_that_say_so(clinic: Desk, out: Path) -> None:
    made = clinic.month_end.make(clinic.actor, Month(2026, 9), out, passphrase=PASSPHRASE)
    assert (made.packets, made.not_ready) == ((), 3)
    assert sorted(files_of(out)) == OF_THE_MONTH


def test_a_packet_holds_what_was_worked_in_the_program_plan_note_and_second(
    clinic: Desk, out: Path, clock: FakeClock
) -> None:
    own = number_of(clinic, "a")
    draft = clinic.care_plans.draft(clinic.actor, own)
    mark = clinic.care_plans.save_draft(clinic.actor, draft.plan_id, whole(draft), draft.mark)
    signed = clinic.care_plans.sign(clinic.actor, own, PASSPHRASE, mark)
    clinic.care_plans.record_copy_given(clinic.actor, signed.plan_id, clock.now().date(), "portal")
    call = clinic.calls.start(clinic.actor, own)
    live(clinic, clock, call.call_id, 65)
    clinic.calls.stop(clinic.actor, call.call_id)
    clinic.calls.finish(clinic.actor, call.call_id, WrapUp(outcome="reached", sections=WHOLE_NOTE))
    november = Month(2026, 11)
    span = ("2026-11-05T09:00:00-06:00", "2026-11-05T09:20:00-06:00")
    bring_in(clinic, out.with_name("more"), {"time": [entry("nov", "a", *span)]})
    clock.jump(days=10)
    made = clinic.month_end.make(clinic.actor, november, out, passphrase=PASSPHRASE)
    (packet,) = made.packets
    text = " ".join(text_of(files_of(out)[f"packets/{packet.packet_no}.pdf"]).split())
    for fact in (
        "Version 1",
        "About symptom management",
        "portal",
        "No swelling, sleeps flat",
        "Ana Alvarez, RN",
        "21:05",
        "Sign a care plan",
    ):
        assert fact in text


def test_plain_papers_of_a_run_that_was_cut_off_are_cleared_away(clinic: Desk, out: Path) -> None:
    left = (out.with_name(f".{out.name}.careloop-making-abc"), out.with_name(".other.careloop-making-abc"))
    for folder in left:
        folder.mkdir()
        (folder / "packet.pdf").write_text("somebody", encoding="utf-8")
    clinic.month_end.make(clinic.actor, OCTOBER, out)
    assert [folder.exists() for folder in left] == [False, True]


def test_packets_of_a_program_that_kept_no_bytes_are_drawn_once_more_and_kept_from_then_on(
    tmp_path: Path, house: House
) -> None:
    folder = tmp_path / "clinic"
    shutil.copytree(Path(__file__).parents[1] / "storage" / "released" / "0001", folder)
    manager = open_desk(folder, "dana", str(load_toml("demo/team.toml")["passphrase"]), house)
    try:
        with manager.opened.ledger.reading(manager.actor, "month.make") as reading:
            month = Month.parse(
                reading.session.scalars(select(Packet.month).where(Packet.state == "final")).first() or ""
            )
        made = manager.month_end.make(manager.actor, month, tmp_path / "out")
        assert made.finals > 0
        first = files_of(tmp_path / "out")
        assert all(content.startswith(b"%PDF") for name, content in first.items() if name.startswith("packets/"))
        later = printing_with(manager, lambda facts: packet_pdf(facts) + b"\n")
        later.make(manager.actor, month, tmp_path / "again", papers=("packets",))
        assert all(files_of(tmp_path / "again")[name] == first[name] for name in first if name.startswith("packets/"))
        assert manager.integrity.check(manager.actor).faults == ()
    finally:
        manager.close()
