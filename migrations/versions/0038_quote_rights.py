"""Rights of salespeople in quotes, what holds for all quotes, and links to quotes for people without an account."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from app.core.policies import secure

revision = "0038"
down_revision = "0037"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "quote_settings",
        sa.Column("id", sa.Integer(), server_default="1", autoincrement=False, nullable=False),
        sa.Column("validity_days", sa.Integer(), server_default="30", nullable=False),
        sa.Column("minimum_value", sa.Numeric(precision=18, scale=6), server_default="0", nullable=False),
        sa.Column("minimum_currency", sa.String(length=3), server_default="", nullable=False),
        sa.Column("rounds", sa.Integer(), server_default="5", nullable=False),
        sa.Column("replaces", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("reminder_days", sa.Integer(), server_default="3", nullable=False),
        sa.Column("allows_reopen", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.Column("allows_links", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.Column("link_days", sa.Integer(), server_default="14", nullable=False),
        sa.Column("max_discount", sa.Numeric(precision=9, scale=4), server_default="10", nullable=False),
        sa.Column("min_margin", sa.Numeric(precision=9, scale=4), server_default="0", nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_quote_settings_one_row")),
        sa.CheckConstraint(
            "validity_days BETWEEN 1 AND 365 AND link_days BETWEEN 1 AND 365",
            name=op.f("ck_quote_settings_days_in_reach"),
        ),
        sa.CheckConstraint(
            "rounds BETWEEN 0 AND 99 AND reminder_days BETWEEN 0 AND 60",
            name=op.f("ck_quote_settings_counts_in_reach"),
        ),
        sa.CheckConstraint("minimum_value >= 0", name=op.f("ck_quote_settings_minimum_value_not_negative")),
        sa.CheckConstraint(
            "max_discount BETWEEN 0 AND 100 AND min_margin BETWEEN -100 AND 100",
            name=op.f("ck_quote_settings_percent_in_reach"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_quote_settings")),
    )
    op.create_table(
        "quote_rights",
        sa.Column("user_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("max_discount", sa.Numeric(precision=9, scale=4), nullable=False),
        sa.Column("min_margin", sa.Numeric(precision=9, scale=4), nullable=False),
        sa.CheckConstraint(
            "max_discount BETWEEN 0 AND 100 AND min_margin BETWEEN -100 AND 100",
            name=op.f("ck_quote_rights_percent_in_reach"),
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_quote_rights_user_id_users"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("user_id", name=op.f("pk_quote_rights")),
    )
    _create_links()
    for statement in (
        *secure("quote_settings", tenant="SELECT", condition="true"),
        *secure("quote_rights"),
        *secure("quote_links"),
    ):
        op.execute(statement)


def _create_links() -> None:
    op.create_table(
        "quote_links",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("company_id", sa.BigInteger(), nullable=False),
        sa.Column("quote_id", sa.BigInteger(), nullable=False),
        sa.Column("email", sa.String(length=254), server_default="", nullable=False),
        sa.Column("locale", sa.String(length=5), server_default="en", nullable=False),
        sa.Column(
            "created_at", sa.DateTime(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False
        ),
        sa.Column("created_by", sa.String(length=250), server_default="", nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("accepted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("accepted_version", sa.Integer(), nullable=True),
        sa.Column("accepted_by", sa.String(length=200), server_default="", nullable=False),
        sa.Column("accepted_note", sa.String(length=500), server_default="", nullable=False),
        sa.Column("choices", postgresql.JSONB(), server_default=sa.text("'{}'::jsonb"), nullable=False),
        sa.CheckConstraint(
            "(accepted_at IS NULL) = (accepted_version IS NULL)", name=op.f("ck_quote_links_acceptance_whole")
        ),
        sa.ForeignKeyConstraint(
            ["quote_id", "company_id"],
            ["quotes.id", "quotes.company_id"],
            name=op.f("fk_quote_links_quote_id_company_id_quotes"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_quote_links")),
    )
    op.create_index("ix_quote_links_quote_id", "quote_links", ["quote_id"])


def downgrade() -> None:
    op.drop_table("quote_links")
    op.drop_table("quote_rights")
    op.drop_table("quote_settings")
