import pytest
from hypothesis import given
from hypothesis import strategies as st

from app import assets
from app.security.passphrase import PassphraseRefused, check, normalise, strength

COMMON = assets.common_passphrases()


@pytest.mark.parametrize("passphrase", ["fourteen chars", "", "🦆" * 14, "x" * 257])
def test_length_refuses(passphrase: str) -> None:
    with pytest.raises(PassphraseRefused, match="characters"):
        check(passphrase, COMMON)


@pytest.mark.parametrize("passphrase", ["PasswordPassword", "the quick brown fox", " 123456789012345 "])
def test_common_ones_are_refused_whatever_their_case(passphrase: str) -> None:
    with pytest.raises(PassphraseRefused, match="common"):
        check(passphrase, COMMON)


@given(st.text(st.characters(codec="utf-8"), min_size=15, max_size=60))
def test_everything_else_of_fifteen_characters_is_accepted(passphrase: str) -> None:
    normal = normalise(passphrase).decode()
    if len(normal) >= 15 and normal.strip().casefold() not in COMMON:
        check(passphrase, COMMON)


def test_strength_knows_what_a_stranger_would_try_first() -> None:
    assert strength("lakesidelakeside", ["Lakeside"]).score < strength("seven quiet herons wade").score
    assert strength("").score == 0
