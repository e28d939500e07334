"""Attributes, brands, variants, kits and related articles."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from app.core.policies import secure

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

_JSONB = postgresql.JSONB(astext_type=sa.Text())
_SIZES = ("length_mm", "width_mm", "height_mm")

# What articles have said so far becomes definitions; operators type them and choose the facets afterwards.
_BRAND = """
INSERT INTO attributes (code, name, names, is_facet, position)
VALUES ('brand', 'Brand', '{"ru": "Бренд", "uk": "Бренд", "de": "Marke"}', true, -1)"""
_ATTRIBUTES = """
INSERT INTO attributes (code, name)
SELECT left(key, 40), left(upper(left(replace(key, '_', ' '), 1)) || substr(replace(key, '_', ' '), 2), 100)
FROM (SELECT DISTINCT jsonb_object_keys(attributes) AS key FROM articles) known
WHERE key <> 'brand' AND length(key) <= 40 ORDER BY key"""
_BRANDS = """
INSERT INTO brands (code, name)
SELECT left(brand, 100), brand FROM (SELECT DISTINCT brand FROM articles WHERE brand <> '') known ORDER BY brand"""
_FACETS = """
INSERT INTO facet_values (attribute_id, value)
SELECT d.id, b.name FROM attributes d CROSS JOIN brands b WHERE d.code = 'brand' ORDER BY b.name"""
_ARTICLES = """
UPDATE articles a SET facets = ARRAY[v.id]
FROM facet_values v JOIN attributes d ON d.id = v.attribute_id AND d.code = 'brand'
WHERE v.value = a.brand"""


def upgrade() -> None:
    _create_attributes()
    _create_kits()
    _widen_articles()
    for statement in (_BRAND, _ATTRIBUTES, _BRANDS, _FACETS, _ARTICLES):
        op.execute(statement)
    op.create_index("ix_articles_facets", "articles", ["facets"], postgresql_using="gin")
    for table in ("attributes", "category_attributes", "facet_values", "brands", "kit_parts", "related_articles"):
        for statement in secure(table, tenant="SELECT", condition="true"):
            op.execute(statement)


def _create_attributes() -> None:
    op.create_table(
        "attributes",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("names", _JSONB, server_default=sa.text("'{}'::jsonb"), nullable=False),
        sa.Column("kind", sa.String(length=6), server_default="text", nullable=False),
        sa.Column("unit", sa.String(length=3), server_default="", nullable=False),
        sa.Column("choices", _JSONB, server_default=sa.text("'[]'::jsonb"), nullable=False),
        sa.Column("is_facet", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("position", sa.Integer(), server_default="0", nullable=False),
        sa.CheckConstraint("kind IN ('text', 'number', 'flag', 'choice')", name=op.f("ck_attributes_kind_known")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attributes")),
        sa.UniqueConstraint("code", name=op.f("uq_attributes_code")),
    )
    op.create_table(
        "category_attributes",
        sa.Column("category_id", sa.BigInteger(), nullable=False),
        sa.Column("attribute_id", sa.BigInteger(), nullable=False),
        sa.Column("is_required", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("position", sa.Integer(), server_default="0", nullable=False),
        sa.ForeignKeyConstraint(
            ["category_id"],
            ["categories.id"],
            name=op.f("fk_category_attributes_category_id_categories"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["attribute_id"],
            ["attributes.id"],
            name=op.f("fk_category_attributes_attribute_id_attributes"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("category_id", "attribute_id", name=op.f("pk_category_attributes")),
    )
    op.create_index(op.f("ix_category_attributes_attribute_id"), "category_attributes", ["attribute_id"])
    op.create_table(
        "facet_values",
        sa.Column("id", sa.Integer(), sa.Identity(always=False), nullable=False),
        sa.Column("attribute_id", sa.BigInteger(), nullable=False),
        sa.Column("value", sa.String(length=200), nullable=False),
        sa.Column("number", sa.Numeric(precision=18, scale=6), nullable=True),
        sa.ForeignKeyConstraint(
            ["attribute_id"],
            ["attributes.id"],
            name=op.f("fk_facet_values_attribute_id_attributes"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_facet_values")),
        sa.UniqueConstraint("attribute_id", "value", name=op.f("uq_facet_values_attribute_id_value")),
    )
    op.create_table(
        "brands",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("code", sa.String(length=100), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("about", sa.Text(), server_default="", nullable=False),
        sa.Column("website", sa.String(length=300), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_brands")),
        sa.UniqueConstraint("code", name=op.f("uq_brands_code")),
        sa.UniqueConstraint("name", name=op.f("uq_brands_name")),
    )


def _create_kits() -> None:
    op.create_table(
        "kit_parts",
        sa.Column("kit_id", sa.BigInteger(), nullable=False),
        sa.Column("article_id", sa.BigInteger(), nullable=False),
        sa.Column("quantity", sa.Numeric(precision=18, scale=6), nullable=False),
        sa.Column("position", sa.Integer(), server_default="0", nullable=False),
        sa.CheckConstraint("quantity > 0", name=op.f("ck_kit_parts_quantity_positive")),
        sa.CheckConstraint("kit_id <> article_id", name=op.f("ck_kit_parts_not_itself")),
        sa.ForeignKeyConstraint(
            ["kit_id"], ["articles.id"], name=op.f("fk_kit_parts_kit_id_articles"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["article_id"], ["articles.id"], name=op.f("fk_kit_parts_article_id_articles")),
        sa.PrimaryKeyConstraint("kit_id", "article_id", name=op.f("pk_kit_parts")),
    )
    op.create_index(op.f("ix_kit_parts_article_id"), "kit_parts", ["article_id"])
    op.create_table(
        "related_articles",
        sa.Column("article_id", sa.BigInteger(), nullable=False),
        sa.Column("other_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("position", sa.Integer(), server_default="0", nullable=False),
        sa.CheckConstraint("kind IN ('substitute', 'complement')", name=op.f("ck_related_articles_kind_known")),
        sa.CheckConstraint("article_id <> other_id", name=op.f("ck_related_articles_not_itself")),
        sa.ForeignKeyConstraint(
            ["article_id"], ["articles.id"], name=op.f("fk_related_articles_article_id_articles"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["other_id"], ["articles.id"], name=op.f("fk_related_articles_other_id_articles"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("article_id", "other_id", "kind", name=op.f("pk_related_articles")),
    )
    op.create_index(op.f("ix_related_articles_other_id"), "related_articles", ["other_id"])


def _widen_articles() -> None:
    op.add_column("articles", sa.Column("descriptions", _JSONB, server_default=sa.text("'{}'::jsonb"), nullable=False))
    op.add_column("articles", sa.Column("variant_of_id", sa.BigInteger(), nullable=True))
    op.add_column("articles", sa.Column("variant_axes", _JSONB, server_default=sa.text("'[]'::jsonb"), nullable=False))
    op.add_column("articles", sa.Column("is_head", sa.Boolean(), server_default=sa.text("false"), nullable=False))
    op.add_column("articles", sa.Column("is_kit", sa.Boolean(), server_default=sa.text("false"), nullable=False))
    op.add_column(
        "articles",
        sa.Column("facets", postgresql.ARRAY(sa.Integer()), server_default=sa.text("'{}'::int[]"), nullable=False),
    )
    for size in _SIZES:
        op.add_column("articles", sa.Column(size, sa.Numeric(precision=18, scale=6), nullable=True))
    for size in ("weight_kg", *_SIZES):
        op.add_column("article_units", sa.Column(size, sa.Numeric(precision=18, scale=6), nullable=True))
    op.create_foreign_key(op.f("fk_articles_variant_of_id_articles"), "articles", "articles", ["variant_of_id"], ["id"])
    op.create_check_constraint(
        op.f("ck_articles_head_is_no_variant"), "articles", "NOT (is_head AND variant_of_id IS NOT NULL)"
    )
    op.create_index(
        "ix_articles_variant_of_id",
        "articles",
        ["variant_of_id"],
        postgresql_where=sa.text("variant_of_id IS NOT NULL"),
    )


def downgrade() -> None:
    op.drop_index("ix_articles_facets", table_name="articles", postgresql_using="gin")
    op.drop_index(
        "ix_articles_variant_of_id", table_name="articles", postgresql_where=sa.text("variant_of_id IS NOT NULL")
    )
    op.drop_constraint(op.f("ck_articles_head_is_no_variant"), "articles")
    op.drop_constraint(op.f("fk_articles_variant_of_id_articles"), "articles")
    for size in ("weight_kg", *_SIZES):
        op.drop_column("article_units", size)
    for column in (*_SIZES, "facets", "is_kit", "is_head", "variant_axes", "variant_of_id", "descriptions"):
        op.drop_column("articles", column)
    op.drop_index(op.f("ix_related_articles_other_id"), table_name="related_articles")
    op.drop_table("related_articles")
    op.drop_index(op.f("ix_kit_parts_article_id"), table_name="kit_parts")
    op.drop_table("kit_parts")
    op.drop_table("brands")
    op.drop_table("facet_values")
    op.drop_index(op.f("ix_category_attributes_attribute_id"), table_name="category_attributes")
    op.drop_table("category_attributes")
    op.drop_table("attributes")
