"""The order in which rows are locked: top-down as the slices depend, within a table by id, the number last."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, TypeVar

from sqlalchemy import select

from app.core.db import db

M = TypeVar("M")

LOCK_ORDER = (
    "one_c_connections",
    "one_c_sessions",
    "one_c_files",
    "exchange_channels",
    "exchange_files",
    "exchange_messages",
    "punch_out_accesses",
    "punch_out_shops",
    "punch_out_visits",
    "punch_out_trips",
    "import_runs",
    "buyer_visits",
    "exports",
    "report_runs",
    "report_schedules",
    "conversations",
    "inbound_mails",
    "offers",
    "handovers",
    "sales_tasks",
    "abandoned_carts",
    "clearance_proposals",
    "erasures",
    "legal_holds",
    "disposals",
    "bank_statements",
    "bank_lines",
    "online_payments",
    "debit_runs",
    "dunning_runs",
    "invoice_runs",
    "invoice_disputes",
    "invoices",
    "open_items",
    "claims",
    "returns",
    "waves",
    "pick_lists",
    "shipments",
    "tenders",
    "tender_lots",
    "auctions",
    "bids",
    "awards",
    "supply_contracts",
    "contract_prices",
    "quotes",
    "standing_orders",
    "requisition_lists",
    "active_carts",
    "carts",
    "approvals",
    "orders",
    "promotions",
    "coupons",
    "price_lists",
    "contract_balances",
    "stock_counts",
    "stock_transfers",
    "goods_receipts",
    "stock",
    "budgets",
    "credit_accounts",
    "companies",
    "counters",
)


def note_lock(table: str) -> None:
    """Record that rows of a table are about to be locked; raises RuntimeError when the order is broken."""
    position = LOCK_ORDER.index(table)
    info = db.session().info
    highest: int = info.get("kontor_locked", -1)
    if position < highest:
        raise RuntimeError(f"{table} must be locked before {LOCK_ORDER[highest]}")
    info["kontor_locked"] = position


def lock_rows(model: type[M], ids: Collection[int]) -> list[M]:
    """SELECT ... ORDER BY id FOR UPDATE; returns the rows that exist, in id order, freshly read."""
    table: Any = model
    note_lock(table.__tablename__)
    statement = (
        select(model)
        .where(table.id.in_(sorted(set(ids))))
        .order_by(table.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return list(db.session.scalars(statement))
