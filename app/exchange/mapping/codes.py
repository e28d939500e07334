"""A partner's codes in the place of ours, and the other way round, anywhere in a neutral document."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields, is_dataclass, replace
from functools import lru_cache
from typing import Any

from app.documents.model.line import Line
from app.documents.model.order import OrderLine
from app.documents.model.party import Identifier, Party
from app.documents.model.payment import PaymentMeans
from app.documents.model.reference import ItemIds
from app.exchange.domain.partners import CodeKind, Codes

_UNITS = frozenset({"unit", "price_unit"})
_ARTICLES = (Line, OrderLine, ItemIds)
_TAX = "vat_category"


def to_theirs(document: Any, codes: Codes) -> Any:
    """Units, tax categories, payment and article numbers as the partner calls them; what it does not name stays."""
    if not codes.theirs:
        return document
    return _walked(document, lambda name, value: _their(name, value, codes), lambda part: _numbered(part, codes))


def to_ours(document: Any, codes: Codes) -> Any:
    """Units and tax categories as they are called here. Articles and places are looked up when they are needed."""
    if not codes.ours:
        return document

    def our(name: str, value: str) -> str:
        if name in _UNITS:
            return codes.our(CodeKind.UNIT, value) or value
        return (codes.our(CodeKind.TAX, value) or value) if name == _TAX else value

    return _walked(document, our, lambda part: part)


def _their(name: str, value: str, codes: Codes) -> str:
    if name in _UNITS:
        return codes.their(CodeKind.UNIT, value) or value
    return (codes.their(CodeKind.TAX, value) or value) if name == _TAX else value


def _numbered(part: Any, codes: Codes) -> Any:
    if isinstance(part, _ARTICLES):
        theirs = codes.their(CodeKind.ARTICLE, part.sku)
        return replace(part, buyer_sku=theirs) if theirs else part
    if isinstance(part, PaymentMeans):
        return replace(part, code=codes.their(CodeKind.PAYMENT, part.code) or part.code)
    if isinstance(part, Party):
        theirs = codes.their(CodeKind.SHIP_TO, part.name)
        if len(theirs) == 13 and theirs.isdecimal():
            return replace(part, gln=theirs)
        return replace(part, identifiers=(Identifier(theirs), *part.identifiers)) if theirs else part
    return part


@lru_cache(maxsize=256)
def _names(kind: type) -> tuple[str, ...]:
    return tuple(one.name for one in fields(kind))


def _walked(value: Any, text: Callable[[str, str], str], part: Callable[[Any], Any]) -> Any:
    """The document with its texts and parts replaced; what does not change is the same object."""
    if isinstance(value, tuple):
        items = [_walked(one, text, part) for one in value]
        return tuple(items) if any(new is not old for new, old in zip(items, value, strict=True)) else value
    if not is_dataclass(value) or isinstance(value, type):
        return value
    changes: dict[str, Any] = {}
    for name in _names(type(value)):
        old = getattr(value, name)
        if type(old) is str:
            new: Any = text(name, old) if old else old
        elif isinstance(old, tuple) or is_dataclass(old):
            new = _walked(old, text, part)
        else:
            continue
        if new is not old and new != old:
            changes[name] = new
    return part(replace(value, **changes) if changes else value)
