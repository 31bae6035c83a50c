"""CareLoop without a window. Exit 0: done; 2: the input cannot be used, and nothing was written; 1: a fault of ours.

What was asked for goes to standard output; every message, each a sentence of its own line, to standard error.
"""

import argparse
import json
import os
import sys
import traceback
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from app.assets import load_rule_book
from app.cli import claims, month_end
from app.cli.files import Refused, give_name, json_in, named, passphrase_in, write_beside
from app.cli.signed import (
    DONE,
    INTERRUPTED,
    OUR_FAULT,
    REFUSED,
    Subcommands,
    desk_of,
    known_month,
    month_of,
    on_clinic,
    tell,
    with_month,
)
from app.rules.case_json import case_name, parse_case
from app.rules.errors import ClinicError, ProgramFault
from app.rules.evaluate import evaluate
from app.rules.form import FormError, one_line
from app.rules.month import Month

if TYPE_CHECKING:  # at run time these come with the wiring, and only when a clinic is to be opened
    from app.clock import Clock
    from app.rules.intake import Intake
    from app.services.demo import Demo
    from app.services.desk import Desk
    from app.services.readiness import Board, BoardRow


class CreateClinic(Protocol):
    """How a clinic is made: its folder, its facts, its first person, the words of its recovery key."""

    def __call__(
        self, folder: Path, *, clinic: str, time_zone: str, username: str, name: str, passphrase: str, words: str
    ) -> None: ...


class CreateDemo(Protocol):
    """How a demo clinic is made; `through` None is the last finished month."""

    def __call__(self, folder: Path, *, patients: int, months: int, through: Month | None, seed: int) -> "Demo": ...


@dataclass(frozen=True, slots=True)
class Wiring:
    """All that the command line cannot make by itself; `compose` builds it. Each call raises `ClinicError` in words.

    Attributes:
        open_desk: (folder, user name, passphrase) → the desk of who signed in.
        read_files: CSV files and folders → what is in them; `FileRefused` when one cannot be read as a whole.
        restore: (backup file, folder, user name, passphrase).
        require_out: (folder, clinic's folder): `ClinicError` where papers could not be written.
    """

    clock: "Clock"
    new_recovery_key: Callable[[], str]
    create_clinic: CreateClinic
    create_demo: CreateDemo
    open_desk: "Callable[[Path, str, str], Desk]"
    read_files: "Callable[[Sequence[Path]], Intake]"
    restore: Callable[[Path, Path, str, str], None]
    require_out: Callable[[Path, Path], None]


Wire = Callable[[], Wiring]
Command = Callable[[argparse.Namespace, Wire], int]


def main(arguments: Sequence[str] | None = None, wire: Wire | None = None) -> int:
    """Run one command and return its exit code; without arguments print the help.

    `wire` is called once by commands that open a clinic; `evaluate` and `--help` do without.
    """
    parser = _parser()
    asked = parser.parse_args(arguments)
    if asked.command is None:
        parser.print_help()
        return DONE
    run: Command = asked.run
    return _answer(lambda: run(asked, wire or _nothing_wired))


def _answer(run: Callable[[], int]) -> int:
    try:
        return run()
    except ClinicError as refusal:
        tell(str(refusal))
        return REFUSED
    except ProgramFault as fault:
        tell(f"a fault of CareLoop: {fault}")
        return OUR_FAULT
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        # The reader went away, as `| head` does; without this Python complains again when it closes the stream.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return OUR_FAULT
    except Exception as fault:  # noqa: BLE001 - its text and locals may hold a patient's data; type and places do not
        tell(f"a fault of CareLoop: {type(fault).__name__}. Nothing more was done. Where it happened:")
        for frame in traceback.extract_tb(fault.__traceback__):
            print(f"  {frame.filename}:{frame.lineno} in {frame.name}", file=sys.stderr)
        return OUR_FAULT


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m app",
        description="Run a clinic's chronic care management month.",
        epilog="Without a command the window opens; `run` opens it on the demo clinic. `tour [DIR]` walks the window "
        "through a month without a display and leaves pictures and papers.",
    )
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", title="commands")
    for add in (
        _add_create,
        _add_import,
        _add_readiness,
        month_end.add_month_end,
        month_end.add_reopen,
        claims.add_claims,
        claims.add_claim_response,
        claims.add_audit_answer,
        _add_export_case,
        _add_check,
        _add_backup,
        _add_restore,
        _add_evaluate,
        _add_demo,
    ):
        add(commands)
    return parser


def _add_create(commands: Subcommands) -> None:
    command = commands.add_parser(
        "create",
        help="make a new clinic",
        description="Make a new encrypted clinic. Its recovery key goes to a file, or once to standard output.",
    )
    command.add_argument(
        "clinic", type=named, metavar="CLINIC", help="the folder to make; it must not exist, or be empty"
    )
    command.add_argument("--name", required=True, help="the clinic's name")
    command.add_argument("--admin", required=True, metavar="USER", help="the first person's user name")
    command.add_argument("--admin-name", default="", metavar="NAME", help="their name on papers (else the user name)")
    command.add_argument("--password-file", required=True, metavar="FILE", help="the password is its first line")
    command.add_argument("--time-zone", required=True, metavar="ZONE", help="for example America/Chicago")
    command.add_argument("--recovery-file", type=named, metavar="FILE", help="a new file for the recovery key")
    command.set_defaults(run=_create)


