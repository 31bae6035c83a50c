"""Two versions of a care plan side by side, the words that differ marked."""

from collections.abc import Callable, Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from app.rules.plan_compare import SectionPair
from app.views import safe_text
from app.views.care_plan.marked_text import MarkedText
from app.views.page_context import PageContext
from app.views.tasks import Latest
from app.views.theme import GRID
from app.views.widgets import CheckField, ChoiceField, scrolling


class CompareView(QWidget):
    """Shows the older version at the left and the newer at the right; by default the parts that differ."""

    def __init__(
        self,
        context: PageContext,
        versions: Sequence[tuple[int, str]],
        new: int | None,
        write: Callable[[], object] | None = None,
    ) -> None:
        """Compare `versions` (id and words, newest first), at first `new` with the one before it.

        `write` first keeps what is typed in the draft.
        """
        super().__init__()
        self.setObjectName("plan_compare")
        self.setAccessibleName(self.tr("Two versions side by side"))
        self._context = context
        self._read = Latest(context.tasks, self)
        self._write = write
        self._pairs: tuple[SectionPair, ...] = ()
        self._ids = [plan_id for plan_id, _ in versions]
        self.old = self._choice("plan_compare_old", self.tr("Older version"), versions)
        self.new = self._choice("plan_compare_new", self.tr("Newer version"), versions)
        at = self._ids.index(new) if new in self._ids else 0
        at = min(at, len(self._ids) - 2)
        self.new.set_value(self._ids[at])
        self.old.set_value(self._ids[at + 1])
        self.all_parts = CheckField(self.tr("Also what is the same"), name="plan_compare_all")
        self.all_parts.setFocusProxy(None)  # type: ignore[arg-type]  # None takes it away: Tab skips a part with one
        self.all_parts.edited.connect(self._show)
        self.summary = safe_text.label("", "strong", name="plan_compare_summary")
        self._key = safe_text.label(
            self.tr("Taken out: struck out, at the left. Added: bold and underlined, at the right."),
            "muted",
            name="plan_compare_key",
        )
        self._build()
        self._ask()

    @property
    def pairs(self) -> tuple[SectionPair, ...]:
        """What is shown."""
        return self._pairs

    def _on_read(self, pairs: tuple[SectionPair, ...]) -> None:
        self._write = None
        self._pairs = pairs
        self._show()

    def _ask(self) -> None:
        history, actor = self._context.desk.plan_history, self._context.desk.actor
        old, new, write = self.old.value(), self.new.value(), self._write
        if old is None or new is None:
            return
        # Whichever was chosen first, the older stands at the left.
        if self._ids.index(old) < self._ids.index(new):
            old, new = new, old

        def read() -> tuple[SectionPair, ...]:
            if write is not None:
                write()
            return history.compare(actor, old, new)

        self._read.ask(read, self._on_read)

    def _show(self) -> None:
        inner = QWidget()
        column = QVBoxLayout(inner)
        column.setContentsMargins(0, 0, GRID, 0)
        column.setSpacing(GRID)
        changed = [pair for pair in self._pairs if pair.is_changed]
        if changed:
            words = self.tr("{n} of {all} parts differ.").format(n=len(changed), all=len(self._pairs))
        else:
            words = self.tr("Both say the same.")
        self.summary.setText(words)
        for pair in self._pairs if self.all_parts.value() else changed:
            column.addWidget(self._pair(pair))
        column.addStretch(1)
        old = self._area.takeWidget()
        if old is not None:
            old.deleteLater()
        self._area.setWidget(inner)

    def _pair(self, pair: SectionPair) -> QWidget:
        frame = QFrame()
        frame.setObjectName(f"plan_pair_{pair.key}")
        frame.setProperty("kind", "card")
        column = QVBoxLayout(frame)
        column.setContentsMargins(2 * GRID, GRID, 2 * GRID, GRID)
        column.addWidget(safe_text.label(pair.title, "field"))
        grid = QGridLayout()
        grid.setHorizontalSpacing(3 * GRID)
        grid.setVerticalSpacing(GRID // 2)
        lines = [line for line in pair.lines if line.is_changed or self.all_parts.value()]
        for number, line in enumerate(lines):
            for at, (side, runs) in enumerate((("old", line.old), ("new", line.new))):
                made = MarkedText(runs, name=f"plan_pair_{pair.key}_{number}_{side}")
                grid.addWidget(made, number, at, Qt.AlignmentFlag.AlignTop)
        grid.setColumnStretch(0, 1)
        grid.setColumnStretch(1, 1)
        column.addLayout(grid)
        return frame

    def _choice(self, name: str, words: str, versions: Sequence[tuple[int, str]]) -> ChoiceField:
        made = ChoiceField(versions)
        made.setObjectName(name)
        made.setAccessibleName(words)
        made.setMinimumContentsLength(22)
        made.edited.connect(self._ask)
        return made

    def _build(self) -> None:
        self._area = scrolling(QWidget())
        top = QHBoxLayout()
        top.setSpacing(2 * GRID)
        top.addWidget(self.old, 1)
        top.addWidget(self.new, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(GRID)
        column.addLayout(top)
        column.addWidget(self.summary)
        column.addWidget(self._key)
        column.addWidget(self.all_parts)
        column.addWidget(self._area, 1)
