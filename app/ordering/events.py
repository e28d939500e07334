"""What happened to carts and orders."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class OrderPlaced:
    """An order was placed through the portal, the API or EDI (imported history publishes nothing)."""

    order_id: int
