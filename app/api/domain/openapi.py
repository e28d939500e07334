"""The description of the interface in OpenAPI 3.1, made from the same dataclasses as the answers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from app.api.domain.answers import Account, ArticleList, FieldList, Order, OrderList, Problem
from app.api.domain.schema import schemas

BASE = "/api/v1"
MOST = 200  # rows on a page
USUAL = 50

_PAGED: Mapping[str, Mapping[str, Any]] = {
    "after": {"type": "string", "description": "Where to go on: take it from the address in the header Link."},
    "limit": {"type": "integer", "minimum": 1, "maximum": MOST, "default": USUAL},
}


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One address: what it answers, and the parameters behind the question mark by name."""

    path: str
    summary: str
    answer: type
    parameters: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    is_one_of_many: bool = False  # there may be nothing by that number


ENDPOINTS = (
    Endpoint("/account", "The own account", Account),
    Endpoint(
        "/articles",
        "Articles of the own assortment with own prices and stock",
        ArticleList,
        {
            "q": {"type": "string", "description": "Words, or a number."},
            "category": {"type": "string", "description": "Code of a category; those below it belong to it."},
            **_PAGED,
        },
    ),
    Endpoint("/fields", "Own fields of accounts and orders", FieldList),
    Endpoint(
        "/orders",
        "Orders of the account, the newest first",
        OrderList,
        {
            "state": {"type": "string", "description": "Orders in this state only."},
            "since": {"type": "string", "format": "date", "description": "Placed on this day or later."},
            "until": {"type": "string", "format": "date", "description": "Placed on this day or before."},
            **_PAGED,
        },
    ),
    Endpoint("/orders/{number}", "One order with a page of its lines", Order, _PAGED, is_one_of_many=True),
)


def description() -> dict[str, Any]:
    """The whole document."""
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Kontor",
            "version": "1",
            "description": "Reading what belongs to the account of a key. Decimals are texts, moments ISO 8601 in UTC.",
        },
        "servers": [{"url": BASE}],
        "security": [{"key": []}],
        "paths": {one.path: {"get": _operation(one)} for one in ENDPOINTS},
        "components": {
            "schemas": schemas(Problem, *(one.answer for one in ENDPOINTS)),
            "securitySchemes": {"key": {"type": "http", "scheme": "bearer"}},
        },
    }


def _operation(one: Endpoint) -> dict[str, Any]:
    known = [
        {"name": name, "in": "query", "required": False, "schema": dict(schema)}
        for name, schema in one.parameters.items()
    ]
    if one.is_one_of_many:
        known.insert(0, {"name": "number", "in": "path", "required": True, "schema": {"type": "string"}})
    good: dict[str, Any] = {"description": "The answer", "content": _content("application/json", one.answer)}
    if "after" in one.parameters:
        link = "The address of the next page with rel=next; absent on the last one."
        good["headers"] = {"Link": {"description": link, "schema": {"type": "string"}}}
    answers = {"200": good, "401": _refusal("No key, or none that works"), "403": _refusal("The key may not do this")}
    if one.is_one_of_many:
        answers["404"] = _refusal("There is nothing by this number")
    if known:
        answers["422"] = _refusal("A parameter does not fit")
    return {"summary": one.summary, "parameters": known, "responses": answers}


def _refusal(text: str) -> dict[str, Any]:
    return {"description": text, "content": _content("application/problem+json", Problem)}


def _content(kind: str, shape: type) -> dict[str, Any]:
    return {kind: {"schema": {"$ref": f"#/components/schemas/{shape.__name__}"}}}
