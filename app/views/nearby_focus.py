"""Where the keyboard goes when the control that had it is disabled or hidden: to a neighbour, not across the window."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget


def focus_nearby(gone: QWidget) -> bool:
    """Give the focus to the next control in the smallest part of the window around `gone`; False when there is none.

    Qt itself would take the next one in the whole window, which is the search box for the last button of a page.
    """
    place = gone.parentWidget()
    while place is not None and not place.isWindow():
        candidate = gone.nextInFocusChain()
        while candidate is not None and candidate is not gone:
            if place.isAncestorOf(candidate) and _takes_focus(candidate):
                candidate.setFocus(Qt.FocusReason.OtherFocusReason)
                return True
            candidate = candidate.nextInFocusChain()
        place = place.parentWidget()
    return False


def _takes_focus(widget: QWidget) -> bool:
    tabbed = bool(widget.focusPolicy() & Qt.FocusPolicy.TabFocus) and widget.focusProxy() is None
    return tabbed and widget.isEnabled() and widget.isVisible()
