"""Spelling while one types: words are looked up on a thread of their own and underlined when the answer is there."""

from collections.abc import Iterable
from functools import partial

from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtGui import QAction, QSyntaxHighlighter, QTextCharFormat, QTextCursor
from PySide6.QtWidgets import QMenu, QWidget

from app.services.spelling import words_in
from app.storage.ledger import Changes
from app.views import safe_text
from app.views.page_context import PageContext
from app.views.theme import Role, colours
from app.views.widgets.fields import TextField

_FRESH = ("medication", "allergy", "condition", "person", "practitioner", "clinic")
_MOST_KEPT = 20_000


class SpellChecker(QObject):
    """Says of words whether they are written right, as far as it is known; `learned` follows when more is known.

    The dictionary is read when the first word is asked about. One for an open clinic; see `spell_checker`.
    """

    learned = Signal()

    def __init__(self, context: PageContext) -> None:
        """Know nothing yet."""
        super().__init__(context.window)
        self._context = context
        self._spelling = context.desk.spelling
        self._own: frozenset[str] | None = None
        self._judged: dict[str, bool] = {}
        self._asked: set[str] = set()
        self._waiting: set[str] = set()
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.setInterval(0)
        self._soon.timeout.connect(self._on_due)
        context.feed.changed.connect(self._on_changed)

    @property
    def desk(self) -> object:
        """Whose clinic's words these are."""
        return self._context.desk

    @property
    def may_add(self) -> bool:
        """Whether the signed-in person may add to the clinic's dictionary."""
        return self._context.may("dictionary.add")

    def is_right(self, word: str) -> bool | None:
        """Whether a word is right; None while it is being looked up."""
        if self._own is not None and _plain(word) in self._own:
            return True
        known = self._judged.get(word)
        if known is None and word not in self._asked:
            self._waiting.add(word)
            self._soon.start()
        return known

    def suggest(self, word: str, done: "_Suggested") -> None:
        """Tell `done` the words that may have been meant, a second later or so."""
        load, own = self._spelling.load, self._own or frozenset()
        self._context.tasks.look_up(lambda: load().suggest(word, own), done.on_found, _ignore)

    def add(self, word: str) -> None:
        """Put a word into the clinic's dictionary; it is right from now on."""
        spelling, actor = self._spelling, self._context.desk.actor
        self._context.tasks.run(lambda: spelling.add(actor, word), lambda _: self._on_added(word))

    def _on_due(self) -> None:
        if self._own is None:
            spelling, actor = self._spelling, self._context.desk.actor
            self._context.tasks.run(lambda: spelling.known(actor), self._on_own_read, _ignore)
            return
        words = frozenset(self._waiting)
        self._waiting.clear()
        if words:
            self._asked |= words
            load = self._spelling.load
            self._context.tasks.look_up(lambda: {word: load().is_right(word) for word in words}, self._on_judged)

    def _on_own_read(self, own: frozenset[str]) -> None:
        self._own = own
        self.learned.emit()
        self._soon.start()

    def _on_judged(self, judged: dict[str, bool]) -> None:
        if len(self._judged) > _MOST_KEPT:
            self._judged.clear()
        self._judged |= judged
        self._asked -= judged.keys()
        self.learned.emit()

    def _on_added(self, word: str) -> None:
        self._own = (self._own or frozenset()) | {_plain(word)}
        self.learned.emit()

    def _on_changed(self, changes: Changes) -> None:
        if self._own is not None and changes.touch(*_FRESH):
            self._own = None
            self._soon.start()


