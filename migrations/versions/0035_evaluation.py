"""Evaluation of bids."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from app.core.policies import OWN, secure

revision = "0035"
down_revision = "0034"
branch_labels = None
depends_on = None

_OF_SUPPLIER = "supplier_id = current_setting('kontor.company_id')::bigint"


def _big(name: str, *, nullable: bool = False) -> sa.Column:
    return sa.Column(name, sa.BigInteger(), nullable=nullable)


def _head() -> tuple[sa.Column, ...]:
    return (
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        _big("company_id"),
        _big("tender_id"),
        _big("lot_id"),
    )


def _at(name: str = "at") -> sa.Column:
    return sa.Column(name, sa.DateTime(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False)


def _text(name: str, length: int | None = None, default: str | None = "") -> sa.Column:
    kind = sa.Text() if length is None else sa.String(length=length)
    return sa.Column(name, kind, server_default=default, nullable=False)


def _keys(table: str) -> tuple[sa.schema.SchemaItem, ...]:
    return (
        sa.ForeignKeyConstraint(
            ["tender_id", "company_id"],
            ["tenders.id", "tenders.company_id"],
            name=op.f(f"fk_{table}_tender_id_company_id_tenders"),
        ),
        sa.ForeignKeyConstraint(
            ["lot_id", "company_id"],
            ["tender_lots.id", "tender_lots.company_id"],
            name=op.f(f"fk_{table}_lot_id_company_id_tender_lots"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
    )


def _bid(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["bid_id", "company_id"], ["bids.id", "bids.company_id"], name=op.f(f"fk_{table}_bid_id_company_id_bids")
    )


def _rule(table: str, name: str, condition: str) -> sa.CheckConstraint:
    return sa.CheckConstraint(condition, name=op.f(f"ck_{table}_{name}"))


def _index(table: str, *columns: str, name: str | None = None) -> None:
    op.create_index(op.f(f"ix_{table}_{name or '_'.join(columns)}"), table, list(columns))


def upgrade() -> None:
    op.create_table(
        "bid_decisions",
        *_head(),
        _big("bid_id"),
        _text("decision", 12, None),
        _text("reason"),
        _big("user_id", nullable=True),
        _text("user_name", 200, None),
        _at(),
        _rule("bid_decisions", "decision_known", "decision IN ('qualified', 'disqualified')"),
        _rule("bid_decisions", "reason_given", "decision = 'qualified' OR reason <> ''"),
        _bid("bid_decisions"),
        *_keys("bid_decisions"),
        sa.UniqueConstraint("lot_id", "bid_id", name=op.f("uq_bid_decisions_lot_id_bid_id")),
    )
    _index("bid_decisions", "tender_id", "company_id")
    _index("bid_decisions", "bid_id")
    _scores()
    _clarifications()
    op.create_table(
        "evaluation_results",
        *_head(),
        sa.Column("inputs", postgresql.JSONB(), nullable=False),
        _text("inputs_hash", 64, None),
        sa.Column("places", postgresql.JSONB(), nullable=False),
        _big("user_id", nullable=True),
        _text("user_name", 200, None),
        _at(),
        *_keys("evaluation_results"),
    )
    _index("evaluation_results", "lot_id", "id", name="lot_id")
    _index("evaluation_results", "tender_id", "company_id")
    _secure()


def _scores() -> None:
    op.create_table(
        "bid_scores",
        *_head(),
        _big("bid_id"),
        _big("requirement_id"),
        _big("user_id"),
        _text("user_name", 200, None),
        sa.Column("mark", sa.Numeric(precision=6, scale=3), nullable=False),
        _text("comment"),
        _at(),
        _rule("bid_scores", "mark_in_range", "mark BETWEEN 0 AND 100"),
        _rule("bid_scores", "comment_at_the_ends", "comment <> '' OR mark NOT IN (0, 100)"),
        _bid("bid_scores"),
        sa.ForeignKeyConstraint(
            ["requirement_id", "company_id"],
            ["tender_requirements.id", "tender_requirements.company_id"],
            name=op.f("fk_bid_scores_requirement_id_company_id_tender_requirements"),
        ),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_bid_scores_user_id_users")),
        *_keys("bid_scores"),
        sa.UniqueConstraint(
            "lot_id", "bid_id", "requirement_id", "user_id",
            name=op.f("uq_bid_scores_lot_id_bid_id_requirement_id_user_id"),
        ),
    )  # fmt: skip
    _index("bid_scores", "tender_id", "company_id")
    for column in ("bid_id", "requirement_id", "user_id"):
        _index("bid_scores", column)


def _clarifications() -> None:
    op.create_table(
        "clarifications",
        *_head(),
        _big("bid_id"),
        _big("supplier_id"),
        _text("kind", 9, "question"),
        _text("question", None, None),
        _text("asked_by", 200, None),
        _at("asked_at"),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        _text("answer"),
        _text("answered_by", 200),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("accepted", sa.Boolean(), nullable=True),
        _rule("clarifications", "kind_known", "kind IN ('question', 'low_price')"),
        _rule("clarifications", "judged_after_the_answer", "accepted IS NULL OR answered_at IS NOT NULL"),
        _bid("clarifications"),
        sa.ForeignKeyConstraint(
            ["supplier_id"], ["companies.id"], name=op.f("fk_clarifications_supplier_id_companies")
        ),
        *_keys("clarifications"),
    )
    _index("clarifications", "tender_id", "company_id")
    _index("clarifications", "supplier_id", "tender_id", name="supplier_id")
    _index("clarifications", "bid_id")
    _index("clarifications", "lot_id")


def _update(name: str, before: str, after: str) -> str:
    return f"CREATE POLICY {name} ON clarifications FOR UPDATE TO kontor_tenant USING ({before}) WITH CHECK ({after})"


def _secure() -> None:
    statements = [
        *secure("bid_decisions", tenant="SELECT, INSERT, UPDATE"),
        *secure("bid_scores", tenant="SELECT, INSERT, UPDATE"),
        *secure("evaluation_results", tenant="SELECT, INSERT", operator="SELECT, INSERT"),
        *secure("clarifications", tenant="SELECT, INSERT", select_condition=f"{OWN} OR {_OF_SUPPLIER}"),
        # A bidder writes its answer once, who asked judges it.
        "GRANT UPDATE (answer, answered_by, answered_at, accepted) ON clarifications TO kontor_tenant",
        _update("tenant_answer", f"{_OF_SUPPLIER} AND answered_at IS NULL", f"{_OF_SUPPLIER} AND accepted IS NULL"),
        _update("tenant_update", f"{OWN} AND answered_at IS NOT NULL", OWN),
    ]
    # Otherwise the foreign key would tell whether a sealed bid of that number exists.
    statements += [
        f"CREATE POLICY opened_bids ON {table} AS RESTRICTIVE FOR INSERT TO kontor_operator, kontor_tenant "
        f"WITH CHECK (EXISTS (SELECT 1 FROM bids b WHERE b.id = {table}.bid_id))"
        for table in ("bid_decisions", "bid_scores", "clarifications")
    ]
    for statement in statements:
        op.execute(statement)


def downgrade() -> None:
    for table in ("evaluation_results", "clarifications", "bid_scores", "bid_decisions"):
        op.drop_table(table)
