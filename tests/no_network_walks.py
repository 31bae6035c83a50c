"""What is done while the network is watched: a month without a window, the beginning of the tour, a seeded leak."""

import os
import socket
import sys
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

os.environ["QT_QPA_PLATFORM"] = "offscreen"  # before Qt is loaded

from app.cli import main
from app.compose import house_of, open_desk, wiring_of_commands, wiring_of_window
from app.security.slots import Argon2Cost
from app.services.demo import DemoPlan, create_demo
from app.services.founding import House
from app.views.tour.run import STEPS, run_tour
from tests.fake_clock import FakeClock

MONTH = "2026-10"
CHEAP = Argon2Cost(memory_kib=64 * 1024, passes=3, lanes=4)


def headless(folder: Path) -> int:
    """Make a demo clinic, read its month, make its packets, check and back it up."""
    clock = FakeClock()
    house = replace(house_of(clock), cost=CHEAP)
    wiring = replace(
        wiring_of_commands(clock),
        open_desk=lambda path, username, passphrase: open_desk(path, username, passphrase, house),
    )
    clinic, password = folder / "clinic", folder / "password"
    made = create_demo(clinic, house, DemoPlan(patients=12, months=2))
    password.write_text(made.password + "\n", encoding="utf-8")
    manager = next(user.username for user in made.users if "Office manager" in user.roles)
    who = ("--as", manager, "--password-file", str(password))
    for asked in (
        ("readiness", str(clinic), "--month", MONTH, *who),
        ("month-end", str(clinic), "--month", MONTH, "--out", str(folder / "out"), *who),
        ("check", str(clinic), *who),
        ("backup", str(clinic), *who),
    ):
        code = main(asked, lambda: wiring)
        if code:
            return code
    return 0


def window(folder: Path) -> int:
    """Walk the beginning of the tour: a new clinic, its people, an import."""
    code = run_tour(folder / "tour", lambda clock, data: wiring_of_window(_cheap(clock), data), STEPS[:10])
    return code or (3 if "PySide6.QtNetwork" in sys.modules or own_sockets() else 0)


def leak(_folder: Path) -> int:
    """Try a connection to this machine itself."""
    with socket.socket() as seeded:
        seeded.settimeout(1)
        seeded.connect(("127.0.0.1", 9))
    return 0


def own_sockets() -> list[str]:
    """Return this process's own sockets of the internet kind, also those of libraries that Python does not see."""
    known: set[str] = set()
    for table in ("tcp", "tcp6", "udp", "udp6", "raw", "raw6"):
        lines = Path(f"/proc/self/net/{table}")
        if lines.exists():
            known |= {line.split()[9] for line in lines.read_text(encoding="ascii").splitlines()[1:]}
    mine = [str(path.readlink()) for path in Path("/proc/self/fd").iterdir() if path.is_symlink()] if known else []
    return [link for link in mine if link.removeprefix("socket:[").removesuffix("]") in known]


def _cheap(clock: object) -> House:
    return replace(house_of(clock), cost=CHEAP)  # type: ignore[arg-type]


WALKS: Mapping[str, Callable[[Path], int]] = {"headless": headless, "window": window, "leak": leak}
