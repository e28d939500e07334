"""What follows quotes: one that sales offered unasked is ordered at its prices, one offer is given by a link and accepted."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

from app.accounts.domain.roles import Role
from app.accounts.queries.addresses import addresses
from app.accounts.queries.mailing import staff
from app.accounts.queries.people import person_actor
from app.catalog.queries.articles import articles_by_code
from app.core.actor import Actor, Scope
from app.core.tenancy import acting_as
from app.ordering.domain.wishes import Wishes
from app.ordering.service.checkout import submit
from app.sourcing.domain.quote import LineAsk, Offer, OfferEntry, Request
from app.sourcing.queries.quote_links import guest_of
from app.sourcing.queries.quote_numbers import number_of
from app.sourcing.queries.quotes import QuotePage, quote
from app.sourcing.service.quote_decisions import accept
from app.sourcing.service.quote_links import accept_by_link, make_link
from app.sourcing.service.quote_offers import edit_offer, send_offer
from app.sourcing.service.quote_orders import order_now
from app.sourcing.service.quotes import create_by_sales
from app.trial.demo.families import DemoArticle

_TERMS = "Free to the yard. Payment within 30 days."


def add_quotes_after(house: Actor, buyer: Actor, items: Sequence[DemoArticle]) -> None:
    with acting_as(house):
        person = staff((Role.SALES,))[0]
        seller = replace(person_actor(house.company_id, person.user_id), scope=Scope.OPERATOR)
    with acting_as(buyer):
        chosen = [item.sku for item in items if item.index % 53 and item.index % 37][300:312]
        known = articles_by_code(buyer, chosen)
        goods = [one for sku in chosen for one in known.get(sku, ()) if one.status == "active" and one.is_visible]
    lines = [
        LineAsk(one.id, "", max(one.rule.minimum or Decimal(1), one.rule.step or Decimal(1)), one.base_unit)
        for one in goods[:2]
        if not one.is_head
    ]
    _ordered(buyer, seller, lines)
    _by_link(buyer, seller, lines)


def _offered(buyer: Actor, seller: Actor, lines: Sequence[LineAsk], title: str) -> int:
    with acting_as(seller):
        request = Request(tuple(lines), title)
        made = create_by_sales(seller, buyer.company_id, request, client_ref=str(uuid.uuid4()))
        page = _page(seller, made)
        entries = tuple(
            OfferEntry(line.id, line.quantity, line.unit, line.quantity, None, "percent", Decimal("3.5"),
                       article_id=line.article_id, lead_days=2)
            for line in page.lines
        )  # fmt: skip
        offer = Offer(entries, valid_until=page.now + timedelta(days=14), terms=_TERMS)
        edit_offer(seller, made, offer, row_version=page.row_version)
        send_offer(seller, made, row_version=_page(seller, made).row_version)
    return made


def _page(actor: Actor, quote_id: int) -> QuotePage:
    return quote(actor, number_of(actor, quote_id))


def _ordered(buyer: Actor, seller: Actor, lines: Sequence[LineAsk]) -> None:
    made = _offered(buyer, seller, lines, "Seals for the dock gate")
    with acting_as(buyer):
        accept(buyer, made, {}, row_version=_page(buyer, made).row_version, client_ref=str(uuid.uuid4()))
        cart_id = order_now(buyer, made, client_ref=str(uuid.uuid4()))
        ship_to = addresses(buyer)[0].id
        if ship_to is None:
            raise ValueError("a demo account has no address")
        submit(buyer, cart_id, Wishes(ship_to, po_number="HW-2317"), client_ref=str(uuid.uuid4()))


def _by_link(buyer: Actor, seller: Actor, lines: Sequence[LineAsk]) -> None:
    """Somebody without an account says yes: sales has to take it over."""
    made = _offered(buyer, seller, lines, "Spare seals, asked for on the phone")
    with acting_as(seller):
        token = make_link(seller, made)
    link = guest_of(token)
    with acting_as(Actor.system()):
        accept_by_link(
            Actor.system(), link.link_id, {}, version=1, name="Jonas Petersen, purchasing", note="Please before Friday."
        )
