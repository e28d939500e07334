"""Abandoned carts."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from app.core.policies import secure

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "abandoned_carts",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("company_id", sa.BigInteger(), nullable=False),
        sa.Column("cart_id", sa.BigInteger(), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("idle_since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("noticed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_page", sa.String(length=200), server_default="", nullable=False),
        sa.Column("line_count", sa.Integer(), nullable=False),
        sa.Column("value", sa.Numeric(precision=18, scale=6), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("state", sa.String(length=9), server_default="open", nullable=False),
        sa.Column("notice_due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("notice_sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_by_id", sa.BigInteger(), nullable=True),
        sa.Column("note", sa.Text(), server_default="", nullable=False),
        sa.CheckConstraint(
            "state IN ('open', 'reminded', 'recovered', 'resumed', 'dismissed')",
            name=op.f("ck_abandoned_carts_state_known"),
        ),
        sa.ForeignKeyConstraint(["closed_by_id"], ["users.id"], name=op.f("fk_abandoned_carts_closed_by_id_users")),
        sa.ForeignKeyConstraint(["company_id"], ["companies.id"], name=op.f("fk_abandoned_carts_company_id_companies")),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_abandoned_carts_user_id_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_abandoned_carts")),
    )
    op.create_index("ix_abandoned_carts_cart_id", "abandoned_carts", ["cart_id", "idle_since"], unique=False)
    op.create_index("ix_abandoned_carts_state_idle_since", "abandoned_carts", ["state", "idle_since"], unique=False)
    op.create_index(
        "uq_abandoned_carts_cart_open",
        "abandoned_carts",
        ["cart_id"],
        unique=True,
        postgresql_where=sa.text("state IN ('open', 'reminded')"),
    )
    for statement in (*secure("abandoned_carts"),):
        op.execute(statement)


def downgrade() -> None:
    op.drop_index(
        "uq_abandoned_carts_cart_open",
        table_name="abandoned_carts",
        postgresql_where=sa.text("state IN ('open', 'reminded')"),
    )
    op.drop_index("ix_abandoned_carts_cart_id", table_name="abandoned_carts")
    op.drop_index("ix_abandoned_carts_state_idle_since", table_name="abandoned_carts")
    op.drop_table("abandoned_carts")
