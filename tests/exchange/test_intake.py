from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.exchange.intake import (
    ColumnMapping,
    fields_of,
    guess_mapping,
    missing_fields,
    preview,
    read_folder_or_files,
    read_with_mapping,
)
from app.rules.intake import FileRefused, Instant, Intake, RowAt
from tests.exchange.clinic_files import (
    ALL,
    ALLERGIES,
    CONDITIONS,
    ENROLMENT,
    MEDICATIONS,
    PATIENTS,
    QUALIFYING,
    SERVICES,
    STAYS,
    TIME,
    rows_taken,
    written,
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name, text in ALL.items():
        written(tmp_path, name, text)
    return tmp_path


def read(folder: Path, name: str, text: str) -> Intake:
    return read_folder_or_files([written(folder, name, text)])


def reasons(intake: Intake) -> list[tuple[int, str]]:
    return [(row.line, row.reason) for row in intake.rejected]


def changed(text: str, line: int, column: str, value: str) -> str:
    """The file with one cell changed; only for rows without quotation marks."""
    lines = text.splitlines()
    cells = lines[line - 1].split(",")
    cells[lines[0].split(",").index(column)] = value
    return "\n".join([*lines[: line - 1], ",".join(cells), *lines[line:]]) + "\n"


def without_column(text: str, column: str) -> str:
    lines = [line.split(",") for line in text.splitlines()]
    gone = lines[0].index(column)
    return "\n".join(",".join(cells[:gone] + cells[gone + 1 :]) for cells in lines) + "\n"


def test_a_folder_is_read_whole_and_other_files_in_it_are_left_alone(folder: Path) -> None:
    written(folder, "expected.json", b"\xff\0 not ours")
    written(folder, "._time.csv", b"\0\0\0")
    (folder / "old.csv").mkdir()
    intake = read_folder_or_files([folder])
    assert intake.rejected == ()
    assert {(file.name, file.kind, file.rows) for file in intake.files} == {
        (name, name.removesuffix(".csv"), {"stays": 2, "services": 1, "medications": 1}.get(name[:-4], 2))
        for name in ALL
    }


def test_patients_are_as_written(folder: Path) -> None:
    nora, otis = read_folder_or_files([folder / "patients.csv"]).patients
    assert (nora.patient_id, nora.prefix, nora.given_name, nora.family_name) == ("p1", "Mrs.", "Nora7", "Quill11")
    assert (nora.born_on, nora.died_on, nora.sex) == (date(1948, 3, 2), None, "female")
    assert (nora.mrn, nora.mbi, nora.phone, nora.coverage) == ("", "", "", None)
    assert (otis.address_line1, otis.city, otis.state, otis.zip) == ("9, Oak Row", "Salem", "Massachusetts", "01970")
    assert otis.at == RowAt("patients.csv", 3)


def test_the_chart_is_read(folder: Path) -> None:
    intake = read_folder_or_files([folder])
    chart = [c for c in intake.conditions if not c.qualifying]
    assert [(c.patient_id, c.code_system, c.code, c.onset_on, c.resolved_on) for c in chart] == [
        ("p1", "snomed", "44054006", date(2019, 1, 23), None),
        ("p2", "snomed", "195662009", date(2010, 5, 21), date(2010, 6, 2)),
    ]
    assert {(c.expected_12_months, c.significant_risk) for c in chart} == {(None, None)}
    own = [c for c in intake.conditions if c.qualifying]
    assert [(c.code_system, c.code, c.onset_on, c.expected_12_months, c.significant_risk) for c in own] == [
        ("icd10", "E11.9", date(2024, 6, 3), True, False),
        ("icd10", "I10", None, True, True),
    ]
    (metformin,) = intake.medications
    assert (metformin.code, metformin.description, metformin.reason) == ("860975", "Metformin 500 MG", "Diabetes")
    assert [a.description for a in intake.allergies] == ["Allergy to peanuts", "Allergy to mould"]


def test_an_enrolment_is_taken_as_it_stands(folder: Path) -> None:
    nora, otis = read_folder_or_files([folder]).enrolments
    assert nora.consent_on is None
    assert nora.consent_at == Instant(datetime(2026, 1, 5, 16, 20, tzinfo=UTC), -360)
    assert (nora.consent_method, nora.told_availability, nora.told_right_to_stop) == ("verbal", True, False)
    assert (nora.visit_on, nora.visit_code, nora.visit_ccm_discussed) == (date(2025, 12, 11), "G0439", True)
    assert (nora.mdm_level, nora.mdm_documented_on) == ("moderate", date(2026, 10, 12))
    assert (nora.plan_signed_on, nora.has_plan, nora.has_consent) == (date(2026, 1, 5), True, True)
    assert (otis.has_consent, otis.has_plan, otis.coverage, otis.mdm_level) == (False, False, None, None)
    assert (otis.new_patient, otis.billing_npi, otis.billing_kind) == (True, "1679576722", "np")


def test_dates_that_contradict_one_another_are_no_fault(tmp_path: Path) -> None:
    text = changed(ENROLMENT, 2, "plan_reviewed_on", "2020-01-01")
    text = changed(text, 2, "consent_on", "2026-12-31")
    text = changed(text, 2, "revoked_on", "2025-01-01")
    intake = read(tmp_path, "e.csv", changed(text, 2, "billing_npi", "12"))
    assert intake.rejected == ()
    assert (intake.enrolments[0].consent_on, intake.enrolments[0].consent_at) == (date(2026, 12, 31), None)
    assert intake.enrolments[0].billing_npi == "12"


@pytest.mark.parametrize(
    ("signed", "has_plan", "there"), [("2026-01-05", "", True), ("", "", False), ("", "yes", True)]
)
def test_whether_there_is_a_plan_is_told_by_its_dates_when_the_cell_is_empty(
    tmp_path: Path, signed: str, has_plan: str, there: bool
) -> None:
    text = changed(changed(ENROLMENT, 3, "plan_signed_on", signed), 3, "has_plan", has_plan)
    assert read(tmp_path, "e.csv", text).enrolments[1].has_plan is there


def test_time_entries_keep_their_instants_offsets_and_words(folder: Path) -> None:
    first, second = read_folder_or_files([folder]).time_entries
    assert first.start == Instant(datetime(2026, 10, 5, 14, tzinfo=UTC), -300)
    assert (first.end.at - first.start.at).total_seconds() == 750
    assert (first.staff, first.credential, first.role, first.contact) == ("Ada Fern", "RN", "clinical_staff", "reached")
    assert first.note == "Feet, checked.\nTaught back."
    assert first.recorded_at == Instant(datetime(2026, 10, 5, 23, tzinfo=UTC), -300)
    assert second.at == RowAt("time.csv", 4)  # after a note of two lines
    assert (second.contact, second.works_in_us, second.signed, second.used_for) == ("none", True, True, "visit")
    assert second.recorded_at is None


def test_stays_and_services(folder: Path) -> None:
    intake = read_folder_or_files([folder])
    assert [(s.kind, s.from_on, s.to_on) for s in intake.stays] == [
        ("inpatient", date(2026, 10, 10), date(2026, 10, 14)),
        ("snf_part_a", date(2026, 10, 20), None),
    ]
    assert [(s.code, s.performed_on, s.by) for s in intake.services] == [
        ("G0181", date(2026, 10, 3), "same_practitioner")
    ]


@pytest.mark.parametrize(
    "case",
    [
        (PATIENTS, 2, "BIRTHDATE", "", "“BIRTHDATE” is empty"),
        (PATIENTS, 2, "BIRTHDATE", "03/02/1948", "“BIRTHDATE” is not a date"),
        (PATIENTS, 2, "BIRTHDATE", "1948-02-30", "not a day of the calendar"),
        (PATIENTS, 2, "DEATHDATE", "soon", "“DEATHDATE” is not a date"),
        (PATIENTS, 2, "GENDER", "Q", "“GENDER” is none of"),
        (PATIENTS, 2, "ZIP", "ABC", "“ZIP” is not a ZIP"),
        (PATIENTS, 2, "LAST", "Q\u202euill", "“LAST” holds a character that cannot be shown (U+202E)"),
        (PATIENTS, 2, "LAST", "x" * 101, "“LAST” is longer than 100"),
        (PATIENTS, 2, "ID", "  ", "neither an id nor an MRN"),
        (PATIENTS, 2, "ID", "x" * 101, "“ID” is longer"),
        (CONDITIONS, 2, "PATIENT", "", "“PATIENT” is empty"),
        (CONDITIONS, 2, "START", "last year", "“START” is not a date"),
        (CONDITIONS, 2, "CODE", "", "“CODE” is empty"),
        (CONDITIONS, 2, "CODE", "?!", "neither a SNOMED CT nor"),
        (MEDICATIONS, 2, "DESCRIPTION", "", "“DESCRIPTION” is empty"),
        (MEDICATIONS, 2, "STOP", "2019-13-01", "“STOP” is not a day"),
        (ENROLMENT, 3, "ccm_started_on", "", "“ccm_started_on” is empty"),
        (ENROLMENT, 3, "billing_kind", "nurse", "“billing_kind” is none of physician, np"),
        (ENROLMENT, 3, "consent_on", "2026-05-04T10:00:00", "“consent_on” is not a date and time with an offset"),
        (ENROLMENT, 3, "consent_method", "by fax", "“consent_method” is none of verbal, written"),
        (ENROLMENT, 3, "consent_on", "2026-05-04", "“consent_method” is empty though there is a consent"),
        (ENROLMENT, 3, "told_cost_sharing", "perhaps", "“told_cost_sharing” is neither yes nor no"),
        (ENROLMENT, 3, "coverage", "medicaid", "“coverage” is none of"),
        (ENROLMENT, 3, "mdm_level", "huge", "“mdm_level” is none of"),
        (QUALIFYING, 2, "icd10", "", "“icd10” is empty"),
        (QUALIFYING, 2, "significant_risk", "?", "“significant_risk” is neither yes nor no"),
        (STAYS, 2, "kind", "hotel", "“kind” is none of inpatient, snf_part_a"),
        (STAYS, 2, "from", "", "“from” is empty"),
        (STAYS, 2, "to", "2026-10-09", "“to” is before “from”"),
        (SERVICES, 2, "by", "neighbour", "“by” is none of"),
        (SERVICES, 2, "on", "2026", "“on” is not a date"),
    ],
)
def test_a_row_that_cannot_be_used_is_named_and_the_others_stand(
    tmp_path: Path, case: tuple[str, int, str, str, str]
) -> None:
    text, line, column, value, says = case
    sound = read(tmp_path, "file.csv", text)
    intake = read(tmp_path, "file.csv", changed(text, line, column, value))
    ((at, reason),) = reasons(intake)
    assert at == line
    assert says in reason
    assert len(value.strip()) < 5 or value.strip() not in reason
    assert rows_taken(intake) == rows_taken(sound) - 1


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("e2,", ",", "“entry_id” is empty"),
        ("T14:20:00Z", "T14:00:00Z", "“end” is not after the start"),
        ("T14:20:00Z", "T13:00:00Z", "“end” is not after the start"),
        ("T14:20:00Z", "T22:00:01Z", "“end” is more than 8 hours after the start"),
        ("T14:20:00Z", "T14:20:00", "“end” is not a date and time with an offset"),
        ("T14:20:00Z", "T14:20:00.25Z", "“end” has a fraction of a second"),
        ("1679576722,NP", ",NP", "“staff” is empty"),
        (",practitioner,", ",doctor,", "“role” is none of"),
        (",care_plan,", ",,", "“activity” is empty"),
        (",care_plan,", ",golf,", "“activity” is none of"),
        (",visit,", ",lunch,", "“used_for” is none of"),
        (",,,visit", ",waved,,visit", "“contact” is none of"),
        (",,visit", ",unsure,visit", "“works_in_us” is neither yes nor no"),
    ],
)
def test_a_time_entry_that_does_not_fit_the_form_is_named(tmp_path: Path, old: str, new: str, says: str) -> None:
    head, line = TIME.rsplit("e2,", 1)
    intake = read(tmp_path, "time.csv", head + f"e2,{line}".replace(old, new, 1))
    ((at, reason),) = reasons(intake)
    assert (at, len(intake.time_entries)) == (4, 1)
    assert says in reason


