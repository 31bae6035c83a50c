"""Whether the clinic file is what CareLoop wrote."""

from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.storage.integrity import Checked
from app.views import safe_text
from app.views.icons import icon
from app.views.page_context import PageContext
from app.views.tasks import Progress
from app.views.theme import GRID, Role
from app.views.widgets import Banner, PageHeader, ProgressPanel, scrolling

_STEPS = ("pages", "database", "references", "audit trail", "sealed rows")
_MOST_SHOWN = 50


class CheckSection(QWidget):
    """One button, and what it found in words."""

    def __init__(self, context: PageContext) -> None:
        """Wait to be asked."""
        super().__init__()
        self.setObjectName("check_section")
        self._context = context
        self.check_button = safe_text.button(
            self.tr("Check now"),
            name="check_now",
            kind="primary",
            icon=icon("shield-check", Role.ON_ACCENT),
            on_click=self._on_check,
        )
        self.result = Banner(name="check_result")
        self.progress = ProgressPanel(name="check_progress")
        self._found = safe_text.label("", name="check_found", selectable=True)
        self._found.hide()
        content = QWidget()
        inside = QVBoxLayout(content)
        inside.setContentsMargins(0, 0, 0, 0)
        inside.setSpacing(2 * GRID)
        inside.addWidget(
            PageHeader(
                self.tr("Check the clinic file"),
                self.tr(
                    "Reads every page of the encrypted file, follows the audit trail from its first entry, and compares"
                    " each consent, time entry, signed plan and packet with what was written when it was made."
                ),
                (self.check_button,),
            )
        )
        for widget in (self.progress, self.result, self._found):
            inside.addWidget(widget)
        inside.addStretch(1)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addWidget(scrolling(content))

    def _on_check(self) -> None:
        desk = self._context.desk
        self.result.show_text("")
        self._found.hide()
        self.check_button.setEnabled(False)

        def check(progress: Progress) -> Checked:
            return desk.integrity.check(desk.actor, lambda step: progress(_number(step), len(_STEPS), _words(step)))

        job = self._context.tasks.run_long(check, self._on_checked, self._on_failed, papers=True)
        job.finished.connect(self._on_finished)
        self.progress.watch(self.tr("Checking"), job)

    def _on_checked(self, found: Checked) -> None:
        if not found.faults:
            self.result.show_text(
                self.tr(
                    "Everything is as CareLoop wrote it: {events} entries of the audit trail and {rows} sealed records"
                    " were compared."
                ).format(events=f"{found.audit_events:,}", rows=f"{found.sealed_rows:,}"),
                "ready",
            )
            return
        self.result.show_text(
            self.tr(
                "Something is not as CareLoop wrote it. Bill nothing from this file before it was looked at. Keep this"
                " list, do not delete old backups, and compare with the newest one."
            ),
            "block",
        )
        lines = [f"{_words(fault.check)}: {fault.what}" for fault in found.faults[:_MOST_SHOWN]]
        if len(found.faults) > _MOST_SHOWN:
            lines.append(self.tr("and {n} more").format(n=f"{len(found.faults) - _MOST_SHOWN:,}"))
        self._found.setText("\n".join(lines))
        self._found.show()

    def _on_failed(self, error: Exception) -> None:
        self._context.tasks.failed.emit(error)

    def _on_finished(self) -> None:
        self.check_button.setEnabled(True)


def _number(step: str) -> int:
    return _STEPS.index(step) if step in _STEPS else 0


def _words(step: str) -> str:
    said = {
        "pages": _tr("Pages of the file"),
        "database": _tr("Database"),
        "references": _tr("References between records"),
        "audit trail": _tr("Audit trail"),
        "sealed rows": _tr("Sealed records"),
    }
    return said.get(step, step)


def _tr(words: str) -> str:
    return QCoreApplication.translate("CheckSection", words)
