"""Open items, settlements, bank statements, online payments, direct debits."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from app.core.policies import secure

revision = "0048"
down_revision = "0047"
branch_labels = None
depends_on = None

# What people of an account may do with their own rows: read what is open, pay online.
TENANT = {
    "open_items": "SELECT",
    "settlements": "SELECT",
    "bank_statements": "",
    "bank_lines": "",
    "known_payers": "",
    "online_payments": "SELECT, INSERT, UPDATE",
    "mandates": "SELECT",
    "debit_runs": "",
    "debit_entries": "SELECT",
}
_KINDS = (
    "CASE kind WHEN 'purchased' THEN amount < 0 WHEN 'reimbursed' THEN amount > 0 WHEN 'refunded' THEN amount > 0"
    " WHEN 'reverted' THEN amount > 0{more} WHEN 'allocated' THEN amount = 0 WHEN 'updated' THEN amount = 0 ELSE false END"
)
# Every invoice there is counts as open: what was paid is matched from the statements. Of orders on account the claim
# takes what the order holds of the credit.
_CLAIMS = """
INSERT INTO open_items (company_id, kind, invoice_id, number, text, currency, amount, open_amount, issued_on, due_on,
    booked_at, source, credit_charged)
SELECT i.company_id, i.kind, i.id, i.number, i.order_number, i.currency, s.amount, s.amount, i.issued_on, i.due_on,
    i.issued_at, 'invoice:' || i.id, CASE WHEN s.amount > 0 THEN coalesce((
        SELECT greatest(-sum(e.amount), 0) FROM credit_entries e
        WHERE e.company_id = i.company_id AND e.order_id = i.order_id), 0) ELSE 0 END
