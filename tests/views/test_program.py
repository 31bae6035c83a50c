import os
import stat
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
PASSPHRASE = "seven quiet herons wade"

# The real program in its own process: signs in with keys, makes a slot fail, looks at what is said, and closes.
DRIVER = """
import sys
from pathlib import Path

from PySide6.QtCore import Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from app.clock import SystemClock
from app.compose import house_of, wiring_of_window
from app.views.program import run_window

said = []


def window():
    return next(w for w in QApplication.topLevelWidgets() if w.objectName() == "main_window")


def sign_in():
    if QApplication.focusWidget() is None:
        QTimer.singleShot(50, sign_in)
        return
    QTest.keyClicks(QApplication.focusWidget(), "ana")
    QTest.keyClick(QApplication.focusWidget(), Qt.Key.Key_Tab)
    QTest.keyClicks(QApplication.focusWidget(), sys.argv[2])
    QTest.keyClick(QApplication.focusWidget(), Qt.Key.Key_Return)
    QTimer.singleShot(50, fail)


def fail():
    if window().is_locked:
        QTimer.singleShot(50, fail)
        return
    QTimer.singleShot(0, stumble)
    QTimer.singleShot(50, look)


def stumble():
    patient = "Zzyzkowski"
    raise ValueError(f"no room for {patient}")


def look():
    shown = [w for w in QApplication.topLevelWidgets() if w.objectName() == "crash_window" and w.isVisible()]
    if not shown:
        QTimer.singleShot(50, look)
        return
    crash = shown[0]
    said.append(crash.details.toPlainText())
    crash.accept()
    QTimer.singleShot(0, window().close)


app = QApplication([])
QTimer.singleShot(0, sign_in)
code = run_window(wiring_of_window(house_of(SystemClock()), Path(sys.argv[1])), Path(sys.argv[1]) / "clinic")
print(said[0])
sys.exit(code)
"""


def test_the_program_opens_works_stumbles_without_telling_and_closes(clinic_folder: Path, tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir()
    environment = {name: value for name, value in os.environ.items() if not name.startswith("XDG_")}
    environment |= {"HOME": str(home), "QT_QPA_PLATFORM": "offscreen", "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, "-c", DRIVER, str(clinic_folder.parent), PASSPHRASE],
        env=environment,
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "ValueError" in done.stdout
    assert "stumble" in done.stdout
    kept = [path for path in home.rglob("*") if path.is_file()]
    (log,) = [path for path in kept if path.name == "careloop.log"]
    assert "type=ValueError" in log.read_text(encoding="utf-8")
    if os.name != "nt":
        assert stat.S_IMODE(log.stat().st_mode) == 0o600
    for path in kept:
        content = path.read_bytes()
        for secret in ("Zzyzkowski", PASSPHRASE):
            assert secret.encode() not in content, path
            assert secret.encode("utf-16-le") not in content, path


def test_without_a_display_and_a_command_the_help_is_shown() -> None:
    environment = os.environ | {"QT_QPA_PLATFORM": "offscreen"}
    shown = subprocess.run(
        [sys.executable, "-m", "app"], cwd=ROOT, env=environment, capture_output=True, text=True, check=True
    )
    assert shown.stdout.startswith("usage:")
