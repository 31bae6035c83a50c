import zipfile
from pathlib import Path

from app.rules.icd10 import CodeSet
from app.rules.icd10_order_file import LARGEST_FILE, NotAnOrderFile, parse_order_file


def read_order_file(path: Path) -> CodeSet:
    """Return the codes in an official ICD-10-CM order file, plain or in its zip file. Raise `NotAnOrderFile`."""
    try:
        name, content = _from_zip(path) if zipfile.is_zipfile(path) else (path.name, _whole(path))
    except (OSError, zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError) as error:
        raise NotAnOrderFile("This file cannot be read.") from error
    return parse_order_file(name, content)


def _whole(path: Path) -> bytes:
    if path.stat().st_size > LARGEST_FILE:
        raise NotAnOrderFile("This file is too large.")
    return path.read_bytes()


def _from_zip(path: Path) -> tuple[str, bytes]:
    with zipfile.ZipFile(path) as archive:
        for entry in archive.infolist():
            name = entry.filename.rpartition("/")[2]
            lower = name.lower()
            if lower.endswith(".txt") and "order" in lower and "addenda" not in lower:
                with archive.open(entry) as file:
                    content = file.read(LARGEST_FILE + 1)
                if len(content) > LARGEST_FILE:
                    raise NotAnOrderFile("The file in this zip file is too large.")
                return name, content
    raise NotAnOrderFile("This zip file holds no order file.")
