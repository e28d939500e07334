"""The log of events of quotes and tenders, chained by hashes, and the moments at which something is due."""

from __future__ import annotations

from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, Integer, LargeBinary, String, Text, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Base, Id, Moment

_EMPTY = text("'{}'::jsonb")


class EventChain(Base):
    """Length and last hash of one chain; rows are written by the function `append_sourcing_event` alone.

    A tender has one chain that its buyer reads and, until it is opened, one for each bidder, marked by the owner's tag
    of the bid (see `domain.sealing`): neither gaps in numbers nor lengths tell how many bid.
    """

    __tablename__ = "event_chains"
    __table_args__ = (CheckConstraint("object_type IN ('quote', 'tender')", name="object_type_known"),)

    object_type: Mapped[str] = mapped_column(String(6), primary_key=True)
    object_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    owner_tag: Mapped[str] = mapped_column(String(64), primary_key=True, server_default="")
    company_id: Mapped[int] = mapped_column(ForeignKey("companies.id"), index=True)
    length: Mapped[int] = mapped_column(Integer, server_default="0")
    head: Mapped[bytes] = mapped_column(LargeBinary)


class SourcingEvent(Base):
    """One event. `content` is its canonical form, which `hash` covers; the other columns are the same for searching.

    `at` is the database's time. With an `owner_tag` the event belongs to a sealed bid: no name, no amount is in it.
    """

    __tablename__ = "sourcing_events"
    __table_args__ = (
        Index(
            "uq_sourcing_events_place", "object_type", "object_id", "owner_tag", "sequence", unique=True
        ),
        Index("ix_sourcing_events_supplier_id", "supplier_id", postgresql_where=text("supplier_id IS NOT NULL")),
        Index("ix_sourcing_events_company_id", "company_id"),
    )  # fmt: skip

    id: Mapped[Id]
    company_id: Mapped[int] = mapped_column(ForeignKey("companies.id"))
    object_type: Mapped[str] = mapped_column(String(6))
    object_id: Mapped[int] = mapped_column(BigInteger)
    owner_tag: Mapped[str] = mapped_column(String(64), server_default="")
    sequence: Mapped[int] = mapped_column(Integer)
    at: Mapped[Moment]
    user_id: Mapped[int | None] = mapped_column(BigInteger)
    actor: Mapped[str] = mapped_column(String(200), server_default="")
    on_behalf: Mapped[str] = mapped_column(String(200), server_default="")  # of whom the actor acted
    role: Mapped[str] = mapped_column(String(12))
    event: Mapped[str] = mapped_column(String(40))
    from_state: Mapped[str] = mapped_column(String(24), server_default="")
    to_state: Mapped[str] = mapped_column(String(24))
    changes: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default=_EMPTY)
    reason: Mapped[str] = mapped_column(Text, server_default="")
    supplier_id: Mapped[int | None] = mapped_column(ForeignKey("companies.id"))
    is_internal: Mapped[bool] = mapped_column(server_default=text("false"))  # the customer of a quote does not see it
    content: Mapped[str] = mapped_column(Text)
    previous_hash: Mapped[bytes] = mapped_column(LargeBinary)
    hash: Mapped[bytes] = mapped_column(LargeBinary)


class Timer(Base):
    """One thing to do with one object at a moment; a handler checks again whether it is still due."""

    __tablename__ = "timers"
    __table_args__ = (
        Index("uq_timers_object", "object_type", "object_id", "kind", unique=True),
        Index("ix_timers_due_at", "due_at"),
        Index("ix_timers_company_id", "company_id"),
    )

    id: Mapped[Id]
    company_id: Mapped[int] = mapped_column(ForeignKey("companies.id"))
    object_type: Mapped[str] = mapped_column(String(20))
    object_id: Mapped[int] = mapped_column(BigInteger)
    kind: Mapped[str] = mapped_column(String(40))
    due_at: Mapped[Moment]
    attempts: Mapped[int] = mapped_column(Integer, server_default="0")
    last_error: Mapped[str] = mapped_column(Text, server_default="")
