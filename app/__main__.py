import sys

from app.cli import Wiring, main


def wire() -> Wiring:
    """Build what a command works with, once it is known that one is asked for."""
    from app.clock import SystemClock  # noqa: PLC0415 - `--help` and `evaluate` open no clinic and need none of this
    from app.compose import wiring_of_commands  # noqa: PLC0415 - as above

    return wiring_of_commands(SystemClock())


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:], wire))
