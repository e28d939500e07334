"""Versions of price lists."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from app.core.policies import secure

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

_CHECKS = {
    "head_is_first": "(series_id IS NULL) = (version = 1) AND version >= 1",
    "state_known": "state IN ('draft', 'approved', 'withdrawn')",
    "head_is_approved": "series_id IS NOT NULL OR state = 'approved'",
    "submitted_by_somebody": "(submitted_at IS NULL) = (submitted_by IS NULL)",
}


def _columns() -> tuple[sa.Column[Any], ...]:
    return (
        sa.Column("series_id", sa.BigInteger(), nullable=True),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("state", sa.String(length=9), server_default="approved", nullable=False),
        sa.Column("label", sa.String(length=80), server_default="", nullable=False),
        sa.Column("note", sa.String(length=500), server_default="", nullable=False),
        sa.Column("refusal", sa.String(length=500), server_default="", nullable=False),
        sa.Column("submitted_by", sa.BigInteger(), nullable=True),
        sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("approved_by", sa.BigInteger(), nullable=True),
        sa.Column("approved_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("announced_for", sa.Date(), nullable=True),
        sa.Column("end_told_for", sa.Date(), nullable=True),
    )


# A version that has ended gives way to the one that it covered. The function goes with the migration that first made it.
_VERSION_OF = """
CREATE OR REPLACE FUNCTION version_of(head bigint, day date) RETURNS bigint
LANGUAGE plpgsql STABLE SET search_path = public AS $$
BEGIN
    RETURN (
        SELECT v.id FROM (
            SELECT p.id, p.valid_from, p.valid_to, p.version FROM price_lists p WHERE p.id = head
            UNION ALL
            SELECT p.id, p.valid_from, p.valid_to, p.version FROM price_lists p
            WHERE p.series_id = head AND p.state = 'approved'
        ) v
        WHERE (v.valid_from IS NULL OR v.valid_from <= day) AND (v.valid_to IS NULL OR day < v.valid_to)
        ORDER BY v.valid_from DESC NULLS LAST, v.version DESC LIMIT 1
    );
END $$
"""


def upgrade() -> None:
    for column in _columns():
        op.add_column("price_lists", column)
    op.create_foreign_key(
        op.f("fk_price_lists_series_id_price_lists"), "price_lists", "price_lists", ["series_id"], ["id"]
    )
    op.create_unique_constraint(op.f("uq_price_lists_series_id_version"), "price_lists", ["series_id", "version"])
    op.create_index(
        "ix_price_lists_series_id_state_valid_from", "price_lists", ["series_id", "state", "valid_from"], unique=False
    )
    for name, rule in _CHECKS.items():
        op.create_check_constraint(op.f(f"ck_price_lists_{name}"), "price_lists", rule)
    op.execute(_VERSION_OF)
    op.create_table(
        "price_files",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("company_id", sa.BigInteger(), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=True),
        sa.Column("client_ref", sa.String(length=80), nullable=False),
        sa.Column("form", sa.String(length=4), nullable=False),
        sa.Column("category", sa.String(length=40), server_default="", nullable=False),
        sa.Column("on_day", sa.Date(), nullable=False),
        sa.Column("locale", sa.String(length=5), nullable=False),
        sa.Column("state", sa.String(length=8), server_default="waiting", nullable=False),
        sa.Column("total", sa.Integer(), server_default="0", nullable=False),
        sa.Column("done", sa.Integer(), server_default="0", nullable=False),
        sa.Column("lines", sa.Integer(), server_default="0", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("file_id", sa.BigInteger(), nullable=True),
        sa.Column("last_error", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.CheckConstraint("form IN ('csv', 'xlsx', 'pdf')", name=op.f("ck_price_files_form_known")),
        sa.CheckConstraint(
            "state IN ('waiting', 'running', 'done', 'failed')", name=op.f("ck_price_files_state_known")
        ),
        sa.ForeignKeyConstraint(["company_id"], ["companies.id"], name=op.f("fk_price_files_company_id_companies")),
        sa.ForeignKeyConstraint(["file_id"], ["files.id"], name=op.f("fk_price_files_file_id_files")),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_price_files_user_id_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_price_files")),
        sa.UniqueConstraint("company_id", "client_ref", name=op.f("uq_price_files_company_id_client_ref")),
    )
    op.create_index("ix_price_files_company_id_id", "price_files", ["company_id", "id"], unique=False)
    op.create_index(
        "ix_price_files_due",
        "price_files",
        ["due_at"],
        unique=False,
        postgresql_where=sa.text("state IN ('waiting', 'running')"),
    )
    op.create_table(
        "price_effects",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("price_list_id", sa.BigInteger(), nullable=False),
        sa.Column("base_id", sa.BigInteger(), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=True),
        sa.Column("on_day", sa.Date(), nullable=False),
        sa.Column("state", sa.String(length=8), server_default="waiting", nullable=False),
        sa.Column("total", sa.Integer(), server_default="0", nullable=False),
        sa.Column("done", sa.Integer(), server_default="0", nullable=False),
        sa.Column("result", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "state IN ('waiting', 'running', 'done', 'failed')", name=op.f("ck_price_effects_state_known")
        ),
        sa.ForeignKeyConstraint(
            ["base_id"], ["price_lists.id"], name=op.f("fk_price_effects_base_id_price_lists"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["price_list_id"],
            ["price_lists.id"],
            name=op.f("fk_price_effects_price_list_id_price_lists"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_price_effects_user_id_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_price_effects")),
    )
    op.create_index(op.f("ix_price_effects_base_id"), "price_effects", ["base_id"], unique=False)
    op.create_index("ix_price_effects_price_list_id_id", "price_effects", ["price_list_id", "id"], unique=False)
    op.create_index(
        "ix_price_effects_due",
        "price_effects",
        ["due_at"],
        unique=False,
        postgresql_where=sa.text("state IN ('waiting', 'running')"),
    )
    for statement in (*secure("price_files", tenant="SELECT, INSERT, UPDATE"), *secure("price_effects")):
        op.execute(statement)


def downgrade() -> None:
    op.drop_table("price_effects")
    op.drop_table("price_files")
    op.execute("DELETE FROM price_lists WHERE series_id IS NOT NULL")
    for name in _CHECKS:
        op.drop_constraint(op.f(f"ck_price_lists_{name}"), "price_lists", type_="check")
    op.drop_index("ix_price_lists_series_id_state_valid_from", table_name="price_lists")
    op.drop_constraint(op.f("uq_price_lists_series_id_version"), "price_lists", type_="unique")
    op.drop_constraint(op.f("fk_price_lists_series_id_price_lists"), "price_lists", type_="foreignkey")
    for column in reversed(_columns()):
        op.drop_column("price_lists", column.name)
