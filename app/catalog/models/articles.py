"""Articles with units and packs, and the customers' own numbers for them."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKey,
    Index,
    Integer,
    Numeric,
    String,
    Text,
    UniqueConstraint,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.core.db import Base, Id, Moment

_EMPTY = text("'{}'::jsonb")


class Article(Base):
    """What can be ordered. Quantities (minimum, step, maximum) are in the base unit.

    `sku_key` is the SKU upper-case without blanks: what codes from people and files are compared with. A head stands
    for its variants and is not sold itself; `variant_axes` are the codes of the attributes in which they differ.
    `facets` are ids of `facet_values`; a head has those of its variants, too.
    """

    __tablename__ = "articles"
    __table_args__ = (
        CheckConstraint("status IN ('active', 'run_out', 'discontinued')", name="status_known"),
        CheckConstraint("stock_policy IN ('stock', 'backorder')", name="stock_policy_known"),
        CheckConstraint("minimum >= 0 AND step >= 0", name="quantity_rule_not_negative"),
        Index("ix_articles_category_id", "category_id"),
        # one for each language of the portal: lists are read in the order of the names people see
        Index("ix_articles_name_en", text("coalesce(names ->> 'en', name)"), "id"),
        Index("ix_articles_name_ru", text("coalesce(names ->> 'ru', name)"), "id"),
        Index("ix_articles_name_uk", text("coalesce(names ->> 'uk', name)"), "id"),
        Index("ix_articles_sku_key_start", "sku_key", postgresql_ops={"sku_key": "text_pattern_ops"}),
        # maker's numbers without the signs between their parts: suppliers write them otherwise
        Index(
            "ix_articles_mpn_plain",
            text("upper(regexp_replace(mpn, '[^0-9A-Za-z]', '', 'g'))"),
            postgresql_where=text("mpn <> ''"),
        ),
        Index("ix_articles_gtin", "gtin", postgresql_where=text("gtin <> ''")),
        Index("ix_articles_successor_id", "successor_id", postgresql_where=text("successor_id IS NOT NULL")),
        Index("ix_articles_successor_key", "successor_key", postgresql_where=text("successor_key <> ''")),
        Index("ix_articles_run_out", "id", postgresql_where=text("status = 'run_out'")),
        Index("ix_articles_facets", "facets", postgresql_using="gin"),
        Index("ix_articles_variant_of_id", "variant_of_id", postgresql_where=text("variant_of_id IS NOT NULL")),
        CheckConstraint("NOT (is_head AND variant_of_id IS NOT NULL)", name="head_is_no_variant"),
    )

    id: Mapped[Id]
    sku: Mapped[str] = mapped_column(String(60), unique=True)
    sku_key: Mapped[str] = mapped_column(String(60), unique=True)
    name: Mapped[str] = mapped_column(String(300))
    names: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default=_EMPTY)
    description: Mapped[str] = mapped_column(Text, server_default="")
    descriptions: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default=_EMPTY)  # by language, as names
    category_id: Mapped[int | None] = mapped_column(ForeignKey("categories.id"))
    brand: Mapped[str] = mapped_column(String(100), server_default="")
    mpn: Mapped[str] = mapped_column(String(80), server_default="")
    gtin: Mapped[str] = mapped_column(String(14), server_default="")
    base_unit: Mapped[str] = mapped_column(String(3), server_default="H87")  # UN/ECE Rec 20
    precision: Mapped[int] = mapped_column(Integer, server_default="0")  # digits after the point one may order
    minimum: Mapped[Decimal] = mapped_column(Numeric(18, 6), server_default="0")
    step: Mapped[Decimal] = mapped_column(Numeric(18, 6), server_default="0")
    maximum: Mapped[Decimal | None] = mapped_column(Numeric(18, 6))
    anchor: Mapped[str] = mapped_column(String(7), server_default="zero")
    vat_category: Mapped[str] = mapped_column(String(2), server_default="S")  # UNCL 5305
    vat_class: Mapped[str] = mapped_column(String(12), server_default="standard")
    weight_kg: Mapped[Decimal | None] = mapped_column(Numeric(18, 6))  # net, per base unit; sizes, too
    length_mm: Mapped[Decimal | None] = mapped_column(Numeric(18, 6))
    width_mm: Mapped[Decimal | None] = mapped_column(Numeric(18, 6))
    height_mm: Mapped[Decimal | None] = mapped_column(Numeric(18, 6))
    lead_time_days: Mapped[int | None] = mapped_column(Integer)  # working days when not in stock
    stock_policy: Mapped[str] = mapped_column(String(9), server_default="stock")
    status: Mapped[str] = mapped_column(String(12), server_default="active")
    successor_id: Mapped[int | None] = mapped_column(ForeignKey("articles.id"))
    successor_key: Mapped[str] = mapped_column(String(60), server_default="")  # of one that is not known yet
    discount_group: Mapped[str] = mapped_column(String(10), server_default="")
    attributes: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default=_EMPTY)
    custom: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default=_EMPTY)  # values of the operator's own fields
    hazard: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default=_EMPTY)  # see domain.hazard
    origin_country: Mapped[str] = mapped_column(String(2), server_default="")  # ISO 3166-1
    customs_code: Mapped[str] = mapped_column(String(12), server_default="")  # HS, CN or TARIC, digits only
    picture: Mapped[str] = mapped_column(
        String(64), server_default=""
    )  # the first of article_pictures, kept by its service
    facets: Mapped[list[int]] = mapped_column(ARRAY(Integer), server_default=text("'{}'::int[]"))
    variant_of_id: Mapped[int | None] = mapped_column(ForeignKey("articles.id"))
    variant_axes: Mapped[list[str]] = mapped_column(JSONB, server_default=text("'[]'::jsonb"))
    is_head: Mapped[bool] = mapped_column(server_default=text("false"))
    is_kit: Mapped[bool] = mapped_column(server_default=text("false"))  # whether it has kit_parts
    updated_at: Mapped[Moment] = mapped_column(server_default=func.now(), onupdate=func.clock_timestamp())

    units: Mapped[list[ArticleUnit]] = relationship(lazy="raise_on_sql", order_by="ArticleUnit.position")


class ArticleUnit(Base):
    """A pack or other unit of an article: one of it holds numerator / denominator base units."""

    __tablename__ = "article_units"
    __table_args__ = (
        UniqueConstraint("article_id", "unit"),
        CheckConstraint("numerator > 0 AND denominator > 0", name="factor_positive"),
        Index("ix_article_units_gtin", "gtin", postgresql_where=text("gtin <> ''")),
    )

    id: Mapped[Id]
    article_id: Mapped[int] = mapped_column(ForeignKey("articles.id", ondelete="CASCADE"))
    unit: Mapped[str] = mapped_column(String(3))
    numerator: Mapped[int] = mapped_column(BigInteger)
    denominator: Mapped[int] = mapped_column(BigInteger, server_default="1")
    precision: Mapped[int] = mapped_column(Integer, server_default="0")  # digits after the point one may order
    gtin: Mapped[str] = mapped_column(String(14), server_default="")
    weight_kg: Mapped[Decimal | None] = mapped_column(Numeric(18, 6))  # gross, of the pack with what is in it
    length_mm: Mapped[Decimal | None] = mapped_column(Numeric(18, 6))
    width_mm: Mapped[Decimal | None] = mapped_column(Numeric(18, 6))
    height_mm: Mapped[Decimal | None] = mapped_column(Numeric(18, 6))
    position: Mapped[int] = mapped_column(Integer, server_default="0")


class CustomerArticleNumber(Base):
    """The number a customer account uses for an article; `number_key` is normalised like `sku_key`."""

    __tablename__ = "customer_article_numbers"
    __table_args__ = (
        UniqueConstraint("company_id", "number_key"),
        Index("ix_customer_article_numbers_company_id_article_id", "company_id", "article_id"),
    )

    id: Mapped[Id]
    company_id: Mapped[int] = mapped_column(ForeignKey("companies.id"))
    article_id: Mapped[int] = mapped_column(ForeignKey("articles.id", ondelete="CASCADE"))
    number: Mapped[str] = mapped_column(String(60))
    number_key: Mapped[str] = mapped_column(String(60))
