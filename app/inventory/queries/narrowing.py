"""Stock as a filter and an order of the search."""

from __future__ import annotations

from app.catalog.domain.finding import Narrowing, Ordering

_FREE = "k.on_hand - k.reserved - k.threshold"


def in_stock() -> Narrowing:
    """Articles of which some warehouse has something left to sell."""
    return Narrowing("stock", f"EXISTS (SELECT FROM stock k WHERE k.article_id = s.id AND {_FREE} > 0)")


def by_stock() -> Ordering:
    """By what the warehouses have left to sell."""
    total = f"(SELECT coalesce(sum(greatest({_FREE}, 0)), 0) FROM stock k WHERE k.article_id = h.id)"  # noqa: S608
    return Ordering("", total, "numeric")
