"""The answer to a partner's order: each of its lines with what became of it, in its own units and numbers. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from app.core.texts import Message
from app.documents.model.invoice import Note
from app.documents.model.order import DeliveryDates, Order, OrderLine, OrderTotals
from app.documents.model.order_response import Answer, LineAnswer, OrderResponse, OrderResponseLine
from app.documents.model.party import Party
from app.documents.model.reference import ItemIds, OrderRef
from app.exchange.mapping.order_plan import OrderPlan, PlannedLine
from app.exchange.queries.order_facts import FactLine, OrderFacts

_GONE = frozenset({"rejected", "cancelled"})
_ZERO = Decimal(0)
_DIGITS = Decimal("0.0001")


@dataclass(frozen=True, slots=True)
class Said:
    """What the answer is about; `say` puts reasons into the partner's language."""

    number: str
    today: date
    seller: Party | None = None
    refused: Message | None = None
    is_waiting: bool = False
    is_to_change: bool = False
    say: Callable[[Message], str] = str


def respond(order: Order, plan: OrderPlan, facts: OrderFacts | None, said: Said) -> OrderResponse:
    """`facts` None: nothing was ordered (refused), or it waits for approval and is only known to have come."""
    lines: tuple[OrderResponseLine, ...] = ()
    if facts is not None or not said.is_waiting:
        lines = tuple(_lines(order, plan, facts, said))
    notes = [Note(said.say(one)) for one in plan.notes]
    if said.refused is not None:
        notes.append(Note(said.say(said.refused)))
    return OrderResponse(
        number=said.number, issue_date=said.today,
        order=OrderRef(number=order.number, date=order.issue_date, sales_number=facts.number if facts else "",
                       payload=getattr(order, "payload", "")),
        answer=_answer(lines, said), lines=lines, is_to_change=said.is_to_change,
        currency=facts.currency if facts else order.currency, buyer=order.buyer, seller=order.seller or said.seller,
        ship_to=order.ship_to, invoicee=order.invoicee, notes=tuple(notes), totals=_totals(facts, lines),
    )  # fmt: skip


def _answer(lines: Iterable[OrderResponseLine], said: Said) -> Answer:
    if said.refused is not None:
        return Answer.REJECTED
    if said.is_waiting:
        return Answer.RECEIVED
    answers = {line.answer for line in lines}
    if answers <= {LineAnswer.ACCEPTED}:
        return Answer.ACCEPTED
    return Answer.REJECTED if answers == {LineAnswer.REJECTED} else Answer.CHANGED


def _totals(facts: OrderFacts | None, lines: tuple[OrderResponseLine, ...]) -> OrderTotals:
    if facts is None:
        return OrderTotals()
    return OrderTotals(lines=len(lines), net=facts.net_total, tax=facts.vat_total, total=facts.gross_total)


def _lines(order: Order, plan: OrderPlan, facts: OrderFacts | None, said: Said) -> Iterable[OrderResponseLine]:
    planned = {line.position: line for line in plan.lines}
    left = {key: line.quantity for key, line in facts.lines.items()} if facts else {}
    for asked in order.lines:
        meant = planned.get(asked.position)
        key = (meant.article_id or 0, meant.unit) if meant else (0, "")
        ours = facts.lines.get(key) if facts and meant and meant.problem is None else None
        if meant is None or ours is None:
            yield _rejected(asked, meant, said)
            continue
        wanted = meant.quantity
        is_last = sum((one.article_id or 0, one.unit) == key for one in plan.good) == 1
        quantity = left[key] if is_last else min(wanted, left[key])
        left[key] -= quantity
        yield _answered(order, asked, meant, ours, quantity, said=said)


def _ids(asked: OrderLine, ours: FactLine | None = None) -> ItemIds:
    return ItemIds(
        sku=ours.sku if ours else asked.sku, buyer_sku=asked.buyer_sku or (ours.customer_number if ours else ""),
        gtin=asked.gtin or (ours.gtin if ours else ""), manufacturer_sku=asked.manufacturer_sku,
    )  # fmt: skip


