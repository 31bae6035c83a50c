"""What an import is made of, in words; and what has been found out about the chosen files."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QCoreApplication

from app.exchange.recognise import ColumnMapping
from app.rules.intake import FileRefused, Intake, IntakeKind
from app.security.permissions import Actor
from app.services.import_plan import ImportPlan
from app.services.imports import Imports

KINDS: tuple[tuple[IntakeKind, str], ...] = (
    ("patients", "Patients"),
    ("enrolment", "Enrolment and consent"),
    ("qualifying", "Chronic conditions that qualify"),
    ("conditions", "Problems on the chart"),
    ("medications", "Medicines"),
    ("allergies", "Allergies"),
    ("time", "Minutes worked"),
    ("stays", "Hospital and nursing stays"),
    ("services", "Other services billed"),
)
_ALSO = (("practitioners", "Billing practitioners"),)


@dataclass(frozen=True, slots=True)
class FileState:
    """A chosen file: what it is taken for and how many rows it has, or why it cannot be read as it is.

    `rejected` counts rows that cannot be used, `is_matched` says that a person matched its columns.
    """

    path: Path
    name: str
    kind: IntakeKind | None
    rows: int
    rejected: int
    reason: str
    is_matched: bool


@dataclass(frozen=True, slots=True)
class Examined:
    """All files, and, when every one could be read, what importing them would do."""

    files: tuple[FileState, ...]
    intake: Intake | None
    plan: ImportPlan | None


def kind_words(kind: str | None) -> str:
    """Return what a kind of row is called, for a file or in counts."""
    words = dict((*KINDS, *_ALSO))
    return QCoreApplication.translate("Import", words.get(kind or "", "")) if kind else "–"


def counts_words(counts: Mapping[str, int]) -> str:
    """Return counts as `1,000 patients, 20,512 problems on the chart`."""
    order = [kind for kind, _ in (*KINDS, *_ALSO)]
    named = [
        (order.index(kind) if kind in order else len(order), kind, count) for kind, count in counts.items() if count
    ]
    return ", ".join(f"{count:,} {kind_words(kind).lower()}" for _, kind, count in sorted(named))


def csv_files(paths: Sequence[Path]) -> list[Path]:
    """Return the files, and of folders their CSV files, each once; a folder without any stays, to be refused."""
    found: dict[Path, None] = {}
    for path in paths:
        inside = sorted(each for each in path.iterdir() if _is_csv(each)) if path.is_dir() else []
        for each in inside or [path]:
            found.setdefault(each, None)
    return list(found)


def examine(
    imports: Imports,
    actor: Actor,
    paths: Sequence[Path],
    mappings: Mapping[Path, ColumnMapping],
    progress: Callable[[int, int, str], None],
) -> Examined:
    """Read each file by itself, then, if all can be read, all together against the clinic. Nothing is changed."""
    files: list[FileState] = []
    for number, path in enumerate(paths):
        progress(number, len(paths) + 1, path.name)
        files.append(_look(imports, actor, path, mappings))
    if not files or any(file.reason for file in files):
        return Examined(tuple(files), None, None)
    try:
        intake = imports.read(actor, list(paths), mappings)
    except FileRefused as refusal:
        files = [_refused(file, refusal) if file.name == refusal.file else file for file in files]
        return Examined(tuple(files), None, None)
    return Examined(tuple(files), intake, imports.plan(actor, intake))


def _look(imports: Imports, actor: Actor, path: Path, mappings: Mapping[Path, ColumnMapping]) -> FileState:
    own = {path: mappings[path]} if path in mappings else {}
    try:
        intake = imports.read(actor, [path], own)
    except FileRefused as refusal:
        reason = f"{refusal.reason} {refusal.what_to_do}".strip()
        return FileState(path, path.name, None, 0, 0, reason[:1].upper() + reason[1:], bool(own))
    file = intake.files[0]
    return FileState(path, path.name, file.kind, file.rows, len(intake.rejected), "", bool(own))


def _refused(file: FileState, refusal: FileRefused) -> FileState:
    return FileState(file.path, file.name, file.kind, file.rows, file.rejected, refusal.reason, file.is_matched)


def _is_csv(path: Path) -> bool:
    return path.suffix.lower() == ".csv" and not path.name.startswith(".") and path.is_file()
