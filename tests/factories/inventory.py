"""Warehouses and stock by plain functions. Call them inside `world()` or `ctx`; what they make is committed."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import select

from app.core.actor import Actor
from app.core.db import db
from app.core.tenancy import acting_as
from app.inventory.models.supply import IncomingGoods
from app.inventory.service.incoming import IncomingRow, set_incoming
from app.inventory.service.stock import StockRow, WarehouseRow, set_stock, upsert_warehouses
from app.inventory.service.suppliers import SupplierStockRow, set_supplier_stock


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


def coming(sku: str, quantity: Any, day: date, code: str = "MAIN", reference: str = "PO-1") -> int:
    """Goods on their way; returns the id. The warehouse is made when it is not there."""
    warehouse(code, position=2 if code != "MAIN" else 1)
    with acting_as(Actor.system()):
        rows = [IncomingRow(sku, code, Decimal(str(quantity)), day, reference)]
        result = set_incoming(Actor.system(), rows)[0]
        assert result.problem is None, result.problem
        statement = select(IncomingGoods.id).order_by(IncomingGoods.id.desc()).limit(1)
        return db.session.scalars(statement).one()


def supplied(sku: str, quantity: Any, supplier: str, days: int = 2, *, told_on: date | None = None) -> None:
    """What a supplier who ships directly has."""
    with acting_as(Actor.system()):
        rows = [SupplierStockRow(sku, supplier, Decimal(str(quantity)), days, ships_directly=True)]
        result = set_supplier_stock(Actor.system(), rows, told_on=told_on)[0]
    assert result.problem is None, result.problem
