"""Retention of documents, legal holds, disposal by two people."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from app.core.policies import secure

revision = "0061"
down_revision = "0060"
branch_labels = None
depends_on = None

_KEPT = (
    "company_id, number, kind, order_id, order_number, po_number, issued_at, issued_on, due_on, currency, "
    "net_total, vat_total, gross_total, locale, client_ref, entity_id, prepaid_total, corrects_id, reason, period_start, "
    "period_end, tax_currency, vat_total_local, exchange_rate, rate_on, rate_source"
)
_BEFORE = _KEPT.replace("po_number, ", "po_number, customer_name, ")
_RULE = """
CREATE FUNCTION may_be_disposed(asked_kind text, asked_company bigint, day date) RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT make_date((extract(year FROM day) + coalesce((SELECT years FROM retention_rules WHERE kind = asked_kind), 10))::int,
                     12, 31) < current_date
       AND NOT EXISTS (
           SELECT FROM legal_holds h
           WHERE h.released_at IS NULL AND h.kinds ? asked_kind
             AND (h.company_id IS NULL OR asked_company IS NULL OR h.company_id = asked_company)
             AND (h.from_on IS NULL OR day >= h.from_on) AND (h.to_on IS NULL OR day <= h.to_on))
$$
"""
_FUNCTION = """
CREATE OR REPLACE FUNCTION keep_invoice_as_issued() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.disposed_at IS NULL AND NEW.disposed_at IS NOT NULL THEN
        IF NOT may_be_disposed('invoice', OLD.company_id, OLD.issued_on) THEN
            RAISE EXCEPTION 'invoice % must be kept', OLD.number USING ERRCODE = 'KN002';
        END IF;
    ELSIF NEW.customer_name IS DISTINCT FROM OLD.customer_name
       OR NEW.disposed_at IS DISTINCT FROM OLD.disposed_at
       -- A held invoice was shown to nobody: its document may be made anew from mended master data.
       OR (NEW.document IS DISTINCT FROM OLD.document AND OLD.state <> 'held')
    THEN
        RAISE EXCEPTION 'invoice % is issued and cannot be changed', OLD.number USING ERRCODE = 'KN001';
    END IF;
    IF ({new}) IS DISTINCT FROM ({old}) OR (OLD.state = 'ready' AND NEW.state <> 'ready') THEN
        RAISE EXCEPTION 'invoice % is issued and cannot be changed', OLD.number USING ERRCODE = 'KN001';
    END IF;
    RETURN NEW;
END
$$
"""
_FUNCTION_BEFORE = """
CREATE OR REPLACE FUNCTION keep_invoice_as_issued() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF ({new}) IS DISTINCT FROM ({old})
       OR (NEW.document IS DISTINCT FROM OLD.document AND OLD.state <> 'held')
       OR (OLD.state = 'ready' AND NEW.state <> 'ready')
    THEN
        RAISE EXCEPTION 'invoice % is issued and cannot be changed', OLD.number USING ERRCODE = 'KN001';
    END IF;
    RETURN NEW;
END
$$
"""
_FILES = """
CREATE FUNCTION keep_invoice_files() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM invoices WHERE id = OLD.invoice_id AND disposed_at IS NOT NULL) THEN
        RAISE EXCEPTION 'the files of invoice % must be kept', OLD.invoice_id USING ERRCODE = 'KN002';
    END IF;
    RETURN OLD;
