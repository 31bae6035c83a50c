"""The one door through which text reaches Qt.

Patient text is hostile until proven otherwise: a QLabel guesses rich text from `<b>`, a tool tip has no plain format,
and `&` in a button makes a shortcut and vanishes. Everything here shows text exactly as it was written. A test reads
the source of `app/views` and refuses these widgets anywhere else.
"""

from collections.abc import Callable
from html import escape

from PySide6.QtCore import QObject, QSize, Qt
from PySide6.QtGui import QAction, QIcon, QKeyEvent, QPaintEvent, QPalette
from PySide6.QtWidgets import (
    QAbstractButton,
    QCheckBox,
    QGroupBox,
    QLabel,
    QMenu,
    QMenuBar,
    QPushButton,
    QRadioButton,
    QStylePainter,
    QTabWidget,
    QToolButton,
    QWidget,
)

from app.views.nearby_focus import focus_nearby


def label(
    text: str = "",
    kind: str = "body",
    *,
    name: str = "",
    wrap: bool = True,
    selectable: bool = False,
    elide: bool = False,
    buddy: QWidget | None = None,
) -> QLabel:
    """Return a label that shows `text` exactly as written.

    Args:
        text: any text; never read as rich text.
        kind: a style of theme.qss: title, heading, strong, body, muted, small, error, number.
        name: the object name, for tests and assistive tools.
        wrap: break long lines instead of widening the page.
        selectable: let the person copy the text with the mouse or keyboard.
        elide: stay on one line that may become narrow and then ends in an ellipsis, with the whole text as tool tip.
        buddy: the control this label names to assistive tools.
    """
    made = _ElidedLabel() if elide else QLabel()
    made.setTextFormat(Qt.TextFormat.PlainText)
    made.setWordWrap(wrap and not elide)
    made.setProperty("kind", kind)
    made.setText(text)
    if name:
        made.setObjectName(name)
    if selectable:
        made.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        made.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
    if buddy is not None:
        made.setBuddy(buddy)
    return made


def button(
    text: str,
    *,
    name: str,
    kind: str = "secondary",
    icon: QIcon | None = None,
    tip: str = "",
    on_click: Callable[[], object] | None = None,
) -> QPushButton:
    """Return a push button, pressed by Space and Enter; `kind` is primary, secondary, quiet or danger."""
    made = _PushButton()
    made.setProperty("kind", kind)
    made.setAutoDefault(False)
    _dress(made, text, name, icon, tip)
    if on_click is not None:
        slot = on_click
        made.clicked.connect(lambda _checked=False: slot())
    return made


def tool_button(
    text: str,
    *,
    name: str,
    icon: QIcon,
    tip: str = "",
    show_text: bool = False,
    checkable: bool = False,
    on_click: Callable[[], object] | None = None,
) -> QToolButton:
    """Return an icon button whose word is its accessible name, and its tool tip unless `tip` says more."""
    made = _ToolButton()
    made.setCheckable(checkable)
    made.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    style = Qt.ToolButtonStyle.ToolButtonTextBesideIcon if show_text else Qt.ToolButtonStyle.ToolButtonIconOnly
    made.setToolButtonStyle(style)
    _dress(made, text, name, icon, tip or ("" if show_text else text))
    if on_click is not None:
        slot = on_click
        made.clicked.connect(lambda _checked=False: slot())
    return made


def check_box(text: str, *, name: str) -> QCheckBox:
    """Return a check box with its text shown as written."""
    made = QCheckBox()
    _dress(made, text, name, None, "")
    return made


def radio_button(text: str, *, name: str) -> QRadioButton:
    """Return a radio button with its text shown as written."""
    made = QRadioButton()
    _dress(made, text, name, None, "")
    return made


def group_box(title: str, *, name: str) -> QGroupBox:
    """Return a group box with its title shown as written."""
    made = QGroupBox(doubled(title))
    made.setObjectName(name)
    made.setAccessibleName(title)
    return made


def set_button_text(target: QAbstractButton, text: str) -> None:
    """Change a button's words, and its accessible name with them."""
    gap = " " if text and not target.icon().isNull() else ""  # Qt sets words too close to icons
    target.setText(gap + doubled(text))
    target.setAccessibleName(text)


