"""Invoices and exports."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from app.core.policies import secure

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "exports",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("company_id", sa.BigInteger(), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=True),
        sa.Column("client_ref", sa.String(length=80), nullable=False),
        sa.Column("filters", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("state", sa.String(length=8), server_default="waiting", nullable=False),
        sa.Column("total", sa.Integer(), server_default="0", nullable=False),
        sa.Column("done", sa.Integer(), server_default="0", nullable=False),
        sa.Column("missing", sa.Integer(), server_default="0", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("file_id", sa.BigInteger(), nullable=True),
        sa.Column("last_error", sa.Text(), server_default="", nullable=False),
        sa.CheckConstraint("state IN ('waiting', 'running', 'done', 'failed')", name=op.f("ck_exports_state_known")),
        sa.ForeignKeyConstraint(["company_id"], ["companies.id"], name=op.f("fk_exports_company_id_companies")),
        sa.ForeignKeyConstraint(["file_id"], ["files.id"], name=op.f("fk_exports_file_id_files")),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_exports_user_id_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_exports")),
        sa.UniqueConstraint("company_id", "client_ref", name=op.f("uq_exports_company_id_client_ref")),
    )
    op.create_index("ix_exports_company_id_id", "exports", ["company_id", "id"], unique=False)
    op.create_index(
        "ix_exports_due",
        "exports",
        ["due_at"],
        unique=False,
        postgresql_where=sa.text("state IN ('waiting', 'running')"),
    )
    op.create_table(
        "invoices",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("company_id", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.String(length=40), nullable=False),
        sa.Column("kind", sa.String(length=11), server_default="invoice", nullable=False),
        sa.Column("order_id", sa.BigInteger(), nullable=False),
        sa.Column("order_number", sa.String(length=40), nullable=False),
        sa.Column("po_number", sa.String(length=60), server_default="", nullable=False),
        sa.Column("customer_name", sa.String(length=200), nullable=False),
        sa.Column(
            "search_text",
            sa.Text(),
            sa.Computed(
                "lower(number || ' ' || order_number || ' ' || po_number || ' ' || customer_name)", persisted=True
            ),
            nullable=False,
        ),
        sa.Column("issued_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("issued_on", sa.Date(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("net_total", sa.Numeric(precision=18, scale=6), nullable=False),
        sa.Column("vat_total", sa.Numeric(precision=18, scale=6), nullable=False),
        sa.Column("gross_total", sa.Numeric(precision=18, scale=6), nullable=False),
        sa.Column("locale", sa.String(length=5), nullable=False),
        sa.Column("document", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("state", sa.String(length=6), server_default="issued", nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("rendered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "findings", postgresql.JSONB(astext_type=sa.Text()), server_default=sa.text("'[]'::jsonb"), nullable=False
        ),
        sa.Column("last_error", sa.Text(), server_default="", nullable=False),
        sa.CheckConstraint("kind IN ('invoice', 'credit_note')", name=op.f("ck_invoices_kind_known")),
        sa.CheckConstraint("state IN ('issued', 'ready', 'held')", name=op.f("ck_invoices_state_known")),
        sa.ForeignKeyConstraint(["company_id"], ["companies.id"], name=op.f("fk_invoices_company_id_companies")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_invoices")),
        sa.UniqueConstraint("id", "company_id", name=op.f("uq_invoices_id_company_id")),
        sa.UniqueConstraint("number", name=op.f("uq_invoices_number")),
        sa.UniqueConstraint("order_id", "kind", name=op.f("uq_invoices_order_id_kind")),
    )
    op.create_index("ix_invoices_company_id_issued_on", "invoices", ["company_id", "issued_on", "id"], unique=False)
    op.create_index("ix_invoices_issued_on", "invoices", ["issued_on", "id"], unique=False)
    op.create_index("ix_invoices_due_on", "invoices", ["due_on", "id"], unique=False)
    op.create_index("ix_invoices_held", "invoices", ["id"], unique=False, postgresql_where=sa.text("state = 'held'"))
    op.create_index(
        "ix_invoices_render_due", "invoices", ["due_at"], unique=False, postgresql_where=sa.text("state = 'issued'")
    )
    op.create_table(
        "invoice_files",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("company_id", sa.BigInteger(), nullable=False),
        sa.Column("invoice_id", sa.BigInteger(), nullable=False),
        sa.Column("form", sa.String(length=3), nullable=False),
        sa.Column("file_id", sa.BigInteger(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("form IN ('pdf', 'ubl', 'cii')", name=op.f("ck_invoice_files_form_known")),
        sa.ForeignKeyConstraint(["file_id"], ["files.id"], name=op.f("fk_invoice_files_file_id_files")),
        sa.ForeignKeyConstraint(
            ["invoice_id", "company_id"],
            ["invoices.id", "invoices.company_id"],
            name=op.f("fk_invoice_files_invoice_id_company_id_invoices"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_invoice_files")),
        sa.UniqueConstraint("invoice_id", "form", name=op.f("uq_invoice_files_invoice_id_form")),
    )
    op.execute(
        """
        CREATE FUNCTION keep_invoice_as_issued() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            IF (NEW.company_id, NEW.number, NEW.kind, NEW.order_id, NEW.order_number, NEW.po_number,
                NEW.customer_name, NEW.issued_at, NEW.issued_on, NEW.due_on, NEW.currency, NEW.net_total,
                NEW.vat_total, NEW.gross_total, NEW.locale)
               IS DISTINCT FROM
               (OLD.company_id, OLD.number, OLD.kind, OLD.order_id, OLD.order_number, OLD.po_number,
                OLD.customer_name, OLD.issued_at, OLD.issued_on, OLD.due_on, OLD.currency, OLD.net_total,
                OLD.vat_total, OLD.gross_total, OLD.locale)
               -- A held invoice was shown to nobody: its document may be made anew from mended master data.
               OR (NEW.document IS DISTINCT FROM OLD.document AND OLD.state <> 'held')
               OR (OLD.state = 'ready' AND NEW.state <> 'ready')
            THEN
                RAISE EXCEPTION 'invoice % is issued and cannot be changed', OLD.number USING ERRCODE = 'KN001';
            END IF;
            RETURN NEW;
        END
        $$
        """
    )
    op.execute(
        "CREATE TRIGGER keep_invoice_as_issued BEFORE UPDATE ON invoices "
        "FOR EACH ROW EXECUTE FUNCTION keep_invoice_as_issued()"
    )
    for statement in (
        *secure("invoices", tenant="SELECT", operator="SELECT, INSERT, UPDATE"),
        *secure("invoice_files", tenant="SELECT", operator="SELECT, INSERT"),
        *secure("exports", tenant="SELECT, INSERT, UPDATE"),
    ):
        op.execute(statement)


def downgrade() -> None:
    op.drop_table("invoice_files")
    op.drop_index("ix_invoices_render_due", table_name="invoices", postgresql_where=sa.text("state = 'issued'"))
    op.drop_index("ix_invoices_held", table_name="invoices", postgresql_where=sa.text("state = 'held'"))
    op.drop_index("ix_invoices_due_on", table_name="invoices")
    op.drop_index("ix_invoices_issued_on", table_name="invoices")
    op.drop_index("ix_invoices_company_id_issued_on", table_name="invoices")
    op.drop_table("invoices")
    op.drop_index("ix_exports_due", table_name="exports", postgresql_where=sa.text("state IN ('waiting', 'running')"))
    op.drop_index("ix_exports_company_id_id", table_name="exports")
    op.drop_table("exports")
    op.execute("DROP FUNCTION keep_invoice_as_issued()")
