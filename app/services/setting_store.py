"""The clinic's own choices that have no table of their own; what was never chosen is not stored."""

from sqlalchemy.orm import Session

from app.models import Setting


def own_setting(session: Session, key: str) -> object | None:
    """Return what the clinic chose, or None."""
    own = session.get(Setting, key)
    return None if own is None else own.value


def put_setting(session: Session, key: str, value: object | None) -> None:
    """Keep a choice as JSON; None takes it back, and what comes with the program holds again."""
    own = session.get(Setting, key)
    if value is None:
        if own is not None:
            session.delete(own)
    elif own is None:
        session.add(Setting(key=key, value=value))
    elif own.value != value:
        own.value = value
