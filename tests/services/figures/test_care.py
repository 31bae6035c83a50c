"""Contacts, follow-ups, escalations, enrolment, and who needs a call."""

from datetime import date
from pathlib import Path

import pytest

from app.rules.month import Month
from app.services.desk import Desk
from app.services.follow_ups import FollowUpForm
from tests.services.clinic_month import OCTOBER, bring_in, enrolled, entry, patient, ready, together
from tests.services.figures.asked import column, figure, look, table, total

NOVEMBER = Month(2026, 11)


@pytest.fixture
def clinic(desk: Desk, tmp_path: Path) -> Desk:
    """a: reached once, then tried in vain; b: tried only; c: consent missing; d: never enrolled."""
    files = together(
        ready("a"),
        {
            "patients": [patient("b"), patient("c"), patient("d")],
            "enrolment": [enrolled("b"), enrolled("c", consent_on="", consent_method="")],
            "time": [
                entry("a2", "a", "20T14:00:00", "20T14:01:00", contact="attempt"),
                entry("a3", "a", "21T14:30:00", "21T14:31:00", contact="attempt"),
                entry("b1", "b", "20T14:10:00", "20T14:11:00", contact="attempt"),
            ],
        },
    )
    bring_in(desk, tmp_path / "in", files)
    return desk


def ids(desk: Desk) -> dict[str, int]:
    """Return patients' ids by the end of their names."""
    rows = desk.readiness.board(desk.actor, OCTOBER).rows
    return {row.case_id: row.patient_id for row in rows}


def test_contacts_are_counted_by_patient_outcome_and_hour(clinic: Desk) -> None:
    report = look(clinic, "contacts")
    patients = table(report, "Patients")
    said = {row[0]: row[2:4] + row[6:] for row in patients.rows}
    assert said == {"Quill-a, Nora": (3, 1, 2), "Quill-b, Nora": (1, 0, 1), "Quill-c, Nora": (0, 0, 0)}
    assert (figure(report, "Attempts"), figure(report, "Reached"), figure(report, "Reached rate")) == (4, 1, 250)
    assert (figure(report, "Tried, not reached"), figure(report, "Enrolled, never tried")) == (1, 1)
    hours = table(report, "By hour")
    assert [row for row in hours.rows if row[1]] == [("9 AM", 1, 1, 1000), ("2 PM", 3, 0, 0)]
    assert total(hours, "attempts") == total(patients, "contacts") == 4


def test_an_owner_alone_sees_their_patients(clinic: Desk) -> None:
    clinic.cadence.set_owner(clinic.actor, [ids(clinic)["b"]], clinic.actor.person_id)
    assert column(table(look(clinic, "contacts", owner_id=clinic.actor.person_id), "Patients"), "patient") == [
        "Quill-b, Nora"
    ]


def test_follow_ups_are_open_overdue_and_somebodys(clinic: Desk) -> None:
    me = clinic.actor.person_id
    for what, due in (("Call the pharmacy", date(2026, 11, 24)), ("Ask for the report", date(2026, 11, 25))):
        form = FollowUpForm(what=what, owner_id=me, due_on=due)
        clinic.follow_ups.add(clinic.actor, ids(clinic)["a"], form)
    report = look(clinic, "follow_ups", NOVEMBER)
    assert (figure(report, "Open follow-ups"), figure(report, "Overdue")) == (2, 0)
    assert table(report, "By owner").rows == (("Ana Alvarez", 2, 0, 0, 0),)
    assert column(table(report, "Open follow-ups"), "what") == ["Call the pharmacy", "Ask for the report"]


def test_enrolment_names_who_waits_for_a_consent_and_since_when(clinic: Desk) -> None:
    report = look(clinic, "enrolment")
    assert (figure(report, "Enrolled with consent"), figure(report, "Consent pending")) == (2, 1)
    assert figure(report, "Pending over 14 days") == 1
    waiting = table(report, "Consent pending").rows
    assert [(row[0], row[3], row[4], row[5]) for row in waiting] == [
        ("Quill-c, Nora", "2026-01-05", 299, "No consent on record")
    ]
    assert dict(zip(report.charts[0].places, report.charts[0].series[0].values, strict=True)) == {
        "Not asked yet": 1,
        "Enrolled": 2,
        "Consent pending": 1,
    }


def test_need_counts_who_was_due_and_reached_and_never_calls_an_hour(clinic: Desk) -> None:
    report = look(clinic, "need")
    assert (figure(report, "Patients due"), figure(report, "Served"), figure(report, "Still waiting")) == (3, 1, 2)
    waiting = {row[0]: row for row in table(report, "Still waiting").rows}
    assert set(waiting) == {"Quill-b, Nora", "Quill-c, Nora"}
    assert waiting["Quill-b, Nora"][5] == 1
    assert all(isinstance(row[4], int) and row[4] > 200 for row in waiting.values())
    titles = " ".join(each.title for part in report.tables for each in part.columns).casefold()
    assert "per hour" not in titles
    assert "minutes" not in titles


def test_readiness_is_the_board(clinic: Desk) -> None:
    report = look(clinic, "readiness")
    board = clinic.readiness.board(clinic.actor, OCTOBER)
    assert column(table(report, "Patients"), "seconds") == [row.pooled_seconds for row in board.rows]
    assert total(table(report, "Patients"), "seconds") == sum(row.pooled_seconds for row in board.rows)
    assert {chart.title: sum(value or 0 for value in chart.series[0].values) for chart in report.charts} == {
        "Patients by state": len(board.rows)
    }


def test_the_review_answers_from_the_record_and_leaves_to_people_what_none_can(clinic: Desk) -> None:
    report = look(clinic, "review")
    assert [part.title[:2] for part in report.parts] == ["1.", "2.", "3.", "4."]
    answers = {row[0]: row[1:] for part in report.parts if part.table for row in part.table.rows}
    consent = next(answers[key] for key in answers if "consent" in str(key))
    assert consent == ("Not yet", "1 of 3 wanting.")
    assert any(answer[0] == "Ask yourselves" for answer in answers.values())


def test_the_manual_is_made_of_the_clinics_own_settings(clinic: Desk) -> None:
    script = clinic.scripts.rows(clinic.actor)[0]
    clinic.scripts.set_script(clinic.actor, script.key, "Good day from {clinic}.", "Buenos días de {clinic}.")
    report = look(clinic, "manual", NOVEMBER)
    words = " ".join(text for part in report.parts for text in (*part.paragraphs, *part.items))
    assert "Good day from {clinic}." in words
    assert not report.names_patients
    people = next(part.table for part in report.parts if part.title.endswith("Whose patient it is"))
    assert people is not None
    assert people.rows[0][0] == "Ana Alvarez"
