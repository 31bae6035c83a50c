from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.models import Person
from app.rules.errors import ClinicError
from app.rules.field_faults import FieldFaults, FormCheck
from app.security import passphrase as passphrases
from app.security.permissions import Actor
from app.security.slots import KeyFile, fold, read_key_file, write_key_file
from app.services.door import composed, reads, writes
from app.services.founding import House, check_username
from app.storage.clinic_file import ClinicFile
from app.storage.ledger import Ledger, Reading, Work


class LastAdministrator(ClinicError):
    """Without an administrator nobody could be added or let in again."""

    def __init__(self) -> None:
        super().__init__("This is the last active administrator. Give another person that role first.")


@dataclass(frozen=True, slots=True)
class PersonForm:
    """Someone who works here; `roles` are keys of the matrix. Empty `username`: staff who never sign in."""

    name: str = ""
    credential: str = ""
    username: str = ""
    roles: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PersonRow:
    """Someone who works here; `roles` are keys of the matrix, `role_names` what they are called, in one text."""

    id: int
    name: str
    credential: str
    username: str
    roles: tuple[str, ...]
    role_names: str
    is_active: bool
    can_sign_in: bool
    is_me: bool


class People:
    """Who works here, who may sign in, and what they may do."""

    def __init__(self, ledger: Ledger, file: ClinicFile, house: House) -> None:
        self._ledger = ledger
        self._file = file
        self._house = house

    @reads("people.read")
    def rows(self, reading: Reading) -> list[PersonRow]:
        """Return everybody, the active first, by name."""
        names = self._house.permissions.roles
        rows = [
            PersonRow(
                id=person.id,
                name=person.name,
                credential=person.credential,
                username=person.username or "",
                roles=tuple(role for role in names if role in person.roles),
                role_names=", ".join(name for role, name in names.items() if role in person.roles),
                is_active=person.active,
                can_sign_in=can_sign_in(person),
                is_me=person.id == reading.actor.person_id,
            )
            for person in reading.session.scalars(select(Person))
        ]
        return sorted(rows, key=lambda row: (not row.is_active, row.name.casefold(), row.id))

    @reads("people.read")
    def roles(self, reading: Reading) -> list[tuple[str, str]]:  # noqa: ARG002 - the door asks who looks
        """Return the roles there are: key and name."""
        return list(self._house.permissions.roles.items())

    @reads("people.read")
    def works_alone(self, reading: Reading) -> bool:
        """Whether exactly one active person can sign in."""
        return is_one_person_clinic(reading.session)

    @composed("people.edit")
    def add(self, actor: Actor, form: PersonForm, passphrase: str = "") -> int:
        """Add a person and return the id; with a user name they can sign in with `passphrase` from now on.

        Raises `FieldFaults`, also for the passphrase (field `passphrase`).
        """
        kept = self._checked(form, signs_in=bool(form.username.strip()))
        if not kept.username:
            with self._ledger.writing(actor, "people.edit") as work:
                return _put_person(work, kept, None)
        self._check_passphrase(passphrase)
        with self._ledger.reading(actor, "people.edit") as reading:
            _refuse_taken(reading.session, kept)
        # The costly part comes before the transaction: nobody waits for the file while a passphrase is stretched.
        keys = read_key_file(self._file.folder)
        fresh, slot = keys.with_passphrase(self._file.key, kept.username, passphrase, self._house.cost)
        with self._writing_keys(actor, "people.edit", keys, fresh) as work:
            return _put_person(work, kept, slot.slot_id)

    @writes("people.edit")
    def edit(self, work: Work, person_id: int, form: PersonForm) -> None:
        """Change name, credential and roles; the user name stays. Raises `FieldFaults` or `LastAdministrator`."""
        person = _person(work.session, person_id)
        kept = self._checked(form, signs_in=person.username is not None)
        _refuse_taken(work.session, kept, person)
        if person.id == work.actor.person_id and not is_one_person_clinic(work.session):
            if set(kept.roles) - set(person.roles):
                raise ClinicError("You cannot give yourself a role. Another administrator can.")
            if "admin" in person.roles and "admin" not in kept.roles:
                raise ClinicError("You cannot take the administrator's role from yourself. Another administrator can.")
        if "admin" in person.roles and "admin" not in kept.roles:
            _keep_an_administrator(work.session, person)
        for column, value in (("name", kept.name), ("credential", kept.credential), ("roles", sorted(kept.roles))):
            if getattr(person, column) != value:
                setattr(person, column, value)

    @composed("people.edit")
    def disable(self, actor: Actor, person_id: int) -> None:
        """End a person's access, with their next step at the latest. Their name stays on what they did."""
        username = self._username(actor, person_id)
        keys = read_key_file(self._file.folder)
        fresh = keys.without(self._file.key, username) if username else keys
        with self._writing_keys(actor, "people.edit", keys, fresh) as work:
            person = _person(work.session, person_id)
            if person.id == actor.person_id:
                raise ClinicError("You cannot disable yourself. Another administrator can.")
            _keep_an_administrator(work.session, person)
            person.active, person.slot_id = False, None

    @composed("people.edit")
    def enable(self, actor: Actor, person_id: int, passphrase: str = "") -> None:
        """Let a person work here again; one who signs in needs a new passphrase."""
        username = self._username(actor, person_id)
        if username:
            self._give_passphrase(actor, person_id, username, passphrase, "people.edit")
            return
        with self._ledger.writing(actor, "people.edit") as work:
            _person(work.session, person_id).active = True

    @composed("people.edit")
    def reset_passphrase(self, actor: Actor, person_id: int, passphrase: str) -> None:
        """Give a person who forgot theirs a new passphrase. Raises `FieldFaults` (field `passphrase`)."""
        username = self._username(actor, person_id)
        if not username:
            raise ClinicError("This person does not sign in, so there is no passphrase to replace.")
        self._give_passphrase(actor, person_id, username, passphrase, "people.edit")

    @composed("password.change")
    def change_own_passphrase(self, actor: Actor, old: str, new: str) -> None:
        """Change one's own passphrase. Raises `WrongPassphrase`, or for the new one `FieldFaults` (`passphrase`)."""
        read_key_file(self._file.folder).unlock(actor.username, old)[0].wipe()
        self._give_passphrase(actor, actor.person_id, actor.username, new, "password.change")

    @contextmanager
    def _writing_keys(self, actor: Actor, action: str, keys: KeyFile, fresh: KeyFile) -> Iterator[Work]:
        """Yield the work that goes with a new key file: either both are kept, or neither.

        The key file is written last, and put back when the commit fails. A crash between the two leaves a slot without
        an active person, or a person without a slot; neither lets anybody in, and doing it again mends it.
        """
        written = False
        try:
            with self._ledger.writing(actor, action) as work:
                yield work
                work.session.flush()
                self._require_unchanged(keys)
                written = True
                write_key_file(self._file.folder, fresh)
        except BaseException:
            if written:
                write_key_file(self._file.folder, keys)
            raise

    def _give_passphrase(self, actor: Actor, person_id: int, username: str, passphrase: str, action: str) -> None:
        self._check_passphrase(passphrase)
        keys = read_key_file(self._file.folder)
        fresh, slot = keys.with_passphrase(self._file.key, username, passphrase, self._house.cost)
        with self._writing_keys(actor, action, keys, fresh) as work:
            person = _person(work.session, person_id)
            person.active, person.slot_id = True, slot.slot_id

    def _require_unchanged(self, keys: KeyFile) -> None:
        if read_key_file(self._file.folder) != keys:
            raise ClinicError("The key file was changed in the meantime. Nothing was saved; do it again.")

    def _username(self, actor: Actor, person_id: int) -> str:
        with self._ledger.reading(actor, "people.edit") as reading:
            return _person(reading.session, person_id).username or ""

    def _check_passphrase(self, passphrase: str) -> None:
        try:
            passphrases.check(passphrase, self._house.common_passphrases)
        except passphrases.PassphraseRefused as refused:
            raise FieldFaults({"passphrase": str(refused)}) from refused

    def _checked(self, form: PersonForm, *, signs_in: bool) -> PersonForm:
        check = FormCheck()
        name = check.name("name", form.name, needed="Give the name as entries and papers are to show it.")
        credential = check.name("credential", form.credential)
        if set(form.roles) - set(self._house.permissions.roles):
            check.fault("roles", "Choose roles of the list.")
        if signs_in and not form.roles:
            check.fault("roles", "Someone who signs in needs at least one role.")
        username = fold(form.username)
        if username:
            try:
                check_username(username)
            except ClinicError as refused:
                check.fault("username", str(refused))
        check.finish()
        return PersonForm(name, credential, username, tuple(sorted(form.roles)) if signs_in else ())


