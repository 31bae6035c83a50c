"""Opening, making and recovering clinics: what happens before anybody is signed in."""

import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import select

from app.clock import Clock
from app.models import Clinic, Person
from app.rules.errors import ClinicError
from app.rules.text import LONGEST_NAME, line_fault
from app.rules.time_zone import time_zone
from app.security import passphrase as passphrases
from app.security.keys import DataKey
from app.security.permissions import Actor, Permissions
from app.security.recovery import new_recovery_key
from app.security.slots import Argon2Cost, KeyFile, WrongPassphrase, fold, read_key_file, write_key_file
from app.storage import clinic_file
from app.storage.clinic_file import ClinicFile
from app.storage.ledger import Changes, Ledger
from app.storage.vault import ClinicDamaged, open_engine


@dataclass(frozen=True, slots=True)
class House:
    """What every opened clinic is given: clock, permission matrix, refused passphrases, and what a guess shall cost."""

    clock: Clock
    permissions: Permissions
    common_passphrases: frozenset[str]
    cost: Argon2Cost = field(default_factory=Argon2Cost)


@dataclass(frozen=True, slots=True)
class NewClinic:
    """What must be known to make a clinic. The rest is filled in under Settings."""

    name: str
    time_zone: str


@dataclass(frozen=True, slots=True)
class FirstPerson:
    """The first administrator, who holds every role until others are added."""

    username: str
    name: str
    passphrase: str
    credential: str = ""


@dataclass(slots=True)
class OpenClinic:
    """An unlocked clinic and who signed in. `close` ends the session and gives the folder back."""

    file: ClinicFile
    ledger: Ledger
    actor: Actor

    def close(self) -> None:
        self.ledger.lock()
        self.file.close()


def create_clinic(folder: Path, clinic: NewClinic, first: FirstPerson, house: House, recovery_key: str = "") -> str:
    """Make a clinic in `folder`, which must not exist or be empty, and return its recovery key (24 words).

    Raises `ClinicError` in words for the person; then nothing is left behind.
    """
    _check_new(clinic, first, house)
    words = recovery_key or new_recovery_key()
    key = DataKey.new()
    vault_id = secrets.token_hex(16)
    keys, slot = KeyFile(vault_id, ()).with_passphrase(key, first.username, first.passphrase, house.cost)
    keys = keys.with_recovery_key(key, words)
    with clinic_file.new_folder(folder) as making:
        file = clinic_file.create_file(making, key, keys, house.clock)
        ledger = Ledger(file.engine, key, house.clock, house.permissions)
        try:
            with ledger.founding(_founder(first)) as work:
                work.session.add(Clinic(id=1, vault_id=vault_id, name=clinic.name.strip(), time_zone=clinic.time_zone))
                work.session.add(
                    Person(
                        id=1,
                        username=slot.username,
                        name=first.name.strip(),
                        credential=first.credential.strip(),
                        roles=sorted(house.permissions.roles),
                        slot_id=slot.slot_id,
                        added_at=work.now,
                    )
                )
        finally:
            file.close()
    return words


def sign_in(
    folder: Path,
    username: str,
    passphrase: str,
    house: House,
    on_commit: Callable[[Changes], None] = lambda _: None,
) -> OpenClinic:
    """Open the clinic in `folder` for `username`, or raise `ClinicError` saying what is in the way."""
    clinic_file.settle(folder, house.clock)
    key, slot = clinic_file.unlock(folder, username, passphrase)
    file = clinic_file.open_file(folder, key, house.clock)
    try:
        ledger = Ledger(file.engine, key, house.clock, house.permissions, on_commit)
        actor = actor_named(file, slot.username)
        with ledger.writing(actor, "session.use") as work:
            work.note(event="sign_in")
        return OpenClinic(file, ledger, actor)
    except BaseException:
        file.close()
        raise


