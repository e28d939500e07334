"""Legal entities, rules of invoicing, lines of invoices, closed periods, collective runs, deposits."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from app.core.policies import secure

revision = "0047"
down_revision = "0046"
branch_labels = None
depends_on = None

TABLES = (
    "legal_entities",
    "invoice_rules",
    "closed_periods",
    "invoice_lines",
    "invoice_amounts",
    "prepayment_uses",
    "billables",
    "invoice_runs",
    "invoice_run_items",
    "packaging_items",
    "packaging_moves",
)
_KINDS = "kind IN ('invoice', 'credit_note', 'prepayment', 'proforma', 'corrective')"
_KEPT = (
    "company_id, number, kind, order_id, order_number, po_number, customer_name, issued_at, issued_on, due_on, currency, "
    "net_total, vat_total, gross_total, locale"
)
_KEPT_NOW = (
    f"{_KEPT}, client_ref, entity_id, prepaid_total, corrects_id, reason, period_start, period_end, tax_currency, "
    "vat_total_local, exchange_rate, rate_on, rate_source"
)
_FUNCTION = """
CREATE OR REPLACE FUNCTION keep_invoice_as_issued() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF ({new}) IS DISTINCT FROM ({old})
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
_LINES = """
INSERT INTO invoice_lines (company_id, invoice_id, position, order_id, order_line_id, sku, name, quantity, unit, net,
    vat_category, vat_rate)
SELECT i.company_id, i.id, l.position, l.order_id, l.id, l.sku, l.name, l.quantity, l.unit, l.net, l.vat_category,
    l.vat_rate
FROM invoices i JOIN order_lines l ON l.order_id = i.order_id AND l.company_id = i.company_id
WHERE i.kind = 'invoice' AND l.quantity > 0"""
_AMOUNTS = """
INSERT INTO invoice_amounts (company_id, invoice_id, position, source, is_charge, reason, reason_code, amount, vat_category,
    vat_rate)
SELECT company_id, id, row_number() OVER (PARTITION BY id ORDER BY is_charge, position), source, is_charge, name, code,
    amount, vat_category, vat_rate
FROM (
    SELECT i.company_id, i.id, a.position, 'allowance:' || a.id AS source, false AS is_charge, a.name, '95' AS code, a.amount,
        a.vat_category, a.vat_rate
    FROM invoices i JOIN order_allowances a ON a.order_id = i.order_id AND a.company_id = i.company_id
    WHERE i.kind = 'invoice'
    UNION ALL
    SELECT i.company_id, i.id, c.position, 'charge:' || c.id, true, c.name,
        CASE c.kind WHEN 'delivery' THEN 'FC' WHEN 'surcharge' THEN 'DAN' ELSE 'FI' END, c.amount, c.vat_category, c.vat_rate
    FROM invoices i JOIN order_charges c ON c.order_id = i.order_id AND c.company_id = i.company_id
    WHERE i.kind = 'invoice'
) AS found"""


def upgrade() -> None:
    _legal_entities()
    _invoice_rules()
    _closed_periods()
    _invoice_lines()
    _invoice_amounts()
    _prepayment_uses()
    _billables()
    _invoice_runs()
    _invoice_run_items()
    _packaging_items()
    _packaging_moves()
    _invoices()
    _keep(_KEPT_NOW)
    for statement in (
        *secure("legal_entities", tenant="SELECT", condition="true", operator="SELECT, INSERT, UPDATE"),
        *secure("invoice_rules", tenant="SELECT"),
        *secure("closed_periods", operator="SELECT, INSERT, UPDATE"),
        *secure("invoice_lines", tenant="SELECT", operator="SELECT, INSERT, UPDATE"),
        *secure("invoice_amounts", tenant="SELECT", operator="SELECT, INSERT, UPDATE"),
        *secure("prepayment_uses", tenant="SELECT"),
        *secure("billables", tenant="SELECT"),
        *secure("invoice_runs", operator="SELECT, INSERT, UPDATE"),
        *secure("invoice_run_items", operator="SELECT, INSERT, UPDATE"),
        *secure("packaging_items", tenant="SELECT", condition="true"),
        *secure("packaging_moves", tenant="SELECT"),
    ):
        op.execute(statement)
    op.execute(_LINES)
    op.execute(_AMOUNTS)
    op.execute("UPDATE invoices SET client_ref = 'order:' || order_id WHERE kind = 'invoice'")


