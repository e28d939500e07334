"""Somebody at the desk as the one who acts for a buyer: the buyer's rights, the desk's name beside them."""

from __future__ import annotations

from dataclasses import replace

from app.accounts.domain.visits import StaffAccess
from app.accounts.queries.people import person_actor
from app.accounts.queries.visits import staff_access
from app.core.actor import Actor
from app.core.errors import Conflict
from app.core.texts import N_
from app.insights.queries.carts import AbandonedRow


def desk_actor(actor: Actor, row: AbandonedRow) -> Actor:
    """For what is written into the account's own rows inside the operator's transaction.

    Raises Conflict where the account lets nobody act for its people without asking.
    """
    if staff_access(actor, row.company_id) is not StaffAccess.FREE:
        raise Conflict(N_("{name} wants to be asked before somebody acts for its people.", name=row.company_name))
    buyer = person_actor(row.company_id, row.user_id, via=actor.via)
    return replace(buyer, staff_id=actor.user_id, staff_name=actor.name)
