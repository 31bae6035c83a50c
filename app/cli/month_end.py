"""A month's packets and its close, and a closed month opened again, without a window."""

import argparse
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from app.cli.claims import tell_left_out
from app.cli.files import Refused, named, passphrase_in, passphrase_typed
from app.cli.signed import DONE, Subcommands, desk_of, month_of, on_clinic, tell, with_month

if TYPE_CHECKING:
    from collections.abc import Callable

    from app.cli import Wiring
    from app.services.closing.dry_run import DryRun

    Wire = Callable[[], Wiring]

_FIRST_TO_END = ZoneInfo("Etc/GMT-14")  # where each day is over before it is anywhere else


def add_month_end(commands: Subcommands) -> None:
    """Add `month-end`."""
    command = on_clinic(
        commands,
        "month-end",
        "make a finished month's packets, and close it",
        "Make a finished month's packets: one PDF a patient, one bound, the lists of charges and of who is not billed, "
        "the readiness report, checksums and a manifest. Of a closed month what left with its close is written again.",
    )
    with_month(command)
    command.add_argument("--out", type=named, metavar="DIR", help="the folder to write to")
    command.add_argument("--close", action="store_true", help="close the month: nothing is left as a draft")
    command.add_argument("--claims", action="store_true", help="the claim files (837P) too: what is final is sent")
    command.add_argument(
        "--encrypt",
        action="store_true",
        help="PDFs as copies under AES-256; their passphrase is asked for, or is the first line of standard input",
    )
    command.add_argument("--dry-run", action="store_true", help="say what closing it would make, and write nothing")
    command.set_defaults(run=_month_end)


def add_reopen(commands: Subcommands) -> None:
    """Add `reopen`."""
    command = on_clinic(
        commands,
        "reopen",
        "open a closed month again",
        "Open a closed month again: its packets are void, and it is closed anew with month-end --close. Where somebody "
        "else could agree they sign too.",
    )
    with_month(command)
    command.add_argument("--reason", required=True, metavar="TEXT", help="why; it is kept with the month")
    command.add_argument("--patient", metavar="ID", help="one patient's packet alone, by the id that readiness prints")
    command.add_argument("--agrees", metavar="USER", help="the second person's user name")
    command.add_argument("--agrees-password-file", metavar="FILE", help="their password is its first line")
    command.set_defaults(run=_reopen)


def _month_end(asked: argparse.Namespace, wire: "Wire") -> int:
    from app.services.closing.press import CLAIMS, PAPERS  # noqa: PLC0415 - comes with the wiring, and not before

    month = month_of(asked)
    if asked.out is None and not asked.dry_run:
        raise Refused("Say with --out where the papers are to be written.")
    passphrase = passphrase_in(asked.password_file)
    wiring = wire()
    if wiring.clock.now() < month.bounds(_FIRST_TO_END)[1]:
        raise Refused(f"{month} is not over yet. Packets are made when the month is finished, after {month.last}.")
    if asked.dry_run:
        with desk_of(asked, wiring, passphrase) as desk:
            print(_told(desk.month_end.dry_run(desk.actor, month, approves=True)), flush=True)
        return DONE
    out = Path(asked.out)
    wiring.require_out(out, Path(asked.clinic))
    of_pdfs = passphrase_typed("Passphrase for the PDFs") if asked.encrypt else None
    with desk_of(asked, wiring, passphrase) as desk:
        papers = (*PAPERS, CLAIMS) if asked.claims else PAPERS
        made = desk.month_end.make(
            desk.actor, month, out, passphrase=passphrase, papers=papers, close=asked.close, pdf_passphrase=of_pdfs
        )
    for packet in made.packets:
        if packet.changed_since:
            tell(f"{packet.packet_no} stands as it was made, although the record has changed since.")
    tell(
        f"{month}: {made.finals} final packets and {made.drafts} drafts are in {out.absolute()}; "
        f"{made.not_ready} patients are not ready."
    )
    if again := sum(not packet.is_new for packet in made.packets):
        tell(f"{again} of them were made before and are printed again, the same bytes.")
    if made.closed:
        tell(f"{month} is closed (close {made.closed}).")
    if made.claims is not None:
        sent = f"{made.claims.claimed} claims for {_dollars(made.claims.cents)} left now"
        tell(f"{sent}; {len(made.claims.files)} claim files are beside the papers.")
        tell_left_out(made.claims.left_out)
    plain = "Lists and claim files are not encrypted" if made.is_protected else "These papers are not encrypted"
    tell(f"{plain}: keep them where patients' records may be kept.")
    return DONE


def _told(run: "DryRun") -> str:
    """Return a dry run without names: counts, sums by code, how many are left out and why."""
    charge = "not all codes have a charge" if run.charge_cents is None else _dollars(run.charge_cents)
    reasons = Counter(reason for each in run.left_out for reason in each.reasons)
    return "\n".join(
        [
            f"{run.month}: {run.new} new packets, {run.as_made} as made before, {len(run.left_out)} patients without",
            *(f"{line.code}x{line.units}  {_dollars(line.charge_cents)}" for line in run.units),
            f"seconds counted: {run.pooled_seconds}; charges: {charge}",
            *(f"{count} x {reason}" for reason, count in reasons.most_common()),
            *(
                f"{each.packet_no} instead of {each.instead_of}: {len(each.changes)} facts differ"
                for each in run.different
            ),
        ]
    )


def _dollars(cents: int | None) -> str:
    return "-" if cents is None else f"${cents // 100:,}.{cents % 100:02d}"


def _reopen(asked: argparse.Namespace, wire: "Wire") -> int:
    from app.services.closing.reopenings import Agreement  # noqa: PLC0415 - comes with the wiring, and not before

    month = month_of(asked)
    passphrase = passphrase_in(asked.password_file)
    if (asked.agrees is None) != (asked.agrees_password_file is None):
        raise Refused("The second person is named with both --agrees and --agrees-password-file.")
    second = None if asked.agrees is None else Agreement(asked.agrees, passphrase_in(asked.agrees_password_file))
    with desk_of(asked, wire(), passphrase) as desk:
        patients = None
        if asked.patient is not None:
            board = desk.readiness.board(desk.actor, month)
            patients = [row.patient_id for row in board.rows if row.case_id == asked.patient]
        done = desk.reopenings.reopen(desk.actor, month, asked.reason, patients=patients, agreement=second)
    agreed = f", agreed by {done.second_by}" if done.second_by else ""
    tell(f"{month} is open again{agreed}: {len(done.packets)} packets are void.")
    return DONE
