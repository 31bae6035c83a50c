"""Who may see which report, what leaves and is noted, and what the trail then says."""

import csv
import hashlib
import io
from pathlib import Path

import pytest
from openpyxl import load_workbook

from app.compose import open_desk
from app.rules.month import Month
from app.rules.report import in_ranges
from app.security.permissions import NotPermitted
from app.services.desk import Desk
from app.services.figures import trail
from app.services.figures.kinds import KINDS, ReportRefused, Wanted, kind_of
from app.services.founding import House
from app.services.people import PersonForm
from app.views.tasks import Cancelled
from tests.reports.reading import text
from tests.services.audit import events
from tests.services.clinic_month import DOCTOR, OCTOBER, bring_in, ready, together
from tests.services.figures.asked import column, figure, look, table, total

PASSPHRASE = "four slow otters drift"
NOVEMBER = Month(2026, 11)
WANTED = Wanted(OCTOBER, OCTOBER)
SEEN = {
    "nurse": {"readiness", "contacts", "follow_ups", "enrolment", "need"},
    "coordinator": {k.key for k in KINDS} - {"revenue", "years", "disclosures", "audit"},
    "practitioner": {k.key for k in KINDS} - {"audit"},
    "manager": {k.key for k in KINDS} - {"audit"},
    "admin": {"audit"},
    "auditor": {"readiness", "staff_time", "late_time", "review", "manual", "disclosures", "audit"},
}


@pytest.fixture
def clinic(desk: Desk, tmp_path: Path) -> Desk:
    bring_in(desk, tmp_path / "in", together(ready("a"), ready("b", minutes=45, day=6)))
    return desk


def as_role(clinic: Desk, house: House, role: str) -> Desk:
    """Sign in to the same clinic as somebody who holds that role alone."""
    folder = clinic.opened.file.folder
    clinic.people.add(clinic.actor, PersonForm(name="Rae Stone", username="rae", roles=(role,)), PASSPHRASE)
    clinic.close()
    return open_desk(folder, "rae", PASSPHRASE, house)


@pytest.mark.parametrize("role", sorted(SEEN))
def test_each_role_sees_its_reports_and_no_other(clinic: Desk, house: House, role: str) -> None:
    other = as_role(clinic, house, role)
    try:
        seen = set()
        for kind in KINDS:
            try:
                other.reports.look(other.actor, kind.key, WANTED)
                seen.add(kind.key)
            except NotPermitted:
                with pytest.raises(NotPermitted):
                    other.reports.paper(other.actor, kind.key, WANTED)
        assert seen == SEEN[role]
    finally:
        other.close()


def test_who_may_not_see_patients_names_sees_record_numbers(clinic: Desk, house: House) -> None:
    known = {row.patient_id for row in clinic.readiness.board(clinic.actor, OCTOBER).rows}
    clinic.patients.open_chart(clinic.actor, min(known))
    admin = as_role(clinic, house, "admin")
    try:
        report = look(admin, "audit", NOVEMBER)
        assert f"P-{min(known):06d}" in column(table(report, "Events"), "patient")
        paper = admin.reports.paper(admin.actor, "audit", Wanted(NOVEMBER, NOVEMBER))
        assert "Quill" not in text(paper.content)
        assert table(look(admin, "audit", NOVEMBER, text="Quill"), "Events").rows == ()
    finally:
        admin.close()


def test_looking_leaves_no_trace_and_a_copy_that_leaves_is_noted_with_its_patients(clinic: Desk) -> None:
    paper = clinic.reports.paper(clinic.actor, "contacts", WANTED)
    assert events(clinic, "report.export") == []
    clinic.reports.leave(clinic.actor, paper, "pdf", "payment")
    ((event, facts),) = events(clinic, "report.export")
    assert (event.outcome, facts["report"], facts["form"], facts["purpose"]) == ("ok", "contacts", "pdf", "payment")
    assert facts["sha256"] == hashlib.sha256(paper.content).hexdigest()
    board = clinic.readiness.board(clinic.actor, OCTOBER).rows
    assert all(in_ranges(row.patient_id, facts["patients"]) for row in board)
    assert "Quill" not in event.detail


def test_a_copy_leaves_for_a_reason_and_in_a_form_that_there_is(clinic: Desk) -> None:
    paper = clinic.reports.paper(clinic.actor, "manual", WANTED)
    for form, purpose in (("pdf", "curiosity"), ("fax", "payment")):
        with pytest.raises(ReportRefused):
            clinic.reports.leave(clinic.actor, paper, form, purpose)
    with pytest.raises(ReportRefused, match="no list"):
        clinic.reports.listed(clinic.actor, "manual", WANTED, "csv")
    with pytest.raises(ReportRefused, match="no such report"):
        kind_of("horoscope")


