"""A billing practitioner as a form, in the first run and under Settings."""

from collections.abc import Sequence

from app.rules.identifiers import npi_is_valid
from app.services.practitioners import PractitionerForm, PractitionerRow
from app.views import practice_words
from app.views.widgets import Form, LineField


class PractitionerFields(Form):
    """Name, NPI checked as it is typed, kind, credential, taxonomy, and who signs in as this practitioner."""

    def __init__(self, people: Sequence[tuple[int, str]]) -> None:
        """Offer `people` (id and name) as the one who signs in."""
        super().__init__()
        self.add_line("name", self.tr("Name"), required=True, hint=self.tr("As it is to stand on packets"))
        self.add_line("credential", self.tr("Credential"), hint=self.tr("Such as MD, DO, NP"))
        self.npi: LineField = self.add(
            "npi",
            self.tr("NPI"),
            LineField(hint=self.tr("10 digits"), max_length=20),
            required=True,
            hint=self.tr("The individual's own number, not the group's"),
            check=self._npi_fault,
        )
        self.add_choice("kind", self.tr("Kind"), practice_words.kinds(), required=True)
        self.add(
            "taxonomy",
            self.tr("Taxonomy code"),
            LineField(hint="207Q00000X", max_length=12),
        )
        self.add_choice(
            "person_id",
            self.tr("Signs in as"),
            people,
            empty=self.tr("Does not sign in to CareLoop"),
            hint=self.tr("Who is chosen here may sign care plans and approve months as this practitioner"),
        )
        self.fill({"kind": "physician"})
        self.npi.textEdited.connect(self._on_npi_edited)

    def show_practitioner(self, row: PractitionerRow) -> None:
        """Show what stands."""
        self.fill(
            {
                "name": row.name or None,
                "credential": row.credential or None,
                "npi": row.npi,
                "kind": row.kind,
                "taxonomy": row.taxonomy or None,
                "person_id": row.person_id,
            }
        )

    def practitioner(self) -> PractitionerForm:
        """Return who was entered."""
        values = self.values()
        return PractitionerForm(
            name=values["name"] or "",
            npi=values["npi"] or "",
            kind=values["kind"] or "",
            credential=values["credential"] or "",
            taxonomy=values["taxonomy"] or "",
            person_id=values["person_id"],
        )

    def _on_npi_edited(self, text: str) -> None:
        digits = text.replace(" ", "").replace("-", "")
        if len(digits) >= 10 and (fault := self._npi_fault(digits)):
            self.show_error("npi", fault)

    def _npi_fault(self, text: str) -> str | None:
        if npi_is_valid(text.replace(" ", "").replace("-", "")):
            return None
        return self.tr("This is not an NPI: it has ten digits, the last of which checks the others. Look at it again.")
