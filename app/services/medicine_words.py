from app.models import Medication
from app.rules.medicine import directions_words


def taken_words(row: Medication) -> str:
    """Return how a medicine is taken, in one line, as the chart has it."""
    return directions_words(row.dose, row.route, row.frequency, row.directions)
