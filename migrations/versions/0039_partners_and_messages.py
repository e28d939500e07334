"""Partners, channels, messages."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from app.core.policies import OWN, secure

revision = "0039"
down_revision = "0038"
branch_labels = None
depends_on = None

TABLES = (
    "exchange_partners", "exchange_identifiers", "exchange_channels", "exchange_agreements", "exchange_codes",
    "exchange_files", "exchange_messages", "exchange_events", "exchange_attempts",
)  # fmt: skip
# What the people of an account may read: the messages that concern it, and their history.
READ = {
    "exchange_messages": OWN,
    "exchange_events": f"message_id IN (SELECT id FROM exchange_messages WHERE {OWN})",
}


def upgrade() -> None:
    _partners()
    _agreements()
    _files()
    _messages()
    _history()
    for table in TABLES:
        for statement in secure(table, tenant="SELECT" if table in READ else "", condition=READ.get(table, OWN)):
            op.execute(statement)


def _partners() -> None:
    op.create_table(
        "exchange_partners",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("company_id", sa.BigInteger(), nullable=True),
        sa.Column("is_test", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("is_active", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.Column("note", sa.Text(), server_default="", nullable=False),
        sa.Column("row_version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["company_id"], ["companies.id"], name=op.f("fk_exchange_partners_company_id_companies")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_exchange_partners")),
        sa.UniqueConstraint("code", name=op.f("uq_exchange_partners_code")),
    )
    op.create_index("ix_exchange_partners_company_id", "exchange_partners", ["company_id"], unique=False)
    op.create_table(
        "exchange_identifiers",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("partner_id", sa.BigInteger(), nullable=False),
        sa.Column("company_id", sa.BigInteger(), nullable=True),
        sa.Column("side", sa.String(length=6), server_default="theirs", nullable=False),
        sa.Column("scheme", sa.String(length=20), nullable=False),
        sa.Column("value", sa.String(length=120), nullable=False),
        sa.Column("is_test", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.CheckConstraint("side IN ('theirs', 'ours')", name=op.f("ck_exchange_identifiers_side_known")),
        sa.ForeignKeyConstraint(
            ["company_id"], ["companies.id"], name=op.f("fk_exchange_identifiers_company_id_companies")
        ),
        sa.ForeignKeyConstraint(
            ["partner_id"],
            ["exchange_partners.id"],
            name=op.f("fk_exchange_identifiers_partner_id_exchange_partners"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_exchange_identifiers")),
    )
    op.create_index("ix_exchange_identifiers_company_id", "exchange_identifiers", ["company_id"], unique=False)
    op.create_index("ix_exchange_identifiers_partner_id", "exchange_identifiers", ["partner_id"], unique=False)
    op.create_index(
        "uq_exchange_identifiers_scheme_value_is_test",
        "exchange_identifiers",
        ["scheme", "value", "is_test"],
        unique=True,
        postgresql_where=sa.text("side = 'theirs'"),
    )


def _agreements() -> None:
    op.create_table(
        "exchange_channels",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("transport", sa.String(length=40), nullable=False),
        sa.Column("partner_id", sa.BigInteger(), nullable=True),
        sa.Column("settings", postgresql.JSONB(), server_default=sa.text("'{}'::jsonb"), nullable=False),
        sa.Column("secrets", sa.LargeBinary(), nullable=True),
        sa.Column("is_active", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.Column("is_test", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("poll_seconds", sa.Integer(), nullable=True),
        sa.Column("next_poll_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("polled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("failures", sa.Integer(), server_default="0", nullable=False),
        sa.Column("last_error", postgresql.JSONB(), nullable=True),
        sa.Column("row_version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint(
            "poll_seconds IS NULL OR poll_seconds >= 5", name=op.f("ck_exchange_channels_poll_seconds_not_busy")
        ),
        sa.ForeignKeyConstraint(
            ["partner_id"], ["exchange_partners.id"], name=op.f("fk_exchange_channels_partner_id_exchange_partners")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_exchange_channels")),
        sa.UniqueConstraint("key", name=op.f("uq_exchange_channels_key")),
    )
    op.create_index(
        "ix_exchange_channels_due",
        "exchange_channels",
        ["next_poll_at"],
        unique=False,
        postgresql_where=sa.text("is_active AND poll_seconds IS NOT NULL"),
    )
    op.create_index("ix_exchange_channels_partner_id", "exchange_channels", ["partner_id"], unique=False)
    op.create_table(
        "exchange_agreements",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("partner_id", sa.BigInteger(), nullable=False),
        sa.Column("direction", sa.String(length=3), nullable=False),
        sa.Column("document", sa.String(length=40), nullable=False),
        sa.Column("format", sa.String(length=40), nullable=False),
        sa.Column("version", sa.String(length=40), server_default="", nullable=False),
        sa.Column("channel_id", sa.BigInteger(), nullable=True),
        sa.Column("options", postgresql.JSONB(), server_default=sa.text("'{}'::jsonb"), nullable=False),
        sa.Column("acknowledge", sa.String(length=6), server_default="never", nullable=False),
        sa.Column("acknowledge_format", sa.String(length=40), server_default="", nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=True),
        sa.Column("is_active", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.Column("row_version", sa.Integer(), server_default="1", nullable=False),
        sa.CheckConstraint(
            "acknowledge IN ('never', 'always', 'faults')", name=op.f("ck_exchange_agreements_acknowledge_known")
        ),
        sa.CheckConstraint("direction IN ('in', 'out')", name=op.f("ck_exchange_agreements_direction_known")),
        sa.ForeignKeyConstraint(
            ["channel_id"], ["exchange_channels.id"], name=op.f("fk_exchange_agreements_channel_id_exchange_channels")
        ),
        sa.ForeignKeyConstraint(
            ["partner_id"],
            ["exchange_partners.id"],
            name=op.f("fk_exchange_agreements_partner_id_exchange_partners"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_exchange_agreements_user_id_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_exchange_agreements")),
        sa.UniqueConstraint(
            "partner_id", "direction", "document", name=op.f("uq_exchange_agreements_partner_id_direction_document")
        ),
    )
    op.create_index("ix_exchange_agreements_channel_id", "exchange_agreements", ["channel_id"], unique=False)
    op.create_index("ix_exchange_agreements_user_id", "exchange_agreements", ["user_id"], unique=False)
    op.create_table(
        "exchange_codes",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("partner_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("theirs", sa.String(length=120), nullable=False),
        sa.Column("ours", sa.String(length=120), nullable=False),
        sa.CheckConstraint(
            "kind IN ('unit', 'tax', 'article', 'ship_to', 'payment')", name=op.f("ck_exchange_codes_kind_known")
        ),
        sa.ForeignKeyConstraint(
            ["partner_id"],
            ["exchange_partners.id"],
            name=op.f("fk_exchange_codes_partner_id_exchange_partners"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_exchange_codes")),
        sa.UniqueConstraint("partner_id", "kind", "theirs", name=op.f("uq_exchange_codes_partner_id_kind_theirs")),
    )
    op.create_index(
        "ix_exchange_codes_partner_id_kind_ours", "exchange_codes", ["partner_id", "kind", "ours"], unique=False
    )


def _files() -> None:
    op.create_table(
        "exchange_files",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("file_id", sa.BigInteger(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column("media_type", sa.String(length=120), server_default="", nullable=False),
        sa.Column("channel_id", sa.BigInteger(), nullable=True),
        sa.Column("partner_id", sa.BigInteger(), nullable=True),
        sa.Column("sender", sa.String(length=255), server_default="", nullable=False),
        sa.Column("reference", sa.String(length=255), server_default="", nullable=False),
        sa.Column("via", sa.String(length=40), server_default="", nullable=False),
        sa.Column("family", sa.String(length=40), server_default="", nullable=False),
        sa.Column("control_number", sa.String(length=40), server_default="", nullable=False),
        sa.Column("is_test", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("state", sa.String(length=9), server_default="kept", nullable=False),
        sa.Column("duplicate_of_id", sa.BigInteger(), nullable=True),
        sa.Column("report", postgresql.JSONB(), server_default=sa.text("'{}'::jsonb"), nullable=False),
        sa.Column("facts", postgresql.JSONB(), server_default=sa.text("'{}'::jsonb"), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("last_error", postgresql.JSONB(), nullable=True),
        sa.CheckConstraint(
            "state IN ('kept', 'read', 'duplicate', 'parked', 'ignored')", name=op.f("ck_exchange_files_state_known")
        ),
        sa.ForeignKeyConstraint(
            ["channel_id"], ["exchange_channels.id"], name=op.f("fk_exchange_files_channel_id_exchange_channels")
        ),
        sa.ForeignKeyConstraint(
            ["duplicate_of_id"], ["exchange_files.id"], name=op.f("fk_exchange_files_duplicate_of_id_exchange_files")
        ),
        sa.ForeignKeyConstraint(["file_id"], ["files.id"], name=op.f("fk_exchange_files_file_id_files")),
        sa.ForeignKeyConstraint(
            ["partner_id"], ["exchange_partners.id"], name=op.f("fk_exchange_files_partner_id_exchange_partners")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_exchange_files")),
    )
    op.create_index("ix_exchange_files_channel_id", "exchange_files", ["channel_id"], unique=False)
    op.create_index(
        "ix_exchange_files_due", "exchange_files", ["due_at"], unique=False, postgresql_where=sa.text("state = 'kept'")
    )
    op.create_index("ix_exchange_files_duplicate_of_id", "exchange_files", ["duplicate_of_id"], unique=False)
    op.create_index("ix_exchange_files_file_id", "exchange_files", ["file_id"], unique=False)
    op.create_index(
        "ix_exchange_files_parked", "exchange_files", ["id"], unique=False, postgresql_where=sa.text("state = 'parked'")
    )
    op.create_index(
        "ix_exchange_files_partner_id_control_number", "exchange_files", ["partner_id", "control_number"], unique=False
    )
    op.create_index("ix_exchange_files_sha256", "exchange_files", ["sha256"], unique=False)


def _messages() -> None:
    op.create_table(
        "exchange_messages",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("company_id", sa.BigInteger(), nullable=True),
        sa.Column("partner_id", sa.BigInteger(), nullable=True),
        sa.Column("agreement_id", sa.BigInteger(), nullable=True),
        sa.Column("channel_id", sa.BigInteger(), nullable=True),
        sa.Column("file_id", sa.BigInteger(), nullable=True),
        sa.Column("position", sa.Integer(), server_default="1", nullable=False),
        sa.Column("stored_id", sa.BigInteger(), nullable=True),
        sa.Column("direction", sa.String(length=3), nullable=False),
        sa.Column("document", sa.String(length=40), server_default="", nullable=False),
        sa.Column("type_code", sa.String(length=40), server_default="", nullable=False),
        sa.Column("format", sa.String(length=40), server_default="", nullable=False),
        sa.Column("version", sa.String(length=120), server_default="", nullable=False),
        sa.Column("number", sa.String(length=120), server_default="", nullable=False),
        sa.Column("document_date", sa.Date(), nullable=True),
        sa.Column("currency", sa.String(length=3), server_default="", nullable=False),
        sa.Column("total", sa.Numeric(precision=18, scale=6), nullable=True),
        sa.Column("line_count", sa.Integer(), server_default="0", nullable=False),
        sa.Column("control_number", sa.String(length=40), server_default="", nullable=False),
        sa.Column("message_number", sa.String(length=40), server_default="", nullable=False),
        sa.Column("checksum", sa.String(length=64), server_default="", nullable=False),
        sa.Column("is_test", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("state", sa.String(length=9), nullable=False),
        sa.Column("verdict", sa.String(length=11), server_default="not_checked", nullable=False),
        sa.Column("report", postgresql.JSONB(), server_default=sa.text("'{}'::jsonb"), nullable=False),
        sa.Column("reason", postgresql.JSONB(), nullable=True),
        sa.Column("subject_kind", sa.String(length=20), server_default="", nullable=False),
        sa.Column("subject_id", sa.BigInteger(), nullable=True),
        sa.Column("answers_id", sa.BigInteger(), nullable=True),
        sa.Column("answers_file_id", sa.BigInteger(), nullable=True),
        sa.Column("duplicate_of_id", sa.BigInteger(), nullable=True),
        sa.Column("edited_from_id", sa.BigInteger(), nullable=True),
        sa.Column("waits_for", sa.String(length=120), server_default="", nullable=False),
        sa.Column("client_ref", sa.String(length=160), server_default="", nullable=False),
        sa.Column("reference", sa.String(length=80), server_default="", nullable=False),
        sa.Column("remote_reference", sa.String(length=255), server_default="", nullable=False),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("acknowledged_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("direction IN ('in', 'out')", name=op.f("ck_exchange_messages_direction_known")),
        sa.ForeignKeyConstraint(
            ["agreement_id"],
            ["exchange_agreements.id"],
            name=op.f("fk_exchange_messages_agreement_id_exchange_agreements"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["answers_file_id"], ["exchange_files.id"], name=op.f("fk_exchange_messages_answers_file_id_exchange_files")
        ),
        sa.ForeignKeyConstraint(
            ["answers_id"], ["exchange_messages.id"], name=op.f("fk_exchange_messages_answers_id_exchange_messages")
        ),
        sa.ForeignKeyConstraint(
            ["channel_id"], ["exchange_channels.id"], name=op.f("fk_exchange_messages_channel_id_exchange_channels")
        ),
        sa.ForeignKeyConstraint(
            ["company_id"], ["companies.id"], name=op.f("fk_exchange_messages_company_id_companies")
        ),
        sa.ForeignKeyConstraint(
            ["duplicate_of_id"],
            ["exchange_messages.id"],
            name=op.f("fk_exchange_messages_duplicate_of_id_exchange_messages"),
        ),
        sa.ForeignKeyConstraint(
            ["edited_from_id"],
            ["exchange_messages.id"],
            name=op.f("fk_exchange_messages_edited_from_id_exchange_messages"),
        ),
        sa.ForeignKeyConstraint(
            ["file_id"], ["exchange_files.id"], name=op.f("fk_exchange_messages_file_id_exchange_files")
        ),
        sa.ForeignKeyConstraint(
            ["partner_id"], ["exchange_partners.id"], name=op.f("fk_exchange_messages_partner_id_exchange_partners")
        ),
        sa.ForeignKeyConstraint(["stored_id"], ["files.id"], name=op.f("fk_exchange_messages_stored_id_files")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_exchange_messages")),
    )
    op.create_index("ix_exchange_messages_agreement_id", "exchange_messages", ["agreement_id"], unique=False)
    op.create_index("ix_exchange_messages_answers_file_id", "exchange_messages", ["answers_file_id"], unique=False)
    op.create_index("ix_exchange_messages_answers_id", "exchange_messages", ["answers_id"], unique=False)
    op.create_index("ix_exchange_messages_channel_id", "exchange_messages", ["channel_id"], unique=False)
    op.create_index("ix_exchange_messages_company_id_id", "exchange_messages", ["company_id", "id"], unique=False)
    op.create_index(
        "ix_exchange_messages_due",
        "exchange_messages",
        ["due_at"],
        unique=False,
        postgresql_where=sa.text(
            "state IN ('kept', 'read', 'checked', 'mapped', 'executed', 'planned', 'written', 'queued', 'waiting')"
        ),
    )
    op.create_index("ix_exchange_messages_duplicate_of_id", "exchange_messages", ["duplicate_of_id"], unique=False)
    op.create_index("ix_exchange_messages_edited_from_id", "exchange_messages", ["edited_from_id"], unique=False)
    op.create_index("ix_exchange_messages_file_id_position", "exchange_messages", ["file_id", "position"], unique=False)
    op.create_index(
        "ix_exchange_messages_partner_id_control_number",
        "exchange_messages",
        ["partner_id", "control_number"],
        unique=False,
    )
    op.create_index(
        "ix_exchange_messages_partner_id_document_number",
        "exchange_messages",
        ["partner_id", "document", "number"],
        unique=False,
    )
    op.create_index("ix_exchange_messages_reference", "exchange_messages", ["reference"], unique=False)
    op.create_index("ix_exchange_messages_remote_reference", "exchange_messages", ["remote_reference"], unique=False)
    op.create_index("ix_exchange_messages_state", "exchange_messages", ["state", "id"], unique=False)
    op.create_index("ix_exchange_messages_stored_id", "exchange_messages", ["stored_id"], unique=False)
    op.create_index("ix_exchange_messages_subject", "exchange_messages", ["subject_kind", "subject_id"], unique=False)
    op.create_index(
        "uq_exchange_messages_client_ref",
        "exchange_messages",
        ["client_ref"],
        unique=True,
        postgresql_where=sa.text("client_ref <> ''"),
    )


def _history() -> None:
    op.create_table(
        "exchange_events",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("message_id", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False),
        sa.Column("state", sa.String(length=9), nullable=False),
        sa.Column("action", sa.String(length=20), nullable=False),
        sa.Column("message", postgresql.JSONB(), nullable=True),
        sa.Column("user_id", sa.BigInteger(), nullable=True),
        sa.Column("user_name", sa.String(length=200), server_default="", nullable=False),
        sa.ForeignKeyConstraint(
            ["message_id"],
            ["exchange_messages.id"],
            name=op.f("fk_exchange_events_message_id_exchange_messages"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_exchange_events_user_id_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_exchange_events")),
    )
    op.create_index("ix_exchange_events_message_id_id", "exchange_events", ["message_id", "id"], unique=False)
    op.create_index("ix_exchange_events_user_id", "exchange_events", ["user_id"], unique=False)
    op.create_table(
        "exchange_attempts",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("message_id", sa.BigInteger(), nullable=False),
        sa.Column("channel_id", sa.BigInteger(), nullable=True),
        sa.Column("begun_at", sa.DateTime(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("outcome", sa.String(length=7), server_default="begun", nullable=False),
        sa.Column("error", postgresql.JSONB(), nullable=True),
        sa.Column("reference", sa.String(length=255), server_default="", nullable=False),
        sa.Column("answer_id", sa.BigInteger(), nullable=True),
        sa.Column("facts", postgresql.JSONB(), server_default=sa.text("'{}'::jsonb"), nullable=False),
        sa.CheckConstraint(
            "outcome IN ('begun', 'sent', 'pending', 'failed')", name=op.f("ck_exchange_attempts_outcome_known")
        ),
        sa.ForeignKeyConstraint(["answer_id"], ["files.id"], name=op.f("fk_exchange_attempts_answer_id_files")),
        sa.ForeignKeyConstraint(
            ["channel_id"], ["exchange_channels.id"], name=op.f("fk_exchange_attempts_channel_id_exchange_channels")
        ),
        sa.ForeignKeyConstraint(
            ["message_id"],
            ["exchange_messages.id"],
            name=op.f("fk_exchange_attempts_message_id_exchange_messages"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_exchange_attempts")),
    )
    op.create_index("ix_exchange_attempts_answer_id", "exchange_attempts", ["answer_id"], unique=False)
    op.create_index("ix_exchange_attempts_channel_id", "exchange_attempts", ["channel_id"], unique=False)
    op.create_index("ix_exchange_attempts_message_id_id", "exchange_attempts", ["message_id", "id"], unique=False)


def downgrade() -> None:
    for table in reversed(TABLES):
        op.drop_table(table)
