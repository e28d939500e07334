"""The exchange with 1C: connections, sessions, files, keys, orders."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from app.core.policies import secure

revision = "0040"
down_revision = "0039"
branch_labels = None
depends_on = None

TABLES = ("one_c_connections", "one_c_sessions", "one_c_files", "one_c_keys", "one_c_orders")


def upgrade() -> None:
    _connections()
    _sessions()
    _files()
    _keys()
    _orders()
    for table in TABLES:
        for statement in secure(table):
            op.execute(statement)


def _connections() -> None:
    op.create_table(
        "one_c_connections",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("company_id", sa.BigInteger(), nullable=False),
        sa.Column("partner_id", sa.BigInteger(), nullable=True),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("login", sa.String(length=80), nullable=False),
        sa.Column("password_hash", sa.String(length=255), nullable=False),
        sa.Column("is_active", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.Column("takes_articles", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.Column("takes_prices", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.Column("takes_stock", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.Column("sends_orders", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.Column("takes_orders", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.Column("makes_lists", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.Column("makes_warehouses", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.Column("drops_missing", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("number_from", sa.String(length=7), server_default="article", nullable=False),
        sa.Column("chain", sa.String(length=40), server_default="", nullable=False),
        sa.Column("encoding", sa.String(length=12), server_default="UTF-8", nullable=False),
        sa.Column("containers", sa.String(length=6), server_default="auto", nullable=False),
        sa.Column("orders_since", sa.Date(), nullable=True),
        sa.Column("price_kinds", postgresql.JSONB(), server_default=sa.text("'{}'::jsonb"), nullable=False),
        sa.Column("warehouses", postgresql.JSONB(), server_default=sa.text("'{}'::jsonb"), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("row_version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint(
            "containers IN ('auto', 'always', 'never')", name=op.f("ck_one_c_connections_containers_known")
        ),
        sa.CheckConstraint("encoding IN ('UTF-8', 'windows-1251')", name=op.f("ck_one_c_connections_encoding_known")),
        sa.CheckConstraint(
            "number_from IN ('article', 'code', 'id')", name=op.f("ck_one_c_connections_number_from_known")
        ),
        sa.ForeignKeyConstraint(
            ["company_id"], ["companies.id"], name=op.f("fk_one_c_connections_company_id_companies")
        ),
        sa.ForeignKeyConstraint(
            ["partner_id"], ["exchange_partners.id"], name=op.f("fk_one_c_connections_partner_id_exchange_partners")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_one_c_connections")),
        sa.UniqueConstraint("login", name=op.f("uq_one_c_connections_login")),
    )
    op.create_index("ix_one_c_connections_company_id", "one_c_connections", ["company_id"], unique=False)
    op.create_index("ix_one_c_connections_partner_id", "one_c_connections", ["partner_id"], unique=False)


def _sessions() -> None:
    op.create_table(
        "one_c_sessions",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("company_id", sa.BigInteger(), nullable=False),
        sa.Column("connection_id", sa.BigInteger(), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=7), nullable=False),
        sa.Column("version", sa.String(length=10), server_default="", nullable=False),
        sa.Column("is_open", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("has_all", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("offered", postgresql.JSONB(), server_default=sa.text("'{}'::jsonb"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("kind IN ('catalog', 'sale')", name=op.f("ck_one_c_sessions_kind_known")),
        sa.ForeignKeyConstraint(["company_id"], ["companies.id"], name=op.f("fk_one_c_sessions_company_id_companies")),
        sa.ForeignKeyConstraint(
            ["connection_id"],
            ["one_c_connections.id"],
            name=op.f("fk_one_c_sessions_connection_id_one_c_connections"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_one_c_sessions")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_one_c_sessions_token_hash")),
    )
    op.create_index("ix_one_c_sessions_company_id", "one_c_sessions", ["company_id"], unique=False)
    op.create_index("ix_one_c_sessions_connection_id_id", "one_c_sessions", ["connection_id", "id"], unique=False)


def _files() -> None:
    op.create_table(
        "one_c_files",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("company_id", sa.BigInteger(), nullable=False),
        sa.Column("connection_id", sa.BigInteger(), nullable=False),
        sa.Column("session_id", sa.BigInteger(), nullable=False),
        sa.Column("archive_id", sa.BigInteger(), nullable=True),
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column("state", sa.String(length=9), server_default="receiving", nullable=False),
        sa.Column("parts", postgresql.JSONB(), server_default=sa.text("'[]'::jsonb"), nullable=False),
        sa.Column("last_part", sa.String(length=64), server_default="", nullable=False),
        sa.Column("size", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("file_id", sa.BigInteger(), nullable=True),
        sa.Column("next_item", sa.Integer(), server_default="0", nullable=False),
        sa.Column("run_id", sa.BigInteger(), nullable=True),
        sa.Column("runs", postgresql.JSONB(), server_default=sa.text("'[]'::jsonb"), nullable=False),
        sa.Column("figures", postgresql.JSONB(), server_default=sa.text("'{}'::jsonb"), nullable=False),
        sa.Column("notes", postgresql.JSONB(), server_default=sa.text("'[]'::jsonb"), nullable=False),
        sa.Column("last_error", postgresql.JSONB(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "state IN ('receiving', 'working', 'done', 'failed', 'dropped')", name=op.f("ck_one_c_files_state_known")
        ),
        sa.ForeignKeyConstraint(
            ["archive_id"], ["one_c_files.id"], name=op.f("fk_one_c_files_archive_id_one_c_files"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["company_id"], ["companies.id"], name=op.f("fk_one_c_files_company_id_companies")),
        sa.ForeignKeyConstraint(
            ["connection_id"],
            ["one_c_connections.id"],
            name=op.f("fk_one_c_files_connection_id_one_c_connections"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["file_id"], ["files.id"], name=op.f("fk_one_c_files_file_id_files")),
        sa.ForeignKeyConstraint(["run_id"], ["import_runs.id"], name=op.f("fk_one_c_files_run_id_import_runs")),
        sa.ForeignKeyConstraint(
            ["session_id"],
            ["one_c_sessions.id"],
            name=op.f("fk_one_c_files_session_id_one_c_sessions"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_one_c_files")),
    )
    op.create_index("ix_one_c_files_archive_id", "one_c_files", ["archive_id"], unique=False)
    op.create_index("ix_one_c_files_company_id", "one_c_files", ["company_id"], unique=False)
    op.create_index("ix_one_c_files_connection_id_id", "one_c_files", ["connection_id", "id"], unique=False)
    op.create_index(
        "ix_one_c_files_due_at", "one_c_files", ["due_at"], unique=False, postgresql_where=sa.text("state = 'working'")
    )
    op.create_index("ix_one_c_files_file_id", "one_c_files", ["file_id"], unique=False)
    op.create_index("ix_one_c_files_run_id", "one_c_files", ["run_id"], unique=False)
    op.create_index("ix_one_c_files_session_id_name", "one_c_files", ["session_id", "name"], unique=False)


def _keys() -> None:
    op.create_table(
        "one_c_keys",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("company_id", sa.BigInteger(), nullable=False),
        sa.Column("connection_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("theirs", sa.String(length=80), nullable=False),
        sa.Column("code", sa.String(length=60), nullable=False),
        sa.Column("session_id", sa.BigInteger(), nullable=True),
        sa.CheckConstraint("kind IN ('article', 'group', 'property')", name=op.f("ck_one_c_keys_kind_known")),
        sa.ForeignKeyConstraint(["company_id"], ["companies.id"], name=op.f("fk_one_c_keys_company_id_companies")),
        sa.ForeignKeyConstraint(
            ["connection_id"],
            ["one_c_connections.id"],
            name=op.f("fk_one_c_keys_connection_id_one_c_connections"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_one_c_keys")),
        sa.UniqueConstraint("connection_id", "kind", "theirs", name=op.f("uq_one_c_keys_connection_id_kind_theirs")),
    )
    op.create_index("ix_one_c_keys_company_id", "one_c_keys", ["company_id"], unique=False)
    op.create_index(
        "ix_one_c_keys_connection_id_kind_code", "one_c_keys", ["connection_id", "kind", "code"], unique=False
    )


def _orders() -> None:
    op.create_table(
        "one_c_orders",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("company_id", sa.BigInteger(), nullable=False),
        sa.Column("connection_id", sa.BigInteger(), nullable=False),
        sa.Column("order_id", sa.BigInteger(), nullable=False),
        sa.Column("sent_version", sa.Integer(), server_default="0", nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("number", sa.String(length=60), server_default="", nullable=False),
        sa.Column("dated_on", sa.Date(), nullable=True),
        sa.Column("status", sa.String(length=120), server_default="", nullable=False),
        sa.Column("is_posted", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("is_deleted", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("shipped_number", sa.String(length=60), server_default="", nullable=False),
        sa.Column("shipped_on", sa.Date(), nullable=True),
        sa.Column("paid_number", sa.String(length=60), server_default="", nullable=False),
        sa.Column("paid_on", sa.Date(), nullable=True),
        sa.Column("differences", postgresql.JSONB(), server_default=sa.text("'[]'::jsonb"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(["company_id"], ["companies.id"], name=op.f("fk_one_c_orders_company_id_companies")),
        sa.ForeignKeyConstraint(
            ["connection_id"],
            ["one_c_connections.id"],
            name=op.f("fk_one_c_orders_connection_id_one_c_connections"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["order_id"], ["orders.id"], name=op.f("fk_one_c_orders_order_id_orders"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_one_c_orders")),
        sa.UniqueConstraint("connection_id", "order_id", name=op.f("uq_one_c_orders_connection_id_order_id")),
    )
    op.create_index("ix_one_c_orders_company_id", "one_c_orders", ["company_id"], unique=False)
    op.create_index("ix_one_c_orders_order_id", "one_c_orders", ["order_id"], unique=False)


def downgrade() -> None:
    for table in reversed(TABLES):
        op.drop_table(table)
