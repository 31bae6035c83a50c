import pytest

from app import assets
from app.security.permissions import NotPermitted, parse_permissions

PERMISSIONS = parse_permissions(assets.load_toml("security/permissions.toml"))


def test_what_is_not_listed_nobody_may_do() -> None:
    assert not PERMISSIONS.may(PERMISSIONS.roles, "month.invent")


def test_the_three_who_keep_each_other_honest() -> None:
    assert not PERMISSIONS.may(["manager"], "month.approve")
    assert not PERMISSIONS.may(["practitioner"], "people.edit")
    assert not PERMISSIONS.may(["nurse"], "month.make")
    assert not PERMISSIONS.may(["admin"], "patient.open")


def test_refusal_says_what_was_refused_in_plain_words() -> None:
    with pytest.raises(NotPermitted, match="sign a care plan"):
        PERMISSIONS.require(["nurse"], "care_plan.sign")


def test_a_misspelt_role_is_found_when_the_file_is_read() -> None:
    with pytest.raises(ValueError, match="nurze"):
        parse_permissions({"roles": {"nurse": "Nurse"}, "action": [{"key": "a", "say": "b", "allow": ["nurze"]}]})
