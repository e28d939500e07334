"""Warehouses and stock by plain functions. Call them inside `world()` or `ctx`; what they make is committed."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from app.core.actor import Actor
from app.core.tenancy import acting_as
from app.inventory.service.stock import StockRow, WarehouseRow, set_stock, upsert_warehouses


def warehouse(code: str = "MAIN", position: int = 1) -> None:
    with acting_as(Actor.system()):
        upsert_warehouses(Actor.system(), [WarehouseRow(code, f"Warehouse {code}", position)])


def stock(sku: str, on_hand: Any, code: str = "MAIN", *, threshold: Any = None) -> None:
    """So much of an article in a warehouse, which is made when it is not there."""
    row = StockRow(sku, code, Decimal(str(on_hand)), None if threshold is None else Decimal(str(threshold)))
    warehouse(code, position=2 if code != "MAIN" else 1)
    with acting_as(Actor.system()):
        result = set_stock(Actor.system(), [row])[0]
    assert result.problem is None, result.problem
