"""The one place where everything is wired."""

from collections.abc import Callable
from pathlib import Path

from app import assets
from app.clock import Clock
from app.exchange.intake import read_folder_or_files
from app.security.permissions import parse_permissions
from app.services.calls import Calls
from app.services.chart import Chart
from app.services.clinic_settings import ClinicSettings
from app.services.desk import Desk
from app.services.founding import House, OpenClinic, sign_in
from app.services.imports import Imports
from app.services.overview import Overviews
from app.services.patients import Patients
from app.services.people import People
from app.services.practitioners import Practitioners
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
    )
