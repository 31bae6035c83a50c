"""The pages of the rail, and which of them a role may see."""

from PySide6.QtCore import QCoreApplication

from app.views.page_context import PageContext
from app.views.page_stack import Page

# The action without which a command means nothing to a person; commands not named here are for everybody.
NEEDED_ACTIONS = {
    "patient.new": "patient.edit",
    "patient.import": "import.run",
    "call.toggle": "call.work",
    "call.pause": "call.work",
    "call.backdate": "call.work",
    "call.desk": "call.work",
    "call.mini_bar": "call.work",
    "call.copy_note": "note.read",
    "follow_up.new": "follow_up.work",
    "escalate": "escalation.raise",
    "plan.week": "today.read",
    "plan.earlier": "call.plan",
    "plan.later": "call.plan",
    "call_sheet": "call_sheet.print",
    "approve": "month.approve",
    "month.make": "month.make",
    "month.close": "month.close",
    "month.reopen": "month.reopen",
    "month.days": "time.read",
    "blocker.next": "readiness.read",
    "blocker.previous": "readiness.read",
}


def pages_for(context: PageContext) -> list[Page]:
    """Return the pages the signed-in person may see, in the order of the rail."""
    return [page for page, action in _pages(context) if context.may(action)]


def _pages(context: PageContext) -> list[tuple[Page, str]]:
    # Imported where they are used: a page costs its own start-up time, and only when there is a window.
    from app.views.follow_ups.follow_ups_page import FollowUpsPage  # noqa: PLC0415
    from app.views.month_end.month_end_page import MonthEndPage  # noqa: PLC0415
    from app.views.patients.patients_page import PatientsPage  # noqa: PLC0415
    from app.views.reports.reports_page import ReportsPage  # noqa: PLC0415
    from app.views.settings.settings_page import SettingsPage  # noqa: PLC0415
    from app.views.today.today_page import TodayPage  # noqa: PLC0415

    return [
        (Page("today", _tr("Today"), "list-todo", lambda: TodayPage(context)), "today.read"),
        (Page("patients", _tr("Patients"), "users", lambda: PatientsPage(context)), "patient.list"),
        (Page("follow_ups", _tr("Follow-ups"), "flag", lambda: FollowUpsPage(context)), "follow_up.read"),
        (Page("month_end", _tr("Month-end"), "calendar-check", lambda: MonthEndPage(context)), "readiness.read"),
        (Page("reports", _tr("Reports"), "file-chart-column", lambda: ReportsPage(context)), "report.read"),
        (Page("settings", _tr("Settings"), "settings", lambda: SettingsPage(context)), "session.use"),
    ]


def _tr(words: str) -> str:
    return QCoreApplication.translate("Pages", words)
