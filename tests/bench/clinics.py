"""The clinics that are measured: made by the program itself, in a folder that goes."""

import csv
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

from app.compose import house_of, open_desk
from app.exchange.intake import read_folder_or_files
from app.security.slots import Argon2Cost
from app.services.demo import DemoPlan, create_demo
from app.services.desk import Desk
from app.services.founding import FirstPerson, House, NewClinic, create_clinic
from tests.conftest import RECOVERY_KEY
from tests.fake_clock import FakeClock

_PASSPHRASE = "seven quiet herons wade"
_SYLLABLES = ("ba", "cor", "dle", "fen", "gar", "hol", "ik", "lor", "man", "ness", "ov", "quil", "ras", "tor", "wick")


def house() -> House:
    """What the measured clinics are opened with: passphrases at the lowest cost that is accepted."""
    return replace(house_of(FakeClock()), cost=Argon2Cost(memory_kib=64 * 1024, passes=3, lanes=4))


@contextmanager
def demo(patients: int, months: int = 1) -> Iterator[Desk]:
    """A demo clinic, its office manager signed in."""
    with TemporaryDirectory() as made:
        folder, opened = Path(made) / "demo", house()
        told = create_demo(folder, opened, DemoPlan(patients=patients, months=months))
        manager = next(user.username for user in told.users if "Office manager" in user.roles)
        desk = open_desk(folder, manager, told.password, opened)
        try:
            yield desk
        finally:
            desk.close()


@contextmanager
def empty() -> Iterator[Desk]:
    """A new clinic, signed in to by its first person, who holds every role."""
    with TemporaryDirectory() as made:
        folder, opened, first = Path(made) / "clinic", house(), FirstPerson("ana", "Ana Alvarez", _PASSPHRASE)
        create_clinic(folder, NewClinic("Lakeside", "America/Chicago"), first, opened, RECOVERY_KEY)
        desk = open_desk(folder, first.username, first.passphrase, opened)
        try:
            yield desk
        finally:
            desk.close()


def write_patients(path: Path, many: int) -> None:
    """Write a file of invented patients as an office would export it."""
    chance = Random(7)  # noqa: S311 - the same patients each time

    def name() -> str:
        return "".join(chance.choices(_SYLLABLES, k=chance.randint(2, 4))).capitalize()

    with path.open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(("patient_id", "MRN", "First name", "Last name", "DOB", "Sex", "Phone"))
        for number in range(many):
            born = f"{chance.randint(1925, 1960)}-{chance.randint(1, 12):02d}-{chance.randint(1, 28):02d}"
            phone = f"555-{chance.randint(200, 999)}-{chance.randint(0, 9999):04d}"
            rows.writerow((f"P{number}", f"M-{number}", name(), name(), born, chance.choice("FM"), phone))


def import_files(desk: Desk, *paths: Path) -> Callable[[], object]:
    """Return the whole import of files: read, planned, written in one transaction."""
    return lambda: desk.imports.run(desk.actor, read_folder_or_files(list(paths)))