def action(text: str, parent: QObject, *, name: str, icon: QIcon | None = None, tip: str = "") -> QAction:
    """Return an action for menus; `&` is shown, never a shortcut."""
    made = QAction(parent)
    made.setObjectName(name)
    set_action_text(made, text)
    if icon is not None:
        made.setIcon(icon)
    if tip:
        made.setToolTip(tip_text(tip))
    return made


def set_action_text(target: QAction, text: str) -> None:
    """Change an action's words."""
    target.setText(doubled(text))
    target.setIconText(doubled(text))
    target.setToolTip(tip_text(text))


def menu(bar: QMenuBar | QMenu, title: str, *, name: str, letter: str = "") -> QMenu:
    """Add a menu; `letter` (one of the title's own, chosen by us and never from data) opens it with Alt."""
    shown = doubled(title)
    if letter:
        at = shown.index(letter)
        shown = f"{shown[:at]}&{shown[at:]}"
    made = bar.addMenu(shown)
    made.setObjectName(name)
    return made


def add_tab(tabs: QTabWidget, widget: QWidget, text: str, *, tip: str = "", icon: QIcon | None = None) -> int:
    """Add a tab and return its position."""
    position = tabs.addTab(widget, icon or QIcon(), doubled(text))
    if tip:
        tabs.setTabToolTip(position, tip_text(tip))
    return position


def set_tab_text(tabs: QTabWidget, position: int, text: str) -> None:
    """Change the words of one tab."""
    tabs.setTabText(position, doubled(text))


def set_tip(target: QWidget | QAction, text: str) -> None:
    """Give `target` a tool tip; a widget without an accessible description is described by it too."""
    target.setToolTip(tip_text(text))
    if isinstance(target, QWidget) and target.accessibleDescription() in ("", target.property("tip")):
        target.setAccessibleDescription(text)
        target.setProperty("tip", text)


def tip_text(text: str) -> str:
    """Return `text` as a tool tip shows it unchanged; for item models' ToolTipRole. Empty stays empty."""
    if not text:
        return ""
    return "<qt>" + escape(text).replace("\n", "<br>") + "</qt>"


def doubled(text: str) -> str:
    """Return `text` with each `&` doubled, so that Qt shows it instead of making a shortcut."""
    return text.replace("&", "&&")


class _ElidedLabel(QLabel):
    """One line, cut with an ellipsis where there is no room."""

    def minimumSizeHint(self) -> QSize:
        few = self.fontMetrics().horizontalAdvance("0000…")
        return QSize(min(few, super().sizeHint().width()), super().minimumSizeHint().height())

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QStylePainter(self)
        room = self.contentsRect()
        shown = self.fontMetrics().elidedText(self.text(), Qt.TextElideMode.ElideRight, room.width())
        self.setToolTip(tip_text(self.text()) if shown != self.text() else "")
        painter.drawItemText(
            room, int(self.alignment()), self.palette(), self.isEnabled(), shown, QPalette.ColorRole.WindowText
        )


class _PushButton(QPushButton):
    """Enter presses it as Space does, and when it goes the focus stays near."""

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if not _pressed_by_enter(self, event):
            super().keyPressEvent(event)

    def focusNextPrevChild(self, next: bool) -> bool:  # noqa: A002, FBT001 - Qt's signature
        return (_is_going(self) and focus_nearby(self)) or super().focusNextPrevChild(next)


class _ToolButton(QToolButton):
    """Enter presses it as Space does, and when it goes the focus stays near."""

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if not _pressed_by_enter(self, event):
            super().keyPressEvent(event)

    def focusNextPrevChild(self, next: bool) -> bool:  # noqa: A002, FBT001 - Qt's signature
        return (_is_going(self) and focus_nearby(self)) or super().focusNextPrevChild(next)


def _pressed_by_enter(target: QAbstractButton, event: QKeyEvent) -> bool:
    plain = event.modifiers() in (Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.KeypadModifier)
    if not plain or event.key() not in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
        return False
    if not event.isAutoRepeat():
        target.click()
    return True


def _is_going(target: QWidget) -> bool:
    """Whether Qt asks for the next focus because this one is being disabled or hidden, not because of Tab."""
    return not target.isEnabled() or not target.isVisible()


def _dress(target: QAbstractButton, text: str, name: str, icon: QIcon | None, tip: str) -> None:
    target.setObjectName(name)
    if icon is not None:
        target.setIcon(icon)
    set_button_text(target, text)
    if tip:
        set_tip(target, tip)
