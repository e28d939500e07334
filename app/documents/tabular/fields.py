"""The fields of neutral documents by path, found from the documents themselves: `buyer.address.city`, `lines.quantity`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import MISSING, fields, is_dataclass
from datetime import date
from decimal import Decimal
from enum import Enum, StrEnum
from functools import cache
from types import NoneType, UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints

from app.documents.model.catalogue import Catalogue
from app.documents.model.despatch_advice import DespatchAdvice
from app.documents.model.invoice import CreditNote, Invoice
from app.documents.model.order import Order
from app.documents.model.order_response import OrderResponse
from app.documents.model.stock_report import StockReport

DOCUMENTS: dict[str, type] = {
    kind.kind: kind for kind in (Order, OrderResponse, DespatchAdvice, Invoice, CreditNote, Catalogue, StockReport)
}
_NESTED = 6  # steps of a path
_COUNTED = 100  # values of one field
ANY = "any"  # the text in whatever language there is


class Leaf(Enum):
    TEXT = "text"
    NUMBER = "number"
    COUNT = "count"
    DAY = "day"
    FLAG = "flag"


def rows_field(document: str) -> str:
    """What the rows of a table are."""
    return "items" if DOCUMENTS[document] is Catalogue else "lines"


def line_class(document: str) -> Any:
    """The class of one row."""
    return get_args(_plain(_hints(DOCUMENTS[document])[rows_field(document)]))[0]


@cache
def leaf_of(document: str, path: str) -> Leaf | None:
    """What kind of value the path leads to; None where there is no such field."""
    steps = path.split(".")
    if len(steps) > _NESTED:
        return None
    kind: Any = DOCUMENTS[document]
    if steps[0] == rows_field(document):
        kind = line_class(document)
        del steps[0]
    for step in steps:
        kind = _below(kind, step)
        if kind is None:
            return None
    return _leaf(kind)


def _plain(kind: Any) -> Any:
    """Without `| None`."""
    if get_origin(kind) in (Union, UnionType):
        return next(part for part in get_args(kind) if part is not NoneType)
    return kind


def _below(kind: Any, step: str) -> Any:
    kind = _plain(kind)
    origin = get_origin(kind)
    if origin is dict:
        return str
    if origin is tuple:
        return get_args(kind)[0] if step.isdecimal() and 0 < int(step) < _COUNTED else None
    return _hints(kind).get(step) if isinstance(kind, type) and is_dataclass(kind) else None


@cache
def _hints(kind: type) -> dict[str, Any]:
    return {name: hint for name, hint in get_type_hints(kind).items() if name != "kind"}


def _leaf(kind: Any) -> Leaf | None:
    kind = _plain(kind)
    if kind is Decimal:
        return Leaf.NUMBER
    if kind is int:
        return Leaf.COUNT
    if kind is bool:
        return Leaf.FLAG
    if kind is date:
        return Leaf.DAY
    return Leaf.TEXT if kind is str or (isinstance(kind, type) and issubclass(kind, StrEnum)) else None


def value_at(thing: Any, path: str) -> Any:
    """The value of a path; None where something on the way is not there."""
    for step in path.split("."):
        if thing is None:
            return None
        if isinstance(thing, Mapping):
            thing = thing.get("", next(iter(thing.values()), None)) if step == ANY else thing.get(step)
        elif isinstance(thing, (tuple, list)):
            thing = thing[int(step) - 1] if step.isdecimal() and int(step) <= len(thing) else None
        else:
            thing = getattr(thing, step, None)
    return thing.value if isinstance(thing, StrEnum) else thing


def built(kind: Any, values: Mapping[str, Any]) -> Any:
    """An object of the kind from values by nested names; what must be given and is not is empty. ValueError for a
    value that the kind does not have.
    """
    kind = _plain(kind)
    hints = _hints(kind)
    made: dict[str, Any] = {}
    for one in fields(kind):
        if one.name in values:
            made[one.name] = _made(hints[one.name], values[one.name])
        elif one.default is MISSING and one.default_factory is MISSING:
            made[one.name] = _empty(hints[one.name])
    return kind(**made)


def _made(hint: Any, value: Any) -> Any:
    kind = _plain(hint)
    origin = get_origin(kind)
    if value is None:
        return _empty(hint)
    if origin is dict:
        return {("" if key == ANY else key): text for key, text in value.items()}
    if origin is not None:
        inner = get_args(kind)[0]
        return (
            tuple(_made(inner, value[key]) for key in sorted(value, key=int))
            if isinstance(value, Mapping)
            else tuple(value)
        )
    if is_dataclass(kind) and isinstance(value, Mapping):
        return built(kind, value)
    if isinstance(kind, type) and issubclass(kind, StrEnum):
        return kind(value)
    return value


def _empty(hint: Any) -> Any:
    if get_origin(hint) in (Union, UnionType):
        return None
    kind = get_origin(hint) or hint
    if kind is str:
        return ""
    if kind is Decimal:
        return Decimal(0)
    if kind is dict:
        return {}
    if kind is date:
        return None
    if is_dataclass(kind):
        return built(kind, {})
    if isinstance(kind, type) and issubclass(kind, StrEnum):
        return next(iter(kind))
    return ()
