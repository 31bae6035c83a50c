"""What a tour leaves behind: numbered pictures, papers, and a page that lists them."""

import os
import shutil
from pathlib import Path

from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtGui import QPainter, QPixmap
from PySide6.QtWidgets import QApplication, QWidget

from app.rules.errors import ClinicError

INDEX = "tour.txt"
_HEAD = "CareLoop tour. The next tour into this folder removes what is listed here.\n"


class AlbumRefused(ClinicError):
    """The folder holds something that is not a tour's."""


class Album:
    """A folder of one tour. What an earlier tour left there is removed first, and nothing else."""

    def __init__(self, folder: Path) -> None:
        """Begin an empty album. Raises `AlbumRefused` where other things lie in the way."""
        self.folder = folder.absolute()
        self._lines: list[str] = []
        self.pictures = 0
        try:
            self._clear()
            self.papers.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise AlbumRefused(f"The tour cannot write to {self.folder} ({error.strerror}).") from error

    @property
    def papers(self) -> Path:
        """Where the papers that are made on the way are put."""
        return self.folder / "papers"

    def add(self, window: QWidget, name: str, words: str) -> Path:
        """Keep what a person sees now: `window` and whatever has opened above it."""
        self.pictures += 1
        path = self.folder / f"{self.pictures:02d}-{name}.png"
        if not _seen(window).save(str(path)):
            raise AlbumRefused(f"The picture {path} cannot be written.")
        self._lines.append(f"{path.name}  {words}")
        self._write_index()
        return path

    def finish(self) -> None:
        """List the papers too."""
        made = (path for path in self.papers.rglob("*") if path.is_file())
        self._lines += sorted(str(path.relative_to(self.folder)) for path in made)
        self._write_index()

    def _write_index(self) -> None:
        (self.folder / INDEX).write_text(_HEAD + "\n".join(self._lines) + "\n", encoding="utf-8")

    def _clear(self) -> None:
        if not self.folder.exists():
            return
        if not self.folder.is_dir():
            raise AlbumRefused(f"{self.folder} is a file. Choose a folder for the tour.")
        index = self.folder / INDEX
        if not index.is_file():
            if any(self.folder.iterdir()):
                raise AlbumRefused(f"{self.folder} is not empty, and not from an earlier tour. Choose another folder.")
            return
        for line in index.read_text(encoding="utf-8").splitlines()[1:]:
            name = line.partition("  ")[0]
            if name.endswith(".png") and os.sep not in name:
                (self.folder / name).unlink(missing_ok=True)
        shutil.rmtree(self.papers, ignore_errors=True)


def _seen(window: QWidget) -> QPixmap:
    """Return the window with the dialogs above it, as a screen would show them."""
    picture = window.grab()
    painter = QPainter(picture)
    corner = window.mapToGlobal(QPoint(0, 0))
    for above in QApplication.topLevelWidgets():
        if above is window or not above.isVisible() or above.windowType() is Qt.WindowType.ToolTip:
            continue
        place = QRect(above.mapToGlobal(QPoint(0, 0)) - corner, above.size())
        painter.fillRect(place.adjusted(-1, -1, 1, 1), Qt.GlobalColor.gray)
        painter.drawPixmap(place.topLeft(), above.grab())
    painter.end()
    return picture
