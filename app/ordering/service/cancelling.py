"""Cancelling orders, lines and parts of lines; and asking for it where the buyer may not do it himself any more."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy import select

from app.catalog.queries.articles import articles_by_id
from app.core import audit, clock
from app.core.actor import Actor
from app.core.db import command, db
from app.core.errors import Conflict, Forbidden, Invalid, NotFound
from app.core.outbox import publish
from app.core.texts import N_
from app.ordering.domain.cart import quantity_problem
from app.ordering.domain.revision import Line, LineChange
from app.ordering.events import CancellationAsked, CancellationDecided
from app.ordering.models.changes import OrderRequest
from app.ordering.models.orders import Order
from app.ordering.queries.amendment import standing_of
from app.ordering.queries.order_rules import change_rules
from app.ordering.service.progress import release_locked
from app.ordering.service.revising import Change, Changed, known_change, lines_of, locked_order, revise

REASON_LENGTH = 500
Cuts = Mapping[int, Decimal]
"""Line id -> how much of it is cancelled, in the line's unit; empty: the whole order."""


@dataclass(frozen=True, slots=True)
class Asked:
    """The request for a cancellation; `is_repeat` when the same request was there before."""

    id: int
    is_repeat: bool = False


@command
def cancel(actor: Actor, order_id: int, cuts: Cuts, *, reason: str, client_ref: str) -> Changed:
    """Cancel an order, lines of it or parts of lines; stock, agreed quantities, promotions, budgets and credit come back.

    What is picked, shipped or invoiced stays: of an order that is partly so, all that is not yet can go.

    The buyer as long as his operator's rules allow it, the operator until the invoice; then Conflict, which says what
    is still possible. Invalid where what is left of a line would not be a quantity that can be ordered. The same
    request sent again gets the first answer.
    """
    reason = _reason(reason, is_needed=actor.is_operator)
    order = locked_order(actor, order_id)
    change = Change("cancelled", client_ref, _hash("cancel", order_id, cuts, reason), reason)
    known = known_change(order, change)
    if known is not None:
        return known
    _demand_possible(actor, order)
    return _carry_out(actor, order, cuts, change)


def _demand_possible(actor: Actor, order: Order) -> None:
    standing = standing_of(order)
    if (over := standing.is_over) is not None:
        raise Conflict(over)
    if not actor.is_operator:
        refusal = standing.cancel_refusal(change_rules(actor, order.company_id), clock.now())
        if refusal is not None:
            raise Conflict(N_("{reason} You can still ask us to cancel it.", reason=refusal))


def _carry_out(actor: Actor, order: Order, cuts: Cuts, change: Change) -> Changed:
    lines = {line.id: line for line in lines_of(order.id) if line.stands}
    wanted = _checked(lines, cuts) if cuts else {key: line.free for key, line in lines.items() if line.free}
    if not wanted:
        raise Conflict(N_("All of this order is picked or on its way already."))
    if not actor.is_operator:
        _demand_quantities(actor, [(lines[key], lines[key].quantity - cut) for key, cut in wanted.items()])
    made = revise(
        actor, order, {key: LineChange(quantity=lines[key].quantity - cut) for key, cut in wanted.items()}, change
    )
    if order.confirmed_at is not None:
        release_locked(actor, order)
    return made


def _checked(lines: Mapping[int, Line], cuts: Cuts) -> dict[int, Decimal]:
    for key, cut in cuts.items():
        if key not in lines:
            raise Conflict(N_("A line you want to cancel is gone already. Look at the order again."))
        if not lines[key].free:
            raise Conflict(N_("Line {position} is picked or on its way already.", position=lines[key].position))
        if not 0 < cut <= lines[key].free:
            raise Invalid("quantity", N_("Line {position}: enter more than 0 and at most {most}.",
                                         position=lines[key].position, most=lines[key].free))  # fmt: skip
    return dict(cuts)


def _demand_quantities(actor: Actor, left: Iterable[tuple[Line, Decimal]]) -> None:
    """What is left of a line must still be a quantity that can be ordered."""
    rest = [(line, quantity) for line, quantity in left if quantity]
    articles = articles_by_id(actor, {line.article_id for line, _ in rest}) if rest else {}
    for line, quantity in rest:
        article = articles.get(line.article_id)
        problem = quantity_problem(article, quantity, line.unit) if article is not None else None
        if problem is not None:
            raise Invalid("quantity", N_("Line {position}: what is left cannot be ordered. {reason}",
                                         position=line.position, reason=problem.message))  # fmt: skip


