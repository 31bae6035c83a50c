import json
from dataclasses import replace
from pathlib import Path

import pytest

from app.rules.errors import ClinicError
from app.security.keys import DataKey
from app.security.recovery import RecoveryKeyMistyped, new_recovery_key
from app.security.slots import (
    KEY_FILE,
    KEY_FILE_COPY,
    Argon2Cost,
    KeyFile,
    KeyFileDamaged,
    WrongPassphrase,
    WrongRecoveryKey,
    read_key_file,
    write_key_file,
)
from tests.conftest import RECOVERY_KEY

FLOOR = Argon2Cost(memory_kib=64 * 1024, passes=3, lanes=4)


@pytest.fixture(scope="module")
def key() -> DataKey:
    return DataKey.new()


@pytest.fixture(scope="module")
def keys(key: DataKey) -> KeyFile:
    keys, _ = KeyFile("vault-1", ()).with_passphrase(key, "Ana", "seven quiet herons wade", FLOOR)
    return keys.with_recovery_key(key, RECOVERY_KEY)


def test_passphrase_and_recovery_key_open_the_same_key(key: DataKey, keys: KeyFile) -> None:
    assert keys.unlock(" ANA ", "seven quiet herons wade")[0].secret() == key.secret()
    assert keys.unlock_with_recovery_key(RECOVERY_KEY.upper()).secret() == key.secret()


def test_composed_and_decomposed_letters_are_one_passphrase(key: DataKey) -> None:
    keys, _ = KeyFile("v", ()).with_passphrase(key, "jo", "jos\u00e9 walks the shore", FLOOR)
    assert keys.unlock("jo", "jose\u0301 walks the shore")[0].secret() == key.secret()


@pytest.mark.parametrize(
    ("name", "passphrase"), [("ana", "seven quiet herons wad"), ("bob", "seven quiet herons wade")]
)
def test_wrong_name_and_wrong_passphrase_read_the_same(keys: KeyFile, name: str, passphrase: str) -> None:
    with pytest.raises(WrongPassphrase, match="user name or the password is not right"):
        keys.unlock(name, passphrase)


def test_another_clinics_recovery_key_is_told_apart_from_a_slip_of_the_pen(keys: KeyFile) -> None:
    with pytest.raises(WrongRecoveryKey):
        keys.unlock_with_recovery_key(new_recovery_key())
    with pytest.raises(RecoveryKeyMistyped, match="Word 2 "):
        keys.unlock_with_recovery_key(RECOVERY_KEY.replace("advice", "advise", 1))
    with pytest.raises(RecoveryKeyMistyped, match="24 words; 23"):
        keys.unlock_with_recovery_key(RECOVERY_KEY.rsplit(" ", 1)[0])


def test_lowered_cost_is_refused(keys: KeyFile) -> None:
    weak = replace(keys.slots[0], cost=Argon2Cost(memory_kib=8, passes=1, lanes=1))
    with pytest.raises(KeyFileDamaged, match="weaker"):
        replace(keys, slots=(weak, keys.slots[1])).unlock("ana", "seven quiet herons wade")


def test_a_slot_slipped_in_from_outside_is_noticed(key: DataKey, keys: KeyFile) -> None:
    mallory, slot = KeyFile("vault-1", ()).with_passphrase(DataKey.new(), "mallory", "a key of my own making", FLOOR)
    assert mallory.slots == (slot,)
    with pytest.raises(KeyFileDamaged, match="something other than CareLoop"):
        replace(keys, slots=(*keys.slots, slot)).unlock("ana", "seven quiet herons wade")


def test_a_removed_person_no_longer_opens(key: DataKey, keys: KeyFile) -> None:
    two, _ = keys.with_passphrase(key, "bo", "another good passphrase", FLOOR)
    with pytest.raises(WrongPassphrase):
        two.without(key, "bo").unlock("bo", "another good passphrase")


def test_file_round_trip_is_private_and_survives_the_loss_of_one_copy(tmp_path: Path, keys: KeyFile) -> None:
    write_key_file(tmp_path, keys)
    assert {oct(path.stat().st_mode & 0o777) for path in tmp_path.iterdir()} == {"0o600"}
    assert read_key_file(tmp_path) == keys
    (tmp_path / KEY_FILE).write_bytes(b"{}")
    assert read_key_file(tmp_path) == keys
    (tmp_path / KEY_FILE).unlink()
    assert read_key_file(tmp_path) == keys
    (tmp_path / KEY_FILE_COPY).unlink()
    with pytest.raises(KeyFileDamaged, match="missing"):
        read_key_file(tmp_path)


def test_every_damaged_byte_is_noticed(keys: KeyFile) -> None:
    content = keys.to_bytes()
    for place in range(0, len(content), 7):
        damaged = bytearray(content)
        damaged[place] ^= 1
        try:
            read = KeyFile.from_bytes(bytes(damaged))
        except KeyFileDamaged:
            continue
        assert read == keys  # white space between values


def test_a_key_file_of_a_newer_program_is_refused(keys: KeyFile) -> None:
    body = {**json.loads(keys.to_bytes()), "format": 2}
    with pytest.raises(ClinicError, match="newer"):
        KeyFile.from_bytes(json.dumps(body).encode())


def test_no_passphrase_stands_in_the_file(keys: KeyFile) -> None:
    content = keys.to_bytes()
    for secret in ("seven quiet herons wade", RECOVERY_KEY, RECOVERY_KEY.split()[0]):
        assert secret.encode() not in content
        assert secret.encode("utf-16-le") not in content
