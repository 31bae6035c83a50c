import sys

from PySide6.QtCore import QObject, QTimer


def test_binding_keeps_references_to_none() -> None:
    """PySide6 6.12.0 drops one at each void call and so aborts Python 3.11 after some thousands of them."""
    thing = QObject()
    thing.setObjectName("x")
    before = sys.getrefcount(None)
    for _ in range(500):
        thing.setObjectName("x")
    assert abs(sys.getrefcount(None) - before) < 50


def test_binding_keeps_references_to_true() -> None:
    """The same fault took one from True at each emitted signal."""
    heard: list[str] = []
    thing = QTimer()
    thing.objectNameChanged.connect(heard.append)
    before = sys.getrefcount(True)
    for turn in range(500):
        thing.setObjectName(str(turn))
        thing.timeout.emit()
    assert len(heard) == 500
    assert abs(sys.getrefcount(True) - before) < 50
