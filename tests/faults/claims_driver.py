"""A manager sends October's claims until they are killed: `python -m tests.faults.claims_driver FOLDER`.

A line on standard output before the claims leave, and one when they have left.
"""

import sys
from dataclasses import replace
from pathlib import Path

from app.compose import house_of, open_desk
from app.security.slots import Argon2Cost
from tests.conftest import FIRST_PERSON
from tests.fake_clock import FakeClock
from tests.services.clinic_month import OCTOBER


def main() -> None:
    house = replace(house_of(FakeClock()), cost=Argon2Cost(memory_kib=64 * 1024, passes=3, lanes=4))
    desk = open_desk(Path(sys.argv[1]), FIRST_PERSON.username, FIRST_PERSON.passphrase, house)
    print("begun", flush=True)
    desk.claims.month_files(desk.actor, OCTOBER, 1)
    print("sent", flush=True)
    desk.close()


if __name__ == "__main__":
    main()
