import errno
import json
import zipfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest

from app.models import Setting
from app.rules.errors import ClinicError
from app.security.keys import DataKey
from app.security.slots import KeyFile, WrongPassphrase
from app.services.founding import House, OpenClinic, sign_in
from app.storage import backup
from app.storage.backup import BackupRefused
from app.storage.clinic_file import ClinicFile, FolderTaken
from app.storage.holder import ClinicHeld
from app.storage.vault import ClinicDamaged
from tests.conftest import FIRST_PERSON
from tests.fake_clock import FakeClock


def remember(opened: OpenClinic, key: str) -> None:
    with opened.ledger.writing(opened.actor, "clinic.edit") as work:
        work.session.add(Setting(key=key, value=1))


def remembers(folder: Path, house: House, key: str) -> bool:
    opened = sign_in(folder, FIRST_PERSON.username, FIRST_PERSON.passphrase, house)
    try:
        with opened.ledger.reading(opened.actor, "clinic.read") as reading:
            return reading.session.get(Setting, key) is not None
    finally:
        opened.close()


def own(keys: KeyFile) -> DataKey:
    return keys.unlock(FIRST_PERSON.username, FIRST_PERSON.passphrase)[0]


def anybody(_: ClinicFile) -> None:
    return None


def restore(path: Path, folder: Path, house: House, unlock: Callable[[KeyFile], DataKey] = own) -> None:
    backup.restore(path, folder, unlock, house.clock, anybody)


