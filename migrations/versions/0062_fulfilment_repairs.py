"""Prepayments that picking waits for; credit no further than it is insured; customers' account numbers of one's own."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from app.core.policies import secure

revision = "0062"
down_revision = "0061"
branch_labels = None
depends_on = None

# Prepayment invoices that were open before this update hold their orders from now on.
_FILL = """
UPDATE orders o SET prepay_open = x.open FROM (
    SELECT i.order_id, sum(p.open_amount) AS open FROM invoices i JOIN open_items p ON p.invoice_id = i.id
    WHERE i.kind = 'prepayment' AND p.kind = 'prepayment' AND p.open_amount > 0 GROUP BY i.order_id
) x WHERE x.order_id = o.id"""


def upgrade() -> None:
    op.add_column("orders", sa.Column("prepay_open", sa.Numeric(18, 6), server_default="0", nullable=False))
    op.execute(_FILL)
    for column in (
        sa.Column("insured_limit", sa.Numeric(18, 6), nullable=True),
        sa.Column("insured_until", sa.Date(), nullable=True),
        sa.Column("is_insured_only", sa.Boolean(), server_default=sa.text("false"), nullable=False),
    ):
        op.add_column("credit_accounts", column)
    op.create_table(
        "booking_debtors",
        sa.Column("company_id", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.String(9), nullable=False),
        sa.ForeignKeyConstraint(["company_id"], ["companies.id"], name=op.f("fk_booking_debtors_company_id_companies")),
        sa.PrimaryKeyConstraint("company_id", name=op.f("pk_booking_debtors")),
        sa.UniqueConstraint("number", name=op.f("uq_booking_debtors_number")),
    )
    for statement in secure("booking_debtors"):
        op.execute(statement)


def downgrade() -> None:
    op.drop_table("booking_debtors")
    for name in ("is_insured_only", "insured_until", "insured_limit"):
        op.drop_column("credit_accounts", name)
    op.drop_column("orders", "prepay_open")
