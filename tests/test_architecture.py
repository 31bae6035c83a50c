import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
APP = ROOT / "app"
WITHOUT_QT = ("rules", "models", "security", "storage", "services", "reports", "exchange")

IMPORT_ALL = """
import importlib, pkgutil, sys
package = importlib.import_module(sys.argv[1])
for module in pkgutil.walk_packages(package.__path__, package.__name__ + "."):
    if not module.name.endswith((".migrations.env", ".__main__")) and ".versions." not in module.name:
        importlib.import_module(module.name)
print(*sorted(name for name in sys.modules if name.split(".")[0] in ("PySide6", "shiboken6")))
"""


def lint(folder: Path) -> subprocess.CompletedProcess[str]:
    linter = Path(sys.executable).with_name("lint-imports")
    return subprocess.run([linter, "--no-cache"], cwd=folder, capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def copy_of_the_house(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("house")
    shutil.copytree(APP, folder / "app", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", folder)
    return folder


def test_import_contract_holds() -> None:
    checked = lint(ROOT)
    assert checked.returncode == 0, checked.stdout + checked.stderr


@pytest.mark.parametrize(
    ("room", "wrong", "contract"),
    [
        ("rules", "import app.models", "A floor uses only what is below it"),
        ("reports", "import app.services", "A floor uses only what is below it"),
        ("services", "import PySide6.QtCore", "Only the views, and what starts them, know Qt"),
        ("views", "import sqlalchemy", "Only the floors that keep or use what is stored know SQLAlchemy"),
        ("services", "import sqlcipher3", "Only the storage opens the encrypted file and migrates it"),
        ("services", "from reportlab.pdfgen import canvas", "Only the reports draw paper"),
    ],
)
def test_import_contract_names_what_breaks_it(copy_of_the_house: Path, room: str, wrong: str, contract: str) -> None:
    offender = copy_of_the_house / "app" / room / "seeded_fault.py"
    offender.write_text(wrong + "\n", encoding="utf-8")
    try:
        checked = lint(copy_of_the_house)
    finally:
        offender.unlink()
    assert checked.returncode == 1
    assert f"{contract} BROKEN" in checked.stdout
    assert f"app.{room}.seeded_fault" in checked.stdout


@pytest.mark.parametrize("room", WITHOUT_QT)
def test_room_loads_without_qt(room: str) -> None:
    loaded = subprocess.run(
        [sys.executable, "-c", IMPORT_ALL, f"app.{room}"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert loaded.returncode == 0, loaded.stderr
    assert loaded.stdout.strip() == ""


def source_files() -> Iterator[Path]:
    return (path for path in APP.rglob("*.py") if "__pycache__" not in path.parts)


def test_no_file_is_longer_than_500_lines() -> None:
    lengths = {
        str(path.relative_to(ROOT)): len(path.read_text(encoding="utf-8").splitlines())
        for path in source_files()
        if path.parent.name != "versions"  # a migration is as long as the step it takes
    }
    assert {name: length for name, length in lengths.items() if length > 500} == {}


def test_modules_are_named_for_what_they_hold() -> None:
    vague = re.compile(r"(^|_)(utils?|helpers?|managers?|misc|common)(_|$)")
    assert [str(path) for path in source_files() if vague.search(path.stem) or vague.search(path.parent.name)] == []
