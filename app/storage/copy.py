"""A consistent copy of a live database. A plain file copy would miss what is still in the write-ahead log."""

from pathlib import Path

from app.security.keys import DataKey
from app.storage.vault import connect, create_database


def copy_database(source: Path, key: DataKey, target: Path) -> None:
    """Copy `source`, which may be in use, to the new file `target`, encrypted with the same key."""
    create_database(target)
    try:
        reader = connect(source, key, guarded=False)
        try:
            writer = connect(target, key, guarded=False)
            try:
                reader.backup(writer, pages=-1)  # in one go: in steps it would start over at every write
            finally:
                writer.close()
        finally:
            reader.close()
    except BaseException:
        target.unlink(missing_ok=True)
        raise
