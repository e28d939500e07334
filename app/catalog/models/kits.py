"""What articles are made of and what goes with them: parts of kits, substitutes, complements."""

from __future__ import annotations

from decimal import Decimal

from sqlalchemy import CheckConstraint, ForeignKey, Integer, Numeric, String
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Base


class KitPart(Base):
    """So many base units of an article in one base unit of a kit."""

    __tablename__ = "kit_parts"
    __table_args__ = (
        CheckConstraint("quantity > 0", name="quantity_positive"),
        CheckConstraint("kit_id <> article_id", name="not_itself"),
    )

    kit_id: Mapped[int] = mapped_column(ForeignKey("articles.id", ondelete="CASCADE"), primary_key=True)
    article_id: Mapped[int] = mapped_column(ForeignKey("articles.id"), primary_key=True, index=True)
    quantity: Mapped[Decimal] = mapped_column(Numeric(18, 6))
    position: Mapped[int] = mapped_column(Integer, server_default="0")


class RelatedArticle(Base):
    """`other_id` can stand in for the article, or goes with it."""

    __tablename__ = "related_articles"
    __table_args__ = (
        CheckConstraint("kind IN ('substitute', 'complement')", name="kind_known"),
        CheckConstraint("article_id <> other_id", name="not_itself"),
    )

    article_id: Mapped[int] = mapped_column(ForeignKey("articles.id", ondelete="CASCADE"), primary_key=True)
    other_id: Mapped[int] = mapped_column(ForeignKey("articles.id", ondelete="CASCADE"), primary_key=True, index=True)
    kind: Mapped[str] = mapped_column(String(10), primary_key=True)
    position: Mapped[int] = mapped_column(Integer, server_default="0")
