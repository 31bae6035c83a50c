"""What the audit trail says, for tests."""

import json
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.models import AuditEvent
from app.services.desk import Desk


def events(desk: Desk, action: str) -> list[tuple[AuditEvent, dict[str, Any]]]:
    """Return the audit events of an action, oldest first, each with its facts."""
    with Session(desk.opened.file.engine) as session:
        query = select(AuditEvent).where(AuditEvent.action == action).order_by(AuditEvent.seq)
        return [(event, json.loads(event.detail)) for event in session.scalars(query)]
