from collections.abc import Callable
from datetime import date, time

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from app.views.theme import Theme
from app.views.widgets import (
    CheckField,
    DateField,
    DurationField,
    Form,
    MoneyField,
    NumberField,
    PhoneField,
    RadioField,
    StateCombo,
    TimeField,
    TimeZoneCombo,
    scrolling,
)
from app.views.widgets.typed_fields import (
    format_date,
    format_duration,
    format_phone,
    format_time,
    parse_date,
    parse_duration,
    parse_time,
)
from tests.views.clipping import clipped

Show = Callable[..., None]


@given(st.dates(min_value=date(1900, 1, 1), max_value=date(2199, 12, 31)))
def test_a_day_reads_back_as_written(day: date) -> None:
    assert parse_date(format_date(day)) == day
    assert parse_date(day.isoformat()) == day
    assert parse_date(f"{day.month}/{day.day}/{day.year}") == day
    assert parse_date(f"{day.month:02d}{day.day:02d}{day.year}") == day


@pytest.mark.parametrize(
    "text", ["", "13/01/2020", "02/30/2020", "3/9/48", "2020-13-01", "1/2-2020", "yesterday", "٠٣/٠٩/١٩٤٨"]
)
def test_what_is_no_day_is_none(text: str) -> None:
    assert parse_date(text) is None


@given(st.times())
def test_a_time_of_day_reads_back_as_written(moment: time) -> None:
    whole = moment.replace(second=0, microsecond=0)
    assert parse_time(format_time(whole)) == whole
    assert parse_time(f"{whole.hour}:{whole.minute:02d}") == whole


@pytest.mark.parametrize(("text", "hour"), [("12am", 0), ("12 pm", 12), ("1 p.m.", 13), ("9:00 AM", 9)])
def test_noon_and_midnight(text: str, hour: int) -> None:
    assert parse_time(text) == time(hour)


@pytest.mark.parametrize("text", ["", "9", "25:00", "13 pm", "0am", "9:60"])
def test_what_is_no_time_is_none(text: str) -> None:
    assert parse_time(text) is None


@given(st.integers(0, 9999 * 60 + 59))
def test_a_length_of_time_reads_back_to_the_second(seconds: int) -> None:
    assert parse_duration(format_duration(seconds)) == seconds


def test_lengths_of_time_are_never_rounded() -> None:
    assert format_duration(1199) == "19:59"
    assert format_duration(3661) == "61:01"
    assert parse_duration("1:01:01") == 3661
    assert parse_duration("20") == 1200
    assert parse_duration("20:60") is None
    assert parse_duration("20.5") is None


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("8025550144", "802-555-0144"),
        ("(802) 555-0144", "802-555-0144"),
        ("+1 802 555 0144", "802-555-0144"),
        ("+44 20 7946 0000", "+44 20 7946 0000"),
        ("802-555-0144 x12", "802-555-0144 x12"),
    ],
)
def test_phones(qtbot: QtBot, typed: str, shown: str) -> None:
    field = PhoneField()
    qtbot.addWidget(field)
    field.setText(typed)
    assert field.problem() is None
    assert (format_phone(typed), field.value()) == (shown, shown)


@pytest.mark.parametrize("typed", ["555-0144", "call her son", "802-555-014", "+1"])
def test_what_is_no_phone(qtbot: QtBot, typed: str) -> None:
    field = PhoneField()
    qtbot.addWidget(field)
    field.setText(typed)
    assert field.problem() is not None


@pytest.mark.parametrize(
    ("typed", "cents"), [("66.30", 6630), ("$1,066.05", 106605), ("66", 6600), ("66.3", None), ("-1", None), ("", None)]
)
def test_money_is_whole_cents(qtbot: QtBot, typed: str, cents: int | None) -> None:
    field = MoneyField()
    qtbot.addWidget(field)
    field.setText(typed)
    assert field.value() == cents
    assert (field.problem() is None) == (cents is not None or not typed)


def test_typed_days_are_shown_the_same_way(show: Show, qtbot: QtBot) -> None:
    field = DateField(latest=date(2026, 10, 31))
    show(field)
    field.setFocus()
    qtbot.keyClicks(field, "2026-10-05")
    field.clearFocus()
    assert field.text() == "10/05/2026"
    assert field.value() == date(2026, 10, 5)
    field.set_value(date(2026, 11, 1))
    assert field.problem() == "This is after 10/31/2026."
    field.set_value(None)
    assert (field.value(), field.problem()) == (None, None)


