"""A patient's care plan: the draft that is written, the versions that were signed, the copies that were given."""

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QTimer
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QApplication, QBoxLayout, QHBoxLayout, QVBoxLayout, QWidget

from app.rules.errors import ClinicError
from app.security.slots import WrongPassphrase
from app.services.care_plans import PlanIncomplete
from app.services.plan_rows import PlanDraft, PlanVersion, PlanVersionRow
from app.views import safe_text
from app.views.care_plan.plan_acts import ask_discard, ask_pdf, ask_review, copy_panel
from app.views.care_plan.plan_editor import PlanEditor
from app.views.care_plan.plan_reader import PlanReader
from app.views.care_plan.plan_words import draft_words, edited_words, version_words
from app.views.care_plan.sign_panel import SignPanel
from app.views.clinic_zone import clinic_today, clinic_zone
from app.views.errors import sentence
from app.views.icons import icon
from app.views.page_context import PageContext
from app.views.tasks import Latest
from app.views.theme import GRID, Role, fit_scale, scaled, set_shown
from app.views.widgets import Banner, ChoiceField, EmptyState, PanelHost

DRAFT = 0
"""Stands for the draft among the versions, whose ids begin at 1."""
ONE_ROW = 116 * GRID
LEAST = 28 * GRID
"""Pixels at 100 % text."""