@command
def ask_to_cancel(actor: Actor, order_id: int, cuts: Cuts, *, reason: str, client_ref: str) -> Asked:
    """Ask the operator for a cancellation; nothing changes until he decides. Conflict when one is asked for already."""
    reason = _reason(reason, is_needed=True)
    order = locked_order(actor, order_id)
    known = db.session.scalar(
        select(OrderRequest.id).where(
            OrderRequest.company_id == order.company_id, OrderRequest.client_ref == client_ref
        )
    )
    if known is not None:
        return Asked(known, is_repeat=True)
    if (over := standing_of(order).is_over) is not None:
        raise Conflict(over)
    if db.session.scalar(
        select(OrderRequest.id).where(OrderRequest.order_id == order.id, OrderRequest.state == "waiting")
    ):
        raise Conflict(N_("You have asked already. We answer soon."))
    _checked({line.id: line for line in lines_of(order.id) if line.stands}, cuts)
    request = OrderRequest(
        company_id=order.company_id, order_id=order.id, client_ref=client_ref, user_id=actor.user_id,
        user_name=actor.name, reason=reason, lines=[[key, str(cut)] for key, cut in cuts.items()],
    )  # fmt: skip
    db.session.add(request)
    db.session.flush()
    audit.record(
        actor, "order", order.id, "cancellation_asked", {"reason": reason, "lines": len(cuts)},
        company_id=order.company_id,
    )  # fmt: skip
    publish(CancellationAsked(request.id))
    return Asked(request.id)


@command
def decide_request(actor: Actor, request_id: int, *, is_granted: bool, answer: str = "") -> None:
    """The operator grants or refuses a cancellation asked for; a refusal needs a reason. Deciding twice is Conflict."""
    if not actor.is_operator:
        raise Forbidden(N_("You have no right to do this."))
    answer = _reason(answer, is_needed=not is_granted, field="answer")
    order_id = db.session.scalar(select(OrderRequest.order_id).where(OrderRequest.id == request_id))
    if order_id is None:
        raise NotFound
    order = locked_order(actor, order_id)
    request = db.session.get_one(OrderRequest, request_id, populate_existing=True)
    if request.state != "waiting":
        raise Conflict(N_("This was decided already."))
    request.state, request.answer = "granted" if is_granted else "refused", answer
    request.decided_at, request.decided_by = clock.now(), actor.name
    if is_granted:
        if (over := standing_of(order).is_over) is not None:
            raise Conflict(over)
        cuts = _still_there(order, {key: Decimal(cut) for key, cut in request.lines})
        change = Change("cancelled", f"request-{request.id}", "", request.reason)
        _carry_out(actor, order, cuts, change)
    else:
        audit.record(
            actor, "order", order.id, "cancellation_refused", {"reason": answer}, company_id=order.company_id
        )  # fmt: skip
    db.session.flush()
    publish(CancellationDecided(request.id))


def _still_there(order: Order, cuts: Cuts) -> dict[int, Decimal]:
    """What was asked for, as far as it still stands."""
    if not cuts:
        return {}
    lines = {line.id: line.free for line in lines_of(order.id) if line.stands and line.free}
    left = {key: min(cut, lines[key]) for key, cut in cuts.items() if key in lines}
    if not left:
        raise Conflict(N_("Nothing is left of these lines to change."))
    return left


def _reason(text: str, *, is_needed: bool, field: str = "reason") -> str:
    text = text.strip()
    if is_needed and not text:
        raise Invalid(field, N_("Say why: the other side reads it."))
    if len(text) > REASON_LENGTH:
        raise Invalid(field, N_("At most {most} characters.", most=REASON_LENGTH))
    return text


def _hash(kind: str, order_id: int, cuts: Cuts, reason: str) -> str:
    values = [kind, order_id, sorted((key, str(cut.normalize())) for key, cut in cuts.items()), reason]
    return hashlib.sha256(json.dumps(values).encode()).hexdigest()
