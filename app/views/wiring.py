"""What the window is handed at its start; made by `compose`, so that views need not know how things are wired."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from app.clock import Clock
from app.rules.papers import EmergencyKit
from app.security.permissions import Permissions
from app.services.desk import Desk
from app.services.founding import FirstPerson, NewClinic
from app.storage.ledger import Changes

OnCommit = Callable[[Changes], None]
Tell = Callable[[int, int, str], None]
"""Long work reports through it: `tell(done, total, text)`."""


@dataclass(frozen=True, slots=True)
class DemoPerson:
    """Someone who may sign in to the demo clinic, and what they do there in words."""

    username: str
    name: str
    work: str


@dataclass(frozen=True, slots=True)
class Demo:
    """The fictional clinic: where it is kept, how it is made there, and who signs in with which passphrase."""

    folder: Path
    make: Callable[[Path, Tell], object]
    people: Sequence[DemoPerson]
    passphrase: str


@dataclass(frozen=True, slots=True)
class Wiring:
    """All that the window cannot make by itself. Each call may take seconds and raises `ClinicError` in words.

    Attributes:
        open_desk: (folder, user name, passphrase, told of each commit) → the desk of who signed in.
        create_clinic: (folder, clinic, first person, recovery key).
        recover: (folder, recovery key, user name, new passphrase) → the next recovery key.
        restore: (backup file, folder, user name, passphrase, recovery key or empty).
        emergency_kit: the kit as PDF.
        clinics_folder: where new clinics are put unless another place is chosen.
    """

    version: str
    clock: Clock
    permissions: Permissions
    common_passphrases: frozenset[str]
    clinics_folder: Path
    open_desk: Callable[[Path, str, str, OnCommit], Desk]
    create_clinic: Callable[[Path, NewClinic, FirstPerson, str], object]
    recover: Callable[[Path, str, str, str], str]
    restore: Callable[[Path, Path, str, str, str], object]
    emergency_kit: Callable[[EmergencyKit], bytes]
    demo: Demo


WireWindow = Callable[[Clock, Path], Wiring]
"""How `__main__` hands wiring over where the clock or the folder for clinics is not the machine's own, as on a tour."""
