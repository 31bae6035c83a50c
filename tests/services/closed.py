"""A test clinic whose October is closed by its first person, who is the whole clinic, with all that claims need."""

from dataclasses import replace
from datetime import date
from pathlib import Path

from app.services.claims.choices import ClaimForm
from app.services.clinic_settings import ClinicForm
from app.services.desk import Desk
from app.services.practitioners import PractitionerForm
from tests.conftest import FIRST_PERSON
from tests.services.clinic_month import DOCTOR, OCTOBER, bring_in, number_of, ready, together

CHOICES = ClaimForm(
    submitter_id="IL0012345",
    contact_name="Maria Lopez",
    receiver_id="05102",
    receiver_name="Midwest MAC",
    payer_id="05102",
    payer_name="Midwest MAC Part B",
)
MBIS = ("1EG4TE5MK73", "1EG4TE5MK74", "1EG4TE5MK75", "1EG4TE5MK76")


def furnish(desk: Desk, zip_code: str = "60502-1234") -> None:
    """What a clinic has typed in before it sends its first claims."""
    actor = desk.actor
    desk.clinic.edit_clinic(
        actor,
        ClinicForm(
            "Lakeside Family Clinic",
            "America/Chicago",
            address_line1="1 Lake Shore Drive",
            city="Aurora",
            state="IL",
            zip=zip_code,
            phone="3095550142",
            tin="375550142",
            group_npi="1679576722",
        ),
    )
    for code, cents in (("99490", 9_500), ("99439", 7_025), ("99491", 11_000), ("99437", 8_000), ("99487", 18_000)):
        desk.clinic.set_charge(actor, code, date(2026, 1, 1), cents)
    desk.claims.choose(actor, CHOICES)


def a_clinic(desk: Desk, tmp_path: Path, *ids: str) -> None:
    """Some ready patients, whose practitioner and Medicare numbers are known."""
    bring_in(desk, tmp_path / "in", together(*(ready(each, 25 + at, 5 + at) for at, each in enumerate(ids))))
    row = next(each for each in desk.practitioners.rows(desk.actor) if each.npi == DOCTOR)
    desk.practitioners.edit(
        desk.actor, row.id, PractitionerForm("Miriam Hale", DOCTOR, "physician", "MD", "207Q00000X")
    )
    for each, mbi in zip(ids, MBIS, strict=False):
        set_mbi(desk, each, mbi)


def set_mbi(desk: Desk, external_id: str, mbi: str) -> None:
    patient_id = number_of(desk, external_id)
    form = desk.patients.form(desk.actor, patient_id)
    desk.patients.edit(desk.actor, patient_id, replace(form, mbi=mbi))


def close_october(desk: Desk, out: Path) -> int:
    """Approve and close; return how many packets were made final."""
    made = desk.month_end.make(desk.actor, OCTOBER, out, passphrase=FIRST_PERSON.passphrase)
    assert made.drafts == 0
    return made.finals


def two_closed_patients(desk: Desk, folder: Path) -> None:
    """Everything a clinic does until its first two claims can leave."""
    furnish(desk)
    a_clinic(desk, folder, "a", "b")
    close_october(desk, folder / "out")
