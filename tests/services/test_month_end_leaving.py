"""What leaves with a month's papers: its claims, once; and PDFs as copies that open with a passphrase alone."""

import csv
import io
import json
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pikepdf
import pytest
from sqlalchemy import select, text

from app.models import Claim, ClaimBatch
from app.reports.encrypted import decrypt_pdf, encrypt_pdf
from app.rules.month import Month
from app.security.permissions import Actor, NotPermitted
from app.services.claims.sending import MonthClaims
from app.services.closing.made import Made
from app.services.closing.press import CLAIMS, PAPERS
from app.services.closing.protection import PaperPassphraseRefused
from app.services.desk import Desk
from app.services.packet_folder import OutRefused, sha256_of
from tests.conftest import FIRST_PERSON
from tests.exchange.claims import segments, validate
from tests.services.clinic_month import OCTOBER
from tests.services.closed import MBIS, a_clinic, furnish, set_mbi
from tests.services.test_month_end import files_of, trail

SECRET = "seven grey herons wade"
ALL = PAPERS | {CLAIMS}


@pytest.fixture
def ready_clinic(desk: Desk, tmp_path: Path) -> Desk:
    """Two patients are ready, and the clinic has typed in all that claims need."""
    furnish(desk)
    a_clinic(desk, tmp_path, "a", "b")
    return desk


def close(desk: Desk, out: Path, pdf_passphrase: str | None = None, papers: frozenset[str] = ALL) -> Made:
    return desk.month_end.make(
        desk.actor,
        OCTOBER,
        out,
        passphrase=FIRST_PERSON.passphrase,
        papers=papers,
        close=True,
        pdf_passphrase=pdf_passphrase,
    )


def counts(desk: Desk) -> tuple[int, int]:
    """How many claims there are, and how many files they left in."""
    with desk.opened.ledger.reading(desk.actor, "claim.read") as reading:
        return len(reading.session.scalars(select(Claim)).all()), len(reading.session.scalars(select(ClaimBatch)).all())


def listed(files: dict[str, bytes]) -> dict[str, dict[str, str]]:
    return {row["name"]: row for row in json.loads(files["manifest.json"])["files"]}


def claim_file(files: dict[str, bytes]) -> tuple[str, bytes]:
    ((name, content),) = ((name, content) for name, content in files.items() if name.startswith("837P-"))
    return name, content


def left_out(files: dict[str, bytes]) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(files["claims-left-out.csv"].decode("utf-8-sig"))))


def same_paper(copy: bytes, original: bytes) -> None:
    """Require that a protected copy is the original once decrypted, to the byte what any other copy of it is."""
    plain = decrypt_pdf(copy, SECRET)
    assert plain == decrypt_pdf(encrypt_pdf(original, "quite another passphrase"), "quite another passphrase")
    with pikepdf.open(io.BytesIO(plain)) as one, pikepdf.open(io.BytesIO(original)) as other:
        assert [page.Contents.read_bytes() for page in one.pages] == [p.Contents.read_bytes() for p in other.pages]
        assert one.docinfo == other.docinfo


def test_the_claims_lie_with_the_papers_and_are_listed_with_them(ready_clinic: Desk, tmp_path: Path) -> None:
    made = close(ready_clinic, tmp_path / "out")
    files = files_of(tmp_path / "out")
    name, content = claim_file(files)
    assert made.claims is not None
    assert (made.claims.claimed, made.claims.left_out, left_out(files)) == (2, (), [])
    assert validate(content).accepted
    assert listed(files)[name]["sha256"] == made.digests[name] == sha256_of(content)
    assert f"{sha256_of(content)}  {name}" in files["SHA256SUMS"].decode().splitlines()
    assert counts(ready_clinic) == (2, 1)


