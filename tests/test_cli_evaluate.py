import json
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from tests.rules.case_forms import ready_form

ROOT = Path(__file__).resolve().parents[1]
WORKED = json.loads((ROOT / "tests" / "rules" / "month_cases.json").read_text("utf-8"))


def run_evaluate(argument: str, given: bytes = b"") -> "subprocess.CompletedProcess[bytes]":
    return subprocess.run(
        [sys.executable, "-m", "app", "evaluate", argument], cwd=ROOT, input=given, capture_output=True, check=False
    )


def refusal(given: bytes) -> str:
    """Return the one line that input is refused with."""
    done = run_evaluate("-", given)
    assert (done.returncode, done.stdout) == (2, b"")
    (line,) = done.stderr.decode().splitlines()
    return line


def test_a_list_of_cases_from_a_file_gives_a_list_of_results(tmp_path: Path) -> None:
    cases = tmp_path / "cases.json"
    cases.write_text(json.dumps([worked["case"] for worked in WORKED]), "utf-8")
    done = run_evaluate(str(cases))
    assert (done.returncode, done.stderr) == (0, b"")
    assert json.loads(done.stdout) == [worked["expect"] for worked in WORKED]


def test_one_case_on_standard_input_gives_one_result() -> None:
    done = run_evaluate("-", json.dumps(WORKED[0]["case"]).encode())
    assert (done.returncode, json.loads(done.stdout)) == (0, WORKED[0]["expect"])
    assert json.loads(run_evaluate("-", b"[]").stdout) == []


def test_a_byte_order_mark_and_names_in_any_script_are_read() -> None:
    case = json.dumps(ready_form({"id": "Ñandú 🙂"}), ensure_ascii=False)
    assert json.loads(run_evaluate("-", b"\xef\xbb\xbf" + case.encode()).stdout)["id"] == "Ñandú 🙂"
    assert (
        json.loads(run_evaluate("-", b'{"id": "\\ud800", ' + case.encode().split(b",", 1)[1]).stdout)["id"] == "\ud800"
    )


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"id": "p-17", "time.0.end": "2026-10-06T08:00:00-05:00"}, ('"p-17"', "number 2", "time[0].end")),
        ({"id": "p-17", "month": "2024-12"}, ('"p-17"', "number 2", "month")),
        ({"id": "", "coverage": "vip"}, ("number 2", "coverage")),
        ({"id": 5}, ("number 2", "id")),
        ({"id": "p-17", "colour": "red"}, ('"p-17"', "colour")),
        ({"id": "a\nb", "colour": "red"}, ("colour",)),
        ({"id": "x" * 10_000, "y" * 10_000: 1}, ("xxx", "yyy", "is not a field of the form")),
    ],
)
def test_one_case_that_does_not_fit_refuses_the_list_and_is_named(
    change: dict[str, Any], words: tuple[str, ...]
) -> None:
    line = refusal(json.dumps([ready_form(), ready_form(change), ready_form()]).encode())
    assert all(word in line for word in words)


@pytest.mark.parametrize(
    ("given", "word"),
    [
        (b"", "not JSON"),
        (b"{", "not JSON"),
        (b"[1,]", "not JSON"),
        (b"{} {}", "not JSON"),
        (b"7", "object"),
        (b"null", "object"),
        (b"[[]]", "number 1"),
        (b'{"id": "a", "id": "b"}', "twice"),
        (b'{"id": {"deep": 1, "deep": 1}}', "twice"),
        (b'{"id": NaN}', "NaN"),
        (b'{"id": -Infinity}', "Infinity"),
        (b"\xff\xfe", "UTF-8"),
        (b'{"id": "\xe9"}', "UTF-8"),
        ('{"id": "x"}'.encode("utf-16"), "UTF-8"),
        (b"[" * 200_000, "deep"),
        (b"1" * 5_000, "too long"),
        (b'{"id": "a\nb"}', "not JSON"),
    ],
    ids=lambda value: str(value[:24]),
)
def test_what_is_no_strict_json_is_refused_in_one_line(given: bytes, word: str) -> None:
    assert word in refusal(given)


def test_a_file_that_cannot_be_read_is_refused_in_one_line(tmp_path: Path) -> None:
    for name in ("missing.json", "", "\n"):
        done = run_evaluate(str(tmp_path / name))
        assert (done.returncode, done.stdout, len(done.stderr.splitlines())) == (2, b"", 1)
        assert b"cannot be read" in done.stderr


def test_an_argument_too_few_and_one_that_is_no_command_are_refused() -> None:
    for arguments in (["evaluate"], ["evaluated"], ["evaluate", "a", "b"]):
        done = subprocess.run([sys.executable, "-m", "app", *arguments], cwd=ROOT, capture_output=True, check=False)
        assert (done.returncode, done.stdout) == (2, b"")


def test_it_loads_no_window_and_no_database() -> None:
    program = (
        "import sys\nfrom app.cli import main\nassert main(['evaluate', '-']) == 0\n"
        "print(*{name.split('.')[0] for name in sys.modules}, file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, input=b"[]", capture_output=True, check=True)
    assert not {"PySide6", "sqlalchemy", "sqlcipher3", "alembic", "reportlab"} & set(done.stderr.decode().split())


def test_a_reader_that_goes_away_is_no_fault_on_the_screen(tmp_path: Path) -> None:
    cases = tmp_path / "cases.json"
    cases.write_text(json.dumps([ready_form({"id": str(number)}) for number in range(600)]), "utf-8")
    command = f'"{sys.executable}" -m app evaluate "{cases}" | head -c 1'
    done = subprocess.run(command, shell=True, cwd=ROOT, capture_output=True, check=False)  # noqa: S602 - a pipe is the point
    assert (done.stdout, done.stderr) == (b"[", b"")


def test_ten_thousand_cases_in_one_list(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    cases = tmp_path / "cases.json"
    many = [WORKED[number % len(WORKED)] for number in range(10_000)]
    cases.write_text(json.dumps([worked["case"] | {"id": str(number)} for number, worked in enumerate(many)]), "utf-8")
    began = time.monotonic()
    done = run_evaluate(str(cases))
    took = time.monotonic() - began
    results = json.loads(done.stdout)
    assert results == [worked["expect"] | {"id": str(number)} for number, worked in enumerate(many)]
    with capsys.disabled():
        print(f"\n10,000 cases evaluated in {took:.1f} s")
