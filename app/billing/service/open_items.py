"""Posting to the ledger of open items: invoices by themselves, fees and the like by command; disputes and stops."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import func, select, text

from app.billing.domain.settling import Discount, discounts_of
from app.billing.models.invoices import Invoice
from app.billing.models.open_items import OpenItem
from app.core import audit, clock
from app.core.actor import Actor
from app.core.db import command, db
from app.core.errors import Conflict, Forbidden, Invalid, NotFound
from app.core.locks import lock_rows
from app.core.money import minor_units, round_amount
from app.core.texts import N_

_CLAIM_KINDS = ("invoice", "credit_note", "prepayment")
# What the orders of an invoice still hold of the account's credit. Of a collective or partial invoice: the share that its
# lines have in each order, by net amounts.
_CHARGED = text("""
WITH parts AS (
    SELECT l.order_id, sum(l.net) AS net FROM invoice_lines l
    WHERE l.invoice_id = :invoice AND l.order_id IS NOT NULL GROUP BY l.order_id
), orders_of AS (
    SELECT o.id, o.currency, CASE WHEN o.net_total = 0 THEN 0 ELSE least(p.net / o.net_total, 1) END AS share
    FROM parts p JOIN orders o ON o.id = p.order_id
    UNION ALL
    SELECT o.id, o.currency, 1 FROM orders o WHERE o.id = :order AND NOT EXISTS (SELECT 1 FROM parts)
)
SELECT coalesce(sum(share * held), 0) FROM (
    SELECT r.share, (SELECT greatest(-sum(e.amount), 0) FROM credit_entries e
                     WHERE e.company_id = :company AND e.order_id = r.id) AS held
    FROM orders_of r
) AS shares WHERE held > 0""")


@dataclass(frozen=True, slots=True, kw_only=True)
class NewItem:
    """What is posted: above zero the account owes it, below zero it is in the account's favour; gross, minor units.

    `source` names what it comes from, once: posting the same again gives the first row. `invoice_id` is what a fee,
    discount or write-off is about.
    """

    company_id: int
    kind: str
    number: str
    amount: Decimal
    currency: str
    issued_on: date
    due_on: date | None = None
    text: str = ""
    invoice_id: int | None = None
    entity_id: int | None = None
    source: str = ""
    credit_charged: Decimal = Decimal(0)
    discounts: list[Discount] = field(default_factory=list)


@command
def post(actor: Actor, new: NewItem) -> int:
    """Post an open item and return its id; the id of the first when the source was posted before.

    Raises Conflict for a known source with another amount, account or currency, Invalid for an amount that cannot be.
    """
    _demand_operator(actor)
    if new.source:
        known = _known(new)
        if known is not None:
            return known
    if new.amount != round_amount(new.amount, new.currency):
        raise Invalid("amount", N_("At most {places} digits after the decimal sign.", places=minor_units(new.currency)))
    item = OpenItem(
        company_id=new.company_id, entity_id=new.entity_id, kind=new.kind, invoice_id=new.invoice_id,
        number=new.number, text=new.text[:300], currency=new.currency, amount=new.amount, open_amount=new.amount,
        issued_on=new.issued_on, due_on=new.due_on or new.issued_on, source=new.source,
        credit_charged=new.credit_charged, discounts=[discount.as_json() for discount in new.discounts],
        booked_at=clock.now(),
    )  # fmt: skip
    db.session.add(item)
    db.session.flush()
    audit.record(
        actor, "open_item", item.id, "posted",
        {"kind": new.kind, "number": new.number, "amount": new.amount, "currency": new.currency},
        company_id=new.company_id,
    )  # fmt: skip
    return item.id


def _known(new: NewItem) -> int | None:
    """The id of what was posted from the same source; two at once wait for each other."""
    db.session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(f"open_items {new.source}", 0))))
    row = db.session.execute(
        select(OpenItem.id, OpenItem.company_id, OpenItem.amount, OpenItem.currency).where(
            OpenItem.source == new.source
        )
    ).one_or_none()
    if row is None:
        return None
    if (row.company_id, row.amount, row.currency) != (new.company_id, new.amount, new.currency):
        raise Conflict(N_("This was posted before with another amount or for another account."))
    return int(row.id)


@command
def post_invoice(actor: Actor, invoice_id: int) -> int | None:
    """Post an issued document once: what is payable of it, below zero for a credit note. None for a proforma."""
    _demand_operator(actor)
    invoice = db.session.get(Invoice, invoice_id)
    if invoice is None:
        raise NotFound
    kind = _kind_of(invoice.kind)
    if kind is None:
        return None
    known = db.session.scalar(
        select(OpenItem.id).where(OpenItem.invoice_id == invoice_id, OpenItem.kind.in_(_CLAIM_KINDS))
    )
    if known is not None:
        return known
    amount = round_amount(_payable(invoice), invoice.currency)
    if kind == "credit_note":
        amount = -abs(amount)
    charged = Decimal(0)
    if amount > 0 and kind == "invoice":
        charged = db.session.scalar(
            _CHARGED, {"invoice": invoice.id, "order": invoice.order_id, "company": invoice.company_id}
        ) or Decimal(0)
    return post(actor, NewItem(
        company_id=invoice.company_id, entity_id=getattr(invoice, "entity_id", None), kind=kind, invoice_id=invoice.id,
        number=invoice.number, text=invoice.order_number or "", amount=amount, currency=invoice.currency,
        issued_on=invoice.issued_on, due_on=invoice.due_on, source=f"invoice:{invoice.id}",
        credit_charged=round_amount(charged, _credit_currency(invoice.company_id) or invoice.currency),
        discounts=discounts_of(invoice.document, invoice.issued_on),
    ))  # fmt: skip


def _kind_of(kind: str) -> str | None:
    if kind == "proforma":
        return None
    return kind if kind in _CLAIM_KINDS else "invoice"


def _payable(invoice: Invoice) -> Decimal:
    totals: Mapping[str, Any] = invoice.document.get("totals") or {}
    return Decimal(totals["payable"]) if "payable" in totals else invoice.gross_total


def _credit_currency(company_id: int) -> str | None:
    found: str | None = db.session.scalar(
        text("SELECT currency FROM credit_accounts WHERE company_id = :company"), {"company": company_id}
    )
    return found


@command
def dispute(actor: Actor, invoice_id: int, amount: Decimal) -> None:
    """So much of an invoice is contested in all (0: nothing any more): it is not dunned. Own invoices, or the operator."""
    found = db.session.execute(
        select(OpenItem.id, OpenItem.company_id).where(
            OpenItem.invoice_id == invoice_id, OpenItem.kind.in_(_CLAIM_KINDS)
        )
    ).one_or_none()
    if found is None or not (actor.is_operator or found.company_id == actor.company_id):
        raise NotFound
    item = lock_rows(OpenItem, [found.id])[0]
    if not 0 <= amount <= abs(item.amount):
        raise Invalid("amount", N_("Enter an amount from 0 to {amount}.", amount=abs(item.amount)))
    if item.dispute_amount != amount:
        audit.record(actor, "open_item", item.id, "disputed",
                     {"dispute_amount": [item.dispute_amount, amount]}, company_id=item.company_id)  # fmt: skip
        item.dispute_amount = amount


@command
def stop(actor: Actor, item_id: int, until: date | None) -> None:
    """No reminders for an item until that day; None: they go on."""
    _demand_operator(actor)
    items = lock_rows(OpenItem, [item_id])
    if not items:
        raise NotFound
    if items[0].stopped_until != until:
        audit.record(actor, "open_item", item_id, "stopped", {"stopped_until": [items[0].stopped_until, until]},
                     company_id=items[0].company_id)  # fmt: skip
        items[0].stopped_until = until


def _demand_operator(actor: Actor) -> None:
    if not actor.is_operator:
        raise Forbidden(N_("You have no right to do this."))
