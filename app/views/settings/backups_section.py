"""Copies of the clinic."""

from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.storage.backup import Backup
from app.views import safe_text
from app.views.file_choice import ask_folder
from app.views.icons import icon
from app.views.page_context import PageContext
from app.views.theme import GRID, Role
from app.views.widgets import Banner, PageHeader, ProgressPanel, format_date, format_time, scrolling


class BackupsSection(QWidget):
    """When the newest was made, a button that makes one now, and how to get back to one."""

    def __init__(self, context: PageContext) -> None:
        """Read when the newest was made."""
        super().__init__()
        self.setObjectName("backups_section")
        self._context = context
        self.state = Banner(name="backups_state")
        self.progress = ProgressPanel(name="backups_progress")
        self.make_button = safe_text.button(
            self.tr("Make a backup now"),
            name="backup_make",
            kind="primary",
            icon=icon("hard-drive", Role.ON_ACCENT),
            on_click=lambda: self._make(None),
        )
        self.elsewhere_button = safe_text.button(
            self.tr("Make one on another disk…"),
            name="backup_elsewhere",
            icon=icon("folder"),
            on_click=self._on_elsewhere,
        )
        content = QWidget()
        inside = QVBoxLayout(content)
        inside.setContentsMargins(0, 0, 0, 0)
        inside.setSpacing(2 * GRID)
        inside.addWidget(
            PageHeader(
                self.tr("Backups"),
                self.tr("Encrypted as the clinic itself is, and counted only once opened again and checked."),
                (self.elsewhere_button, self.make_button),
            )
        )
        inside.addWidget(self.state)
        inside.addWidget(self.progress)
        for name, words in (
            (
                "backups_daily",
                self.tr(
                    "CareLoop makes one by itself each day somebody signs in, and keeps seven days, five weeks and"
                    " twelve months of them under “backups” in the clinic's folder."
                ),
            ),
            (
                "backups_other",
                self.tr(
                    "That folder is on the same disk as the clinic. Put a copy on another disk at least once a week,"
                    " and keep it elsewhere: only that helps when this computer is stolen or breaks."
                ),
            ),
            (
                "backups_restore",
                self.tr(
                    "To go back to a backup: sign out, choose “Another clinic”, then “Restore a clinic from a backup”."
                    " What is there now is set aside, not deleted."
                ),
            ),
            ("backups_folder", self.tr("Folder: {folder}").format(folder=context.desk.opened.file.folder / "backups")),
        ):
            inside.addWidget(safe_text.label(words, "muted", name=name, selectable=name == "backups_folder"))
        inside.addStretch(1)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addWidget(scrolling(content))
        self._read()

    def _on_elsewhere(self) -> None:
        ask_folder(self, self.tr("Where to put the backup"), self._make)

    def _on_made(self, made: Backup) -> None:
        self._set_resting(resting=False)
        name = made.path.name
        self._context.window.notify(self.tr("Backup made and checked: {name}").format(name=name), "ready")
        self._read()

    def _on_failed(self, error: Exception) -> None:
        self._set_resting(resting=False)
        self._context.tasks.failed.emit(error)

    def _on_read(self, found: tuple[datetime | None, str, bool]) -> None:
        newest, zone, late = found
        if newest is None:
            self.state.show_text(self.tr("There is no backup yet."), "block")
            return
        local = newest.astimezone(ZoneInfo(zone))
        when = self.tr("{day} at {time}").format(day=format_date(local.date()), time=format_time(local.time()))
        self.state.show_text(self.tr("Newest verified backup: {when}").format(when=when), "warn" if late else "ready")

    def _make(self, into: Path | None) -> None:
        desk = self._context.desk
        self._set_resting(resting=True)
        job = self._context.tasks.run(lambda: desk.backups.make(desk.actor, into), self._on_made, self._on_failed)
        self.progress.watch(self.tr("Copying and checking"), job)
        self.progress.cancel_button.hide()

    def _set_resting(self, *, resting: bool) -> None:
        self.make_button.setEnabled(not resting)
        self.elsewhere_button.setEnabled(not resting)

    def _read(self) -> None:
        desk = self._context.desk

        def read() -> tuple[datetime | None, str, bool]:
            newest = desk.backups.newest(desk.actor)
            late = newest is not None and (desk.opened.ledger.clock.now() - newest).days >= 3
            return newest, desk.clinic.clinic(desk.actor).time_zone, late

        self._context.tasks.run(read, self._on_read)
