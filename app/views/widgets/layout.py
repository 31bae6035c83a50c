"""The pieces a page is arranged from: header, card, section, banner, empty state."""

from collections.abc import Callable, Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QScrollArea, QSizePolicy, QVBoxLayout, QWidget

from app.views import safe_text
from app.views.theme import GRID, Role, set_kind, set_shown
from app.views.widgets.picture import Picture

_BANNERS = {
    "info": ("info", Role.ACCENT),
    "ready": ("circle-check", Role.READY),
    "warn": ("triangle-alert", Role.WARN),
    "block": ("octagon-x", Role.BLOCK),
}


class PageHeader(QWidget):
    """The page's name, a line under it, and what one can do here at the right."""

    def __init__(self, title: str, subtitle: str = "", actions: Sequence[QWidget] = ()) -> None:
        """Show `title`; `actions` are buttons, the chief one last."""
        super().__init__()
        self._title = safe_text.label(title, "title", name="page_title")
        self._subtitle = safe_text.label(subtitle, "muted", name="page_subtitle")
        set_shown(self._subtitle, shown=bool(subtitle))
        words = QVBoxLayout()
        words.setSpacing(GRID // 2)
        words.addWidget(self._title)
        words.addWidget(self._subtitle)
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.setSpacing(GRID)
        self._row.addLayout(words, 1)
        for action in actions:
            self.add_action(action)

    def add_action(self, widget: QWidget) -> None:
        """Put a button at the right."""
        self._row.addWidget(widget, 0, Qt.AlignmentFlag.AlignTop)

    def show_text(self, title: str, subtitle: str = "") -> None:
        """Change the words."""
        self._title.setText(title)
        self._subtitle.setText(subtitle)
        set_shown(self._subtitle, shown=bool(subtitle))


class Card(QFrame):
    """Groups what belongs together by meaning. Fill it through `body`."""

    def __init__(self, title: str = "", *, name: str = "card", actions: Sequence[QWidget] = ()) -> None:
        """Make a card; without `title` it has no head."""
        super().__init__()
        self.setObjectName(name)
        self.setProperty("kind", "card")
        self.setAccessibleName(title)
        self.body = QVBoxLayout()
        """Where the card's contents go."""
        self.body.setSpacing(GRID)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(2 * GRID, 2 * GRID, 2 * GRID, 2 * GRID)
        outer.setSpacing(GRID)
        self._title = safe_text.label(title, "heading")
        self._title.setParent(self)
        set_shown(self._title, shown=bool(title or actions))
        if title or actions:
            head = QHBoxLayout()
            head.addWidget(self._title, 1)
            for action in actions:
                head.addWidget(action)
            outer.addLayout(head)
        outer.addLayout(self.body)

    def show_title(self, title: str) -> None:
        """Change the title."""
        self._title.setText(title)
        self.setAccessibleName(title)


class Section(QWidget):
    """A heading with what it heads below, without a frame. Fill it through `body`."""

    def __init__(self, title: str, *, name: str = "section") -> None:
        """Make a section."""
        super().__init__()
        self.setObjectName(name)
        self.setAccessibleName(title)
        self.body = QVBoxLayout(self)
        """Where the section's contents go."""
        self.body.setContentsMargins(0, 0, 0, 0)
        self.body.setSpacing(GRID)
        self.body.addWidget(safe_text.label(title, "heading"))


class Banner(QFrame):
    """A line that stays while it is true: info, ready, warn or block, with at most one thing to do about it."""

    acted = Signal()

    def __init__(self, text: str = "", kind: str = "info", action: str = "", *, name: str = "banner") -> None:
        """Show `text`; hidden while it is empty."""
        super().__init__()
        self.setObjectName(name)
        self._icon = Picture()
        self._text = safe_text.label("", name=f"{name}_text", selectable=True)
        self.button: QPushButton = safe_text.button(action, name=f"{name}_action", on_click=self.acted.emit)
        row = QHBoxLayout(self)
        row.setContentsMargins(2 * GRID, GRID, GRID, GRID)
        row.setSpacing(GRID)
        row.addWidget(self._icon, 0, Qt.AlignmentFlag.AlignTop)
        row.addWidget(self._text, 1)
        row.addWidget(self.button, 0, Qt.AlignmentFlag.AlignTop)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)
        self.show_text(text, kind, action)

    def show_text(self, text: str, kind: str = "info", action: str = "") -> None:
        """Change what is said; an empty text hides the banner."""
        drawn, role = _BANNERS[kind]
        set_kind(self, kind, key="banner")
        self._icon.show_icon(drawn, role)
        self._text.setText(text)
        self.setAccessibleName(text)
        safe_text.set_button_text(self.button, action)
        set_shown(self.button, shown=bool(action))
        set_shown(self, shown=bool(text))

    def text(self) -> str:
        """Return what is said."""
        return self._text.text()


class EmptyState(QWidget):
    """What to do next where there is nothing yet: an icon, a sentence and a button."""

    acted = Signal()

    def __init__(self, drawn: str, text: str, action: str = "", *, name: str = "empty") -> None:
        """Show the icon called `drawn`, `text`, and a button with the words `action`."""
        super().__init__()
        self.setObjectName(name)
        self.setAccessibleName(text)
        self._text = safe_text.label(text, "muted", name=f"{name}_text")
        self._text.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        self.button: QPushButton = safe_text.button(
            action, name=f"{name}_action", kind="primary", on_click=self.acted.emit
        )
        set_shown(self.button, shown=bool(action))
        middle = Qt.AlignmentFlag.AlignHCenter
        column = QVBoxLayout(self)
        column.setSpacing(2 * GRID)
        column.addStretch(1)
        column.addWidget(Picture(drawn, Role.MUTED, 5 * GRID), 0, middle)
        column.addWidget(self._text)
        column.addWidget(self.button, 0, middle)
        column.addStretch(2)

    def show_text(self, text: str, action: str = "") -> None:
        """Change the sentence and the button."""
        self._text.setText(text)
        self.setAccessibleName(text)
        safe_text.set_button_text(self.button, action)
        set_shown(self.button, shown=bool(action))


def page_layout(page: QWidget) -> QVBoxLayout:
    """Give `page` the margins every page has and return its column."""
    column = QVBoxLayout(page)
    column.setContentsMargins(3 * GRID, 2 * GRID, 3 * GRID, 2 * GRID)
    column.setSpacing(2 * GRID)
    return column


def scrolling(content: QWidget) -> QScrollArea:
    """Return `content` in an area that scrolls up and down when there is more than fits."""
    area = QScrollArea()
    area.setWidgetResizable(True)
    area.setFrameShape(QFrame.Shape.NoFrame)
    area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAsNeeded)
    area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    content.setProperty("scrolled", "true")
    area.setWidget(content)
    return area


def buttons_row(*buttons: QWidget, lead: Callable[[], QWidget] | None = None) -> QHBoxLayout:
    """Return a row of buttons at the right, the chief one last; `lead` makes what stands at the left."""
    row = QHBoxLayout()
    row.setSpacing(GRID)
    if lead is not None:
        row.addWidget(lead())
    row.addStretch(1)
    for button in buttons:
        row.addWidget(button)
    return row
