import zipfile
from datetime import date
from pathlib import Path

import pytest

from app import assets
from app.exchange.icd10_file import read_order_file
from app.rules.icd10_order_file import NotAnOrderFile
from app.services.chart_forms import ConditionForm
from app.services.desk import Desk
from app.services.icd10_codes import Icd10Codes, OlderCodeSet
from app.services.patient_form import PatientForm
from tests.fake_clock import FakeClock
from tests.rules.test_icd10_order_file import order_file

PATIENT = PatientForm(family_name="Rivera", given_name="Luz", born_on=date(1948, 3, 2))


@pytest.fixture(scope="module")
def next_year(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Next year's file: ours with I10 divided in two, as happens to a code every year."""
    lines = []
    for line in order_file(assets.load_code_set()):
        if line[6:14] == "I10     ":
            lines += [f"{line[:14]}0{line[15:]}", f"     {'I100':<8}1 {'New one':<60} New hypertension one"]
        else:
            lines.append(line)
    numbered = [f"{number:05} {line[6:] if line[:5].strip() else line[5:]}" for number, line in enumerate(lines, 1)]
    path = tmp_path_factory.mktemp("codes") / "icd10cm-order-2028.txt"
    path.write_text("\n".join(numbered), encoding="utf-8")
    return path


@pytest.fixture
def loaded(desk: Desk, next_year: Path) -> Desk:
    desk.icd10.load(desk.actor, next_year)
    return desk


def test_the_program_s_codes_are_in_use_until_others_are_loaded(desk: Desk) -> None:
    facts = desk.icd10.facts(desk.actor)
    assert (facts.year, facts.from_on, facts.until_on) == (2027, date(2026, 10, 1), date(2027, 9, 30))
    assert (facts.codes, facts.billable, facts.is_own, facts.loaded_on) == (98_403, 74_879, False, None)
    assert desk.icd10.year(desk.actor) == 2027
    assert desk.icd10.search(desk.actor, "sugar", 1)[0].row.code == "E11.9"


def test_a_code_is_described(desk: Desk) -> None:
    billable, gone = desk.icd10.describe(desk.actor, "e119"), desk.icd10.describe(desk.actor, "I42.0")
    assert (billable.code, billable.standing, billable.instead) == ("E11.9", "billable", ())
    assert billable.row is not None
    assert billable.row.chronic == "yes"
    assert (gone.standing, [row.code for row in gone.instead]) == ("category", ["I42.00", "I42.01", "I42.09"])
    assert desk.icd10.describe(desk.actor, "nothing").row is None
    assert desk.icd10.is_current(desk.actor, "I10")
    assert not desk.icd10.is_current(desk.actor, "E11")
    assert desk.icd10.standings(desk.actor, ["I10", "E11", "S23.420A"]) == {
        "I10": "billable",
        "E11": "category",
        "S23.420A": "missing",
    }


def test_codes_on_charts_that_can_no_longer_be_billed_are_listed(desk: Desk) -> None:
    patient_id = desk.patients.add(desk.actor, PATIENT)
    for form in (
        ConditionForm("Weak heart", "I42.0"),
        ConditionForm("Pressure", "I10"),
        ConditionForm("Sprain", "S23.420A", resolved_on=date(2020, 1, 1)),
        ConditionForm("Tired"),
    ):
        desk.chart.add_condition(desk.actor, patient_id, form)
    (found,) = desk.icd10.outdated(desk.actor)
    assert (found.patient_id, found.code, found.standing) == (patient_id, "I42.0", "category")
    assert found.instead[0].code == "I42.00"


def test_a_newer_file_takes_the_place_of_the_program_s_codes(loaded: Desk) -> None:
    facts = loaded.icd10.facts(loaded.actor)
    assert (facts.year, facts.codes, facts.is_own) == (2028, 98_404, True)
    assert facts.loaded_on is not None
    assert facts.source == "icd10cm-order-2028.txt"
    assert not loaded.icd10.is_current(loaded.actor, "I10")
    new = loaded.icd10.describe(loaded.actor, "I10.0")
    assert new.row is not None
    assert new.row.title == "New hypertension one"
    # Terms and hints of codes that stay are the program's; the official file has none.
    assert loaded.icd10.search(loaded.actor, "diabetes NOS", 40)
    kept = loaded.icd10.describe(loaded.actor, "I50.9").row
    assert kept is not None
    assert "Congestive heart failure NOS" in kept.terms


def test_one_can_go_back(loaded: Desk) -> None:
    loaded.icd10.use_program_s(loaded.actor)
    assert loaded.icd10.year(loaded.actor) == 2027
    assert loaded.icd10.is_current(loaded.actor, "I10")


def test_the_loaded_codes_are_there_for_everybody_who_opens_the_clinic(loaded: Desk) -> None:
    """They are kept in the clinic file, so they are in its backups too."""
    another = Icd10Codes(loaded.icd10._ledger, read_order_file)
    assert another.year(loaded.actor) == 2028


def test_the_zip_file_does_as_well(desk: Desk, next_year: Path, tmp_path: Path) -> None:
    path = tmp_path / "2028-code-descriptions-tabular-order.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("Code Descriptions/icd10cm_order_addenda_2028.txt", "Add: ...")
        archive.write(next_year, "Code Descriptions/icd10cm_order_2028.txt")
    assert desk.icd10.load(desk.actor, path).year == 2028


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 broken", b"00001 A00     0 Cholera"])
def test_another_file_is_refused_and_nothing_changes(desk: Desk, tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "icd10cm-order-2029.txt"
    path.write_bytes(content)
    with pytest.raises(NotAnOrderFile):
        desk.icd10.load(desk.actor, path)
    with pytest.raises(NotAnOrderFile, match="cannot be read"):
        desk.icd10.load(desk.actor, tmp_path / "icd10cm-order-2031.txt")
    assert not desk.icd10.facts(desk.actor).is_own


def test_an_older_file_is_refused(desk: Desk, next_year: Path, tmp_path: Path) -> None:
    path = tmp_path / "icd10cm-order-2026.txt"
    path.write_bytes(next_year.read_bytes())
    with pytest.raises(OlderCodeSet, match="of 2026; the codes of 2027"):
        desk.icd10.load(desk.actor, path)


def test_a_set_whose_year_is_over_says_so(desk: Desk, clock: FakeClock) -> None:
    assert not desk.icd10.facts(desk.actor).is_outdated
    clock.advance(days=600)
    assert desk.icd10.facts(desk.actor).is_outdated
