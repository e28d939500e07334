"""What is on its way, at suppliers, in batches; thresholds and rules."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal

from app.accounts.domain.roles import CompanyKind
from app.accounts.service.companies import Facts, create_account
from app.core import clock
from app.core.actor import Actor
from app.inventory.service.backorders import set_backorder_rule
from app.inventory.service.batches import BatchRow, set_batches
from app.inventory.service.incoming import IncomingRow, set_incoming
from app.inventory.service.places import add_holidays, set_warehouse_list
from app.inventory.service.suppliers import SupplierStockRow, set_supplier_stock
from app.inventory.service.thresholds import set_default, set_marks
from app.trial.demo.families import DemoArticle

_EMPTY, _SCARCE = 53, 37  # of every so many articles nothing or little is there, as the range has it
_ZONE = "Europe/Berlin"
_HOLIDAYS = (((1, 1), "Neujahr"), ((5, 1), "Tag der Arbeit"), ((10, 3), "Tag der Deutschen Einheit"),
             ((10, 31), "Reformationstag"), ((12, 25), "1. Weihnachtstag"), ((12, 26), "2. Weihnachtstag"))  # fmt: skip


def add_supply(actor: Actor, items: Sequence[DemoArticle]) -> None:
    """Goods to come, a supplier who ships directly, batches, thresholds, an account with warehouses of its own."""
    today = clock.today(_ZONE)
    add_holidays(actor, [(date(year, *day), name) for year in (today.year, today.year + 1) for day, name in _HOLIDAYS])
    create_account(
        actor, Facts("70001", "Baltic Fixings", "Baltic Fixings UAB", "LT"), kind=CompanyKind.SUPPLIER, currency="EUR",
        email="orders@balticfixings.example",
    )  # fmt: skip
    gone = [item for item in items if item.index % _EMPTY == 0]
    scarce = [item for item in items if item.index % _SCARCE == 0 and item.index % _EMPTY]
    _check(set_incoming(actor, [
        IncomingRow(
            item.sku, "HH" if place % 3 else "HRO", Decimal(item.step * 500), today + timedelta(days=3 + place % 17),
            f"PO-{today.year}-{100 + place // 6:04d}", str(place % 6 + 1), "70001" if place % 2 else "",
        )
        for place, item in enumerate([*gone[::2], *scarce])
    ]))  # fmt: skip
    _check(set_incoming(actor, [
        IncomingRow(item.sku, "HH", Decimal(item.step * 100), today - timedelta(days=4), f"PO-{today.year}-0099", str(place))
        for place, item in enumerate(gone[1:6:2], start=1)
    ]))  # fmt: skip
    _check(set_supplier_stock(actor, [
        SupplierStockRow(item.sku, "70001", Decimal(item.step * 40), 2 + place % 4, ships_directly=True, supplier_sku=f"BF-{item.index:05d}")
        for place, item in enumerate(gone[1::2])
    ]))  # fmt: skip
    set_default(actor, "everything", threshold=None, low_mark=Decimal(20))
    set_default(actor, "warehouse", "KI", threshold=Decimal(5), low_mark=None)
    first = scarce[0]
    set_marks(actor, first.sku, "HH", threshold=Decimal(0), low_mark=Decimal(first.step * 10))
    for item in scarce[1:9]:
        set_backorder_rule(actor, sku=item.sku, mode="limit", quantity_limit=Decimal(item.step * 50))
    set_warehouse_list(actor, "account", "10002", ["HRO", "HH"])
    full = [item for item in items if item.index % _EMPTY and item.index % _SCARCE][:24]
    done = set_batches(actor, [
        BatchRow(item.sku, "HH", f"L{today.year % 100}{10 + n}-{item.index % 90:02d}", _share(item, n), today + timedelta(days=120 + 90 * n))
        for item in full for n in range(2)
    ])  # fmt: skip
    _check(done.results)


def _share(item: DemoArticle, n: int) -> Decimal:
    """Two batches that add up to what the range has put into Hamburg."""
    whole = item.step * (200 + item.index * 37 % 900)
    return Decimal(whole // 3 if n == 0 else whole - whole // 3)


def _check(results: Sequence[object]) -> None:
    """The demo data are ours: a refused row is a bug."""
    for result in results:
        if getattr(result, "problem", None) is not None:
            raise ValueError(f"demo data refused: {result}")
