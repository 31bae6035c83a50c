"""Pages of the rail, and the views opened above them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QApplication, QStackedWidget, QWidget
from shiboken6 import isValid

from app.views.keymap import Commands
from app.views.widgets.side_panel import first_input


@dataclass(frozen=True, slots=True)
class Page:
    """One entry of the rail. `make` is called once, when the page is first opened."""

    key: str
    title: str
    icon: str
    make: Callable[[], QWidget]


class PageStack(QStackedWidget):
    """Shows one page, or the newest view above it. `page_shown` carries the key of a page that came into view.

    A page or view may have `may_leave() -> bool`; while it says no, nobody is taken away from it. The focus goes to a
    page's focus proxy if it has one, else to its first control, and returns where it was when a view closes.
    """

    page_shown = Signal(str)

    def __init__(self, commands: Commands) -> None:
        """Make an empty stack; deleted pages are taken off `commands`."""
        super().__init__()
        self.setObjectName("pages")
        self._commands = commands
        self._pages: dict[str, Page] = {}
        self._made: dict[str, QWidget] = {}
        self._first: dict[QWidget, QWidget] = {}
        self._trail: list[tuple[QWidget, QWidget | None]] = []
        self.open_page = ""
        """The key of the open page, empty when there is none."""

    @property
    def keys(self) -> tuple[str, ...]:
        """The pages' keys in their order."""
        return tuple(self._pages)

    def show_pages(self, pages: Sequence[Page]) -> None:
        """Offer `pages` in place of all that were there, and open none."""
        self._drop_views()
        for page in self._made.values():
            self._drop(page)
        self._made.clear()
        self.open_page = ""
        self._pages = {page.key: page for page in pages}

    def go_to(self, key: str) -> QWidget | None:
        """Open the page `key` and close the views above; None if what is shown may not be left."""
        if not self.may_leave():
            return None
        self._drop_views()
        page = self._made.get(key)
        if page is None:
            page = self._made[key] = self._pages[key].make()
            page.setAccessibleName(self._pages[key].title)
            self.addWidget(page)
            self._take_focus_proxy(page)
        self.open_page = key
        self.setCurrentWidget(page)
        self.focus_content()
        self.page_shown.emit(key)
        return page

    def show_view(self, view: QWidget) -> None:
        """Show `view` above what is shown; it is deleted when it closes. One that lies below comes to the top."""
        self._trail = [kept for kept in self._trail if kept[0] is not view]
        self._trail.append((view, QApplication.focusWidget()))
        if self.indexOf(view) < 0:
            self.addWidget(view)
            self._take_focus_proxy(view)
        self.setCurrentWidget(view)
        self.focus_content()

    def back(self) -> bool:
        """Close the newest view; False when there was none, or it may not be left."""
        if not self._trail or not self.may_leave():
            return False
        view, came_from = self._trail.pop()
        self._drop(view)
        below = self._trail[-1][0] if self._trail else self._made.get(self.open_page)
        if below is not None:
            self.setCurrentWidget(below)
        if came_from is not None and came_from.isVisible():
            came_from.setFocus(Qt.FocusReason.OtherFocusReason)
        else:
            self.focus_content()
        if self.open_page and not self._trail:
            self.page_shown.emit(self.open_page)
        return True

    def may_leave(self) -> bool:
        """Whether what is shown lets itself be left."""
        answer = getattr(self.currentWidget(), "may_leave", None)
        return answer is None or bool(answer())

    def focus_content(self) -> None:
        """Put the focus into what is shown."""
        shown = self.currentWidget()
        if shown is None:
            return
        kept = self._first.get(shown)
        target = kept if kept is not None and isValid(kept) and kept.isVisibleTo(shown) else None
        target = target or (shown if shown.focusProxy() is not None else first_input(shown))
        if target is not None:
            target.setFocus(Qt.FocusReason.OtherFocusReason)

    def minimumSizeHint(self) -> QSize:
        """Ask for the room of the page in view: a hidden one, laid out for other text, must not widen the window."""
        shown = self.currentWidget()
        return super().minimumSizeHint() if shown is None else shown.minimumSizeHint()

    def _drop_views(self) -> None:
        while self._trail:
            self._drop(self._trail.pop()[0])

    def _take_focus_proxy(self, widget: QWidget) -> None:
        """Remember where the focus is to land, and take the proxy away: Qt's Tab skips all that stands before one."""
        proxy = widget.focusProxy()
        if proxy is not None:
            self._first[widget] = proxy
            widget.setFocusProxy(None)  # type: ignore[arg-type]

    def _drop(self, widget: QWidget) -> None:
        self._first.pop(widget, None)
        self.removeWidget(widget)
        self._commands.off(widget)
        widget.hide()
        widget.deleteLater()
