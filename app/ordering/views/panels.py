"""The cart in the top bar, and what orders say about a promotion."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from flask import g, render_template, request, url_for

from app.core.actor import Scope
from app.core.errors import NotFound
from app.ordering.domain.cart import CartPage
from app.ordering.domain.sharing import Right
from app.ordering.policy import Permission
from app.ordering.queries.approvals import cart_and_waiting, waiting_count
from app.ordering.queries.cart import CartHead, cart_head
from app.ordering.queries.promotion_trial import trial
from app.pricing.policy import Permission as Pricing
from app.pricing.queries.promotion_pages import PromotionLine
from app.web.access import actor
from app.web.slots import slot
from app.web.texts import _, say

ID_DIGITS = 18


def cart_of_request() -> CartHead | None:
    """The buyer's active cart, read once per request."""
    if "ordering_cart" not in g:
        g.ordering_cart, g.ordering_waiting = cart_and_waiting(actor())
    found: CartHead | None = g.ordering_cart
    return found


def waiting_of_request() -> int:
    """How many requests for approval wait for the person: told with the cart where he may have one."""
    me = actor()
    if not me.can(Permission.FILL_CART):
        return waiting_count(me)
    cart_of_request()
    told: int = g.ordering_waiting
    return told


def asked_cart(right: Right = Right.EDIT) -> CartHead:
    """The cart that the address or form names, else the buyer's active one; NotFound, or Forbidden by too small a right."""
    number = request.values.get("cart", "")
    if number:
        if not number.isascii() or not number.isdigit() or len(number) > ID_DIGITS:
            raise NotFound
        return cart_head(actor(), int(number), right)
    head = cart_of_request()
    if head is None:
        raise NotFound(say(_("You have no cart any more; it was ordered.")))
    return head


def home_of(cart_id: int) -> str:
    """The address of a cart's page: the active one has the short one."""
    active = cart_of_request()
    if active is not None and active.id == cart_id:
        return url_for("ordering.cart")
    return url_for("ordering.cart_page", cart_id=cart_id)


def checkout_of(cart_id: int) -> str:
    """Where a cart is checked out: the active one has the short address."""
    active = cart_of_request()
    if active is not None and active.id == cart_id:
        return url_for("ordering.checkout")
    return url_for("ordering.checkout", cart=cart_id)


def saw_cart(head: CartHead, page: CartPage) -> None:
    """What the page shows is what the top bar says of the active cart."""
    active = cart_of_request()
    if active is not None and active.id == head.id:
        g.ordering_cart = replace(active, net_seen=page.totals.net_total, line_count=page.counts.lines)


def forget_cart() -> None:
    """After a change: what is shown next is read again."""
    g.pop("ordering_cart", None)
    g.pop("ordering_waiting", None)


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
