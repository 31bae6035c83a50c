"""What every test may ask for, and the settings under which all of them run."""

import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

os.environ["QT_QPA_PLATFORM"] = "offscreen"  # before Qt is loaded: no test opens a window on somebody's desk

import pytest
from hypothesis import settings

from app.compose import house_of, open_desk
from app.security.slots import Argon2Cost
from app.services.desk import Desk
from app.services.founding import FirstPerson, House, NewClinic, create_clinic
from tests.fake_clock import FakeClock

FIRST_PERSON = FirstPerson("ana", "Ana Alvarez", "seven quiet herons wade", "RN")
RECOVERY_KEY = (
    "letter advice cage absurd amount doctor acoustic avoid letter advice cage absurd "
    "amount doctor acoustic avoid letter advice cage absurd amount doctor acoustic bless"
)

# `make test` says the same of the same commit; a search for new failures is asked for:
# pytest --hypothesis-profile=thorough
settings.register_profile("modest", max_examples=50, deadline=None, derandomize=True)
settings.register_profile("thorough", max_examples=2_000, deadline=None, print_blob=True)
settings.load_profile("modest")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--long", action="store_true", help="run the long form of fault and speed tests (make faults)")


@pytest.fixture(scope="session")
def rounds(request: pytest.FixtureRequest) -> Callable[[int, int], int]:
    """`rounds(short, long)`: how often to repeat something, by whether the long form was asked for."""
    is_long = bool(request.config.getoption("--long"))
    return lambda short, long: long if is_long else short


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def house(clock: FakeClock) -> House:
    """What clinics are opened with, at the lowest cost of a passphrase that is accepted."""
    return replace(house_of(clock), cost=Argon2Cost(memory_kib=64 * 1024, passes=3, lanes=4))


@pytest.fixture(scope="session")
def pristine_clinic(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A new clinic, made once; tests work on copies of it."""
    folder = tmp_path_factory.mktemp("pristine") / "clinic"
    cheap = replace(house_of(FakeClock()), cost=Argon2Cost(memory_kib=64 * 1024, passes=3, lanes=4))
    create_clinic(folder, NewClinic("Lakeside Family Clinic", "America/Chicago"), FIRST_PERSON, cheap, RECOVERY_KEY)
    return folder


@pytest.fixture
def clinic_folder(pristine_clinic: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(pristine_clinic, tmp_path / "clinic"))


@pytest.fixture
def desk(clinic_folder: Path, house: House) -> Iterator[Desk]:
    """The clinic, opened and signed in to by its first person, who holds every role."""
    opened = open_desk(clinic_folder, FIRST_PERSON.username, FIRST_PERSON.passphrase, house)
    yield opened
    opened.close()


@pytest.fixture(scope="session")
def closed_folder(pristine_clinic: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A clinic with two patients whose October is closed, and everything their claims need."""
    from tests.services.closed import two_closed_patients  # noqa: PLC0415 - it needs what stands above

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