class CarePlanTab(QWidget):
    """Shows the draft, else the newest version, else what to do next."""

    tables = ("care_plan", "care_plan_event", "import_batch")

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
        self._shown: PlanEditor | PlanReader | EmptyState | None = None
        self._next_version = 1
        self._wanted: int | None = None
        self.choice = ChoiceField()
        self.choice.setObjectName("plan_choice")
        self.choice.setAccessibleName(self.tr("Draft or version"))
        self.choice.setMinimumContentsLength(26)
        self.banner = Banner(name="plan_banner")
        self._build()
        self.choice.edited.connect(self._on_chosen)
        self.banner.acted.connect(self._on_banner)

    def refresh(self) -> None:
        """Read the versions again; a draft that is being written stays as it is."""
        plans, actor, patient_id = self._context.desk.care_plans, self._context.desk.actor, self._patient_id
        self._read.ask(lambda: (plans.versions(actor, patient_id), plans.has_draft(actor, patient_id)), self._on_read)

    def may_leave(self) -> bool:
        """Whether the tab may be left: a draft is kept by itself, a form asks."""
        if self.host.is_open:
            self.host.close_panel()
        return not self.host.is_open

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

    def _on_draft_read(self, draft: PlanDraft) -> None:
        editor = PlanEditor(self._context, draft)
        editor.moved.connect(self._on_moved)
        editor.gaps_changed.connect(self._fit_buttons)
        self._next_version = draft.next_version
        self._put(editor)
        self.choice.set_value(DRAFT)
        self._subtitle.setText(edited_words(draft.edited_by, draft.edited_at, self._zone))
        self._show_banner()

    def _on_draft_begun(self, draft: PlanDraft) -> None:
        self._wanted = None
        self._has_draft = True
        self._offer(draft.next_version)
        self._on_draft_read(draft)
        if self.editor is not None:
            # Once it has its place, and with it either the list of parts or the choice of them.
            QTimer.singleShot(0, self.editor, self.editor.setFocus)

    def _on_version_read(self, version: PlanVersion) -> None:
        self._put(PlanReader(version, self._zone))
        self.choice.set_value(version.row.plan_id)
        self._subtitle.setText("")
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

    def _on_print(self) -> None:
        editor, row = self.editor, self._row()
        if editor is not None:
            name = f"care-plan-{self._patient_id}-draft.pdf"
            ask_pdf(self, self._context, editor.plan_id, name, editor.draft.to_write())
        elif row is not None and not row.kept_outside:
            name = f"care-plan-{self._patient_id}-v{row.version}.pdf"
            ask_pdf(self, self._context, row.plan_id, name, lambda: None)

    def _on_recorded(self, words: str) -> None:
        self.host.close_panel()
        self._context.window.notify(words, "ready")
        self.refresh()

    def _draft_call(self) -> Callable[[], PlanDraft]:
        plans, actor, patient_id = self._context.desk.care_plans, self._context.desk.actor, self._patient_id
        return lambda: plans.draft(actor, patient_id)

    def _offer(self, next_version: int) -> list[int]:
        """Offer the draft and the versions to choose from; return their ids."""
        choices = [(DRAFT, draft_words(next_version))] if self._has_draft else []
        choices += [(row.plan_id, version_words(row)) for row in self._versions]
        self.choice.offer(choices)
        set_shown(self.choice, shown=bool(choices))
        return [plan_id for plan_id, _ in choices]

    def _show_plan(self, wanted: int | None) -> None:
        plans, actor = self._context.desk.care_plans, self._context.desk.actor
        if wanted is None:
            self._show_nothing()
        elif wanted == DRAFT:
            if self.editor is None:
                self._open.ask(self._draft_call(), self._on_draft_read)
        else:
            self._open.ask(lambda: plans.version(actor, wanted), self._on_version_read)

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
        self._subtitle.setText("")
        self._show_banner()

    def _put(self, shown: "PlanEditor | PlanReader | EmptyState") -> None:
        old, self._shown = self._shown, shown
        focus = QApplication.focusWidget()
        held = old is not None and focus is not None and old.isAncestorOf(focus)
        if old is not None:
            self._middle.removeWidget(old)
            self._context.window.commands.off(old)
            for part in (old, *((old.kept,) if isinstance(old, PlanEditor) else ())):
                part.hide()
                part.deleteLater()
        self._middle.addWidget(shown, 1)
        shown.show()
        if held:
            (shown if isinstance(shown, PlanEditor) else self.choice).setFocus()
        if isinstance(shown, PlanEditor):
            self._head.insertWidget(2, shown.kept)
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
        set_shown(self.sign_button, shown=editor is not None and self._context.may("care_plan.sign"))
        set_shown(self.discard_button, shown=editor is not None and may)
        set_shown(self.copy_button, shown=is_newest and may)
        set_shown(self.review_button, shown=is_newest and may)
        set_shown(self.revise_button, shown=has_text and is_newest and may and not self._has_draft)
        set_shown(self.print_button, shown=editor is not None or has_text)

    def _build(self) -> None:
        make = safe_text.button
        self.sign_button = make(
            self.tr("Sign…"),
            name="plan_sign_button",
            kind="primary",
            icon=icon("signature", Role.ON_ACCENT),
            on_click=self._on_sign,
        )
        self.discard_button = make(self.tr("Throw away…"), name="plan_discard", kind="quiet", on_click=self._on_discard)
        self.copy_button = make(
            self.tr("Copy given…"), name="plan_copy_button", icon=icon("send"), on_click=self._on_copy
        )
        self.review_button = make(
            self.tr("No change, reviewed"), name="plan_review", icon=icon("check"), on_click=self._on_review
        )
        self.revise_button = make(self.tr("Revise"), name="plan_revise", icon=icon("pencil"), on_click=self._on_write)
        self.print_button = make(
            self.tr("Save PDF…"),
            name="plan_print",
            icon=icon("printer"),
            tip=self.tr("Save as PDF, to print it (Ctrl+P)"),
            on_click=self._on_print,
        )
        self._subtitle = safe_text.label("", "muted", name="plan_edited", elide=True)
        self._head = QHBoxLayout()
        self._head.setSpacing(GRID)
        self._head.addWidget(self.choice)
        self._head.addWidget(self._subtitle, 1)
        buttons = QHBoxLayout()
        buttons.setSpacing(GRID)
        buttons.addStretch(1)
        self._top = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        self._top.setSpacing(GRID)
        self._top.addLayout(self._head, 1)
        self._top.addLayout(buttons)
        for button in (
            *(self.discard_button, self.print_button, self.revise_button),
            *(self.review_button, self.copy_button, self.sign_button),
        ):
            set_shown(button, shown=False)
            buttons.addWidget(button)
        set_shown(self.choice, shown=False)
        inner = _Sheet(self._top)
        self._middle = QVBoxLayout(inner)
        self._middle.setContentsMargins(0, GRID, 0, 0)
        self._middle.setSpacing(GRID)
        self._middle.addLayout(self._top)
        self._middle.addWidget(self.banner)
        self.host = PanelHost(inner)
        self.host.closed.connect(self._fit_buttons)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.host)
        self._context.window.commands.on("print", self, self._on_print)


class _Sheet(QWidget):
    """What stands beside the side panel; its buttons go below what they are about where both do not fit in a row."""

    def __init__(self, top: QBoxLayout) -> None:
        super().__init__()
        self._top = top
        fit_scale(self, self._fit)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        direction = QBoxLayout.Direction
        wide = self.width() >= scaled(ONE_ROW)
        self._top.setDirection(direction.LeftToRight if wide else direction.TopToBottom)
        # Without this a row of buttons would widen the window before it could fold.
        self.setMinimumWidth(scaled(LEAST))
