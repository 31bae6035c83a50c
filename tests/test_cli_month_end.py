"""A month dry-run, closed, opened again and closed anew, without a window."""

import io
from pathlib import Path

import pikepdf
import pytest

from app.compose import open_desk
from app.services.desk import Desk
from app.services.founding import House
from tests.conftest import FIRST_PERSON
from tests.services.clinic_month import OCTOBER
from tests.services.closed import a_clinic, furnish, set_mbi
from tests.test_cli_clinic import Run, Signed, digest, files, password, run, signed  # noqa: F401 - fixtures

MONTH = ("--month", "2026-10")


def test_a_month_is_dry_run_closed_opened_again_and_closed_anew(
    run: Run,  # noqa: F811 - the fixture
    signed: Signed,  # noqa: F811
    files: Path,  # noqa: F811
    tmp_path: Path,
) -> None:
    run(*signed("import"), files)
    code, printed, _ = run(*signed("month-end"), *MONTH, "--dry-run")
    assert code == 0
    assert printed.splitlines()[0] == "2026-10: 1 new packets, 0 as made before, 1 patients without"
    assert "seconds counted: 1500" in printed
    assert "0 exported" in run(*signed("readiness"), *MONTH)[1]

    out = tmp_path / "out"
    code, _, told = run(*signed("month-end"), *MONTH, "--out", out, "--close")
    assert code == 0
    assert "careloop: 2026-10 is closed (close 1)." in told
    first = digest(out)
    code, _, told = run(*signed("month-end"), *MONTH, "--out", tmp_path / "again")
    assert (code, digest(tmp_path / "again")) == (0, first)

    code, _, told = run(*signed("reopen"), *MONTH, "--reason", " ")
    assert (code, len(told)) == (2, 1)
    code, _, told = run(*signed("reopen"), *MONTH, "--reason", "The wrong practitioner", "--patient", "a")
    assert (code, told) == (0, ["careloop: 2026-10 is open again: 1 packets are void."])
    code, _, told = run(*signed("reopen"), *MONTH, "--reason", "Once more")
    assert (code, len(told)) == (2, 1)
    code, _, told = run(*signed("month-end"), *MONTH, "--out", out, "--close")
    assert code == 0
    assert "careloop: 2026-10 is closed (close 2)." in told
    names = set(digest(out))
    assert {"packets/CL-2026-10-0001-r2.pdf", "void/CL-2026-10-0001-r1-VOID.pdf"} <= names
    assert "packets/CL-2026-10-0001-r1.pdf" not in names
    assert run(*signed("check"))[0] == 0


def test_the_window_and_the_command_line_write_the_same_bytes(  # noqa: PLR0917 - fixtures
    run: Run,  # noqa: F811
    signed: Signed,  # noqa: F811
    files: Path,  # noqa: F811
    tmp_path: Path,
    clinic_folder: Path,
    house: House,
) -> None:
    run(*signed("import"), files)
    desk = open_desk(clinic_folder, FIRST_PERSON.username, FIRST_PERSON.passphrase, house)
    desk.month_end.make(desk.actor, OCTOBER, tmp_path / "window", passphrase=FIRST_PERSON.passphrase, close=True)
    desk.close()
    assert run(*signed("month-end"), *MONTH, "--out", tmp_path / "out", "--close")[0] == 0
    assert digest(tmp_path / "out") == digest(tmp_path / "window")


def test_claims_lie_with_the_papers_and_leave_once(
    run: Run,  # noqa: F811
    signed: Signed,  # noqa: F811
    tmp_path: Path,
    desk: Desk,
) -> None:
    furnish(desk)
    a_clinic(desk, tmp_path, "a", "b")
    set_mbi(desk, "b", "")
    desk.close()
    code, _, told = run(*signed("month-end"), *MONTH, "--out", tmp_path / "out", "--close", "--claims")
    assert code == 0
    assert "careloop: 1 claims for $95.00 left now; 1 claim files are beside the papers." in told
    assert [line for line in told if line.startswith("careloop: CL-2026-10-0002-r1 stays back: ")]
    first = digest(tmp_path / "out")
    assert [name for name in first if name.startswith("837P-2026-10-")]
    code, _, told = run(*signed("month-end"), *MONTH, "--out", tmp_path / "again", "--claims")
    assert code == 0
    assert "careloop: 0 claims for $0.00 left now; 1 claim files are beside the papers." in told
    assert digest(tmp_path / "again") == first


@pytest.mark.parametrize("said", [b"seven grey herons wade\n", b"seven grey herons wade\r\nnot this line\n"])
def test_pdfs_are_protected_with_what_standard_input_says(  # noqa: PLR0917 - fixtures
    run: Run,  # noqa: F811
    signed: Signed,  # noqa: F811
    files: Path,  # noqa: F811
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    said: bytes,
) -> None:
    run(*signed("import"), files)
    with io.TextIOWrapper(io.BytesIO(said)) as typed:
        monkeypatch.setattr("sys.stdin", typed)
        code, _, told = run(*signed("month-end"), *MONTH, "--out", tmp_path / "out", "--encrypt")
    assert code == 0
    assert told[-1].startswith("careloop: Lists and claim files are not encrypted")
    assert not any("herons" in line for line in told)
    with pikepdf.open(tmp_path / "out/bound.pdf", password="seven grey herons wade") as paper:
        assert paper.encryption.R == 6


def test_a_short_passphrase_for_pdfs_is_refused_in_one_line(
    run: Run,  # noqa: F811
    signed: Signed,  # noqa: F811
    files: Path,  # noqa: F811
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    run(*signed("import"), files)
    with io.TextIOWrapper(io.BytesIO(b"herons\n")) as typed:
        monkeypatch.setattr("sys.stdin", typed)
        code, _, told = run(*signed("month-end"), *MONTH, "--out", tmp_path / "out", "--encrypt")
    assert (code, told) == (2, ["careloop: The passphrase for the PDFs needs at least 12 characters."])
    assert not (tmp_path / "out").exists()
