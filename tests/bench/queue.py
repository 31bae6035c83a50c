"""The nurse's queue: the very first look, the first one after the next sign-in, and the looks after it."""

from collections.abc import Iterator

from app import __version__, assets
from app.security.permissions import Actor
from app.services.clinic_calendar import federal_holidays
from app.services.desk import Desk
from app.services.founding import actor_named
from app.services.standing_months import StandingMonths
from app.services.today import Today
from tests.bench.clinics import demo
from tests.bench.stopwatch import best, line

FIRST_LOOK = "under 0.3 s at 900 patients, but for the very first"


def measure(*, short: bool) -> Iterator[str]:
    """Yield a line for each first look."""
    with demo(24 if short else 900) as desk:
        yield from _lines(desk, actor_named(desk.opened.file, "rosa"))


def _lines(desk: Desk, nurse: Actor) -> Iterator[str]:
    federal_holidays(desk.opened.ledger.clock.now().year)  # the window does so while a passphrase is typed
    patients = len(desk.today.everyone(nurse, mine=False))
    again = best(lambda: desk.today.everyone(nurse, mine=False))
    yield line(f"the queue of {patients} patients, very first look", best(lambda: _look(desk, nurse)), "again", again)
    desk.today.keep_months(nurse)
    signed_in = best(lambda: _look(desk, nurse))
    yield line("the queue after the next sign-in", signed_in, "again", again, FIRST_LOOK)


def _look(desk: Desk, nurse: Actor) -> object:
    """Look as somebody does who has just signed in: nothing is known yet but what the file keeps."""
    months = StandingMonths(assets.load_rule_book(), __version__)
    return Today(desk.opened.ledger, months).everyone(nurse, mine=False)
