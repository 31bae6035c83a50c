from collections.abc import Callable

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QApplication, QLineEdit, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from app.views import safe_text
from app.views.call_bar import CallBar
from app.views.preferences import ThemeChoice
from app.views.tasks import Progress, Tasks
from app.views.theme import Colours, Theme, colours
from app.views.widgets import (
    Banner,
    Card,
    Chip,
    EmptyState,
    Form,
    PageHeader,
    PanelHost,
    ProgressPanel,
    SearchField,
    Section,
    ThresholdBar,
    Tone,
    ask,
    ask_reason,
    page_layout,
    scrolling,
    threshold_words,
)
from app.views.widgets.threshold_bar import paint_bar
from tests.views.clipping import clipped

Show = Callable[..., None]


def test_the_bar_says_what_is_left_to_the_next_step() -> None:
    assert threshold_words(1120) == "18:40 · 1:20 to 20 min"
    assert threshold_words(0) == "0:00 · 20:00 to 20 min"
    assert threshold_words(1199) == "19:59 · 0:01 to 20 min"
    assert threshold_words(1200) == "20:00 · 20:00 to 40 min"
    assert threshold_words(3600) == "60:00"
    assert threshold_words(3700, (3600, 5400)) == "61:40 · 28:20 to 90 min"


@pytest.mark.parametrize(("seconds", "share"), [(0, 0.0), (900, 0.25), (1800, 0.5), (3600, 1.0), (9000, 1.0)])
def test_the_bar_is_filled_in_proportion(theme: Theme, seconds: int, share: float) -> None:
    image = QImage(602, 20, QImage.Format.Format_RGB32)
    image.fill(Qt.GlobalColor.white)
    from PySide6.QtGui import QPainter  # noqa: PLC0415 - beside its one use

    painter = QPainter(image)
    paint_bar(painter, image.rect(), seconds, numbers=False)
    painter.end()
    shown: Colours = colours()
    fills = {shown.accent, shown.ready}
    filled = sum(image.pixelColor(x, 10).name() in fills for x in range(602))
    assert abs(filled / 600 - share) < 0.02


def test_the_bar_speaks(show: Show) -> None:
    bar = ThresholdBar()
    show(bar, 400, 60)
    bar.show_seconds(1120)
    assert bar.accessibleName() == "18:40 · 1:20 to 20 min"


def test_a_chip_says_its_state_in_words_too(show: Show) -> None:
    chip = Chip("Blocked 2", Tone.BLOCK)
    show(chip, 200, 40)
    assert chip.accessibleName() == "Blocked 2"
    chip.show_state("Ready", Tone.READY)
    assert (chip.accessibleName(), chip.tone) == ("Ready", Tone.READY)


@pytest.mark.parametrize("tone", list(Tone))
def test_chips_of_every_tone_differ_without_colour(theme: Theme, show: Show, tone: Tone) -> None:
    def grey(of: Tone) -> bytes:
        chip = Chip("State", of)
        chip.resize(chip.sizeHint())
        image = chip.grab().toImage().convertToFormat(QImage.Format.Format_Mono)
        chip.deleteLater()
        return bytes(image.constBits())

    theme.choose(ThemeChoice.HIGH_CONTRAST)
    assert all(grey(tone) != grey(other) for other in Tone if other is not tone)


def test_a_panel_takes_the_focus_and_gives_it_back(show: Show, qtbot: QtBot) -> None:
    line = QLineEdit()
    host = PanelHost(line)
    show(host, 1000, 500)
    line.setFocus()
    form = Form()
    note = form.add_line("note", "Note")
    host.open_panel("Add a note", form)
    qtbot.waitUntil(note.hasFocus)
    assert host.panel.accessibleName() == "Add a note"
    with qtbot.waitSignal(host.closed):
        qtbot.keyClick(note, Qt.Key.Key_Escape)
    assert not host.is_open
    assert line.hasFocus()


def test_a_panel_with_something_unsaved_may_stay(show: Show, qtbot: QtBot) -> None:
    host = PanelHost(QLineEdit())
    show(host, 1000, 500)
    form = Form()
    note = form.add_line("note", "Note")
    host.open_panel("Add a note", form, may_close=lambda: not form.is_dirty)
    qtbot.keyClicks(note, "x")
    qtbot.keyClick(note, Qt.Key.Key_Escape)
    assert host.is_open
    qtbot.keyClick(note, Qt.Key.Key_Backspace)
    qtbot.mouseClick(host.close_button, Qt.MouseButton.LeftButton)
    assert not host.is_open


def test_a_second_panel_replaces_the_first(show: Show, qtbot: QtBot) -> None:
    line = QLineEdit()
    host = PanelHost(line)
    show(host, 1000, 500)
    line.setFocus()
    gone: list[bool] = []
    first = Form()
    first.add_line("a", "A")
    first.destroyed.connect(lambda: gone.append(True))
    host.open_panel("First", first)
    second = Form()
    second.add_line("b", "B")
    host.open_panel("Second", second)
    qtbot.waitUntil(lambda: gone == [True])
    host.close_panel()
    assert line.hasFocus()


