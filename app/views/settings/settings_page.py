"""Settings: the sections a role may see at the left, the chosen one at the right."""

from collections.abc import Callable

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QListWidget, QListWidgetItem, QStackedWidget, QVBoxLayout, QWidget

from app.views import safe_text
from app.views.icons import icon
from app.views.page_context import PageContext
from app.views.settings.backups_section import BackupsSection
from app.views.settings.charges_section import ChargesSection
from app.views.settings.check_section import CheckSection
from app.views.settings.clinic_section import ClinicSection
from app.views.settings.computer_section import ComputerSection
from app.views.settings.note_section import NoteSectionsSection
from app.views.settings.passphrase_section import PassphraseSection
from app.views.settings.people_section import PeopleSection
from app.views.settings.practitioners_section import PractitionersSection
from app.views.theme import GRID, fit_scale, scaled
from app.views.widgets.side_panel import first_input

Section = tuple[str, str, str, str, Callable[[PageContext], QWidget]]
"""Key, title, icon, the action without which it is absent (empty: for everybody), and how it is made."""


class SettingsPage(QWidget):
    """A section is made when it is first opened and keeps what was typed into it. `section_shown` carries its key."""

    section_shown = Signal(str)

    def __init__(self, context: PageContext) -> None:
        """Offer what the role may see."""
        super().__init__()
        self.setObjectName("settings_page")
        self._context = context
        self._sections = [section for section in self._all() if not section[3] or context.may(section[3])]
        self._made: dict[str, QWidget] = {}
        self.list = QListWidget()
        self.list.setObjectName("settings_sections")
        self.list.setAccessibleName(self.tr("Sections of the settings"))
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.setFrameShape(QFrame.Shape.NoFrame)
        for key, title, drawn, _, _ in self._sections:
            item = QListWidgetItem(icon(drawn), title)
            item.setData(Qt.ItemDataRole.UserRole, key)
            item.setData(Qt.ItemDataRole.AccessibleTextRole, title)
            item.setData(Qt.ItemDataRole.ToolTipRole, safe_text.tip_text(title))
            self.list.addItem(item)
        fit_scale(self.list, self._fit)
        self._stack = QStackedWidget()
        right = QVBoxLayout()
        right.setContentsMargins(3 * GRID, 2 * GRID, 3 * GRID, 2 * GRID)
        right.addWidget(self._stack)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addWidget(self.list)
        row.addLayout(right, 1)
        self.list.currentRowChanged.connect(self._on_row_changed)
        self.list.itemActivated.connect(self._on_activated)
        self.list.setCurrentRow(0)

    @property
    def keys(self) -> tuple[str, ...]:
        """The sections offered, in their order."""
        return tuple(section[0] for section in self._sections)

    def open_section(self, key: str) -> QWidget | None:
        """Show the section `key`, and return it; None if the role may not see it."""
        if key not in self.keys:
            return None
        self.list.setCurrentRow(self.keys.index(key))
        return self._made[key]

    def may_leave(self) -> bool:
        """Whether nothing in the open section is unsaved; it asks by itself where something is."""
        answer = getattr(self._stack.currentWidget(), "may_leave", None)
        return answer is None or bool(answer())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _on_row_changed(self, row: int) -> None:
        if not 0 <= row < len(self._sections):
            return
        key, title, _, _, make = self._sections[row]
        if key not in self._made:
            made = self._made[key] = make(self._context)
            made.setAccessibleName(title)
            self._stack.addWidget(made)
        self._stack.setCurrentWidget(self._made[key])
        self.section_shown.emit(key)

    def _on_activated(self) -> None:
        shown = self._stack.currentWidget()
        if shown is not None and (target := first_input(shown)) is not None:
            target.setFocus(Qt.FocusReason.OtherFocusReason)

    def _fit(self) -> None:
        """Give the list the room its words need, or leave them to tool tips where the page is narrow."""
        narrow = self.width() < scaled(110 * GRID)
        for row, section in enumerate(self._sections):
            item = self.list.item(row)
            item.setText("" if narrow else section[1])
            item.setSizeHint(QSize(0, scaled(36)))
        self.list.setFixedWidth(scaled(6 * GRID if narrow else 26 * GRID))

    def _all(self) -> list[Section]:
        return [
            ("clinic", self.tr("Clinic"), "building-2", "clinic.edit", ClinicSection),
            ("people", self.tr("People"), "users", "people.edit", PeopleSection),
            ("practitioners", self.tr("Practitioners"), "stethoscope", "practitioner.edit", PractitionersSection),
            ("charges", self.tr("Charges"), "table-properties", "clinic.edit", ChargesSection),
            ("notes", self.tr("Call notes"), "file-text", "clinic.edit", NoteSectionsSection),
            ("passphrase", self.tr("My passphrase"), "key-round", "password.change", PassphraseSection),
            ("computer", self.tr("This computer"), "settings", "", ComputerSection),
            ("backups", self.tr("Backups"), "hard-drive", "backup.make", BackupsSection),
            ("check", self.tr("Check the file"), "shield-check", "integrity.check", CheckSection),
        ]
