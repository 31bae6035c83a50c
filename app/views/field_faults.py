"""Showing what a service found wrong with a form, beside the fields it names."""

from app.rules.field_faults import FieldFaults
from app.views.widgets import Form


def show_faults(form: Form, error: Exception) -> str:
    """Mark the fields of `form` that `error` names, and return what is left to say elsewhere, empty when nothing is."""
    if not isinstance(error, FieldFaults):
        return str(error)
    known = form.values()
    for key in reversed([key for key in error.faults if key in known]):
        form.show_error(key, error.faults[key])
    return " ".join(dict.fromkeys(words for key, words in error.faults.items() if key not in known))
