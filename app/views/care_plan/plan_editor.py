"""A care plan while it is written: its parts with their state at the left, the chosen part at the right."""

from dataclasses import dataclass, replace

from PySide6.QtCore import QCoreApplication, QEvent, QObject, Qt, Signal
from PySide6.QtGui import QHideEvent, QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from app.rules.care_plan import Item, PlanGap, SectionKind, SectionText
from app.rules.errors import ClinicError
from app.rules.field_faults import FieldFaults
from app.rules.plan_gaps import gaps
from app.services.care_plans import PlanMoved
from app.services.plan_rows import PlanDraft
from app.views.autosave import Autosave
from app.views.care_plan.plan_words import state_of
from app.views.care_plan.section_editor import SectionEditor
from app.views.errors import sentence
from app.views.page_context import PageContext
from app.views.table import Column, SnapshotTable
from app.views.table_view import TableView
from app.views.theme import GRID, fit_scale, scaled, set_shown
from app.views.widgets import Banner, Chip, ChoiceField, Tone, scrolling

LIST_WIDTH = 52 * GRID
SIDE_BY_SIDE = 122 * GRID


@dataclass(frozen=True, slots=True)
class _Part:
    """A line of the list."""

    kind: SectionKind
    section: SectionText
    gap: PlanGap | None


