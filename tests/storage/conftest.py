import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.services.founding import House, OpenClinic, sign_in
from tests.conftest import FIRST_PERSON


@pytest.fixture
def opened(clinic_folder: Path, house: House) -> Iterator[OpenClinic]:
    clinic = sign_in(clinic_folder, FIRST_PERSON.username, FIRST_PERSON.passphrase, house)
    yield clinic
    clinic.close()


@pytest.fixture
def copy_of(tmp_path: Path) -> Iterator[Path]:
    folder = tmp_path / "copy"
    yield folder
    shutil.rmtree(folder, ignore_errors=True)
