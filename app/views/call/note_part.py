"""One part of a call note: its title, what may be marked instead of written, its field, and what is wrong with it."""

from collections.abc import Mapping

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from app.rules.note_marks import mark_key
from app.services.note_sections import NoteSection
from app.services.notes import LastSaid
from app.views import safe_text
from app.views.call.words import adherence_answers
from app.views.icons import icon
from app.views.theme import GRID, fit_scale, scaled, set_kind, set_shown
from app.views.widgets import ChoiceField, TextField, format_date


class NotePart(QWidget):
    """A text, and beside it the mark that nothing changed since the last note, where that spoke of this part.

    A mark says that it was asked and is the same; it copies nothing. The part about medicines also asks how they are
    taken.
    """

    edited = Signal()

    def __init__(self, section: NoteSection, last: LastSaid | None, written: Mapping[str, str]) -> None:
        """Show what is `written` of `section`; `last` is what the newest note says there."""
        super().__init__()
        self.section = section
        self._last = last = last if section.may_be_the_same else None
        self._text_key, self._same_key = section.key, mark_key(section.key, "no_change")
        self._adherence_key = mark_key(section.key, "adherence")
        self.field = TextField(lines=2)
        self.field.setObjectName(f"note_{section.key}")
        # As high as there is room, and never less than two lines.
        self.field.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Ignored)
        needed = self.tr("{title} (needed when reached)").format(title=section.title)
        self.field.setAccessibleName(needed if section.required else section.title)
        self.field.set_value(written.get(section.key))
        # A mark of an earlier draft stands as long as the note it points to is the last one.
        self._since = last if last is not None and written.get(self._same_key) == str(last.note_id) else None
        self.same_button = safe_text.tool_button(
            self.tr("No change"),
            name=f"note_{section.key}_same",
            icon=icon("check"),
            show_text=True,
            checkable=True,
            on_click=self.toggle_no_change,
        )
        self.same_button.setProperty("kind", "line")
        self.adherence = ChoiceField(adherence_answers(), empty=self.tr("How taken?"))
        self.adherence.setObjectName(f"note_{section.key}_adherence")
        self.adherence.setAccessibleName(self.tr("How medicines are taken"))
        self.adherence.set_value(written.get(self._adherence_key))
        self._error = safe_text.label("", "error", name=f"note_{section.key}_error")
        self._build()
        self.field.edited.connect(self._on_edited)
        self.adherence.edited.connect(self._on_edited)
        self._show_mark()

    @property
    def keys(self) -> set[str]:
        """Where a draft keeps what this part says."""
        return {self._text_key, self._same_key, self._adherence_key}

    def values(self) -> dict[str, str]:
        """Return the text and the marks, by their keys in a draft."""
        found = {self._text_key: self.field.toPlainText()}
        if self._since is not None:
            found[self._same_key] = str(self._since.note_id)
        if self.section.asks_adherence and self.adherence.value():
            found[self._adherence_key] = self.adherence.value()
        return found

    def toggle_no_change(self) -> None:
        """Mark that nothing changed since the last note, or take it back; nothing where there is no such note."""
        if self._last is None or self.field.isReadOnly():
            self.same_button.setChecked(False)
            return
        self._since = None if self._since is not None else self._last
        self._show_mark()
        self._on_edited()

    def show_fault(self, sentence: str) -> None:
        """Say what is wrong with the part; empty for nothing."""
        self._error.setText(sentence)
        set_shown(self._error, shown=bool(sentence))
        set_kind(self.field, "error" if sentence else "", key="state")
        self.field.setAccessibleDescription(sentence)

    def close_for_good(self) -> None:
        """Let nothing more be changed: the note is signed."""
        self.field.setReadOnly(True)
        self.same_button.setEnabled(False)
        self.adherence.setEnabled(False)

    def _on_edited(self) -> None:
        self.edited.emit()
        says = self.field.value() is not None or self._since is not None or bool(self.adherence.value())
        if self.field.property("state") == "error" and says:
            self.show_fault("")

    def _show_mark(self) -> None:
        last = self._last
        set_shown(self.same_button, shown=last is not None)
        if last is None:
            return
        marked = self._since is not None
        day = format_date(last.on)
        words = self.tr("No change since {day}").format(day=day)
        # The year is in the tip and in the spoken name: beside the button, the title has to be read whole.
        safe_text.set_button_text(self.same_button, self.tr("Same as {day}").format(day=f"{last.on:%m/%d}"))
        self.same_button.setAccessibleName(words)
        self.same_button.setChecked(marked)
        self.same_button.setIcon(icon("check") if marked else QIcon())
        style = Qt.ToolButtonStyle  # beside no picture there is still room kept for one
        self.same_button.setToolButtonStyle(style.ToolButtonTextBesideIcon if marked else style.ToolButtonTextOnly)
        said = self.tr("{name} wrote on {day}: {text}").format(name=last.author, day=day, text=last.text)
        safe_text.set_tip(self.same_button, said)
        self.same_button.setAccessibleDescription(self.tr("Marked. {said}").format(said=said) if marked else said)
        self.field.setPlaceholderText(words + "." if marked else "")

    def _build(self) -> None:
        section = self.section
        head = QHBoxLayout()
        head.setContentsMargins(0, 0, 0, 0)
        head.setSpacing(GRID // 2)
        self._title = safe_text.label(section.title, "field", buddy=self.field, elide=True)
        head.addWidget(self._title)
        if section.required:
            head.addWidget(safe_text.label("*", "field", wrap=False))
        head.addStretch(1)
        head.addWidget(self.same_button)
        set_shown(self.adherence, shown=section.asks_adherence)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(GRID // 2)
        column.addLayout(head)
        column.addWidget(self.adherence)
        column.addWidget(self.field, 1)
        column.addWidget(self._error)
        set_shown(self._error, shown=False)
        fit_scale(self, self._fit)

    def _fit(self) -> None:
        # Fields side by side begin at one height, with a mark above them or without.
        self._title.setFixedHeight(scaled(3 * GRID))
        self.same_button.setFixedHeight(scaled(3 * GRID))