FROM invoices i
CROSS JOIN LATERAL (SELECT CASE i.kind WHEN 'credit_note' THEN -i.gross_total ELSE i.gross_total END AS amount) s
WHERE i.kind IN ('invoice', 'credit_note')
ORDER BY i.id"""


def upgrade() -> None:
    _open_items()
    _settlements()
    _bank_statements()
    _bank_lines()
    _known_payers()
    _online_payments()
    _mandates()
    _debit_runs()
    _debit_entries()
    for table, verbs in TENANT.items():
        for statement in secure(table, tenant=verbs):
            op.execute(statement)
    _ledger_kinds(" WHEN 'unpaid' THEN amount < 0")
    op.execute(_CLAIMS)


def _ledger_kinds(more: str) -> None:
    op.drop_constraint(op.f("ck_credit_entries_amount_fits_kind"), "credit_entries", type_="check")
    op.create_check_constraint(
        op.f("ck_credit_entries_amount_fits_kind"), "credit_entries", sa.text(_KINDS.format(more=more))
    )


def _open_items() -> None:
    op.create_table(
        "open_items",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("company_id", sa.BigInteger(), nullable=False),
        sa.Column("entity_id", sa.BigInteger(), nullable=True),
        sa.Column("kind", sa.String(length=11), nullable=False),
        sa.Column("invoice_id", sa.BigInteger(), nullable=True),
        sa.Column("number", sa.String(length=60), nullable=False),
        sa.Column(
            "match_key",
            sa.String(length=60),
            sa.Computed("upper(regexp_replace(number, '[^A-Za-z0-9]', '', 'g'))", persisted=True),
            nullable=False,
        ),
        sa.Column("text", sa.String(length=300), server_default="", nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("amount", sa.Numeric(precision=18, scale=6), nullable=False),
        sa.Column("open_amount", sa.Numeric(precision=18, scale=6), nullable=False),
        sa.Column("issued_on", sa.Date(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("booked_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("source", sa.String(length=80), server_default="", nullable=False),
        sa.Column("credit_charged", sa.Numeric(precision=18, scale=6), server_default="0", nullable=False),
        sa.Column("discounts", postgresql.JSONB(), server_default=sa.text("'[]'::jsonb"), nullable=False),
        sa.Column("dispute_amount", sa.Numeric(precision=18, scale=6), server_default="0", nullable=False),
        sa.Column("stopped_until", sa.Date(), nullable=True),
        sa.CheckConstraint(
            "CASE WHEN kind IN ('invoice', 'prepayment') THEN true WHEN kind IN ('fee', 'interest', 'refund') THEN amount > 0 WHEN kind IN ('credit_note', 'payment', 'write_off', 'discount') THEN amount <= 0 ELSE false END",
            name=op.f("ck_open_items_amount_fits_kind"),
        ),
        sa.CheckConstraint("dispute_amount >= 0", name=op.f("ck_open_items_dispute_amount_not_negative")),
        sa.CheckConstraint(
            "open_amount * amount >= 0 AND abs(open_amount) <= abs(amount)",
            name=op.f("ck_open_items_open_amount_within_amount"),
        ),
        sa.ForeignKeyConstraint(["company_id"], ["companies.id"], name=op.f("fk_open_items_company_id_companies")),
        sa.ForeignKeyConstraint(
            ["invoice_id", "company_id"],
            ["invoices.id", "invoices.company_id"],
            name=op.f("fk_open_items_invoice_id_company_id_invoices"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_open_items")),
        sa.UniqueConstraint("id", "company_id", name=op.f("uq_open_items_id_company_id")),
    )
    op.create_index("ix_open_items_company_id_issued_on", "open_items", ["company_id", "issued_on", "id"], unique=False)
    op.create_index(
        "ix_open_items_due_on",
        "open_items",
        ["due_on", "id"],
        unique=False,
        postgresql_where=sa.text("open_amount <> 0"),
    )
    op.create_index("ix_open_items_invoice_id_company_id", "open_items", ["invoice_id", "company_id"], unique=False)
    op.create_index("ix_open_items_match_key", "open_items", ["match_key"], unique=False)
    op.create_index(
        "ix_open_items_open",
        "open_items",
        ["company_id", "due_on", "id"],
        unique=False,
        postgresql_where=sa.text("open_amount <> 0"),
    )
    op.create_index(
        "uq_open_items_invoice_id",
        "open_items",
        ["invoice_id"],
        unique=True,
        postgresql_where=sa.text("invoice_id IS NOT NULL AND kind IN ('invoice', 'credit_note', 'prepayment')"),
    )
    op.create_index(
        "uq_open_items_source", "open_items", ["source"], unique=True, postgresql_where=sa.text("source <> ''")
    )


def _settlements() -> None:
    op.create_table(
        "settlements",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("company_id", sa.BigInteger(), nullable=False),
        sa.Column("debit_id", sa.BigInteger(), nullable=False),
        sa.Column("credit_id", sa.BigInteger(), nullable=False),
        sa.Column("amount", sa.Numeric(precision=18, scale=6), nullable=False),
        sa.Column("settled_on", sa.Date(), nullable=False),
        sa.Column("booked_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("reversed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reversed_on", sa.Date(), nullable=True),
        sa.Column("credit_freed", sa.Numeric(precision=18, scale=6), server_default="0", nullable=False),
        sa.Column("user_name", sa.String(length=200), server_default="", nullable=False),
        sa.CheckConstraint("(reversed_at IS NULL) = (reversed_on IS NULL)", name=op.f("ck_settlements_reversed_whole")),
        sa.CheckConstraint("amount > 0", name=op.f("ck_settlements_amount_positive")),
        sa.CheckConstraint("debit_id <> credit_id", name=op.f("ck_settlements_two_items")),
        sa.ForeignKeyConstraint(["company_id"], ["companies.id"], name=op.f("fk_settlements_company_id_companies")),
        sa.ForeignKeyConstraint(
            ["credit_id", "company_id"],
            ["open_items.id", "open_items.company_id"],
            name=op.f("fk_settlements_credit_id_company_id_open_items"),
        ),
        sa.ForeignKeyConstraint(
            ["debit_id", "company_id"],
            ["open_items.id", "open_items.company_id"],
            name=op.f("fk_settlements_debit_id_company_id_open_items"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_settlements")),
    )
    op.create_index("ix_settlements_company_id", "settlements", ["company_id", "settled_on"], unique=False)
    op.create_index("ix_settlements_credit_id", "settlements", ["credit_id", "company_id"], unique=False)
    op.create_index("ix_settlements_debit_id", "settlements", ["debit_id", "company_id"], unique=False)


def _bank_statements() -> None:
    op.create_table(
        "bank_statements",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("file_id", sa.BigInteger(), nullable=True),
        sa.Column("file_name", sa.String(length=255), server_default="", nullable=False),
        sa.Column("format", sa.String(length=5), nullable=False),
        sa.Column("account", sa.String(length=64), nullable=False),
        sa.Column("number", sa.String(length=60), server_default="", nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("opening", sa.Numeric(precision=18, scale=6), nullable=True),
        sa.Column("closing", sa.Numeric(precision=18, scale=6), nullable=True),
        sa.Column("from_on", sa.Date(), nullable=True),
        sa.Column("to_on", sa.Date(), nullable=True),
        sa.Column("line_count", sa.Integer(), server_default="0", nullable=False),
        sa.Column("known_count", sa.Integer(), server_default="0", nullable=False),
        sa.Column("problems", postgresql.JSONB(), server_default=sa.text("'[]'::jsonb"), nullable=False),
        sa.Column("imported_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("user_name", sa.String(length=200), server_default="", nullable=False),
        sa.CheckConstraint("format IN ('camt', 'mt940', 'csv', '1c')", name=op.f("ck_bank_statements_format_known")),
        sa.ForeignKeyConstraint(["file_id"], ["files.id"], name=op.f("fk_bank_statements_file_id_files")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bank_statements")),
        sa.UniqueConstraint("sha256", "position", name=op.f("uq_bank_statements_sha256_position")),
    )
    op.create_index("ix_bank_statements_file_id", "bank_statements", ["file_id"], unique=False)
    op.create_index("ix_bank_statements_imported_at", "bank_statements", ["imported_at", "id"], unique=False)


def _bank_lines() -> None:
    op.create_table(
        "bank_lines",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("statement_id", sa.BigInteger(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("fingerprint", sa.String(length=64), nullable=False),
        sa.Column("occurrence", sa.Integer(), server_default="1", nullable=False),
        sa.Column("account", sa.String(length=64), nullable=False),
        sa.Column("booked_on", sa.Date(), nullable=False),
        sa.Column("value_on", sa.Date(), nullable=True),
        sa.Column("amount", sa.Numeric(precision=18, scale=6), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("payer_name", sa.String(length=200), server_default="", nullable=False),
        sa.Column("payer_account", sa.String(length=64), server_default="", nullable=False),
        sa.Column("payer_tax_number", sa.String(length=20), server_default="", nullable=False),
        sa.Column("text", sa.Text(), server_default="", nullable=False),
        sa.Column("creditor_reference", sa.String(length=35), server_default="", nullable=False),
        sa.Column("end_to_end", sa.String(length=60), server_default="", nullable=False),
        sa.Column("mandate", sa.String(length=35), server_default="", nullable=False),
        sa.Column("bank_reference", sa.String(length=80), server_default="", nullable=False),
        sa.Column("code", sa.String(length=40), server_default="", nullable=False),
        sa.Column("is_return", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("return_reason", sa.String(length=200), server_default="", nullable=False),
        sa.Column("state", sa.String(length=8), server_default="open", nullable=False),
        sa.Column("confidence", sa.Integer(), server_default="0", nullable=False),
        sa.Column("proposal", postgresql.JSONB(), server_default=sa.text("'[]'::jsonb"), nullable=False),
        sa.Column("twin_id", sa.BigInteger(), nullable=True),
        sa.Column("company_id", sa.BigInteger(), nullable=True),
        sa.Column("item_id", sa.BigInteger(), nullable=True),
        sa.Column("note", sa.String(length=300), server_default="", nullable=False),
        sa.CheckConstraint(
            "state IN ('open', 'proposed', 'booked', 'ignored')", name=op.f("ck_bank_lines_state_known")
        ),
        sa.CheckConstraint("amount <> 0", name=op.f("ck_bank_lines_amount_not_zero")),
        sa.CheckConstraint("confidence BETWEEN 0 AND 100", name=op.f("ck_bank_lines_confidence_in_percent")),
        sa.ForeignKeyConstraint(["company_id"], ["companies.id"], name=op.f("fk_bank_lines_company_id_companies")),
        sa.ForeignKeyConstraint(["item_id"], ["open_items.id"], name=op.f("fk_bank_lines_item_id_open_items")),
        sa.ForeignKeyConstraint(
            ["statement_id"], ["bank_statements.id"], name=op.f("fk_bank_lines_statement_id_bank_statements")
        ),
        sa.ForeignKeyConstraint(["twin_id"], ["bank_lines.id"], name=op.f("fk_bank_lines_twin_id_bank_lines")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bank_lines")),
        sa.UniqueConstraint("fingerprint", "occurrence", name=op.f("uq_bank_lines_fingerprint_occurrence")),
    )
    op.create_index("ix_bank_lines_company_id", "bank_lines", ["company_id", "id"], unique=False)
    op.create_index(
        "ix_bank_lines_end_to_end",
        "bank_lines",
        ["end_to_end"],
        unique=False,
        postgresql_where=sa.text("end_to_end <> ''"),
    )
    op.create_index("ix_bank_lines_item_id", "bank_lines", ["item_id"], unique=False)
    op.create_index("ix_bank_lines_same", "bank_lines", ["account", "booked_on", "amount"], unique=False)
    op.create_index("ix_bank_lines_statement_id", "bank_lines", ["statement_id", "position"], unique=False)
    op.create_index("ix_bank_lines_twin_id", "bank_lines", ["twin_id"], unique=False)
    op.create_index(
        "ix_bank_lines_work",
        "bank_lines",
        ["id"],
        unique=False,
        postgresql_where=sa.text("state IN ('open', 'proposed')"),
    )


def _known_payers() -> None:
    op.create_table(
        "known_payers",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("key", sa.String(length=210), nullable=False),
        sa.Column("company_id", sa.BigInteger(), nullable=False),
        sa.Column("times", sa.Integer(), server_default="1", nullable=False),
        sa.Column("last_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("times > 0", name=op.f("ck_known_payers_times_positive")),
        sa.ForeignKeyConstraint(["company_id"], ["companies.id"], name=op.f("fk_known_payers_company_id_companies")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_known_payers")),
        sa.UniqueConstraint("key", "company_id", name=op.f("uq_known_payers_key_company_id")),
    )
    op.create_index("ix_known_payers_company_id", "known_payers", ["company_id"], unique=False)


def _online_payments() -> None:
    op.create_table(
        "online_payments",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("company_id", sa.BigInteger(), nullable=False),
        sa.Column("client_ref", sa.String(length=80), nullable=False),
        sa.Column("provider", sa.String(length=20), nullable=False),
        sa.Column("provider_ref", sa.String(length=80), server_default="", nullable=False),
        sa.Column("state", sa.String(length=9), server_default="created", nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("amount", sa.Numeric(precision=18, scale=6), nullable=False),
        sa.Column("text", sa.String(length=200), server_default="", nullable=False),
        sa.Column("items", postgresql.JSONB(), nullable=False),
        sa.Column("item_id", sa.BigInteger(), nullable=True),
        sa.Column("user_name", sa.String(length=200), server_default="", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("paid_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("test_state", sa.String(length=9), server_default="", nullable=False),
        sa.Column("checkout_url", sa.String(length=1000), server_default="", nullable=False),
        sa.Column("last_error", sa.String(length=300), server_default="", nullable=False),
        sa.CheckConstraint(
            "state IN ('created', 'open', 'paid', 'failed', 'cancelled', 'expired')",
            name=op.f("ck_online_payments_state_known"),
        ),
        sa.CheckConstraint("amount > 0", name=op.f("ck_online_payments_amount_positive")),
        sa.ForeignKeyConstraint(["company_id"], ["companies.id"], name=op.f("fk_online_payments_company_id_companies")),
        sa.ForeignKeyConstraint(["item_id"], ["open_items.id"], name=op.f("fk_online_payments_item_id_open_items")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_online_payments")),
        sa.UniqueConstraint("company_id", "client_ref", name=op.f("uq_online_payments_company_id_client_ref")),
    )
    op.create_index("ix_online_payments_company_id", "online_payments", ["company_id", "id"], unique=False)
    op.create_index(
        "ix_online_payments_due",
        "online_payments",
        ["due_at"],
        unique=False,
        postgresql_where=sa.text("state IN ('created', 'open')"),
    )
    op.create_index("ix_online_payments_item_id", "online_payments", ["item_id"], unique=False)
    op.create_index(
        "uq_online_payments_provider_ref",
        "online_payments",
        ["provider", "provider_ref"],
        unique=True,
        postgresql_where=sa.text("provider_ref <> ''"),
    )


def _mandates() -> None:
    op.create_table(
        "mandates",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("company_id", sa.BigInteger(), nullable=False),
        sa.Column("reference", sa.String(length=35), nullable=False),
        sa.Column("scheme", sa.String(length=4), server_default="B2B", nullable=False),
        sa.Column("holder", sa.String(length=70), nullable=False),
        sa.Column("iban", sa.String(length=34), nullable=False),
        sa.Column("bic", sa.String(length=11), server_default="", nullable=False),
        sa.Column("signed_on", sa.Date(), nullable=False),
        sa.Column("is_used", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("revoked_on", sa.Date(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("scheme IN ('CORE', 'B2B')", name=op.f("ck_mandates_scheme_known")),
        sa.ForeignKeyConstraint(["company_id"], ["companies.id"], name=op.f("fk_mandates_company_id_companies")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mandates")),
        sa.UniqueConstraint("id", "company_id", name=op.f("uq_mandates_id_company_id")),
        sa.UniqueConstraint("reference", name=op.f("uq_mandates_reference")),
    )
    op.create_index("ix_mandates_company_id", "mandates", ["company_id", "id"], unique=False)


def _debit_runs() -> None:
    op.create_table(
        "debit_runs",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("client_ref", sa.String(length=80), nullable=False),
        sa.Column("message_id", sa.String(length=35), nullable=False),
        sa.Column("version", sa.String(length=15), nullable=False),
        sa.Column("collect_on", sa.Date(), nullable=False),
        sa.Column("entry_count", sa.Integer(), server_default="0", nullable=False),
        sa.Column("total", sa.Numeric(precision=18, scale=6), server_default="0", nullable=False),
        sa.Column("file_id", sa.BigInteger(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("user_name", sa.String(length=200), server_default="", nullable=False),
        sa.CheckConstraint(
            "version IN ('pain.008.001.02', 'pain.008.001.08')", name=op.f("ck_debit_runs_version_known")
        ),
        sa.ForeignKeyConstraint(["file_id"], ["files.id"], name=op.f("fk_debit_runs_file_id_files")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_debit_runs")),
        sa.UniqueConstraint("client_ref", name=op.f("uq_debit_runs_client_ref")),
        sa.UniqueConstraint("message_id", name=op.f("uq_debit_runs_message_id")),
    )
    op.create_index("ix_debit_runs_file_id", "debit_runs", ["file_id"], unique=False)


def _debit_entries() -> None:
    op.create_table(
        "debit_entries",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("run_id", sa.BigInteger(), nullable=False),
        sa.Column("company_id", sa.BigInteger(), nullable=False),
        sa.Column("item_id", sa.BigInteger(), nullable=False),
        sa.Column("mandate_id", sa.BigInteger(), nullable=False),
        sa.Column("amount", sa.Numeric(precision=18, scale=6), nullable=False),
        sa.Column("end_to_end", sa.String(length=35), nullable=False),
        sa.Column("sequence", sa.String(length=4), server_default="RCUR", nullable=False),
        sa.Column("state", sa.String(length=8), server_default="sent", nullable=False),
        sa.CheckConstraint(
            "state IN ('sent', 'paid', 'returned', 'dropped')", name=op.f("ck_debit_entries_state_known")
        ),
        sa.CheckConstraint("amount > 0", name=op.f("ck_debit_entries_amount_positive")),
        sa.ForeignKeyConstraint(["company_id"], ["companies.id"], name=op.f("fk_debit_entries_company_id_companies")),
        sa.ForeignKeyConstraint(
            ["item_id", "company_id"],
            ["open_items.id", "open_items.company_id"],
            name=op.f("fk_debit_entries_item_id_company_id_open_items"),
        ),
        sa.ForeignKeyConstraint(
            ["mandate_id", "company_id"],
            ["mandates.id", "mandates.company_id"],
            name=op.f("fk_debit_entries_mandate_id_company_id_mandates"),
        ),
        sa.ForeignKeyConstraint(["run_id"], ["debit_runs.id"], name=op.f("fk_debit_entries_run_id_debit_runs")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_debit_entries")),
        sa.UniqueConstraint("end_to_end", name=op.f("uq_debit_entries_end_to_end")),
    )
    op.create_index("ix_debit_entries_company_id", "debit_entries", ["company_id"], unique=False)
    op.create_index("ix_debit_entries_item", "debit_entries", ["item_id", "company_id"], unique=False)
    op.create_index("ix_debit_entries_mandate", "debit_entries", ["mandate_id", "company_id"], unique=False)
    op.create_index("ix_debit_entries_run_id", "debit_entries", ["run_id", "id"], unique=False)
    op.create_index(
        "uq_debit_entries_item_id",
        "debit_entries",
        ["item_id"],
        unique=True,
        postgresql_where=sa.text("state = 'sent'"),
    )


def downgrade() -> None:
    op.execute("UPDATE credit_entries SET kind = 'purchased' WHERE kind = 'unpaid'")
    _ledger_kinds("")
    for table in reversed(TENANT):
        op.drop_table(table)
