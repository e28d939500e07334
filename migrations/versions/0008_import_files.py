"""Imports."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from app.core.policies import secure

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "column_mappings",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("company_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("columns", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(["company_id"], ["companies.id"], name=op.f("fk_column_mappings_company_id_companies")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_column_mappings")),
        sa.UniqueConstraint("company_id", "kind", "name", name=op.f("uq_column_mappings_company_id_kind_name")),
    )
    op.create_table(
        "history_returns",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("company_id", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.String(length=40), nullable=False),
        sa.Column("returned_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("net_total", sa.Numeric(precision=18, scale=6), server_default="0", nullable=False),
        sa.Column("line_count", sa.Integer(), server_default="0", nullable=False),
        sa.ForeignKeyConstraint(["company_id"], ["companies.id"], name=op.f("fk_history_returns_company_id_companies")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_history_returns")),
        sa.UniqueConstraint("company_id", "number", name=op.f("uq_history_returns_company_id_number")),
        sa.UniqueConstraint("id", "company_id", name=op.f("uq_history_returns_id_company_id")),
    )
    op.create_index(
        "ix_history_returns_company_id_returned_at", "history_returns", ["company_id", "returned_at"], unique=False
    )
    op.create_table(
        "import_runs",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("company_id", sa.BigInteger(), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=True),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("client_ref", sa.String(length=80), nullable=True),
        sa.Column("file_id", sa.BigInteger(), nullable=False),
        sa.Column("file_name", sa.String(length=255), nullable=False),
        sa.Column("checksum", sa.String(length=64), server_default="", nullable=False),
        sa.Column(
            "reading", postgresql.JSONB(astext_type=sa.Text()), server_default=sa.text("'{}'::jsonb"), nullable=False
        ),
        sa.Column(
            "mapping", postgresql.JSONB(astext_type=sa.Text()), server_default=sa.text("'{}'::jsonb"), nullable=False
        ),
        sa.Column(
            "options", postgresql.JSONB(astext_type=sa.Text()), server_default=sa.text("'{}'::jsonb"), nullable=False
        ),
        sa.Column("decimal_sign", sa.String(length=1), server_default="", nullable=False),
        sa.Column("is_all_or_nothing", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("state", sa.String(length=9), server_default="uploaded", nullable=False),
        sa.Column(
            "preview", postgresql.JSONB(astext_type=sa.Text()), server_default=sa.text("'[]'::jsonb"), nullable=False
        ),
        sa.Column("total_rows", sa.Integer(), nullable=True),
        sa.Column("read_rows", sa.Integer(), server_default="0", nullable=False),
        sa.Column("next_row", sa.Integer(), server_default="0", nullable=False),
        sa.Column("created_count", sa.Integer(), server_default="0", nullable=False),
        sa.Column("changed_count", sa.Integer(), server_default="0", nullable=False),
        sa.Column("same_count", sa.Integer(), server_default="0", nullable=False),
        sa.Column("refused_count", sa.Integer(), server_default="0", nullable=False),
        sa.Column(
            "figures", postgresql.JSONB(astext_type=sa.Text()), server_default=sa.text("'{}'::jsonb"), nullable=False
        ),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_error", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.CheckConstraint(
            "state IN ('uploaded', 'checking', 'checked', 'waiting', 'running', 'done', 'failed', 'cancelled')",
            name=op.f("ck_import_runs_state_known"),
        ),
        sa.ForeignKeyConstraint(["company_id"], ["companies.id"], name=op.f("fk_import_runs_company_id_companies")),
        sa.ForeignKeyConstraint(["file_id"], ["files.id"], name=op.f("fk_import_runs_file_id_files")),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_import_runs_user_id_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_import_runs")),
        sa.UniqueConstraint("company_id", "client_ref", name=op.f("uq_import_runs_company_id_client_ref")),
    )
    op.create_index("ix_import_runs_company_id_id", "import_runs", ["company_id", "id"], unique=False)
    op.create_index(
        "ix_import_runs_due",
        "import_runs",
        ["due_at"],
        unique=False,
        postgresql_where=sa.text("state IN ('checking', 'waiting', 'running')"),
    )
    op.create_table(
        "history_return_lines",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("company_id", sa.BigInteger(), nullable=False),
        sa.Column("return_id", sa.BigInteger(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("article_id", sa.BigInteger(), nullable=False),
        sa.Column("sku", sa.String(length=60), nullable=False),
        sa.Column("quantity", sa.Numeric(precision=18, scale=6), nullable=False),
        sa.Column("unit_price", sa.Numeric(precision=18, scale=6), nullable=False),
        sa.Column("net", sa.Numeric(precision=18, scale=6), nullable=False),
        sa.CheckConstraint("quantity > 0", name=op.f("ck_history_return_lines_quantity_positive")),
        sa.ForeignKeyConstraint(
            ["article_id"], ["articles.id"], name=op.f("fk_history_return_lines_article_id_articles")
        ),
        sa.ForeignKeyConstraint(
            ["return_id", "company_id"],
            ["history_returns.id", "history_returns.company_id"],
            name=op.f("fk_history_return_lines_return_id_company_id_history_returns"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_history_return_lines")),
        sa.UniqueConstraint("return_id", "position", name=op.f("uq_history_return_lines_return_id_position")),
    )
    op.create_index(
        "ix_history_return_lines_company_id_article_id",
        "history_return_lines",
        ["company_id", "article_id"],
        unique=False,
    )
    op.create_table(
        "import_problems",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("company_id", sa.BigInteger(), nullable=False),
        sa.Column("run_id", sa.BigInteger(), nullable=False),
        sa.Column("row", sa.Integer(), nullable=False),
        sa.Column("column", sa.String(length=120), server_default="", nullable=False),
        sa.Column("code", sa.String(length=60), nullable=False),
        sa.Column("message", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("cells", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.ForeignKeyConstraint(
            ["run_id"], ["import_runs.id"], name=op.f("fk_import_problems_run_id_import_runs"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_import_problems")),
        sa.UniqueConstraint("run_id", "row", "column", name=op.f("uq_import_problems_run_id_row_column")),
    )
    for statement in (
        *secure("column_mappings", tenant="SELECT, INSERT, UPDATE, DELETE"),
        *secure("import_runs", tenant="SELECT, INSERT, UPDATE"),
        *secure("import_problems", tenant="SELECT, INSERT, DELETE"),
        *secure("history_returns", tenant="SELECT"),
        *secure("history_return_lines", tenant="SELECT"),
    ):
        op.execute(statement)


def downgrade() -> None:
    op.drop_table("import_problems")
    op.drop_index("ix_history_return_lines_company_id_article_id", table_name="history_return_lines")
    op.drop_table("history_return_lines")
    op.drop_index(
        "ix_import_runs_due",
        table_name="import_runs",
        postgresql_where=sa.text("state IN ('checking', 'waiting', 'running')"),
    )
    op.drop_index("ix_import_runs_company_id_id", table_name="import_runs")
    op.drop_table("import_runs")
    op.drop_index("ix_history_returns_company_id_returned_at", table_name="history_returns")
    op.drop_table("history_returns")
    op.drop_table("column_mappings")
