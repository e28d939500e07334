"""Tolerances and results of matching orders, deliveries and invoices."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from app.core.policies import secure

revision = "0043"
down_revision = "0042"
branch_labels = None
depends_on = None

TABLES = ("match_tolerances", "match_documents", "invoice_matches")


def upgrade() -> None:
    _tolerances()
    _documents()
    _matches()
    for table in TABLES:
        verbs = {"match_tolerances": "SELECT, INSERT, UPDATE, DELETE", "match_documents": "SELECT"}
        for statement in secure(table, tenant=verbs.get(table, "SELECT, INSERT, UPDATE")):
            op.execute(statement)


def _company(table: str, column: str = "company_id") -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], ["companies.id"], name=op.f(f"fk_{table}_{column}_companies"))


def _kind(table: str) -> sa.CheckConstraint:
    return sa.CheckConstraint("kind IN ('order', 'call_off')", name=op.f(f"ck_{table}_kind_known"))


def _tolerances() -> None:
    op.create_table(
        "match_tolerances",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("company_id", sa.BigInteger(), nullable=False),
        sa.Column("other_id", sa.BigInteger(), nullable=True),
        sa.Column("price_percent", sa.Numeric(6, 3), nullable=True),
        sa.Column("price_amount", sa.Numeric(18, 6), nullable=True),
        sa.Column("quantity_percent", sa.Numeric(6, 3), nullable=True),
        sa.Column("total_amount", sa.Numeric(18, 6), nullable=True),
        sa.CheckConstraint(
            "price_percent >= 0 AND price_amount >= 0 AND quantity_percent >= 0 AND total_amount >= 0",
            name=op.f("ck_match_tolerances_limits_not_negative"),
        ),
        _company("match_tolerances"),
        _company("match_tolerances", "other_id"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_match_tolerances")),
        sa.UniqueConstraint(
            "company_id", "other_id", name=op.f("uq_match_tolerances_company_id_other_id"),
            postgresql_nulls_not_distinct=True,
        ),
    )  # fmt: skip
    op.create_index("ix_match_tolerances_other_id", "match_tolerances", ["other_id"])


def _documents() -> None:
    op.create_table(
        "match_documents",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("company_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("subject_id", sa.BigInteger(), nullable=False),
        sa.Column("message_id", sa.BigInteger(), nullable=False),
        sa.Column("document", sa.String(length=40), nullable=False),
        sa.Column("number", sa.String(length=120), nullable=False),
        sa.Column("issued_on", sa.Date(), nullable=True),
        sa.Column("currency", sa.String(length=3), server_default="", nullable=False),
        sa.Column("lines", postgresql.JSONB(), server_default=sa.text("'[]'::jsonb"), nullable=False),
        sa.Column("charges", sa.Numeric(18, 6), server_default="0", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        _kind("match_documents"),
        _company("match_documents"),
        sa.ForeignKeyConstraint(
            ["message_id"], ["exchange_messages.id"], name=op.f("fk_match_documents_message_id_exchange_messages")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_match_documents")),
        sa.UniqueConstraint(
            "message_id", "kind", "subject_id", name=op.f("uq_match_documents_message_id_kind_subject_id")
        ),
    )
    op.create_index(
        "ix_match_documents_company_id_kind_subject_id", "match_documents", ["company_id", "kind", "subject_id"]
    )


def _matches() -> None:
    op.create_table(
        "invoice_matches",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("company_id", sa.BigInteger(), nullable=False),
        sa.Column("other_id", sa.BigInteger(), nullable=True),
        sa.Column("other_name", sa.String(length=200), server_default="", nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("subject_id", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.String(length=40), nullable=False),
        sa.Column("ordered_on", sa.Date(), nullable=True),
        sa.Column("state", sa.String(length=7), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("difference", sa.Numeric(18, 6), nullable=False),
        sa.Column("line_count", sa.Integer(), nullable=False),
        sa.Column("fault_count", sa.Integer(), nullable=False),
        sa.Column("invoices", postgresql.JSONB(), server_default=sa.text("'[]'::jsonb"), nullable=False),
        sa.Column("fingerprint", sa.String(length=64), nullable=False),
        sa.Column("matched_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("decision", sa.String(length=8), server_default="", nullable=False),
        sa.Column("decided_on", sa.String(length=64), server_default="", nullable=False),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=True),
        sa.Column("user_name", sa.String(length=200), server_default="", nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        _kind("invoice_matches"),
        sa.CheckConstraint(
            "state IN ('agrees', 'within', 'waits', 'differs')", name=op.f("ck_invoice_matches_state_known")
        ),
        sa.CheckConstraint(
            "decision IN ('', 'accepted', 'disputed')", name=op.f("ck_invoice_matches_decision_known")
        ),
        _company("invoice_matches"),
        _company("invoice_matches", "other_id"),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_invoice_matches_user_id_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_invoice_matches")),
        sa.UniqueConstraint(
            "company_id", "kind", "subject_id", name=op.f("uq_invoice_matches_company_id_kind_subject_id")
        ),
    )  # fmt: skip
    op.create_index("ix_invoice_matches_company_id_id", "invoice_matches", ["company_id", "id"])
    op.create_index("ix_invoice_matches_other_id", "invoice_matches", ["other_id"])
    op.create_index("ix_invoice_matches_user_id", "invoice_matches", ["user_id"])


def downgrade() -> None:
    for table in reversed(TABLES):
        op.drop_table(table)
