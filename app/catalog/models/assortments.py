"""Who may see which articles: named assortments, their rules, and whom they reach."""

from __future__ import annotations

from datetime import date

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Date,
    ForeignKey,
    Index,
    String,
    Text,
    UniqueConstraint,
    func,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Base, Id, Moment


class Assortment(Base):
    """A named set of rules; `valid_to` is the first day on which it no longer counts."""

    __tablename__ = "assortments"
    __table_args__ = (CheckConstraint("valid_from < valid_to", name="validity_not_empty"),)

    id: Mapped[Id]
    code: Mapped[str] = mapped_column(String(40), unique=True)
    name: Mapped[str] = mapped_column(String(120))
    about: Mapped[str] = mapped_column(Text, server_default="")
    is_active: Mapped[bool] = mapped_column(Boolean, server_default=text("true"))
    valid_from: Mapped[date | None] = mapped_column(Date)
    valid_to: Mapped[date | None] = mapped_column(Date)
    updated_at: Mapped[Moment] = mapped_column(server_default=func.now())


class AssortmentRule(Base):
    """Allows or denies one article, one category with everything below it, or one brand.

    What a rule names cannot be deleted: with the last allow rule gone, an account would see everything.
    """

    __tablename__ = "assortment_rules"
    __table_args__ = (
        CheckConstraint("effect IN ('allow', 'deny')", name="effect_known"),
        CheckConstraint("num_nonnulls(article_id, category_id, brand) = 1", name="one_target"),
        # the target first: these serve the foreign keys, too
        Index(
            "uq_assortment_rules_article",
            "article_id",
            "assortment_id",
            unique=True,
            postgresql_include=["effect"],
            postgresql_where=text("article_id IS NOT NULL"),
        ),
        Index(
            "uq_assortment_rules_category",
            "category_id",
            "assortment_id",
            unique=True,
            postgresql_where=text("category_id IS NOT NULL"),
        ),
        Index(
            "uq_assortment_rules_brand",
            "brand",
            "assortment_id",
            unique=True,
            postgresql_where=text("brand IS NOT NULL"),
        ),
        Index("ix_assortment_rules_assortment_id_effect_article_id", "assortment_id", "effect", "article_id"),
    )

    id: Mapped[Id]
    assortment_id: Mapped[int] = mapped_column(ForeignKey("assortments.id", ondelete="CASCADE"))
    effect: Mapped[str] = mapped_column(String(5))
    article_id: Mapped[int | None] = mapped_column(ForeignKey("articles.id"))
    category_id: Mapped[int | None] = mapped_column(ForeignKey("categories.id"))
    brand: Mapped[str | None] = mapped_column(ForeignKey("brands.name", onupdate="CASCADE"))  # as on the articles


class AssortmentAssignment(Base):
    """Whom an assortment reaches: everybody, a group, a segment or one account."""

    __tablename__ = "assortment_assignments"
    __table_args__ = (
        CheckConstraint(
            "num_nonnulls(group_id, segment_id, company_id) + CAST(everybody AS integer) = 1", name="one_target"
        ),
        UniqueConstraint(
            "assortment_id",
            "everybody",
            "group_id",
            "segment_id",
            "company_id",
            name="uq_assortment_assignments_target",
            postgresql_nulls_not_distinct=True,
        ),
        Index("ix_assortment_assignments_group_id", "group_id", postgresql_where=text("group_id IS NOT NULL")),
        Index("ix_assortment_assignments_segment_id", "segment_id", postgresql_where=text("segment_id IS NOT NULL")),
        Index("ix_assortment_assignments_company_id", "company_id", postgresql_where=text("company_id IS NOT NULL")),
    )

    id: Mapped[Id]
    assortment_id: Mapped[int] = mapped_column(ForeignKey("assortments.id", ondelete="CASCADE"))
    everybody: Mapped[bool] = mapped_column(Boolean, server_default=text("false"))
    group_id: Mapped[int | None] = mapped_column(ForeignKey("account_groups.id"))
    segment_id: Mapped[int | None] = mapped_column(ForeignKey("segments.id"))
    company_id: Mapped[int | None] = mapped_column(ForeignKey("companies.id"))
