"""Companies, people, addresses, sign-ins."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from app.core.policies import secure

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "companies",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("state", sa.String(length=10), server_default="approved", nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("legal_name", sa.String(length=200), server_default="", nullable=False),
        sa.Column("parent_id", sa.BigInteger(), nullable=True),
        sa.Column("vat_id", sa.String(length=20), server_default="", nullable=False),
        sa.Column("tax_number", sa.String(length=40), server_default="", nullable=False),
        sa.Column("registration_number", sa.String(length=60), server_default="", nullable=False),
        sa.Column("gln", sa.String(length=13), server_default="", nullable=False),
        sa.Column("endpoint_scheme", sa.String(length=4), server_default="", nullable=False),
        sa.Column("endpoint_id", sa.String(length=100), server_default="", nullable=False),
        sa.Column("country", sa.String(length=2), nullable=False),
        sa.Column("locale", sa.String(length=5), server_default="en", nullable=False),
        sa.Column("time_zone", sa.String(length=40), server_default="UTC", nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("vat_mode", sa.String(length=5), server_default="net", nullable=False),
        sa.Column("payment_days", sa.Integer(), server_default="30", nullable=False),
        sa.Column("credit_limit", sa.Numeric(precision=18, scale=2), nullable=True),
        sa.Column("email", sa.String(length=254), server_default="", nullable=False),
        sa.Column("invoice_email", sa.String(length=254), server_default="", nullable=False),
        sa.Column("phone", sa.String(length=40), server_default="", nullable=False),
        sa.Column("bank_name", sa.String(length=120), server_default="", nullable=False),
        sa.Column("iban", sa.String(length=34), server_default="", nullable=False),
        sa.Column("bic", sa.String(length=11), server_default="", nullable=False),
        sa.Column("is_blocked", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("block_reason", sa.String(length=300), server_default="", nullable=False),
        sa.Column("is_on_credit_hold", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("hold_reason", sa.String(length=300), server_default="", nullable=False),
        sa.Column("client_ref", sa.String(length=64), nullable=True),
        sa.Column(
            "registration",
            postgresql.JSONB(astext_type=sa.Text()),
            server_default=sa.text("'{}'::jsonb"),
            nullable=False,
        ),
        sa.Column("decision_reason", sa.Text(), server_default="", nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("manager_id", sa.BigInteger(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("kind IN ('operator', 'customer', 'supplier')", name=op.f("ck_companies_kind_known")),
        sa.CheckConstraint(
            "state IN ('pending', 'approved', 'rejected', 'inactive')", name=op.f("ck_companies_state_known")
        ),
        sa.CheckConstraint("payment_days >= 0", name=op.f("ck_companies_payment_days_not_negative")),
        sa.CheckConstraint("parent_id <> id", name=op.f("ck_companies_not_its_own_parent")),
        sa.ForeignKeyConstraint(
            ["manager_id"], ["users.id"], name=op.f("fk_companies_manager_id_users"), use_alter=True
        ),
        sa.ForeignKeyConstraint(["parent_id"], ["companies.id"], name=op.f("fk_companies_parent_id_companies")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_companies")),
        sa.UniqueConstraint("client_ref", name=op.f("uq_companies_client_ref")),
        sa.UniqueConstraint("code", name=op.f("uq_companies_code")),
    )
    op.create_index(
        "uq_companies_one_operator", "companies", ["kind"], unique=True, postgresql_where=sa.text("kind = 'operator'")
    )
    op.create_index("ix_companies_name_id", "companies", ["name", "id"], unique=False)
    op.create_index(
        "ix_companies_parent_id",
        "companies",
        ["parent_id"],
        unique=False,
        postgresql_where=sa.text("parent_id IS NOT NULL"),
    )
    op.create_index(
        "ix_companies_pending", "companies", ["id"], unique=False, postgresql_where=sa.text("state = 'pending'")
    )
    op.create_table(
        "sign_in_attempts",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=True),
        sa.Column("ip", sa.String(length=45), nullable=False),
        sa.Column("user_agent", sa.String(length=300), server_default="", nullable=False),
        sa.Column("outcome", sa.String(length=20), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sign_in_attempts")),
    )
    op.create_index("ix_sign_in_attempts_email_at", "sign_in_attempts", ["email", "at"], unique=False)
    op.create_index("ix_sign_in_attempts_ip_at", "sign_in_attempts", ["ip", "at"], unique=False)
    op.create_index("ix_sign_in_attempts_user_id_id", "sign_in_attempts", ["user_id", "id"], unique=False)
    op.create_table(
        "users",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("password_hash", sa.String(length=200), server_default="", nullable=False),
        sa.Column("locale", sa.String(length=5), server_default="en", nullable=False),
        sa.Column("time_zone", sa.String(length=40), server_default="", nullable=False),
        sa.Column("is_active", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.Column("may_be_contacted", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.Column("theme", sa.String(length=5), server_default="auto", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_users")),
        sa.UniqueConstraint("email", name=op.f("uq_users_email")),
    )
    op.create_table(
        "addresses",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("company_id", sa.BigInteger(), nullable=False),
        sa.Column("label", sa.String(length=80), nullable=False),
        sa.Column("name", sa.String(length=200), server_default="", nullable=False),
        sa.Column("street", sa.String(length=200), server_default="", nullable=False),
        sa.Column("street2", sa.String(length=200), server_default="", nullable=False),
        sa.Column("postcode", sa.String(length=20), server_default="", nullable=False),
        sa.Column("city", sa.String(length=100), server_default="", nullable=False),
        sa.Column("region", sa.String(length=100), server_default="", nullable=False),
        sa.Column("country", sa.String(length=2), nullable=False),
        sa.Column("gln", sa.String(length=13), server_default="", nullable=False),
        sa.Column("contact", sa.String(length=120), server_default="", nullable=False),
        sa.Column("phone", sa.String(length=40), server_default="", nullable=False),
        sa.Column("is_ship_to", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.Column("is_bill_to", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("is_default_ship_to", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("is_default_bill_to", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("is_active", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.ForeignKeyConstraint(["company_id"], ["companies.id"], name=op.f("fk_addresses_company_id_companies")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_addresses")),
    )
    op.create_index(
        "uq_addresses_label", "addresses", ["company_id", "label"], unique=True, postgresql_where=sa.text("is_active")
    )
    op.create_index(
        "uq_addresses_default_bill_to",
        "addresses",
        ["company_id"],
        unique=True,
        postgresql_where=sa.text("is_default_bill_to"),
    )
    op.create_index(
        "uq_addresses_default_ship_to",
        "addresses",
        ["company_id"],
        unique=True,
        postgresql_where=sa.text("is_default_ship_to"),
    )
    op.create_table(
        "invitations",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("company_id", sa.BigInteger(), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("name", sa.String(length=120), server_default="", nullable=False),
        sa.Column("role", sa.String(length=20), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("invited_by_id", sa.BigInteger(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("accepted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["company_id"], ["companies.id"], name=op.f("fk_invitations_company_id_companies")),
        sa.ForeignKeyConstraint(["invited_by_id"], ["users.id"], name=op.f("fk_invitations_invited_by_id_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_invitations")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_invitations_token_hash")),
    )
    op.create_index("ix_invitations_company_id", "invitations", ["company_id"], unique=False)
    op.create_index(
        "uq_invitations_open",
        "invitations",
        ["company_id", "email"],
        unique=True,
        postgresql_where=sa.text("accepted_at IS NULL AND withdrawn_at IS NULL"),
    )
    op.create_table(
        "memberships",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("company_id", sa.BigInteger(), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("role", sa.String(length=20), nullable=False),
        sa.Column("is_active", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(["company_id"], ["companies.id"], name=op.f("fk_memberships_company_id_companies")),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_memberships_user_id_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_memberships")),
        sa.UniqueConstraint("company_id", "user_id", name=op.f("uq_memberships_company_id_user_id")),
    )
    op.create_index("ix_memberships_user_id", "memberships", ["user_id"], unique=False)
    op.create_table(
        "password_resets",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_password_resets_user_id_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_password_resets")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_password_resets_token_hash")),
    )
    op.create_index(op.f("ix_password_resets_user_id"), "password_resets", ["user_id"], unique=False)
    op.create_table(
        "registration_files",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("company_id", sa.BigInteger(), nullable=False),
        sa.Column("file_id", sa.BigInteger(), nullable=False),
        sa.Column("label", sa.String(length=255), nullable=False),
        sa.ForeignKeyConstraint(
            ["company_id"], ["companies.id"], name=op.f("fk_registration_files_company_id_companies")
        ),
        sa.ForeignKeyConstraint(["file_id"], ["files.id"], name=op.f("fk_registration_files_file_id_files")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_registration_files")),
    )
    op.create_index(op.f("ix_registration_files_company_id"), "registration_files", ["company_id"], unique=False)
    op.create_table(
        "sign_in_sessions",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("company_id", sa.BigInteger(), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("last_seen_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ip", sa.String(length=45), server_default="", nullable=False),
        sa.Column("user_agent", sa.String(length=300), server_default="", nullable=False),
        sa.ForeignKeyConstraint(
            ["company_id"], ["companies.id"], name=op.f("fk_sign_in_sessions_company_id_companies")
        ),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_sign_in_sessions_user_id_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sign_in_sessions")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_sign_in_sessions_token_hash")),
    )
    op.create_index("ix_sign_in_sessions_user_id", "sign_in_sessions", ["user_id"], unique=False)
    op.create_foreign_key("fk_companies_manager_id_users", "companies", "users", ["manager_id"], ["id"])
    for statement in (
        *secure(
            "companies",
            tenant="SELECT, UPDATE",
            condition="id = current_setting('kontor.company_id')::bigint",
            select_condition="id = current_setting('kontor.company_id')::bigint OR kind = 'operator'",
            update_columns="phone, email, invoice_email, locale, time_zone",
        ),
        *secure("users", tenant="SELECT", condition="id IN (SELECT user_id FROM memberships)"),
        # a membership is made by accepting an invitation, in system scope: a company cannot draw people in
        *secure("memberships", tenant="SELECT, UPDATE", update_columns="role, is_active"),
        *secure(
            "addresses",
            tenant="SELECT, INSERT, UPDATE",
            # the seller's billing address stands on every document
            select_condition="company_id = current_setting('kontor.company_id')::bigint OR (is_default_bill_to"
            " AND company_id IN (SELECT id FROM companies WHERE kind = 'operator'))",
        ),
        *secure("registration_files", tenant="SELECT"),
        *secure("invitations", tenant="SELECT, INSERT, UPDATE", update_columns="expires_at, withdrawn_at"),
        *secure("password_resets"),
        *secure("sign_in_sessions"),
        *secure("sign_in_attempts", operator="SELECT, INSERT"),
    ):
        op.execute(statement)


def downgrade() -> None:
    op.execute("DROP POLICY tenant_select ON users")
    op.drop_constraint("fk_companies_manager_id_users", "companies")
    op.drop_index("ix_sign_in_sessions_user_id", table_name="sign_in_sessions")
    op.drop_table("sign_in_sessions")
    op.drop_index(op.f("ix_registration_files_company_id"), table_name="registration_files")
    op.drop_table("registration_files")
    op.drop_index(op.f("ix_password_resets_user_id"), table_name="password_resets")
    op.drop_table("password_resets")
    op.drop_index("ix_memberships_user_id", table_name="memberships")
    op.drop_table("memberships")
    op.drop_index(
        "uq_invitations_open",
        table_name="invitations",
        postgresql_where=sa.text("accepted_at IS NULL AND withdrawn_at IS NULL"),
    )
    op.drop_index("ix_invitations_company_id", table_name="invitations")
    op.drop_table("invitations")
    op.drop_index("uq_addresses_label", table_name="addresses", postgresql_where=sa.text("is_active"))
    op.drop_index(
        "uq_addresses_default_ship_to", table_name="addresses", postgresql_where=sa.text("is_default_ship_to")
    )
    op.drop_index(
        "uq_addresses_default_bill_to", table_name="addresses", postgresql_where=sa.text("is_default_bill_to")
    )
    op.drop_table("addresses")
    op.drop_table("users")
    op.drop_index("ix_sign_in_attempts_user_id_id", table_name="sign_in_attempts")
    op.drop_index("ix_sign_in_attempts_ip_at", table_name="sign_in_attempts")
    op.drop_index("ix_sign_in_attempts_email_at", table_name="sign_in_attempts")
    op.drop_table("sign_in_attempts")
    op.drop_index("ix_companies_pending", table_name="companies", postgresql_where=sa.text("state = 'pending'"))
    op.drop_index("ix_companies_parent_id", table_name="companies", postgresql_where=sa.text("parent_id IS NOT NULL"))
    op.drop_index("ix_companies_name_id", table_name="companies")
    op.drop_index("uq_companies_one_operator", table_name="companies", postgresql_where=sa.text("kind = 'operator'"))
    op.drop_table("companies")
