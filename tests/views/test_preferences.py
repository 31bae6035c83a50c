from pathlib import Path

import pytest
from PySide6.QtCore import QSettings

from app.views.preferences import Preferences, PreferenceStore, ThemeChoice


def store(path: Path) -> PreferenceStore:
    return PreferenceStore(QSettings(str(path), QSettings.Format.IniFormat))


def test_preferences_come_back_as_kept(tmp_path: Path) -> None:
    kept = Preferences(ThemeChoice.DARK, 175, b"\x00\x01geometry\xff", "/home/ana/Maple Street Clinic")
    store(tmp_path / "p.ini").save(kept)
    assert store(tmp_path / "p.ini").load() == kept


def test_a_new_machine_has_defaults(tmp_path: Path) -> None:
    assert store(tmp_path / "p.ini").load() == Preferences()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("[General]\ntheme=puce\ntext_scale=enormous\nwindow_geometry=7\n", Preferences()),
        ("[General]\ntext_scale=900\n", Preferences(text_scale=200)),
        ("[General]\ntext_scale=-5\n", Preferences()),
        ("not an ini file \x00", Preferences()),
    ],
)
def test_what_cannot_be_read_becomes_its_default(tmp_path: Path, text: str, expected: Preferences) -> None:
    (tmp_path / "p.ini").write_text(text, encoding="utf-8")
    assert store(tmp_path / "p.ini").load() == expected


def test_column_widths_come_back_by_table(tmp_path: Path) -> None:
    store(tmp_path / "p.ini").keep_column_widths("patients", {"name": 240, "mrn": 80})
    assert store(tmp_path / "p.ini").column_widths("patients") == {"name": 240, "mrn": 80}
    assert store(tmp_path / "p.ini").column_widths("queue") == {}


def test_broken_widths_are_left_out(tmp_path: Path) -> None:
    (tmp_path / "p.ini").write_text('[columns]\npatients="name=wide;mrn=80;=3;x"\n', encoding="utf-8")
    assert store(tmp_path / "p.ini").column_widths("patients") == {"mrn": 80}
