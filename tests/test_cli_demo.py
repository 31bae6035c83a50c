"""`python -m app demo`, with the wiring of the program but passphrases at the lowest accepted cost."""

from dataclasses import replace
from pathlib import Path

import pytest

from app.cli import Wiring, main
from app.compose import open_desk, wiring_of_commands
from app.services.demo import DemoPlan, create_demo
from app.services.founding import House
from tests.fake_clock import FakeClock


@pytest.fixture
def wiring(clock: FakeClock, house: House) -> Wiring:
    return replace(
        wiring_of_commands(clock),
        create_demo=lambda folder, **plan: create_demo(folder, house, DemoPlan(**plan)),
    )


def test_it_prints_who_can_sign_in_with_what_and_that_is_true(
    tmp_path: Path, wiring: Wiring, house: House, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "clinic"
    asked = ["demo", str(folder), "--patients", "5", "--months", "2", "--through", "2026-09", "--seed", "7"]
    assert main(asked, lambda: wiring) == 0
    said = capsys.readouterr()
    lines = said.out.splitlines()
    password = next(line for line in lines if line.startswith("password: ")).removeprefix("password: ")
    assert len(password) >= 15
    assert len(next(line for line in lines if line.startswith("recovery key: ")).split()) == 2 + 24
    assert "5 invented patients, 2026-08 to 2026-09." in said.err
    nurse = next(line.split()[0] for line in lines if line.endswith("Nurse"))
    desk = open_desk(folder, nurse, password, house)
    try:
        assert desk.patients.count(desk.actor) == 5
    finally:
        desk.close()


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        (["--through", "2026-13"], "not a month"),
        (["--through", "2026-11"], "not over yet"),
        (["--through", "2024-12"], "not known"),
        (["--patients", "0"], "1 to 5,000 patients"),
        (["--months", "99"], "finished months"),
    ],
)
def test_what_cannot_be_made_is_one_sentence_and_exit_2(
    tmp_path: Path, wiring: Wiring, capsys: pytest.CaptureFixture[str], asked: list[str], said: str
) -> None:
    assert main(["demo", str(tmp_path / "clinic"), *asked], lambda: wiring) == 2
    found = capsys.readouterr()
    assert found.out == ""
    assert said in found.err
    assert len(found.err.splitlines()) == 1
    assert list(tmp_path.iterdir()) == []


def test_a_folder_in_use_is_refused(tmp_path: Path, wiring: Wiring, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "notes.txt").write_text("mine", encoding="utf-8")
    assert main(["demo", str(tmp_path)], lambda: wiring) == 2
    assert "is not an empty folder" in capsys.readouterr().err
    assert [path.name for path in tmp_path.iterdir()] == ["notes.txt"]
