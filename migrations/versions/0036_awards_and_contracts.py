"""Awards, supply contracts, call-offs and scorecards."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from app.core.policies import secure

revision = "0036"
down_revision = "0035"
branch_labels = None
depends_on = None

CURRENT = "current_setting('kontor.company_id')::bigint"
SUPPLIER = f"supplier_id = {CURRENT}"
# What the buyer's side may do with its own rows, and which columns it may change.
TABLES = {
    "awards": ("SELECT, INSERT, UPDATE", "state, approved_by_id, approved_at, comment, ended_at, end_reason"),
    "award_lines": ("SELECT, INSERT", ""),
    "award_letters": ("SELECT, INSERT", ""),
    "award_refusals": ("SELECT", ""),
    "objections": ("SELECT, UPDATE", "state, answer, decided_by_id, decided_at"),
    "supply_contracts": (
        "SELECT, INSERT, UPDATE",
        "state, valid_from, valid_to, excess, terms, warned_percent, shown_at, row_version, began_at, ended_at, end_reason",
    ),
    "contract_signatures": ("SELECT, INSERT", ""),
    "contract_prices": ("SELECT, INSERT, UPDATE", "called_off, valid_from, valid_to, closed_at"),
    "call_offs": ("SELECT, INSERT, UPDATE", "state, ended_at, end_reason"),
    "call_off_lines": ("SELECT, INSERT, UPDATE", "cancelled"),
    "call_off_answers": ("SELECT", ""),
    "call_off_receipts": ("SELECT, INSERT", ""),
    "scorecards": ("SELECT, INSERT, UPDATE", ""),
    "supplier_scores": ("SELECT, INSERT, UPDATE, DELETE", ""),
    "supplier_decisions": ("SELECT, INSERT, UPDATE, DELETE", ""),
}
# What the other side may read, and the rows it may write: never more than a row of its own.
READ = {
    "awards": f"{SUPPLIER} AND approved_at IS NOT NULL",
    "award_lines": f"award_id IN (SELECT id FROM awards WHERE {SUPPLIER})",
    "award_letters": SUPPLIER,
    "award_refusals": SUPPLIER,
    "objections": SUPPLIER,
    "supply_contracts": SUPPLIER,
    "contract_signatures": SUPPLIER,
    "contract_prices": SUPPLIER,
    "call_offs": SUPPLIER,
    "call_off_lines": f"call_off_id IN (SELECT id FROM call_offs WHERE {SUPPLIER})",
    "call_off_answers": SUPPLIER,
    "call_off_receipts": (
        f"line_id IN (SELECT l.id FROM call_off_lines l JOIN call_offs c ON c.id = l.call_off_id WHERE c.{SUPPLIER})"
    ),
}
WRITE = {
    "award_refusals": SUPPLIER,
    "objections": f"{SUPPLIER} AND state = 'submitted' AND answer = ''",
    "contract_signatures": f"{SUPPLIER} AND side = 'supplier'",
    "call_off_answers": SUPPLIER,
}
WITHDRAW = f"""
CREATE FUNCTION withdraw_objection(objection bigint) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
BEGIN
    UPDATE objections SET state = 'withdrawn', decided_at = clock_timestamp()
    WHERE id = objection AND state = 'submitted' AND supplier_id = {CURRENT};
    RETURN FOUND;
