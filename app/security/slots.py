"""The key file: the data key, wrapped once for each person's passphrase and once for the recovery key."""

import base64
import hashlib
import hmac
import json
import os
import secrets
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from argon2.low_level import Type, hash_secret_raw
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from app.rules.errors import ClinicError
from app.security.keys import KEY_BYTES, DataKey
from app.security.passphrase import normalise
from app.security.recovery import recovery_secret

FORMAT = 1
KEY_FILE = "clinic.keys"
KEY_FILE_COPY = "clinic.keys.copy"


class WrongPassphrase(ClinicError):
    """No slot opens with this name and passphrase. The same words whichever of the two is wrong."""

    def __init__(self) -> None:
        super().__init__("The user name or the password is not right.")


class WrongRecoveryKey(ClinicError):
    """The words are a recovery key, but not this clinic's."""

    def __init__(self) -> None:
        super().__init__("These words are a recovery key, but not the one of this clinic.")


class KeyFileDamaged(ClinicError):
    """The key file is missing, cannot be read, or was altered."""


@dataclass(frozen=True, slots=True)
class Argon2Cost:
    """What one guess of a passphrase costs: memory in KiB, passes, lanes."""

    memory_kib: int = 256 * 1024
    passes: int = 3
    lanes: int = 4

    def is_enough(self) -> bool:
        """Whether it is at or above the floor (RFC 9106, second recommended option: 64 MiB, 3 passes, 4 lanes)."""
        return self.memory_kib >= 64 * 1024 and self.passes >= 3 and self.lanes >= 4


@dataclass(frozen=True, slots=True)
class Slot:
    """The data key wrapped for one holder. The recovery key needs no stretching: its `cost` and `salt` are empty."""

    slot_id: str
    kind: str  # passphrase | recovery
    username: str
    salt: str
    cost: Argon2Cost | None
    nonce: str
    wrapped: str


@dataclass(frozen=True, slots=True)
class KeyFile:
    """All slots of one clinic. `mac` is keyed with the data key, so that a slipped-in slot is noticed."""

    vault_id: str
    slots: tuple[Slot, ...]
    mac: str = ""

    def unlock(self, username: str, passphrase: str) -> tuple[DataKey, Slot]:
        """Return the data key and the slot that opened, or raise `WrongPassphrase`.

        An unknown name costs the same work as a wrong passphrase, so that names cannot be tried out by the clock.
        """
        slot = next((s for s in self.slots if s.kind == "passphrase" and s.username == fold(username)), None)
        if slot is None:
            _stretch(passphrase, secrets.token_bytes(16), Argon2Cost())
            raise WrongPassphrase
        if slot.cost is None or not slot.cost.is_enough():
            raise KeyFileDamaged("The key file asks for weaker protection than CareLoop allows. Restore a backup.")
        kek = _stretch(passphrase, _unb64(slot.salt), slot.cost)
        return self._open(slot, kek, WrongPassphrase()), slot

    def unlock_with_recovery_key(self, words: str) -> DataKey:
        """Return the data key, or raise `RecoveryKeyMistyped` or `WrongRecoveryKey`."""
        kek = _recovery_kek(words, self.vault_id)
        slot = next((s for s in self.slots if s.kind == "recovery"), None)
        if slot is None:
            raise KeyFileDamaged("The key file has no place for a recovery key. Restore a backup.")
        return self._open(slot, kek, WrongRecoveryKey())

    def with_passphrase(self, key: DataKey, username: str, passphrase: str, cost: Argon2Cost) -> tuple["KeyFile", Slot]:
        """Return a key file in which `username` opens with `passphrase` instead of any earlier one, and the slot."""
        salt = secrets.token_bytes(16)
        bare = Slot(secrets.token_hex(8), "passphrase", fold(username), _b64(salt), cost, "", "")
        slot = self._wrap(bare, _stretch(passphrase, salt, cost), key)
        others = tuple(s for s in self.slots if s.kind != "passphrase" or s.username != slot.username)
        return self._sealed((*others, slot), key), slot

    def with_recovery_key(self, key: DataKey, words: str) -> "KeyFile":
        """Return a key file that opens with `words`, and no longer with an earlier recovery key."""
        bare = Slot(secrets.token_hex(8), "recovery", "", "", None, "", "")
        slot = self._wrap(bare, _recovery_kek(words, self.vault_id), key)
        return self._sealed((*(s for s in self.slots if s.kind != "recovery"), slot), key)

    def without(self, key: DataKey, username: str) -> "KeyFile":
        """Return a key file in which `username` has no slot."""
        kept = (s for s in self.slots if s.kind != "passphrase" or s.username != fold(username))
        return self._sealed(tuple(kept), key)

    def to_bytes(self) -> bytes:
        body = {"format": FORMAT, "vault_id": self.vault_id, "slots": [asdict(s) for s in self.slots], "mac": self.mac}
        digest = hashlib.sha256(_canonical(body)).hexdigest()
        return json.dumps({**body, "sha256": digest}, indent=1, sort_keys=True).encode() + b"\n"

    @classmethod
    def from_bytes(cls, content: bytes) -> "KeyFile":
        """Return the key file that `content` is, or raise `KeyFileDamaged`."""
        try:
            body: dict[str, Any] = json.loads(content)
            digest = body.pop("sha256")
            if body["format"] > FORMAT:
                raise KeyFileDamaged("The key file was made by a newer CareLoop. Use that version.")
            if digest != hashlib.sha256(_canonical(body)).hexdigest():
                raise KeyFileDamaged("The key file is damaged.")
            slots = tuple(
                Slot(**{**s, "cost": None if s["cost"] is None else Argon2Cost(**s["cost"])}) for s in body["slots"]
            )
            return cls(str(body["vault_id"]), slots, str(body["mac"]))
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
            raise KeyFileDamaged("The key file is damaged.") from error

    def _open(self, slot: Slot, kek: bytes, refusal: ClinicError) -> DataKey:
        try:
            opened = AESGCM(kek).decrypt(_unb64(slot.nonce), _unb64(slot.wrapped), _context(self.vault_id, slot))
        except InvalidTag:
            raise refusal from None
        key = DataKey(bytearray(opened))
        if not hmac.compare_digest(self.mac, _mac(self.vault_id, self.slots, key)):
            key.wipe()
            raise KeyFileDamaged("The key file was changed by something other than CareLoop. Restore a backup.")
        return key

    def _wrap(self, bare: Slot, kek: bytes, key: DataKey) -> Slot:
        nonce = secrets.token_bytes(12)
        wrapped = AESGCM(kek).encrypt(nonce, key.secret(), _context(self.vault_id, bare))
        return replace(bare, nonce=_b64(nonce), wrapped=_b64(wrapped))

    def _sealed(self, slots: tuple[Slot, ...], key: DataKey) -> "KeyFile":
        return KeyFile(self.vault_id, slots, _mac(self.vault_id, slots, key))


