"""A care plan while it is written: the problems at the left, the whole plan at the right, part by part."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date

from PySide6.QtCore import QCoreApplication, Qt, Signal
from PySide6.QtGui import QHideEvent, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from app.rules.care_plan import PlanGap, SectionKind, SectionText
from app.rules.errors import ClinicError
from app.rules.field_faults import FieldFaults
from app.rules.plan_gaps import gaps
from app.rules.plan_items import renamed
from app.services.care_plans import PlanMoved
from app.services.plan_rows import PlanDraft
from app.views.autosave import Autosave
from app.views.care_plan.draft_history import DraftHistory
from app.views.care_plan.plan_cells import CellChoices
from app.views.care_plan.plan_sheet import PlanSheet
from app.views.care_plan.problem_list import ProblemList
from app.views.care_plan.section_editor import SectionEditor
from app.views.errors import sentence
from app.views.page_context import PageContext
from app.views.spell_check import spell_checker
from app.views.theme import GRID, fit_scale, scaled, set_shown
from app.views.widgets import Banner, Chip, Tone

LIST_WIDTH = 44 * GRID
SIDE_BY_SIDE = 112 * GRID
"""Pixels at 100 % text."""


class PlanEditor(QWidget):
    """Edits one draft, which is kept 2 s after the last key and whenever the page is left or locked.

    `gaps_changed` follows a change of what is missing; `moved` says that somebody else wrote in the draft meanwhile,
    so that it has to be opened again.
    """

    gaps_changed = Signal()
    moved = Signal()

    def __init__(
        self, context: PageContext, draft: PlanDraft, people: Sequence[str] = (), today: date | None = None
    ) -> None:
        """Show `draft`, its first missing part open; `people` work here, as a plan names them, on `today`."""
        super().__init__()
        self.setObjectName("plan_editor")
        self._context = context
        self._draft = draft
        self._mark = draft.mark
        self._sections = {section.key: section for section in draft.sections}
        self._gaps: dict[str, PlanGap] = {gap.key: gap for gap in draft.gaps}
        self._history = DraftHistory()
        self._is_wide = True
        self._choices = CellChoices(self._problem_names, tuple(people), today)
        self.editor: SectionEditor | None = None
        self.problems = ProblemList()
        self.sheet = PlanSheet(draft.kinds)
        self.kept = Chip(self.tr("Draft kept"), Tone.NEUTRAL, icon="save", name="plan_kept")
        self.missing = Banner(name="plan_missing")
        self._problem = Banner(name="plan_problem")
        self.draft: Autosave[tuple[SectionText, ...]] = Autosave(
            context.tasks, lambda: tuple(self._sections.values()), self._save, self
        )
        self._build()
        self._connect()
        self._show_parts()
        self.open_part(next(iter(self._gaps), draft.kinds[0].key))

    @property
    def plan_id(self) -> int:
        """Which draft it is."""
        return self._draft.plan_id

    @property
    def patient_id(self) -> int:
        """Whose draft it is."""
        return self._draft.patient_id

    @property
    def kinds(self) -> tuple[SectionKind, ...]:
        """The elements of the plan."""
        return self._draft.kinds

    @property
    def mark(self) -> str:
        """The mark of what was saved last; signing names it."""
        return self._mark

    @property
    def gaps(self) -> tuple[PlanGap, ...]:
        """What is missing before it can be signed, in order."""
        return tuple(self._gaps[kind.key] for kind in self._draft.kinds if kind.key in self._gaps)

    @property
    def sections(self) -> Mapping[str, SectionText]:
        """The plan as it is typed, by part."""
        return self._sections

    @property
    def is_writing(self) -> bool:
        """Whether the plan itself is shown, and not something in its place."""
        return self._faces.currentIndex() == 0

    @property
    def face(self) -> QWidget | None:
        """What is shown in the place of the plan, None while the plan itself is."""
        return None if self.is_writing else self._faces.currentWidget()

    def open_part(self, key: str, *, enter: bool = False, place: int = -1) -> None:
        """Open a part, and with `enter` go into it: to an item by its place, else to what it lacks."""
        if key not in self._sections:
            return
        if self.editor is None or self.editor.key != key:
            self._history.paused()
            self._make_editor(key)
        if enter and self.editor is not None:
            self.editor.focus_item(place) if place >= 0 else self.editor.focus_first()
        self._show_undo()

    def enter(self) -> None:
        """Go into the open part."""
        if self.editor is not None:
            self.editor.focus_first()

    def go_to_next_gap(self) -> None:
        """Open the next part that lacks something, and go into it."""
        self._go_to_gap(1)

    def go_to_previous_gap(self) -> None:
        """Open the part before that lacks something, and go into it."""
        self._go_to_gap(-1)

    def put(self, changed: Sequence[SectionText], words: str) -> None:
        """Put other text into parts, as one step that `words` name and that can be taken back."""
        for section in changed:
            before = self._sections.get(section.key)
            if before is not None and before != section:
                self._history.done(before, words)
                self._sections[section.key] = section
        self._reopen()
        self._on_changed()

    def undo(self, key: str = "") -> None:
        """Take back the newest step in a part, by default the open one."""
        key = key or (self.editor.key if self.editor is not None else "")
        step = self._history.back(key)
        if step is None:
            self._context.window.notify(self.tr("There is nothing to undo in this part."))
            return
        self._sections[key] = step.before
        self.open_part(key)
        self._reopen()
        self._on_changed()
        self._context.window.notify(self.tr("Undone: {words}").format(words=step.words))

    def show_face(self, face: QWidget) -> None:
        """Show something in the place of the plan, such as the interview, until `show_plan`."""
        self._faces.addWidget(face)
        self._faces.setCurrentWidget(face)
        set_shown(self.missing, shown=False)
        self.gaps_changed.emit()

    def show_plan(self) -> None:
        """Show the plan again."""
        face = self._faces.currentWidget()
        self._faces.setCurrentIndex(0)
        self._show_parts()
        if face is not None and self._faces.indexOf(face) > 0:
            self._faces.removeWidget(face)
            face.deleteLater()
        self.enter()
        self.gaps_changed.emit()

    def refuse(self, found: tuple[PlanGap, ...]) -> None:
        """Show what the service said is missing."""
        self._gaps = {gap.key: gap for gap in found}
        self._show_parts()
        if found:
            self.open_part(found[0].key)

    def stop(self) -> None:
        """Keep nothing more: the draft was signed or thrown away."""
        self.draft.forget()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def hideEvent(self, event: QHideEvent) -> None:
        self.draft.save_soon()
        super().hideEvent(event)

    def _on_asked(self, key: str) -> None:
        if self.editor is not None and self.editor.key == key:
            self.enter()
        else:
            self.open_part(key, enter=True)

    def _on_edited(self) -> None:
        editor = self.editor
        if editor is None:
            return
        before, now = self._sections[editor.key], editor.section()
        if now != before:
            self._history.typed(before, self.tr("typing"))
            self._sections[editor.key] = now
            if editor.key == "problems":
                self._rename(before, now)
            self._on_changed()

    def _on_item_removing(self, words: str) -> None:
        key = self.editor.key if self.editor is not None else ""
        said = self.tr("removed “{item}”").format(item=words[:40])
        self._history.done(self._sections[key], said, edit_follows=True)
        self._context.window.notify(self.tr("The line was removed."), "info", self.tr("Undo"), lambda: self.undo(key))

    def _on_days_setting(self) -> None:
        if self.editor is not None:
            self._history.done(self._sections[self.editor.key], self.tr("next days set"), edit_follows=True)

    def _on_changed(self) -> None:
        self.kept.show_state(self.tr("Typing…"), Tone.NEUTRAL, icon="pencil")
        self.draft.touch()
        before = dict(self._gaps)
        self._gaps = {gap.key: gap for gap in gaps(self._draft.kinds, self._sections.values())}
        if self.editor is not None:
            self.editor.show_gap(self._gaps.get(self.editor.key))
        self._show_parts()
        self._show_undo()
        if before != self._gaps:
            self.gaps_changed.emit()

    def _on_kept(self) -> None:
        self._history.paused()
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

    def _rename(self, before: SectionText, now: SectionText) -> None:
        """Let goals and the like follow when a problem's words change."""
        if len(before.items) != len(now.items):
            return
        names = [(a.get("what", ""), b.get("what", "")) for a, b in zip(before.items, now.items, strict=True)]
        changed = [(old, new) for old, new in names if old != new and old and new]
        for old, new in changed if len(changed) == 1 else ():
            for key, section in self._sections.items():
                if key != "problems" and section.items:
                    self._sections[key] = replace(section, items=renamed(section.items, old, new))

    def _make_editor(self, key: str) -> None:
        kind = next(kind for kind in self._draft.kinds if kind.key == key)
        editor = SectionEditor(kind, self._sections[key], self._choices, spell_checker(self._context))
        editor.edited.connect(self._on_edited)
        editor.item_removing.connect(self._on_item_removing)
        editor.days_setting.connect(self._on_days_setting)
        editor.show_gap(self._gaps.get(key))
        self.editor = editor
        self.sheet.open(key, editor)
        self._show_parts()

    def _reopen(self) -> None:
        """Show the open part anew, the focus near where it was."""
        if self.editor is None:
            return
        held = self.editor.isAncestorOf(self.focusWidget()) if self.focusWidget() is not None else False
        self._make_editor(self.editor.key)
        if held:
            self.sheet.frames[self.editor.key].head.setFocus(Qt.FocusReason.OtherFocusReason)

    def _go_to_gap(self, step: int) -> None:
        keys = [kind.key for kind in self._draft.kinds]
        here = keys.index(self.editor.key) if self.editor is not None else -1
        order = [keys[(here + step * number) % len(keys)] for number in range(1, len(keys) + 1)]
        following = next((key for key in order if key in self._gaps), None)
        if following is not None:
            if not self.is_writing:
                self.show_plan()
            self.open_part(following, enter=True)

    def _problem_names(self) -> list[str]:
        return [item["what"] for item in self._sections["problems"].items if item.get("what")]

    def _show_undo(self) -> None:
        for key, frame in self.sheet.frames.items():
            frame.show_undo(self._history.named(key))

    def _show_parts(self) -> None:
        self.sheet.show_states(self._sections, self._gaps)
        self.problems.show_plan(self._sections)
        required = [kind for kind in self._draft.kinds if kind.required]
        ready = sum(kind.key not in self._gaps for kind in required)
        titles = [gap.title for gap in self.gaps]
        if not self.is_writing:
            return
        if titles:
            count = self.tr("{ready} of {all} required parts are done.").format(ready=ready, all=len(required))
            words = f"{count} {_missing_words(titles)}" if self._is_wide else count
            self.missing.show_text(words, "info", self.tr("Go to the next one (F7)"))
        else:
            signs = self._context.may("care_plan.sign")
            whole, waits = (
                self.tr("Nothing is missing: the plan can be signed."),
                self.tr("Nothing is missing: the practitioner can sign the plan."),
            )
            self.missing.show_text(whole if signs else waits, "ready")

    def _connect(self) -> None:
        self.sheet.asked.connect(self._on_asked)
        self.sheet.undo_asked.connect(self.undo)
        self.problems.asked.connect(lambda key, place: self.open_part(key, enter=True, place=place))
        self.draft.kept.connect(self._on_kept)
        self.draft.refused.connect(self._on_refused)
        self.missing.acted.connect(self.go_to_next_gap)
        self._problem.acted.connect(self.moved)
        window = self._context.window
        window.locking.connect(self.draft.save_at_once)
        window.unlocked.connect(self.draft.save_soon)
        window.commands.on("blocker.next", self, self.go_to_next_gap)
        window.commands.on("blocker.previous", self, self.go_to_previous_gap)
        window.commands.on("undo", self, self.undo)

    def _build(self) -> None:
        writing = QWidget()
        rows = QHBoxLayout(writing)
        rows.setContentsMargins(0, 0, 0, 0)
        rows.setSpacing(2 * GRID)
        rows.addWidget(self.problems)
        rows.addWidget(self.sheet, 1)
        self._faces = QStackedWidget()
        self._faces.addWidget(writing)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(GRID)
        column.addWidget(self._problem)
        column.addWidget(self._faces, 1)
        column.addWidget(self.missing)
        fit_scale(self, self._fit)

    def _fit(self) -> None:
        """Where there is no room for the problems beside the plan, they stand in its first part alone."""
        self.problems.setFixedWidth(scaled(LIST_WIDTH))
        wide = self.width() >= scaled(SIDE_BY_SIDE)
        set_shown(self.problems, shown=wide)
        if wide != self._is_wide:
            self._is_wide = wide
            self._show_parts()


def _missing_words(titles: list[str]) -> str:
    shown = ", ".join(titles[:3])
    if len(titles) > 3:
        shown = _tr("{parts} and {n} more").format(parts=shown, n=len(titles) - 3)
    return _tr("Before it can be signed: {parts}.").format(parts=shown)


def _tr(words: str) -> str:
    return QCoreApplication.translate("PlanEditor", words)
