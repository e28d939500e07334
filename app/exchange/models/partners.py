"""Partners of the document exchange: who they are, by which way and in which format which document goes, their codes."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import (
    CheckConstraint,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Text,
    UniqueConstraint,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Base, Id, Moment

_EMPTY = text("'{}'::jsonb")
_TRUE, _FALSE = text("true"), text("false")


class Partner(Base):
    """Somebody whose system talks to ours. `company_id` is the account or supplier whose documents these are.

    A partner that speaks for several accounts (a platform, a group's service centre) has no company of its own: its
    identifiers of buyers name the accounts. `is_test`: nothing it sends is executed for real, nothing is sent as live.
    """

    __tablename__ = "exchange_partners"
    __table_args__ = (Index("ix_exchange_partners_company_id", "company_id"),)

    id: Mapped[Id]
    code: Mapped[str] = mapped_column(String(40), unique=True)
    name: Mapped[str] = mapped_column(String(200))
    company_id: Mapped[int | None] = mapped_column(ForeignKey("companies.id"))
    is_test: Mapped[bool] = mapped_column(server_default=_FALSE)
    is_active: Mapped[bool] = mapped_column(server_default=_TRUE)
    note: Mapped[str] = mapped_column(Text, server_default="")
    row_version: Mapped[int] = mapped_column(Integer, server_default="1")
    created_at: Mapped[Moment] = mapped_column(server_default=func.now())


class PartnerIdentifier(Base):
    """How a partner, or one of the accounts it speaks for, is named in documents.

    `scheme` is one of domain.partners.Scheme; `side` "theirs", or "ours": how we are named when we write to them.
    `company_id` names the account where the partner speaks for several.
    """

    __tablename__ = "exchange_identifiers"
    __table_args__ = (
        CheckConstraint("side IN ('theirs', 'ours')", name="side_known"),
        Index(
            "uq_exchange_identifiers_scheme_value_is_test",
            "scheme",
            "value",
            "is_test",
            unique=True,
            postgresql_where=text("side = 'theirs'"),
        ),
        Index("ix_exchange_identifiers_partner_id", "partner_id"),
        Index("ix_exchange_identifiers_company_id", "company_id"),
    )

    id: Mapped[Id]
    partner_id: Mapped[int] = mapped_column(ForeignKey("exchange_partners.id", ondelete="CASCADE"))
    company_id: Mapped[int | None] = mapped_column(ForeignKey("companies.id"))
    side: Mapped[str] = mapped_column(String(6), server_default="theirs")
    scheme: Mapped[str] = mapped_column(String(20))
    value: Mapped[str] = mapped_column(String(120))
    is_test: Mapped[bool] = mapped_column(server_default=_FALSE)


class Channel(Base):
    """One way for bytes. `key` is part of the address that partners call; `settings` are those of the transport.

    `secrets` are the transport's secret settings, sealed with SEALING_KEY. `partner_id` is who sends whatever comes by
    this channel, where the channel is one partner's alone. A polled channel is asked again at `next_poll_at`.
    """

    __tablename__ = "exchange_channels"
    __table_args__ = (
        CheckConstraint("poll_seconds IS NULL OR poll_seconds >= 5", name="poll_seconds_not_busy"),
        Index("ix_exchange_channels_partner_id", "partner_id"),
        Index(
            "ix_exchange_channels_due", "next_poll_at", postgresql_where=text("is_active AND poll_seconds IS NOT NULL")
        ),
    )

    id: Mapped[Id]
    key: Mapped[str] = mapped_column(String(64), unique=True)
    name: Mapped[str] = mapped_column(String(120))
    transport: Mapped[str] = mapped_column(String(40))
    partner_id: Mapped[int | None] = mapped_column(ForeignKey("exchange_partners.id"))
    settings: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default=_EMPTY)
    secrets: Mapped[bytes | None] = mapped_column(LargeBinary)
    is_active: Mapped[bool] = mapped_column(server_default=_TRUE)
    is_test: Mapped[bool] = mapped_column(server_default=_FALSE)
    poll_seconds: Mapped[int | None] = mapped_column(Integer)
    next_poll_at: Mapped[Moment] = mapped_column(server_default=func.now())
    polled_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    failures: Mapped[int] = mapped_column(Integer, server_default="0")
    last_error: Mapped[dict[str, Any] | None] = mapped_column(JSONB)
    row_version: Mapped[int] = mapped_column(Integer, server_default="1")
    created_at: Mapped[Moment] = mapped_column(server_default=func.now())


class Agreement(Base):
    """What was agreed with a partner about one document type in one direction.

    `document` is the kind of the neutral document; `format` a code of documents.formats, `version` what the format
    calls it ("D96A", "004010"), `options` the rest. `acknowledge` says when the receiver answers with a syntax
    acknowledgement in `acknowledge_format`. `user_id` is the account's person in whose name orders are placed.
    """

    __tablename__ = "exchange_agreements"
    __table_args__ = (
        UniqueConstraint("partner_id", "direction", "document"),
        CheckConstraint("direction IN ('in', 'out')", name="direction_known"),
        CheckConstraint("acknowledge IN ('never', 'always', 'faults')", name="acknowledge_known"),
        Index("ix_exchange_agreements_channel_id", "channel_id"),
        Index("ix_exchange_agreements_user_id", "user_id"),
    )

    id: Mapped[Id]
    partner_id: Mapped[int] = mapped_column(ForeignKey("exchange_partners.id", ondelete="CASCADE"))
    direction: Mapped[str] = mapped_column(String(3))
    document: Mapped[str] = mapped_column(String(40))
    format: Mapped[str] = mapped_column(String(40))
    version: Mapped[str] = mapped_column(String(40), server_default="")
    channel_id: Mapped[int | None] = mapped_column(ForeignKey("exchange_channels.id"))
    options: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default=_EMPTY)
    acknowledge: Mapped[str] = mapped_column(String(6), server_default="never")
    acknowledge_format: Mapped[str] = mapped_column(String(40), server_default="")
    user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    is_active: Mapped[bool] = mapped_column(server_default=_TRUE)
    row_version: Mapped[int] = mapped_column(Integer, server_default="1")


class PartnerCode(Base):
    """A code of the partner and what it is here: a unit, tax, article (SKU), ship-to (address code), payment."""

    __tablename__ = "exchange_codes"
    __table_args__ = (
        UniqueConstraint("partner_id", "kind", "theirs"),
        CheckConstraint("kind IN ('unit', 'tax', 'article', 'ship_to', 'payment')", name="kind_known"),
        Index("ix_exchange_codes_partner_id_kind_ours", "partner_id", "kind", "ours"),
    )

    id: Mapped[Id]
    partner_id: Mapped[int] = mapped_column(ForeignKey("exchange_partners.id", ondelete="CASCADE"))
    kind: Mapped[str] = mapped_column(String(8))
    theirs: Mapped[str] = mapped_column(String(120))
    ours: Mapped[str] = mapped_column(String(120))
