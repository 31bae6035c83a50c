"""One click, one PDF: why a month was billed."""

import hashlib
import io
from datetime import date
from pathlib import Path

import pikepdf
import pypdf
import pytest
from sqlalchemy import select, text

from app.models import Packet
from app.rules.errors import ClinicError
from app.rules.month import Month
from app.services.desk import Desk
from app.storage.vault import open_engine
from tests.fake_clock import FakeClock
from tests.reports.reading import outline, tight
from tests.reports.reading import text as words_of
from tests.services.clinic_month import OCTOBER, number_of
from tests.services.closed import close_october

PARTS = ("Proof of integrity", "Consent", "Care plan", "Time log", "Approvals", "history", "Audit trail")


def answered(desk: Desk, external_id: str = "a") -> bytes:
    return desk.audit_answers.answer(desk.actor, number_of(desk, external_id), OCTOBER).pdf


def kept_hash(desk: Desk, patient_id: int) -> str:
    """The SHA-256 that was kept when the packet was made."""
    with desk.opened.ledger.reading(desk.actor, "claim.read") as reading:
        return reading.session.scalars(select(Packet.sha256).where(Packet.patient_id == patient_id)).one()


def test_the_answer_holds_everything_and_its_index_leads_there(closed_clinic: Desk) -> None:
    desk = closed_clinic
    desk.claims.month_files(desk.actor, OCTOBER)
    claim_id = desk.claims.rows(desk.actor, OCTOBER)[0].claim_id
    assert claim_id is not None
    desk.claims.mark_submitted(desk.actor, [claim_id], date(2026, 11, 5))
    pdf = answered(desk)

    said = tight(words_of(pdf))
    for part in (*PARTS, "Nothing was altered", "Submitted", "control number", "attested"):
        assert tight(part).casefold() in said.casefold(), part
    titles = [title for _, title, _ in outline(pdf)]
    for part in PARTS:
        assert any(part.casefold() in title.casefold() for title in titles), part
    assert any("packet CL-2026-10" in title.replace("Packet", "packet") for title in titles)


def test_the_packet_is_appended_page_for_page(closed_clinic: Desk) -> None:
    patient_id = number_of(closed_clinic, "a")
    preview = closed_clinic.month_end.preview(closed_clinic.actor, patient_id, OCTOBER)
    kept = kept_hash(closed_clinic, patient_id)
    assert hashlib.sha256(preview.pdf).hexdigest() == kept
    pdf = answered(closed_clinic)
    own = [page.extract_text() for page in pypdf.PdfReader(io.BytesIO(preview.pdf)).pages]
    whole = [page.extract_text() for page in pypdf.PdfReader(io.BytesIO(pdf)).pages]
    assert whole[-len(own) :] == own
    assert kept in tight(words_of(pdf))
    with pikepdf.open(io.BytesIO(pdf)) as paper:
        assert paper.check_pdf_syntax() == []


def test_the_first_page_says_that_the_packet_is_void_since_the_month_was_opened_again(closed_clinic: Desk) -> None:
    desk = closed_clinic
    assert "voidsince" not in tight(words_of(answered(desk)))
    desk.reopenings.reopen(desk.actor, OCTOBER, "Minutes were wrong", patients=[number_of(desk, "a")])
    first = pypdf.PdfReader(io.BytesIO(answered(desk))).pages[0].extract_text()
    assert tight(f"CL-2026-10-{number_of(desk, 'a'):04d}-r1, void since") in tight(first)


def test_the_history_says_of_which_packet_each_claim_was_sent(closed_clinic: Desk, tmp_path: Path) -> None:
    desk = closed_clinic
    desk.claims.month_files(desk.actor, OCTOBER)
    number = f"CL-2026-10-{number_of(desk, 'a'):04d}"
    desk.reopenings.reopen(desk.actor, OCTOBER, "Minutes were wrong", patients=[number_of(desk, "a")])
    close_october(desk, tmp_path / "second")
    said = tight(words_of(answered(desk)))
    assert tight(f"of packet {number}-r1") in said  # what the payer has, though the newest packet is appended
    assert tight(f"Packet {number}-r2, as it was made") in said


def test_it_works_years_later_and_says_when_it_was_checked(closed_clinic: Desk, clock: FakeClock) -> None:
    clock.advance(days=8 * 365)
    found = closed_clinic.audit_answers.answer(closed_clinic.actor, number_of(closed_clinic, "b"), OCTOBER)
    assert found.holds
    assert found.name == f"audit-answer-CL-2026-10-{number_of(closed_clinic, 'b'):04d}-r1.pdf"
    assert "2034" in words_of(found.pdf)


def test_a_record_changed_behind_the_programs_back_is_said_on_the_first_page(closed_clinic: Desk) -> None:
    file = closed_clinic.opened.file
    engine = open_engine(file.database, file.key, guarded=False)
    with engine.begin() as connection:
        connection.execute(text("DROP TRIGGER time_entry_never_changed"))
        connection.execute(text("UPDATE time_entry SET note = 'a better story'"))
    engine.dispose()
    found = closed_clinic.audit_answers.answer(closed_clinic.actor, number_of(closed_clinic, "a"), OCTOBER)
    assert not found.holds
    first = pypdf.PdfReader(io.BytesIO(found.pdf)).pages[0].extract_text()
    assert tight("does not hold") in tight(first)
    assert tight("was changed behind CareLoop's back") in tight(words_of(found.pdf))


def test_making_it_is_noted_and_a_month_that_was_never_closed_has_none(closed_clinic: Desk) -> None:
    answered(closed_clinic)
    with closed_clinic.opened.ledger.reading(closed_clinic.actor, "audit.read") as reading:
        newest = reading.session.execute(
            text("SELECT action, patient_id FROM audit_event ORDER BY seq DESC LIMIT 1")
        ).one()
    assert tuple(newest) == ("answer.make", number_of(closed_clinic, "a"))
    with pytest.raises(ClinicError, match="never closed"):
        closed_clinic.audit_answers.answer(closed_clinic.actor, number_of(closed_clinic, "a"), Month(2026, 9))


def test_who_may_not_see_bills_may_not_make_it(closed_clinic: Desk) -> None:
    may = closed_clinic.opened.ledger.permissions.may
    assert [
        role for role in ("nurse", "coordinator", "practitioner", "manager", "admin") if may([role], "answer.make")
    ] == [
        "practitioner",
        "manager",
    ]
