"""The rules are functions of their arguments: no window, no database, no file, no clock."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
MODULES = sorted((ROOT / "app" / "rules").glob("*.py"))
# What would let the outside in. `zoneinfo` reads the time zone database, once a zone; the test below watches it.
FORBIDDEN_MODULES = {
    "os",
    "io",
    "pathlib",
    "time",
    "random",
    "secrets",
    "socket",
    "subprocess",
    "sqlite3",
    "tempfile",
    "uuid",
}
FORBIDDEN_CALLS = {"now", "today", "utcnow", "open", "read_text", "read_bytes", "getenv", "input", "print"}


def run_in_python(program: str) -> str:
    return subprocess.run([sys.executable, "-c", program], cwd=ROOT, check=True, capture_output=True, text=True).stdout


def test_importing_every_rule_brings_in_nothing_of_the_house_above_them() -> None:
    names = [f"app.rules.{module.stem}" for module in MODULES if module.stem != "__init__"]
    loaded = run_in_python(f"import sys, {', '.join(names)}\nprint(*sys.modules)").split()
    above = {name for name in loaded if name.startswith("app.") and not name.startswith("app.rules")}
    assert above == set()
    assert not {name.split(".")[0] for name in loaded} & {"PySide6", "shiboken6", "sqlalchemy", "sqlcipher3", "alembic"}


@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.stem)
def test_a_rule_names_no_clock_and_no_file(module: Path) -> None:
    named: set[str] = set()
    for node in ast.walk(ast.parse(module.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            named |= {alias.name.split(".")[0] for alias in node.names} & FORBIDDEN_MODULES
        elif isinstance(node, ast.ImportFrom) and node.module:
            named |= {node.module.split(".")[0]} & FORBIDDEN_MODULES
        elif isinstance(node, ast.Call):
            called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            named |= {called} & FORBIDDEN_CALLS
    assert named == set()


WATCHED = """
import sys
from app.assets import load_rule_book
from app.rules.case_json import parse_case
from app.rules.evaluate import evaluate
from tests.rules.case_forms import ready_form
book = load_rule_book()
evaluate(parse_case(ready_form()), book)
seen = []
sys.addaudithook(lambda event, _: seen.append(event))
evaluate(parse_case(ready_form({"id": "again"})), book)
print(*{event for event in seen if event.split(".")[0] in ("open", "os", "socket", "sqlite3", "subprocess")})
if sys.argv[1:]:
    open(__import__("os").devnull).close()
    print(*seen)
"""


def test_judging_a_case_opens_nothing() -> None:
    assert run_in_python(WATCHED).strip() == ""


def test_the_watch_sees_a_file_being_opened() -> None:
    watched = subprocess.run(
        [sys.executable, "-c", WATCHED, "open"], cwd=ROOT, check=True, capture_output=True, text=True
    )
    assert "open" in watched.stdout.split()
