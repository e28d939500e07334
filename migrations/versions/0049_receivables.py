"""Reminders, interest, promises, write-offs."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from app.core.policies import OWN, secure

revision = "0049"
down_revision = "0048"
branch_labels = None
depends_on = None

TABLES = (
    "dunning_rules",
    "base_rates",
    "dunning_terms",
    "dunning_runs",
    "reminders",
    "reminder_items",
    "interest_charges",
    "payment_promises",
)
# An account reads what was sent to it, not what is being thought about.
_READABLE = {
    "reminders": f"{OWN} AND state = 'issued'",
    "reminder_items": f"{OWN} AND is_issued",
    "payment_promises": OWN,
}


def upgrade() -> None:
    _dunning_rules()
    _base_rates()
    _dunning_terms()
    _dunning_runs()
    _reminders()
    _reminder_items()
    _interest_charges()
    _payment_promises()
    for table in TABLES:
        condition = _READABLE.get(table)
        rules = secure(table, tenant="SELECT", condition=condition) if condition else secure(table)
        for statement in rules:
            op.execute(statement)


def _dunning_rules() -> None:
    op.create_table(
        "dunning_rules",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("is_default", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("minimum", sa.Numeric(18, 6), server_default="0", nullable=False),
        sa.Column("gap_days", sa.Integer(), server_default="7", nullable=False),
        sa.Column("levels", postgresql.JSONB(), server_default=sa.text("'[]'::jsonb"), nullable=False),
        sa.Column("interest_points", sa.Numeric(6, 3), server_default="0", nullable=False),
        sa.Column("interest_basis", sa.String(length=6), server_default="365", nullable=False),
        sa.CheckConstraint(
            "interest_basis IN ('365', '360', '30e360')", name=op.f("ck_dunning_rules_interest_basis_known")
        ),
        sa.CheckConstraint("minimum >= 0 AND gap_days >= 0", name=op.f("ck_dunning_rules_limits_not_negative")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dunning_rules")),
        sa.UniqueConstraint("currency", "name", name=op.f("uq_dunning_rules_currency_name")),
    )
    op.create_index(
        "uq_dunning_rules_default", "dunning_rules", ["currency"], unique=True, postgresql_where=sa.text("is_default")
    )


def _base_rates() -> None:
    op.create_table(
        "base_rates",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("percent", sa.Numeric(7, 4), nullable=False),
        sa.Column("source", sa.String(length=120), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_base_rates")),
        sa.UniqueConstraint("valid_from", name=op.f("uq_base_rates_valid_from")),
    )


def _dunning_terms() -> None:
    op.create_table(
        "dunning_terms",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("company_id", sa.BigInteger(), nullable=False),
        sa.Column("rule_id", sa.BigInteger(), nullable=True),
        sa.Column("stopped_until", sa.Date(), nullable=True),
        sa.Column("stop_reason", sa.String(length=300), server_default="", nullable=False),
        sa.Column("insurer", sa.String(length=120), server_default="", nullable=False),
        sa.Column("insured_limit", sa.Numeric(18, 6), nullable=True),
        sa.Column("insured_currency", sa.String(length=3), nullable=True),
        sa.Column("insured_until", sa.Date(), nullable=True),
        sa.CheckConstraint(
            "(insured_limit IS NULL) = (insured_currency IS NULL)", name=op.f("ck_dunning_terms_insured_whole")
        ),
        sa.CheckConstraint("insured_limit >= 0", name=op.f("ck_dunning_terms_insured_limit_not_negative")),
        sa.ForeignKeyConstraint(["company_id"], ["companies.id"], name=op.f("fk_dunning_terms_company_id_companies")),
        sa.ForeignKeyConstraint(["rule_id"], ["dunning_rules.id"], name=op.f("fk_dunning_terms_rule_id_dunning_rules")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dunning_terms")),
        sa.UniqueConstraint("company_id", name=op.f("uq_dunning_terms_company_id")),
    )
    op.create_index("ix_dunning_terms_rule_id", "dunning_terms", ["rule_id"])


def _dunning_runs() -> None:
    op.create_table(
        "dunning_runs",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("client_ref", sa.String(length=80), nullable=False),
        sa.Column("as_of", sa.Date(), nullable=False),
        sa.Column("state", sa.String(length=8), server_default="waiting", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("user_name", sa.String(length=200), server_default="", nullable=False),
        sa.Column("approved_by", sa.String(length=200), server_default="", nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("last_error", sa.Text(), server_default="", nullable=False),
        sa.CheckConstraint(
            "state IN ('waiting', 'proposed', 'approved', 'done', 'dropped')", name=op.f("ck_dunning_runs_state_known")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dunning_runs")),
        sa.UniqueConstraint("client_ref", name=op.f("uq_dunning_runs_client_ref")),
    )
    op.create_index(
        "ix_dunning_runs_due", "dunning_runs", ["due_at"], postgresql_where=sa.text("state IN ('waiting', 'approved')")
    )


def _reminders() -> None:
    op.create_table(
        "reminders",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("company_id", sa.BigInteger(), nullable=False),
        sa.Column("run_id", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("level", sa.Integer(), nullable=False),
        sa.Column("last_level", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=8), server_default="proposed", nullable=False),
        sa.Column("amount", sa.Numeric(18, 6), nullable=False),
        sa.Column("fee", sa.Numeric(18, 6), server_default="0", nullable=False),
        sa.Column("interest", sa.Numeric(18, 6), server_default="0", nullable=False),
        sa.Column("pay_by", sa.Date(), nullable=False),
        sa.Column("reason", sa.String(length=300), server_default="", nullable=False),
        sa.Column("number", sa.String(length=40), nullable=True),
        sa.Column("issued_on", sa.Date(), nullable=True),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("document", postgresql.JSONB(), nullable=True),
        sa.Column("file_id", sa.BigInteger(), nullable=True),
        sa.CheckConstraint("(state = 'issued') = (number IS NOT NULL)", name=op.f("ck_reminders_numbered_when_issued")),
        sa.CheckConstraint("state IN ('proposed', 'left_out', 'issued')", name=op.f("ck_reminders_state_known")),
        sa.CheckConstraint("level > 0 AND level <= last_level", name=op.f("ck_reminders_level_within")),
        sa.ForeignKeyConstraint(["company_id"], ["companies.id"], name=op.f("fk_reminders_company_id_companies")),
        sa.ForeignKeyConstraint(["file_id"], ["files.id"], name=op.f("fk_reminders_file_id_files")),
        sa.ForeignKeyConstraint(["run_id"], ["dunning_runs.id"], name=op.f("fk_reminders_run_id_dunning_runs")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reminders")),
        sa.UniqueConstraint("id", "company_id", name=op.f("uq_reminders_id_company_id")),
        sa.UniqueConstraint("number", name=op.f("uq_reminders_number")),
        sa.UniqueConstraint("run_id", "company_id", "currency", name=op.f("uq_reminders_run_id_company_id_currency")),
    )
    op.create_index("ix_reminders_company_id", "reminders", ["company_id", "id"])
    op.create_index("ix_reminders_file_id", "reminders", ["file_id"])
    op.create_index(
        "ix_reminders_to_print", "reminders", ["id"], postgresql_where=sa.text("state = 'issued' AND file_id IS NULL")
    )


def _reminder_items() -> None:
    op.create_table(
        "reminder_items",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("company_id", sa.BigInteger(), nullable=False),
        sa.Column("reminder_id", sa.BigInteger(), nullable=False),
        sa.Column("item_id", sa.BigInteger(), nullable=False),
        sa.Column("level", sa.Integer(), nullable=False),
        sa.Column("days_late", sa.Integer(), nullable=False),
        sa.Column("amount", sa.Numeric(18, 6), nullable=False),
        sa.Column("is_issued", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.ForeignKeyConstraint(
            ["item_id", "company_id"],
            ["open_items.id", "open_items.company_id"],
            name=op.f("fk_reminder_items_item_id_company_id_open_items"),
        ),
        sa.ForeignKeyConstraint(
            ["reminder_id", "company_id"],
            ["reminders.id", "reminders.company_id"],
            name=op.f("fk_reminder_items_reminder_id_company_id_reminders"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reminder_items")),
        sa.UniqueConstraint("reminder_id", "item_id", name=op.f("uq_reminder_items_reminder_id_item_id")),
    )
    op.create_index("ix_reminder_items_company_id", "reminder_items", ["company_id"])
    op.create_index("ix_reminder_items_item_id", "reminder_items", ["item_id", "company_id"])
    op.create_index("ix_reminder_items_reminder_id", "reminder_items", ["reminder_id", "company_id"])
    op.create_index(
        "uq_reminder_items_level",
        "reminder_items",
        ["item_id", "level"],
        unique=True,
        postgresql_where=sa.text("is_issued"),
    )


def _interest_charges() -> None:
    op.create_table(
        "interest_charges",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("company_id", sa.BigInteger(), nullable=False),
        sa.Column("item_id", sa.BigInteger(), nullable=False),
        sa.Column("reminder_id", sa.BigInteger(), nullable=False),
        sa.Column("start_on", sa.Date(), nullable=False),
        sa.Column("end_on", sa.Date(), nullable=False),
        sa.Column("amount", sa.Numeric(18, 6), nullable=False),
        sa.Column("spans", postgresql.JSONB(), server_default=sa.text("'[]'::jsonb"), nullable=False),
        sa.CheckConstraint("start_on <= end_on", name=op.f("ck_interest_charges_days_in_order")),
        sa.ForeignKeyConstraint(
            ["item_id", "company_id"],
            ["open_items.id", "open_items.company_id"],
            name=op.f("fk_interest_charges_item_id_company_id_open_items"),
        ),
        sa.ForeignKeyConstraint(
            ["reminder_id", "company_id"],
            ["reminders.id", "reminders.company_id"],
            name=op.f("fk_interest_charges_reminder_id_company_id_reminders"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_interest_charges")),
        sa.UniqueConstraint("item_id", "start_on", name=op.f("uq_interest_charges_item_id_start_on")),
    )
    op.create_index("ix_interest_charges_company_id", "interest_charges", ["company_id"])
    op.create_index("ix_interest_charges_item_id", "interest_charges", ["item_id", "company_id"])
    op.create_index("ix_interest_charges_reminder_id", "interest_charges", ["reminder_id", "company_id"])


def _payment_promises() -> None:
    op.create_table(
        "payment_promises",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("company_id", sa.BigInteger(), nullable=False),
        sa.Column("client_ref", sa.String(length=80), nullable=False),
        sa.Column("item_id", sa.BigInteger(), nullable=True),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("amount", sa.Numeric(18, 6), nullable=False),
        sa.Column("promised_on", sa.Date(), nullable=False),
        sa.Column("note", sa.String(length=300), server_default="", nullable=False),
        sa.Column("state", sa.String(length=9), server_default="open", nullable=False),
        sa.Column("user_name", sa.String(length=200), server_default="", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint(
            "state IN ('open', 'kept', 'broken', 'withdrawn')", name=op.f("ck_payment_promises_state_known")
        ),
        sa.CheckConstraint("amount > 0", name=op.f("ck_payment_promises_amount_positive")),
        sa.ForeignKeyConstraint(
            ["company_id"], ["companies.id"], name=op.f("fk_payment_promises_company_id_companies")
        ),
        sa.ForeignKeyConstraint(
            ["item_id", "company_id"],
            ["open_items.id", "open_items.company_id"],
            name=op.f("fk_payment_promises_item_id_company_id_open_items"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payment_promises")),
        sa.UniqueConstraint("company_id", "client_ref", name=op.f("uq_payment_promises_company_id_client_ref")),
    )
    op.create_index("ix_payment_promises_item_id", "payment_promises", ["item_id", "company_id"])
    op.create_index(
        "ix_payment_promises_open",
        "payment_promises",
        ["promised_on", "id"],
        postgresql_where=sa.text("state = 'open'"),
    )


def downgrade() -> None:
    for table in reversed(TABLES):
        op.drop_table(table)
