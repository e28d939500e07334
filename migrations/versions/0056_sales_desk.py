"""Sales desk."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

from app.core.policies import secure

revision = "0056"
down_revision = "0055"
branch_labels = None
depends_on = None

TABLES = ("handovers", "handover_accounts", "sales_tasks", "account_notes", "saved_views")


def upgrade() -> None:
    _handovers()
    _tasks()
    _notes()
    op.create_table(
        "saved_views",
        _id(),
        _ref("user_id"),
        _text("page", 20),
        _text("name", 60),
        _text("query", 500, ""),
        _flag("is_shared"),
        _moment("created_at", is_now=True),
        _foreign("saved_views", "user_id", "users"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_saved_views")),
        sa.UniqueConstraint("user_id", "page", "name", name=op.f("uq_saved_views_user_id_page_name")),
    )
    op.create_index(
        "ix_orders_turnover", "orders", ["company_id", "placed_at"],
        postgresql_include=["net_total", "currency", "state"],
    )  # fmt: skip
    for table in TABLES:
        for statement in secure(table):  # customers never read them
            op.execute(statement)


def _id() -> sa.Column[Any]:
    return sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False)


def _text(name: str, length: int, default: str | None = None) -> sa.Column[Any]:
    return sa.Column(name, sa.String(length), server_default=default, nullable=False)


def _words(name: str, default: str | None = None) -> sa.Column[Any]:
    return sa.Column(name, sa.Text(), server_default=default, nullable=False)


def _ref(name: str, *, nullable: bool = False) -> sa.Column[Any]:
    return sa.Column(name, sa.BigInteger(), nullable=nullable)


def _flag(name: str) -> sa.Column[Any]:
    return sa.Column(name, sa.Boolean(), server_default=sa.text("false"), nullable=False)


def _day(name: str, *, nullable: bool = False) -> sa.Column[Any]:
    return sa.Column(name, sa.Date(), nullable=nullable)


def _moment(name: str, *, is_now: bool = False) -> sa.Column[Any]:
    default = sa.text("now()") if is_now else None
    return sa.Column(name, sa.DateTime(timezone=True), server_default=default, nullable=not is_now)


def _foreign(table: str, column: str, target: str, **options: Any) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{target}.id"], name=op.f(f"fk_{table}_{column}_{target}"), **options)


def _handovers() -> None:
    op.create_table(
        "handovers",
        _id(),
        _ref("from_id"),
        _ref("to_id"),
        _day("starts_on"),
        _day("ends_on", nullable=True),
        _words("note", ""),
        _flag("is_told"),
        _text("state", 9, "planned"),
        _day("due_on", nullable=True),
        _text("client_ref", 80),
        _ref("created_by_id", nullable=True),
        _moment("created_at", is_now=True),
        _moment("started_at"),
        _moment("ended_at"),
        sa.CheckConstraint("from_id <> to_id", name=op.f("ck_handovers_two_people")),
        sa.CheckConstraint("ends_on IS NULL OR ends_on >= starts_on", name=op.f("ck_handovers_ends_after_start")),
        sa.CheckConstraint(
            "state IN ('planned', 'active', 'done', 'cancelled')", name=op.f("ck_handovers_state_known")
        ),
        *(_foreign("handovers", column, "users") for column in ("from_id", "to_id", "created_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_handovers")),
        sa.UniqueConstraint("client_ref", name=op.f("uq_handovers_client_ref")),
    )
    for column in ("from_id", "to_id", "created_by_id"):
        op.create_index(f"ix_handovers_{column}", "handovers", [column])
    op.create_index("ix_handovers_due", "handovers", ["due_on", "id"], postgresql_where=sa.text("due_on IS NOT NULL"))
    op.create_table(
        "handover_accounts",
        _ref("handover_id"),
        _ref("company_id"),
        _flag("is_moved"),
        _flag("is_returned"),
        _foreign("handover_accounts", "handover_id", "handovers", ondelete="CASCADE"),
        _foreign("handover_accounts", "company_id", "companies"),
        sa.PrimaryKeyConstraint("handover_id", "company_id", name=op.f("pk_handover_accounts")),
    )
    op.create_index("ix_handover_accounts_company_id", "handover_accounts", ["company_id"])


def _tasks() -> None:
    op.create_table(
        "sales_tasks",
        _id(),
        _ref("company_id"),
        _text("kind", 7),
        _words("text"),
        _day("due_on"),
        _moment("starts_at"),
        _ref("assignee_id", nullable=True),
        _text("subject_kind", 5, ""),
        _ref("subject_id", nullable=True),
        _text("client_ref", 80),
        _text("state", 7, "open"),
        _words("outcome", ""),
        _moment("created_at", is_now=True),
        _ref("created_by_id", nullable=True),
        _moment("done_at"),
        _ref("done_by_id", nullable=True),
        _ref("handover_id", nullable=True),
        sa.CheckConstraint("kind IN ('call', 'meeting', 'mail', 'todo')", name=op.f("ck_sales_tasks_kind_known")),
        sa.CheckConstraint("state IN ('open', 'done', 'dropped')", name=op.f("ck_sales_tasks_state_known")),
        sa.CheckConstraint(
            "subject_kind IN ('', 'cart', 'quote', 'order', 'offer')", name=op.f("ck_sales_tasks_subject_known")
        ),
        sa.CheckConstraint("(subject_kind = '') = (subject_id IS NULL)", name=op.f("ck_sales_tasks_subject_whole")),
        _foreign("sales_tasks", "company_id", "companies"),
        *(_foreign("sales_tasks", column, "users") for column in ("assignee_id", "created_by_id", "done_by_id")),
        _foreign("sales_tasks", "handover_id", "handovers"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sales_tasks")),
        sa.UniqueConstraint("client_ref", name=op.f("uq_sales_tasks_client_ref")),
    )
    is_open, has_subject = sa.text("state = 'open'"), sa.text("subject_id IS NOT NULL")
    op.create_index(
        "ix_sales_tasks_assignee_open", "sales_tasks", ["assignee_id", "due_on", "id"], postgresql_where=is_open
    )
    op.create_index("ix_sales_tasks_open", "sales_tasks", ["due_on", "id"], postgresql_where=is_open)
    op.create_index("ix_sales_tasks_company_id", "sales_tasks", ["company_id", "id"])
    op.create_index(
        "ix_sales_tasks_subject", "sales_tasks", ["subject_kind", "subject_id"], postgresql_where=has_subject
    )
    op.create_index(
        "ix_sales_tasks_handover_id",
        "sales_tasks",
        ["handover_id"],
        postgresql_where=sa.text("handover_id IS NOT NULL"),
    )
    for column in ("created_by_id", "done_by_id"):
        op.create_index(f"ix_sales_tasks_{column}", "sales_tasks", [column])


def _notes() -> None:
    op.create_table(
        "account_notes",
        _id(),
        _ref("company_id"),
        _text("kind", 7, "note"),
        _words("text"),
        _text("with_whom", 120, ""),
        _moment("happened_at", is_now=True),
        _ref("user_id", nullable=True),
        _text("client_ref", 80),
        _moment("created_at", is_now=True),
        sa.CheckConstraint("kind IN ('note', 'call', 'meeting')", name=op.f("ck_account_notes_kind_known")),
        _foreign("account_notes", "company_id", "companies"),
        _foreign("account_notes", "user_id", "users"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_account_notes")),
        sa.UniqueConstraint("client_ref", name=op.f("uq_account_notes_client_ref")),
    )
    op.create_index("ix_account_notes_company_id_happened_at", "account_notes", ["company_id", "happened_at", "id"])
    op.create_index("ix_account_notes_user_id", "account_notes", ["user_id"])


def downgrade() -> None:
    op.drop_index("ix_orders_turnover", "orders")
    for table in reversed(TABLES):
        op.drop_table(table)
