"""The recovery key: 256 random bits as 24 words with a checksum (BIP 39), so that a slip of the pen is noticed."""

import secrets

from mnemonic import Mnemonic

from app.rules.errors import ClinicError

WORDS = 24
_ENGLISH = Mnemonic("english")


class RecoveryKeyMistyped(ClinicError):
    """The words are not a recovery key; the message names the first wrong one where it can."""


def new_recovery_key() -> str:
    """Return a fresh recovery key: 24 lower-case words, one space between."""
    return str(_ENGLISH.to_mnemonic(secrets.token_bytes(32)))


def recovery_secret(words: str) -> bytes:
    """Return the 32 bytes that `words` stand for, or raise `RecoveryKeyMistyped`."""
    typed = words.lower().split()
    if len(typed) != WORDS:
        raise RecoveryKeyMistyped(f"A recovery key has {WORDS} words; {len(typed)} were typed.")
    for number, word in enumerate(typed, start=1):
        if word not in _ENGLISH.wordlist:
            raise RecoveryKeyMistyped(f"Word {number} is not a word of any recovery key. Check its spelling.")
    if not _ENGLISH.check(" ".join(typed)):
        raise RecoveryKeyMistyped("Each word exists, but together they are no recovery key. Check their order.")
    return bytes(_ENGLISH.to_entropy(typed))
