from collections.abc import Callable

from app.rules.errors import ClinicError
from app.security.permissions import Actor
from app.services.door import composed
from app.storage import integrity
from app.storage.clinic_file import ClinicFile
from app.storage.integrity import Checked
from app.storage.ledger import Ledger

CHECK = "integrity.check"


class Integrity:
    """Whether the clinic file is what CareLoop wrote."""

    def __init__(self, ledger: Ledger, file: ClinicFile) -> None:
        self._ledger = ledger
        self._file = file

    @composed(CHECK)
    def check(self, actor: Actor, progress: Callable[[str], None] = lambda _: None) -> Checked:
        """Check pages, references, audit trail and sealed rows; `progress` is told the name of each check.

        What is found goes into the audit trail too, unless the file is too damaged to be written.
        """
        found = integrity.check(self._file.engine, self._file.key, progress)
        try:
            with self._ledger.writing(actor, CHECK) as work:
                work.note(faults=len(found.faults), audit_events=found.audit_events, sealed_rows=found.sealed_rows)
        except ClinicError:
            if not found.faults:
                raise
        return found
