"""Backups: one file that holds a consistent copy, its key slots and a manifest, verified before it counts as one."""

import hashlib
import json
import os
import shutil
import tempfile
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any

from app.clock import Clock
from app.rules.errors import ClinicError
from app.security.keys import DataKey
from app.security.slots import KEY_FILE, KeyFile, read_key_file, sync_folder, write_key_file
from app.storage import schema
from app.storage.clinic_file import (
    BACKUP_FOLDER,
    SCRATCH,
    ClinicFile,
    FolderTaken,
    new_folder,
    open_file,
    put_in_place,
    require_clinic,
    settle,
)
from app.storage.copy import copy_database
from app.storage.holder import Holder
from app.storage.integrity import Checked, check
from app.storage.vault import DATABASE_FILE, open_engine

FORMAT = 1
SUFFIX = ".careloop-backup"
MANIFEST = "manifest.json"
_NAMES = frozenset({MANIFEST, DATABASE_FILE, KEY_FILE})
_DAILY, _WEEKLY, _MONTHLY = 7, 5, 12


class BackupRefused(ClinicError):
    """The file is not a backup, is damaged, or does not fit."""


@dataclass(frozen=True, slots=True)
class Backup:
    """A verified backup file."""

    path: Path
    made_at: datetime
    audit_events: int
    chain_head: str


@dataclass(frozen=True, slots=True)
class _Manifest:
    schema: str
    audit_events: int
    chain_head: str


def make(file: ClinicFile, now: datetime, into: Path | None = None) -> Backup:
    """Write a backup of the open clinic into its `backups` folder, or `into` another; return it once verified."""
    target = into or file.folder / BACKUP_FOLDER
    for missing in reversed([path for path in (target, *target.parents) if not path.exists()]):
        missing.mkdir(mode=0o700)  # each, not the last alone
    name = f"careloop-{now.astimezone(UTC):%Y%m%dT%H%M%SZ}{SUFFIX}"
    keys = read_key_file(file.folder)
    with _scratch(target, f"{SCRATCH}{keys.vault_id[:8]}-") as scratch:
        copy = scratch / DATABASE_FILE
        copy_database(file.database, file.key, copy)
        found = _verified(copy, file.key)
        (scratch / KEY_FILE).write_bytes(keys.to_bytes())
        manifest = {
            "format": FORMAT,
            "made_at": now.astimezone(UTC).isoformat(),
            "schema": schema.HEAD,
            "audit_events": found.audit_events,
            "chain_head": found.chain_head,
            "sha256": {part: _sha256(scratch / part) for part in (DATABASE_FILE, KEY_FILE)},
        }
        (scratch / MANIFEST).write_text(json.dumps(manifest, indent=1, sort_keys=True), encoding="utf-8")
        packed = scratch / name
        with (
            os.fdopen(os.open(packed, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600), "w+b") as out,
            zipfile.ZipFile(out, "w") as archive,
        ):
            for part in (MANIFEST, KEY_FILE, DATABASE_FILE):
                archive.write(scratch / part, part)
        with packed.open("rb+") as out:
            os.fsync(out.fileno())
        _read_manifest(packed)
        packed.replace(target / name)
    sync_folder(target)
    if into is None:
        _prune(target)
    return Backup(target / name, now, found.audit_events, found.chain_head)


def newest(folder: Path) -> datetime | None:
    """Return when the newest verified backup in the clinic's folder was made. Only verified ones get their name."""
    stamps = [stamp for path in (folder / BACKUP_FOLDER).glob(f"*{SUFFIX}") if (stamp := _stamp(path)) is not None]
    return max(stamps, default=None)


