import tomllib
from functools import cache
from pathlib import Path

from app.rules.rule_book import RuleBook
from app.rules.rule_tables import parse_rule_book

# The same place from source and in the built program: PyInstaller puts `resources` beside the `app` folder.
RESOURCES = Path(__file__).resolve().parents[1] / "resources"


@cache
def load_rule_book() -> RuleBook:
    """Return the rule book that comes with the program; read once. Raises `RuleBookError` for tables that cannot be used."""
    return read_rule_book(RESOURCES / "rules")


def read_rule_book(folder: Path) -> RuleBook:
    """Return the rule book of a folder of TOML tables."""
    return parse_rule_book(
        {path.stem: tomllib.loads(path.read_text("utf-8")) for path in sorted(folder.glob("*.toml"))}
    )
