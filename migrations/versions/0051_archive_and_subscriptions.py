"""Accounts of the journal, subscriptions to documents."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from app.core.policies import secure

revision = "0051"
down_revision = "0050"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "booking_accounts",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("kind", sa.String(12), nullable=False),
        sa.Column("vat_case", sa.String(10), server_default="", nullable=False),
        sa.Column("account", sa.String(9), nullable=False),
        sa.Column("vat_key", sa.String(4), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_booking_accounts")),
        sa.UniqueConstraint("kind", "vat_case", name=op.f("uq_booking_accounts_kind_vat_case")),
    )
    op.create_table(
        "booking_settings",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("consultant", sa.Integer(), server_default="1001", nullable=False),
        sa.Column("client", sa.Integer(), server_default="1", nullable=False),
        sa.Column("first_month", sa.SmallInteger(), server_default="1", nullable=False),
        sa.Column("account_length", sa.SmallInteger(), server_default="4", nullable=False),
        sa.Column("debtors", sa.Integer(), server_default="10000", nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_booking_settings_one_row")),
        sa.CheckConstraint("first_month BETWEEN 1 AND 12", name=op.f("ck_booking_settings_month_known")),
        sa.CheckConstraint("account_length BETWEEN 4 AND 8", name=op.f("ck_booking_settings_length_known")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_booking_settings")),
    )
    op.create_table(
        "document_subscriptions",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("company_id", sa.BigInteger(), nullable=False),
        sa.Column("email", sa.String(254), nullable=False),
        sa.Column("kinds", postgresql.JSONB(), server_default=sa.text("'[]'::jsonb"), nullable=False),
        sa.Column("forms", postgresql.JSONB(), server_default=sa.text("'[]'::jsonb"), nullable=False),
        sa.Column("user_name", sa.String(200), server_default="", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["company_id"], ["companies.id"], name=op.f("fk_document_subscriptions_company_id_companies")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_document_subscriptions")),
        sa.UniqueConstraint("company_id", "email", name=op.f("uq_document_subscriptions_company_id_email")),
    )
    for statement in secure("document_subscriptions", tenant="SELECT, INSERT, UPDATE, DELETE"):
        op.execute(statement)
    for table in ("booking_accounts", "booking_settings"):
        for statement in secure(table):
            op.execute(statement)


def downgrade() -> None:
    op.drop_table("document_subscriptions")
    op.drop_table("booking_settings")
    op.drop_table("booking_accounts")
