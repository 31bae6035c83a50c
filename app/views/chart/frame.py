"""What every tab of a chart is handed, and the side panel they share."""

from collections.abc import Callable
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from app.views.form_panel import FormPanel, Save
from app.views.page_context import PageContext
from app.views.theme import GRID
from app.views.widgets import Form, PanelHost


@dataclass(frozen=True, slots=True)
class ChartFrame:
    """A chart's patient, the clinic's zone, the panel beside the tabs, and the way to another place of this chart."""

    context: PageContext
    patient_id: int
    zone: ZoneInfo
    host: PanelHost
    go: Callable[[str], None]

    def may(self, action: str) -> bool:
        """Whether the signed-in person may do `action`."""
        return self.context.may(action)

    def open_form(
        self,
        title: str,
        form: Form,
        save: Save,
        *,
        name: str,
        action: str,
        done: str,
        width: int = 56 * GRID,
    ) -> FormPanel | None:
        """Show `form` in the panel; once saved it closes and `done` is said. None while another is not to be closed."""
        self.host.close_panel()
        if self.host.is_open:
            return None
        panel = FormPanel(self.context, form, save, action=action, name=name)
        panel.saved.connect(lambda _: self._close(done))
        panel.cancelled.connect(self.host.close_panel)
        self.host.open_panel(title, panel, width=width, may_close=panel.may_close)
        return panel

    def _close(self, done: str) -> None:
        self.host.close_panel()
        self.context.window.notify(done, "ready")
