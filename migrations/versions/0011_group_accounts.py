"""Groups and segments of accounts."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from app.core.policies import secure

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "account_groups",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("about", sa.Text(), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_account_groups")),
        sa.UniqueConstraint("code", name=op.f("uq_account_groups_code")),
    )
    op.create_table(
        "segments",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("about", sa.Text(), server_default="", nullable=False),
        sa.Column("position", sa.Integer(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_segments")),
        sa.UniqueConstraint("code", name=op.f("uq_segments_code")),
    )
    op.create_table(
        "company_segments",
        sa.Column("company_id", sa.BigInteger(), nullable=False),
        sa.Column("segment_id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["company_id"], ["companies.id"], name=op.f("fk_company_segments_company_id_companies")
        ),
        sa.ForeignKeyConstraint(
            ["segment_id"], ["segments.id"], name=op.f("fk_company_segments_segment_id_segments"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("company_id", "segment_id", name=op.f("pk_company_segments")),
    )
    op.create_index(op.f("ix_company_segments_segment_id"), "company_segments", ["segment_id"], unique=False)
    op.add_column("companies", sa.Column("group_id", sa.BigInteger(), nullable=True))
    op.add_column("companies", sa.Column("stock_display", sa.String(length=6), server_default="number", nullable=False))
    op.create_check_constraint(
        op.f("ck_companies_stock_display_known"), "companies", "stock_display IN ('number', 'band', 'light')"
    )
    op.create_foreign_key(
        op.f("fk_companies_group_id_account_groups"), "companies", "account_groups", ["group_id"], ["id"]
    )
    op.create_index(
        "ix_companies_group_id",
        "companies",
        ["group_id"],
        unique=False,
        postgresql_where=sa.text("group_id IS NOT NULL"),
    )
    op.execute(
        """
        CREATE FUNCTION visible_groups() RETURNS SETOF bigint
        LANGUAGE sql STABLE SECURITY DEFINER ROWS 1 SET search_path = public AS $$
            SELECT group_id FROM companies
            WHERE id = current_setting('kontor.company_id')::bigint AND group_id IS NOT NULL
        $$
        """
    )
    op.execute(
        """
        CREATE FUNCTION visible_segments() RETURNS SETOF bigint
        LANGUAGE sql STABLE SECURITY DEFINER ROWS 5 SET search_path = public AS $$
            SELECT segment_id FROM company_segments
            WHERE company_id = current_setting('kontor.company_id')::bigint
        $$
        """
    )
    for statement in (
        *secure("account_groups", tenant="SELECT", condition="id IN (SELECT visible_groups())"),
        *secure("segments", tenant="SELECT", condition="id IN (SELECT visible_segments())"),
        *secure("company_segments", tenant="SELECT"),
    ):
        op.execute(statement)


def downgrade() -> None:
    op.drop_index("ix_companies_group_id", table_name="companies", postgresql_where=sa.text("group_id IS NOT NULL"))
    op.drop_constraint(op.f("fk_companies_group_id_account_groups"), "companies")
    op.drop_constraint(op.f("ck_companies_stock_display_known"), "companies")
    op.drop_column("companies", "stock_display")
    op.drop_column("companies", "group_id")
    op.drop_index(op.f("ix_company_segments_segment_id"), table_name="company_segments")
    op.drop_table("company_segments")
    op.drop_table("segments")
    op.drop_table("account_groups")
    op.execute("DROP FUNCTION visible_segments()")
    op.execute("DROP FUNCTION visible_groups()")
