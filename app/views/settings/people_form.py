"""Someone who works here as a form: a new one, a known one, and a new passphrase for one."""

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QCheckBox, QVBoxLayout, QWidget

from app import assets
from app.services.people import PersonForm, PersonRow
from app.views import safe_text
from app.views.tasks import Tasks
from app.views.theme import GRID
from app.views.widgets import CheckField, Form, PassphraseField, PassphraseMeter


class RolesField(QWidget):
    """Any number of roles; value is a tuple of their keys, None when none is ticked."""

    edited = Signal()

    def __init__(self, roles: Sequence[tuple[str, str]]) -> None:
        """Offer `roles` (key and name)."""
        super().__init__()
        self.boxes: dict[str, QCheckBox] = {}
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(GRID // 2)
        for key, name in roles:
            box = safe_text.check_box(name, name=f"role_{key}")
            box.clicked.connect(self.edited)
            column.addWidget(box)
            self.boxes[key] = box
        if self.boxes:
            self.setFocusProxy(next(iter(self.boxes.values())))

    def value(self) -> tuple[str, ...] | None:
        """Return the ticked roles."""
        return tuple(key for key, box in self.boxes.items() if box.isChecked()) or None

    def set_value(self, value: Sequence[str] | None) -> None:
        """Tick these and no others."""
        for key, box in self.boxes.items():
            box.setChecked(key in (value or ()))

    def problem(self) -> str | None:
        """Nothing is wrong with any choice."""
        return None


class NewPersonFields(Form):
    """A new person: a name for entries alone, or somebody who signs in, with roles and a first passphrase."""

    def __init__(self, tasks: Tasks, roles: Sequence[tuple[str, str]]) -> None:
        """Offer `roles` (key and name)."""
        super().__init__()
        _add_name(self)
        self.signs_in = self.add("signs_in", "", CheckField(self.tr("Signs in to CareLoop"), name="signs_in"))
        self.signs_in.set_value(True)
        self.signs_in.edited.connect(self._show_sign_in)
        self.add_line("username", self.tr("User name"), required=True, hint=self.tr("It cannot be changed later"))
        self.add("roles", self.tr("Roles"), RolesField(roles), required=True)
        self.meter = add_passphrase(self, tasks, self.tr("First passphrase"))
        self.mark_clean()

    def person(self) -> tuple[PersonForm, str]:
        """Return who was entered, and the passphrase."""
        values = self.values()
        form = PersonForm(
            name=values["name"] or "",
            credential=values["credential"] or "",
            username=values["username"] or "",
            roles=values["roles"] or (),
        )
        return form, values["passphrase"] or ""

    def _show_sign_in(self) -> None:
        for key in ("username", "roles", "passphrase"):
            self.show_field(key, visible=self.signs_in.value())
        self.meter.setVisible(self.signs_in.value())


class PersonFields(Form):
    """A known person: name, credential and roles."""

    def __init__(self, row: PersonRow, roles: Sequence[tuple[str, str]]) -> None:
        """Show `row`."""
        super().__init__()
        self._row = row
        _add_name(self)
        self.add("roles", self.tr("Roles"), RolesField(roles), required=bool(row.username))
        self.show_field("roles", visible=bool(row.username))
        self.fill({"name": row.name, "credential": row.credential or None, "roles": row.roles})

    def person(self) -> PersonForm:
        """Return what was entered."""
        values = self.values()
        return PersonForm(
            name=values["name"] or "",
            credential=values["credential"] or "",
            username=self._row.username,
            roles=values["roles"] or (),
        )


class PassphraseFields(Form):
    """A new passphrase for somebody."""

    def __init__(self, tasks: Tasks) -> None:
        """Make the field."""
        super().__init__()
        self.meter = add_passphrase(self, tasks, self.tr("New passphrase"))
        self.mark_clean()


def add_passphrase(form: Form, tasks: Tasks, title: str) -> PassphraseMeter:
    """Add a field `passphrase` with its meter to `form` and return the meter."""
    field = PassphraseField(name="passphrase")
    meter = PassphraseMeter(field, tasks, assets.common_passphrases(), lambda: _names(form))
    form.add("passphrase", title, field, required=True, check=lambda _: meter.refusal())
    form.add_widget(meter)
    return meter


def _names(form: Form) -> list[str]:
    values = form.values()
    return [str(values[key]) for key in ("name", "username") if values.get(key)]


def _add_name(form: Form) -> None:
    form.add_line("name", form.tr("Name"), required=True, hint=form.tr("As time logs, notes and packets show it"))
    form.add_line("credential", form.tr("Credential"), hint=form.tr("Such as RN, LPN, CMA"))
