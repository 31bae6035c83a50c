import random
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import text

from app.models import Consent, Patient, Practitioner
from app.security.keys import DataKey
from app.services.founding import House, OpenClinic, sign_in
from app.storage.integrity import Checked, check
from app.storage.vault import ClinicDamaged, connect, open_engine
from tests.conftest import FIRST_PERSON

PAGE = 4096


@pytest.fixture
def lived_in(opened: OpenClinic) -> OpenClinic:
    with opened.ledger.writing(opened.actor, "patient.edit") as work:
        work.session.add(Practitioner(id=1, npi="1234567893", kind="physician"))
        work.session.add(
            Patient(
                id=1,
                given_name="Rosa",
                family_name="Okafor",
                born_on=date(1948, 3, 2),
                sort_name="okafor rosa",
                search_text="rosa okafor",
                added_at=work.now,
            )
        )
        work.session.flush()
        work.session.add(
            Consent(
                id=1,
                patient_id=1,
                given_on=date(2026, 1, 5),
                method="verbal",
                told_availability=True,
                told_cost_sharing=True,
                told_one_practitioner=True,
                told_right_to_stop=True,
                practitioner_npi="1234567893",
                recorded_at=work.now,
            )
        )
    return opened


def checked(opened: OpenClinic) -> Checked:
    return check(opened.file.engine, opened.file.key)


def behind_our_back(opened: OpenClinic, *statements: str) -> None:
    engine = open_engine(opened.file.database, opened.file.key, guarded=False)
    try:
        with engine.connect() as connection:
            for statement in statements:
                connection.execute(text(statement))
            connection.commit()
    finally:
        engine.dispose()


def test_a_sound_clinic_has_no_faults(lived_in: OpenClinic) -> None:
    found = checked(lived_in)
    assert found.faults == ()
    assert found.sealed_rows == 2  # the first person and the consent


COPY_OF_A_CONSENT = """INSERT INTO consent SELECT 2, patient_id, given_on, given_at, method, told_availability,
told_cost_sharing, told_one_practitioner, told_right_to_stop, practitioner_npi, taken_by, revoked_on, recorded_at,
import_id FROM consent"""
UNGUARD = "DROP TRIGGER audit_event_never_changed"


@pytest.mark.parametrize(
    ("statements", "words"),
    [
        (("UPDATE consent SET given_on = '2025-12-01' WHERE id = 1",), "consent 1 was changed behind"),
        (("DELETE FROM consent WHERE id = 1",), "consent 1 is missing"),
        ((COPY_OF_A_CONSENT,), "consent 2 was added behind"),
        (("UPDATE person SET roles = '[\"admin\"]'",), "person 1 was changed behind"),
        ((UNGUARD, "UPDATE audit_event SET actor = 'bo' WHERE seq = 2"), "event 2 was altered"),
        ((UNGUARD, "UPDATE audit_event SET detail = '{}' WHERE seq = 3"), "event 3 was altered"),
        ((UNGUARD, "UPDATE audit_event SET detail = 'no JSON' WHERE seq = 3"), "event 3 was altered"),
        (("DROP TRIGGER audit_event_never_removed", "DELETE FROM audit_event WHERE seq = 2"), "event 2 is missing"),
    ],
)
def test_what_was_altered_elsewhere_is_named(lived_in: OpenClinic, statements: tuple[str, ...], words: str) -> None:
    behind_our_back(lived_in, *statements)
    assert any(words in fault.what for fault in checked(lived_in).faults), checked(lived_in).faults


def test_an_old_page_put_back_is_named_where_both_page_checks_are_blind(lived_in: OpenClinic) -> None:
    raw = connect(lived_in.file.database, lived_in.file.key, guarded=False)
    raw.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
    old = lived_in.file.database.read_bytes()
    with lived_in.ledger.writing(lived_in.actor, "consent.record") as work:
        work.session.get_one(Consent, 1).revoked_on = date(2026, 2, 1)
    raw.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
    root = raw.execute("SELECT rootpage FROM sqlite_master WHERE name = 'consent'").fetchone()[0]
    raw.close()
    lived_in.file.engine.dispose()
    new = bytearray(lived_in.file.database.read_bytes())
    page = slice((root - 1) * PAGE, root * PAGE)
    assert new[page] != old[page]
    new[page] = old[page]
    lived_in.file.database.write_bytes(new)
    assert [fault.what for fault in checked(lived_in).faults] == ["consent 1 was changed behind CareLoop's back"]


def test_no_flipped_bit_and_no_cut_tail_goes_unnoticed(lived_in: OpenClinic, clinic_folder: Path, house: House) -> None:
    key = DataKey(bytearray(lived_in.file.key.secret()))
    lived_in.close()
    database = clinic_folder / "clinic.db"
    sound = database.read_bytes()
    chance = random.Random(20261123)  # noqa: S311 - picks bits to flip
    flips = [bytearray(sound) for _ in range(25)]
    for flipped in flips:
        place = chance.randrange(len(sound))
        flipped[place] ^= 1 << chance.randrange(8)
    for damaged in (*flips, sound[:-1], sound[:-PAGE], sound[: -2 * PAGE]):
        database.write_bytes(bytes(damaged))
        try:
            engine = open_engine(database, key)
        except ClinicDamaged:
            continue
        assert check(engine, key).faults
        engine.dispose()
        with pytest.raises(ClinicDamaged):  # nobody works on what is damaged, wherever it is
            sign_in(clinic_folder, FIRST_PERSON.username, FIRST_PERSON.passphrase, house)
        assert database.read_bytes() == bytes(damaged)
    database.write_bytes(sound)
    opened = sign_in(clinic_folder, FIRST_PERSON.username, FIRST_PERSON.passphrase, house)
    assert checked(opened).faults == ()
    opened.close()
