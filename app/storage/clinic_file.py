"""A clinic's folder: the encrypted database, its key slots, its lock and its backups."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import Engine

from app.clock import Clock
from app.rules.errors import ClinicError
from app.security.keys import DataKey
from app.security.slots import KEY_FILE, KEY_FILE_COPY, KeyFile, Slot, read_key_file, write_key_file
from app.storage import schema
from app.storage.copy import copy_database
from app.storage.holder import Holder
from app.storage.vault import DATABASE_FILE, ClinicDamaged, create_database, open_engine

BACKUP_FOLDER = "backups"


class NotAClinic(ClinicError):
    """The folder does not hold a clinic."""


class FolderTaken(ClinicError):
    """A clinic cannot be made here."""


@dataclass(slots=True)
class ClinicFile:
    """An open clinic folder. `close` gives everything back."""

    folder: Path
    key: DataKey
    engine: Engine
    holder: Holder

    @property
    def database(self) -> Path:
        return self.folder / DATABASE_FILE

    def close(self) -> None:
        """Close the connections, overwrite the key and let others open the clinic."""
        self.engine.dispose()
        self.key.wipe()
        self.holder.close()


def unlock(folder: Path, username: str, passphrase: str) -> tuple[DataKey, Slot]:
    """Return the data key of the clinic in `folder`. Raise `NotAClinic`, `KeyFileDamaged` or `WrongPassphrase`."""
    require_clinic(folder)
    return read_key_file(folder).unlock(username, passphrase)


def open_file(folder: Path, key: DataKey, clock: Clock) -> ClinicFile:
    """Open the clinic in `folder`, bringing an older file up to date after a copy of it was set aside.

    Raises `ClinicHeld`, `ClinicDamaged`, `ClinicTooNew` or `DiskTrouble`; then nothing was changed.
    """
    require_clinic(folder)
    database = folder / DATABASE_FILE
    if not database.exists():
        raise ClinicDamaged from FileNotFoundError(database)
    if database.stat().st_size == 0:
        raise ClinicDamaged
    holder = Holder(folder, clock.now())
    try:
        if os.name != "nt":
            folder.chmod(0o700)
        _bring_up_to_date(folder, key, clock.now())
        return ClinicFile(folder, key, open_engine(database, key), holder)
    except BaseException:
        holder.close()
        raise


def require_clinic(folder: Path) -> None:
    """Raise `NotAClinic` unless `folder` looks like a clinic's."""
    if not folder.is_dir():
        raise NotAClinic(f"There is no folder {folder}.")
    if not any((folder / name).exists() for name in (DATABASE_FILE, KEY_FILE, KEY_FILE_COPY)):
        raise NotAClinic(f"The folder {folder} does not hold a CareLoop clinic.")


@contextmanager
def new_folder(folder: Path) -> Iterator[Path]:
    """Yield an empty folder beside `folder` that becomes `folder` on success and vanishes on any error."""
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise FolderTaken(f"{folder} exists already and is not an empty folder. Choose another place.")
    if not folder.parent.is_dir():
        raise FolderTaken(f"There is no folder {folder.parent} to make the clinic in.")
    try:
        making = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))  # 0700 by itself
    except OSError as error:
        raise FolderTaken(f"A folder cannot be made in {folder.parent}: {error.strerror}.") from error
    try:
        yield making
        if folder.exists():
            folder.rmdir()
        making.rename(folder)
    except BaseException:
        shutil.rmtree(making, ignore_errors=True)
        raise


def create_file(folder: Path, key: DataKey, keys: KeyFile, clock: Clock) -> ClinicFile:
    """Fill an empty `folder` with an empty database and the key file, and open it."""
    (folder / BACKUP_FOLDER).mkdir(mode=0o700)
    database = folder / DATABASE_FILE
    create_database(database)
    holder = Holder(folder, clock.now())
    try:
        _upgrade(database, key)
        write_key_file(folder, keys)
        return ClinicFile(folder, key, open_engine(database, key), holder)
    except BaseException:
        holder.close()
        raise


def leftovers(folder: Path) -> list[Path]:
    """Return the database's companions that a clean close removes."""
    return [path for suffix in ("-wal", "-shm", "-journal") if (path := folder / (DATABASE_FILE + suffix)).exists()]


def _bring_up_to_date(folder: Path, key: DataKey, now: datetime) -> None:
    database = folder / DATABASE_FILE
    engine = open_engine(database, key, guarded=False)
    try:
        step = schema.current_step(engine)
    finally:
        engine.dispose()
    if step == schema.HEAD:
        return
    kept = folder / BACKUP_FOLDER / f"before-step-{schema.HEAD}-{now:%Y%m%dT%H%M%SZ}.db"
    kept.parent.mkdir(mode=0o700, exist_ok=True)
    copy_database(database, key, kept)
    _upgrade(database, key)


def _upgrade(database: Path, key: DataKey) -> None:
    engine = open_engine(database, key, guarded=False)
    try:
        schema.upgrade(engine)
    finally:
        engine.dispose()