def unlock_again(opened: OpenClinic, passphrase: str) -> None:
    """Unlock the screen of the person who locked it. Raises `WrongPassphrase`, and the clinic stays locked."""
    key, _ = clinic_file.unlock(opened.file.folder, opened.actor.username, passphrase)
    engine = open_engine(opened.file.database, key)
    opened.file.key, opened.file.engine = key, engine
    opened.ledger.unlock(engine, key)
    with opened.ledger.writing(opened.actor, "session.use") as work:
        work.note(event="unlock")


def recover(folder: Path, words: str, username: str, passphrase: str, house: House) -> str:
    """Give `username`, an active administrator, a new passphrase with the recovery key; return the next recovery key.

    The key used is dead for this clinic afterwards (it still opens backups made before).
    """
    passphrases.check(passphrase, house.common_passphrases)
    clinic_file.require_clinic(folder)
    clinic_file.settle(folder, house.clock)
    keys = read_key_file(folder)
    key = keys.unlock_with_recovery_key(words)
    file = clinic_file.open_file(folder, key, house.clock)
    try:
        actor = actor_named(file, fold(username))
        if "admin" not in actor.roles:
            raise ClinicError("The recovery key gives a new password to an administrator only.")
        fresh_words = new_recovery_key()
        fresh, slot = keys.with_passphrase(key, actor.username, passphrase, house.cost)
        fresh = fresh.with_recovery_key(key, fresh_words)
        ledger = Ledger(file.engine, key, house.clock, house.permissions)
        with ledger.writing(actor, "session.use") as work:
            work.note(event="recovery_key_used")
            work.session.get_one(Person, actor.person_id).slot_id = slot.slot_id
            work.session.flush()
            # The key file last: before it the old one opens the clinic, after it the new one.
            write_key_file(folder, fresh)
        return fresh_words
    finally:
        file.close()


def verify_passphrase(opened: OpenClinic, passphrase: str) -> None:
    """Raise `WrongPassphrase` unless `passphrase` is the signed-in person's: asked again before a signature."""
    read_key_file(opened.file.folder).unlock(opened.actor.username, passphrase)[0].wipe()


def verify_second_person(opened: OpenClinic, username: str, passphrase: str) -> Actor:
    """Return the person whose user name and passphrase these are, who agrees to a step. Raise `WrongPassphrase`."""
    name = fold(username)
    read_key_file(opened.file.folder).unlock(name, passphrase)[0].wipe()
    return actor_named(opened.file, name)


def _founder(first: FirstPerson) -> Actor:
    return Actor(1, fold(first.username), first.name, first.credential, frozenset(), secrets.token_hex(8))


def actor_named(file: ClinicFile, username: str) -> Actor:
    """Return the active person with this user name (folded) as they act from now on, or raise `WrongPassphrase`."""
    with file.engine.connect() as connection:
        if connection.scalar(select(Clinic.id)) is None:
            raise ClinicDamaged
        person = connection.execute(select(Person.__table__).where(Person.username == username)).first()
    if person is None or not person.active:
        raise WrongPassphrase
    return Actor(person.id, username, person.name, person.credential, frozenset(person.roles), secrets.token_hex(8))


def _check_new(clinic: NewClinic, first: FirstPerson, house: House) -> None:
    if not clinic.name.strip():
        raise ClinicError("The clinic needs a name.")
    _check_line("The clinic's name", clinic.name)
    time_zone(clinic.time_zone)
    check_username(first.username)
    if not first.name.strip():
        raise ClinicError("The first person needs a name.")
    _check_line("The first person's name", first.name)
    _check_line("The first person's credential", first.credential)
    passphrases.check(first.passphrase, house.common_passphrases)


def _check_line(what: str, text: str) -> None:
    if wrong := line_fault(text.strip(), LONGEST_NAME):
        raise ClinicError(f"{what} cannot be kept. {wrong}")


def check_username(username: str) -> None:
    """Raise `ClinicError` unless `username` can be one: 2 to 64 letters, digits, dots, dashes, underscores or @."""
    name = fold(username)
    if not 2 <= len(name) <= 64 or not all(sign.isalnum() or sign in ".-_@" for sign in name):
        raise ClinicError("A user name has 2 to 64 letters, digits, dots, dashes, underscores or @, and no spaces.")
