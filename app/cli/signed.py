"""What commands on a clinic share: signing in, the month, exit codes, and where messages go."""

import argparse
import sys
from contextlib import AbstractContextManager, closing
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from app.assets import load_rule_book
from app.cli.files import Refused, named
from app.rules.form import one_line
from app.rules.month import Month

if TYPE_CHECKING:
    from app.cli import Wiring
    from app.services.desk import Desk

DONE, OUR_FAULT, REFUSED, INTERRUPTED = 0, 1, 2, 130


class Subcommands(Protocol):
    """What argparse hands out to add commands to."""

    def add_parser(self, name: str, *, help: str, description: str) -> argparse.ArgumentParser: ...  # noqa: A002 - argparse's word


def on_clinic(commands: Subcommands, name: str, said: str, description: str) -> argparse.ArgumentParser:
    """Add a command on a clinic that somebody signs in to."""
    command = commands.add_parser(name, help=said, description=description)
    command.add_argument("clinic", type=named, metavar="CLINIC", help="the clinic's folder")
    command.add_argument("--as", required=True, dest="username", metavar="USER", help="who signs in")
    command.add_argument("--password-file", required=True, metavar="FILE", help="the password is its first line")
    return command


def with_month(command: argparse.ArgumentParser) -> None:
    command.add_argument("--month", required=True, metavar="YYYY-MM", help="the calendar month")


def month_of(asked: argparse.Namespace) -> Month:
    return known_month(asked.month)


def known_month(said: str) -> Month:
    """Return the month said, refused before a clinic is opened where no clinic could have it."""
    try:
        month = Month.parse(said)
    except ValueError:
        raise Refused(f"{said[:40]!r} is not a month. Write it as YYYY-MM, for example 2026-10.") from None
    first = load_rule_book().first_known
    if month < first:
        raise Refused(f"The rules for {month} are not known to CareLoop; the first month it knows is {first}.")
    return month


def desk_of(asked: argparse.Namespace, wiring: "Wiring", passphrase: str) -> "AbstractContextManager[Desk]":
    return closing(wiring.open_desk(Path(asked.clinic).absolute(), asked.username, passphrase))


def tell(sentence: str) -> None:
    print(f"careloop: {one_line(sentence)}", file=sys.stderr)
