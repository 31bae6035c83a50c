"""What every page is handed: the services, the runner, the news, the frame, and the ways to elsewhere."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from app.rules.month import Month
from app.services.desk import Desk
from app.views.feed import Feed
from app.views.main_window import MainWindow
from app.views.preferences import PreferenceStore
from app.views.tasks import Tasks
from app.views.undo import UndoStack


class OpenChart(Protocol):
    """Shows a patient's chart at a place of mending, its time in a month (by default the one that runs)."""

    def __call__(self, patient_id: int, place: str, month: Month | None = None, /) -> None: ...


@dataclass(frozen=True, slots=True)
class PageContext:
    """Given to each page's constructor as its only argument.

    `open_chart(patient_id, place, month=None)` shows a patient's chart at a place of mending (a tab: overview,
    care_plan, time, enrolment, consent, conditions, coverage, practitioner, services, patient);
    `start_call(patient_id)` is F8 on a patient. Both come from the front desk, so that pages never know one another.
    """

    desk: Desk
    tasks: Tasks
    feed: Feed
    window: MainWindow
    preferences: PreferenceStore
    open_chart: OpenChart
    start_call: Callable[[int], None]

    @property
    def undo(self) -> UndoStack:
        """Where whatever is done and not signed is offered to be taken back."""
        return self.window.undo

    def may(self, action: str) -> bool:
        """Whether the signed-in person's roles allow `action`; what they do not allow is left out, not greyed."""
        return self.desk.opened.ledger.may(self.desk.actor, action)
