"""Words in which what was added or taken out is marked by line and weight, and by colour besides."""

from collections.abc import Sequence

from PySide6.QtCore import QPointF, QSize
from PySide6.QtGui import QPainter, QPaintEvent, QResizeEvent, QTextCharFormat, QTextLayout, QTextOption
from PySide6.QtWidgets import QSizePolicy, QWidget

from app.rules.plan_compare import Run
from app.views.theme import GRID, Role, colours, fit_scale


class MarkedText(QWidget):
    """A line of a plan, broken where there is no room. Added words are bold and underlined, removed ones struck out."""

    def __init__(self, runs: Sequence[Run], *, name: str) -> None:
        """Show `runs`; no text is ever read as anything but words."""
        super().__init__()
        self.setObjectName(name)
        self._runs = tuple(runs)
        self._text = "".join(run.text for run in runs)
        self.setAccessibleName(self._spoken())
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        fit_scale(self, self.updateGeometry)

    @property
    def runs(self) -> tuple[Run, ...]:
        """What it shows."""
        return self._runs

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        return self._laid_out(width)[1]

    def sizeHint(self) -> QSize:
        width = max(self.width(), 20 * GRID)
        return QSize(width, self.heightForWidth(width))

    def minimumSizeHint(self) -> QSize:
        return QSize(10 * GRID, self.fontMetrics().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.updateGeometry()

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setPen(colours().of(Role.TEXT))
        layout, _ = self._laid_out(self.width())
        layout.draw(painter, QPointF(0, 0))

    def _laid_out(self, width: int) -> tuple[QTextLayout, int]:
        layout = QTextLayout(self._text, self.font())
        option = QTextOption()
        option.setWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
        layout.setTextOption(option)
        layout.setFormats(self._formats())
        layout.beginLayout()
        height = 0.0
        line = layout.createLine()
        while line.isValid():
            line.setLineWidth(max(1, width))
            line.setPosition(QPointF(0, height))
            height += line.height()
            line = layout.createLine()
        layout.endLayout()
        return layout, int(height + 0.999)

    def _formats(self) -> list[QTextLayout.FormatRange]:
        found: list[QTextLayout.FormatRange] = []
        at = 0
        for run in self._runs:
            length = len(run.text.encode("utf-16-le")) // 2
            if run.mark != "same":
                one = QTextLayout.FormatRange()
                made = QTextCharFormat()
                added = run.mark == "added"
                made.setForeground(colours().of(Role.READY if added else Role.BLOCK))
                made.setBackground(colours().of(Role.READY_SOFT if added else Role.BLOCK_SOFT))
                made.setFontUnderline(added)
                made.setFontStrikeOut(not added)
                if added:
                    made.setFontWeight(600)
                one.start, one.length, one.format = at, length, made
                found.append(one)
            at += length
        return found

    def _spoken(self) -> str:
        words = {"added": self.tr("added: {words}"), "removed": self.tr("removed: {words}")}
        return " ".join(
            run.text if run.mark == "same" else words[run.mark].format(words=run.text) for run in self._runs
        )
