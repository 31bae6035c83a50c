"""Every command by name, its key and its place in the menus."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from PySide6.QtCore import QCoreApplication, QObject, Qt, QTimer, Signal
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QMenu, QMenuBar, QWidget

from app.views import safe_text
from app.views.icons import icon


@dataclass(frozen=True, slots=True)
class Command:
    """Something a person can ask for: `key` names it in code, `title` on screen, `shortcut` on the keyboard."""

    key: str
    title: str
    menu: str
    shortcut: str = ""
    icon: str = ""


OUTCOMES = ("Reached", "No answer", "Left message", "Wrong number", "Call back", "Declined")
"""Alt+1 … Alt+6, in this order."""

MENUS = (("File", "F"), ("Patient", "P"), ("Call", "C"), ("Month", "M"), ("Go", "G"), ("View", "V"), ("Help", "H"))
"""Menus in their order, with the letter that opens each with Alt."""

COMMANDS: tuple[Command, ...] = (
    Command("find", "Find patient or command", "Go", "Ctrl+K", "search"),
    Command("filter", "Filter this list", "Go", "Ctrl+F", "funnel"),
    Command("back", "Back", "Go", "Alt+Left", "arrow-left"),
    Command("next_region", "Next part of the window", "Go", "F6"),
    *(Command(f"page.{n}", f"Page {n}", "Go", f"Ctrl+Shift+{n}") for n in range(1, 8)),
    *(Command(f"tab.{n}", f"Chart tab {n}", "Go", f"Ctrl+{n}") for n in range(1, 10)),
    Command("patient.new", "New patient", "Patient", "Ctrl+N", "user-plus"),
    Command("patient.import", "Import patients and records", "Patient", "Ctrl+I", "upload"),
    Command("follow_up.new", "Add follow-up", "Patient", "Ctrl+T", "flag"),
    Command("escalate", "Escalate", "Patient", "Ctrl+E", "triangle-alert"),
    Command("plan.week", "Weekly plan", "Patient", "Ctrl+Shift+W", "calendar-days"),
    Command("plan.earlier", "Plan a day earlier", "Patient", "Ctrl+Left", "arrow-left"),
    Command("plan.later", "Plan a day later", "Patient", "Ctrl+Right", "arrow-right"),
    Command("call_sheet", "Call sheet for a power cut", "Patient", "", "printer"),
    Command("call.toggle", "Start or finish call", "Call", "F8", "phone-call"),
    Command("call.pause", "Pause or resume call", "Call", "Shift+F8", "pause"),
    Command("call.backdate", "I forgot to start: set the start back", "Call", "Ctrl+Shift+F8", "history"),
    Command("call.desk", "Start the desk timer on this chart", "Call", "Ctrl+F8", "timer"),
    Command("call.mini_bar", "Mini call bar: show, go to it, put away", "Call", "Ctrl+Shift+M", "timer"),
    Command("call.copy_note", "Copy note for the EHR", "Call", "Ctrl+Shift+C", "copy"),
    Command("notes.unfiled", "Notes to file in the EHR", "Call", "", "file-check"),
    Command("note.filed", "Mark the note as filed", "Call", "Ctrl+Shift+F", "file-check"),
    Command("note.next", "Next part of the note that is needed", "Call", "Ctrl+Down", "chevron-down"),
    Command("note.phrase", "Phrases for this part of the note", "Call", "Ctrl+J", "message-square"),
    Command("note.no_change", "No change in this part since the last note", "Call", "Ctrl+Shift+N", "check"),
    Command("call.medicines", "Go through the medicines", "Call", "Ctrl+M", "pill"),
    Command("call.plan", "Care plan beside the call", "Call", "Ctrl+Shift+P", "clipboard-list"),
    Command("call.scripts", "All scripts", "Call", "Ctrl+Shift+S", "message-square"),
    Command("save_next", "Save and go to the next patient", "Call", "Ctrl+Return", "check"),
    Command("save_stay", "Save and stay", "Call", "Ctrl+Shift+Return", "save"),
    *(Command(f"outcome.{n}", f"Outcome: {words}", "Call", f"Alt+{n}") for n, words in enumerate(OUTCOMES, start=1)),
    *(Command(f"activity.{n}", f"Activity {n}", "Call", f"Alt+Shift+{n}") for n in range(1, 10)),
    Command("blocker.next", "Next blocker", "Month", "F7", "chevron-down"),
    Command("blocker.previous", "Previous blocker", "Month", "Shift+F7", "chevron-up"),
    Command("approve", "Approve for billing", "Month", "F9", "signature"),
    Command("month.make", "Make packets", "Month", "", "file-down"),
    Command("month.close", "Close the month", "Month", "", "lock"),
    Command("month.reopen", "Open a closed month again", "Month", "", "lock-open"),
    Command("month.previous", "Previous month", "Month", "Ctrl+PgUp", "chevron-left"),
    Command("month.next", "Next month", "Month", "Ctrl+PgDown", "chevron-right"),
    Command("month.days", "Days to look at", "Month", "", "calendar-days"),
    Command("print", "Print preview", "File", "Ctrl+P", "printer"),
    Command("save", "Save", "File", "Ctrl+S", "save"),
    Command("undo", "Undo", "File", "Ctrl+Z", "undo-2"),
    Command("refresh", "Refresh", "View", "F5", "refresh-cw"),
    Command("lock", "Lock now", "File", "Ctrl+L", "lock"),
    Command("sign_out", "Sign out", "File", "", "log-out"),
    Command("quit", "Quit", "File", "Ctrl+Q"),
    Command("text.larger", "Larger text", "View", "Ctrl++"),
    Command("text.smaller", "Smaller text", "View", "Ctrl+-"),
    Command("text.normal", "Normal text", "View", "Ctrl+0"),
    Command("theme.system", "Colours as the system's", "View"),
    Command("theme.light", "Light colours", "View"),
    Command("theme.dark", "Dark colours", "View"),
    Command("theme.high_contrast", "High-contrast colours", "View"),
    Command("help", "Keys and help", "Help", "F1", "circle-question-mark"),
    Command("about", "About CareLoop", "Help", "", "info"),
)
"""Everything with a key; no bare letters."""

Handler = Callable[[], object]


class Commands(QObject):
    """One action per command, and who answers it.

    A page says `commands.on("save_next", self, self.save)`. The action then calls the newest handler whose owner is in
    view; where nobody answers it is absent from the menus and its key does nothing. Owners that are deleted are
    forgotten. `not_answered` carries the key of a command nobody in view answered.
    """

    not_answered = Signal(str)

    def __init__(
        self,
        window: QWidget,
        commands: Sequence[Command] = COMMANDS,
        remapped: Mapping[str, str] | None = None,
    ) -> None:
        """Put every command's action on `window`; `remapped` gives other shortcuts by command key."""
        super().__init__(window)
        self._commands = {command.key: command for command in commands}
        self._handlers: dict[str, list[tuple[QWidget, Handler]]] = {}
        self._actions: dict[str, QAction] = {}
        self._allowed: Callable[[str], bool] = lambda _key: True
        for command in commands:
            self._actions[command.key] = self._make(
                window, command, (remapped or {}).get(command.key, command.shortcut)
            )

    def on(self, key: str, owner: QWidget, handler: Handler) -> None:
        """Let `handler` answer the command `key` while `owner` is in view."""
        owners = self._handlers.setdefault(key, [])
        owners.append((owner, handler))
        owner.destroyed.connect(lambda: self._forget(key, handler))

    def off(self, owner: QWidget) -> None:
        """Forget everything `owner` answers."""
        for key, owners in self._handlers.items():
            self._handlers[key] = [kept for kept in owners if kept[0] is not owner]

    def title(self, key: str, title: str) -> None:
        """Give a command other words, for example a page's own name."""
        command = self._commands[key]
        self._commands[key] = Command(key, title, command.menu, command.shortcut, command.icon)
        safe_text.set_action_text(self._actions[key], title)

    def allow(self, is_allowed: Callable[[str], bool]) -> None:
        """Leave only the commands for which `is_allowed` holds: what a role may not do is absent."""
        self._allowed = is_allowed
        self._show_allowed()

    def suspend(self, *, suspended: bool) -> None:
        """Make no command work, for example while locked."""
        for action in self._actions.values():
            action.setEnabled(not suspended)

    def action(self, key: str) -> QAction:
        """Return the action of `key`, to be shown in a menu or triggered."""
        return self._actions[key]

    def shortcut(self, key: str) -> str:
        """Return the present shortcut of `key` as the system writes it, empty when it has none."""
        return self._actions[key].shortcut().toString(QKeySequence.SequenceFormat.NativeText)

    def answered(self) -> tuple[Command, ...]:
        """Return the commands that would do something now, in their order."""
        return tuple(command for command in self._commands.values() if self._answer(command.key) is not None)

    def all(self) -> tuple[Command, ...]:
        """Return every command of this program that the role may use."""
        return tuple(command for command in self._commands.values() if self._allowed(command.key))

    def fill_menus(self, bar: QMenuBar) -> None:
        """Put every command into its menu."""
        for title, letter in MENUS:
            menu = safe_text.menu(bar, _tr(title), name=f"menu_{title.lower()}", letter=letter)
            menu.aboutToShow.connect(partial(self._on_about_to_show, menu))
            menu.aboutToHide.connect(self._show_allowed)
            for command in self._commands.values():
                if command.menu == title:
                    menu.addAction(self._actions[command.key])

    def show_answered(self) -> None:
        """Show only what would do something now, for as long as a menu is open."""
        for key, action in self._actions.items():
            action.setVisible(self._answer(key) is not None)

    def run(self, key: str) -> None:
        """Do what the command's key would do now."""
        handler = self._answer(key)
        if handler is None:
            self.not_answered.emit(key)
        else:
            handler()

    def _on_about_to_show(self, menu: QMenu) -> None:
        self.show_answered()
        if not any(action.isVisible() for action in menu.actions()):
            QTimer.singleShot(0, self._show_allowed)  # Qt shows no empty menu, so that nothing is hidden afterwards

    def _answer(self, key: str) -> Handler | None:
        if not self._allowed(key):
            return None
        owners = self._handlers.get(key, [])
        return next((handler for owner, handler in reversed(owners) if owner.isVisible() and owner.isEnabled()), None)

    def _show_allowed(self) -> None:
        # Outside of an open menu nothing is hidden but what the role may not do: Qt lets no hidden action's key work.
        for key, action in self._actions.items():
            action.setVisible(self._allowed(key))

    def _forget(self, key: str, handler: Handler) -> None:
        self._handlers[key] = [kept for kept in self._handlers.get(key, []) if kept[1] is not handler]

    def _make(self, window: QWidget, command: Command, shortcut: str) -> QAction:
        made = safe_text.action(_tr(command.title), self, name=command.key)
        if command.icon:
            made.setIcon(icon(command.icon))
        if shortcut:
            made.setShortcuts(_sequences(shortcut))
        made.setShortcutContext(Qt.ShortcutContext.WindowShortcut)
        made.triggered.connect(lambda: self.run(command.key))
        window.addAction(made)
        return made


def clashes(commands: Sequence[Command] = COMMANDS, remapped: Mapping[str, str] | None = None) -> tuple[str, ...]:
    """Return every shortcut that more than one command would have, menu letters (Alt+letter) included."""
    seen: set[str] = {f"Alt+{letter}" for _, letter in MENUS}
    found: list[str] = []
    for command in commands:
        for sequence in _sequences((remapped or {}).get(command.key, command.shortcut)):
            words = sequence.toString(QKeySequence.SequenceFormat.PortableText)
            if words in seen:
                found.append(words)
            seen.add(words)
    return tuple(found)


def _sequences(shortcut: str) -> list[QKeySequence]:
    """Return the sequence, and for Return the keypad's Enter too."""
    if not shortcut:
        return []
    twin = [shortcut.replace("Return", "Enter")] if "Return" in shortcut else []
    return [QKeySequence(words) for words in (shortcut, *twin)]


def _tr(words: str) -> str:
    return QCoreApplication.translate("Commands", words)
