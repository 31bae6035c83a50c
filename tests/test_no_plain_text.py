"""At rest and in use, the clinic's folder and the machine around it hold no word of a patient in plain text."""

import base64
import os
import subprocess
import sys
import zlib
from pathlib import Path

import pytest

from app.compose import open_desk
from app.services.founding import House
from app.services.patient_form import PatientForm
from tests.canaries import sweep

ROOT = Path(__file__).parents[1]
PASSPHRASE = "seven quiet herons wade"
WORDS = ("Zebedoria", "Quillanthropus", "Essential glimmerosis", "She keeps marmosets in the pantry", "K99.123")

PATIENTS = "ID,FIRST,LAST,BIRTHDATE,ADDRESS,CITY,STATE,ZIP\np1,Zebedoria,Quillanthropus,1948-03-02,,,,\n"
QUALIFYING = (
    "patient_id,icd10,description,onset_on,expected_12_months,significant_risk\n"
    "p1,K99.123,Essential glimmerosis,2024-01-01,yes,yes\n"
)
TIME = (
    "entry_id,patient_id,start,end,staff,credential,role,activity,contact,works_in_us,used_for,note,signed,recorded_at\n"
    "t1,p1,2026-10-05T09:00:00-05:00,2026-10-05T09:12:30-05:00,Di Park,RN,clinical_staff,patient_call,reached,yes,,"
    "She keeps marmosets in the pantry,yes,\n"
)


@pytest.fixture
def machine(tmp_path: Path) -> Path:
    """A private home, temporary folder and clinic's place; the files to import lie outside it."""
    for name in ("home", "temp"):
        (tmp_path / "machine" / name).mkdir(parents=True)
    outside = tmp_path / "outside"
    outside.mkdir()
    for name, content in (("patients.csv", PATIENTS), ("qualifying.csv", QUALIFYING), ("time.csv", TIME)):
        (outside / name).write_text(content, encoding="utf-8")
    (outside / "password").write_text(PASSPHRASE + "\n", encoding="utf-8")
    return tmp_path / "machine"


def careloop(machine: Path, *arguments: str) -> None:
    home = str(machine / "home")
    environment = {
        **os.environ,
        "HOME": home,
        "XDG_DATA_HOME": home,
        "XDG_CONFIG_HOME": home,
        "XDG_STATE_HOME": home,
        "TMPDIR": str(machine / "temp"),
    }
    password = str(machine.parent / "outside" / "password")
    subprocess.run(
        [sys.executable, "-m", "app", *arguments, "--password-file", password],
        cwd=ROOT,
        env=environment,
        check=True,
        capture_output=True,
        timeout=60,
    )


def test_nothing_readable_is_left_by_a_session_not_even_while_it_runs(machine: Path, house: House) -> None:
    clinic = machine / "clinic"
    outside = machine.parent / "outside"
    careloop(
        machine, "create", str(clinic), "--name", "Lakeside", "--admin", "ana", "--time-zone", "America/Chicago",
        "--recovery-file", str(outside / "recovery"),
    )  # fmt: skip
    careloop(machine, "import", str(clinic), str(outside), "--as", "ana")
    careloop(machine, "readiness", str(clinic), "--month", "2026-10", "--as", "ana")
    careloop(machine, "backup", str(clinic), "--as", "ana")
    desk = open_desk(clinic, "ana", PASSPHRASE, house)
    try:
        patient = desk.patients.add(
            desk.actor,
            PatientForm(given_name="Zebedoria", family_name="Quillanthropus", born_on=house.clock.now().date()),
        )
        call = desk.calls.start(desk.actor, patient)
        desk.calls.save_draft(desk.actor, call.call_id, {"reason": "She keeps marmosets in the pantry"})
        assert desk.patients.ids(desk.actor, "quillan") == [1, patient]
        assert (clinic / "clinic.db-wal").stat().st_size > 0
        assert sweep(machine, WORDS) == []
        desk.calls.discard(desk.actor, call.call_id, "She keeps marmosets in the pantry")
    finally:
        desk.close()
    assert sweep(machine, WORDS) == []


@pytest.mark.parametrize(
    "leak",
    [
        "…Zebedoria…".encode(),
        "zebedoria".encode("utf-16-le"),
        b"Zebedoria".hex().encode(),
        base64.b64encode(b"notes of Zebedoria and others"),
        b"%PDF" + zlib.compress(b"BT (Zebedoria) Tj ET"),
    ],
)
def test_the_sweep_finds_a_seeded_leak_in_every_form(machine: Path, leak: bytes) -> None:
    (machine / "temp" / "etilqs_1").write_bytes(leak)
    assert [found.word for found in sweep(machine, WORDS)] == ["Zebedoria"]


def test_the_sweep_reads_file_names(machine: Path) -> None:
    (machine / "home" / "zebedoria.pdf").touch()
    assert sweep(machine, WORDS)[0].form == "file name"
