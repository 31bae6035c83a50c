"""Ready phrases for each part of a call note."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.services.note_sections import NoteSection
from app.services.phrases import BLANKS, MOST_PHRASES
from app.storage.ledger import Changes
from app.views import safe_text
from app.views.form_panel import FormPanel, Values
from app.views.page_context import PageContext
from app.views.settings.defaults import default_button, do_with_undo
from app.views.settings.list_pane import ListPane
from app.views.table import Column
from app.views.widgets import Form

GOES_ON = "…"
"""Stands at the end of a phrase that is finished by hand, where the phrase itself ends in a space nobody can see."""


@dataclass(frozen=True, slots=True)
class _Part:
    key: str
    title: str
    phrases: tuple[str, ...]


class PhrasesSection(QWidget):
    """The parts of the note with their phrases, one phrase a line."""

    def __init__(self, context: PageContext) -> None:
        """Read what stands."""
        super().__init__()
        self.setObjectName("phrases_section")
        self._context = context
        columns: list[Column[_Part]] = [
            Column("title", self.tr("Part of the note"), lambda row: row.title, width=208, is_sortable=False),
            Column(
                "phrases", self.tr("Phrases"), _line, width=0, is_sortable=False, tip=lambda row: as_lines(row.phrases)
            ),
            Column("count", self.tr("How many"), lambda row: str(len(row.phrases)), width=88, is_number=True),
        ]
        self.pane = ListPane(
            context,
            name="phrases",
            title=self.tr("Phrases"),
            text=self.tr("Picked while a note is written. What nobody looked at must not be in a phrase as found."),
            columns=columns,
            row_id=lambda row: row.key,
            add="",
            change=self.tr("Change"),
            empty=self.tr("The note has no parts."),
        )
        self.pane.opened.connect(self._open)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.pane)
        context.feed.changed.connect(self._on_changed)
        self._read()

    def may_leave(self) -> bool:
        """Whether nothing is unsaved."""
        self.pane.host.close_panel()
        return not self.pane.host.is_open

    def _open(self, key: str) -> None:
        part: _Part = self.pane.row(key)
        phrases, actor = self._context.desk.phrases, self._context.desk.actor
        form = Form()
        form.add_text(
            "phrases",
            self.tr("One phrase a line"),
            lines=14,
            hint=self.tr("Up to {n}. End a line with {mark} where the nurse goes on writing.").format(
                n=MOST_PHRASES, mark=GOES_ON
            ),
        )
        blanks = ", ".join(f"{{{name}}}" for name in BLANKS)
        form.add_widget(safe_text.label(self.tr("Blanks: {blanks}.").format(blanks=blanks), "small"))
        form.fill({"phrases": as_lines(part.phrases)})

        def saving(values: Values) -> Callable[[], object]:
            written = as_phrases(values["phrases"] or "")
            return lambda: phrases.set_section(actor, key, written)

        panel = FormPanel(self._context, form, saving, action=self.tr("Save the phrases"), name="phrases_panel")
        panel.above.addWidget(default_button("phrases_default", lambda: self._on_default(part)))
        name = self.tr("changed the phrases of “{title}”").format(title=part.title)
        panel.saved.connect(
            lambda _: self._context.undo.offer(name, lambda: phrases.set_section(actor, key, part.phrases))
        )
        self.pane.open_form(part.title, panel)

    def _on_default(self, part: _Part) -> None:
        phrases, actor = self._context.desk.phrases, self._context.desk.actor
        self.pane.host.close_panel()
        if not self.pane.host.is_open:
            do_with_undo(
                self._context,
                self.tr("went back to the default phrases of “{title}”").format(title=part.title),
                lambda: phrases.reset_section(actor, part.key),
                lambda: phrases.set_section(actor, part.key, part.phrases),
                self._read,
            )

    def _on_read(self, found: tuple[Sequence[NoteSection], Mapping[str, tuple[str, ...]]]) -> None:
        sections, phrases = found
        self.pane.show_rows([_Part(row.key, row.title, phrases.get(row.key, ())) for row in sections])

    def _on_changed(self, changes: Changes) -> None:
        if changes.touch("setting"):
            self._read()

    def _read(self) -> None:
        desk = self._context.desk
        self._context.tasks.run(
            lambda: (desk.clinic.note_sections(desk.actor), desk.phrases.by_section(desk.actor)), self._on_read
        )


def as_lines(phrases: Sequence[str]) -> str:
    """Return phrases one a line, with a mark at the end of those that go on."""
    return "\n".join(f"{phrase.rstrip()} {GOES_ON}" if phrase.endswith(" ") else phrase for phrase in phrases)


def as_phrases(lines: str) -> list[str]:
    """Return the phrases that are written one a line."""
    found = []
    for line in (each.strip() for each in lines.splitlines()):
        if line.endswith((GOES_ON, "...")):
            found.append(f"{line.removesuffix(GOES_ON).removesuffix('...').rstrip()} ")
        elif line:
            found.append(line)
    return found


def _line(part: _Part) -> str:
    return " · ".join(as_lines(part.phrases).splitlines())
