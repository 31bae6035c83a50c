import os
import subprocess
import sys
from pathlib import Path

import pytest
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.views import icons, safe_text
from app.views.preferences import ThemeChoice
from app.views.theme import (
    DARK,
    HIGH_CONTRAST,
    LIGHT,
    RESOURCES,
    Colours,
    Role,
    Theme,
    colours,
    contrast,
    fit_scale,
    scaled,
    set_kind,
    style_sheet,
)

THEMES = {"light": LIGHT, "dark": DARK, "high contrast": HIGH_CONTRAST}
WORDS = [
    *((ink, ground) for ink in ("text", "muted", "accent", "block") for ground in ("surface", "raised")),
    *((tone, f"{tone}_soft") for tone in ("ready", "warn", "block", "accent", "muted")),
    *(("text", ground) for ground in ("ready_soft", "warn_soft", "block_soft", "accent_soft", "muted_soft", "hover")),
    ("on_accent", "accent"),
    ("on_selected", "selected"),
    ("accent", "hover"),
]
"""Text and what it stands on: WCAG 2.2 AA asks 4.5 to 1."""
SHAPES = [
    *((shape, ground) for shape in ("border", "focus", "accent", "ready") for ground in ("surface", "raised")),
    ("accent", "muted_soft"),
    ("ready", "muted_soft"),
]
"""Outlines and fills that carry meaning: 3 to 1."""


def test_contrast_is_what_wcag_says() -> None:
    assert round(contrast(QColor("#000000"), QColor("#ffffff")), 2) == 21
    assert round(contrast(QColor("#777777"), QColor("#ffffff")), 2) == 4.48


@pytest.mark.parametrize("name", THEMES)
@pytest.mark.parametrize(("ink", "ground"), WORDS)
def test_words_stand_out(name: str, ink: str, ground: str) -> None:
    shown: Colours = THEMES[name]
    least = 7.0 if name == "high contrast" else 4.5
    assert contrast(shown.of(ink), shown.of(ground)) >= least


@pytest.mark.parametrize("name", THEMES)
@pytest.mark.parametrize(("shape", "ground"), SHAPES)
def test_shapes_stand_out(name: str, shape: str, ground: str) -> None:
    shown: Colours = THEMES[name]
    assert contrast(shown.of(shape), shown.of(ground)) >= 3.0


def test_every_word_of_the_style_sheet_is_known() -> None:
    for shown in THEMES.values():
        assert "@" not in style_sheet(shown, 10.0)


def test_a_choice_dresses_the_application_at_once(theme: Theme, qapp: QApplication) -> None:
    theme.choose(ThemeChoice.DARK)
    assert colours() is DARK
    assert qapp.palette().window().color() == QColor(DARK.surface)
    theme.choose(ThemeChoice.LIGHT)
    assert colours() is LIGHT


def test_text_scales_between_100_and_200_percent(theme: Theme, qapp: QApplication) -> None:
    before = qapp.font().pointSizeF()
    theme.scale_text(200)
    assert qapp.font().pointSizeF() == before * 2
    assert scaled(32) == 64
    theme.scale_text(900)
    assert theme.text_scale == 200
    theme.scale_text(10)
    assert theme.text_scale == 100


def test_what_was_sized_by_scale_is_sized_again(theme: Theme, qtbot: QtBot) -> None:
    label = safe_text.label("x")
    qtbot.addWidget(label)
    label.show()
    fit_scale(label, lambda: label.setMinimumWidth(scaled(100)))
    assert label.minimumWidth() == 100
    theme.scale_text(200)
    assert label.minimumWidth() == 200


def test_a_kind_shows_at_once(theme: Theme, qtbot: QtBot) -> None:
    label = safe_text.label("x")
    qtbot.addWidget(label)
    label.show()
    set_kind(label, "error")
    assert label.palette().windowText().color() == QColor(LIGHT.block)


@pytest.mark.parametrize("path", sorted((RESOURCES / "icons").glob("*.svg")), ids=lambda path: path.stem)
def test_every_icon_can_be_drawn(theme: Theme, path: object) -> None:
    name = getattr(path, "stem", "")
    drawn = icons.pixmap(name, Role.BLOCK, 24).toImage()
    inks = {
        drawn.pixelColor(x, y).name() for x in range(24) for y in range(24) if drawn.pixelColor(x, y).alpha() == 255
    }
    assert inks == {QColor(LIGHT.block).name()}


def test_icons_carry_their_licence() -> None:
    assert "ISC License" in (RESOURCES / "icons" / "LICENSE").read_text(encoding="utf-8")


def test_an_icon_follows_the_theme_by_itself(theme: Theme) -> None:
    made = icons.icon("square", Role.TEXT)

    def ink() -> str:
        image = made.pixmap(24, 24).toImage()
        return next(image.pixelColor(x, 12).name() for x in range(24) if image.pixelColor(x, 12).alpha() == 255)

    assert ink() == LIGHT.text
    theme.choose(ThemeChoice.DARK)
    assert ink() == DARK.text


@pytest.mark.skipif(sys.platform != "linux", reason="fontconfig is Linux's")
def test_a_machine_without_fonts_still_shows_words(tmp_path: Path) -> None:
    (tmp_path / "fonts.conf").write_text("<fontconfig><dir>/nowhere</dir></fontconfig>", encoding="utf-8")
    script = (
        "from PySide6.QtGui import QFontMetrics as M; from PySide6.QtWidgets import QApplication\n"
        "from app.views.theme import Theme\n"
        "app = QApplication([]); bare = M(app.font()).inFont('a'); Theme(app)\n"
        "print(bare, M(app.font()).inFont('a'), app.font().family())"
    )
    environment = {**os.environ, "FONTCONFIG_FILE": str(tmp_path / "fonts.conf")}
    done = subprocess.run([sys.executable, "-c", script], env=environment, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False True DejaVu Sans"
