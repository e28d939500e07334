"""The accounts of the journal, and who keeps the books."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, ForeignKey, Integer, SmallInteger, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Base, Id


class BookingAccountRow(Base):
    """The contra account of a kind of entry, by VAT case ("" for all that have none of their own)."""

    __tablename__ = "booking_accounts"
    __table_args__ = (UniqueConstraint("kind", "vat_case"),)

    id: Mapped[Id]
    kind: Mapped[str] = mapped_column(String(12))
    vat_case: Mapped[str] = mapped_column(String(10), server_default="")
    account: Mapped[str] = mapped_column(String(9))
    vat_key: Mapped[str] = mapped_column(String(4), server_default="")


class BookingSettings(Base):
    """One row: numbers the tax consultant gave, the first month of the fiscal year, where customers' accounts begin."""

    __tablename__ = "booking_settings"
    __table_args__ = (
        CheckConstraint("id = 1", name="one_row"),
        CheckConstraint("first_month BETWEEN 1 AND 12", name="month_known"),
        CheckConstraint("account_length BETWEEN 4 AND 8", name="length_known"),
    )

    id: Mapped[Id]
    consultant: Mapped[int] = mapped_column(Integer, server_default="1001")
    client: Mapped[int] = mapped_column(Integer, server_default="1")
    first_month: Mapped[int] = mapped_column(SmallInteger, server_default="1")
    account_length: Mapped[int] = mapped_column(SmallInteger, server_default="4")
    debtors: Mapped[int] = mapped_column(Integer, server_default="10000")


class BookingDebtor(Base):
    """The account a customer has had in the books before; others are counted from the settings' number."""

    __tablename__ = "booking_debtors"
    __table_args__ = (UniqueConstraint("number"),)

    company_id: Mapped[int] = mapped_column(ForeignKey("companies.id"), primary_key=True)
    number: Mapped[str] = mapped_column(String(9))
