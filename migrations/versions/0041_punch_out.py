"""Punch-out into the shop and into shops of others."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from app.core.policies import secure

revision = "0041"
down_revision = "0040"
branch_labels = None
depends_on = None

# What people of an account may do with their own rows: hand back carts of visits, go to shops and come back.
TENANT = {
    "punch_out_accesses": "SELECT",
    "punch_out_visits": "SELECT, UPDATE",
    "punch_out_shops": "SELECT",
    "punch_out_trips": "SELECT, INSERT, UPDATE",
}


def upgrade() -> None:
    _accesses()
    _visits()
    _shops()
    _trips()
    for table, verbs in TENANT.items():
        for statement in secure(table, tenant=verbs):
            op.execute(statement)


def _accesses() -> None:
    op.create_table(
        "punch_out_accesses",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("company_id", sa.BigInteger(), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("partner_id", sa.BigInteger(), nullable=True),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("protocol", sa.String(length=4), nullable=False),
        sa.Column("domain", sa.String(length=60), server_default="", nullable=False),
        sa.Column("identity", sa.String(length=120), nullable=False),
        sa.Column("secret_hash", sa.String(length=200), nullable=False),
        sa.Column("our_domain", sa.String(length=60), server_default="", nullable=False),
        sa.Column("our_identity", sa.String(length=120), server_default="", nullable=False),
        sa.Column("matches_people", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("hosts", postgresql.JSONB(), server_default=sa.text("'[]'::jsonb"), nullable=False),
        sa.Column("frame_origin", sa.String(length=200), server_default="", nullable=False),
        sa.Column("settings", postgresql.JSONB(), server_default=sa.text("'{}'::jsonb"), nullable=False),
        sa.Column("is_active", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.Column("row_version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("protocol IN ('cxml', 'oci')", name=op.f("ck_punch_out_accesses_protocol_known")),
        sa.ForeignKeyConstraint(
            ["company_id"], ["companies.id"], name=op.f("fk_punch_out_accesses_company_id_companies")
        ),
        sa.ForeignKeyConstraint(
            ["partner_id"],
            ["exchange_partners.id"],
            name=op.f("fk_punch_out_accesses_partner_id_exchange_partners"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_punch_out_accesses_user_id_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_punch_out_accesses")),
    )
    op.create_index("ix_punch_out_accesses_company_id", "punch_out_accesses", ["company_id"], unique=False)
    op.create_index("ix_punch_out_accesses_partner_id", "punch_out_accesses", ["partner_id"], unique=False)
    op.create_index("ix_punch_out_accesses_user_id", "punch_out_accesses", ["user_id"], unique=False)
    op.create_index(
        "uq_punch_out_accesses_who",
        "punch_out_accesses",
        ["protocol", sa.text("lower(domain)"), "identity"],
        unique=True,
    )


def _visits() -> None:
    op.create_table(
        "punch_out_visits",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("access_id", sa.BigInteger(), nullable=False),
        sa.Column("company_id", sa.BigInteger(), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("operation", sa.String(length=7), server_default="create", nullable=False),
        sa.Column("state", sa.String(length=9), server_default="asked", nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("token_until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("cookie", sa.String(length=500), server_default="", nullable=False),
        sa.Column("return_url", sa.String(length=2000), nullable=False),
        sa.Column("target", sa.String(length=60), server_default="", nullable=False),
        sa.Column("visitor", sa.String(length=200), server_default="", nullable=False),
        sa.Column("request", postgresql.JSONB(), server_default=sa.text("'{}'::jsonb"), nullable=False),
        sa.Column("basket", postgresql.JSONB(), server_default=sa.text("'[]'::jsonb"), nullable=False),
        sa.Column("cart_id", sa.BigInteger(), nullable=True),
        sa.Column("is_test", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "operation IN ('create', 'edit', 'inspect', 'source')", name=op.f("ck_punch_out_visits_operation_known")
        ),
        sa.CheckConstraint(
            "state IN ('asked', 'open', 'returned', 'cancelled')", name=op.f("ck_punch_out_visits_state_known")
        ),
        sa.ForeignKeyConstraint(
            ["access_id"],
            ["punch_out_accesses.id"],
            name=op.f("fk_punch_out_visits_access_id_punch_out_accesses"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["company_id"], ["companies.id"], name=op.f("fk_punch_out_visits_company_id_companies")
        ),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_punch_out_visits_user_id_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_punch_out_visits")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_punch_out_visits_token_hash")),
    )
    op.create_index("ix_punch_out_visits_access_id_id", "punch_out_visits", ["access_id", "id"], unique=False)
    op.create_index("ix_punch_out_visits_company_id", "punch_out_visits", ["company_id"], unique=False)
    op.create_index("ix_punch_out_visits_user_id", "punch_out_visits", ["user_id"], unique=False)


def _shops() -> None:
    op.create_table(
        "punch_out_shops",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("company_id", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("protocol", sa.String(length=4), nullable=False),
        sa.Column("url", sa.String(length=500), nullable=False),
        sa.Column("domain", sa.String(length=60), server_default="", nullable=False),
        sa.Column("identity", sa.String(length=120), server_default="", nullable=False),
        sa.Column("our_domain", sa.String(length=60), server_default="", nullable=False),
        sa.Column("our_identity", sa.String(length=120), server_default="", nullable=False),
        sa.Column("secrets", sa.LargeBinary(), nullable=True),
        sa.Column("is_active", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.Column("row_version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("protocol IN ('cxml', 'oci')", name=op.f("ck_punch_out_shops_protocol_known")),
        sa.ForeignKeyConstraint(["company_id"], ["companies.id"], name=op.f("fk_punch_out_shops_company_id_companies")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_punch_out_shops")),
    )
    op.create_index("ix_punch_out_shops_company_id", "punch_out_shops", ["company_id"], unique=False)


def _trips() -> None:
    op.create_table(
        "punch_out_trips",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("shop_id", sa.BigInteger(), nullable=False),
        sa.Column("company_id", sa.BigInteger(), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("cookie_hash", sa.String(length=64), nullable=False),
        sa.Column("state", sa.String(length=8), server_default="asked", nullable=False),
        sa.Column("basket", postgresql.JSONB(), server_default=sa.text("'[]'::jsonb"), nullable=False),
        sa.Column("currency", sa.String(length=3), server_default="", nullable=False),
        sa.Column("problems", postgresql.JSONB(), server_default=sa.text("'[]'::jsonb"), nullable=False),
        sa.Column("quote_id", sa.BigInteger(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("returned_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "state IN ('asked', 'returned', 'empty', 'taken')", name=op.f("ck_punch_out_trips_state_known")
        ),
        sa.ForeignKeyConstraint(["company_id"], ["companies.id"], name=op.f("fk_punch_out_trips_company_id_companies")),
        sa.ForeignKeyConstraint(
            ["shop_id"],
            ["punch_out_shops.id"],
            name=op.f("fk_punch_out_trips_shop_id_punch_out_shops"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_punch_out_trips_user_id_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_punch_out_trips")),
        sa.UniqueConstraint("cookie_hash", name=op.f("uq_punch_out_trips_cookie_hash")),
    )
    op.create_index("ix_punch_out_trips_company_id_id", "punch_out_trips", ["company_id", "id"], unique=False)
    op.create_index("ix_punch_out_trips_shop_id", "punch_out_trips", ["shop_id"], unique=False)
    op.create_index("ix_punch_out_trips_user_id", "punch_out_trips", ["user_id"], unique=False)


def downgrade() -> None:
    for table in reversed(TENANT):
        op.drop_table(table)