def _keep(columns: str) -> None:
    """What a trigger refuses to change of an issued invoice."""
    names = columns.split(", ")
    op.execute(
        _FUNCTION.format(new=", ".join(f"NEW.{name}" for name in names), old=", ".join(f"OLD.{name}" for name in names))
    )


def _invoices() -> None:
    for column in (
        sa.Column("client_ref", sa.String(80), nullable=True),
        sa.Column("entity_id", sa.BigInteger(), nullable=True),
        sa.Column("prepaid_total", sa.Numeric(18, 6), server_default="0", nullable=False),
        sa.Column("corrects_id", sa.BigInteger(), nullable=True),
        sa.Column("cancelled_by_id", sa.BigInteger(), nullable=True),
        sa.Column("reason", sa.String(300), server_default="", nullable=False),
        sa.Column("period_start", sa.Date(), nullable=True),
        sa.Column("period_end", sa.Date(), nullable=True),
        sa.Column("tax_currency", sa.String(3), server_default="", nullable=False),
        sa.Column("vat_total_local", sa.Numeric(18, 6), nullable=True),
        sa.Column("exchange_rate", sa.Numeric(18, 8), nullable=True),
        sa.Column("rate_on", sa.Date(), nullable=True),
        sa.Column("rate_source", sa.String(60), server_default="", nullable=False),
    ):
        op.add_column("invoices", column)
    op.alter_column("invoices", "order_id", nullable=True)
    op.drop_constraint("uq_invoices_order_id_kind", "invoices")
    op.drop_constraint("ck_invoices_kind_known", "invoices")
    op.create_check_constraint(op.f("ck_invoices_kind_known"), "invoices", _KINDS)
    op.create_check_constraint(op.f("ck_invoices_prepaid_not_negative"), "invoices", "prepaid_total >= 0")
    op.create_unique_constraint(op.f("uq_invoices_company_id_client_ref"), "invoices", ["company_id", "client_ref"])
    op.create_foreign_key(
        op.f("fk_invoices_entity_id_legal_entities"), "invoices", "legal_entities", ["entity_id"], ["id"]
    )
    for column in ("corrects_id", "cancelled_by_id"):
        op.create_foreign_key(
            op.f(f"fk_invoices_{column}_company_id_invoices"), "invoices", "invoices", [column, "company_id"],
            ["id", "company_id"],
        )  # fmt: skip
        op.create_index(f"ix_invoices_{column}", "invoices", [column])
    op.create_index("ix_invoices_entity_id", "invoices", ["entity_id"])
    op.create_index("ix_invoices_order_id_kind", "invoices", ["order_id", "kind"])