def enrolment() -> Form:
    form = Form()
    form.add_line("family", "Family name", required=True)
    form.add("born", "Date of birth", DateField(latest=date(2026, 10, 31)), required=True, hint="Month, day, year")
    form.add_line("mrn", "MRN", check=lambda text: None if text.isdigit() else "Digits only.")
    form.add("state", "State", StateCombo())
    form.add("zone", "Time zone", TimeZoneCombo(empty="As the clinic's"))
    form.add("visits", "Visits", NumberField(most=20))
    form.add("at", "Call at", TimeField())
    form.add("spent", "Time", DurationField(most=3600))
    form.add("message", "", CheckField("May leave a message", name="message"))
    form.add(
        "consent", "Consent", RadioField([("verbal", "Verbal"), ("written", "Written")], name="consent"), required=True
    )
    form.add_text("note", "Note", lines=2)
    return form


def test_the_first_problem_gets_the_focus_and_each_is_named(show: Show, qtbot: QtBot) -> None:
    form = enrolment()
    show(scrolling(form), 700, 700)
    form.field("born").setText("13/45/2020")
    assert not form.check()
    assert form.errors() == {
        "family": "Family name is needed.",
        "born": "Type a day as MM/DD/YYYY, for example 03/09/1948.",
        "consent": "Consent is needed.",
    }
    assert form.field("family").hasFocus()
    assert form.field("born").accessibleDescription() == (
        "Type a day as MM/DD/YYYY, for example 03/09/1948. Month, day, year"
    )
    qtbot.keyClicks(form.field("family"), "Okafor")
    assert "family" not in form.errors()


def test_a_filled_form_gives_back_what_it_was_given(show: Show, qtbot: QtBot) -> None:
    form = enrolment()
    show(scrolling(form), 700, 700)
    given = {
        "family": "Okafor",
        "born": date(1948, 3, 9),
        "mrn": "1001",
        "state": "VT",
        "zone": "America/Indiana/Knox",
        "visits": 3,
        "at": time(9, 30),
        "spent": 1199,
        "message": True,
        "consent": "verbal",
        "note": "Speaks slowly.\nLoud.",
    }
    form.fill(given)
    assert form.values() == given
    assert form.check()
    assert not form.is_dirty


def test_a_form_knows_whether_it_differs_from_what_was_saved(show: Show, qtbot: QtBot) -> None:
    form = enrolment()
    show(scrolling(form), 700, 700)
    form.fill({"family": "Okafor"})
    heard: list[bool] = []
    form.dirty_changed.connect(heard.append)
    qtbot.keyClicks(form.field("family"), "e")
    qtbot.keyClick(form.field("family"), Qt.Key.Key_Backspace)
    qtbot.keyClick(form.field("message").box, Qt.Key.Key_Space)
    form.mark_clean()
    assert heard == [True, False, True, False]


def test_what_only_the_service_knows_is_shown_beside_its_field(show: Show) -> None:
    form = enrolment()
    show(scrolling(form), 700, 700)
    form.show_error("mrn", "Another patient has this number.")
    assert form.errors() == {"mrn": "Another patient has this number."}
    assert form.field("mrn").hasFocus()
    form.clear_errors()
    assert form.errors() == {}


def test_a_hidden_field_is_neither_missing_nor_told(show: Show) -> None:
    form = enrolment()
    show(scrolling(form), 700, 700)
    form.fill({"family": "Okafor", "born": date(1948, 3, 9), "consent": "verbal"})
    form.show_field("consent", visible=False)
    assert form.check()
    assert form.values()["consent"] is None
    form.show_field("consent", visible=True)
    assert form.values()["consent"] == "verbal"


def test_the_wheel_never_changes_an_answer(show: Show, qtbot: QtBot) -> None:
    field = StateCombo()
    show(field)
    field.set_value("VT")
    field.setFocus()
    qtbot.keyClick(field, Qt.Key.Key_W)
    assert field.value() == "WA"


def test_tab_walks_the_fields_in_their_order(show: Show, qtbot: QtBot) -> None:
    form = enrolment()
    show(scrolling(form), 700, 900)
    form.field("family").setFocus()
    walked = []
    for _ in range(11):
        widget = QApplication.focusWidget()
        assert widget is not None
        walked.append(widget.objectName())
        qtbot.keyClick(widget, Qt.Key.Key_Tab)
    assert walked == [
        *("family", "born", "mrn", "state", "zone", "visits", "at", "spent", "message_box", "consent_0", "note"),
    ]


def test_something_that_is_no_field_is_refused(qtbot: QtBot) -> None:
    form = Form()
    qtbot.addWidget(form)
    with pytest.raises(TypeError):
        form.add("x", "X", QWidget())


@pytest.mark.parametrize("scale", [100, 150, 200])
def test_a_form_has_room_at_any_text_size(show: Show, theme: Theme, scale: int) -> None:
    form = enrolment()
    area = scrolling(form)
    show(area, 700, 700)
    form.check()
    theme.scale_text(scale)
    QApplication.processEvents()
    assert clipped(area) == []
    assert form.maximumWidth() == 640 * scale // 100
