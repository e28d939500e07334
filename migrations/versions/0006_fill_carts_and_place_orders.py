"""Carts and orders."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from app.core.policies import secure

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(sa.schema.CreateSequence(sa.Sequence("order_numbers")))
    op.create_table(
        "carts",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("company_id", sa.BigInteger(), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.String(length=80), server_default="", nullable=False),
        sa.Column("state", sa.String(length=18), server_default="open", nullable=False),
        sa.Column("is_active", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("version", sa.Integer(), server_default="0", nullable=False),
        sa.Column("line_count", sa.Integer(), server_default="0", nullable=False),
        sa.Column("net_seen", sa.Numeric(precision=18, scale=6), nullable=True),
        sa.Column("last_activity_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("last_page", sa.String(length=200), server_default="", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("checked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "draft", postgresql.JSONB(astext_type=sa.Text()), server_default=sa.text("'{}'::jsonb"), nullable=False
        ),
        sa.CheckConstraint(
            "state IN ('open', 'awaiting_approval', 'ordered', 'discarded')", name=op.f("ck_carts_state_known")
        ),
        sa.ForeignKeyConstraint(["company_id"], ["companies.id"], name=op.f("fk_carts_company_id_companies")),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_carts_user_id_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_carts")),
        sa.UniqueConstraint("id", "company_id", name=op.f("uq_carts_id_company_id")),
    )
    op.create_index("ix_carts_company_id_state", "carts", ["company_id", "state"], unique=False)
    op.create_index(
        "ix_carts_open_activity",
        "carts",
        ["last_activity_at"],
        unique=False,
        postgresql_where=sa.text("state = 'open'"),
    )
    op.create_index(
        "uq_carts_one_active",
        "carts",
        ["company_id", "user_id"],
        unique=True,
        postgresql_where=sa.text("state = 'open' AND is_active"),
    )
    op.create_table(
        "orders",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("company_id", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.String(length=40), nullable=False),
        sa.Column("client_ref", sa.String(length=80), nullable=False),
        sa.Column("request_hash", sa.String(length=64), server_default="", nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=True),
        sa.Column("cart_id", sa.BigInteger(), nullable=True),
        sa.Column("source", sa.String(length=8), server_default="portal", nullable=False),
        sa.Column("state", sa.String(length=12), server_default="placed", nullable=False),
        sa.Column("placed_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("po_number", sa.String(length=60), server_default="", nullable=False),
        sa.Column("requested_on", sa.Date(), nullable=True),
        sa.Column("note", sa.Text(), server_default="", nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("vat_mode", sa.String(length=5), server_default="net", nullable=False),
        sa.Column("rounding", sa.String(length=9), server_default="half_up", nullable=False),
        sa.Column("payment_days", sa.Integer(), server_default="30", nullable=False),
        sa.Column(
            "ship_to", postgresql.JSONB(astext_type=sa.Text()), server_default=sa.text("'{}'::jsonb"), nullable=False
        ),
        sa.Column(
            "bill_to", postgresql.JSONB(astext_type=sa.Text()), server_default=sa.text("'{}'::jsonb"), nullable=False
        ),
        sa.Column(
            "buyer", postgresql.JSONB(astext_type=sa.Text()), server_default=sa.text("'{}'::jsonb"), nullable=False
        ),
        sa.Column("net_total", sa.Numeric(precision=18, scale=6), nullable=False),
        sa.Column("vat_total", sa.Numeric(precision=18, scale=6), server_default="0", nullable=False),
        sa.Column("gross_total", sa.Numeric(precision=18, scale=6), nullable=False),
        sa.Column(
            "vat_breakdown",
            postgresql.JSONB(astext_type=sa.Text()),
            server_default=sa.text("'[]'::jsonb"),
            nullable=False,
        ),
        sa.Column("line_count", sa.Integer(), nullable=False),
        sa.CheckConstraint("source IN ('portal', 'api', 'edi', 'history')", name=op.f("ck_orders_source_known")),
        sa.CheckConstraint(
            "state IN ('placed', 'confirmed', 'in_delivery', 'delivered', 'closed', 'cancelled')",
            name=op.f("ck_orders_state_known"),
        ),
        sa.ForeignKeyConstraint(["company_id"], ["companies.id"], name=op.f("fk_orders_company_id_companies")),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_orders_user_id_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_orders")),
        sa.UniqueConstraint("company_id", "client_ref", name=op.f("uq_orders_company_id_client_ref")),
        sa.UniqueConstraint("company_id", "number", name=op.f("uq_orders_company_id_number")),
        sa.UniqueConstraint("id", "company_id", name=op.f("uq_orders_id_company_id")),
    )
    op.create_index("ix_orders_company_id_placed_at", "orders", ["company_id", "placed_at", "id"], unique=False)
    op.create_index("ix_orders_placed_at", "orders", ["placed_at", "id"], unique=False)
    op.create_index(
        "ix_orders_po_number",
        "orders",
        ["company_id", "po_number"],
        unique=False,
        postgresql_where=sa.text("po_number <> ''"),
    )
    op.create_index(
        "uq_orders_cart_id", "orders", ["cart_id"], unique=True, postgresql_where=sa.text("cart_id IS NOT NULL")
    )
    op.create_table(
        "cart_lines",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("company_id", sa.BigInteger(), nullable=False),
        sa.Column("cart_id", sa.BigInteger(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("article_id", sa.BigInteger(), nullable=False),
        sa.Column("quantity", sa.Numeric(precision=18, scale=6), nullable=False),
        sa.Column("unit", sa.String(length=3), nullable=False),
        sa.Column("base_quantity", sa.Numeric(precision=18, scale=6), nullable=False),
        sa.Column("note", sa.String(length=300), server_default="", nullable=False),
        sa.Column("checked_price", sa.Numeric(precision=18, scale=6), nullable=True),
        sa.Column("checked_base_quantity", sa.Numeric(precision=18, scale=6), nullable=True),
        sa.CheckConstraint("quantity > 0", name=op.f("ck_cart_lines_quantity_positive")),
        sa.ForeignKeyConstraint(["article_id"], ["articles.id"], name=op.f("fk_cart_lines_article_id_articles")),
        sa.ForeignKeyConstraint(
            ["cart_id", "company_id"],
            ["carts.id", "carts.company_id"],
            name=op.f("fk_cart_lines_cart_id_company_id_carts"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cart_lines")),
        sa.UniqueConstraint("cart_id", "article_id", "unit", name=op.f("uq_cart_lines_cart_id_article_id_unit")),
    )
    op.create_index("ix_cart_lines_cart_id_position", "cart_lines", ["cart_id", "position"], unique=False)
    op.create_table(
        "cart_changes",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("company_id", sa.BigInteger(), nullable=False),
        sa.Column("cart_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("client_ref", sa.String(length=80), nullable=True),
        sa.Column("request_hash", sa.String(length=64), server_default="", nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("line_count", sa.Integer(), nullable=False),
        sa.Column(
            "lines", postgresql.JSONB(astext_type=sa.Text()), server_default=sa.text("'[]'::jsonb"), nullable=False
        ),
        sa.Column("undone_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("kind IN ('added', 'removed')", name=op.f("ck_cart_changes_kind_known")),
        sa.ForeignKeyConstraint(
            ["cart_id", "company_id"],
            ["carts.id", "carts.company_id"],
            name=op.f("fk_cart_changes_cart_id_company_id_carts"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cart_changes")),
        sa.UniqueConstraint("company_id", "client_ref", name=op.f("uq_cart_changes_company_id_client_ref")),
    )
    op.create_index("ix_cart_changes_cart_id", "cart_changes", ["cart_id"], unique=False)
    op.create_table(
        "order_lines",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("company_id", sa.BigInteger(), nullable=False),
        sa.Column("order_id", sa.BigInteger(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("article_id", sa.BigInteger(), nullable=False),
        sa.Column("sku", sa.String(length=60), nullable=False),
        sa.Column("customer_number", sa.String(length=60), server_default="", nullable=False),
        sa.Column("gtin", sa.String(length=14), server_default="", nullable=False),
        sa.Column("name", sa.String(length=300), nullable=False),
        sa.Column("quantity", sa.Numeric(precision=18, scale=6), nullable=False),
        sa.Column("unit", sa.String(length=3), nullable=False),
        sa.Column("base_quantity", sa.Numeric(precision=18, scale=6), nullable=False),
        sa.Column("unit_price", sa.Numeric(precision=18, scale=6), nullable=False),
        sa.Column("price_base_quantity", sa.Numeric(precision=18, scale=6), server_default="1", nullable=False),
        sa.Column("price_unit", sa.String(length=3), nullable=False),
        sa.Column("net", sa.Numeric(precision=18, scale=6), nullable=False),
        sa.Column("vat_category", sa.String(length=2), server_default="S", nullable=False),
        sa.Column("vat_rate", sa.Numeric(precision=6, scale=3), server_default="0", nullable=True),
        sa.Column("price_list", sa.String(length=40), server_default="", nullable=False),
        sa.Column("price_from", sa.Numeric(precision=18, scale=6), server_default="0", nullable=False),
        sa.Column("note", sa.String(length=300), server_default="", nullable=False),
        sa.CheckConstraint("quantity > 0", name=op.f("ck_order_lines_quantity_positive")),
        sa.ForeignKeyConstraint(["article_id"], ["articles.id"], name=op.f("fk_order_lines_article_id_articles")),
        sa.ForeignKeyConstraint(
            ["order_id", "company_id"],
            ["orders.id", "orders.company_id"],
            name=op.f("fk_order_lines_order_id_company_id_orders"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_order_lines")),
        sa.UniqueConstraint("order_id", "position", name=op.f("uq_order_lines_order_id_position")),
    )
    op.create_index("ix_order_lines_company_id_article_id", "order_lines", ["company_id", "article_id"], unique=False)
    op.execute("GRANT USAGE ON SEQUENCE order_numbers TO kontor_tenant, kontor_operator")
    for statement in (
        *secure("carts", tenant="SELECT, INSERT, UPDATE, DELETE"),
        *secure("cart_lines", tenant="SELECT, INSERT, UPDATE, DELETE"),
        *secure("cart_changes", tenant="SELECT, INSERT, UPDATE"),
        *secure("orders", tenant="SELECT, INSERT, UPDATE"),
        *secure("order_lines", tenant="SELECT, INSERT"),
    ):
        op.execute(statement)


def downgrade() -> None:
    op.drop_index("ix_order_lines_company_id_article_id", table_name="order_lines")
    op.drop_table("order_lines")
    op.drop_index("ix_cart_changes_cart_id", table_name="cart_changes")
    op.drop_table("cart_changes")
    op.drop_index("ix_cart_lines_cart_id_position", table_name="cart_lines")
    op.drop_table("cart_lines")
    op.drop_index("uq_orders_cart_id", table_name="orders", postgresql_where=sa.text("cart_id IS NOT NULL"))
    op.drop_index("ix_orders_po_number", table_name="orders", postgresql_where=sa.text("po_number <> ''"))
    op.drop_index("ix_orders_placed_at", table_name="orders")
    op.drop_index("ix_orders_company_id_placed_at", table_name="orders")
    op.drop_table("orders")
    op.drop_index("uq_carts_one_active", table_name="carts", postgresql_where=sa.text("state = 'open' AND is_active"))
    op.drop_index("ix_carts_open_activity", table_name="carts", postgresql_where=sa.text("state = 'open'"))
    op.drop_index("ix_carts_company_id_state", table_name="carts")
    op.drop_table("carts")
    op.execute(sa.schema.DropSequence(sa.Sequence("order_numbers")))
