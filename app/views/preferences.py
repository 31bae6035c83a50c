"""What this machine remembers about the window. Never anything about a patient."""

from dataclasses import dataclass
from enum import StrEnum

from PySide6.QtCore import QByteArray, QSettings

HIDE_NAMES = "today_hide_names"
"""The switch under which it is kept that lists show no names."""
TEXT_SCALES = (100, 125, 150, 175, 200)


class ThemeChoice(StrEnum):
    """How the window is coloured; `SYSTEM` follows the operating system."""

    SYSTEM = "system"
    LIGHT = "light"
    DARK = "dark"
    HIGH_CONTRAST = "high_contrast"


@dataclass(frozen=True, slots=True)
class Preferences:
    """The machine's own settings. Text scale in percent, 100 to 200."""

    theme: ThemeChoice = ThemeChoice.SYSTEM
    text_scale: int = 100
    window_geometry: bytes = b""
    last_clinic: str = ""


class PreferenceStore:
    """Loads and saves `Preferences` and the widths of tables' columns; tests give settings on a file of their own."""

    def __init__(self, settings: QSettings) -> None:
        """Keep preferences in `settings`."""
        self._settings = settings

    def load(self) -> Preferences:
        """Return what is kept; anything unreadable becomes its default."""
        scale = _number(self._settings.value("text_scale"), 100)
        geometry = self._settings.value("window_geometry")
        return Preferences(
            theme=_theme(self._settings.value("theme")),
            text_scale=min(max(scale, TEXT_SCALES[0]), TEXT_SCALES[-1]),
            window_geometry=bytes(geometry.data()) if isinstance(geometry, QByteArray) else b"",
            last_clinic=str(self._settings.value("last_clinic") or ""),
        )

    def save(self, preferences: Preferences) -> None:
        """Keep `preferences`."""
        self._settings.setValue("theme", preferences.theme.value)
        self._settings.setValue("text_scale", preferences.text_scale)
        self._settings.setValue("window_geometry", QByteArray(preferences.window_geometry))
        self._settings.setValue("last_clinic", preferences.last_clinic)
        self._settings.sync()

    def is_on(self, switch: str) -> bool:
        """Return whether a switch of a page is kept as on, for example to hide names."""
        return str(self._settings.value(f"switches/{switch}")) == "on"

    def keep_on(self, switch: str, *, on: bool) -> None:
        """Keep how a page's switch stands on this computer."""
        self._settings.setValue(f"switches/{switch}", "on" if on else "off")

    def place(self, window: str) -> tuple[int, int] | None:
        """Return where a small window was put last, in pixels of the desktop, or None."""
        x, _, y = str(self._settings.value(f"places/{window}") or "").partition("/")
        return (int(x), int(y)) if _is_whole(x) and _is_whole(y) else None

    def keep_place(self, window: str, x: int, y: int) -> None:
        """Keep where a small window was put."""
        self._settings.setValue(f"places/{window}", f"{x}/{y}")

    def column_widths(self, table: str) -> dict[str, int]:
        """Return the kept widths of a table's columns in pixels at 100 % text, by column key."""
        kept = str(self._settings.value(f"columns/{table}") or "")
        pairs = (part.partition("=") for part in kept.split(";"))
        return {key: int(width) for key, _, width in pairs if key and width.isdecimal()}

    def keep_column_widths(self, table: str, widths: dict[str, int]) -> None:
        """Keep the widths of a table's columns in pixels at 100 % text, by column key."""
        self._settings.setValue(f"columns/{table}", ";".join(f"{key}={width}" for key, width in widths.items()))


def user_settings() -> QSettings:
    """Return the settings of the person at this machine."""
    return QSettings(QSettings.Format.IniFormat, QSettings.Scope.UserScope, "CareLoop", "CareLoop")


def _number(kept: object, default: int) -> int:
    text = str(kept)
    return int(text) if text.isdecimal() else default


def _is_whole(text: str) -> bool:
    return text.removeprefix("-").isdecimal() and len(text) < 8


def _theme(kept: object) -> ThemeChoice:
    try:
        return ThemeChoice(str(kept))
    except ValueError:
        return ThemeChoice.SYSTEM
