"""The kit's controls, under one name: `from app.views.widgets import Form, DateField, Chip`."""

from app.views.widgets.chip import Chip, Tone
from app.views.widgets.confirm import Confirm, ask, ask_reason
from app.views.widgets.fields import CheckField, ChoiceField, Field, LineField, RadioField, TextField
from app.views.widgets.form import Form
from app.views.widgets.layout import (
    Banner,
    Card,
    EmptyState,
    PageHeader,
    Section,
    buttons_row,
    page_layout,
    scrolling,
)
from app.views.widgets.passphrase import PassphraseField, PassphraseMeter
from app.views.widgets.picture import Picture
from app.views.widgets.places import StateCombo, TimeZoneCombo
from app.views.widgets.progress_panel import ProgressPanel
from app.views.widgets.search_field import SearchField
from app.views.widgets.side_panel import PanelHost
from app.views.widgets.threshold_bar import ThresholdBar, threshold_words
from app.views.widgets.typed_fields import (
    DateField,
    DurationField,
    MoneyField,
    NumberField,
    PhoneField,
    TimeField,
    format_date,
    format_duration,
    format_phone,
    format_time,
    parse_date,
)

__all__ = [
    "Banner",
    "Card",
    "CheckField",
    "Chip",
    "ChoiceField",
    "Confirm",
    "DateField",
    "DurationField",
    "EmptyState",
    "Field",
    "Form",
    "LineField",
    "MoneyField",
    "NumberField",
    "PageHeader",
    "PanelHost",
    "PassphraseField",
    "PassphraseMeter",
    "PhoneField",
    "Picture",
    "ProgressPanel",
    "RadioField",
    "SearchField",
    "Section",
    "StateCombo",
    "TextField",
    "ThresholdBar",
    "TimeField",
    "TimeZoneCombo",
    "Tone",
    "ask",
    "ask_reason",
    "buttons_row",
    "format_date",
    "format_duration",
    "format_phone",
    "format_time",
    "page_layout",
    "parse_date",
    "scrolling",
    "threshold_words",
]
