from dataclasses import dataclass

from app.security.permissions import Actor
from app.services.founding import OpenClinic
from app.services.patients import Patients


@dataclass(slots=True)
class Desk:
    """All that a signed-in person can do in one open clinic: the services, wired, and who they are."""

    opened: OpenClinic
    patients: Patients

    @property
    def actor(self) -> Actor:
        return self.opened.actor

    def close(self) -> None:
        """End the session, overwrite the key and give the clinic back."""
        self.opened.close()
