"""Where the subject of a thread has its page."""

from __future__ import annotations

from flask import url_for

from app.conversations.domain.subjects import ACCOUNT, CART, CLAIM, INVOICE, ORDER
from app.core.actor import Actor


def page_of_subject(actor: Actor, kind: str, number: str, account: str) -> str | None:
    """Its address for this reader; None where the reader's side has no page of it."""
    if kind == INVOICE:
        return url_for("billing.show", number=number)
    if kind == CLAIM:
        return url_for("fulfilment.claim_show", number=number)
    if kind == ORDER:
        if actor.is_operator:
            return url_for("ordering.sales_order", account=account, number=number)
        return url_for("ordering.order", number=number)
    if kind == ACCOUNT:
        return url_for("accounts.show", code=number) if actor.is_operator else url_for("accounts.company")
    if kind == CART:
        return None if actor.is_operator else url_for("ordering.cart_page", cart_id=int(number))
    return url_for("sourcing.sales_quote" if actor.is_operator else "sourcing.quote_show", number=number)
