"""A paper on its way to the screen: its bytes, and what must be done before a copy of it leaves."""

import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from PySide6.QtGui import QImage

_POINTS_PER_INCH = 72
_reading = threading.RLock()
"""The PDF library is for one thread at a time, whatever the file."""


@dataclass(frozen=True, slots=True)
class Paper:
    """A PDF to look at. `file_name` is what it is saved as; it names no patient.

    `leave(form, purpose)` is called off the GUI thread before a copy leaves the encrypted file, with "print" or "pdf"
    and why: a service call that notes it in the audit trail, and may refuse.
    """

    content: bytes
    file_name: str
    leave: Callable[[str, str], None]


class PaperFile:
    """An open PDF: how many pages, how large, and their pictures. Every method may be called from any thread."""

    def __init__(self, content: bytes) -> None:
        """Open `content`; the library is loaded when the first paper is."""
        import pypdfium2  # noqa: PLC0415 - 0.4 s that a start of the program need not wait for

        with _reading:
            self._file: Any = pypdfium2.PdfDocument(content)
            self.sizes: tuple[tuple[float, float], ...] = tuple(
                self._file.get_page_size(at) for at in range(len(self._file))
            )
            """Each page's width and height in points."""

    def picture(self, page: int, pixels_wide: int) -> QImage:
        """Return a page as a picture so many pixels wide; an empty one when the file is closed."""
        with _reading:
            if self._file is None:
                return QImage()
            drawn = self._file[page].render(scale=pixels_wide / self.sizes[page][0], rev_byteorder=True)
            kinds = {1: QImage.Format.Format_Grayscale8, 3: QImage.Format.Format_RGB888}
            kind = kinds.get(drawn.n_channels, QImage.Format.Format_RGBX8888)
            return QImage(drawn.buffer, drawn.width, drawn.height, drawn.stride, kind).copy()

    def picture_to_print(self, page: int, dots_per_inch: int) -> QImage:
        """Return a page as it is printed."""
        return self.picture(page, max(1, int(self.sizes[page][0] * dots_per_inch / _POINTS_PER_INCH)))

    def words(self, page: int) -> str:
        """Return a page's text, for who hears the paper."""
        with _reading:
            return "" if self._file is None else str(self._file[page].get_textpage().get_text_range())

    def close(self) -> None:
        """Let go of the file."""
        with _reading:
            if self._file is not None:
                self._file.close()
                self._file = None
