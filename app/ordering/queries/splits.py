"""The parts that lines of a cart are split into."""

from __future__ import annotations

from sqlalchemy import select

from app.core.db import db
from app.ordering.domain.wishes import PartWish
from app.ordering.models.deliveries import CartLinePart

_COLUMNS = (
    CartLinePart.cart_line_id, CartLinePart.quantity, CartLinePart.ship_to_id, CartLinePart.requested_on,
    CartLinePart.cost_centre_id,
)  # fmt: skip


def cart_parts(cart_id: int, company_id: int) -> dict[int, list[PartWish]]:
    """The parts of each split line by line id; lines that are not split are not in it. One statement."""
    rows = db.session.execute(
        select(*_COLUMNS)
        .where(CartLinePart.cart_id == cart_id, CartLinePart.company_id == company_id)
        .order_by(CartLinePart.cart_line_id, CartLinePart.position)
    )
    found: dict[int, list[PartWish]] = {}
    for row in rows:
        found.setdefault(row[0], []).append(PartWish(*row))
    return found
