"""A partner's request for prices becomes a quote request of its account."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from sqlalchemy import select

from app.core.actor import Actor
from app.core.db import command, db
from app.exchange.mapping.neutral_order import order_of
from app.exchange.mapping.order_plan import OrderPlan
from app.sourcing.domain.quote import LineAsk, Request
from app.sourcing.models.quotes import Quote
from app.sourcing.service.quotes import start, submit


@command
def ask_for_quote(actor: Actor, document: Any, plan: OrderPlan, *, client_ref: str) -> int:
    """The same request again gives the first quote. What has no article here is asked for in words."""
    order = order_of(document)
    asked = {line.position: line for line in order.lines}
    lines = []
    for planned in plan.lines:
        line = asked[planned.position]
        words = line.name or line.description or line.buyer_sku or line.gtin
        lines.append(
            LineAsk(planned.article_id, "" if planned.article_id else words, line.quantity or Decimal(1), planned.unit,
                    line.unit_price)
        )  # fmt: skip
    request = Request(
        tuple(lines), title=order.number[:80], note=plan.note, need_by=plan.requested_on, ship_to_id=plan.ship_to_id,
        source=f"EDI {order.number}"[:60],
    )  # fmt: skip
    quote_id = start(actor, request, client_ref=client_ref)
    state, version = db.session.execute(select(Quote.state, Quote.row_version).where(Quote.id == quote_id)).one()
    if state == "draft":
        submit(actor, quote_id, row_version=version)
    return quote_id
