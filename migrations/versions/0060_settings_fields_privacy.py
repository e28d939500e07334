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
}


def upgrade() -> None:
    _settings()
    for table, rules in TABLES.items():
        for statement in secure(table, **rules):
            op.execute(statement)


def downgrade() -> None:
    for table in reversed(TABLES):
        op.drop_table(table)


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
