import json
from typing import Any

import pytest
from hypothesis import given

from app.assets import load_rule_book
from app.rules.case_json import case_to_json, parse_case
from app.rules.evaluate import evaluate
from app.rules.form import FormError
from tests.rules.case_forms import GONE, Form, judged, ready_form
from tests.rules.time_forms import crowded_forms

OTHER = {"staff": "rn1", "start": "2026-10-06T09:00:00-05:00", "end": "2026-10-06T09:10:00-05:00"}
STAY = {"kind": "inpatient", "from": "2026-10-10", "to": "2026-10-14"}
SERVICE = {"code": "G0181", "on": "2026-10-03", "by": "same_practitioner"}
FULL = {
    "mdm": {"level": "moderate", "documented_on": "2026-10-12"},
    "other_patient_time": [OTHER],
    "stays": [STAY],
    "other_services": [SERVICE],
}
OPTIONAL = {
    *("id", "setting", "coverage", "patient_new", "initiating_visit", "mdm", "other_patient_time", "stays"),
    *("other_services", "already_billed", "patient.died", "conditions.0.expected_12_months"),
    *("conditions.0.significant_risk", "conditions.0.resolved_on", "time.0.contact", "time.0.works_in_us"),
    *("time.0.used_for", "time.0.confirmed", "time.0.signed", "time.0.recorded_at"),
}
MAY_BE_NULL = {
    *("patient.died", "last_seen_on", "initiating_visit", "consent", "consent.revoked_on", "care_plan", "mdm"),
    *("care_plan.signed_on", "care_plan.last_reviewed_on", "care_plan.copy_given_on", "mdm.documented_on"),
    *("conditions.0.resolved_on", "time.0.used_for", "time.0.recorded_at"),
}


def paths_of(part: Any, prefix: str = "") -> list[str]:  # noqa: ANN401 - any JSON
    """Return the path of every named field of a form, the first of each list standing for all."""
    if isinstance(part, list):
        return paths_of(part[0], f"{prefix}.0") if part else []
    if not isinstance(part, dict):
        return []
    paths = []
    for name, value in part.items():
        path = f"{prefix}.{name}" if prefix else name
        paths += [path, *paths_of(value, path)]
    return paths


ALL_PATHS = paths_of(ready_form(FULL))


def field_named(path: str) -> str:
    """Return how an error writes a path: "time[0].end"."""
    named = ""
    for step in path.split("."):
        named += f"[{step}]" if step.isdigit() else f".{step}"
    return named[1:]


def refusal(form: object) -> FormError:
    with pytest.raises(FormError) as caught:
        evaluate(parse_case(form), load_rule_book())
    return caught.value


def refused_field(form: Form) -> str:
    return refusal(form).field


def test_the_full_form_has_every_field_there_is() -> None:
    assert len(ALL_PATHS) == 63
    assert set(ALL_PATHS) >= OPTIONAL | MAY_BE_NULL
    judged(ready_form(FULL))


@pytest.mark.parametrize("path", ALL_PATHS)
def test_a_field_may_be_absent_only_where_it_has_a_default(path: str) -> None:
    form = ready_form({**FULL, path: GONE})
    if path in OPTIONAL:
        judged(form)
    else:
        assert refused_field(form) == field_named(path)


@pytest.mark.parametrize("path", ALL_PATHS)
def test_a_field_may_be_null_only_where_the_form_says_so(path: str) -> None:
    form = ready_form({**FULL, path: None})
    if path in MAY_BE_NULL:
        judged(form)
    else:
        assert refused_field(form) == field_named(path)


@pytest.mark.parametrize("path", ALL_PATHS)
@pytest.mark.parametrize("value", [7, 1.5, {"x": 1}, ["x"], [[]]], ids=repr)
def test_a_field_takes_no_other_type(path: str, value: object) -> None:
    assert refused_field(ready_form({**FULL, path: value})).startswith(field_named(path))


@pytest.mark.parametrize("path", ALL_PATHS)
def test_true_and_false_are_no_words_and_words_are_not_true_or_false(path: str) -> None:
    form: Any = ready_form(FULL)
    for step in path.split("."):
        form = form[int(step)] if step.isdigit() else form[step]
    wrong = "true" if isinstance(form, bool) else True
    assert refused_field(ready_form({**FULL, path: wrong})) == field_named(path)


