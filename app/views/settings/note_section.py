"""The parts of the clinic's call note, and how unanswered calls are written."""

from collections.abc import Callable, Sequence
from itertools import pairwise

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QVBoxLayout, QWidget

from app.services.note_sections import MOST_SECTIONS, NoteSection, default_note_sections
from app.storage.ledger import Changes
from app.views import safe_text
from app.views.form_panel import FormPanel, Values
from app.views.icons import icon
from app.views.page_context import PageContext
from app.views.settings.defaults import Call, default_button, do_with_undo
from app.views.settings.list_pane import WIDEST
from app.views.theme import GRID, fit_scale, scaled
from app.views.widgets import CheckField, Form, LineField, PageHeader


class NoteSectionsField(QWidget):
    """Titles below each other, each with whether it is required; rows move up and down, are added and taken away."""

    edited = Signal()

    def __init__(self) -> None:
        """Make an empty field."""
        super().__init__()
        self._keys: list[str] = []
        self._titles: list[LineField] = []
        self._required: list[QCheckBox] = []
        self._controls: list[QWidget] = []
        self._rows = QVBoxLayout()
        self._rows.setSpacing(GRID)
        self.add_button = safe_text.button(
            self.tr("Add a part"), name="note_part_add", icon=icon("plus"), on_click=self._on_add
        )
        foot = QHBoxLayout()
        foot.addWidget(self.add_button)
        foot.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(GRID)
        column.addLayout(self._rows)
        column.addLayout(foot)

    def value(self) -> tuple[NoteSection, ...] | None:
        """Return the parts in their order."""
        return (
            tuple(
                NoteSection(key, title.value() or "", box.isChecked())
                for key, title, box in zip(self._keys, self._titles, self._required, strict=True)
            )
            or None
        )

    def set_value(self, value: Sequence[NoteSection] | None) -> None:
        """Show these parts."""
        while (item := self._rows.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                widget.hide()
                widget.deleteLater()
        self._keys, self._titles, self._required, self._controls = [], [], [], []
        for section in value or ():
            self._append(section)
        self.add_button.setVisible(len(self._keys) < MOST_SECTIONS)
        self._order_tabs()

    def problem(self) -> str | None:
        """An empty title is a problem."""
        if any(title.value() is None for title in self._titles):
            return self.tr("Every part of a note needs a title.")
        return None

    def _on_add(self) -> None:
        self.set_value((*(self.value() or ()), NoteSection("", "", required=False)))
        self._titles[-1].setFocus()
        self.edited.emit()

    def _on_removed(self, at: int) -> None:
        parts = list(self.value() or ())
        del parts[at]
        self.set_value(parts)
        self.edited.emit()

    def _on_moved(self, at: int, by: int) -> None:
        parts = list(self.value() or ())
        if 0 <= at + by < len(parts):
            parts[at], parts[at + by] = parts[at + by], parts[at]
            self.set_value(parts)
            self.edited.emit()

    def _append(self, section: NoteSection) -> None:
        at = len(self._keys)
        title = LineField(max_length=100)
        title.setObjectName(f"note_part_{at + 1}")
        title.setAccessibleName(self.tr("Part {n}").format(n=at + 1))
        title.set_value(section.title)
        title.edited.connect(self.edited)
        required = safe_text.check_box(self.tr("Required"), name=f"note_part_{at + 1}_required")
        required.setChecked(section.required)
        required.clicked.connect(self.edited)
        row = QHBoxLayout()
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(GRID)
        row.addWidget(title, 1)
        row.addWidget(required)
        controls: list[QWidget] = [title, required]
        for words, name, drawn, act in (
            (self.tr("Move up"), "up", "chevron-up", lambda: self._on_moved(at, -1)),
            (self.tr("Move down"), "down", "chevron-down", lambda: self._on_moved(at, 1)),
            (self.tr("Take away"), "remove", "trash-2", lambda: self._on_removed(at)),
        ):
            button = safe_text.tool_button(words, name=f"note_part_{at + 1}_{name}", icon=icon(drawn), on_click=act)
            row.addWidget(button)
            controls.append(button)
        holder = QWidget()
        holder.setLayout(row)
        self._rows.addWidget(holder)
        holder.show()  # now, and not only when the event loop comes to it
        self._keys.append(section.key)
        self._titles.append(title)
        self._required.append(required)
        self._controls += controls

    def _order_tabs(self) -> None:
        # What is made after the form comes last for Tab, wherever it stands.
        for before, after in pairwise((*self._controls, self.add_button)):
            QWidget.setTabOrder(before, after)


class NoteSectionsSection(QWidget):
    """What wrap-up asks for after a call."""

    def __init__(self, context: PageContext) -> None:
        """Read what stands."""
        super().__init__()
        self.setObjectName("notes_section")
        self._context = context
        self._stands: tuple[Sequence[NoteSection], bool] = ((), True)
        self.form = Form()
        self.form.add("note_sections", self.tr("Parts of a call note"), NoteSectionsField(), required=True)
        self.form.add_heading(self.tr("Unanswered calls"))
        self.form.add(
            "attempts",
            "",
            CheckField(
                self.tr("Write the time of an unanswered call as clerical, which never counts"), name="attempts"
            ),
        )
        self.panel = FormPanel(context, self.form, self._saving, action=self.tr("Save"), name="notes_panel")
        self.panel.saved.connect(self._on_saved)
        self.panel.cancelled.connect(self._read)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2 * GRID)
        column.addWidget(
            PageHeader(
                self.tr("Call notes"),
                self.tr("A call is saved once its required parts are filled. Notes already signed keep their parts."),
                (default_button("notes_default", self._on_default),),
            )
        )
        column.addWidget(self.panel, 1)
        fit_scale(self.panel, lambda: self.panel.setMaximumWidth(scaled(WIDEST)))
        context.feed.changed.connect(self._on_changed)
        self._read()

    def may_leave(self) -> bool:
        """Whether nothing is unsaved."""
        return self.panel.may_close()

    def _saving(self, values: Values) -> Callable[[], object]:
        return self._keeping(values["note_sections"], values["attempts"])

    def _on_saved(self, _: object) -> None:
        sections, attempts = self._stands
        self._context.undo.offer(self.tr("changed the parts of a call note"), self._keeping(sections, attempts))
        self._read()

    def _on_default(self) -> None:
        do_with_undo(
            self._context,
            self.tr("went back to the default parts of a call note"),
            self._keeping(default_note_sections(), attempts=True),
            self._keeping(*self._stands),
            self._read,
        )

    def _on_changed(self, changes: Changes) -> None:
        if changes.touch("setting") and not self.form.is_dirty:
            self._read()

    def _keeping(self, sections: Sequence[NoteSection], attempts: bool) -> Call:  # noqa: FBT001 - as `_stands` has it
        desk = self._context.desk

        def keep() -> None:
            desk.clinic.set_note_sections(desk.actor, sections)
            desk.clinic.set_attempts_are_clerical(desk.actor, clerical=attempts)

        return keep

    def _on_read(self, found: tuple[Sequence[NoteSection], bool]) -> None:
        self._stands = found
        sections, attempts = found
        self.form.fill({"note_sections": sections, "attempts": attempts})

    def _read(self) -> None:
        desk = self._context.desk
        self._context.tasks.run(
            lambda: (desk.clinic.note_sections(desk.actor), desk.clinic.attempts_are_clerical(desk.actor)),
            self._on_read,
        )
