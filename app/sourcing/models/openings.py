"""Keys of tenders, shares of them among members, confirmations, and the records of openings."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    DateTime,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    String,
    UniqueConstraint,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Base, Id, Moment


def _of_tender() -> ForeignKeyConstraint:
    return ForeignKeyConstraint(["tender_id", "company_id"], ["tenders.id", "tenders.company_id"])


class MemberKey(Base):
    """A person's key for shares; its private half is locked with an opening passphrase that nobody else knows.

    Shares must exist when a tender is published, long before anybody is asked for a passphrase: therefore a key pair
    per person, and not a key from the passphrase of each share.
    """

    __tablename__ = "member_keys"

    company_id: Mapped[int] = mapped_column(ForeignKey("companies.id"), primary_key=True, autoincrement=False)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), primary_key=True, autoincrement=False, index=True)
    public_key: Mapped[bytes] = mapped_column(LargeBinary)
    salt: Mapped[bytes] = mapped_column(LargeBinary)
    wrapped_private: Mapped[bytes] = mapped_column(LargeBinary)
    created_at: Mapped[Moment] = mapped_column(server_default=func.now())


class TenderKey(Base):
    """The key pair of a tender's envelope.

    `quorum` 0: the private key lies here locked with the sealing key. Otherwise it exists only in shares. Nobody
    selects `wrapped_private`; `begin_opening` gives it out, a cancellation destroys it. `master_id` tells which
    sealing key the installation had.
    """

    __tablename__ = "tender_keys"
    __table_args__ = (CheckConstraint("envelope IN (1, 2)", name="envelope_known"), _of_tender())

    tender_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    envelope: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    company_id: Mapped[int] = mapped_column(BigInteger)
    public_key: Mapped[bytes] = mapped_column(LargeBinary)
    fingerprint: Mapped[str] = mapped_column(String(40))
    quorum: Mapped[int] = mapped_column(Integer, server_default="0")
    master_id: Mapped[str] = mapped_column(String(16))
    wrapped_private: Mapped[bytes | None] = mapped_column(LargeBinary)
    created_at: Mapped[Moment] = mapped_column(server_default=func.now())
    destroyed_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))


class KeyShare(Base):
    """One member's share of a private key, locked for the member's own key."""

    __tablename__ = "key_shares"
    __table_args__ = (
        UniqueConstraint("tender_id", "envelope", "x"),
        CheckConstraint("x BETWEEN 1 AND 255", name="x_in_field"),
        Index("ix_key_shares_user_id", "user_id"),
        _of_tender(),
    )

    tender_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    envelope: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), primary_key=True, autoincrement=False)
    company_id: Mapped[int] = mapped_column(BigInteger)
    x: Mapped[int] = mapped_column(Integer)
    wrapped: Mapped[bytes] = mapped_column(LargeBinary)


class OpeningConfirmation(Base):
    """A member's yes to an opening: the share, given back for at most a day and locked with the sealing key meanwhile."""

    __tablename__ = "opening_confirmations"
    __table_args__ = (
        Index(
            "uq_opening_confirmations_standing", "tender_id", "envelope", "user_id", unique=True,
            postgresql_where=text("void_at IS NULL"),
        ),
        Index("ix_opening_confirmations_user_id", "user_id"),
        _of_tender(),
    )  # fmt: skip

    id: Mapped[Id]
    company_id: Mapped[int] = mapped_column(BigInteger)
    tender_id: Mapped[int] = mapped_column(BigInteger)
    envelope: Mapped[int] = mapped_column(Integer)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    user_name: Mapped[str] = mapped_column(String(120))
    at: Mapped[Moment] = mapped_column(server_default=func.clock_timestamp())
    x: Mapped[int] = mapped_column(Integer)
    wrapped_share: Mapped[bytes] = mapped_column(LargeBinary)
    void_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))


class OpeningRecord(Base):
    """Who opened what and when, every bid with its hashes and totals, and the frozen rates. Never changed."""

    __tablename__ = "opening_records"
    __table_args__ = (Index("ix_opening_records_tender_id", "tender_id", "id"), _of_tender())

    id: Mapped[Id]
    company_id: Mapped[int] = mapped_column(BigInteger)
    tender_id: Mapped[int] = mapped_column(BigInteger)
    envelope: Mapped[int] = mapped_column(Integer)
    at: Mapped[Moment] = mapped_column(server_default=func.clock_timestamp())
    content: Mapped[dict[str, Any]] = mapped_column(JSONB)
    sha256: Mapped[str] = mapped_column(String(64))