class PlanEditor(QWidget):
    """Edits one draft, which is kept 2 s after the last key and whenever the page is left or locked.

    `gaps_changed` follows a change of what is missing; `moved` says that somebody else wrote in the draft meanwhile,
    so that it has to be opened again.
    """

    gaps_changed = Signal()
    moved = Signal()

    def __init__(self, context: PageContext, draft: PlanDraft) -> None:
        """Show `draft`, its first missing part chosen."""
        super().__init__()
        self.setObjectName("plan_editor")
        self._context = context
        self._draft = draft
        self._mark = draft.mark
        self._sections = {section.key: section for section in draft.sections}
        self._gaps: dict[str, PlanGap] = {gap.key: gap for gap in draft.gaps}
        self.editor: SectionEditor | None = None
        self.table: SnapshotTable[_Part, str] = SnapshotTable(self._columns(), lambda part: part.kind.key, self)
        self.list = TableView(self.table, name="plan_parts", words=self.tr("Parts of the plan"))
        self.part = ChoiceField()
        self.part.setObjectName("plan_part")
        self.part.setAccessibleName(self.tr("Part of the plan"))
        self.kept = Chip(self.tr("Draft kept"), Tone.NEUTRAL, icon="save", name="plan_kept")
        self.missing = Banner(name="plan_missing")
        self._problem = Banner(name="plan_problem")
        self.draft: Autosave[tuple[SectionText, ...]] = Autosave(
            context.tasks, lambda: tuple(self._sections.values()), self._save, self
        )
        self._build()
        self._connect()
        self._show_parts()
        first = next(iter(self._gaps), draft.kinds[0].key)
        self.list.pick(first)

    @property
    def plan_id(self) -> int:
        """Which draft it is."""
        return self._draft.plan_id

    @property
    def mark(self) -> str:
        """The mark of what was saved last; signing names it."""
        return self._mark

    @property
    def gaps(self) -> tuple[PlanGap, ...]:
        """What is missing before it can be signed, in order."""
        return tuple(self._gaps[kind.key] for kind in self._draft.kinds if kind.key in self._gaps)

    def go_to_next_gap(self) -> None:
        """Open the next part that lacks something, and go into it."""
        keys = [kind.key for kind in self._draft.kinds]
        here = keys.index(self.editor.key) if self.editor is not None else -1
        following = next((key for key in (*keys[here + 1 :], *keys[: here + 1]) if key in self._gaps), None)
        if following is not None:
            self.list.pick(following)
            self._enter()

    def refuse(self, found: tuple[PlanGap, ...]) -> None:
        """Show what the service said is missing."""
        self._gaps = {gap.key: gap for gap in found}
        self._show_parts()
        if found:
            self.list.pick(found[0].key)

    def stop(self) -> None:
        """Keep nothing more: the draft was signed or thrown away."""
        self.draft.forget()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self.list and isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            plain = event.modifiers() == Qt.KeyboardModifier.NoModifier
            if plain and event.key() in (Qt.Key.Key_Tab, Qt.Key.Key_Right):
                self._enter()
                return True
        return super().eventFilter(watched, event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def hideEvent(self, event: QHideEvent) -> None:
        self.draft.save_soon()
        super().hideEvent(event)

    def _on_picked(self, key: str | None) -> None:
        if key is None or (self.editor is not None and self.editor.key == key):
            return
        kind = next(kind for kind in self._draft.kinds if kind.key == key)
        self.part.set_value(key)
        editor = SectionEditor(kind, self._sections[key])
        editor.edited.connect(self._on_edited)
        editor.item_removed.connect(self._on_item_removed)
        editor.show_gap(self._gaps.get(key))
        self.editor = editor
        editor.setProperty("scrolled", "true")
        old = self._area.takeWidget()
        if old is not None:
            old.deleteLater()
        self._area.setWidget(editor)

    def _on_edited(self) -> None:
        editor = self.editor
        if editor is None:
            return
        self._sections[editor.key] = editor.section()
        self.kept.show_state(self.tr("Typing…"), Tone.NEUTRAL, icon="pencil")
        self.draft.touch()
        before = dict(self._gaps)
        self._gaps = {gap.key: gap for gap in gaps(self._draft.kinds, self._sections.values())}
        editor.show_gap(self._gaps.get(editor.key))
        self._show_parts()
        if before != self._gaps:
            self.gaps_changed.emit()

    def _on_item_removed(self, item: Item, at: int) -> None:
        key = self.editor.key if self.editor is not None else ""
        self._context.window.notify(
            self.tr("The line was removed."), "info", self.tr("Undo"), lambda: self._put_back(key, item, at)
        )

    def _on_kept(self) -> None:
        self._problem.show_text("")
        self.kept.show_state(self.tr("Draft kept"), Tone.NEUTRAL, icon="save")

    def _on_refused(self, error: ClinicError) -> None:
        self.kept.show_state(self.tr("Draft not kept"), Tone.WARN)
        if isinstance(error, PlanMoved):
            self._problem.show_text(sentence(error), "block", self.tr("Open the draft again"))
            return
        if isinstance(error, FieldFaults):
            titles = {kind.key: kind.title for kind in self._draft.kinds}
            words = " ".join(f"{titles.get(key, key)}: {said}" for key, said in error.faults.items())
            self._problem.show_text(words, "warn")
            return
        self._problem.show_text(sentence(error), "warn")

    def _save(self, sections: tuple[SectionText, ...]) -> None:
        """Keep the draft; on the database thread, or before a lock on the GUI's, never on both at once."""
        plans = self._context.desk.care_plans
        self._mark = plans.save_draft(self._context.desk.actor, self._draft.plan_id, sections, self._mark)

    def _put_back(self, key: str, item: Item, at: int) -> None:
        self.list.pick(key)
        if self.editor is not None and self.editor.key == key and self.editor.items is not None:
            self.editor.items.insert(at, item)
            return
        section = self._sections[key]
        self._sections[key] = replace(section, items=(*section.items[:at], item, *section.items[at:]))
        self.draft.touch()
        self._show_parts()

    def _enter(self) -> None:
        if self.editor is not None:
            self.editor.focus_first()

    def _show_parts(self) -> None:
        kinds = self._draft.kinds
        self.table.show_rows([_Part(kind, self._sections[kind.key], self._gaps.get(kind.key)) for kind in kinds])
        self.part.offer([(kind.key, self._part_words(kind)) for kind in kinds])
        titles = [gap.title for gap in self.gaps]
        if titles:
            self.missing.show_text(_missing_words(titles), "info", self.tr("Go to the next one"))
        else:
            self.missing.show_text(self.tr("Nothing is missing: the plan can be signed."), "ready")

    def _columns(self) -> list[Column[_Part]]:
        return [
            Column("part", self.tr("Part"), lambda part: part.kind.title, width=0, is_sortable=False),
            Column(
                "state",
                self.tr("State"),
                lambda part: state_of(part.kind, part.section, part.gap)[0],
                width=132,
                is_sortable=False,
                tone=lambda part: state_of(part.kind, part.section, part.gap)[1],
            ),
        ]

    def _connect(self) -> None:
        self.list.picked.connect(self._on_picked)
        self.list.opened.connect(lambda _: self._enter())
        self.part.edited.connect(lambda: self.list.pick(self.part.value()))
        self.list.installEventFilter(self)
        self.draft.kept.connect(self._on_kept)
        self.draft.refused.connect(self._on_refused)
        self.missing.acted.connect(self.go_to_next_gap)
        self._problem.acted.connect(self.moved)
        window = self._context.window
        window.locking.connect(self.draft.save_at_once)
        window.unlocked.connect(self.draft.save_soon)
        window.commands.on("blocker.next", self, self.go_to_next_gap)

    def _build(self) -> None:
        self._area: QScrollArea = scrolling(QWidget())
        self._rows = QHBoxLayout()
        self._rows.setSpacing(2 * GRID)
        self._rows.addWidget(self.list)
        self._rows.addWidget(self._area, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(GRID)
        column.addWidget(self._problem)
        column.addWidget(self.part)
        column.addLayout(self._rows, 1)
        column.addWidget(self.missing)
        self.setFocusProxy(self.list)
        fit_scale(self, self._fit)

    def _part_words(self, kind: SectionKind) -> str:
        state, _ = state_of(kind, self._sections[kind.key], self._gaps.get(kind.key))
        return self.tr("{part}: {state}").format(part=kind.title, state=state.lower())

    def _fit(self) -> None:
        """Where there is no room for the list of parts, a choice of them stands above."""
        beside = self.width() >= scaled(SIDE_BY_SIDE)
        held = self.list.hasFocus() or self.part.hasFocus()
        self.list.setFixedWidth(scaled(LIST_WIDTH))
        set_shown(self.list, shown=beside)
        set_shown(self.part, shown=not beside)
        self.setFocusProxy(self.list if beside else self.part)
        if held:
            self.setFocus(Qt.FocusReason.OtherFocusReason)


def _missing_words(titles: list[str]) -> str:
    shown = ", ".join(titles[:3])
    if len(titles) > 3:
        shown = _tr("{parts} and {n} more").format(parts=shown, n=len(titles) - 3)
    return _tr("Before it can be signed: {parts}.").format(parts=shown)


def _tr(words: str) -> str:
    return QCoreApplication.translate("PlanEditor", words)
