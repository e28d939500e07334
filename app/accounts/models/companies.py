"""Companies, their groups, segments and addresses."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    String,
    Text,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.core.db import Base, Id, Moment

_FALSE = text("false")
_EMPTY = text("'{}'::jsonb")


class Company(Base):
    """A legal entity: the operator, a customer account or a supplier. Its id is the key of tenancy."""

    __tablename__ = "companies"
    __table_args__ = (
        CheckConstraint("kind IN ('operator', 'customer', 'supplier')", name="kind_known"),
        CheckConstraint("state IN ('pending', 'approved', 'rejected', 'inactive')", name="state_known"),
        CheckConstraint("payment_days >= 0", name="payment_days_not_negative"),
        CheckConstraint("fiscal_month BETWEEN 1 AND 12", name="fiscal_month_known"),
        CheckConstraint("parent_id <> id", name="not_its_own_parent"),
        CheckConstraint("stock_display IN ('number', 'band', 'light')", name="stock_display_known"),
        CheckConstraint("staff_access IN ('free', 'ask', 'never')", name="staff_access_known"),
        Index("uq_companies_one_operator", "kind", unique=True, postgresql_where=text("kind = 'operator'")),
        Index("ix_companies_name_id", "name", "id"),
        Index("ix_companies_group_id", "group_id", postgresql_where=text("group_id IS NOT NULL")),
        Index("ix_companies_parent_id", "parent_id", postgresql_where=text("parent_id IS NOT NULL")),
        Index("ix_companies_pending", "id", postgresql_where=text("state = 'pending'")),
    )

    id: Mapped[Id]
    code: Mapped[str] = mapped_column(String(40), unique=True)
    kind: Mapped[str] = mapped_column(String(10))
    state: Mapped[str] = mapped_column(String(10), server_default="approved")
    name: Mapped[str] = mapped_column(String(200))
    legal_name: Mapped[str] = mapped_column(String(200), server_default="")
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("companies.id"))
    vat_id: Mapped[str] = mapped_column(String(20), server_default="")
    tax_number: Mapped[str] = mapped_column(String(40), server_default="")
    registration_number: Mapped[str] = mapped_column(String(60), server_default="")
    gln: Mapped[str] = mapped_column(String(13), server_default="")
    endpoint_scheme: Mapped[str] = mapped_column(String(4), server_default="")
    endpoint_id: Mapped[str] = mapped_column(String(100), server_default="")
    country: Mapped[str] = mapped_column(String(2))
    locale: Mapped[str] = mapped_column(String(5), server_default="en")
    time_zone: Mapped[str] = mapped_column(String(40), server_default="UTC")
    currency: Mapped[str] = mapped_column(String(3))
    vat_mode: Mapped[str] = mapped_column(String(5), server_default="net")
    stock_display: Mapped[str] = mapped_column(String(6), server_default="number")  # what buyers see of stock
    group_id: Mapped[int | None] = mapped_column(ForeignKey("account_groups.id"))
    payment_days: Mapped[int] = mapped_column(Integer, server_default="30")
    fiscal_month: Mapped[int] = mapped_column(Integer, server_default="1")  # in which its fiscal year begins
    email: Mapped[str] = mapped_column(String(254), server_default="")
    invoice_email: Mapped[str] = mapped_column(String(254), server_default="")
    phone: Mapped[str] = mapped_column(String(40), server_default="")
    bank_name: Mapped[str] = mapped_column(String(120), server_default="")
    iban: Mapped[str] = mapped_column(String(34), server_default="")
    bic: Mapped[str] = mapped_column(String(11), server_default="")
    is_blocked: Mapped[bool] = mapped_column(Boolean, server_default=_FALSE)
    block_reason: Mapped[str] = mapped_column(String(300), server_default="")
    is_on_credit_hold: Mapped[bool] = mapped_column(Boolean, server_default=_FALSE)
    hold_reason: Mapped[str] = mapped_column(String(300), server_default="")
    client_ref: Mapped[str | None] = mapped_column(String(64), unique=True)  # of the registration
    registration: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default=_EMPTY)  # extra fields as entered
    decision_reason: Mapped[str] = mapped_column(Text, server_default="")
    decided_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    staff_access: Mapped[str] = mapped_column(String(5), server_default="free")  # whether sales may act for its people
    manager_id: Mapped[int | None] = mapped_column(ForeignKey("users.id", use_alter=True))  # sales manager
    created_at: Mapped[Moment] = mapped_column(server_default=func.now())
    own: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default=_EMPTY)  # own fields that the company may see

    addresses: Mapped[list[Address]] = relationship(lazy="raise_on_sql", back_populates="company")


class AccountGroup(Base):
    """Accounts of one kind, such as retailers; an account is in one group or none."""

    __tablename__ = "account_groups"

    id: Mapped[Id]
    code: Mapped[str] = mapped_column(String(40), unique=True)
    name: Mapped[str] = mapped_column(String(120))
    about: Mapped[str] = mapped_column(Text, server_default="")


class Segment(Base):
    """A mark that any number of accounts carry; of an account's segments the lower `position` is asked first."""

    __tablename__ = "segments"

    id: Mapped[Id]
    code: Mapped[str] = mapped_column(String(40), unique=True)
    name: Mapped[str] = mapped_column(String(120))
    about: Mapped[str] = mapped_column(Text, server_default="")
    position: Mapped[int] = mapped_column(Integer, server_default="0")


