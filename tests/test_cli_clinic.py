"""The commands that open a clinic, in this process with a clock of their own; `test_cli_real.py` runs the program."""

import hashlib
import json
import os
import shutil
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from app.assets import load_rule_book
from app.cli import Wiring, main
from app.compose import open_desk, wiring_of_commands
from app.rules.case_json import parse_case
from app.rules.evaluate import evaluate
from app.services.founding import House
from app.services.people import PersonForm
from tests.conftest import FIRST_PERSON
from tests.fake_clock import FakeClock
from tests.services.clinic_month import entry, patient, ready, together, write

Run = Callable[..., tuple[int, str, list[str]]]
Signed = Callable[[str], list[object]]


@pytest.fixture
def password(tmp_path: Path) -> Path:
    path = tmp_path / "password"
    path.write_text(FIRST_PERSON.passphrase + "\n", encoding="utf-8")
    return path


@pytest.fixture
def run(clock: FakeClock, capsys: pytest.CaptureFixture[str]) -> Run:
    """Run a command; return exit code, standard output, and the lines of standard error."""

    def run(*arguments: object) -> tuple[int, str, list[str]]:
        capsys.readouterr()
        code = main([str(argument) for argument in arguments], lambda: wiring_of_commands(clock))
        told = capsys.readouterr()
        return code, told.out, told.err.splitlines()

    return run


@pytest.fixture
def signed(clinic_folder: Path, password: Path) -> Signed:
    """`signed("check")`: the command on the clinic, as its first person."""
    return lambda command: [command, clinic_folder, "--as", FIRST_PERSON.username, "--password-file", password]


@pytest.fixture
def files(tmp_path: Path) -> Path:
    write(tmp_path / "in", together(ready("a"), ready("b", minutes=15, day=6)))
    return tmp_path / "in"


@dataclass(frozen=True)
class Parts:
    """What a bad input is made of: the test's folder, the clinic in it, the password file, how a command is signed."""

    folder: Path
    clinic: Path
    password: Path
    signed: Signed


@pytest.fixture
def parts(tmp_path: Path, clinic_folder: Path, password: Path, signed: Signed) -> Parts:
    return Parts(tmp_path, clinic_folder, password, signed)


def digest(folder: Path, *but: str) -> dict[str, str]:
    """Every file under a folder, by its content."""
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.name not in but
    }


def test_a_month_from_files_to_packets(run: Run, signed: Signed, files: Path, tmp_path: Path) -> None:
    assert run(*signed("import"), files) == (
        0,
        "",
        ["careloop: Imported: 2 enrolment, 2 patients, 1 practitioners, 4 qualifying, 2 time. Rows left out: 0."],
    )
    code, out, told = run(*signed("readiness"), "--month", "2026-10", "--json")
    assert (code, told) == (0, [])
    assert [(row["id"], row["verdict"]) for row in json.loads(out)] == [("a", "ready"), ("b", "short")]

    code, exported, _ = run(*signed("export-case"), "--month", "2026-10", "--patient", "a")
    assert code == 0
    assert evaluate(parse_case(json.loads(exported)), load_rule_book()).to_json() == json.loads(out)[0]

    code, board, _ = run(*signed("readiness"), "--month", "2026-10")
    assert code == 0
    assert board.splitlines() == [
        "2026-10: 1 short, 0 blocked, 1 ready, 0 approved, 0 exported, 0 held, 0 not billed",
        "a  ready       25:00  99490x1",
        "b  short       15:00  -  TIME_LT_THRESHOLD",
    ]

    code, printed, told = run(*signed("month-end"), "--month", "2026-10", "--out", tmp_path / "out")
    assert (code, printed) == (0, "")
    assert (
        told[0]
        == f"careloop: 2026-10: 1 final packets and 0 drafts are in {tmp_path / 'out'}; 1 patients are not ready."
    )
    first = digest(tmp_path / "out")
    code, _, told = run(*signed("month-end"), "--month", "2026-10", "--out", tmp_path / "out")
    assert code == 0
    assert "the same bytes" in told[1]
    assert digest(tmp_path / "out") == first

    code, _, told = run(*signed("check"))
    assert code == 0
    assert told[0].startswith("careloop: The clinic is sound")


