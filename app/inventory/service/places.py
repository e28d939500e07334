"""Which warehouses serve whom, the operator's holidays, what accounts are shown."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from sqlalchemy import delete, insert, select, text
from sqlalchemy.dialects.postgresql import insert as upsert

from app.core import audit
from app.core.actor import Actor
from app.core.db import command, db
from app.core.errors import Invalid
from app.core.texts import N_
from app.inventory.domain.display import parse_bands
from app.inventory.models.places import Holiday, StockSettings, WarehouseList, WarehouseListPlace
from app.inventory.models.stock import Warehouse

_MOST_DAYS = 365
_NAME_LENGTH = 120
_SUBJECT = text("""
SELECT CASE :level WHEN 'account' THEN (SELECT id FROM companies WHERE code = :code AND kind = 'customer')
    WHEN 'group' THEN (SELECT id FROM account_groups WHERE code = :code) END""")


@command
def set_warehouse_list(actor: Actor, level: str, code: str, warehouses: Sequence[str]) -> None:
    """The warehouses that serve an account, a group (by code) or everybody, in order. None takes the list away."""
    subject = None
    if level != "everybody":
        subject = db.session.execute(_SUBJECT, {"level": level, "code": code}).scalar()
        if subject is None:
            raise Invalid("code", N_("There is no account or group {code}.", code=code))
    ids = {row.code: row.id for row in db.session.execute(select(Warehouse.code, Warehouse.id))}
    missing = [one for one in warehouses if one not in ids]
    if missing or len(set(warehouses)) != len(warehouses):
        raise Invalid("warehouses", N_("Choose each warehouse once."))
    account_id, group_id = (subject if level == name else None for name in ("account", "group"))
    terms = (
        WarehouseList.level == level,
        WarehouseList.account_id.is_not_distinct_from(account_id),
        WarehouseList.group_id.is_not_distinct_from(group_id),
    )
    held = db.session.scalar(select(WarehouseList.id).where(*terms).with_for_update())
    before = _codes(held) if held is not None else []
    if before == list(warehouses):
        return
    if held is not None:
        db.session.execute(delete(WarehouseList).where(WarehouseList.id == held))
    if warehouses:
        row = WarehouseList(level=level, account_id=account_id, group_id=group_id)
        db.session.add(row)
        db.session.flush()
        places = [
            {"list_id": row.id, "warehouse_id": ids[one], "position": n} for n, one in enumerate(warehouses, start=1)
        ]
        db.session.execute(insert(WarehouseListPlace), places)
    changes = {"level": level, "code": code, "warehouses": [before, list(warehouses)]}
    audit.record(actor, "warehouse_list", subject or 0, "set", changes)


def _codes(list_id: int) -> list[str]:
    return list(
        db.session.scalars(
            select(Warehouse.code)
            .join(WarehouseListPlace, WarehouseListPlace.warehouse_id == Warehouse.id)
            .where(WarehouseListPlace.list_id == list_id)
            .order_by(WarehouseListPlace.position)
        )
    )


@command
def add_holidays(actor: Actor, days: Sequence[tuple[date, str]]) -> int:
    """Days nobody works; those that are known keep their name. Returns how many are new."""
    rows = [{"day": day, "name": name.strip()[:_NAME_LENGTH]} for day, name in days]
    if not rows:
        return 0
    added = db.session.scalars(upsert(Holiday).on_conflict_do_nothing().returning(Holiday.day), rows).all()
    if added:
        audit.record(actor, "holiday", 0, "added", {"days": sorted(added)})
    return len(added)


@command
def remove_holiday(actor: Actor, day: date) -> None:
    removed = db.session.scalars(delete(Holiday).where(Holiday.day == day).returning(Holiday.name)).all()
    if removed:
        audit.record(actor, "holiday", 0, "removed", {"day": day, "name": removed[0]})


@command
def set_stock_settings(actor: Actor, *, bands: str, supplier_days: int) -> None:
    """From which quantities bands begin (`10, 100`), and how many days a supplier's figure is believed."""
    starts = ",".join(f"{start.normalize():f}" for start in parse_bands(bands))
    if not 0 < supplier_days <= _MOST_DAYS:
        raise Invalid("supplier_days", N_("From 1 to {most} days.", most=_MOST_DAYS))
    held = db.session.get(StockSettings, 1)
    before = (held.bands, held.supplier_days) if held else ("10,100", 7)
    if before == (starts, supplier_days):
        return
    values = {"bands": starts, "supplier_days": supplier_days}
    db.session.execute(upsert(StockSettings).values(id=1, **values).on_conflict_do_update(
        index_elements=[StockSettings.id], set_=values
    ))  # fmt: skip
    changes = {"bands": [before[0], starts], "supplier_days": [before[1], supplier_days]}
    audit.record(actor, "stock_settings", 1, "set", changes)