def tree(folder: Path) -> dict[str, bytes]:
    return {str(p.relative_to(folder)): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


@pytest.fixture
def made(opened: OpenClinic) -> Path:
    remember(opened, "before")
    return backup.make(opened.file, opened.ledger.clock.now()).path


def test_a_backup_of_the_live_clinic_holds_what_was_committed_just_before(
    opened: OpenClinic, made: Path, tmp_path: Path, house: House
) -> None:
    remember(opened, "after")
    restore(made, tmp_path / "elsewhere", house)
    assert remembers(tmp_path / "elsewhere", house, "before")
    assert not remembers(tmp_path / "elsewhere", house, "after")
    assert made.stat().st_mode & 0o777 == 0o600
    assert b"seven quiet herons wade" not in made.read_bytes()


def test_restoring_in_place_keeps_what_was_there_aside(
    opened: OpenClinic, made: Path, clinic_folder: Path, house: House
) -> None:
    remember(opened, "after")
    opened.file.engine.dispose()
    stale = clinic_folder / "clinic.db-wal"
    stale.write_bytes(b"left behind by a crash")
    opened.close()
    restore(made, clinic_folder, house)
    assert remembers(clinic_folder, house, "before")
    assert not remembers(clinic_folder, house, "after")
    (aside,) = (clinic_folder / "backups").glob("before-restore-*")
    assert {path.name for path in aside.iterdir()} == {"clinic.db", "clinic.db-wal", "clinic.keys", "clinic.keys.copy"}


def test_a_clinic_in_use_is_not_restored_over(opened: OpenClinic, made: Path, house: House) -> None:
    with pytest.raises(ClinicHeld):
        restore(made, opened.file.folder, house)


def test_a_wrong_password_changes_nothing(opened: OpenClinic, made: Path, clinic_folder: Path, house: House) -> None:
    opened.close()
    before = tree(clinic_folder)
    with pytest.raises(WrongPassphrase):
        restore(made, clinic_folder, house, lambda keys: keys.unlock("ana", "not her passphrase")[0])
    after = tree(clinic_folder)
    assert {k: v for k, v in after.items() if k != "clinic.lock"} == {
        k: v for k, v in before.items() if k != "clinic.lock"
    }


def test_who_may_not_restore_changes_nothing(opened: OpenClinic, made: Path, tmp_path: Path, house: House) -> None:
    def nobody(_: ClinicFile) -> None:
        raise ClinicError("no")

    with pytest.raises(ClinicError, match="no"):
        backup.restore(made, tmp_path / "elsewhere", own, house.clock, nobody)
    assert not (tmp_path / "elsewhere").exists()
    assert [path for path in tmp_path.iterdir() if path.name.startswith(".")] == []


def test_a_flipped_byte_in_any_part_is_refused(opened: OpenClinic, made: Path, tmp_path: Path, house: House) -> None:
    content = made.read_bytes()
    with zipfile.ZipFile(made) as archive:
        spans = [(info.header_offset + 30 + len(info.filename), info.file_size) for info in archive.infolist()]
    for start, size in spans:
        for place in (start, start + size // 2, start + size - 1):
            damaged = bytearray(content)
            damaged[place] ^= 0x10
            made.write_bytes(damaged)
            with pytest.raises(ClinicError):
                restore(made, tmp_path / "elsewhere", house)
            assert not (tmp_path / "elsewhere").exists()


@pytest.mark.parametrize(
    "change",
    [{"sha256": {}}, {"sha256": []}, {"sha256": None}, {"audit_events": "many"}, {"chain_head": ""}, {"format": "one"}],
    ids=str,
)
def test_a_manifest_that_says_less_is_refused(
    made: Path, tmp_path: Path, house: House, change: dict[str, object]
) -> None:
    with zipfile.ZipFile(made) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    parts["manifest.json"] = json.dumps(json.loads(parts["manifest.json"]) | change).encode()
    with zipfile.ZipFile(made, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    with pytest.raises(BackupRefused):
        restore(made, tmp_path / "elsewhere", house)
    assert not (tmp_path / "elsewhere").exists()


@pytest.mark.parametrize("content", [b"", b"PK\x05\x06" + b"\0" * 18, b"not a backup at all" * 100])
def test_what_is_no_backup_is_refused_in_plain_words(tmp_path: Path, house: House, content: bytes) -> None:
    path = tmp_path / "x.careloop-backup"
    path.write_bytes(content)
    with pytest.raises(BackupRefused, match="not a CareLoop backup"):
        restore(path, tmp_path / "elsewhere", house)


def test_an_occupied_folder_is_not_restored_into(opened: OpenClinic, made: Path, tmp_path: Path, house: House) -> None:
    (tmp_path / "letters").mkdir()
    (tmp_path / "letters" / "a.txt").write_text("mine", encoding="utf-8")
    with pytest.raises(ClinicError, match="does not hold a CareLoop clinic"):
        restore(made, tmp_path / "letters", house)
    with pytest.raises(FolderTaken):
        restore(made, tmp_path / "no" / "such", house)


def test_old_backups_thin_out_and_the_newest_day_stays_whole(opened: OpenClinic, clock: FakeClock) -> None:
    for _ in range(60):
        clock.advance(days=1)
        backup.make(opened.file, clock.now())
    clock.advance(hours=1)
    backup.make(opened.file, clock.now())
    kept = sorted(path.name for path in (opened.file.folder / "backups").glob("*.careloop-backup"))
    assert 10 <= len(kept) <= 7 + 5 + 12 + 1
    assert backup.newest(opened.file.folder) == clock.now().replace(microsecond=0)


class CutOff(BaseException):
    """The process ends here, as by `kill -9`: nothing on the way out may mend what it left."""


@pytest.mark.parametrize("step", range(1, 12))
def test_a_restore_cut_off_at_any_step_is_whole_or_not_at_all(
    opened: OpenClinic, made: Path, house: House, monkeypatch: pytest.MonkeyPatch, step: int
) -> None:
    clinic_folder = opened.file.folder
    remember(opened, "after")
    opened.close()
    steps_left = step

    def until_cut_off(move: Callable[[Path, Path], Path]) -> Callable[[Path, Path], Path]:
        def moved(source: Path, target: Path) -> Path:
            nonlocal steps_left
            steps_left -= 1
            if steps_left < 0:
                raise CutOff
            return move(source, target)

        return moved

    with monkeypatch.context() as patched:
        patched.setattr(Path, "rename", until_cut_off(Path.rename))
        patched.setattr(Path, "replace", until_cut_off(Path.replace))
        patched.setattr("shutil.rmtree", lambda *_, **__: None)
        with suppress(CutOff):
            restore(made, clinic_folder, house)
    if steps_left < 0:
        assert [path for path in clinic_folder.rglob(".*") if path.is_dir()]
    assert remembers(clinic_folder, house, "before")
    is_restored = not remembers(clinic_folder, house, "after")
    kept = list((clinic_folder / "backups").glob("before-restore-*"))
    assert [path.name for folder in kept for path in folder.iterdir() if path.suffix == ".db"] == (
        ["clinic.db"] if is_restored else []
    )
    assert not [path for path in clinic_folder.rglob(".*") if path.is_dir()]
    restore(made, clinic_folder, house)
    assert not remembers(clinic_folder, house, "after")


def test_a_backup_cut_off_leaves_nothing_once_the_clinic_is_opened_again(
    opened: OpenClinic, clinic_folder: Path, house: House
) -> None:
    opened.close()
    left = clinic_folder / "backups" / ".making-1234"
    left.mkdir()
    (left / "clinic.db").write_bytes(b"half")
    assert not remembers(clinic_folder, house, "anything")
    assert not left.exists()


def test_backups_on_another_disk_do_not_stop_a_restore(
    opened: OpenClinic, made: Path, clinic_folder: Path, house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    remember(opened, "after")
    opened.close()
    rename = Path.rename

    def within_one_disk(source: Path, target: Path) -> Path:
        if Path(target).parent.name == "backups":
            raise OSError(errno.EXDEV, "Invalid cross-device link")
        return rename(source, target)

    with monkeypatch.context() as patched:
        patched.setattr(Path, "rename", within_one_disk)
        restore(made, clinic_folder, house)
    assert not remembers(clinic_folder, house, "after")
    (kept,) = clinic_folder.glob("before-restore-*")
    assert (kept / "clinic.db").exists()


def test_two_restores_in_one_second_keep_both(
    opened: OpenClinic, made: Path, clinic_folder: Path, house: House
) -> None:
    opened.close()
    restore(made, clinic_folder, house)
    restore(made, clinic_folder, house)
    assert len(list((clinic_folder / "backups").glob("before-restore-*"))) == 2


def test_a_damaged_clinic_is_not_backed_up(opened: OpenClinic) -> None:
    remember(opened, "before")
    with opened.file.engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    opened.file.engine.dispose()
    content = bytearray(opened.file.database.read_bytes())
    content[-1] ^= 1
    opened.file.database.write_bytes(content)
    with pytest.raises(ClinicDamaged):
        backup.make(opened.file, opened.ledger.clock.now())
    assert list((opened.file.folder / "backups").iterdir()) == []
