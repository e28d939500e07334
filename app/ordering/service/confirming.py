"""The wholesaler confirms an order line by line; the buyer answers where his yes is needed."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass
from datetime import timedelta
from decimal import Decimal

from sqlalchemy import select, text, update

from app.catalog.domain.article import Article
from app.catalog.queries.articles import articles_by_code, articles_by_id
from app.core import audit, clock
from app.core.actor import Actor
from app.core.db import command, db
from app.core.errors import Conflict, Forbidden, Invalid
from app.core.locks import lock_rows
from app.core.outbox import publish
from app.core.texts import N_, Message
from app.inventory.domain.promise import Want
from app.ordering.domain.cart import quantity_problem
from app.ordering.domain.confirmation import (
    AnswerKind,
    LineAnswer,
    change_of,
    demand_complete,
    differs,
    needs_yes,
)
from app.ordering.domain.lifecycle import LineState, OrderState
from app.ordering.domain.revision import Line, LineChange, revised
from app.ordering.events import OrderProposed
from app.ordering.models.changes import OrderProposal
from app.ordering.models.orders import Order, OrderLine
from app.ordering.queries.amendment import standing_of
from app.ordering.queries.order_rules import change_rules
from app.ordering.service.progress import release_locked
from app.ordering.service.revising import (
    Change,
    Changed,
    claims_now,
    keep_version,
    known_change,
    lines_of,
    locked_order,
    revise,
    write,
)
from app.pricing.domain.price import net_of

_OPEN = (LineState.PLACED, LineState.PROPOSED)


@dataclass(frozen=True, slots=True)
class Confirmed:
    """The change that was made, and how many lines wait for the buyer's yes."""

    change: Changed
    waiting: int = 0


@command
def confirm(
    actor: Actor, order_id: int, answers: Mapping[int, LineAnswer] | None = None, *, client_ref: str
) -> Confirmed:
    """Answer lines of an order by their ids; None: everything that is still open, as ordered.

    What needs no yes holds at once, the rest waits for the buyer until the deadline. When nothing is open any more the
    order is confirmed and may be invoiced. Raises Invalid naming the line, Conflict for an order that has moved on. A
    repeat changes nothing.
    """
    if not actor.is_operator:
        raise Forbidden(N_("You have no right to do this."))
    order = locked_order(actor, order_id)
    change = Change("confirmed", client_ref, _hash(order_id, answers))
    known = known_change(order, change)
    if known is not None:
        return Confirmed(known, _waiting(order.id))
    _demand_open(order)
    lines = {line.id: line for line in lines_of(order.id) if line.state in _OPEN}
    given = _as_ordered(lines) if answers is None else _given(lines, answers)
    rules = change_rules(actor, order.company_id)
    changes: dict[int, LineChange] = {}
    first = None
    for key, answer in given.items():
        line = lines[key]
        is_asked = needs_yes(line, answer, rules)
        if is_asked or differs(line, answer):
            proposal = _proposal(actor, order, line, answer, rules.answer_days if is_asked else None)
            first = first or (proposal.id if is_asked else None)
        changes[key] = LineChange(state=LineState.PROPOSED) if is_asked else change_of(answer)
    made = revise(actor, order, changes, change)
    if first is not None:
        publish(OrderProposed(order.id, first))
    _end(actor, order)
    return Confirmed(made, _waiting(order.id))


def confirm_all(actor: Actor, order_ids: Collection[int], *, client_ref: str) -> tuple[int, list[tuple[str, Message]]]:
    """Confirm many orders as ordered, each in a transaction of its own: one that has moved on keeps no other back.

    Returns how many, and (number, reason) of those that could not be confirmed.
    """
    done: int = 0
    failed: list[tuple[str, Message]] = []
    for order_id in sorted(order_ids):
        try:
            confirm(actor, order_id, client_ref=f"{client_ref}-{order_id}"[:80])
            done += 1
        except Conflict as error:
            number = db.session.scalar(select(Order.number).where(Order.id == order_id)) or ""
            failed.append((number, error.message))
    return done, failed


@command
def answer(actor: Actor, order_id: int, answers: Mapping[int, bool], *, client_ref: str) -> Changed:
    """The buyer accepts or refuses what the wholesaler proposed, by proposal; what he refuses is open again.

    Raises Conflict once the time for an answer is over, stock or credit do not reach, or it was answered before.
    """
    if actor.is_operator:
        raise Forbidden(N_("Only the buyer answers this."))
    order = locked_order(actor, order_id)
    change = Change("agreed", client_ref, hashlib.sha256(json.dumps(sorted(answers.items())).encode()).hexdigest())
    known = known_change(order, change)
    if known is not None:
        return known
    _demand_open(order)
    if not answers:
        raise Invalid("answers", N_("Accept or refuse at least one line."))
    proposals = _answered(actor, order, answers)
    before = lines_of(order.id)
    made, paid = keep_version(actor, order, change), claims_now(order)
    changes, wants = _agreed(actor, order, {line.id: line for line in before}, proposals)
    before = lines_of(order.id) if wants else before
    after = [revised(line, changes.get(line.id, LineChange()), order.currency) for line in before]
    write(actor, order, before, after, change, made=made, paid=paid, wants=wants)
    _end(actor, order)
    return made


