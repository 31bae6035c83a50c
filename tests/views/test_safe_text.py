import ast
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import Qt
from PySide6.QtGui import QTextDocument
from PySide6.QtWidgets import QApplication, QMenuBar, QTabWidget, QWidget
from pytestqt.qtbot import QtBot

from app.views import safe_text

VIEWS = Path(safe_text.__file__).parent
ONLY_INSIDE = {
    "QAction",
    "QCheckBox",
    "QCommandLinkButton",
    "QErrorMessage",
    "QFormLayout",
    "QGraphicsTextItem",
    "QGroupBox",
    "QInputDialog",
    "QLabel",
    "QMessageBox",
    "QProgressDialog",
    "QPushButton",
    "QRadioButton",
    "QStaticText",
    "QTextBrowser",
    "QTextDocument",
    "QTextEdit",
    "QToolButton",
    "QWizard",
}
"""Widgets that guess rich text, or that turn `&` into a shortcut."""
METHODS = {
    "addTab",
    "appendHtml",
    "insertHtml",
    "insertTab",
    "setHtml",
    "setIconText",
    "setMarkdown",
    "setTabText",
    "setTabToolTip",
    "setTextFormat",
    "setTitle",
    "setToolTip",
    "setWhatsThis",
}
NAMES = [
    "<b>Al</b> Smith",
    "<s>x",
    "x<br>y",
    "<img src='file:///etc/passwd'>",
    "Smith &Sons",
    "a && b",
    "&lt;b&gt;",
    "",
]


def other_doors(source: str) -> list[str]:
    """Every place in `source` that hands text to Qt by another way than safe_text."""
    found = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call):
            called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            by_widget = isinstance(node.func, ast.Attribute) and getattr(node.func.value, "id", "") != "safe_text"
            words = bool(node.args) and isinstance(node.args[0], ast.Constant | ast.JoinedStr)
            if called in ONLY_INSIDE or (called in METHODS and by_widget):
                found.append(f"line {node.lineno}: {called}")
            if called in {"addAction", "addMenu"} and by_widget and words:
                found.append(f"line {node.lineno}: {called} with words")
            if isinstance(node.func, ast.Attribute) and getattr(node.func.value, "id", "") in ONLY_INSIDE:
                found.append(f"line {node.lineno}: {ast.unparse(node.func)}")
        if isinstance(node, ast.ClassDef):
            found += [f"line {node.lineno}: class of {ast.unparse(base)}" for base in node.bases if _is_door(base)]
    return found


def _is_door(base: ast.expr) -> bool:
    return isinstance(base, ast.Name) and base.id in ONLY_INSIDE


@pytest.mark.parametrize(
    "path",
    sorted(set(VIEWS.rglob("*.py")) - {VIEWS / "safe_text.py"}),
    ids=lambda path: path.relative_to(VIEWS).as_posix(),
)
def test_text_reaches_qt_through_one_door_only(path: Path) -> None:
    assert other_doors(path.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize(
    "seed",
    [
        "QLabel(name)",
        "QtWidgets.QLabel(name)",
        "QMessageBox.warning(self, 'CareLoop', name)",
        "field.setToolTip(name)",
        "menu.addAction(f'Open {name}')",
        "tabs.addTab(page, name)",
        "class Name(QLabel): pass",
        "group.setTitle(name)",
    ],
)
def test_another_door_is_seen(seed: str) -> None:
    assert other_doors(seed)


def test_the_door_itself_is_full_of_what_is_forbidden_elsewhere() -> None:
    assert len(other_doors((VIEWS / "safe_text.py").read_text(encoding="utf-8"))) > 8


@pytest.mark.parametrize("name", NAMES)
def test_a_label_shows_what_was_written(qtbot: QtBot, name: str) -> None:
    label = safe_text.label(name)
    qtbot.addWidget(label)
    assert label.textFormat() == Qt.TextFormat.PlainText
    assert label.text() == name


def test_a_picture_in_a_name_takes_no_room(qtbot: QtBot) -> None:
    label = safe_text.label("<img src='x' width=900 height=900>", wrap=False)
    qtbot.addWidget(label)
    assert label.sizeHint().height() < 60


@pytest.mark.parametrize("name", NAMES)
def test_a_button_makes_no_shortcut_of_a_name(qtbot: QtBot, name: str) -> None:
    button = safe_text.button(name, name="b")
    qtbot.addWidget(button)
    assert button.shortcut().isEmpty()
    assert button.accessibleName() == name
    assert button.text().replace("&&", "&") == name


@given(st.text(st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"]), max_size=40))
def test_a_tool_tip_reads_back_as_written(text: str) -> None:
    QApplication.instance() or QApplication([])
    document = QTextDocument()
    document.setHtml(safe_text.tip_text(text))
    assert document.toPlainText().split() == text.split()


def test_tabs_menus_and_actions_make_no_shortcut_of_a_name(qtbot: QtBot) -> None:
    tabs, bar = QTabWidget(), QMenuBar()
    qtbot.addWidget(tabs)
    qtbot.addWidget(bar)
    safe_text.add_tab(tabs, QWidget(), "Smith &Sons")
    safe_text.menu(bar, "Smith & Sons", name="m")
    action = safe_text.action("Open Smith & Sons", bar, name="a")
    assert tabs.tabBar().tabText(0) == "Smith &&Sons"
    assert bar.actions()[0].text() == "Smith && Sons"
    assert action.text() == "Open Smith && Sons"


def test_a_long_line_ends_in_an_ellipsis_and_keeps_its_whole_text_as_tool_tip(qtbot: QtBot) -> None:
    label = safe_text.label("Okafor & <b>Sons</b> of the long lane", elide=True)
    qtbot.addWidget(label)
    label.resize(80, 20)
    label.grab()
    assert label.minimumSizeHint().width() < 80
    assert label.toolTip() == "<qt>Okafor &amp; &lt;b&gt;Sons&lt;/b&gt; of the long lane</qt>"
