"""Segments by rule, offers, start pages, order of the shop."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from app.core.policies import OWN, secure

revision = "0058"
down_revision = "0057"
branch_labels = None
depends_on = None

REACHED = (
    "offer_id IN (SELECT r.offer_id FROM offer_accounts r"
    " WHERE r.company_id = current_setting('kontor.company_id')::bigint AND NOT r.is_held_out)"
)
# table -> verbs of a tenant and its rows
TABLES: dict[str, tuple[str, str]] = {
    "segment_rules": ("", "false"),
    "resemblances": ("", "false"),
    "offers": ("", "false"),
    "offer_audience": ("", "false"),
    "offer_targets": ("", "false"),
    "offer_accounts": ("SELECT", f"{OWN} AND NOT is_held_out"),
    "offer_cards": ("SELECT", REACHED),
    "offer_people": ("SELECT, INSERT, UPDATE", OWN),
    "start_blocks": ("", "false"),
    "start_pages": ("SELECT", OWN),
    "article_ranks": ("SELECT", "true"),
    "account_article_ranks": ("SELECT", OWN),
    "article_rank_parts": ("", "false"),
    "account_rank_parts": ("", "false"),
    "rank_runs": ("", "false"),
}


def upgrade() -> None:
    op.add_column(
        "company_segments", sa.Column("is_by_rule", sa.Boolean(), server_default=sa.text("false"), nullable=False)
    )
    _segments()
    _offers()
    _reach()
    _start_pages()
    _ranks()
    for table, (verbs, rows) in TABLES.items():
        for statement in secure(table, tenant=verbs, condition=rows):
            op.execute(statement)


def _id() -> sa.Column[Any]:
    return sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False)


def _text(name: str, length: int, default: str | None = None) -> sa.Column[Any]:
    return sa.Column(name, sa.String(length=length), server_default=default, nullable=False)


def _ref(name: str, *, nullable: bool = False) -> sa.Column[Any]:
    return sa.Column(name, sa.BigInteger(), nullable=nullable)


def _exact(name: str, digits: tuple[int, int] = (18, 6), *, nullable: bool = False) -> sa.Column[Any]:
    return sa.Column(name, sa.Numeric(*digits), nullable=nullable)


def _whole(name: str, default: str | None = None, *, nullable: bool = False) -> sa.Column[Any]:
    return sa.Column(name, sa.Integer(), server_default=default, nullable=nullable)


def _switch(name: str, default: str | None = "false") -> sa.Column[Any]:
    return sa.Column(name, sa.Boolean(), server_default=sa.text(default) if default else None, nullable=False)


def _moment(name: str, default: str | None = None, *, nullable: bool = True) -> sa.Column[Any]:
    at = sa.text(default) if default else None
    return sa.Column(name, sa.DateTime(timezone=True), server_default=at, nullable=nullable and default is None)


def _json(name: str, default: str | None = None) -> sa.Column[Any]:
    at = sa.text(default) if default else None
    return sa.Column(name, postgresql.JSONB(), server_default=at, nullable=False)


def _key(table: str, column: str, other: str, ondelete: str | None = None) -> sa.ForeignKeyConstraint:
    name = op.f(f"fk_{table}_{column}_{other}")
    return sa.ForeignKeyConstraint([column], [f"{other}.id"], name=name, ondelete=ondelete)


def _check(table: str, condition: str, name: str) -> sa.CheckConstraint:
    return sa.CheckConstraint(condition, name=op.f(f"ck_{table}_{name}"))


def _primary(table: str, *columns: str) -> sa.PrimaryKeyConstraint:
    return sa.PrimaryKeyConstraint(*(columns or ("id",)), name=op.f(f"pk_{table}"))


def _indexes(table: str, *columns: str) -> None:
    for column in columns:
        op.create_index(op.f(f"ix_{table}_{column}"), table, [column])


def _segments() -> None:
    op.create_table(
        "segment_rules",
        _ref("segment_id"), _json("rule"), _switch("is_active", "true"), _moment("changed_at", "now()"),
        _moment("last_run_at"), _whole("last_came", "0"), _whole("last_went", "0"),
        sa.Column("problem", sa.Text(), server_default="", nullable=False),
        _key("segment_rules", "segment_id", "segments", "CASCADE"), _primary("segment_rules", "segment_id"),
    )  # fmt: skip
    op.create_table(
        "resemblances",
        _ref("company_id"), _ref("segment_id"), _whole("points"), _json("reasons"), _moment("found_at", "now()"),
        _check("resemblances", "points BETWEEN 0 AND 100", "points_in_reach"),
        _key("resemblances", "company_id", "companies"), _key("resemblances", "segment_id", "segments", "CASCADE"),
        _primary("resemblances", "company_id"),
    )  # fmt: skip
    _indexes("resemblances", "segment_id")


def _offers() -> None:
    table = "offers"
    states = "'draft', 'waiting', 'released', 'running', 'ended', 'stopped'"
    op.create_table(
        table,
        _id(), _text("client_ref", 80), _text("name", 120), _text("kind", 9), _text("state", 8, "draft"),
        _json("titles", "'{}'::jsonb"), _json("texts", "'{}'::jsonb"), _text("link", 300, ""),
        _ref("file_id", nullable=True), _moment("starts_at", nullable=False), _moment("ends_at"),
        _exact("percent", nullable=True), _text("currency", 3, ""), _exact("budget_amount", nullable=True),
        _whole("priority", "100"), _whole("shows_per_person", nullable=True), _whole("holdout_percent", "0"),
        _switch("is_for_all"), _switch("with_mail"), _text("promotion_code", 40, ""), _moment("created_at", "now()"),
        _ref("created_by_id", nullable=True), _text("created_by_name", 200, ""), _moment("released_at"),
        _text("released_by_name", 200, ""), _moment("ended_at"), _text("stop_reason", 300, ""),
        _check(table, "kind IN ('price', 'promotion', 'banner', 'news')", "kind_known"),
        _check(table, f"state IN ({states})", "state_known"),
        _check(table, "percent > 0 AND percent <= 100", "percent_in_reach"),
        _check(table, "holdout_percent BETWEEN 0 AND 50", "holdout_in_reach"),
        _check(table, "ends_at > starts_at", "ends_after_it_starts"),
        _check(table, "shows_per_person > 0 AND budget_amount > 0", "limits_positive"),
        _key(table, "file_id", "files"), _primary(table),
        sa.UniqueConstraint("client_ref", name=op.f("uq_offers_client_ref")),
    )  # fmt: skip
    _indexes(table, "file_id")
    op.create_index("ix_offers_state_starts_at", table, ["state", "starts_at"])
    table = "offer_audience"
    op.create_table(
        table,
        _id(), _ref("offer_id"), *(_ref(name, nullable=True) for name in ("company_id", "group_id", "segment_id")),
        _check(table, "(company_id IS NOT NULL)::int + (group_id IS NOT NULL)::int + (segment_id IS NOT NULL)::int = 1",
               "one_kind"),
        _key(table, "offer_id", "offers", "CASCADE"), _key(table, "company_id", "companies"),
        _key(table, "group_id", "account_groups", "CASCADE"), _key(table, "segment_id", "segments", "CASCADE"),
        _primary(table),
    )  # fmt: skip
    _indexes(table, "offer_id", "company_id", "group_id", "segment_id")
    table = "offer_targets"
    op.create_table(
        table,
        _id(), _ref("offer_id"), _ref("article_id", nullable=True), _ref("category_id", nullable=True),
        _text("brand", 100, ""), _exact("price", nullable=True),
        _check(table, "(article_id IS NOT NULL)::int + (category_id IS NOT NULL)::int + (brand <> '')::int = 1",
               "one_kind"),
        _check(table, "price IS NULL OR (price >= 0 AND article_id IS NOT NULL)", "price_of_an_article"),
        _key(table, "offer_id", "offers", "CASCADE"), _key(table, "article_id", "articles", "CASCADE"),
        _key(table, "category_id", "categories", "CASCADE"), _primary(table),
    )  # fmt: skip
    _indexes(table, "offer_id", "article_id", "category_id")


def _reach() -> None:
    table = "offer_accounts"
    op.create_table(
        table,
        _ref("company_id"), _ref("offer_id"), _switch("is_held_out"), _moment("joined_at", "now()"),
        _key(table, "company_id", "companies"), _key(table, "offer_id", "offers", "CASCADE"),
        _primary(table, "company_id", "offer_id"),
    )  # fmt: skip
    _indexes(table, "offer_id")
    table = "offer_cards"
    op.create_table(
        table,
        _ref("offer_id"), _text("kind", 9), _json("titles"), _json("texts"), _text("link", 300), _text("picture", 64, ""),
        _moment("starts_at", nullable=False), _moment("ends_at"), _whole("priority"),
        _whole("shows_per_person", nullable=True),
        _key(table, "offer_id", "offers", "CASCADE"), _primary(table, "offer_id"),
    )  # fmt: skip
    table = "offer_people"
    op.create_table(
        table,
        _ref("offer_id"), _ref("company_id"), _ref("user_id"), _whole("shown", "0"), _whole("clicked", "0"),
        _moment("last_at", "now()"),
        _key(table, "offer_id", "offers", "CASCADE"), _key(table, "user_id", "users", "CASCADE"),
        _key(table, "company_id", "companies"), _primary(table, "offer_id", "company_id", "user_id"),
    )  # fmt: skip
    _indexes(table, "user_id", "company_id")


def _start_pages() -> None:
    table = "start_blocks"
    op.create_table(
        table,
        _id(), *(_ref(name, nullable=True) for name in ("company_id", "group_id", "segment_id")), _text("code", 20),
        _whole("position"), _switch("is_on", None),
        _check(table, "(company_id IS NOT NULL)::int + (group_id IS NOT NULL)::int + (segment_id IS NOT NULL)::int <= 1",
               "one_audience"),
        _key(table, "company_id", "companies"), _key(table, "group_id", "account_groups", "CASCADE"),
        _key(table, "segment_id", "segments", "CASCADE"), _primary(table),
    )  # fmt: skip
    _indexes(table, "group_id", "segment_id")
    op.create_index(
        "uq_start_blocks_audience_code", table, ["company_id", "group_id", "segment_id", "code"], unique=True,
        postgresql_nulls_not_distinct=True,
    )  # fmt: skip
    op.create_table(
        "start_pages",
        _ref("company_id"), _json("blocks"), _moment("made_at", "now()"),
        _key("start_pages", "company_id", "companies"), _primary("start_pages", "company_id"),
    )  # fmt: skip


def _ranks() -> None:
    op.create_table(
        "article_ranks",
        _ref("article_id"), _ref("place"),
        _key("article_ranks", "article_id", "articles", "CASCADE"), _primary("article_ranks", "article_id"),
    )  # fmt: skip
    op.create_index("ix_article_ranks_place_article_id", "article_ranks", ["place", "article_id"])
    table = "account_article_ranks"
    op.create_table(
        table,
        _ref("company_id"), _ref("article_id"), _ref("place"),
        _key(table, "company_id", "companies"), _key(table, "article_id", "articles", "CASCADE"),
        _primary(table, "company_id", "article_id"),
    )  # fmt: skip
    _indexes(table, "article_id")
    op.create_index("ix_account_article_ranks_company_id_place", table, ["company_id", "place", "article_id"])
    part = (9, 6)
    op.create_table(
        "article_rank_parts",
        _ref("article_id"), _exact("sold", part), _exact("stock", part), _exact("margin", part, nullable=True),
        _exact("promotion", part), _exact("score", (12, 6)),
        _key("article_rank_parts", "article_id", "articles", "CASCADE"), _primary("article_rank_parts", "article_id"),
    )  # fmt: skip
    op.create_index("ix_article_rank_parts_score", "article_rank_parts", ["score"])
    table = "account_rank_parts"
    op.create_table(
        table,
        _ref("company_id"), _ref("article_id"), _exact("bought", part), _exact("promotion", part),
        _exact("score", (12, 6)),
        _key(table, "company_id", "companies"), _key(table, "article_id", "articles", "CASCADE"),
        _primary(table, "company_id", "article_id"),
    )  # fmt: skip
    _indexes(table, "article_id")
    op.create_table(
        "rank_runs",
        sa.Column("id", sa.Integer(), autoincrement=False, server_default="1", nullable=False), _json("weights"),
        _whole("articles"), _whole("account_rows"), _moment("ran_at", "now()"),
        _check("rank_runs", "id = 1", "one_row"), _primary("rank_runs"),
    )  # fmt: skip


def downgrade() -> None:
    for table in reversed(TABLES):
        op.drop_table(table)
    op.drop_column("company_segments", "is_by_rule")