def test_rows_that_are_left_out_are_named_with_file_line_and_reason(run: Run, signed: Signed, tmp_path: Path) -> None:
    rows = ready("a") | {
        "patients": [patient("a"), patient("a"), patient("c", BIRTHDATE="32 March")],
        "time": [entry("t1", "nobody", "05T09:00:00", "05T09:20:00")],
    }
    write(tmp_path / "in", rows)
    code, _, told = run(*signed("import"), tmp_path / "in")
    assert code == 0
    assert [line.split(": ")[0] for line in told[:-1]] == ["patients.csv:3", "patients.csv:4", "time.csv:2"]
    assert told[-1].endswith("Rows left out: 3.")
    assert not any("32 March" in line for line in told)


@pytest.mark.skipif(sys.platform in {"win32", "darwin"}, reason="file names are always text there")
def test_a_file_s_name_need_not_be_text(run: Run, signed: Signed, files: Path) -> None:
    (files / "time.csv").rename(os.fsdecode(os.fsencode(files) + b"/z\xe9it.csv"))
    code, _, told = run(*signed("import"), files)
    assert (code, len(told)) == (0, 1), told
    assert "was imported before" in "".join(run(*signed("import"), files)[2])


def test_the_same_files_again_add_nothing(run: Run, signed: Signed, files: Path) -> None:
    run(*signed("import"), files)
    code, _, told = run(*signed("import"), files)
    assert code == 0
    assert told[-1] == "careloop: Imported: nothing. Rows left out: 0."


def test_an_imported_month_is_made_of_drafts_where_more_than_one_works(
    run: Run, parts: Parts, files: Path, house: House
) -> None:
    run(*parts.signed("import"), files)
    desk = open_desk(parts.clinic, FIRST_PERSON.username, FIRST_PERSON.passphrase, house)
    form = PersonForm(name="Bo Lind", username="bo", roles=("nurse",))
    desk.people.add(desk.actor, form, "four slow otters drift")
    desk.close()
    code, _, told = run(*parts.signed("month-end"), "--month", "2026-10", "--out", parts.folder / "out")
    assert code == 0
    assert "0 final packets and 1 drafts" in told[0]


def test_create_makes_a_clinic_that_opens_and_gives_its_recovery_key_once(
    run: Run, password: Path, tmp_path: Path
) -> None:
    new = ["create", tmp_path / "new", "--name", "Lake Clinic", "--admin", "bo", "--password-file", password]
    code, words, _ = run(*new, "--time-zone", "America/Denver")
    assert (code, len(words.split())) == (0, 24)
    opened = ["--as", "bo", "--password-file", password]
    assert run("check", tmp_path / "new", *opened)[0] == 0
    assert run("readiness", tmp_path / "new", *opened, "--month", "2026-10", "--json")[:2] == (0, "[]\n")

    kept = tmp_path / "recovery"
    other = [*new, "--time-zone", "America/Denver", "--recovery-file", kept]
    other[1] = tmp_path / "other"
    code, out, _ = run(*other)
    assert (code, out, kept.stat().st_mode & 0o777) == (0, "", 0o600)
    assert len(kept.read_text("utf-8").split()) == 24