class Spelling(QSyntaxHighlighter):
    """Underlines in one field what is not written right, and offers better words in its menu.

    The word that is being typed is left alone until the cursor leaves it.
    """

    def __init__(self, field: TextField, checker: SpellChecker, known: Iterable[str] = ()) -> None:
        """Check `field`; the words of the texts in `known`, such as the patient's name, are right."""
        super().__init__(field.document())
        self._field = field
        self._checker = checker
        self._known = frozenset(_plain(word) for text in known for _, word in words_in(text))
        self._typed = self._word_at(field.textCursor())
        checker.learned.connect(self._on_learned)
        field.cursorPositionChanged.connect(self._on_cursor_moved)
        field.menu_asked.connect(self._on_menu_asked)

    def wrong_words(self) -> list[str]:
        """Return the words that are underlined, in order."""
        found = []
        block = self._field.document().begin()
        while block.isValid():
            text = block.text()
            found += [word for at, word in words_in(text) if self._is_wrong(word, (block.blockNumber(), at))]
            block = block.next()
        return found

    def highlightBlock(self, text: str) -> None:
        number = self.currentBlock().blockNumber()
        for at, word in words_in(text):
            if self._is_wrong(word, (number, at)):
                self.setFormat(_units(text[:at]), _units(word), _underlined())

    def _on_learned(self) -> None:
        self.rehighlight()

    def _on_cursor_moved(self) -> None:
        before, self._typed = self._typed, self._word_at(self._field.textCursor())
        if before is not None and before != self._typed:
            block = self._field.document().findBlockByNumber(before[0])
            if block.isValid():
                self.rehighlightBlock(block)

    def _on_menu_asked(self, menu: QMenu, cursor: QTextCursor) -> None:
        place = self._word_at(cursor)
        if place is None:
            return
        block = self._field.document().findBlockByNumber(place[0])
        word = next(word for at, word in words_in(block.text()) if at == place[1])
        if self._checker.is_right(word) is not False or _plain(word) in self._known:
            return
        first = next(iter(menu.actions()), None)
        looking = _action(menu, self.tr("Looking for suggestions…"), "spelling_looking")
        looking.setEnabled(False)
        added = [looking]
        if self._checker.may_add:
            add = _action(menu, self.tr("Add “{word}” to the clinic's dictionary").format(word=word), "spelling_add")
            add.triggered.connect(lambda: self._checker.add(word))
            added.append(add)
        if first is not None:
            menu.insertActions(first, added)
            menu.insertSeparator(first)
        start = block.position() + _units(block.text()[: place[1]])
        self._checker.suggest(word, _Suggested(menu, looking, partial(self._put, start, word)))

    def _put(self, start: int, word: str, better: str) -> None:
        cursor = QTextCursor(self._field.document())
        cursor.setPosition(start)
        cursor.setPosition(start + _units(word), QTextCursor.MoveMode.KeepAnchor)
        if cursor.selectedText() == word:  # else it was typed over meanwhile
            cursor.insertText(better)
            self._field.setTextCursor(cursor)

    def _is_wrong(self, word: str, place: tuple[int, int]) -> bool:
        if _plain(word) in self._known or (place == self._typed and self._field.hasFocus()):
            return False
        return self._checker.is_right(word) is False

    def _word_at(self, cursor: QTextCursor) -> tuple[int, int] | None:
        """Return the number of the block and where in it the word begins at which a cursor stands."""
        text, here = cursor.block().text(), cursor.positionInBlock()
        for at, word in words_in(text):
            begins = _units(text[:at])
            if begins <= here <= begins + _units(word):
                return cursor.blockNumber(), at
        return None


class _Suggested(QObject):
    """Puts suggestions into a menu that is still open when they come."""

    def __init__(self, menu: QMenu, looking: QAction, put: "partial[None]") -> None:
        super().__init__(menu)
        self._menu = menu
        self._looking = looking
        self._put = put

    def on_found(self, words: tuple[str, ...]) -> None:
        for number, word in enumerate(words, start=1):
            action = _action(self._menu, word, f"spelling_suggestion_{number}")
            action.triggered.connect(partial(self._put, word))
            self._menu.insertAction(self._looking, action)
        if words:
            self._menu.removeAction(self._looking)
            self._menu.setActiveAction(self._menu.actions()[0])
        else:
            safe_text.set_action_text(self._looking, self.tr("No suggestions"))


def spell_checker(context: PageContext) -> SpellChecker:
    """Return the window's checker for the open clinic."""
    for checker in context.window.findChildren(SpellChecker):
        if checker.desk is context.desk:
            return checker
        checker.deleteLater()
    return SpellChecker(context)


def check_spelling(context: PageContext, whole: QWidget, known: Iterable[str] = ()) -> None:
    """Check every text of several lines in `whole`, for example of a form that is about to be shown."""
    texts, checker = tuple(known), spell_checker(context)
    for field in whole.findChildren(TextField):
        if field.document().findChild(Spelling) is None:
            Spelling(field, checker, texts)


def _action(menu: QMenu, text: str, name: str) -> QAction:
    return safe_text.action(text, menu, name=name)


def _underlined() -> QTextCharFormat:
    made = QTextCharFormat()
    made.setUnderlineStyle(QTextCharFormat.UnderlineStyle.SpellCheckUnderline)
    made.setUnderlineColor(colours().of(Role.BLOCK))
    return made


def _plain(word: str) -> str:
    return word.replace("’", "'").casefold().removesuffix("'s")


def _units(text: str) -> int:
    """Return how long a text is for Qt, to which a sign beyond the first 65,536 is two."""
    return len(text) + sum(sign > "\uffff" for sign in text)


def _ignore(_error: Exception) -> None:
    """Nothing is lost: what cannot be looked up, for example while locked, is not underlined."""
