from collections.abc import Callable, Sequence
from dataclasses import dataclass

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QAbstractItemModelTester
from pytestqt.qtbot import QtBot

from app.views.preferences import PreferenceStore
from app.views.table import BLOCK, KEPT_BLOCKS, SECONDS_ROLE, TONE_ROLE, Column, RowTable, SnapshotTable
from app.views.table_view import TableView
from app.views.theme import Theme
from app.views.widgets import Tone, format_duration

Show = Callable[..., None]


@dataclass(frozen=True, slots=True)
class Patient:
    id: int
    name: str
    seconds: int


COLUMNS: tuple[Column[Patient], ...] = (
    Column("name", "Patient", lambda row: row.name, width=0),
    Column("time", "Month", lambda row: format_duration(row.seconds), is_number=True, order=lambda row: row.seconds),
    Column("state", "State", lambda row: "Ready" if row.seconds >= 1200 else "Short", tone=lambda _row: Tone.READY),
    Column("bar", "Toward 20", lambda row: format_duration(row.seconds), seconds=lambda row: row.seconds),
    Column("mrn", "MRN", lambda row: str(row.id), spoken=lambda row: f"Number {row.id}", tip=lambda _row: "<b>tip</b>"),
)


class Shelf:
    """Gives rows by id and remembers how they were asked for."""

    def __init__(self) -> None:
        self.asked: list[int] = []
        self.missing: set[int] = set()

    def fetch(self, ids: Sequence[int]) -> dict[int, Patient]:
        self.asked.append(len(ids))
        return {n: Patient(n, f"N{n:06d}", n % 4000) for n in ids if n not in self.missing}


def rows() -> list[Patient]:
    return [Patient(1, "Okafor", 1199), Patient(2, "adams", 20), Patient(3, "Brown", 3600)]


def test_a_long_list_fetches_only_what_is_in_view(qtbot: QtBot) -> None:
    shelf = Shelf()
    table = RowTable(COLUMNS, shelf.fetch)
    table.show_ids(range(100_000))
    assert shelf.asked == []
    assert table.index(99_999, 0).data() == "N099999"
    assert shelf.asked == [BLOCK]
    assert table.rowCount() == 100_000
    assert table.position_of(99_999) == 99_999
    assert table.position_of(-5) == -1


def test_a_long_list_keeps_few_blocks(qtbot: QtBot) -> None:
    shelf = Shelf()
    table = RowTable(COLUMNS, shelf.fetch)
    table.show_ids(range(100_000))
    for position in range(0, 100_000, BLOCK):
        table.index(position, 0).data()
    assert len(shelf.asked) == 100_000 // BLOCK
    table.index(99_999, 1).data()
    table.index(99_999 - (KEPT_BLOCKS - 1) * BLOCK, 1).data()
    assert len(shelf.asked) == 100_000 // BLOCK


def test_a_row_deleted_since_is_shown_empty(qtbot: QtBot) -> None:
    shelf = Shelf()
    shelf.missing.add(7)
    table = RowTable(COLUMNS, shelf.fetch)
    table.show_ids(range(10))
    assert table.index(7, 0).data() == ""
    assert table.index(7, 2).data(TONE_ROLE) is None
    assert table.row_at(7) is None


def test_refreshing_reads_again_and_keeps_the_place(qtbot: QtBot, show: Show) -> None:
    shelf = Shelf()
    table = RowTable(COLUMNS, shelf.fetch)
    view = TableView(table, name="list", words="Patients")
    show(view, 800, 300)
    table.show_ids(range(1000))
    view.pick(40)
    assert table.index(40, 0).data() == "N000040"
    table.refresh()
    assert view.current_id == 40
    assert table.index(40, 0).data() == "N000040"
    assert len(shelf.asked) == 2


def test_both_tables_obey_qts_model_rules(qtbot: QtBot) -> None:
    fatal = QAbstractItemModelTester.FailureReportingMode.Fatal
    shelf = Shelf()
    long = RowTable(COLUMNS, shelf.fetch)
    short: SnapshotTable[Patient, int] = SnapshotTable(COLUMNS, lambda row: row.id)
    testers = [QAbstractItemModelTester(long, fatal), QAbstractItemModelTester(short, fatal)]
    for ids in ((), range(1), range(450), range(3)):
        long.show_ids(ids)
        long.refresh()
    for some in ([], rows(), rows()[:1]):
        short.show_rows(some)
        short.sort(1, Qt.SortOrder.DescendingOrder)
    assert len(testers) == 2


def test_cells_say_what_they_are(qtbot: QtBot) -> None:
    table: SnapshotTable[Patient, int] = SnapshotTable(COLUMNS, lambda row: row.id)
    table.show_rows(rows())
    assert table.index(0, 1).data() == "19:59"
    assert table.index(0, 1).data(Qt.ItemDataRole.TextAlignmentRole) & Qt.AlignmentFlag.AlignRight.value
    assert table.index(0, 2).data(TONE_ROLE) == Tone.READY
    assert table.index(0, 3).data(SECONDS_ROLE) == 1199
    assert table.index(0, 4).data(Qt.ItemDataRole.AccessibleTextRole) == "Number 1"
    assert table.index(0, 4).data(Qt.ItemDataRole.ToolTipRole) == "<qt>&lt;b&gt;tip&lt;/b&gt;</qt>"
    assert table.index(0, 0).data(Qt.ItemDataRole.EditRole) is None


