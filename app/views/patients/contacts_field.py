"""Fields of the patient form that are more than a line: contacts, days of the week, numbers kept as they came."""

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QCheckBox, QFrame, QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from app.services.patient_form import ContactForm
from app.views import safe_text
from app.views.icons import icon
from app.views.theme import GRID
from app.views.widgets import LineField, PhoneField, StateCombo


class DaysField(QWidget):
    """Days of the week; value is a tuple of their keys, empty for any day."""

    edited = Signal()

    def __init__(self, days: Sequence[tuple[str, str]], *, name: str) -> None:
        """Offer `days` as (key, words)."""
        super().__init__()
        self._boxes: dict[str, QCheckBox] = {}
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(GRID)
        grid.setVerticalSpacing(0)
        for position, (key, words) in enumerate(days):
            box = safe_text.check_box(words, name=f"{name}_{key}")
            box.clicked.connect(self.edited)
            grid.addWidget(box, position // 4, position % 4)
            self._boxes[key] = box
        grid.setColumnStretch(4, 1)
        self.setFocusProxy(next(iter(self._boxes.values())))

    def value(self) -> tuple[str, ...]:
        """Return the ticked days."""
        return tuple(key for key, box in self._boxes.items() if box.isChecked())

    def set_value(self, value: Sequence[str] | None) -> None:
        """Tick these days."""
        for key, box in self._boxes.items():
            box.setChecked(key in (value or ()))

    def problem(self) -> str | None:
        """Nothing is wrong with any choice of days."""
        return None


class KeptPhoneField(PhoneField):
    """A phone number that the service judges; one that was there already goes back as it came."""

    def __init__(self) -> None:
        """Make an empty field."""
        super().__init__()
        self._kept = ("", "")

    def value(self) -> str | None:
        """Return the number, untouched ones as they were given."""
        shown, raw = self._kept
        return raw or None if self.text() == shown else super().value()

    def set_value(self, value: str | None) -> None:
        """Show the number."""
        raw = self.value() if value is not None and value == super().value() else value
        super().set_value(value)
        self._kept = (self.text(), raw or "")

    def problem(self) -> str | None:
        """Nothing is said before the service has looked."""
        return None


class KeptStateCombo(StateCombo):
    """A state; one that is not in the list is offered as it came."""

    def set_value(self, value: str | None) -> None:
        """Choose the state `value`."""
        if value and self.findData(value) < 0:
            self.addItem(value, value)
        super().set_value(value)


class ContactsField(QWidget):
    """Caregivers and relatives below each other; value is a tuple of `ContactForm`, rows left empty are left out."""

    edited = Signal()

    def __init__(self) -> None:
        """Make a list without contacts."""
        super().__init__()
        self.rows: list[ContactRow] = []
        self._column = QVBoxLayout()
        self._column.setSpacing(GRID)
        self.add_button = safe_text.button(
            self.tr("Add contact"), name="contact_add", icon=icon("plus"), on_click=self._on_add
        )
        line = QHBoxLayout()
        line.addWidget(self.add_button)
        line.addStretch(1)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(GRID)
        whole.addLayout(self._column)
        whole.addLayout(line)
        self.setFocusProxy(self.add_button)

    def value(self) -> tuple[ContactForm, ...]:
        """Return the contacts that say something."""
        return tuple(contact for row in self.rows if (contact := row.value()) != ContactForm(""))

    def set_value(self, value: Sequence[ContactForm] | None) -> None:
        """Show these contacts."""
        for row in tuple(self.rows):
            self._drop(row)
        for contact in value or ():
            self._add(contact)

    def problem(self) -> str | None:
        """Nothing is said before the service has looked."""
        return None

    def _on_add(self) -> None:
        row = self._add(ContactForm(""))
        row.show()  # the layout would show it later, and what is hidden takes no focus
        row.name.setFocus(Qt.FocusReason.OtherFocusReason)

    def _on_removed(self) -> None:
        row = self.sender()
        if isinstance(row, ContactRow):
            self._drop(row)
            self.add_button.setFocus(Qt.FocusReason.OtherFocusReason)
            self.edited.emit()

    def _add(self, contact: ContactForm) -> "ContactRow":
        row = ContactRow(contact, len(self.rows) + 1)
        row.edited.connect(self.edited)
        row.removed.connect(self._on_removed)
        self.rows.append(row)
        self._column.addWidget(row)
        return row

    def _drop(self, row: "ContactRow") -> None:
        self.rows.remove(row)
        self._column.removeWidget(row)
        row.hide()
        row.deleteLater()


class ContactRow(QFrame):
    """One contact: name, relation, phone, and whether care may be discussed with them."""

    edited = Signal()
    removed = Signal()

    def __init__(self, contact: ContactForm, number: int) -> None:
        """Show `contact`."""
        super().__init__()
        self.setObjectName(f"contact_{number}")
        self.setProperty("kind", "card")
        self.setAccessibleName(self.tr("Contact {n}").format(n=number))
        self.name = LineField(max_length=120)
        self.relation = LineField(hint=self.tr("Daughter, neighbor, home aide"), max_length=120)
        self.phone = KeptPhoneField()
        self.may_discuss = safe_text.check_box(
            self.tr("The patient allows us to discuss care with them"), name=f"contact_{number}_may_discuss"
        )
        column = QVBoxLayout(self)
        column.setContentsMargins(2 * GRID, GRID, 2 * GRID, GRID)
        column.setSpacing(GRID // 2)
        for field, key, words in (
            (self.name, "name", self.tr("Name")),
            (self.relation, "relation", self.tr("Relation")),
            (self.phone, "phone", self.tr("Phone")),
        ):
            field.setObjectName(f"contact_{number}_{key}")
            field.setAccessibleName(words)
            field.edited.connect(self.edited)
            column.addWidget(safe_text.label(words, "small", buddy=field))
            column.addWidget(field)
        remove = safe_text.button(
            self.tr("Remove"),
            name=f"contact_{number}_remove",
            kind="quiet",
            icon=icon("trash-2"),
            on_click=self.removed.emit,
        )
        line = QHBoxLayout()
        line.addWidget(self.may_discuss, 1)
        line.addWidget(remove)
        column.addLayout(line)
        self.may_discuss.clicked.connect(self.edited)
        self.name.set_value(contact.name)
        self.relation.set_value(contact.relation)
        self.phone.set_value(contact.phone)
        self.may_discuss.setChecked(contact.may_discuss_care)

    def value(self) -> ContactForm:
        """Return the contact as it stands."""
        return ContactForm(
            self.name.value() or "",
            self.relation.value() or "",
            self.phone.value() or "",
            self.may_discuss.isChecked(),
        )
