"""The audit chain: each event's HMAC covers the one before, so that none can be changed, dropped or moved unseen."""

import hashlib
import hmac
import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC

from app.models.audit_event import AuditEvent


@dataclass(frozen=True, slots=True)
class Broken:
    """Where the chain first fails, and how."""

    seq: int
    fault: str


def genesis(vault_id: str) -> str:
    """Return what stands before the first link."""
    return hashlib.sha256(f"careloop audit 1 {vault_id}".encode()).hexdigest()


def link(key: bytes | bytearray, before: str, event: AuditEvent) -> str:
    """Return the hex HMAC-SHA256 that binds `event` to the link `before` it."""
    body = canonical(
        [
            event.seq,
            event.at.astimezone(UTC).isoformat(timespec="microseconds"),
            event.actor_id,
            event.actor,
            event.session,
            event.action,
            event.outcome,
            event.patient_id,
            event.detail,
        ]
    )
    return hmac.new(
        key, b"aud1" + bytes.fromhex(before) + len(body).to_bytes(8, "big") + body, hashlib.sha256
    ).hexdigest()


def first_fault(key: bytes | bytearray, vault_id: str, events: Iterable[AuditEvent]) -> Broken | None:
    """Walk `events` in order of `seq` and return the first that does not follow from the one before."""
    before = genesis(vault_id)
    expected = 1
    for event in events:
        if event.seq != expected:
            return Broken(expected, f"event {expected} is missing")
        if not hmac.compare_digest(link(key, before, event), event.mac):
            return Broken(event.seq, f"event {event.seq} was altered")
        before = event.mac
        expected += 1
    return None


def canonical(value: object) -> bytes:
    """Return the one way `value` is written as JSON: sorted keys, no spaces, UTF-8."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
