"""What the wizard shows step by step before a month is closed: who is left out, who approved, the packets, the sums."""

from collections import Counter
from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QGridLayout, QStackedWidget, QVBoxLayout, QWidget

from app.rules.errors import ClinicError
from app.services.closing.dry_run import Different, DryRun, LeftOut
from app.services.month_end import PacketPreview
from app.services.readiness import APPROVED, EXPORTED, READY, Board, BoardRow
from app.views import safe_text
from app.views.errors import sentence
from app.views.month_end.change_words import add_changes
from app.views.month_end.packet_sheet import PacketSheet
from app.views.month_end.words import codes_words, counted, money_words
from app.views.page_context import PageContext
from app.views.table import Column, SnapshotTable
from app.views.table_view import TableView
from app.views.tasks import Latest
from app.views.theme import GRID, fit_scale, scaled, set_shown
from app.views.widgets import Card, EmptyState, PassphraseField, Tone, format_duration, scrolling

NARROW = 100 * GRID
LIST_WIDTH = 50 * GRID
LEAST_LIST = 42 * GRID


class ReviewStep(QWidget):
    """Who gets no packet, and why; ready ones first, for they are lost by not being approved."""

    def __init__(self) -> None:
        """Show nobody until `show_run`."""
        super().__init__()
        self.setObjectName("close_review")
        columns: tuple[Column[LeftOut], ...] = (
            Column("name", self.tr("Patient"), lambda row: row.name, 200),
            Column(
                "state",
                self.tr("State"),
                lambda row: self.tr("Ready") if row.is_ready else self.tr("Not ready"),
                110,
                tone=lambda row: Tone.WARN if row.is_ready else Tone.NEUTRAL,
            ),
            Column("why", self.tr("Why there is no packet"), lambda row: " ".join(row.reasons), 0, tip=_why),
        )
        self._words = safe_text.label("", name="close_review_words")
        self.table: SnapshotTable[LeftOut, int] = SnapshotTable(columns, lambda row: row.patient_id, self)
        self.list = TableView(self.table, name="close_left_out", words=self.tr("Patients without a packet"))
        self._none = EmptyState("circle-check", self.tr("Every patient of the month gets a packet."), name="close_all")
        self._pages = QStackedWidget()
        self._pages.addWidget(self.list)
        self._pages.addWidget(self._none)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2 * GRID)
        column.addWidget(self._words)
        column.addWidget(self._pages, 1)

    def show_run(self, run: DryRun) -> None:
        """Show who would be left out."""
        rows = sorted(run.left_out, key=lambda row: not row.is_ready)
        ready = sum(row.is_ready for row in rows)
        tr = self.tr
        words = counted(len(rows), tr("1 patient gets no packet"), tr("{n} patients get no packet"))
        if ready:
            lost = tr(" Ready and left out: {n}. What is not approved now is not billed with this close.").format(
                n=ready
            )
        else:
            lost = ""
        self._words.setText(f"{words}.{lost} " + tr("Go back to the board to mend what can be mended."))
        set_shown(self._words, shown=bool(rows))
        self.table.show_rows(rows)
        self._pages.setCurrentWidget(self.list if rows else self._none)
        if rows:
            self.list.pick_first()


