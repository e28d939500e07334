"""Amendments, cancellations and confirmations of orders."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from app.core.policies import OWN, secure

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None

_RULES = {
    "grace_minutes_in_reach": "grace_minutes BETWEEN 0 AND 43200",
    "cancel_until_known": "cancel_until IN ('grace', 'confirmed', 'invoiced')",
    "answer_days_in_reach": "answer_days BETWEEN 1 AND 90",
}
_LINE_STATES = (
    "state IN ('placed', 'proposed', 'confirmed', 'backordered', 'in_delivery', 'delivered', 'rejected', 'cancelled')"
)
_OF_HISTORY = "source <> 'history'"


def _id() -> sa.Column:
    return sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False)


def _big(name: str, *, nullable: bool = False) -> sa.Column:
    return sa.Column(name, sa.BigInteger(), nullable=nullable)


def _moment(name: str, *, nullable: bool = False) -> sa.Column:
    default = None if nullable else sa.text("now()")
    return sa.Column(name, sa.DateTime(timezone=True), server_default=default, nullable=nullable)


def _text(name: str, length: int | None = None, default: str | None = "") -> sa.Column:
    kind = sa.Text() if length is None else sa.String(length=length)
    return sa.Column(name, kind, server_default=default, nullable=False)


def _number(name: str, *, nullable: bool = False, default: str | None = None) -> sa.Column:
    return sa.Column(name, sa.Numeric(precision=18, scale=6), server_default=default, nullable=nullable)


def _keys(table: str) -> tuple[sa.schema.SchemaItem, ...]:
    return (
        sa.ForeignKeyConstraint(
            ["order_id", "company_id"],
            ["orders.id", "orders.company_id"],
            name=op.f(f"fk_{table}_order_id_company_id_orders"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
    )


def _user(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f(f"fk_{table}_user_id_users"))


def _once(table: str) -> sa.UniqueConstraint:
    return sa.UniqueConstraint("company_id", "client_ref", name=op.f(f"uq_{table}_company_id_client_ref"))


def upgrade() -> None:
    _widen_orders()
    _let_promotions_be_taken_again()
    op.create_table(
        "order_rules",
        _big("company_id"),
        sa.Column("is_default", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("grace_minutes", sa.Integer(), nullable=True),
        sa.Column("cancel_until", sa.String(length=9), nullable=True),
        sa.Column("waits_for_confirmation", sa.Boolean(), nullable=True),
        sa.Column("asks_for_less", sa.Boolean(), nullable=True),
        sa.Column("answer_days", sa.Integer(), nullable=True),
        *(sa.CheckConstraint(rule, name=op.f(f"ck_order_rules_{name}")) for name, rule in _RULES.items()),
        sa.ForeignKeyConstraint(["company_id"], ["companies.id"], name=op.f("fk_order_rules_company_id_companies")),
        sa.PrimaryKeyConstraint("company_id", name=op.f("pk_order_rules")),
    )
    op.create_index(
        "uq_order_rules_one_default", "order_rules", ["is_default"], unique=True, postgresql_where=sa.text("is_default")
    )
    op.create_table(
        "order_changes",
        _id(), _big("company_id"), _big("order_id"),
        sa.Column("version", sa.Integer(), nullable=False),
        _text("kind", 9, None), _moment("at"), _big("user_id", nullable=True), _text("user_name", 200),
        sa.Column("by_operator", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        _text("reason"), _text("client_ref", 80, None), _text("request_hash", 64),
        sa.Column("before", postgresql.JSONB(), server_default=sa.text("'{}'::jsonb"), nullable=False),
        sa.CheckConstraint(
            "kind IN ('cancelled', 'amended', 'confirmed', 'agreed')", name=op.f("ck_order_changes_kind_known")
        ),
        _user("order_changes"), *_keys("order_changes"), _once("order_changes"),
        sa.UniqueConstraint("order_id", "version", name=op.f("uq_order_changes_order_id_version")),
    )  # fmt: skip
    op.create_index(op.f("ix_order_changes_user_id"), "order_changes", ["user_id"])
    op.create_table(
        "order_requests",
        _id(), _big("company_id"), _big("order_id"), _text("client_ref", 80, None), _moment("at"),
        _big("user_id", nullable=True), _text("user_name", 200), _text("reason"),
        sa.Column("lines", postgresql.JSONB(), server_default=sa.text("'[]'::jsonb"), nullable=False),
        _text("state", 7, "waiting"), _moment("decided_at", nullable=True), _text("decided_by", 200), _text("answer"),
        sa.CheckConstraint(
            "state IN ('waiting', 'granted', 'refused')", name=op.f("ck_order_requests_state_known")
        ),
        _user("order_requests"), *_keys("order_requests"), _once("order_requests"),
    )  # fmt: skip
    op.create_index(op.f("ix_order_requests_user_id"), "order_requests", ["user_id"])
    op.create_index("ix_order_requests_order_id", "order_requests", ["order_id"])
    op.create_index(
        "uq_order_requests_one_waiting",
        "order_requests",
        ["order_id"],
        unique=True,
        postgresql_where=sa.text("state = 'waiting'"),
    )
    _create_proposals()
    _create_amendments()
    for statement in (
        *secure(
            "order_rules",
            tenant="SELECT",
            select_condition=f"({OWN}) OR is_default",
        ),
        *secure("order_changes", tenant="SELECT, INSERT"),
        *secure("order_requests", tenant="SELECT, INSERT, UPDATE"),
        *secure("order_proposals", tenant="SELECT, UPDATE"),
        *secure("order_amendments", tenant="SELECT, INSERT, UPDATE", update_columns="prices"),
    ):
        op.execute(statement)


def _widen_orders() -> None:
    op.add_column("orders", sa.Column("version", sa.Integer(), server_default="1", nullable=False))
    for name in ("grace_until", "released_at", "confirmed_at", "invoiced_at"):
        op.add_column("orders", _moment(name, nullable=True))
    op.add_column(
        "orders",
        sa.Column("waits_for_confirmation", sa.Boolean(), server_default=sa.text("false"), nullable=False),
    )
    op.add_column("order_lines", _number("cancelled_quantity", default="0"))
    op.add_column("order_lines", _text("state", 11, "placed"))
    op.add_column("order_lines", sa.Column("promised_on", sa.Date(), nullable=True))
    op.execute("UPDATE orders SET released_at = placed_at")
    op.execute(
        "UPDATE orders o SET invoiced_at = i.issued_at FROM invoices i WHERE i.order_id = o.id AND i.kind = 'invoice'"
    )
    op.execute(
        "UPDATE order_lines l SET state = CASE WHEN o.state = 'closed' THEN 'delivered' ELSE o.state END FROM orders o"
        " WHERE o.id = l.order_id AND o.state <> 'placed'"
    )
    op.drop_constraint(op.f("ck_order_lines_quantity_positive"), "order_lines", type_="check")
    op.create_check_constraint(
        op.f("ck_order_lines_quantity_positive"),
        "order_lines",
        "quantity >= 0 AND cancelled_quantity >= 0 AND quantity + cancelled_quantity > 0",
    )
    op.create_check_constraint(op.f("ck_order_lines_state_known"), "order_lines", _LINE_STATES)
    op.create_index(
        "ix_orders_unreleased",
        "orders",
        ["grace_until"],
        postgresql_where=sa.text(f"released_at IS NULL AND {_OF_HISTORY}"),
    )
    op.create_index(
        "ix_orders_to_confirm",
        "orders",
        ["placed_at", "id"],
        postgresql_where=sa.text(f"state = 'placed' AND invoiced_at IS NULL AND {_OF_HISTORY}"),
    )
    for table in ("order_lines", "order_allowances"):
        op.execute(f"GRANT UPDATE, DELETE ON {table} TO kontor_tenant")
        op.execute(
            f"CREATE POLICY tenant_update ON {table} FOR UPDATE TO kontor_tenant USING ({OWN}) WITH CHECK ({OWN})"
        )
        op.execute(f"CREATE POLICY tenant_delete ON {table} FOR DELETE TO kontor_tenant USING ({OWN})")


_TAKEN_ONCE = "uq_promotion_uses_company_id_order_id_promotion_id"


def _let_promotions_be_taken_again() -> None:
    """An order that changes gives its promotions back and takes what it then gets; a contract line may draw less."""
    keys = ["company_id", "order_id", "promotion_id"]
    op.drop_constraint(op.f(_TAKEN_ONCE), "promotion_uses", type_="unique")
    op.create_index(
        "uq_promotion_uses_standing",
        "promotion_uses",
        keys,
        unique=True,
        postgresql_where=sa.text("given_back_at IS NULL"),
    )
    op.create_index("ix_promotion_uses_company_id_order_id", "promotion_uses", ["company_id", "order_id"])
    op.execute("GRANT UPDATE (quantity) ON contract_draws TO kontor_tenant")


def _take_promotions_once() -> None:
    op.execute("REVOKE UPDATE (quantity) ON contract_draws FROM kontor_tenant")
    op.drop_index("ix_promotion_uses_company_id_order_id", table_name="promotion_uses")
    op.drop_index("uq_promotion_uses_standing", table_name="promotion_uses")
    op.execute(
        "DELETE FROM promotion_uses u USING promotion_uses later WHERE later.company_id = u.company_id"
        " AND later.order_id = u.order_id AND later.promotion_id = u.promotion_id AND later.id > u.id"
    )
    op.create_unique_constraint(op.f(_TAKEN_ONCE), "promotion_uses", ["company_id", "order_id", "promotion_id"])


def _create_proposals() -> None:
    op.create_table(
        "order_proposals",
        _id(), _big("company_id"), _big("order_id"), _big("order_line_id"), _moment("at"), _text("user_name", 200),
        _text("kind", 11, None), _number("quantity"), _number("unit_price", nullable=True),
        sa.Column("promised_on", sa.Date(), nullable=True), _big("substitute_id", nullable=True), _text("reason", 300),
        _number("old_quantity"), _number("old_price"), sa.Column("old_promised_on", sa.Date(), nullable=True),
        _text("state", 8, None), _moment("answer_by", nullable=True), _moment("answered_at", nullable=True),
        _text("answered_by", 200),
        sa.CheckConstraint(
            "kind IN ('changed', 'backordered', 'rejected', 'substitute')", name=op.f("ck_order_proposals_kind_known")
        ),
        sa.CheckConstraint(
            "state IN ('told', 'waiting', 'accepted', 'refused', 'lapsed')",
            name=op.f("ck_order_proposals_state_known"),
        ),
        sa.CheckConstraint("quantity >= 0", name=op.f("ck_order_proposals_quantity_not_negative")),
        sa.ForeignKeyConstraint(
            ["order_line_id"],
            ["order_lines.id"],
            name=op.f("fk_order_proposals_order_line_id_order_lines"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["substitute_id"], ["articles.id"], name=op.f("fk_order_proposals_substitute_id_articles")
        ),
        *_keys("order_proposals"),
    )  # fmt: skip
    op.create_index("ix_order_proposals_order_id", "order_proposals", ["order_id", "id"])
    op.create_index("ix_order_proposals_order_line_id", "order_proposals", ["order_line_id"])
    op.create_index(op.f("ix_order_proposals_substitute_id"), "order_proposals", ["substitute_id"])
    op.create_index(
        "ix_order_proposals_waiting", "order_proposals", ["answer_by"], postgresql_where=sa.text("state = 'waiting'")
    )


def _create_amendments() -> None:
    op.create_table(
        "order_amendments",
        _id(), _big("company_id"), _big("order_id"), _big("cart_id"), _text("prices", 7, None),
        sa.Column("order_version", sa.Integer(), nullable=False), _big("cart_before", nullable=True),
        _moment("created_at"),
        sa.CheckConstraint(
            "prices IN ('ordered', 'today', 'best')", name=op.f("ck_order_amendments_prices_known")
        ),
        sa.ForeignKeyConstraint(
            ["cart_id", "company_id"],
            ["carts.id", "carts.company_id"],
            name=op.f("fk_order_amendments_cart_id_company_id_carts"),
            ondelete="CASCADE",
        ),
        sa.UniqueConstraint("cart_id", name=op.f("uq_order_amendments_cart_id")),
        *_keys("order_amendments"),
    )  # fmt: skip
    op.create_index("ix_order_amendments_order_id", "order_amendments", ["order_id"])


def downgrade() -> None:
    for table in ("order_amendments", "order_proposals", "order_requests", "order_changes", "order_rules"):
        op.drop_table(table)
    _take_promotions_once()
    for table in ("order_lines", "order_allowances"):
        op.execute(f"DROP POLICY tenant_update ON {table}")
        op.execute(f"DROP POLICY tenant_delete ON {table}")
        op.execute(f"REVOKE UPDATE, DELETE ON {table} FROM kontor_tenant")
    op.drop_index("ix_orders_to_confirm", table_name="orders")
    op.drop_index("ix_orders_unreleased", table_name="orders")
    op.execute("DELETE FROM order_lines WHERE quantity = 0")
    op.drop_constraint(op.f("ck_order_lines_state_known"), "order_lines", type_="check")
    op.drop_constraint(op.f("ck_order_lines_quantity_positive"), "order_lines", type_="check")
    op.create_check_constraint(op.f("ck_order_lines_quantity_positive"), "order_lines", "quantity > 0")
    for name in ("promised_on", "state", "cancelled_quantity"):
        op.drop_column("order_lines", name)
    for name in ("waits_for_confirmation", "invoiced_at", "confirmed_at", "released_at", "grace_until", "version"):
        op.drop_column("orders", name)
