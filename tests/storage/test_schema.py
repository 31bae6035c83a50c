import hashlib
import shutil
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import text

from app import assets
from app.compose import open_desk
from app.models import Base
from app.rules.month import Month
from app.services.founding import House, OpenClinic, sign_in
from app.storage import schema
from app.storage.vault import open_engine
from tests.conftest import FIRST_PERSON

MIGRATIONS = Path(schema.__file__).with_name("migrations")
RELEASED = Path(__file__).with_name("released")


def test_head_is_the_newest_step() -> None:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    assert ScriptDirectory.from_config(config).get_current_head() == schema.HEAD


def test_the_migrated_file_has_the_shape_of_the_models(opened: OpenClinic) -> None:
    engine = open_engine(opened.file.database, opened.file.key, guarded=False)
    try:
        with engine.connect() as connection:
            assert compare_metadata(MigrationContext.configure(connection), Base.metadata) == []
    finally:
        engine.dispose()


def test_a_newer_file_is_refused_untouched(clinic_folder: Path, house: House) -> None:
    opened = sign_in(clinic_folder, FIRST_PERSON.username, FIRST_PERSON.passphrase, house)
    engine = open_engine(opened.file.database, opened.file.key, guarded=False)
    with engine.connect() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
        connection.commit()
    engine.dispose()
    opened.close()
    before = _digest(clinic_folder)
    with pytest.raises(schema.ClinicTooNew):
        sign_in(clinic_folder, FIRST_PERSON.username, FIRST_PERSON.passphrase, house)
    assert _digest(clinic_folder) == before


def _digest(folder: Path) -> dict[str, str]:
    return {
        path.name: hashlib.sha256(path.read_bytes()).hexdigest()
        for path in folder.iterdir()
        if path.suffix in {".db", ".keys", ".copy"}
    }


@pytest.mark.parametrize("step", sorted(folder.name for folder in RELEASED.iterdir()))
def test_a_clinic_written_by_a_released_step_is_brought_up_and_nothing_in_it_changes(
    step: str, tmp_path: Path, house: House
) -> None:
    folder = tmp_path / "clinic"
    shutil.copytree(RELEASED / step, folder)
    # A demo clinic of eight invented people, made by the program of that step.
    passphrase = assets.load_toml("demo/team.toml")["passphrase"]
    desk = open_desk(folder, "drhale", str(passphrase), house)
    try:
        months = desk.readiness.board(desk.actor, Month(2026, 10))
        assert len(months.rows) > 0
        assert list((folder / "backups").glob(f"before-step-{schema.HEAD}-*.db")), "the file as it was is kept"
    finally:
        desk.close()
    admin = open_desk(folder, "avery", str(passphrase), house)
    try:
        found = admin.integrity.check(admin.actor)
        assert found.faults == ()
        assert found.sealed_rows > 0
    finally:
        admin.close()
