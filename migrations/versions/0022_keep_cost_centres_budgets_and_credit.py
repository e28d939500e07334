"""Cost centres, their budgets, and the credit ledger of accounts."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from app.core.policies import OWN, secure

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

# The limits known until now open the ledgers.
_ACCOUNTS = """
INSERT INTO credit_accounts (company_id, currency, credit_limit)
SELECT id, currency, credit_limit FROM companies WHERE kind = 'customer' ORDER BY id
"""
_ALLOCATED = """
INSERT INTO credit_entries (company_id, credit_account_id, kind, amount, currency, outstanding, credit_limit, user_name)
SELECT company_id, id, 'allocated', 0, currency, 0, credit_limit, 'system'
FROM credit_accounts WHERE credit_limit IS NOT NULL ORDER BY id
"""
_APPEND_ONLY = "SELECT, INSERT"
_POLICIES = (
    *secure("cost_centres", tenant="SELECT, INSERT, UPDATE", operator="SELECT, INSERT, UPDATE"),
    *secure("cost_centre_people", tenant="SELECT, INSERT, DELETE"),
    *secure("budgets", tenant="SELECT, INSERT, UPDATE", operator="SELECT, INSERT, UPDATE"),
    *secure("budget_entries", tenant=_APPEND_ONLY, operator=_APPEND_ONLY),
    *secure(
        "credit_accounts",
        tenant="SELECT, UPDATE",
        operator="SELECT, INSERT, UPDATE",
        update_columns="outstanding, asked_limit, asked_note, asked_by, asked_at",
    ),
    # A buyer's first order on account opens the ledger, without a limit of its own making.
    "GRANT INSERT (company_id, currency) ON credit_accounts TO kontor_tenant",
    f"CREATE POLICY tenant_insert ON credit_accounts FOR INSERT TO kontor_tenant WITH CHECK ({OWN})",
    "GRANT UPDATE (fiscal_month) ON companies TO kontor_tenant",
    *secure("credit_entries", tenant=_APPEND_ONLY, operator=_APPEND_ONLY),
)
_TABLES = ("credit_entries", "credit_accounts", "budget_entries", "budgets", "cost_centre_people", "cost_centres")


def upgrade() -> None:
    op.create_table(
        "cost_centres",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("company_id", sa.BigInteger(), nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("is_active", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.Column("is_for_all", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.Column("manager_id", sa.BigInteger(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(["company_id"], ["companies.id"], name=op.f("fk_cost_centres_company_id_companies")),
        sa.ForeignKeyConstraint(["manager_id"], ["users.id"], name=op.f("fk_cost_centres_manager_id_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cost_centres")),
        sa.UniqueConstraint("company_id", "code", name=op.f("uq_cost_centres_company_id_code")),
        sa.UniqueConstraint("id", "company_id", name=op.f("uq_cost_centres_id_company_id")),
    )
    op.create_index(
        "ix_cost_centres_manager_id",
        "cost_centres",
        ["manager_id"],
        unique=False,
        postgresql_where=sa.text("manager_id IS NOT NULL"),
    )
    op.create_table(
        "credit_accounts",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("company_id", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("credit_limit", sa.Numeric(precision=18, scale=6), nullable=True),
        sa.Column("outstanding", sa.Numeric(precision=18, scale=6), server_default="0", nullable=False),
        sa.Column("may_exceed", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("hold_after_days", sa.Integer(), nullable=True),
        sa.Column("spared_until", sa.Date(), nullable=True),
        sa.Column("asked_limit", sa.Numeric(precision=18, scale=6), nullable=True),
        sa.Column("asked_note", sa.String(length=500), server_default="", nullable=False),
        sa.Column("asked_by", sa.String(length=200), server_default="", nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("credit_limit >= 0", name=op.f("ck_credit_accounts_limit_not_negative")),
        sa.CheckConstraint("hold_after_days > 0", name=op.f("ck_credit_accounts_hold_after_days_positive")),
        sa.ForeignKeyConstraint(["company_id"], ["companies.id"], name=op.f("fk_credit_accounts_company_id_companies")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_credit_accounts")),
        sa.UniqueConstraint("company_id", name=op.f("uq_credit_accounts_company_id")),
        sa.UniqueConstraint("id", "company_id", name=op.f("uq_credit_accounts_id_company_id")),
    )
    op.create_table(
        "budgets",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("company_id", sa.BigInteger(), nullable=False),
        sa.Column("cost_centre_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.String(length=7), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("amount", sa.Numeric(precision=18, scale=6), nullable=False),
        sa.Column("carried", sa.Numeric(precision=18, scale=6), server_default="0", nullable=False),
        sa.Column("taken", sa.Numeric(precision=18, scale=6), server_default="0", nullable=False),
        sa.Column("rule", sa.String(length=5), nullable=False),
        sa.Column("is_recurring", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("carries_over", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("is_active", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.Column("previous_id", sa.BigInteger(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("kind IN ('month', 'quarter', 'year', 'dates')", name=op.f("ck_budgets_kind_known")),
        sa.CheckConstraint("rule IN ('block', 'warn', 'ask')", name=op.f("ck_budgets_rule_known")),
        sa.CheckConstraint("amount >= 0 AND carried >= 0", name=op.f("ck_budgets_amounts_not_negative")),
        sa.CheckConstraint("starts_on <= ends_on", name=op.f("ck_budgets_starts_before_it_ends")),
        sa.ForeignKeyConstraint(["company_id"], ["companies.id"], name=op.f("fk_budgets_company_id_companies")),
        sa.ForeignKeyConstraint(
            ["cost_centre_id", "company_id"],
            ["cost_centres.id", "cost_centres.company_id"],
            name=op.f("fk_budgets_cost_centre_id_company_id_cost_centres"),
        ),
        sa.ForeignKeyConstraint(["previous_id"], ["budgets.id"], name=op.f("fk_budgets_previous_id_budgets")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_budgets")),
        sa.UniqueConstraint("id", "company_id", name=op.f("uq_budgets_id_company_id")),
    )
    op.create_index(op.f("ix_budgets_company_id"), "budgets", ["company_id"], unique=False)
    op.create_index(
        "ix_budgets_cost_centre_id_company_id", "budgets", ["cost_centre_id", "company_id", "starts_on"], unique=False
    )
    op.create_index(
        "uq_budgets_one_a_period",
        "budgets",
        ["cost_centre_id", "currency", "kind", "starts_on"],
        unique=True,
        postgresql_where=sa.text("is_active"),
    )
    op.create_index(
        "uq_budgets_previous_id",
        "budgets",
        ["previous_id"],
        unique=True,
        postgresql_where=sa.text("previous_id IS NOT NULL"),
    )
    op.create_table(
        "cost_centre_people",
        sa.Column("cost_centre_id", sa.BigInteger(), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("company_id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["cost_centre_id", "company_id"],
            ["cost_centres.id", "cost_centres.company_id"],
            name=op.f("fk_cost_centre_people_cost_centre_id_company_id_cost_centres"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_cost_centre_people_user_id_users")),
        sa.PrimaryKeyConstraint("cost_centre_id", "user_id", name=op.f("pk_cost_centre_people")),
    )
    op.create_index(
        "ix_cost_centre_people_cost_centre_id_company_id",
        "cost_centre_people",
        ["cost_centre_id", "company_id"],
        unique=False,
    )
    op.create_index(op.f("ix_cost_centre_people_user_id"), "cost_centre_people", ["user_id"], unique=False)
    op.create_table(
        "credit_entries",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("company_id", sa.BigInteger(), nullable=False),
        sa.Column("credit_account_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False),
        sa.Column("amount", sa.Numeric(precision=18, scale=6), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("outstanding", sa.Numeric(precision=18, scale=6), nullable=False),
        sa.Column("credit_limit", sa.Numeric(precision=18, scale=6), nullable=True),
        sa.Column("order_id", sa.BigInteger(), nullable=True),
        sa.Column("reference", sa.String(length=80), server_default="", nullable=False),
        sa.Column("comment", sa.String(length=500), server_default="", nullable=False),
        sa.Column("foreign_amount", sa.Numeric(precision=18, scale=6), nullable=True),
        sa.Column("foreign_currency", sa.String(length=3), nullable=True),
        sa.Column("rate", sa.Numeric(), nullable=True),
        sa.Column("user_id", sa.BigInteger(), nullable=True),
        sa.Column("user_name", sa.String(length=200), server_default="", nullable=False),
        sa.CheckConstraint(
            "CASE kind WHEN 'purchased' THEN amount < 0 WHEN 'reimbursed' THEN amount > 0 WHEN 'refunded' THEN amount > 0 WHEN 'reverted' THEN amount > 0 WHEN 'allocated' THEN amount = 0 WHEN 'updated' THEN amount = 0 ELSE false END",
            name=op.f("ck_credit_entries_amount_fits_kind"),
        ),
        sa.CheckConstraint(
            "(foreign_amount IS NULL) = (foreign_currency IS NULL) AND (foreign_amount IS NULL) = (rate IS NULL)",
            name=op.f("ck_credit_entries_foreign_whole"),
        ),
        sa.ForeignKeyConstraint(["company_id"], ["companies.id"], name=op.f("fk_credit_entries_company_id_companies")),
        sa.ForeignKeyConstraint(
            ["credit_account_id", "company_id"],
            ["credit_accounts.id", "credit_accounts.company_id"],
            name=op.f("fk_credit_entries_credit_account_id_company_id_credit_accounts"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_credit_entries")),
    )
    op.create_index("ix_credit_entries_company_id_id", "credit_entries", ["company_id", "id"], unique=False)
    op.create_index(
        "ix_credit_entries_credit_account_id_company_id",
        "credit_entries",
        ["credit_account_id", "company_id"],
        unique=False,
    )
    op.create_index(
        "ix_credit_entries_order_id",
        "credit_entries",
        ["company_id", "order_id"],
        unique=False,
        postgresql_where=sa.text("order_id IS NOT NULL"),
    )
    op.create_index(
        "uq_credit_entries_payment",
        "credit_entries",
        ["company_id", "kind", "reference"],
        unique=True,
        postgresql_where=sa.text("kind = 'reimbursed' OR (kind = 'refunded' AND order_id IS NULL)"),
    )
    op.create_table(
        "budget_entries",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("company_id", sa.BigInteger(), nullable=False),
        sa.Column("budget_id", sa.BigInteger(), nullable=False),
        sa.Column("source_kind", sa.String(length=8), nullable=False),
        sa.Column("source_id", sa.BigInteger(), nullable=False),
        sa.Column("source_number", sa.String(length=60), server_default="", nullable=False),
        sa.Column("amount", sa.Numeric(precision=18, scale=6), nullable=False),
        sa.Column("reason", sa.String(length=300), server_default="", nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=True),
        sa.Column("user_name", sa.String(length=200), server_default="", nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False),
        sa.CheckConstraint("source_kind IN ('order', 'approval')", name=op.f("ck_budget_entries_source_known")),
        sa.CheckConstraint("amount <> 0", name=op.f("ck_budget_entries_amount_not_zero")),
        sa.ForeignKeyConstraint(
            ["budget_id", "company_id"],
            ["budgets.id", "budgets.company_id"],
            name=op.f("fk_budget_entries_budget_id_company_id_budgets"),
        ),
        sa.ForeignKeyConstraint(["company_id"], ["companies.id"], name=op.f("fk_budget_entries_company_id_companies")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_budget_entries")),
    )
    op.create_index(
        "ix_budget_entries_budget_id_company_id", "budget_entries", ["budget_id", "company_id", "id"], unique=False
    )
    op.create_index(
        "ix_budget_entries_source", "budget_entries", ["company_id", "source_kind", "source_id"], unique=False
    )
    op.add_column("companies", sa.Column("fiscal_month", sa.Integer(), server_default="1", nullable=False))
    op.create_check_constraint(op.f("ck_companies_fiscal_month_known"), "companies", "fiscal_month BETWEEN 1 AND 12")
    for statement in (_ACCOUNTS, _ALLOCATED, *_POLICIES):
        op.execute(statement)
    op.drop_column("companies", "credit_limit")


def downgrade() -> None:
    op.add_column("companies", sa.Column("credit_limit", sa.Numeric(precision=18, scale=2), nullable=True))
    op.execute("UPDATE companies c SET credit_limit = a.credit_limit FROM credit_accounts a WHERE a.company_id = c.id")
    op.drop_constraint(op.f("ck_companies_fiscal_month_known"), "companies")
    op.drop_column("companies", "fiscal_month")
    for table in _TABLES:
        op.drop_table(table)
