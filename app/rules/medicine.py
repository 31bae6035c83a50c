"""What is said of medicines and allergies: the words to choose from, and how directions read in one line."""

ROUTES = ("by mouth", "inhaled", "under the skin", "on the skin", "in the eye", "in the nose", "other")
ADHERENCE = ("as prescribed", "misses some", "not taking", "takes more")
"""How a medicine is taken, as the patient says; empty where nobody asked (RULES.md S-5, reconciliation)."""
ALLERGY_KINDS = ("medicine", "food", "environment", "other")
SEVERITIES = ("mild", "moderate", "severe")


def directions_words(dose: str, route: str, frequency: str, directions: str) -> str:
    """Return how a medicine is taken in one line, without saying twice what the directions already say."""
    said = directions.casefold()
    named = (dose, "" if route == "other" else route, frequency)
    parts = [part for part in named if part and part.casefold() not in said]
    return ", ".join((" ".join(parts), directions)) if parts and directions else " ".join(parts) or directions
