"""The clinic's own facts as a form, in the first run and under Settings."""

from app.rules.identifiers import normalise_tin, npi_is_valid, tin_is_valid
from app.services.clinic_settings import ClinicForm
from app.views import practice_words
from app.views.widgets import Form, LineField, PhoneField, StateCombo, TimeZoneCombo


class ClinicFields(Form):
    """Letterhead, telephone numbers and billing numbers; `clinic` gives what was entered."""

    def __init__(self, *, with_name: bool) -> None:
        """Make the fields; `with_name` adds the clinic's name and time zone."""
        super().__init__()
        self._with_name = with_name
        if with_name:
            self.add_line("name", self.tr("Clinic's name"), required=True)
            self.add("time_zone", self.tr("Time zone"), TimeZoneCombo(), required=True)
        self.add_heading(self.tr("Letterhead"))
        self.add_line("address_line1", self.tr("Street"))
        self.add_line("address_line2", self.tr("Suite, floor"))
        self.add_line("city", self.tr("City"))
        self.add("state", self.tr("State"), StateCombo())
        self.add("zip", self.tr("ZIP code"), LineField(hint="05401", max_length=12))
        self.add("phone", self.tr("Telephone"), PhoneField())
        self.add(
            "after_hours_phone",
            self.tr("After-hours telephone"),
            PhoneField(),
            hint=self.tr("Patients in the program can reach somebody at any hour: this number stands on their plan"),
        )
        self.add_heading(self.tr("Billing"))
        self.add(
            "tin",
            self.tr("Taxpayer number (TIN)"),
            LineField(hint="12-3456789", max_length=12),
            check=lambda text: (
                None
                if tin_is_valid(normalise_tin(text))
                else self.tr("A taxpayer number has nine digits, such as 12-3456789.")
            ),
        )
        self.add(
            "group_npi",
            self.tr("Group NPI"),
            LineField(hint=self.tr("10 digits"), max_length=20),
            check=lambda text: None if npi_is_valid(text) else self.tr("This is not an NPI; look at its digits again."),
        )
        self.add_choice("setting", self.tr("Where the practice bills from"), practice_words.settings(), required=True)
        self.add_choice(
            "place_of_service", self.tr("Place of service"), practice_words.places_of_service(), required=True
        )
        self.fill({"setting": "office", "place_of_service": "11"})

    def show_clinic(self, clinic: ClinicForm) -> None:
        """Show what stands."""
        values = {field: getattr(clinic, field) or None for field in ClinicForm.__slots__}
        values["tin"] = f"{clinic.tin[:2]}-{clinic.tin[2:]}" if len(clinic.tin) == 9 else clinic.tin or None
        self.fill(values)
        for key in ("phone", "after_hours_phone"):
            self.field(key).set_value(self.field(key).value())
        self.mark_clean()

    def clinic(self) -> ClinicForm:
        """Return what was entered; name and time zone are empty where the form does not ask for them."""
        entered = {key: value or "" for key, value in self.values().items()}
        return ClinicForm(**{"name": "", "time_zone": "", **entered})
