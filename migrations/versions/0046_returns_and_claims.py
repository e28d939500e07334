"""Returns of goods, claims about them, files of both, and contested lines of invoices."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from app.core.policies import secure

revision = "0046"
down_revision = "0045"
branch_labels = None
depends_on = None

SEQUENCES = ("return_numbers", "claim_numbers")
# What a customer may do with his own rows; of heads he changes nothing but how far they are.
TENANT = {
    "claims": ("SELECT, INSERT, UPDATE", "state, ended_at"),
    "claim_lines": ("SELECT, INSERT", ""),
    "returns": ("SELECT, INSERT, UPDATE", "state, ended_at"),
    "return_lines": ("SELECT, INSERT", ""),
    "case_files": ("SELECT, INSERT", ""),
    "invoice_disputes": ("SELECT, INSERT, UPDATE", "state, ended_at"),
}


def upgrade() -> None:
    for name in SEQUENCES:
        op.execute(sa.schema.CreateSequence(sa.Sequence(name)))
        op.execute(f"GRANT USAGE ON SEQUENCE {name} TO kontor_tenant, kontor_operator")
    _claims()
    _claim_lines()
    _returns()
    _return_lines()
    _case_files()
    _invoice_disputes()
    for table, (verbs, columns) in TENANT.items():
        for statement in secure(table, tenant=verbs, update_columns=columns):
            op.execute(statement)


def _claims() -> None:
    op.create_table(
        "claims",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("company_id", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.String(length=20), nullable=False),
        sa.Column("client_ref", sa.String(length=80), nullable=False),
        sa.Column("request_hash", sa.String(length=64), nullable=False),
        sa.Column("state", sa.String(length=14), server_default="opened", nullable=False),
        sa.Column("order_id", sa.BigInteger(), nullable=False),
        sa.Column("order_number", sa.String(length=40), nullable=False),
        sa.Column("shipment_id", sa.BigInteger(), nullable=True),
        sa.Column("remedy", sa.String(length=11), server_default="credit", nullable=False),
        sa.Column("note", sa.Text(), server_default="", nullable=False),
        sa.Column("answer", sa.Text(), server_default="", nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=True),
        sa.Column("user_name", sa.String(length=200), server_default="", nullable=False),
        sa.Column("replacement_id", sa.BigInteger(), nullable=True),
        sa.Column("opened_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("remedy IN ('credit', 'replacement', 'return')", name=op.f("ck_claims_remedy_known")),
        sa.CheckConstraint(
            "state IN ('opened', 'asked', 'granted', 'partly_granted', 'refused', 'withdrawn')",
            name=op.f("ck_claims_state_known"),
        ),
        sa.ForeignKeyConstraint(["company_id"], ["companies.id"], name=op.f("fk_claims_company_id_companies")),
        sa.ForeignKeyConstraint(
            ["order_id", "company_id"],
            ["orders.id", "orders.company_id"],
            name=op.f("fk_claims_order_id_company_id_orders"),
        ),
        sa.ForeignKeyConstraint(["replacement_id"], ["orders.id"], name=op.f("fk_claims_replacement_id_orders")),
        sa.ForeignKeyConstraint(["shipment_id"], ["shipments.id"], name=op.f("fk_claims_shipment_id_shipments")),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_claims_user_id_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_claims")),
        sa.UniqueConstraint("company_id", "client_ref", name=op.f("uq_claims_company_id_client_ref")),
        sa.UniqueConstraint("id", "company_id", name=op.f("uq_claims_id_company_id")),
        sa.UniqueConstraint("number", name=op.f("uq_claims_number")),
    )
    op.create_index("ix_claims_company_id_id", "claims", ["company_id", "id"])
    op.create_index(
        "ix_claims_open",
        "claims",
        ["state", "id"],
        postgresql_where=sa.text("state IN ('opened', 'asked')"),
    )
    op.create_index("ix_claims_order_id", "claims", ["order_id"])
    op.create_index(op.f("ix_claims_replacement_id"), "claims", ["replacement_id"])
    op.create_index(op.f("ix_claims_shipment_id"), "claims", ["shipment_id"])
    op.create_index(op.f("ix_claims_user_id"), "claims", ["user_id"])


def _claim_lines() -> None:
    op.create_table(
        "claim_lines",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("company_id", sa.BigInteger(), nullable=False),
        sa.Column("claim_id", sa.BigInteger(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("order_line_id", sa.BigInteger(), nullable=False),
        sa.Column("sku", sa.String(length=60), nullable=False),
        sa.Column("name", sa.String(length=300), nullable=False),
        sa.Column("unit", sa.String(length=3), nullable=False),
        sa.Column("quantity", sa.Numeric(precision=18, scale=6), nullable=False),
        sa.Column("reason", sa.String(length=20), nullable=False),
        sa.Column("note", sa.String(length=300), server_default="", nullable=False),
        sa.Column("granted_quantity", sa.Numeric(precision=18, scale=6), nullable=True),
        sa.Column("percent", sa.Numeric(precision=5, scale=2), server_default="100", nullable=False),
        sa.CheckConstraint("percent BETWEEN 0 AND 100", name=op.f("ck_claim_lines_percent_possible")),
        sa.CheckConstraint(
            "quantity > 0 AND granted_quantity BETWEEN 0 AND quantity", name=op.f("ck_claim_lines_quantity_possible")
        ),
        sa.ForeignKeyConstraint(
            ["claim_id", "company_id"],
            ["claims.id", "claims.company_id"],
            name=op.f("fk_claim_lines_claim_id_company_id_claims"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["order_line_id"], ["order_lines.id"], name=op.f("fk_claim_lines_order_line_id_order_lines")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_claim_lines")),
        sa.UniqueConstraint("claim_id", "order_line_id", name=op.f("uq_claim_lines_claim_id_order_line_id")),
        sa.UniqueConstraint("claim_id", "position", name=op.f("uq_claim_lines_claim_id_position")),
    )
    op.create_index("ix_claim_lines_order_line_id", "claim_lines", ["order_line_id"])


def _returns() -> None:
    op.create_table(
        "returns",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("company_id", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.String(length=20), nullable=False),
        sa.Column("client_ref", sa.String(length=80), nullable=False),
        sa.Column("request_hash", sa.String(length=64), nullable=False),
        sa.Column("state", sa.String(length=10), server_default="requested", nullable=False),
        sa.Column("shipment_id", sa.BigInteger(), nullable=False),
        sa.Column("shipment_number", sa.String(length=40), nullable=False),
        sa.Column("claim_id", sa.BigInteger(), nullable=True),
        sa.Column("warehouse_id", sa.BigInteger(), nullable=False),
        sa.Column("outcome", sa.String(length=11), server_default="credit", nullable=False),
        sa.Column("note", sa.Text(), server_default="", nullable=False),
        sa.Column("answer", sa.Text(), server_default="", nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=True),
        sa.Column("user_name", sa.String(length=200), server_default="", nullable=False),
        sa.Column("replacement_id", sa.BigInteger(), nullable=True),
        sa.Column("requested_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("authorised_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("outcome IN ('credit', 'replacement')", name=op.f("ck_returns_outcome_known")),
        sa.CheckConstraint(
            "state IN ('requested', 'authorised', 'refused', 'withdrawn', 'lapsed', 'received', 'inspected', 'accepted', 'rejected')",
            name=op.f("ck_returns_state_known"),
        ),
        sa.ForeignKeyConstraint(["claim_id"], ["claims.id"], name=op.f("fk_returns_claim_id_claims")),
        sa.ForeignKeyConstraint(["company_id"], ["companies.id"], name=op.f("fk_returns_company_id_companies")),
        sa.ForeignKeyConstraint(["replacement_id"], ["orders.id"], name=op.f("fk_returns_replacement_id_orders")),
        sa.ForeignKeyConstraint(
            ["shipment_id", "company_id"],
            ["shipments.id", "shipments.company_id"],
            name=op.f("fk_returns_shipment_id_company_id_shipments"),
        ),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_returns_user_id_users")),
        sa.ForeignKeyConstraint(["warehouse_id"], ["warehouses.id"], name=op.f("fk_returns_warehouse_id_warehouses")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_returns")),
        sa.UniqueConstraint("company_id", "client_ref", name=op.f("uq_returns_company_id_client_ref")),
        sa.UniqueConstraint("id", "company_id", name=op.f("uq_returns_id_company_id")),
        sa.UniqueConstraint("number", name=op.f("uq_returns_number")),
    )
    op.create_index(op.f("ix_returns_claim_id"), "returns", ["claim_id"])
    op.create_index("ix_returns_company_id_id", "returns", ["company_id", "id"])
    op.create_index(
        "ix_returns_open",
        "returns",
        ["state", "id"],
        postgresql_where=sa.text("state IN ('requested', 'authorised', 'received', 'inspected')"),
    )
    op.create_index(op.f("ix_returns_replacement_id"), "returns", ["replacement_id"])
    op.create_index("ix_returns_shipment_id", "returns", ["shipment_id"])
    op.create_index(op.f("ix_returns_user_id"), "returns", ["user_id"])
    op.create_index(op.f("ix_returns_warehouse_id"), "returns", ["warehouse_id"])


def _return_lines() -> None:
    op.create_table(
        "return_lines",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("company_id", sa.BigInteger(), nullable=False),
        sa.Column("return_id", sa.BigInteger(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("shipment_line_id", sa.BigInteger(), nullable=False),
        sa.Column("order_id", sa.BigInteger(), nullable=False),
        sa.Column("order_line_id", sa.BigInteger(), nullable=False),
        sa.Column("article_id", sa.BigInteger(), nullable=False),
        sa.Column("sku", sa.String(length=60), nullable=False),
        sa.Column("name", sa.String(length=300), nullable=False),
        sa.Column("batch", sa.String(length=60), server_default="", nullable=False),
        sa.Column("unit", sa.String(length=3), nullable=False),
        sa.Column("quantity", sa.Numeric(precision=18, scale=6), nullable=False),
        sa.Column("reason", sa.String(length=20), nullable=False),
        sa.Column("note", sa.String(length=300), server_default="", nullable=False),
        sa.Column("received_quantity", sa.Numeric(precision=18, scale=6), nullable=True),
        sa.Column("stock_quantity", sa.Numeric(precision=18, scale=6), nullable=True),
        sa.Column("quarantine_quantity", sa.Numeric(precision=18, scale=6), nullable=True),
        sa.Column("scrap_quantity", sa.Numeric(precision=18, scale=6), nullable=True),
        sa.Column("back_quantity", sa.Numeric(precision=18, scale=6), nullable=True),
        sa.Column("bin_code", sa.String(length=40), server_default="", nullable=False),
        sa.Column("serials", postgresql.JSONB(), server_default=sa.text("'[]'::jsonb"), nullable=False),
        sa.Column("finding", sa.String(length=300), server_default="", nullable=False),
        sa.Column("percent", sa.Numeric(precision=5, scale=2), server_default="100", nullable=False),
        sa.CheckConstraint("percent BETWEEN 0 AND 100", name=op.f("ck_return_lines_percent_possible")),
        sa.CheckConstraint(
            "quantity > 0 AND received_quantity BETWEEN 0 AND quantity", name=op.f("ck_return_lines_quantity_possible")
        ),
        sa.CheckConstraint(
            "stock_quantity >= 0 AND quarantine_quantity >= 0 AND scrap_quantity >= 0 AND back_quantity >= 0 AND stock_quantity + quarantine_quantity + scrap_quantity + back_quantity = received_quantity",
            name=op.f("ck_return_lines_everything_goes_somewhere"),
        ),
        sa.ForeignKeyConstraint(["article_id"], ["articles.id"], name=op.f("fk_return_lines_article_id_articles")),
        sa.ForeignKeyConstraint(["order_id"], ["orders.id"], name=op.f("fk_return_lines_order_id_orders")),
        sa.ForeignKeyConstraint(
            ["order_line_id"], ["order_lines.id"], name=op.f("fk_return_lines_order_line_id_order_lines")
        ),
        sa.ForeignKeyConstraint(
            ["return_id", "company_id"],
            ["returns.id", "returns.company_id"],
            name=op.f("fk_return_lines_return_id_company_id_returns"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["shipment_line_id"], ["shipment_lines.id"], name=op.f("fk_return_lines_shipment_line_id_shipment_lines")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_return_lines")),
        sa.UniqueConstraint("return_id", "position", name=op.f("uq_return_lines_return_id_position")),
        sa.UniqueConstraint("return_id", "shipment_line_id", name=op.f("uq_return_lines_return_id_shipment_line_id")),
    )
    op.create_index(op.f("ix_return_lines_article_id"), "return_lines", ["article_id"])
    op.create_index(op.f("ix_return_lines_order_id"), "return_lines", ["order_id"])
    op.create_index("ix_return_lines_order_line_id", "return_lines", ["order_line_id"])
    op.create_index("ix_return_lines_shipment_line_id", "return_lines", ["shipment_line_id"])


def _case_files() -> None:
    op.create_table(
        "case_files",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("company_id", sa.BigInteger(), nullable=False),
        sa.Column("return_id", sa.BigInteger(), nullable=True),
        sa.Column("claim_id", sa.BigInteger(), nullable=True),
        sa.Column("file_id", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column("is_picture", sa.Boolean(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("author", sa.String(length=200), server_default="", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("num_nonnulls(return_id, claim_id) = 1", name=op.f("ck_case_files_one_owner")),
        sa.ForeignKeyConstraint(
            ["claim_id", "company_id"],
            ["claims.id", "claims.company_id"],
            name=op.f("fk_case_files_claim_id_company_id_claims"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["file_id"], ["files.id"], name=op.f("fk_case_files_file_id_files")),
        sa.ForeignKeyConstraint(
            ["return_id", "company_id"],
            ["returns.id", "returns.company_id"],
            name=op.f("fk_case_files_return_id_company_id_returns"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_files")),
    )
    op.create_index("ix_case_files_claim_id", "case_files", ["claim_id"])
    op.create_index(op.f("ix_case_files_file_id"), "case_files", ["file_id"])
    op.create_index("ix_case_files_return_id", "case_files", ["return_id"])


def _invoice_disputes() -> None:
    op.create_table(
        "invoice_disputes",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("company_id", sa.BigInteger(), nullable=False),
        sa.Column("client_ref", sa.String(length=80), nullable=False),
        sa.Column("request_hash", sa.String(length=64), nullable=False),
        sa.Column("state", sa.String(length=9), server_default="open", nullable=False),
        sa.Column("invoice_id", sa.BigInteger(), nullable=False),
        sa.Column("invoice_number", sa.String(length=40), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("sku", sa.String(length=60), server_default="", nullable=False),
        sa.Column("name", sa.String(length=300), nullable=False),
        sa.Column("unit", sa.String(length=3), nullable=False),
        sa.Column("quantity", sa.Numeric(precision=18, scale=6), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("amount", sa.Numeric(precision=18, scale=6), nullable=False),
        sa.Column("reason", sa.String(length=20), nullable=False),
        sa.Column("note", sa.Text(), server_default="", nullable=False),
        sa.Column("answer", sa.Text(), server_default="", nullable=False),
        sa.Column("credit_id", sa.BigInteger(), nullable=True),
        sa.Column("user_id", sa.BigInteger(), nullable=True),
        sa.Column("user_name", sa.String(length=200), server_default="", nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "state IN ('open', 'accepted', 'refused', 'withdrawn')", name=op.f("ck_invoice_disputes_state_known")
        ),
        sa.CheckConstraint("quantity > 0 AND amount >= 0", name=op.f("ck_invoice_disputes_quantity_positive")),
        sa.ForeignKeyConstraint(
            ["company_id"], ["companies.id"], name=op.f("fk_invoice_disputes_company_id_companies")
        ),
        sa.ForeignKeyConstraint(["credit_id"], ["invoices.id"], name=op.f("fk_invoice_disputes_credit_id_invoices")),
        sa.ForeignKeyConstraint(
            ["invoice_id", "company_id"],
            ["invoices.id", "invoices.company_id"],
            name=op.f("fk_invoice_disputes_invoice_id_company_id_invoices"),
        ),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_invoice_disputes_user_id_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_invoice_disputes")),
        sa.UniqueConstraint("company_id", "client_ref", name=op.f("uq_invoice_disputes_company_id_client_ref")),
    )
    op.create_index("ix_invoice_disputes_company_id_id", "invoice_disputes", ["company_id", "id"])
    op.create_index(op.f("ix_invoice_disputes_credit_id"), "invoice_disputes", ["credit_id"])
    op.create_index("ix_invoice_disputes_invoice_id", "invoice_disputes", ["invoice_id"])
    op.create_index(op.f("ix_invoice_disputes_user_id"), "invoice_disputes", ["user_id"])
    op.create_index(
        "ix_invoice_disputes_waiting",
        "invoice_disputes",
        ["id"],
        postgresql_where=sa.text("state = 'open'"),
    )
    op.create_index(
        "uq_invoice_disputes_open",
        "invoice_disputes",
        ["invoice_id", "position"],
        unique=True,
        postgresql_where=sa.text("state = 'open'"),
    )


def downgrade() -> None:
    for table in ("invoice_disputes", "case_files", "return_lines", "returns", "claim_lines", "claims"):
        op.drop_table(table)
    for name in SEQUENCES:
        op.execute(sa.schema.DropSequence(sa.Sequence(name)))
