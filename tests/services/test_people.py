from dataclasses import replace
from pathlib import Path

import pytest

import app.services.people as people_module
from app.compose import open_desk
from app.rules.errors import ClinicError
from app.rules.field_faults import FieldFaults
from app.security.permissions import NotPermitted
from app.security.slots import KeyFile, WrongPassphrase, read_key_file
from app.services.desk import Desk
from app.services.founding import House
from app.services.people import LastAdministrator, PersonForm
from app.storage.integrity import check
from tests.conftest import FIRST_PERSON

BO = PersonForm("Bo Lind", "LPN", "Bo", ("nurse",))
PASSPHRASE = "four purple lamps sing"


def usernames(folder: Path) -> set[str]:
    return {slot.username for slot in read_key_file(folder).slots if slot.kind == "passphrase"}


def signed_in_as(desk: Desk, house: House, username: str, passphrase: str) -> str:
    """Close the clinic, sign in as somebody, and say who it is."""
    desk.close()
    other = open_desk(desk.opened.file.folder, username, passphrase, house)
    name = other.actor.name
    other.close()
    return name


def test_who_is_added_can_sign_in_and_do_their_work_only(desk: Desk, house: House) -> None:
    desk.people.add(desk.actor, BO, PASSPHRASE)
    row = next(row for row in desk.people.rows(desk.actor) if row.name == "Bo Lind")
    assert (row.username, row.role_names, row.can_sign_in, row.is_me) == ("bo", "Nurse", True, False)
    folder = desk.opened.file.folder
    desk.close()
    bo = open_desk(folder, "bo", PASSPHRASE, house)
    assert bo.patients.ids(bo.actor) == []
    with pytest.raises(NotPermitted):
        bo.people.add(bo.actor, PersonForm("Cy"), "")
    bo.close()


def test_staff_who_do_not_sign_in_are_a_name_without_a_slot_or_roles(desk: Desk) -> None:
    before = usernames(desk.opened.file.folder)
    desk.people.add(desk.actor, PersonForm("Di Park", "RN", "", ("admin",)))
    row = next(row for row in desk.people.rows(desk.actor) if row.name == "Di Park")
    assert (row.username, row.roles, row.can_sign_in, row.is_active) == ("", (), False, True)
    assert usernames(desk.opened.file.folder) == before


@pytest.mark.parametrize(
    ("changed", "passphrase", "field"),
    [
        ({"name": " "}, PASSPHRASE, "name"),
        ({"name": "ana alvarez"}, PASSPHRASE, "name"),
        ({"username": "a b"}, PASSPHRASE, "username"),
        ({"username": "ANA"}, PASSPHRASE, "username"),
        ({"roles": ()}, PASSPHRASE, "roles"),
        ({"roles": ("queen",)}, PASSPHRASE, "roles"),
        ({}, "too short", "passphrase"),
    ],
)
def test_a_person_is_checked_and_then_nothing_is_half_done(
    desk: Desk, changed: dict[str, object], passphrase: str, field: str
) -> None:
    before = read_key_file(desk.opened.file.folder)
    with pytest.raises(FieldFaults) as refused:
        desk.people.add(desk.actor, replace(BO, **changed), passphrase)  # type: ignore[arg-type]
    assert list(refused.value.faults) == [field]
    assert read_key_file(desk.opened.file.folder) == before
    assert len(desk.people.rows(desk.actor)) == 1


def test_a_user_name_is_never_used_again(desk: Desk) -> None:
    bo = desk.people.add(desk.actor, BO, PASSPHRASE)
    desk.people.disable(desk.actor, bo)
    with pytest.raises(FieldFaults) as refused:
        desk.people.add(desk.actor, replace(BO, name="Bo the Second"), PASSPHRASE)
    assert list(refused.value.faults) == ["username"]


def test_who_is_disabled_is_out_at_the_next_step_and_at_the_door(desk: Desk, house: House) -> None:
    bo = desk.people.add(desk.actor, BO, PASSPHRASE)
    actor = replace(desk.actor, person_id=bo, username="bo", name="Bo Lind", roles=frozenset({"nurse"}))
    assert desk.patients.ids(actor) == []
    desk.people.disable(desk.actor, bo)
    with pytest.raises(NotPermitted):
        desk.patients.ids(actor)
    assert usernames(desk.opened.file.folder) == {"ana"}
    with pytest.raises(WrongPassphrase):
        signed_in_as(desk, house, "bo", PASSPHRASE)


