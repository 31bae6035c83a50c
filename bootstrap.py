"""Set CareLoop up in its own folder: `.venv`, the locked packages and, on Linux, the libraries Qt needs.

`make setup` runs this with the system's Python; on Windows and macOS it can be run by hand (`python bootstrap.py`).
It uses the standard library alone, says one line per step, never calls sudo, and does nothing when nothing changed.
The syntax stays plain enough for Python 3.7, so that an old Python gets a sentence and not a traceback.
"""

from __future__ import annotations

import contextlib
import hashlib
import importlib
import importlib.util
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Callable, Iterable, Iterator, NamedTuple, Sequence  # noqa: UP035 - the others need Python 3.9

ROOT = Path(__file__).resolve().parent
OLDEST = (3, 11)
NEWEST = (3, 14)  # the locked PySide6 has no wheel for a newer one
DONE = "setup-done"  # holds the fingerprint of what was set up
UNFINISHED = "setup-unfinished"  # a folder with this was interrupted and is not trusted

# What the app and its tests load of Qt. The platform plugins name the libraries of the window system, which
# nothing else would miss until the first window is opened.
QT_PARTS = (
    "QtCore.abi3.so",
    "QtGui.abi3.so",
    "QtWidgets.abi3.so",
    "QtSvg.abi3.so",
    "QtPrintSupport.abi3.so",
    "QtTest.abi3.so",
    "Qt/plugins/platforms/libqoffscreen.so",
    "Qt/plugins/platforms/libqxcb.so",
    "Qt/plugins/platforms/libqwayland.so",
    "Qt/plugins/xcbglintegrations/libqxcb-egl-integration.so",
    "Qt/plugins/xcbglintegrations/libqxcb-glx-integration.so",
    "Qt/plugins/iconengines/libqsvgicon.so",
    "Qt/plugins/imageformats/libqsvg.so",
)

# Shared library → the Debian and Ubuntu packages that may hold it, the newest name first.
PACKAGES = {
    "libEGL.so.1": ("libegl1",),
    "libGL.so.1": ("libgl1",),
    "libGLX.so.0": ("libglx0",),
    "libGLdispatch.so.0": ("libglvnd0",),
    "libOpenGL.so.0": ("libopengl0",),
    "libX11.so.6": ("libx11-6",),
    "libX11-xcb.so.1": ("libx11-xcb1",),
    "libXau.so.6": ("libxau6",),
    "libXdmcp.so.6": ("libxdmcp6",),
    "libbrotlidec.so.1": ("libbrotli1",),
    "libdbus-1.so.3": ("libdbus-1-3",),
    "libexpat.so.1": ("libexpat1",),
    "libfontconfig.so.1": ("libfontconfig1",),
    "libfreetype.so.6": ("libfreetype6",),
    "libgcc_s.so.1": ("libgcc-s1",),
    "libgio-2.0.so.0": ("libglib2.0-0t64", "libglib2.0-0"),
    "libglib-2.0.so.0": ("libglib2.0-0t64", "libglib2.0-0"),
    "libgobject-2.0.so.0": ("libglib2.0-0t64", "libglib2.0-0"),
    "libgthread-2.0.so.0": ("libglib2.0-0t64", "libglib2.0-0"),
    "libgssapi_krb5.so.2": ("libgssapi-krb5-2",),
    "libpng16.so.16": ("libpng16-16t64", "libpng16-16"),
    "libstdc++.so.6": ("libstdc++6",),
    "libwayland-client.so.0": ("libwayland-client0",),
    "libwayland-cursor.so.0": ("libwayland-cursor0",),
    "libwayland-egl.so.1": ("libwayland-egl1",),
    "libxcb-cursor.so.0": ("libxcb-cursor0",),
    "libxcb-glx.so.0": ("libxcb-glx0",),
    "libxcb-icccm.so.4": ("libxcb-icccm4",),
    "libxcb-image.so.0": ("libxcb-image0",),
    "libxcb-keysyms.so.1": ("libxcb-keysyms1",),
    "libxcb-randr.so.0": ("libxcb-randr0",),
    "libxcb-render-util.so.0": ("libxcb-render-util0",),
    "libxcb-render.so.0": ("libxcb-render0",),
    "libxcb-shape.so.0": ("libxcb-shape0",),
    "libxcb-shm.so.0": ("libxcb-shm0",),
    "libxcb-sync.so.1": ("libxcb-sync1",),
    "libxcb-util.so.1": ("libxcb-util1",),
    "libxcb-xfixes.so.0": ("libxcb-xfixes0",),
    "libxcb-xkb.so.1": ("libxcb-xkb1",),
    "libxcb.so.1": ("libxcb1",),
    "libxkbcommon-x11.so.0": ("libxkbcommon-x11-0",),
    "libxkbcommon.so.0": ("libxkbcommon0",),
    "libz.so.1": ("zlib1g",),
    "libzstd.so.1": ("libzstd1",),
}

