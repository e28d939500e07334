"""What articles are described by: attributes with units, templates of categories, facets, brands."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Identity, Integer, Numeric, String, Text, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Base, Id

_EMPTY = text("'{}'::jsonb")
_NONE = text("'[]'::jsonb")


class Attribute(Base):
    """A property articles may have; `code` is its key in `articles.attributes`. The code "brand" is the brand's own.

    `unit` is a code of UN/ECE Recommendation 20. `choices` lists what a choice may be, each with its words by language:
    [{"value": "black", "ru": "чёрный"}].
    """

    __tablename__ = "attributes"
    __table_args__ = (CheckConstraint("kind IN ('text', 'number', 'flag', 'choice')", name="kind_known"),)

    id: Mapped[Id]
    code: Mapped[str] = mapped_column(String(40), unique=True)
    name: Mapped[str] = mapped_column(String(100))
    names: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default=_EMPTY)
    kind: Mapped[str] = mapped_column(String(6), server_default="text")
    unit: Mapped[str] = mapped_column(String(3), server_default="")
    choices: Mapped[list[Any]] = mapped_column(JSONB, server_default=_NONE)
    is_facet: Mapped[bool] = mapped_column(server_default=text("false"))
    position: Mapped[int] = mapped_column(Integer, server_default="0")


class CategoryAttribute(Base):
    """An attribute that articles of a category, and of all below it, should have."""

    __tablename__ = "category_attributes"

    category_id: Mapped[int] = mapped_column(ForeignKey("categories.id", ondelete="CASCADE"), primary_key=True)
    attribute_id: Mapped[int] = mapped_column(
        ForeignKey("attributes.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    is_required: Mapped[bool] = mapped_column(server_default=text("false"))
    position: Mapped[int] = mapped_column(Integer, server_default="0")


class FacetValue(Base):
    """One value of a facet attribute; `articles.facets` holds the ids. `number` where the attribute is a number."""

    __tablename__ = "facet_values"
    __table_args__ = (UniqueConstraint("attribute_id", "value"),)

    id: Mapped[int] = mapped_column(Integer, Identity(), primary_key=True)
    attribute_id: Mapped[int] = mapped_column(ForeignKey("attributes.id", ondelete="CASCADE"))
    value: Mapped[str] = mapped_column(String(200))
    number: Mapped[Decimal | None] = mapped_column(Numeric(18, 6))


class Brand(Base):
    """A maker's name; articles carry it as `articles.brand`. Made when an article first names it."""

    __tablename__ = "brands"

    id: Mapped[Id]
    code: Mapped[str] = mapped_column(String(100), unique=True)
    name: Mapped[str] = mapped_column(String(100), unique=True)
    about: Mapped[str] = mapped_column(Text, server_default="")
    website: Mapped[str] = mapped_column(String(300), server_default="")