def _create(asked: argparse.Namespace, wire: Wire) -> int:
    passphrase = passphrase_in(asked.password_file)
    wiring = wire()
    words = wiring.new_recovery_key()
    folder = Path(asked.clinic).absolute()
    kept = Path(asked.recovery_file) if asked.recovery_file else None
    # Before the clinic, which nobody must have without its key; it gets its name after, so that a run cut off in
    # between can be repeated.
    written = write_beside(kept, words + "\n") if kept is not None else None
    try:
        wiring.create_clinic(
            folder,
            clinic=asked.name,
            time_zone=asked.time_zone,
            username=asked.admin,
            name=asked.admin_name or asked.admin,
            passphrase=passphrase,
            words=words,
        )
    except BaseException:
        if written is not None:
            written.unlink(missing_ok=True)
        raise
    if kept is not None and written is not None and give_name(written, kept):
        where = f"in {kept}"
    else:
        print(words, flush=True)
        where = "on standard output, this once"
    tell(f"The clinic {folder} is made. Its recovery key is {where}: keep it apart from the clinic, on paper.")
    return DONE


def _add_import(commands: Subcommands) -> None:
    command = on_clinic(commands, "import", "take in CSV files", "Take in CSV files, alone or as folders.")
    command.add_argument("paths", type=named, metavar="PATH", nargs="+", help="a CSV file, or a folder of them")
    command.set_defaults(run=_import)


def _import(asked: argparse.Namespace, wire: Wire) -> int:
    passphrase = passphrase_in(asked.password_file)
    wiring = wire()
    # Read before the clinic is opened: a file that cannot be used leaves no trace there.
    intake = wiring.read_files([Path(path) for path in asked.paths])
    with desk_of(asked, wiring, passphrase) as desk:
        plan = desk.imports.run(desk.actor, intake).plan
    for row in plan.problems:
        print(f"{one_line(row.file)}:{row.line}: {one_line(row.reason)}", file=sys.stderr)
    for row in plan.cautions:
        print(f"{one_line(row.file)}:{row.line}: taken in; {one_line(row.reason)}", file=sys.stderr)
    for name in plan.known_files:
        tell(f"{name} was imported before.")
    added = ", ".join(f"{count:,} {kind}" for kind, count in sorted(plan.adds.items()) if count) or "nothing"
    tell(f"Imported: {added}. Rows left out: {len(plan.problems):,}.")
    return DONE


def _add_readiness(commands: Subcommands) -> None:
    command = on_clinic(
        commands, "readiness", "say who is ready for a month", "Say who can be billed for a month, who cannot, and why."
    )
    with_month(command)
    command.add_argument(
        "--json", action="store_true", help="print the rules' result for each patient, as evaluate does"
    )
    command.set_defaults(run=_readiness)


def _readiness(asked: argparse.Namespace, wire: Wire) -> int:
    month = month_of(asked)
    passphrase = passphrase_in(asked.password_file)
    with desk_of(asked, wire(), passphrase) as desk:
        if asked.json:
            text = json.dumps(desk.readiness.results(desk.actor, month), indent=1)
        else:
            text = _board_text(desk.readiness.board(desk.actor, month))
    print(text, flush=True)
    return DONE


def _board_text(board: "Board") -> str:
    """Return the board without names: state, minutes, codes, what is missing."""
    counts = ", ".join(f"{count} {state.replace('_', ' ')}" for state, count in board.counts.items())
    rows = sorted(board.rows, key=lambda row: row.case_id)
    return "\n".join([f"{board.month}: {counts}", *(_row_text(row) for row in rows)])


def _row_text(row: "BoardRow") -> str:
    lines = " ".join(f"{line.code}x{line.units}" for line in row.lines) or "-"
    missing = " ".join(finding.code for finding in row.blockers)
    return f"{one_line(row.case_id)}  {row.state:<8}  {_clock(row.pooled_seconds):>7}  {lines}  {missing}".rstrip()


def _add_export_case(commands: Subcommands) -> None:
    command = on_clinic(
        commands, "export-case", "print a patient's month as a case", "Print a patient's month as a case for evaluate."
    )
    with_month(command)
    command.add_argument("--patient", required=True, metavar="ID", help="the id that readiness prints")
    command.set_defaults(run=_export_case)


def _export_case(asked: argparse.Namespace, wire: Wire) -> int:
    month = month_of(asked)
    passphrase = passphrase_in(asked.password_file)
    with desk_of(asked, wire(), passphrase) as desk:
        case = desk.readiness.case(desk.actor, asked.patient, month)
    print(json.dumps(case, indent=2), flush=True)
    return DONE


def _add_check(commands: Subcommands) -> None:
    command = on_clinic(
        commands, "check", "check the clinic file", "Check the clinic file, its audit trail and every sealed row."
    )
    command.set_defaults(run=_check)


