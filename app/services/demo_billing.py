"""The demo clinic's last finished month as its practitioner and office manager would have left it: half way."""

import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from app.rules.month import Month
from app.services.demo_team import team_table
from app.services.desk import Desk
from app.services.packet_folder import PACKETS

OpenDesk = Callable[[Path, str, str], Desk]
"""Signs in: the clinic's folder, a user name, the password."""

EXPORTED, APPROVED = 8, 5  # at most, and never more than half of one practitioner's ready patients


def bill(folder: Path, month: Month, open_desk: OpenDesk) -> None:
    """Approve some ready patients of `month` and make its packets, then approve some more.

    So the board has its last two states too. The papers themselves are thrown away; what they were made of is kept.
    """
    if not _approve(folder, month, open_desk, EXPORTED):
        return
    with _at(folder, "manager", open_desk) as desk, tempfile.TemporaryDirectory() as thrown_away:
        desk.month_end.make(desk.actor, month, Path(thrown_away) / "out", papers=(PACKETS,))
    _approve(folder, month, open_desk, APPROVED)


def _approve(folder: Path, month: Month, open_desk: OpenDesk, most: int) -> int:
    with _at(folder, "practitioner", open_desk) as desk:
        own = {row.npi for row in desk.practitioners.rows(desk.actor) if row.person_id == desk.actor.person_id}
        board = desk.readiness.board(desk.actor, month)
        ready = [row for row in board.rows if row.state == "ready" and row.npi in own]
        chosen = ready[: min(most, (len(ready) + 1) // 2)]
        for row in chosen:
            desk.month_end.approve(desk.actor, row.patient_id, month, str(team_table()["passphrase"]))
        return len(chosen)


@contextmanager
def _at(folder: Path, role: str, open_desk: OpenDesk) -> Iterator[Desk]:
    table = team_table()
    username = next(row["username"] for row in table["person"] if "username" in row and role in row["roles"])
    desk = open_desk(folder, username, table["passphrase"])
    try:
        yield desk
    finally:
        desk.close()