def is_one_person_clinic(session: Session) -> bool:
    """Whether exactly one active person can sign in: then they alone attest, and papers say so."""
    active = select(func.count()).where(Person.active, Person.username.is_not(None), Person.slot_id.is_not(None))
    return session.scalar(active) == 1


def can_sign_in(person: Person) -> bool:
    """Whether a person has a way in."""
    return person.active and person.username is not None and person.slot_id is not None


def _person(session: Session, person_id: int) -> Person:
    person = session.get(Person, person_id)
    if person is None:
        raise ClinicError("This person is not on the list.")
    return person


def _put_person(work: Work, form: PersonForm, slot_id: str | None) -> int:
    _refuse_taken(work.session, form)
    person = Person(
        name=form.name,
        credential=form.credential,
        username=form.username or None,
        roles=list(form.roles),
        slot_id=slot_id,
        active=True,
        added_at=work.now,
    )
    work.session.add(person)
    work.session.flush()
    return person.id


def _refuse_taken(session: Session, form: PersonForm, stands: Person | None = None) -> None:
    faults = {}
    for other in session.scalars(select(Person)):
        if stands is not None and other.id == stands.id:
            continue
        if form.username and stands is None and other.username == form.username:
            faults["username"] = "This user name was given to somebody already. User names are never used again."
        if fold(other.name) == fold(form.name):
            faults["name"] = "Somebody has this name already. Add an initial: entries tell people apart by their names."
    if faults:
        raise FieldFaults(faults)


def _keep_an_administrator(session: Session, leaving: Person) -> None:
    if not any("admin" in p.roles and can_sign_in(p) for p in session.scalars(select(Person)) if p.id != leaving.id):
        raise LastAdministrator
