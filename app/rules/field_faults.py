from collections.abc import Mapping
from datetime import date

from app.rules.errors import ClinicError
from app.rules.text import LONGEST_LINE, LONGEST_NAME, line_fault, note_fault, tidy_note


class FieldFaults(ClinicError):
    """A form that cannot be saved as it is: a sentence for each field that is wrong, to be shown beside it."""

    def __init__(self, faults: Mapping[str, str]) -> None:
        super().__init__(" ".join(dict.fromkeys(faults.values())))
        self.faults = dict(faults)


class FormCheck:
    """Checks a form's fields one after another; `finish` raises `FieldFaults` if any was wrong."""

    def __init__(self) -> None:
        self.faults: dict[str, str] = {}

    def fault(self, field: str, sentence: str) -> None:
        """Note what is wrong with `field`; the first fault of a field stands."""
        self.faults.setdefault(field, sentence)

    def line(self, field: str, text: str, longest: int = LONGEST_LINE, *, needed: str = "") -> str:
        """Return one line without the spaces around it. `needed` is the sentence for an empty one."""
        tidy = text.strip(" \t\u00a0")
        if wrong := line_fault(tidy, longest):
            self.fault(field, wrong)
        elif needed and not tidy.strip():
            self.fault(field, needed)
        return tidy

    def name(self, field: str, text: str, *, needed: str = "") -> str:
        """Return a short line: a name, a title, a number on a card."""
        return self.line(field, text, LONGEST_NAME, needed=needed)

    def note(self, field: str, text: str) -> str:
        """Return text of several lines."""
        tidy = tidy_note(text)
        if wrong := note_fault(tidy):
            self.fault(field, wrong)
        return tidy

    def choice(self, field: str, value: str, known: tuple[str, ...], sentence: str) -> str:
        """Return `value`, one of `known`."""
        if value not in known:
            self.fault(field, sentence)
        return value

    def day(self, field: str, value: date | None, *, needed: str = "", latest: date | None = None) -> date | None:
        """Return a day of a living person's time: not before 1850, nor after `latest` where there is one."""
        if value is None:
            if needed:
                self.fault(field, needed)
        elif value.year < 1850:
            self.fault(field, "This year is too long ago.")
        elif value.year > 2199:
            self.fault(field, "This year is too far away.")
        elif latest is not None and value > latest:
            self.fault(field, "This day has not come yet.")
        return value

    def finish(self) -> None:
        if self.faults:
            raise FieldFaults(self.faults)
