"""A clinic's folder: the encrypted database, its key slots, its lock and its backups."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import Engine

from app.clock import Clock
from app.rules.errors import ClinicError
from app.security.keys import DataKey
from app.security.slots import KEY_FILE, KEY_FILE_COPY, KeyFile, Slot, read_key_file, sync_folder, write_key_file
from app.storage import schema
from app.storage.copy import copy_database
from app.storage.holder import Holder
from app.storage.vault import (
    DATABASE_FILE,
    ClinicDamaged,
    create_database,
    in_plain_words,
    open_engine,
    require_whole,
)

BACKUP_FOLDER = "backups"
_MAKING = ".careloop-making-"
_RESTORING = ".restoring"
SCRATCH = ".making-"
"""How folders begin that hold unfinished copies, within the clinic's and its backups'."""


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
    with in_plain_words():
        if not database.exists():
            raise ClinicDamaged from FileNotFoundError(database)
        if database.stat().st_size == 0:
            raise ClinicDamaged
        holder = Holder(folder, clock.now())
    try:
        with in_plain_words():
            if os.name != "nt":
                with suppress(PermissionError):  # in a folder that is another's we may still be let in
                    folder.chmod(0o700)
            _bring_up_to_date(folder, key, clock.now())
            return ClinicFile(folder, key, _open_whole(database, key), holder)
    except BaseException:
        holder.close()
        raise


def require_clinic(folder: Path) -> None:
    """Raise `NotAClinic` unless `folder` looks like a clinic's, or `DiskTrouble` where that cannot be seen."""
    with in_plain_words():
        if not folder.is_dir():
            raise NotAClinic(f"There is no folder {folder}.")
        known = any((folder / name).exists() for name in (DATABASE_FILE, KEY_FILE, KEY_FILE_COPY))
    if not known:
        raise NotAClinic(f"The folder {folder} does not hold a CareLoop clinic.")


@contextmanager
def new_folder(folder: Path) -> Iterator[Path]:
    """Yield an empty folder beside `folder` that becomes `folder` on success and vanishes on any error."""
    with in_plain_words():
        if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
            raise FolderTaken(f"{folder} exists already and is not an empty folder. Choose another place.")
        if not folder.parent.is_dir():
            raise FolderTaken(f"There is no folder {folder.parent} to make the clinic in.")
    try:
        for left in folder.parent.iterdir():
            if left.name.startswith(".") and left.name.lstrip(".").startswith(folder.name.lstrip(".") + _MAKING):
                shutil.rmtree(left, ignore_errors=True)  # of a run that was cut off
        making = Path(tempfile.mkdtemp(prefix=f".{folder.name}{_MAKING}", dir=folder.parent))  # 0700 by itself
    except OSError as error:
        raise FolderTaken(f"A folder cannot be made in {folder.parent}: {error.strerror}.") from error
    try:
        with in_plain_words():
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


def put_in_place(folder: Path, fresh: Path, kept_as: str) -> None:
    """Put the database and the key files in `fresh`, a folder within `folder`, where the clinic's own are.

    Those are kept in `backups`, in a new folder named `kept_as`. It is all or nothing: once begun, whoever opens the
    clinic next ends it. The caller holds the clinic's lock. Raises `OSError`; then nothing was changed.
    """
    (folder / BACKUP_FOLDER / kept_as).mkdir(mode=0o700, parents=True)  # whether it will be let in
    (folder / BACKUP_FOLDER / kept_as).rmdir()
    (fresh / kept_as).mkdir(mode=0o700)
    sync_folder(fresh)
    fresh.rename(folder / _RESTORING)
    _end_restoring(folder)


def settle(folder: Path, clock: Clock) -> None:
    """End a restore that was cut off half way, before a key file is read, and clear away unfinished copies.

    Raises `ClinicHeld` while the one who works on them is still there.
    """
    with in_plain_words():
        if not _cut_off(folder):
            return
        with Holder(folder, clock.now()):
            for path in _cut_off(folder):
                if path.name == _RESTORING:
                    _end_restoring(folder)
                else:
                    shutil.rmtree(path, ignore_errors=True)


def leftovers(folder: Path) -> list[Path]:
    """Return the database's companions that a clean close removes."""
    return [path for suffix in ("-wal", "-shm", "-journal") if (path := folder / (DATABASE_FILE + suffix)).exists()]


def _cut_off(folder: Path) -> list[Path]:
    return [*folder.glob(_RESTORING), *folder.glob(f"{SCRATCH}*"), *folder.glob(f"{BACKUP_FOLDER}/{SCRATCH}*")]


def _end_restoring(folder: Path) -> None:
    fresh = folder / _RESTORING
    kept = next((path for path in fresh.iterdir() if path.is_dir()), None)
    # The write-ahead log first: left behind, it would be replayed into the restored file.
    replaced = {DATABASE_FILE: [*leftovers(folder), folder / DATABASE_FILE]}
    replaced |= {name: [folder / name] for name in (KEY_FILE, KEY_FILE_COPY)}
    for name, old in replaced.items():
        if (fresh / name).exists() and kept is not None:
            for path in old:
                if path.exists():
                    path.replace(kept / path.name)
            (fresh / name).replace(folder / name)
    sync_folder(folder)
    if kept is not None:
        try:
            kept.rename(folder / BACKUP_FOLDER / kept.name)
        except OSError:  # `backups` is on another disk, or was closed meanwhile
            kept.rename(folder / kept.name)
    shutil.rmtree(fresh, ignore_errors=True)


def _open_whole(database: Path, key: DataKey) -> Engine:
    """Open the database, unless a page of it is damaged."""
    # What is still in the log is newer than the pages it will replace; it was folded in if that was possible.
    is_folded = not leftovers(database.parent)
    engine = open_engine(database, key)
    try:
        if is_folded:
            require_whole(engine)
    except BaseException:
        engine.dispose()
        raise
    return engine


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
