from datetime import date
from io import BytesIO
from pathlib import Path

import pytest
from pypdf import PdfReader

from app.rules.what_if import NoRoom, WhatIf
from app.services.desk import Desk
from app.services.readiness import NoSuchCase
from app.storage.ledger import chain_head
from tests.conftest import FIRST_PERSON
from tests.services.clinic_month import OCTOBER, bring_in, enrolled, entry, number_of, ready, together


@pytest.fixture
def clinic(desk: Desk, tmp_path: Path) -> Desk:
    """One short, with an entry that does not count beside; one without consent."""
    short = ready("b", minutes=15, day=6)
    clerical = entry("t-x", "b", "06T10:00:00", "06T10:02:05", activity="clerical")
    without = {**ready("c", day=7), "enrolment": [enrolled("c", consent_on="", consent_method="")]}
    bring_in(desk, tmp_path / "in", together({**short, "time": [*short["time"], clerical]}, without))
    return desk


def test_every_rule_stands_with_its_source_and_every_second_with_its_entry(clinic: Desk) -> None:
    shown = clinic.explain.month(clinic.actor, number_of(clinic, "b"), OCTOBER).now
    assert shown.verdict == "short"
    assert all(rule.source for rule in shown.rules)
    states = {rule.code: rule.state for rule in shown.rules}
    assert {code for code, state in states.items() if state == "block"} == {"TIME_LT_THRESHOLD"}
    assert [(each.id, each.seconds, each.counted) for each in shown.entries] == [("t-b", 900, 900), ("t-x", 125, 0)]
    left = shown.entries[1].left_out[0]
    assert (left.reason, left.seconds) == ("X_ADMIN_ACTIVITY", 125)
    assert left.source
    for each in shown.entries:
        assert each.counted + sum(out.seconds for out in each.left_out) == each.seconds
    staff = next(family for family in shown.families if family.name == "staff")
    assert (staff.standing, staff.has) == ("not_met", "15 full minutes")
    assert staff.needs.startswith("99490: 20 full minutes")


def test_what_if_answers_by_the_same_rules_and_stores_nothing(clinic: Desk) -> None:
    patient = number_of(clinic, "b")
    with clinic.opened.ledger.reading(clinic.actor, "readiness.read") as reading:
        before = chain_head(reading.session)
    answer = clinic.explain.month(clinic.actor, patient, OCTOBER, WhatIf(staff_minutes=5))
    assert answer.then is not None
    assert (answer.now.verdict, answer.then.verdict) == ("short", "ready")
    assert answer.then.is_supposed
    assert [line.code for line in answer.then.lines] == ["99490"]
    with clinic.opened.ledger.reading(clinic.actor, "readiness.read") as reading:
        assert chain_head(reading.session) == before
    assert clinic.explain.month(clinic.actor, patient, OCTOBER).now == answer.now
    c = number_of(clinic, "c")
    consented = clinic.explain.month(clinic.actor, c, OCTOBER, WhatIf(consent_on=date(2026, 10, 1))).then
    assert consented is not None
    assert consented.verdict == "ready"
    with pytest.raises(NoRoom):
        clinic.explain.month(clinic.actor, c, OCTOBER, WhatIf(staff_minutes=1, consent_on=date(2026, 11, 5)))


def test_a_closed_month_is_explained_by_what_was_frozen(clinic: Desk, tmp_path: Path) -> None:
    bring_in(clinic, tmp_path / "more", ready("a", day=9))
    a = number_of(clinic, "a")
    before = clinic.explain.month(clinic.actor, a, OCTOBER).now
    clinic.month_end.make(clinic.actor, OCTOBER, tmp_path / "out", passphrase=FIRST_PERSON.passphrase)
    shown = clinic.explain.month(clinic.actor, a, OCTOBER).now
    assert shown.packet_no is not None
    assert (shown.rules, shown.entries, shown.lines) == (before.rules, before.entries, before.lines)


def test_the_paper_says_the_same_and_is_noted(clinic: Desk) -> None:
    patient = number_of(clinic, "b")
    with clinic.opened.ledger.reading(clinic.actor, "readiness.read") as reading:
        seq, _ = chain_head(reading.session)
    content = clinic.explain.paper(clinic.actor, patient, OCTOBER)
    text = "\n".join(page.extract_text() for page in PdfReader(BytesIO(content)).pages)
    for said in ("Nora Quill-b", "Short of time", "t-x", "2:05 not counted", "CPT 99490", "15 full minutes"):
        assert said in text
    with clinic.opened.ledger.reading(clinic.actor, "readiness.read") as reading:
        assert chain_head(reading.session)[0] == seq + 1
    supposed = clinic.explain.paper(clinic.actor, patient, OCTOBER, WhatIf(staff_minutes=5), "5 minutes more by staff")
    text = "\n".join(page.extract_text() for page in PdfReader(BytesIO(supposed)).pages)
    assert "What if: 5 minutes more by staff. This is not on record" in text
    assert "Can be billed" in text


def test_nobody_is_explained_who_was_never_enrolled(clinic: Desk) -> None:
    with pytest.raises(NoSuchCase):
        clinic.explain.month(clinic.actor, 9999, OCTOBER)
