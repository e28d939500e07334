"""Orders of the past. Call inside `world()` or `ctx`."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from sqlalchemy import update

from app.core import clock
from app.core.actor import Actor
from app.core.db import transaction
from app.core.tenancy import system_scope
from app.ordering.domain.wishes import Placed
from app.ordering.models.orders import Order
from tests.factories.ordering import order


def ordered(actor: Actor, lines: Iterable[tuple[Any, Any]], days: int) -> Placed:
    """An order placed so many days ago."""
    made = order(actor, lines)
    with system_scope("factory"), transaction() as session:
        moment = clock.now() - timedelta(days=days)
        session.execute(update(Order).where(Order.number == made.number).values(placed_at=moment))
    return made
