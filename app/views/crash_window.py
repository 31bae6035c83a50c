"""What a person sees when the program itself made a mistake."""

from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QDialog, QHBoxLayout, QPlainTextEdit, QVBoxLayout, QWidget

from app.views import safe_text
from app.views.errors import CrashReport
from app.views.icons import icon
from app.views.theme import GRID, Role


class CrashWindow(QDialog):
    """Says calmly that something went wrong and offers the report to copy; nothing is sent. Open it with `open()`."""

    def __init__(self, report: CrashReport, parent: QWidget | None = None) -> None:
        """Show `report`."""
        super().__init__(parent)
        self._report = report
        self.setWindowTitle(self.tr("CareLoop: something went wrong"))
        self.setObjectName("crash_window")
        self.setMinimumWidth(70 * GRID)
        self.details = QPlainTextEdit(report.text())
        self.details.setReadOnly(True)
        self.details.setObjectName("crash_details")
        self.details.setAccessibleName(self.tr("Report"))
        self.details.setTabChangesFocus(True)
        self.copy_button = safe_text.button(
            self.tr("Copy report"), name="crash_copy", icon=icon("copy"), on_click=self._on_copy
        )
        self.close_button = safe_text.button(
            self.tr("Continue"), name="crash_continue", kind="primary", on_click=self.accept
        )
        buttons = QHBoxLayout()
        buttons.addWidget(self.copy_button)
        buttons.addStretch(1)
        buttons.addWidget(self.close_button)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(3 * GRID, 3 * GRID, 3 * GRID, 2 * GRID)
        layout.setSpacing(2 * GRID)
        layout.addWidget(safe_text.label(self.tr("Something went wrong in CareLoop"), "title", name="crash_title"))
        layout.addWidget(
            safe_text.label(
                self.tr(
                    "What was saved before is safe. What you did last may not have been saved: please look, and do it"
                    " again. The report below holds no patient data. Nothing is sent; you may copy it for whoever looks"
                    " after CareLoop here."
                ),
                name="crash_text",
            )
        )
        layout.addWidget(self.details)
        layout.addLayout(buttons)
        self.close_button.setFocus()

    def _on_copy(self) -> None:
        QGuiApplication.clipboard().setText(self._report.text())
        self.copy_button.setIcon(icon("check", Role.READY))
        safe_text.set_button_text(self.copy_button, self.tr("Copied"))
