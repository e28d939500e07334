"""Where "Ask for a quote" stands on the pages of ordering, and quotes on the page of an account."""

from __future__ import annotations

from typing import Any

from flask import render_template

from app.core.actor import Scope
from app.sourcing.policy import Permission
from app.web.access import actor
from app.web.slots import slot


def _may_ask() -> bool:
    return actor().can(Permission.ASK) and actor().scope is Scope.TENANT


def _link(**address: Any) -> str | None:
    if not _may_ask():
        return None
    look = address.pop("look", "secondary")
    return render_template("sourcing/_ask_link.html", address=address, look=look)


@slot("ordering.article.ask")
def ask_about_article(*, article: Any, quantity: Any) -> str | None:
    return _link(code=article.sku, quantity=f"{quantity:f}" if quantity else None, look="link")


@slot("ordering.cart.ask")
def ask_about_cart(*, cart_id: int, kind: str) -> str | None:
    """Not from a cart whose prices were agreed or whose order is being changed."""
    return _link(cart=cart_id) if kind not in ("quote", "amendment") else None


@slot("ordering.list.ask")
def ask_about_list(*, list_id: int, is_release: bool) -> str | None:
    return _link(list=list_id, release=1 if is_release else None)


@slot("ordering.order.side", order=80)
def ask_about_order(*, order: Any) -> str | None:
    return _link(order=order.number, look="link")


@slot("ordering.row.ask")
def ask_about_row(*, code: str, quantity: str, unit: str) -> str | None:
    return _link(code=code, quantity=quantity, unit=unit, look="small")


@slot("ordering.pad.ask")
@slot("ordering.preview.ask")
def ask_about_rows() -> str | None:
    """A button of the form that holds the rows."""
    return render_template("sourcing/_ask_button.html") if _may_ask() else None


@slot("accounts.account.side", order=42)
def quotes_of_account(*, account: Any) -> str | None:
    if account.kind != "customer" or not actor().can(Permission.ANSWER):
        return None
    return render_template("sourcing/_account_quotes.html", account=account)
