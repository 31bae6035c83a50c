"""A patient's care plan: the draft that is written, the versions that were signed, the copies that were given."""

from collections.abc import Callable
from datetime import date
from functools import partial

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication, QVBoxLayout, QWidget

from app.rules.errors import ClinicError
from app.rules.plan_pouring import PouredPlan
from app.security.slots import WrongPassphrase
from app.services.care_plans import PlanIncomplete
from app.services.plan_history import GoalRow
from app.services.plan_rows import PlanDraft, PlanVersion, PlanVersionRow
from app.views.care_plan.compare_view import CompareView
from app.views.care_plan.interview import PlanInterview
from app.views.care_plan.papers_panel import PapersPanel, preview_plan
from app.views.care_plan.plan_acts import ask_discard, ask_review, copy_panel
from app.views.care_plan.plan_bar import PlanBar
from app.views.care_plan.plan_editor import PlanEditor
from app.views.care_plan.plan_reader import PlanEvidence, PlanReader
from app.views.care_plan.plan_words import draft_words, edited_words, version_words
from app.views.care_plan.progress_panel import ProgressPanel
from app.views.care_plan.sign_panel import SignPanel
from app.views.care_plan.template_picker import TemplatePicker, poured_words
from app.views.clinic_zone import clinic_today, clinic_zone
from app.views.errors import sentence
from app.views.page_context import PageContext
from app.views.tasks import Latest
from app.views.theme import GRID, set_shown
from app.views.widgets import Banner, EmptyState, PanelHost

DRAFT = 0
"""Stands for the draft among the versions, whose ids begin at 1."""


_Found = tuple[PlanDraft, tuple[str, ...]]
"""A draft, and who works here as a plan names them."""


_Read = tuple[PlanVersion, PlanEvidence | None]
"""A version, and of the newest what came of it."""


