"""The one gate through which the encrypted file is opened."""

import errno
import os
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.exc import DatabaseError
from sqlalchemy.pool import QueuePool
from sqlcipher3 import dbapi2 as sqlcipher

from app.rules.errors import ClinicError
from app.security.keys import DataKey, wipe
from app.storage.authorizer import authorize

DATABASE_FILE = "clinic.db"
KEY_TEXT_LENGTH = 67  # x'…' around 64 hex digits; a shorter one would silently be taken as a passphrase
PLAIN_HEADER = b"SQLite format 3\0"
_FULL = "The disk is full or failing. This was not saved; what was saved before is safe."
_NAMES_OF = {  # errors of the backup call have no name, only SQLite's fixed words
    "database or disk is full": "SQLITE_FULL",
    "disk I/O error": "SQLITE_IOERR",
    "attempt to write a readonly database": "SQLITE_READONLY",
    "unable to open database file": "SQLITE_CANTOPEN",
    "database is locked": "SQLITE_BUSY",
    "database disk image is malformed": "SQLITE_CORRUPT",
    "file is not a database": "SQLITE_NOTADB",
}
_SHUT = "The clinic folder cannot be read and written. Check its permissions."

# Each is set and read back; a value that did not take is a refusal to open.
_PRAGMAS = {
    "temp_store": 2,  # a sort must never spill plain text to a file
    "recursive_triggers": 1,  # else INSERT OR REPLACE walks around the append-only triggers
    "foreign_keys": 1,
    "trusted_schema": 0,
    "secure_delete": 1,
    "cell_size_check": 1,
    "synchronous": 2,
    "busy_timeout": 5000,
    "cache_size": -65536,  # pages in the cache are already decrypted
}


class ClinicDamaged(ClinicError):
    """The database cannot be read although its key is right."""

    def __init__(self) -> None:
        super().__init__("The clinic file is damaged: its key fits, but it cannot be read. Restore a backup.")


class DiskTrouble(ClinicError):
    """The disk is full or failing, or does not let us in; what was being saved was not."""


def create_database(path: Path) -> None:
    """Create the empty file, readable by its owner alone. Raise `FileExistsError` rather than touch another."""
    os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))


def open_engine(path: Path, key: DataKey, *, guarded: bool = True) -> Engine:
    """Return an engine over a few pooled connections, or raise `ClinicDamaged`.

    A unit of work begins with BEGIN, or with BEGIN IMMEDIATE under the execution option `immediate`, which writes need.
    `guarded` connections refuse what the program never does (see `authorizer`); migrations need one that does not.
    """
    engine = create_engine(
        "sqlite+pysqlite://",
        module=sqlcipher,
        creator=_connector(path, key, guarded=guarded),
        poolclass=QueuePool,
        pool_size=4,
        max_overflow=4,
        hide_parameters=True,  # else patient data stands in every error text
    )
    event.listen(engine, "begin", _begin)
    try:
        engine.connect().close()
    except DatabaseError as error:
        engine.dispose()
        if is_environment_trouble(error):
            raise plain_words(error) from error
        raise
    return engine


def require_whole(engine: Engine) -> None:
    """Raise `ClinicDamaged` unless every page is one that was written with this key (0.3 s for 100 MB).

    Without it a damaged page is found when it is first read, in the middle of work; and where it is the last page of a
    statement SQLCipher hands out zeros for it and says so only afterwards.
    """
    with in_plain_words(), engine.connect() as connection:
        if connection.exec_driver_sql("PRAGMA cipher_integrity_check").first() is not None:
            raise ClinicDamaged


def connect(path: Path, key: DataKey, *, guarded: bool) -> Any:  # noqa: ANN401 - sqlcipher3 has no types
    """Return one raw connection, keyed, proven and set up, in the order that was measured to be safe."""
    if path.stat().st_size and _header(path) == PLAIN_HEADER:
        raise ClinicError("The clinic file is not encrypted, so CareLoop did not make it. It was not opened.")
    _tighten(path)
    connection = sqlcipher.connect(str(path), timeout=5, check_same_thread=False, isolation_level=None)
    try:
        _set_key(connection, key)
        _set_up(connection)
        if guarded:
            connection.set_authorizer(authorize)
    except BaseException:
        connection.close()
        raise
    return connection


