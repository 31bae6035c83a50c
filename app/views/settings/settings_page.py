"""Settings: the sections a role may see at the left, the chosen one at the right."""

from collections.abc import Callable

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QListWidget, QListWidgetItem, QStackedWidget, QVBoxLayout, QWidget

from app.views import safe_text
from app.views.care_plan.plan_review_section import PlanReviewSection
from app.views.care_plan.templates_section import TemplatesSection
from app.views.icons import icon
from app.views.page_context import PageContext
from app.views.settings.backups_section import BackupsSection
from app.views.settings.cadence_section import CadenceSection
from app.views.settings.charges_section import ChargesSection
from app.views.settings.check_section import CheckSection
from app.views.settings.claims_section import ClaimsSection
from app.views.settings.clinic_section import ClinicSection
from app.views.settings.code_set_section import CodeSetSection
from app.views.settings.computer_section import ComputerSection
from app.views.settings.escalation_section import EscalationSection
from app.views.settings.holidays_section import HolidaysSection
from app.views.settings.note_section import NoteSectionsSection
from app.views.settings.owners_section import OwnersSection
from app.views.settings.passphrase_section import PassphraseSection
from app.views.settings.people_section import PeopleSection
from app.views.settings.phrases_section import PhrasesSection
from app.views.settings.practitioners_section import PractitionersSection
from app.views.settings.scripts_section import ScriptsSection
from app.views.settings.timer_section import TimerSection
from app.views.theme import GRID, fit_scale, scaled
from app.views.widgets.side_panel import first_input

_HEADING = int(Qt.ItemDataRole.UserRole) + 1
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
        self._rows: dict[int, int] = {}
        """Sections by row; the rows between are the headings of groups, which nothing selects."""
        group = ""
        for position, (key, title, drawn, _, _) in enumerate(self._sections):
            if (heading := self._groups().get(key, group)) != group:
                group = heading
                self._add_heading(heading)
            self._rows[self.list.count()] = position
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
        self.list.setCurrentRow(min(self._rows, default=0))

    @property
    def keys(self) -> tuple[str, ...]:
        """The sections offered, in their order."""
        return tuple(section[0] for section in self._sections)

    def open_section(self, key: str) -> QWidget | None:
        """Show the section `key`, and return it; None if the role may not see it."""
        if key not in self.keys:
            return None
        position = self.keys.index(key)
        self.list.setCurrentRow(next(row for row, section in self._rows.items() if section == position))
        return self._made[key]

    def may_leave(self) -> bool:
        """Whether nothing in the open section is unsaved; it asks by itself where something is."""
        answer = getattr(self._stack.currentWidget(), "may_leave", None)
        return answer is None or bool(answer())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _on_row_changed(self, row: int) -> None:
        if row not in self._rows:
            return
        key, title, _, _, make = self._sections[self._rows[row]]
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
        for row in range(self.list.count()):
            item, position = self.list.item(row), self._rows.get(row)
            if position is None:
                item.setText("" if narrow else str(item.data(_HEADING)))
                item.setSizeHint(QSize(0, scaled(GRID if narrow else 32)))
            else:
                item.setText("" if narrow else self._sections[position][1])
                item.setSizeHint(QSize(0, scaled(36)))
        self.list.setFixedWidth(scaled(6 * GRID if narrow else 26 * GRID))

    def _add_heading(self, title: str) -> None:
        item = QListWidgetItem(title)
        item.setData(_HEADING, title)
        item.setFlags(Qt.ItemFlag.NoItemFlags)
        font = item.font()
        font.setBold(True)
        item.setFont(font)
        item.setTextAlignment(Qt.AlignmentFlag.AlignBottom)
        self.list.addItem(item)

    def _groups(self) -> dict[str, str]:
        """Return the headings, each by the section of which any may be the first of its group."""
        office, day, own = self.tr("The clinic"), self.tr("The nurse's day"), self.tr("This program")
        plans = self.tr("Care plans")
        return {
            **dict.fromkeys(("clinic", "people", "practitioners", "charges", "claims", "codes"), office),
            **dict.fromkeys(
                ("cadence", "owners", "holidays", "escalation", "scripts", "notes", "phrases", "timer"), day
            ),
            **dict.fromkeys(("templates", "plan_reviews"), plans),
            **dict.fromkeys(("passphrase", "computer", "backups", "check"), own),
        }

    def _all(self) -> list[Section]:
        return [
            ("clinic", self.tr("Clinic"), "building-2", "clinic.edit", ClinicSection),
            ("people", self.tr("People"), "users", "people.edit", PeopleSection),
            ("practitioners", self.tr("Practitioners"), "stethoscope", "practitioner.edit", PractitionersSection),
            ("charges", self.tr("Charges"), "table-properties", "clinic.edit", ChargesSection),
            ("claims", self.tr("Claims"), "send", "claim.work", ClaimsSection),
            ("codes", self.tr("Diagnosis codes"), "search", "clinic.edit", CodeSetSection),
            ("cadence", self.tr("How often to call"), "calendar-days", "clinic.edit", CadenceSection),
            ("owners", self.tr("Whose patients"), "user", "owner.hand_over", OwnersSection),
            ("holidays", self.tr("Closed days"), "calendar-check", "clinic.edit", HolidaysSection),
            ("escalation", self.tr("Escalation rules"), "triangle-alert", "clinic.edit", EscalationSection),
            ("scripts", self.tr("Scripts"), "message-square", "clinic.edit", ScriptsSection),
            ("notes", self.tr("Call notes"), "file-text", "clinic.edit", NoteSectionsSection),
            ("phrases", self.tr("Phrases"), "list-todo", "clinic.edit", PhrasesSection),
            ("timer", self.tr("Timer"), "timer", "clinic.edit", TimerSection),
            ("templates", self.tr("Care plan templates"), "layers", "template.edit", TemplatesSection),
            ("plan_reviews", self.tr("Care plan reviews"), "calendar-check", "clinic.edit", PlanReviewSection),
            ("passphrase", self.tr("My passphrase"), "key-round", "password.change", PassphraseSection),
            ("computer", self.tr("This computer"), "settings", "", ComputerSection),
            ("backups", self.tr("Backups"), "hard-drive", "backup.make", BackupsSection),
            ("check", self.tr("Check the file"), "shield-check", "integrity.check", CheckSection),
        ]
