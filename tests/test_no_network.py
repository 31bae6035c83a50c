"""No part of CareLoop reaches for the network: not the command line, not the window."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


def watched(folder: Path, what: str) -> subprocess.CompletedProcess[str]:
    (folder / "home").mkdir()
    return subprocess.run(
        [sys.executable, "-m", "tests.network_watch", str(folder), what],
        cwd=ROOT,
        env={**os.environ, "HOME": str(folder / "home")},
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )


@pytest.mark.timeout(300)
@pytest.mark.parametrize(("what", "made"), [("headless", "out/manifest.json"), ("window", "tour/tour.txt")])
def test_a_month_needs_no_network(tmp_path: Path, what: str, made: str) -> None:
    ended = watched(tmp_path, what)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert "network:" not in ended.stdout
    assert (tmp_path / made).is_file()


def test_a_seeded_connection_is_seen(tmp_path: Path) -> None:
    ended = watched(tmp_path, "leak")
    assert ended.returncode != 0
    assert "network: socket.connect" in ended.stdout
    assert "NetworkUsed" in ended.stderr
