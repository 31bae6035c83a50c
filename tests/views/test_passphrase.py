from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from app.views.tasks import Tasks
from app.views.widgets import Form, PassphraseField, PassphraseMeter
from app.views.widgets.layout import page_layout

Show = Callable[..., None]


def meter(show: Show, tasks: Tasks) -> PassphraseMeter:
    holder, field = QWidget(), PassphraseField()
    made = PassphraseMeter(field, tasks, frozenset({"correct horse battery staple"}), lambda: ("Maple Street",))
    column = page_layout(holder)
    column.addWidget(field)
    column.addWidget(made)
    show(holder)
    return made


def line_of(made: PassphraseMeter) -> QLineEdit:
    holder = made.parentWidget()
    line = holder.findChild(QLineEdit) if holder else None
    assert isinstance(line, QLineEdit)
    return line


def typed(made: PassphraseMeter, qtbot: QtBot, text: str) -> None:
    line = line_of(made)
    line.clear()
    with qtbot.waitSignal(made.judged):
        qtbot.keyClicks(line, text)


def test_a_short_passphrase_is_refused(show: Show, qtbot: QtBot, tasks: Tasks) -> None:
    made = meter(show, tasks)
    typed(made, qtbot, "heron wade mud")
    assert "14 characters" in (made.refusal() or "")
    assert "14 characters" in made.words.text()
    assert made.bar.value() == 0


def test_a_known_passphrase_is_refused_however_long(show: Show, qtbot: QtBot, tasks: Tasks) -> None:
    made = meter(show, tasks)
    typed(made, qtbot, "Correct Horse Battery Staple")
    assert made.refusal() is not None


def test_strength_advises_and_does_not_refuse(show: Show, qtbot: QtBot, tasks: Tasks) -> None:
    made = meter(show, tasks)
    typed(made, qtbot, "aaaaaaaaaaaaaaaa")
    assert made.refusal() is None
    weak = made.bar.value()
    typed(made, qtbot, "seven quiet herons wade")
    assert made.refusal() is None
    assert made.bar.value() > weak
    assert made.bar.accessibleDescription().startswith(("Strong", "Very strong"))


def test_judging_happens_off_the_gui_thread_and_late_answers_are_dropped(
    show: Show, qtbot: QtBot, tasks: Tasks
) -> None:
    made = meter(show, tasks)
    line = line_of(made)
    qtbot.keyClicks(line, "seven quiet herons wade")
    line.clear()
    qtbot.wait(300)
    assert made.bar.value() == 0
    assert made.words.text().startswith("At least 15")


def test_a_passphrase_is_hidden_until_shown_and_kept_exactly(show: Show, qtbot: QtBot) -> None:
    form = Form()
    field = form.add("secret", "Passphrase", PassphraseField(), required=True)
    show(form)
    qtbot.keyClicks(field.line, " seven quiet ")
    assert form.values() == {"secret": " seven quiet "}
    assert field.line.echoMode() == QLineEdit.EchoMode.Password
    assert field.line.accessibleName() == "Passphrase"
    assert field.line.objectName() == "secret_line"
    qtbot.mouseClick(field.show_button, Qt.MouseButton.LeftButton)
    assert field.line.echoMode() == QLineEdit.EchoMode.Normal
    assert field.show_button.accessibleName() == "Hide passphrase"
    with qtbot.waitSignal(field.submitted):
        qtbot.keyClick(field.line, Qt.Key.Key_Return)
