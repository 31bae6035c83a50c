"""One-column forms: labels above, errors beside the field, nothing lost unsaid."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QLabel, QSizePolicy, QVBoxLayout, QWidget

from app.views import safe_text
from app.views.theme import GRID, fit_scale, scaled, set_kind, set_shown
from app.views.widgets.fields import ChoiceField, Field, LineField, TextField

F = TypeVar("F")
Check = Callable[[Any], str | None]

WIDEST = 80 * GRID
"""640 px: a form is never wider at 100 % text."""


@dataclass(slots=True)
class _Entry:
    key: str
    title: str
    field: Any
    required: bool
    check: Check | None
    error: QLabel
    whole: QWidget


class Form(QWidget):
    """Fields below each other with one way to fill, check, read and mark them.

    `edited` carries the key of the field the person changed; `dirty_changed` says whether the form differs from what
    it was filled with. Field widgets get `key` as object name and their title as accessible name.
    """

    edited = Signal(str)
    dirty_changed = Signal(bool)

    def __init__(self) -> None:
        """Make a form without fields."""
        super().__init__()
        self._entries: dict[str, _Entry] = {}
        self._clean: dict[str, Any] = {}
        self._dirty = False
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.setSpacing(2 * GRID)
        self._layout.setAlignment(Qt.AlignmentFlag.AlignTop)
        fit_scale(self, lambda: self.setMaximumWidth(scaled(WIDEST)))
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)

    def add(
        self,
        key: str,
        title: str,
        field: F,
        *,
        required: bool = False,
        hint: str = "",
        check: Check | None = None,
    ) -> F:
        """Add `field` under its label and return it.

        Args:
            key: the name in `values()`, and the control's object name.
            title: the label, and the control's accessible name.
            field: any widget that is a `Field`.
            required: an empty answer is a problem; said in the label in words.
            hint: a quiet line under the control, read out as its description.
            check: gives a sentence for a value that cannot be used, None for one that can; not asked about None.
        """
        if not isinstance(field, Field) or not isinstance(field, QWidget):
            raise TypeError(f"{key} is no field")
        field.setObjectName(key)
        field.setAccessibleName(title)
        words = title if required or not title else self.tr("{title} (optional)").format(title=title)
        error = safe_text.label("", "error", name=f"{key}_error")
        error.hide()
        whole = QWidget()
        column = QVBoxLayout(whole)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(GRID // 2)
        if title:
            column.addWidget(safe_text.label(words, "field", buddy=field))
        column.addWidget(field)
        if hint:
            column.addWidget(safe_text.label(hint, "small"))
            field.setAccessibleDescription(hint)
        column.addWidget(error)
        self._layout.addWidget(whole)
        self._entries[key] = _Entry(key, title, field, required, check, error, whole)
        self._clean[key] = field.value()
        field.edited.connect(lambda: self._on_edited(key))
        return field

    def add_line(
        self, key: str, title: str, *, required: bool = False, hint: str = "", check: Check | None = None
    ) -> LineField:
        """Add a line of text."""
        return self.add(key, title, LineField(), required=required, hint=hint, check=check)

    def add_text(self, key: str, title: str, *, lines: int = 4, required: bool = False, hint: str = "") -> TextField:
        """Add several lines of text."""
        return self.add(key, title, TextField(lines=lines), required=required, hint=hint)

    def add_choice(
        self,
        key: str,
        title: str,
        choices: Sequence[tuple[Any, str]],
        *,
        required: bool = False,
        empty: str | None = None,
        hint: str = "",
    ) -> ChoiceField:
        """Add one choice of (value, words); `empty` words offer None."""
        return self.add(key, title, ChoiceField(choices, empty=empty), required=required, hint=hint)

    def add_heading(self, text: str) -> None:
        """Begin a group of fields."""
        self._layout.addWidget(safe_text.label(text, "heading"))

    def add_widget(self, widget: QWidget) -> None:
        """Add something that is no field."""
        self._layout.addWidget(widget)

    def field(self, key: str) -> Any:  # noqa: ANN401 - fields are of many kinds
        """Return the control of `key`."""
        return self._entries[key].field

    def show_field(self, key: str, *, visible: bool) -> None:
        """Show or hide one field with its label; a hidden one is neither checked nor missing, and its value is None."""
        set_shown(self._entries[key].whole, shown=visible)

    def fill(self, values: Mapping[str, Any]) -> None:
        """Show `values`, leave fields they do not name, clear all errors, and call the form clean."""
        for key, value in values.items():
            if key in self._entries:
                self._entries[key].field.set_value(value)
        self.clear_errors()
        self.mark_clean()

    def values(self) -> dict[str, Any]:
        """Return every field's value by key."""
        return {key: self._value(entry) for key, entry in self._entries.items()}

    @property
    def is_dirty(self) -> bool:
        """Whether anything differs from what the form was filled with."""
        return self._dirty

    def mark_clean(self) -> None:
        """Take what is shown as saved."""
        self._clean = self.values()
        self._set_dirty(dirty=False)

    def check(self) -> bool:
        """Mark every problem beside its field, go to the first one, and return whether there was none."""
        first: _Entry | None = None
        for entry in self._entries.values():
            problem = self._problem(entry)
            self._mark(entry, problem)
            if problem and first is None:
                first = entry
        if first is not None:
            first.field.setFocus(Qt.FocusReason.OtherFocusReason)
        return first is None

    def show_error(self, key: str, text: str) -> None:
        """Mark one field with a sentence, for what only the service can know, and go there."""
        entry = self._entries[key]
        self._mark(entry, text)
        entry.field.setFocus(Qt.FocusReason.OtherFocusReason)

    def errors(self) -> dict[str, str]:
        """Return the sentences now shown, by key."""
        return {key: entry.error.text() for key, entry in self._entries.items() if not entry.error.isHidden()}

    def clear_errors(self) -> None:
        """Take all marks away."""
        for entry in self._entries.values():
            self._mark(entry, None)

    def _on_edited(self, key: str) -> None:
        entry = self._entries[key]
        if not entry.error.isHidden():
            self._mark(entry, self._problem(entry))
        self._set_dirty(dirty=self.values() != self._clean)
        self.edited.emit(key)

    def _value(self, entry: _Entry) -> Any:  # noqa: ANN401 - fields are of many kinds
        return None if entry.whole.isHidden() else entry.field.value()

    def _problem(self, entry: _Entry) -> str | None:
        if entry.whole.isHidden():
            return None
        own: str | None = entry.field.problem()
        value = entry.field.value()
        if own:
            return own
        if value is None:
            return self.tr("{title} is needed.").format(title=entry.title) if entry.required else None
        return entry.check(value) if entry.check else None

    def _mark(self, entry: _Entry, problem: str | None) -> None:
        entry.error.setText(problem or "")
        set_shown(entry.error, shown=bool(problem))
        set_kind(entry.field, "error" if problem else "", key="state")
        hint = entry.field.property("plain_description")
        if hint is None:
            hint = entry.field.accessibleDescription()
            entry.field.setProperty("plain_description", hint)
        entry.field.setAccessibleDescription(" ".join(part for part in (problem, hint) if part))

    def _set_dirty(self, *, dirty: bool) -> None:
        if dirty != self._dirty:
            self._dirty = dirty
            self.dirty_changed.emit(dirty)
