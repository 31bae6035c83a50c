"""For whom the clinic bills."""

from collections.abc import Callable, Sequence

from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.services.practitioners import PractitionerRow
from app.storage.ledger import Changes
from app.views import practice_words
from app.views.form_panel import FormPanel
from app.views.page_context import PageContext
from app.views.practitioner_form import PractitionerFields
from app.views.settings.list_pane import ListPane
from app.views.table import Column
from app.views.widgets import Tone


class PractitionersSection(QWidget):
    """A list of billing practitioners, and a form for one."""

    def __init__(self, context: PageContext) -> None:
        """Read what stands."""
        super().__init__()
        self.setObjectName("practitioners_section")
        self._context = context
        self._people: Sequence[tuple[int, str]] = ()
        kinds = dict(practice_words.kinds())
        columns: list[Column[PractitionerRow]] = [
            Column("name", self.tr("Name"), lambda row: row.shown, width=200),
            Column("credential", self.tr("Credential"), lambda row: row.credential, width=100),
            Column(
                "npi",
                self.tr("NPI"),
                lambda row: row.npi if row.npi_is_valid else self.tr("{npi} is not an NPI").format(npi=row.npi),
                width=190,
                tone=lambda row: Tone.NEUTRAL if row.npi_is_valid else Tone.BLOCK,
            ),
            Column("kind", self.tr("Kind"), lambda row: kinds.get(row.kind, row.kind), width=0),
            Column("person", self.tr("Signs in as"), lambda row: row.person or self.tr("does not"), width=150),
            Column(
                "patients",
                self.tr("Patients"),
                lambda row: f"{row.patients:,}",
                width=80,
                is_number=True,
                order=lambda row: row.patients,
            ),
        ]
        may_edit = context.may("practitioner.edit")
        self.pane = ListPane(
            context,
            name="practitioners",
            title=self.tr("Billing practitioners"),
            text=self.tr("Those under whose NPI chronic care management is billed."),
            columns=columns,
            row_id=lambda row: row.id,
            add=self.tr("Add a practitioner") if may_edit else "",
            empty=self.tr("No billing practitioners yet. Nothing can be billed without one."),
        )
        if may_edit:
            self.pane.add_requested.connect(lambda: self._open(None))
            self.pane.opened.connect(self._open)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.pane)
        context.feed.changed.connect(self._on_changed)
        self._read()

    def _open(self, practitioner_id: int | None) -> None:
        form = PractitionerFields(self._people)
        if practitioner_id is not None:
            form.show_practitioner(self.pane.row(practitioner_id))
        title = self.tr("New practitioner") if practitioner_id is None else self.tr("Practitioner")
        panel = FormPanel(
            self._context,
            form,
            lambda _: self._saving(practitioner_id, form),
            action=self.tr("Add") if practitioner_id is None else self.tr("Save"),
            name="practitioner_panel",
        )
        self.pane.open_form(title, panel)

    def _saving(self, practitioner_id: int | None, form: PractitionerFields) -> Callable[[], object]:
        desk, entered = self._context.desk, form.practitioner()
        if practitioner_id is None:
            return lambda: desk.practitioners.add(desk.actor, entered)
        return lambda: desk.practitioners.edit(desk.actor, practitioner_id, entered)

    def _on_read(self, found: tuple[Sequence[PractitionerRow], Sequence[tuple[int, str]]]) -> None:
        rows, self._people = found
        self.pane.show_rows(rows)

    def _on_changed(self, changes: Changes) -> None:
        if changes.touch("practitioner", "person", "enrolment"):
            self._read()

    def _read(self) -> None:
        desk = self._context.desk

        def read() -> tuple[Sequence[PractitionerRow], Sequence[tuple[int, str]]]:
            people = [(row.id, row.name) for row in desk.people.rows(desk.actor) if row.is_active and row.can_sign_in]
            return desk.practitioners.rows(desk.actor), people

        self._context.tasks.run(read, self._on_read)
