"""Approval rules, requests and decisions."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from app.core.policies import secure

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None

_TABLES = (
    "approval_links", "approval_seats", "approval_steps", "approval_lines", "approvals", "approval_deputies",
    "approval_limits", "approval_rules", "approval_settings",
)  # fmt: skip


def upgrade() -> None:
    op.execute(sa.schema.CreateSequence(sa.Sequence("approval_numbers")))
    op.execute("GRANT USAGE ON SEQUENCE approval_numbers TO kontor_tenant, kontor_operator")
    op.create_table(
        "approval_settings",
        sa.Column("company_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("remind_hours", sa.Integer(), server_default="24", nullable=False),
        sa.Column("escalate_hours", sa.Integer(), server_default="72", nullable=False),
        sa.Column("expire_days", sa.Integer(), server_default="14", nullable=False),
        sa.Column("hold_hours", sa.Integer(), server_default="0", nullable=False),
        sa.Column("holds_stock", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.CheckConstraint("hold_hours >= 0", name=op.f("ck_approval_settings_hold_not_negative")),
        sa.CheckConstraint(
            "remind_hours > 0 AND escalate_hours > 0 AND expire_days > 0",
            name=op.f("ck_approval_settings_times_positive"),
        ),
        sa.ForeignKeyConstraint(
            ["company_id"], ["companies.id"], name=op.f("fk_approval_settings_company_id_companies")
        ),
        sa.PrimaryKeyConstraint("company_id", name=op.f("pk_approval_settings")),
    )
    op.create_table(
        "approval_rules",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("company_id", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("about", sa.Text(), server_default="", nullable=False),
        sa.Column("is_enabled", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.Column("kind", sa.String(length=14), nullable=False),
        sa.Column("comparator", sa.String(length=2), server_default=">", nullable=False),
        sa.Column("value", sa.Numeric(precision=18, scale=6), nullable=True),
        sa.Column("is_gross", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column(
            "targets", postgresql.JSONB(astext_type=sa.Text()), server_default=sa.text("'[]'::jsonb"), nullable=False
        ),
        sa.Column(
            "roles", postgresql.JSONB(astext_type=sa.Text()), server_default=sa.text("'[]'::jsonb"), nullable=False
        ),
        sa.Column(
            "people", postgresql.JSONB(astext_type=sa.Text()), server_default=sa.text("'[]'::jsonb"), nullable=False
        ),
        sa.Column("steps", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("allows_self", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("comparator IN ('>', '>=', '<', '<=')", name=op.f("ck_approval_rules_comparator_known")),
        sa.ForeignKeyConstraint(["company_id"], ["companies.id"], name=op.f("fk_approval_rules_company_id_companies")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_approval_rules")),
        sa.UniqueConstraint("company_id", "name", name=op.f("uq_approval_rules_company_id_name")),
    )
    op.create_table(
        "approval_limits",
        sa.Column("company_id", sa.BigInteger(), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("buy_up_to", sa.Numeric(precision=18, scale=6), nullable=True),
        sa.Column("approve_up_to", sa.Numeric(precision=18, scale=6), nullable=True),
        sa.CheckConstraint(
            "buy_up_to >= 0 AND approve_up_to >= 0", name=op.f("ck_approval_limits_limits_not_negative")
        ),
        sa.ForeignKeyConstraint(["company_id"], ["companies.id"], name=op.f("fk_approval_limits_company_id_companies")),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_approval_limits_user_id_users")),
        sa.PrimaryKeyConstraint("company_id", "user_id", name=op.f("pk_approval_limits")),
    )
    op.create_index(op.f("ix_approval_limits_user_id"), "approval_limits", ["user_id"], unique=False)
    op.create_table(
        "approval_deputies",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("company_id", sa.BigInteger(), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("deputy_id", sa.BigInteger(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("note", sa.String(length=200), server_default="", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("starts_on <= ends_on", name=op.f("ck_approval_deputies_starts_before_it_ends")),
        sa.CheckConstraint("user_id <> deputy_id", name=op.f("ck_approval_deputies_not_his_own")),
        sa.ForeignKeyConstraint(
            ["company_id"], ["companies.id"], name=op.f("fk_approval_deputies_company_id_companies")
        ),
        sa.ForeignKeyConstraint(["deputy_id"], ["users.id"], name=op.f("fk_approval_deputies_deputy_id_users")),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_approval_deputies_user_id_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_approval_deputies")),
    )
    op.create_index(
        "ix_approval_deputies_company_id_deputy_id",
        "approval_deputies",
        ["company_id", "deputy_id", "ends_on"],
        unique=False,
    )
    op.create_index("ix_approval_deputies_deputy_id", "approval_deputies", ["deputy_id"], unique=False)
    op.create_index("ix_approval_deputies_user_id", "approval_deputies", ["user_id"], unique=False)
    op.create_table(
        "approvals",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("company_id", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.String(length=40), nullable=False),
        sa.Column("cart_id", sa.BigInteger(), nullable=False),
        sa.Column("cart_version", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("client_ref", sa.String(length=80), nullable=False),
        sa.Column("request_hash", sa.String(length=64), nullable=False),
        sa.Column("via", sa.String(length=8), server_default="web", nullable=False),
        sa.Column("state", sa.String(length=9), server_default="waiting", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.Column("trouble", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("wishes", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("ship_to", sa.String(length=300), server_default="", nullable=False),
        sa.Column(
            "rules_seen", postgresql.JSONB(astext_type=sa.Text()), server_default=sa.text("'[]'::jsonb"), nullable=False
        ),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("base_net", sa.Numeric(precision=18, scale=6), nullable=False),
        sa.Column("net_total", sa.Numeric(precision=18, scale=6), nullable=False),
        sa.Column("gross_total", sa.Numeric(precision=18, scale=6), nullable=False),
        sa.Column("line_count", sa.Integer(), nullable=False),
        sa.Column(
            "allowances", postgresql.JSONB(astext_type=sa.Text()), server_default=sa.text("'[]'::jsonb"), nullable=False
        ),
        sa.Column(
            "charges", postgresql.JSONB(astext_type=sa.Text()), server_default=sa.text("'[]'::jsonb"), nullable=False
        ),
        sa.Column(
            "claims",
            postgresql.JSONB(astext_type=sa.Text()),
            server_default=sa.text("'[]'::jsonb"),
            nullable=False,
        ),
        sa.Column(
            "budgets", postgresql.JSONB(astext_type=sa.Text()), server_default=sa.text("'[]'::jsonb"), nullable=False
        ),
        sa.Column("held_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("is_stock_held", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reminders", sa.Integer(), server_default="0", nullable=False),
        sa.Column("changes", sa.Integer(), server_default="0", nullable=False),
        sa.Column("order_id", sa.BigInteger(), nullable=True),
        sa.CheckConstraint(
            "state IN ('waiting', 'ordered', 'rejected', 'withdrawn', 'returned', 'expired')",
            name=op.f("ck_approvals_state_known"),
        ),
        sa.ForeignKeyConstraint(
            ["cart_id", "company_id"],
            ["carts.id", "carts.company_id"],
            name=op.f("fk_approvals_cart_id_company_id_carts"),
        ),
        sa.ForeignKeyConstraint(["company_id"], ["companies.id"], name=op.f("fk_approvals_company_id_companies")),
        sa.ForeignKeyConstraint(["order_id"], ["orders.id"], name=op.f("fk_approvals_order_id_orders")),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_approvals_user_id_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_approvals")),
        sa.UniqueConstraint("company_id", "client_ref", name=op.f("uq_approvals_company_id_client_ref")),
        sa.UniqueConstraint("company_id", "number", name=op.f("uq_approvals_company_id_number")),
        sa.UniqueConstraint("id", "company_id", name=op.f("uq_approvals_id_company_id")),
    )
    op.create_index("ix_approvals_cart_id_company_id", "approvals", ["cart_id", "company_id"], unique=False)
    op.create_index("ix_approvals_company_id_state", "approvals", ["company_id", "state", "id"], unique=False)
    op.create_index(
        "ix_approvals_due_at", "approvals", ["due_at"], unique=False, postgresql_where=sa.text("state = 'waiting'")
    )
    op.create_index(
        "ix_approvals_order_id",
        "approvals",
        ["order_id"],
        unique=False,
        postgresql_where=sa.text("order_id IS NOT NULL"),
    )
    op.create_index("ix_approvals_user_id", "approvals", ["user_id"], unique=False)
    op.create_index(
        "uq_approvals_one_waiting", "approvals", ["cart_id"], unique=True, postgresql_where=sa.text("state = 'waiting'")
    )
    op.create_table(
        "approval_lines",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("company_id", sa.BigInteger(), nullable=False),
        sa.Column("approval_id", sa.BigInteger(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("cart_line_id", sa.BigInteger(), nullable=False),
        sa.Column("article_id", sa.BigInteger(), nullable=False),
        sa.Column("sku", sa.String(length=60), nullable=False),
        sa.Column("name", sa.String(length=300), nullable=False),
        sa.Column("quantity", sa.Numeric(precision=18, scale=6), nullable=False),
        sa.Column("asked_quantity", sa.Numeric(precision=18, scale=6), nullable=False),
        sa.Column("unit", sa.String(length=3), nullable=False),
        sa.Column("unit_price", sa.Numeric(precision=18, scale=6), nullable=False),
        sa.Column("price_base", sa.Numeric(precision=18, scale=6), nullable=False),
        sa.Column("price_unit", sa.String(length=3), nullable=False),
        sa.Column("net", sa.Numeric(precision=18, scale=6), nullable=False),
        sa.Column("last_price", sa.Numeric(precision=18, scale=6), nullable=True),
        sa.Column("is_struck", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("reason", sa.String(length=300), server_default="", nullable=False),
        sa.Column("changed_by", sa.String(length=250), server_default="", nullable=False),
        sa.ForeignKeyConstraint(
            ["approval_id", "company_id"],
            ["approvals.id", "approvals.company_id"],
            name=op.f("fk_approval_lines_approval_id_company_id_approvals"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["article_id"], ["articles.id"], name=op.f("fk_approval_lines_article_id_articles")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_approval_lines")),
        sa.UniqueConstraint("approval_id", "position", name=op.f("uq_approval_lines_approval_id_position")),
    )
    op.create_index(
        "ix_approval_lines_approval_id_company_id", "approval_lines", ["approval_id", "company_id"], unique=False
    )
    op.create_index("ix_approval_lines_article_id", "approval_lines", ["article_id"], unique=False)
    op.create_table(
        "approval_steps",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("company_id", sa.BigInteger(), nullable=False),
        sa.Column("approval_id", sa.BigInteger(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=6), nullable=False),
        sa.Column("rule_id", sa.BigInteger(), nullable=True),
        sa.Column("name", sa.String(length=120), server_default="", nullable=False),
        sa.Column(
            "firing", postgresql.JSONB(astext_type=sa.Text()), server_default=sa.text("'{}'::jsonb"), nullable=False
        ),
        sa.Column("need", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=5), server_default="later", nullable=False),
        sa.Column("is_fallback", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reminded_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("escalated_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("state IN ('later', 'open', 'done')", name=op.f("ck_approval_steps_state_known")),
        sa.ForeignKeyConstraint(
            ["approval_id", "company_id"],
            ["approvals.id", "approvals.company_id"],
            name=op.f("fk_approval_steps_approval_id_company_id_approvals"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["rule_id"],
            ["approval_rules.id"],
            name=op.f("fk_approval_steps_rule_id_approval_rules"),
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_approval_steps")),
        sa.UniqueConstraint("id", "company_id", name=op.f("uq_approval_steps_id_company_id")),
    )
    op.create_index(
        "ix_approval_steps_approval_id_company_id", "approval_steps", ["approval_id", "company_id"], unique=False
    )
    op.create_index(
        "ix_approval_steps_rule_id",
        "approval_steps",
        ["rule_id"],
        unique=False,
        postgresql_where=sa.text("rule_id IS NOT NULL"),
    )
    op.create_table(
        "approval_seats",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("company_id", sa.BigInteger(), nullable=False),
        sa.Column("step_id", sa.BigInteger(), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("holder_id", sa.BigInteger(), nullable=False),
        sa.Column("is_escalated", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("approved_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by_id", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["decided_by_id"], ["users.id"], name=op.f("fk_approval_seats_decided_by_id_users")),
        sa.ForeignKeyConstraint(["holder_id"], ["users.id"], name=op.f("fk_approval_seats_holder_id_users")),
        sa.ForeignKeyConstraint(
            ["step_id", "company_id"],
            ["approval_steps.id", "approval_steps.company_id"],
            name=op.f("fk_approval_seats_step_id_company_id_approval_steps"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_approval_seats_user_id_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_approval_seats")),
        sa.UniqueConstraint("step_id", "user_id", name=op.f("uq_approval_seats_step_id_user_id")),
    )
    op.create_index(
        "ix_approval_seats_company_id_holder_id", "approval_seats", ["company_id", "holder_id"], unique=False
    )
    op.create_index(
        "ix_approval_seats_decided_by_id",
        "approval_seats",
        ["decided_by_id"],
        unique=False,
        postgresql_where=sa.text("decided_by_id IS NOT NULL"),
    )
    op.create_index("ix_approval_seats_holder_id", "approval_seats", ["holder_id"], unique=False)
    op.create_index("ix_approval_seats_step_id_company_id", "approval_seats", ["step_id", "company_id"], unique=False)
    op.create_index("ix_approval_seats_user_id", "approval_seats", ["user_id"], unique=False)
    op.create_table(
        "approval_links",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("company_id", sa.BigInteger(), nullable=False),
        sa.Column("approval_id", sa.BigInteger(), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["approval_id", "company_id"],
            ["approvals.id", "approvals.company_id"],
            name=op.f("fk_approval_links_approval_id_company_id_approvals"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_approval_links_user_id_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_approval_links")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_approval_links_token_hash")),
    )
    op.create_index(
        "ix_approval_links_approval_id_company_id", "approval_links", ["approval_id", "company_id"], unique=False
    )
    op.create_index("ix_approval_links_user_id", "approval_links", ["user_id"], unique=False)
    for statement in (
        *secure("approval_settings", tenant="SELECT, INSERT, UPDATE"),
        *secure("approval_rules", tenant="SELECT, INSERT, UPDATE, DELETE"),
        *secure("approval_limits", tenant="SELECT, INSERT, UPDATE, DELETE"),
        *secure("approval_deputies", tenant="SELECT, INSERT, UPDATE, DELETE"),
        *secure("approvals", tenant="SELECT, INSERT, UPDATE"),
        *secure("approval_lines", tenant="SELECT, INSERT, UPDATE"),
        *secure("approval_steps", tenant="SELECT, INSERT, UPDATE"),
        *secure("approval_seats", tenant="SELECT, INSERT, UPDATE"),
        *secure("approval_links", tenant="SELECT, INSERT, UPDATE"),
    ):
        op.execute(statement)


def downgrade() -> None:
    for table in _TABLES:
        op.drop_table(table)
    op.execute(sa.schema.DropSequence(sa.Sequence("approval_numbers")))
