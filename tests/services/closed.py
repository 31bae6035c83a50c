"""Closing the test clinic's October, as its first person, who is the whole clinic, does it."""

from pathlib import Path

from app.services.desk import Desk
from tests.conftest import FIRST_PERSON
from tests.services.clinic_month import OCTOBER


def close_october(desk: Desk, out: Path) -> int:
    """Approve and close; return how many packets were made final."""
    made = desk.month_end.make(desk.actor, OCTOBER, out, passphrase=FIRST_PERSON.passphrase)
    assert made.drafts == 0
    return made.finals
