"""Setting up is tried on real folders; what would change the machine is answered by a recorded one."""

import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

import bootstrap
from bootstrap import Finished, Machine, SetupStopped

ROOT = Path(__file__).parents[1]
LDD_WITH_TWO_MISSING = """
/x/libqxcb.so:
\tlibQt6Gui.so.6 => /x/../../lib/libQt6Gui.so.6 (0x00007f4839400000)
\tlibxcb-cursor.so.0 => not found
\tlibc.so.6 => /lib/x86_64-linux-gnu/libc.so.6 (0x00007f483821e000)
/x/libqoffscreen.so:
\tlibglib-2.0.so.0 => not found
\tlibxcb-cursor.so.0 => not found
"""
LDD_WITH_NONE_MISSING = "\tlibc.so.6 => /lib/x86_64-linux-gnu/libc.so.6 (0x00007f483821e000)\n"


class Recorded:
    """A machine that answers from a table and remembers what it was asked to do.

    Args:
        answers: What each command answers, by the beginning of the command; a list is used up one by one.
        programs: The programs it has.
    """

    def __init__(
        self, answers: Mapping[str, Finished | list[Finished]], programs: Sequence[str], *, is_root: bool
    ) -> None:
        self.asked: list[str] = []
        self.said: list[str] = []
        self._answers = answers
        self.machine = Machine(
            run=self._run,
            say=self.said.append,
            find=lambda name: f"/usr/bin/{name}" if name in programs else None,
            is_root=is_root,
        )

    def _run(self, command: Sequence[str]) -> Finished:
        line = " ".join(command)
        self.asked.append(line)
        answer = next((known for start, known in self._answers.items() if line.startswith(start)), Finished(0, ""))
        return answer.pop(0) if isinstance(answer, list) else answer


def test_finds_each_missing_library_once() -> None:
    recorded = Recorded({"ldd": Finished(0, LDD_WITH_TWO_MISSING)}, [], is_root=False)
    found = bootstrap.missing_libraries(["/x/libqxcb.so", "/x/libqoffscreen.so"], recorded.machine.run)
    assert found == {"libxcb-cursor.so.0", "libglib-2.0.so.0"}


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="ldd is Linux's")
def test_every_library_of_the_installed_qt_is_looked_for() -> None:
    parts = bootstrap.qt_parts(ROOT / ".venv")
    assert any(part.endswith("libqxcb.so") for part in parts)
    assert any(part.endswith("libqoffscreen.so") for part in parts)
    everything = Finished(0, subprocess.run(["ldd", *parts], capture_output=True, text=True, check=True).stdout)
    needed = {line.split(" => ")[0].strip() for line in everything.output.splitlines() if " => " in line}
    direct = {
        name for name in needed if name.startswith(("libxcb", "libxkb", "libEGL", "libGL", "libwayland", "libX11"))
    }
    assert direct
    assert direct <= set(bootstrap.PACKAGES)


def test_someone_without_rights_gets_the_exact_command_and_nothing_is_changed() -> None:
    recorded = Recorded({"ldd": Finished(0, LDD_WITH_TWO_MISSING)}, ["apt-get", "sudo"], is_root=False)
    with pytest.raises(SetupStopped) as stopped:
        bootstrap.require_qt_libraries(["/x/libqxcb.so"], recorded.machine)
    assert "sudo apt-get update && sudo apt-get install -y --no-install-recommends libglib2.0-0 libxcb-cursor0" in str(
        stopped.value
    )
    assert not any(line.startswith(("apt-get", "sudo")) for line in recorded.asked)


def test_where_there_is_no_sudo_the_command_is_for_root() -> None:
    recorded = Recorded({"ldd": Finished(0, LDD_WITH_TWO_MISSING)}, ["apt-get"], is_root=False)
    with pytest.raises(SetupStopped, match="Run this as root") as stopped:
        bootstrap.require_qt_libraries(["/x/libqxcb.so"], recorded.machine)
    assert "sudo" not in str(stopped.value)


