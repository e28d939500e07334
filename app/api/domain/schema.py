"""From the dataclasses of answers: the JSON itself, and the JSON Schema that describes it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from inspect import getdoc
from types import NoneType, UnionType
from typing import Any, get_args, get_origin, get_type_hints

DECIMAL = r"^-?[0-9]+(\.[0-9]*[1-9])?$"
_PLAIN: Mapping[Any, Mapping[str, Any]] = {
    str: {"type": "string"},
    bool: {"type": "boolean"},
    int: {"type": "integer"},
    Decimal: {"type": "string", "pattern": DECIMAL},
    date: {"type": "string", "format": "date"},
    datetime: {"type": "string", "format": "date-time"},
}


def as_json(value: Any) -> Any:
    """An answer as JSON knows it: decimals as texts without needless zeros, days in ISO 8601, moments in UTC."""
    if is_dataclass(value) and not isinstance(value, type):
        return {one.name: as_json(getattr(value, one.name)) for one in fields(value)}
    if isinstance(value, Decimal):
        return f"{value.normalize() + 0:f}"
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {key: as_json(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [as_json(one) for one in value]
    return value


def schemas(*shapes: type) -> dict[str, Any]:
    """The schemas of dataclasses and of all they hold, by name, sorted."""
    found: dict[str, Any] = {}
    waiting = list(shapes)
    while waiting:
        shape = waiting.pop()
        if shape.__name__ not in found:
            hints = get_type_hints(shape)
            found[shape.__name__] = {
                "type": "object",
                "description": " ".join((getdoc(shape) or "").split()),
                "properties": {name: _schema(hint) for name, hint in hints.items()},
                "required": list(hints),
                "additionalProperties": False,
            }
            waiting += [part for hint in hints.values() for part in _shapes_in(hint)]
    return dict(sorted(found.items()))


def _schema(hint: Any) -> dict[str, Any]:
    if is_dataclass(hint):
        return {"$ref": f"#/components/schemas/{getattr(hint, '__name__', '')}"}
    origin, parts = get_origin(hint), get_args(hint)
    if origin is UnionType:
        (kept,) = (part for part in parts if part is not NoneType)
        return {"anyOf": [_schema(kept), {"type": "null"}]}
    if origin is tuple:
        return {"type": "array", "items": _schema(parts[0])}
    if origin is Mapping:
        return {"type": "object", "additionalProperties": _schema(parts[1])}
    return dict(_PLAIN[hint])


def _shapes_in(hint: Any) -> Iterator[type]:
    if is_dataclass(hint) and isinstance(hint, type):
        yield hint
    for part in get_args(hint):
        yield from _shapes_in(part)
