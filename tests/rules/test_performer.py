import pytest

from app.rules.performer import performer_role


@pytest.mark.parametrize(
    ("roles", "credential", "bills", "role"),
    [
        ({"practitioner"}, "MD", True, "practitioner"),
        ({"practitioner"}, "NP", False, "clinical_staff"),  # another practitioner works as clinical staff
        ({"nurse"}, "", False, "clinical_staff"),
        ({"coordinator"}, "R.N., BSN", False, "clinical_staff"),
        ({"coordinator"}, "CMA (AAMA)", False, "clinical_staff"),
        ({"coordinator"}, "", False, "non_clinical"),
        ({"coordinator"}, "MBA", False, "non_clinical"),
        ({"manager", "admin"}, "Receptionist", False, "non_clinical"),
        ({"nurse", "manager", "admin"}, "", False, "clinical_staff"),
    ],
)
def test_minutes_count_as_what_the_person_is(roles: set[str], credential: str, bills: bool, role: str) -> None:
    assert performer_role(roles, credential, bills_for_patient=bills) == role
