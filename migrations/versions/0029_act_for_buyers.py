"""Sales people acting for a buyer."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from app.core.policies import secure

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("companies", sa.Column("staff_access", sa.String(length=5), server_default="free", nullable=False))
    op.create_check_constraint("staff_access_known", "companies", "staff_access IN ('free', 'ask', 'never')")
    op.execute("GRANT UPDATE (staff_access) ON companies TO kontor_tenant")
    op.create_table(
        "buyer_visits",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("company_id", sa.BigInteger(), nullable=False),
        sa.Column("buyer_id", sa.BigInteger(), nullable=False),
        sa.Column("buyer_name", sa.String(length=120), nullable=False),
        sa.Column("staff_id", sa.BigInteger(), nullable=False),
        sa.Column("staff_name", sa.String(length=120), nullable=False),
        sa.Column("reason", sa.String(length=300), nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by", sa.String(length=120), server_default="", nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "state IN ('asked', 'granted', 'refused', 'open', 'ended')", name=op.f("ck_buyer_visits_state_known")
        ),
        sa.ForeignKeyConstraint(["company_id"], ["companies.id"], name=op.f("fk_buyer_visits_company_id_companies")),
        sa.ForeignKeyConstraint(["buyer_id"], ["users.id"], name=op.f("fk_buyer_visits_buyer_id_users")),
        sa.ForeignKeyConstraint(["staff_id"], ["users.id"], name=op.f("fk_buyer_visits_staff_id_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_buyer_visits")),
    )
    op.create_index("ix_buyer_visits_company_id_id", "buyer_visits", ["company_id", "id"])
    op.create_index(op.f("ix_buyer_visits_buyer_id"), "buyer_visits", ["buyer_id"])
    op.create_index(op.f("ix_buyer_visits_staff_id"), "buyer_visits", ["staff_id"])
    op.add_column("sign_in_sessions", sa.Column("visit_id", sa.BigInteger(), nullable=True))
    op.create_foreign_key(
        op.f("fk_sign_in_sessions_visit_id_buyer_visits"), "sign_in_sessions", "buyer_visits", ["visit_id"], ["id"]
    )
    op.create_index(op.f("ix_sign_in_sessions_visit_id"), "sign_in_sessions", ["visit_id"])
    op.add_column("audit_entries", sa.Column("staff_id", sa.BigInteger(), nullable=True))
    op.add_column("audit_entries", sa.Column("staff_name", sa.String(length=200), server_default="", nullable=False))
    op.add_column("carts", sa.Column("handed_over_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("carts", sa.Column("handed_note", sa.String(length=500), server_default="", nullable=False))
    op.add_column("active_carts", sa.Column("staff_id", sa.BigInteger(), server_default="0", nullable=False))
    op.drop_constraint(op.f("pk_active_carts"), "active_carts")
    op.create_primary_key(op.f("pk_active_carts"), "active_carts", ["company_id", "user_id", "staff_id"])
    for table in ("carts", "orders"):
        op.add_column(table, sa.Column("staff_id", sa.BigInteger(), nullable=True))
        op.add_column(table, sa.Column("staff_name", sa.String(length=120), server_default="", nullable=False))
        op.create_foreign_key(op.f(f"fk_{table}_staff_id_users"), table, "users", ["staff_id"], ["id"])
        op.create_index(op.f(f"ix_{table}_staff_id"), table, ["staff_id"])
    for statement in secure("buyer_visits", tenant="SELECT, UPDATE"):
        op.execute(statement)


def downgrade() -> None:
    op.execute("DELETE FROM active_carts WHERE staff_id <> 0")
    op.drop_constraint(op.f("pk_active_carts"), "active_carts")
    op.create_primary_key(op.f("pk_active_carts"), "active_carts", ["company_id", "user_id"])
    op.drop_column("active_carts", "staff_id")
    op.drop_column("carts", "handed_note")
    op.drop_column("carts", "handed_over_at")
    for table in ("carts", "orders"):
        op.drop_column(table, "staff_name")
        op.drop_column(table, "staff_id")
    op.drop_column("audit_entries", "staff_name")
    op.drop_column("audit_entries", "staff_id")
    op.drop_column("sign_in_sessions", "visit_id")
    op.drop_table("buyer_visits")
    op.drop_constraint(op.f("ck_companies_staff_access_known"), "companies")
    op.drop_column("companies", "staff_access")
