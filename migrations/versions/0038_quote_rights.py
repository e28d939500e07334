"""Rights of salespeople in quotes, and what holds for all quotes."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

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
    for statement in (*secure("quote_settings", tenant="SELECT", condition="true"), *secure("quote_rights")):
        op.execute(statement)


def downgrade() -> None:
    op.drop_table("quote_rights")
    op.drop_table("quote_settings")
