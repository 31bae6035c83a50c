"""A closed month's claims: files out, a payer's answers in, and the answer to an audit, without a window."""

import argparse
import os
from pathlib import Path
from typing import TYPE_CHECKING

from app.cli.files import Refused, named, passphrase_in
from app.cli.signed import DONE, Subcommands, desk_of, month_of, on_clinic, tell, with_month

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from app.cli import Wiring
    from app.services.claims.sending import LeftOut

    Wire = Callable[[], Wiring]


def add_claims(commands: Subcommands) -> None:
    """Add `claims`."""
    command = on_clinic(
        commands,
        "claims",
        "send a closed month's claims",
        "Write a closed month's claim files (837P). A claim leaves once: asked again, the same files are written. What "
        "keeps a patient's claim back is said by record number.",
    )
    with_month(command)
    command.add_argument("--out", required=True, type=named, metavar="DIR", help="the folder to write to")
    command.add_argument("--test", action="store_true", help="one file marked as a test; no claim counts as sent")
    command.set_defaults(run=_claims)


def add_claim_response(commands: Subcommands) -> None:
    """Add `claim-response`."""
    command = on_clinic(
        commands,
        "claim-response",
        "take in what a payer sent back",
        "Take in an acknowledgement (999) or a claim acknowledgement (277CA). The same file twice changes nothing.",
    )
    command.add_argument("file", type=named, metavar="FILE", help="the file that came back")
    command.set_defaults(run=_claim_response)


def add_audit_answer(commands: Subcommands) -> None:
    """Add `audit-answer`."""
    command = on_clinic(
        commands,
        "audit-answer",
        "write why a patient's month was billed",
        "Write one PDF that answers an audit of a closed patient-month: the record, its proof, and the packet.",
    )
    with_month(command)
    command.add_argument("--patient", required=True, metavar="ID", help="the id that readiness prints")
    command.add_argument("--out", required=True, type=named, metavar="FILE", help="a new PDF")
    command.set_defaults(run=_audit_answer)


def _claims(asked: argparse.Namespace, wire: "Wire") -> int:
    month = month_of(asked)
    passphrase = passphrase_in(asked.password_file)
    wiring = wire()
    out = Path(asked.out).absolute()
    wiring.require_out(out, Path(asked.clinic))
    with desk_of(asked, wiring, passphrase) as desk:
        if asked.test:
            test = desk.claims.test_file(desk.actor, month)
            _write(out / test.name, test.content)
            tell(f"{month}: a test file of {test.claims} claims is in {out}. No claim counts as sent.")
            return DONE
        made = desk.claims.month_files(desk.actor, month)
    for file in made.files:
        _write(out / file.name, file.content)
    dollars = f"${made.cents // 100:,}.{made.cents % 100:02d}"
    tell(f"{month}: {made.claimed} claims for {dollars} left now; {len(made.files)} claim files are in {out}.")
    tell_left_out(made.left_out)
    if made.files:
        tell("These files are not encrypted: keep them where patients' records may be kept.")
    return DONE


def _claim_response(asked: argparse.Namespace, wire: "Wire") -> int:
    try:
        data = Path(asked.file).read_bytes()
    except (OSError, ValueError) as error:
        raise Refused(f"{asked.file} cannot be read ({getattr(error, 'strerror', None) or 'no such file'}).") from None
    passphrase = passphrase_in(asked.password_file)
    with desk_of(asked, wire(), passphrase) as desk:
        read = desk.claims.read_response(desk.actor, data)
    if not read.is_new:
        tell("This file was read before. Nothing was changed.")
    elif read.test_only:
        tell(f"The test file was {'accepted' if read.test_accepted else 'turned back'}.")
    else:
        tell(f"{read.kind} read: {read.accepted} claims accepted, {read.rejected} turned back.")
    return DONE


def _audit_answer(asked: argparse.Namespace, wire: "Wire") -> int:
    month = month_of(asked)
    passphrase = passphrase_in(asked.password_file)
    wiring = wire()
    out = Path(asked.out).absolute()
    wiring.require_out(out.parent, Path(asked.clinic))
    if out.exists() or out.is_symlink():
        raise Refused(f"{out} is there already, and is not overwritten. Choose another file.")
    with desk_of(asked, wiring, passphrase) as desk:
        rows = desk.readiness.board(desk.actor, month).rows
        found = next((row.patient_id for row in rows if asked.patient in {row.case_id, row.external_id}), None)
        if found is None:
            raise Refused(f"No patient of {month} has the id {asked.patient[:40]!r}.")
        answer = desk.audit_answers.answer(desk.actor, found, month)
    _write(out, answer.pdf)
    tell(f"The answer is in {out}. It is not encrypted: keep it where patients' records may be kept.")
    if not answer.holds:
        tell("Its proof does not hold: the record was changed behind CareLoop's back. Read its second page.")
    return DONE


def tell_left_out(left_out: "Sequence[LeftOut]") -> None:
    """Say by packet number which claims stay back, and why."""
    for each in left_out:
        tell(f"{each.packet_no} stays back: {' '.join(each.reasons)}")


def _write(path: Path, content: bytes) -> None:
    """Write a file whole or not at all, readable by its owner alone; the same name is written anew."""
    beside = path.with_name(f".{path.name}.careloop-making")
    try:
        path.parent.mkdir(mode=0o700, exist_ok=True)
        beside.unlink(missing_ok=True)
        with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(content)
        beside.replace(path)
    except OSError as error:
        beside.unlink(missing_ok=True)
        raise Refused(
            f"The file {path} cannot be written ({error.strerror}). Ask again: it comes out the same."
        ) from None
