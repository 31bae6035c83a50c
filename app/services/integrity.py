from collections.abc import Callable
from dataclasses import replace

from app.rules.errors import ClinicError
from app.security.permissions import Actor
from app.services.closing.paper_store import damaged_papers
from app.services.door import composed
from app.storage import integrity
from app.storage.clinic_file import ClinicFile
from app.storage.integrity import Checked, Fault
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
        if not found.faults:  # with a fault in the pages nothing behind them can be trusted
            progress("papers")
            with self._ledger.reading(actor, CHECK) as reading:
                damaged = damaged_papers(reading.session)
            faults = tuple(Fault("papers", f"a kept paper is not what it was made as: {named}") for named in damaged)
            found = replace(found, faults=faults)
        try:
            with self._ledger.writing(actor, CHECK) as work:
                work.note(faults=len(found.faults), audit_events=found.audit_events, sealed_rows=found.sealed_rows)
        except ClinicError:
            if not found.faults:
                raise
        return found
