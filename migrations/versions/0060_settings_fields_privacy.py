"""Settings of the operator, own fields of accounts and orders, consents, erasures, API keys."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from app.core.policies import secure

revision = "0060"
down_revision = "0059"
branch_labels = None
depends_on = None

TABLES: dict[str, dict[str, str]] = {
    "operator_settings": {"tenant": "SELECT", "condition": "true"},  # rules that run for a customer read them
    "contact_consents": {},
    "own_fields": {"tenant": "SELECT", "condition": "access <> 'staff'"},
    "own_inner_values": {},
    "api_keys": {"tenant": "SELECT, INSERT, UPDATE", "update_columns": "revoked_at, revoked_by_name"},
    "erasures": {},
    "person_exports": {},
}


def upgrade() -> None:
    _settings()
    _consents()
    _own_fields()
    _api_keys()
    _erasures()
    _person_exports()
    for table, rules in TABLES.items():
        for statement in secure(table, **rules):
            op.execute(statement)
    op.execute("GRANT UPDATE (own) ON companies TO kontor_tenant")  # a company enters its own fields
    op.execute("GRANT DELETE ON sign_in_attempts TO kontor_operator")  # of a person who is erased


def downgrade() -> None:
    op.execute("REVOKE DELETE ON sign_in_attempts FROM kontor_operator")
    for table in reversed(TABLES):
        op.drop_table(table)
    op.drop_column("orders", "own")
    op.drop_column("companies", "own")


def _id() -> sa.Column[Any]:
    return sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False)


def _text(name: str, length: int, default: str | None = None, *, nullable: bool = False) -> sa.Column[Any]:
    return sa.Column(name, sa.String(length=length), server_default=default, nullable=nullable)


def _ref(name: str, *, nullable: bool = False) -> sa.Column[Any]:
    return sa.Column(name, sa.BigInteger(), nullable=nullable)


def _moment(name: str, *, is_now: bool = False, nullable: bool = True) -> sa.Column[Any]:
    default = sa.text("now()") if is_now else None
    return sa.Column(name, sa.DateTime(timezone=True), server_default=default, nullable=nullable and not is_now)


def _json(name: str, default: str | None = None) -> sa.Column[Any]:
    return sa.Column(name, postgresql.JSONB(), server_default=sa.text(default) if default else None, nullable=False)


def _switch(name: str, default: str) -> sa.Column[Any]:
    return sa.Column(name, sa.Boolean(), server_default=sa.text(default), nullable=False)


def _key(table: str, column: str, other: str, ondelete: str | None = None) -> sa.ForeignKeyConstraint:
    name = op.f(f"fk_{table}_{column}_{other}")
    return sa.ForeignKeyConstraint([column], [f"{other}.id"], name=name, ondelete=ondelete)


def _check(table: str, condition: str, name: str) -> sa.CheckConstraint:
    return sa.CheckConstraint(condition, name=op.f(f"ck_{table}_{name}"))


def _primary(table: str) -> sa.PrimaryKeyConstraint:
    return sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}"))


def _unique(table: str, *columns: str) -> sa.UniqueConstraint:
    return sa.UniqueConstraint(*columns, name=op.f(f"uq_{table}_{'_'.join(columns)}"))


def _settings() -> None:
    table = "operator_settings"
    op.create_table(
        table,
        _id(), _text("code", 80), _json("value"), _moment("changed_at", is_now=True), _ref("changed_by_id", nullable=True),
        _text("changed_by_name", 200, ""),
        _primary(table), _unique(table, "code"),
    )  # fmt: skip


def _consents() -> None:
    table = "contact_consents"
    op.create_table(
        table,
        _id(), _ref("user_id"), _text("kind", 12), sa.Column("text", sa.Text(), nullable=False), _text("locale", 5),
        _text("source", 12), _text("ip", 45, ""), _moment("given_at", is_now=True), _moment("withdrawn_at"),
        _text("withdrawn_source", 12, ""),
        _check(table, "kind IN ('marketing')", "kind_known"),
        _check(table, "(withdrawn_at IS NULL) = (withdrawn_source = '')", "withdrawn_somewhere"),
        _key(table, "user_id", "users"), _primary(table),
    )  # fmt: skip
    op.create_index(
        "uq_contact_consents_standing", table, ["user_id", "kind"], unique=True,
        postgresql_where=sa.text("withdrawn_at IS NULL"),
    )  # fmt: skip
    op.create_index("ix_contact_consents_user_id", table, ["user_id"])


def _own_fields() -> None:
    table = "own_fields"
    op.create_table(
        table,
        _id(), _text("subject", 8), _text("code", 30), _text("name", 100), _json("names", "'{}'::jsonb"),
        _text("kind", 6), _json("choices", "'[]'::jsonb"), _switch("is_required", "false"),
        _text("access", 7, "staff"), _switch("is_at_registration", "false"), _switch("is_printed", "false"),
        _switch("in_list", "false"), sa.Column("position", sa.Integer(), server_default="0", nullable=False),
        _check(table, "subject IN ('account', 'order')", "subject_known"),
        _check(table, "kind IN ('text', 'number', 'flag', 'day', 'choice')", "kind_known"),
        _check(table, "access IN ('staff', 'seen', 'entered')", "access_known"),
        _primary(table), _unique(table, "subject", "code"),
    )  # fmt: skip
    table = "own_inner_values"
    op.create_table(
        table,
        _text("subject", 8), sa.Column("object_id", sa.BigInteger(), autoincrement=False, nullable=False),
        _ref("company_id"), _json("own"),
        _key(table, "company_id", "companies"),
        sa.PrimaryKeyConstraint("subject", "object_id", name=op.f(f"pk_{table}")),
    )  # fmt: skip
    op.create_index("ix_own_inner_values_company_id", table, ["company_id"])
    for owner in ("companies", "orders"):
        op.add_column(owner, _json("own", "'{}'::jsonb"))


def _api_keys() -> None:
    table = "api_keys"
    op.create_table(
        table,
        _id(), _ref("company_id"), _ref("user_id"), _text("client_ref", 80), _text("name", 80), _text("prefix", 12),
        _text("key_hash", 64), _json("permissions"), _text("created_by_name", 250, ""), _moment("created_at", is_now=True),
        sa.Column("expires_on", sa.Date(), nullable=True), _moment("last_used_at"), _moment("revoked_at"),
        _text("revoked_by_name", 250, ""),
        _key(table, "company_id", "companies"), _key(table, "user_id", "users"),
        _primary(table), _unique(table, "key_hash"), _unique(table, "company_id", "client_ref"),
    )  # fmt: skip
    op.create_index("ix_api_keys_user_id", table, ["user_id"])


def _erasures() -> None:
    table = "erasures"
    op.create_table(
        table,
        _id(), _text("client_ref", 80), _text("kind", 7), _ref("user_id", nullable=True), _ref("company_id", nullable=True),
        _text("state", 9, "asked"), _text("reason", 500, ""), _switch("is_own_wish", "false"),
        _ref("requested_by_id", nullable=True), _text("requested_by_name", 250, ""), _moment("requested_at", is_now=True),
        _ref("decided_by_id", nullable=True), _text("decided_by_name", 250, ""), _moment("decided_at"),
        _text("refusal", 500, ""), _moment("due_at"), _moment("done_at"), _json("counts", "'{}'::jsonb"),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False), _text("last_error", 500, ""),
        _check(table, "kind IN ('person', 'company')", "kind_known"),
        _check(table, "(kind = 'person') = (user_id IS NOT NULL) AND (kind = 'company') <= (company_id IS NOT NULL)",
               "subject_named"),
        _check(table, "state IN ('asked', 'approved', 'done', 'refused', 'withdrawn')", "state_known"),
        _check(table, "decided_by_id IS NULL OR state IN ('refused', 'withdrawn') OR decided_by_id <> requested_by_id",
               "four_eyes"),
        _key(table, "user_id", "users"), _key(table, "company_id", "companies"), _key(table, "requested_by_id", "users"),
        _key(table, "decided_by_id", "users"), _primary(table), _unique(table, "client_ref"),
    )  # fmt: skip
    for column in ("user_id", "company_id", "requested_by_id", "decided_by_id"):
        op.create_index(f"ix_erasures_{column}", table, [column])
    op.create_index("ix_erasures_due", table, ["due_at"], postgresql_where=sa.text("state = 'approved'"))


def _person_exports() -> None:
    table = "person_exports"
    op.create_table(
        table,
        _id(), _text("client_ref", 80), _ref("user_id"), _ref("requested_by_id", nullable=True),
        _text("requested_by_name", 250, ""), _moment("requested_at", is_now=True), _text("state", 7, "waiting"),
        sa.Column("done_steps", sa.Integer(), server_default="0", nullable=False),
        sa.Column("steps", sa.Integer(), server_default="0", nullable=False), _moment("due_at"), _moment("finished_at"),
        _moment("expires_at"), _ref("file_id", nullable=True),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False), _text("last_error", 500, ""),
        _check(table, "state IN ('waiting', 'done', 'failed', 'expired')", "state_known"),
        _key(table, "user_id", "users"), _key(table, "requested_by_id", "users"), _key(table, "file_id", "files"),
        _primary(table), _unique(table, "client_ref"),
    )  # fmt: skip
    for column in ("user_id", "requested_by_id", "file_id"):
        op.create_index(f"ix_person_exports_{column}", table, [column])
    op.create_index("ix_person_exports_due", table, ["due_at"], postgresql_where=sa.text("state = 'waiting'"))