def test_a_close_without_claims_is_the_same_close(ready_clinic: Desk, tmp_path: Path) -> None:
    close(ready_clinic, tmp_path / "plain", papers=PAPERS)
    assert counts(ready_clinic) == (0, 0)
    close(ready_clinic, tmp_path / "claims")
    plain, claims = files_of(tmp_path / "plain"), files_of(tmp_path / "claims")
    added = {claim_file(claims)[0], "claims-left-out.csv"}
    assert set(claims) - set(plain) == added
    assert {n: c for n, c in plain.items() if n not in {"manifest.json", "SHA256SUMS"}}.items() <= claims.items()


def test_the_close_repeated_writes_the_same_bytes_and_no_second_claim(ready_clinic: Desk, tmp_path: Path) -> None:
    close(ready_clinic, tmp_path / "out")
    first = files_of(tmp_path / "out")
    again = close(ready_clinic, tmp_path / "again")
    assert again.claims is not None
    assert again.claims.claimed == 0
    close(ready_clinic, tmp_path / "out")
    assert files_of(tmp_path / "again") == files_of(tmp_path / "out") == first
    assert counts(ready_clinic) == (2, 1)


def test_who_is_kept_out_is_listed_with_the_reasons_and_mended_leaves_next(ready_clinic: Desk, tmp_path: Path) -> None:
    set_mbi(ready_clinic, "b", "")
    made = close(ready_clinic, tmp_path / "out")
    assert made.claims is not None
    assert made.claims.claimed == 1
    (row,) = left_out(files_of(tmp_path / "out"))
    assert (row["service_month"], row["packet"]) == ("2026-10", "CL-2026-10-0002-r1")
    assert row["patient"] == "QUILL-B, NORA"
    assert row["reasons"] == " ".join(made.claims.left_out[0].reasons)
    assert made.finals == 2
    set_mbi(ready_clinic, "b", MBIS[1])
    close(ready_clinic, tmp_path / "out")
    files = files_of(tmp_path / "out")
    assert left_out(files) == []
    numbers = [s[1] for n, c in files.items() if n.startswith("837P-") for s in segments(c) if s[0] == "CLM"]
    assert sorted(Counter(numbers).values()) == [1, 1]


def test_settings_that_lack_something_keep_all_claims_back_and_no_packet(desk: Desk, tmp_path: Path) -> None:
    a_clinic(desk, tmp_path, "a", "b")
    made = close(desk, tmp_path / "out")
    assert made.closed == 1
    assert made.claims is not None
    assert (made.claims.files, len(made.claims.left_out)) == ((), 2)
    assert all("submitter's identifier" in row["reasons"] for row in left_out(files_of(tmp_path / "out")))


