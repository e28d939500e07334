"""Events, audit, numbers and files."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from app.core.policies import secure

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "audit_entries",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("company_id", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=True),
        sa.Column("user_name", sa.String(length=200), nullable=False),
        sa.Column("via", sa.String(length=8), nullable=False),
        sa.Column("object_type", sa.String(length=40), nullable=False),
        sa.Column("object_id", sa.BigInteger(), nullable=False),
        sa.Column("action", sa.String(length=60), nullable=False),
        sa.Column(
            "changes", postgresql.JSONB(astext_type=sa.Text()), server_default=sa.text("'{}'::jsonb"), nullable=False
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_entries")),
    )
    op.create_index(
        "ix_audit_entries_object", "audit_entries", ["company_id", "object_type", "object_id", "id"], unique=False
    )
    op.create_table(
        "counters",
        sa.Column("series", sa.String(length=40), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("last_value", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("last_value >= 0", name=op.f("ck_counters_last_value_not_negative")),
        sa.PrimaryKeyConstraint("series", "year", name=op.f("pk_counters")),
    )
    op.create_table(
        "files",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("company_id", sa.BigInteger(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("media_type", sa.String(length=120), nullable=False),
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_files")),
    )
    op.create_index("ix_files_company_id_sha256", "files", ["company_id", "sha256"], unique=False)
    op.create_table(
        "outbox",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("event", sa.String(length=120), nullable=False),
        sa.Column("handler", sa.String(length=200), nullable=False),
        sa.Column("payload", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("scope", sa.String(length=12), nullable=False),
        sa.Column("company_id", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("next_attempt_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("last_error", sa.Text(), nullable=True),
        sa.Column("is_parked", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outbox")),
    )
    op.create_index(
        "ix_outbox_due",
        "outbox",
        ["next_attempt_at"],
        unique=False,
        postgresql_where=sa.text("done_at IS NULL AND is_parked = false"),
    )
    op.execute(
        """
        CREATE FUNCTION claim_outbox(entry bigint) RETURNS TABLE (handler varchar, payload jsonb)
        LANGUAGE sql SECURITY DEFINER SET search_path = public AS $$
            UPDATE outbox SET done_at = clock_timestamp(), attempts = attempts + 1
            WHERE id = (
                SELECT id FROM outbox
                WHERE id = entry AND done_at IS NULL AND NOT is_parked
                  AND (current_setting('role') = 'kontor_operator'
                       OR (scope = 'tenant' AND company_id = current_setting('kontor.company_id')::bigint))
                FOR UPDATE SKIP LOCKED
            )
            RETURNING outbox.handler, outbox.payload
        $$
        """
    )
    op.execute("REVOKE ALL ON FUNCTION claim_outbox(bigint) FROM PUBLIC")
    op.execute("GRANT EXECUTE ON FUNCTION claim_outbox(bigint) TO kontor_operator, kontor_tenant")
    for statement in (
        *secure("outbox", tenant="INSERT"),
        *secure("audit_entries", tenant="SELECT, INSERT", operator="SELECT, INSERT"),
        *secure("counters"),
        *secure("files", tenant="SELECT, INSERT"),
    ):
        op.execute(statement)


def downgrade() -> None:
    op.execute("DROP FUNCTION claim_outbox(bigint)")
    op.drop_index(
        "ix_outbox_due", table_name="outbox", postgresql_where=sa.text("done_at IS NULL AND is_parked = false")
    )
    op.drop_table("outbox")
    op.drop_index("ix_files_company_id_sha256", table_name="files")
    op.drop_table("files")
    op.drop_table("counters")
    op.drop_index("ix_audit_entries_object", table_name="audit_entries")
    op.drop_table("audit_entries")
