"""What the demo clinic's staff write down: call notes, desk notes and care plans."""

import hashlib
import json
from collections.abc import Sequence
from functools import cache
from itertools import takewhile

from app.services.demo_charts import Chart
from app.services.demo_texts import phrases
from app.services.note_sections import NoteSection, default_note_sections

_ALWAYS = ("reason", "symptoms", "medications", "next_step")
_SOMETIMES = {"goals": 0.6, "education": 0.35, "coordination": 0.25, "plan_changes": 0.12}


def call_note(chart: Chart) -> str:
    """Return the note of a reached call as it is stored."""
    said = {}
    for section in _sections():
        if section.key in _ALWAYS or chart.rng.random() < _SOMETIMES.get(section.key, 0.0):
            said[section.title] = _section(chart, section.key)
    return stored(list(said.items()))


def desk_note(text: str) -> str:
    """Return the note of work at the desk as it is stored: one part is enough."""
    return stored([(_sections()[0].title, text)])


def desk_text(chart: Chart, activity: str) -> str:
    """Return what was done at the desk, in a sentence."""
    known = phrases().desk
    return filled(chart, chart.rng.choice(known.get(activity, known["documentation"])))


def stored(parts: Sequence[tuple[str, str]]) -> str:
    """Return a note's parts as the one text that is signed."""
    return json.dumps([list(part) for part in parts], ensure_ascii=False, separators=(",", ":"))


def hash_of(content: str) -> str:
    return hashlib.sha256(content.encode()).hexdigest()


def filled(chart: Chart, phrase: str) -> str:
    """Return a phrase with the patient's own medicine, condition and relation in it."""
    said = phrase.format(
        medicine=_called(chart.rng.choice(chart.medicines)) if chart.medicines else "the daily tablet",
        condition=chart.rng.choice(chart.illnesses).say,
        relation=chart.relation,
    )
    return said[:1].upper() + said[1:]


def _called(medicine: str) -> str:
    """Return a medicine's name as it is said in a sentence: without strength and form."""
    name = " ".join(takewhile(lambda word: not word[0].isdigit(), medicine.split()))
    return name[:1].lower() + name[1:]


@cache
def _sections() -> tuple[NoteSection, ...]:
    return default_note_sections()


def _section(chart: Chart, key: str) -> str:
    text = filled(chart, chart.rng.choice(phrases().note[key]))
    if key != "symptoms":
        return text
    illness = chart.rng.choice(chart.illnesses)
    return f"{text} {' '.join(chart.rng.sample(illness.talk, min(2, len(illness.talk))))}"
