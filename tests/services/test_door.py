"""Every public method of every service is behind the door; the test finds them by itself."""

import ast
import importlib
import inspect
import pkgutil
from collections.abc import Callable, Iterator
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

import app.services
from app import assets
from app.models import AuditEvent, Person
from app.security.permissions import NotPermitted, parse_permissions
from app.services.desk import Desk

PERMISSIONS = parse_permissions(assets.load_toml("security/permissions.toml"))

# What happens every few seconds by itself, and would drown the audit trail.
UNAUDITED = {"Calls.beat", "Calls.save_draft", "CarePlans.save_draft", "Today.keep_months"}


def service_classes() -> Iterator[type]:
    for found in pkgutil.walk_packages(app.services.__path__, "app.services."):
        module = importlib.import_module(found.name)
        for _, kind in inspect.getmembers(module, inspect.isclass):
            own = kind.__module__ == module.__name__ and not is_dataclass(kind) and not issubclass(kind, Exception)
            if own and "ledger" in inspect.signature(kind).parameters:
                yield kind


def methods_of(kind: type) -> Iterator[tuple[str, Any]]:
    for name, method in vars(kind).items():
        if not name.startswith("_") and callable(method):
            yield name, method


METHODS = [
    pytest.param(kind, name, method, id=f"{kind.__name__}.{name}")
    for kind in service_classes()
    for name, method in methods_of(kind)
]


def test_every_service_is_on_the_desk(desk: Desk) -> None:
    on_desk = {type(getattr(desk, field.name)) for field in fields(desk)}
    assert {kind.__name__ for kind in service_classes()} <= {kind.__name__ for kind in on_desk}


def test_no_service_opens_a_session_by_itself() -> None:
    """A class without a ledger cannot reach the clinic either."""
    for path in Path(app.services.__path__[0]).glob("*.py"):
        calls = [node.func for node in ast.walk(ast.parse(path.read_text("utf-8"))) if isinstance(node, ast.Call)]
        names = {call.id for call in calls if isinstance(call, ast.Name)}
        assert names.isdisjoint({"Session", "sessionmaker", "create_engine"}), path.name


@pytest.mark.parametrize(("kind", "name", "method"), METHODS)
def test_each_method_names_an_action_of_the_matrix(kind: type, name: str, method: Callable[..., object]) -> None:
    action = getattr(method, "action", None)
    assert action is not None, f"{kind.__name__}.{name} is not declared with @reads, @writes or @composed"
    assert action in PERMISSIONS.allowed, f"{action} is not in the permission file"
    if not getattr(method, "audited", True):
        assert f"{kind.__name__}.{name}" in UNAUDITED


def test_a_person_without_roles_is_refused_everywhere_and_each_refusal_is_written_down(desk: Desk) -> None:
    with desk.opened.ledger.writing(desk.actor, "people.edit") as work:
        work.session.get_one(Person, desk.actor.person_id).roles = []
        before = work.session.scalar(select(func.count()).select_from(AuditEvent)) or 0
    tried = 0
    for field in fields(desk):
        service = getattr(desk, field.name)
        if field.name == "opened":
            continue
        for name, _ in methods_of(type(service)):
            tried += 1
            with pytest.raises(NotPermitted):
                getattr(service, name)(desk.actor)
    with desk.opened.file.engine.connect() as connection:
        denied = connection.scalar(select(func.count()).where(AuditEvent.outcome == "denied"))
    assert denied == tried
    assert before > 0
