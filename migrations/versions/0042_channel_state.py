"""What channels remember between their runs."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from app.core.policies import secure

revision = "0042"
down_revision = "0041"
branch_labels = None
depends_on = None

TABLES = (
    "exchange_channel_states", "exchange_seen_files", "exchange_call_answers", "exchange_late_answers",
    "exchange_awaited_receipts",
)  # fmt: skip


def upgrade() -> None:
    _fetching()
    _answers()
    _receipts()
    for table in TABLES:
        for statement in secure(table):
            op.execute(statement)


def _fetching() -> None:
    op.create_table(
        "exchange_channel_states",
        sa.Column("channel_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("holder", sa.String(length=36), server_default="", nullable=False),
        sa.Column("held_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("fetched_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("called_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("failed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("error", postgresql.JSONB(), nullable=True),
        sa.ForeignKeyConstraint(
            ["channel_id"],
            ["exchange_channels.id"],
            name=op.f("fk_exchange_channel_states_channel_id_exchange_channels"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("channel_id", name=op.f("pk_exchange_channel_states")),
    )
    op.create_table(
        "exchange_seen_files",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("channel_id", sa.BigInteger(), nullable=False),
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column("file_id", sa.BigInteger(), nullable=True),
        sa.Column("seen_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["channel_id"],
            ["exchange_channels.id"],
            name=op.f("fk_exchange_seen_files_channel_id_exchange_channels"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["file_id"],
            ["exchange_files.id"],
            name=op.f("fk_exchange_seen_files_file_id_exchange_files"),
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_exchange_seen_files")),
        sa.UniqueConstraint("channel_id", "key", name=op.f("uq_exchange_seen_files_channel_id_key")),
    )
    op.create_index("ix_exchange_seen_files_file_id", "exchange_seen_files", ["file_id"], unique=False)


def _answers() -> None:
    op.create_table(
        "exchange_call_answers",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("channel_id", sa.BigInteger(), nullable=False),
        sa.Column("reference", sa.String(length=255), nullable=False),
        sa.Column("status", sa.Integer(), nullable=False),
        sa.Column("media_type", sa.String(length=255), server_default="", nullable=False),
        sa.Column("headers", postgresql.JSONB(), server_default=sa.text("'{}'::jsonb"), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("repeats", sa.Integer(), server_default="0", nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["channel_id"],
            ["exchange_channels.id"],
            name=op.f("fk_exchange_call_answers_channel_id_exchange_channels"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_exchange_call_answers")),
        sa.UniqueConstraint("channel_id", "reference", name=op.f("uq_exchange_call_answers_channel_id_reference")),
    )
    op.create_table(
        "exchange_late_answers",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("answer_id", sa.BigInteger(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("media_type", sa.String(length=255), server_default="", nullable=False),
        sa.Column("headers", postgresql.JSONB(), server_default=sa.text("'{}'::jsonb"), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("state", sa.String(length=6), server_default="due", nullable=False),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("error", postgresql.JSONB(), nullable=True),
        sa.CheckConstraint("state IN ('due', 'sent', 'failed')", name=op.f("ck_exchange_late_answers_state_known")),
        sa.ForeignKeyConstraint(
            ["answer_id"],
            ["exchange_call_answers.id"],
            name=op.f("fk_exchange_late_answers_answer_id_exchange_call_answers"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_exchange_late_answers")),
    )
    op.create_index("ix_exchange_late_answers_answer_id", "exchange_late_answers", ["answer_id"], unique=False)
    op.create_index(
        "ix_exchange_late_answers_due",
        "exchange_late_answers",
        ["due_at"],
        unique=False,
        postgresql_where=sa.text("state = 'due'"),
    )


def _receipts() -> None:
    op.create_table(
        "exchange_awaited_receipts",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("channel_id", sa.BigInteger(), nullable=False),
        sa.Column("reference", sa.String(length=255), nullable=False),
        sa.Column("check_value", sa.String(length=255), server_default="", nullable=False),
        sa.Column("state", sa.String(length=9), server_default="awaited", nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("fault", sa.Text(), server_default="", nullable=False),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "state IN ('awaited', 'confirmed', 'refused', 'overdue')",
            name=op.f("ck_exchange_awaited_receipts_state_known"),
        ),
        sa.ForeignKeyConstraint(
            ["channel_id"],
            ["exchange_channels.id"],
            name=op.f("fk_exchange_awaited_receipts_channel_id_exchange_channels"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_exchange_awaited_receipts")),
        sa.UniqueConstraint("channel_id", "reference", name=op.f("uq_exchange_awaited_receipts_channel_id_reference")),
    )
    op.create_index(
        "ix_exchange_awaited_receipts_due",
        "exchange_awaited_receipts",
        ["due_at"],
        unique=False,
        postgresql_where=sa.text("state = 'awaited'"),
    )
    op.create_index(
        "ix_exchange_awaited_receipts_untold",
        "exchange_awaited_receipts",
        ["id"],
        unique=False,
        postgresql_where=sa.text("state <> 'awaited' AND told_at IS NULL"),
    )


def downgrade() -> None:
    for table in reversed(TABLES):
        op.drop_table(table)
