"""Abandoned cart desk: why, how likely, held out, recovered; what was done about it; limits of accounts."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from app.core.policies import secure

revision = "0055"
down_revision = "0054"
branch_labels = None
depends_on = None

_WHEN = sa.DateTime(timezone=True)
_NONE = sa.text("'[]'::jsonb")
_STATES = "state IN ('open', 'reminded', 'recovered', 'resumed', 'dismissed'"


def _new() -> tuple[sa.Column[Any], ...]:
    return (
        sa.Column("reason", sa.String(length=20), server_default="", nullable=False),
        sa.Column("reasons", postgresql.JSONB(), server_default=_NONE, nullable=False),
        sa.Column("goods", postgresql.JSONB(), server_default=_NONE, nullable=False),
        sa.Column("looked_at", _WHEN, nullable=True),
        sa.Column("margin", sa.Numeric(precision=18, scale=6), nullable=True),
        sa.Column("likelihood", sa.Integer(), nullable=True),
        sa.Column("is_held_out", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("limit_hours", sa.Integer(), nullable=True),
        sa.Column("close_reason", sa.String(length=20), server_default="", nullable=False),
        sa.Column("contacts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("contacted_at", _WHEN, nullable=True),
        sa.Column("worked_by_id", sa.BigInteger(), nullable=True),
        sa.Column("recovered_at", _WHEN, nullable=True),
        sa.Column("recovered_how", sa.String(length=9), server_default="", nullable=False),
        sa.Column("recovered_value", sa.Numeric(precision=18, scale=6), nullable=True),
    )


def upgrade() -> None:
    for column in _new():
        op.add_column("abandoned_carts", column)
    _states(f"{_STATES}, 'left_out')")
    op.create_check_constraint(
        op.f("ck_abandoned_carts_recovered_how_known"), "abandoned_carts", "recovered_how IN ('', 'cart', 'elsewhere')"
    )
    op.create_index("ix_abandoned_carts_company_id_noticed_at", "abandoned_carts", ["company_id", "noticed_at"])
    op.create_index("ix_abandoned_carts_worked_by_id", "abandoned_carts", ["worked_by_id"])
    op.create_foreign_key(
        op.f("fk_abandoned_carts_worked_by_id_users"), "abandoned_carts", "users", ["worked_by_id"], ["id"]
    )
    op.execute(
        "UPDATE abandoned_carts SET contacts = 1, contacted_at = notice_sent_at WHERE notice_sent_at IS NOT NULL"
    )
    op.execute(
        "UPDATE abandoned_carts SET recovered_at = closed_at, recovered_how = 'cart', recovered_value = value"
        " WHERE state = 'recovered'"
    )
    op.create_table(
        "cart_limits",
        sa.Column("company_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("hours", sa.Integer(), nullable=False),
        sa.Column("updated_at", _WHEN, server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("hours > 0", name=op.f("ck_cart_limits_hours_positive")),
        sa.ForeignKeyConstraint(["company_id"], ["companies.id"], name=op.f("fk_cart_limits_company_id_companies")),
        sa.PrimaryKeyConstraint("company_id", name=op.f("pk_cart_limits")),
    )
    _actions()
    for table in ("cart_limits", "cart_actions"):
        for statement in secure(table):
            op.execute(statement)


def _states(condition: str) -> None:
    op.drop_constraint(op.f("ck_abandoned_carts_state_known"), "abandoned_carts")
    op.create_check_constraint(op.f("ck_abandoned_carts_state_known"), "abandoned_carts", condition)


def _actions() -> None:
    op.create_table(
        "cart_actions",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("abandonment_id", sa.BigInteger(), nullable=False),
        sa.Column("company_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("at", _WHEN, server_default=sa.text("now()"), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=True),
        sa.Column("who", sa.String(length=250), server_default="", nullable=False),
        sa.Column("client_ref", sa.String(length=80), nullable=False),
        sa.Column("subject_kind", sa.String(length=12), server_default="", nullable=False),
        sa.Column("subject_id", sa.BigInteger(), nullable=True),
        sa.Column("facts", postgresql.JSONB(), server_default=sa.text("'{}'::jsonb"), nullable=False),
        sa.Column("outcome", sa.String(length=500), server_default="", nullable=False),
        sa.ForeignKeyConstraint(
            ["abandonment_id"], ["abandoned_carts.id"], name=op.f("fk_cart_actions_abandonment_id_abandoned_carts"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["company_id"], ["companies.id"], name=op.f("fk_cart_actions_company_id_companies")),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_cart_actions_user_id_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cart_actions")),
        sa.UniqueConstraint("client_ref", name=op.f("uq_cart_actions_client_ref")),
    )  # fmt: skip
    op.create_index("ix_cart_actions_abandonment_id", "cart_actions", ["abandonment_id", "id"])
    op.create_index("ix_cart_actions_company_id", "cart_actions", ["company_id"])
    op.create_index("ix_cart_actions_user_id", "cart_actions", ["user_id"])


def downgrade() -> None:
    op.drop_table("cart_actions")
    op.drop_table("cart_limits")
    op.execute("UPDATE abandoned_carts SET state = 'dismissed' WHERE state = 'left_out'")
    _states(f"{_STATES})")
    op.drop_constraint(op.f("fk_abandoned_carts_worked_by_id_users"), "abandoned_carts")
    op.drop_index("ix_abandoned_carts_worked_by_id", table_name="abandoned_carts")
    op.drop_index("ix_abandoned_carts_company_id_noticed_at", table_name="abandoned_carts")
    op.drop_constraint(op.f("ck_abandoned_carts_recovered_how_known"), "abandoned_carts")
    for column in reversed(_new()):
        op.drop_column("abandoned_carts", column.name)