def test_a_create_that_was_cut_off_can_be_repeated(run: Run, password: Path, tmp_path: Path) -> None:
    (tmp_path / ".key.careloop-making").write_text("the key of a clinic that never was", encoding="utf-8")
    (tmp_path / ".new.careloop-making-x1").mkdir()
    (tmp_path / ".new.careloop-making-x1" / "clinic.db").write_bytes(b"half")
    (tmp_path / ".newer.careloop-making-x2").mkdir()
    code, _, told = run(
        *("create", tmp_path / "new", "--name", "Lake Clinic", "--admin", "bo", "--password-file", password),
        *("--time-zone", "America/Denver", "--recovery-file", tmp_path / "key"),
    )
    assert code == 0, told
    assert len((tmp_path / "key").read_text("utf-8").split()) == 24
    assert sorted(path.name for path in tmp_path.iterdir()) == [".newer.careloop-making-x2", "key", "new", "password"]


@pytest.mark.parametrize(
    "wrong",
    [
        {"--time-zone": "Mars/Olympus"},
        {"--name": "  "},
        {"--name": "Lake\nClinic"},
        {"--name": "Lake \u202eClinic"},
        {"--name": "x" * 101},
        {"--admin-name": "Bo\tLind"},
        {"--admin": "a b"},
        {"--password-file": "short"},
        {"--password-file": "missing"},
        {"--password-file": "common"},
        {"--recovery-file": "short"},
        {"--recovery-file": "nowhere/key"},
        {"create": "taken"},
        {"create": "nowhere/clinic"},
    ],
    ids=str,
)
def test_create_leaves_nothing_behind_when_it_cannot(
    run: Run, password: Path, tmp_path: Path, wrong: Mapping[str, str]
) -> None:
    (tmp_path / "short").write_text("too short\n", encoding="utf-8")
    (tmp_path / "common").write_text("passwordpassword\n", encoding="utf-8")
    (tmp_path / "taken").mkdir()
    (tmp_path / "taken" / "file").write_text("mine", encoding="utf-8")
    asked: dict[str, str] = {
        "create": "new",
        "--name": "Lake Clinic",
        "--admin": "bo",
        "--password-file": "password",
        "--time-zone": "America/Denver",
        "--recovery-file": "recovery",
        **wrong,
    }
    files = ("create", "--password-file", "--recovery-file")
    before = digest(tmp_path)
    code, out, told = run(
        *(part for name, value in asked.items() for part in (name, tmp_path / value if name in files else value))
    )
    assert (code, out, len(told)) == (2, "", 1)
    assert told[0].endswith(".")
    assert digest(tmp_path) == before
    assert not (tmp_path / "new").exists()


def wrong_password(parts: Parts) -> list[object]:
    parts.password.write_text("not it, not it, not it\n", encoding="utf-8")
    return [*parts.signed("readiness"), "--month", "2026-10"]


def padded_password(parts: Parts) -> list[object]:
    parts.password.write_text(f" {FIRST_PERSON.passphrase}\n", encoding="utf-8")
    return [*parts.signed("readiness"), "--month", "2026-10"]


def password_file_missing(parts: Parts) -> list[object]:
    parts.password.unlink()
    return [*parts.signed("check")]


def password_that_is_no_text(parts: Parts) -> list[object]:
    parts.password.write_bytes(b"\xff\xfe\x00\n")
    return [*parts.signed("check")]


def nobody(parts: Parts) -> list[object]:
    return ["check", parts.clinic, "--as", "nobody", "--password-file", parts.password]


def no_clinic(parts: Parts) -> list[object]:
    (parts.folder / "empty").mkdir()
    return ["check", parts.folder / "empty", "--as", "ana", "--password-file", parts.password]


def no_folder(parts: Parts) -> list[object]:
    return ["check", parts.folder / "nowhere", "--as", "ana", "--password-file", parts.password]


def damaged_database(parts: Parts) -> list[object]:
    database = parts.clinic / "clinic.db"
    content = bytearray(database.read_bytes())
    content[1000:3000] = bytes(2000)
    database.write_bytes(content)
    return [*parts.signed("readiness"), "--month", "2026-10"]


def one_bit_of_the_last_page(parts: Parts) -> list[object]:
    database = parts.clinic / "clinic.db"
    content = bytearray(database.read_bytes())
    content[-3000] ^= 1
    database.write_bytes(content)
    return [*parts.signed("import"), parts.folder]