def test_nothing_happens_until_the_named_button(show: Show, qtbot: QtBot) -> None:
    page = QWidget()
    show(page)
    done: list[str] = []
    asked = ask(
        page, "Close October?", "214 months become final.", "Close October", lambda: done.append("yes"), danger=True
    )
    qtbot.waitUntil(asked.cancel_button.hasFocus)
    qtbot.keyClick(asked, Qt.Key.Key_Escape)
    assert done == []
    asked = ask(page, "Close October?", "214 months become final.", "Close October", lambda: done.append("yes"))
    qtbot.waitUntil(asked.action_button.hasFocus)
    qtbot.keyClick(asked.action_button, Qt.Key.Key_Space)
    assert done == ["yes"]


def test_a_reason_is_needed_where_one_is_asked(show: Show, qtbot: QtBot) -> None:
    page = QWidget()
    show(page)
    reasons: list[str] = []
    asked = ask_reason(page, "Reopen October?", "A new revision is made.", "Reopen", reasons.append, label="Reason")
    qtbot.mouseClick(asked.action_button, Qt.MouseButton.LeftButton)
    assert (asked.isVisible(), reasons) == (True, [])
    assert asked.reason is not None
    qtbot.keyClicks(asked.reason, "Wrong NPI")
    qtbot.mouseClick(asked.action_button, Qt.MouseButton.LeftButton)
    assert reasons == ["Wrong NPI"]


def test_progress_is_shown_and_stopped(show: Show, qtbot: QtBot, tasks: Tasks) -> None:
    panel = ProgressPanel()
    holder = QWidget()
    page_layout(holder).addWidget(panel)
    show(holder)

    def count(progress: Progress) -> None:
        for n in range(10_000_000):
            progress(n, 10_000_000, "rows")

    job = tasks.run_long(count)
    panel.watch("Importing", job)
    qtbot.waitUntil(lambda: panel.bar.value() > 0)
    with qtbot.waitSignals([job.cancelled, panel.ended]):
        qtbot.mouseClick(panel.cancel_button, Qt.MouseButton.LeftButton)
    assert not panel.isVisible()


def test_search_waits_for_the_typing_to_end(show: Show, qtbot: QtBot) -> None:
    field = SearchField("Find a patient", name="find")
    show(field)
    asked: list[str] = []
    field.searched.connect(asked.append)
    qtbot.keyClicks(field, "okafor")
    qtbot.waitUntil(lambda: asked == ["okafor"])
    qtbot.keyClicks(field, "x")
    qtbot.keyClick(field, Qt.Key.Key_Return)
    assert asked == ["okafor", "okaforx"]
    with qtbot.waitSignal(field.left_down):
        qtbot.keyClick(field, Qt.Key.Key_Down)
    qtbot.keyClick(field, Qt.Key.Key_Escape)
    assert field.text() == ""


def test_banners_and_empty_states_offer_one_thing_to_do(show: Show, qtbot: QtBot) -> None:
    page = QWidget()
    banner, empty = Banner(), EmptyState("users", "No patients yet.", "Import patients")
    column = page_layout(page)
    column.addWidget(banner)
    column.addWidget(empty)
    show(page)
    assert not banner.isVisible()
    banner.show_text("Backup is late.", "warn", "Back up now")
    with qtbot.waitSignal(banner.acted):
        qtbot.mouseClick(banner.button, Qt.MouseButton.LeftButton)
    with qtbot.waitSignal(empty.acted):
        qtbot.mouseClick(empty.button, Qt.MouseButton.LeftButton)


def test_making_parts_opens_no_windows(qtbot: QtBot) -> None:
    before = {id(widget) for widget in QApplication.topLevelWidgets() if widget.isVisible()}
    form = Form()
    form.add_line("a", "A", hint="b")
    parts = [
        Banner("x", "warn", "y"),
        EmptyState("users", "x", "y"),
        PageHeader("x", "y"),
        ThresholdBar(),
        CallBar(),
        ProgressPanel(),
        Chip("x"),
        form,
    ]
    for part in parts:
        qtbot.addWidget(part)
    assert [w for w in QApplication.topLevelWidgets() if w.isVisible() and id(w) not in before] == []


@pytest.mark.parametrize("scale", [100, 150, 200])
def test_parts_have_room_at_any_text_size(show: Show, theme: Theme, qtbot: QtBot, scale: int) -> None:
    page = QWidget()
    column = page_layout(page)
    column.addWidget(
        PageHeader("Month-end", "October 2026", [safe_text.button("Close month", name="c", kind="primary")])
    )
    column.addWidget(
        Banner("Two notes are not filed in the EHR yet, and three patients need a signature.", "warn", "Show")
    )
    card, section = Card("Okafor, Adaeze"), Section("Next")
    bar = ThresholdBar()
    bar.show_seconds(1120)
    card.body.addWidget(bar)
    card.body.addWidget(safe_text.label("A long line that wraps where the room for it ends. " * 4))
    section.body.addWidget(Chip("Ready", Tone.READY))
    column.addWidget(card)
    column.addWidget(section)
    column.addWidget(
        EmptyState("users", "No patients yet. Import a list from your EHR, or add the first one.", "Import")
    )
    outer = scrolling(page)
    show(outer, 900, 700)
    theme.scale_text(scale)
    QApplication.processEvents()
    assert clipped(outer) == []


def test_a_card_may_have_actions(show: Show) -> None:
    holder = QWidget()
    layout = QVBoxLayout(holder)
    layout.addWidget(Card("Plan", actions=[safe_text.button("Edit", name="edit")]))
    show(holder)
    edit = holder.findChild(QWidget, "edit")
    assert edit is not None
    assert edit.isVisible()
