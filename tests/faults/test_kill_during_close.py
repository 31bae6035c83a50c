"""`kill -9` while a month is closed with its claims: the repeat closes it once, and each claim leaves once."""

import random
import shutil
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

from sqlalchemy import select

from app.models import Claim, ClaimBatch, Packet
from app.services.closing.press import CLAIMS, PAPERS
from app.services.desk import Desk
from tests.conftest import FIRST_PERSON
from tests.exchange.claims import segments, validate
from tests.faults.test_kill_during_claims import ROOT, sign_in
from tests.services.clinic_month import OCTOBER
from tests.services.closed import a_clinic, furnish


def test_a_killed_close_leaves_no_claim_or_the_kept_file(
    desk: Desk, tmp_path: Path, rounds: Callable[[int, int], int]
) -> None:
    furnish(desk)
    a_clinic(desk, tmp_path, "a", "b")
    ready = desk.opened.file.folder
    desk.close()
    dice = random.Random(11)  # noqa: S311 - chance, not secrecy
    for number in range(rounds(2, 60)):
        folder, out = tmp_path / f"clinic {number}", tmp_path / f"out {number}"
        shutil.copytree(ready, folder)
        driver = subprocess.Popen(
            [sys.executable, "-m", "tests.faults.close_driver", str(folder), str(out)],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert driver.stdout is not None
        with driver.stdout as said:
            assert said.readline() == "begun\n"
            time.sleep(dice.uniform(0.1, 1.2))
            driver.kill()
        driver.wait()

        mended = sign_in(folder)
        with mended.opened.ledger.reading(mended.actor, "claim.read") as reading:
            left = len(reading.session.scalars(select(Claim)).all())
            kept = [batch.content.encode("ascii") for batch in reading.session.scalars(select(ClaimBatch))]
            finals = len(reading.session.scalars(select(Packet)).all())
        assert left in {0, 2}
        assert (len(kept), left and finals) == (left // 2, left)
        made = mended.month_end.make(
            mended.actor, OCTOBER, out, passphrase=FIRST_PERSON.passphrase, papers=PAPERS | {CLAIMS}, close=True
        )
        assert made.claims is not None
        assert (made.closed, made.finals, made.claims.claimed) == (1, 2, 2 - left)
        files = [path.read_bytes() for path in out.glob("837P-*.txt")]
        assert len(files) == 1
        assert not kept or files == kept
        assert validate(files[0]).accepted
        numbers = Counter(segment[1] for segment in segments(files[0]) if segment[0] == "CLM")
        assert sorted(numbers.values()) == [1, 1]
        assert mended.integrity.check(mended.actor).faults == ()
        mended.close()
