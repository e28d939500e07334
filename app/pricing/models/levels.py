"""Which chains hold for whom: a contract, an account, a group, a segment, everybody."""

from __future__ import annotations

from datetime import date

from sqlalchemy import Boolean, CheckConstraint, Date, ForeignKey, Index, Integer, String, text
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Base, Id


class PriceAssignment(Base):
    """A chain on a level, for the company, group or segment named; general ones are for everybody.

    `combine`: merge (lower levels fill empty slots), shut (articles it has are not looked up further), lowest (the
    lower price of a slot), stop (no level below is asked). Validity: from inclusive, to exclusive, operator's zone.
    The chain marked as the default one holds as general where no general assignment does.
    """

    __tablename__ = "price_assignments"
    __table_args__ = (
        CheckConstraint("level IN ('contract', 'account', 'group', 'segment', 'general')", name="level_known"),
        CheckConstraint("combine IN ('merge', 'shut', 'lowest', 'stop')", name="combine_known"),
        CheckConstraint(
            "(level IN ('contract', 'account')) = (company_id IS NOT NULL)"
            " AND (level = 'group') = (group_id IS NOT NULL) AND (level = 'segment') = (segment_id IS NOT NULL)",
            name="subject_fits_level",
        ),
        CheckConstraint("valid_from < valid_to", name="validity_not_empty"),
        Index(
            "uq_price_assignments_place", "level", "company_id", "group_id", "segment_id", "position", "valid_from",
            unique=True, postgresql_nulls_not_distinct=True,
        ),
    )  # fmt: skip

    id: Mapped[Id]
    level: Mapped[str] = mapped_column(String(8))
    company_id: Mapped[int | None] = mapped_column(ForeignKey("companies.id"), index=True)
    group_id: Mapped[int | None] = mapped_column(ForeignKey("account_groups.id"), index=True)
    segment_id: Mapped[int | None] = mapped_column(ForeignKey("segments.id", ondelete="CASCADE"), index=True)
    chain_id: Mapped[int] = mapped_column(ForeignKey("chains.id"), index=True)
    combine: Mapped[str] = mapped_column(String(6), server_default="merge")
    converts: Mapped[bool] = mapped_column(Boolean, server_default=text("false"))
    position: Mapped[int] = mapped_column(Integer, server_default="1")
    valid_from: Mapped[date | None] = mapped_column(Date)
    valid_to: Mapped[date | None] = mapped_column(Date)