@pytest.mark.parametrize(
    "outer",
    [
        *("", "patient", "consent", "care_plan", "billing_practitioner", "mdm", "initiating_visit"),
        *("conditions.0", "time.0", "other_patient_time.0", "stays.0", "other_services.0"),
    ],
)
def test_a_field_nobody_knows_is_refused_at_every_depth(outer: str) -> None:
    path = f"{outer}.unheard_of" if outer else "unheard_of"
    assert refused_field(ready_form({**FULL, path: None})) == field_named(path)


BAD_WORDS = [
    *(("setting", word) for word in ("clinic", "Office", "")),
    *(("coverage", word) for word in ("part_a", "PART_B", "")),
    ("consent.method", "telepathic"),
    ("billing_practitioner.kind", "md"),
    ("mdm.level", "severe"),
    *(("time.0.role", word) for word in ("nurse", "Practitioner")),
    *(("time.0.activity", word) for word in ("phone_call", "")),
    ("time.0.contact", "voicemail"),
    *(("time.0.used_for", word) for word in ("", "ccm", "none")),
    ("stays.0.kind", "observation"),
    ("other_services.0.by", "me"),
    *(
        ("time_zone", name)
        for name in ("", "Chicago", "america/chicago", "CDT", "America", "../etc/passwd", "right/UTC")
    ),
    *(("time_zone", name) for name in ("posix/UTC", "localtime", "America/Chicago\0", "America/Chicago ", "\ud800")),
    *(("month", text) for text in ("2026-1", "2026-13", "October", "2026-10-01", "", "0000-01", "２０２６-10")),
    *(("month", text) for text in ("2024-12", "0001-01", "1999-06")),
]
BAD_DAYS = ["", "2026-02-29", "2026-13-01", "20261001", "2026-W40-1", "2026-10-1", "06/10/2026", "2026-10-06T00:00:00Z"]
BAD_INSTANTS = [
    *("", "2026-10-06", "2026-10-06T09:00:00", "2026-10-06 09:00:00-05:00", "20261006T090000-0500", "09:00:00Z"),
    *("2026-10-06T09:00:00.5-05:00", "2026-10-06T09:00:00.000001Z", "2026-10-06T25:00:00Z", "2026-10-06T09:60:00Z"),
    *("2026-10-06T09:00:00-25:00", "2026-10-06T09:00:00z", "2026-10-06T09:00:00 Z", "2026-10-06T09:00:00-05:00:30"),
    *("2026-02-30T09:00:00Z", "2026-10-06T09:00:00Z\n", "1791277200", "2026-10-06T09:00:60Z", "2026-279T09:00:00Z"),
]
DAY_PATHS = [
    *(
        "patient.born",
        "patient.died",
        "conditions.0.resolved_on",
        "ccm_started_on",
        "last_seen_on",
        "initiating_visit.on",
    ),
    *("consent.revoked_on", "care_plan.signed_on", "care_plan.last_reviewed_on", "care_plan.copy_given_on"),
    *("mdm.documented_on", "stays.0.from", "stays.0.to", "other_services.0.on"),
]
INSTANT_PATHS = [
    *("time.0.start", "time.0.end", "time.0.recorded_at", "other_patient_time.0.start", "other_patient_time.0.end"),
]


@pytest.mark.parametrize(("path", "word"), BAD_WORDS)
def test_a_word_the_form_does_not_know_is_refused(path: str, word: str) -> None:
    assert refused_field(ready_form({**FULL, path: word})) == field_named(path)


@pytest.mark.parametrize("path", DAY_PATHS)
@pytest.mark.parametrize("text", BAD_DAYS)
def test_a_date_is_a_day_of_the_calendar_in_iso_form(path: str, text: str) -> None:
    assert refused_field(ready_form({**FULL, path: text})) == field_named(path)


@pytest.mark.parametrize("path", INSTANT_PATHS)
@pytest.mark.parametrize("text", BAD_INSTANTS)
def test_an_instant_has_an_offset_and_whole_seconds(path: str, text: str) -> None:
    assert refused_field(ready_form({**FULL, path: text})) == field_named(path)


