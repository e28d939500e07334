"""Approvals at Hanse Werft: buyers ask above 2,000, Henrik Voss decides, and one order of Lena Vogt waits for him."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from decimal import Decimal

from app.accounts.domain.roles import Role
from app.accounts.queries.addresses import addresses
from app.accounts.queries.people import people, person_actor
from app.catalog.queries.articles import articles_by_code
from app.core.actor import Actor, Via
from app.core.tenancy import acting_as
from app.ordering.domain.approval import Approver, ApproverKind, RuleStep
from app.ordering.domain.approval_conditions import Kind
from app.ordering.domain.cart import WantedLine
from app.ordering.domain.wishes import Wishes
from app.ordering.service.approval_decisions import comment
from app.ordering.service.approval_rules import RuleEntry, Times, save_rule, set_times
from app.ordering.service.cart import add_lines
from app.ordering.service.checkout import check_prices, submit
from app.trial.demo.families import DemoArticle

_LINES, _DEAR, _WORTH = 3, Decimal(15), Decimal(1200)  # of each line, before discounts


def add_approvals(admin: Actor, items: Sequence[DemoArticle]) -> None:
    """A rule for buyers only, so that the administrator orders as before; prices are held for two days."""
    with acting_as(admin):
        step = RuleStep((Approver(ApproverKind.ROLE, str(Role.APPROVER)),))
        entry = RuleEntry(
            "Over 2,000", Kind.TOTAL, (step,), value=Decimal(2000), roles=(str(Role.BUYER),),
            about="Larger orders of buyers are looked at by the head of purchasing.",
        )  # fmt: skip
        save_rule(admin, entry)
        set_times(admin, Times(hold_hours=48))
        lena = next(one for one in people(admin) if one.role is Role.BUYER)
    buyer = person_actor_of(admin, lena.user_id)
    with acting_as(buyer):
        lines = _lines(buyer, items)
        cart = add_lines(buyer, None, lines, client_ref=str(uuid.uuid4()), page="/quick-order").page
        check_prices(buyer, cart.cart_id)
        ship_to = addresses(buyer)[0].id
        if ship_to is None:
            raise ValueError("a demo account has no address")
        wishes = Wishes(ship_to, po_number="HW-2291", note="For the refit of the ferry.")
        asked = submit(buyer, cart.cart_id, wishes, client_ref=str(uuid.uuid4())).approval_id
        if asked is not None:
            comment(buyer, asked, "The dock is booked from Monday.")


def person_actor_of(admin: Actor, user_id: int) -> Actor:
    with acting_as(admin):
        return person_actor(admin.company_id, user_id, via=Via.WEB)


def _lines(buyer: Actor, items: Sequence[DemoArticle]) -> list[WantedLine]:
    """A few dear articles, of each so much that the order is well above the rule."""
    dear = [item for item in items if item.index % 53 and item.index % 37 and item.price / item.base_quantity >= _DEAR]
    articles = articles_by_code(buyer, [item.sku for item in dear[: _LINES * 3]])
    found: list[WantedLine] = []
    for item in dear[: _LINES * 3]:
        (article,) = articles[item.sku]
        if article.status == "active" and article.is_visible and len(found) < _LINES:
            each = item.price / item.base_quantity * item.step
            found.append(WantedLine(article.id, item.step * (_WORTH // each + 1), item.unit))
    return found
