"""Every patient of the clinic: found as one types, walked with the arrow keys, opened with Enter."""

from collections.abc import Mapping, Sequence

from PySide6.QtCore import Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from app.services.patients import Order, PatientRow, Standing
from app.storage.ledger import Changes
from app.views import safe_text
from app.views.icons import icon
from app.views.page_context import PageContext
from app.views.patients.import_wizard.wizard import ImportWizard
from app.views.patients.patient_card import PatientCard
from app.views.patients.patient_form import PatientFormView
from app.views.patients.standing import born_or_died, practitioner_words, standing_tone, standing_words
from app.views.table import Column, RowTable
from app.views.table_view import TableView
from app.views.tasks import Latest
from app.views.theme import GRID, scaled
from app.views.widgets import ChoiceField, EmptyState, PageHeader, SearchField, format_phone, page_layout

_FRESH = ("patient", "enrolment", "import_batch", "practitioner")
_CARD = (
    *("consent", "care_plan", "care_plan_event", "time_entry", "condition", "stay", "other_service", "mdm"),
    *("packet", "clinic"),
)


class PatientsPage(QWidget):
    """The list at the left, the selected patient at the right."""

    def __init__(self, context: PageContext) -> None:
        """Read the list at once."""
        super().__init__()
        self.setObjectName("patients_page")
        self._context = context
        self._ids = Latest(context.tasks, self)
        self._glance = Latest(context.tasks, self)
        self._order: Order = "name"
        self._descending = False
        self._pick_next: int | None = None
        self.search = SearchField(
            self.tr("Name, MRN, phone or birth date"),
            name="patients_search",
        )
        self.standing = ChoiceField(
            [
                ("all", self.tr("All patients")),
                ("enrolled", self.tr("Enrolled")),
                ("not_enrolled", self.tr("Not enrolled")),
                ("declined", self.tr("Declined")),
                ("stopped", self.tr("Stopped")),
            ]
        )
        self.standing.set_value("all")
        self.standing.setObjectName("patients_standing")
        self.standing.setAccessibleName(self.tr("Which patients"))
        self.table: RowTable[PatientRow, int] = RowTable(self._columns(), self._fetch, self)
        self.list = TableView(
            self.table, name="patients_list", words=self.tr("Patients"), preferences=context.preferences
        )
        self.card = PatientCard(may_open=context.may("patient.open"), may_call=context.may("call.work"))
        self.header = PageHeader(self.tr("Patients"), " ")
        self._build()
        self._connect()
        self.setFocusProxy(self.list)
        self._ask()

    def select(self, patient_id: int) -> None:
        """Show the patient in the list, taking a filter away that would hide them."""
        self._pick_next = patient_id
        self.search.clear()
        self.standing.set_value("all")
        self._ask()

    def pick_after(self, patient_id: int) -> None:
        """Select the patient that follows in the list, for the next call; after the last one, that one again."""
        following = self.table.id_at(self.table.position_of(patient_id) + 1)
        self.list.pick(patient_id if following is None else following)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        is_narrow = self.width() < scaled(110 * GRID)
        self._columns_box.setDirection(
            QBoxLayout.Direction.TopToBottom if is_narrow else QBoxLayout.Direction.LeftToRight
        )
        self.card.fold(folded=is_narrow)

    def _on_ids(self, ids: Sequence[int]) -> None:
        self.table.show_ids(ids[::-1] if self._descending else ids)
        filtered = bool(self.search.text().strip()) or self.standing.value() != "all"
        self._show_count(len(ids), filtered=filtered)
        self._results.setCurrentWidget(self.list if ids else self._nothing)
        self.card.setVisible(bool(ids))
        if not ids:
            self._say_nothing(filtered=filtered)
            self.card.show_nobody()
        elif self._pick_next is not None and self.list.pick(self._pick_next):
            pass
        elif self.list.current_id is None:
            self.list.pick_first()
        self._pick_next = None

    def _on_picked(self, patient_id: int | None) -> None:
        row = self.table.row_at(self.table.position_of(patient_id)) if patient_id is not None else None
        if row is None:
            self._glance.forget()
            self.card.show_nobody()
            return
        self.card.show_patient(row)
        self._ask_glance(row.id)

    def _on_searched(self, _text: str) -> None:
        self._ask()

    def _on_left_down(self) -> None:
        if self.table.rowCount():
            self.list.setFocus(Qt.FocusReason.TabFocusReason)
            if self.list.current_id is None:
                self.list.pick_first()

    def _on_sort_asked(self, key: str, descending: bool) -> None:  # noqa: FBT001 - a signal's argument
        self._order = "born_on" if key == "born" else "name"
        self._descending = descending
        self._ask()

    def _on_changed(self, changes: Changes) -> None:
        if changes.touch(*_FRESH):
            self._ask()
        if changes.touch(*_FRESH, *_CARD) and self.card.patient_id is not None:
            self._ask_glance(self.card.patient_id)

    def _on_open(self, patient_id: int) -> None:
        if self._context.may("patient.open"):
            self._context.open_chart(patient_id, "overview")

    def _on_call(self) -> None:
        if self.card.patient_id is not None:
            self._context.start_call(self.card.patient_id)

    def _on_new(self) -> None:
        form = PatientFormView(self._context)
        form.saved.connect(self._on_added)
        self._context.window.show_view(form)

    def _on_added(self, patient_id: int) -> None:
        self.select(patient_id)
        self._context.window.notify(
            self.tr("Patient added"),
            "ready",
            self.tr("Open chart"),
            lambda: self._context.open_chart(patient_id, "overview"),
        )

    def _on_import(self) -> None:
        self._context.window.show_view(ImportWizard(self._context))

    def _ask(self) -> None:
        text, standing, order = self.search.text().strip(), self._standing(), self._order
        patients, actor = self._context.desk.patients, self._context.desk.actor
        self._ids.ask(lambda: patients.ids(actor, text, standing=standing, order=order), self._on_ids)

    def _ask_glance(self, patient_id: int) -> None:
        overviews, actor = self._context.desk.overviews, self._context.desk.actor
        self._glance.ask(lambda: overviews.of(actor, patient_id), self.card.show_overview)

    def _fetch(self, ids: Sequence[int]) -> Mapping[int, PatientRow]:
        return self._context.desk.patients.rows(self._context.desk.actor, ids)

    def _standing(self) -> Standing:
        chosen: Standing = self.standing.value() or "all"
        return chosen

    def _columns(self) -> list[Column[PatientRow]]:
        return [
            Column("name", self.tr("Name"), lambda row: row.name, width=0),
            Column("born", self.tr("Born (age)"), born_or_died, width=144),
            Column("mrn", self.tr("MRN"), lambda row: row.mrn, width=96, is_sortable=False),
            Column("phone", self.tr("Phone"), lambda row: format_phone(row.phone), width=120, is_sortable=False),
            Column("practitioner", self.tr("Practitioner"), practitioner_words, width=144, is_sortable=False),
            Column(
                "standing",
                self.tr("Standing"),
                lambda row: standing_words(row.status),
                width=136,
                is_sortable=False,
                tone=lambda row: standing_tone(row.status),
            ),
        ]

    def _build(self) -> None:
        if self._context.may("import.run"):
            self.import_button = safe_text.button(
                self.tr("Import"), name="import_files", icon=icon("upload"), on_click=self._on_import
            )
            self.header.add_action(self.import_button)
        if self._context.may("patient.edit"):
            self.add_button = safe_text.button(
                self.tr("Add patient"),
                name="add_patient",
                icon=icon("user-plus"),
                tip=self.tr("Add patient (Ctrl+N)"),
                on_click=self._on_new,
            )
            self.header.add_action(self.add_button)
        self._nothing = EmptyState("users", "", name="patients_empty")
        self._results = QStackedWidget()
        self._results.addWidget(self.list)
        self._results.addWidget(self._nothing)
        filters = QHBoxLayout()
        filters.setSpacing(GRID)
        filters.addWidget(self.search, 1)
        filters.addWidget(self.standing)
        left = QVBoxLayout()
        left.setSpacing(GRID)
        left.addLayout(filters)
        left.addWidget(self._results, 1)
        self._columns_box = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        self._columns_box.setSpacing(2 * GRID)
        self._columns_box.addLayout(left, 1)
        self._columns_box.addWidget(self.card)
        page = page_layout(self)
        page.addWidget(self.header)
        page.addLayout(self._columns_box, 1)

    def _connect(self) -> None:
        self.search.searched.connect(self._on_searched)
        self.search.left_down.connect(self._on_left_down)
        self.standing.edited.connect(self._ask)
        self.table.sort_asked.connect(self._on_sort_asked)
        self.list.picked.connect(self._on_picked)
        self.list.opened.connect(self._on_open)
        self.card.open_asked.connect(self._on_open)
        self.card.call_asked.connect(self._context.start_call)
        self._nothing.acted.connect(self._on_import)
        self._context.feed.changed.connect(self._on_changed)
        on = self._context.window.commands.on
        on("filter", self, self.search.setFocus)
        on("refresh", self, self._ask)
        if self._context.may("patient.edit"):
            on("patient.new", self, self._on_new)
        if self._context.may("import.run"):
            on("patient.import", self, self._on_import)
        if self._context.may("call.work"):
            # While nobody is selected the key stays with the call that runs.
            on("call.toggle", self.card.call_button, self._on_call)
        self.list.mark_sorted("name")

    def _show_count(self, count: int, *, filtered: bool) -> None:
        found = self.tr("1 patient") if count == 1 else self.tr("{n} patients").format(n=f"{count:,}")
        self.header.show_text(self.tr("Patients"), self.tr("{n} found").format(n=found) if filtered else found)

    def _say_nothing(self, *, filtered: bool) -> None:
        if filtered:
            self._nothing.show_text(
                self.tr(
                    "Nobody is found. Try the beginning of a name, an MRN, the last digits of a phone, or 3/2/1948."
                )
            )
        elif self._context.may("import.run"):
            self._nothing.show_text(
                self.tr("There are no patients yet. Import the clinic's spreadsheets, or add one patient with Ctrl+N."),
                self.tr("Import files"),
            )
        else:
            self._nothing.show_text(self.tr("There are no patients yet. Add one with Ctrl+N."))
