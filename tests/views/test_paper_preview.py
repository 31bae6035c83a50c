"""A paper on the screen: pages, zoom, saving and printing, each copy noted before it leaves."""

import io
from collections.abc import Iterator
from pathlib import Path

import pytest
from pypdf import PdfReader
from PySide6.QtGui import QImage
from PySide6.QtPrintSupport import QPrinter
from PySide6.QtWidgets import QApplication, QDialog

from app.rules.errors import ClinicError
from app.views.paper_preview.paper import Paper, PaperFile
from app.views.paper_preview.preview import show_preview
from app.views.paper_preview.printing import PrintRun
from app.views.tasks import Tasks
from tests.reports.test_report import printed, report
from tests.services.audit import events
from tests.views.report_room import CTRL, KEY, ReportRoom, report_room


@pytest.fixture
def room(request: pytest.FixtureRequest) -> Iterator[ReportRoom]:
    with report_room(request) as made:
        yield made


def open_preview(room: ReportRoom, key: str = "manual") -> None:
    room.walk_to(key)
    room.press(KEY.Key_P, CTRL)
    room.qtbot.waitUntil(lambda: room.previews and room.preview.is_shown, timeout=20_000)
    room.settle()


def words_of(pdf: bytes) -> str:
    return "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages)


def is_drawn(image: QImage) -> bool:
    """Whether anything but white is on it."""
    small = image.scaled(60, 60)
    return any(small.pixelColor(x, y).lightness() < 200 for x in range(60) for y in range(60))


def test_pages_turn_with_keys_and_the_paper_is_drawn(room: ReportRoom) -> None:
    open_preview(room)
    view = room.preview.view
    assert room.focus == "paper_view"
    assert view.pages > 2
    assert view.page == 0
    assert is_drawn(view.grab().toImage())
    room.press(KEY.Key_PageDown)
    assert view.page == 1
    room.press(KEY.Key_End)
    assert view.page == view.pages - 1
    room.press(KEY.Key_Home)
    assert view.page == 0
    assert "Programme manual" in view.accessibleDescription()


def test_zoom_keys_zoom_the_paper_and_keep_the_page(room: ReportRoom) -> None:
    open_preview(room)
    view = room.preview.view
    room.press(KEY.Key_PageDown)
    fitted = view.shown_percent
    room.press(KEY.Key_Plus, CTRL)
    assert view.shown_percent > fitted
    assert view.page == 1
    room.press(KEY.Key_Minus, CTRL)
    room.press(KEY.Key_Minus, CTRL)
    assert view.shown_percent < fitted
    room.press(KEY.Key_0, CTRL)
    assert view.shown_percent == fitted
    assert is_drawn(view.grab().toImage())


def test_escape_returns_to_the_report_and_nothing_was_noted(room: ReportRoom) -> None:
    open_preview(room)
    room.press(KEY.Key_Escape)
    room.qtbot.waitUntil(lambda: not room.previews)
    assert room.page.isVisible()
    assert events(room.desk, "report.export") == []


def test_saving_warns_asks_why_notes_it_and_writes_what_was_seen(room: ReportRoom, tmp_path: Path) -> None:
    open_preview(room, "contacts")
    room.press(KEY.Key_S, CTRL)
    assert room.focus == "leave_purpose"
    assert "leaves the encrypted file" in room.says(room.preview.leave)
    room.press(KEY.Key_Return)
    path = tmp_path / "contacts.pdf"
    room.choose_file(path)
    room.qtbot.waitUntil(path.exists)
    ((_, facts),) = events(room.desk, "report.export")
    assert (facts["form"], facts["purpose"]) == ("pdf", "operations")
    assert "Quill-a, Nora" in words_of(path.read_bytes())
    assert path.stat().st_mode & 0o077 == 0


def test_nothing_is_saved_into_the_clinics_own_folder(room: ReportRoom) -> None:
    open_preview(room)
    errors: list[Exception] = []
    room.tasks.failed.disconnect(room.errors.append)
    room.tasks.failed.connect(errors.append)
    path = room.desk.opened.file.folder / "manual.pdf"
    room.preview.save_to(path, "operations")
    room.settle()
    assert not path.exists()
    assert isinstance(errors[0], ClinicError)


def test_printing_is_noted_and_every_page_reaches_the_printer(room: ReportRoom, tmp_path: Path) -> None:
    open_preview(room, "contacts")
    printer = QPrinter()
    printer.setOutputFormat(QPrinter.OutputFormat.PdfFormat)
    printer.setOutputFileName(str(tmp_path / "printed.pdf"))
    printer.setResolution(100)
    room.preview.print_to(printer, "treatment")
    room.qtbot.waitUntil(lambda: "with the printer" in room.window.notice.text(), timeout=20_000)
    room.settle()
    assert len(PdfReader(tmp_path / "printed.pdf").pages) == room.preview.view.pages
    ((_, facts),) = events(room.desk, "report.export")
    assert (facts["form"], facts["purpose"]) == ("print", "treatment")


def test_ctrl_p_in_the_preview_leads_to_the_system_print_dialog(room: ReportRoom) -> None:
    open_preview(room)
    room.press(KEY.Key_P, CTRL)
    room.press(KEY.Key_Return)
    room.qtbot.waitUntil(lambda: QApplication.activeModalWidget() is not None)
    dialog = QApplication.activeModalWidget()
    assert isinstance(dialog, QDialog)
    assert dialog.objectName() == "print_dialog"
    dialog.reject()
    room.settle()
    assert events(room.desk, "report.export") == []


def test_a_range_of_pages_is_printed_alone(room: ReportRoom, tasks: Tasks, tmp_path: Path) -> None:
    file = PaperFile(printed(report(rows=300)))
    assert len(file.sizes) > 4
    printer = QPrinter()
    printer.setOutputFormat(QPrinter.OutputFormat.PdfFormat)
    printer.setOutputFileName(str(tmp_path / "some.pdf"))
    printer.setResolution(72)
    printer.setFromTo(2, 4)
    run = PrintRun(tasks, file, printer, room.window)
    with room.qtbot.waitSignal(run.finished, timeout=20_000) as ended:
        run.start()
    assert ended.args == [3]
    assert len(PdfReader(tmp_path / "some.pdf").pages) == 3
    file.close()
    assert file.picture(0, 100).isNull()


def test_what_cannot_be_made_says_why_and_goes_back(room: ReportRoom) -> None:
    errors: list[Exception] = []
    room.tasks.failed.disconnect(room.errors.append)
    room.tasks.failed.connect(errors.append)

    def refuse(*_: object) -> Paper:
        raise ClinicError("There is nothing to print.")

    show_preview(room.page._context, "Paper", refuse)
    room.settle()
    room.qtbot.waitUntil(lambda: not room.previews)
    assert str(errors[0]) == "There is nothing to print."
