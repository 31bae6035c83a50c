import pytest
from hypothesis import given
from hypothesis import strategies as st

from app import assets
from app.rules.errors import ProgramFault
from app.rules.icd10 import CodeSet, parse_code_set, rows_as_lines, with_hints_of
from app.rules.identifiers import icd10_is_shaped


@pytest.fixture(scope="module")
def codes() -> CodeSet:
    return assets.load_code_set()


def test_the_whole_official_set_of_2027_is_there(codes: CodeSet) -> None:
    """The totals at the foot of the official addenda of that year."""
    assert codes.year == 2027
    assert (len(codes) - codes.billable_count, codes.billable_count) == (23_524, 74_879)
    assert "CMS" in codes.source


def test_every_code_has_the_shape_that_a_chart_accepts(codes: CodeSet) -> None:
    rows = map(codes.at, range(len(codes)))
    assert [row.code for row in rows if not icd10_is_shaped(row.code)] == []


@pytest.mark.parametrize(
    ("text", "code", "standing"),
    [
        ("E11.9", "E11.9", "billable"),
        (" e119 ", "E11.9", "billable"),
        ("I10", "I10", "billable"),
        ("E11", "E11", "category"),
        ("I42.0", "I42.0", "category"),  # billable until September 30, 2026
        ("I4200", "I42.00", "billable"),  # new on October 1, 2026
        ("QA1.71", "QA1.71", "billable"),
    ],
)
def test_a_code_is_found_however_it_is_written(codes: CodeSet, text: str, code: str, standing: str) -> None:
    row = codes.row(text)
    assert row is not None
    assert row.code == code
    assert row.billable == (standing == "billable")
    assert codes.standing(text) == standing


@pytest.mark.parametrize("text", ["", ".", "E11.99", "S23.420A", "T52.8X1A", "Ω10", "I10~", "I10\t1", "%"])
def test_what_is_not_in_the_set_is_missing(codes: CodeSet, text: str) -> None:
    assert codes.row(text) is None
    assert codes.standing(text) == "missing"


def test_official_terms_and_chronic_hints_come_with_the_code(codes: CodeSet) -> None:
    hypertension, cold = codes.row("I10"), codes.row("J00")
    assert hypertension is not None
    assert cold is not None
    assert "high blood pressure" in hypertension.terms
    assert (hypertension.chronic, cold.chronic) == ("yes", "no")


def test_codes_near_one_that_cannot_be_billed(codes: CodeSet) -> None:
    assert [row.code for row in codes.instead_of("I42.0")] == ["I42.00", "I42.01", "I42.09"]
    assert [row.code for row in codes.instead_of("E11.99")] == ["E11.9"]
    assert all(row.billable and row.code.startswith("T52.8") for row in codes.instead_of("T52.8X1A"))
    assert codes.instead_of("Ω") == codes.instead_of("") == ()


@pytest.mark.parametrize(
    "text",
    [
        "# year: 2027\nE119\t1\t1\tDiabetes",
        "# year: 2027\nE119\t2\t1\tDiabetes\t",
        "# year: 2027\nI10\t1\t1\tPressure\t\nE119\t1\t1\tDiabetes\t",
        "# year: 2027\nI10\t1\t1\tPressure\t\nI10\t1\t1\tPressure\t",
        "I10\t1\t1\tPressure\t",
    ],
)
def test_a_damaged_file_is_refused(text: str) -> None:
    with pytest.raises(ProgramFault, match="damaged"):
        parse_code_set(text)


def test_a_set_without_terms_takes_those_of_another(codes: CodeSet) -> None:
    bare = CodeSet(2028, "order file", rows_as_lines([("I10", True, "Hypertension, renamed"), ("QQ1", True, "New")]))
    assert list(bare.lines) == sorted(bare.lines)
    known, new = map(with_hints_of(bare, codes).at, range(2))
    assert (known.title, known.chronic) == ("Hypertension, renamed", "yes")
    assert "high blood pressure" in known.terms
    assert (new.title, new.chronic, new.terms) == ("New", "unknown", ())


@given(text=st.text(max_size=12))
def test_any_text_can_be_asked_for(text: str) -> None:
    codes = assets.load_code_set()
    row = codes.row(text)
    assert (row is None) == (codes.standing(text) == "missing")
    assert all(near.billable for near in codes.instead_of(text))