def test_eight_hours_themselves_are_fine(tmp_path: Path) -> None:
    assert read(tmp_path, "t.csv", TIME.replace("T14:20:00Z", "T22:00:00Z")).rejected == ()


def test_all_faults_of_a_row_are_named_at_once(tmp_path: Path) -> None:
    text = changed(changed(STAYS, 2, "kind", "x"), 2, "from", "y")
    ((_, reason),) = reasons(read(tmp_path, "s.csv", text))
    assert "“kind”" in reason
    assert "“from”" in reason


def test_ragged_rows_are_named_and_blank_ones_are_not_rows(tmp_path: Path) -> None:
    intake = read(tmp_path, "s.csv", STAYS + "\np1,inpatient,2026-10-20\n,,,\np1,inpatient,2026-10-20,,\n")
    assert reasons(intake) == [
        (5, "has 3 cells where the header names 4"),
        (7, "has 5 cells where the header names 4"),
    ]
    assert (len(intake.stays), intake.files[0].rows) == (2, 4)


def test_exact_duplicates_are_skipped_and_named(tmp_path: Path) -> None:
    again = MEDICATIONS.splitlines()[1]
    intake = read(tmp_path, "m.csv", f"{MEDICATIONS}{again}\n")
    assert reasons(intake) == [(3, "is an exact duplicate of line 2")]
    assert len(intake.medications) == 1


