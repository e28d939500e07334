"""Articles, units, categories, customers' article numbers."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from app.core.policies import secure

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "categories",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("parent_id", sa.BigInteger(), nullable=True),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column(
            "names", postgresql.JSONB(astext_type=sa.Text()), server_default=sa.text("'{}'::jsonb"), nullable=False
        ),
        sa.Column("position", sa.Integer(), server_default="0", nullable=False),
        sa.ForeignKeyConstraint(["parent_id"], ["categories.id"], name=op.f("fk_categories_parent_id_categories")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_categories")),
        sa.UniqueConstraint("code", name=op.f("uq_categories_code")),
    )
    op.create_index(op.f("ix_categories_parent_id"), "categories", ["parent_id"], unique=False)
    op.create_table(
        "articles",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("sku", sa.String(length=60), nullable=False),
        sa.Column("sku_key", sa.String(length=60), nullable=False),
        sa.Column("name", sa.String(length=300), nullable=False),
        sa.Column(
            "names", postgresql.JSONB(astext_type=sa.Text()), server_default=sa.text("'{}'::jsonb"), nullable=False
        ),
        sa.Column("description", sa.Text(), server_default="", nullable=False),
        sa.Column("category_id", sa.BigInteger(), nullable=True),
        sa.Column("brand", sa.String(length=100), server_default="", nullable=False),
        sa.Column("mpn", sa.String(length=80), server_default="", nullable=False),
        sa.Column("gtin", sa.String(length=14), server_default="", nullable=False),
        sa.Column("base_unit", sa.String(length=3), server_default="H87", nullable=False),
        sa.Column("precision", sa.Integer(), server_default="0", nullable=False),
        sa.Column("minimum", sa.Numeric(precision=18, scale=6), server_default="0", nullable=False),
        sa.Column("step", sa.Numeric(precision=18, scale=6), server_default="0", nullable=False),
        sa.Column("maximum", sa.Numeric(precision=18, scale=6), nullable=True),
        sa.Column("anchor", sa.String(length=7), server_default="zero", nullable=False),
        sa.Column("vat_category", sa.String(length=2), server_default="S", nullable=False),
        sa.Column("vat_class", sa.String(length=12), server_default="standard", nullable=False),
        sa.Column("weight_kg", sa.Numeric(precision=18, scale=6), nullable=True),
        sa.Column("lead_time_days", sa.Integer(), nullable=True),
        sa.Column("stock_policy", sa.String(length=9), server_default="stock", nullable=False),
        sa.Column("status", sa.String(length=12), server_default="active", nullable=False),
        sa.Column("successor_id", sa.BigInteger(), nullable=True),
        sa.Column("successor_key", sa.String(length=60), server_default="", nullable=False),
        sa.Column("discount_group", sa.String(length=10), server_default="", nullable=False),
        sa.Column(
            "attributes", postgresql.JSONB(astext_type=sa.Text()), server_default=sa.text("'{}'::jsonb"), nullable=False
        ),
        sa.Column("search_text", sa.Text(), server_default="", nullable=False),
        sa.Column(
            "search",
            postgresql.TSVECTOR(),
            sa.Computed("to_tsvector('simple', search_text)", persisted=True),
            nullable=False,
        ),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("status IN ('active', 'discontinued')", name=op.f("ck_articles_status_known")),
        sa.CheckConstraint("stock_policy IN ('stock', 'backorder')", name=op.f("ck_articles_stock_policy_known")),
        sa.CheckConstraint("minimum >= 0 AND step >= 0", name=op.f("ck_articles_quantity_rule_not_negative")),
        sa.ForeignKeyConstraint(["category_id"], ["categories.id"], name=op.f("fk_articles_category_id_categories")),
        sa.ForeignKeyConstraint(["successor_id"], ["articles.id"], name=op.f("fk_articles_successor_id_articles")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_articles")),
        sa.UniqueConstraint("sku", name=op.f("uq_articles_sku")),
        sa.UniqueConstraint("sku_key", name=op.f("uq_articles_sku_key")),
    )
    op.create_index("ix_articles_category_id", "articles", ["category_id"])
    for locale in ("en", "ru", "uk"):
        op.create_index(
            f"ix_articles_name_{locale}", "articles", [sa.literal_column(f"coalesce(names ->> '{locale}', name)"), "id"]
        )
    op.create_index(
        "ix_articles_sku_key_start", "articles", ["sku_key"], postgresql_ops={"sku_key": "text_pattern_ops"}
    )
    op.create_index("ix_articles_gtin", "articles", ["gtin"], postgresql_where=sa.text("gtin <> ''"))
    op.create_index(
        "ix_articles_successor_id", "articles", ["successor_id"], postgresql_where=sa.text("successor_id IS NOT NULL")
    )
    op.create_index(
        "ix_articles_successor_key", "articles", ["successor_key"], postgresql_where=sa.text("successor_key <> ''")
    )
    op.create_index("ix_articles_search", "articles", ["search"], postgresql_using="gin")
    op.create_table(
        "article_units",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("article_id", sa.BigInteger(), nullable=False),
        sa.Column("unit", sa.String(length=3), nullable=False),
        sa.Column("numerator", sa.BigInteger(), nullable=False),
        sa.Column("denominator", sa.BigInteger(), server_default="1", nullable=False),
        sa.Column("precision", sa.Integer(), server_default="0", nullable=False),
        sa.Column("gtin", sa.String(length=14), server_default="", nullable=False),
        sa.Column("position", sa.Integer(), server_default="0", nullable=False),
        sa.CheckConstraint("numerator > 0 AND denominator > 0", name=op.f("ck_article_units_factor_positive")),
        sa.ForeignKeyConstraint(
            ["article_id"], ["articles.id"], name=op.f("fk_article_units_article_id_articles"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_article_units")),
        sa.UniqueConstraint("article_id", "unit", name=op.f("uq_article_units_article_id_unit")),
    )
    op.create_index(
        "ix_article_units_gtin", "article_units", ["gtin"], unique=False, postgresql_where=sa.text("gtin <> ''")
    )
    op.create_table(
        "customer_article_numbers",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("company_id", sa.BigInteger(), nullable=False),
        sa.Column("article_id", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.String(length=60), nullable=False),
        sa.Column("number_key", sa.String(length=60), nullable=False),
        sa.ForeignKeyConstraint(
            ["article_id"],
            ["articles.id"],
            name=op.f("fk_customer_article_numbers_article_id_articles"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["company_id"], ["companies.id"], name=op.f("fk_customer_article_numbers_company_id_companies")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_customer_article_numbers")),
        sa.UniqueConstraint("company_id", "number_key", name=op.f("uq_customer_article_numbers_company_id_number_key")),
    )
    op.create_index(
        "ix_customer_article_numbers_company_id_article_id", "customer_article_numbers", ["company_id", "article_id"]
    )
    for statement in (
        *secure("categories", tenant="SELECT", condition="true"),
        *secure("articles", tenant="SELECT", condition="true"),
        *secure("article_units", tenant="SELECT", condition="true"),
        *secure("customer_article_numbers", tenant="SELECT, INSERT, UPDATE, DELETE"),
    ):
        op.execute(statement)


def downgrade() -> None:
    op.drop_table("customer_article_numbers")
    op.drop_index("ix_article_units_gtin", table_name="article_units", postgresql_where=sa.text("gtin <> ''"))
    op.drop_table("article_units")
    op.drop_table("articles")
    op.drop_index(op.f("ix_categories_parent_id"), table_name="categories")
    op.drop_table("categories")