def restore(
    backup: Path,
    folder: Path,
    unlock: Callable[[KeyFile], DataKey],
    clock: Clock,
    allowed: Callable[[ClinicFile], None],
) -> None:
    """Put `backup` in the place of the clinic in `folder`, or make the clinic there anew.

    `unlock` opens the backup's own key slots; `allowed` is handed the restored clinic before it takes its place and
    raises where the person may not do this. What was in `folder` before is kept under `backups/`. Any error leaves all
    as it was.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        require_clinic(folder)
        settle(folder, clock)
        with Holder(folder, clock.now()), _scratch(folder, SCRATCH) as scratch:
            _unpack(backup, scratch, unlock, clock, allowed)
            put_in_place(folder, scratch, _kept_as(folder, clock.now()))
        return
    if not folder.parent.is_dir():
        raise FolderTaken(f"There is no folder {folder.parent} to restore into.")
    with new_folder(folder) as making:
        (making / BACKUP_FOLDER).mkdir(mode=0o700)
        _unpack(backup, making, unlock, clock, allowed)


def _unpack(
    backup: Path, into: Path, unlock: Callable[[KeyFile], DataKey], clock: Clock, allowed: Callable[[ClinicFile], None]
) -> None:
    manifest = _read_manifest(backup)
    with zipfile.ZipFile(backup) as archive:
        keys = KeyFile.from_bytes(archive.read(KEY_FILE))
        key = unlock(keys)
        with archive.open(DATABASE_FILE) as source, (into / DATABASE_FILE).open("xb") as target:
            shutil.copyfileobj(source, target, 1 << 20)
            target.flush()
            os.fsync(target.fileno())
    (into / DATABASE_FILE).chmod(0o600)
    write_key_file(into, keys)
    if manifest.schema <= schema.HEAD:
        found = _verified(into / DATABASE_FILE, key)
        if (found.audit_events, found.chain_head) != (manifest.audit_events, manifest.chain_head):
            raise BackupRefused("The backup's audit trail is not the one its manifest names. It was not restored.")
    opened = open_file(into, key, clock)
    try:
        allowed(opened)
    finally:
        opened.close()


def _kept_as(folder: Path, now: datetime) -> str:
    """Return a name under `backups` that is still free."""
    name = f"before-restore-{now.astimezone(UTC):%Y%m%dT%H%M%SZ}"
    names = (name, *(f"{name}-{count}" for count in range(2, 1000)))
    return next(free for free in names if not (folder / BACKUP_FOLDER / free).exists())


def _verified(database: Path, key: DataKey) -> Checked:
    engine = open_engine(database, key, guarded=False)
    try:
        found = check(engine, key)
    finally:
        engine.dispose()
    if found.faults:
        first = found.faults[0]
        raise BackupRefused(f"The copy is not sound ({first.check}: {first.what}). It was not kept.")
    return found


def _read_manifest(path: Path) -> _Manifest:
    try:
        with zipfile.ZipFile(path) as archive:
            if {info.filename for info in archive.infolist()} != _NAMES or len(archive.infolist()) != len(_NAMES):
                raise BackupRefused(f"{path.name} is not a CareLoop backup.")
            if archive.getinfo(MANIFEST).file_size > 1 << 20 or archive.getinfo(KEY_FILE).file_size > 1 << 24:
                raise BackupRefused(f"{path.name} is not a CareLoop backup.")
            manifest: dict[str, Any] = json.loads(archive.read(MANIFEST))
            if manifest["format"] > FORMAT or str(manifest["schema"]) > schema.HEAD:
                raise BackupRefused("This backup was made by a newer CareLoop. Use that version to restore it.")
            digests: dict[str, str] = dict(manifest["sha256"])
            if digests.keys() | {MANIFEST} != _NAMES:
                raise BackupRefused(f"{path.name} is damaged: its manifest does not speak of all its parts.")
            for part, told in digests.items():
                with archive.open(part) as packed:
                    if _digest(packed) != told:
                        raise BackupRefused(f"{path.name} is damaged: its {part} is not as it was written.")
            return _Manifest(str(manifest["schema"]), int(manifest["audit_events"]), str(manifest["chain_head"]))
    except FileNotFoundError as error:
        raise BackupRefused(f"There is no file {path}.") from error
    except (OSError, ValueError, KeyError, TypeError, zipfile.BadZipFile, NotImplementedError, RuntimeError) as error:
        raise BackupRefused(f"{path.name} is damaged or is not a CareLoop backup.") from error


def _prune(folder: Path) -> None:
    kept: set[Path] = set()
    stamped = sorted(((s, p) for p in folder.glob(f"*{SUFFIX}") if (s := _stamp(p)) is not None), reverse=True)
    for count, period in ((_DAILY, "%Y-%m-%d"), (_WEEKLY, "%G-%V"), (_MONTHLY, "%Y-%m")):
        newest_of: dict[str, Path] = {}
        for stamp, path in stamped:
            newest_of.setdefault(stamp.strftime(period), path)
        kept.update(list(newest_of.values())[:count])
    for stamp, path in stamped:
        if path not in kept and stamp.date() != stamped[0][0].date():
            path.unlink(missing_ok=True)


def _stamp(path: Path) -> datetime | None:
    try:
        return datetime.strptime(path.name.removesuffix(SUFFIX), "careloop-%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
    except ValueError:
        return None


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return _digest(file)


def _digest(file: IO[bytes]) -> str:
    digest = hashlib.sha256()
    while block := file.read(1 << 20):
        digest.update(block)
    return digest.hexdigest()


@contextmanager
def _scratch(beside: Path, prefix: str) -> Iterator[Path]:
    """Yield a folder to work in that vanishes afterwards. Who holds the clinic is alone in using its `prefix` there."""
    for left in beside.glob(f"{prefix}*"):  # of a run that was cut off
        shutil.rmtree(left, ignore_errors=True)
    scratch = Path(tempfile.mkdtemp(prefix=prefix, dir=beside))
    try:
        yield scratch
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
