"""A manager closes October, claims and all, until they are killed: `python -m tests.faults.close_driver FOLDER OUT`.

A line on standard output before the close, and one when all has left.
"""

import sys
from pathlib import Path

from app.services.closing.press import CLAIMS, PAPERS
from tests.conftest import FIRST_PERSON
from tests.faults.test_kill_during_claims import sign_in
from tests.services.clinic_month import OCTOBER


def main() -> None:
    desk = sign_in(Path(sys.argv[1]))
    print("begun", flush=True)
    desk.month_end.make(
        desk.actor,
        OCTOBER,
        Path(sys.argv[2]),
        passphrase=FIRST_PERSON.passphrase,
        papers=PAPERS | {CLAIMS},
        close=True,
    )
    print("closed", flush=True)
    desk.close()


if __name__ == "__main__":
    main()
