"""The nurse adds a patient by hand: record, consent, enrolment, conditions, medicines."""

from app.views.tour.hands import CTRL, Key
from app.views.tour.people import NURSE
from app.views.tour.stage import Stage

FAMILY, GIVEN = "Merriweather", "Opal"


def record(stage: Stage) -> None:
    """Ctrl+N, and who she is."""
    hands = stage.hands
    hands.fill("sign_in_username", NURSE.username)
    hands.fill("sign_in_passphrase_line", "seven herons at the boat house")
    hands.press(Key.Key_Return)
    hands.see("sign_in_banner_text")
    stage.picture("sign-in-refused", "A wrong passphrase is refused in one sentence, and can be typed over at once")
    stage.sign_in_at(9, 12, NURSE)
    stage.go_to("patients")
    hands.press(Key.Key_N, CTRL)
    hands.see("family_name")
    for name, text in (
        ("family_name", FAMILY),
        ("given_name", GIVEN),
        ("born_on", "04/17/1944"),
        ("mrn", "MC-1020"),
        ("mbi", "1EG4-TE5-MK73"),
        ("phone", "515 555 0161"),
        ("address_line1", "9 Ferry Street"),
        ("city", "Marlow"),
        ("zip", "50999"),
        ("language", "English"),
        ("call_from", "9:00"),
        ("call_until", "12:00"),
    ):
        hands.fill(name, text)
    hands.tab_to("sex", back=True)
    hands.choose("sex", "Female")
    hands.tab_to("family_name", back=True)
    stage.picture("patient-form", "A patient is added by hand; a duplicate would be shown at once")
    hands.press(Key.Key_S, CTRL)
    hands.wait(lambda: not hands.is_shown("family_name"), "the patient to be saved")
    open_chart(stage, FAMILY)
    stage.picture("chart-new", "Her chart says what is missing, and what is next")


def consent(stage: Stage) -> None:
    """The four things told, then enrolment."""
    hands = stage.hands
    show_tab(stage, "enrolment_tab")
    hands.tick("enrolment_consent")
    hands.see("told_availability")
    for told in ("told_availability", "told_cost_sharing", "told_one_practitioner", "told_right_to_stop"):
        hands.tick(told)
    stage.picture("consent", "Consent: the four things told, each ticked by itself")
    hands.press(Key.Key_S, CTRL)
    hands.wait(lambda: not hands.is_shown("told_availability"), "the consent to be saved")
    hands.tick("enrolment_enrol")
    hands.see("last_seen_on")
    hands.fill("last_seen_on", "09/14/2026")
    hands.wait_for_words("visit_hint", "No initiating visit is needed")
    stage.picture("enrol", "Enrolment: whether an initiating visit is needed is said while one types")
    hands.press(Key.Key_S, CTRL)
    hands.wait(lambda: not hands.is_shown("last_seen_on"), "the enrolment to be saved")
    stage.picture("enrolment", "Enrolment and consent, and what happened when")


def conditions(stage: Stage) -> None:
    """Two chronic conditions, a medicine, an allergy."""
    show_tab(stage, "conditions_tab")
    for code, words, since in (
        ("I50.22", "Chronic systolic heart failure", "02/11/2021"),
        ("E11.9", "Type 2 diabetes mellitus", "06/30/2012"),
    ):
        _line(stage, "chronic_add", {"code": code, "description": words, "onset_on": since})
    for medicine, directions in (
        ("Furosemide 40 MG Oral Tablet", "1 tablet every morning"),
        ("Metformin 500 MG Oral Tablet", "1 tablet twice a day with meals"),
    ):
        _line(stage, "medicines_add", {"description": medicine, "directions": directions})
    _line(stage, "allergies_add", {"description": "Penicillin", "reaction": "Hives"})
    stage.picture("conditions", "Conditions, medicines and allergies")


def open_chart(stage: Stage, family: str) -> None:
    """Open a patient's chart from anywhere."""
    stage.find(family)
    stage.hands.see("chart_view")


def show_tab(stage: Stage, name: str) -> None:
    """Open a tab of the chart with Ctrl and its number."""
    hands = stage.hands
    for number in range(1, 9):
        if hands.is_shown(name):
            break
        hands.press(Key(Key.Key_0 + number), CTRL)
    hands.see(name)


def _line(stage: Stage, button: str, texts: dict[str, str]) -> None:
    hands = stage.hands
    hands.tick(button)
    hands.see("description")
    for name, text in texts.items():
        hands.fill(name, text)
    hands.press(Key.Key_S, CTRL)
    hands.wait(lambda: not hands.is_shown("description"), "the line to be saved")
    hands.settle()
