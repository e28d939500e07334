"""Filling in own fields of an order after it was placed: the operator's people do."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import update

from app.accounts.domain.own_fields import Subject, kept_values
from app.accounts.queries.own_fields import own_fields
from app.accounts.service.own_fields import set_inner_values
from app.core import audit
from app.core.actor import Actor
from app.core.db import command, db
from app.core.errors import Forbidden, NotFound
from app.core.locks import lock_rows
from app.core.texts import N_
from app.ordering.models.orders import Order
from app.ordering.queries.own_fields import order_values


@command
def set_order_values(actor: Actor, order_id: int, given: Mapping[str, str]) -> bool:
    """Fill in the fields; what `given` does not name stays. False: nothing changed. Raises Invalid("own_<code>", ...)."""
    if not actor.is_operator:
        raise Forbidden(N_("You have no right to do this."))
    rows = lock_rows(Order, [order_id])
    if not rows:
        raise NotFound
    company_id, fields = rows[0].company_id, own_fields(actor, Subject.ORDER)
    before = order_values(actor, order_id)
    known = {code: value for code, value in before.items() if code in fields}
    after = kept_values(fields.values(), {**known, **given}, demands=False)
    if after == before:
        return False
    seen = {code: value for code, value in after.items() if not fields[code].is_inner}
    db.session.execute(update(Order).where(Order.id == order_id).values(own=seen))
    inner = {code: value for code, value in after.items() if code not in seen}
    set_inner_values(actor, Subject.ORDER, order_id, company_id, inner)
    changed = sorted(code for code in {*before, *after} if before.get(code) != after.get(code))
    changes = {f"own.{code}": [before.get(code), after.get(code)] for code in changed}
    audit.record(actor, "order", order_id, "own_fields", changes, company_id=company_id)
    return True
