"""How the printed documents of a legal entity look."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    DateTime,
    ForeignKey,
    Integer,
    LargeBinary,
    String,
    Text,
    UniqueConstraint,
    func,
)
from sqlalchemy import text as sql
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Base, Id

_NOTHING = sql("'{}'::jsonb")


class DocumentLayout(Base):
    """Logo, colour and texts of one entity; without an entity those of the house, which others fall back to.

    `above` and `below` hold texts by language; `logo` is the file itself, looked into before it was kept. `is_german`:
    customers in German-speaking countries whose portal speaks English get German papers.
    """

    __tablename__ = "document_layouts"
    __table_args__ = (
        UniqueConstraint("entity_id", postgresql_nulls_not_distinct=True),
        CheckConstraint("colour ~ '^#[0-9a-f]{6}$'", name="colour_known"),
        CheckConstraint("(logo IS NULL) = (logo_type = '')", name="logo_whole"),
    )

    id: Mapped[Id]
    entity_id: Mapped[int | None] = mapped_column(ForeignKey("legal_entities.id"))
    colour: Mapped[str] = mapped_column(String(7))
    name: Mapped[str] = mapped_column(String(80), server_default="")
    is_name_shown: Mapped[bool] = mapped_column(Boolean, server_default=sql("true"))
    is_german: Mapped[bool] = mapped_column(Boolean, server_default=sql("false"))
    above: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default=_NOTHING)
    below: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default=_NOTHING)
    foot: Mapped[str] = mapped_column(Text, server_default="")
    logo: Mapped[bytes | None] = mapped_column(LargeBinary)
    logo_type: Mapped[str] = mapped_column(String(20), server_default="")
    version: Mapped[int] = mapped_column(Integer, server_default="1")
    changed_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())