def test_an_exact_duplicate_in_another_file_is_one_too(tmp_path: Path) -> None:
    written(tmp_path, "a.csv", STAYS)
    written(tmp_path, "b.csv", STAYS.replace("kind,from,to", "KIND,FROM,TO"))
    intake = read_folder_or_files([tmp_path])
    assert [(r.file, r.line, r.reason) for r in intake.rejected] == [
        ("b.csv", 2, "is an exact duplicate of a.csv line 2"),
        ("b.csv", 3, "is an exact duplicate of a.csv line 3"),
    ]


@pytest.mark.parametrize(
    "case",
    [
        (TIME, 4, "activity", "education", "entry_id"),
        (PATIENTS, 2, "LAST", "Other", "ID"),
        (ENROLMENT, 3, "billing_kind", "pa", "patient_id"),
    ],
)
def test_an_id_used_twice_with_other_content_is_a_fault_of_the_later_row(
    tmp_path: Path, case: tuple[str, int, str, str, str]
) -> None:
    text, line, column, value, header = case
    other = changed(text, line, column, value).splitlines()[line - 1]
    intake = read(tmp_path, "x.csv", f"{text}{other}\n")
    last = text.count("\n") + 1
    assert reasons(intake) == [(last, f"“{header}” has a value used before, with other content, on line {line}")]


