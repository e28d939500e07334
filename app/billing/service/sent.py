"""What was sent waits for its invoice; the rule of the account says how long."""

from __future__ import annotations

from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from app.billing.domain.rules import Mode
from app.billing.models.lines import Billable
from app.billing.queries.entities import entity_of
from app.billing.queries.progress import claimed
from app.billing.queries.rules import rule_of
from app.billing.service.claiming import lines_of
from app.billing.service.grouping import grouped
from app.billing.service.issue import invoice_sent, issue_invoice
from app.core import clock
from app.core.actor import Actor
from app.core.db import command, db
from app.core.locks import lock_rows
from app.fulfilment.queries.shipments import shipment_facts
from app.ordering.models.orders import Order

_ZERO = Decimal(0)


@command
def invoice_released(actor: Actor, order_id: int) -> int | None:
    """An order is released: accounts without another rule get its invoice now; what is free needs none."""
    company_id = db.session.scalars(select(Order.company_id).where(Order.id == order_id)).one_or_none()
    if company_id is None:
        return None
    waits = rule_of(actor, company_id).mode is not Mode.ORDER
    if waits and any(row.net for row in lines_of([order_id])):
        return None
    return issue_invoice(actor, order_id)


@command
def note_sent(actor: Actor, shipment_id: int) -> list[int]:
    """Keep what a shipment brought and no invoice has claimed yet, and invoice it unless the account collects.

    Returns the invoices; a repeat changes nothing and returns none.
    """
    facts = shipment_facts(actor, shipment_id)
    rule = rule_of(actor, facts.company_id)
    order_ids = sorted({line.order_id for line in facts.lines})
    lock_rows(Order, order_ids)
    if db.session.scalar(select(Billable.id).where(Billable.shipment_id == shipment_id).limit(1)) is not None:
        return []
    free = _free(order_ids)
    sent: dict[int, Decimal] = {}
    of_order = {line.order_line_id: line.order_id for line in facts.lines}
    for line in facts.lines:
        sent[line.order_line_id] = sent.get(line.order_line_id, _ZERO) + line.quantity
    day = clock.today(entity_of(actor, facts.company_id).time_zone)
    rows = [
        {
            "company_id": facts.company_id, "order_id": of_order[key], "order_line_id": key, "shipment_id": shipment_id,
            "shipment_number": facts.number, "sent_on": day, "quantity": min(quantity, free.get(key, _ZERO)),
        }
        for key, quantity in sorted(sent.items()) if free.get(key, _ZERO) > 0
    ]  # fmt: skip
    if not rows:
        return []
    ids = db.session.scalars(insert(Billable).values(rows).returning(Billable.id)).all()
    if rule.mode is Mode.COLLECTIVE:
        return []
    groups = grouped(ids)
    return invoice_sent(
        actor, {f"shipment:{shipment_id}:{place}": one.billable_ids for place, one in enumerate(groups, 1)}
    )


def _free(order_ids: list[int]) -> dict[int, Decimal]:
    """What of each line is neither invoiced nor waits for its invoice; replacements, which cost nothing, are left out."""
    before = claimed(order_ids)
    waiting: dict[int, Decimal] = {}
    asked = select(Billable).where(Billable.order_id.in_(order_ids), Billable.invoice_id.is_(None))
    for row in db.session.scalars(asked):
        waiting[row.order_line_id] = waiting.get(row.order_line_id, _ZERO) + row.quantity
    rows = lines_of(order_ids)
    priced = {row.order_id for row in rows if row.net}
    return {
        row.id: row.quantity - before.quantities.get(row.id, _ZERO) - waiting.get(row.id, _ZERO)
        for row in rows
        if row.order_id in priced
    }
