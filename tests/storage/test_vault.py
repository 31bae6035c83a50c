import sqlite3
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DatabaseError

from app.rules.errors import ClinicError
from app.security.keys import DataKey
from app.services.founding import OpenClinic
from app.storage.vault import ClinicDamaged, connect, create_database, open_engine


def test_the_file_is_private_and_not_plain(opened: OpenClinic) -> None:
    database = opened.file.database
    assert not database.read_bytes().startswith(b"SQLite format 3")
    modes = {path.name: path.stat().st_mode & 0o777 for path in opened.file.folder.iterdir() if path.is_file()}
    assert set(modes.values()) == {0o600}, modes
    assert opened.file.folder.stat().st_mode & 0o777 == 0o700


def test_widened_permissions_are_tightened(clinic_folder: Path, opened: OpenClinic) -> None:
    opened.file.engine.dispose()
    opened.file.database.chmod(0o644)
    opened.file.engine.connect().close()
    assert opened.file.database.stat().st_mode & 0o777 == 0o600


def test_a_file_without_encryption_is_refused_untouched(tmp_path: Path) -> None:
    path = tmp_path / "clinic.db"
    plain = sqlite3.connect(path)
    plain.execute("CREATE TABLE patient (name)")
    plain.commit()
    plain.close()
    before = path.read_bytes()
    with pytest.raises(ClinicError, match="not encrypted"):
        connect(path, DataKey.new(), guarded=True)
    assert path.read_bytes() == before


def test_another_key_reads_as_damage_not_as_a_wrong_password(opened: OpenClinic) -> None:
    with pytest.raises(ClinicDamaged):
        open_engine(opened.file.database, DataKey.new())


def test_an_existing_file_is_never_created_over(tmp_path: Path) -> None:
    create_database(tmp_path / "x.db")
    with pytest.raises(FileExistsError):
        create_database(tmp_path / "x.db")


@pytest.mark.parametrize(
    "statement",
    [
        "ATTACH '{folder}/leak.db' AS leak KEY ''",
        "VACUUM INTO '{folder}/leak.db'",
        "PRAGMA temp_store = 1",
        "PRAGMA recursive_triggers = 0",
        "PRAGMA rekey = 'x'",
        "PRAGMA writable_schema = 1",
        "UPDATE audit_event SET actor = 'nobody'",
        "DELETE FROM audit_event",
        "INSERT OR REPLACE INTO audit_event SELECT * FROM audit_event WHERE seq = 1",
        "DROP TRIGGER audit_event_never_changed",
        "DROP TABLE audit_event",
        "ALTER TABLE audit_event RENAME TO x",
        "CREATE TEMP TRIGGER t BEFORE INSERT ON audit_event BEGIN SELECT 1; END",
        "CREATE TABLE copy AS SELECT * FROM patient",
        "SELECT load_extension('x')",
    ],
)
def test_the_running_program_cannot_do_this_to_itself(opened: OpenClinic, statement: str) -> None:
    with opened.file.engine.connect() as connection, pytest.raises(DatabaseError):
        connection.execute(text(statement.format(folder=opened.file.folder)))
    assert not (opened.file.folder / "leak.db").exists()


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="open files are listed under /proc on Linux only")
def test_a_sort_larger_than_the_cache_writes_no_temporary_file(opened: OpenClinic) -> None:
    with opened.file.engine.connect() as connection:
        rows = text(
            "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 60000) "
            "SELECT i, 'canary-of-a-patient' || hex(randomblob(400)) AS t FROM n ORDER BY t"
        )
        result = connection.execute(rows)
        assert result.fetchone() is not None
        open_files = [str(fd.readlink()) for fd in Path("/proc/self/fd").iterdir() if fd.is_symlink()]
    assert open_files
    assert not [name for name in open_files if "etilqs" in name]


def test_error_texts_hold_no_values(opened: OpenClinic) -> None:
    with opened.file.engine.connect() as connection, pytest.raises(DatabaseError) as raised:
        connection.execute(
            text("INSERT INTO charge (code, from_on, cents) VALUES (:c, :d, -1)"), {"c": "Okafor", "d": "x"}
        )
    assert "Okafor" not in str(raised.value)