def a_cut_tail(parts: Parts) -> list[object]:
    database = parts.clinic / "clinic.db"
    database.write_bytes(database.read_bytes()[:-100])
    return [*parts.signed("backup")]


def keys_that_are_another_json(parts: Parts) -> list[object]:
    for name in ("clinic.keys", "clinic.keys.copy"):
        (parts.clinic / name).write_text("null", encoding="utf-8")
    return [*parts.signed("backup")]


def keys_nested_without_end(parts: Parts) -> list[object]:
    for name in ("clinic.keys", "clinic.keys.copy"):
        (parts.clinic / name).write_text("[" * 100_000, encoding="utf-8")
    return [*parts.signed("export-case"), "--month", "2026-10", "--patient", "a"]


def lock_that_cannot_be_opened(parts: Parts) -> list[object]:
    (parts.clinic / "clinic.lock").unlink(missing_ok=True)
    (parts.clinic / "clinic.lock").mkdir()
    return [*parts.signed("check")]


def out_with_a_file_in_the_way(parts: Parts) -> list[object]:
    (parts.folder / "out").mkdir()
    (parts.folder / "out" / "packets").write_text("mine", encoding="utf-8")
    return [*parts.signed("month-end"), "--month", "2026-10", "--out", parts.folder / "out"]


def out_that_is_a_link_to_nowhere(parts: Parts) -> list[object]:
    (parts.folder / "out").symlink_to(parts.folder / "nowhere")
    return [*parts.signed("month-end"), "--month", "2026-10", "--out", parts.folder / "out"]


def empty_database(parts: Parts) -> list[object]:
    (parts.clinic / "clinic.db").write_bytes(b"")
    return [*parts.signed("readiness"), "--month", "2026-10"]


def plain_database(parts: Parts) -> list[object]:
    (parts.clinic / "clinic.db").write_bytes(b"SQLite format 3\0" + bytes(4080))
    return [*parts.signed("readiness"), "--month", "2026-10"]


def damaged_keys(parts: Parts) -> list[object]:
    for name in ("clinic.keys", "clinic.keys.copy"):
        (parts.clinic / name).write_text("{}", encoding="utf-8")
    return [*parts.signed("readiness"), "--month", "2026-10"]


def broken_csv(parts: Parts) -> list[object]:
    (parts.folder / "patients.csv").write_bytes(b'ID,BIRTHDATE,FIRST,LAST\n"p1,1948-03-02,Nora,Quill\n')
    return [*parts.signed("import"), parts.folder / "patients.csv"]


def csv_with_a_column_missing(parts: Parts) -> list[object]:
    (parts.folder / "time.csv").write_text("entry_id,patient_id,start\ne1,p1,2026-10-05T09:00:00Z\n", encoding="utf-8")
    return [*parts.signed("import"), parts.folder / "time.csv"]


def no_csv_at_all(parts: Parts) -> list[object]:
    (parts.folder / "patients.csv").write_bytes(bytes(range(256)))
    return [*parts.signed("import"), parts.folder / "patients.csv"]


def one_good_file_and_one_broken(parts: Parts) -> list[object]:
    write(parts.folder / "in", ready("a"))
    (parts.folder / "in" / "stays.csv").write_text("patient_id,kind\na,inpatient\n", encoding="utf-8")
    return [*parts.signed("import"), parts.folder / "in"]


def missing_file(parts: Parts) -> list[object]:
    return [*parts.signed("import"), parts.folder / "none.csv"]


def no_month(parts: Parts) -> list[object]:
    return [*parts.signed("readiness"), "--month", "2026-13"]


def month_before_the_rules(parts: Parts) -> list[object]:
    return [*parts.signed("readiness"), "--month", "2024-12"]


def running_month(parts: Parts) -> list[object]:
    return [*parts.signed("month-end"), "--month", "2026-11", "--out", parts.folder / "out"]


