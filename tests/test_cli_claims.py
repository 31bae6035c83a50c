"""The claim commands on a closed month, in this process."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from app.cli import main
from app.compose import wiring_of_commands
from tests.conftest import FIRST_PERSON
from tests.exchange.claims import segments, validate
from tests.fake_clock import FakeClock

Run = Callable[..., tuple[int, str]]


@pytest.fixture
def run(clock: FakeClock, closed_folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Run:
    """Run a command on a copy of the closed clinic; return the exit code and what was said."""
    clinic = Path(shutil.copytree(closed_folder, tmp_path / "clinic"))
    password = tmp_path / "password"
    password.write_text(FIRST_PERSON.passphrase + "\n", encoding="utf-8")

    def run(command: str, *arguments: object) -> tuple[int, str]:
        signed = [command, str(clinic), "--as", FIRST_PERSON.username, "--password-file", str(password)]
        capsys.readouterr()
        code = main([*signed, *map(str, arguments)], lambda: wiring_of_commands(clock))
        return code, capsys.readouterr().err

    return run


def test_claims_leave_once_and_their_answer_is_taken_in(run: Run, tmp_path: Path) -> None:
    out = tmp_path / "out"
    code, said = run("claims", "--month", "2026-10", "--out", out)
    assert (code, "2 claims for $190.00 left now" in said) == (0, True)
    (file,) = out.iterdir()
    content = file.read_bytes()
    assert file.stat().st_mode & 0o777 == 0o600

    code, said = run("claims", "--month", "2026-10", "--out", tmp_path / "again")
    assert (code, "0 claims" in said) == (0, True)
    assert (tmp_path / "again" / file.name).read_bytes() == content

    answer = tmp_path / "answer.999"
    answer.write_bytes(validate(content).acknowledgement)
    for words in ("999 read: 2 claims accepted, 0 turned back", "was read before"):
        code, said = run("claim-response", answer)
        assert (code, words in said) == (0, True)
    answer.write_bytes(b"not x12")
    code, said = run("claim-response", answer)
    assert (code, "Nothing was changed" in said) == (2, True)


def test_a_test_file_and_the_audit_answer(run: Run, tmp_path: Path) -> None:
    code, said = run("claims", "--month", "2026-10", "--out", tmp_path / "out", "--test")
    assert (code, "No claim counts as sent" in said) == (0, True)
    (file,) = (tmp_path / "out").iterdir()
    assert segments(file.read_bytes())[0][15] == "T"

    paper = tmp_path / "why.pdf"
    code, said = run("audit-answer", "--month", "2026-10", "--patient", "a", "--out", paper)
    assert code == 0
    assert paper.read_bytes().startswith(b"%PDF")
    assert run("audit-answer", "--month", "2026-10", "--patient", "a", "--out", paper)[0] == 2
    assert run("audit-answer", "--month", "2026-10", "--patient", "zz", "--out", tmp_path / "b.pdf")[0] == 2


def test_nothing_is_written_into_the_clinics_own_folder(run: Run, tmp_path: Path) -> None:
    code, said = run("claims", "--month", "2026-10", "--out", tmp_path / "clinic" / "claims")
    assert (code, "own folder" in said) == (2, True)