QT_PROOF = "from PySide6.QtWidgets import QApplication, QLabel; QApplication([]); QLabel('ready').show()"
NO_NETWORK = re.compile(
    r"Retrying \(|NewConnectionError|NameResolutionError|ProxyError|Could not fetch URL|ConnectTimeout|ReadTimeout"
)


class SetupStopped(Exception):
    """Something a person has to do first, in a sentence that says what."""


class Finished(NamedTuple):
    """How a started program ended: its exit code and all it printed."""

    code: int
    output: str


Run = Callable[[Sequence[str]], Finished]
Say = Callable[[str], None]


class Machine(NamedTuple):
    """What setup asks of the machine, so that its decisions can be tried without changing one.

    Attributes:
        run: Starts a program and waits for it.
        say: Shows one line of progress.
        find: Where a program is, or None (`shutil.which`).
        is_root: Whether packages may be installed for the whole machine.
    """

    run: Run
    say: Say
    find: Callable[[str], str | None]
    is_root: bool


def main() -> int:
    """Set up what is missing; return 0, or 1 after a sentence that says what to do."""
    try:
        if not OLDEST <= sys.version_info[:2] <= NEWEST:
            return subprocess.call([fitting_python(_this_machine()), str(Path(__file__).resolve())])
        venv = ROOT / ".venv"
        if not is_done(venv, fingerprint(ROOT)):
            with one_at_a_time():
                set_up(ROOT, _this_machine())
    except SetupStopped as stopped:
        print(f"\n{stopped}\n", file=sys.stderr)
        return 1
    except OSError as error:
        print(f"\nSetup stopped: {error.strerror}: {error.filename}\n", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nSetup was interrupted. Run it again: it starts over where it must.\n", file=sys.stderr)
        return 130
    return 0


def set_up(root: Path, machine: Machine) -> None:
    """Bring `root/.venv` to what `root/requirements.lock` says, with the system libraries it needs."""
    venv, mark = root / ".venv", fingerprint(root)
    if is_done(venv, mark):  # another setup finished while this one waited
        return
    if not is_usable(venv):
        require_venv_module(machine)
        make_environment(venv, machine)
    (venv / DONE).unlink(missing_ok=True)
    (venv / UNFINISHED).touch()
    install_packages(venv, root / "requirements.lock", machine)
    (venv / UNFINISHED).unlink()
    if sys.platform.startswith("linux"):
        require_qt_libraries(qt_parts(venv), machine)
    prove_qt(venv, machine)
    (venv / DONE).write_text(mark, encoding="ascii")
    machine.say("Ready.")


def fingerprint(root: Path) -> str:
    """What a finished setup depends on: the lock, this script and the Python it was made with."""
    digest = hashlib.sha256()
    for name in ("requirements.lock", "bootstrap.py"):
        digest.update(hashlib.sha256((root / name).read_bytes()).digest())
    digest.update(f"{sys.version_info[0]}.{sys.version_info[1]} {root}".encode())
    return digest.hexdigest()


def is_done(venv: Path, mark: str) -> bool:
    """Whether `venv` was finished for `mark` and its Python is still there."""
    try:
        return (venv / DONE).read_text(encoding="ascii") == mark and python_of(venv).exists()
    except (FileNotFoundError, NotADirectoryError):
        return False


def is_usable(venv: Path) -> bool:
    """Whether packages can be installed into `venv` as it is.

    An environment that was interrupted, copied from another folder (its programs name the old one), made by another
    Python, or whose Python has gone, is not.
    """
    settings = venv / "pyvenv.cfg"
    if not settings.exists() or (venv / UNFINISHED).exists() or not python_of(venv).exists():
        return False
    values: dict[str, str] = dict(re.findall(r"(?m)^(\w+) *= *(.*?)\s*$", settings.read_text(encoding="utf-8")))
    made_for = values.get("command", str(venv)).rsplit(" -m venv ", 1)[-1]
    return values.get("version", "").split(".")[:2] == [str(n) for n in sys.version_info[:2]] and made_for == str(venv)


def python_of(venv: Path) -> Path:
    """The interpreter inside `venv`."""
    return venv / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


def fitting_python(machine: Machine) -> str:
    """Another Python on this machine that CareLoop runs on; raise `SetupStopped` when there is none."""
    for minor in range(NEWEST[1], OLDEST[1] - 1, -1):
        found = machine.find(f"python3.{minor}")
        if found and machine.run([found, "-c", ""]).code == 0:  # a version manager's name may lead nowhere
            return found
    have = ".".join(str(n) for n in sys.version_info[:3])
    raise SetupStopped(
        f"CareLoop needs Python {OLDEST[0]}.{OLDEST[1]} to {NEWEST[0]}.{NEWEST[1]}; {sys.executable} is {have}.\n"
        "Install one of those, then run the same command again, or name it: make setup PYTHON=/path/to/python3"
    )


def require_venv_module(machine: Machine) -> None:
    """Make sure Python can make environments: Debian and Ubuntu keep that in a package of its own."""
    if has_venv_module():
        return
    version = f"{sys.version_info[0]}.{sys.version_info[1]}"
    base = os.path.realpath(base_python())
    if not base.startswith("/usr/bin/"):
        raise SetupStopped(f"{base} was built without ensurepip, so it cannot make environments. Use another Python.")
    install_system_packages(f"Python {version} cannot make environments yet", [f"python{version}-venv"], machine)
    importlib.invalidate_caches()
    if not has_venv_module():
        raise SetupStopped(f"python{version}-venv is installed, but {base} still has no ensurepip. Use another Python.")


def has_venv_module() -> bool:
    """Whether this Python brings venv and the pip to put into one."""
    return all(importlib.util.find_spec(name) is not None for name in ("venv", "ensurepip"))


def base_python() -> str:
    """The interpreter outside any environment: the one in `.venv` may be about to be replaced."""
    return str(getattr(sys, "_base_executable", None) or sys.executable)


def make_environment(venv: Path, machine: Machine) -> None:
    """Make `venv` anew, with pip and nothing else."""
    machine.say(f"Making the environment {venv} with Python {sys.version.split()[0]}")
    base = base_python()
    if venv.exists():
        shutil.rmtree(venv)
    venv.mkdir()
    (venv / UNFINISHED).touch()
    made = machine.run([base, "-m", "venv", str(venv)])
    if made.code != 0:
        raise SetupStopped(f"The environment could not be made:\n{_last_lines(made.output)}")


def install_packages(venv: Path, lock: Path, machine: Machine) -> None:
    """Install exactly what `lock` names, checked by its hashes. The person's own pip settings are respected."""
    count = sum(1 for line in lock.read_text(encoding="utf-8").splitlines() if "==" in line)
    machine.say(f"Installing the {count} locked packages (the first time a download of some 150 MB)")
    pip = [str(python_of(venv)), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    installed = machine.run([*pip, "--require-hashes", "--requirement", str(lock)])
    if installed.code == 0:
        return
    reason = f"The locked packages could not be installed (pip ended with {installed.code})."
    if NO_NETWORK.search(installed.output):
        reason = (
            "The locked packages could not be downloaded: the package index does not answer.\n"
            "Connect this machine, or tell pip where its packages are (pip config, a proxy), and run this again."
        )
    raise SetupStopped(f"{reason} pip says:\n{_last_lines(installed.output)}")


def qt_parts(venv: Path) -> list[str]:
    """The Qt files whose system libraries are asked for, as far as this PySide6 has them."""
    folder = venv / "lib" / f"python{sys.version_info[0]}.{sys.version_info[1]}" / "site-packages" / "PySide6"
    return [str(folder / part) for part in QT_PARTS if (folder / part).exists()]


def require_qt_libraries(parts: Sequence[str], machine: Machine) -> None:
    """Make sure every system library that Qt loads is there; raise `SetupStopped` with the command otherwise."""
    machine.say("Checking the system libraries Qt needs")
    missing = missing_libraries(parts, machine.run)
    if not missing:
        return
    unknown = sorted(name for name in missing if name not in PACKAGES)
    if unknown:
        raise SetupStopped(f"Qt needs system libraries that are not installed: {', '.join(unknown)}")
    why = f"Qt needs {len(missing)} system libraries that are not installed"
    install_system_packages(why, packages_for(missing, machine), machine)
    still = missing_libraries(parts, machine.run)
    if still:
        raise SetupStopped(f"Qt still misses system libraries: {', '.join(sorted(still))}")


def missing_libraries(parts: Sequence[str], run: Run) -> set[str]:
    """Names of the shared libraries that the loader does not find for `parts`."""
    return set(re.findall(r"(?m)^\s*(\S+) => not found", run(["ldd", *parts]).output))


def packages_for(libraries: Iterable[str], machine: Machine) -> list[str]:
    """The packages that hold `libraries`, by the names this release of Debian or Ubuntu uses."""
    chosen = set()
    for names in {PACKAGES[library] for library in libraries}:
        known = (name for name in names if len(names) == 1 or _is_offered(name, machine))
        chosen.add(next(known, names[-1]))
    return sorted(chosen)


def install_system_packages(why: str, packages: Sequence[str], machine: Machine) -> None:
    """Install `packages` with apt when this is root; otherwise raise `SetupStopped` with the exact command."""
    if machine.find("apt-get") is None:
        raise SetupStopped(
            f"{why}.\nOn Debian and Ubuntu that is: {' '.join(packages)}\n"
            "Install the same with this system's own package manager, then run this again."
        )
    install = ["apt-get", "install", "-y", "--no-install-recommends", *packages]
    if not machine.is_root:
        sudo = "sudo " if machine.find("sudo") else ""
        who = "" if sudo else " as root"
        raise SetupStopped(
            f"{why}. Run this{who}, then the same command again:\n\n"
            f"    {sudo}apt-get update && {sudo}{' '.join(install)}"
        )
    machine.say(f"{why}: installing {' '.join(packages)}")
    for command in (["apt-get", "update"], install):
        ended = machine.run(command)
        if ended.code != 0:
            raise SetupStopped(f"`{' '.join(command)}` failed:\n{_last_lines(ended.output)}")


def prove_qt(venv: Path, machine: Machine) -> None:
    """Open a Qt application without a display: the proof that the libraries really load."""
    proof = machine.run([str(python_of(venv)), "-c", QT_PROOF])
    if proof.code != 0:
        raise SetupStopped(f"Qt is installed but does not start:\n{_last_lines(proof.output)}")


def _is_offered(package: str, machine: Machine) -> bool:
    policy = machine.run(["apt-cache", "policy", package]).output
    return "Candidate:" in policy and "Candidate: (none)" not in policy


def _last_lines(output: str) -> str:
    lines = output.strip().splitlines()
    errors = [line for line in lines if line.startswith(("ERROR", "E: "))]  # as pip and apt mark them
    return "\n".join(f"    {line}" for line in (errors or lines)[-12:])


def _this_machine() -> Machine:
    is_root = hasattr(os, "geteuid") and os.geteuid() == 0
    return Machine(run=_run, say=lambda line: print(line, flush=True), find=shutil.which, is_root=is_root)


def _run(command: Sequence[str]) -> Finished:
    # Untranslated output is read back; the settings for pip and proxies pass through.
    words = dict(os.environ, LC_ALL="C.UTF-8", DEBIAN_FRONTEND="noninteractive", QT_QPA_PLATFORM="offscreen")
    try:
        ended = subprocess.run(
            list(command),
            env=words,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
            check=False,
        )
    except FileNotFoundError:
        return Finished(127, f"{command[0]}: not found")
    return Finished(ended.returncode, ended.stdout.decode("utf-8", "replace"))


@contextlib.contextmanager
def one_at_a_time() -> Iterator[None]:
    """Hold off a second setup in the same folder; the lock is on this file, so nothing is left behind."""
    try:
        import fcntl  # not on Windows  # noqa: PLC0415
    except ImportError:
        yield
        return
    with Path(__file__).open("rb") as held:
        try:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            print("Another setup is running here; waiting for it", flush=True)
            fcntl.flock(held, fcntl.LOCK_EX)
        yield


if __name__ == "__main__":
    sys.exit(main())
