"""Pages under one another, drawn off the GUI thread as they come into view."""

from PySide6.QtCore import QRect, QSize, Qt, Signal
from PySide6.QtGui import QImage, QKeyEvent, QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QFrame, QScrollArea, QWidget

from app.views.paper_preview.paper import PaperFile
from app.views.tasks import Tasks
from app.views.theme import GRID, Role, colours

ZOOMS = (50, 75, 100, 125, 150, 200, 300)
_PIXELS_AT_100 = 96 / 72
_GAP = 2 * GRID
_KEPT = 12


class PaperView(QScrollArea):
    """A paper to scroll through. PgUp and PgDn go page by page, Home and End to the ends. `moved` says where it is."""

    moved = Signal(int)

    def __init__(self, tasks: Tasks) -> None:
        """Show nothing yet."""
        super().__init__()
        self.setObjectName("paper_view")
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        self.setAccessibleName(self.tr("Paper"))
        self.zoom = 0
        """In percent; 0 fits the width of the window."""
        self._tasks = tasks
        self._file: PaperFile | None = None
        self._told = -1
        self._sheets = _Sheets(tasks)
        self.setWidget(self._sheets)
        self.verticalScrollBar().valueChanged.connect(self._on_scrolled)

    @property
    def page(self) -> int:
        """The page in the middle of the view, from 0."""
        return self._sheets.page_at(self.verticalScrollBar().value() + self.viewport().height() // 3)

    @property
    def pages(self) -> int:
        """How many pages there are."""
        return len(self._sheets.places)

    def show_file(self, file: PaperFile | None) -> None:
        """Show a paper from its first page, or nothing."""
        self._file = file
        self._told = -1
        self._sheets.show_file(file)
        self._fit()
        self.go_to(0)

    def set_zoom(self, percent: int) -> None:
        """Show the pages at another size, the same page in view; 0 fits the width."""
        kept = self.page
        self.zoom = percent
        self._fit()
        self.go_to(kept)

    def zoom_by(self, step: int) -> None:
        """Go to the next larger (1) or smaller (-1) of `ZOOMS`."""
        now = self.shown_percent
        larger = [percent for percent in ZOOMS if percent > now]
        smaller = [percent for percent in ZOOMS if percent < now]
        if step > 0 and larger:
            self.set_zoom(larger[0])
        elif step < 0 and smaller:
            self.set_zoom(smaller[-1])

    @property
    def shown_percent(self) -> int:
        """The size that the pages now have, in percent."""
        return self._sheets.percent

    def go_to(self, page: int) -> None:
        """Bring a page to the top of the view; one that there is not: the nearest."""
        if self.pages:
            page = min(max(page, 0), self.pages - 1)
            self.verticalScrollBar().setValue(self._sheets.places[page].top() - _GAP // 2)
            self._on_scrolled()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = Qt.Key(event.key())
        steps = {Qt.Key.Key_PageDown: self.page + 1, Qt.Key.Key_PageUp: self.page - 1}
        steps |= {Qt.Key.Key_Home: 0, Qt.Key.Key_End: self.pages - 1}
        if key in steps and event.modifiers() in (Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.KeypadModifier):
            self.go_to(steps[key])
            return
        super().keyPressEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if self.zoom == 0:
            kept = self.page
            self._fit()
            self.go_to(kept)

    def _on_scrolled(self, _value: int = 0) -> None:
        page, file = self.page, self._file
        if page == self._told or file is None:
            return
        self._told = page
        self._tasks.run(lambda: file.words(page), self._on_words, papers=True)
        self.moved.emit(page)

    def _on_words(self, words: str) -> None:
        """Let who hears the screen hear the page."""
        self.setAccessibleDescription(words)

    def _fit(self) -> None:
        self._sheets.lay_out(self.zoom, self.viewport().width())


class _Sheets(QWidget):
    """All pages, painted as far as they are in view."""

    def __init__(self, tasks: Tasks) -> None:
        super().__init__()
        self._tasks = tasks
        self._file: PaperFile | None = None
        self._pictures: dict[tuple[int, int], QImage] = {}
        self._asked: set[tuple[int, int]] = set()
        self.places: list[QRect] = []
        self.percent = 100

    def show_file(self, file: PaperFile | None) -> None:
        self._file = file
        self._pictures.clear()
        self._asked.clear()
        self.places = []

    def lay_out(self, zoom: int, room: int) -> None:
        """Give each page its place."""
        sizes = self._file.sizes if self._file is not None else ()
        widest = max((wide for wide, _ in sizes), default=1.0)
        scale = zoom / 100 * _PIXELS_AT_100 if zoom else max((room - 2 * _GAP) / widest, 0.1)
        self.percent = round(scale / _PIXELS_AT_100 * 100)
        full = max(round(widest * scale) + 2 * _GAP, room)
        y, self.places = _GAP, []
        for wide, high in sizes:
            size = QSize(round(wide * scale), round(high * scale))
            self.places.append(QRect((full - size.width()) // 2, y, size.width(), size.height()))
            y += size.height() + _GAP
        self.resize(full, y)
        self._pictures.clear()
        self.update()

    def page_at(self, y: int) -> int:
        """Return the page at a height."""
        last = max(len(self.places) - 1, 0)
        return next((at for at, place in enumerate(self.places) if y < place.bottom() + _GAP), last)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        for page, place in enumerate(self.places):
            if not place.intersects(event.rect()):
                continue
            painter.fillRect(place, Qt.GlobalColor.white)
            picture = self._pictures.get(self._key(page))
            if picture is None:
                self._ask(page)
            else:
                painter.drawImage(place, picture)
            painter.setPen(QPen(colours().of(Role.BORDER), 1))
            painter.drawRect(place)

    def _on_drawn(self, drawn: tuple[tuple[int, int], QImage]) -> None:
        key, picture = drawn
        self._asked.discard(key)
        if self._file is None or key[0] >= len(self.places) or key != self._key(key[0]):
            return
        while len(self._pictures) >= _KEPT:
            del self._pictures[next(iter(self._pictures))]
        self._pictures[key] = picture
        self.update(self.places[key[0]])

    def _key(self, page: int) -> tuple[int, int]:
        return page, max(1, round(self.places[page].width() * self.devicePixelRatioF()))

    def _ask(self, page: int) -> None:
        file, key = self._file, self._key(page)
        if file is not None and key not in self._asked:
            self._asked.add(key)
            self._tasks.run(lambda: (key, file.picture(*key)), self._on_drawn, papers=True)
