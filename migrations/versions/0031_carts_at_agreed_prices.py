"""Carts at prices that were agreed beforehand."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from app.core.policies import secure

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None

_KINDS = "'cart', 'standing', 'amendment', 'prepared'"
_UNIQUE = "uq_cart_lines_cart_id_article_id_unit"


def upgrade() -> None:
    op.drop_constraint(op.f("ck_carts_kind_known"), "carts")
    op.create_check_constraint(op.f("ck_carts_kind_known"), "carts", f"kind IN ({_KINDS}, 'quote')")
    op.add_column("carts", sa.Column("source", sa.String(length=80), server_default="", nullable=False))
    op.create_index(
        "uq_carts_source_live",
        "carts",
        ["company_id", "source"],
        unique=True,
        postgresql_where=sa.text("source <> '' AND state <> 'discarded'"),
    )
    op.add_column("cart_lines", sa.Column("slot", sa.Integer(), server_default="0", nullable=False))
    op.drop_constraint(op.f(_UNIQUE), "cart_lines")
    op.create_unique_constraint(op.f(f"{_UNIQUE}_slot"), "cart_lines", ["cart_id", "article_id", "unit", "slot"])
    op.add_column("order_lines", sa.Column("price_source", sa.String(length=120), server_default="", nullable=False))
    op.create_table(
        "cart_agreed_prices",
        sa.Column("company_id", sa.BigInteger(), nullable=False),
        sa.Column("cart_id", sa.BigInteger(), nullable=False),
        sa.Column("slot", sa.Integer(), nullable=False),
        sa.Column("article_id", sa.BigInteger(), nullable=False),
        sa.Column("unit", sa.String(length=3), nullable=False),
        sa.Column("min_quantity", sa.Numeric(18, 6), nullable=False),
        sa.Column("max_quantity", sa.Numeric(18, 6), nullable=True),
        sa.Column("unit_price", sa.Numeric(18, 6), nullable=False),
        sa.Column("base_quantity", sa.Numeric(18, 6), server_default="1", nullable=False),
        sa.Column("source", sa.String(length=120), nullable=False),
        sa.CheckConstraint("slot > 0", name=op.f("ck_cart_agreed_prices_slot_positive")),
        sa.CheckConstraint(
            "min_quantity > 0 AND (max_quantity IS NULL OR max_quantity >= min_quantity)",
            name=op.f("ck_cart_agreed_prices_range_ordered"),
        ),
        sa.CheckConstraint(
            "unit_price >= 0 AND base_quantity > 0", name=op.f("ck_cart_agreed_prices_price_not_negative")
        ),
        sa.ForeignKeyConstraint(
            ["cart_id", "company_id"],
            ["carts.id", "carts.company_id"],
            name=op.f("fk_cart_agreed_prices_cart_id_company_id_carts"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["article_id"], ["articles.id"], name=op.f("fk_cart_agreed_prices_article_id_articles")
        ),
        sa.PrimaryKeyConstraint("cart_id", "slot", name=op.f("pk_cart_agreed_prices")),
    )
    op.create_index("ix_cart_agreed_prices_article_id", "cart_agreed_prices", ["article_id"])
    for statement in secure("cart_agreed_prices", tenant="SELECT, INSERT"):
        op.execute(statement)


def downgrade() -> None:
    op.drop_table("cart_agreed_prices")
    op.drop_column("order_lines", "price_source")
    op.execute("DELETE FROM cart_lines WHERE slot > 0")
    op.drop_constraint(op.f(f"{_UNIQUE}_slot"), "cart_lines")
    op.drop_column("cart_lines", "slot")
    op.create_unique_constraint(op.f(_UNIQUE), "cart_lines", ["cart_id", "article_id", "unit"])
    op.drop_index("uq_carts_source_live", table_name="carts")
    op.drop_column("carts", "source")
    op.execute("UPDATE carts SET kind = 'prepared', state = 'discarded' WHERE kind = 'quote' AND state <> 'ordered'")
    op.execute("UPDATE carts SET kind = 'cart' WHERE kind = 'quote'")
    op.drop_constraint(op.f("ck_carts_kind_known"), "carts")
    op.create_check_constraint(op.f("ck_carts_kind_known"), "carts", f"kind IN ({_KINDS})")
