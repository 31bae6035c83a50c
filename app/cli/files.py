"""What a command reads and writes beside the clinic: the password file, the recovery key's file, cases in JSON."""

import argparse
import getpass
import os
import sys
from pathlib import Path

from app.rules.errors import ClinicError
from app.rules.strict_json import JsonError, read_json


class Refused(ClinicError):
    """Input that cannot be used, in one line for the person who gave it."""


def named(path: str) -> str:
    """Return a path that was given. An empty one is a script's empty variable: it would mean the folder one is in."""
    if not path:
        raise argparse.ArgumentTypeError("is empty")
    return path


def passphrase_in(name: str) -> str:
    """Return the first line of the password file without its line end; nothing else is taken from it."""
    try:
        with Path(name).open("rb") as file:
            line = file.readline(100_000)
    except (OSError, ValueError) as error:
        raise Refused(f"The password file {name} cannot be read ({_why(error)}).") from None
    try:
        return line.removesuffix(b"\r\n" if line.endswith(b"\r\n") else b"\n").decode()
    except UnicodeDecodeError:
        raise Refused(f"The password file {name} is not UTF-8 text.") from None


def passphrase_typed(what: str) -> str:
    """Return a new passphrase: typed twice and unseen where somebody sits, else the first line of standard input."""
    if sys.stdin.isatty():
        first = getpass.getpass(f"{what}: ")
        if first != getpass.getpass(f"{what}, again: "):
            raise Refused("The two passphrases are not the same.")
        return first
    try:
        line = sys.stdin.buffer.readline(100_000)
        return line.removesuffix(b"\r\n" if line.endswith(b"\r\n") else b"\n").decode()
    except OSError as error:
        raise Refused(f"standard input: cannot be read ({_why(error)})") from None
    except UnicodeDecodeError:
        raise Refused("standard input: is not UTF-8 text") from None


def json_in(name: str) -> object:
    """Return the value in a file, or on standard input for "-"."""
    spoken = "standard input" if name == "-" else name
    try:
        data = sys.stdin.buffer.read() if name == "-" else Path(name).read_bytes()
        return read_json(data)
    except OSError as error:
        raise Refused(f"{spoken}: cannot be read ({_why(error)})") from None
    except (JsonError, ValueError) as error:
        raise Refused(f"{spoken}: {error}") from None


def write_beside(path: Path, text: str) -> Path:
    """Write a file that nobody else may read beside `path`, its place to be, and return it; `Refused` if that is taken.

    What a run that was cut off left beside it is overwritten: the key of a clinic that never was.
    """
    beside = path.with_name(f".{path.name}.careloop-making") if path.name else path
    try:
        if path.exists() or path.is_symlink():
            raise Refused(f"{path} is there already, and is not overwritten. Choose another file.")
        beside.unlink(missing_ok=True)
        try:
            with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
                file.write(text)
                file.flush()
                os.fsync(file.fileno())
        except BaseException:
            beside.unlink(missing_ok=True)
            raise
    except (OSError, ValueError) as error:
        raise Refused(f"The file {path} cannot be written ({_why(error)}).") from None
    return beside


def give_name(beside: Path, path: Path) -> bool:
    """Give the file `beside` its name; False where that cannot be, whatever happened there: then the file is gone."""
    try:
        beside.replace(path)
    except OSError:
        beside.unlink(missing_ok=True)
        return False
    return True


def _why(error: OSError | ValueError) -> str:
    return getattr(error, "strerror", None) or type(error).__name__