def fold(username: str) -> str:
    """Return the form in which user names are compared."""
    return username.strip().casefold()


def read_key_file(folder: Path) -> KeyFile:
    """Return the clinic's key file: the first of its two copies that is whole. Raise `KeyFileDamaged` if neither is."""
    damage: KeyFileDamaged | None = None
    for name in (KEY_FILE, KEY_FILE_COPY):
        try:
            return KeyFile.from_bytes((folder / name).read_bytes())
        except FileNotFoundError:
            damage = damage or KeyFileDamaged("The key file is missing. Restore a backup.")
        except OSError as error:
            damage = damage or KeyFileDamaged(f"The key file cannot be read ({error.strerror}).")
        except KeyFileDamaged as error:
            damage = error
    raise damage or KeyFileDamaged("The key file is missing. Restore a backup.")


def write_key_file(folder: Path, keys: KeyFile) -> None:
    """Write both copies, each replaced as a whole, so that a crash leaves an old or a new one, never half of one."""
    content = keys.to_bytes()
    for name in (KEY_FILE, KEY_FILE_COPY):
        fresh = folder / f"{name}.new"
        fresh.unlink(missing_ok=True)
        with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(folder / name)
        sync_folder(folder)


def sync_folder(folder: Path) -> None:
    """Make renames in `folder` survive a power cut. Windows has no such call and needs none."""
    if os.name == "nt":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _stretch(passphrase: str, salt: bytes, cost: Argon2Cost) -> bytes:
    return hash_secret_raw(
        normalise(passphrase), salt, cost.passes, cost.memory_kib, cost.lanes, KEY_BYTES, type=Type.ID
    )


def _recovery_kek(words: str, vault_id: str) -> bytes:
    info = b"careloop recovery 1 " + vault_id.encode()
    return HKDF(SHA256(), KEY_BYTES, salt=None, info=info).derive(recovery_secret(words))


def _context(vault_id: str, slot: Slot) -> bytes:
    # Everything but the wrapped key itself: nobody can move a slot or lower its cost without breaking it.
    return _canonical([FORMAT, vault_id, asdict(replace(slot, nonce="", wrapped=""))])


def _mac(vault_id: str, slots: tuple[Slot, ...], key: DataKey) -> str:
    body = _canonical([FORMAT, vault_id, [asdict(s) for s in slots]])
    return hmac.new(key.roster, body, hashlib.sha256).hexdigest()


def _canonical(value: object) -> bytes:
    return json.dumps(value, sort_keys=True, separators=(",", ":")).encode()


def _b64(raw: bytes) -> str:
    return base64.b64encode(raw).decode()


def _unb64(text: str) -> bytes:
    return base64.b64decode(text, validate=True)
