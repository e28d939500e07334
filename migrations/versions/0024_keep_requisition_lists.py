"""Lists kept for ordering again."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from app.core.policies import secure

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None

_LISTS = "requisition_lists"


def _id() -> sa.Column[int]:
    return sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False)


def _moment(name: str, *, is_optional: bool = False) -> sa.Column[object]:
    now = None if is_optional else sa.text("now()")
    return sa.Column(name, sa.DateTime(timezone=True), server_default=now, nullable=is_optional)


def _number(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.Integer(), server_default="0", nullable=False)


def _words(name: str, length: int) -> sa.Column[str]:
    return sa.Column(name, sa.String(length=length), server_default="", nullable=False)


def _rows(name: str) -> sa.Column[object]:
    return sa.Column(
        name, postgresql.JSONB(astext_type=sa.Text()), server_default=sa.text("'[]'::jsonb"), nullable=False
    )


def _of_list(table: str) -> tuple[sa.schema.SchemaItem, ...]:
    """What every table under a list has."""
    return (
        _id(),
        sa.Column("company_id", sa.BigInteger(), nullable=False),
        sa.Column("list_id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["list_id", "company_id"],
            [f"{_LISTS}.id", f"{_LISTS}.company_id"],
            name=op.f(f"fk_{table}_list_id_company_id_{_LISTS}"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
    )


def upgrade() -> None:
    op.create_table(
        _LISTS,
        _id(),
        sa.Column("company_id", sa.BigInteger(), nullable=False),
        sa.Column("owner_id", sa.BigInteger(), nullable=True),
        sa.Column("client_ref", sa.String(length=80), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        _words("note", 300),
        sa.Column("state", sa.String(length=8), server_default="draft", nullable=False),
        _words("reason", 500),
        _words("decided_by", 200),
        _number("version"),
        _number("line_count"),
        _moment("created_at"),
        _words("created_by", 200),
        _moment("changed_at"),
        _words("changed_by", 200),
        _moment("proposed_at", is_optional=True),
        _moment("deleted_at", is_optional=True),
        sa.CheckConstraint(
            "state IN ('draft', 'ready', 'approved', 'rejected')", name=op.f(f"ck_{_LISTS}_state_known")
        ),
        sa.ForeignKeyConstraint(["company_id"], ["companies.id"], name=op.f(f"fk_{_LISTS}_company_id_companies")),
        sa.ForeignKeyConstraint(["owner_id"], ["users.id"], name=op.f(f"fk_{_LISTS}_owner_id_users")),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{_LISTS}")),
        sa.UniqueConstraint("id", "company_id", name=op.f(f"uq_{_LISTS}_id_company_id")),
        sa.UniqueConstraint("company_id", "client_ref", name=op.f(f"uq_{_LISTS}_company_id_client_ref")),
    )
    op.create_index("ix_requisition_lists_company_id_changed_at", _LISTS, ["company_id", "changed_at", "id"])
    op.create_index("ix_requisition_lists_owner_id", _LISTS, ["owner_id"])
    op.create_table(
        "requisition_lines",
        *_of_list("requisition_lines"),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("article_id", sa.BigInteger(), nullable=False),
        sa.Column("quantity", sa.Numeric(precision=18, scale=6), nullable=False),
        sa.Column("unit", sa.String(length=3), nullable=False),
        _words("note", 300),
        _number("version"),
        _moment("changed_at"),
        _words("changed_by", 200),
        sa.CheckConstraint("quantity > 0", name=op.f("ck_requisition_lines_quantity_positive")),
        sa.ForeignKeyConstraint(["article_id"], ["articles.id"], name=op.f("fk_requisition_lines_article_id_articles")),
        sa.UniqueConstraint("list_id", "article_id", "unit", name=op.f("uq_requisition_lines_list_id_article_id_unit")),
    )
    op.create_index("ix_requisition_lines_list_id_position", "requisition_lines", ["list_id", "position", "id"])
    op.create_index("ix_requisition_lines_article_id", "requisition_lines", ["article_id"])
    op.create_table(
        "requisition_shares",
        *_of_list("requisition_shares"),
        sa.Column("user_id", sa.BigInteger(), nullable=True),
        sa.Column("access", sa.String(length=4), nullable=False),
        sa.CheckConstraint("access IN ('see', 'edit')", name=op.f("ck_requisition_shares_access_known")),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_requisition_shares_user_id_users")),
    )
    op.create_index(
        "uq_requisition_shares_person",
        "requisition_shares",
        ["list_id", "user_id"],
        unique=True,
        postgresql_where=sa.text("user_id IS NOT NULL"),
    )
    op.create_index(
        "uq_requisition_shares_all",
        "requisition_shares",
        ["list_id"],
        unique=True,
        postgresql_where=sa.text("user_id IS NULL"),
    )
    op.create_index("ix_requisition_shares_user_id", "requisition_shares", ["user_id"])
    op.create_index("ix_requisition_shares_list_id", "requisition_shares", ["list_id"])
    op.create_table(
        "requisition_releases",
        *_of_list("requisition_releases"),
        sa.Column("number", sa.Integer(), nullable=False),
        _moment("at"),
        sa.Column("by", sa.String(length=200), nullable=False),
        sa.Column("line_count", sa.Integer(), nullable=False),
        _rows("lines"),
        sa.UniqueConstraint("list_id", "number", name=op.f("uq_requisition_releases_list_id_number")),
    )
    op.create_table(
        "requisition_changes",
        *_of_list("requisition_changes"),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("client_ref", sa.String(length=80), nullable=True),
        _words("request_hash", 64),
        _moment("at"),
        sa.Column("line_count", sa.Integer(), nullable=False),
        _rows("lines"),
        _moment("undone_at", is_optional=True),
        sa.CheckConstraint("kind IN ('added', 'removed')", name=op.f("ck_requisition_changes_kind_known")),
        sa.UniqueConstraint("company_id", "client_ref", name=op.f("uq_requisition_changes_company_id_client_ref")),
    )
    op.create_index("ix_requisition_changes_list_id", "requisition_changes", ["list_id"])
    op.create_table(
        "requisition_settings",
        sa.Column("company_id", sa.BigInteger(), nullable=False),
        sa.Column("needs_approval", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.ForeignKeyConstraint(
            ["company_id"], ["companies.id"], name=op.f("fk_requisition_settings_company_id_companies")
        ),
        sa.PrimaryKeyConstraint("company_id", name=op.f("pk_requisition_settings")),
    )
    for statement in (
        *secure(_LISTS, tenant="SELECT, INSERT, UPDATE"),
        *secure("requisition_lines", tenant="SELECT, INSERT, UPDATE, DELETE"),
        *secure("requisition_shares", tenant="SELECT, INSERT, UPDATE, DELETE"),
        *secure("requisition_releases", tenant="SELECT, INSERT"),
        *secure("requisition_changes", tenant="SELECT, INSERT, UPDATE"),
        *secure("requisition_settings", tenant="SELECT, INSERT, UPDATE"),
    ):
        op.execute(statement)


def downgrade() -> None:
    op.drop_table("requisition_settings")
    op.drop_table("requisition_changes")
    op.drop_table("requisition_releases")
    op.drop_table("requisition_shares")
    op.drop_table("requisition_lines")
    op.drop_table(_LISTS)