def _legal_entities() -> None:
    op.create_table(
        "legal_entities",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("code", sa.String(length=20), nullable=False),
        sa.Column("number_prefix", sa.String(length=8), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("legal_name", sa.String(length=200), server_default="", nullable=False),
        sa.Column("vat_id", sa.String(length=20), server_default="", nullable=False),
        sa.Column("tax_number", sa.String(length=40), server_default="", nullable=False),
        sa.Column("registration_number", sa.String(length=60), server_default="", nullable=False),
        sa.Column("gln", sa.String(length=13), server_default="", nullable=False),
        sa.Column("endpoint_scheme", sa.String(length=4), server_default="", nullable=False),
        sa.Column("endpoint_id", sa.String(length=100), server_default="", nullable=False),
        sa.Column("street", sa.String(length=200), server_default="", nullable=False),
        sa.Column("street2", sa.String(length=200), server_default="", nullable=False),
        sa.Column("postcode", sa.String(length=20), server_default="", nullable=False),
        sa.Column("city", sa.String(length=100), server_default="", nullable=False),
        sa.Column("region", sa.String(length=100), server_default="", nullable=False),
        sa.Column("country", sa.String(length=2), nullable=False),
        sa.Column("time_zone", sa.String(length=40), server_default="UTC", nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("email", sa.String(length=254), server_default="", nullable=False),
        sa.Column("phone", sa.String(length=40), server_default="", nullable=False),
        sa.Column("bank_name", sa.String(length=120), server_default="", nullable=False),
        sa.Column("iban", sa.String(length=34), server_default="", nullable=False),
        sa.Column("bic", sa.String(length=11), server_default="", nullable=False),
        sa.Column("footer", sa.Text(), server_default="", nullable=False),
        sa.Column("is_active", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_legal_entities")),
        sa.UniqueConstraint("code", name=op.f("uq_legal_entities_code")),
        sa.UniqueConstraint("number_prefix", name=op.f("uq_legal_entities_number_prefix")),
    )


def _invoice_rules() -> None:
    op.create_table(
        "invoice_rules",
        sa.Column("company_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("entity_id", sa.BigInteger(), nullable=True),
        sa.Column("mode", sa.String(length=10), server_default="order", nullable=False),
        sa.Column("period", sa.String(length=12), server_default="monthly", nullable=False),
        sa.Column("discount_days", sa.Integer(), server_default="0", nullable=False),
        sa.Column("discount_percent", sa.Numeric(precision=6, scale=3), server_default="0", nullable=False),
        sa.Column("second_days", sa.Integer(), server_default="0", nullable=False),
        sa.Column("second_percent", sa.Numeric(precision=6, scale=3), server_default="0", nullable=False),
        sa.CheckConstraint("mode IN ('order', 'shipment', 'collective')", name=op.f("ck_invoice_rules_mode_known")),
        sa.CheckConstraint(
            "period IN ('weekly', 'half_monthly', 'monthly')", name=op.f("ck_invoice_rules_period_known")
        ),
        sa.CheckConstraint("discount_days >= 0 AND second_days >= 0", name=op.f("ck_invoice_rules_days_not_negative")),
        sa.CheckConstraint(
            "discount_percent >= 0 AND discount_percent < 100", name=op.f("ck_invoice_rules_discount_possible")
        ),
        sa.CheckConstraint(
            "second_percent >= 0 AND second_percent < 100", name=op.f("ck_invoice_rules_second_possible")
        ),
        sa.ForeignKeyConstraint(["company_id"], ["companies.id"], name=op.f("fk_invoice_rules_company_id_companies")),
        sa.ForeignKeyConstraint(
            ["entity_id"], ["legal_entities.id"], name=op.f("fk_invoice_rules_entity_id_legal_entities")
        ),
        sa.PrimaryKeyConstraint("company_id", name=op.f("pk_invoice_rules")),
    )
    op.create_index("ix_invoice_rules_entity_id", "invoice_rules", ["entity_id"], unique=False)


def _closed_periods() -> None:
    op.create_table(
        "closed_periods",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("entity_id", sa.BigInteger(), nullable=True),
        sa.Column("through", sa.Date(), nullable=False),
        sa.Column("reason", sa.String(length=300), server_default="", nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=True),
        sa.Column("user_name", sa.String(length=200), server_default="", nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("reopened_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["entity_id"], ["legal_entities.id"], name=op.f("fk_closed_periods_entity_id_legal_entities")
        ),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_closed_periods_user_id_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_closed_periods")),
    )
    op.create_index("ix_closed_periods_entity_id", "closed_periods", ["entity_id"], unique=False)
    op.create_index(
        "ix_closed_periods_through",
        "closed_periods",
        ["through"],
        unique=False,
        postgresql_where=sa.text("reopened_at IS NULL"),
    )
    op.create_index("ix_closed_periods_user_id", "closed_periods", ["user_id"], unique=False)


def _invoice_lines() -> None:
    op.create_table(
        "invoice_lines",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("company_id", sa.BigInteger(), nullable=False),
        sa.Column("invoice_id", sa.BigInteger(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=10), server_default="goods", nullable=False),
        sa.Column("order_id", sa.BigInteger(), nullable=True),
        sa.Column("order_line_id", sa.BigInteger(), nullable=True),
        sa.Column("shipment_id", sa.BigInteger(), nullable=True),
        sa.Column("credits_line_id", sa.BigInteger(), nullable=True),
        sa.Column("sku", sa.String(length=60), server_default="", nullable=False),
        sa.Column("name", sa.String(length=300), server_default="", nullable=False),
        sa.Column("quantity", sa.Numeric(precision=18, scale=6), nullable=False),
        sa.Column("unit", sa.String(length=3), nullable=False),
        sa.Column("net", sa.Numeric(precision=18, scale=6), nullable=False),
        sa.Column("vat_category", sa.String(length=2), nullable=False),
        sa.Column("vat_rate", sa.Numeric(precision=6, scale=3), nullable=True),
        sa.Column("credited_quantity", sa.Numeric(precision=18, scale=6), server_default="0", nullable=False),
        sa.Column("credited_net", sa.Numeric(precision=18, scale=6), server_default="0", nullable=False),
        sa.CheckConstraint(
            "kind IN ('goods', 'deposit', 'prepayment', 'value')", name=op.f("ck_invoice_lines_kind_known")
        ),
        sa.CheckConstraint(
            "credited_quantity >= 0 AND credited_quantity <= abs(quantity)", name=op.f("ck_invoice_lines_credit_within")
        ),
        sa.ForeignKeyConstraint(
            ["credits_line_id"], ["invoice_lines.id"], name=op.f("fk_invoice_lines_credits_line_id_invoice_lines")
        ),
        sa.ForeignKeyConstraint(
            ["invoice_id", "company_id"],
            ["invoices.id", "invoices.company_id"],
            name=op.f("fk_invoice_lines_invoice_id_company_id_invoices"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_invoice_lines")),
        sa.UniqueConstraint("invoice_id", "position", name=op.f("uq_invoice_lines_invoice_id_position")),
    )
    op.create_index("ix_invoice_lines_company_id", "invoice_lines", ["company_id"], unique=False)
    op.create_index("ix_invoice_lines_credits_line_id", "invoice_lines", ["credits_line_id"], unique=False)
    op.create_index(
        "ix_invoice_lines_order_id",
        "invoice_lines",
        ["order_id"],
        unique=False,
        postgresql_where=sa.text("order_id IS NOT NULL"),
    )
    op.create_index(
        "ix_invoice_lines_order_line_id",
        "invoice_lines",
        ["order_line_id"],
        unique=False,
        postgresql_where=sa.text("order_line_id IS NOT NULL"),
    )
    op.create_index(
        "ix_invoice_lines_shipment_id",
        "invoice_lines",
        ["shipment_id"],
        unique=False,
        postgresql_where=sa.text("shipment_id IS NOT NULL"),
    )


def _invoice_amounts() -> None:
    op.create_table(
        "invoice_amounts",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("company_id", sa.BigInteger(), nullable=False),
        sa.Column("invoice_id", sa.BigInteger(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("source", sa.String(length=40), server_default="", nullable=False),
        sa.Column("is_charge", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.String(length=120), nullable=False),
        sa.Column("reason_code", sa.String(length=3), server_default="", nullable=False),
        sa.Column("amount", sa.Numeric(precision=18, scale=6), nullable=False),
        sa.Column("vat_category", sa.String(length=2), nullable=False),
        sa.Column("vat_rate", sa.Numeric(precision=6, scale=3), nullable=True),
        sa.Column("credited", sa.Numeric(precision=18, scale=6), server_default="0", nullable=False),
        sa.CheckConstraint("amount > 0", name=op.f("ck_invoice_amounts_amount_positive")),
        sa.CheckConstraint("credited >= 0 AND credited <= amount", name=op.f("ck_invoice_amounts_credit_within")),
        sa.ForeignKeyConstraint(
            ["invoice_id", "company_id"],
            ["invoices.id", "invoices.company_id"],
            name=op.f("fk_invoice_amounts_invoice_id_company_id_invoices"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_invoice_amounts")),
        sa.UniqueConstraint("invoice_id", "position", name=op.f("uq_invoice_amounts_invoice_id_position")),
    )
    op.create_index("ix_invoice_amounts_company_id", "invoice_amounts", ["company_id"], unique=False)
    op.create_index("ix_invoice_amounts_source", "invoice_amounts", ["source"], unique=False)


def _prepayment_uses() -> None:
    op.create_table(
        "prepayment_uses",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("company_id", sa.BigInteger(), nullable=False),
        sa.Column("invoice_id", sa.BigInteger(), nullable=False),
        sa.Column("prepayment_id", sa.BigInteger(), nullable=False),
        sa.Column("amount", sa.Numeric(precision=18, scale=6), nullable=False),
        sa.Column("vat", sa.Numeric(precision=18, scale=6), nullable=False),
        sa.CheckConstraint("amount > 0", name=op.f("ck_prepayment_uses_amount_positive")),
        sa.ForeignKeyConstraint(
            ["invoice_id", "company_id"],
            ["invoices.id", "invoices.company_id"],
            name=op.f("fk_prepayment_uses_invoice_id_company_id_invoices"),
        ),
        sa.ForeignKeyConstraint(
            ["prepayment_id", "company_id"],
            ["invoices.id", "invoices.company_id"],
            name=op.f("fk_prepayment_uses_prepayment_id_company_id_invoices"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_prepayment_uses")),
        sa.UniqueConstraint("invoice_id", "prepayment_id", name=op.f("uq_prepayment_uses_invoice_id_prepayment_id")),
    )
    op.create_index("ix_prepayment_uses_company_id", "prepayment_uses", ["company_id"], unique=False)
    op.create_index("ix_prepayment_uses_prepayment_id", "prepayment_uses", ["prepayment_id"], unique=False)


def _billables() -> None:
    op.create_table(
        "billables",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("company_id", sa.BigInteger(), nullable=False),
        sa.Column("order_id", sa.BigInteger(), nullable=False),
        sa.Column("order_line_id", sa.BigInteger(), nullable=False),
        sa.Column("shipment_id", sa.BigInteger(), nullable=False),
        sa.Column("shipment_number", sa.String(length=40), nullable=False),
        sa.Column("sent_on", sa.Date(), nullable=False),
        sa.Column("quantity", sa.Numeric(precision=18, scale=6), nullable=False),
        sa.Column("invoice_id", sa.BigInteger(), nullable=True),
        sa.CheckConstraint("quantity > 0", name=op.f("ck_billables_quantity_positive")),
        sa.ForeignKeyConstraint(["company_id"], ["companies.id"], name=op.f("fk_billables_company_id_companies")),
        sa.ForeignKeyConstraint(
            ["invoice_id", "company_id"],
            ["invoices.id", "invoices.company_id"],
            name=op.f("fk_billables_invoice_id_company_id_invoices"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_billables")),
        sa.UniqueConstraint("shipment_id", "order_line_id", name=op.f("uq_billables_shipment_id_order_line_id")),
    )
    op.create_index("ix_billables_invoice_id", "billables", ["invoice_id"], unique=False)
    op.create_index("ix_billables_order_line_id", "billables", ["order_line_id"], unique=False)
    op.create_index(
        "ix_billables_waiting",
        "billables",
        ["company_id", "sent_on"],
        unique=False,
        postgresql_where=sa.text("invoice_id IS NULL"),
    )


def _invoice_runs() -> None:
    op.create_table(
        "invoice_runs",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("client_ref", sa.String(length=80), nullable=False),
        sa.Column("period", sa.String(length=12), nullable=False),
        sa.Column("through", sa.Date(), nullable=False),
        sa.Column("issued_on", sa.Date(), nullable=False),
        sa.Column("state", sa.String(length=7), server_default="waiting", nullable=False),
        sa.Column("total", sa.Integer(), server_default="0", nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=True),
        sa.Column("user_name", sa.String(length=200), server_default="", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "period IN ('weekly', 'half_monthly', 'monthly')", name=op.f("ck_invoice_runs_period_known")
        ),
        sa.CheckConstraint("state IN ('waiting', 'running', 'done')", name=op.f("ck_invoice_runs_state_known")),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_invoice_runs_user_id_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_invoice_runs")),
        sa.UniqueConstraint("client_ref", name=op.f("uq_invoice_runs_client_ref")),
    )
    op.create_index(
        "ix_invoice_runs_due", "invoice_runs", ["due_at"], unique=False, postgresql_where=sa.text("state <> 'done'")
    )
    op.create_index("ix_invoice_runs_user_id", "invoice_runs", ["user_id"], unique=False)


def _invoice_run_items() -> None:
    op.create_table(
        "invoice_run_items",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("run_id", sa.BigInteger(), nullable=False),
        sa.Column("company_id", sa.BigInteger(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("facts", postgresql.JSONB(), nullable=False),
        sa.Column("state", sa.String(length=7), server_default="waiting", nullable=False),
        sa.Column("invoice_id", sa.BigInteger(), nullable=True),
        sa.Column("last_error", sa.Text(), server_default="", nullable=False),
        sa.CheckConstraint(
            "state IN ('waiting', 'done', 'empty', 'failed')", name=op.f("ck_invoice_run_items_state_known")
        ),
        sa.ForeignKeyConstraint(
            ["company_id"], ["companies.id"], name=op.f("fk_invoice_run_items_company_id_companies")
        ),
        sa.ForeignKeyConstraint(["run_id"], ["invoice_runs.id"], name=op.f("fk_invoice_run_items_run_id_invoice_runs")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_invoice_run_items")),
        sa.UniqueConstraint("run_id", "position", name=op.f("uq_invoice_run_items_run_id_position")),
    )
    op.create_index("ix_invoice_run_items_company_id", "invoice_run_items", ["company_id"], unique=False)
    op.create_index("ix_invoice_run_items_invoice_id", "invoice_run_items", ["invoice_id"], unique=False)


def _packaging_items() -> None:
    op.create_table(
        "packaging_items",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("deposit", sa.Numeric(precision=18, scale=6), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("is_active", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.CheckConstraint("deposit > 0", name=op.f("ck_packaging_items_deposit_positive")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_packaging_items")),
        sa.UniqueConstraint("code", name=op.f("uq_packaging_items_code")),
    )


def _packaging_moves() -> None:
    op.create_table(
        "packaging_moves",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("company_id", sa.BigInteger(), nullable=False),
        sa.Column("client_ref", sa.String(length=80), nullable=False),
        sa.Column("item_id", sa.BigInteger(), nullable=False),
        sa.Column("quantity", sa.Numeric(precision=18, scale=6), nullable=False),
        sa.Column("moved_on", sa.Date(), nullable=False),
        sa.Column("shipment_id", sa.BigInteger(), nullable=True),
        sa.Column("note", sa.String(length=200), server_default="", nullable=False),
        sa.Column("invoice_id", sa.BigInteger(), nullable=True),
        sa.CheckConstraint("quantity <> 0", name=op.f("ck_packaging_moves_quantity_not_zero")),
        sa.ForeignKeyConstraint(["company_id"], ["companies.id"], name=op.f("fk_packaging_moves_company_id_companies")),
        sa.ForeignKeyConstraint(
            ["invoice_id", "company_id"],
            ["invoices.id", "invoices.company_id"],
            name=op.f("fk_packaging_moves_invoice_id_company_id_invoices"),
        ),
        sa.ForeignKeyConstraint(
            ["item_id"], ["packaging_items.id"], name=op.f("fk_packaging_moves_item_id_packaging_items")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_packaging_moves")),
        sa.UniqueConstraint("company_id", "client_ref", name=op.f("uq_packaging_moves_company_id_client_ref")),
    )
    op.create_index("ix_packaging_moves_invoice_id", "packaging_moves", ["invoice_id"], unique=False)
    op.create_index("ix_packaging_moves_item_id", "packaging_moves", ["item_id"], unique=False)
    op.create_index(
        "ix_packaging_moves_waiting",
        "packaging_moves",
        ["company_id"],
        unique=False,
        postgresql_where=sa.text("invoice_id IS NULL"),
    )


def downgrade() -> None:
    """Documents of kinds that were not known before stop it."""
    _keep(_KEPT)
    for name in (
        "ix_invoices_order_id_kind",
        "ix_invoices_entity_id",
        "ix_invoices_cancelled_by_id",
        "ix_invoices_corrects_id",
    ):
        op.drop_index(name, "invoices")
    op.drop_constraint("ck_invoices_kind_known", "invoices")
    op.create_check_constraint(op.f("ck_invoices_kind_known"), "invoices", "kind IN ('invoice', 'credit_note')")
    op.create_unique_constraint(op.f("uq_invoices_order_id_kind"), "invoices", ["order_id", "kind"])
    op.alter_column("invoices", "order_id", nullable=False)
    for column in (
        "rate_source", "rate_on", "exchange_rate", "vat_total_local", "tax_currency", "period_end", "period_start", "reason",
        "cancelled_by_id", "corrects_id", "prepaid_total", "entity_id", "client_ref",
    ):  # fmt: skip
        op.drop_column("invoices", column)
    for table in reversed(TABLES):
        op.drop_table(table)
