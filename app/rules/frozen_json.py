"""Frozen values to JSON and back, for what is stored beside a paper that was made of it."""

import dataclasses
import json
import types
from collections.abc import Hashable, Mapping
from functools import cache
from typing import Any, TypeVar, Union, cast, get_args, get_origin, get_type_hints

T = TypeVar("T")


class FrozenJsonError(ValueError):
    """Stored JSON does not fit the value it is read as; names the field, never its content."""


def to_json(value: object, *, without: frozenset[str] = frozenset()) -> str:
    """One line of canonical JSON: sorted keys, no spaces, ASCII only.

    A field that holds its default is left out, so that a later version of the program may add a field with a default
    and the text (and any hash of it) of an older value stays the same. `without` names top-level fields to leave out.
    """
    plain = _plain(value)
    assert isinstance(plain, dict)
    kept = {name: item for name, item in plain.items() if name not in without}
    return json.dumps(kept, sort_keys=True, separators=(",", ":"), ensure_ascii=True)


def with_field(text: str, name: str, value: object) -> str:
    """An object's JSON with one more field."""
    return json.dumps({**json.loads(text), name: _plain(value)}, sort_keys=True, separators=(",", ":"))


def from_json(kind: type[T], text: str) -> T:
    """The value of dataclass `kind` written by `to_json`.

    Raises:
        FrozenJsonError: the text is no JSON object, a field is unknown or missing, or has the wrong type.
    """
    try:
        loaded = json.loads(text)
    except ValueError as error:
        raise FrozenJsonError("not JSON") from error
    return _object(kind, loaded, kind.__name__)


def _plain(value: object) -> object:
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {
            field.name: _plain(item)
            for field in dataclasses.fields(value)
            if (item := getattr(value, field.name)) != field.default
        }
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    assert value is None or isinstance(value, (str, int)), type(value)
    return value


@cache
def _hints(kind: type) -> Mapping[str, Any]:
    return get_type_hints(kind)


def _object(kind: type[T], loaded: object, where: str) -> T:
    if not isinstance(loaded, dict):
        raise FrozenJsonError(f"{where}: an object is needed")
    hints = _hints(cast("Hashable", kind))
    unknown = set(loaded) - set(hints)
    if unknown:
        raise FrozenJsonError(f"{where}: unknown field {min(unknown)!r}")
    values = {name: _value(hints[name], item, f"{where}.{name}") for name, item in loaded.items()}
    try:
        return kind(**values)
    except TypeError as error:
        raise FrozenJsonError(f"{where}: a field is missing") from error


def _value(hint: Any, loaded: object, where: str) -> object:  # noqa: ANN401 - a type hint has no narrower type
    origin = get_origin(hint)
    if origin in (types.UnionType, Union):
        if loaded is None:
            return None
        return _value(next(arm for arm in get_args(hint) if arm is not types.NoneType), loaded, where)
    if origin is tuple:
        if not isinstance(loaded, list):
            raise FrozenJsonError(f"{where}: a list is needed")
        item_hint = get_args(hint)[0]
        return tuple(_value(item_hint, item, f"{where}[{at}]") for at, item in enumerate(loaded))
    if dataclasses.is_dataclass(hint):
        assert isinstance(hint, type)
        return _object(hint, loaded, where)
    if type(loaded) is not hint:  # exact: JSON true is no number
        raise FrozenJsonError(f"{where}: {hint.__name__} is needed")
    return loaded
