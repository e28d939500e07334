"""Files of stock that are read again and again."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, Boolean, CheckConstraint, DateTime, Integer, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Base, Id


class StockFeed(Base):
    """A file, or a folder whose newest file counts, looked at every minute and imported when it has changed.

    `fingerprint` is the content that was read last; `run_id` its import, which holds the report.
    """

    __tablename__ = "stock_feeds"
    __table_args__ = (CheckConstraint("stale_minutes > 0", name="stale_minutes_positive"),)

    id: Mapped[Id]
    code: Mapped[str] = mapped_column(String(40), unique=True)
    address: Mapped[str] = mapped_column(String(500))
    warehouse: Mapped[str] = mapped_column(String(40), server_default="")
    stale_minutes: Mapped[int] = mapped_column(Integer, server_default="60")
    is_active: Mapped[bool] = mapped_column(Boolean, server_default=text("true"))
    fingerprint: Mapped[str] = mapped_column(String(64), server_default="")
    checked_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    read_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    file_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))  # when the sender wrote it
    run_id: Mapped[int | None] = mapped_column(BigInteger)  # imports lie in a higher slice: no foreign key
    last_error: Mapped[str] = mapped_column(Text, server_default="")
