"""Assortments."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from app.core.policies import secure

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

_RULE_TARGETS = ("article", "category", "brand")
_REACHED = ("group", "segment", "company")


def upgrade() -> None:
    op.create_table(
        "assortments",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("about", sa.Text(), server_default="", nullable=False),
        sa.Column("is_active", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=True),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("valid_from < valid_to", name=op.f("ck_assortments_validity_not_empty")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_assortments")),
        sa.UniqueConstraint("code", name=op.f("uq_assortments_code")),
    )
    _create_rules()
    _create_assignments()
    op.execute(
        """
        CREATE FUNCTION visible_assortments() RETURNS SETOF bigint
        LANGUAGE sql STABLE SECURITY DEFINER ROWS 10 SET search_path = public AS $$
            SELECT assortment_id FROM assortment_assignments
            WHERE everybody OR company_id = current_setting('kontor.company_id')::bigint
               OR group_id IN (SELECT visible_groups()) OR segment_id IN (SELECT visible_segments())
        $$
        """
    )
    for statement in (
        *secure("assortments", tenant="SELECT", condition="id IN (SELECT visible_assortments())"),
        *secure("assortment_rules", tenant="SELECT", condition="assortment_id IN (SELECT visible_assortments())"),
        *secure(
            "assortment_assignments",
            tenant="SELECT",
            condition="everybody OR company_id = current_setting('kontor.company_id')::bigint"
            " OR group_id IN (SELECT visible_groups()) OR segment_id IN (SELECT visible_segments())",
        ),
    ):
        op.execute(statement)


def _create_rules() -> None:
    op.create_table(
        "assortment_rules",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("assortment_id", sa.BigInteger(), nullable=False),
        sa.Column("effect", sa.String(length=5), nullable=False),
        sa.Column("article_id", sa.BigInteger(), nullable=True),
        sa.Column("category_id", sa.BigInteger(), nullable=True),
        sa.Column("brand", sa.String(length=100), nullable=True),
        sa.CheckConstraint("effect IN ('allow', 'deny')", name=op.f("ck_assortment_rules_effect_known")),
        sa.CheckConstraint(
            "num_nonnulls(article_id, category_id, brand) = 1", name=op.f("ck_assortment_rules_one_target")
        ),
        sa.ForeignKeyConstraint(["article_id"], ["articles.id"], name=op.f("fk_assortment_rules_article_id_articles")),
        sa.ForeignKeyConstraint(
            ["assortment_id"],
            ["assortments.id"],
            name=op.f("fk_assortment_rules_assortment_id_assortments"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["category_id"], ["categories.id"], name=op.f("fk_assortment_rules_category_id_categories")
        ),
        sa.ForeignKeyConstraint(
            ["brand"], ["brands.name"], name=op.f("fk_assortment_rules_brand_brands"), onupdate="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_assortment_rules")),
    )
    for target in _RULE_TARGETS:
        column = target if target == "brand" else f"{target}_id"
        op.create_index(
            f"uq_assortment_rules_{target}",
            "assortment_rules",
            [column, "assortment_id"],
            unique=True,
            postgresql_include=["effect"] if target == "article" else [],
            postgresql_where=sa.text(f"{column} IS NOT NULL"),
        )
    op.create_index(
        "ix_assortment_rules_assortment_id_effect_article_id",
        "assortment_rules",
        ["assortment_id", "effect", "article_id"],
        unique=False,
    )


def _create_assignments() -> None:
    op.create_table(
        "assortment_assignments",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("assortment_id", sa.BigInteger(), nullable=False),
        sa.Column("everybody", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("group_id", sa.BigInteger(), nullable=True),
        sa.Column("segment_id", sa.BigInteger(), nullable=True),
        sa.Column("company_id", sa.BigInteger(), nullable=True),
        sa.CheckConstraint(
            "num_nonnulls(group_id, segment_id, company_id) + CAST(everybody AS integer) = 1",
            name=op.f("ck_assortment_assignments_one_target"),
        ),
        sa.ForeignKeyConstraint(
            ["assortment_id"],
            ["assortments.id"],
            name=op.f("fk_assortment_assignments_assortment_id_assortments"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["company_id"], ["companies.id"], name=op.f("fk_assortment_assignments_company_id_companies")
        ),
        sa.ForeignKeyConstraint(
            ["group_id"], ["account_groups.id"], name=op.f("fk_assortment_assignments_group_id_account_groups")
        ),
        sa.ForeignKeyConstraint(
            ["segment_id"], ["segments.id"], name=op.f("fk_assortment_assignments_segment_id_segments")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_assortment_assignments")),
        sa.UniqueConstraint(
            "assortment_id",
            "everybody",
            "group_id",
            "segment_id",
            "company_id",
            name="uq_assortment_assignments_target",
            postgresql_nulls_not_distinct=True,
        ),
    )
    for target in _REACHED:
        op.create_index(
            f"ix_assortment_assignments_{target}_id",
            "assortment_assignments",
            [f"{target}_id"],
            unique=False,
            postgresql_where=sa.text(f"{target}_id IS NOT NULL"),
        )


def downgrade() -> None:
    for target in _REACHED:
        op.drop_index(
            f"ix_assortment_assignments_{target}_id",
            table_name="assortment_assignments",
            postgresql_where=sa.text(f"{target}_id IS NOT NULL"),
        )
    op.drop_table("assortment_assignments")
    op.drop_index("ix_assortment_rules_assortment_id_effect_article_id", table_name="assortment_rules")
    for target in _RULE_TARGETS:
        column = target if target == "brand" else f"{target}_id"
        op.drop_index(
            f"uq_assortment_rules_{target}",
            table_name="assortment_rules",
            postgresql_where=sa.text(f"{column} IS NOT NULL"),
        )
    op.drop_table("assortment_rules")
    op.drop_table("assortments")
    op.execute("DROP FUNCTION visible_assortments()")
