"""Month cases as JSON, for tests: one that is ready, and ways to change it."""

import copy
from collections.abc import Mapping
from typing import Any

from app.assets import load_rule_book
from app.rules.case_json import parse_case
from app.rules.evaluate import evaluate

Form = dict[str, Any]
GONE = object()

_READY: Form = {
    "id": "base",
    "month": "2026-10",
    "time_zone": "America/Chicago",
    "setting": "office",
    "patient": {"born": "1950-06-01", "died": None},
    "coverage": "part_b",
    "conditions": [
        {"icd10": "E11.9", "expected_12_months": True, "significant_risk": True, "resolved_on": None},
        {"icd10": "I10", "expected_12_months": True, "significant_risk": True, "resolved_on": None},
    ],
    "ccm_started_on": "2026-03-02",
    "patient_new": False,
    "last_seen_on": "2026-02-10",
    "initiating_visit": {"on": "2026-02-10", "code": "99214", "ccm_discussed": True},
    "consent": {
        "given": "2026-03-02T09:00:00-06:00",
        "method": "verbal",
        "told": ["availability", "cost_sharing", "one_practitioner", "right_to_stop"],
        "practitioner": "dr_a",
        "revoked_on": None,
    },
    "care_plan": {"signed_on": "2026-03-02", "last_reviewed_on": "2026-09-01", "copy_given_on": "2026-03-03"},
    "billing_practitioner": {"id": "dr_a", "npi": "1234567893", "kind": "physician"},
    "mdm": None,
    "time": [
        {
            "id": "t1",
            "start": "2026-10-06T09:00:00-05:00",
            "end": "2026-10-06T09:25:00-05:00",
            "staff": "rn1",
            "role": "clinical_staff",
            "activity": "patient_call",
            "contact": "reached",
            "works_in_us": True,
            "used_for": None,
            "confirmed": True,
            "signed": True,
            "recorded_at": None,
        }
    ],
    "other_patient_time": [],
    "stays": [],
    "other_services": [],
    "already_billed": False,
}


def ready_form(changes: Mapping[str, Any] | None = None) -> Form:
    """Return a ready case with changes: a path such as "time.0.end" to its new value, or `GONE` to take it away."""
    form = copy.deepcopy(_READY)
    for path, value in (changes or {}).items():
        *outer, name = path.split(".")
        part: Any = form
        for step in outer:
            part = part[int(step)] if isinstance(part, list) else part[step]
        if value is GONE:
            del part[name]
        else:
            part[int(name) if isinstance(part, list) else name] = copy.deepcopy(value)
    return form


def an_entry(id_: str, start: str, end: str, **changes: object) -> Form:
    """Return an entry of October 2026, `start` and `end` as "DDTHH:MM:SS" in Chicago before the clocks change."""
    entry = copy.deepcopy(_READY["time"][0])
    entry.update({"id": id_, "start": f"2026-10-{start}-05:00", "end": f"2026-10-{end}-05:00"} | changes)
    return dict(entry)


def minutes_of_work(minutes: int, role: str = "clinical_staff", seconds: int = 0, prefix: str = "m") -> list[Form]:
    """Return entries of half an hour and a last shorter one, on days of their own, that come to so much time."""
    total = minutes * 60 + seconds
    entries: list[Form] = []
    while total:
        here = min(total, 1800)
        day, hour = 2 + len(entries), 9 if role == "clinical_staff" else 14
        end = f"{day:02d}T{hour:02d}:{here // 60:02d}:{here % 60:02d}"
        entries.append(an_entry(f"{prefix}{len(entries)}", f"{day:02d}T{hour:02d}:00:00", end, role=role, staff=role))
        total -= here
    return entries


def judged(form: Form) -> Form:
    """Return the verdict on a case as JSON, through the same doors as `evaluate` on the command line."""
    return evaluate(parse_case(form), load_rule_book()).to_json()
