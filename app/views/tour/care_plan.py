"""The care plan: drafted by the nurse, signed by the practitioner, a copy given to the patient."""

from datetime import date

from app.views.tour.hands import CTRL, Key
from app.views.tour.one_patient import FAMILY, open_chart, show_tab
from app.views.tour.people import DOCTOR, NURSE
from app.views.tour.stage import Stage

_TEXTS = {
    "prognosis": "With daily weights and the medicines as they are, stable at home; without, a stay within months.",
    "symptoms": "Weight up 3 lb in two days or breathless lying flat: call the clinic the same day. Chest pain: 911.",
    "review": "Every three months, after any stay, and whenever a medicine changes.",
}
_ITEMS = {
    "goals": ("Weight steady", "153 lb", "150 to 154 lb", "12/31/2026", "All"),
    "interventions": ("Daily weight, read out in the monthly call", "Nora", "Every"),
    "coordination": ("Prairie Heart Clinic", "Echocardiogram once a year", "515-555-0180"),
}
_WITHOUT = {"community": "Lives with her daughter, who drives her; nothing needed now."}


def draft(stage: Stage) -> None:
    """Begin with what the chart knows, then walk through what is missing with F7."""
    hands = stage.hands
    show_tab(stage, "care_plan_tab")
    stage.picture("care-plan-none", "No care plan yet, and how to begin one")
    hands.tick("plan_empty_action")
    hands.see("plan_editor")
    stage.picture("care-plan-draft", "The draft begins with the chart's conditions, medicines and allergies")
    hands.press(Key.Key_F7)
    hands.settle()
    while "Before it can be signed" in hands.read("plan_missing_text"):
        _write_part(stage)
        if hands.is_shown("plan_section_interventions"):
            stage.picture("care-plan-items", "F7 walks through what is missing; a draft keeps itself as it is typed")
        hands.press(Key.Key_F7)
        hands.settle()
    stage.picture("care-plan-ready", "Nothing is missing: the plan can be signed")


def sign(stage: Stage) -> None:
    """The practitioner reads it and signs with his passphrase."""
    hands = stage.hands
    stage.sign_in_at(12, 20, DOCTOR)
    open_chart(stage, FAMILY)
    show_tab(stage, "care_plan_tab")
    hands.tick("plan_sign_button")
    hands.see("plan_sign")
    hands.write(DOCTOR.passphrase)
    stage.picture("care-plan-sign", "The practitioner signs with his passphrase")
    hands.press(Key.Key_Return)
    hands.see("plan_reader")
    stage.picture("care-plan-signed", "Version 1 is signed and never changes")
    hands.press(Key.Key_P, CTRL)
    hands.see("preview_save")
    stage.picture("care-plan-paper", "It is looked at before it is printed or saved")
    hands.press(Key.Key_S, CTRL)
    hands.see("leave_agree")
    hands.press(Key.Key_Return)
    hands.answer_file_dialog(stage.album.papers / "care-plan.pdf")
    stage.sign_out()


def give_copy(stage: Stage) -> None:
    """A week later the nurse gives the patient her copy, and says so."""
    hands = stage.hands
    stage.sign_in_at(9, 50, NURSE, date(2026, 10, 8))
    open_chart(stage, FAMILY)
    show_tab(stage, "care_plan_tab")
    hands.tick("plan_copy_button")
    hands.see("plan_copy")
    stage.picture("care-plan-copy", "The copy that was given to the patient is recorded")
    hands.press(Key.Key_S, CTRL)
    hands.wait(lambda: not hands.is_shown("plan_copy"), "the copy to be recorded")


def _write_part(stage: Stage) -> None:
    """Write the part of the plan that is open."""
    hands = stage.hands
    for key, text in _TEXTS.items():
        if hands.is_shown(f"plan_section_{key}"):
            hands.tab_to(f"plan_text_{key}")
            hands.write(text)
    for key, columns in _ITEMS.items():
        if hands.is_shown(f"plan_section_{key}"):
            hands.tick(f"plan_add_{key}")
            for at, text in enumerate(columns):
                hands.press(Key.Key_Tab, times=min(at, 1))
                hands.write(text)
    for key, reason in _WITHOUT.items():
        if hands.is_shown(f"plan_section_{key}"):
            hands.tab_to("plan_without_box", back=True)
            hands.press(Key.Key_Space)
            hands.write(reason)
