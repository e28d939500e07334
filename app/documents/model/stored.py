"""A document as JSON and back into an equal object: decimals as text, dates as ISO text, defaults left out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import MISSING, Field, fields, is_dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from functools import cache
from types import NoneType, UnionType
from typing import Any, TypeVar, Union, get_args, get_origin, get_type_hints

from app.documents.model.invoice import BillingDocument, CreditNote, Invoice

D = TypeVar("D")

_KINDS: dict[str, Any] = {Invoice.kind: Invoice, CreditNote.kind: CreditNote}


def to_json(document: BillingDocument) -> dict[str, Any]:
    """A mapping that `json.dumps` takes as it is; `kind` tells the class."""
    return {"kind": document.kind, **_plain(document)}


def from_json(value: Mapping[str, Any]) -> BillingDocument:
    """The document `to_json` was given. An unknown kind or key raises ValueError: nothing is dropped silently."""
    kind = value.get("kind")
    if kind not in _KINDS:
        raise ValueError(f"unknown kind of document: {kind!r}")
    document: BillingDocument = _reader(_KINDS[kind])({key: part for key, part in value.items() if key != "kind"})
    return document


def to_plain(document: Any) -> dict[str, Any]:
    """Any document as a mapping that `read` with its class makes equal again."""
    plain: dict[str, Any] = _plain(document)
    return plain


def read(kind: type[D], value: Mapping[str, Any]) -> D:
    """A document of this class from what `to_plain` gave; an unknown key raises ValueError."""
    reader: Any = _reader
    document: D = reader(kind)(value)
    return document


def _plain(value: Any) -> Any:
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, StrEnum):
        return value.value
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    if is_dataclass(value):
        return {
            field.name: _plain(part) for field in fields(value) if _is_given(field, part := getattr(value, field.name))
        }
    return value


def _is_given(field: Field[Any], value: object) -> bool:
    return field.default is MISSING or value != field.default


@cache
def _reader(kind: Any) -> Callable[[Any], Any]:
    """A function from the JSON form to a value of the annotated type."""
    if get_origin(kind) in (Union, UnionType):
        (inner,) = (part for part in get_args(kind) if part is not NoneType)
        read = _reader(inner)
        return lambda value: None if value is None else read(value)
    if get_origin(kind) is tuple:
        read = _reader(get_args(kind)[0])
        return lambda value: tuple(read(item) for item in value)
    if kind is date:
        return date.fromisoformat
    if is_dataclass(kind):
        return _dataclass_reader(kind)
    if kind is bool or kind is int:
        return lambda value: value
    return kind  # type: ignore[no-any-return]


def _dataclass_reader(kind: Any) -> Callable[[Mapping[str, Any]], Any]:
    hints = get_type_hints(kind)
    readers = {field.name: _reader(hints[field.name]) for field in fields(kind)}

    def read(value: Mapping[str, Any]) -> Any:
        unknown = value.keys() - readers.keys()
        if unknown:
            raise ValueError(f"{kind.__name__} has no {', '.join(sorted(unknown))}")
        return kind(**{name: readers[name](part) for name, part in value.items()})

    return read
