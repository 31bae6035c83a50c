"""A consistent copy of a live database. A plain file copy would miss what is still in the write-ahead log."""

from pathlib import Path

from app.security.keys import DataKey
from app.storage.vault import ClinicDamaged, connect, create_database, in_plain_words


def copy_database(source: Path, key: DataKey, target: Path) -> None:
    """Copy `source`, which may be in use, to the new file `target`, encrypted with the same key.

    Raises `ClinicDamaged` where `source` has a page that is not as it was written, `DiskTrouble`; then no file is left.
    """
    with in_plain_words():
        create_database(target)
    try:
        with in_plain_words():
            _copy(source, key, target)
    except BaseException:
        target.unlink(missing_ok=True)
        raise


def _copy(source: Path, key: DataKey, target: Path) -> None:
    reader = connect(source, key, guarded=False)
    try:
        # A damaged page at the end would be copied as zeros, well sealed, and no check of the copy could tell.
        if reader.execute("PRAGMA cipher_integrity_check").fetchone() is not None:
            raise ClinicDamaged
        writer = connect(target, key, guarded=False)
        try:
            reader.backup(writer, pages=-1)  # in one go: in steps it would start over at every write
        finally:
            writer.close()
    finally:
        reader.close()
