"""Colours by role, type sizes and the style sheet, in one place."""

import re
from collections.abc import Callable
from dataclasses import dataclass, fields
from enum import StrEnum
from pathlib import Path

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QColor, QFont, QFontDatabase, QFontMetrics, QPalette
from PySide6.QtWidgets import QApplication, QStyle, QWidget

from app.views.preferences import ThemeChoice

RESOURCES = Path(__file__).resolve().parents[2] / "resources"
GRID = 8
"""Pixels; distances are multiples of it, or half of it inside controls."""

_COLOURS = "careloop_colours"
_SCALE = "careloop_text_scale"
_COUNT = "careloop_times_dressed"


class Role(StrEnum):
    """What a colour means. Widgets name roles, never colours."""

    SURFACE = "surface"
    RAISED = "raised"
    TEXT = "text"
    MUTED = "muted"
    ACCENT = "accent"
    ON_ACCENT = "on_accent"
    READY = "ready"
    WARN = "warn"
    BLOCK = "block"
    BORDER = "border"
    LINE = "line"
    FOCUS = "focus"
    SELECTED = "selected"
    ON_SELECTED = "on_selected"
    HOVER = "hover"
    READY_SOFT = "ready_soft"
    WARN_SOFT = "warn_soft"
    BLOCK_SOFT = "block_soft"
    ACCENT_SOFT = "accent_soft"
    MUTED_SOFT = "muted_soft"


@dataclass(frozen=True, slots=True)
class Colours:
    """One theme: a colour as `#rrggbb` for each role. `border` outlines controls, `line` only divides."""

    surface: str
    raised: str
    text: str
    muted: str
    accent: str
    on_accent: str
    ready: str
    warn: str
    block: str
    border: str
    line: str
    focus: str
    selected: str
    on_selected: str
    hover: str
    ready_soft: str
    warn_soft: str
    block_soft: str
    accent_soft: str
    muted_soft: str

    def of(self, role: Role | str) -> QColor:
        """Return the colour of `role`."""
        return QColor(str(getattr(self, str(role))))


LIGHT = Colours(
    surface="#f4f6f8",
    raised="#ffffff",
    text="#1b2430",
    muted="#556170",
    accent="#1f5f9e",
    on_accent="#ffffff",
    ready="#186841",
    warn="#805000",
    block="#a3262a",
    border="#7b8693",
    line="#dbe1e7",
    focus="#1f5f9e",
    selected="#d5e5f6",
    on_selected="#12202f",
    hover="#e9eef3",
    ready_soft="#e2f2e9",
    warn_soft="#fbefd8",
    block_soft="#fbe7e6",
    accent_soft="#e3eef9",
    muted_soft="#e8ecf0",
)
DARK = Colours(
    surface="#14181d",
    raised="#1d232a",
    text="#e7ebf0",
    muted="#a6b1bd",
    accent="#7fb5ef",
    on_accent="#0e1720",
    ready="#74cf9b",
    warn="#e6b55f",
    block="#f29088",
    border="#76828f",
    line="#323a43",
    focus="#9cc7f7",
    selected="#25466a",
    on_selected="#f2f6fa",
    hover="#2a323b",
    ready_soft="#1b3326",
    warn_soft="#382d17",
    block_soft="#40211f",
    accent_soft="#1c3046",
    muted_soft="#2a323a",
)
HIGH_CONTRAST = Colours(
    surface="#000000",
    raised="#000000",
    text="#ffffff",
    muted="#ffffff",
    accent="#ffd84d",
    on_accent="#000000",
    ready="#7dffb0",
    warn="#ffd84d",
    block="#ffb0ac",
    border="#ffffff",
    line="#ffffff",
    focus="#00e5ff",
    selected="#ffd84d",
    on_selected="#000000",
    hover="#262626",
    ready_soft="#000000",
    warn_soft="#000000",
    block_soft="#000000",
    accent_soft="#000000",
    muted_soft="#000000",
)


