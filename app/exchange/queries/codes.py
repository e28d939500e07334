"""Known variants of fields by code."""

from __future__ import annotations

from sqlalchemy import select

from app.core.actor import Actor
from app.core.db import db
from app.inventory.models.stock import Warehouse


def warehouse_codes(actor: Actor) -> list[str]:
    """Codes of all warehouses, the one that gives first in front."""
    return list(db.session.scalars(select(Warehouse.code).order_by(Warehouse.position, Warehouse.code)))
