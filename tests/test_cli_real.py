"""The program itself, from an empty machine to packets, on the files in ../shared/data where they are there."""

import csv
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

import pikepdf
import pytest
from pypdf import PdfReader

from app.rules.month import Month

ROOT = Path(__file__).resolve().parents[1]
DATA = ROOT.parent / "shared" / "data"
PASSPHRASE = "seven quiet herons wade"

needs_data = pytest.mark.skipif(
    not (DATA / "clinic_month" / "expected.json").is_file(), reason=f"{DATA} is not there: no files but our own"
)


def careloop(*arguments: object, largest_file: int | None = None) -> "subprocess.CompletedProcess[str]":
    """Run a command; with `largest_file` (bytes) the system refuses to let a file grow beyond, as a full disk would."""

    def limit() -> None:
        if largest_file is not None:
            import resource  # noqa: PLC0415 - does not exist on Windows

            resource.setrlimit(resource.RLIMIT_FSIZE, (largest_file, largest_file))

    return subprocess.run(
        [sys.executable, "-m", "app", *(str(argument) for argument in arguments)],
        preexec_fn=None if largest_file is None else limit,
        cwd=ROOT,
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a password file and an empty clinic, made by the program."""
    folder = tmp_path_factory.mktemp("real")
    (folder / "password").write_text(PASSPHRASE + "\r\n", encoding="utf-8")
    done = careloop(
        *("create", folder / "clinic", "--name", "Prairie Family Medicine", "--admin", "ana"),
        *("--password-file", folder / "password", "--time-zone", "America/Chicago"),
        *("--recovery-file", folder / "recovery"),
    )
    assert (done.returncode, done.stdout) == (0, "")
    return folder


def on_clinic(folder: Path, command: str, *more: object) -> "subprocess.CompletedProcess[str]":
    return careloop(command, folder / "clinic", *more, "--as", "ana", "--password-file", folder / "password")


@pytest.fixture(scope="module")
def imported(made: Path) -> Path:
    first = on_clinic(made, "import", DATA / "synthea_csv")
    assert (first.returncode, first.stdout) == (0, "")
    assert sum(line.startswith("allergies.csv:") for line in first.stderr.splitlines()) == 781
    second = on_clinic(made, "import", DATA / "clinic_month")
    assert (second.returncode, second.stdout, len(second.stderr.splitlines())) == (0, "", 1)
    return made


@pytest.fixture(scope="module")
def closed(imported: Path) -> Path:
    done = on_clinic(imported, "month-end", "--month", "2026-10", "--out", imported / "out")
    assert (done.returncode, done.stdout) == (0, "")
    return imported


@needs_data
def test_a_real_months_results_are_those_expected(imported: Path) -> None:
    expected = json.loads((DATA / "clinic_month" / "expected.json").read_text("utf-8"))
    done = on_clinic(imported, "readiness", "--month", "2026-10", "--json")
    assert (done.returncode, done.stderr) == (0, "")
    results = {result["id"]: result for result in json.loads(done.stdout)}
    assert results.keys() == expected.keys()
    for patient_id, want in expected.items():
        got = results[patient_id]
        assert set(want["warnings"]) <= set(got["warnings"])
        assert {**got, "warnings": want["warnings"]} == want


@needs_data
def test_an_exported_case_is_judged_the_same(imported: Path, tmp_path: Path) -> None:
    results = json.loads(on_clinic(imported, "readiness", "--month", "2026-10", "--json").stdout)
    want = max(results, key=lambda result: len(result["excluded"]))
    case = on_clinic(imported, "export-case", "--month", "2026-10", "--patient", want["id"])
    (tmp_path / "case.json").write_text(case.stdout, encoding="utf-8")
    assert json.loads(careloop("evaluate", tmp_path / "case.json").stdout) == want


@needs_data
def test_every_ready_patient_has_a_packet_that_names_them_their_minutes_codes_and_attestation(closed: Path) -> None:
    results = json.loads(on_clinic(closed, "readiness", "--month", "2026-10", "--json").stdout)
    ready = [result for result in results if result["verdict"] == "ready"]
    packets = sorted((closed / "out" / "packets").iterdir())
    assert len(packets) == len(ready)
    names = names_by_id()
    by_external_id = {result["id"]: result for result in ready}
    for path in packets[::7]:
        with pikepdf.open(path) as pdf:
            assert pdf.check_pdf_syntax() == []
        text = " ".join(" ".join(page.extract_text() for page in PdfReader(path).pages).split())
        (result,) = (each for key, each in by_external_id.items() if key[:30] in text.replace(" ", ""))
        minutes = result["seconds"]["clinical_staff"] + result["seconds"]["practitioner"]
        for fact in (
            names[result["id"]],
            f"{minutes // 60}:{minutes % 60:02d}",
            "attested by ana for NPI",
            "one-person clinic",
            *(line["code"] for line in result["lines"]),
        ):
            assert fact in text
    with pikepdf.open(closed / "out" / "bound.pdf") as pdf, pdf.open_outline() as outline:
        assert sum(1 for mark in outline.root if "October 2026" in str(mark.title)) == len(ready)


def names_by_id() -> dict[str, str]:
    with (DATA / "synthea_csv" / "patients.csv").open(encoding="utf-8") as file:
        return {row["Id" if "Id" in row else "ID"]: f"{row['FIRST']} {row['LAST']}" for row in csv.DictReader(file)}


@needs_data
def test_the_second_month_end_writes_the_same_bytes(closed: Path) -> None:
    again = on_clinic(closed, "month-end", "--month", "2026-10", "--out", closed / "again")
    assert (again.returncode, again.stdout) == (0, "")
    files = {path.relative_to(closed / "out"): path.read_bytes() for path in (closed / "out").rglob("*.*")}
    assert files
    assert {path.relative_to(closed / "again"): path.read_bytes() for path in (closed / "again").rglob("*.*")} == files


@needs_data
def test_after_it_all_the_clinic_is_sound(closed: Path) -> None:
    done = on_clinic(closed, "check")
    assert (done.returncode, done.stdout) == (0, "")
    assert "sound" in done.stderr


def test_the_running_month_is_refused(made: Path) -> None:
    month = Month.of(datetime.now(UTC).date())
    done = on_clinic(made, "month-end", "--month", month, "--out", made / "early")
    assert (done.returncode, done.stdout, len(done.stderr.splitlines())) == (2, "", 1)
    assert not (made / "early").exists()


@pytest.mark.skipif(os.name == "nt", reason="Windows has no limit on the size of a process's files")
@pytest.mark.parametrize("most_bytes", [1, 60_000, 300_000])
def test_a_create_that_the_disk_does_not_take_leaves_nothing(made: Path, tmp_path: Path, most_bytes: int) -> None:
    done = careloop(
        *("create", tmp_path / "clinic", "--name", "Prairie Family Medicine", "--admin", "ana"),
        *("--password-file", made / "password", "--time-zone", "America/Chicago"),
        largest_file=most_bytes,
    )
    assert (done.returncode, done.stdout, len(done.stderr.splitlines())) == (2, "", 1), done.stderr
    assert "disk is full" in done.stderr
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(os.name == "nt", reason="Windows has no limit on the size of a process's files")
def test_a_backup_that_the_disk_does_not_take_leaves_nothing(made: Path, tmp_path: Path) -> None:
    clinic = Path(shutil.copytree(made / "clinic", tmp_path / "clinic"))
    signed = ("--as", "ana", "--password-file", made / "password")
    for most_bytes in (100_000, (clinic / "clinic.db").stat().st_size):
        done = careloop("backup", clinic, *signed, "--to", tmp_path / "safe", largest_file=most_bytes)
        assert (done.returncode, done.stdout, len(done.stderr.splitlines())) == (2, "", 1), done.stderr
        assert list((tmp_path / "safe").iterdir()) == []
    assert careloop("check", clinic, *signed).returncode == 0


@pytest.mark.skipif(os.name == "nt", reason="Windows ends processes without asking them")
def test_a_command_asked_to_end_leaves_by_the_way_of_errors(made: Path, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "password")
    asked = ("backup", made / "clinic", "--as", "ana", "--password-file", tmp_path / "password")
    with subprocess.Popen([sys.executable, "-m", "app", *map(str, asked)], cwd=ROOT) as command:
        while command.poll() is None:
            with suppress(OSError):  # until the command reads its password, nobody is at the other end
                os.close(os.open(tmp_path / "password", os.O_WRONLY | os.O_NONBLOCK))
                command.terminate()
                break
            time.sleep(0.05)
        assert command.wait(timeout=30) == 128 + signal.SIGTERM


def test_no_command_loads_a_window(made: Path, tmp_path: Path) -> None:
    program = (
        "import sys\nfrom app.__main__ import wire\nfrom app.cli import main\n"
        "assert main(sys.argv[1:], wire) == 0\nprint(*{name.split('.')[0] for name in sys.modules})"
    )
    signed = ["--as", "ana", "--password-file", str(made / "password")]
    asked = ["month-end", str(made / "clinic"), "--month", "2025-03", "--out", str(tmp_path / "out"), *signed]
    done = subprocess.run([sys.executable, "-c", program, *asked], cwd=ROOT, capture_output=True, text=True, check=True)
    loaded = set(done.stdout.split())
    assert "reportlab" in loaded
    assert not {"PySide6", "shiboken6"} & loaded


def test_help_needs_no_clinic_and_no_database() -> None:
    program = (
        "import sys\nfrom app.__main__ import start\n"
        "try:\n    start(['--help'])\nexcept SystemExit as end:\n    assert end.code == 0\n"
        "print(*{name.split('.')[0] for name in sys.modules}, file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
    for command in ("create", "import", "readiness", "month-end", "export-case", "check", "backup", "restore"):
        assert command in done.stdout
    assert not {"PySide6", "sqlalchemy", "reportlab"} & set(done.stderr.split())


@pytest.mark.parametrize("arguments", [["create"], ["readiness", "x"], ["month-ends"], ["check", "--bogus"]])
def test_a_command_written_wrongly_is_refused(arguments: list[str]) -> None:
    done = careloop(*arguments)
    assert (done.returncode, done.stdout) == (2, "")
    assert "usage:" in done.stderr