def test_who_may_not_work_claims_makes_nothing_with_them(
    ready_clinic: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ledger = ready_clinic.opened.ledger
    fewer = {**ledger.permissions.allowed, "claim.work": frozenset[str]()}
    monkeypatch.setattr(ledger, "permissions", replace(ledger.permissions, allowed=fewer))
    with pytest.raises(NotPermitted):
        close(ready_clinic, tmp_path / "out")
    assert not (tmp_path / "out").exists()
    assert ready_clinic.month_end.state(ready_clinic.actor, OCTOBER).state == "open"


def test_a_fault_between_the_claims_and_the_folder_leaves_the_kept_file(ready_clinic: Desk, tmp_path: Path) -> None:
    send = ready_clinic.month_end._send_claims

    def then_the_disk_fails(actor: Actor, month: Month) -> MonthClaims:
        made = send(actor, month)
        (tmp_path / "out").write_text("something took the folder's place")
        return made

    ready_clinic.month_end._send_claims = then_the_disk_fails
    with pytest.raises(OutRefused):
        close(ready_clinic, tmp_path / "out")
    ready_clinic.month_end._send_claims = send
    assert counts(ready_clinic) == (2, 1)
    again = close(ready_clinic, tmp_path / "again")
    assert again.claims is not None
    assert (again.closed, again.claims.claimed) == (1, 0)
    assert claim_file(files_of(tmp_path / "again"))[1] == again.claims.files[0].content
    assert counts(ready_clinic) == (2, 1)


def test_protected_copies_open_with_the_passphrase_alone_and_are_the_same_papers(
    ready_clinic: Desk, tmp_path: Path
) -> None:
    made = close(ready_clinic, tmp_path / "locked", SECRET)
    close(ready_clinic, tmp_path / "plain")
    locked, plain = files_of(tmp_path / "locked"), files_of(tmp_path / "plain")
    assert made.is_protected
    assert set(locked) == set(plain)
    said = listed(locked)
    for name, content in locked.items():
        if name.endswith(".pdf"):
            with pytest.raises(pikepdf.PasswordError):
                pikepdf.open(io.BytesIO(content))
            with pikepdf.open(io.BytesIO(content), password=SECRET) as paper:
                assert (paper.encryption.R, paper.encryption.bits) == (6, 256)
                assert len(paper.pages) > 0
            same_paper(content, plain[name])
            assert said[name]["sha256"] == made.digests[name] == sha256_of(content)
            assert said[name]["original_sha256"] == sha256_of(plain[name])
        elif name not in {"manifest.json", "SHA256SUMS"}:
            assert content == plain[name]
            assert "original_sha256" not in said[name]
    for line in locked["SHA256SUMS"].decode().splitlines():
        digest, _, name = line.partition("  ")
        assert sha256_of(locked[name]) == digest


def test_what_is_kept_stays_plain_and_the_passphrase_is_nowhere(ready_clinic: Desk, tmp_path: Path) -> None:
    close(ready_clinic, tmp_path / "locked", SECRET)
    close(ready_clinic, tmp_path / "again", SECRET)
    assert ready_clinic.integrity.check(ready_clinic.actor).faults == ()
    number = "CL-2026-10-0001-r1"
    original = ready_clinic.reopenings.original(ready_clinic.actor, number)
    copy = (tmp_path / f"locked/packets/{number}.pdf").read_bytes()
    same_paper(copy, original)
    details = [detail for action, detail in trail(ready_clinic)]
    assert sum('"protected":true' in detail.replace(" ", "") for detail in details) == 2
    with ready_clinic.opened.ledger.reading(ready_clinic.actor, "audit.read") as reading:
        tables = reading.session.scalars(text("SELECT name FROM sqlite_schema WHERE type = 'table'")).all()
        for table in tables:
            for row in reading.session.execute(text(f'SELECT * FROM "{table}"')):  # noqa: S608 - the file's own names
                assert SECRET not in repr(tuple(row))


@pytest.mark.parametrize("bad", ["", "eleven lett", "a long one\nin two", "ä" * 64])
def test_a_passphrase_that_will_not_do_is_refused_before_anything(ready_clinic: Desk, tmp_path: Path, bad: str) -> None:
    with pytest.raises(PaperPassphraseRefused):
        close(ready_clinic, tmp_path / "out", bad)
    assert not (tmp_path / "out").exists()
    assert ready_clinic.month_end.state(ready_clinic.actor, OCTOBER).state == "open"


def test_a_protected_packet_that_no_longer_stands_is_cleared_away(ready_clinic: Desk, tmp_path: Path) -> None:
    out = tmp_path / "out"
    close(ready_clinic, out, SECRET, PAPERS)
    ready_clinic.reopenings.reopen(ready_clinic.actor, OCTOBER, "The wrong practitioner was billed")
    changed = out / "packets/CL-2026-10-0002-r1.pdf"
    changed.write_bytes(changed.read_bytes() + b" ")
    close(ready_clinic, out, SECRET, PAPERS)
    names = set(files_of(out))
    assert {"packets/CL-2026-10-0001-r2.pdf", "void/CL-2026-10-0001-r1-VOID.pdf"} <= names
    assert "packets/CL-2026-10-0001-r1.pdf" not in names
    assert "packets/CL-2026-10-0002-r1.pdf" in names  # somebody changed it: it is not ours to take away
