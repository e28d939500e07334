"""What accounts have drawn of the quantities their contracts agree on."""

from __future__ import annotations

from decimal import Decimal

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Numeric,
    String,
    UniqueConstraint,
    func,
)
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Base, Id, Moment


class ContractBalance(Base):
    """How much of a contract's entry is drawn, in its unit; one row a slot, the one that draws lock."""

    __tablename__ = "contract_balances"
    __table_args__ = (
        UniqueConstraint("company_id", "price_list_id", "article_id", "unit", "min_quantity"),
        UniqueConstraint("id", "company_id"),
        CheckConstraint("drawn >= 0", name="drawn_not_negative"),
        Index("ix_contract_balances_price_list_id", "price_list_id"),
        Index("ix_contract_balances_article_id", "article_id"),
    )

    id: Mapped[Id]
    company_id: Mapped[int] = mapped_column(ForeignKey("companies.id"))
    price_list_id: Mapped[int] = mapped_column(ForeignKey("price_lists.id"))
    article_id: Mapped[int] = mapped_column(ForeignKey("articles.id"))
    unit: Mapped[str] = mapped_column(String(3))
    min_quantity: Mapped[Decimal] = mapped_column(Numeric(18, 6))
    drawn: Mapped[Decimal] = mapped_column(Numeric(18, 6), server_default="0")


class ContractDraw(Base):
    """What one order line has drawn; one a line, so that drawing twice changes nothing. Given back: `returned_at`."""

    __tablename__ = "contract_draws"
    __table_args__ = (
        UniqueConstraint("company_id", "order_line_id"),
        ForeignKeyConstraint(["balance_id", "company_id"], ["contract_balances.id", "contract_balances.company_id"]),
        CheckConstraint("quantity > 0", name="quantity_positive"),
        Index("ix_contract_draws_balance_id_company_id", "balance_id", "company_id"),
    )

    id: Mapped[Id]
    company_id: Mapped[int] = mapped_column(ForeignKey("companies.id"))
    order_line_id: Mapped[int] = mapped_column(BigInteger)  # ordering is a higher slice: no foreign key
    balance_id: Mapped[int] = mapped_column(BigInteger)
    quantity: Mapped[Decimal] = mapped_column(Numeric(18, 6))
    drawn_at: Mapped[Moment] = mapped_column(server_default=func.now())
    returned_at: Mapped[Moment | None]