@command
def sweep_proposals(actor: Actor, limit: int = 200) -> int:
    """Silence is no yes: lines whose time for an answer is over are open again for the wholesaler; returns how many."""
    late = (OrderProposal.state == "waiting") & (OrderProposal.answer_by <= clock.now())
    due = db.session.execute(
        select(OrderProposal.id, OrderProposal.order_id).where(late).order_by(OrderProposal.id).limit(limit)
    ).all()
    if not due:
        return 0
    lock_rows(Order, {row.order_id for row in due})
    lapsed = db.session.execute(
        update(OrderProposal)
        .where(OrderProposal.id.in_([row.id for row in due]), OrderProposal.state == "waiting")
        .values(state="lapsed", answered_at=clock.now())
        .returning(OrderProposal.order_line_id, OrderProposal.order_id, OrderProposal.company_id)
    ).all()
    db.session.execute(
        update(OrderLine)
        .where(OrderLine.id.in_([row.order_line_id for row in lapsed]), OrderLine.state == LineState.PROPOSED)
        .values(state=LineState.PLACED)
    )
    audit.record_many(
        actor, "order", [(row.order_id, "proposal_lapsed", row.company_id, {"line": row.order_line_id}) for row in lapsed]
    )  # fmt: skip
    return len(lapsed)


def _demand_open(order: Order) -> None:
    if (over := standing_of(order).is_over) is not None:
        raise Conflict(over)
    if order.state != OrderState.PLACED:
        raise Conflict(N_("This order is confirmed already."))


def _as_ordered(lines: Mapping[int, Line]) -> dict[int, LineAnswer]:
    given = {key: LineAnswer(AnswerKind.AS_ORDERED) for key, line in lines.items() if line.state is LineState.PLACED}
    if not given:
        raise Conflict(N_("Nothing is left to confirm: the buyer has to answer."))
    return given


def _given(lines: Mapping[int, Line], answers: Mapping[int, LineAnswer]) -> dict[int, LineAnswer]:
    for key, one in answers.items():
        if key not in lines:
            raise Conflict(N_("A line of this order has changed meanwhile. Look at the order again."))
        if lines[key].state is LineState.PROPOSED:
            raise Conflict(N_("Line {position} waits for the buyer's answer.", position=lines[key].position))
        demand_complete(lines[key], one)
    if not answers:
        raise Invalid("lines", N_("Answer at least one line."))
    return dict(answers)


def _proposal(actor: Actor, order: Order, line: Line, given: LineAnswer, days: int | None) -> OrderProposal:
    """Take down how a line is confirmed otherwise than ordered; with `days` it waits for the buyer."""
    substitute = _substitute(actor, order, line, given) if given.kind is AnswerKind.SUBSTITUTE else None
    proposal = OrderProposal(
        company_id=order.company_id, order_id=order.id, order_line_id=line.id, user_name=actor.name,
        kind=str(given.kind), quantity=_quantity(line, given),
        unit_price=given.unit_price, promised_on=given.promised_on,
        substitute_id=substitute.id if substitute else None, reason=given.reason.strip()[:300],
        old_quantity=line.quantity, old_price=line.unit_price, old_promised_on=line.promised_on,
        state="told" if days is None else "waiting",
        answer_by=None if days is None else clock.now() + timedelta(days=days),
    )  # fmt: skip
    db.session.add(proposal)
    db.session.flush()
    return proposal


def _quantity(line: Line, given: LineAnswer) -> Decimal:
    if given.kind is AnswerKind.REJECTED:
        return Decimal(0)
    return line.quantity if given.quantity is None else given.quantity


def _substitute(actor: Actor, order: Order, line: Line, given: LineAnswer) -> Article:
    """The article proposed instead; it must be sold to the account, in this quantity, with the same VAT."""
    found = articles_by_code(actor, [given.substitute], company_id=order.company_id).get(given.substitute, [])
    if len(found) != 1:
        raise Invalid("lines", N_("Line {position}: there is no article {sku}.", position=line.position,
                                  sku=given.substitute))  # fmt: skip
    article = found[0]
    was = articles_by_id(actor, [line.article_id], company_id=order.company_id)[line.article_id]
    problem = quantity_problem(article, given.quantity or Decimal(0), article.base_unit)
    if problem is not None:
        raise Invalid("lines", N_("Line {position}: {problem}", position=line.position, problem=problem.message))
    if not article.is_active or (article.vat_category, article.vat_class) != (was.vat_category, was.vat_class):
        raise Invalid("lines", N_("Line {position}: {sku} cannot take its place: it is not sold, or has another VAT.",
                                  position=line.position, sku=article.sku))  # fmt: skip
    return article


