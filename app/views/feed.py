"""News of what changed, for whoever shows it."""

from PySide6.QtCore import QObject, Signal


class Feed(QObject):
    """One signal for every committed change.

    `changed` carries the `Changes` of a commit: which tables were touched. It may be emitted from the database thread;
    slots of QObjects that live on the GUI thread are called there. Give the storage `feed.announce` as its plain
    callable.
    """

    changed = Signal(object)

    def announce(self, changes: object) -> None:
        """Tell every view what a commit touched."""
        self.changed.emit(changes)
