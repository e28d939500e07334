"""Paying back what is in an account's favour."""

from __future__ import annotations

from decimal import Decimal

from app.billing.models.open_items import OpenItem
from app.billing.policy import Permission
from app.billing.service.open_items import NewItem, post
from app.billing.service.settling import settle
from app.core import clock
from app.core.actor import Actor
from app.core.db import command, db
from app.core.errors import Invalid, NotFound
from app.core.locks import lock_rows
from app.core.texts import N_


@command
def refund(actor: Actor, credit_id: int, amount: Decimal, note: str, *, client_ref: str) -> int:
    """Pay so much of a payment or credit note back; returns the refund's item. The bank's line confirms it later.

    The same client_ref gives the first one.
    """
    actor.demand(Permission.PAYMENTS)
    items = lock_rows(OpenItem, [credit_id])
    if not items:
        raise NotFound(N_("There is no such open item."))
    credit = items[0]
    known = db.session.query(OpenItem.id).filter_by(source=f"refund:{client_ref}").scalar()
    if known is not None:
        return int(known)
    if credit.amount >= 0:
        raise Invalid("amount", N_("Only a payment or a credit note can be paid back."))
    item_id = post(actor, NewItem(
        company_id=credit.company_id, entity_id=credit.entity_id, kind="refund", number=f"RF-{credit.id}-{credit.number}"[:60],
        text=note.strip(), amount=amount, currency=credit.currency, issued_on=clock.today(), source=f"refund:{client_ref}",
    ))  # fmt: skip
    settle(actor, item_id, credit.id, amount)
    return item_id