def test_who_comes_back_needs_a_new_passphrase(desk: Desk, house: House) -> None:
    bo = desk.people.add(desk.actor, BO, PASSPHRASE)
    desk.people.disable(desk.actor, bo)
    with pytest.raises(FieldFaults):
        desk.people.enable(desk.actor, bo)
    desk.people.enable(desk.actor, bo, "nine green boats sleep")
    assert signed_in_as(desk, house, "bo", "nine green boats sleep") == "Bo Lind"


def test_one_changes_one_s_own_passphrase_knowing_the_old_one(desk: Desk, house: House) -> None:
    with pytest.raises(WrongPassphrase):
        desk.people.change_own_passphrase(desk.actor, "not the old one", "nine green boats sleep")
    with pytest.raises(FieldFaults):
        desk.people.change_own_passphrase(desk.actor, FIRST_PERSON.passphrase, "short")
    desk.people.change_own_passphrase(desk.actor, FIRST_PERSON.passphrase, "nine green boats sleep")
    folder = desk.opened.file.folder
    assert signed_in_as(desk, house, "ana", "nine green boats sleep") == "Ana Alvarez"
    with pytest.raises(WrongPassphrase):
        open_desk(folder, "ana", FIRST_PERSON.passphrase, house)


def test_a_forgotten_passphrase_is_replaced_by_an_administrator(desk: Desk, house: House) -> None:
    bo = desk.people.add(desk.actor, BO, PASSPHRASE)
    di = desk.people.add(desk.actor, PersonForm("Di Park"))
    desk.people.reset_passphrase(desk.actor, bo, "nine green boats sleep")
    with pytest.raises(ClinicError, match="does not sign in"):
        desk.people.reset_passphrase(desk.actor, di, "nine green boats sleep")
    assert signed_in_as(desk, house, "bo", "nine green boats sleep") == "Bo Lind"


def test_there_is_always_an_administrator(desk: Desk) -> None:
    me = desk.actor.person_id
    with pytest.raises(LastAdministrator):
        desk.people.edit(desk.actor, me, PersonForm("Ana Alvarez", "RN", "", ("nurse",)))
    with pytest.raises(ClinicError, match="disable yourself"):
        desk.people.disable(desk.actor, me)
    bo = desk.people.add(desk.actor, replace(BO, roles=("admin",)), PASSPHRASE)
    with pytest.raises(ClinicError, match="from yourself"):
        desk.people.edit(desk.actor, me, PersonForm("Ana Alvarez", "RN", "", ("nurse",)))
    actor = replace(desk.actor, person_id=bo)
    desk.people.edit(actor, me, PersonForm("Ana Alvarez", "RN", "", ("nurse",)))
    with pytest.raises(NotPermitted):
        desk.people.rows(replace(actor, person_id=99))
    with pytest.raises(ClinicError, match="give yourself"):
        desk.people.edit(actor, bo, replace(BO, roles=("admin", "practitioner")))
    with pytest.raises(NotPermitted):
        desk.people.disable(desk.actor, bo)


def test_a_clinic_of_one_who_signs_in_is_known_as_one(desk: Desk) -> None:
    assert desk.people.works_alone(desk.actor)
    desk.people.add(desk.actor, PersonForm("Di Park"))
    assert desk.people.works_alone(desk.actor)
    bo = desk.people.add(desk.actor, BO, PASSPHRASE)
    assert not desk.people.works_alone(desk.actor)
    desk.people.disable(desk.actor, bo)
    assert desk.people.works_alone(desk.actor)


def test_a_disk_that_fails_while_keys_are_written_leaves_the_person_out(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(folder: Path, keys: KeyFile) -> None:
        raise OSError(28, "No space left on device")

    before = read_key_file(desk.opened.file.folder)
    with monkeypatch.context() as broken:
        broken.setattr(people_module, "write_key_file", fail)
        with pytest.raises(OSError, match="No space"):
            desk.people.add(desk.actor, BO, PASSPHRASE)
    assert [row.name for row in desk.people.rows(desk.actor)] == ["Ana Alvarez"]
    assert read_key_file(desk.opened.file.folder) == before


def test_a_commit_that_fails_puts_the_keys_back(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    before = read_key_file(desk.opened.file.folder)
    with monkeypatch.context() as broken:
        broken.setattr("app.storage.ledger.Ledger._append", _no_audit)
        with pytest.raises(RuntimeError, match="no audit"):
            desk.people.add(desk.actor, BO, PASSPHRASE)
    assert read_key_file(desk.opened.file.folder) == before
    assert len(desk.people.rows(desk.actor)) == 1
    desk.people.add(desk.actor, BO, PASSPHRASE)
    assert check(desk.opened.file.engine, desk.opened.file.key).faults == ()


def _no_audit(*_: object) -> None:
    raise RuntimeError("no audit row, no commit")