def test_root_gets_them_installed_and_checked_again() -> None:
    answers: dict[str, Finished | list[Finished]] = {
        "ldd": [Finished(0, LDD_WITH_TWO_MISSING), Finished(0, LDD_WITH_NONE_MISSING)],
        "apt-cache policy libglib2.0-0t64": Finished(0, "libglib2.0-0t64:\n  Candidate: 2.84.1-1\n"),
    }
    recorded = Recorded(answers, ["apt-get"], is_root=True)
    bootstrap.require_qt_libraries(["/x/libqxcb.so"], recorded.machine)
    assert [line for line in recorded.asked if line.startswith("apt-get")] == [
        "apt-get update",
        "apt-get install -y --no-install-recommends libglib2.0-0t64 libxcb-cursor0",
    ]


def test_a_library_that_stays_missing_stops_setup() -> None:
    recorded = Recorded({"ldd": Finished(0, LDD_WITH_TWO_MISSING)}, ["apt-get"], is_root=True)
    with pytest.raises(SetupStopped, match=r"still misses system libraries: libglib-2\.0\.so\.0, libxcb-"):
        bootstrap.require_qt_libraries(["/x/libqxcb.so"], recorded.machine)


def test_a_failing_apt_is_reported_with_its_own_words() -> None:
    answers = {"apt-get update": Finished(100, "Hit:1 somewhere\nE: Could not open lock file\n")}
    recorded = Recorded(answers, ["apt-get"], is_root=True)
    with pytest.raises(SetupStopped, match=r"`apt-get update` failed:\n    E: Could not open lock file$"):
        bootstrap.install_system_packages("why", ["libegl1"], recorded.machine)


def test_a_system_without_apt_hears_what_is_needed() -> None:
    recorded = Recorded({"ldd": Finished(0, LDD_WITH_TWO_MISSING)}, [], is_root=True)
    with pytest.raises(SetupStopped, match="own package manager"):
        bootstrap.require_qt_libraries(["/x/libqxcb.so"], recorded.machine)


def test_a_library_no_package_is_known_for_is_named() -> None:
    recorded = Recorded({"ldd": Finished(0, "\tlibnew.so.7 => not found\n")}, ["apt-get"], is_root=True)
    with pytest.raises(SetupStopped, match=r"not installed: libnew\.so\.7"):
        bootstrap.require_qt_libraries(["/x/libqxcb.so"], recorded.machine)


def test_missing_venv_module_is_a_package_of_this_python(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bootstrap, "has_venv_module", lambda: False)
    monkeypatch.setattr(bootstrap, "base_python", lambda: "/usr/bin/true")
    recorded = Recorded({}, ["apt-get", "sudo"], is_root=False)
    with pytest.raises(SetupStopped) as stopped:
        bootstrap.require_venv_module(recorded.machine)
    package = f"python{sys.version_info[0]}.{sys.version_info[1]}-venv"
    assert f"sudo apt-get install -y --no-install-recommends {package}" in str(stopped.value)


def test_without_network_the_person_hears_that_and_pips_own_errors() -> None:
    output = (
        "WARNING: Retrying (Retry(total=0)) after connection broken by 'NewConnectionError'\n"
        "ERROR: No matching distribution found for alembic==1.20.1\n"
    )
    python = str(bootstrap.python_of(Path("/v")))
    recorded = Recorded({python: Finished(1, output)}, [], is_root=False)
    with pytest.raises(SetupStopped, match="does not answer") as stopped:
        bootstrap.install_packages(Path("/v"), ROOT / "requirements.lock", recorded.machine)
    assert "    ERROR: No matching distribution found for alembic==1.20.1" in str(stopped.value)
    assert "Retrying" not in str(stopped.value)


def test_packages_are_installed_by_hash_only() -> None:
    recorded = Recorded({}, [], is_root=False)
    bootstrap.install_packages(Path("/v"), ROOT / "requirements.lock", recorded.machine)
    assert "--require-hashes --requirement" in recorded.asked[0]
    assert "index" not in recorded.asked[0]  # whose registry is asked is the person's own setting


