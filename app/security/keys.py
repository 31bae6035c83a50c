"""The data key and what is derived from it."""

import ctypes
import secrets

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

KEY_BYTES = 32


class DataKey:
    """The clinic's random 256-bit key, and a key of its own for each purpose.

    Kept in a bytearray and overwritten by `wipe`: best effort, since Python and SQLCipher make copies of their own.
    """

    def __init__(self, key: bytearray) -> None:
        if len(key) != KEY_BYTES:
            raise ValueError("a data key has 32 bytes")
        self._key = key
        self.audit = self._derive(b"careloop audit chain 1")
        self.roster = self._derive(b"careloop key slots 1")

    @classmethod
    def new(cls) -> "DataKey":
        return cls(bytearray(secrets.token_bytes(KEY_BYTES)))

    def database_key_text(self) -> bytearray:
        """Return `x'<64 hex digits>'`, the form in which SQLCipher takes a raw key. The caller wipes it."""
        digits = b"0123456789abcdef"
        raw = self._derive(b"careloop database 1")
        text = bytearray(b"x'" + bytes(2 * KEY_BYTES) + b"'")
        for place, byte in enumerate(raw):
            text[2 + 2 * place] = digits[byte >> 4]
            text[3 + 2 * place] = digits[byte & 15]
        return text

    def secret(self) -> bytes:
        """Return the key itself, for wrapping into a slot."""
        return bytes(self._key)

    def wipe(self) -> None:
        """Overwrite what we hold. Call it after the database is closed."""
        for held in (self._key, self.audit, self.roster):
            wipe(held)

    def _derive(self, purpose: bytes) -> bytearray:
        return bytearray(HKDF(SHA256(), KEY_BYTES, salt=None, info=purpose).derive(bytes(self._key)))


def wipe(held: bytearray) -> None:
    """Overwrite a bytearray in place."""
    ctypes.memset((ctypes.c_char * len(held)).from_buffer(held), 0, len(held))
