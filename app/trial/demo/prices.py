"""Price lists, breaks and chains of the invented wholesaler, and its VAT."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from decimal import Decimal

from app.core.actor import Actor
from app.pricing.service.chains import ChainRow, Link, assign_chain, set_chain
from app.pricing.service.lists import EntryRow, PriceListRow, upsert_entries, upsert_price_list
from app.pricing.service.vat import VatRow, set_vat_rates
from app.trial.demo.families import DemoArticle

GENERAL = "GENERAL"
# code, name, categories (prefixes) it covers, percent off the general list
LISTS: tuple[tuple[str, str, tuple[str, ...], int], ...] = (
    ("SHIPYARDS", "Shipyards and heavy industry", ("FA", "TO"), 8),
    ("ELECTRICIANS", "Electrical trade", ("EL", "FA-PLUG", "TO-DRILL"), 11),
    ("HANSE-2026", "Hanse Werft, frame contract 2026", ("FA-BOLT", "FA-NUT", "SA"), 17),
)
_CENT = Decimal("0.01")
_FINE = Decimal("0.0001")


def _general(items: Iterable[DemoArticle]) -> Iterator[EntryRow]:
    """The list price, cheaper from a box and from ten boxes on; boxes have a price of their own in some families."""
    for item in items:
        base = Decimal(item.base_quantity)
        yield EntryRow(item.sku, item.price, base_quantity=base)
        if item.box > 1:
            yield EntryRow(item.sku, (item.price * 94 / 100).quantize(_CENT), Decimal(item.box * 2), base_quantity=base)
            yield EntryRow(
                item.sku, (item.price * 89 / 100).quantize(_CENT), Decimal(item.box * 10), base_quantity=base
            )


def _cheaper(items: Iterable[DemoArticle], categories: tuple[str, ...], percent: int) -> Iterator[EntryRow]:
    for item in items:
        if item.category.startswith(categories):
            base = Decimal(item.base_quantity)
            price = (item.price * (100 - percent) / 100).quantize(_FINE)
            yield EntryRow(item.sku, price, base_quantity=base)
            if item.box > 1:
                for boxes, part in ((2, 95), (10, 90)):  # from where the general list has its breaks
                    yield EntryRow(
                        item.sku, (price * part / 100).quantize(_FINE), Decimal(item.box * boxes), base_quantity=base
                    )


def fill_prices(actor: Actor, items: Sequence[DemoArticle]) -> None:
    """VAT of Germany, the general list, the lists of groups and the contract, the default chain."""
    set_vat_rates(
        actor,
        [
            VatRow("DE", "standard", Decimal(19), date(2021, 1, 1)),
            VatRow("DE", "reduced", Decimal(7), date(2021, 1, 1)),
        ],
    )
    general, _ = upsert_price_list(actor, PriceListRow(GENERAL, "General price list", "EUR"))
    upsert_entries(actor, general, list(_general(items)))
    for code, name, categories, percent in LISTS:
        list_id, _ = upsert_price_list(actor, PriceListRow(code, name, "EUR"))
        upsert_entries(actor, list_id, list(_cheaper(items, categories, percent)))
    set_chain(actor, ChainRow(GENERAL, (Link(GENERAL),), name="General prices", is_default=True))


def assign_chains(actor: Actor, accounts: Sequence[tuple[int, tuple[str, ...]]]) -> None:
    """Give each account (id, its own lists) a chain: its lists in order, then the general one. Equal chains are shared."""
    for company_id, lists in accounts:
        if lists:
            code = "+".join(part.split("-")[0][:12] for part in lists)
            links = tuple(Link(part) for part in (*lists, GENERAL))
            chain_id, _ = set_chain(actor, ChainRow(code, links, name=" > ".join((*lists, GENERAL)), strategy="lowest"))
            assign_chain(actor, company_id, chain_id)
