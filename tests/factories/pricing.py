"""Price lists, chains and VAT rates by plain functions. Call them inside `world()` or `ctx`."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from app.core.actor import Actor
from app.core.tenancy import acting_as
from app.pricing.service.chains import ChainRow, Link, assign_chain, set_chain
from app.pricing.service.lists import EntryRow, PriceListRow, upsert_entries, upsert_price_list
from app.pricing.service.vat import VatRow, set_vat_rates

Prices = Mapping[str, Any]


def price_list(code: str = "LIST", prices: Prices | None = None, *, currency: str = "EUR", **facts: Any) -> int:
    """A list with prices by article number: "9.80", or {from quantity: price}; returns its id."""
    values = {"name": f"List {code}", "currency": currency} | facts
    with acting_as(Actor.system()):
        list_id, _ = upsert_price_list(Actor.system(), PriceListRow(code, **values))
    for sku, given in (prices or {}).items():
        breaks = given if isinstance(given, Mapping) else {0: given}
        for start, price in breaks.items():
            entry(list_id, sku, price, min_quantity=Decimal(str(start)))
    return list_id


def entry(list_id: int, sku: str, price: Any, **facts: Any) -> None:
    with acting_as(Actor.system()):
        result = upsert_entries(Actor.system(), list_id, [EntryRow(sku, Decimal(str(price)), **facts)])[0]
    assert result.problem is None, result.problem


def chain(code: str, *lists: str, strategy: str = "merge", is_default: bool = False) -> int:
    """A chain of lists by code; a code with a stroke before it may not merge: "-A"."""
    links = tuple(Link(name.lstrip("-"), not name.startswith("-")) for name in lists)
    with acting_as(Actor.system()):
        return set_chain(Actor.system(), ChainRow(code, links, strategy=strategy, is_default=is_default))[0]


def buys_by(company_id: int, chain_id: int | None) -> None:
    with acting_as(Actor.system()):
        assign_chain(Actor.system(), company_id, chain_id)


def german_vat() -> None:
    rows = [
        VatRow("DE", "standard", Decimal(19), date(2020, 1, 1)),
        VatRow("DE", "reduced", Decimal(7), date(2020, 1, 1)),
    ]
    with acting_as(Actor.system()):
        set_vat_rates(Actor.system(), rows)
