"""CareLoop without a window. Exit 0: done; 2: the input cannot be used, and nothing was written; 1: a fault of ours."""

import argparse
import json
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Protocol

from app.assets import load_rule_book
from app.rules.case_json import case_name, parse_case
from app.rules.errors import ClinicError
from app.rules.evaluate import evaluate
from app.rules.form import FormError, one_line
from app.rules.strict_json import JsonError, read_json

DONE, OUR_FAULT, REFUSED = 0, 1, 2


class Refused(ClinicError):
    """Input that cannot be used, in one line for the person who gave it."""


class Subcommands(Protocol):
    """What argparse hands out to add commands to."""

    def add_parser(self, name: str, *, help: str, description: str) -> argparse.ArgumentParser: ...  # noqa: A002 - argparse's word


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code; without arguments print the help."""
    parser = _parser()
    asked = parser.parse_args(arguments)
    if asked.command is None:
        parser.print_help()
        return DONE
    run: Callable[[argparse.Namespace], int] = asked.run
    try:
        return run(asked)
    except ClinicError as refusal:
        print(f"careloop: {one_line(str(refusal))}", file=sys.stderr)
        return REFUSED
    except BrokenPipeError:
        # The reader went away, as `| head` does; without this Python complains again when it closes the stream.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return OUR_FAULT


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m app", description="Run a clinic's chronic care management month.")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", title="commands")
    for add in (_add_evaluate,):
        add(commands)
    return parser


def _add_evaluate(commands: Subcommands) -> None:
    command = commands.add_parser(
        "evaluate",
        help="judge month cases without a clinic",
        description="Read one month case or a list of them, and print the verdict on each as JSON.",
    )
    command.add_argument("case", metavar="CASE.json", help="the file, or - for standard input")
    command.set_defaults(run=_evaluate)


def _evaluate(asked: argparse.Namespace) -> int:
    raw = _read_json(asked.case)
    if isinstance(raw, list):
        results = [json.dumps(_result(case, position)) for position, case in enumerate(raw, 1)]
        text = "[" + ",\n ".join(results) + "]"
    else:
        text = json.dumps(_result(raw, None), indent=2)
    print(text, flush=True)
    return DONE


def _result(raw: object, position: int | None) -> dict[str, object]:
    try:
        return evaluate(parse_case(raw, position), load_rule_book()).to_json()
    except FormError as error:
        raise Refused(str(FormError(case_name(raw, position), error.field, error.reason))) from None


def _read_json(name: str) -> object:
    """Return the value in a file, or on standard input for "-"."""
    spoken = "standard input" if name == "-" else name
    try:
        data = sys.stdin.buffer.read() if name == "-" else Path(name).read_bytes()
        return read_json(data)
    except OSError as error:
        raise Refused(f"{spoken}: cannot be read ({error.strerror or type(error).__name__})") from None
    except (JsonError, ValueError) as error:
        raise Refused(f"{spoken}: {error}") from None
