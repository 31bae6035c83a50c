"""What a stranger reads and runs first: the lock, the commands, the change log, the links."""

import os
import re
import subprocess
import sys
import tomllib
from datetime import date
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
# In two halves, so that this file holds to its own rule.
REGISTRIES = tuple(
    "".join(halves)
    for halves in (
        ("pypi", ".org"),
        ("python", "hosted.org"),
        ("npm", "js.org"),
        ("npm", "js.com"),
        ("ana", "conda.org"),
        ("proxy.", "golang.org"),
        ("crates", ".io"),
        ("deb.", "debian.org"),
        ("archive.", "ubuntu.com"),
    )
)


def read(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def ours(*endings: str) -> list[Path]:
    """Every file of the project with one of these endings; without git's help, since a download has none."""
    skipped = {".git", ".venv", "build", "dist", "__pycache__", ".hypothesis"}
    found: list[Path] = []
    for folder, folders, files in os.walk(ROOT):
        folders[:] = [name for name in folders if name not in skipped and not name.endswith("_cache")]
        found += [Path(folder, name) for name in files if name.endswith(endings)]
    return found


def locked() -> dict[str, str]:
    """Each locked package with its own lines of the lock."""
    blocks = re.split(r"(?m)^(?=\S)", read("requirements.lock"))
    return {re.sub(r"[-_.]+", "-", block.split("==")[0].lower()): block for block in blocks if block.strip()}


def targets() -> set[str]:
    return set(re.findall(r"(?m)^([a-z]+):", read("Makefile")))


def test_every_locked_package_has_one_version_and_hashes() -> None:
    packages = locked()
    assert len(packages) > 40
    for name, lines in packages.items():
        assert re.match(r"[A-Za-z0-9._-]+==[^\s;]+( ; [^\n]+)? \\\n", lines), name
        assert re.search(r"--hash=sha256:[0-9a-f]{64}", lines), name


def test_the_lock_names_no_place_to_fetch_from() -> None:
    text = read("requirements.lock")
    assert "://" not in text
    assert re.findall(r"(?m)^\s*--(?!hash=)\S+", text) == []


def test_every_dependency_is_locked() -> None:
    project = tomllib.loads(read("pyproject.toml"))["project"]
    named = [*project["dependencies"], *project["optional-dependencies"]["dev"]]
    wanted = {re.sub(r"[-_.]+", "-", re.split(r"[^A-Za-z0-9._-]", line)[0].lower()) for line in named}
    assert wanted <= set(locked())


def test_every_dependency_of_the_program_has_its_reason() -> None:
    reasons = read("docs/decisions/0002-dependencies.md").lower()
    for line in tomllib.loads(read("pyproject.toml"))["project"]["dependencies"]:
        name = re.split(r"[^A-Za-z0-9._-]", line)[0].lower()
        assert re.search(rf"(?m)^\| {re.escape(name)} \|", reasons), name


def test_no_file_names_a_registry() -> None:
    read_by_people = ours(".py", ".md", ".toml", ".lock", ".spec", ".txt", ".cfg", ".ini", "Makefile", "run")
    assert len(read_by_people) > 50
    naming = [
        f"{path.relative_to(ROOT)}: {host}"
        for path in read_by_people
        for host in REGISTRIES
        if host in path.read_text(encoding="utf-8", errors="replace").lower()
    ]
    assert naming == []


def test_commands_in_the_documents_exist() -> None:
    for document in ours(".md"):
        text = document.read_text(encoding="utf-8")
        named = set(re.findall(r"(?m)(?:`|^ {4})make ([a-z]+)\b", text))
        assert named <= targets(), document


def test_every_command_of_the_program_is_in_the_readme() -> None:
    shown = subprocess.run(
        [sys.executable, "-m", "app", "--help"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    commands = re.findall(r"(?m)^    ([a-z][a-z-]+)(?:  |$)", shown.stdout)
    assert "evaluate" in commands
    readme = read("README.md")
    assert [name for name in commands if not re.search(rf"(`|-m app ){name}\b", readme)] == []


def test_help_lists_every_target() -> None:
    shown = subprocess.run(["make", "help"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert set(re.findall(r"(?m)^  make ([a-z]+) +\S", shown)) == targets()
    by_itself = subprocess.run(["make"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert by_itself == shown


def test_run_and_test_set_up_first() -> None:
    # Under `make test` a make of our own would speak as its child.
    alone = {name: value for name, value in os.environ.items() if not name.startswith("MAKE")}
    for target in ("run", "test"):
        planned = subprocess.run(
            ["make", "--dry-run", "PYTHON=some-python", target],
            cwd=ROOT,
            env=alone,
            capture_output=True,
            text=True,
            check=True,
        ).stdout.splitlines()
        assert planned[0] == "some-python bootstrap.py"
        assert len(planned) > 1


def test_continuous_integration_runs_make_test_and_nothing_else() -> None:
    script = ROOT / ".ci" / "run"
    assert os.access(script, os.X_OK)
    assert "exec make test" in script.read_text(encoding="utf-8")


@pytest.mark.parametrize("document", sorted(str(path.relative_to(ROOT)) for path in ours(".md")))
def test_links_lead_somewhere(document: str) -> None:
    text = read(document)
    for target in re.findall(r"\]\(([^)\s]+)\)", text):
        if "://" not in target and not target.startswith("#"):
            assert (ROOT / document).parent.joinpath(target.split("#")[0]).exists(), target


def test_change_log_has_its_form() -> None:
    text = read("CHANGELOG.md")
    assert text.startswith("# Changelog\n")
    versions = re.findall(r"(?m)^## (.+)$", text)
    assert versions[0] == "[Unreleased]"
    days = []
    for version in versions[1:]:
        match = re.fullmatch(r"\[\d+\.\d+\.\d+\] - (\d{4}-\d\d-\d\d)", version)
        assert match, version
        days.append(date.fromisoformat(match[1]))
    assert days == sorted(days, reverse=True)
    kinds = set(re.findall(r"(?m)^### (.+)$", text))
    assert kinds <= {"Added", "Changed", "Deprecated", "Removed", "Fixed", "Security"}


def test_decisions_are_numbered_without_gaps_and_say_what_was_decided() -> None:
    pages = sorted((ROOT / "docs" / "decisions").glob("*.md"))
    assert [page.name[:4] for page in pages] == [f"{number:04}" for number in range(1, len(pages) + 1)]
    for page in pages:
        assert page.read_text(encoding="utf-8").startswith(f"# {page.name[:4]}: "), page.name


def test_the_licence_is_whole_and_is_the_one_named() -> None:
    text = read("LICENSE")
    assert "Apache License" in text
    assert "Version 2.0, January 2004" in text
    assert "END OF TERMS AND CONDITIONS" in text
    assert tomllib.loads(read("pyproject.toml"))["project"]["license"] == "Apache-2.0"


def test_the_build_takes_along_what_is_read_by_path() -> None:
    recipe = read("build.spec")
    compile(recipe, "build.spec", "exec")
    for folder in re.findall(r'\("([\w/]+)", "([\w/]+)"\)', recipe):
        assert folder[0] == folder[1]
        assert (ROOT / folder[0]).is_dir()
    assert '"resources"' in recipe
    assert '"app/storage/migrations"' in recipe
