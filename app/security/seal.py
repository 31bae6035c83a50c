"""Seals: a keyed hash of a row as it stands, kept in the audit chain, so that a row altered elsewhere is named."""

import hashlib
import hmac
from datetime import UTC, date, datetime, time
from typing import Any

from sqlalchemy import inspect

from app.models.base import Base
from app.security.audit_chain import canonical


def seal(key: bytes | bytearray, row: Base) -> str:
    """Return 16 hex digits that stand for the row's table, key and every column.

    A column that a later step added (`mapped_column(info={"step": "0002"})`) is left out while it holds nothing: rows
    sealed before it was there keep their seal.
    """
    mapper = inspect(type(row))
    values = [
        [column.key, _plain(getattr(row, column.key))]
        for column in mapper.column_attrs
        if not ("step" in column.columns[0].info and getattr(row, column.key) is None)
    ]
    body = canonical([row.__tablename__, values])
    return hmac.new(key, b"seal1" + body, hashlib.sha256).hexdigest()[:16]


def _plain(value: Any) -> Any:  # noqa: ANN401 - any column value
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="microseconds")
    if isinstance(value, date | time):
        return value.isoformat()
    return value
