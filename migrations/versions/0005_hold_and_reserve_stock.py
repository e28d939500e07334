"""Warehouses, stock, reservations."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from app.core.policies import secure

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "warehouses",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("position", sa.Integer(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_warehouses")),
        sa.UniqueConstraint("code", name=op.f("uq_warehouses_code")),
    )
    op.create_table(
        "reservations",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("company_id", sa.BigInteger(), nullable=False),
        sa.Column("order_line_id", sa.BigInteger(), nullable=False),
        sa.Column("article_id", sa.BigInteger(), nullable=False),
        sa.Column("warehouse_id", sa.BigInteger(), nullable=True),
        sa.Column("quantity", sa.Numeric(precision=18, scale=6), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("released_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("quantity > 0", name=op.f("ck_reservations_quantity_positive")),
        sa.ForeignKeyConstraint(["company_id"], ["companies.id"], name=op.f("fk_reservations_company_id_companies")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reservations")),
    )
    op.create_index("ix_reservations_article_id", "reservations", ["article_id"], unique=False)
    op.create_index(
        "ix_reservations_company_id_order_line_id", "reservations", ["company_id", "order_line_id"], unique=False
    )
    op.create_table(
        "stock",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("article_id", sa.BigInteger(), nullable=False),
        sa.Column("warehouse_id", sa.BigInteger(), nullable=False),
        sa.Column("on_hand", sa.Numeric(precision=18, scale=6), server_default="0", nullable=False),
        sa.Column("reserved", sa.Numeric(precision=18, scale=6), server_default="0", nullable=False),
        sa.Column("threshold", sa.Numeric(precision=18, scale=6), server_default="0", nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("reserved >= 0", name=op.f("ck_stock_reserved_not_negative")),
        sa.CheckConstraint("threshold >= 0", name=op.f("ck_stock_threshold_not_negative")),
        sa.ForeignKeyConstraint(
            ["article_id"], ["articles.id"], name=op.f("fk_stock_article_id_articles"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["warehouse_id"], ["warehouses.id"], name=op.f("fk_stock_warehouse_id_warehouses")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stock")),
        sa.UniqueConstraint("article_id", "warehouse_id", name=op.f("uq_stock_article_id_warehouse_id")),
        postgresql_with={"fillfactor": 80},
    )
    op.create_table(
        "stock_moves",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("article_id", sa.BigInteger(), nullable=False),
        sa.Column("warehouse_id", sa.BigInteger(), nullable=False),
        sa.Column("quantity", sa.Numeric(precision=18, scale=6), nullable=False),
        sa.Column("reason", sa.String(length=40), nullable=False),
        sa.Column("reference", sa.String(length=80), server_default="", nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["article_id"], ["articles.id"], name=op.f("fk_stock_moves_article_id_articles")),
        sa.ForeignKeyConstraint(
            ["warehouse_id"], ["warehouses.id"], name=op.f("fk_stock_moves_warehouse_id_warehouses")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stock_moves")),
    )
    op.create_index(
        "ix_stock_moves_article_id_warehouse_id", "stock_moves", ["article_id", "warehouse_id"], unique=False
    )
    for statement in (
        *secure("warehouses", tenant="SELECT", condition="true"),
        *secure("stock", tenant="SELECT, UPDATE", condition="true", update_columns="reserved, updated_at"),
        *secure("reservations", tenant="SELECT, INSERT, UPDATE"),
        *secure("stock_moves", operator="SELECT, INSERT"),
    ):
        op.execute(statement)


def downgrade() -> None:
    op.drop_index("ix_stock_moves_article_id_warehouse_id", table_name="stock_moves")
    op.drop_table("stock_moves")
    op.drop_table("stock")
    op.drop_index("ix_reservations_company_id_order_line_id", table_name="reservations")
    op.drop_index("ix_reservations_article_id", table_name="reservations")
    op.drop_table("reservations")
    op.drop_table("warehouses")
