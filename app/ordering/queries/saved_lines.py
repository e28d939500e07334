"""Lines put aside for later."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy import or_, select

from app.catalog.models.articles import Article
from app.core.actor import Actor
from app.core.db import db
from app.ordering.domain.lifecycle import CartState
from app.ordering.models.carts import Cart, SavedLine
from app.ordering.queries.cart import CartHead


@dataclass(frozen=True, slots=True)
class SavedRow:
    """One line for later; no price, it is worked out when the line comes back."""

    id: int
    article_id: int
    sku: str
    name: str
    quantity: Decimal
    unit: str
    note: str
    who: str


def saved_lines(actor: Actor, head: CartHead | None) -> list[SavedRow]:
    """What is kept beside a cart; without one, what the actor's ordered carts have left."""
    left = (Cart.user_id == actor.user_id) & (Cart.company_id == actor.company_id) & (Cart.state == CartState.ORDERED)
    wanted = (
        left if head is None else or_(Cart.id == head.id, left) if head.user_id == actor.user_id else Cart.id == head.id
    )
    rows = db.session.execute(
        select(
            SavedLine.id, SavedLine.article_id, Article.sku, Article.name, SavedLine.quantity, SavedLine.unit,
            SavedLine.note, SavedLine.who,
        )
        .join(Cart, Cart.id == SavedLine.cart_id)
        .join(Article, Article.id == SavedLine.article_id)
        .where(wanted)
        .order_by(SavedLine.id)
    )  # fmt: skip
    return [SavedRow(*row) for row in rows]