def test_another_fitting_python_is_taken_only_if_it_runs() -> None:
    answers = {"/usr/bin/python3.14": Finished(127, "not found")}
    recorded = Recorded(answers, ["python3.14", "python3.12"], is_root=False)
    assert bootstrap.fitting_python(recorded.machine) == "/usr/bin/python3.12"


def test_no_fitting_python_says_which_are(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "version_info", (3, 9, 2))
    with pytest.raises(SetupStopped, match=r"needs Python 3\.11 to 3\.14; .* is 3\.9\.2\."):
        bootstrap.fitting_python(Recorded({}, [], is_root=False).machine)


@pytest.fixture
def bare_environment(tmp_path: Path) -> Path:
    """A real environment, without pip (which takes seconds)."""
    venv = tmp_path.resolve() / ".venv"
    subprocess.run([bootstrap.base_python(), "-m", "venv", "--without-pip", venv], check=True)
    settings = venv / "pyvenv.cfg"
    settings.write_text(settings.read_text(encoding="utf-8").replace(" --without-pip", ""), encoding="utf-8")
    return venv


def test_an_environment_of_this_python_is_kept(bare_environment: Path) -> None:
    assert bootstrap.is_usable(bare_environment)


def test_an_interrupted_environment_is_made_anew(bare_environment: Path) -> None:
    (bare_environment / bootstrap.UNFINISHED).touch()
    assert not bootstrap.is_usable(bare_environment)


def test_an_environment_copied_from_another_folder_is_made_anew(bare_environment: Path, tmp_path: Path) -> None:
    copy = tmp_path.resolve() / "elsewhere" / ".venv"
    shutil.copytree(bare_environment, copy, symlinks=True)
    assert not bootstrap.is_usable(copy)


def test_an_environment_whose_python_has_gone_is_made_anew(bare_environment: Path) -> None:
    bootstrap.python_of(bare_environment).unlink()
    assert not bootstrap.is_usable(bare_environment)


def test_an_environment_of_another_python_is_made_anew(bare_environment: Path) -> None:
    settings = bare_environment / "pyvenv.cfg"
    version = ".".join(str(number) for number in sys.version_info[:3])
    settings.write_text(
        settings.read_text(encoding="utf-8").replace(f"version = {version}", "version = 3.10.4"), "utf-8"
    )
    assert not bootstrap.is_usable(bare_environment)


def test_a_folder_that_never_became_an_environment_is_not_one(tmp_path: Path) -> None:
    (tmp_path / "bin").mkdir()
    assert not bootstrap.is_usable(tmp_path)
    assert not bootstrap.is_done(tmp_path, "mark")


def test_what_was_set_up_is_recognised_until_the_lock_changes(tmp_path: Path) -> None:
    for name in ("requirements.lock", "bootstrap.py"):
        shutil.copy(ROOT / name, tmp_path)
    venv = tmp_path / ".venv"
    bootstrap.python_of(venv).parent.mkdir(parents=True)
    bootstrap.python_of(venv).touch()
    (venv / bootstrap.DONE).write_text(bootstrap.fingerprint(tmp_path), "ascii")
    assert bootstrap.is_done(venv, bootstrap.fingerprint(tmp_path))
    with (tmp_path / "requirements.lock").open("a", encoding="utf-8") as lock:
        lock.write("another==1.0\n")
    assert not bootstrap.is_done(venv, bootstrap.fingerprint(tmp_path))


@pytest.mark.skipif(os.name == "nt", reason="the lock that holds off a second setup is POSIX")
def test_a_second_setup_waits_for_the_first(capsys: pytest.CaptureFixture[str]) -> None:
    order: list[str] = []

    def second() -> None:
        with bootstrap.one_at_a_time():
            order.append("second")

    with bootstrap.one_at_a_time():
        thread = threading.Thread(target=second)
        thread.start()
        thread.join(timeout=0.3)
        order.append("first")
    thread.join()
    assert order == ["first", "second"]
    assert "Another setup is running" in capsys.readouterr().out
