"""Deliveries, charges, methods and thresholds of orders."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from app.core.policies import EVERYTHING, secure

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None

_ORDER_COLUMNS = (("payment_method", 40, ""), ("payment_name", 120, ""), ("payment_kind", 12, "on_account"),
                  ("delivery_method", 40, ""))  # fmt: skip
# What is ordered already comes in one delivery to the order's address.
_DELIVERIES = """
INSERT INTO order_deliveries (company_id, order_id, position, number, ship_to, requested_on)
SELECT company_id, id, 1, number || '/1', ship_to, requested_on FROM orders ORDER BY id
"""
_PARTS = """
INSERT INTO order_line_parts (company_id, order_line_id, delivery_id, position, quantity, base_quantity, net)
SELECT l.company_id, l.id, d.id, 1, l.quantity, l.base_quantity, l.net
FROM order_lines l JOIN order_deliveries d ON d.order_id = l.order_id ORDER BY l.id
"""
_MINE = "is_for_all OR id IN (SELECT {column} FROM terms_audience WHERE {column} IS NOT NULL)"
_POLICIES = (
    *secure(
        "terms_audience",
        tenant="SELECT",
        condition="company_id = current_setting('kontor.company_id')::bigint OR group_id IN (SELECT visible_groups())",
    ),
    *secure("delivery_methods", tenant="SELECT", condition=_MINE.format(column="delivery_method_id")),
    *secure("delivery_rates", tenant="SELECT", condition="method_id IN (SELECT id FROM delivery_methods)"),
    *secure("payment_methods", tenant="SELECT", condition=_MINE.format(column="payment_method_id")),
    *secure("order_thresholds", tenant="SELECT", condition=_MINE.format(column="threshold_id")),
    *secure("order_terms", tenant="SELECT"),
    *secure("cart_line_parts", tenant=EVERYTHING),
    *secure("order_deliveries", tenant="SELECT, INSERT, DELETE"),
    *secure("order_line_parts", tenant="SELECT, INSERT, DELETE"),
    *secure("order_charges", tenant="SELECT, INSERT, DELETE"),
)
_TABLES = (
    "order_line_parts",
    "order_deliveries",
    "order_charges",
    "cart_line_parts",
    "order_terms",
    "terms_audience",
    "order_thresholds",
    "payment_methods",
    "delivery_rates",
    "delivery_methods",
)


def upgrade() -> None:
    for name, length, default in _ORDER_COLUMNS:
        op.add_column("orders", sa.Column(name, sa.String(length=length), server_default=default, nullable=False))
    _create_rules()
    _create_deliveries()
    for statement in _POLICIES:
        op.execute(statement)
    op.execute(_DELIVERIES)
    op.execute(_PARTS)


def downgrade() -> None:
    for table in ("delivery_methods", "payment_methods", "order_thresholds"):
        op.execute(f"DROP POLICY tenant_select ON {table}")
    for table in _TABLES:
        op.drop_table(table)
    for name, _length, _default in _ORDER_COLUMNS:
        op.drop_column("orders", name)


def _create_rules() -> None:
    op.create_table(
        "order_thresholds",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("names", postgresql.JSONB(), server_default=sa.text("'{}'::jsonb"), nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("amount", sa.Numeric(precision=18, scale=6), nullable=False),
        sa.Column("effect", sa.String(length=7), server_default="message", nullable=False),
        sa.Column("fee", sa.Numeric(precision=18, scale=6), server_default="0", nullable=False),
        sa.Column("is_active", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.Column("is_for_all", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.CheckConstraint("effect IN ('message', 'amount', 'percent')", name=op.f("ck_order_thresholds_effect_known")),
        sa.CheckConstraint("kind IN ('hard_min', 'hard_max', 'soft_min')", name=op.f("ck_order_thresholds_kind_known")),
        sa.CheckConstraint("amount > 0 AND fee >= 0", name=op.f("ck_order_thresholds_in_reach")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_order_thresholds")),
        sa.UniqueConstraint("code", name=op.f("uq_order_thresholds_code")),
    )
    op.create_table(
        "payment_methods",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("names", postgresql.JSONB(), server_default=sa.text("'{}'::jsonb"), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("net_days", sa.Integer(), nullable=True),
        sa.Column("change", sa.Numeric(precision=18, scale=6), server_default="0", nullable=False),
        sa.Column("is_percent", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("currency", sa.String(length=3), server_default="", nullable=False),
        sa.Column("position", sa.Integer(), server_default="100", nullable=False),
        sa.Column("is_active", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.Column("is_for_all", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.CheckConstraint(
            "kind IN ('on_account', 'prepayment', 'cash', 'direct_debit')", name=op.f("ck_payment_methods_kind_known")
        ),
        sa.CheckConstraint(
            "NOT is_percent OR change BETWEEN -100 AND 100", name=op.f("ck_payment_methods_percent_in_reach")
        ),
        sa.CheckConstraint("net_days >= 0", name=op.f("ck_payment_methods_net_days_not_negative")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payment_methods")),
        sa.UniqueConstraint("code", name=op.f("uq_payment_methods_code")),
    )
    op.create_table(
        "delivery_methods",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("names", postgresql.JSONB(), server_default=sa.text("'{}'::jsonb"), nullable=False),
        sa.Column("kind", sa.String(length=8), server_default="delivery", nullable=False),
        sa.Column("warehouse_id", sa.BigInteger(), nullable=True),
        sa.Column("is_per_delivery", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.Column("lead_days", sa.Integer(), server_default="0", nullable=False),
        sa.Column("cut_off", sa.Time(), nullable=True),
        sa.Column("position", sa.Integer(), server_default="100", nullable=False),
        sa.Column("is_active", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.Column("is_for_all", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.CheckConstraint(
            "kind <> 'pick_up' OR warehouse_id IS NOT NULL", name=op.f("ck_delivery_methods_pick_up_has_a_warehouse")
        ),
        sa.CheckConstraint("kind IN ('delivery', 'pick_up', 'direct')", name=op.f("ck_delivery_methods_kind_known")),
        sa.CheckConstraint("lead_days >= 0", name=op.f("ck_delivery_methods_lead_days_not_negative")),
        sa.ForeignKeyConstraint(
            ["warehouse_id"], ["warehouses.id"], name=op.f("fk_delivery_methods_warehouse_id_warehouses")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_delivery_methods")),
        sa.UniqueConstraint("code", name=op.f("uq_delivery_methods_code")),
    )
    op.create_index(op.f("ix_delivery_methods_warehouse_id"), "delivery_methods", ["warehouse_id"], unique=False)
    op.create_table(
        "delivery_rates",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("method_id", sa.BigInteger(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("countries", postgresql.JSONB(), server_default=sa.text("'[]'::jsonb"), nullable=False),
        sa.Column("postcodes", postgresql.JSONB(), server_default=sa.text("'[]'::jsonb"), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("rule", sa.String(length=7), nullable=False),
        sa.Column("amount", sa.Numeric(precision=18, scale=6), server_default="0", nullable=False),
        sa.Column("steps", postgresql.JSONB(), server_default=sa.text("'[]'::jsonb"), nullable=False),
        sa.Column("free_from", sa.Numeric(precision=18, scale=6), nullable=True),
        sa.Column("without_weight", sa.String(length=7), server_default="refuse", nullable=False),
        sa.CheckConstraint("rule IN ('flat', 'weight', 'value', 'percent')", name=op.f("ck_delivery_rates_rule_known")),
        sa.CheckConstraint(
            "without_weight IN ('refuse', 'highest')", name=op.f("ck_delivery_rates_without_weight_known")
        ),
        sa.CheckConstraint("amount >= 0 AND free_from >= 0", name=op.f("ck_delivery_rates_not_negative")),
        sa.ForeignKeyConstraint(
            ["method_id"],
            ["delivery_methods.id"],
            name=op.f("fk_delivery_rates_method_id_delivery_methods"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_delivery_rates")),
        sa.UniqueConstraint("method_id", "position", name=op.f("uq_delivery_rates_method_id_position")),
    )
    op.create_table(
        "order_terms",
        sa.Column("company_id", sa.BigInteger(), nullable=False),
        sa.Column("needs_po", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("needs_cost_centre", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("po_repeats", sa.String(length=5), server_default="warn", nullable=False),
        sa.Column("delivery_method_id", sa.BigInteger(), nullable=True),
        sa.Column("payment_method_id", sa.BigInteger(), nullable=True),
        sa.CheckConstraint("po_repeats IN ('free', 'warn', 'block')", name=op.f("ck_order_terms_po_repeats_known")),
        sa.ForeignKeyConstraint(["company_id"], ["companies.id"], name=op.f("fk_order_terms_company_id_companies")),
        sa.ForeignKeyConstraint(
            ["delivery_method_id"],
            ["delivery_methods.id"],
            name=op.f("fk_order_terms_delivery_method_id_delivery_methods"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["payment_method_id"],
            ["payment_methods.id"],
            name=op.f("fk_order_terms_payment_method_id_payment_methods"),
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("company_id", name=op.f("pk_order_terms")),
    )
    op.create_index(op.f("ix_order_terms_delivery_method_id"), "order_terms", ["delivery_method_id"], unique=False)
    op.create_index(op.f("ix_order_terms_payment_method_id"), "order_terms", ["payment_method_id"], unique=False)
    op.create_table(
        "terms_audience",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("delivery_method_id", sa.BigInteger(), nullable=True),
        sa.Column("payment_method_id", sa.BigInteger(), nullable=True),
        sa.Column("threshold_id", sa.BigInteger(), nullable=True),
        sa.Column("company_id", sa.BigInteger(), nullable=True),
        sa.Column("group_id", sa.BigInteger(), nullable=True),
        sa.CheckConstraint("num_nonnulls(company_id, group_id) = 1", name=op.f("ck_terms_audience_one_audience")),
        sa.CheckConstraint(
            "num_nonnulls(delivery_method_id, payment_method_id, threshold_id) = 1",
            name=op.f("ck_terms_audience_one_rule"),
        ),
        sa.ForeignKeyConstraint(["company_id"], ["companies.id"], name=op.f("fk_terms_audience_company_id_companies")),
        sa.ForeignKeyConstraint(
            ["delivery_method_id"],
            ["delivery_methods.id"],
            name=op.f("fk_terms_audience_delivery_method_id_delivery_methods"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["group_id"],
            ["account_groups.id"],
            name=op.f("fk_terms_audience_group_id_account_groups"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["payment_method_id"],
            ["payment_methods.id"],
            name=op.f("fk_terms_audience_payment_method_id_payment_methods"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["threshold_id"],
            ["order_thresholds.id"],
            name=op.f("fk_terms_audience_threshold_id_order_thresholds"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_terms_audience")),
    )
    op.create_index(
        "ix_terms_audience_company_id",
        "terms_audience",
        ["company_id"],
        unique=False,
        postgresql_where=sa.text("company_id IS NOT NULL"),
    )
    op.create_index(
        "ix_terms_audience_delivery_method_id",
        "terms_audience",
        ["delivery_method_id"],
        unique=False,
        postgresql_where=sa.text("delivery_method_id IS NOT NULL"),
    )
    op.create_index(
        "ix_terms_audience_group_id",
        "terms_audience",
        ["group_id"],
        unique=False,
        postgresql_where=sa.text("group_id IS NOT NULL"),
    )
    op.create_index(
        "ix_terms_audience_payment_method_id",
        "terms_audience",
        ["payment_method_id"],
        unique=False,
        postgresql_where=sa.text("payment_method_id IS NOT NULL"),
    )
    op.create_index(
        "ix_terms_audience_threshold_id",
        "terms_audience",
        ["threshold_id"],
        unique=False,
        postgresql_where=sa.text("threshold_id IS NOT NULL"),
    )


def _create_deliveries() -> None:
    op.create_table(
        "order_charges",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("company_id", sa.BigInteger(), nullable=False),
        sa.Column("order_id", sa.BigInteger(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=9), nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("amount", sa.Numeric(precision=18, scale=6), nullable=False),
        sa.Column("vat_category", sa.String(length=2), nullable=False),
        sa.Column("vat_rate", sa.Numeric(precision=6, scale=3), nullable=True),
        sa.CheckConstraint("kind IN ('delivery', 'surcharge', 'payment')", name=op.f("ck_order_charges_kind_known")),
        sa.CheckConstraint("amount > 0", name=op.f("ck_order_charges_amount_positive")),
        sa.ForeignKeyConstraint(
            ["order_id", "company_id"],
            ["orders.id", "orders.company_id"],
            name=op.f("fk_order_charges_order_id_company_id_orders"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_order_charges")),
        sa.UniqueConstraint("order_id", "position", name=op.f("uq_order_charges_order_id_position")),
    )
    op.create_table(
        "order_deliveries",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("company_id", sa.BigInteger(), nullable=False),
        sa.Column("order_id", sa.BigInteger(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("number", sa.String(length=48), nullable=False),
        sa.Column("ship_to", postgresql.JSONB(), server_default=sa.text("'{}'::jsonb"), nullable=False),
        sa.Column("requested_on", sa.Date(), nullable=True),
        sa.Column("promised_on", sa.Date(), nullable=True),
        sa.Column("is_complete", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("latest_on", sa.Date(), nullable=True),
        sa.Column("delivery_method", sa.String(length=40), server_default="", nullable=False),
        sa.Column("method_name", sa.String(length=120), server_default="", nullable=False),
        sa.Column("cost", sa.Numeric(precision=18, scale=6), server_default="0", nullable=False),
        sa.ForeignKeyConstraint(
            ["order_id", "company_id"],
            ["orders.id", "orders.company_id"],
            name=op.f("fk_order_deliveries_order_id_company_id_orders"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_order_deliveries")),
        sa.UniqueConstraint("company_id", "number", name=op.f("uq_order_deliveries_company_id_number")),
        sa.UniqueConstraint("order_id", "position", name=op.f("uq_order_deliveries_order_id_position")),
    )
    op.create_table(
        "cart_line_parts",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("company_id", sa.BigInteger(), nullable=False),
        sa.Column("cart_id", sa.BigInteger(), nullable=False),
        sa.Column("cart_line_id", sa.BigInteger(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("quantity", sa.Numeric(precision=18, scale=6), nullable=False),
        sa.Column("ship_to_id", sa.BigInteger(), nullable=True),
        sa.Column("requested_on", sa.Date(), nullable=True),
        sa.Column("cost_centre_id", sa.BigInteger(), nullable=True),
        sa.CheckConstraint("quantity > 0", name=op.f("ck_cart_line_parts_quantity_positive")),
        sa.ForeignKeyConstraint(
            ["cart_id", "company_id"],
            ["carts.id", "carts.company_id"],
            name=op.f("fk_cart_line_parts_cart_id_company_id_carts"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["cart_line_id"],
            ["cart_lines.id"],
            name=op.f("fk_cart_line_parts_cart_line_id_cart_lines"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["cost_centre_id"], ["cost_centres.id"], name=op.f("fk_cart_line_parts_cost_centre_id_cost_centres")
        ),
        sa.ForeignKeyConstraint(["ship_to_id"], ["addresses.id"], name=op.f("fk_cart_line_parts_ship_to_id_addresses")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cart_line_parts")),
        sa.UniqueConstraint("cart_line_id", "position", name=op.f("uq_cart_line_parts_cart_line_id_position")),
    )
    op.create_index("ix_cart_line_parts_cart_id", "cart_line_parts", ["cart_id"], unique=False)
    op.create_index(op.f("ix_cart_line_parts_cost_centre_id"), "cart_line_parts", ["cost_centre_id"], unique=False)
    op.create_index(op.f("ix_cart_line_parts_ship_to_id"), "cart_line_parts", ["ship_to_id"], unique=False)
    op.create_table(
        "order_line_parts",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("company_id", sa.BigInteger(), nullable=False),
        sa.Column("order_line_id", sa.BigInteger(), nullable=False),
        sa.Column("delivery_id", sa.BigInteger(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("quantity", sa.Numeric(precision=18, scale=6), nullable=False),
        sa.Column("base_quantity", sa.Numeric(precision=18, scale=6), nullable=False),
        sa.Column("cost_centre_id", sa.BigInteger(), nullable=True),
        sa.Column("net", sa.Numeric(precision=18, scale=6), nullable=False),
        sa.CheckConstraint("quantity > 0", name=op.f("ck_order_line_parts_quantity_positive")),
        sa.ForeignKeyConstraint(
            ["cost_centre_id"], ["cost_centres.id"], name=op.f("fk_order_line_parts_cost_centre_id_cost_centres")
        ),
        sa.ForeignKeyConstraint(
            ["delivery_id"],
            ["order_deliveries.id"],
            name=op.f("fk_order_line_parts_delivery_id_order_deliveries"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["order_line_id"],
            ["order_lines.id"],
            name=op.f("fk_order_line_parts_order_line_id_order_lines"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_order_line_parts")),
        sa.UniqueConstraint("order_line_id", "position", name=op.f("uq_order_line_parts_order_line_id_position")),
    )
    op.create_index(
        "ix_order_line_parts_cost_centre_id",
        "order_line_parts",
        ["cost_centre_id"],
        unique=False,
        postgresql_where=sa.text("cost_centre_id IS NOT NULL"),
    )
    op.create_index(op.f("ix_order_line_parts_delivery_id"), "order_line_parts", ["delivery_id"], unique=False)
