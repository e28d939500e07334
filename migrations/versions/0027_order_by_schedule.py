"""Standing orders and their runs."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from app.core.policies import secure

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None
KEPT = "SELECT, INSERT, UPDATE"
TABLES = {
    "standing_orders": KEPT,
    "standing_order_lines": f"{KEPT}, DELETE",
    "standing_runs": f"{KEPT}, DELETE",
    "standing_run_lines": f"{KEPT}, DELETE",
    "account_days_off": "SELECT, INSERT, DELETE",
}


def upgrade() -> None:
    op.execute(sa.schema.CreateSequence(sa.Sequence("standing_order_numbers")))
    op.create_table(
        "standing_orders",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("company_id", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.String(length=20), nullable=False),
        sa.Column("client_ref", sa.String(length=80), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("owner_id", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.String(length=6), server_default="active", nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("schedule", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("run_time", sa.Time(), nullable=False),
        sa.Column(
            "wishes", postgresql.JSONB(astext_type=sa.Text()), server_default=sa.text("'{}'::jsonb"), nullable=False
        ),
        sa.Column("po_pattern", sa.String(length=60), server_default="", nullable=False),
        sa.Column("notice_hours", sa.Integer(), server_default="48", nullable=False),
        sa.Column("answer_hours", sa.Integer(), server_default="72", nullable=False),
        sa.Column("tolerance", sa.Numeric(precision=6, scale=3), server_default="0", nullable=False),
        sa.Column("ceiling", sa.Numeric(precision=18, scale=6), nullable=True),
        sa.Column("source", sa.String(length=60), server_default="", nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("state IN ('active', 'paused', 'ended')", name=op.f("ck_standing_orders_state_known")),
        sa.CheckConstraint("notice_hours >= 0 AND answer_hours > 0", name=op.f("ck_standing_orders_hours_positive")),
        sa.CheckConstraint("tolerance >= 0 AND ceiling > 0", name=op.f("ck_standing_orders_limits_positive")),
        sa.ForeignKeyConstraint(["company_id"], ["companies.id"], name=op.f("fk_standing_orders_company_id_companies")),
        sa.ForeignKeyConstraint(["owner_id"], ["users.id"], name=op.f("fk_standing_orders_owner_id_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_standing_orders")),
        sa.UniqueConstraint("company_id", "client_ref", name=op.f("uq_standing_orders_company_id_client_ref")),
        sa.UniqueConstraint("company_id", "number", name=op.f("uq_standing_orders_company_id_number")),
        sa.UniqueConstraint("id", "company_id", name=op.f("uq_standing_orders_id_company_id")),
    )
    op.create_index("ix_standing_orders_company_id_state", "standing_orders", ["company_id", "state"], unique=False)
    op.create_index(op.f("ix_standing_orders_owner_id"), "standing_orders", ["owner_id"], unique=False)
    op.create_table(
        "standing_order_lines",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("company_id", sa.BigInteger(), nullable=False),
        sa.Column("standing_id", sa.BigInteger(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("article_id", sa.BigInteger(), nullable=False),
        sa.Column("quantity", sa.Numeric(precision=18, scale=6), nullable=False),
        sa.Column("unit", sa.String(length=3), nullable=False),
        sa.Column("note", sa.String(length=300), server_default="", nullable=False),
        sa.Column("agreed_price", sa.Numeric(precision=18, scale=6), nullable=True),
        sa.Column("agreed_base_quantity", sa.Numeric(precision=18, scale=6), server_default="1", nullable=False),
        sa.Column("agreed_unit", sa.String(length=3), server_default="", nullable=False),
        sa.CheckConstraint("quantity > 0", name=op.f("ck_standing_order_lines_quantity_positive")),
        sa.ForeignKeyConstraint(
            ["article_id"], ["articles.id"], name=op.f("fk_standing_order_lines_article_id_articles")
        ),
        sa.ForeignKeyConstraint(
            ["standing_id", "company_id"],
            ["standing_orders.id", "standing_orders.company_id"],
            name=op.f("fk_standing_order_lines_standing_id_company_id_standing_orders"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_standing_order_lines")),
        sa.UniqueConstraint(
            "standing_id", "article_id", "unit", name=op.f("uq_standing_order_lines_standing_id_article_id_unit")
        ),
    )
    op.create_index("ix_standing_order_lines_article_id", "standing_order_lines", ["article_id"], unique=False)
    op.create_table(
        "standing_runs",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("company_id", sa.BigInteger(), nullable=False),
        sa.Column("standing_id", sa.BigInteger(), nullable=False),
        sa.Column("planned_on", sa.Date(), nullable=False),
        sa.Column("on_day", sa.Date(), nullable=False),
        sa.Column("run_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.String(length=20), server_default="planned", nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("refusals", sa.Integer(), server_default="0", nullable=False),
        sa.Column("own_lines", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column(
            "wishes", postgresql.JSONB(astext_type=sa.Text()), server_default=sa.text("'{}'::jsonb"), nullable=False
        ),
        sa.Column(
            "questions", postgresql.JSONB(astext_type=sa.Text()), server_default=sa.text("'[]'::jsonb"), nullable=False
        ),
        sa.Column("asks", sa.Integer(), server_default="0", nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answer_by", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reminded_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("accepted_total", sa.Numeric(precision=18, scale=6), nullable=True),
        sa.Column("cart_id", sa.BigInteger(), nullable=True),
        sa.Column("order_id", sa.BigInteger(), nullable=True),
        sa.Column("reason", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=True),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "state IN ('planned', 'announced', 'running', 'placed', 'waiting_for_approval', 'review', 'skipped', 'missed', 'failed', 'cancelled')",
            name=op.f("ck_standing_runs_state_known"),
        ),
        sa.ForeignKeyConstraint(
            ["cart_id", "company_id"],
            ["carts.id", "carts.company_id"],
            name=op.f("fk_standing_runs_cart_id_company_id_carts"),
        ),
        sa.ForeignKeyConstraint(
            ["order_id", "company_id"],
            ["orders.id", "orders.company_id"],
            name=op.f("fk_standing_runs_order_id_company_id_orders"),
        ),
        sa.ForeignKeyConstraint(
            ["standing_id", "company_id"],
            ["standing_orders.id", "standing_orders.company_id"],
            name=op.f("fk_standing_runs_standing_id_company_id_standing_orders"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_standing_runs")),
        sa.UniqueConstraint("id", "company_id", name=op.f("uq_standing_runs_id_company_id")),
        sa.UniqueConstraint("standing_id", "planned_on", name=op.f("uq_standing_runs_standing_id_planned_on")),
    )
    op.create_index("ix_standing_runs_cart_id", "standing_runs", ["cart_id"], unique=False)
    op.create_index("ix_standing_runs_company_id_state", "standing_runs", ["company_id", "state"], unique=False)
    op.create_index(
        "ix_standing_runs_due_at",
        "standing_runs",
        ["due_at"],
        unique=False,
        postgresql_where=sa.text("due_at IS NOT NULL"),
    )
    op.create_index("ix_standing_runs_order_id", "standing_runs", ["order_id"], unique=False)
    op.create_table(
        "standing_run_lines",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("company_id", sa.BigInteger(), nullable=False),
        sa.Column("run_id", sa.BigInteger(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("article_id", sa.BigInteger(), nullable=False),
        sa.Column("quantity", sa.Numeric(precision=18, scale=6), nullable=False),
        sa.Column("unit", sa.String(length=3), nullable=False),
        sa.Column("note", sa.String(length=300), server_default="", nullable=False),
        sa.Column("agreed_price", sa.Numeric(precision=18, scale=6), nullable=True),
        sa.Column("agreed_base_quantity", sa.Numeric(precision=18, scale=6), server_default="1", nullable=False),
        sa.Column("agreed_unit", sa.String(length=3), server_default="", nullable=False),
        sa.CheckConstraint("quantity > 0", name=op.f("ck_standing_run_lines_quantity_positive")),
        sa.ForeignKeyConstraint(
            ["article_id"], ["articles.id"], name=op.f("fk_standing_run_lines_article_id_articles")
        ),
        sa.ForeignKeyConstraint(
            ["run_id", "company_id"],
            ["standing_runs.id", "standing_runs.company_id"],
            name=op.f("fk_standing_run_lines_run_id_company_id_standing_runs"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_standing_run_lines")),
        sa.UniqueConstraint("run_id", "article_id", "unit", name=op.f("uq_standing_run_lines_run_id_article_id_unit")),
    )
    op.create_index("ix_standing_run_lines_article_id", "standing_run_lines", ["article_id"], unique=False)
    op.create_table(
        "account_days_off",
        sa.Column("company_id", sa.BigInteger(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("name", sa.String(length=120), server_default="", nullable=False),
        sa.ForeignKeyConstraint(
            ["company_id"], ["companies.id"], name=op.f("fk_account_days_off_company_id_companies")
        ),
        sa.PrimaryKeyConstraint("company_id", "day", name=op.f("pk_account_days_off")),
    )

    op.execute("GRANT USAGE ON SEQUENCE standing_order_numbers TO kontor_tenant, kontor_operator")
    for table, verbs in TABLES.items():
        for statement in secure(table, tenant=verbs):
            op.execute(statement)


def downgrade() -> None:
    for table in reversed(list(TABLES)):
        op.drop_table(table)
    op.execute(sa.schema.DropSequence(sa.Sequence("standing_order_numbers")))