def test_the_same_file_named_twice_is_read_once(folder: Path) -> None:
    once = read_folder_or_files([folder])
    assert read_folder_or_files([folder, folder / "time.csv", folder / ".." / folder.name / "stays.csv"]) == once


def test_files_of_one_name_are_told_apart(tmp_path: Path) -> None:
    for name, text in (("a", STAYS), ("b", SERVICES)):
        (tmp_path / name).mkdir()
        written(tmp_path / name, "x.csv", text)
    intake = read_folder_or_files([tmp_path / "a", tmp_path / "b"])
    assert [file.name for file in intake.files] == ["a/x.csv", "b/x.csv"]


@given(st.permutations(sorted(ALL)))
def test_the_order_of_the_files_does_not_matter(tmp_path_factory: pytest.TempPathFactory, names: list[str]) -> None:
    folder = tmp_path_factory.getbasetemp()
    intake = read_folder_or_files([written(folder, name, ALL[name]) for name in names])
    expected = read_folder_or_files([written(folder, name, ALL[name]) for name in ALL])
    assert set(intake.files) == set(expected.files)
    assert intake.time_entries == expected.time_entries
    assert set(intake.conditions) == set(expected.conditions)
    assert intake.rejected == ()


@pytest.mark.parametrize("name", [*ALL])
def test_a_kind_is_told_by_its_headers_and_not_by_its_file_s_name(tmp_path: Path, name: str) -> None:
    intake = read(tmp_path, "Sheet1.CSV", ALL[name].replace("patient_id,", " Patient ID ,", 1))
    assert intake.files[0].kind == name.removesuffix(".csv")


def test_allergies_of_a_file_named_so_need_not_say_the_word(tmp_path: Path) -> None:
    text = ALLERGIES.replace("Allergy to ", "")
    assert read(tmp_path, "allergies.csv", text).files[0].kind == "allergies"
    assert read(tmp_path, "x.csv", text).files[0].kind == "conditions"
    assert read(tmp_path, "conditions.csv", ALLERGIES).files[0].kind == "conditions"