def out_that_is_a_file(parts: Parts) -> list[object]:
    (parts.folder / "out").write_text("", encoding="utf-8")
    return [*parts.signed("month-end"), "--month", "2026-10", "--out", parts.folder / "out"]


def out_in_the_clinic(parts: Parts) -> list[object]:
    return [*parts.signed("month-end"), "--month", "2026-10", "--out", parts.clinic / "out"]


def out_nowhere(parts: Parts) -> list[object]:
    return [*parts.signed("month-end"), "--month", "2026-10", "--out", parts.folder / "none" / "out"]


def backup_that_is_none(parts: Parts) -> list[object]:
    return [*parts.signed("restore"), parts.password]


def backup_missing(parts: Parts) -> list[object]:
    return [*parts.signed("restore"), parts.folder / "none.careloop-backup"]


@pytest.mark.parametrize(
    "bad",
    [
        wrong_password,
        padded_password,
        password_file_missing,
        password_that_is_no_text,
        nobody,
        no_clinic,
        no_folder,
        damaged_database,
        one_bit_of_the_last_page,
        a_cut_tail,
        keys_that_are_another_json,
        keys_nested_without_end,
        lock_that_cannot_be_opened,
        out_with_a_file_in_the_way,
        out_that_is_a_link_to_nowhere,
        empty_database,
        plain_database,
        damaged_keys,
        broken_csv,
        csv_with_a_column_missing,
        no_csv_at_all,
        one_good_file_and_one_broken,
        missing_file,
        no_month,
        month_before_the_rules,
        running_month,
        out_that_is_a_file,
        out_in_the_clinic,
        out_nowhere,
        backup_that_is_none,
        backup_missing,
    ],
    ids=lambda bad: bad.__name__,
)
def test_bad_input_is_one_clear_sentence_exit_2_and_nothing_written(
    run: Run, parts: Parts, bad: Callable[[Parts], list[object]]
) -> None:
    asked = bad(parts)
    before = digest(parts.folder, "clinic.lock")  # the lock says who held the clinic last; it keeps nothing of it
    code, out, told = run(*asked)
    assert (code, out, len(told)) == (2, "", 1), told
    assert told[0].startswith("careloop: ")
    assert told[0].endswith((".", ")"))
    assert digest(parts.folder, "clinic.lock") == before
    assert not any(path.name.startswith(".") for path in parts.folder.rglob("*"))


def test_a_folder_in_a_file_s_place_leaves_the_others_where_they_are(run: Run, parts: Parts, files: Path) -> None:
    run(*parts.signed("import"), files)
    (parts.folder / "out" / "bound.pdf").mkdir(parents=True)
    asked = [*parts.signed("month-end"), "--month", "2026-10", "--out", parts.folder / "out"]
    code, _, told = run(*asked)
    assert (code, len(told)) == (2, 1)
    assert [path.name for path in (parts.folder / "out").rglob("*")] == ["bound.pdf"]
    assert "0 exported" in run(*parts.signed("readiness"), "--month", "2026-10")[1]
    (parts.folder / "out" / "bound.pdf").rmdir()
    assert run(*asked)[0] == 0


