"""Orders, or what was sent of them, as a claim: lines, the shares of allowances and charges, deposits, deductions."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import select

from app.accounts.models.companies import Company
from app.billing.documents.claim import Claim, ClaimAmount, ClaimLine, sums_of
from app.billing.documents.invoice import allowance, buyer_party, charge, line, postal, reasons
from app.billing.domain.numbers import Kind
from app.billing.domain.rules import Rule
from app.billing.domain.shares import allowance_share
from app.billing.queries.entities import seller as seller_of
from app.billing.queries.progress import Claimed, claimed
from app.billing.queries.rules import rule_of
from app.billing.service.deposits import deposit_lines
from app.billing.service.issuing import rate_of
from app.billing.service.prepaid import deductions
from app.core import clock
from app.core.actor import Actor
from app.core.db import db
from app.core.money import round_amount
from app.documents.model.invoice import Delivery, Note
from app.documents.model.line import Period
from app.documents.model.party import Address
from app.ordering.models.deliveries import OrderCharge
from app.ordering.models.orders import Order, OrderAllowance, OrderLine

_ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class Part:
    """So much of an order line, in its unit; sent with a shipment, or (`shipment_id` None) as ordered."""

    order_line_id: int
    quantity: Decimal
    shipment_id: int | None = None
    shipment_number: str = ""
    sent_on: date | None = None


def lines_of(order_ids: Iterable[int]) -> Sequence[OrderLine]:
    """The lines that stand, order by order."""
    asked = select(OrderLine).where(OrderLine.order_id.in_(sorted(set(order_ids))), OrderLine.quantity > 0)
    return db.session.scalars(asked.order_by(OrderLine.order_id, OrderLine.position)).all()


def claim_of(
    actor: Actor, orders: Sequence[Order], parts: Sequence[Part], client_ref: str, *, kind: Kind = Kind.INVOICE,
    issued_on: date | None = None, has_deposits: bool = True,
) -> Claim:  # fmt: skip
    """The claim for parts of orders that the command holds, all of one account, currency and billing address.

    Sums are computed by `pricing.domain.totals`; raises ValueError where a whole order would not come to its own sums.
    """
    newest = orders[-1]
    rule = rule_of(actor, newest.company_id)
    seller = seller_of(actor, rule.entity_id)
    rows = {row.id: row for row in lines_of(order.id for order in orders)}
    before = claimed([order.id for order in orders]) if kind is Kind.INVOICE else Claimed()
    lines = _lines(orders, rows, parts)
    if kind is Kind.INVOICE and has_deposits:
        lines = (*lines, *deposit_lines(newest.company_id, newest.currency, lines))
    claim = Claim(
        kind=kind,
        company_id=newest.company_id,
        client_ref=client_ref,
        seller=seller,
        buyer=buyer_party(newest, {}),
        currency=newest.currency,
        language=db.session.scalars(select(Company.locale).where(Company.id == newest.company_id)).one(),
        lines=lines,
        amounts=_amounts(orders, rows, parts, before),
        reasons={category: reason for order in orders for category, reason in reasons(order).items()},
        payment_days=newest.payment_days,
        rate=rate_of(newest.currency, seller.currency, issued_on or clock.today(seller.time_zone)),
        **_about(orders, parts, issued_on or clock.today(seller.time_zone)),
    )
    _demand_sums_of_order(claim, orders, rows, parts)
    return _terms(claim, orders, rule) if kind is Kind.INVOICE else claim


def _terms(claim: Claim, orders: Sequence[Order], rule: Rule) -> Claim:
    """With what was claimed before and the discounts that end before payment is due."""
    prepaid = deductions([order.id for order in orders], claim.currency, sums_of(claim).gross_total)
    discounts = tuple(one for one in rule.discounts if one.days < claim.payment_days)
    return replace(claim, deductions=prepaid, discounts=discounts)


def _lines(orders: Sequence[Order], rows: Mapping[int, OrderLine], parts: Sequence[Part]) -> tuple[ClaimLine, ...]:
    """With several orders or shipments each line names its own, since the head of a document names but one."""
    numbers = {order.id: order.number for order in orders}
    is_plain = len(orders) == 1 and len({part.order_line_id for part in parts}) == len(parts)
    names_shipment = len({part.shipment_id for part in parts}) > 1
    found = []
    for place, part in enumerate(parts, 1):
        row = rows[part.order_line_id]
        note = [numbers[row.order_id]] if len(orders) > 1 else []
        note += [part.shipment_number] if names_shipment and part.shipment_number else []
        found.append(
            ClaimLine(
                line=line(
                    row, orders[-1].currency, part.quantity, position=None if is_plain else place, note=" · ".join(note)
                ),
                quantity=part.quantity, unit=row.unit, order_id=row.order_id, order_line_id=row.id,
                shipment_id=part.shipment_id,
            )
        )  # fmt: skip
    return tuple(found)


def _about(orders: Sequence[Order], parts: Sequence[Part], day: date) -> dict[str, Any]:
    """What the head of the document says of orders, shipments and delivery."""
    newest, days = orders[-1], [part.sent_on for part in parts if part.sent_on]
    shipments = {part.shipment_number for part in parts if part.shipment_number}
    po_numbers = {order.po_number for order in orders}
    po_number = po_numbers.pop() if len(po_numbers) == 1 else ""
    is_one = len(orders) == 1
    spread = len(shipments) > 1 and bool(days)
    sent_on = max(days) if days else newest.requested_on or day
    return {
        "order_id": newest.id if is_one else None,
        "order_number": newest.number if is_one else "",
        "po_number": po_number,
        "buyer_reference": po_number or (newest.number if is_one else newest.buyer.get("code", "")),
        "despatch_reference": next(iter(shipments)) if len(shipments) == 1 else "",
        "notes": (Note(newest.note),) if is_one and newest.note else (),
        "period": Period(start=min(days), end=max(days)) if spread else None,
        "delivery": _delivery(orders, None if spread else sent_on),
    }


def _delivery(orders: Sequence[Order], day: date | None) -> Delivery:
    """Where to: the address where it is one, else the country that all have in common (BR-IC-12)."""
    places = [order.ship_to or order.bill_to for order in orders]
    if all(place == places[0] for place in places):
        return Delivery(date=day, name=places[0].get("name", ""), address=postal(places[0]))
    return Delivery(date=day, address=Address(country=places[0]["country"]))


def _amounts(
    orders: Sequence[Order], rows: Mapping[int, OrderLine], parts: Sequence[Part], before: Claimed
) -> tuple[ClaimAmount, ...]:
    """Allowances as far as their goods are claimed by now; charges with the first invoice of the order."""
    found: list[ClaimAmount] = []
    ids = [order.id for order in orders]
    for given in _owned(OrderAllowance, ids):
        source, currency = f"allowance:{given.id}", orders[-1].currency
        group = (given.vat_category, given.vat_rate)
        mine = [row for row in rows.values() if row.order_id == given.order_id]
        net, whole = _nets([row for row in mine if (row.vat_category, row.vat_rate) == group], parts, before)
        taken = before.amounts.get(source, _ZERO)
        share = round_amount(allowance_share(given.amount, taken, net, whole, currency), currency)
        if share > 0:
            found.append(ClaimAmount(allowance(given, share), source))
    for asked in _owned(OrderCharge, ids):
        source = f"charge:{asked.id}"
        rest = round_amount(asked.amount - before.amounts.get(source, _ZERO), orders[-1].currency)
        if rest > 0:
            found.append(ClaimAmount(charge(asked, rest), source))
    return tuple(found)


def _owned(model: Any, order_ids: Sequence[int]) -> Sequence[Any]:
    asked = select(model).where(model.order_id.in_(order_ids)).order_by(model.order_id, model.position)
    return db.session.scalars(asked).all()


def _nets(rows: Sequence[OrderLine], parts: Sequence[Part], before: Claimed) -> tuple[Decimal, Decimal]:
    """Net claimed by now of these lines, and the net of the whole; they are the same once every quantity is claimed."""
    now: dict[int, Decimal] = {}
    for part in parts:
        now[part.order_line_id] = now.get(part.order_line_id, _ZERO) + part.quantity
    whole = sum((row.net for row in rows), _ZERO)
    if all(before.quantities.get(row.id, _ZERO) + now.get(row.id, _ZERO) >= row.quantity for row in rows):
        return whole, whole
    net = sum((before.nets.get(row.id, _ZERO) + row.net * now.get(row.id, _ZERO) / row.quantity for row in rows), _ZERO)
    return min(net, whole), whole


def _demand_sums_of_order(
    claim: Claim, orders: Sequence[Order], rows: Mapping[int, OrderLine], parts: Sequence[Part]
) -> None:
    """An order and its one invoice never differ by a cent."""
    order = orders[0]
    taken = {part.order_line_id: part.quantity for part in parts}
    if len(orders) > 1 or len(taken) < len(parts) or taken != {row.id: row.quantity for row in rows.values()}:
        return
    goods = replace(claim, lines=tuple(one for one in claim.lines if one.kind == "goods"))
    sums = sums_of(goods)
    if (sums.net_total, sums.gross_total) != (order.net_total, order.gross_total):
        raise ValueError(
            f"order {order.number}: its sums {order.net_total}, {order.gross_total} are not those of its lines"
        )
