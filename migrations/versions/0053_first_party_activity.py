"""First party activity, blocks of the start page, rules that warn."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from app.core.policies import secure

revision = "0053"
down_revision = "0052"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _activity()
    _start_layouts()
    _alert_rules()
    # A tenant's people leave traces and read none; who warns whom is the operator's alone.
    for statement in (
        *secure("activity", tenant="INSERT"),
        *secure("start_layouts", tenant="SELECT, INSERT, UPDATE, DELETE"),
        *secure("alert_rules"),
        *secure("alert_crossings"),
    ):
        op.execute(statement)


def _activity() -> None:
    op.create_table(
        "activity",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("company_id", sa.BigInteger(), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.String(length=24), nullable=False),
        sa.Column("subject", sa.String(length=40), server_default="", nullable=False),
        sa.Column("subject_id", sa.BigInteger(), nullable=True),
        sa.Column(
            "facts", postgresql.JSONB(astext_type=sa.Text()), server_default=sa.text("'{}'::jsonb"), nullable=False
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_activity")),
    )
    op.create_index("ix_activity_company_id_at", "activity", ["company_id", "at"])
    op.create_index("ix_activity_kind_at", "activity", ["kind", "at"])
    op.create_index("ix_activity_user_id", "activity", ["user_id"])


def _start_layouts() -> None:
    op.create_table(
        "start_layouts",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("company_id", sa.BigInteger(), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("blocks", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["company_id"], ["companies.id"], name=op.f("fk_start_layouts_company_id_companies"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_start_layouts_user_id_users"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_start_layouts")),
        sa.UniqueConstraint("company_id", "user_id", name="uq_start_layouts_company_id_user_id"),
    )
    op.create_index("ix_start_layouts_user_id", "start_layouts", ["user_id"])


def _alert_rules() -> None:
    op.create_table(
        "alert_rules",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("figure", sa.String(length=40), nullable=False),
        sa.Column("threshold", sa.Numeric(precision=18, scale=6), nullable=False),
        sa.Column("roles", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("is_on", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.Column("client_ref", sa.String(length=64), nullable=False),
        sa.Column("checked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alert_rules")),
        sa.UniqueConstraint("client_ref", name="uq_alert_rules_client_ref"),
    )
    op.create_table(
        "alert_crossings",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("rule_id", sa.BigInteger(), nullable=False),
        sa.Column("subject_id", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("words", sa.String(length=200), server_default="", nullable=False),
        sa.Column("value", sa.Numeric(precision=18, scale=6), nullable=False),
        sa.Column("crossed_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["rule_id"], ["alert_rules.id"], name=op.f("fk_alert_crossings_rule_id_alert_rules"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alert_crossings")),
    )
    op.create_index("ix_alert_crossings_rule_id", "alert_crossings", ["rule_id", "crossed_at"])
    op.create_index(
        "uq_alert_crossings_open",
        "alert_crossings",
        ["rule_id", "subject_id"],
        unique=True,
        postgresql_where=sa.text("ended_at IS NULL"),
    )


def downgrade() -> None:
    op.drop_table("alert_crossings")
    op.drop_table("alert_rules")
    op.drop_table("start_layouts")
    op.drop_table("activity")