class ApprovalStep(QWidget):
    """Whose approval is there and whose is not; who works alone attests here."""

    def __init__(self, board: Board, *, attests: bool, name: str) -> None:
        """Count the board's approvals by practitioner. `attests`: `name` is the clinic's one person."""
        super().__init__()
        self.setObjectName("close_approvals")
        self.passphrase = PassphraseField(name="close_passphrase")
        self.passphrase.setAccessibleName(self.tr("Your passphrase"))
        card = Card(self.tr("Approvals"), name="close_approval_counts")
        card.body.addLayout(self._counts(board.rows))
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2 * GRID)
        column.addWidget(card)
        if attests:
            own = Card(self.tr("You work here alone"), name="close_attest")
            words = self.tr(
                "With your passphrase you attest to all months that are ready. Each of their packets then says openly: "
                "attested by {name}, one-person clinic. Without it only what you approved one by one is closed."
            )
            own.body.addWidget(safe_text.label(words.format(name=name), name="close_attest_words"))
            own.body.addWidget(safe_text.label(self.tr("Your passphrase"), "field", buddy=self.passphrase.line))
            own.body.addWidget(self.passphrase)
            column.addWidget(own)
        else:
            words = self.tr(
                "Only the billing practitioner approves (F9 on the board). Who approved a month does not close it, "
                "unless nobody else here could do one of the two."
            )
            column.addWidget(safe_text.label(words, "muted", name="close_approval_words"))
        column.addStretch(1)

    def _counts(self, rows: Sequence[BoardRow]) -> QGridLayout:
        grid = QGridLayout()
        grid.setHorizontalSpacing(3 * GRID)
        grid.setVerticalSpacing(GRID)
        grid.setColumnStretch(0, 1)
        heads = (self.tr("Practitioner"), self.tr("Approved"), self.tr("Waiting"), self.tr("Already made"))
        for at, head in enumerate(heads):
            grid.addWidget(safe_text.label(head, "muted", wrap=False), 0, at, _side(at))
        counts = Counter((row.practitioner, row.state) for row in rows)
        asked = (APPROVED, READY, EXPORTED)
        for line, practitioner in enumerate(sorted({row.practitioner for row in rows if row.state in asked}), 1):
            figures = [counts[practitioner, state] for state in asked]
            grid.addWidget(safe_text.label(practitioner), line, 0)
            for at, figure in enumerate(figures, 1):
                grid.addWidget(safe_text.label(f"{figure:,}", "number", wrap=False), line, at, _side(at))
        return grid


class PreviewStep(QWidget):
    """The packets that would be made; the chosen one is read beside the list."""

    def __init__(self, context: PageContext, board: Board) -> None:
        """List the ready and approved patients of the board."""
        super().__init__()
        self.setObjectName("close_previews")
        self._context = context
        self._month = board.month
        self._previews = Latest(context.tasks, self)
        columns: tuple[Column[BoardRow], ...] = (
            Column("name", self.tr("Patient"), lambda row: row.name, 0),
            Column("codes", self.tr("Codes"), lambda row: codes_words(row.lines), 150),
        )
        self.table: SnapshotTable[BoardRow, int] = SnapshotTable(columns, lambda row: row.patient_id, self)
        self.list = TableView(self.table, name="close_packets", words=self.tr("Packets to look at"))
        self.sheet = PacketSheet()
        self._problem = safe_text.label("", "error", name="close_preview_problem")
        held = QWidget()
        inside = QVBoxLayout(held)
        inside.setContentsMargins(0, 0, 0, 0)
        inside.addWidget(self._problem)
        inside.addWidget(self.sheet, 1)
        self.area = scrolling(held)
        self.area.setObjectName("close_sheet")
        self.area.setAccessibleName(self.tr("The packet's facts"))
        self.area.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._row = QBoxLayout(QBoxLayout.Direction.LeftToRight, self)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.setSpacing(2 * GRID)
        self._row.addWidget(self.list)
        self._row.addWidget(self.area, 1)
        self.table.show_rows([row for row in board.rows if row.state in (READY, APPROVED, EXPORTED)])
        self.list.picked.connect(self._on_picked)
        fit_scale(self, self._fit)

    def begin(self) -> None:
        """Show the first packet, unless one is chosen."""
        if self.list.current_id is None:
            self.list.pick_first()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _on_picked(self, patient_id: int | None) -> None:
        if patient_id is None:
            return
        month_end, actor, month = self._context.desk.month_end, self._context.desk.actor, self._month
        self._previews.ask(lambda: month_end.preview(actor, patient_id, month), self._on_preview, self._on_failed)

    def _on_preview(self, preview: PacketPreview) -> None:
        self._problem.setText("")
        self.sheet.show_facts(preview.facts)
        self.area.verticalScrollBar().setValue(0)

    def _on_failed(self, error: Exception) -> None:
        if not isinstance(error, ClinicError):
            self._context.tasks.failed.emit(error)
            return
        self.sheet.clear()
        self._problem.setText(sentence(error))

    def _fit(self) -> None:
        narrow = self.width() < scaled(NARROW)
        self._row.setDirection(QBoxLayout.Direction.TopToBottom if narrow else QBoxLayout.Direction.LeftToRight)
        self.list.setMinimumWidth(0 if narrow else scaled(LEAST_LIST))
        self.list.setMaximumWidth(16_777_215 if narrow else scaled(LIST_WIDTH))
        self.list.setMaximumHeight(scaled(24 * GRID) if narrow else 16_777_215)


