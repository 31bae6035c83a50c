import hashlib
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import text

from app.models import Base
from app.services.founding import House, OpenClinic, sign_in
from app.storage import schema
from app.storage.vault import open_engine
from tests.conftest import FIRST_PERSON

MIGRATIONS = Path(schema.__file__).with_name("migrations")


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
