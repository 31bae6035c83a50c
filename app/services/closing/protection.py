"""A passphrase under which copies of papers leave: judged, used, and kept nowhere."""

from collections.abc import Callable

from app.rules.errors import ClinicError
from app.services.packet_folder import Protect

SHORTEST_PASSPHRASE = 12
LONGEST_BYTES = 127
"""What a PDF takes in of a passphrase (ISO 32000-2, 7.6.4.3.3)."""


class PaperPassphraseRefused(ClinicError):
    """A passphrase that papers are not protected with."""


def fault_of_paper_passphrase(passphrase: str) -> str:
    """Return what is wrong with a passphrase for papers, in a sentence; empty when it will do."""
    if len(passphrase) < SHORTEST_PASSPHRASE:
        return f"The passphrase for the PDFs needs at least {SHORTEST_PASSPHRASE} characters."
    if not passphrase.isprintable():
        return "The passphrase for the PDFs holds a sign that nobody can type."
    if len(passphrase.encode(errors="replace")) > LONGEST_BYTES:
        return "The passphrase for the PDFs is too long: a PDF takes 127 letters, fewer with accents."
    return ""


def protection(encrypt: Callable[[bytes, str], bytes], passphrase: str | None) -> Protect | None:
    """Return how each PDF is protected; None without a passphrase. Raises `PaperPassphraseRefused`."""
    if passphrase is None:
        return None
    if fault := fault_of_paper_passphrase(passphrase):
        raise PaperPassphraseRefused(fault)
    return lambda paper: encrypt(paper, passphrase)
