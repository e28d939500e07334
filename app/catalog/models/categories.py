"""The tree of categories."""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    ForeignKey,
    Integer,
    String,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Base, Id

_EMPTY = text("'{}'::jsonb")


class Category(Base):
    """A node of the category tree; `names` by language (en, ru, uk, de)."""

    __tablename__ = "categories"

    id: Mapped[Id]
    code: Mapped[str] = mapped_column(String(40), unique=True)
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("categories.id"), index=True)
    name: Mapped[str] = mapped_column(String(200))
    names: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default=_EMPTY)
    position: Mapped[int] = mapped_column(Integer, server_default="0")
