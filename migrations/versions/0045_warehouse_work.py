"""Bins, receipts, transfers, counts, serial numbers."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from app.core.policies import secure

revision = "0045"
down_revision = "0044"
branch_labels = None
depends_on = None

# What batches held so far had no rows in the ledger: they come out of the goods without a batch.
_OPENING = """
INSERT INTO stock_moves (article_id, warehouse_id, quantity, reason, reference, batch)
SELECT b.article_id, b.warehouse_id, v.sign * b.quantity, 'batch', 'opening', CASE v.sign WHEN 1 THEN b.number ELSE '' END
FROM stock_batches b CROSS JOIN (VALUES (-1), (1)) v (sign) WHERE b.quantity > 0 ORDER BY b.id, v.sign"""
_MOVE_INDEXES = {
    "ix_stock_moves_batch_article_id": (["batch", "article_id"], "batch <> ''"),
    "ix_stock_moves_bin_id": (["bin_id"], "bin_id IS NOT NULL"),
    "ix_stock_moves_order_line_id": (["order_line_id"], "order_line_id IS NOT NULL"),
    "ix_stock_moves_customer_id": (["customer_id"], "customer_id IS NOT NULL"),
    "ix_stock_moves_reference": (["reference"], "reference <> ''"),
}


def upgrade() -> None:
    op.create_table(
        "bins",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("warehouse_id", sa.BigInteger(), nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("zone", sa.String(length=40), server_default="", nullable=False),
        sa.Column("sort_key", sa.Integer(), server_default="0", nullable=False),
        sa.Column("is_active", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.ForeignKeyConstraint(["warehouse_id"], ["warehouses.id"], name=op.f("fk_bins_warehouse_id_warehouses")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bins")),
        sa.UniqueConstraint("warehouse_id", "code", name=op.f("uq_bins_warehouse_id_code")),
    )
    op.create_table(
        "bin_stock",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("bin_id", sa.BigInteger(), nullable=False),
        sa.Column("warehouse_id", sa.BigInteger(), nullable=False),
        sa.Column("article_id", sa.BigInteger(), nullable=False),
        sa.Column("batch", sa.String(length=60), server_default="", nullable=False),
        sa.Column("quantity", sa.Numeric(precision=18, scale=6), nullable=False),
        sa.CheckConstraint("quantity >= 0", name=op.f("ck_bin_stock_quantity_not_negative")),
        sa.ForeignKeyConstraint(
            ["article_id"], ["articles.id"], name=op.f("fk_bin_stock_article_id_articles"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["bin_id"], ["bins.id"], name=op.f("fk_bin_stock_bin_id_bins")),
        sa.ForeignKeyConstraint(["warehouse_id"], ["warehouses.id"], name=op.f("fk_bin_stock_warehouse_id_warehouses")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bin_stock")),
        sa.UniqueConstraint("bin_id", "article_id", "batch", name=op.f("uq_bin_stock_bin_id_article_id_batch")),
    )
    op.create_index("ix_bin_stock_article_id_warehouse_id", "bin_stock", ["article_id", "warehouse_id"], unique=False)
    op.create_index("ix_bin_stock_warehouse_id", "bin_stock", ["warehouse_id"], unique=False)
    op.create_table(
        "article_tracking",
        sa.Column("article_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("needs_batch", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("needs_expiry", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("needs_serial", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.ForeignKeyConstraint(
            ["article_id"], ["articles.id"], name=op.f("fk_article_tracking_article_id_articles"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("article_id", name=op.f("pk_article_tracking")),
    )
    op.create_table(
        "serial_numbers",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("article_id", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.String(length=60), nullable=False),
        sa.Column("batch", sa.String(length=60), server_default="", nullable=False),
        sa.Column("state", sa.String(length=10), server_default="stock", nullable=False),
        sa.Column("warehouse_id", sa.BigInteger(), nullable=True),
        sa.Column("customer_id", sa.BigInteger(), nullable=True),
        sa.Column("order_line_id", sa.BigInteger(), nullable=True),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint(
            "state IN ('stock', 'quarantine', 'transit', 'issued', 'scrapped', 'lost')",
            name=op.f("ck_serial_numbers_state_known"),
        ),
        sa.ForeignKeyConstraint(
            ["article_id"], ["articles.id"], name=op.f("fk_serial_numbers_article_id_articles"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["customer_id"], ["companies.id"], name=op.f("fk_serial_numbers_customer_id_companies")
        ),
        sa.ForeignKeyConstraint(
            ["warehouse_id"], ["warehouses.id"], name=op.f("fk_serial_numbers_warehouse_id_warehouses")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_serial_numbers")),
        sa.UniqueConstraint("article_id", "number", name=op.f("uq_serial_numbers_article_id_number")),
    )
    op.create_index(
        "ix_serial_numbers_customer_id",
        "serial_numbers",
        ["customer_id"],
        unique=False,
        postgresql_where=sa.text("customer_id IS NOT NULL"),
    )
    op.create_index("ix_serial_numbers_number", "serial_numbers", ["number"], unique=False)
    op.create_index("ix_serial_numbers_warehouse_id", "serial_numbers", ["warehouse_id"], unique=False)
    op.create_table(
        "serial_moves",
        sa.Column("serial_id", sa.BigInteger(), nullable=False),
        sa.Column("move_id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["move_id"], ["stock_moves.id"], name=op.f("fk_serial_moves_move_id_stock_moves")),
        sa.ForeignKeyConstraint(
            ["serial_id"],
            ["serial_numbers.id"],
            name=op.f("fk_serial_moves_serial_id_serial_numbers"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("serial_id", "move_id", name=op.f("pk_serial_moves")),
    )
    op.create_index(op.f("ix_serial_moves_move_id"), "serial_moves", ["move_id"], unique=False)
    op.create_table(
        "goods_receipts",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("number", sa.String(length=30), nullable=False),
        sa.Column("warehouse_id", sa.BigInteger(), nullable=False),
        sa.Column("supplier_id", sa.BigInteger(), nullable=True),
        sa.Column("delivery_note", sa.String(length=80), server_default="", nullable=False),
        sa.Column("arrived_on", sa.Date(), nullable=False),
        sa.Column("state", sa.String(length=9), server_default="open", nullable=False),
        sa.Column("note", sa.Text(), server_default="", nullable=False),
        sa.Column("client_ref", sa.String(length=80), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("booked_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("state IN ('open', 'booked', 'cancelled')", name=op.f("ck_goods_receipts_state_known")),
        sa.ForeignKeyConstraint(
            ["supplier_id"], ["companies.id"], name=op.f("fk_goods_receipts_supplier_id_companies")
        ),
        sa.ForeignKeyConstraint(
            ["warehouse_id"], ["warehouses.id"], name=op.f("fk_goods_receipts_warehouse_id_warehouses")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_goods_receipts")),
        sa.UniqueConstraint("client_ref", name=op.f("uq_goods_receipts_client_ref")),
        sa.UniqueConstraint("number", name=op.f("uq_goods_receipts_number")),
    )
    op.create_index(
        "ix_goods_receipts_supplier_id",
        "goods_receipts",
        ["supplier_id"],
        unique=False,
        postgresql_where=sa.text("supplier_id IS NOT NULL"),
    )
    op.create_index("ix_goods_receipts_warehouse_id", "goods_receipts", ["warehouse_id"], unique=False)
    op.create_table(
        "goods_receipt_lines",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("receipt_id", sa.BigInteger(), nullable=False),
        sa.Column("incoming_id", sa.BigInteger(), nullable=True),
        sa.Column("article_id", sa.BigInteger(), nullable=False),
        sa.Column("expected", sa.Numeric(precision=18, scale=6), nullable=True),
        sa.Column("received", sa.Numeric(precision=18, scale=6), server_default="0", nullable=False),
        sa.Column("damaged", sa.Numeric(precision=18, scale=6), server_default="0", nullable=False),
        sa.Column("is_last", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("batch", sa.String(length=60), server_default="", nullable=False),
        sa.Column("expires_on", sa.Date(), nullable=True),
        sa.Column("serials", postgresql.JSONB(), server_default=sa.text("'[]'::jsonb"), nullable=False),
        sa.Column("bin_id", sa.BigInteger(), nullable=True),
        sa.CheckConstraint(
            "received >= 0 AND damaged >= 0 AND expected >= 0",
            name=op.f("ck_goods_receipt_lines_quantities_not_negative"),
        ),
        sa.ForeignKeyConstraint(
            ["article_id"], ["articles.id"], name=op.f("fk_goods_receipt_lines_article_id_articles")
        ),
        sa.ForeignKeyConstraint(["bin_id"], ["bins.id"], name=op.f("fk_goods_receipt_lines_bin_id_bins")),
        sa.ForeignKeyConstraint(
            ["incoming_id"], ["incoming_goods.id"], name=op.f("fk_goods_receipt_lines_incoming_id_incoming_goods")
        ),
        sa.ForeignKeyConstraint(
            ["receipt_id"], ["goods_receipts.id"], name=op.f("fk_goods_receipt_lines_receipt_id_goods_receipts")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_goods_receipt_lines")),
    )
    op.create_index(
        "ix_goods_receipt_lines_article_id_batch", "goods_receipt_lines", ["article_id", "batch"], unique=False
    )
    op.create_index(
        "ix_goods_receipt_lines_bin_id",
        "goods_receipt_lines",
        ["bin_id"],
        unique=False,
        postgresql_where=sa.text("bin_id IS NOT NULL"),
    )
    op.create_index(
        "ix_goods_receipt_lines_incoming_id",
        "goods_receipt_lines",
        ["incoming_id"],
        unique=False,
        postgresql_where=sa.text("incoming_id IS NOT NULL"),
    )
    op.create_index("ix_goods_receipt_lines_receipt_id", "goods_receipt_lines", ["receipt_id"], unique=False)
    op.create_table(
        "stock_transfers",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("number", sa.String(length=30), nullable=False),
        sa.Column("source_id", sa.BigInteger(), nullable=False),
        sa.Column("target_id", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.String(length=9), server_default="planned", nullable=False),
        sa.Column("expected_on", sa.Date(), nullable=True),
        sa.Column("note", sa.Text(), server_default="", nullable=False),
        sa.Column("client_ref", sa.String(length=80), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "state IN ('planned', 'sent', 'received', 'cancelled')", name=op.f("ck_stock_transfers_state_known")
        ),
        sa.CheckConstraint("source_id <> target_id", name=op.f("ck_stock_transfers_two_warehouses")),
        sa.ForeignKeyConstraint(["source_id"], ["warehouses.id"], name=op.f("fk_stock_transfers_source_id_warehouses")),
        sa.ForeignKeyConstraint(["target_id"], ["warehouses.id"], name=op.f("fk_stock_transfers_target_id_warehouses")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stock_transfers")),
        sa.UniqueConstraint("client_ref", name=op.f("uq_stock_transfers_client_ref")),
        sa.UniqueConstraint("number", name=op.f("uq_stock_transfers_number")),
    )
    op.create_index("ix_stock_transfers_source_id", "stock_transfers", ["source_id"], unique=False)
    op.create_index("ix_stock_transfers_target_id", "stock_transfers", ["target_id"], unique=False)
    op.create_table(
        "stock_transfer_lines",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("transfer_id", sa.BigInteger(), nullable=False),
        sa.Column("article_id", sa.BigInteger(), nullable=False),
        sa.Column("batch", sa.String(length=60), server_default="", nullable=False),
        sa.Column("expires_on", sa.Date(), nullable=True),
        sa.Column("quantity", sa.Numeric(precision=18, scale=6), nullable=False),
        sa.Column("sent", sa.Numeric(precision=18, scale=6), server_default="0", nullable=False),
        sa.Column("received", sa.Numeric(precision=18, scale=6), nullable=True),
        sa.Column("serials", postgresql.JSONB(), server_default=sa.text("'[]'::jsonb"), nullable=False),
        sa.Column("bin_id", sa.BigInteger(), nullable=True),
        sa.CheckConstraint(
            "quantity > 0 AND sent >= 0 AND received >= 0", name=op.f("ck_stock_transfer_lines_quantities_not_negative")
        ),
        sa.ForeignKeyConstraint(
            ["article_id"], ["articles.id"], name=op.f("fk_stock_transfer_lines_article_id_articles")
        ),
        sa.ForeignKeyConstraint(["bin_id"], ["bins.id"], name=op.f("fk_stock_transfer_lines_bin_id_bins")),
        sa.ForeignKeyConstraint(
            ["transfer_id"], ["stock_transfers.id"], name=op.f("fk_stock_transfer_lines_transfer_id_stock_transfers")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stock_transfer_lines")),
    )
    op.create_index("ix_stock_transfer_lines_article_id", "stock_transfer_lines", ["article_id"], unique=False)
    op.create_index(
        "ix_stock_transfer_lines_bin_id",
        "stock_transfer_lines",
        ["bin_id"],
        unique=False,
        postgresql_where=sa.text("bin_id IS NOT NULL"),
    )
    op.create_index("ix_stock_transfer_lines_transfer_id", "stock_transfer_lines", ["transfer_id"], unique=False)
    op.create_table(
        "stock_counts",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("number", sa.String(length=30), nullable=False),
        sa.Column("warehouse_id", sa.BigInteger(), nullable=False),
        sa.Column("zone", sa.String(length=40), server_default="", nullable=False),
        sa.Column("words", sa.String(length=100), server_default="", nullable=False),
        sa.Column("state", sa.String(length=8), server_default="counting", nullable=False),
        sa.Column("planned_on", sa.Date(), nullable=False),
        sa.Column("note", sa.Text(), server_default="", nullable=False),
        sa.Column("client_ref", sa.String(length=80), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("approved_by", sa.BigInteger(), nullable=True),
        sa.Column("approved_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "state IN ('counting', 'review', 'approved', 'cancelled')", name=op.f("ck_stock_counts_state_known")
        ),
        sa.ForeignKeyConstraint(
            ["warehouse_id"], ["warehouses.id"], name=op.f("fk_stock_counts_warehouse_id_warehouses")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stock_counts")),
        sa.UniqueConstraint("client_ref", name=op.f("uq_stock_counts_client_ref")),
        sa.UniqueConstraint("number", name=op.f("uq_stock_counts_number")),
    )
    op.create_index("ix_stock_counts_warehouse_id", "stock_counts", ["warehouse_id"], unique=False)
    op.create_table(
        "stock_count_lines",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("count_id", sa.BigInteger(), nullable=False),
        sa.Column("article_id", sa.BigInteger(), nullable=False),
        sa.Column("bin_id", sa.BigInteger(), nullable=True),
        sa.Column("batch", sa.String(length=60), server_default="", nullable=False),
        sa.Column("expected", sa.Numeric(precision=18, scale=6), nullable=True),
        sa.Column("counted", sa.Numeric(precision=18, scale=6), nullable=True),
        sa.Column("first", sa.Numeric(precision=18, scale=6), nullable=True),
        sa.Column("is_recount", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("counted_by", sa.BigInteger(), nullable=True),
        sa.Column("counted_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("first >= 0 AND counted >= 0", name=op.f("ck_stock_count_lines_quantities_not_negative")),
        sa.ForeignKeyConstraint(["article_id"], ["articles.id"], name=op.f("fk_stock_count_lines_article_id_articles")),
        sa.ForeignKeyConstraint(["bin_id"], ["bins.id"], name=op.f("fk_stock_count_lines_bin_id_bins")),
        sa.ForeignKeyConstraint(
            ["count_id"], ["stock_counts.id"], name=op.f("fk_stock_count_lines_count_id_stock_counts")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stock_count_lines")),
        sa.UniqueConstraint(
            "count_id",
            "article_id",
            "batch",
            "bin_id",
            name="uq_stock_count_lines_pile",
            postgresql_nulls_not_distinct=True,
        ),
    )
    op.create_index("ix_stock_count_lines_article_id", "stock_count_lines", ["article_id"], unique=False)
    op.create_index(
        "ix_stock_count_lines_bin_id",
        "stock_count_lines",
        ["bin_id"],
        unique=False,
        postgresql_where=sa.text("bin_id IS NOT NULL"),
    )
    op.create_table(
        "stock_adjustments",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("reason", sa.String(length=10), nullable=False),
        sa.Column("reference", sa.String(length=80), server_default="", nullable=False),
        sa.Column("move_id", sa.BigInteger(), nullable=False),
        sa.Column("article_id", sa.BigInteger(), nullable=False),
        sa.Column("warehouse_id", sa.BigInteger(), nullable=False),
        sa.Column("bin_id", sa.BigInteger(), nullable=True),
        sa.Column("batch", sa.String(length=60), server_default="", nullable=False),
        sa.Column("quantity", sa.Numeric(precision=18, scale=6), nullable=False),
        sa.Column("unit_cost", sa.Numeric(precision=18, scale=6), nullable=True),
        sa.Column("currency", sa.String(length=3), server_default="", nullable=False),
        sa.Column("value", sa.Numeric(precision=18, scale=6), nullable=True),
        sa.Column("note", sa.String(length=200), server_default="", nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=True),
        sa.CheckConstraint(
            "reason IN ('count', 'transfer', 'manual', 'scrap')", name=op.f("ck_stock_adjustments_reason_known")
        ),
        sa.ForeignKeyConstraint(["article_id"], ["articles.id"], name=op.f("fk_stock_adjustments_article_id_articles")),
        sa.ForeignKeyConstraint(["bin_id"], ["bins.id"], name=op.f("fk_stock_adjustments_bin_id_bins")),
        sa.ForeignKeyConstraint(["move_id"], ["stock_moves.id"], name=op.f("fk_stock_adjustments_move_id_stock_moves")),
        sa.ForeignKeyConstraint(
            ["warehouse_id"], ["warehouses.id"], name=op.f("fk_stock_adjustments_warehouse_id_warehouses")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stock_adjustments")),
    )
    op.create_index("ix_stock_adjustments_article_id", "stock_adjustments", ["article_id"], unique=False)
    op.create_index("ix_stock_adjustments_at", "stock_adjustments", ["at", "id"], unique=False)
    op.create_index(
        "ix_stock_adjustments_bin_id",
        "stock_adjustments",
        ["bin_id"],
        unique=False,
        postgresql_where=sa.text("bin_id IS NOT NULL"),
    )
    op.create_index("ix_stock_adjustments_move_id", "stock_adjustments", ["move_id"], unique=True)
    op.create_index("ix_stock_adjustments_warehouse_id", "stock_adjustments", ["warehouse_id"], unique=False)
    op.add_column("stock", sa.Column("quarantined", sa.Numeric(18, 6), server_default="0", nullable=False))
    op.create_check_constraint(op.f("ck_stock_quarantined_not_negative"), "stock", "quarantined >= 0")
    op.add_column("stock_moves", sa.Column("condition", sa.String(10), server_default="stock", nullable=False))
    op.add_column("stock_moves", sa.Column("batch", sa.String(60), server_default="", nullable=False))
    op.add_column("stock_moves", sa.Column("bin_id", sa.BigInteger(), nullable=True))
    op.add_column("stock_moves", sa.Column("order_line_id", sa.BigInteger(), nullable=True))
    op.add_column("stock_moves", sa.Column("customer_id", sa.BigInteger(), nullable=True))
    op.create_check_constraint(
        op.f("ck_stock_moves_condition_known"),
        "stock_moves",
        "condition IN ('stock', 'quarantine', 'transit', 'scrap')",
    )
    op.create_foreign_key(op.f("fk_stock_moves_bin_id_bins"), "stock_moves", "bins", ["bin_id"], ["id"])
    op.create_foreign_key(
        op.f("fk_stock_moves_customer_id_companies"), "stock_moves", "companies", ["customer_id"], ["id"]
    )
    for name, (columns, condition) in _MOVE_INDEXES.items():
        op.create_index(name, "stock_moves", columns, postgresql_where=sa.text(condition))
    op.execute(_OPENING)
    for statement in (
        *secure("bins"),
        *secure("bin_stock"),
        *secure("article_tracking"),
        *secure("serial_numbers"),
        *secure("serial_moves", operator="SELECT, INSERT"),
        *secure("goods_receipts"),
        *secure("goods_receipt_lines"),
        *secure("stock_transfers"),
        *secure("stock_transfer_lines"),
        *secure("stock_counts"),
        *secure("stock_count_lines"),
        *secure("stock_adjustments", operator="SELECT, INSERT, UPDATE"),
    ):
        op.execute(statement)


def downgrade() -> None:
    for table in (
        "stock_adjustments",
        "stock_count_lines",
        "stock_counts",
        "stock_transfer_lines",
        "stock_transfers",
        "goods_receipt_lines",
        "goods_receipts",
        "serial_moves",
        "serial_numbers",
        "article_tracking",
        "bin_stock",
    ):
        op.drop_table(table)
    op.execute("DELETE FROM stock_moves WHERE condition <> 'stock' OR (reason = 'batch' AND reference = 'opening')")
    for name in _MOVE_INDEXES:
        op.drop_index(name, table_name="stock_moves")
    for column in ("customer_id", "order_line_id", "bin_id", "batch", "condition"):
        op.drop_column("stock_moves", column)
    op.drop_table("bins")
    op.drop_constraint(op.f("ck_stock_quarantined_not_negative"), "stock")
    op.drop_column("stock", "quarantined")
