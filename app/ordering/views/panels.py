"""The cart in the top bar, and what orders say about a promotion."""

from __future__ import annotations

from typing import Any

from flask import g, render_template

from app.core.actor import Scope
from app.ordering.policy import Permission
from app.ordering.queries.cart import CartHead, active_cart
from app.ordering.queries.promotion_trial import trial
from app.pricing.policy import Permission as Pricing
from app.pricing.queries.promotion_pages import PromotionLine
from app.web.access import actor
from app.web.slots import slot


def cart_of_request() -> CartHead | None:
    """The buyer's active cart, read once per request."""
    if "ordering_cart" not in g:
        g.ordering_cart = active_cart(actor())
    found: CartHead | None = g.ordering_cart
    return found


def forget_cart() -> None:
    """After a change: what is shown next is read again."""
    g.pop("ordering_cart", None)


@slot("layout.top.cart")
def cart_chip(**_context: Any) -> str | None:
    """Lines and sum, as they were last worked out."""
    if actor().scope is not Scope.TENANT or not actor().can(Permission.FILL_CART):
        return None
    return render_template("ordering/_cart_chip.html", head=cart_of_request())


@slot("pricing.promotion.trial")
def promotion_trial(*, promotion: PromotionLine) -> str | None:
    """What the promotion would have given on the last orders."""
    may_open = actor().can(Permission.READ_ALL)
    if not may_open and not actor().can(Pricing.PROMOTE):
        return None
    return render_template("ordering/_promotion_trial.html", trial=trial(actor(), promotion.id), may_open=may_open)
