"""What every test may ask for, and the settings under which all of them run."""

import os
from collections.abc import Callable

os.environ["QT_QPA_PLATFORM"] = "offscreen"  # before Qt is loaded: no test opens a window on somebody's desk

import pytest
from hypothesis import settings

# `make test` says the same of the same commit; a search for new failures is asked for:
# pytest --hypothesis-profile=thorough
settings.register_profile("modest", max_examples=50, deadline=None, derandomize=True)
settings.register_profile("thorough", max_examples=2_000, deadline=None, print_blob=True)
settings.load_profile("modest")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--long", action="store_true", help="run the long form of fault and speed tests (make faults)")


@pytest.fixture(scope="session")
def rounds(request: pytest.FixtureRequest) -> Callable[[int, int], int]:
    """`rounds(short, long)`: how often to repeat something, by whether the long form was asked for."""
    is_long = bool(request.config.getoption("--long"))
    return lambda short, long: long if is_long else short
