"""Offers that answer why a cart was left: other goods, a quote with a discount, delivery in parts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal

from app.catalog.domain.article import Article, key_of
from app.catalog.queries.articles import articles_by_code
from app.core.actor import Actor
from app.core.db import command, db
from app.core.errors import Conflict, Invalid
from app.core.texts import N_
from app.ordering.domain.cart import CartRow, WantedLine, quantity_problem
from app.ordering.queries.cart import priced_cart
from app.ordering.service.cart import add_lines, new_cart
from app.ordering.service.handing import hand_over
from app.ordering.service.splitting import Target, assign
from app.sales.domain.cart_help import CartHelp
from app.sales.models.cart_actions import CartAction
from app.sales.service.acting import desk_actor
from app.sales.service.cart_actions import begin, checked_text, known_action, record, tell_buyer
from app.sourcing.domain.quote import LineAsk, Offer, OfferEntry, Request
from app.sourcing.queries.clock import database_now
from app.sourcing.queries.quote_rules import quote_right, quote_rules
from app.sourcing.queries.quote_told import quote_to_tell
from app.sourcing.queries.quote_working import line_facts, work_out
from app.sourcing.service.quote_offers import edit_offer, send_offer
from app.sourcing.service.quotes import create_by_sales


@command
def offer_substitutes(
    actor: Actor, abandonment_id: int, instead: Mapping[int, str], text: str, *, client_ref: str
) -> int:
    """Prepare a cart for the buyer with other goods in place of lines (line id -> SKU), and write to him.

    Lines that cannot be ordered and have nothing in their place are left out.
    """
    known = known_action(abandonment_id, client_ref)
    if known is not None:
        return known
    text = checked_text(text)
    chosen = {line: sku for line, sku in instead.items() if sku}
    if not chosen:
        raise Invalid("instead", N_("Choose what is offered instead."))
    row = begin(actor, abandonment_id, is_contact=True)
    desk = desk_actor(actor, row)
    page = priced_cart(actor, row.cart_id)
    found = articles_by_code(desk, chosen.values())
    lines = []
    for line in page.rows:
        if line.line_id in chosen:
            lines.append(_instead(line, [one for one in found.get(key_of(chosen[line.line_id]), ()) if one.is_visible]))
        elif not line.problems:
            lines.append(WantedLine(line.article.id, line.quantity, line.unit, line.note))
    names = ", ".join(chosen.values())
    cart_id, link = _prepared(actor, desk, lines, names, client_ref)
    return tell_buyer(
        actor, row, CartHelp.SUBSTITUTE, text, client_ref=client_ref, link=link, articles=names, cart_id=cart_id
    )


def _instead(line: CartRow, found: Sequence[Article]) -> WantedLine:
    """So much of another article as the line asked for, in its base unit and its packs."""
    if len(found) != 1:
        raise Invalid("instead", N_("This article is not offered to the account."))
    article, quantity = found[0], line.base_quantity
    problem = quantity_problem(article, quantity, article.base_unit)
    if problem is not None:
        if not problem.quantities:
            raise Invalid("instead", problem.message)
        quantity = problem.quantities[-1]
    return WantedLine(article.id, quantity, article.base_unit, line.note)


def _prepared(actor: Actor, desk: Actor, lines: Sequence[WantedLine], name: str, client_ref: str) -> tuple[int, str]:
    """A cart prepared for the buyer, and the link under which he takes it over."""
    if not lines:
        raise Conflict(N_("There is nothing in this cart to hand over."))
    cart_id = new_cart(desk, name[:80])
    add_lines(desk, cart_id, lines, client_ref=f"help-{client_ref}")
    return cart_id, f"/carts/take/{hand_over(actor, cart_id)}"


def parts_by_day(rows: Sequence[CartRow]) -> dict[date, list[CartRow]]:
    """Lines that wait for goods, by the day all of a line can leave; empty when everything leaves together."""
    days: dict[date, list[CartRow]] = {}
    for row in rows:
        promise = row.promise
        if not row.problems and promise.backordered > 0 and promise.ships_on is not None:
            days.setdefault(promise.ships_on, []).append(row)
    orderable = sum(1 for row in rows if not row.problems)
    is_one = len(days) == 1 and sum(len(waiting) for waiting in days.values()) == orderable
    return {} if is_one else dict(sorted(days.items()))


@command
def offer_parts(actor: Actor, abandonment_id: int, text: str, *, client_ref: str) -> int:
    """Prepare the same cart with what comes later as deliveries of their own, and write to the buyer."""
    known = known_action(abandonment_id, client_ref)
    if known is not None:
        return known
    text = checked_text(text)
    row = begin(actor, abandonment_id, is_contact=True)
    page = priced_cart(actor, row.cart_id)
    if not parts_by_day(page.rows):
        raise Conflict(N_("Everything in this cart leaves on one day."))
    desk = desk_actor(actor, row)
    lines = [WantedLine(one.article.id, one.quantity, one.unit, one.note) for one in page.rows if not one.problems]
    cart_id, link = _prepared(actor, desk, lines, page.name, client_ref)
    days = parts_by_day(priced_cart(actor, cart_id).rows)
    for day, waiting in days.items():
        assign(desk, cart_id, [one.line_id for one in waiting], Target(requested_on=day))
    told = ", ".join(day.isoformat() for day in days)
    return tell_buyer(actor, row, CartHelp.SPLIT, text, client_ref=client_ref, link=link, days=told, cart_id=cart_id)


@command
def make_quote(actor: Actor, abandonment_id: int, percent: Decimal, *, client_ref: str) -> str:
    """Turn the cart into a quote with a discount inside the own right, and send it; returns its number.

    A quote whose prices need a release, because of margin or floor, stays in preparation: the outcome says so.
    """
    known = known_action(abandonment_id, client_ref)
    if known is not None:
        return _number_of(known)
    right = quote_right(actor)
    if not 0 <= percent <= right.max_discount:
        raise Invalid("percent", N_("You may give up to {most} percent without asking.", most=right.max_discount))
    row = begin(actor, abandonment_id, is_contact=True, locks_cart=False)
    page = priced_cart(actor, row.cart_id)
    asks = tuple(
        LineAsk(one.article.id, "", one.quantity, one.unit, note=one.note)
        for one in page.rows
        if one.article.is_visible and not one.article.is_head and one.article.factor(one.unit) is not None
    )
    if not asks:
        raise Conflict(N_("Nothing in this cart can be offered."))
    request = Request(asks, page.name, source=f"cart {row.cart_id}")
    quote_id = create_by_sales(actor, row.company_id, request, client_ref=f"cart-{client_ref}")
    offer = _discounted(actor, quote_id, percent)
    edit_offer(actor, quote_id, offer, row_version=quote_to_tell(actor, quote_id).row_version)
    needs = work_out(actor, quote_id, offer).needs
    is_complete = all(one.list_price is not None for one in line_facts(quote_id).values())
    is_sent = not needs and is_complete
    if is_sent:
        send_offer(actor, quote_id, row_version=quote_to_tell(actor, quote_id).row_version)
    number = quote_to_tell(actor, quote_id).number
    facts = {"percent": str(percent), "number": number, "is_sent": is_sent}
    record(
        actor, row, CartHelp.QUOTE, client_ref=client_ref, facts=facts, subject=("quote", quote_id), is_contact=is_sent
    )
    return number


def _discounted(actor: Actor, quote_id: int, percent: Decimal) -> Offer:
    """List prices less a discount on the whole, valid as long as usual."""
    entries = tuple(
        OfferEntry(line.id, line.quantity, line.unit, line.quantity) for line in line_facts(quote_id).values()
    )
    until = (database_now() + timedelta(days=quote_rules(actor).validity_days)).replace(second=0, microsecond=0)
    kind = "percent" if percent else ""
    return Offer(entries, kind, percent, valid_until=until)


def _number_of(action_id: int) -> str:
    return str(db.session.get_one(CartAction, action_id).facts["number"])
