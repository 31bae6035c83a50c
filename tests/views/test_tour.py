"""The tour as `make run` takes it where there is no display, in a process of its own with an empty home."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from pypdf import PdfReader
from PySide6.QtGui import QImage

from app.views.tour.album import INDEX

ROOT = Path(__file__).parents[2]
PAGES = ("patients", "month-end", "settings")


def tour(out: Path, home: Path, which: str) -> subprocess.CompletedProcess[str]:
    """Take a tour and return how it ended."""
    home.mkdir(exist_ok=True)
    (home / "temp").mkdir(exist_ok=True)
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("XDG_", "DISPLAY"))}
    return subprocess.run(
        [sys.executable, "-m", "tests.views.tour_driver", str(out), which],
        cwd=ROOT,
        env={**environment, "HOME": str(home), "TMPDIR": str(home / "temp")},
        capture_output=True,
        text=True,
        check=False,
        timeout=900,
    )


@pytest.fixture(scope="module")
def taken(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path, str]:
    """The whole tour, taken once: its folder, the home it was taken in, what it said."""
    folder = tmp_path_factory.mktemp("tour")
    ended = tour(folder / "out", folder / "home", "whole")
    assert ended.returncode == 0, ended.stdout + ended.stderr
    return folder / "out", folder / "home", ended.stdout


@pytest.mark.timeout(900)
def test_a_whole_month_is_walked(taken: tuple[Path, Path, str]) -> None:
    out, _, said = taken
    pictures = sorted(path.name for path in out.glob("*.png"))
    assert sorted(int(name.partition("-")[0]) for name in pictures) == list(range(1, len(pictures) + 1))
    named = " ".join(pictures)
    for page in (*PAGES, "welcome", "call", "wrap-up", "no-answer", "locked", "care-plan-signed", "approve", "packets"):
        assert page in named
    assert f"{len(pictures)} pictures in {out}" in said
    listed = (out / INDEX).read_text(encoding="utf-8")
    assert all(f"{name}  " in listed for name in pictures)


@pytest.mark.timeout(900)
def test_nothing_readable_is_left_beside_the_clinic_while_the_window_is_open(taken: tuple[Path, Path, str]) -> None:
    assert "Look for plain text that was left behind" in taken[2]  # its last step, which stops the tour otherwise


@pytest.mark.timeout(900)
def test_pictures_are_of_the_promised_size_and_show_something(taken: tuple[Path, Path, str]) -> None:
    out, _, _ = taken
    for path in sorted(out.glob("*.png")):
        picture = QImage(str(path))
        large = "-large" in path.name
        assert (picture.width(), picture.height()) == ((1920, 1080) if large else (1366, 768))
        colours = {picture.pixel(x, y) for x in range(0, picture.width(), 7) for y in range(0, picture.height(), 7)}
        assert len(colours) > 5, path.name


@pytest.mark.timeout(900)
def test_the_papers_of_the_month_are_there(taken: tuple[Path, Path, str]) -> None:
    papers = taken[0] / "papers"
    packets = sorted((papers / "2026-10" / "packets").glob("*.pdf"))
    assert len(packets) >= 5
    texts = [" ".join("".join(page.extract_text() for page in PdfReader(path).pages).split()) for path in packets]
    by_hand = next(text for text in texts if "Merriweather" in text)
    for expected in ("99490", "Samuel Okafor", "1999999901", "Nora Whitfield", "Weight steady", "Opal"):
        assert expected in by_hand
    assert all("Marlow Creek Family Practice" in text and "Samuel Okafor" in text for text in texts)
    for name in ("emergency-kit.pdf", "care-plan.pdf", "readiness-2026-10.pdf", "2026-10/bound.pdf"):
        assert len(PdfReader(papers / name).pages) >= 1


@pytest.mark.timeout(900)
def test_nothing_is_left_but_in_the_folder_of_the_tour(taken: tuple[Path, Path, str]) -> None:
    _, home, _ = taken
    left = [str(path.relative_to(home)) for path in home.rglob("*") if path.is_file()]
    assert [name for name in left if not name.startswith(".cache/")] == []  # the system's own list of fonts may be kept


def test_a_step_that_cannot_be_done_is_named_with_a_picture(tmp_path: Path) -> None:
    ended = tour(tmp_path / "out", tmp_path / "home", "stuck")
    assert ended.returncode == 1
    assert "The tour stopped at: Press what is not there" in ended.stdout
    assert "a_button_that_is_not_there" in ended.stdout
    assert [path.name for path in (tmp_path / "out").glob("*.png")] == ["01-stopped.png"]


def test_a_crash_of_the_program_stops_the_tour(tmp_path: Path) -> None:
    ended = tour(tmp_path / "out", tmp_path / "home", "crash")
    assert ended.returncode == 1
    assert "The tour stopped at: Divide by zero" in ended.stdout
    assert "ZeroDivisionError" in ended.stdout


def test_a_folder_of_other_things_is_left_alone(tmp_path: Path) -> None:
    out = tmp_path / "out"
    out.mkdir()
    (out / "01-mine.png").write_text("mine", encoding="utf-8")
    ended = tour(out, tmp_path / "home", "first")
    assert ended.returncode == 2
    assert re.search(r"is not empty, and not from an earlier tour", ended.stdout)
    assert [path.name for path in out.iterdir()] == ["01-mine.png"]


def test_the_next_tour_takes_the_place_of_the_one_before_and_leaves_what_was_added(tmp_path: Path) -> None:
    out = tmp_path / "out"
    assert tour(out, tmp_path / "home", "stuck").returncode == 1
    (out / "99-mine.png").write_text("mine", encoding="utf-8")
    assert tour(out, tmp_path / "home", "first").returncode == 0
    assert sorted(path.name for path in out.glob("*.png")) == ["01-welcome.png", "99-mine.png"]
