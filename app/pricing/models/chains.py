"""Chains of lists."""

from __future__ import annotations

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    ForeignKey,
    Index,
    Integer,
    String,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Base, Id


class Chain(Base):
    """An ordered set of price lists; equal chains are shared by many accounts.

    `strategy`: lowest (lowest price per slot), merge (by priority per slot), first (first list that has the article).
    """

    __tablename__ = "chains"
    __table_args__ = (
        CheckConstraint("strategy IN ('lowest', 'merge', 'first')", name="strategy_known"),
        Index("uq_chains_one_default", "is_default", unique=True, postgresql_where=text("is_default")),
    )

    id: Mapped[Id]
    code: Mapped[str] = mapped_column(String(40), unique=True)
    name: Mapped[str] = mapped_column(String(200), server_default="")
    strategy: Mapped[str] = mapped_column(String(6), server_default="merge")
    is_default: Mapped[bool] = mapped_column(Boolean, server_default=text("false"))


class ChainList(Base):
    """One list of a chain; position 1 is asked first."""

    __tablename__ = "chain_lists"
    __table_args__ = (UniqueConstraint("chain_id", "position"), UniqueConstraint("chain_id", "price_list_id"))

    id: Mapped[Id]
    chain_id: Mapped[int] = mapped_column(ForeignKey("chains.id", ondelete="CASCADE"))
    price_list_id: Mapped[int] = mapped_column(ForeignKey("price_lists.id"))
    position: Mapped[int] = mapped_column(Integer)
    may_merge: Mapped[bool] = mapped_column(Boolean, server_default=text("true"))