def test_a_short_list_sorts_by_value_and_by_words(qtbot: QtBot) -> None:
    table: SnapshotTable[Patient, int] = SnapshotTable(COLUMNS, lambda row: row.id)
    table.show_rows(rows())
    table.sort(1, Qt.SortOrder.DescendingOrder)
    assert [row.id for row in table.rows] == [3, 1, 2]
    table.sort(0, Qt.SortOrder.AscendingOrder)
    assert [row.name for row in table.rows] == ["adams", "Brown", "Okafor"]
    table.show_rows([*rows(), Patient(4, "Ames", 1)])
    assert [row.name for row in table.rows] == ["adams", "Ames", "Brown", "Okafor"]


def test_a_click_on_a_head_asks_for_an_order(qtbot: QtBot, show: Show) -> None:
    table = RowTable(COLUMNS, Shelf().fetch)
    view = TableView(table, name="list", words="Patients")
    show(view, 800, 300)
    table.show_ids(range(10))
    asked: list[tuple[str, bool]] = []
    table.sort_asked.connect(lambda key, descending: asked.append((key, descending)))
    heads = view.horizontalHeader()
    at = heads.viewport().rect().center()
    at.setX(heads.sectionViewportPosition(1) + 20)
    qtbot.mouseClick(heads.viewport(), Qt.MouseButton.LeftButton, pos=at)
    qtbot.mouseClick(heads.viewport(), Qt.MouseButton.LeftButton, pos=at)
    assert asked == [("time", False), ("time", True)]
    view.mark_sorted("mrn", descending=True)
    assert len(asked) == 2
    assert heads.sortIndicatorSection() == 4


def test_the_keyboard_walks_the_list(qtbot: QtBot, show: Show) -> None:
    table = RowTable(COLUMNS, Shelf().fetch)
    view = TableView(table, name="list", words="Patients")
    show(view, 800, 300)
    table.show_ids(range(100, 1100))
    picked: list[int] = []
    view.picked.connect(picked.append)
    view.setFocus()
    view.pick_first()
    for key in (Qt.Key.Key_Down, Qt.Key.Key_End, Qt.Key.Key_Up, Qt.Key.Key_Home):
        qtbot.keyClick(view, key)
    assert picked == [100, 101, 1099, 1098, 100]
    with qtbot.waitSignal(view.opened) as opened:
        qtbot.keyClick(view, Qt.Key.Key_Return)
    assert opened.args == [100]
    assert [index.row() for index in view.selectionModel().selectedRows()] == [0]


def test_a_row_is_found_again_by_its_id(qtbot: QtBot, show: Show) -> None:
    table = RowTable(COLUMNS, Shelf().fetch)
    view = TableView(table, name="list", words="Patients")
    show(view, 800, 300)
    table.show_ids([5, 6, 7])
    view.pick(6)
    table.show_ids([9, 8, 7, 6])
    assert (view.current_id, view.currentIndex().row()) == (6, 3)
    picked: list[object] = []
    view.picked.connect(picked.append)
    table.show_ids([9, 8])
    assert view.current_id is None
    assert picked == [None]


def test_rows_are_between_32_and_36_pixels_and_grow_with_the_text(qtbot: QtBot, show: Show, theme: Theme) -> None:
    table = RowTable(COLUMNS, Shelf().fetch)
    view = TableView(table, name="list", words="Patients")
    show(view, 800, 300)
    table.show_ids(range(10))
    assert 32 <= view.rowHeight(0) <= 36
    theme.scale_text(200)
    assert view.rowHeight(0) > view.fontMetrics().height() + 8
    assert view.columnWidth(1) >= 240


def test_widths_a_person_chose_are_kept(qtbot: QtBot, show: Show, preferences: PreferenceStore, theme: Theme) -> None:
    table = RowTable(COLUMNS, Shelf().fetch)
    view = TableView(table, name="list", words="Patients", preferences=preferences)
    show(view, 900, 300)
    heads = view.horizontalHeader()
    edge = heads.viewport().rect().center()
    edge.setX(heads.sectionViewportPosition(2) - 1)
    there = edge.__class__(edge.x() + 40, edge.y())
    qtbot.mousePress(heads.viewport(), Qt.MouseButton.LeftButton, pos=edge)
    qtbot.mouseMove(heads.viewport(), there)
    qtbot.mouseRelease(heads.viewport(), Qt.MouseButton.LeftButton, pos=there)
    kept = preferences.column_widths("list")
    if not kept:
        pytest.skip("the offscreen platform does not report pressed buttons while the mouse moves")
    again = TableView(RowTable(COLUMNS, Shelf().fetch), name="list", words="Patients", preferences=preferences)
    qtbot.addWidget(again)
    assert again.columnWidth(1) == view.columnWidth(1)


def test_painting_a_page_of_100_000_rows_is_quick(qtbot: QtBot, show: Show) -> None:
    table = RowTable(COLUMNS, Shelf().fetch)
    view = TableView(table, name="list", words="Patients")
    show(view, 1200, 800)
    table.show_ids(range(100_000))
    view.scrollTo(table.index(50_000, 0))
    image = view.grab().toImage()
    inks = {image.pixel(x, image.height() // 2) for x in range(0, image.width(), 3)}
    assert len(inks) > 3
