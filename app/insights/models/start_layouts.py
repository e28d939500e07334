"""How a person arranged the start page."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ForeignKey, UniqueConstraint, func
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Base, Id, Moment


class StartLayout(Base):
    """Blocks of the start page as one person wants them in one company: [code, is shown] in their order."""

    __tablename__ = "start_layouts"
    __table_args__ = (UniqueConstraint("company_id", "user_id", name="uq_start_layouts_company_id_user_id"),)

    id: Mapped[Id]
    company_id: Mapped[int] = mapped_column(ForeignKey("companies.id", ondelete="CASCADE"))
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    blocks: Mapped[list[Any]] = mapped_column(JSONB)
    updated_at: Mapped[Moment] = mapped_column(server_default=func.now())