class Theme(QObject):
    """Dresses the application, and dresses it again when the person or the system changes its mind."""

    changed = Signal()

    def __init__(self, app: QApplication, choice: ThemeChoice = ThemeChoice.SYSTEM, text_scale: int = 100) -> None:
        """Apply `choice` at `text_scale` percent to `app` at once."""
        super().__init__(app)
        self._app = app
        self._choice = choice
        self._scale = text_scale
        self._family, self._points = _base_font()
        app.setStyle("Fusion")
        app.styleHints().colorSchemeChanged.connect(self._on_system_changed)
        app.styleHints().accessibility().contrastPreferenceChanged.connect(self._on_system_changed)
        self._apply()

    @property
    def choice(self) -> ThemeChoice:
        """What the person chose."""
        return self._choice

    @property
    def text_scale(self) -> int:
        """Size of the text in percent of the system's, 100 to 200."""
        return self._scale

    def choose(self, choice: ThemeChoice) -> None:
        """Change the colours."""
        if choice is not self._choice:
            self._choice = choice
            self._apply()

    def scale_text(self, percent: int) -> None:
        """Change the size of all text; kept within 100 to 200 percent."""
        percent = min(max(percent, 100), 200)
        if percent != self._scale:
            self._scale = percent
            self._apply()

    def _on_system_changed(self) -> None:
        if self._choice is ThemeChoice.SYSTEM:
            self._apply()

    def _apply(self) -> None:
        shown = _colours_for(self._choice, self._app)
        self._app.setProperty(_COLOURS, shown)
        self._app.setProperty(_SCALE, self._scale)
        self._app.setProperty(_COUNT, _dressed() + 1)
        points = self._points * self._scale / 100
        font = QFont(self._family)
        font.setPointSizeF(points)
        self._app.setFont(font)
        self._app.setPalette(_qt_palette(shown))
        self._app.setStyleSheet(style_sheet(shown, points, self._scale))
        self.changed.emit()


def colours() -> Colours:
    """Return the colours now shown."""
    app = QApplication.instance()
    kept = app.property(_COLOURS) if app else None
    return kept if isinstance(kept, Colours) else LIGHT


def scaled(pixels: int) -> int:
    """Return `pixels` at the present text scale: for row heights, icons and whatever holds text."""
    app = QApplication.instance()
    kept = app.property(_SCALE) if app else None
    return pixels * (kept if isinstance(kept, int) else 100) // 100


def fit_scale(owner: QWidget, apply: Callable[[], object]) -> None:
    """Call `apply` now and after every change of theme or text scale while `owner` lives; for sizes from `scaled`."""
    owner.installEventFilter(_ScaleWatch(owner, apply))
    apply()


def set_kind(widget: QWidget, kind: str, *, key: str = "kind") -> None:
    """Give `widget` another style of theme.qss and show it at once."""
    if widget.property(key) == kind:
        return
    widget.setProperty(key, kind)
    widget.style().unpolish(widget)
    widget.style().polish(widget)
    widget.update()


def set_shown(widget: QWidget, *, shown: bool) -> None:
    """Show or hide a part of a page; one without a parent yet waits for it instead of becoming a window of its own."""
    if widget.parentWidget() is not None or not shown:
        widget.setVisible(shown)
    else:
        widget.setAttribute(Qt.WidgetAttribute.WA_WState_ExplicitShowHide, on=False)


def tabular(font: QFont) -> QFont:
    """Return `font` with figures of equal width, so that numbers below each other compare."""
    made = QFont(font)
    made.setFeature(QFont.Tag("tnum"), 1)
    return made


def animation_ms(widget: QWidget) -> int:
    """Return how long a motion may last: at most 150 ms, 0 when the system wants none."""
    return min(widget.style().styleHint(QStyle.StyleHint.SH_Widget_Animation_Duration, None, widget), 150)


def style_sheet(shown: Colours, points: float, scale: int = 100) -> str:
    """Return theme.qss with its `@role` and `@size` words filled in; body text is `points` high, icons at `scale` %."""
    words = {field.name: str(getattr(shown, field.name)) for field in fields(shown)}
    sizes = {"size_small": 0.92, "size_body": 1.0, "size_heading": 1.25, "size_title": 1.6}
    words |= {name: f"{points * factor:.1f}pt" for name, factor in sizes.items()}
    words |= {"icon": f"{16 * scale // 100}px", "box": f"{14 * scale // 100}px", "round": f"{7 * scale // 100 + 1}px"}
    words |= {"dot": f"{4 * scale // 100}px", "hole": f"{(14 - 6) * scale // 100}px"}
    ink = "black" if shown.of(Role.ON_ACCENT).lightness() < 128 else "white"
    words["check"] = (RESOURCES / "theme" / f"check_{ink}.svg").as_posix()
    template = (RESOURCES / "theme" / "theme.qss").read_text(encoding="utf-8")
    return re.sub(r"@(\w+)", lambda found: words[found[1]], template)


