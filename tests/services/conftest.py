"""Clinics that take long to come about, made once; each test works on its own copy."""

import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from app.compose import house_of, open_desk
from app.security.slots import Argon2Cost
from app.services.desk import Desk
from app.services.founding import House
from tests.conftest import FIRST_PERSON
from tests.fake_clock import FakeClock
from tests.services.closed import two_closed_patients


@pytest.fixture(scope="session")
def closed_folder(pristine_clinic: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A clinic with two patients whose October is closed, and everything their claims need."""
    folder = tmp_path_factory.mktemp("closed")
    clinic = Path(shutil.copytree(pristine_clinic, folder / "clinic"))
    cheap = replace(house_of(FakeClock()), cost=Argon2Cost(memory_kib=64 * 1024, passes=3, lanes=4))
    desk = open_desk(clinic, FIRST_PERSON.username, FIRST_PERSON.passphrase, cheap)
    two_closed_patients(desk, folder)
    desk.close()
    return clinic


@pytest.fixture
def closed_clinic(closed_folder: Path, tmp_path: Path, house: House) -> Iterator[Desk]:
    """That clinic, signed in to by its first person."""
    clinic = Path(shutil.copytree(closed_folder, tmp_path / "closed"))
    opened = open_desk(clinic, FIRST_PERSON.username, FIRST_PERSON.passphrase, house)
    yield opened
    opened.close()
