"""Conversations."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from app.core.policies import OWN, secure

revision = "0057"
down_revision = "0056"
branch_labels = None
depends_on = None

_IN_THREAD = ("message_reads", "conversation_followers")
_OF_MESSAGE = ("message_files", "message_mentions")
_TABLES = (
    "faq_uses", "faq_texts", "faq_questions", "inbound_mails", *_IN_THREAD, *_OF_MESSAGE, "conversation_messages",
    "conversations",
)  # fmt: skip
_SIDES = "side IN ('customer', 'operator')"


def upgrade() -> None:
    _conversations()
    _messages()
    _of_messages()
    _people()
    _mails()
    _questions()
    for statement in _policies():
        op.execute(statement)


def _policies() -> list[str]:
    """Inner notes, what hangs on them and the operator's followers exist for no tenant."""
    return [
        *secure("conversations", tenant="SELECT, INSERT, UPDATE"),
        *secure("conversation_messages", tenant="SELECT, INSERT", condition=f"{OWN} AND NOT is_inner"),
        *(
            statement
            for table in _OF_MESSAGE
            for statement in secure(
                table, tenant="SELECT, INSERT",
                condition=f"{OWN} AND EXISTS (SELECT FROM conversation_messages m WHERE m.id = message_id)",
            )
        ),
        *secure("message_reads", tenant="SELECT, INSERT, UPDATE", select_condition=OWN, condition=f"{OWN} AND side <> 'operator'"),
        *secure("conversation_followers", tenant="SELECT, INSERT, UPDATE", condition=f"{OWN} AND side <> 'operator'"),
        *secure("inbound_mails"),
        *secure("faq_questions", tenant="SELECT", condition="true"),
        *secure("faq_texts", tenant="SELECT", condition="true"),
        *secure("faq_uses", tenant="SELECT, INSERT"),
    ]  # fmt: skip


def _text(name: str, length: int, default: str | None = None) -> sa.Column[Any]:
    return sa.Column(name, sa.String(length=length), server_default=default, nullable=False)


def _words(name: str, default: str | None = None) -> sa.Column[Any]:
    return sa.Column(name, sa.Text(), server_default=default, nullable=False)


def _big(name: str, *, nullable: bool = False, default: str | None = None) -> sa.Column[Any]:
    return sa.Column(name, sa.BigInteger(), server_default=default, nullable=nullable)


def _count(name: str) -> sa.Column[Any]:
    return sa.Column(name, sa.Integer(), server_default="0", nullable=False)


def _switch(name: str, default: str | None = None) -> sa.Column[Any]:
    return sa.Column(name, sa.Boolean(), server_default=sa.text(default) if default else None, nullable=False)


def _moment(name: str, *, nullable: bool = False) -> sa.Column[Any]:
    return sa.Column(
        name, sa.DateTime(timezone=True), server_default=None if nullable else sa.text("now()"), nullable=nullable
    )


def _id() -> sa.Column[Any]:
    return sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False)


def _key(table: str, column: str, other: str, ondelete: str | None = None) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        [column], [f"{other}.id"], name=op.f(f"fk_{table}_{column}_{other}"), ondelete=ondelete
    )


def _owned(table: str, column: str, other: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        [column, "company_id"], [f"{other}.id", f"{other}.company_id"],
        name=op.f(f"fk_{table}_{column}_company_id_{other}"),
    )  # fmt: skip


def _primary(table: str, *columns: str) -> sa.PrimaryKeyConstraint:
    return sa.PrimaryKeyConstraint(*(columns or ("id",)), name=op.f(f"pk_{table}"))


def _unique(table: str, *columns: str) -> sa.UniqueConstraint:
    return sa.UniqueConstraint(*columns, name=op.f(f"uq_{table}_{'_'.join(columns)}"))


def _check(table: str, name: str, condition: str) -> sa.CheckConstraint:
    return sa.CheckConstraint(condition, name=op.f(f"ck_{table}_{name}"))


def _conversations() -> None:
    table = "conversations"
    op.create_table(
        table,
        _id(), _big("company_id"), _text("subject_kind", 8), _big("subject_id"), _text("subject_number", 80, ""),
        _text("title", 200, ""), _text("state", 8, "open"), _text("waits_for", 8, ""), _count("message_count"),
        _big("last_message_id", nullable=True), _moment("last_message_at", nullable=True), _text("last_author", 250, ""),
        _text("last_text", 200, ""), _moment("waiting_since", nullable=True), _moment("due_at", nullable=True),
        _moment("alert_at", nullable=True), _count("alert_level"), _moment("created_at"),
        _check(table, "subject_known", "subject_kind IN ('cart', 'quote', 'order', 'invoice', 'claim', 'account')"),
        _check(table, "state_known", "state IN ('open', 'answered', 'closed')"),
        _check(table, "waits_known", "waits_for IN ('', 'operator', 'customer')"),
        _check(table, "waiting_has_begun", "(waits_for = 'operator') = (waiting_since IS NOT NULL)"),
        _key(table, "company_id", "companies"), _primary(table), _unique(table, "id", "company_id"),
        _unique(table, "company_id", "subject_kind", "subject_id"),
    )  # fmt: skip
    op.create_index("ix_conversations_company_id_last_message_at", table, ["company_id", "last_message_at", "id"])
    op.create_index("ix_conversations_last_message_at", table, ["last_message_at", "id"])
    op.create_index(
        "ix_conversations_waiting", table, ["due_at", "id"], postgresql_where=sa.text("waits_for = 'operator'")
    )
    op.create_index("ix_conversations_alert_at", table, ["alert_at"], postgresql_where=sa.text("alert_at IS NOT NULL"))


