"""What happened at Nordkontor lately: orders with their invoices, carts left behind, a company that wants to buy."""

from __future__ import annotations

import random
import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal

from app.accounts.queries.addresses import addresses
from app.billing.service.issue import issue_invoice
from app.catalog.queries.articles import articles_by_code
from app.core import clock
from app.core.actor import Actor
from app.core.errors import DomainError
from app.core.tenancy import acting_as
from app.insights.service.carts import watch
from app.ordering.domain.cart import WantedLine
from app.ordering.domain.wishes import Wishes
from app.ordering.service.cart import add_lines, visit_cart
from app.ordering.service.checkout import check_prices, submit
from app.trial.demo.budgets import Payments
from app.trial.demo.families import DemoArticle

_DAYS = 62
_LARGE = 320  # lines of the one large order
_HOURS_IDLE = (27, 50, 75)


def _wanted(actor: Actor, items: Sequence[DemoArticle], chance: random.Random, count: int) -> list[WantedLine]:
    chosen = chance.sample(items, min(count, len(items)))
    articles = articles_by_code(actor, [item.sku for item in chosen])
    lines = []
    for item in chosen:
        (article,) = articles[item.sku]
        if article.status != "active" or item.index % 53 == 0 or item.index % 37 == 0:
            continue
        lines.append(WantedLine(article.id, Decimal(item.step * chance.choice((1, 2, 3, 5, 10))), item.unit))
    return lines


def _moments(count: int, now: datetime) -> list[datetime]:
    """Working hours of the last two months, oldest first; the last one this morning."""
    gap = _DAYS / max(count, 1)
    return [
        (now - timedelta(days=round(_DAYS - gap * (place + 1)))).replace(hour=8, minute=(place * 13) % 60, second=5)
        for place in range(count)
    ]


def order_at(
    actor: Actor, lines: Sequence[WantedLine], moment: datetime, po_number: str, cost_centre_id: int | None = None
) -> int:
    """Place an order as a buyer would have at that moment; returns its id."""
    with clock.frozen(moment), acting_as(actor):
        cart = add_lines(actor, None, lines, client_ref=str(uuid.uuid4()), page="/quick-order").page
        check_prices(actor, cart.cart_id)
        ship_to = addresses(actor)[0].id
        if ship_to is None:
            raise ValueError("a demo account has no address")
        wishes = Wishes(ship_to, po_number=po_number, cost_centre_id=cost_centre_id)
        done = submit(actor, cart.cart_id, wishes, client_ref=str(uuid.uuid4()))
        if done.order is None:
            raise ValueError("a demo order waits for approval")
        return done.order.id


def fill_trade(
    system: Actor,
    buyers: Sequence[tuple[Actor, int, str]],
    items: Sequence[DemoArticle],
    centres: Mapping[int, Sequence[int]],
) -> tuple[int, int]:
    """`buyers` are (actor, number of orders, code). Returns the numbers of orders and of carts left behind.

    `centres` are the cost centres that a company, by its id, books to in turn.

    Invoices are issued at the moment of their order, oldest first, so that numbers and dates agree.
    """
    chance = random.Random(20261121)  # noqa: S311 -- the same demo everywhere
    now = min(clock.now(), clock.now().replace(hour=9, minute=30))
    plan = sorted(
        (moment, place, actor, code)
        for place, (actor, count, code) in enumerate(buyers)
        for moment in _moments(count, now)
    )
    payments = Payments(system)
    for number, (moment, _place, actor, code) in enumerate(plan, start=1):
        payments.until(moment)
        with acting_as(actor):
            size = _LARGE if number == len(plan) - 2 else chance.randint(3, 24)
            lines = _wanted(actor, items, chance, size)
        own = centres.get(actor.company_id, ())
        order_id = order_at(actor, lines, moment, f"{code}-{4500 + number}", own[number % len(own)] if own else None)
        payments.note(actor.company_id, moment)
        with clock.frozen(moment + timedelta(minutes=1)), acting_as(system):
            issue_invoice(system, order_id)
    payments.until(now)
    left = _leave_carts(system, buyers, items, chance, now)
    return len(plan), left


def _leave_carts(
    system: Actor,
    buyers: Sequence[tuple[Actor, int, str]],
    items: Sequence[DemoArticle],
    chance: random.Random,
    now: datetime,
) -> int:
    pages = ("/cart", "/checkout", "/quick-order")
    for (actor, _count, _code), hours, page in zip(buyers, _HOURS_IDLE, pages, strict=False):
        with clock.frozen(now - timedelta(hours=hours)), acting_as(actor):
            lines = _wanted(actor, items, chance, chance.randint(6, 30))
            try:
                cart = add_lines(actor, None, lines, client_ref=str(uuid.uuid4()), page=page).page
            except DomainError:
                continue  # an account that may not buy leaves no cart
            visit_cart(actor, cart.cart_id, page)
    with acting_as(system):
        return watch(system)
