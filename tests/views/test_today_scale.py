"""Today keeps the window as large as it was through every change of colours and text size."""

from collections.abc import Iterator

import pytest
from PySide6.QtTest import QTest

from app.views.preferences import ThemeChoice
from app.views.theme import Theme
from tests.views.call_room import KEY, CallRoom, call_room
from tests.views.test_today_page import show_today


@pytest.fixture
def room(request: pytest.FixtureRequest) -> Iterator[CallRoom]:
    with call_room(request) as made:
        show_today(made)
        made.settle()
        yield made


@pytest.mark.parametrize("is_calling", [False, True])
def test_the_window_keeps_its_size_when_colours_and_text_change(room: CallRoom, theme: Theme, is_calling: bool) -> None:
    if is_calling:
        for key in (KEY.Key_F8, KEY.Key_Escape):
            room.press(key)
            room.settle()
    for choice in (ThemeChoice.DARK, ThemeChoice.LIGHT):
        theme.choose(choice)
        QTest.qWait(150)  # all that the change brings with it
    theme.scale_text(200)
    QTest.qWait(150)
    assert room.window.size().toTuple() == (1366, 768)
