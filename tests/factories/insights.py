"""Carts left behind, as rows. Call inside `world()` or `ctx`."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import count
from typing import Any

from app.core.actor import Actor
from app.core.db import db, transaction
from app.core.tenancy import system_scope
from app.insights.models.carts import AbandonedCart

_numbers = count(1)


def bare_abandonment(actor: Actor, value: Any = "100.00", **facts: Any) -> AbandonedCart:
    """A row of the list without a cart behind it."""
    now = datetime.now(UTC)
    values: dict[str, Any] = {
        "company_id": actor.company_id, "user_id": actor.user_id, "cart_id": 9_000_000 + next(_numbers),
        "idle_since": now - timedelta(days=2), "noticed_at": now - timedelta(days=1), "last_page": "/checkout",
        "line_count": 3, "value": Decimal(str(value)), "currency": "EUR",
    }  # fmt: skip
    with system_scope("factory"), transaction() as session:
        row = AbandonedCart(**(values | facts))
        session.add(row)
        session.flush()
        session.refresh(row)
    db.session.expunge(row)
    return row
