"""What opening a chart does for the desk timer: starts it, offers it, or waits to be asked, by the clinic's rule."""

from functools import partial

from PySide6.QtCore import QObject, Signal
from shiboken6 import isValid

from app.services.timer_policies import TimerPolicy
from app.views.chart.chart_view import ChartView
from app.views.keymap import Commands
from app.views.widgets import Banner

DESK_ACTIVITY = "record_review"
"""What reading a chart is; Alt+Shift+1…9 make it something else."""


class DeskOffer(QObject):
    """Stands above the tabs of open charts. `asked` carries the patient for whom desk work is to be timed."""

    asked = Signal(int)

    def __init__(self, commands: Commands, parent: QObject) -> None:
        """Answer the command `call.desk` in every chart that is opened."""
        super().__init__(parent)
        self._commands = commands
        self._open: dict[ChartView, Banner] = {}

    def chart_opened(self, chart: ChartView, policy: TimerPolicy, roles: frozenset[str], *, is_timing: bool) -> None:
        """Do what the clinic chose for these roles; nothing but offer it while another timer runs."""
        start = policy.start_for(roles)
        self._commands.on("call.desk", chart, partial(self.asked.emit, chart.patient_id))
        banner = Banner(name="desk_offer")
        banner.acted.connect(partial(self.asked.emit, chart.patient_id))
        chart.above.addWidget(banner)
        self._open[chart] = banner
        chart.destroyed.connect(lambda: self._forget())  # noqa: PLW0108 - takes no object
        if is_timing:
            return
        if start == "at_once":
            self.asked.emit(chart.patient_id)
        elif start == "offer":
            key = self._commands.shortcut("call.desk")
            words = self.tr("Time spent on this chart is not timed. Start the desk timer with {key}.")
            banner.show_text(words.format(key=key), "info", self.tr("Start desk timer"))

    def follow(self, *, is_timing: bool) -> None:
        """Take every offer away once a timer runs."""
        if is_timing:
            for chart, banner in self._open.items():
                if isValid(chart) and isValid(banner):
                    banner.show_text("")

    def _forget(self) -> None:
        self._open = {chart: banner for chart, banner in self._open.items() if isValid(chart)}
