"""A paper on the printer: pages drawn off the GUI thread, one after another."""

from PySide6.QtCore import QObject, QRectF, Signal
from PySide6.QtGui import QImage, QPainter
from PySide6.QtPrintSupport import QPrinter

from app.views.paper_preview.paper import PaperFile
from app.views.tasks import Tasks

_FINEST = 300  # dots an inch; more is not seen, and a page of it is 25 MB


class PrintRun(QObject):
    """Prints a paper's pages. `finished` carries how many were printed; 0 when the printer would not begin."""

    progressed = Signal(int, int)
    finished = Signal(int)

    def __init__(self, tasks: Tasks, file: PaperFile, printer: QPrinter, parent: QObject) -> None:
        """Make ready to print what `printer` was told to: all pages, or some."""
        super().__init__(parent)
        self._tasks = tasks
        self._file = file
        self._printer = printer
        first = max(printer.fromPage(), 1) - 1
        last = min(printer.toPage() or len(file.sizes), len(file.sizes))
        self._pages = list(range(first, last))
        self._done = 0
        self._painter = QPainter()
        self._stopped = False

    def start(self) -> None:
        """Print the first page; the others follow."""
        self._printer.setFullPage(True)
        if not self._pages or not self._painter.begin(self._printer):
            self.finished.emit(0)
            return
        self._ask()

    def stop(self) -> None:
        """Print no further page."""
        self._stopped = True

    def _on_picture(self, picture: QImage) -> None:
        if self._stopped:
            self._printer.abort()
            self._end()
            return
        if self._done:
            self._printer.newPage()
        room = self._printer.pageLayout().fullRectPixels(self._printer.resolution())
        self._painter.drawImage(QRectF(0, 0, room.width(), room.height()), picture)
        self._done += 1
        self.progressed.emit(self._done, len(self._pages))
        if self._done == len(self._pages):
            self._end()
        else:
            self._ask()

    def _on_failed(self, error: Exception) -> None:
        self._printer.abort()
        self._end()
        self._tasks.failed.emit(error)

    def _ask(self) -> None:
        page, dots = self._pages[self._done], min(self._printer.resolution(), _FINEST)
        self._tasks.run(lambda: self._file.picture_to_print(page, dots), self._on_picture, self._on_failed, papers=True)

    def _end(self) -> None:
        if self._painter.isActive():
            self._painter.end()
        self.finished.emit(self._done)
