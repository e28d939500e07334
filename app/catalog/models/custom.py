"""The operator's own fields of articles; their values stand in `articles.custom`."""

from __future__ import annotations

from typing import Any

from sqlalchemy import CheckConstraint, Integer, String, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Base, Id


class CustomField(Base):
    """What a field is called and what may stand in it; `is_public` ones are shown to buyers."""

    __tablename__ = "custom_fields"
    __table_args__ = (CheckConstraint("kind IN ('text', 'number', 'flag', 'day')", name="kind_known"),)

    id: Mapped[Id]
    code: Mapped[str] = mapped_column(String(30), unique=True)
    name: Mapped[str] = mapped_column(String(100))
    names: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default=text("'{}'::jsonb"))
    kind: Mapped[str] = mapped_column(String(6))
    is_public: Mapped[bool] = mapped_column(server_default=text("true"))
    position: Mapped[int] = mapped_column(Integer, server_default="0")
