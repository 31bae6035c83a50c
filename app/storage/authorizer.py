"""What a connection of the running program refuses: a bug of ours shall not harm the audit trail or leak a file."""

from sqlcipher3 import dbapi2 as sqlcipher

_NEVER = {
    sqlcipher.SQLITE_ATTACH,
    sqlcipher.SQLITE_DETACH,
    sqlcipher.SQLITE_ALTER_TABLE,
    sqlcipher.SQLITE_CREATE_TABLE,
    sqlcipher.SQLITE_CREATE_TRIGGER,
    sqlcipher.SQLITE_CREATE_TEMP_TRIGGER,
    sqlcipher.SQLITE_CREATE_TEMP_TABLE,
    sqlcipher.SQLITE_CREATE_VIEW,
    sqlcipher.SQLITE_CREATE_TEMP_VIEW,
    sqlcipher.SQLITE_CREATE_INDEX,
    sqlcipher.SQLITE_DROP_TABLE,
    sqlcipher.SQLITE_DROP_TRIGGER,
    sqlcipher.SQLITE_DROP_INDEX,
    sqlcipher.SQLITE_DROP_VIEW,
}
_CHANGES = {sqlcipher.SQLITE_UPDATE, sqlcipher.SQLITE_DELETE}
_ADD_ONLY = {"audit_event", "sqlite_master", "sqlite_schema"}
_PRAGMAS_ALLOWED = {
    "cipher_version",
    "cipher_integrity_check",
    "integrity_check",
    "foreign_key_check",
    "wal_checkpoint",
    "data_version",
    "read_uncommitted",  # SQLAlchemy asks its value
}


def authorize(code: int, first: str | None, second: str | None, _database: str | None, _trigger: str | None) -> int:
    """Answer SQLite's question whether a statement may be prepared."""
    if code in _NEVER:
        return int(sqlcipher.SQLITE_DENY)
    if code in _CHANGES and first in _ADD_ONLY:
        return int(sqlcipher.SQLITE_DENY)
    if code == sqlcipher.SQLITE_PRAGMA and (first not in _PRAGMAS_ALLOWED or (second and first != "wal_checkpoint")):
        return int(sqlcipher.SQLITE_DENY)
    if code == sqlcipher.SQLITE_FUNCTION and second == "load_extension":
        return int(sqlcipher.SQLITE_DENY)
    return int(sqlcipher.SQLITE_OK)