@pytest.mark.parametrize("text", [text for text in BAD_INSTANTS if text != "2026-10-06"])
def test_consent_is_an_instant_or_a_bare_date(text: str) -> None:
    assert refused_field(ready_form({"consent.given": text})) == "consent.given"
    judged(ready_form({"consent.given": "2026-10-06"}))


@pytest.mark.parametrize(
    "text",
    [
        "2026-10-06T14:25:00Z",
        "2026-10-06T14:25:00+00:00",
        "2026-10-06T14:25Z",
        "2026-10-06T14:25:00.000Z",
        "2026-10-06T09:25:00-05",
    ],
)
def test_one_instant_may_be_written_in_several_ways(text: str) -> None:
    assert judged(ready_form({"time.0.end": text})) == judged(ready_form())


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"time.0.end": "2026-10-06T09:00:00-05:00"}, "time[0].end"),
        ({"time.0.end": "2026-10-06T08:59:59-05:00"}, "time[0].end"),
        ({"time.0.end": "2026-10-06T09:25:00+05:00"}, "time[0].end"),
        ({"time.0.end": "2026-10-06T17:00:01-05:00"}, "time[0].end"),
        ({"other_patient_time": [OTHER | {"end": OTHER["start"]}]}, "other_patient_time[0].end"),
        ({"other_patient_time": [OTHER, OTHER | {"end": "2026-10-06T17:00:01-05:00"}]}, "other_patient_time[1].end"),
        ({"stays": [STAY | {"to": "2026-10-09"}]}, "stays[0].to"),
        ({"setting": "rhc", "month": "2025-09"}, "month"),
        ({"setting": "fqhc", "month": "2025-01"}, "month"),
        ({"consent.told": ["availability", "price"]}, "consent.told[1]"),
        ({"conditions.0.icd10": " "}, "conditions[0].icd10"),
    ],
)
def test_times_that_cannot_be_are_refused(changes: dict[str, Any], field: str) -> None:
    assert refused_field(ready_form(changes)) == field


def test_an_id_is_used_once() -> None:
    form = ready_form()
    assert refused_field(form | {"time": form["time"] * 2}) == "time[1].id"


@pytest.mark.parametrize(
    "changes",
    [
        {"time.0.end": "2026-10-06T17:00:00-05:00"},
        {"other_patient_time": [OTHER | {"end": "2026-10-06T17:00:00-05:00"}] * 2},
        {"stays": [STAY | {"to": "2026-10-10"}]},
        {"setting": "rhc", "month": "2025-10"},
        {"setting": "facility", "month": "2025-01"},
        {"month": "2031-07"},
        {"month": "9999-12"},
        {"patient.born": "0001-01-01", "ccm_started_on": "0001-01-01", "stays": [STAY | {"to": "9999-12-31"}]},
    ],
)
def test_the_edges_of_the_form_fit(changes: dict[str, Any]) -> None:
    judged(ready_form(changes))


@pytest.mark.parametrize("raw", [None, 3, "case", [], True])
def test_a_case_is_an_object(raw: object) -> None:
    assert refusal(raw).reason == "must be an object"


def test_the_error_is_one_line_that_names_case_and_field_and_no_value() -> None:
    error = refusal(ready_form({"id": "w\n\x1b[31m1", "patient.died": "Jane Roe"}))
    assert str(error) == ('case "w\\u000a\\u001b[31m1": patient.died must be a date written as YYYY-MM-DD')


@given(crowded_forms())
def test_a_case_written_is_the_case_read(form: Form) -> None:
    case = parse_case(form)
    assert parse_case(json.loads(json.dumps(case_to_json(case)))) == case


def test_a_case_is_written_with_every_field_as_it_was() -> None:
    form = ready_form(
        {**FULL, "id": "é", "time.0.recorded_at": "2026-10-06T14:30:00+00:00", "consent.given": "2026-03-02"}
    )
    assert case_to_json(parse_case(form)) == form
    bare = ready_form({"consent": None, "care_plan": None, "initiating_visit": None})
    assert case_to_json(parse_case(bare)) == bare
