"""The field that finds a diagnosis code as one types: by code, by words, by what patients call it."""

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFocusEvent, QStandardItem, QStandardItemModel
from PySide6.QtWidgets import QCompleter, QLabel, QListView

from app.rules.icd10_search import FoundCode
from app.rules.identifiers import icd10_is_shaped, normalise_icd10
from app.services.icd10_codes import CodeFacts
from app.views import safe_text
from app.views.page_context import PageContext
from app.views.tasks import Latest
from app.views.theme import GRID, scaled
from app.views.widgets import LineField

MOST_SHOWN = 12
_LONGEST = 600
_LEAST_LETTERS = 2
"""One letter means nothing yet."""
_LEAST_WIDTH = 480
"""Pixels at 100 % text: room for a code and most titles, also where the field is narrower."""
_CODE = Qt.ItemDataRole.UserRole


class CodeField(LineField):
    """An ICD-10-CM code; while it is typed, the codes it may mean are offered beneath.

    `chosen` carries the `FoundCode` that was taken. `words` is a label for the form that says what the set in use
    knows of the code: its title, whether it usually is chronic, or that it cannot be billed this year.
    """

    chosen = Signal(object)

    def __init__(self, context: PageContext) -> None:
        """Ask the codes in use through `context`."""
        super().__init__(hint=self.tr("sugar, HTN, E11.9 …"), max_length=_LONGEST)
        self._context = context
        self._finding = Latest(context.tasks, self)
        self._describing = Latest(context.tasks, self)
        self._found: dict[str, FoundCode] = {}
        self._rows = QStandardItemModel(self)
        self.words: QLabel = safe_text.label("", "small", name="code_words")
        self.words.setWordWrap(True)
        self.list = QListView()
        self.list.setObjectName("code_offered")
        self.list.setAccessibleName(self.tr("Codes that may be meant"))
        self.list.setMinimumWidth(scaled(_LEAST_WIDTH))
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.setTextElideMode(Qt.TextElideMode.ElideRight)
        self.list.setSpacing(GRID // 4)
        self._offer = QCompleter(self._rows, self)
        self._offer.setCompletionMode(QCompleter.CompletionMode.UnfilteredPopupCompletion)
        self._offer.setCompletionRole(_CODE)  # what is taken into the line is the code alone
        self._offer.setMaxVisibleItems(MOST_SHOWN)
        self._offer.setPopup(self.list)
        self.setCompleter(self._offer)
        self._offer.activated.connect(self._on_activated)
        self.textEdited.connect(self._on_typed)

    def set_value(self, value: object) -> None:
        """Show a code, and what is known of it."""
        super().set_value(value)
        self._describe()

    def value(self) -> str | None:
        """Return the code as it is written on claims, or the text as typed where it is none."""
        text = self.text().strip()
        return (normalise_icd10(text) if icd10_is_shaped(normalise_icd10(text)) else text) or None

    def problem(self) -> str | None:
        """Words alone are no code; nothing forces one where the clinic has only words."""
        text = self.text().strip()
        if not text or icd10_is_shaped(normalise_icd10(text)):
            return None
        return self.tr("This is no ICD-10-CM code. Choose one from the list, or leave it empty.")

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        if event.reason() is not Qt.FocusReason.PopupFocusReason:  # the list itself is the popup
            self._finding.forget()
            self.list.hide()

    def _on_typed(self, text: str) -> None:
        if len(text.strip()) < _LEAST_LETTERS:
            self._finding.forget()
            self._show(())
            self.words.clear()
            return
        desk = self._context.desk
        self._finding.ask(lambda: desk.icd10.search(desk.actor, text, MOST_SHOWN), self._on_found)
        self._describe()

    def _on_found(self, found: Sequence[FoundCode]) -> None:
        self._show(found if self.hasFocus() else ())

    def _on_activated(self, code: str) -> None:
        self._finding.forget()
        self.set_value(code)
        self.edited.emit()
        self.chosen.emit(self._found[code])

    def _show(self, found: Sequence[FoundCode]) -> None:
        self._found = {each.row.code: each for each in found}
        self._rows.clear()
        for each in found:
            item = QStandardItem(_offer(each))
            item.setData(each.row.code, _CODE)
            item.setData(safe_text.tip_text(each.row.title), Qt.ItemDataRole.ToolTipRole)
            self._rows.appendRow(item)
        if found:
            self._offer.complete()
            # Enter and Tab take what is chosen: words take the likeliest, a code never becomes another one.
            typed = normalise_icd10(self.text())
            if found[0].row.code == typed or not icd10_is_shaped(typed):
                self.list.setCurrentIndex(self._offer.completionModel().index(0, 0))
        else:
            self.list.hide()

    def _describe(self) -> None:
        text, desk = self.text().strip(), self._context.desk
        if not icd10_is_shaped(normalise_icd10(text)):
            self._describing.forget()
            self.words.clear()
            return
        self._describing.ask(
            lambda: (desk.icd10.describe(desk.actor, text), desk.icd10.year(desk.actor)), self._on_described
        )

    def _on_described(self, answer: tuple[CodeFacts, int]) -> None:
        facts, year = answer
        self.words.setText(self._said(facts, year))

    def _said(self, facts: CodeFacts, year: int) -> str:
        if facts.standing == "missing":
            words = self.tr("{code} is not in ICD-10-CM {year}.").format(code=facts.code, year=year)
        elif facts.row is None or facts.standing == "category":
            words = self.tr("{code} is too general to bill in {year}.").format(code=facts.code, year=year)
        elif facts.row.chronic == "no":
            return self.tr("{title}. Usually not chronic: say why it lasts.").format(title=facts.row.title)
        else:
            return facts.row.title
        near = ", ".join(row.code for row in facts.instead)
        return words + " " + self.tr("Near it: {codes}").format(codes=near) if near else words


def _offer(found: FoundCode) -> str:
    meant = f" ({found.meant})" if found.meant else ""
    return f"{found.row.code}  {found.row.title}{meant}"
