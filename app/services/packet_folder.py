"""The folder that papers leave by: written beside their place first, and moved there together at the end."""

import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

from app.rules.errors import ClinicError
from app.rules.strict_json import JsonError, read_json

MANIFEST, SUMS = "manifest.json", "SHA256SUMS"
PACKETS = "packets"
_MAKING = ".careloop-making-"
Protect = Callable[[bytes], bytes]
"""Turns a PDF into a copy that opens with a passphrase alone."""


class OutRefused(ClinicError):
    """Papers cannot be written where they were asked for."""


class PacketFolder:
    """Files on their way into `out`. Readable by their owner alone, as all that leaves the encrypted file.

    With `protect` each PDF is written as a protected copy; nothing of it is on the disk in plain, not even on its way.
    """

    def __init__(self, out: Path, stage: Path, protect: Protect | None = None) -> None:
        self._out = out
        self._stage = stage
        self._protect = protect
        self._files: dict[str, str] = {}
        self._originals: dict[str, str] = {}
        self.require_places((MANIFEST, SUMS))

    @property
    def files(self) -> Mapping[str, str]:
        """The files so far: name within the folder → SHA-256 of what was written."""
        return self._files

    @property
    def is_protected(self) -> bool:
        """Whether PDFs are written as copies that open with a passphrase alone."""
        return self._protect is not None

    def require_places(self, names: Iterable[str]) -> None:
        """Raise `OutRefused` where a folder is in the place of a file to come."""
        for name in names:
            if (self._out / name).is_dir():
                raise OutRefused(f"{self._out / name} is a folder, where a file is to be. Nothing was put there.")

    def add(self, name: str, content: bytes) -> str:
        """Write a file, `name` with "/" between folder and file, and return its SHA-256. Raise `OutRefused`."""
        self.require_places((name,))
        if self._protect is not None and name.endswith(".pdf"):
            self._originals[name] = sha256_of(content)
            content = self._protect(content)
        path = self._stage / name
        try:
            path.parent.mkdir(mode=0o700, exist_ok=True)
            with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
                file.write(content)
        except OSError as error:
            raise _refused(self._out, error) from error
        self._files[name] = sha256_of(content)
        return self._files[name]

    def finish(self, described: Mapping[str, object], gone: Mapping[str, str]) -> tuple[Path, ...]:
        """Add checksums and manifest, and move all files into place, each at once; return their paths.

        `gone` names files that no longer stand (name → SHA-256). They are removed, but only what we wrote: a file that
        somebody changed is left.
        """
        self.add(SUMS, sums_bytes(self._files))
        self.add(MANIFEST, manifest_bytes(described, self._files, self._originals))
        try:
            earlier = _protected_copies(self._out / MANIFEST)
            self._out.mkdir(mode=0o700, exist_ok=True)
            for name in sorted(self._files, key=lambda name: name == MANIFEST):
                target = self._out / name
                target.parent.mkdir(mode=0o700, exist_ok=True)
                (self._stage / name).replace(target)
            for name, digest in gone.items():
                old = self._out / name
                if old.is_file() and sha256_of(old.read_bytes()) in {digest, earlier.get((name, digest))}:
                    old.unlink()
        except OSError as error:
            raise _refused(self._out, error) from error
        return tuple(self._out / name for name in sorted(self._files))


def manifest_bytes(
    described: Mapping[str, object], files: Mapping[str, str], originals: Mapping[str, str] | None = None
) -> bytes:
    """Return the manifest of some files, name → SHA-256; `originals` has that of the papers behind protected copies."""
    behind = originals or {}
    listed = [
        {"name": name, "sha256": digest} | ({"original_sha256": behind[name]} if name in behind else {})
        for name, digest in sorted(files.items())
    ]
    return (json.dumps({**described, "files": listed}, indent=1, sort_keys=True) + "\n").encode()


