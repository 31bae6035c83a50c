"""Steps that can be taken back, by name: Ctrl+Z, the notice that told of the step, or the command."""

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QObject, Signal

from app.rules.errors import ClinicError
from app.views.errors import sentence
from app.views.tasks import Tasks

MOST_STEPS = 30

Say = Callable[[str, str, str, Callable[[], object] | None], object]
"""Tells the person something: words, kind, a button's words and what it does."""


@dataclass(frozen=True, slots=True, eq=False)
class Step:
    """Something that was done and can be taken back. `name` says what in the past: "closed follow-up 'Call Dr. Hale'".

    `inverse` is a service call for the database thread; `about` groups steps that one final act closes off.
    """

    name: str
    inverse: Callable[[], object]
    about: object = None


class UndoStack(QObject):
    """What the signed-in person did and can take back, the last one first.

    Nothing signed ever comes here. A step that cannot be taken back any more, because somebody else changed the same
    since or what it belonged to was signed, says so plainly. Locking and signing out forget everything: whoever comes
    back does not take back what they do not see. `changed` follows each change of what Ctrl+Z would do.
    """

    changed = Signal()

    def __init__(self, tasks: Tasks, say: Say, parent: QObject) -> None:
        """Undo through `tasks`, and tell of it with `say`."""
        super().__init__(parent)
        self._tasks = tasks
        self._say = say
        self._steps: list[Step] = []
        self._why_empty = ""

    @property
    def name(self) -> str:
        """What Ctrl+Z would take back, empty when there is nothing."""
        return self._steps[-1].name if self._steps else ""

    def offer(self, name: str, inverse: Callable[[], object], *, said: str = "", about: object = None) -> None:
        """Tell that something was done, and let it be taken back.

        Args:
            name: what was done, in the past and in lower case: "closed follow-up 'Call cardiology'".
            inverse: the service call that takes it back; runs on the database thread, and raises `ClinicError` with a
                sentence when that is not possible any more.
            said: what the notice says instead of the name, such as who acts next.
            about: what `close_off` names when this step becomes final, for example ("call", 7).
        """
        step = Step(name, inverse, about)
        self._steps = [*self._steps[-MOST_STEPS + 1 :], step]
        self._why_empty = ""
        self._say(said or capitalised(name), "ready", self.tr("Undo"), lambda: self._take_back(step))
        self.changed.emit()

    def undo(self) -> None:
        """Take back the last step, or say that there is nothing and why."""
        if self._steps:
            self._take_back(self._steps[-1])
        else:
            self._say(self._why_empty or self.tr("There is nothing to undo."), "info", "", None)

    def close_off(self, why: str, *, about: object) -> None:
        """Let the steps `about` something final be taken back no more; `why` is told to whoever tries."""
        kept = [step for step in self._steps if step.about != about]
        if len(kept) < len(self._steps):
            self._steps = kept
            self._why_empty = self.tr("This cannot be undone any more: {why}").format(why=why)
            self.changed.emit()

    def forget(self, why: str = "") -> None:
        """Forget all steps; `why` is told to whoever tries to undo one."""
        self._why_empty = why if self._steps else ""
        self._steps = []
        self.changed.emit()

    def _take_back(self, step: Step) -> None:
        # Out of the list before it runs: a second Ctrl+Z takes back the step before it, never the same one twice.
        if step not in self._steps:
            self._say(self._why_empty or self.tr("This cannot be undone any more."), "info", "", None)
            return
        self._steps = [other for other in self._steps if other is not step]
        self.changed.emit()
        self._tasks.run(
            step.inverse,
            lambda _: self._say(self.tr("Undone: {step}").format(step=step.name), "info", "", None),
            self._on_refused,
        )

    def _on_refused(self, error: Exception) -> None:
        if isinstance(error, ClinicError):
            words = self.tr("This cannot be undone any more. {why}").format(why=sentence(error))
            self._say(words, "warn", "", None)
        else:
            self._tasks.failed.emit(error)


def capitalised(words: str) -> str:
    """Return words with their first letter large, the others as they are."""
    return words[:1].upper() + words[1:]