class CarePlanTab(QWidget):
    """Shows the draft, else the newest version, else what to do next."""

    tables = ("care_plan", "care_plan_event", "plan_progress", "plan_follow_up", "follow_up", "import_batch")

    def __init__(self, context: PageContext, patient_id: int) -> None:
        """Make an empty tab; `refresh` fills it."""
        super().__init__()
        self.setObjectName("care_plan_tab")
        self._context = context
        self._patient_id = patient_id
        self._zone = clinic_zone(context)
        self._read = Latest(context.tasks, self)
        self._open = Latest(context.tasks, self)
        self._versions: tuple[PlanVersionRow, ...] = ()
        self._has_draft = False
        self._shown: PlanEditor | PlanReader | CompareView | EmptyState | None = None
        self._next_version = 1
        self._wanted: int | None = None
        self.bar = PlanBar()
        self.choice = self.bar.choice
        self.banner = Banner(name="plan_banner")
        self._build()
        self.choice.edited.connect(self._on_chosen)
        self.bar.asked.connect(self._on_asked)
        self.banner.acted.connect(self._on_banner)

    def refresh(self) -> None:
        """Read the versions again; a draft that is being written stays as it is."""
        plans, actor, patient_id = self._context.desk.care_plans, self._context.desk.actor, self._patient_id
        self._read.ask(lambda: (plans.versions(actor, patient_id), plans.has_draft(actor, patient_id)), self._on_read)

    def may_leave(self) -> bool:
        """Whether the tab may be left: a draft and an answer are kept by themselves, a form asks."""
        if self.host.is_open:
            self.host.close_panel()
        face = self.editor.face if self.editor is not None else None
        if isinstance(face, PlanInterview) and not self.host.is_open:
            face.end()
        return not self.host.is_open

    def step_back(self) -> bool:
        """Go back to the plan from what stands in its place; False where the plan itself is shown."""
        face = self.editor.face if self.editor is not None else None
        if isinstance(face, PlanInterview):
            face.end()
        elif self.editor is not None and face is not None:
            self.editor.show_plan()
        elif isinstance(self._shown, CompareView):
            self._on_back()
        else:
            return False
        return True

    @property
    def editor(self) -> PlanEditor | None:
        """The draft while it is shown."""
        return self._shown if isinstance(self._shown, PlanEditor) else None

    @property
    def reader(self) -> PlanReader | None:
        """The version while one is shown."""
        return self._shown if isinstance(self._shown, PlanReader) else None

    def _on_read(self, found: tuple[tuple[PlanVersionRow, ...], bool]) -> None:
        self._versions, self._has_draft = found
        self._next_version = max((row.version or 0 for row in self._versions), default=0) + 1
        known = self._offer(self._next_version)
        if self._wanted == DRAFT:
            return  # it is on its way
        wanted, self._wanted = self._wanted, None
        if wanted is None and self.editor is not None and self._has_draft:
            self.choice.set_value(DRAFT)
            return
        if wanted is None and self.reader is not None:
            wanted = self.reader.version.row.plan_id
        if wanted not in known:
            wanted = known[0] if known else None
        self._show_plan(wanted)

    def _on_chosen(self) -> None:
        self._show_plan(self.choice.value())

    def _on_asked(self, key: str) -> None:
        acts: dict[str, Callable[[], object]] = {
            "sign": self._on_sign,
            "discard": self._on_discard,
            "copy": self._on_copy,
            "review": self._on_review,
            "revise": self._on_write,
            "papers": self._on_papers,
            "compare": self._on_compare,
            "back": self._on_back,
            "templates": self._on_templates,
            "interview": self._on_interview,
        }
        acts[key]()

    def _on_draft_read(self, found: _Found) -> None:
        draft, people = found
        editor = PlanEditor(self._context, draft, people, clinic_today(self._context, self._zone))
        editor.moved.connect(self._on_moved)
        editor.gaps_changed.connect(self._fit_buttons)
        self._next_version = draft.next_version
        self._put(editor)
        self.choice.set_value(DRAFT)
        self.bar.subtitle.setText(edited_words(draft.edited_by, draft.edited_at, self._zone))
        self._show_banner()

    def _on_draft_begun(self, found: _Found) -> None:
        self._wanted = None
        self._has_draft = True
        self._offer(found[0].next_version)
        self._on_draft_read(found)
        if self.editor is not None:
            QTimer.singleShot(0, self.editor, self.editor.enter)

    def _on_version_read(self, found: _Read) -> None:
        version, evidence = found
        reader = PlanReader(version, self._zone, evidence, may_measure=self._context.may("care_plan.draft"))
        reader.measure_asked.connect(self._on_measure)
        reader.day_asked.connect(self._on_day_asked)
        self._put(reader)
        self.choice.set_value(version.row.plan_id)
        self.bar.subtitle.setText("")
        self._show_banner()

    def _on_write(self) -> None:
        """Begin a draft, from the last signed version or from the chart."""
        self._wanted = DRAFT
        self._open.ask(self._draft_call(), self._on_draft_begun)

    def _on_moved(self) -> None:
        if self.editor is not None:
            self.editor.stop()
        self._open.ask(self._draft_call(), self._on_draft_read)

    def _on_banner(self) -> None:
        row = self._row()
        if row is not None and row.kept_outside:
            self._on_write()
        elif row is not None:
            self._on_copy()

    def _on_sign(self) -> None:
        editor = self.editor
        if editor is None:
            return
        if editor.gaps:
            editor.go_to_next_gap()
            return
        panel = SignPanel(self._next_version, self._context.desk.actor.name)
        panel.sign_asked.connect(partial(self._sign, panel, editor))
        panel.cancelled.connect(self.host.close_panel)
        self.host.open_panel(self.tr("Sign the care plan"), panel)
        self._fit_buttons()

    def _sign(self, panel: SignPanel, editor: PlanEditor, passphrase: str) -> None:
        plans, actor, patient_id = self._context.desk.care_plans, self._context.desk.actor, self._patient_id
        write = editor.draft.to_write()

        def sign() -> PlanVersionRow:
            # Exactly what is on screen is signed: it is saved first, and signed by the mark that this gave it.
            write()
            return plans.sign(actor, patient_id, passphrase, editor.mark)

        def failed(error: Exception) -> None:
            if isinstance(error, WrongPassphrase):
                panel.show_refusal(self.tr("The passphrase is not right. The plan is not signed."))
            elif isinstance(error, PlanIncomplete):
                self.host.close_panel()
                editor.refuse(error.gaps)
            elif isinstance(error, ClinicError):
                panel.show_refusal(sentence(error))
            else:
                self._context.tasks.failed.emit(error)

        self._context.tasks.run(sign, self._on_signed, failed)

    def _on_signed(self, row: PlanVersionRow) -> None:
        if self.editor is not None:
            self.editor.stop()
        self.host.close_panel()
        self._wanted = row.plan_id
        self._context.window.notify(self.tr("Version {n} is signed.").format(n=row.version), "ready")
        self.refresh()
        self.choice.setFocus()

    def _on_copy(self) -> None:
        row = self._row()
        if row is None or self.host.is_open:
            return
        panel = copy_panel(self._context, row, clinic_today(self._context, self._zone), self._on_recorded)
        panel.cancelled.connect(self.host.close_panel)
        self.host.open_panel(self.tr("Copy given"), panel, may_close=panel.may_close)
        self._fit_buttons()

    def _on_review(self) -> None:
        row = self._row()
        if row is not None:
            ask_review(self, self._context, row, clinic_today(self._context, self._zone), self._on_recorded)

    def _on_discard(self) -> None:
        if self.editor is not None:
            ask_discard(self, self._context, self.editor.plan_id, self.editor.stop, self._on_recorded)

    def _on_papers(self) -> None:
        printed = self._printed()
        if printed is not None:
            self.host.open_panel(self.tr("Papers of this plan"), PapersPanel(self._context, *printed))
            self._fit_buttons()

    def _on_print(self) -> None:
        printed = self._printed()
        if printed is not None:
            preview_plan(self._context, *printed)

    def _printed(self) -> tuple[int, str, Callable[[], object]] | None:
        """Return the draft or version in view, what its papers are called, and what keeps the last that was typed."""
        editor, row = self.editor, self._row()
        name = f"care-plan-{self._patient_id}"
        if editor is not None:
            return editor.plan_id, f"{name}-draft", editor.draft.to_write()
        if row is not None and not row.kept_outside:
            return row.plan_id, f"{name}-v{row.version}", lambda: None
        return None

    def _on_recorded(self, words: str) -> None:
        self.host.close_panel()
        self._context.window.notify(words, "ready")
        self.refresh()

    def _draft_call(self) -> Callable[[], _Found]:
        desk, patient_id = self._context.desk, self._patient_id

        def read() -> _Found:
            draft = desk.care_plans.draft(desk.actor, patient_id)
            roles = desk.plan_templates.people(desk.actor, patient_id)
            return draft, tuple(dict.fromkeys(name for role in roles.values() for name in role.names))

        return read

    def _version_call(self, plan_id: int) -> Callable[[], _Read]:
        desk, actor, patient_id = self._context.desk, self._context.desk.actor, self._patient_id
        is_newest = bool(self._versions) and self._versions[0].plan_id == plan_id

        def read() -> _Read:
            version = desk.care_plans.version(actor, plan_id)
            if not is_newest:
                return version, None
            history = desk.plan_history
            work = history.work_by_month(actor, patient_id)
            return version, PlanEvidence(history.goals(actor, patient_id), history.tasks(actor, patient_id), work)

        return read

    def _on_measure(self, goal: GoalRow) -> None:
        if self.host.is_open:
            return
        call_id = None
        if self._context.may("call.work"):
            call = self._context.desk.calls.current(self._context.desk.actor)
            call_id = call.call_id if call is not None and call.patient_id == self._patient_id else None
        today = clinic_today(self._context, self._zone)
        panel = ProgressPanel(self._context, self._patient_id, goal, today, call_id)
        panel.saved.connect(lambda _: self._on_recorded(self.tr("The value is noted. The signed plan stays as it is.")))
        panel.cancelled.connect(self.host.close_panel)
        self.host.open_panel(self.tr("Progress"), panel, may_close=panel.may_close)
        self._fit_buttons()

    def _on_day_asked(self, day: date) -> None:
        history, actor, patient_id = self._context.desk.plan_history, self._context.desk.actor, self._patient_id
        reader = self.reader
        if reader is not None:
            self._open.ask(
                lambda: history.in_force_on(actor, patient_id, day), lambda row: reader.show_in_force(day, row)
            )

    def _offer(self, next_version: int) -> list[int]:
        """Offer the draft and the versions to choose from; return their ids."""
        choices = [(DRAFT, draft_words(next_version))] if self._has_draft else []
        choices += [(row.plan_id, version_words(row)) for row in self._versions]
        self.choice.offer(choices)
        set_shown(self.choice, shown=bool(choices))
        return [plan_id for plan_id, _ in choices]

    def _show_plan(self, wanted: int | None) -> None:
        if wanted is None:
            self._show_nothing()
        elif wanted == DRAFT:
            if self.editor is None:
                self._open.ask(self._draft_call(), self._on_draft_read)
        else:
            self._open.ask(self._version_call(wanted), self._on_version_read)

    def _show_nothing(self) -> None:
        may = self._context.may("care_plan.draft")
        empty = EmptyState(
            "clipboard-list",
            self.tr(
                "There is no care plan yet. Begin one: it takes over the chart's conditions, medicines and allergies."
            ),
            self.tr("Write the plan") if may else "",
            name="plan_empty",
        )
        empty.acted.connect(self._on_write)
        self._put(empty)
        self.bar.subtitle.setText("")
        self._show_banner()

    def _put(self, shown: PlanEditor | PlanReader | CompareView | EmptyState) -> None:
        old, self._shown = self._shown, shown
        self.bar.show_kept(shown.kept if isinstance(shown, PlanEditor) else None)
        focus = QApplication.focusWidget()
        held = old is not None and focus is not None and old.isAncestorOf(focus)
        if old is not None:
            self._middle.removeWidget(old)
            self._context.window.commands.off(old)
            old.hide()
            old.deleteLater()
        self._middle.addWidget(shown, 1)
        shown.show()
        if held and isinstance(shown, PlanEditor):
            shown.enter()
        elif held:
            self.choice.setFocus()
        self._fit_buttons()

    def _row(self) -> PlanVersionRow | None:
        """Return the version that is shown, as it stands now."""
        reader = self.reader
        if reader is None:
            return None
        plan_id = reader.version.row.plan_id
        return next((row for row in self._versions if row.plan_id == plan_id), reader.version.row)

    def _show_banner(self) -> None:
        """Say the one thing to do next about the version that is shown."""
        row = self._row()
        newest = self._versions[0] if self._versions else None
        may = self._context.may("care_plan.draft")
        if row is None or row != newest or not may:
            self.banner.show_text("")
        elif row.kept_outside and not self._has_draft:
            words = self.tr("This plan is kept outside CareLoop. It can be written here, and signed as version 1.")
            self.banner.show_text(words, "info", self.tr("Write the plan here"))
        elif row.copy_given_on is None:
            words = self.tr("The patient or caregiver needs a copy of this plan before the month can be billed.")
            self.banner.show_text(words, "warn", self.tr("Record the copy given"))
        else:
            self.banner.show_text("")

    def _fit_buttons(self) -> None:
        """Offer what can be done with what is shown; nothing while a panel asks for something."""
        free = not self.host.is_open
        editor, reader = (self.editor, self.reader) if free else (None, None)
        may = self._context.may("care_plan.draft")
        is_newest = (
            reader is not None and bool(self._versions) and reader.version.row.plan_id == self._versions[0].plan_id
        )
        has_text = reader is not None and not reader.version.row.kept_outside
        offered = {
            "sign": editor is not None and editor.is_writing and self._context.may("care_plan.sign"),
            "discard": editor is not None and editor.is_writing and may,
            "templates": editor is not None and editor.is_writing and may,
            "interview": editor is not None and editor.is_writing and may,
            "copy": is_newest and may,
            "review": is_newest and may,
            "revise": has_text and is_newest and may and not self._has_draft,
            "papers": (editor is not None and editor.is_writing) or has_text,
            "compare": (reader is not None or (editor is not None and editor.is_writing)) and self._may_compare(),
            "back": free and isinstance(self._shown, CompareView),
        }
        self.bar.offer([key for key, shown in offered.items() if shown])

    def _may_compare(self) -> bool:
        written = [row for row in self._versions if not row.kept_outside]
        return len(written) + (self.editor is not None) >= 2 and bool(written)

    def _on_compare(self) -> None:
        editor, row = self.editor, self._row()
        rows = [each for each in self._versions if not each.kept_outside]
        new: int | None = editor.plan_id if editor is not None else row.plan_id if row is not None else None
        write = editor.draft.to_write() if editor is not None else None
        drafts = [(editor.plan_id, draft_words(self._next_version))] if editor is not None else []
        self._put(
            CompareView(self._context, [*drafts, *((each.plan_id, version_words(each)) for each in rows)], new, write)
        )
        self.banner.show_text("")

    def _on_back(self) -> None:
        self._show_plan(self.choice.value())

    def _on_templates(self) -> None:
        editor = self.editor
        if editor is not None:
            picker = TemplatePicker(self._context, editor.patient_id, tuple(editor.sections.values()))
            picker.poured.connect(lambda poured: self._on_poured(editor, poured))
            picker.cancelled.connect(editor.show_plan)
            editor.show_face(picker)

    def _on_poured(self, editor: PlanEditor, poured: PouredPlan) -> None:
        editor.show_plan()
        editor.put(poured.sections, self.tr("templates put in"))
        editor.go_to_next_gap()
        self._context.window.notify(poured_words(poured), "ready")

    def _on_interview(self) -> None:
        editor = self.editor
        if editor is not None:
            form = self._context.desk.patients.form(self._context.desk.actor, self._patient_id)
            spanish = form.language.casefold().startswith(("spanish", "es"))
            interview = PlanInterview(self._context, editor.sections, spanish=spanish)
            interview.answered.connect(lambda section: editor.put([section], self.tr("an answer")))
            interview.finished.connect(editor.show_plan)
            editor.show_face(interview)

    def _build(self) -> None:
        inner = QWidget()
        self._middle = QVBoxLayout(inner)
        self._middle.setContentsMargins(0, GRID, 0, 0)
        self._middle.setSpacing(GRID)
        self._middle.addWidget(self.bar)
        self._middle.addWidget(self.banner)
        self.host = PanelHost(inner)
        self.host.closed.connect(self._fit_buttons)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.host)
        self._context.window.commands.on("print", self, self._on_print)
