"""Proforma and prepayment invoices of an order."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal

from sqlalchemy import func, select

from app.billing.documents.claim import Claim, ClaimLine
from app.billing.domain.numbers import Kind
from app.billing.models.invoices import Invoice
from app.billing.service.claiming import Part, claim_of, lines_of
from app.billing.service.issuing import known, put
from app.billing.service.prepaid import tell_open
from app.core.actor import Actor
from app.core.db import command, db
from app.core.errors import Conflict, Invalid, NotFound
from app.core.locks import lock_rows
from app.core.money import round_amount
from app.core.texts import N_
from app.documents.model.line import Line
from app.documents.model.totals import VatCategory
from app.ordering.domain.lifecycle import OrderState
from app.ordering.models.orders import Order

_HUNDRED = Decimal(100)
_ONE = Decimal(1)
_PIECE = "C62"
_TEXT = N_("Prepayment for order {number}: {percent} %")
Translator = Callable[[str], Callable[[str], str]]


def english(_language: str) -> Callable[[str], str]:
    """The texts as they are written."""
    return str


@command
def issue_proforma(actor: Actor, order_id: int, *, client_ref: str) -> int:
    """A proforma invoice (325) of the whole order: it has a number of its own and claims nothing."""
    order = _order(order_id)
    before = known(order.company_id, client_ref)
    if before is not None:
        return before.id
    parts = [Part(row.id, row.quantity) for row in lines_of([order.id])]
    return put(actor, claim_of(actor, [order], parts, client_ref, kind=Kind.PROFORMA)).id


@command
def issue_prepayment(
    actor: Actor, order_id: int, percent: Decimal, *, client_ref: str, days: int = 7, words: Translator = english
) -> int:
    """A prepayment invoice (386) over a share of the order, due after `days`; a line for each VAT category and rate.

    The invoices of the order deduct it. Raises Invalid beyond the whole, Conflict once the order is invoiced.
    """
    order = _order(order_id)
    before = known(order.company_id, client_ref)
    if before is not None:
        return before.id
    if order.invoiced_at is not None:
        raise Conflict(N_("Order {number} is invoiced already.", number=order.number))
    claimed = db.session.scalar(
        select(func.coalesce(func.sum(Invoice.net_total), 0)).where(
            Invoice.order_id == order.id, Invoice.kind == "prepayment", Invoice.cancelled_by_id.is_(None)
        )
    )
    net = sum(round_amount(Decimal(group["base"]) * percent / _HUNDRED, order.currency) for group in _groups(order))
    if not 0 < percent <= _HUNDRED or (claimed or 0) + net > order.net_total:
        raise Invalid("percent", N_("Prepayments come to more than the order."))
    parts = [Part(row.id, row.quantity) for row in lines_of([order.id])]
    claim = claim_of(actor, [order], parts, client_ref, kind=Kind.PREPAYMENT)
    made = put(actor, _prepayment(claim, order, percent, days, words))
    tell_open(actor, order.id)
    return made.id


def _groups(order: Order) -> list[dict[str, str]]:
    return [group for group in order.vat_breakdown if Decimal(group["base"]) > 0]


def _prepayment(claim: Claim, order: Order, percent: Decimal, days: int, words: Translator) -> Claim:
    """The claim for the order turned into one for a share of it; nothing is delivered yet."""
    text = words(claim.language)(_TEXT.text).format(percent=percent.normalize() + 0, number=order.number)
    lines = []
    for place, group in enumerate(_groups(order), 1):
        net = round_amount(Decimal(group["base"]) * percent / _HUNDRED, order.currency)
        rate = None if group["rate"] is None else Decimal(group["rate"]).normalize() + 0
        line = Line(
            position=str(place), name=text, quantity=_ONE, unit=_PIECE, unit_price=net, net=net,
            vat_category=VatCategory(group["category"]), vat_rate=rate,
        )  # fmt: skip
        lines.append(ClaimLine(line=line, quantity=_ONE, unit=_PIECE, kind="prepayment", order_id=order.id))
    return replace(claim, lines=tuple(lines), amounts=(), payment_days=days)


def _order(order_id: int) -> Order:
    orders = lock_rows(Order, [order_id])
    if not orders:
        raise NotFound
    if orders[0].state == OrderState.CANCELLED:
        raise Conflict(N_("The order is cancelled."))
    return orders[0]
