"""All parts of a plan below each other; one is open to be written in, the others say in a few lines what they hold."""

from collections.abc import Sequence
from itertools import pairwise

from PySide6.QtCore import QEvent, QObject, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QApplication, QFrame, QHBoxLayout, QVBoxLayout, QWidget

from app.rules.care_plan import PlanGap, SectionKind, SectionText, item_line
from app.views import safe_text
from app.views.care_plan.plan_words import state_of
from app.views.care_plan.section_editor import SectionEditor
from app.views.icons import icon
from app.views.theme import GRID, Role, set_shown
from app.views.widgets import Chip, Tone, scrolling

FEW_LINES = 3


class SectionFrame(QFrame):
    """One part: its head, and below it what it says, or its editor. `asked` follows a press of the head."""

    asked = Signal(str)
    undo_asked = Signal(str)

    def __init__(self, kind: SectionKind) -> None:
        """Show the head of a part."""
        super().__init__()
        self.setObjectName(f"plan_frame_{kind.key}")
        self.setProperty("kind", "card")
        self.kind = kind
        self.head = safe_text.tool_button(
            kind.title,
            name=f"plan_open_{kind.key}",
            icon=icon("chevron-right"),
            show_text=True,
            on_click=lambda: self.asked.emit(kind.key),
        )
        self.undo_button = safe_text.button(
            self.tr("Undo"),
            name=f"plan_undo_{kind.key}",
            kind="quiet",
            icon=icon("undo-2", Role.ACCENT),
            on_click=lambda: self.undo_asked.emit(kind.key),
        )
        self.state = Chip("", Tone.NEUTRAL, name=f"plan_state_{kind.key}")
        self._said = safe_text.label("", "muted", name=f"plan_said_{kind.key}")
        self._said.setContentsMargins(3 * GRID, 0, 0, 0)
        row = QHBoxLayout()
        row.setSpacing(GRID)
        row.addWidget(self.head)
        row.addStretch(1)
        row.addWidget(self.undo_button)
        row.addWidget(self.state)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(GRID, GRID // 2, GRID, GRID // 2)
        self._column.setSpacing(GRID // 2)
        self._column.addLayout(row)
        self._column.addWidget(self._said)
        self._editor: SectionEditor | None = None
        self._shown: tuple[SectionText, PlanGap | None, bool] | None = None
        set_shown(self.undo_button, shown=False)

    def show_state(self, section: SectionText, gap: PlanGap | None) -> None:
        """Show how the part stands, and while it is not open what it says."""
        if self._shown == (section, gap, self._editor is None):
            return
        self._shown = (section, gap, self._editor is None)
        words, tone = state_of(self.kind, section, gap)
        self.state.show_state(words, tone)
        self.head.setAccessibleName(self.tr("{part}: {state}").format(part=self.kind.title, state=words.lower()))
        lines = _lines(section)
        if len(lines) > FEW_LINES:
            more = self.tr("and {n} more").format(n=len(lines) - FEW_LINES + 1)
            lines = [*lines[: FEW_LINES - 1], more]
        if section.not_applicable:
            lines = [self.tr("Does not apply: {reason}").format(reason=section.not_applicable)]
        self._said.setText("\n".join(lines))
        set_shown(self._said, shown=bool(lines) and self._editor is None)

    def show_undo(self, words: str) -> None:
        """Offer to take back what `words` name; empty for nothing."""
        if words:
            safe_text.set_button_text(self.undo_button, self.tr("Undo: {words}").format(words=words))
        set_shown(self.undo_button, shown=bool(words) and self._editor is not None)

    def open(self, editor: SectionEditor) -> None:
        """Show the editor below the head."""
        self.close_editor()
        self._editor = editor
        editor.setContentsMargins(3 * GRID, 0, 0, GRID)
        self._column.addWidget(editor)
        editor.show()
        set_shown(self._said, shown=False)
        self.head.setIcon(icon("chevron-down"))

    def close_editor(self) -> None:
        """Take the editor away."""
        if self._editor is not None:
            self._editor.hide()
            self._column.removeWidget(self._editor)
            self._editor.deleteLater()
            self._editor = None
            set_shown(self.undo_button, shown=False)
        self.head.setIcon(icon("chevron-right"))


class PlanSheet(QWidget):
    """The parts in their order. `asked` carries the part whose head was pressed, `undo_asked` one to take back in.

    Up and Down walk the heads, Right opens one; Tab walks through everything.
    """

    asked = Signal(str)
    undo_asked = Signal(str)

    def __init__(self, kinds: Sequence[SectionKind]) -> None:
        """Make a closed part of each of `kinds`."""
        super().__init__()
        self.setObjectName("plan_sheet")
        self.setAccessibleName(self.tr("Parts of the plan"))
        self._inner = QWidget()
        column = QVBoxLayout(self._inner)
        column.setContentsMargins(0, 0, GRID, 0)
        column.setSpacing(GRID)
        self.frames: dict[str, SectionFrame] = {}
        for kind in kinds:
            frame = self.frames[kind.key] = SectionFrame(kind)
            frame.asked.connect(self.asked)
            frame.undo_asked.connect(self.undo_asked)
            frame.head.installEventFilter(self)
            column.addWidget(frame)
        column.addStretch(1)
        self.area = scrolling(self._inner)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addWidget(self.area)

    def show_states(self, sections: dict[str, SectionText], gaps: dict[str, PlanGap]) -> None:
        """Show how all parts stand."""
        for key, frame in self.frames.items():
            frame.show_state(sections[key], gaps.get(key))

    def open(self, key: str, editor: SectionEditor) -> None:
        """Open one part and close the others."""
        for other, frame in self.frames.items():
            if other != key:
                frame.close_editor()
        self.frames[key].open(editor)
        editor.rebuilt.connect(lambda: self._order(key, editor))
        self._order(key, editor)
        self._inner.adjustSize()
        self.see(key)
        # And once more when the layout has given every part its place.
        QTimer.singleShot(0, self, lambda: self.see(key))

    def see(self, key: str) -> None:
        """Bring a part's head to the top of the view, unless what has the focus would go out of it."""
        bar = self.area.verticalScrollBar()
        bar.setValue(self.frames[key].y())
        focus = QApplication.focusWidget()
        if focus is not None and self.frames[key].isAncestorOf(focus):
            self.area.ensureWidgetVisible(focus, 0, 2 * GRID)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            heads = [frame.head for frame in self.frames.values()]
            at = next((number for number, head in enumerate(heads) if head is watched), -1)
            step = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1}.get(Qt.Key(event.key()), 0)
            if at >= 0 and step and 0 <= at + step < len(heads):
                heads[at + step].setFocus(Qt.FocusReason.TabFocusReason)
                self.area.ensureWidgetVisible(heads[at + step])
                return True
            if at >= 0 and event.key() == Qt.Key.Key_Right:
                heads[at].click()
                return True
        return super().eventFilter(watched, event)

    def _order(self, key: str, editor: SectionEditor) -> None:
        """Let Tab walk from a part's head through its editor to the next head: what is made later comes last for Qt."""
        frames = list(self.frames.values())
        at = list(self.frames).index(key)
        following = [frame.head for frame in frames[at + 1 : at + 2]]
        for first, second in pairwise([frames[at].head, frames[at].undo_button, *editor.chain(), *following]):
            QWidget.setTabOrder(first, second)


def _lines(section: SectionText) -> list[str]:
    return [
        *(f"• {line}" for item in section.items if (line := item_line(section, item))),
        *(line for line in section.text.splitlines() if line.strip()),
    ]
