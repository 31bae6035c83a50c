"""How often patients are called: a protocol for each risk tier."""

from collections.abc import Callable

from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.rules.cadence import TIERS, CadenceTable, Protocol
from app.storage.ledger import Changes
from app.views import safe_text
from app.views.form_panel import FormPanel, Values
from app.views.page_context import PageContext
from app.views.settings.defaults import default_button, do_with_undo
from app.views.settings.list_pane import WIDEST
from app.views.theme import GRID, fit_scale, scaled
from app.views.widgets import ChoiceField, Form, PageHeader


class CadenceSection(QWidget):
    """One choice a tier. A patient's own protocol, set in their chart, goes before it."""

    def __init__(self, context: PageContext) -> None:
        """Read what stands."""
        super().__init__()
        self.setObjectName("cadence_section")
        self._context = context
        self._table: CadenceTable = context.desk.cadence.table(context.desk.actor)
        self.form = Form()
        choices = [(row.key, row.title) for row in self._table.protocols.values()]
        for tier in self._table.tiers:
            self.form.add(tier.key or "unjudged", tier.title, ChoiceField(choices), required=True)
        self.form.add_widget(safe_text.label(self._protocol_words(), "muted", name="cadence_protocols"))
        self.panel = FormPanel(context, self.form, self._saving, action=self.tr("Save"), name="cadence_panel")
        self.panel.saved.connect(self._on_saved)
        self.panel.cancelled.connect(self._read)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2 * GRID)
        column.addWidget(
            PageHeader(
                self.tr("How often to call"),
                self.tr("By risk tier. A patient's own tier, protocol and owner are set in the chart."),
                (default_button("cadence_default", self._on_default),),
            )
        )
        column.addWidget(self.panel, 1)
        fit_scale(self.panel, lambda: self.panel.setMaximumWidth(scaled(WIDEST)))
        context.feed.changed.connect(self._on_changed)
        self._show(self._table)

    def may_leave(self) -> bool:
        """Whether nothing is unsaved."""
        return self.panel.may_close()

    def _saving(self, values: Values) -> Callable[[], object]:
        desk = self._context.desk
        chosen = {tier: values[tier or "unjudged"] for tier in TIERS}
        return lambda: desk.cadence.set_tiers(desk.actor, chosen)

    def _on_saved(self, _: object) -> None:
        desk, before = self._context.desk, self._stands()
        self._context.undo.offer(
            self.tr("changed how often each tier is called"), lambda: desk.cadence.set_tiers(desk.actor, before)
        )
        self._read()

    def _on_default(self) -> None:
        desk, before = self._context.desk, self._stands()
        do_with_undo(
            self._context,
            self.tr("went back to the default protocols"),
            lambda: desk.cadence.reset_tiers(desk.actor),
            lambda: desk.cadence.set_tiers(desk.actor, before),
            self._read,
        )

    def _on_changed(self, changes: Changes) -> None:
        if changes.touch("setting") and not self.form.is_dirty:
            self._read()

    def _stands(self) -> dict[str, str]:
        return {row.key: row.protocol for row in self._table.tiers}

    def _read(self) -> None:
        desk = self._context.desk
        self._context.tasks.run(lambda: desk.cadence.table(desk.actor), self._show)

    def _show(self, table: CadenceTable) -> None:
        self._table = table
        self.form.fill({row.key or "unjudged": row.protocol for row in table.tiers})

    def _protocol_words(self) -> str:
        return "\n".join(self._line(row) for row in self._table.protocols.values())

    def _line(self, protocol: Protocol) -> str:
        if not protocol.count:
            return self.tr(
                "{title}: nothing comes due by itself; who has nothing planned shows as unscheduled."
            ).format(title=protocol.title)
        return self.tr("{title}: a call up to {n} days before its day counts as that call.").format(
            title=protocol.title, n=protocol.early_days
        )
