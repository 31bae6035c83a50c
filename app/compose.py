"""The one place where everything is wired."""

from collections.abc import Callable
from functools import partial
from pathlib import Path

from app import __version__, assets
from app.cli import Wiring
from app.clock import Clock
from app.exchange.intake import read_folder_or_files
from app.reports.bound import bound_pdf
from app.reports.packet import packet_pdf
from app.reports.readiness import readiness_pdf
from app.security.permissions import parse_permissions
from app.security.recovery import new_recovery_key
from app.services.backups import Backups, restore_clinic
from app.services.calls import Calls
from app.services.chart import Chart
from app.services.clinic_settings import ClinicSettings
from app.services.desk import Desk
from app.services.founding import FirstPerson, House, NewClinic, OpenClinic, create_clinic, sign_in, verify_passphrase
from app.services.imports import Imports
from app.services.integrity import Integrity
from app.services.month_end import MonthEnd
from app.services.overview import Overviews
from app.services.packet_folder import require_out
from app.services.patients import Patients
from app.services.people import People
from app.services.practitioners import Practitioners
from app.services.readiness import Readiness
from app.storage.journal import CallJournal
from app.storage.ledger import Changes


def house_of(clock: Clock) -> House:
    """Return what every clinic of this program is opened with."""
    return House(clock, parse_permissions(assets.load_toml("security/permissions.toml")), assets.common_passphrases())


def open_desk(
    folder: Path,
    username: str,
    passphrase: str,
    house: House,
    on_commit: Callable[[Changes], None] = lambda _: None,
) -> Desk:
    """Sign in to the clinic in `folder` and return everything that person can do there. Raises `ClinicError`."""
    return desk_of(sign_in(folder, username, passphrase, house, on_commit), house)


def desk_of(opened: OpenClinic, house: House) -> Desk:
    """Wire the services of an opened clinic."""
    ledger = opened.ledger
    call_journal = CallJournal(opened.file.folder, house.clock)
    return Desk(
        opened=opened,
        patients=Patients(ledger),
        chart=Chart(ledger),
        practitioners=Practitioners(ledger),
        overviews=Overviews(ledger, assets.load_rule_book()),
        people=People(ledger, opened.file, house),
        clinic=ClinicSettings(ledger, assets.load_rule_book()),
        imports=Imports(ledger, read_folder_or_files),
        calls=Calls(ledger, call_journal, assets.load_rule_book()),
        call_journal=call_journal,
        readiness=Readiness(ledger, assets.load_rule_book(), __version__),
        month_end=MonthEnd(
            ledger,
            assets.load_rule_book(),
            clinic_folder=opened.file.folder,
            program_version=__version__,
            verify_passphrase=partial(verify_passphrase, opened),
            make_packet=packet_pdf,
            bind=bound_pdf,
            make_report=readiness_pdf,
        ),
        backups=Backups(ledger, opened.file),
        integrity=Integrity(ledger, opened.file),
    )


def wiring_of_commands(clock: Clock) -> Wiring:
    """Return what the command line is handed."""
    house = house_of(clock)

    def create(
        folder: Path, *, clinic: str, time_zone: str, username: str, name: str, passphrase: str, words: str
    ) -> None:
        create_clinic(folder, NewClinic(clinic, time_zone), FirstPerson(username, name, passphrase), house, words)

    return Wiring(
        clock=clock,
        new_recovery_key=new_recovery_key,
        create_clinic=create,
        open_desk=lambda folder, username, passphrase: open_desk(folder, username, passphrase, house),
        read_files=read_folder_or_files,
        restore=partial(restore_clinic, house=house),
        require_out=require_out,
    )
