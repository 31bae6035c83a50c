"""Whose patients: how many each caller has, and handing them to somebody else."""

from collections.abc import Callable, Sequence

from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.services.cadence import Owner
from app.storage.ledger import Changes
from app.views.form_panel import FormPanel, Values
from app.views.page_context import PageContext
from app.views.settings.list_pane import ListPane
from app.views.table import Column
from app.views.widgets import Banner, ChoiceField, Form

_NOBODY = 0


class OwnersSection(QWidget):
    """Everybody who calls patients; all of somebody's enrolled patients change hands in one step."""

    def __init__(self, context: PageContext) -> None:
        """Read what stands."""
        super().__init__()
        self.setObjectName("owners_section")
        self._context = context
        self._rows: Sequence[Owner] = ()
        columns: list[Column[Owner]] = [
            Column("name", self.tr("Who calls"), lambda row: row.name, width=0),
            Column("credential", self.tr("Credential"), lambda row: row.credential, width=110),
            Column(
                "patients",
                self.tr("Enrolled patients"),
                lambda row: f"{row.patients:,}",
                width=150,
                is_number=True,
                order=lambda row: row.patients,
            ),
        ]
        self.pane = ListPane(
            context,
            name="owners",
            title=self.tr("Whose patients"),
            text=self.tr(
                "Open a person to hand all their patients to somebody else; one patient's owner is in the chart."
            ),
            columns=columns,
            row_id=lambda row: row.person_id,
            add="",
            change=self.tr("Hand over…"),
            empty=self.tr("Nobody here calls patients yet. Add people first."),
        )
        self.pane.opened.connect(self._on_opened)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.pane)
        context.feed.changed.connect(self._on_changed)
        self._read()

    def _on_opened(self, person_id: int) -> None:
        row: Owner = self.pane.row(person_id)
        others = [(each.person_id, each.name) for each in self._rows if each.person_id != person_id]
        form = Form()
        form.add(
            "to_id",
            self.tr("To whom"),
            ChoiceField([*others, (_NOBODY, self.tr("Nobody in particular"))]),
            required=True,
        )
        form.field("to_id").setCurrentIndex(-1)
        form.mark_clean()
        cadence, actor = self._context.desk.cadence, self._context.desk.actor

        def saving(values: Values) -> Callable[[], object]:
            to_id = values["to_id"] or None
            return lambda: (to_id, cadence.hand_over(actor, person_id, to_id))

        panel = FormPanel(self._context, form, saving, action=self.tr("Hand over"), name="hand_over_panel")
        told = self.tr("{n} enrolled patients change hands. Their open follow-ups stay with whoever has them.")
        panel.above.addWidget(Banner(told.format(n=f"{row.patients:,}"), "info", name="hand_over_told"))
        panel.saved.connect(lambda saved: self._on_handed_over(row, *saved))
        self.pane.open_form(self.tr("Hand over {name}'s patients").format(name=row.name), panel)

    def _on_handed_over(self, row: Owner, to_id: int | None, patients: tuple[int, ...]) -> None:
        cadence, actor = self._context.desk.cadence, self._context.desk.actor
        to = next((each.name for each in self._rows if each.person_id == to_id), self.tr("nobody in particular"))
        name = self.tr("handed {n} patients of {name} over to {to}")
        self._context.undo.offer(
            name.format(n=f"{len(patients):,}", name=row.name, to=to),
            lambda: cadence.hand_over(actor, to_id, row.person_id, patients),
        )

    def _on_read(self, rows: Sequence[Owner]) -> None:
        self._rows = rows
        self.pane.show_rows(rows)

    def _on_changed(self, changes: Changes) -> None:
        if changes.touch("person", "patient", "enrolment"):
            self._read()

    def _read(self) -> None:
        desk = self._context.desk
        self._context.tasks.run(lambda: desk.cadence.caseloads(desk.actor), self._on_read)
