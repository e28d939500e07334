"""Columns of order files, and uploads in the background."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from app.core.policies import secure

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None


def _owner(table: str) -> tuple[sa.schema.SchemaItem, ...]:
    return (
        sa.ForeignKeyConstraint(["company_id"], ["companies.id"], name=op.f(f"fk_{table}_company_id_companies")),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f(f"fk_{table}_user_id_users")),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
    )


def upgrade() -> None:
    op.create_table(
        "order_file_columns",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("company_id", sa.BigInteger(), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=True),
        sa.Column("signature", sa.String(length=64), nullable=False),
        sa.Column("head", postgresql.JSONB(), nullable=False),
        sa.Column("columns", postgresql.JSONB(), nullable=False),
        sa.Column("file_name", sa.String(length=255), server_default="", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        *_owner("order_file_columns"),
        sa.UniqueConstraint("company_id", "signature", name=op.f("uq_order_file_columns_company_id_signature")),
    )
    op.create_index("ix_order_file_columns_user_id", "order_file_columns", ["user_id"])
    op.create_table(
        "order_uploads",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("company_id", sa.BigInteger(), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=True),
        sa.Column("client_ref", sa.String(length=80), nullable=False),
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column("file_id", sa.BigInteger(), nullable=False),
        sa.Column("choice", postgresql.JSONB(), nullable=True),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("total", sa.Integer(), server_default="0", nullable=False),
        sa.Column("done", sa.Integer(), server_default="0", nullable=False),
        sa.Column("questions", sa.Integer(), server_default="0", nullable=False),
        sa.Column("rows", sa.Text(), nullable=True),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_error", postgresql.JSONB(), nullable=True),
        sa.CheckConstraint(
            "state IN ('asking', 'waiting', 'running', 'done', 'failed')", name=op.f("ck_order_uploads_state_known")
        ),
        sa.ForeignKeyConstraint(["file_id"], ["files.id"], name=op.f("fk_order_uploads_file_id_files")),
        *_owner("order_uploads"),
        sa.UniqueConstraint("company_id", "client_ref", name=op.f("uq_order_uploads_company_id_client_ref")),
    )
    op.create_index("ix_order_uploads_company_id_user_id", "order_uploads", ["company_id", "user_id", "id"])
    op.create_index(
        "ix_order_uploads_due",
        "order_uploads",
        ["due_at"],
        postgresql_where=sa.text("state IN ('waiting', 'running')"),
    )
    op.create_index("ix_order_uploads_user_id", "order_uploads", ["user_id"])
    op.create_index("ix_order_uploads_file_id", "order_uploads", ["file_id"])
    for statement in (
        *secure("order_file_columns", tenant="SELECT, INSERT, UPDATE, DELETE"),
        *secure("order_uploads", tenant="SELECT, INSERT, UPDATE"),
    ):
        op.execute(statement)


def downgrade() -> None:
    op.drop_table("order_uploads")
    op.drop_table("order_file_columns")