END $$"""


def upgrade() -> None:
    op.execute(sa.schema.CreateSequence(sa.Sequence("supply_contract_numbers")))
    op.execute(sa.schema.CreateSequence(sa.Sequence("call_off_numbers")))
    _awards()
    _contracts()
    _call_offs()
    _scorecards()
    op.execute("GRANT USAGE ON SEQUENCE supply_contract_numbers, call_off_numbers TO kontor_tenant, kontor_operator")
    for table, (verbs, columns) in TABLES.items():
        for statement in secure(table, tenant=verbs, update_columns=columns):
            op.execute(statement)
    for table, condition in READ.items():
        op.execute(f"CREATE POLICY supplier_select ON {table} FOR SELECT TO kontor_tenant USING ({condition})")
    for table, condition in WRITE.items():
        op.execute(f"GRANT INSERT ON {table} TO kontor_tenant")
        op.execute(f"CREATE POLICY supplier_insert ON {table} FOR INSERT TO kontor_tenant WITH CHECK ({condition})")
    op.execute(WITHDRAW)
    op.execute("REVOKE ALL ON FUNCTION withdraw_objection(bigint) FROM PUBLIC")
    op.execute("GRANT EXECUTE ON FUNCTION withdraw_objection(bigint) TO kontor_tenant, kontor_operator")


def _awards() -> None:
    op.create_table(
        "awards",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("company_id", sa.BigInteger(), nullable=False),
        sa.Column("tender_id", sa.BigInteger(), nullable=False),
        sa.Column("lot_id", sa.BigInteger(), nullable=False),
        sa.Column("bid_id", sa.BigInteger(), nullable=False),
        sa.Column("supplier_id", sa.BigInteger(), nullable=False),
        sa.Column("supplier_name", sa.String(length=200), nullable=False),
        sa.Column("state", sa.String(length=9), server_default="pending", nullable=False),
        sa.Column("rank", sa.Integer(), nullable=True),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.Column("total", sa.Numeric(precision=18, scale=6), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("proposed_by_id", sa.BigInteger(), nullable=True),
        sa.Column("proposed_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("approved_by_id", sa.BigInteger(), nullable=True),
        sa.Column("approved_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("comment", sa.Text(), server_default="", nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("end_reason", sa.Text(), server_default="", nullable=False),
        sa.CheckConstraint(
            "state IN ('pending', 'active', 'rejected', 'cancelled')", name=op.f("ck_awards_state_known")
        ),
        sa.CheckConstraint("total >= 0", name=op.f("ck_awards_total_not_negative")),
        sa.ForeignKeyConstraint(["bid_id"], ["bids.id"], name=op.f("fk_awards_bid_id_bids")),
        sa.ForeignKeyConstraint(["company_id"], ["companies.id"], name=op.f("fk_awards_company_id_companies")),
        sa.ForeignKeyConstraint(
            ["lot_id", "company_id"],
            ["tender_lots.id", "tender_lots.company_id"],
            name=op.f("fk_awards_lot_id_company_id_tender_lots"),
        ),
        sa.ForeignKeyConstraint(["supplier_id"], ["companies.id"], name=op.f("fk_awards_supplier_id_companies")),
        sa.ForeignKeyConstraint(
            ["tender_id", "company_id"],
            ["tenders.id", "tenders.company_id"],
            name=op.f("fk_awards_tender_id_company_id_tenders"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_awards")),
        sa.UniqueConstraint("id", "company_id", "supplier_id", name=op.f("uq_awards_id_company_id_supplier_id")),
        sa.UniqueConstraint("id", "company_id", name=op.f("uq_awards_id_company_id")),
    )
    op.create_index("ix_awards_bid_id", "awards", ["bid_id"], unique=False)
    op.create_index(op.f("ix_awards_company_id"), "awards", ["company_id"], unique=False)
    op.create_index("ix_awards_lot_id_state", "awards", ["lot_id", "state"], unique=False)
    op.create_index("ix_awards_supplier_id_state", "awards", ["supplier_id", "state"], unique=False)
    op.create_index("ix_awards_tender_id_company_id", "awards", ["tender_id", "company_id"], unique=False)
    op.create_table(
        "award_lines",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("company_id", sa.BigInteger(), nullable=False),
        sa.Column("award_id", sa.BigInteger(), nullable=False),
        sa.Column("tender_line_id", sa.BigInteger(), nullable=False),
        sa.Column("bid_line_id", sa.BigInteger(), nullable=False),
        sa.Column("quantity", sa.Numeric(precision=18, scale=6), nullable=False),
        sa.Column("unit", sa.String(length=3), nullable=False),
        sa.Column("unit_price", sa.Numeric(precision=18, scale=6), nullable=False),
        sa.Column("base_quantity", sa.Numeric(precision=18, scale=6), server_default="1", nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("net", sa.Numeric(precision=18, scale=6), nullable=False),
        sa.CheckConstraint("quantity > 0", name=op.f("ck_award_lines_quantity_positive")),
        sa.CheckConstraint("unit_price >= 0 AND base_quantity > 0", name=op.f("ck_award_lines_price_not_negative")),
        sa.ForeignKeyConstraint(
            ["award_id", "company_id"],
            ["awards.id", "awards.company_id"],
            name=op.f("fk_award_lines_award_id_company_id_awards"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["bid_line_id"], ["bid_lines.id"], name=op.f("fk_award_lines_bid_line_id_bid_lines")),
        sa.ForeignKeyConstraint(
            ["tender_line_id"], ["tender_lines.id"], name=op.f("fk_award_lines_tender_line_id_tender_lines")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_award_lines")),
        sa.UniqueConstraint("award_id", "bid_line_id", name=op.f("uq_award_lines_award_id_bid_line_id")),
        sa.UniqueConstraint("id", "company_id", name=op.f("uq_award_lines_id_company_id")),
    )
    op.create_index("ix_award_lines_bid_line_id", "award_lines", ["bid_line_id"], unique=False)
    op.create_index(op.f("ix_award_lines_company_id"), "award_lines", ["company_id"], unique=False)
    op.create_index("ix_award_lines_tender_line_id", "award_lines", ["tender_line_id"], unique=False)
    op.create_table(
        "award_letters",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("company_id", sa.BigInteger(), nullable=False),
        sa.Column("tender_id", sa.BigInteger(), nullable=False),
        sa.Column("lot_id", sa.BigInteger(), nullable=False),
        sa.Column("supplier_id", sa.BigInteger(), nullable=False),
        sa.Column("award_id", sa.BigInteger(), nullable=True),
        sa.Column("outcome", sa.String(length=12), nullable=False),
        sa.Column("content", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("written_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("outcome IN ('won', 'not_selected')", name=op.f("ck_award_letters_outcome_known")),
        sa.ForeignKeyConstraint(["award_id"], ["awards.id"], name=op.f("fk_award_letters_award_id_awards")),
        sa.ForeignKeyConstraint(["company_id"], ["companies.id"], name=op.f("fk_award_letters_company_id_companies")),
        sa.ForeignKeyConstraint(["lot_id"], ["tender_lots.id"], name=op.f("fk_award_letters_lot_id_tender_lots")),
        sa.ForeignKeyConstraint(["supplier_id"], ["companies.id"], name=op.f("fk_award_letters_supplier_id_companies")),
        sa.ForeignKeyConstraint(
            ["tender_id", "company_id"],
            ["tenders.id", "tenders.company_id"],
            name=op.f("fk_award_letters_tender_id_company_id_tenders"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_award_letters")),
        sa.UniqueConstraint("id", "company_id", name=op.f("uq_award_letters_id_company_id")),
    )
    op.create_index(op.f("ix_award_letters_award_id"), "award_letters", ["award_id"], unique=False)
    op.create_index(op.f("ix_award_letters_company_id"), "award_letters", ["company_id"], unique=False)
    op.create_index("ix_award_letters_lot_id", "award_letters", ["lot_id"], unique=False)
    op.create_index("ix_award_letters_supplier_id", "award_letters", ["supplier_id"], unique=False)
    op.create_index("ix_award_letters_tender_id_company_id", "award_letters", ["tender_id", "company_id"], unique=False)
    op.create_table(
        "award_refusals",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("company_id", sa.BigInteger(), nullable=False),
        sa.Column("award_id", sa.BigInteger(), nullable=False),
        sa.Column("supplier_id", sa.BigInteger(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=True),
        sa.Column(
            "refused_at", sa.DateTime(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False
        ),
        sa.ForeignKeyConstraint(
            ["award_id", "company_id", "supplier_id"],
            ["awards.id", "awards.company_id", "awards.supplier_id"],
            name=op.f("fk_award_refusals_award_id_company_id_supplier_id_awards"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_award_refusals")),
        sa.UniqueConstraint("award_id", name=op.f("uq_award_refusals_award_id")),
    )
    op.create_index(op.f("ix_award_refusals_company_id"), "award_refusals", ["company_id"], unique=False)
    op.create_index(op.f("ix_award_refusals_supplier_id"), "award_refusals", ["supplier_id"], unique=False)
    op.create_table(
        "objections",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("company_id", sa.BigInteger(), nullable=False),
        sa.Column("tender_id", sa.BigInteger(), nullable=False),
        sa.Column("lot_id", sa.BigInteger(), nullable=False),
        sa.Column("supplier_id", sa.BigInteger(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=9), server_default="submitted", nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=True),
        sa.Column(
            "submitted_at", sa.DateTime(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False
        ),
        sa.Column("answer", sa.Text(), server_default="", nullable=False),
        sa.Column("decided_by_id", sa.BigInteger(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "state IN ('submitted', 'upheld', 'dismissed', 'withdrawn')", name=op.f("ck_objections_state_known")
        ),
        sa.ForeignKeyConstraint(["company_id"], ["companies.id"], name=op.f("fk_objections_company_id_companies")),
        sa.ForeignKeyConstraint(["lot_id"], ["tender_lots.id"], name=op.f("fk_objections_lot_id_tender_lots")),
        sa.ForeignKeyConstraint(["supplier_id"], ["companies.id"], name=op.f("fk_objections_supplier_id_companies")),
        sa.ForeignKeyConstraint(
            ["tender_id", "company_id"],
            ["tenders.id", "tenders.company_id"],
            name=op.f("fk_objections_tender_id_company_id_tenders"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_objections")),
        sa.UniqueConstraint("id", "company_id", name=op.f("uq_objections_id_company_id")),
    )
    op.create_index(op.f("ix_objections_company_id"), "objections", ["company_id"], unique=False)
    op.create_index("ix_objections_supplier_id", "objections", ["supplier_id"], unique=False)
    op.create_index("ix_objections_tender_id_company_id", "objections", ["tender_id", "company_id"], unique=False)
    op.create_index(
        "uq_objections_open",
        "objections",
        ["lot_id", "supplier_id"],
        unique=True,
        postgresql_where=sa.text("state = 'submitted'"),
    )


def _contracts() -> None:
    op.create_table(
        "supply_contracts",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("company_id", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.String(length=20), nullable=False),
        sa.Column("tender_id", sa.BigInteger(), nullable=False),
        sa.Column("lot_id", sa.BigInteger(), nullable=False),
        sa.Column("award_id", sa.BigInteger(), nullable=False),
        sa.Column("supplier_id", sa.BigInteger(), nullable=False),
        sa.Column("buyer_name", sa.String(length=200), nullable=False),
        sa.Column("supplier_name", sa.String(length=200), nullable=False),
        sa.Column("state", sa.String(length=10), server_default="pending", nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("vat_basis", sa.String(length=5), server_default="net", nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=False),
        sa.Column("excess", sa.String(length=5), server_default="block", nullable=False),
        sa.Column("terms", sa.Text(), server_default="", nullable=False),
        sa.Column("warned_percent", sa.Integer(), server_default="0", nullable=False),
        sa.Column("shown_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("row_version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("created_by_id", sa.BigInteger(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("began_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("end_reason", sa.Text(), server_default="", nullable=False),
        sa.CheckConstraint("excess IN ('block', 'warn')", name=op.f("ck_supply_contracts_excess_known")),
        sa.CheckConstraint(
            "state IN ('pending', 'active', 'cancelled', 'terminated', 'expired')",
            name=op.f("ck_supply_contracts_state_known"),
        ),
        sa.CheckConstraint("valid_from < valid_to", name=op.f("ck_supply_contracts_valid_some_days")),
        sa.ForeignKeyConstraint(
            ["award_id", "company_id", "supplier_id"],
            ["awards.id", "awards.company_id", "awards.supplier_id"],
            name=op.f("fk_supply_contracts_award_id_company_id_supplier_id_awards"),
        ),
        sa.ForeignKeyConstraint(
            ["company_id"], ["companies.id"], name=op.f("fk_supply_contracts_company_id_companies")
        ),
        sa.ForeignKeyConstraint(["lot_id"], ["tender_lots.id"], name=op.f("fk_supply_contracts_lot_id_tender_lots")),
        sa.ForeignKeyConstraint(
            ["supplier_id"], ["companies.id"], name=op.f("fk_supply_contracts_supplier_id_companies")
        ),
        sa.ForeignKeyConstraint(
            ["tender_id", "company_id"],
            ["tenders.id", "tenders.company_id"],
            name=op.f("fk_supply_contracts_tender_id_company_id_tenders"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_supply_contracts")),
        sa.UniqueConstraint("company_id", "number", name=op.f("uq_supply_contracts_company_id_number")),
        sa.UniqueConstraint(
            "id", "company_id", "supplier_id", name=op.f("uq_supply_contracts_id_company_id_supplier_id")
        ),
        sa.UniqueConstraint("id", "company_id", name=op.f("uq_supply_contracts_id_company_id")),
    )
    op.create_index(
        "ix_supply_contracts_award_id_company_id_supplier_id",
        "supply_contracts",
        ["award_id", "company_id", "supplier_id"],
        unique=False,
    )
    op.create_index("ix_supply_contracts_company_id_state", "supply_contracts", ["company_id", "state"], unique=False)
    op.create_index(op.f("ix_supply_contracts_lot_id"), "supply_contracts", ["lot_id"], unique=False)
    op.create_index("ix_supply_contracts_supplier_id_state", "supply_contracts", ["supplier_id", "state"], unique=False)
    op.create_index(
        "ix_supply_contracts_tender_id_company_id", "supply_contracts", ["tender_id", "company_id"], unique=False
    )
    op.create_index(
        "uq_supply_contracts_award",
        "supply_contracts",
        ["award_id"],
        unique=True,
        postgresql_where=sa.text("state IN ('pending', 'active')"),
    )
    op.create_table(
        "contract_signatures",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("company_id", sa.BigInteger(), nullable=False),
        sa.Column("contract_id", sa.BigInteger(), nullable=False),
        sa.Column("supplier_id", sa.BigInteger(), nullable=False),
        sa.Column("side", sa.String(length=8), nullable=False),
        sa.Column("answer", sa.String(length=7), server_default="signed", nullable=False),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=True),
        sa.Column("name", sa.String(length=200), server_default="", nullable=False),
        sa.Column("document_hash", sa.String(length=64), nullable=False),
        sa.Column("signed_at", sa.DateTime(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False),
        sa.CheckConstraint("answer IN ('signed', 'refused')", name=op.f("ck_contract_signatures_answer_known")),
        sa.CheckConstraint("side IN ('buyer', 'supplier')", name=op.f("ck_contract_signatures_side_known")),
        sa.ForeignKeyConstraint(
            ["contract_id", "company_id", "supplier_id"],
            ["supply_contracts.id", "supply_contracts.company_id", "supply_contracts.supplier_id"],
            name=op.f("fk_contract_signatures_contract_id_company_id_supplier_id_supply_contracts"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contract_signatures")),
        sa.UniqueConstraint("contract_id", "side", name=op.f("uq_contract_signatures_contract_id_side")),
    )
    op.create_index(op.f("ix_contract_signatures_company_id"), "contract_signatures", ["company_id"], unique=False)
    op.create_index(op.f("ix_contract_signatures_supplier_id"), "contract_signatures", ["supplier_id"], unique=False)
    op.create_table(
        "contract_prices",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("company_id", sa.BigInteger(), nullable=False),
        sa.Column("contract_id", sa.BigInteger(), nullable=False),
        sa.Column("award_line_id", sa.BigInteger(), nullable=False),
        sa.Column("supplier_id", sa.BigInteger(), nullable=False),
        sa.Column("article_id", sa.BigInteger(), nullable=True),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("text", sa.String(length=300), nullable=False),
        sa.Column("unit", sa.String(length=3), nullable=False),
        sa.Column("min_quantity", sa.Numeric(precision=18, scale=6), server_default="0", nullable=False),
        sa.Column("unit_price", sa.Numeric(precision=18, scale=6), nullable=False),
        sa.Column("base_quantity", sa.Numeric(precision=18, scale=6), server_default="1", nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("vat_basis", sa.String(length=5), server_default="net", nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=False),
        sa.Column("maximum_quantity", sa.Numeric(precision=18, scale=6), nullable=True),
        sa.Column("called_off", sa.Numeric(precision=18, scale=6), server_default="0", nullable=False),
        sa.Column("source", sa.String(length=60), nullable=False),
        sa.Column("price_list", sa.String(length=64), server_default="", nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("called_off >= 0", name=op.f("ck_contract_prices_called_off_not_negative")),
        sa.CheckConstraint("maximum_quantity > 0", name=op.f("ck_contract_prices_maximum_positive")),
        sa.CheckConstraint("unit_price >= 0 AND base_quantity > 0", name=op.f("ck_contract_prices_price_not_negative")),
        sa.ForeignKeyConstraint(["article_id"], ["articles.id"], name=op.f("fk_contract_prices_article_id_articles")),
        sa.ForeignKeyConstraint(
            ["award_line_id", "company_id"],
            ["award_lines.id", "award_lines.company_id"],
            name=op.f("fk_contract_prices_award_line_id_company_id_award_lines"),
        ),
        sa.ForeignKeyConstraint(["company_id"], ["companies.id"], name=op.f("fk_contract_prices_company_id_companies")),
        sa.ForeignKeyConstraint(
            ["contract_id", "company_id"],
            ["supply_contracts.id", "supply_contracts.company_id"],
            name=op.f("fk_contract_prices_contract_id_company_id_supply_contracts"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["supplier_id"], ["companies.id"], name=op.f("fk_contract_prices_supplier_id_companies")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contract_prices")),
        sa.UniqueConstraint("contract_id", "award_line_id", name=op.f("uq_contract_prices_contract_id_award_line_id")),
        sa.UniqueConstraint("id", "company_id", name=op.f("uq_contract_prices_id_company_id")),
    )
    op.create_index("ix_contract_prices_article_id", "contract_prices", ["article_id"], unique=False)
    op.create_index(
        "ix_contract_prices_award_line_id_company_id", "contract_prices", ["award_line_id", "company_id"], unique=False
    )
    op.create_index(op.f("ix_contract_prices_company_id"), "contract_prices", ["company_id"], unique=False)
    op.create_index(
        "ix_contract_prices_supplier_id_article_id", "contract_prices", ["supplier_id", "article_id"], unique=False
    )


def _call_offs() -> None:
    op.create_table(
        "call_offs",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("company_id", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.String(length=20), nullable=False),
        sa.Column("contract_id", sa.BigInteger(), nullable=False),
        sa.Column("supplier_id", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.String(length=9), server_default="sent", nullable=False),
        sa.Column("client_ref", sa.String(length=80), nullable=False),
        sa.Column("wanted_on", sa.Date(), nullable=True),
        sa.Column(
            "ship_to", postgresql.JSONB(astext_type=sa.Text()), server_default=sa.text("'{}'::jsonb"), nullable=False
        ),
        sa.Column("note", sa.String(length=500), server_default="", nullable=False),
        sa.Column("total", sa.Numeric(precision=18, scale=6), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=True),
        sa.Column("placed_at", sa.DateTime(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("end_reason", sa.String(length=500), server_default="", nullable=False),
        sa.CheckConstraint("state IN ('sent', 'closed', 'cancelled')", name=op.f("ck_call_offs_state_known")),
        sa.ForeignKeyConstraint(["company_id"], ["companies.id"], name=op.f("fk_call_offs_company_id_companies")),
        sa.ForeignKeyConstraint(
            ["contract_id", "company_id", "supplier_id"],
            ["supply_contracts.id", "supply_contracts.company_id", "supply_contracts.supplier_id"],
            name=op.f("fk_call_offs_contract_id_company_id_supplier_id_supply_contracts"),
        ),
        sa.ForeignKeyConstraint(["supplier_id"], ["companies.id"], name=op.f("fk_call_offs_supplier_id_companies")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_call_offs")),
        sa.UniqueConstraint("company_id", "client_ref", name=op.f("uq_call_offs_company_id_client_ref")),
        sa.UniqueConstraint("company_id", "number", name=op.f("uq_call_offs_company_id_number")),
        sa.UniqueConstraint("id", "company_id", "supplier_id", name=op.f("uq_call_offs_id_company_id_supplier_id")),
        sa.UniqueConstraint("id", "company_id", name=op.f("uq_call_offs_id_company_id")),
    )
    op.create_index("ix_call_offs_company_id_state_id", "call_offs", ["company_id", "state", "id"], unique=False)
    op.create_index(
        "ix_call_offs_contract_id_company_id_supplier_id",
        "call_offs",
        ["contract_id", "company_id", "supplier_id"],
        unique=False,
    )
    op.create_index("ix_call_offs_supplier_id_state", "call_offs", ["supplier_id", "state"], unique=False)
    op.create_table(
        "call_off_lines",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("company_id", sa.BigInteger(), nullable=False),
        sa.Column("call_off_id", sa.BigInteger(), nullable=False),
        sa.Column("price_id", sa.BigInteger(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("text", sa.String(length=300), nullable=False),
        sa.Column("quantity", sa.Numeric(precision=18, scale=6), nullable=False),
        sa.Column("cancelled", sa.Numeric(precision=18, scale=6), server_default="0", nullable=False),
        sa.Column("unit", sa.String(length=3), nullable=False),
        sa.Column("unit_price", sa.Numeric(precision=18, scale=6), nullable=False),
        sa.Column("base_quantity", sa.Numeric(precision=18, scale=6), server_default="1", nullable=False),
        sa.Column("net", sa.Numeric(precision=18, scale=6), nullable=False),
        sa.Column("price_source", sa.String(length=60), nullable=False),
        sa.CheckConstraint(
            "cancelled BETWEEN 0 AND quantity", name=op.f("ck_call_off_lines_cancelled_within_quantity")
        ),
        sa.CheckConstraint("quantity > 0", name=op.f("ck_call_off_lines_quantity_positive")),
        sa.ForeignKeyConstraint(
            ["call_off_id", "company_id"],
            ["call_offs.id", "call_offs.company_id"],
            name=op.f("fk_call_off_lines_call_off_id_company_id_call_offs"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["price_id", "company_id"],
            ["contract_prices.id", "contract_prices.company_id"],
            name=op.f("fk_call_off_lines_price_id_company_id_contract_prices"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_call_off_lines")),
        sa.UniqueConstraint("call_off_id", "price_id", name=op.f("uq_call_off_lines_call_off_id_price_id")),
        sa.UniqueConstraint("id", "company_id", name=op.f("uq_call_off_lines_id_company_id")),
    )
    op.create_index(op.f("ix_call_off_lines_company_id"), "call_off_lines", ["company_id"], unique=False)
    op.create_index("ix_call_off_lines_price_id_company_id", "call_off_lines", ["price_id", "company_id"], unique=False)
    op.create_table(
        "call_off_answers",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("company_id", sa.BigInteger(), nullable=False),
        sa.Column("call_off_id", sa.BigInteger(), nullable=False),
        sa.Column("supplier_id", sa.BigInteger(), nullable=False),
        sa.Column("answer", sa.String(length=9), nullable=False),
        sa.Column("promised_on", sa.Date(), nullable=True),
        sa.Column("note", sa.String(length=500), server_default="", nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=True),
        sa.Column(
            "answered_at", sa.DateTime(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False
        ),
        sa.CheckConstraint("answer IN ('confirmed', 'refused')", name=op.f("ck_call_off_answers_answer_known")),
        sa.ForeignKeyConstraint(
            ["call_off_id", "company_id", "supplier_id"],
            ["call_offs.id", "call_offs.company_id", "call_offs.supplier_id"],
            name=op.f("fk_call_off_answers_call_off_id_company_id_supplier_id_call_offs"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_call_off_answers")),
    )
    op.create_index("ix_call_off_answers_call_off_id_id", "call_off_answers", ["call_off_id", "id"], unique=False)
    op.create_index(op.f("ix_call_off_answers_company_id"), "call_off_answers", ["company_id"], unique=False)
    op.create_index(op.f("ix_call_off_answers_supplier_id"), "call_off_answers", ["supplier_id"], unique=False)
    op.create_table(
        "call_off_receipts",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("company_id", sa.BigInteger(), nullable=False),
        sa.Column("line_id", sa.BigInteger(), nullable=False),
        sa.Column("client_ref", sa.String(length=80), nullable=False),
        sa.Column("received_on", sa.Date(), nullable=False),
        sa.Column("quantity", sa.Numeric(precision=18, scale=6), nullable=False),
        sa.Column("faulty", sa.Numeric(precision=18, scale=6), server_default="0", nullable=False),
        sa.Column("note", sa.String(length=500), server_default="", nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=True),
        sa.Column("noted_at", sa.DateTime(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False),
        sa.CheckConstraint(
            "quantity > 0 AND faulty BETWEEN 0 AND quantity", name=op.f("ck_call_off_receipts_quantities_possible")
        ),
        sa.ForeignKeyConstraint(
            ["line_id", "company_id"],
            ["call_off_lines.id", "call_off_lines.company_id"],
            name=op.f("fk_call_off_receipts_line_id_company_id_call_off_lines"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_call_off_receipts")),
        sa.UniqueConstraint("line_id", "client_ref", name=op.f("uq_call_off_receipts_line_id_client_ref")),
    )
    op.create_index(op.f("ix_call_off_receipts_company_id"), "call_off_receipts", ["company_id"], unique=False)
    op.create_index(
        "ix_call_off_receipts_line_id_company_id", "call_off_receipts", ["line_id", "company_id"], unique=False
    )


def _scorecards() -> None:
    op.create_table(
        "scorecards",
        sa.Column("company_id", sa.BigInteger(), nullable=False),
        sa.Column("criteria", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("period_weight", sa.String(length=200), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=True),
        sa.Column("changed_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(["company_id"], ["companies.id"], name=op.f("fk_scorecards_company_id_companies")),
        sa.PrimaryKeyConstraint("company_id", name=op.f("pk_scorecards")),
    )
    op.create_table(
        "supplier_scores",
        sa.Column("company_id", sa.BigInteger(), nullable=False),
        sa.Column("supplier_id", sa.BigInteger(), nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("score", sa.Numeric(precision=9, scale=4), nullable=False),
        sa.Column("parts", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column(
            "facts", postgresql.JSONB(astext_type=sa.Text()), server_default=sa.text("'{}'::jsonb"), nullable=False
        ),
        sa.Column("computed_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("score BETWEEN 0 AND 100", name=op.f("ck_supplier_scores_score_is_percent")),
        sa.ForeignKeyConstraint(["company_id"], ["companies.id"], name=op.f("fk_supplier_scores_company_id_companies")),
        sa.ForeignKeyConstraint(
            ["supplier_id"], ["companies.id"], name=op.f("fk_supplier_scores_supplier_id_companies")
        ),
        sa.PrimaryKeyConstraint("company_id", "supplier_id", "month", name=op.f("pk_supplier_scores")),
    )
    op.create_index("ix_supplier_scores_supplier_id", "supplier_scores", ["supplier_id"], unique=False)
    op.create_table(
        "supplier_decisions",
        sa.Column("company_id", sa.BigInteger(), nullable=False),
        sa.Column("supplier_id", sa.BigInteger(), nullable=False),
        sa.Column("decision", sa.String(length=7), nullable=False),
        sa.Column("reason", sa.String(length=300), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("decision IN ('blocked', 'cleared')", name=op.f("ck_supplier_decisions_decision_known")),
        sa.ForeignKeyConstraint(
            ["company_id"], ["companies.id"], name=op.f("fk_supplier_decisions_company_id_companies")
        ),
        sa.ForeignKeyConstraint(
            ["supplier_id"], ["companies.id"], name=op.f("fk_supplier_decisions_supplier_id_companies")
        ),
        sa.PrimaryKeyConstraint("company_id", "supplier_id", name=op.f("pk_supplier_decisions")),
    )
    op.create_index("ix_supplier_decisions_supplier_id", "supplier_decisions", ["supplier_id"], unique=False)


def downgrade() -> None:
    op.execute("DROP FUNCTION withdraw_objection(bigint)")
    for table in reversed(list(TABLES)):
        op.drop_table(table)
    op.execute(sa.schema.DropSequence(sa.Sequence("call_off_numbers")))
    op.execute(sa.schema.DropSequence(sa.Sequence("supply_contract_numbers")))
