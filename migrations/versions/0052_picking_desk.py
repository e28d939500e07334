"""Waves, pick lists, packages being filled, carriers."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from app.core.policies import secure

revision = "0052"
down_revision = "0051"
branch_labels = None
depends_on = None

TABLES = (
    "carriers", "packing_settings", "waves", "pick_lists", "packings", "pick_claims", "pick_lines", "pack_boxes", "pack_items",
)  # fmt: skip


def upgrade() -> None:
    op.execute(sa.schema.CreateSequence(sa.Sequence("sscc_serials")))
    op.execute("GRANT USAGE ON SEQUENCE sscc_serials TO kontor_operator")
    _carriers()
    _waves()
    _packings()
    _lines()
    _boxes()
    for table in TABLES:
        tenant = "SELECT" if table == "carriers" else ""  # customers see who brings their goods
        for statement in secure(table, tenant=tenant, condition="true"):
            op.execute(statement)


def _id() -> sa.Column[Any]:
    return sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False)


def _text(name: str, length: int, default: str | None = None, *, nullable: bool = False) -> sa.Column[Any]:
    return sa.Column(name, sa.String(length=length), server_default=default, nullable=nullable)


def _ref(name: str, *, nullable: bool = False) -> sa.Column[Any]:
    return sa.Column(name, sa.BigInteger(), nullable=nullable)


def _exact(name: str, default: str | None = None, *, nullable: bool = False) -> sa.Column[Any]:
    return sa.Column(name, sa.Numeric(18, 6), server_default=default, nullable=nullable)


def _whole(name: str, default: str | None = None) -> sa.Column[Any]:
    return sa.Column(name, sa.Integer(), server_default=default, nullable=False)


def _moment(name: str, *, is_now: bool = False) -> sa.Column[Any]:
    default = sa.text("now()") if is_now else None
    return sa.Column(name, sa.DateTime(timezone=True), server_default=default, nullable=not is_now)


def _key(table: str, column: str, other: str, ondelete: str | None = None) -> sa.ForeignKeyConstraint:
    name = op.f(f"fk_{table}_{column}_{other}")
    return sa.ForeignKeyConstraint([column], [f"{other}.id"], name=name, ondelete=ondelete)


def _check(table: str, condition: str, name: str) -> sa.CheckConstraint:
    return sa.CheckConstraint(condition, name=op.f(f"ck_{table}_{name}"))


def _primary(table: str) -> sa.PrimaryKeyConstraint:
    return sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}"))


def _unique(table: str, *columns: str) -> sa.UniqueConstraint:
    return sa.UniqueConstraint(*columns, name=op.f(f"uq_{table}_{'_'.join(columns)}"))


def _carriers() -> None:
    op.create_table(
        "carriers",
        _id(), _text("code", 40), _text("name", 120), _text("tracking_url", 300, ""), _text("label_text", 80, ""),
        _exact("package_limit", nullable=True), _whole("position", "0"),
        sa.Column("is_active", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        _check("carriers", "package_limit > 0", "package_limit_positive"),
        _primary("carriers"), _unique("carriers", "code"),
    )  # fmt: skip
    op.create_table(
        "packing_settings",
        sa.Column("id", sa.Integer(), autoincrement=False, server_default="1", nullable=False),
        _text("company_prefix", 12, ""), _whole("extension", "0"), _whole("list_lines", "60"),
        _check("packing_settings", "id = 1", "one_row"),
        _check("packing_settings", "extension BETWEEN 0 AND 9", "extension_digit"),
        _check("packing_settings", "list_lines > 0", "list_lines_positive"),
        _primary("packing_settings"),
    )  # fmt: skip


def _waves() -> None:
    op.create_table(
        "waves",
        _id(), _text("number", 40), _text("client_ref", 80), _ref("warehouse_id"), _text("method", 6),
        _text("state", 9, "open"), _ref("user_id", nullable=True), _text("user_name", 200, ""),
        _moment("created_at", is_now=True), _moment("done_at"),
        _check("waves", "method IN ('single', 'batch')", "method_known"),
        _check("waves", "state IN ('open', 'done', 'cancelled')", "state_known"),
        _key("waves", "warehouse_id", "warehouses"), _key("waves", "user_id", "users"),
        _primary("waves"), _unique("waves", "number"), _unique("waves", "client_ref"),
    )  # fmt: skip
    op.create_index("ix_waves_warehouse_id_state", "waves", ["warehouse_id", "state"])
    op.create_index(op.f("ix_waves_user_id"), "waves", ["user_id"])
    op.create_table(
        "pick_lists",
        _id(), _ref("wave_id"), _whole("position"), _text("zone", 40, ""), _text("state", 9, "waiting"),
        _text("bin_code", 40, ""), _ref("picker_id", nullable=True), _text("picker_name", 200, ""),
        _moment("started_at"), _moment("finished_at"),
        _check("pick_lists", "state IN ('waiting', 'picking', 'picked', 'cancelled')", "state_known"),
        _key("pick_lists", "wave_id", "waves", "CASCADE"), _key("pick_lists", "picker_id", "users"),
        _primary("pick_lists"), _unique("pick_lists", "wave_id", "position"),
    )  # fmt: skip
    op.create_index(op.f("ix_pick_lists_picker_id"), "pick_lists", ["picker_id"])


def _packings() -> None:
    op.create_table(
        "packings",
        _id(), _ref("company_id"), _ref("wave_id"), _whole("position"), _text("state", 9, "open"),
        sa.Column("ship_to", postgresql.JSONB(), nullable=False), _ref("shipment_id", nullable=True),
        _moment("packed_at"),
        _check("packings", "state IN ('open', 'packed', 'cancelled')", "state_known"),
        _key("packings", "company_id", "companies"), _key("packings", "wave_id", "waves", "CASCADE"),
        _key("packings", "shipment_id", "shipments", "SET NULL"),
        _primary("packings"), _unique("packings", "wave_id", "position"),
    )  # fmt: skip
    op.create_index("ix_packings_company_id", "packings", ["company_id"])
    op.create_index(
        "ix_packings_shipment_id", "packings", ["shipment_id"], postgresql_where=sa.text("shipment_id IS NOT NULL")
    )


def _lines() -> None:
    table = "pick_claims"
    op.create_table(
        table,
        _id(), _ref("company_id"), _ref("packing_id"), _ref("order_id"), _ref("order_line_id"), _ref("delivery_id"),
        _exact("planned_quantity"), _exact("quantity"),
        _check(table, "quantity >= 0 AND quantity <= planned_quantity", "quantity_possible"),
        _key(table, "company_id", "companies"), _key(table, "packing_id", "packings", "CASCADE"),
        _key(table, "order_id", "orders"), _key(table, "order_line_id", "order_lines"),
        _key(table, "delivery_id", "order_deliveries"),
        _primary(table), _unique(table, "packing_id", "order_line_id", "delivery_id"),
    )  # fmt: skip
    for column in ("company_id", "order_id", "order_line_id", "delivery_id"):
        op.create_index(f"ix_pick_claims_{column}", table, [column])
    table = "pick_lines"
    op.create_table(
        table,
        _id(), _ref("company_id"), _ref("list_id"), _ref("claim_id"), _whole("position"), _ref("article_id"),
        _ref("bin_id", nullable=True), _text("bin_code", 40, ""), _text("batch", 60, ""),
        sa.Column("expires_on", sa.Date(), nullable=True), _exact("quantity"), _exact("picked_quantity", "0"),
        sa.Column("serials", postgresql.JSONB(), server_default=sa.text("'[]'::jsonb"), nullable=False),
        _text("state", 7, "waiting"), _text("reason", 7, ""), _text("picked_by", 200, ""), _moment("picked_at"),
        _check(table, "quantity > 0 AND picked_quantity BETWEEN 0 AND quantity", "quantity_possible"),
        _check(table, "state IN ('waiting', 'picked', 'short')", "state_known"),
        _check(table, "reason IN ('', 'missing', 'damaged', 'expired', 'other')", "reason_known"),
        _key(table, "company_id", "companies"), _key(table, "list_id", "pick_lists", "CASCADE"),
        _key(table, "claim_id", "pick_claims", "CASCADE"), _key(table, "article_id", "articles"),
        _primary(table), _unique(table, "list_id", "position"),
    )  # fmt: skip
    for column in ("company_id", "claim_id", "article_id"):
        op.create_index(f"ix_pick_lines_{column}", table, [column])


def _boxes() -> None:
    op.create_table(
        "pack_boxes",
        _id(), _ref("company_id"), _ref("packing_id"), _whole("position"), _text("sscc", 18, nullable=True),
        _text("kind", 20, "CT"), *(_exact(name, nullable=True) for name in ("weight", "length", "width", "height")),
        _check("pack_boxes", "weight >= 0", "weight_not_negative"),
        _key("pack_boxes", "company_id", "companies"), _key("pack_boxes", "packing_id", "packings", "CASCADE"),
        _primary("pack_boxes"), _unique("pack_boxes", "packing_id", "position"), _unique("pack_boxes", "sscc"),
    )  # fmt: skip
    op.create_index("ix_pack_boxes_company_id", "pack_boxes", ["company_id"])
    op.create_table(
        "pack_items",
        _id(), _ref("company_id"), _ref("box_id"), _ref("pick_line_id"), _exact("quantity"),
        _check("pack_items", "quantity > 0", "quantity_positive"),
        _key("pack_items", "company_id", "companies"), _key("pack_items", "box_id", "pack_boxes", "CASCADE"),
        _key("pack_items", "pick_line_id", "pick_lines", "CASCADE"),
        _primary("pack_items"), _unique("pack_items", "box_id", "pick_line_id"),
    )  # fmt: skip
    op.create_index("ix_pack_items_company_id", "pack_items", ["company_id"])
    op.create_index(op.f("ix_pack_items_pick_line_id"), "pack_items", ["pick_line_id"])


def downgrade() -> None:
    for table in reversed(TABLES):
        op.drop_table(table)
    op.execute(sa.schema.DropSequence(sa.Sequence("sscc_serials")))
