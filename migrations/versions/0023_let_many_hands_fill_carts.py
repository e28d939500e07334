"""Several carts of one buyer, shared with colleagues."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from app.core.policies import secure

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

_TABLES = ("active_carts", "cart_members", "cart_visits", "cart_line_changes", "saved_lines")


def _cart(table: str) -> sa.schema.SchemaItem:
    return sa.ForeignKeyConstraint(
        ["cart_id", "company_id"],
        ["carts.id", "carts.company_id"],
        name=op.f(f"fk_{table}_cart_id_company_id_carts"),
        ondelete="CASCADE",
    )


def _user(table: str) -> sa.schema.SchemaItem:
    return sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f(f"fk_{table}_user_id_users"))


def _moment(name: str) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False)


def upgrade() -> None:
    op.add_column("carts", sa.Column("kind", sa.String(length=9), server_default="cart", nullable=False))
    op.create_check_constraint(
        op.f("ck_carts_kind_known"), "carts", "kind IN ('cart', 'standing', 'amendment', 'prepared')"
    )
    op.add_column("carts", _moment("changed_at"))
    op.add_column("carts", sa.Column("changed_by", sa.String(length=250), server_default="", nullable=False))
    op.add_column("carts", sa.Column("changed_by_id", sa.BigInteger(), nullable=True))
    op.create_foreign_key(op.f("fk_carts_changed_by_id_users"), "carts", "users", ["changed_by_id"], ["id"])
    op.create_index(op.f("ix_carts_changed_by_id"), "carts", ["changed_by_id"])
    op.create_index(op.f("ix_carts_user_id"), "carts", ["user_id"])
    op.execute("UPDATE carts SET changed_at = last_activity_at, changed_by_id = user_id")
    op.execute("UPDATE carts SET changed_by = users.name FROM users WHERE users.id = carts.user_id")
    _add_columns_of_lines()
    op.create_table(
        "active_carts",
        sa.Column("company_id", sa.BigInteger(), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("cart_id", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["company_id"], ["companies.id"], name=op.f("fk_active_carts_company_id_companies")),
        _user("active_carts"),
        _cart("active_carts"),
        sa.PrimaryKeyConstraint("company_id", "user_id", name=op.f("pk_active_carts")),
    )
    op.create_index(op.f("ix_active_carts_user_id"), "active_carts", ["user_id"])
    op.create_index(op.f("ix_active_carts_cart_id"), "active_carts", ["cart_id"])
    op.execute("INSERT INTO active_carts SELECT company_id, user_id, id FROM carts WHERE state = 'open' AND is_active")
    op.drop_index("uq_carts_one_active", table_name="carts")
    op.drop_column("carts", "is_active")
    _create_tables()
    for table in _TABLES:
        for statement in secure(table, tenant="SELECT, INSERT, UPDATE, DELETE"):
            op.execute(statement)


def _add_columns_of_lines() -> None:
    for column in (
        sa.Column("version", sa.Integer(), server_default="0", nullable=False),
        sa.Column("first_version", sa.Integer(), server_default="0", nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("changed_by", sa.String(length=250), server_default="", nullable=False),
        sa.Column("changed_by_id", sa.BigInteger(), nullable=True),
        sa.Column("net_seen", sa.Numeric(precision=18, scale=6), nullable=True),
        sa.Column("vat_category", sa.String(length=2), nullable=True),
        sa.Column("vat_rate", sa.Numeric(precision=6, scale=3), nullable=True),
        sa.Column("is_agreed", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("has_problem", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("has_moved", sa.Boolean(), server_default=sa.text("false"), nullable=False),
    ):
        op.add_column("cart_lines", column)
    op.add_column("cart_changes", sa.Column("who", sa.String(length=250), server_default="", nullable=False))
    op.add_column("cart_changes", sa.Column("version", sa.Integer(), server_default="0", nullable=False))


def _create_tables() -> None:
    op.create_table(
        "cart_members",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("company_id", sa.BigInteger(), nullable=False),
        sa.Column("cart_id", sa.BigInteger(), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=True),
        sa.Column("access", sa.String(length=5), nullable=False),
        _moment("since"),
        sa.CheckConstraint("access IN ('see', 'edit', 'order')", name=op.f("ck_cart_members_access_known")),
        _user("cart_members"),
        _cart("cart_members"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cart_members")),
        sa.UniqueConstraint(
            "cart_id", "user_id", name=op.f("uq_cart_members_cart_id_user_id"), postgresql_nulls_not_distinct=True
        ),
    )
    op.create_index(op.f("ix_cart_members_user_id"), "cart_members", ["user_id"])
    op.create_index(
        "ix_cart_members_everybody", "cart_members", ["company_id"], postgresql_where=sa.text("user_id IS NULL")
    )
    op.create_table(
        "cart_visits",
        sa.Column("company_id", sa.BigInteger(), nullable=False),
        sa.Column("cart_id", sa.BigInteger(), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        _moment("at"),
        _user("cart_visits"),
        _cart("cart_visits"),
        sa.PrimaryKeyConstraint("cart_id", "user_id", name=op.f("pk_cart_visits")),
    )
    op.create_index(op.f("ix_cart_visits_user_id"), "cart_visits", ["user_id"])
    op.create_table(
        "cart_line_changes",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("company_id", sa.BigInteger(), nullable=False),
        sa.Column("cart_id", sa.BigInteger(), nullable=False),
        sa.Column("line_id", sa.BigInteger(), nullable=False),
        _moment("at"),
        sa.Column("who", sa.String(length=250), server_default="", nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("before", sa.String(length=300), server_default="", nullable=False),
        sa.Column("after", sa.String(length=300), server_default="", nullable=False),
        sa.CheckConstraint("kind IN ('quantity', 'note')", name=op.f("ck_cart_line_changes_kind_known")),
        _cart("cart_line_changes"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cart_line_changes")),
    )
    op.create_index("ix_cart_line_changes_line", "cart_line_changes", ["cart_id", "line_id"])
    op.create_table(
        "saved_lines",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("company_id", sa.BigInteger(), nullable=False),
        sa.Column("cart_id", sa.BigInteger(), nullable=False),
        sa.Column("article_id", sa.BigInteger(), nullable=False),
        sa.Column("quantity", sa.Numeric(precision=18, scale=6), nullable=False),
        sa.Column("unit", sa.String(length=3), nullable=False),
        sa.Column("note", sa.String(length=300), server_default="", nullable=False),
        _moment("saved_at"),
        sa.Column("who", sa.String(length=250), server_default="", nullable=False),
        sa.CheckConstraint("quantity > 0", name=op.f("ck_saved_lines_quantity_positive")),
        sa.ForeignKeyConstraint(["article_id"], ["articles.id"], name=op.f("fk_saved_lines_article_id_articles")),
        _cart("saved_lines"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_saved_lines")),
        sa.UniqueConstraint("cart_id", "article_id", "unit", name=op.f("uq_saved_lines_cart_id_article_id_unit")),
    )
    op.create_index(op.f("ix_saved_lines_article_id"), "saved_lines", ["article_id"])


def downgrade() -> None:
    op.add_column("carts", sa.Column("is_active", sa.Boolean(), server_default=sa.text("false"), nullable=False))
    op.execute("UPDATE carts SET is_active = true FROM active_carts a WHERE a.cart_id = carts.id AND carts.state = 'open' "
               "AND a.user_id = carts.user_id")  # fmt: skip
    op.alter_column("carts", "is_active", server_default=sa.text("true"))
    op.create_index(
        "uq_carts_one_active",
        "carts",
        ["company_id", "user_id"],
        unique=True,
        postgresql_where=sa.text("state = 'open' AND is_active"),
    )
    for table in reversed(_TABLES):
        op.drop_table(table)
    op.drop_column("cart_changes", "version")
    op.drop_column("cart_changes", "who")
    for name in ("has_moved", "has_problem", "is_agreed", "vat_rate", "vat_category", "net_seen", "changed_by_id",
                 "changed_by", "changed_at", "first_version", "version"):  # fmt: skip
        op.drop_column("cart_lines", name)
    op.drop_index(op.f("ix_carts_user_id"), table_name="carts")
    op.drop_index(op.f("ix_carts_changed_by_id"), table_name="carts")
    for name in ("changed_by_id", "changed_by", "changed_at", "kind"):
        op.drop_column("carts", name)
