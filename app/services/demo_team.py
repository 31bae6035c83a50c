"""Who works at the demo clinic: put through the same doors as anybody's clinic."""

from dataclasses import dataclass
from random import Random
from typing import Any

from app import assets
from app.models import Practitioner
from app.services.claims.choices import ClaimForm, keep_claim_form
from app.services.clinic_settings import ClinicForm, ClinicSettings
from app.services.demo_calendar import Period
from app.services.demo_texts import names
from app.services.founding import House, OpenClinic
from app.services.people import People, PersonForm
from app.services.practitioners import PractitionerForm, Practitioners

_PATIENTS_A_NURSE = 110
_LICENCES = ("RN", "LPN", "CMA")


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody of the staff, as entries name them."""

    person_id: int
    name: str
    credential: str
    roles: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Biller:
    """A practitioner for whom months are billed; `member` is None for one who does not work here."""

    practitioner_id: int
    npi: str
    share: int
    member: Member | None


@dataclass(frozen=True, slots=True)
class Team:
    """The clinic's people: who makes the calls, who bills, who cannot though the list says so, and the front desk."""

    care: tuple[Member, ...]
    billers: tuple[Biller, ...]
    cannot_bill: dict[str, Biller]
    clerk: Member


def team_table() -> dict[str, Any]:
    """Return `resources/demo/team.toml`: the people in order, the first of whom makes the clinic."""
    return assets.load_toml("demo/team.toml")


def settle_team(opened: OpenClinic, house: House, period: Period, patients: int, rng: Random) -> Team:
    """Add the clinic's people, practitioners, letterhead and charges, and return who works there."""
    table = team_table()
    _furnish(opened, period)
    members, billers = [], []
    clerk = None
    people = People(opened.ledger, opened.file, house)
    for row in table["person"][1:]:
        member = _add_person(people, opened, row, table["passphrase"])
        if "npi" in row:
            billers.append(_add_biller(opened, row, member))
        elif row.get("care"):
            members.append(member)
        elif row.get("clerk"):
            clerk = member
    if clerk is None:
        raise ValueError("resources/demo/team.toml names nobody for the front desk")
    while len(members) * _PATIENTS_A_NURSE < patients:
        licence = _LICENCES[len(members) % len(_LICENCES)]
        name = f"{rng.choice((*names().female, *names().male))} {rng.choice(names().family)}"
        members.append(_add_person(people, opened, {"name": name, "credential": licence}, ""))
    cannot = {row["key"]: _add_who_cannot_bill(opened, row) for row in table["practitioner"]}
    return Team(tuple(members), tuple(billers), cannot, clerk)


def _furnish(opened: OpenClinic, period: Period) -> None:
    raw = assets.load_toml("demo/town.toml")
    settings = ClinicSettings(opened.ledger, assets.load_rule_book())
    settings.edit_clinic(opened.actor, ClinicForm(**raw["clinic"]))
    for code, cents in raw["charges"].items():
        settings.set_charge(opened.actor, code, period.first.first, cents)
    with opened.ledger.writing(opened.actor, "demo.fill") as work:
        keep_claim_form(work.session, ClaimForm(**raw["claims"]))


def _add_person(people: People, opened: OpenClinic, row: dict[str, Any], passphrase: str) -> Member:
    form = PersonForm(row["name"], row.get("credential", ""), row.get("username", ""), tuple(row.get("roles", ())))
    person_id = people.add(opened.actor, form, passphrase if form.username else "")
    return Member(person_id, form.name, form.credential, form.roles)


def _add_biller(opened: OpenClinic, row: dict[str, Any], member: Member) -> Biller:
    form = PractitionerForm(
        row["name"], row["npi"], row["kind"], row["credential"], row["taxonomy"], person_id=member.person_id
    )
    practitioner_id = Practitioners(opened.ledger).add(opened.actor, form)
    return Biller(practitioner_id, row["npi"], row["share"], member)


def _add_who_cannot_bill(opened: OpenClinic, row: dict[str, Any]) -> Biller:
    # Not through the form, which refuses a wrong NPI: such rows come from a spreadsheet that was taken over.
    with opened.ledger.writing(opened.actor, "demo.fill") as work:
        added = Practitioner(
            npi=row["npi"],
            name=row.get("name", ""),
            credential=row.get("credential", ""),
            kind=row["kind"],
            taxonomy=row.get("taxonomy", ""),
        )
        work.session.add(added)
        work.session.flush()
        return Biller(added.id, row["npi"], 0, None)
