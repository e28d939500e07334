"""The despatch advice of an order that leaves as it was answered: all of its lines, in the partner's own numbers. Pure."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from app.documents.model.despatch_advice import DespatchAdvice, DespatchLine
from app.documents.model.order import Order
from app.documents.model.order_response import OrderResponse, OrderResponseLine
from app.exchange.mapping.order_plan import OrderPlan
from app.exchange.mapping.order_response import Said, respond
from app.exchange.queries.order_facts import OrderFacts


def despatch_advice(order: Order, plan: OrderPlan, facts: OrderFacts, said: Said) -> DespatchAdvice:
    """What was only proposed does not leave; neither does what is rejected or cancelled."""
    lines = {key: replace(line, proposed=None) for key, line in facts.lines.items()}
    answer = respond(order, plan, replace(facts, lines=lines), said)
    return DespatchAdvice(
        number=said.number, issue_date=said.today, orders=(answer.order,), buyer=answer.buyer, seller=answer.seller,
        ship_from=said.seller, ship_to=answer.ship_to or answer.buyer, despatched_on=said.today,
        expected_on=_expected(answer),
        lines=tuple(_line(order.number, line) for line in answer.lines if line.quantity),
    )  # fmt: skip


def _expected(answer: OrderResponse) -> date | None:
    """The last day promised for a line."""
    days = [line.promised.requested for line in answer.lines if line.quantity and line.promised.requested is not None]
    return max(days) if days else None


def _line(number: str, line: OrderResponseLine) -> DespatchLine:
    return DespatchLine(
        position=line.position, quantity=line.quantity, unit=line.unit, ids=line.ids, name=line.name,
        order_line=replace(line.order_line, number=number) if line.order_line is not None else None,
        ordered=line.ordered,
    )  # fmt: skip