@contextmanager
def in_plain_words() -> Iterator[None]:
    """Raise `DiskTrouble` or `ClinicDamaged` for what the disk, its permissions or the file are at fault for."""
    try:
        yield
    except (DatabaseError, sqlcipher.DatabaseError) as error:
        if is_environment_trouble(error):
            raise plain_words(error) from error
        raise
    except OSError as error:
        raise disk_trouble(error) from error


def disk_trouble(error: OSError) -> DiskTrouble:
    """Return what the system's refusal of a file of the clinic means for the person at the desk."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO):
        return DiskTrouble(_FULL)
    if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        return DiskTrouble(_SHUT)
    return DiskTrouble(f"The clinic folder cannot be used ({error.strerror or type(error).__name__}).")


def plain_words(error: Exception) -> ClinicError:
    """Return what a database error, ours or SQLAlchemy's around it, means for the person at the desk."""
    name = _error_name(error)
    if name.startswith(("SQLITE_FULL", "SQLITE_IOERR")):
        return DiskTrouble(_FULL)
    if name.startswith(("SQLITE_READONLY", "SQLITE_CANTOPEN", "SQLITE_PERM")):
        return DiskTrouble(_SHUT)
    if name.startswith(("SQLITE_BUSY", "SQLITE_LOCKED")):
        return DiskTrouble("Another program holds the clinic file. Close it and try again.")
    return ClinicDamaged()


def is_environment_trouble(error: Exception) -> bool:
    """Whether the disk or the file is at fault, not our statement."""
    return _error_name(error).startswith(
        (
            "SQLITE_FULL",
            "SQLITE_IOERR",
            "SQLITE_READONLY",
            "SQLITE_CANTOPEN",
            "SQLITE_PERM",
            "SQLITE_BUSY",
            "SQLITE_LOCKED",
            "SQLITE_NOTADB",
            "SQLITE_CORRUPT",
        )
    )


def _set_key(connection: Any, key: DataKey) -> None:  # noqa: ANN401 - sqlcipher3 has no types
    connection.execute("PRAGMA cipher_log_level = NONE").fetchall()
    text = key.database_key_text()
    if len(text) != KEY_TEXT_LENGTH:
        raise ValueError("a raw key has 64 hex digits")
    try:
        connection.set_key(text)
    finally:
        wipe(text)
    if connection.execute("PRAGMA cipher_status").fetchone()[0] != "1":
        raise RuntimeError("this build of SQLite does not encrypt")
    connection.execute("SELECT count(*) FROM sqlite_master").fetchone()  # a wrong key fails here, not before


def _set_up(connection: Any) -> None:  # noqa: ANN401 - sqlcipher3 has no types
    if connection.execute("PRAGMA journal_mode = WAL").fetchone()[0] != "wal":
        raise RuntimeError("write-ahead logging is not available on this disk")
    for name, value in _PRAGMAS.items():
        connection.execute(f"PRAGMA {name} = {value}").fetchall()
        if connection.execute(f"PRAGMA {name}").fetchone()[0] != value:
            raise RuntimeError(f"the database refused {name}")


def _error_name(error: Exception) -> str:
    raised = getattr(error, "orig", error)
    return str(getattr(raised, "sqlite_errorname", "")) or _NAMES_OF.get(str(raised), "")


def _connector(path: Path, key: DataKey, *, guarded: bool) -> Callable[[], Any]:
    return lambda: connect(path, key, guarded=guarded)


def _begin(connection: Connection) -> None:
    immediate = connection.get_execution_options().get("immediate", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if immediate else "BEGIN")


def _header(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(len(PLAIN_HEADER))


def _tighten(path: Path) -> None:
    # Someone, or a copy program, may have widened them.
    if os.name != "nt" and stat.S_IMODE(path.stat().st_mode) != 0o600:
        path.chmod(0o600)
