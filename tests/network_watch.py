"""CareLoop watched for any use of the network: `python -m tests.network_watch FOLDER WHAT`.

WHAT is one of `tests.no_network_walks`. Each event of the network is a line on standard output; none is let through.
"""

import importlib
import re
import sys
from pathlib import Path

NETWORK = re.compile(
    r"socket\.(connect|bind|getaddrinfo|gethostby|getnameinfo|sendto|sendmsg)"
    r"|(urllib|http\.client|ftplib|smtplib|imaplib|poplib|telnetlib|nntplib)\."
)


class NetworkUsed(BaseException):
    """Something tried to reach the network; not an `Exception`, so that nobody forgives it."""


def watch(event: str, arguments: tuple[object, ...]) -> None:
    """Refuse and report every event of the network."""
    if NETWORK.match(event):
        print(f"network: {event}", flush=True)
        raise NetworkUsed(event)


def main() -> int:
    """Begin to watch, and only then load the program and let it work."""
    sys.addaudithook(watch)
    walks = importlib.import_module("tests.no_network_walks").WALKS
    return int(walks[sys.argv[2]](Path(sys.argv[1])))


if __name__ == "__main__":
    sys.exit(main())
