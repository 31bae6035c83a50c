import json
from typing import NoReturn


class JsonError(ValueError):
    """Bytes that are not one JSON value of the strict kind; the message shows none of the content but a name."""


def read_json(data: bytes) -> object:
    """Return the value of JSON bytes in UTF-8, with or without its mark.

    Raises `JsonError` for anything RFC 8259 does not allow, and for what it leaves open but no two readers agree on: a
    name used twice in one object, NaN, Infinity, and nesting or numbers without bound.
    """
    try:
        return json.loads(data.decode("utf-8-sig"), object_pairs_hook=_object, parse_constant=_refuse_constant)
    except JsonError:
        raise
    except UnicodeDecodeError as error:
        raise JsonError(f"is not UTF-8 text (byte {error.start})") from None
    except json.JSONDecodeError as error:
        raise JsonError(f"is not JSON: {error.msg} (line {error.lineno}, column {error.colno})") from None
    except RecursionError:
        raise JsonError("is not JSON that can be read: nested too deep") from None
    except ValueError:
        raise JsonError("is not JSON that can be read: a number is too long") from None


def _object(pairs: list[tuple[str, object]]) -> dict[str, object]:
    values = dict(pairs)
    if len(values) < len(pairs):
        seen: set[str] = set()
        twice = next(name for name, _ in pairs if name in seen or seen.add(name))  # type: ignore[func-returns-value]
        raise JsonError(f"uses the name {twice!r} twice in one object")
    return values


def _refuse_constant(name: str) -> NoReturn:
    raise JsonError(f"is not JSON: {name} is not a number")