class _ScaleWatch(QObject):
    """Child of the widget it watches: Qt sends every widget a StyleChange when the application is dressed anew."""

    def __init__(self, owner: QWidget, apply: Callable[[], object]) -> None:
        super().__init__(owner)
        self._apply = apply
        self._fitted = _dressed()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.StyleChange and self._fitted != _dressed():
            self._fitted = _dressed()
            self._apply()
        return super().eventFilter(watched, event)


def _dressed() -> int:
    """Return how often the application was dressed."""
    app = QApplication.instance()
    kept = app.property(_COUNT) if app else None
    return kept if isinstance(kept, int) else 0


def contrast(first: QColor, second: QColor) -> float:
    """Return the contrast ratio of two colours, 1 to 21 (WCAG 2.2, relative luminance)."""
    bright, dark = sorted((_luminance(first), _luminance(second)), reverse=True)
    return (bright + 0.05) / (dark + 0.05)


def _luminance(colour: QColor) -> float:
    def linear(part: float) -> float:
        return part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4

    return 0.2126 * linear(colour.redF()) + 0.7152 * linear(colour.greenF()) + 0.0722 * linear(colour.blueF())


def _colours_for(choice: ThemeChoice, app: QApplication) -> Colours:
    if choice is ThemeChoice.SYSTEM:
        hints = app.styleHints()
        if hints.accessibility().contrastPreference() == Qt.ContrastPreference.HighContrast:
            return HIGH_CONTRAST
        return DARK if hints.colorScheme() == Qt.ColorScheme.Dark else LIGHT
    return {ThemeChoice.LIGHT: LIGHT, ThemeChoice.DARK: DARK, ThemeChoice.HIGH_CONTRAST: HIGH_CONTRAST}[choice]


def _base_font() -> tuple[str, float]:
    """Return the system's family and its size in points; our own DejaVu Sans where the machine has no font at all."""
    system = QFontDatabase.systemFont(QFontDatabase.SystemFont.GeneralFont)
    points = max(system.pointSizeF(), 9.0)
    if QFontMetrics(system).inFont("a"):
        return system.family(), points
    families = ["DejaVu Sans"]
    for path in sorted((RESOURCES / "fonts").glob("DejaVuSans*.ttf")):
        families = QFontDatabase.applicationFontFamilies(QFontDatabase.addApplicationFont(str(path))) or families
    return families[0], points


def _qt_palette(shown: Colours) -> QPalette:
    kind = QPalette.ColorRole
    palette = QPalette()
    roles = {
        kind.Window: Role.SURFACE,
        kind.WindowText: Role.TEXT,
        kind.Base: Role.RAISED,
        kind.AlternateBase: Role.SURFACE,
        kind.Text: Role.TEXT,
        kind.Button: Role.RAISED,
        kind.ButtonText: Role.TEXT,
        kind.BrightText: Role.BLOCK,
        kind.ToolTipBase: Role.RAISED,
        kind.ToolTipText: Role.TEXT,
        kind.PlaceholderText: Role.MUTED,
        kind.Highlight: Role.SELECTED,
        kind.HighlightedText: Role.ON_SELECTED,
        kind.Accent: Role.ACCENT,
        kind.Link: Role.ACCENT,
        kind.LinkVisited: Role.ACCENT,
        kind.Light: Role.LINE,
        kind.Midlight: Role.LINE,
        kind.Mid: Role.BORDER,
        kind.Dark: Role.BORDER,
        kind.Shadow: Role.BORDER,
    }
    for part, role in roles.items():
        palette.setColor(part, shown.of(role))
    for part in (kind.WindowText, kind.Text, kind.ButtonText):
        palette.setColor(QPalette.ColorGroup.Disabled, part, shown.of(Role.MUTED))
    return palette
