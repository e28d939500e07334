"""The operator's own fields of orders: which the buyer fills in, and what stands in those of an order."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import select

from app.accounts.domain.own_fields import OwnField, Subject, kept_values
from app.accounts.queries.own_fields import inner_values, own_fields
from app.core.actor import Actor
from app.core.db import db
from app.core.errors import NotFound
from app.core.tenancy import visible
from app.ordering.models.orders import Order


def asked_at_checkout(actor: Actor) -> dict[str, OwnField]:
    """The fields a buyer fills in, in their order."""
    return {code: one for code, one in own_fields(actor, Subject.ORDER).items() if one.is_entered}


def entered_for_order(actor: Actor, given: Mapping[str, str]) -> dict[str, str]:
    """What is kept of what a buyer entered; a field that was removed meanwhile is left out. Raises Invalid.

    Required fields are demanded where a person or program fills them in, not here: standing orders and electronic
    orders come without.
    """
    fields = asked_at_checkout(actor)
    return kept_values(fields.values(), {code: text for code, text in given.items() if code in fields}, demands=False)


def order_values(actor: Actor, order_id: int) -> dict[str, str]:
    """What stands in an order's fields, by code; the operator's people get the inner ones, too."""
    statement = visible(actor, select(Order.own).where(Order.id == order_id), Order)
    seen = db.session.scalar(statement)
    if seen is None:
        raise NotFound
    return {**seen, **inner_values(actor, Subject.ORDER, [order_id]).get(order_id, {})}


def printed_own(actor: Actor, values: Mapping[str, str], locale: str) -> list[str]:
    """Lines for the printed order, in its language; a yes is said by the name of its field alone."""
    lines = []
    for code, one in own_fields(actor, Subject.ORDER).items() if values else ():
        value = values.get(code)
        if not one.is_printed or not value or value == "no":
            continue
        shown = "" if one.kind == "flag" else f": {one.shown(value, locale)}"
        lines.append(f"{one.label(locale)}{shown}")
    return lines