def _answered(actor: Actor, order: Order, answers: Mapping[int, bool]) -> list[OrderProposal]:
    """The proposals that are answered now, marked so."""
    proposals = list(
        db.session.scalars(
            select(OrderProposal)
            .where(OrderProposal.order_id == order.id, OrderProposal.id.in_(answers))
            .order_by(OrderProposal.id)
            .execution_options(populate_existing=True)
        )
    )
    now = clock.now()
    for one in proposals:
        if one.state != "waiting":
            raise Conflict(N_("This was answered already."))
        if one.answer_by is not None and one.answer_by <= now:
            raise Conflict(N_("The time for an answer is over. We look at the line again."))
        one.state, one.answered_at, one.answered_by = "accepted" if answers[one.id] else "refused", now, actor.name
    if len(proposals) != len(answers):
        raise Conflict(N_("This was answered already."))
    db.session.flush()
    return proposals


_ADD_LINE = text("""
WITH made AS (
    INSERT INTO order_lines (company_id, order_id, position, article_id, sku, gtin, name, quantity, unit, base_quantity,
        unit_price, price_unit, net, vat_category, vat_rate, state, promised_on, note)
    SELECT l.company_id, l.order_id, (SELECT max(position) + 1 FROM order_lines WHERE order_id = l.order_id), a.id, a.sku,
        a.gtin, coalesce(a.names ->> :locale, a.name), :quantity, a.base_unit, :quantity, :price, a.base_unit, :net,
        l.vat_category, l.vat_rate, 'confirmed', CAST(:promised AS date), l.note
    FROM order_lines l, articles a WHERE l.id = :line AND a.id = :article
    RETURNING id, company_id, quantity, net
), part AS (
    INSERT INTO order_line_parts (company_id, order_line_id, delivery_id, position, quantity, base_quantity, net,
        cost_centre_id)
    SELECT made.company_id, made.id, p.delivery_id, 1, made.quantity, made.quantity, made.net, p.cost_centre_id
    FROM made, (SELECT delivery_id, cost_centre_id FROM order_line_parts WHERE order_line_id = :line
        ORDER BY position LIMIT 1) p
)
SELECT id FROM made""")


def _agreed(
    actor: Actor, order: Order, lines: Mapping[int, Line], proposals: list[OrderProposal]
) -> tuple[dict[int, LineChange], list[Want]]:
    """What the answers make of the lines; accepted substitutes become new lines that want stock."""
    changes: dict[int, LineChange] = {}
    wants: list[Want] = []
    taken = [one for one in proposals if one.state == "accepted" and one.substitute_id is not None]
    articles = articles_by_id(actor, {one.substitute_id for one in taken if one.substitute_id}) if taken else {}
    for one in proposals:
        if one.state == "refused":
            changes[one.order_line_id] = LineChange(state=LineState.PLACED)
        elif one.substitute_id is None:
            state = LineState.BACKORDERED if one.kind == "backordered" else LineState.CONFIRMED
            changes[one.order_line_id] = LineChange(one.quantity, one.unit_price, one.promised_on, state)
        else:
            changes[one.order_line_id] = LineChange(Decimal(0), state=LineState.CANCELLED)
            article, price = articles[one.substitute_id], one.unit_price or Decimal(0)
            line_id = db.session.scalars(_ADD_LINE, {
                "locale": actor.locale, "quantity": one.quantity, "price": price, "line": one.order_line_id,
                "net": net_of(one.quantity, price, Decimal(1), order.currency), "promised": one.promised_on,
                "article": article.id,
            }).one()  # fmt: skip
            wants.append(Want(line_id, article.id, one.quantity, article.order_policy, article.lead_time_days,
                              article.is_kit))  # fmt: skip
            order.line_count += 1
    return changes, wants


def _end(actor: Actor, order: Order) -> None:
    """Everything is answered: the order is confirmed and may be invoiced."""
    if order.state == OrderState.CONFIRMED:
        audit.record(actor, "order", order.id, "order_confirmed", company_id=order.company_id)
        release_locked(actor, order)


def _waiting(order_id: int) -> int:
    statement = select(OrderProposal.id).where(OrderProposal.order_id == order_id, OrderProposal.state == "waiting")
    return len(db.session.scalars(statement).all())


def _hash(order_id: int, answers: Mapping[int, LineAnswer] | None) -> str:
    values = None if answers is None else sorted((key, asdict(one)) for key, one in answers.items())
    return hashlib.sha256(json.dumps([order_id, values], default=str).encode()).hexdigest()
