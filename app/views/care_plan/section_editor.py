"""One part of a care plan while it is written: its text, its items, or why it does not apply."""

from dataclasses import replace

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QTextCursor
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.rules.care_plan import PlanGap, SectionKind, SectionText
from app.rules.plan_gaps import first_blank
from app.rules.text import LONGEST_LINE
from app.views import safe_text
from app.views.care_plan.items_field import ItemsField
from app.views.care_plan.plan_cells import CellChoices
from app.views.spell_check import SpellChecker, Spelling
from app.views.theme import GRID, set_shown
from app.views.widgets import CheckField, LineField, TextField


class SectionEditor(QWidget):
    """Edits one part. `edited` follows every key; the others are those of its `ItemsField`.

    That a part does not apply can be said only while it says nothing else, so that no text disappears from view.
    """

    edited = Signal()
    item_removing = Signal(str)
    rebuilt = Signal()
    days_setting = Signal()

    def __init__(
        self,
        kind: SectionKind,
        section: SectionText,
        choices: CellChoices | None = None,
        checker: SpellChecker | None = None,
    ) -> None:
        """Show `section`, which is of `kind`; `checker` underlines what is spelled wrongly."""
        super().__init__()
        self.setObjectName(f"plan_section_{kind.key}")
        self.setAccessibleName(kind.title)
        self._kind = kind
        self._section = section
        self._gap = safe_text.label("", "strong", name="plan_section_gap")
        self.text = TextField(lines=6 if not kind.fields else 3)
        self.text.setObjectName(f"plan_text_{kind.key}")
        self.text.setAccessibleName(self.tr("{title}: text").format(title=kind.title))
        self.text.set_value(section.text)
        self.items: ItemsField | None = ItemsField(kind, section.items, choices) if kind.fields else None
        self.without = CheckField(self.tr("Does not apply to this patient"), name="plan_without")
        # A field that hands its focus on is skipped by Tab; the box is walked by itself.
        self.without.setFocusProxy(None)  # type: ignore[arg-type]  # None takes the proxy away
        self.without.setAccessibleName(self.tr("Does not apply to this patient"))
        self.without.set_value(bool(section.not_applicable))
        self.reason = LineField(hint=self.tr("Why it does not apply"), max_length=LONGEST_LINE)
        self.reason.setObjectName("plan_without_reason")
        self.reason.setAccessibleName(self.tr("Why it does not apply"))
        self.reason.set_value(section.not_applicable)
        self._build()
        if checker is not None:
            self._spelling = Spelling(self.text, checker)
        for field in (self.text, self.items, self.reason):
            if field is not None:
                field.edited.connect(self._on_edited)
        self.without.edited.connect(self._on_without)
        if self.items is not None:
            self.items.removing.connect(self.item_removing)
            self.items.rebuilt.connect(self.rebuilt)
            self.items.days_setting.connect(self.days_setting)
        self._fit()

    @property
    def key(self) -> str:
        """Which part it is."""
        return self._kind.key

    def section(self) -> SectionText:
        """Return the part as it is typed."""
        without = self.without.value()
        return replace(
            self._section,
            text="" if without else self.text.toPlainText(),
            items=() if without or self.items is None else self.items.items(),
            not_applicable=self.reason.text() if without else "",
        )

    def show_gap(self, gap: PlanGap | None) -> None:
        """Say what the part still lacks."""
        self._gap.setText("" if gap is None else gap.sentence)
        set_shown(self._gap, shown=gap is not None)

    def chain(self) -> list[QWidget]:
        """Return what Tab walks, as the eye does."""
        items = self.items.chain() if self.items is not None else []
        return [self.without.box, self.reason, *items, self.text]

    def focus_first(self) -> None:
        """Put the focus where typing goes on: on what is missing or stands in brackets, else at the beginning."""
        reason = Qt.FocusReason.OtherFocusReason
        blank = first_blank(self.text.toPlainText())
        if self.without.value():
            self.reason.setFocus(reason)
        elif self.items is not None and self.items.focus_first_gap():
            return
        elif self.items is None or blank is not None:
            self.text.setFocus(reason)
            if blank is not None:
                cursor = self.text.textCursor()
                cursor.setPosition(blank[0])
                cursor.setPosition(blank[1], QTextCursor.MoveMode.KeepAnchor)
                self.text.setTextCursor(cursor)
        elif not self.items.items() or not self.items.focus_item(0):
            self.items.add_button.setFocus(reason)

    def focus_item(self, place: int) -> None:
        """Go to one of its items."""
        if self.items is None or not self.items.focus_item(place):
            self.focus_first()

    def _on_edited(self) -> None:
        self._fit()
        self.edited.emit()

    def _on_without(self) -> None:
        self._fit()
        if self.without.value():
            self.reason.setFocus(Qt.FocusReason.OtherFocusReason)
        self.edited.emit()

    def _fit(self) -> None:
        without = self.without.value()
        set_shown(self.reason, shown=without)
        set_shown(self.text, shown=not without)
        set_shown(self._text_title, shown=not without)
        if self.items is not None:
            set_shown(self.items, shown=not without)
        written = self.section()
        set_shown(self.without, shown=without or not (written.text.strip() or written.items))

    def _build(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(GRID)
        column.addWidget(safe_text.label(self._kind.help, "muted", name="plan_section_help"))
        column.addWidget(self._gap)
        set_shown(self._gap, shown=False)
        column.addWidget(self.without)
        column.addWidget(self.reason)
        if self.items is not None:
            column.addWidget(self.items)
        self._text_title = safe_text.label(
            self.tr("More about it") if self.items is not None else self.tr("Text"), "field", buddy=self.text
        )
        column.addWidget(self._text_title)
        column.addWidget(self.text, 1)
