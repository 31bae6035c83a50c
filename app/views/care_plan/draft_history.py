"""What was written in a part of a plan before, step by step, so that each step can be taken back by name."""

from dataclasses import dataclass, field

from app.rules.care_plan import SectionText

MOST_STEPS = 50


@dataclass(frozen=True, slots=True)
class Step:
    """A part as it was before something was done; `words` name what."""

    words: str
    before: SectionText


@dataclass(slots=True)
class DraftHistory:
    """The steps of every part, the newest last. Typing is one step from the first key to the next pause."""

    _steps: dict[str, list[Step]] = field(default_factory=dict)
    _typing: str = ""
    _counted: str = ""

    def typed(self, before: SectionText, words: str) -> None:
        """Remember how a part was before the first key of a stretch of typing."""
        if self._counted == before.key:
            self._counted = ""
        elif self._typing != before.key:
            self.done(before, words)
            self._typing = before.key

    def done(self, before: SectionText, words: str, *, edit_follows: bool = False) -> None:
        """Remember how a part was before something was done to it; an edit that comes of it is no step of its own."""
        self._typing = ""
        self._counted = before.key if edit_follows else ""
        steps = self._steps.setdefault(before.key, [])
        steps.append(Step(words, before))
        del steps[:-MOST_STEPS]

    def paused(self) -> None:
        """Let the next key begin a new step."""
        self._typing = ""

    def named(self, key: str) -> str:
        """Return what would be taken back in a part, empty for nothing."""
        steps = self._steps.get(key)
        return steps[-1].words if steps else ""

    def back(self, key: str) -> Step | None:
        """Take the newest step of a part back and return it."""
        self._typing = ""
        steps = self._steps.get(key)
        return steps.pop() if steps else None
