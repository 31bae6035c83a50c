"""What a passphrase must be: long, and not one that everybody uses (NIST SP 800-63B-4 §3.1.1: no composition rules)."""

import unicodedata
from collections.abc import Collection
from dataclasses import dataclass

from app.rules.errors import ClinicError

MINIMUM_LENGTH = 15
MAXIMUM_LENGTH = 256
ESTIMATED_LENGTH = 72  # the estimate grows slow on longer text, and is at its top by then


class PassphraseRefused(ClinicError):
    """The passphrase is too short, too long, or one of the well-known ones."""


@dataclass(frozen=True, slots=True)
class Strength:
    """How hard a passphrase is to guess: `score` 0 (at once) to 4 (centuries), and a word of advice."""

    score: int
    advice: str


def normalise(passphrase: str) -> bytes:
    """Return the bytes that are hashed. NFKC, so that the same typed text works on every keyboard; spaces are kept."""
    return unicodedata.normalize("NFKC", passphrase).encode()


def check(passphrase: str, common: Collection[str]) -> None:
    """Raise `PassphraseRefused` unless `passphrase` may be used. `common` is the bundled list, in lower case."""
    length = len(unicodedata.normalize("NFKC", passphrase))
    if length < MINIMUM_LENGTH:
        raise PassphraseRefused(
            f"The passphrase has {length} characters; it needs at least {MINIMUM_LENGTH}. "
            "Several unrelated words do well."
        )
    if length > MAXIMUM_LENGTH:
        raise PassphraseRefused(f"The passphrase is longer than {MAXIMUM_LENGTH} characters.")
    if unicodedata.normalize("NFKC", passphrase).strip().casefold() in common:
        raise PassphraseRefused("That passphrase is on the list of common ones. Choose words of your own.")


def strength(passphrase: str, personal_words: Collection[str] = ()) -> Strength:
    """Estimate how hard `passphrase` is to guess by someone who also knows `personal_words` (names, the clinic)."""
    from zxcvbn import zxcvbn  # noqa: PLC0415 - its word lists cost 0.1 s, and only a form that asks needs them

    if not passphrase:
        return Strength(0, "")
    found = zxcvbn(passphrase[:ESTIMATED_LENGTH], user_inputs=[word for word in personal_words if word])
    feedback = found["feedback"]
    advice = feedback["warning"] or next(iter(feedback["suggestions"]), "")
    return Strength(int(found["score"]), str(advice))