def _messages() -> None:
    table = "conversation_messages"
    op.create_table(
        table,
        _id(), _big("company_id"), _big("conversation_id"), _text("client_ref", 80), _text("request_hash", 64),
        _text("side", 8), _big("user_id", nullable=True), _text("author", 250), _words("text"), _words("cut", ""),
        _text("via", 4, "web"), _switch("is_inner", "false"), _text("mail_id", 255, ""), _moment("created_at"),
        _check(table, "side_known", _SIDES), _check(table, "via_known", "via IN ('web', 'mail', 'desk')"),
        _check(table, "inner_is_operators", "NOT is_inner OR side = 'operator'"),
        _owned(table, "conversation_id", "conversations"), _key(table, "user_id", "users"), _primary(table),
        _unique(table, "id", "company_id"), _unique(table, "company_id", "client_ref"),
    )  # fmt: skip
    op.create_index("ix_conversation_messages_conversation_id", table, ["conversation_id", "id"])
    op.create_index(op.f("ix_conversation_messages_user_id"), table, ["user_id"])


def _of_messages() -> None:
    table = "message_files"
    op.create_table(
        table,
        _id(), _big("company_id"), _big("message_id"), _big("file_id"), _text("name", 255), _big("size"),
        _switch("is_picture"), _owned(table, "message_id", "conversation_messages"), _key(table, "file_id", "files"),
        _primary(table),
    )  # fmt: skip
    op.create_index("ix_message_files_message_id", table, ["message_id"])
    op.create_index(op.f("ix_message_files_file_id"), table, ["file_id"])
    table = "message_mentions"
    op.create_table(
        table,
        _id(), _big("company_id"), _big("message_id"), _big("user_id"), _text("name", 200),
        _owned(table, "message_id", "conversation_messages"), _key(table, "user_id", "users"), _primary(table),
        _unique(table, "message_id", "user_id"),
    )  # fmt: skip
    op.create_index("ix_message_mentions_user_id", table, ["user_id"])


def _people() -> None:
    table = "message_reads"
    op.create_table(
        table,
        _big("conversation_id"), _big("user_id"), _big("company_id"), _text("side", 8), _text("name", 200),
        _big("last_message_id"), _moment("read_at"), _check(table, "side_known", _SIDES),
        _owned(table, "conversation_id", "conversations"), _key(table, "user_id", "users"),
        _primary(table, "conversation_id", "user_id"),
    )  # fmt: skip
    table = "conversation_followers"
    op.create_table(
        table,
        _big("conversation_id"), _big("user_id"), _big("company_id"), _text("side", 8), _switch("is_on", "true"),
        _check(table, "side_known", _SIDES), _owned(table, "conversation_id", "conversations"),
        _key(table, "user_id", "users"), _primary(table, "conversation_id", "user_id"),
    )  # fmt: skip
    for table in _IN_THREAD:
        op.create_index(f"ix_{table}_user_id", table, ["user_id"])


def _mails() -> None:
    table = "inbound_mails"
    op.create_table(
        table,
        _id(), _text("mail_key", 255), _text("sender", 254, ""), _text("sender_name", 200, ""),
        _text("subject", 300, ""), _text("token", 120, ""), _words("text", ""), _words("cut", ""),
        _big("size", default="0"), _big("file_id", nullable=True), _text("state", 9, "new"), _text("reason", 20, ""),
        _big("conversation_id", nullable=True), _big("message_id", nullable=True), _count("attempts"),
        _moment("due_at"), _words("last_error", ""), _text("decided_by", 200, ""),
        _moment("decided_at", nullable=True), _moment("received_at"),
        _check(
            table, "state_known", "state IN ('new', 'posted', 'waiting', 'ignored', 'refused', 'discarded')"
        ),
        _key(table, "file_id", "files"), _key(table, "conversation_id", "conversations"),
        _key(table, "message_id", "conversation_messages"), _primary(table), _unique(table, "mail_key"),
    )  # fmt: skip
    op.create_index("ix_inbound_mails_due", table, ["due_at"], postgresql_where=sa.text("state = 'new'"))
    op.create_index("ix_inbound_mails_state", table, ["state", "id"])
    for column in ("file_id", "conversation_id", "message_id"):
        op.create_index(op.f(f"ix_inbound_mails_{column}"), table, [column])


def _questions() -> None:
    table = "faq_questions"
    op.create_table(
        table,
        _id(), _text("client_ref", 80),
        sa.Column("subject_kinds", postgresql.JSONB(), server_default=sa.text("'[]'::jsonb"), nullable=False),
        _switch("is_active", "true"), _count("position"), _moment("changed_at"), _primary(table),
        _unique(table, "client_ref"),
    )  # fmt: skip
    table = "faq_texts"
    op.create_table(
        table,
        _big("question_id"), _text("locale", 5), _text("question", 300), _words("answer"), _text("keywords", 500, ""),
        _key(table, "question_id", "faq_questions", "CASCADE"), _primary(table, "question_id", "locale"),
    )  # fmt: skip
    table = "faq_uses"
    op.create_table(
        table,
        _id(), _big("company_id"), _big("question_id"), _text("kind", 6), _text("client_ref", 80),
        _big("user_id", nullable=True), _moment("at"), _check(table, "kind_known", "kind IN ('shown', 'helped')"),
        _key(table, "question_id", "faq_questions", "CASCADE"), _key(table, "user_id", "users"), _primary(table),
        _unique(table, "company_id", "client_ref", "question_id", "kind"),
    )  # fmt: skip
    op.create_index("ix_faq_uses_question_id", table, ["question_id", "kind"])
    op.create_index(op.f("ix_faq_uses_user_id"), table, ["user_id"])


def downgrade() -> None:
    for table in _TABLES:
        op.drop_table(table)
