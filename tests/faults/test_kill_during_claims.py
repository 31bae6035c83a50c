"""`kill -9` while claims leave: all of them left or none did, and the repeat gives each patient-month one claim."""

import random
import shutil
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from sqlalchemy import select

from app.compose import house_of, open_desk
from app.models import Claim, ClaimBatch, ClaimSending
from app.rules.errors import ClinicError
from app.security.slots import Argon2Cost
from app.services.desk import Desk
from tests.conftest import FIRST_PERSON
from tests.exchange.claims import segments, validate
from tests.fake_clock import FakeClock
from tests.services.clinic_month import OCTOBER

ROOT = Path(__file__).parents[2]


def sign_in(folder: Path) -> Desk:
    """Open the clinic once the killed process is gone from it."""
    house = replace(house_of(FakeClock()), cost=Argon2Cost(memory_kib=64 * 1024, passes=3, lanes=4))
    for _ in range(50):
        try:
            return open_desk(folder, FIRST_PERSON.username, FIRST_PERSON.passphrase, house)
        except ClinicError:
            time.sleep(0.1)
    raise AssertionError("the clinic stays locked")


def test_killed_claims_left_all_or_none_and_never_twice(
    closed_folder: Path, tmp_path: Path, rounds: Callable[[int, int], int]
) -> None:
    dice = random.Random(7)  # noqa: S311 - chance, not secrecy
    for number in range(rounds(2, 60)):
        folder = tmp_path / f"clinic {number}"
        shutil.copytree(closed_folder, folder)
        driver = subprocess.Popen(
            [sys.executable, "-m", "tests.faults.claims_driver", str(folder)],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert driver.stdout is not None
        with driver.stdout as said:
            assert said.readline() == "begun\n"
            time.sleep(dice.uniform(0, 0.12))
            driver.kill()
        driver.wait()

        desk = sign_in(folder)
        with desk.opened.ledger.reading(desk.actor, "claim.read") as reading:
            left = len(reading.session.scalars(select(Claim)).all())
            assert left in {0, 2}
            assert len(reading.session.scalars(select(ClaimSending)).all()) == left
            assert len(reading.session.scalars(select(ClaimBatch)).all()) == left
        made = desk.claims.month_files(desk.actor, OCTOBER, 1)
        assert made.claimed == 2 - left
        assert all(validate(file.content).accepted for file in made.files)
        numbers = [segment[1] for file in made.files for segment in segments(file.content) if segment[0] == "CLM"]
        assert Counter(numbers) == dict.fromkeys(numbers, 1)
        assert len(numbers) == 2
        assert desk.integrity.check(desk.actor).faults == ()
        desk.close()