def test_lists_say_what_the_screen_says_and_come_out_the_same_each_time(clinic: Desk) -> None:
    report = look(clinic, "staff_time")
    made = [clinic.reports.listed(clinic.actor, "staff_time", WANTED, form).content for form in ("csv", "xlsx")]
    again = [clinic.reports.listed(clinic.actor, "staff_time", WANTED, form).content for form in ("csv", "xlsx")]
    assert made == again
    rows = list(csv.DictReader(io.StringIO(made[0].decode("utf-8-sig"))))
    assert sum(int(row["Worked (seconds)"]) for row in rows) == total(table(report, "By day"), "worked")
    people = clinic.reports.listed(clinic.actor, "staff_time", WANTED, "csv", number=0).content
    assert people.decode("utf-8-sig").startswith('"Person","Worked (seconds)"')
    with pytest.raises(ReportRefused, match="no such list"):
        clinic.reports.listed(clinic.actor, "staff_time", WANTED, "csv", number=7)
    book = load_workbook(io.BytesIO(made[1]), read_only=True)
    assert len(book.sheetnames) == len(report.tables)
    days = list(book[book.sheetnames[1]].iter_rows(values_only=True))
    worked = days[0].index("Worked (seconds)")
    assert sum(int(str(row[worked])) for row in days[1:-1]) == days[-1][worked] == figure(report, "Worked")


def test_disclosures_list_every_copy_and_find_those_about_one_patient(clinic: Desk) -> None:
    first, second = (row.patient_id for row in clinic.readiness.board(clinic.actor, OCTOBER).rows)
    clinic.readiness.case(clinic.actor, "a", OCTOBER)
    clinic.reports.leave(clinic.actor, clinic.reports.paper(clinic.actor, "need", WANTED), "print", "treatment")
    clinic.reports.leave(clinic.actor, clinic.reports.listed(clinic.actor, "contacts", WANTED, "csv"), "csv", "patient")
    everything = table(look(clinic, "disclosures", NOVEMBER), "Copies that left")
    assert column(everything, "form") == ["CSV", "Print", "JSON"]
    assert column(everything, "purpose")[0] == "The patient asked for it"
    of_second = table(look(clinic, "disclosures", NOVEMBER, text=f"P-{second:06d}"), "Copies that left")
    assert "JSON" not in column(of_second, "form")
    assert "CSV" in column(of_second, "form")
    of_first = table(look(clinic, "disclosures", NOVEMBER, text="Quill-a"), "Copies that left")
    assert "JSON" in column(of_first, "form")
    assert first != second


def test_the_trail_is_found_by_person_words_and_patient(clinic: Desk) -> None:
    first = clinic.readiness.board(clinic.actor, OCTOBER).rows[0]
    clinic.patients.open_chart(clinic.actor, first.patient_id)
    everything = look(clinic, "audit", NOVEMBER)
    rows = table(everything, "Events").rows
    assert [row[0] for row in rows] == sorted((row[0] for row in rows), key=lambda seq: -int(seq or 0))
    assert figure(everything, "Events") == len(rows)
    imports = table(look(clinic, "audit", NOVEMBER, text="import files"), "Events")
    assert set(column(imports, "what")) == {"Import files, or undo an import"}
    of_patient = table(look(clinic, "audit", NOVEMBER, text="Quill-a"), "Events")
    assert set(column(of_patient, "patient")) == {first.name}
    assert table(look(clinic, "audit", OCTOBER), "Events").rows == ()


def test_a_report_that_is_stopped_stops(clinic: Desk) -> None:
    told: list[tuple[int, int]] = []

    def step(done: int, total_: int, _what: str) -> None:
        told.append((done, total_))
        if done == 2:
            raise Cancelled

    with pytest.raises(Cancelled):
        clinic.reports.look(clinic.actor, "staff_time", Wanted(Month(2026, 5), OCTOBER), step)
    assert told == [(0, 6), (1, 6), (2, 6)]


def test_a_long_trail_is_paged_on_the_screen_and_whole_in_the_file(
    clinic: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(trail, "PAGE", 3)
    for _ in range(7):
        clinic.readiness.case(clinic.actor, "a", OCTOBER)
    for key in ("audit", "disclosures"):
        pages = [look(clinic, key, NOVEMBER, page=page).tables[0].rows for page in range(2)]
        assert [len(rows) for rows in pages] == [3, 3]
        assert not set(pages[0]) & set(pages[1])
        made = clinic.reports.listed(clinic.actor, key, Wanted(NOVEMBER, NOVEMBER, page=1), "csv")
        assert len(made.content.splitlines()) - 1 == figure(
            look(clinic, key, NOVEMBER), "Events" if key == "audit" else "Copies"
        )


def test_a_report_that_was_narrowed_says_so_on_screen_and_paper(clinic: Desk) -> None:
    narrowed = Wanted(OCTOBER, OCTOBER, npi=DOCTOR)
    for key in ("readiness", "contacts"):
        report = clinic.reports.look(clinic.actor, key, narrowed)
        assert report.scope == f"October 2026, billed by NPI {DOCTOR}"
        assert f"billed by NPI {DOCTOR}" in text(clinic.reports.paper(clinic.actor, key, narrowed).content)
    assert "all patients of the month" in text(clinic.reports.paper(clinic.actor, "readiness", WANTED).content)
