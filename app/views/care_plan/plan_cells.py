"""The controls in a row of a care plan: words, a problem of the list, a person, a day, how often."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Protocol

from PySide6.QtCore import Qt, Signal, SignalInstance
from PySide6.QtGui import QFocusEvent
from PySide6.QtWidgets import QHBoxLayout, QWidget

from app.rules.care_plan import ItemField
from app.rules.plan_gaps import first_blank
from app.rules.plan_items import EVERY_PROBLEM, day_text
from app.rules.plan_templates import due_words
from app.rules.text import LONGEST_LINE
from app.views import safe_text
from app.views.theme import set_shown
from app.views.widgets import ChoiceField, DateField, LineField

OFTEN = (0, 1, 2, 3, 6, 12)
_ELSE = "\0else"
_LONG = 40  # characters from which on a line may be wider than its field


@dataclass(frozen=True, slots=True)
class CellChoices:
    """What cells offer: the problems as they stand now, the people who work here, as a plan names them, and the day.

    Without `today` no next day is proposed.
    """

    problems: Callable[[], Sequence[str]] = tuple
    people: Sequence[str] = ()
    today: date | None = None


class Cell(Protocol):
    """A control for one field of an item. Its words are what the plan keeps."""

    edited: SignalInstance

    def words(self) -> str:
        """Return what is written."""

    def show_words(self, text: str) -> None:
        """Show what was written; no edit by the person."""

    def chain(self) -> list[QWidget]:
        """Return what Tab walks in it, in its order."""

    def enter(self) -> None:
        """Take the focus, with words in brackets selected so that typing fills them."""


class LineCell(LineField):
    """Words on one line."""

    def __init__(self, *, hint: str = "") -> None:
        """Show `hint` while empty."""
        super().__init__(hint=hint, max_length=LONGEST_LINE)

    def words(self) -> str:
        return self.text()

    def show_words(self, text: str) -> None:
        self.set_value(text)
        safe_text.set_tip(self, text if len(text) > _LONG else "")

    def chain(self) -> list[QWidget]:
        return [self]

    def enter(self) -> None:
        self.setFocus(Qt.FocusReason.OtherFocusReason)
        if blank := first_blank(self.text()):
            self.setSelection(blank[0], blank[1] - blank[0])


class DayCell(DateField):
    """A day, kept as MM/DD/YYYY; what is no day stays as typed, and is named before the plan is signed."""

    def words(self) -> str:
        day = self.value()
        return self.text() if day is None else day_text(day)

    def show_words(self, text: str) -> None:
        self.setText(text)
        self.setCursorPosition(0)

    def chain(self) -> list[QWidget]:
        return [self]

    def enter(self) -> None:
        self.setFocus(Qt.FocusReason.OtherFocusReason)


class ChoiceCell(ChoiceField):
    """One of a few; words that are none of them stay on offer as they are."""

    def __init__(self, offer: Callable[[], Sequence[str]]) -> None:
        """Offer what `offer` returns, read anew whenever it gets the focus."""
        super().__init__(empty="–")
        self._offer = offer
        self.setMinimumContentsLength(6)

    def words(self) -> str:
        return str(self.value() or "")

    def show_words(self, text: str) -> None:
        # What else is on offer is looked up when it is gone into: a long list of medicines has many of these.
        self._show([text] if text else [], text)
        safe_text.set_tip(self, text)

    def chain(self) -> list[QWidget]:
        return [self]

    def enter(self) -> None:
        self.setFocus(Qt.FocusReason.OtherFocusReason)

    def focusInEvent(self, event: QFocusEvent) -> None:
        self._renew(self.words())
        super().focusInEvent(event)

    def _renew(self, text: str) -> None:
        known = list(dict.fromkeys(self._offer()))
        if text and text not in known:
            known.append(text)
        self._show(known, text)

    def _show(self, known: Sequence[str], text: str) -> None:
        self.offer([(words, words) for words in known])
        self.set_value(text or None)


class PersonCell(QWidget):
    """Somebody who works here, or anybody else by name."""

    edited = Signal()

    def __init__(self, people: Sequence[str]) -> None:
        """Offer `people`."""
        super().__init__()
        self._people = tuple(dict.fromkeys(people))
        self.choice = ChoiceField(empty="–")
        self.choice.setMinimumContentsLength(6)
        self.line = LineCell(hint=self.tr("Name"))
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self.choice, 1)
        row.addWidget(self.line, 1)
        set_shown(self.line, shown=False)
        self.choice.edited.connect(self._on_chosen)
        self.line.edited.connect(self.edited)

    def name(self, object_name: str, words: str) -> None:
        """Name both controls."""
        self.setObjectName(f"{object_name}_cell")
        for part, end in ((self.choice, ""), (self.line, "_name")):
            part.setObjectName(object_name + end)
            part.setAccessibleName(words)

    def words(self) -> str:
        value = self.choice.value()
        return self.line.text() if value == _ELSE else str(value or "")

    def show_words(self, text: str) -> None:
        is_known = not text or text in self._people
        self.choice.offer([*((name, name) for name in self._people), (_ELSE, self.tr("Somebody else…"))])
        self.choice.set_value((text or None) if is_known else _ELSE)
        self.line.set_value("" if is_known else text)
        set_shown(self.line, shown=not is_known)

    def chain(self) -> list[QWidget]:
        return [self.choice, self.line]

    def enter(self) -> None:
        if self.words() and first_blank(self.words()):
            self.line.enter()
        else:
            self.choice.setFocus(Qt.FocusReason.OtherFocusReason)

    def _on_chosen(self) -> None:
        is_else = self.choice.value() == _ELSE
        set_shown(self.line, shown=is_else)
        if is_else:
            self.line.setFocus(Qt.FocusReason.OtherFocusReason)
        self.edited.emit()


def cell_for(field: ItemField, choices: CellChoices) -> LineCell | DayCell | ChoiceCell | PersonCell:
    """Return the control for a field of an item."""
    if field.kind == "person":
        return PersonCell(choices.people)
    if field.kind == "day":
        return DayCell()
    if field.kind == "problem":
        return ChoiceCell(lambda: [*choices.problems(), EVERY_PROBLEM])
    if field.kind == "often":
        return ChoiceCell(lambda: [due_words(months) for months in OFTEN])
    return LineCell()


def name_cell(cell: QWidget, object_name: str, words: str) -> None:
    """Give a cell its names."""
    if isinstance(cell, PersonCell):
        cell.name(object_name, words)
        return
    cell.setObjectName(object_name)
    cell.setAccessibleName(words)
