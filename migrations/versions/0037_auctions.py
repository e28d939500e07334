"""Auctions."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from app.core.policies import OWN, secure

revision = "0037"
down_revision = "0036"
branch_labels = None
depends_on = None

ME = "current_setting('kontor.company_id')::bigint"
BIDS_HERE = f"{OWN} OR {{column}} IN (SELECT auction_id FROM auction_bidders WHERE supplier_id = {ME})"


def upgrade() -> None:
    _auctions()
    _stages()
    _bidders()
    _log()
    policies = [
        *secure(
            "auctions", tenant="SELECT, INSERT, UPDATE", select_condition=BIDS_HERE.format(column="id"),
            operator="SELECT, INSERT, UPDATE",
        ),
        *secure(
            "auction_stages", tenant="SELECT, INSERT, UPDATE", update_columns="number",
            select_condition=BIDS_HERE.format(column="auction_id"), operator="SELECT, INSERT, UPDATE",
        ),
        *secure(
            "auction_bidders", tenant="SELECT, INSERT", select_condition=f"{OWN} OR supplier_id = {ME}",
            operator="SELECT, INSERT, UPDATE",
        ),
        *secure(
            "auction_bids", tenant="SELECT, INSERT", select_condition=f"{OWN} OR supplier_id = {ME}",
            operator="SELECT, INSERT",
        ),
    ]  # fmt: skip
    for statement in policies:
        op.execute(statement)


def _auctions() -> None:
    op.create_table(
        "auctions",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("company_id", sa.BigInteger(), nullable=False),
        sa.Column("tender_id", sa.BigInteger(), nullable=False),
        sa.Column("lot_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.String(length=7), nullable=False),
        sa.Column("state", sa.String(length=7), server_default="planned", nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("rules", postgresql.JSONB(), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("extensions", sa.Integer(), server_default="0", nullable=False),
        sa.Column("position", sa.Integer(), server_default="0", nullable=False),
        sa.Column("shown_price", sa.Numeric(18, 6), nullable=True),
        sa.Column("revision", sa.Integer(), server_default="1", nullable=False),
        sa.Column("next_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("length", sa.Integer(), server_default="0", nullable=False),
        sa.Column("head", sa.LargeBinary(), server_default=sa.text(r"'\x'::bytea"), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.Column("protocol", postgresql.JSONB(), server_default=sa.text("'{}'::jsonb"), nullable=False),
        sa.Column("protocol_hash", sa.String(length=64), server_default="", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("kind IN ('rounds', 'english', 'dutch')", name=op.f("ck_auctions_kind_known")),
        sa.CheckConstraint(
            "state IN ('planned', 'running', 'ended', 'stopped')", name=op.f("ck_auctions_state_known")
        ),
        sa.CheckConstraint("starts_at < ends_at", name=op.f("ck_auctions_ends_after_start")),
        sa.ForeignKeyConstraint(["company_id"], ["companies.id"], name=op.f("fk_auctions_company_id_companies")),
        sa.ForeignKeyConstraint(
            ["tender_id", "company_id"], ["tenders.id", "tenders.company_id"],
            name=op.f("fk_auctions_tender_id_company_id_tenders"),
        ),
        sa.ForeignKeyConstraint(
            ["lot_id", "company_id"], ["tender_lots.id", "tender_lots.company_id"],
            name=op.f("fk_auctions_lot_id_company_id_tender_lots"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_auctions")),
        sa.UniqueConstraint("id", "company_id", name=op.f("uq_auctions_id_company_id")),
    )  # fmt: skip
    op.create_index(
        "uq_auctions_live", "auctions", ["lot_id"], unique=True, postgresql_where=sa.text("state <> 'stopped'")
    )
    op.create_index("ix_auctions_company_id", "auctions", ["company_id"])
    op.create_index("ix_auctions_lot_id_company_id", "auctions", ["lot_id", "company_id"])
    op.create_index("ix_auctions_tender_id_company_id", "auctions", ["tender_id", "company_id"])
    op.create_index("ix_auctions_due", "auctions", ["next_at"], postgresql_where=sa.text("next_at IS NOT NULL"))


def _of_auction(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["auction_id", "company_id"], ["auctions.id", "auctions.company_id"],
        name=op.f(f"fk_{table}_auction_id_company_id_auctions"), ondelete="CASCADE",
    )  # fmt: skip


def _stages() -> None:
    op.create_table(
        "auction_stages",
        sa.Column("auction_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("company_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.String(length=9), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("turn", sa.Integer(), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("number", sa.Integer(), nullable=True),
        _of_auction("auction_stages"),
        sa.PrimaryKeyConstraint("auction_id", "position", name=op.f("pk_auction_stages")),
    )


def _bidders() -> None:
    op.create_table(
        "auction_bidders",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("company_id", sa.BigInteger(), nullable=False),
        sa.Column("auction_id", sa.BigInteger(), nullable=False),
        sa.Column("bid_id", sa.BigInteger(), nullable=False),
        sa.Column("supplier_id", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("seed", sa.Integer(), nullable=False),
        sa.Column("start_price", sa.Numeric(18, 6), nullable=False),
        sa.Column("start_since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("numerator", sa.BigInteger(), server_default="1", nullable=False),
        sa.Column("denominator", sa.BigInteger(), server_default="1", nullable=False),
        sa.Column("addition", sa.Numeric(18, 6), server_default="0", nullable=False),
        sa.Column("price", sa.Numeric(18, 6), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("rank", sa.Integer(), nullable=False),
        sa.Column("kept_price", sa.Numeric(18, 6), nullable=True),
        sa.Column("kept_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("price > 0 AND start_price > 0", name=op.f("ck_auction_bidders_prices_positive")),
        sa.CheckConstraint("numerator > 0 AND denominator > 0", name=op.f("ck_auction_bidders_coefficient_positive")),
        _of_auction("auction_bidders"),
        sa.ForeignKeyConstraint(
            ["bid_id", "company_id"],
            ["bids.id", "bids.company_id"],
            name=op.f("fk_auction_bidders_bid_id_company_id_bids"),
        ),
        sa.ForeignKeyConstraint(
            ["supplier_id"], ["companies.id"], name=op.f("fk_auction_bidders_supplier_id_companies")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_auction_bidders")),
        sa.UniqueConstraint("auction_id", "number", name=op.f("uq_auction_bidders_auction_id_number")),
        sa.UniqueConstraint("auction_id", "bid_id", name=op.f("uq_auction_bidders_auction_id_bid_id")),
        sa.UniqueConstraint("auction_id", "supplier_id", name=op.f("uq_auction_bidders_auction_id_supplier_id")),
    )
    op.create_index("ix_auction_bidders_supplier_id", "auction_bidders", ["supplier_id", "auction_id"])
    op.create_index("ix_auction_bidders_bid_id", "auction_bidders", ["bid_id"])


def _log() -> None:
    op.create_table(
        "auction_bids",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("company_id", sa.BigInteger(), nullable=False),
        sa.Column("auction_id", sa.BigInteger(), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("event", sa.String(length=5), nullable=False),
        sa.Column("number", sa.Integer(), nullable=True),
        sa.Column("supplier_id", sa.BigInteger(), nullable=True),
        sa.Column("price", sa.Numeric(18, 6), nullable=True),
        sa.Column("client_ref", sa.String(length=80), nullable=True),
        sa.Column("refusal", sa.String(length=14), server_default="", nullable=False),
        sa.Column("rank", sa.Integer(), nullable=True),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("extensions", sa.Integer(), nullable=False),
        sa.Column("details", postgresql.JSONB(), server_default=sa.text("'{}'::jsonb"), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.CheckConstraint(
            "event IN ('begin', 'bid', 'back', 'stage', 'end', 'stop')", name=op.f("ck_auction_bids_event_known")
        ),
        _of_auction("auction_bids"),
        sa.ForeignKeyConstraint(["supplier_id"], ["companies.id"], name=op.f("fk_auction_bids_supplier_id_companies")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_auction_bids")),
        sa.UniqueConstraint("auction_id", "sequence", name=op.f("uq_auction_bids_auction_id_sequence")),
        sa.UniqueConstraint(
            "auction_id", "number", "client_ref", name=op.f("uq_auction_bids_auction_id_number_client_ref")
        ),
    )
    op.create_index("ix_auction_bids_supplier_id", "auction_bids", ["supplier_id", "auction_id"])


def downgrade() -> None:
    for table in ("auctions", "auction_stages"):
        op.execute(f"DROP POLICY tenant_select ON {table}")
    for table in ("auction_bids", "auction_bidders", "auction_stages", "auctions"):
        op.drop_table(table)
