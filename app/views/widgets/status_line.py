"""Who is signed in where, how safe the data is, and when the screen locks."""

from dataclasses import dataclass

from PySide6.QtWidgets import QFrame, QHBoxLayout

from app.views import safe_text
from app.views.theme import GRID


@dataclass(frozen=True, slots=True)
class Status:
    """What the status line says. `backup` is a phrase such as `verified 10/31/2026`; no minutes, no lock shown."""

    person: str = ""
    clinic: str = ""
    backup: str = ""
    is_backup_late: bool = False
    lock_in_minutes: int | None = None


class StatusLine(QFrame):
    """The last line of the window."""

    def __init__(self) -> None:
        """Make an empty line."""
        super().__init__()
        self.setObjectName("status_line")
        self.setProperty("kind", "status")
        self.setAccessibleName(self.tr("Status"))
        self._person = safe_text.label("", "small", name="status_person", elide=True)
        self._clinic = safe_text.label("", "small", name="status_clinic", elide=True)
        self._backup = safe_text.label("", "small", name="status_backup", elide=True)
        self._lock = safe_text.label("", "small", name="status_lock", elide=True)
        row = QHBoxLayout(self)
        row.setContentsMargins(2 * GRID, GRID // 2, 2 * GRID, GRID // 2)
        row.setSpacing(3 * GRID)
        row.addWidget(self._person)
        row.addWidget(self._clinic)
        row.addStretch(1)
        row.addWidget(self._backup)
        row.addWidget(self._lock)

    def show_status(self, status: Status) -> None:
        """Show `status`."""
        self._person.setText(self.tr("Signed in: {name}").format(name=status.person) if status.person else "")
        self._clinic.setText(status.clinic)
        late = self.tr("Backup late: {when}") if status.is_backup_late else self.tr("Backup: {when}")
        self._backup.setText(late.format(when=status.backup) if status.backup else "")
        minutes = status.lock_in_minutes
        self._lock.setText("" if minutes is None else self.tr("Locks in {n} min").format(n=minutes))
