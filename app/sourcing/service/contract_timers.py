"""Reminders of contracts: 60, 30 and 7 days before the end, 80 and 100 percent of the quantities; and the end itself."""

from __future__ import annotations

from datetime import UTC, date, datetime, time

from sqlalchemy import update

from app.core.actor import Actor
from app.core.db import db
from app.core.outbox import publish
from app.sourcing.domain.contract import due_reminder, next_reminder, use_step, used_percent
from app.sourcing.events import ContractDue
from app.sourcing.models.contracts import SupplyContract
from app.sourcing.queries.clock import database_now
from app.sourcing.queries.contracts import prices_of
from app.sourcing.service.timers import on_timer, set_timer


def begin_timers(row: SupplyContract) -> None:
    """Set reminder and end of a contract in force."""
    set_timer("contract", row.id, row.company_id, "end", _moment(row.valid_to))
    coming = next_reminder(database_now().date(), row.valid_to)
    if coming is not None:
        set_timer("contract", row.id, row.company_id, "reminder", _moment(coming[0]))


def _moment(day: date) -> datetime:
    return datetime.combine(day, time(), tzinfo=UTC)


def tell_use(contract_id: int) -> None:
    """Tell the buyer once when 80 and when 100 percent are used."""
    row = db.session.get(SupplyContract, contract_id, populate_existing=True)
    if row is None or row.state != "active":
        return
    step = use_step(used_percent(one.use for one in prices_of([contract_id]).get(contract_id, [])), row.warned_percent)
    if step is None:
        return
    db.session.execute(update(SupplyContract).where(SupplyContract.id == contract_id).values(warned_percent=step))
    publish(ContractDue(contract_id, "percent", step))


@on_timer("contract", "reminder")
def remind(actor: Actor, contract_id: int) -> datetime | None:
    """Tell the buyer that a contract ends soon, once for each step, and say when the next one is due."""
    row = db.session.get(SupplyContract, contract_id, populate_existing=True)
    if row is None or row.state != "active":
        return None
    today = database_now().date()
    days = due_reminder(today, row.valid_to)
    if days is not None:
        publish(ContractDue(contract_id, "days", days))
    coming = next_reminder(today, row.valid_to)
    return None if coming is None else _moment(coming[0])
