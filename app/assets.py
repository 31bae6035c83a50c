"""Where `resources/` is, and how its data files are read. Works from source and from the built program."""

import lzma
import tomllib
from functools import cache
from pathlib import Path
from typing import Any

from app.rules.icd10 import CodeSet, parse_code_set
from app.rules.icd10_search import Icd10Search
from app.rules.lay_words import LayWords, parse_lay_words
from app.rules.plan_templates import TemplateBook, parse_template_book
from app.rules.rule_book import RuleBook
from app.rules.rule_tables import parse_rule_book

# The same place from source and in the built program: PyInstaller puts `resources` beside the `app` folder.
RESOURCES = Path(__file__).resolve().parents[1] / "resources"


def load_toml(name: str) -> dict[str, Any]:
    """Return the parsed file `resources/<name>`."""
    return tomllib.loads((RESOURCES / name).read_text(encoding="utf-8"))


@cache
def load_rule_book() -> RuleBook:
    """Return the rule book that comes with the program, read once; `RuleBookError` for tables that cannot be used."""
    return read_rule_book(RESOURCES / "rules")


def read_rule_book(folder: Path) -> RuleBook:
    """Return the rule book of a folder of TOML tables."""
    return parse_rule_book(
        {path.stem: tomllib.loads(path.read_text(encoding="utf-8")) for path in sorted(folder.glob("*.toml"))}
    )


@cache
def common_passphrases() -> frozenset[str]:
    """The bundled list of passphrases that are refused, in lower case."""
    lines = (RESOURCES / "security" / "common_passphrases.txt").read_text(encoding="utf-8").splitlines()
    return frozenset(line.strip().casefold() for line in lines if line.strip() and not line.startswith("#"))


@cache
def load_code_set() -> CodeSet:
    """Return the newest ICD-10-CM codes that come with the program, read once."""
    newest = max((RESOURCES / "icd10cm").glob("20[0-9][0-9].tsv.xz"))
    return parse_code_set(lzma.decompress(newest.read_bytes()).decode("utf-8"))


@cache
def load_lay_words() -> LayWords:
    """Return what people say for diagnoses, read once."""
    return parse_lay_words(load_toml("icd10cm/lay_words.toml"))


@cache
def load_icd10_search() -> Icd10Search:
    """Return the index of the codes that come with the program; about half a second of work, done once."""
    return Icd10Search(load_code_set(), load_lay_words())


@cache
def load_plan_templates() -> TemplateBook:
    """Return the care plan templates that come with the program, read once."""
    files = sorted((RESOURCES / "care_plan_templates").glob("*.toml"))
    return parse_template_book({path.stem: tomllib.loads(path.read_text(encoding="utf-8")) for path in files})
