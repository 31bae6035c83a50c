import json
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DatabaseError

from app.models import AuditEvent, Charge, Person, Setting
from app.security.permissions import NotPermitted
from app.services.founding import House, OpenClinic, sign_in, unlock_again
from app.storage.ledger import Changes, ClinicLocked, chain_head
from app.storage.vault import open_engine
from tests.conftest import FIRST_PERSON


def events(opened: OpenClinic) -> list[AuditEvent]:
    with opened.ledger.reading(opened.actor, "clinic.read") as reading:
        found = list(reading.session.scalars(select(AuditEvent).order_by(AuditEvent.seq)))
        reading.session.expunge_all()
        return found


def test_a_change_and_its_audit_row_are_one(opened: OpenClinic) -> None:
    before = len(events(opened))
    with opened.ledger.writing(opened.actor, "clinic.edit") as work:
        work.session.add(Setting(key="k", value=1))
        work.note(count=1)
    event = events(opened)[-1]
    assert len(events(opened)) == before + 1
    assert (event.action, event.outcome, event.actor) == ("clinic.edit", "ok", "ana")
    assert json.loads(event.detail) == {"count": 1, "changes": [["setting", "k", "added", [], ""]]}


def test_an_error_leaves_neither_change_nor_audit_row(opened: OpenClinic) -> None:
    before = len(events(opened))
    with pytest.raises(RuntimeError), opened.ledger.writing(opened.actor, "clinic.edit") as work:
        work.session.add(Setting(key="k", value=1))
        work.session.flush()
        raise RuntimeError
    with opened.ledger.reading(opened.actor, "clinic.read") as reading:
        assert reading.session.get(Setting, "k") is None
    assert len(events(opened)) == before


def test_no_change_without_its_audit_row(opened: OpenClinic, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.storage.ledger.link", lambda *_: None)  # the audit row cannot be written
    with pytest.raises(DatabaseError), opened.ledger.writing(opened.actor, "clinic.edit") as work:
        work.session.add(Setting(key="k", value=1))
    monkeypatch.undo()
    with opened.ledger.reading(opened.actor, "clinic.read") as reading:
        assert reading.session.get(Setting, "k") is None


def test_refusal_is_said_and_written_down(opened: OpenClinic) -> None:
    with opened.ledger.writing(opened.actor, "people.edit") as work:
        work.session.get_one(Person, 1).roles = ["nurse"]
    with pytest.raises(NotPermitted), opened.ledger.writing(opened.actor, "people.edit"):
        pytest.fail("the door was open")
    assert (events(opened)[-1].action, events(opened)[-1].outcome) == ("people.edit", "denied")


def test_dismissal_holds_from_the_next_step_on(opened: OpenClinic) -> None:
    with opened.ledger.writing(opened.actor, "people.edit") as work:
        work.session.get_one(Person, 1).active = False
    with pytest.raises(NotPermitted), opened.ledger.reading(opened.actor, "clinic.read"):
        pytest.fail("the door was open")


def test_an_unknown_actor_may_do_nothing(opened: OpenClinic) -> None:
    stranger = replace(opened.actor, person_id=99)
    with pytest.raises(NotPermitted), opened.ledger.reading(stranger, "session.use"):
        pytest.fail("the door was open")


def test_news_comes_after_the_commit_and_never_on_rollback(clinic_folder: Path, house: House) -> None:
    heard: list[Changes] = []
    opened = sign_in(clinic_folder, FIRST_PERSON.username, FIRST_PERSON.passphrase, house, heard.append)
    try:
        with opened.ledger.writing(opened.actor, "clinic.edit") as work:
            work.session.add(Setting(key="k", value=1))
            work.session.flush()
            assert heard == []
        assert heard == [Changes(frozenset({"setting"}))]
        with pytest.raises(RuntimeError), opened.ledger.writing(opened.actor, "clinic.edit") as work:
            work.session.add(Setting(key="j", value=1))
            raise RuntimeError
        assert len(heard) == 1
    finally:
        opened.close()


def test_a_heartbeat_is_neither_noted_nor_announced(opened: OpenClinic) -> None:
    before = len(events(opened))
    with opened.ledger.writing(opened.actor, "clinic.edit", audited=False) as work:
        work.session.add(Setting(key="k", value=1))
    assert len(events(opened)) == before


def test_locking_takes_the_key_away_until_the_same_person_is_back(opened: OpenClinic) -> None:
    opened.ledger.lock()
    with pytest.raises(ClinicLocked), opened.ledger.reading(opened.actor, "clinic.read"):
        pytest.fail("the door was open")
    unlock_again(opened, FIRST_PERSON.passphrase)
    with opened.ledger.reading(opened.actor, "clinic.read") as reading:
        assert chain_head(reading.session)[0] == len(events(opened))


def test_two_changes_to_one_row_are_one_line(opened: OpenClinic) -> None:
    with opened.ledger.writing(opened.actor, "clinic.edit") as work:
        charge = Charge(code="99490", from_on=work.now.date(), cents=6613)
        work.session.add(charge)
        work.session.flush()
        charge.cents = 7000
    changes = json.loads(events(opened)[-1].detail)["changes"]
    assert [(table, how, fields) for table, _, how, fields, _ in changes] == [("charge", "added", ["cents"])]


def test_triggers_hold_where_no_program_of_ours_is_between(opened: OpenClinic) -> None:
    engine = open_engine(opened.file.database, opened.file.key, guarded=False)
    try:
        for statement in (
            "UPDATE audit_event SET actor = 'x'",
            "DELETE FROM audit_event",
            "INSERT OR REPLACE INTO audit_event SELECT * FROM audit_event WHERE seq = 1",
        ):
            with engine.connect() as connection, pytest.raises(DatabaseError):
                connection.execute(text(statement))
    finally:
        engine.dispose()
