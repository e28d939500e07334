"""The parts that lines of a cart are split into."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy import select

from app.catalog.models.articles import Article
from app.core.db import db
from app.ordering.domain.wishes import PartWish
from app.ordering.models.carts import CartLine
from app.ordering.models.deliveries import CartLinePart
from app.ordering.queries.cart import CartHead

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


@dataclass(frozen=True, slots=True)
class SplitLine:
    """A line of the cart as the page of deliveries shows it; no parts: it goes as the order says."""

    id: int
    position: int
    article_id: int
    sku: str
    name: str
    quantity: Decimal
    unit: str
    parts: tuple[PartWish, ...]


def split_lines(
    head: CartHead,
    *,
    after: Sequence[str] | None = None,
    before: Sequence[str] | None = None,
    limit: int,
) -> list[SplitLine]:
    """Lines by position; keys are (position,). Two statements."""
    statement = (
        select(
            CartLine.id, CartLine.position, CartLine.article_id, Article.sku, Article.name, CartLine.quantity,
            CartLine.unit,
        )
        .join(Article, Article.id == CartLine.article_id)
        .where(CartLine.cart_id == head.id, CartLine.company_id == head.company_id)
    )  # fmt: skip
    if before is not None:
        statement = statement.where(CartLine.position < int(before[0])).order_by(CartLine.position.desc())
    else:
        if after is not None:
            statement = statement.where(CartLine.position > int(after[0]))
        statement = statement.order_by(CartLine.position)
    rows = db.session.execute(statement.limit(limit)).all()
    parts = cart_parts(head.id, head.company_id)
    lines = [SplitLine(*row, tuple(parts.get(row.id, ()))) for row in rows]
    return lines[::-1] if before is not None else lines


def lines_by_sku(head: CartHead) -> dict[str, int]:
    """Line ids by the key of their SKU; an article that is there in several units is left out."""
    rows = db.session.execute(
        select(Article.sku_key, CartLine.id)
        .join(CartLine, CartLine.article_id == Article.id)
        .where(CartLine.cart_id == head.id, CartLine.company_id == head.company_id)
    ).all()
    counts = Counter(row.sku_key for row in rows)
    return {row.sku_key: row.id for row in rows if counts[row.sku_key] == 1}
