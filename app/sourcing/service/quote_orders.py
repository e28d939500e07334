"""From an accepted quote to money: an order at exactly its prices, or prices for a time with quantities to draw."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from app.core import audit
from app.core.actor import Actor
from app.core.db import command
from app.core.errors import Conflict, Invalid
from app.core.texts import N_
from app.ordering.domain.lifecycle import CartState
from app.ordering.queries.agreed import live_cart, orders_from, source_of_order
from app.ordering.service.agreed import open_agreed_cart
from app.pricing.service.contracts import ContractRow, open_contract
from app.pricing.service.lists import EntryRow, upsert_entries
from app.sourcing.domain.quote_machine import QUOTE
from app.sourcing.models.quotes import Quote
from app.sourcing.policy import Permission
from app.sourcing.queries.quote_orders import (
    Accepted,
    accepted,
    number_of_source,
    published_prices,
    quote_of,
    source_of,
)
from app.sourcing.service.quote_decisions import mark_ordered, set_cart
from app.sourcing.service.quote_state import locked_quote


@command
def order_now(actor: Actor, quote_id: int, *, client_ref: str) -> int:
    """The cart in which an accepted quote is ordered, made on the first call; returns its id.

    A quote has one such cart at a time and is ordered once, one for many orders as often as wanted. Budgets, credit and
    approvals come with the checkout, as for any order.
    """
    quote = locked_quote(actor, quote_id)
    _demand_accepted(quote)
    contract = published_prices(actor, quote.number)
    if contract is not None:
        raise Conflict(N_("These prices hold in the shop now, as contract {code}. Order there.", code=contract))
    lines = accepted(actor, quote.id)
    base = source_of(quote.number, lines[0].version)
    source = base
    if quote.is_multi_use:
        known = orders_from(actor, quote.company_id, base)
        source = f"{base}#{known + 1}" if known else base
    cart_id = open_agreed_cart(
        actor,
        quote.company_id,
        [line.agreed(quote.number) for line in lines],
        name=quote.number,
        source=source,
        currency=quote.currency,
        client_ref=client_ref,
        user_id=quote.user_id,
        draft=_draft(quote),
    )
    if quote.cart_id != cart_id:
        set_cart(actor, quote.id, cart_id)
    return cart_id


def _draft(quote: Quote) -> dict[str, str]:
    """What the request said of delivery, as checkout finds it."""
    found = {}
    if quote.ship_to.get("id"):
        found["ship_to"] = str(quote.ship_to["id"])
    if quote.need_by is not None:
        found["requested_on"] = quote.need_by.isoformat()
    return found


def _demand_accepted(quote: Quote) -> None:
    if quote.state != "accepted":
        raise Conflict(N_("This is not possible now. The state is: {state}.", state=QUOTE.word(quote.state)))


@command
def note_order(actor: Actor, order_id: int) -> None:
    """An order was placed: the quote its prices come from is ordered by it. A repeat changes nothing."""
    found = source_of_order(actor, order_id)
    if found is None:
        return
    source, _company_id, order_number = found
    number = number_of_source(source)
    quote_id = quote_of(actor, number) if number else None
    if quote_id is not None:
        mark_ordered(actor, quote_id, order_number)


@dataclass(frozen=True, slots=True)
class PriceTerms:
    """From when to when accepted prices hold, and how much may be drawn of each line (None: as much as wanted)."""

    valid_from: date | None
    valid_to: date | None
    quantities: Mapping[int, Decimal | None]


@command
def publish_as_prices(actor: Actor, quote_id: int, terms: PriceTerms) -> str:
    """Make an accepted quote a contract of the account: prices that orders in the shop draw from; returns its code.

    Smaller quantities than accepted may be ordered, until what was agreed is used up. Raises Conflict while the quote is
    being ordered itself, or once it was.
    """
    actor.demand(Permission.ANSWER)
    quote = locked_quote(actor, quote_id)
    _demand_accepted(quote)
    if terms.valid_from and terms.valid_to and terms.valid_to < terms.valid_from:
        raise Invalid("valid_to", N_("The last day lies before the first."))
    lines = accepted(actor, quote.id)
    known = live_cart(actor, quote.company_id, source_of(quote.number, lines[0].version))
    if known is not None:
        ordered = known[1] is CartState.ORDERED
        raise Conflict(
            N_("This quote was ordered already.") if ordered
            else N_("This quote is being ordered. Its cart must be thrown away before its prices can be published.")
        )  # fmt: skip
    entries = _entries(lines, terms)
    row = ContractRow(
        quote.number, quote.title or quote.number, quote.currency, validity=(terms.valid_from, terms.valid_to)
    )  # fmt: skip
    list_id = open_contract(actor, quote.company_id, row)
    for line, result in zip(lines, upsert_entries(actor, list_id, entries), strict=True):
        if result.problem is not None:
            raise Invalid("lines", N_("Line {line}: {problem}", line=line.position, problem=result.problem))
    facts = {"contract": quote.number, "lines": len(lines), "valid": [terms.valid_from, terms.valid_to]}
    audit.record(actor, "quote", quote.id, "published_as_prices", facts, company_id=quote.company_id)
    return quote.number


def _entries(lines: Sequence[Accepted], terms: PriceTerms) -> list[EntryRow]:
    found: dict[tuple[str, str], EntryRow] = {}
    for line in lines:
        if (line.sku, line.unit) in found:
            raise Conflict(N_("{sku} was accepted twice: a price list has one price for it.", sku=line.sku))
        agreed = terms.quantities.get(line.line_id)
        if agreed is not None and agreed <= 0:
            raise Invalid("quantity", N_("The quantity must be more than zero."))
        found[line.sku, line.unit] = EntryRow(
            line.sku, line.unit_price, unit=line.unit, base_quantity=line.base_quantity, agreed_quantity=agreed
        )
    return list(found.values())