def full_manifest(described: Mapping[str, object], files: Mapping[str, str]) -> bytes:
    """Return the manifest of some files as it is beside all of them and their checksums."""
    return manifest_bytes(described, {**files, SUMS: sha256_of(sums_bytes(files))})


def sha256_of(content: bytes) -> str:
    """Return a file's SHA-256 as the manifest has it."""
    return hashlib.sha256(content).hexdigest()


def sums_bytes(files: Mapping[str, str]) -> bytes:
    """Return the list that `sha256sum --check` reads, of some files, name → SHA-256."""
    return "".join(f"{digest}  {name}\n" for name, digest in sorted(files.items())).encode()


@contextmanager
def packet_folder(out: Path, clinic_folder: Path, protect: Protect | None = None) -> Iterator[PacketFolder]:
    """Yield the way into `out`, which is made if need be. On any error before `finish` nothing is left there.

    With `protect`, PDFs are written as copies made by it. Raises `OutRefused` at once where nothing could be written,
    or where the papers would lie in the clinic's own folder.
    """
    out = out.absolute()
    try:
        within = _within(out, clinic_folder)
        _clear_away(out)
        prefix = _MAKING if within == out else f".{out.name}{_MAKING}"
        stage = Path(tempfile.mkdtemp(prefix=prefix, dir=within))
    except OSError as error:
        raise _refused(out, error) from error
    try:
        yield PacketFolder(out, stage, protect)
    finally:
        shutil.rmtree(stage, ignore_errors=True)


def _protected_copies(manifest: Path) -> dict[tuple[str, str], str]:
    """Return what an earlier manifest says of protected copies: (name, original's SHA-256) → the copy's."""
    try:
        listed = read_json(manifest.read_bytes())
    except (OSError, JsonError):
        return {}
    files = listed.get("files") if isinstance(listed, dict) else None
    rows = [row for row in files if isinstance(row, dict)] if isinstance(files, list) else []
    return {
        (str(row["name"]), str(row["original_sha256"])): str(row["sha256"])
        for row in rows
        if {"name", "sha256", "original_sha256"} <= row.keys()
    }


def _within(out: Path, clinic_folder: Path) -> Path:
    """Return the folder in which papers for `out` can be staged: itself, or the one it will be in."""
    own, real = Path(os.path.realpath(clinic_folder)), Path(os.path.realpath(out))
    if real == own or own in real.parents:
        raise OutRefused("Papers are not written into the clinic's own folder, where all is encrypted. Choose another.")
    if not out.exists():
        if out.is_symlink():
            raise OutRefused(f"{out} is a link to a folder that is not there. Choose another.")
        if not out.parent.is_dir():
            raise OutRefused(f"There is no folder {out.parent} to write to.")
        return out.parent
    for folder in (out, out / PACKETS):
        if folder.exists() and not folder.is_dir():
            raise OutRefused(f"{folder} is a file. Choose a folder to write to.")
        if folder.exists() and not os.access(folder, os.R_OK | os.W_OK | os.X_OK):
            raise OutRefused(f"The folder {folder} cannot be written to. Choose another.")
    return out


def _clear_away(out: Path) -> None:
    """Remove what a run that was cut off left in `out`, or beside it before `out` was: papers that nobody misses."""
    for folder, prefix in ((out, _MAKING), (out.parent, f".{out.name}{_MAKING}")):
        with suppress(OSError):  # we may write in a folder whose neighbours we may not see
            for left in folder.iterdir():
                if left.name.startswith(prefix):
                    shutil.rmtree(left, ignore_errors=True)


def require_out(out: Path, clinic_folder: Path) -> None:
    """Raise `OutRefused` where `packet_folder` would; nothing is left there."""
    with packet_folder(out, clinic_folder):
        pass


def _refused(out: Path, error: OSError) -> OutRefused:
    return OutRefused(f"The folder {out} cannot be written to ({error.strerror}). Nothing was put there.")