END
$$
"""


def upgrade() -> None:
    for table in ("invoices", "reminders", "bank_statements"):
        op.add_column(table, sa.Column("disposed_at", sa.DateTime(timezone=True), nullable=True))
    _retention_rules()
    _legal_holds()
    _disposals()
    _disposed_documents()
    op.execute(_RULE)
    op.execute(_keep(_FUNCTION, _KEPT))
    op.execute(_FILES)
    op.execute(
        "CREATE TRIGGER keep_invoice_files BEFORE DELETE ON invoice_files "
        "FOR EACH ROW EXECUTE FUNCTION keep_invoice_files()"
    )
    for statement in (
        *secure("retention_rules"),
        *secure("legal_holds", operator="SELECT, INSERT, UPDATE"),
        *secure("disposals", operator="SELECT, INSERT, UPDATE"),
        *secure("disposed_documents", operator="SELECT, INSERT, UPDATE"),
        "GRANT DELETE ON invoice_files TO kontor_operator",
    ):
        op.execute(statement)


def _keep(function: str, columns: str) -> str:
    names = columns.split(", ")
    return function.format(
        new=", ".join(f"NEW.{name}" for name in names), old=", ".join(f"OLD.{name}" for name in names)
    )


def _retention_rules() -> None:
    op.create_table(
        "retention_rules",
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("years", sa.SmallInteger(), nullable=False),
        sa.Column("reason", sa.String(300), server_default="", nullable=False),
        sa.CheckConstraint("years BETWEEN 1 AND 99", name=op.f("ck_retention_rules_years_known")),
        sa.PrimaryKeyConstraint("kind", name=op.f("pk_retention_rules")),
    )


def _legal_holds() -> None:
    op.create_table(
        "legal_holds",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("client_ref", sa.String(80), nullable=False),
        sa.Column("company_id", sa.BigInteger(), nullable=True),
        sa.Column("kinds", postgresql.JSONB(), server_default=sa.text("'[]'::jsonb"), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=True),
        sa.Column("to_on", sa.Date(), nullable=True),
        sa.Column("reason", sa.String(300), nullable=False),
        sa.Column("set_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("set_by", sa.String(200), server_default="", nullable=False),
        sa.Column("released_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("released_by", sa.String(200), server_default="", nullable=False),
        sa.Column("release_reason", sa.String(300), server_default="", nullable=False),
        sa.CheckConstraint("to_on >= from_on", name=op.f("ck_legal_holds_ends_after_it_starts")),
        sa.ForeignKeyConstraint(["company_id"], ["companies.id"], name=op.f("fk_legal_holds_company_id_companies")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_legal_holds")),
        sa.UniqueConstraint("client_ref", name=op.f("uq_legal_holds_client_ref")),
    )
    op.create_index("ix_legal_holds_company_id", "legal_holds", ["company_id"])
    op.create_index("ix_legal_holds_open", "legal_holds", ["id"], postgresql_where=sa.text("released_at IS NULL"))


def _disposals() -> None:
    op.create_table(
        "disposals",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("client_ref", sa.String(80), nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("up_to", sa.Date(), nullable=False),
        sa.Column("state", sa.String(8), server_default="proposed", nullable=False),
        sa.Column("count", sa.Integer(), server_default="0", nullable=False),
        sa.Column("disposed", sa.Integer(), server_default="0", nullable=False),
        sa.Column("proposed_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("proposed_by_id", sa.BigInteger(), nullable=True),
        sa.Column("proposed_by", sa.String(200), server_default="", nullable=False),
        sa.Column("approved_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("approved_by_id", sa.BigInteger(), nullable=True),
        sa.Column("approved_by", sa.String(200), server_default="", nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_error", sa.Text(), server_default="", nullable=False),
        sa.CheckConstraint(
            "state IN ('proposed', 'approved', 'done', 'dropped')", name=op.f("ck_disposals_state_known")
        ),
        sa.CheckConstraint("approved_by_id <> proposed_by_id", name=op.f("ck_disposals_two_people")),
        sa.ForeignKeyConstraint(["proposed_by_id"], ["users.id"], name=op.f("fk_disposals_proposed_by_id_users")),
        sa.ForeignKeyConstraint(["approved_by_id"], ["users.id"], name=op.f("fk_disposals_approved_by_id_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_disposals")),
        sa.UniqueConstraint("client_ref", name=op.f("uq_disposals_client_ref")),
    )
    op.create_index("ix_disposals_due", "disposals", ["due_at"], postgresql_where=sa.text("state = 'approved'"))
    op.create_index("ix_disposals_proposed_by_id", "disposals", ["proposed_by_id"])
    op.create_index("ix_disposals_approved_by_id", "disposals", ["approved_by_id"])


def _disposed_documents() -> None:
    op.create_table(
        "disposed_documents",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("disposal_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("object_id", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.String(255), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("hashes", postgresql.JSONB(), server_default=sa.text("'[]'::jsonb"), nullable=False),
        sa.Column("disposed_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("wiped_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["disposal_id"], ["disposals.id"], name=op.f("fk_disposed_documents_disposal_id_disposals")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_disposed_documents")),
        sa.UniqueConstraint("kind", "object_id", name=op.f("uq_disposed_documents_kind_object_id")),
    )
    op.create_index("ix_disposed_documents_disposal_id", "disposed_documents", ["disposal_id", "id"])
    op.create_index(
        "ix_disposed_documents_to_wipe", "disposed_documents", ["id"], postgresql_where=sa.text("wiped_at IS NULL")
    )


def downgrade() -> None:
    op.execute("REVOKE DELETE ON invoice_files FROM kontor_operator")
    op.execute("DROP TRIGGER keep_invoice_files ON invoice_files")
    op.execute("DROP FUNCTION keep_invoice_files()")
    op.execute(_keep(_FUNCTION_BEFORE, _BEFORE))
    op.execute("DROP FUNCTION may_be_disposed(text, bigint, date)")
    for table in ("disposed_documents", "disposals", "legal_holds", "retention_rules"):
        op.drop_table(table)
    for table in ("bank_statements", "reminders", "invoices"):
        op.drop_column(table, "disposed_at")