class CompanySegment(Base):
    """An account is in a segment; `is_by_rule` tells that a rule put it in, and may take it out."""

    __tablename__ = "company_segments"

    company_id: Mapped[int] = mapped_column(ForeignKey("companies.id"), primary_key=True)
    segment_id: Mapped[int] = mapped_column(ForeignKey("segments.id", ondelete="CASCADE"), primary_key=True, index=True)
    is_by_rule: Mapped[bool] = mapped_column(Boolean, server_default=_FALSE)


class Address(Base):
    """A postal address of a company; documents keep a copy of their own. Removed ones stay, inactive."""

    __tablename__ = "addresses"
    __table_args__ = (
        Index("uq_addresses_label", "company_id", "label", unique=True, postgresql_where=text("is_active")),
        Index(
            "uq_addresses_default_ship_to",
            "company_id",
            unique=True,
            postgresql_where=text("is_default_ship_to"),
        ),
        Index(
            "uq_addresses_default_bill_to",
            "company_id",
            unique=True,
            postgresql_where=text("is_default_bill_to"),
        ),
    )

    id: Mapped[Id]
    company_id: Mapped[int] = mapped_column(ForeignKey("companies.id"))
    label: Mapped[str] = mapped_column(String(80))
    name: Mapped[str] = mapped_column(String(200), server_default="")
    street: Mapped[str] = mapped_column(String(200), server_default="")
    street2: Mapped[str] = mapped_column(String(200), server_default="")
    postcode: Mapped[str] = mapped_column(String(20), server_default="")
    city: Mapped[str] = mapped_column(String(100), server_default="")
    region: Mapped[str] = mapped_column(String(100), server_default="")
    country: Mapped[str] = mapped_column(String(2))
    gln: Mapped[str] = mapped_column(String(13), server_default="")
    contact: Mapped[str] = mapped_column(String(120), server_default="")
    phone: Mapped[str] = mapped_column(String(40), server_default="")
    is_ship_to: Mapped[bool] = mapped_column(Boolean, server_default=text("true"))
    is_bill_to: Mapped[bool] = mapped_column(Boolean, server_default=_FALSE)
    is_default_ship_to: Mapped[bool] = mapped_column(Boolean, server_default=_FALSE)
    is_default_bill_to: Mapped[bool] = mapped_column(Boolean, server_default=_FALSE)
    is_active: Mapped[bool] = mapped_column(Boolean, server_default=text("true"))

    company: Mapped[Company] = relationship(lazy="raise_on_sql", back_populates="addresses")


class RegistrationFile(Base):
    """A document that an applicant added to the registration of its company."""

    __tablename__ = "registration_files"

    id: Mapped[Id]
    company_id: Mapped[int] = mapped_column(ForeignKey("companies.id"), index=True)
    file_id: Mapped[int] = mapped_column(ForeignKey("files.id"))
    label: Mapped[str] = mapped_column(String(255))
