"""Who is met on the tour. All of them are made up, as is everybody else in it."""

from dataclasses import dataclass
from zoneinfo import ZoneInfo

ZONE = ZoneInfo("America/Chicago")
CLINIC = "Marlow Creek Family Practice"


@dataclass(frozen=True, slots=True)
class Worker:
    """Someone at the invented clinic. The passphrases protect nothing: the clinic is gone when the tour ends."""

    name: str
    username: str
    passphrase: str
    credential: str = ""
    roles: tuple[str, ...] = ()


MANAGER = Worker("Grace Ellery", "grace", "quiet lanterns over the ferry")
NURSE = Worker("Nora Whitfield", "nora", "seven herons at the boathouse", "RN", ("nurse", "coordinator"))
DOCTOR = Worker("Samuel Okafor", "samuel", "copper kettle on a snowy sill", "MD", ("practitioner",))