def _rejected(asked: OrderLine, meant: PlannedLine | None, said: Said) -> OrderResponseLine:
    reason = meant.problem if meant and meant.problem else said.refused
    return OrderResponseLine(
        position=asked.position, answer=LineAnswer.REJECTED, order_line=OrderRef(number="", line=asked.position),
        ids=_ids(asked), name=asked.name, quantity=_ZERO, unit=asked.unit, ordered=asked.quantity,
        unit_price=asked.unit_price, price_base_quantity=asked.price_base_quantity, price_unit=asked.price_unit,
        reason=said.say(reason) if reason is not None else "",
    )  # fmt: skip


def _answered(
    order: Order, asked: OrderLine, meant: PlannedLine, ours: FactLine, quantity: Decimal, *, said: Said
) -> OrderResponseLine:
    reasons: list[str] = [said.say(meant.fitted)] if meant.fitted else []
    answer = LineAnswer.ACCEPTED
    if quantity != asked.quantity:
        answer = LineAnswer.CHANGED
    if is_other_price(asked, ours):
        answer = LineAnswer.CHANGED
    wanted = asked.delivery.requested or order.delivery.requested
    if wanted is not None and ours.promised_on is not None and ours.promised_on > wanted:
        answer = LineAnswer.CHANGED
    backordered: Decimal | None = None
    if ours.state == "backordered":
        answer, backordered = LineAnswer.BACKORDERED, quantity
    if ours.state in _GONE or quantity == 0:
        answer, quantity = LineAnswer.REJECTED, _ZERO
    if ours.reason:
        reasons.append(ours.reason)
    offer = ours.proposed
    if offer is not None:
        answer = LineAnswer.SUBSTITUTED if offer.sku else LineAnswer.CHANGED
        quantity = offer.quantity
        ours = replace(
            ours, unit_price=ours.unit_price if offer.unit_price is None else offer.unit_price,
            promised_on=offer.promised_on or ours.promised_on, net=_ZERO,
        )  # fmt: skip
    share = ours.net if quantity == ours.quantity and offer is None else None
    unit = asked.unit or ours.unit
    return OrderResponseLine(
        position=asked.position, answer=answer, order_line=OrderRef(number=order.number, line=asked.position),
        ids=_ids(asked, ours), name=asked.name or ours.name, quantity=_plain(quantity), unit=unit, ordered=asked.quantity,
        backordered=_plain(backordered) if backordered is not None else None, unit_price=_plain(ours.unit_price),
        price_base_quantity=None if ours.price_base_quantity == 1 else _plain(ours.price_base_quantity),
        price_unit=unit if ours.price_unit == ours.unit else ours.price_unit,
        net=_plain(share) if share is not None else None,
        vat_rate=None if ours.vat_rate is None else _plain(ours.vat_rate), vat_category=ours.vat_category,
        promised=DeliveryDates(requested=ours.promised_on), reason="; ".join(reasons),
        substitute=ItemIds(sku=offer.sku) if offer is not None and offer.sku else None,
        substitute_name=offer.name if offer is not None else "",
    )  # fmt: skip


def _plain(value: Decimal) -> Decimal:
    """Without the zeros that numeric(18,6) adds."""
    return Decimal(format(value.normalize(), "f"))


def our_price(ours: FactLine) -> Decimal:
    """For one of the line's unit."""
    each = ours.unit_price / ours.price_base_quantity
    if ours.price_unit == ours.unit or not ours.quantity:
        return each
    return each * ours.base_quantity / ours.quantity


def asked_price(asked: OrderLine) -> Decimal | None:
    """For one of the line's unit; None where the partner named none, or one in another unit."""
    if asked.unit_price is None or (asked.price_unit and asked.price_unit != asked.unit):
        return None
    return asked.unit_price / (asked.price_base_quantity or Decimal(1))


def is_other_price(asked: OrderLine, ours: FactLine) -> bool:
    theirs = asked_price(asked)
    if theirs is None:
        if asked.unit_price is None or asked.price_unit != ours.price_unit:
            return False
        base = asked.price_base_quantity or Decimal(1)
        return (asked.unit_price / base).quantize(_DIGITS) != (ours.unit_price / ours.price_base_quantity).quantize(
            _DIGITS
        )
    return theirs.quantize(_DIGITS) != our_price(ours).quantize(_DIGITS)