@pytest.mark.parametrize(
    ("name", "column"),
    [
        *(("patients.csv", c) for c in ("ID", "BIRTHDATE", "FIRST", "LAST")),
        *(("conditions.csv", c) for c in ("PATIENT", "CODE", "DESCRIPTION", "START", "STOP")),
        *(("allergies.csv", c) for c in ("PATIENT", "CODE", "DESCRIPTION", "START", "STOP")),
        *(("medications.csv", c) for c in ("PATIENT", "CODE", "DESCRIPTION", "START", "STOP")),
        *(("enrolment.csv", c) for c in ENROLMENT.splitlines()[0].split(",")),
        *(("qualifying.csv", c) for c in ("patient_id", "icd10", "expected_12_months", "significant_risk")),
        *(("time.csv", c) for c in TIME.splitlines()[0].split(",") if c not in ("credential", "note", "recorded_at")),
        *(("stays.csv", c) for c in ("patient_id", "kind", "from", "to")),
        *(("services.csv", c) for c in ("patient_id", "code", "on", "by")),
    ],
)
def test_a_file_without_a_column_that_its_kind_has_is_refused_and_the_column_named(
    tmp_path: Path, name: str, column: str
) -> None:
    header = without_column(ALL[name].splitlines()[0], column)
    with pytest.raises(FileRefused) as refused:
        read(tmp_path, name, header)
    canonical = {"PATIENT": "patient_id", "ID": "id"}.get(column, column)
    assert f"“{canonical}”".lower() in refused.value.reason.lower()
    assert refused.value.file == name


@pytest.mark.parametrize(
    "text", ["a,b,c\n1,2,3\n", "hello\n", "Id,Start,Stop,Provider\n1,,,\n", "p1,Nora,Quill,1948-03-02\n"]
)
def test_a_file_of_no_known_kind_is_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(FileRefused, match="does not have the columns"):
        read(tmp_path, "x.csv", text)


def test_one_bad_file_refuses_the_whole_folder(folder: Path) -> None:
    written(folder, "zz.csv", TIME.replace('Taught back."', "Taught back."))
    with pytest.raises(FileRefused) as refused:
        read_folder_or_files([folder])
    assert (refused.value.file, "begins on line 2" in refused.value.reason) == ("zz.csv", True)


def test_a_folder_without_csv_and_a_path_that_is_not_there_are_refused(tmp_path: Path) -> None:
    loop = tmp_path / "loop"
    loop.symlink_to(loop)
    for path in (tmp_path, tmp_path / "gone", tmp_path / "gone.csv", tmp_path / ("x" * 300), loop):
        with pytest.raises(FileRefused):
            read_folder_or_files([path])


def test_a_clinic_s_own_list_of_patients_is_recognised_with_american_dates(tmp_path: Path) -> None:
    text = (
        "Last Name;First Name;DOB;MRN;MBI;Sex;Phone Number;Preferred Language;Time Zone;Zip Code\n"
        "Quill;Nora;3/2/1948;A-7;1EG4-TE5-MK73;Female;+1 (555) 010-0100;Spanish;America/Denver;2134\n"
        "Vane;Otis;12/31/40;A-8;;M;;;;\n"
    )
    intake = read(tmp_path, "list.csv", text)
    (nora,) = intake.patients
    assert (nora.patient_id, nora.mrn, nora.mbi) == ("A-7", "A-7", "1EG4TE5MK73")
    assert (nora.born_on, nora.sex, nora.phone) == (date(1948, 3, 2), "female", "+1 (555) 010-0100")
    assert (nora.language, nora.time_zone, nora.zip) == ("Spanish", "America/Denver", "02134")
    assert reasons(intake) == [(3, "“DOB” has a year of two digits")]


