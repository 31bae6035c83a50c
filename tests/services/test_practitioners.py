from dataclasses import replace

import pytest

from app.rules.errors import ClinicError
from app.rules.field_faults import FieldFaults
from app.services.desk import Desk
from app.services.practitioners import PractitionerForm

OKOYE = PractitionerForm("Dr. Okoye", "1234567893", "physician", "MD", "207q00000x", 1)


def test_a_practitioner_is_kept_and_changed(desk: Desk) -> None:
    practitioner_id = desk.practitioners.add(desk.actor, OKOYE)
    (row,) = desk.practitioners.rows(desk.actor)
    assert (row.npi, row.taxonomy, row.person, row.shown, row.patients) == (
        "1234567893",
        "207Q00000X",
        "Ana Alvarez",
        "Dr. Okoye",
        0,
    )
    desk.practitioners.edit(desk.actor, practitioner_id, replace(OKOYE, kind="np", npi="1679576722"))
    (row,) = desk.practitioners.rows(desk.actor)
    assert (row.kind, row.npi) == ("np", "1679576722")
    with pytest.raises(ClinicError):
        desk.practitioners.edit(desk.actor, 99, OKOYE)


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"npi": "1234567890"}, "npi"),
        ({"npi": ""}, "npi"),
        ({"npi": "١234567893"}, "npi"),
        ({"name": " "}, "name"),
        ({"kind": "rn"}, "kind"),
        ({"taxonomy": "207Q"}, "taxonomy"),
        ({"person_id": 99}, "person_id"),
    ],
)
def test_each_field_is_checked(desk: Desk, changed: dict[str, object], field: str) -> None:
    with pytest.raises(FieldFaults) as refused:
        desk.practitioners.add(desk.actor, replace(OKOYE, **changed))  # type: ignore[arg-type]
    assert list(refused.value.faults) == [field]


def test_an_npi_and_a_person_are_one_practitioner_s(desk: Desk) -> None:
    desk.practitioners.add(desk.actor, OKOYE)
    with pytest.raises(FieldFaults) as refused:
        desk.practitioners.add(desk.actor, OKOYE)
    assert set(refused.value.faults) == {"npi", "person_id"}
