import signal
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from app.storage.holder import ClinicHeld, Holder

NOW = datetime(2026, 11, 23, 9, 5, tzinfo=UTC)
HOLD = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from app.storage.holder import Holder
held = Holder(Path(sys.argv[1]), datetime(2026, 11, 23, 9, 5, tzinfo=UTC))
print("held", flush=True)
sys.stdin.read()
"""


def test_a_second_process_is_told_who_holds_the_clinic_and_a_killed_one_lets_go(tmp_path: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, str(tmp_path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "held\n"
        with pytest.raises(ClinicHeld, match=rf"process {other.pid}, since 2026-11-23T09:05"):
            Holder(tmp_path, NOW)
        other.send_signal(signal.SIGKILL)
        other.wait()
    Holder(tmp_path, NOW).close()


def test_who_lets_go_lets_others_in(tmp_path: Path) -> None:
    with Holder(tmp_path, NOW):
        pass
    with Holder(tmp_path, NOW):
        pass
