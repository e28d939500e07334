"""What is kept back and when an article is low: of one shelf, or a default for many."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from sqlalchemy import delete, select, text

from app.catalog.models.categories import Category
from app.core import audit
from app.core.actor import Actor
from app.core.db import command, db
from app.core.errors import Invalid
from app.core.texts import N_
from app.inventory.models.places import StockDefault
from app.inventory.models.stock import Stock
from app.inventory.service.lookups import article_id, warehouse_id

_LARGEST = Decimal(10) ** 12
_SET = text("""
INSERT INTO stock AS s (article_id, warehouse_id, threshold, inherits_threshold, low_mark)
VALUES (:article, :warehouse, coalesce(CAST(:threshold AS numeric), 0), CAST(:threshold AS numeric) IS NULL, :low)
ON CONFLICT (article_id, warehouse_id) DO UPDATE SET threshold = excluded.threshold,
    inherits_threshold = excluded.inherits_threshold, low_mark = excluded.low_mark, updated_at = now()
RETURNING s.id""")


@command
def set_marks(actor: Actor, sku: str, code: str, *, threshold: Decimal | None, low_mark: Decimal | None) -> None:
    """An article's own figures in a warehouse; None inherits. Raises Invalid, NotFound."""
    _check(threshold, low_mark)
    values = {"article": article_id(sku), "warehouse": warehouse_id(code)}
    before = db.session.execute(
        select(Stock.threshold, Stock.inherits_threshold, Stock.low_mark).where(
            Stock.article_id == values["article"], Stock.warehouse_id == values["warehouse"]
        )
    ).one_or_none()
    held = (None, None) if before is None else (None if before[1] else before[0], before[2])
    if before is not None and held == (threshold, low_mark):
        return
    stock_id = db.session.execute(_SET, values | {"threshold": threshold, "low": low_mark}).scalar_one()
    changes = {"sku": sku, "warehouse": code, "threshold": [held[0], threshold], "low_mark": [held[1], low_mark]}
    audit.record(actor, "stock", stock_id, "thresholds set", changes)


@command
def set_default(
    actor: Actor, level: str, code: str = "", *, threshold: Decimal | None, low_mark: Decimal | None
) -> None:
    """Figures for all shelves that say none: level warehouse or category with its code, or everything.

    Both None takes the default away. Takes effect at once, because shelves ask for it when they are read.
    """
    _check(threshold, low_mark)
    about: dict[str, Any] = {"warehouse_id": None, "category_id": None}
    if level == "warehouse":
        about["warehouse_id"] = warehouse_id(code)
    elif level == "category":
        about["category_id"] = db.session.scalar(select(Category.id).where(Category.code == code))
        if about["category_id"] is None:
            raise Invalid("category", N_("There is no category {code}.", code=code))
    elif level != "everything":
        raise Invalid("level", N_("Choose warehouse, category or everything."))
    terms = [getattr(StockDefault, name).is_not_distinct_from(value) for name, value in about.items()]
    held = db.session.scalar(select(StockDefault).where(*terms).with_for_update())
    before = (held.threshold, held.low_mark) if held else (None, None)
    if before == (threshold, low_mark):
        return
    if threshold is None and low_mark is None:
        db.session.execute(delete(StockDefault).where(*terms))
    elif held is None:
        db.session.add(StockDefault(level=level, threshold=threshold, low_mark=low_mark, **about))
    else:
        held.threshold, held.low_mark = threshold, low_mark
    db.session.flush()
    audit.record(
        actor, "stock_default", about["warehouse_id"] or about["category_id"] or 0, "set",
        {"level": level, "code": code, "threshold": [before[0], threshold], "low_mark": [before[1], low_mark]},
    )  # fmt: skip


def _check(threshold: Decimal | None, low_mark: Decimal | None) -> None:
    for name, value in (("threshold", threshold), ("low_mark", low_mark)):
        if value is not None and not 0 <= value < _LARGEST:
            raise Invalid(name, N_("Zero or more."))