class DryRunStep(QWidget):
    """The sums, and what is different from what was made before. Nothing is written."""

    def __init__(self) -> None:
        """Show nothing until `show_run`."""
        super().__init__()
        self.setObjectName("close_dry_run")
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, GRID, 0)
        self._column.setSpacing(2 * GRID)

    def show_run(self, run: DryRun) -> None:
        """Show what closing now would make."""
        while (item := self._column.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                widget.hide()
                widget.deleteLater()
        self._column.addWidget(self._sums(run))
        for different in run.different:
            self._column.addWidget(self._different(different))
        self._column.addStretch(1)

    def _sums(self, run: DryRun) -> Card:
        card = Card(self.tr("What would be made (nothing is written yet)"), name="close_sums")
        tr = self.tr
        packets = counted(run.packets, tr("1 packet"), tr("{n} packets"))
        if run.as_made:
            packets += tr(", {n} of them as made before").format(n=f"{run.as_made:,}")
        rows: list[tuple[str, str]] = [
            (tr("Packets"), packets),
            (tr("Without a packet"), counted(len(run.left_out), tr("1 patient"), tr("{n} patients"))),
            (tr("Time that counts"), format_duration(run.pooled_seconds)),
            *((line.code, _units(line.units, line.charge_cents)) for line in run.units),
            (
                tr("Charges"),
                money_words(run.charge_cents) if run.charge_cents is not None else tr("Not all codes have a charge."),
            ),
        ]
        if run.voids:
            rows.append((tr("Drafts that become void"), f"{run.voids:,}"))
        if run.changed_since:
            changed = tr("{n}: the record changed since; they stay as they were made").format(n=run.changed_since)
            rows.append((tr("Changed since made"), changed))
        card.body.addLayout(pairs_grid(rows))
        return card

    def _different(self, different: Different) -> Card:
        title = self.tr("{name}: instead of {number}").format(name=different.name, number=different.instead_of)
        card = Card(title, name="close_different")
        if different.changes:
            add_changes(card, different.changes)
        else:
            card.body.addWidget(safe_text.label(self.tr("The facts are the same."), "muted"))
        return card


def pairs_grid(rows: Sequence[tuple[str, str]], *, elide: bool = False) -> QGridLayout:
    """Names at the left, values at the right of them; `elide` those that no line is broken in."""
    grid = QGridLayout()
    grid.setHorizontalSpacing(3 * GRID)
    grid.setVerticalSpacing(GRID // 2)
    grid.setColumnStretch(1, 1)
    for at, (name, value) in enumerate(rows):
        grid.addWidget(safe_text.label(name, "muted", wrap=False), at, 0, Qt.AlignmentFlag.AlignTop)
        grid.addWidget(safe_text.label(value, elide=elide), at, 1)
    return grid


def _units(units: int, cents: int | None) -> str:
    return f"× {units:,}" + (f" · {money_words(cents)}" if cents is not None else "")


def _why(row: LeftOut) -> str:
    return "\n".join(row.reasons)


def _side(at: int) -> Qt.AlignmentFlag:
    return Qt.AlignmentFlag.AlignRight if at else Qt.AlignmentFlag.AlignLeft