def _check(asked: argparse.Namespace, wire: Wire) -> int:
    passphrase = passphrase_in(asked.password_file)
    wiring = wire()
    from app.security.slots import KeyFileDamaged  # noqa: PLC0415 - comes with the wiring, and not before
    from app.storage.vault import ClinicDamaged  # noqa: PLC0415 - as above

    try:
        with desk_of(asked, wiring, passphrase) as desk:
            found = desk.integrity.check(desk.actor)
    except (ClinicDamaged, KeyFileDamaged) as damage:
        tell(str(damage))
        return OUR_FAULT
    for fault in found.faults:
        tell(f"{fault.check}: {fault.what}.")
    if found.faults:
        return OUR_FAULT
    tell(f"The clinic is sound: {found.audit_events:,} audit events and {found.sealed_rows:,} sealed rows agree.")
    return DONE


def _add_backup(commands: Subcommands) -> None:
    command = on_clinic(commands, "backup", "make a verified backup", "Make a backup, and verify it.")
    command.add_argument(
        "--to", type=named, metavar="DIR", help="a folder to write it to (else the clinic's own backups)"
    )
    command.set_defaults(run=_backup)


def _backup(asked: argparse.Namespace, wire: Wire) -> int:
    passphrase = passphrase_in(asked.password_file)
    with desk_of(asked, wire(), passphrase) as desk:
        made = desk.backups.make(desk.actor, Path(asked.to).absolute() if asked.to else None)
    tell(f"Verified and written: {made.path}")
    return DONE


def _add_restore(commands: Subcommands) -> None:
    command = on_clinic(
        commands,
        "restore",
        "put a backup in the clinic's place",
        "Put a backup in the clinic's place; what was there is kept. User and password are those in the backup.",
    )
    command.add_argument("backup", type=named, metavar="BACKUP", help="the backup file")
    command.set_defaults(run=_restore)


def _restore(asked: argparse.Namespace, wire: Wire) -> int:
    passphrase = passphrase_in(asked.password_file)
    folder = Path(asked.clinic).absolute()
    wire().restore(Path(asked.backup).absolute(), folder, asked.username, passphrase)
    tell(f"The clinic {folder} is restored from {asked.backup}.")
    return DONE


def _add_evaluate(commands: Subcommands) -> None:
    command = commands.add_parser(
        "evaluate",
        help="judge month cases without a clinic",
        description="Read one month case or a list of them, and print the verdict on each as JSON.",
    )
    command.add_argument("case", metavar="CASE.json", help="the file, or - for standard input")
    command.set_defaults(run=_evaluate)


def _evaluate(asked: argparse.Namespace, _: Wire) -> int:
    raw = json_in(asked.case)
    if isinstance(raw, list):
        results = [json.dumps(_result(case, position)) for position, case in enumerate(raw, 1)]
        text = "[" + ",\n ".join(results) + "]"
    else:
        text = json.dumps(_result(raw, None), indent=2)
    print(text, flush=True)
    return DONE


def _add_demo(commands: Subcommands) -> None:
    command = commands.add_parser(
        "demo",
        help="make a fictional clinic",
        description="Make a clinic of invented people to look at and practise on, and print who can sign in.",
    )
    command.add_argument(
        "clinic", type=named, metavar="CLINIC", help="the folder to make; it must not exist, or be empty"
    )
    command.add_argument("--patients", type=int, default=240, metavar="N", help="how many patients (240)")
    command.add_argument("--months", type=int, default=6, metavar="M", help="how many finished months (6)")
    command.add_argument("--through", metavar="YYYY-MM", help="the last of them (else the last one finished)")
    command.add_argument("--seed", type=int, default=1, metavar="S", help="another number is another clinic (1)")
    command.set_defaults(run=_demo)


def _demo(asked: argparse.Namespace, wire: Wire) -> int:
    through = None if asked.through is None else known_month(asked.through)
    folder = Path(asked.clinic).absolute()
    made = wire().create_demo(folder, patients=asked.patients, months=asked.months, through=through, seed=asked.seed)
    for user in made.users:
        titled = f"{user.name}, {user.credential}" if user.credential else user.name
        print(f"{user.username:<10} {titled:<24} {', '.join(user.roles)}")
    print(f"password: {made.password}\nrecovery key: {made.recovery_key}", flush=True)
    months = f"{made.finished[0]} to {made.finished[-1]}" + (f", {made.running} open" if made.running else "")
    tell(f"The demo clinic {folder} is made: {made.patients:,} invented patients, {months}. Nobody in it is real.")
    return DONE


def _result(raw: object, position: int | None) -> dict[str, object]:
    try:
        return evaluate(parse_case(raw, position), load_rule_book()).to_json()
    except FormError as error:
        raise Refused(str(FormError(case_name(raw, position), error.field, error.reason))) from None


def _nothing_wired() -> Wiring:
    raise RuntimeError("this command needs its wiring")


def _clock(seconds: int) -> str:
    return f"{seconds // 60}:{seconds % 60:02d}"
