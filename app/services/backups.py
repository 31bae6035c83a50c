from datetime import datetime, timedelta
from pathlib import Path

from app.rules.errors import ClinicError
from app.security.keys import DataKey
from app.security.permissions import Actor
from app.security.slots import KeyFile, fold
from app.services.door import composed, reads
from app.services.founding import House, actor_named
from app.storage import backup
from app.storage.backup import Backup
from app.storage.clinic_file import ClinicFile
from app.storage.ledger import Ledger, Reading

MAKE, RESTORE = "backup.make", "backup.restore"
DAILY = timedelta(hours=24)


class BackupNotWritten(ClinicError):
    """The disk or folder did not take the backup."""


class Backups:
    """Copies of the clinic that count only once they are verified."""

    def __init__(self, ledger: Ledger, file: ClinicFile) -> None:
        self._ledger = ledger
        self._file = file

    @composed(MAKE)
    def make(self, actor: Actor, into: Path | None = None) -> Backup:
        """Write a verified backup into the clinic's own `backups`, or into another folder. Raise `BackupNotWritten`."""
        try:
            made = backup.make(self._file, self._ledger.clock.now(), into)
        except OSError as error:
            where = into or "the clinic's folder"
            raise BackupNotWritten(f"The backup cannot be written to {where} ({error.strerror}).") from error
        with self._ledger.writing(actor, MAKE) as work:
            work.note(audit_events=made.audit_events, chain_head=made.chain_head, elsewhere=into is not None)
        return made

    @composed("session.use")
    def make_daily(self, actor: Actor) -> Backup | None:
        """Write a backup if the newest verified one is a day old, whoever is signed in; None when it was not due."""
        now = self._ledger.clock.now()
        newest = backup.newest(self._file.folder)
        if newest is not None and timedelta(0) <= now - newest < DAILY:
            return None
        try:
            made = backup.make(self._file, now)
        except OSError as error:
            raise BackupNotWritten(f"The daily backup cannot be written ({error.strerror}).") from error
        with self._ledger.writing(actor, "session.use") as work:
            work.note(event="daily_backup", audit_events=made.audit_events, chain_head=made.chain_head)
        return made

    @reads("clinic.read")
    def newest(self, reading: Reading) -> datetime | None:  # noqa: ARG002 - the door asks who looks
        """Return when the newest verified backup in the clinic's own folder was made; None when there is none."""
        return backup.newest(self._file.folder)


def restore_clinic(
    made: Path, folder: Path, username: str, passphrase: str, house: House, *, recovery_key: str = ""
) -> None:
    """Put a backup in the place of the clinic in `folder`, or make the clinic there anew.

    `username` must be an administrator of the clinic as the backup holds it; their passphrase of then opens it, or its
    recovery key. What was in `folder` is kept under `backups/`. Raises `ClinicError`; then all is as it was.
    """

    def unlock(keys: KeyFile) -> DataKey:
        return keys.unlock_with_recovery_key(recovery_key) if recovery_key else keys.unlock(username, passphrase)[0]

    def allowed(file: ClinicFile) -> None:
        _note_restore(file, username, house)

    try:
        backup.restore(made, folder, unlock, house.clock, allowed)
    except OSError as error:
        raise BackupNotWritten(f"The backup cannot be put into {folder} ({error.strerror}).") from error


def _note_restore(file: ClinicFile, username: str, house: House) -> None:
    """Ask permission in the restored clinic, and write into its trail that it was restored."""
    ledger = Ledger(file.engine, file.key, house.clock, house.permissions)
    with ledger.writing(actor_named(file, fold(username)), RESTORE) as work:
        work.note(event="restored")
