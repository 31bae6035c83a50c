"""`kill -9` in the middle of a close: no half paper, no second claim, and the repeat closes the month whole."""

import random
import shutil
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import select

from app.compose import house_of, open_desk
from app.models import Packet
from app.rules.errors import ClinicError
from app.security.slots import Argon2Cost
from app.services.desk import Desk
from tests.conftest import FIRST_PERSON
from tests.fake_clock import FakeClock
from tests.services.clinic_month import OCTOBER, bring_in, ready, together

ROOT = Path(__file__).parents[2]
PATIENTS = 12


def sign_in(folder: Path) -> Desk:
    """Open the clinic once the killed process is gone from it."""
    house = replace(house_of(FakeClock()), cost=Argon2Cost(memory_kib=64 * 1024, passes=3, lanes=4))
    for _ in range(50):
        try:
            return open_desk(folder, FIRST_PERSON.username, FIRST_PERSON.passphrase, house)
        except ClinicError:
            time.sleep(0.1)
    raise AssertionError("the clinic stays locked")


@pytest.fixture
def month(clinic_folder: Path, tmp_path: Path) -> Path:
    """A clinic with a dozen ready patients."""
    desk = sign_in(clinic_folder)
    bring_in(desk, tmp_path / "in", together(*(ready(f"p{day:02d}", day=day) for day in range(5, 5 + PATIENTS))))
    desk.close()
    return clinic_folder


def close_until_killed(folder: Path, out: Path, lines: int, seconds: float) -> None:
    """Close the month in a process of its own, and kill it so many lines and seconds after it began."""
    driver = subprocess.Popen(
        [sys.executable, "-m", "tests.faults.close_driver", str(folder), str(out)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert driver.stdout is not None
    with driver.stdout as said:
        assert said.readline() == "begun\n"
        for _ in range(lines):
            said.readline()
        time.sleep(seconds)
        driver.kill()
    driver.wait()


def files_of(folder: Path) -> dict[str, bytes]:
    found = folder.rglob("*") if folder.exists() else ()
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in found if path.is_file()}


def test_a_killed_close_is_repeated_to_one_claim_a_patient(
    month: Path, tmp_path: Path, rounds: Callable[[int, int], int]
) -> None:
    dice = random.Random(5)  # noqa: S311 - chance, not secrecy
    for number in range(rounds(3, 60)):
        folder, out = tmp_path / f"clinic {number}", tmp_path / f"out {number}"
        shutil.copytree(month, folder)
        # The last line is told before anything is kept: half of the kills come while packets are being frozen.
        lines = 2 * PATIENTS if number % 2 == 0 else dice.randrange(2 * PATIENTS)
        close_until_killed(folder, out, lines, dice.uniform(0, 0.4))
        desk = sign_in(folder)
        state = desk.month_end.state(desk.actor, OCTOBER)
        made = desk.month_end.make(desk.actor, OCTOBER, out, passphrase=FIRST_PERSON.passphrase, close=True)
        assert (made.finals, made.closed) == (PATIENTS, 1)
        assert state.state == ("closed" if state.revision else "open")
        with desk.opened.ledger.reading(desk.actor, "month.make") as reading:
            rows = reading.session.scalars(select(Packet)).all()
            assert Counter((row.patient_id, row.state) for row in rows) == {
                (patient_id, "final"): 1 for patient_id in {row.patient_id for row in rows}
            }
        assert desk.integrity.check(desk.actor).faults == ()
        assert not [path for path in tmp_path.iterdir() if path.name.startswith(f".out {number}")]
        first = files_of(out)
        desk.month_end.make(desk.actor, OCTOBER, tmp_path / f"again {number}")
        assert files_of(tmp_path / f"again {number}") == first
        desk.close()