@pytest.mark.parametrize("option", ["--out", "--to", "--recovery-file"])
def test_an_empty_path_is_refused_and_is_not_the_folder_one_is_in(
    signed: Signed, option: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    command = {"--out": "month-end", "--to": "backup", "--recovery-file": "create"}[option]
    with pytest.raises(SystemExit) as stopped:
        main([*map(str, signed(command)), "--month", "2026-10", option, ""])
    assert stopped.value.code == 2
    assert list((tmp_path / "here").iterdir()) == []


def test_the_last_month_of_the_calendar_is_judged_as_any_other(run: Run, signed: Signed, files: Path) -> None:
    run(*signed("import"), files)
    code, out, _ = run(*signed("readiness"), "--month", "9999-12", "--json")
    assert (code, [row["verdict"] for row in json.loads(out)]) == (0, ["short", "short"])


def test_a_patient_without_a_case_is_refused(run: Run, signed: Signed) -> None:
    code, out, told = run(*signed("export-case"), "--month", "2026-10", "--patient", "nobody")
    assert (code, out, len(told)) == (2, "", 1)


@pytest.mark.parametrize("ending", ["", "\n", "\r\n", "\nsecond line\n"])
def test_the_password_is_the_first_line_without_its_end(run: Run, signed: Signed, password: Path, ending: str) -> None:
    password.write_bytes((FIRST_PERSON.passphrase + ending).encode())
    assert run(*signed("check"))[0] == 0


def test_check_finds_what_was_changed_behind_our_back(
    run: Run, signed: Signed, clinic_folder: Path, files: Path
) -> None:
    run(*signed("import"), files)
    database = clinic_folder / "clinic.db"
    content = bytearray(database.read_bytes())
    content[-3000] ^= 1  # one bit of the last page
    database.write_bytes(content)
    code, out, told = run(*signed("check"))
    assert (code, out) == (1, "")
    assert told


def test_check_of_a_clinic_that_cannot_be_read_finds_that(run: Run, signed: Signed, clinic_folder: Path) -> None:
    database = clinic_folder / "clinic.db"
    database.write_bytes(bytes(database.stat().st_size))
    code, out, told = run(*signed("check"))
    assert (code, out, len(told)) == (1, "", 1)


def test_a_backup_restores_what_was(run: Run, signed: Signed, files: Path, tmp_path: Path, clinic_folder: Path) -> None:
    assert run(*signed("backup"), "--to", tmp_path / "safe")[0] == 0
    (backup,) = (tmp_path / "safe").glob("*.careloop-backup")
    run(*signed("import"), files)
    assert len(json.loads(run(*signed("readiness"), "--month", "2026-10", "--json")[1])) == 2
    assert run(*signed("restore"), backup)[0] == 0
    assert run(*signed("readiness"), "--month", "2026-10", "--json")[1] == "[]\n"
    assert run(*signed("check"))[0] == 0
    # Also where nothing is left of the clinic.
    shutil.rmtree(clinic_folder)
    assert run(*signed("restore"), backup)[0] == 0
    assert run(*signed("check"))[0] == 0


def test_a_backup_needs_a_role_and_a_folder_that_takes_it(
    run: Run, signed: Signed, tmp_path: Path, clinic_folder: Path, house: House
) -> None:
    code, _, told = run(*signed("backup"), "--to", "/proc/nowhere")
    assert (code, len(told)) == (2, 1)
    desk = open_desk(clinic_folder, FIRST_PERSON.username, FIRST_PERSON.passphrase, house)
    desk.people.add(desk.actor, PersonForm(name="Bo", username="bo", roles=("nurse",)), FIRST_PERSON.passphrase + "!")
    desk.close()
    (tmp_path / "bos").write_text(FIRST_PERSON.passphrase + "!", encoding="utf-8")
    code, _, told = run("backup", clinic_folder, "--as", "bo", "--password-file", tmp_path / "bos")
    assert (code, told) == (2, ["careloop: Your role does not allow this: make a backup."])


def test_a_fault_of_ours_says_where_and_nothing_of_a_patient(
    clock: FakeClock, capsys: pytest.CaptureFixture[str], signed: Signed, tmp_path: Path
) -> None:
    def broken(_: object) -> None:
        raise KeyError("Nora Quill")

    def wire() -> Wiring:
        return replace(wiring_of_commands(clock), read_files=broken)  # type: ignore[arg-type]

    assert main([str(part) for part in [*signed("import"), tmp_path]], wire) == 1
    told = capsys.readouterr()
    assert told.out == ""
    assert "a fault of CareLoop: KeyError" in told.err
    assert "test_cli_clinic.py" in told.err
    assert "Quill" not in told.err
