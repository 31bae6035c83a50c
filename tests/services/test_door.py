"""Every public method of every service is behind the door; the test finds them by itself."""

import importlib
import inspect
import pkgutil
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from typing import Any

import pytest
from sqlalchemy import func, select

import app.services
from app.models import AuditEvent, Person
from app.security.permissions import NotPermitted
from app.services.desk import Desk

# What happens every few seconds by itself, and would drown the audit trail.
UNAUDITED = {"Calls.beat", "Calls.save_draft", "CarePlans.save_draft"}


def service_classes() -> Iterator[type]:
    for found in pkgutil.walk_packages(app.services.__path__, "app.services."):
        module = importlib.import_module(found.name)
        for _, kind in inspect.getmembers(module, inspect.isclass):
            own = kind.__module__ == module.__name__
            value = is_dataclass(kind) or issubclass(kind, Exception) or getattr(kind, "_is_protocol", False)
            if own and not value and not kind.__name__.startswith("_"):
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


@pytest.mark.parametrize(("kind", "name", "method"), METHODS)
def test_each_method_names_an_action_of_the_matrix(kind: type, name: str, method: Any, desk: Desk) -> None:
    action = getattr(method, "action", None)
    assert action is not None, f"{kind.__name__}.{name} is not declared with @reads, @writes or @composed"
    assert action in desk.opened.ledger.permissions.allowed, f"{action} is not in the permission file"
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
