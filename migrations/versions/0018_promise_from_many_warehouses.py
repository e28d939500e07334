"""Incoming goods, thresholds, batches, suppliers' stock, feeds, and who is told when something is back."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from app.core.policies import secure

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

_OWN_LISTS = (
    "level = 'everybody' OR account_id = current_setting('kontor.company_id')::bigint"
    " OR group_id IN (SELECT visible_groups())"
)
_OWN_RULES = "account_id IS NULL OR account_id = current_setting('kontor.company_id')::bigint"


def upgrade() -> None:
    op.create_table(
        "holidays",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("name", sa.String(length=120), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_holidays")),
        sa.UniqueConstraint("day", name=op.f("uq_holidays_day")),
    )
    op.create_table(
        "stock_feeds",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("address", sa.String(length=500), nullable=False),
        sa.Column("warehouse", sa.String(length=40), server_default="", nullable=False),
        sa.Column("stale_minutes", sa.Integer(), server_default="60", nullable=False),
        sa.Column("is_active", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.Column("fingerprint", sa.String(length=64), server_default="", nullable=False),
        sa.Column("checked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("file_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("run_id", sa.BigInteger(), nullable=True),
        sa.Column("last_error", sa.Text(), server_default="", nullable=False),
        sa.CheckConstraint("stale_minutes > 0", name=op.f("ck_stock_feeds_stale_minutes_positive")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stock_feeds")),
        sa.UniqueConstraint("code", name=op.f("uq_stock_feeds_code")),
    )
    op.create_table(
        "stock_settings",
        sa.Column("id", sa.Integer(), server_default="1", autoincrement=False, nullable=False),
        sa.Column("bands", sa.String(length=80), server_default="10,100", nullable=False),
        sa.Column("supplier_days", sa.Integer(), server_default="7", nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_stock_settings_one_row")),
        sa.CheckConstraint("supplier_days > 0", name=op.f("ck_stock_settings_supplier_days_positive")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stock_settings")),
    )
    op.create_table(
        "stock_defaults",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("level", sa.String(length=10), nullable=False),
        sa.Column("warehouse_id", sa.BigInteger(), nullable=True),
        sa.Column("category_id", sa.BigInteger(), nullable=True),
        sa.Column("threshold", sa.Numeric(precision=18, scale=6), nullable=True),
        sa.Column("low_mark", sa.Numeric(precision=18, scale=6), nullable=True),
        sa.CheckConstraint(
            "(level = 'warehouse') = (warehouse_id IS NOT NULL) AND (level = 'category') = (category_id IS NOT NULL)",
            name=op.f("ck_stock_defaults_level_fits"),
        ),
        sa.CheckConstraint(
            "level IN ('warehouse', 'category', 'everything')", name=op.f("ck_stock_defaults_level_known")
        ),
        sa.CheckConstraint("threshold >= 0 AND low_mark >= 0", name=op.f("ck_stock_defaults_marks_not_negative")),
        sa.ForeignKeyConstraint(
            ["category_id"],
            ["categories.id"],
            name=op.f("fk_stock_defaults_category_id_categories"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["warehouse_id"], ["warehouses.id"], name=op.f("fk_stock_defaults_warehouse_id_warehouses")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stock_defaults")),
        sa.UniqueConstraint("category_id", name=op.f("uq_stock_defaults_category_id")),
        sa.UniqueConstraint("warehouse_id", name=op.f("uq_stock_defaults_warehouse_id")),
    )
    op.create_index(
        "uq_stock_defaults_everything",
        "stock_defaults",
        ["level"],
        unique=True,
        postgresql_where=sa.text("level = 'everything'"),
    )
    op.create_table(
        "backorder_rules",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("article_id", sa.BigInteger(), nullable=True),
        sa.Column("account_id", sa.BigInteger(), nullable=True),
        sa.Column("mode", sa.String(length=7), nullable=False),
        sa.Column("quantity_limit", sa.Numeric(precision=18, scale=6), nullable=True),
        sa.Column("reserved", sa.Numeric(precision=18, scale=6), server_default="0", nullable=False),
        sa.CheckConstraint(
            "(mode = 'limit') = (quantity_limit IS NOT NULL) AND (mode <> 'limit' OR article_id IS NOT NULL)",
            name=op.f("ck_backorder_rules_limit_of_an_article"),
        ),
        sa.CheckConstraint("mode IN ('off', 'allowed', 'limit')", name=op.f("ck_backorder_rules_mode_known")),
        sa.CheckConstraint(
            "article_id IS NOT NULL OR account_id IS NOT NULL", name=op.f("ck_backorder_rules_about_something")
        ),
        sa.CheckConstraint(
            "quantity_limit >= 0 AND reserved >= 0", name=op.f("ck_backorder_rules_quantities_not_negative")
        ),
        sa.ForeignKeyConstraint(["account_id"], ["companies.id"], name=op.f("fk_backorder_rules_account_id_companies")),
        sa.ForeignKeyConstraint(
            ["article_id"], ["articles.id"], name=op.f("fk_backorder_rules_article_id_articles"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_backorder_rules")),
    )
    op.create_index(
        "ix_backorder_rules_account_id",
        "backorder_rules",
        ["account_id"],
        unique=False,
        postgresql_where=sa.text("account_id IS NOT NULL"),
    )
    op.create_index(
        "uq_backorder_rules_account",
        "backorder_rules",
        ["account_id"],
        unique=True,
        postgresql_where=sa.text("article_id IS NULL"),
    )
    op.create_index(
        "uq_backorder_rules_article",
        "backorder_rules",
        ["article_id"],
        unique=True,
        postgresql_where=sa.text("account_id IS NULL"),
    )
    op.create_index("uq_backorder_rules_both", "backorder_rules", ["article_id", "account_id"], unique=True)
    op.create_table(
        "incoming_goods",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("article_id", sa.BigInteger(), nullable=False),
        sa.Column("warehouse_id", sa.BigInteger(), nullable=False),
        sa.Column("supplier_id", sa.BigInteger(), nullable=True),
        sa.Column("quantity", sa.Numeric(precision=18, scale=6), nullable=False),
        sa.Column("received", sa.Numeric(precision=18, scale=6), server_default="0", nullable=False),
        sa.Column("reserved", sa.Numeric(precision=18, scale=6), server_default="0", nullable=False),
        sa.Column("expected_on", sa.Date(), nullable=False),
        sa.Column("reference", sa.String(length=80), nullable=False),
        sa.Column("line", sa.String(length=20), server_default="", nullable=False),
        sa.Column("state", sa.String(length=9), server_default="open", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("state IN ('open', 'received', 'cancelled')", name=op.f("ck_incoming_goods_state_known")),
        sa.CheckConstraint(
            "quantity > 0 AND received >= 0 AND reserved >= 0", name=op.f("ck_incoming_goods_quantities_not_negative")
        ),
        sa.ForeignKeyConstraint(
            ["article_id"], ["articles.id"], name=op.f("fk_incoming_goods_article_id_articles"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["supplier_id"], ["companies.id"], name=op.f("fk_incoming_goods_supplier_id_companies")
        ),
        sa.ForeignKeyConstraint(
            ["warehouse_id"], ["warehouses.id"], name=op.f("fk_incoming_goods_warehouse_id_warehouses")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_incoming_goods")),
        sa.UniqueConstraint("reference", "line", "article_id", "warehouse_id", name="uq_incoming_goods_reference"),
    )
    op.create_index("ix_incoming_goods_article_id", "incoming_goods", ["article_id"], unique=False)
    op.create_index(
        "ix_incoming_goods_open",
        "incoming_goods",
        ["article_id"],
        unique=False,
        postgresql_where=sa.text("state = 'open'"),
    )
    op.create_index(
        "ix_incoming_goods_supplier_id",
        "incoming_goods",
        ["supplier_id"],
        unique=False,
        postgresql_where=sa.text("supplier_id IS NOT NULL"),
    )
    op.create_index(
        "ix_incoming_goods_warehouse_id_expected_on", "incoming_goods", ["warehouse_id", "expected_on"], unique=False
    )
    op.create_table(
        "stock_batches",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("article_id", sa.BigInteger(), nullable=False),
        sa.Column("warehouse_id", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.String(length=60), nullable=False),
        sa.Column("expires_on", sa.Date(), nullable=True),
        sa.Column("quantity", sa.Numeric(precision=18, scale=6), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("quantity >= 0", name=op.f("ck_stock_batches_quantity_not_negative")),
        sa.ForeignKeyConstraint(
            ["article_id"], ["articles.id"], name=op.f("fk_stock_batches_article_id_articles"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["warehouse_id"], ["warehouses.id"], name=op.f("fk_stock_batches_warehouse_id_warehouses")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stock_batches")),
        sa.UniqueConstraint(
            "article_id", "warehouse_id", "number", name=op.f("uq_stock_batches_article_id_warehouse_id_number")
        ),
    )
    op.create_index(op.f("ix_stock_batches_warehouse_id"), "stock_batches", ["warehouse_id"], unique=False)
    op.create_table(
        "stock_watches",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("company_id", sa.BigInteger(), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("article_id", sa.BigInteger(), nullable=False),
        sa.Column("quantity", sa.Numeric(precision=18, scale=6), nullable=False),
        sa.Column("state", sa.String(length=7), server_default="waiting", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("state IN ('waiting', 'told', 'removed')", name=op.f("ck_stock_watches_state_known")),
        sa.CheckConstraint("quantity > 0", name=op.f("ck_stock_watches_quantity_positive")),
        sa.ForeignKeyConstraint(
            ["article_id"], ["articles.id"], name=op.f("fk_stock_watches_article_id_articles"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["company_id"], ["companies.id"], name=op.f("fk_stock_watches_company_id_companies")),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_stock_watches_user_id_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stock_watches")),
    )
    op.create_index(
        "ix_stock_watches_article_id",
        "stock_watches",
        ["article_id"],
        unique=False,
        postgresql_where=sa.text("state = 'waiting'"),
    )
    op.create_index("ix_stock_watches_user_id", "stock_watches", ["user_id"], unique=False)
    op.create_index(
        "uq_stock_watches_waiting",
        "stock_watches",
        ["company_id", "user_id", "article_id"],
        unique=True,
        postgresql_where=sa.text("state = 'waiting'"),
    )
    op.create_table(
        "supplier_stock",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("supplier_id", sa.BigInteger(), nullable=False),
        sa.Column("article_id", sa.BigInteger(), nullable=False),
        sa.Column("supplier_sku", sa.String(length=60), server_default="", nullable=False),
        sa.Column("quantity", sa.Numeric(precision=18, scale=6), nullable=False),
        sa.Column("reserved", sa.Numeric(precision=18, scale=6), server_default="0", nullable=False),
        sa.Column("lead_days", sa.Integer(), nullable=False),
        sa.Column("ships_directly", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("fed_on", sa.Date(), server_default=sa.text("CURRENT_DATE"), nullable=False),
        sa.CheckConstraint(
            "quantity >= 0 AND reserved >= 0 AND lead_days >= 0", name=op.f("ck_supplier_stock_quantities_not_negative")
        ),
        sa.ForeignKeyConstraint(
            ["article_id"], ["articles.id"], name=op.f("fk_supplier_stock_article_id_articles"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["supplier_id"], ["companies.id"], name=op.f("fk_supplier_stock_supplier_id_companies")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_supplier_stock")),
        sa.UniqueConstraint("supplier_id", "article_id", name=op.f("uq_supplier_stock_supplier_id_article_id")),
    )
    op.create_index("ix_supplier_stock_article_id", "supplier_stock", ["article_id"], unique=False)
    op.create_table(
        "warehouse_lists",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("level", sa.String(length=9), nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=True),
        sa.Column("group_id", sa.BigInteger(), nullable=True),
        sa.CheckConstraint(
            "(level = 'account') = (account_id IS NOT NULL) AND (level = 'group') = (group_id IS NOT NULL)",
            name=op.f("ck_warehouse_lists_level_fits"),
        ),
        sa.CheckConstraint("level IN ('account', 'group', 'everybody')", name=op.f("ck_warehouse_lists_level_known")),
        sa.ForeignKeyConstraint(["account_id"], ["companies.id"], name=op.f("fk_warehouse_lists_account_id_companies")),
        sa.ForeignKeyConstraint(
            ["group_id"],
            ["account_groups.id"],
            name=op.f("fk_warehouse_lists_group_id_account_groups"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_warehouse_lists")),
        sa.UniqueConstraint("account_id", name=op.f("uq_warehouse_lists_account_id")),
        sa.UniqueConstraint("group_id", name=op.f("uq_warehouse_lists_group_id")),
    )
    op.create_index(
        "uq_warehouse_lists_everybody",
        "warehouse_lists",
        ["level"],
        unique=True,
        postgresql_where=sa.text("level = 'everybody'"),
    )
    op.create_table(
        "warehouse_list_places",
        sa.Column("list_id", sa.BigInteger(), nullable=False),
        sa.Column("warehouse_id", sa.BigInteger(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["list_id"],
            ["warehouse_lists.id"],
            name=op.f("fk_warehouse_list_places_list_id_warehouse_lists"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["warehouse_id"], ["warehouses.id"], name=op.f("fk_warehouse_list_places_warehouse_id_warehouses")
        ),
        sa.PrimaryKeyConstraint("list_id", "warehouse_id", name=op.f("pk_warehouse_list_places")),
    )
    op.create_index(
        op.f("ix_warehouse_list_places_warehouse_id"), "warehouse_list_places", ["warehouse_id"], unique=False
    )
    op.add_column("reservations", sa.Column("incoming_id", sa.BigInteger(), nullable=True))
    op.add_column("reservations", sa.Column("supplier_stock_id", sa.BigInteger(), nullable=True))
    op.add_column("reservations", sa.Column("backorder_rule_id", sa.BigInteger(), nullable=True))
    op.add_column("reservations", sa.Column("expected_on", sa.Date(), nullable=True))
    op.create_index(
        "ix_reservations_backorder_rule_id",
        "reservations",
        ["backorder_rule_id"],
        unique=False,
        postgresql_where=sa.text("backorder_rule_id IS NOT NULL"),
    )
    op.create_index(
        "ix_reservations_incoming_id",
        "reservations",
        ["incoming_id"],
        unique=False,
        postgresql_where=sa.text("incoming_id IS NOT NULL"),
    )
    op.create_index(
        "ix_reservations_supplier_stock_id",
        "reservations",
        ["supplier_stock_id"],
        unique=False,
        postgresql_where=sa.text("supplier_stock_id IS NOT NULL"),
    )
    op.create_foreign_key(
        op.f("fk_reservations_incoming_id_incoming_goods"), "reservations", "incoming_goods", ["incoming_id"], ["id"]
    )
    op.create_foreign_key(
        op.f("fk_reservations_supplier_stock_id_supplier_stock"),
        "reservations",
        "supplier_stock",
        ["supplier_stock_id"],
        ["id"],
    )
    op.create_foreign_key(
        op.f("fk_reservations_backorder_rule_id_backorder_rules"),
        "reservations",
        "backorder_rules",
        ["backorder_rule_id"],
        ["id"],
        ondelete="SET NULL",
    )
    op.add_column(
        "stock", sa.Column("inherits_threshold", sa.Boolean(), server_default=sa.text("true"), nullable=False)
    )
    op.add_column("stock", sa.Column("low_mark", sa.Numeric(precision=18, scale=6), nullable=True))
    op.create_check_constraint(op.f("ck_stock_low_mark_not_negative"), "stock", "low_mark >= 0")
    op.execute("UPDATE stock SET inherits_threshold = false WHERE threshold <> 0")
    for statement in (
        *secure("warehouse_lists", tenant="SELECT", condition=_OWN_LISTS),
        *secure("warehouse_list_places", tenant="SELECT", condition="list_id IN (SELECT id FROM warehouse_lists)"),
        *secure("stock_defaults", tenant="SELECT", condition="true"),
        *secure("holidays", tenant="SELECT", condition="true"),
        *secure("stock_settings", tenant="SELECT", condition="true"),
        *secure("incoming_goods", tenant="SELECT, UPDATE", condition="true", update_columns="reserved"),
        *secure("supplier_stock", tenant="SELECT, UPDATE", condition="true", update_columns="reserved"),
        *secure("backorder_rules", tenant="SELECT, UPDATE", condition=_OWN_RULES, update_columns="reserved"),
        *secure("stock_batches"),
        *secure("stock_feeds"),
        *secure("stock_watches", tenant="SELECT, INSERT, UPDATE"),
    ):
        op.execute(statement)


def downgrade() -> None:
    op.drop_constraint(op.f("ck_stock_low_mark_not_negative"), "stock")
    op.drop_column("stock", "low_mark")
    op.drop_column("stock", "inherits_threshold")
    op.drop_constraint(op.f("fk_reservations_backorder_rule_id_backorder_rules"), "reservations", type_="foreignkey")
    op.drop_constraint(op.f("fk_reservations_supplier_stock_id_supplier_stock"), "reservations", type_="foreignkey")
    op.drop_constraint(op.f("fk_reservations_incoming_id_incoming_goods"), "reservations", type_="foreignkey")
    op.drop_index(
        "ix_reservations_supplier_stock_id",
        table_name="reservations",
        postgresql_where=sa.text("supplier_stock_id IS NOT NULL"),
    )
    op.drop_index(
        "ix_reservations_incoming_id", table_name="reservations", postgresql_where=sa.text("incoming_id IS NOT NULL")
    )
    op.drop_index(
        "ix_reservations_backorder_rule_id",
        table_name="reservations",
        postgresql_where=sa.text("backorder_rule_id IS NOT NULL"),
    )
    op.drop_column("reservations", "expected_on")
    op.drop_column("reservations", "backorder_rule_id")
    op.drop_column("reservations", "supplier_stock_id")
    op.drop_column("reservations", "incoming_id")
    op.drop_index(op.f("ix_warehouse_list_places_warehouse_id"), table_name="warehouse_list_places")
    op.drop_table("warehouse_list_places")
    op.drop_index(
        "uq_warehouse_lists_everybody", table_name="warehouse_lists", postgresql_where=sa.text("level = 'everybody'")
    )
    op.drop_table("warehouse_lists")
    op.drop_index("ix_supplier_stock_article_id", table_name="supplier_stock")
    op.drop_table("supplier_stock")
    op.drop_index("uq_stock_watches_waiting", table_name="stock_watches", postgresql_where=sa.text("state = 'waiting'"))
    op.drop_index("ix_stock_watches_user_id", table_name="stock_watches")
    op.drop_index(
        "ix_stock_watches_article_id", table_name="stock_watches", postgresql_where=sa.text("state = 'waiting'")
    )
    op.drop_table("stock_watches")
    op.drop_index(op.f("ix_stock_batches_warehouse_id"), table_name="stock_batches")
    op.drop_table("stock_batches")
    op.drop_index("ix_incoming_goods_warehouse_id_expected_on", table_name="incoming_goods")
    op.drop_index(
        "ix_incoming_goods_supplier_id",
        table_name="incoming_goods",
        postgresql_where=sa.text("supplier_id IS NOT NULL"),
    )
    op.drop_index("ix_incoming_goods_open", table_name="incoming_goods", postgresql_where=sa.text("state = 'open'"))
    op.drop_index("ix_incoming_goods_article_id", table_name="incoming_goods")
    op.drop_table("incoming_goods")
    op.drop_index("uq_backorder_rules_both", table_name="backorder_rules")
    op.drop_index(
        "uq_backorder_rules_article", table_name="backorder_rules", postgresql_where=sa.text("account_id IS NULL")
    )
    op.drop_index(
        "uq_backorder_rules_account", table_name="backorder_rules", postgresql_where=sa.text("article_id IS NULL")
    )
    op.drop_index(
        "ix_backorder_rules_account_id",
        table_name="backorder_rules",
        postgresql_where=sa.text("account_id IS NOT NULL"),
    )
    op.drop_table("backorder_rules")
    op.drop_index(
        "uq_stock_defaults_everything", table_name="stock_defaults", postgresql_where=sa.text("level = 'everything'")
    )
    op.drop_table("stock_defaults")
    op.drop_table("stock_settings")
    op.drop_table("stock_feeds")
    op.drop_table("holidays")
