"""What of order lines is shipped, delivered, returned and invoiced; shipments and their packages."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from app.core.policies import secure

revision = "0044"
down_revision = "0043"
branch_labels = None
depends_on = None

QUANTITIES = (
    "claimed_quantity", "shipped_quantity", "delivered_quantity", "missing_quantity", "returned_quantity",
    "invoiced_quantity",
)  # fmt: skip
TABLES = ("shipments", "packages", "shipment_lines", "shipment_proofs")
_POSSIBLE = (
    "claimed_quantity BETWEEN 0 AND quantity AND shipped_quantity BETWEEN 0 AND claimed_quantity"
    " AND delivered_quantity >= 0 AND missing_quantity >= 0"
    " AND delivered_quantity + missing_quantity <= shipped_quantity"
    " AND returned_quantity BETWEEN 0 AND shipped_quantity AND invoiced_quantity BETWEEN 0 AND quantity"
)


def upgrade() -> None:
    for name in QUANTITIES:
        op.add_column("order_lines", _number(name, default="0"))
    op.add_column("orders", _moment("paid_at", nullable=True))
    op.execute(
        "UPDATE order_lines l SET invoiced_quantity = l.quantity FROM orders o"
        " WHERE o.id = l.order_id AND o.invoiced_at IS NOT NULL"
    )
    op.create_check_constraint(op.f("ck_order_lines_progress_possible"), "order_lines", _POSSIBLE)
    _shipments()
    _packages()
    _lines()
    _proofs()
    for table in TABLES:
        for statement in secure(table, tenant="SELECT"):
            op.execute(statement)


def _number(name: str, *, default: str | None = None, nullable: bool = False) -> sa.Column[Any]:
    return sa.Column(name, sa.Numeric(18, 6), server_default=default, nullable=nullable)


def _text(name: str, length: int, default: str | None = None) -> sa.Column[Any]:
    return sa.Column(name, sa.String(length=length), server_default=default, nullable=False)


def _number_of(name: str, *, nullable: bool = False) -> sa.Column[Any]:
    return sa.Column(name, sa.BigInteger(), nullable=nullable)


def _moment(name: str, *, nullable: bool = False, is_now: bool = False) -> sa.Column[Any]:
    default = sa.text("now()") if is_now else None
    return sa.Column(name, sa.DateTime(timezone=True), server_default=default, nullable=nullable)


def _json(name: str, default: str) -> sa.Column[Any]:
    return sa.Column(name, postgresql.JSONB(), server_default=sa.text(f"'{default}'::jsonb"), nullable=False)


def _id() -> sa.Column[Any]:
    return sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False)


def _key(table: str, column: str, other: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{other}.id"], name=op.f(f"fk_{table}_{column}_{other}"))


def _of_shipment(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["shipment_id", "company_id"], ["shipments.id", "shipments.company_id"], ondelete="CASCADE",
        name=op.f(f"fk_{table}_shipment_id_company_id_shipments"),
    )  # fmt: skip


def _shipments() -> None:
    table = "shipments"
    op.create_table(
        table,
        _id(), _number_of("company_id"), _text("number", 40), _text("client_ref", 80), _text("request_hash", 64),
        _text("state", 9, "packed"), _number_of("warehouse_id"), _json("ship_to", "{}"),
        _number_of("carrier_id", nullable=True), _text("carrier_name", 120, ""),
        sa.Column("note", sa.Text(), server_default="", nullable=False), _number("weight", nullable=True),
        sa.Column("line_count", sa.Integer(), nullable=False),
        sa.Column("package_count", sa.Integer(), server_default="0", nullable=False),
        _moment("packed_at", is_now=True), sa.Column("expected_on", sa.Date(), nullable=True),
        _moment("sent_at", nullable=True), _moment("delivered_at", nullable=True),
        _number_of("user_id", nullable=True),
        sa.CheckConstraint(
            "state IN ('packed', 'sent', 'delivered', 'discarded')", name=op.f("ck_shipments_state_known")
        ),
        sa.CheckConstraint("weight >= 0", name=op.f("ck_shipments_weight_not_negative")),
        _key(table, "company_id", "companies"), _key(table, "warehouse_id", "warehouses"),
        _key(table, "user_id", "users"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_shipments")),
        sa.UniqueConstraint("id", "company_id", name=op.f("uq_shipments_id_company_id")),
        sa.UniqueConstraint("company_id", "client_ref", name=op.f("uq_shipments_company_id_client_ref")),
        sa.UniqueConstraint("number", name=op.f("uq_shipments_number")),
    )  # fmt: skip
    op.create_index("ix_shipments_company_id_packed_at", table, ["company_id", "packed_at", "id"])
    op.create_index("ix_shipments_packed_at", table, ["packed_at", "id"])
    op.create_index("ix_shipments_state", table, ["state", "packed_at", "id"])
    for column in ("warehouse_id", "user_id"):
        op.create_index(op.f(f"ix_shipments_{column}"), table, [column])


def _packages() -> None:
    op.create_table(
        "packages",
        _id(), _number_of("company_id"), _number_of("shipment_id"),
        sa.Column("position", sa.Integer(), nullable=False), _text("sscc", 18, ""), _text("kind", 20, ""),
        *(_number(name, nullable=True) for name in ("weight", "length", "width", "height")),
        _text("tracking_number", 60, ""),
        sa.CheckConstraint("weight >= 0", name=op.f("ck_packages_weight_not_negative")),
        _of_shipment("packages"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_packages")),
        sa.UniqueConstraint("shipment_id", "position", name=op.f("uq_packages_shipment_id_position")),
    )  # fmt: skip
    op.create_index("uq_packages_sscc", "packages", ["sscc"], unique=True, postgresql_where=sa.text("sscc <> ''"))
    op.create_index(
        "ix_packages_tracking_number", "packages", ["tracking_number"],
        postgresql_where=sa.text("tracking_number <> ''"),
    )  # fmt: skip


def _lines() -> None:
    table = "shipment_lines"
    op.create_table(
        table,
        _id(), _number_of("company_id"), _number_of("shipment_id"),
        sa.Column("position", sa.Integer(), nullable=False), _number_of("order_id"), _number_of("order_line_id"),
        _number_of("delivery_id", nullable=True), _number_of("package_id", nullable=True), _number_of("article_id"),
        _text("sku", 60), _text("name", 300), _number("quantity"), _text("unit", 3), _number("base_quantity"),
        _text("batch", 60, ""), sa.Column("expires_on", sa.Date(), nullable=True), _json("serials", "[]"),
        _number_of("bin_id", nullable=True), _number("delivered_quantity", nullable=True),
        _text("difference", 8, ""), _text("difference_note", 300, ""),
        sa.CheckConstraint("quantity > 0 AND base_quantity > 0", name=op.f("ck_shipment_lines_quantity_positive")),
        sa.CheckConstraint(
            "delivered_quantity BETWEEN 0 AND quantity", name=op.f("ck_shipment_lines_delivered_possible")
        ),
        sa.CheckConstraint(
            "difference IN ('', 'missing', 'damaged', 'refused', 'wrong')",
            name=op.f("ck_shipment_lines_difference_known"),
        ),
        _of_shipment(table), _key(table, "order_id", "orders"), _key(table, "order_line_id", "order_lines"),
        _key(table, "delivery_id", "order_deliveries"), _key(table, "package_id", "packages"),
        _key(table, "article_id", "articles"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_shipment_lines")),
        sa.UniqueConstraint("id", "company_id", name=op.f("uq_shipment_lines_id_company_id")),
        sa.UniqueConstraint("shipment_id", "position", name=op.f("uq_shipment_lines_shipment_id_position")),
    )  # fmt: skip
    for column in ("order_id", "order_line_id", "package_id"):
        op.create_index(f"ix_shipment_lines_{column}", table, [column])
    op.create_index(op.f("ix_shipment_lines_delivery_id"), table, ["delivery_id"])
    op.create_index("ix_shipment_lines_article_id_batch", table, ["article_id", "batch"])


def _proofs() -> None:
    table = "shipment_proofs"
    op.create_table(
        table,
        _id(), _number_of("company_id"), _number_of("shipment_id"), _text("receiver", 120), _moment("received_at"),
        sa.Column("note", sa.Text(), server_default="", nullable=False), _number_of("photo_id", nullable=True),
        _number_of("signature_id", nullable=True),
        sa.Column("is_complete", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        _number_of("user_id", nullable=True), _text("user_name", 200, ""), _moment("recorded_at", is_now=True),
        _of_shipment(table), _key(table, "photo_id", "files"), _key(table, "signature_id", "files"),
        _key(table, "user_id", "users"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_shipment_proofs")),
        sa.UniqueConstraint("shipment_id", name=op.f("uq_shipment_proofs_shipment_id")),
    )  # fmt: skip
    for column in ("photo_id", "signature_id", "user_id"):
        op.create_index(op.f(f"ix_shipment_proofs_{column}"), table, [column])


def downgrade() -> None:
    for table in reversed(TABLES):
        op.drop_table(table)
    op.drop_constraint(op.f("ck_order_lines_progress_possible"), "order_lines", type_="check")
    op.drop_column("orders", "paid_at")
    for name in reversed(QUANTITIES):
        op.drop_column("order_lines", name)
