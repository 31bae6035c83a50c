"""What the clinic charges for each code, from which day on."""

from collections.abc import Callable, Sequence

from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.services.clinic_settings import ChargeRow
from app.storage.ledger import Changes
from app.views import safe_text
from app.views.form_panel import FormPanel, Values
from app.views.icons import icon
from app.views.page_context import PageContext
from app.views.settings.list_pane import ListPane
from app.views.table import Column
from app.views.widgets import ChoiceField, DateField, Form, MoneyField, format_date


class ChargesSection(QWidget):
    """A list of charges; a new one stands beside the old until its day comes."""

    def __init__(self, context: PageContext) -> None:
        """Read what stands."""
        super().__init__()
        self.setObjectName("charges_section")
        self._context = context
        self._codes: Sequence[tuple[str, str]] = ()
        columns: list[Column[ChargeRow]] = [
            Column("code", self.tr("Code"), lambda row: row.code, width=90),
            Column("label", self.tr("What it is"), lambda row: row.label, width=0),
            Column("from_on", self.tr("From"), lambda row: format_date(row.from_on), order=lambda row: row.from_on),
            Column(
                "cents",
                self.tr("Charge per unit"),
                lambda row: _money(row.cents),
                width=140,
                is_number=True,
                order=lambda row: row.cents,
            ),
        ]
        self.pane = ListPane(
            context,
            name="charges",
            title=self.tr("Charges"),
            text=self.tr("The clinic's own prices, printed on packets. Medicare's estimates do not depend on them."),
            columns=columns,
            row_id=lambda row: row.id,
            add=self.tr("Set a charge"),
            empty=self.tr("No charges yet. Packets then show the codes and units without amounts."),
        )
        self.pane.add_requested.connect(lambda: self._open(None))
        self.pane.opened.connect(self._open)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.pane)
        context.feed.changed.connect(self._on_changed)
        self._read()

    def _open(self, charge_id: int | None) -> None:
        row = self.pane.row(charge_id) if charge_id is not None else None
        form = Form()
        form.add("code", self.tr("Code"), ChoiceField([(c, f"{c} · {w}") for c, w in self._codes]), required=True)
        form.add("from_on", self.tr("From"), DateField(), required=True)
        form.add("cents", self.tr("Charge per unit, in dollars"), MoneyField(), required=True)
        if row is not None:
            form.fill({"code": row.code, "from_on": row.from_on, "cents": row.cents})
        panel = FormPanel(self._context, form, self._saving, action=self.tr("Set the charge"), name="charge_panel")
        if row is not None:
            panel.above.addWidget(
                safe_text.button(
                    self.tr("Take this charge away"),
                    name="charge_remove",
                    kind="danger",
                    icon=icon("trash-2"),
                    on_click=lambda: self._on_remove(row),
                )
            )
        self.pane.open_form(self.tr("Charge"), panel)

    def _saving(self, values: Values) -> Callable[[], object]:
        desk = self._context.desk
        return lambda: desk.clinic.set_charge(desk.actor, values["code"], values["from_on"], values["cents"])

    def _on_remove(self, row: ChargeRow) -> None:
        desk, undo = self._context.desk, self._context.undo
        put_back = self._saving({"code": row.code, "from_on": row.from_on, "cents": row.cents})
        name = self.tr("took away the charge for {code}").format(code=row.code)
        said = self.tr("Charge for {code} taken away.").format(code=row.code)
        self.pane.host.close_panel()
        self._context.tasks.run(
            lambda: desk.clinic.remove_charge(desk.actor, row.id), lambda _: undo.offer(name, put_back, said=said)
        )

    def _on_read(self, found: tuple[Sequence[ChargeRow], Sequence[tuple[str, str]]]) -> None:
        rows, self._codes = found
        self.pane.show_rows(rows)

    def _on_changed(self, changes: Changes) -> None:
        if changes.touch("charge"):
            self._read()

    def _read(self) -> None:
        desk = self._context.desk
        self._context.tasks.run(lambda: (desk.clinic.charges(desk.actor), desk.clinic.codes(desk.actor)), self._on_read)


def _money(cents: int) -> str:
    return f"${cents // 100:,}.{cents % 100:02d}"
