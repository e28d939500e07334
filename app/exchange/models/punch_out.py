"""Punch-out: whose systems may open our shop, the visits that came of it; shops of others, and our trips to them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Base, Id, Moment

_EMPTY = text("'{}'::jsonb")
_NONE = text("'[]'::jsonb")
_TRUE, _FALSE = text("true"), text("false")


class PunchOutAccess(Base):
    """A buyer's purchasing system that may open our shop for an account.

    It names itself by `domain` and `identity` (cXML) or by `identity` alone (OCI: the user name) and proves itself by a
    secret of which only the hash is here. Visitors act as `user_id`, or with `matches_people` as the person of the
    account whose e-mail address the system gives. `hosts`: to whose addresses a cart may go back (none: to any).
    `frame_origin`: whose pages may show ours in a frame. `settings`: domain.punch_out.AccessSettings.
    """

    __tablename__ = "punch_out_accesses"
    __table_args__ = (
        CheckConstraint("protocol IN ('cxml', 'oci')", name="protocol_known"),
        Index("uq_punch_out_accesses_who", "protocol", text("lower(domain)"), "identity", unique=True),
        Index("ix_punch_out_accesses_company_id", "company_id"),
        Index("ix_punch_out_accesses_user_id", "user_id"),
        Index("ix_punch_out_accesses_partner_id", "partner_id"),
    )

    id: Mapped[Id]
    company_id: Mapped[int] = mapped_column(ForeignKey("companies.id"))
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    partner_id: Mapped[int | None] = mapped_column(ForeignKey("exchange_partners.id", ondelete="SET NULL"))
    name: Mapped[str] = mapped_column(String(120))
    protocol: Mapped[str] = mapped_column(String(4))
    domain: Mapped[str] = mapped_column(String(60), server_default="")
    identity: Mapped[str] = mapped_column(String(120))
    secret_hash: Mapped[str] = mapped_column(String(200))
    our_domain: Mapped[str] = mapped_column(String(60), server_default="")
    our_identity: Mapped[str] = mapped_column(String(120), server_default="")
    matches_people: Mapped[bool] = mapped_column(server_default=_FALSE)
    hosts: Mapped[list[str]] = mapped_column(JSONB, server_default=_NONE)
    frame_origin: Mapped[str] = mapped_column(String(200), server_default="")
    settings: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default=_EMPTY)
    is_active: Mapped[bool] = mapped_column(server_default=_TRUE)
    row_version: Mapped[int] = mapped_column(Integer, server_default="1")
    created_at: Mapped[Moment] = mapped_column(server_default=func.now())


class PunchOutVisit(Base):
    """One opening of our shop by a buyer's system, from its question to the cart's way back.

    The start address holds a token, good once and for a short time; here is its hash. `request` keeps what the buyer's
    system said (articles to open again, its names in the envelope), `basket` what was handed back, so that it can be
    opened again by the marks of its lines.
    """

    __tablename__ = "punch_out_visits"
    __table_args__ = (
        CheckConstraint("state IN ('asked', 'open', 'returned', 'cancelled')", name="state_known"),
        CheckConstraint("operation IN ('create', 'edit', 'inspect', 'source')", name="operation_known"),
        Index("ix_punch_out_visits_access_id_id", "access_id", "id"),
        Index("ix_punch_out_visits_company_id", "company_id"),
        Index("ix_punch_out_visits_user_id", "user_id"),
    )

    id: Mapped[Id]
    access_id: Mapped[int] = mapped_column(ForeignKey("punch_out_accesses.id", ondelete="CASCADE"))
    company_id: Mapped[int] = mapped_column(ForeignKey("companies.id"))
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    operation: Mapped[str] = mapped_column(String(7), server_default="create")
    state: Mapped[str] = mapped_column(String(9), server_default="asked")
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    token_until: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    cookie: Mapped[str] = mapped_column(String(500), server_default="")
    return_url: Mapped[str] = mapped_column(String(2000))
    target: Mapped[str] = mapped_column(String(60), server_default="")
    visitor: Mapped[str] = mapped_column(String(200), server_default="")
    request: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default=_EMPTY)
    basket: Mapped[list[Any]] = mapped_column(JSONB, server_default=_NONE)
    cart_id: Mapped[int | None] = mapped_column(BigInteger)
    is_test: Mapped[bool] = mapped_column(server_default=_FALSE)
    created_at: Mapped[Moment] = mapped_column(server_default=func.now())
    opened_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    ended_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))


class PunchOutShop(Base):
    """A shop of somebody else that people of a company may be handed to. `secrets` is sealed: it must be sent."""

    __tablename__ = "punch_out_shops"
    __table_args__ = (
        CheckConstraint("protocol IN ('cxml', 'oci')", name="protocol_known"),
        Index("ix_punch_out_shops_company_id", "company_id"),
    )

    id: Mapped[Id]
    company_id: Mapped[int] = mapped_column(ForeignKey("companies.id"))
    name: Mapped[str] = mapped_column(String(120))
    protocol: Mapped[str] = mapped_column(String(4))
    url: Mapped[str] = mapped_column(String(500))
    domain: Mapped[str] = mapped_column(String(60), server_default="")
    identity: Mapped[str] = mapped_column(String(120), server_default="")
    our_domain: Mapped[str] = mapped_column(String(60), server_default="")
    our_identity: Mapped[str] = mapped_column(String(120), server_default="")
    secrets: Mapped[bytes | None] = mapped_column(LargeBinary)
    is_active: Mapped[bool] = mapped_column(server_default=_TRUE)
    row_version: Mapped[int] = mapped_column(Integer, server_default="1")
    created_at: Mapped[Moment] = mapped_column(server_default=func.now())


class PunchOutTrip(Base):
    """One visit of a person of ours to such a shop; the basket that came back waits until it is taken over.

    `cookie_hash`: the address the shop sends the basket to holds the cookie itself.
    """

    __tablename__ = "punch_out_trips"
    __table_args__ = (
        CheckConstraint("state IN ('asked', 'returned', 'empty', 'taken')", name="state_known"),
        Index("ix_punch_out_trips_shop_id", "shop_id"),
        Index("ix_punch_out_trips_company_id_id", "company_id", "id"),
        Index("ix_punch_out_trips_user_id", "user_id"),
    )

    id: Mapped[Id]
    shop_id: Mapped[int] = mapped_column(ForeignKey("punch_out_shops.id", ondelete="CASCADE"))
    company_id: Mapped[int] = mapped_column(ForeignKey("companies.id"))
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    cookie_hash: Mapped[str] = mapped_column(String(64), unique=True)
    state: Mapped[str] = mapped_column(String(8), server_default="asked")
    basket: Mapped[list[Any]] = mapped_column(JSONB, server_default=_NONE)
    currency: Mapped[str] = mapped_column(String(3), server_default="")
    problems: Mapped[list[Any]] = mapped_column(JSONB, server_default=_NONE)
    quote_id: Mapped[int | None] = mapped_column(BigInteger)
    created_at: Mapped[Moment] = mapped_column(server_default=func.now())
    returned_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