def test_exports_of_a_newer_synthea_are_read(tmp_path: Path) -> None:
    patients = "Id,BIRTHDATE,DEATHDATE,SSN,FIRST,MIDDLE,LAST,GENDER,ADDRESS,CITY,STATE,COUNTY,FIPS,ZIP,LAT,LON,INCOME\n"
    allergies = "START,STOP,PATIENT,ENCOUNTER,CODE,SYSTEM,DESCRIPTION,TYPE,CATEGORY,REACTION1,DESCRIPTION1,SEVERITY1\n"
    medications = (
        "START,STOP,PATIENT,PAYER,ENCOUNTER,CODE,DESCRIPTION,BASE_COST,DISPENSES,REASONCODE,REASONDESCRIPTION\n"
    )
    conditions = "START,STOP,PATIENT,ENCOUNTER,SYSTEM,CODE,DESCRIPTION\n"
    files = {
        "1.csv": patients + "p1,1948-03-02,,999,Nora7,Bea1,Quill11,F,4 Elm,Salem,MA,Essex,25,01970,1,2,3\n",
        "2.csv": allergies + "1980-01-01,,p1,x,419199007,SNOMED-CT,Latex,allergy,environment,1,Wheal,MILD\n",
        "3.csv": medications + "2011-05-13T12:58:08Z,2011-06-01T00:00:00Z,p1,y,x,860975,Metformin,1,1,,\n",
        "4.csv": conditions + "2019-01-23,,p1,x,http://snomed.info/sct,44054006,Diabetes\n",
    }
    intake = read_folder_or_files([written(tmp_path, name, text) for name, text in files.items()])
    assert intake.rejected == ()
    assert [file.kind for file in intake.files] == ["patients", "allergies", "medications", "conditions"]
    assert (intake.medications[0].started_on, intake.medications[0].stopped_on) == (date(2011, 5, 13), date(2011, 6, 1))
    assert intake.allergies[0].reaction == "Wheal"


MINE = "Pt No,Family,Given,Geburtstag\n7,Quill,Nora,3/2/1948\n8,Vane,Otis,1940-12-31\n"
MAPPING = {"patient_id": "Pt No", "family_name": "Family", "given_name": "Given", "born_on": "Geburtstag"}


def test_columns_matched_by_a_person(tmp_path: Path) -> None:
    path = written(tmp_path, "mine.csv", MINE)
    intake = read_with_mapping(path, "patients", MAPPING)
    assert [(p.patient_id, p.born_on) for p in intake.patients] == [("7", date(1948, 3, 2)), ("8", date(1940, 12, 31))]
    strict = read_with_mapping(path, "patients", MAPPING, us_dates=False)
    assert reasons(strict) == [(2, "“Geburtstag” is not a date like 2026-10-05")]


@pytest.mark.parametrize(("field", "says"), [("born_on", "Date of birth"), ("patient_id", "Patient id or MRN")])
def test_a_needed_field_without_a_column_is_named(tmp_path: Path, field: str, says: str) -> None:
    part = {name: header for name, header in MAPPING.items() if name != field}
    assert missing_fields(ColumnMapping("patients", part)) == (says,)
    with pytest.raises(FileRefused, match=says):
        read_with_mapping(written(tmp_path, "mine.csv", MINE), "patients", part)


def test_a_matched_column_that_is_gone_is_named(tmp_path: Path) -> None:
    with pytest.raises(FileRefused, match="no column “Sex”"):
        read_with_mapping(written(tmp_path, "mine.csv", MINE), "patients", {**MAPPING, "sex": "Sex"})


def test_a_file_can_be_matched_by_hand_beside_files_that_are_recognised(folder: Path) -> None:
    mine = written(folder, "mine.csv", MINE)
    intake = read_folder_or_files([folder], {mine: ColumnMapping("patients", MAPPING, us_dates=True)})
    assert [p.patient_id for p in intake.patients] == ["7", "8", "p1", "p2"]


def test_a_preview_shows_rows_as_they_are_and_guesses(tmp_path: Path) -> None:
    seen = preview(written(tmp_path, "mine.csv", MINE + "9\n"), 2)
    assert seen.headers == ("Pt No", "Family", "Given", "Geburtstag")
    assert seen.rows == ((2, ("7", "Quill", "Nora", "3/2/1948")), (3, ("8", "Vane", "Otis", "1940-12-31")))
    assert (seen.encoding, seen.delimiter) == ("utf-8", ",")
    assert seen.guess is None


def test_a_guess_names_the_kind_and_what_it_found() -> None:
    guess = guess_mapping(["Surname", "DOB", "MRN"])
    assert guess == ColumnMapping("patients", {"mrn": "MRN", "family_name": "Surname", "born_on": "DOB"}, us_dates=True)
    assert missing_fields(guess) == ("First name",)
    assert guess_mapping(["x", "y"]) is None
    assert guess_mapping(["x", "Stop"], "medications") == ColumnMapping("medications", {"stopped_on": "Stop"})


def test_every_field_offered_for_matching_is_one_that_reading_knows() -> None:
    for file in ALL:
        kind = guess_mapping(ALL[file].splitlines()[0].split(","), name=file)
        assert kind is not None
        assert set(kind.columns) <= {field.field for field in fields_of(kind.kind)}
        assert missing_fields(kind) == ()
