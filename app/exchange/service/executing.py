"""The second transaction of a message: the same services that the web calls, with the rights of the account's person."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from app.core import clock
from app.core.actor import Actor
from app.core.db import command
from app.core.errors import Conflict, Forbidden, Invalid, NotFound
from app.core.texts import Message
from app.documents.model.order import OrderLine
from app.exchange.domain.arrivals import Subject
from app.exchange.mapping.neutral_order import order_of
from app.exchange.mapping.order_plan import OrderPlan
from app.exchange.mapping.order_response import Said, asked_price, respond
from app.exchange.queries.order_facts import order_facts
from app.exchange.service.asking_quotes import ask_for_quote
from app.exchange.service.order_changing import change_order
from app.exchange.service.order_taking import Rehearsed, Taken, of_lines, take

# By which document the partner is answered; of a request for a quotation by the quotation, once there is one.
ANSWERED_BY: Mapping[str, str] = {
    "order": "order-response", "order-change": "order-response", "request-for-quotation": "",
}  # fmt: skip
_REFERENCE = 80


@dataclass(frozen=True, slots=True)
class Work:
    """What the first transaction found out. `order_id` and `before` are those of the order that a change is about."""

    message_id: int
    partner_id: int
    company_id: int
    user_id: int | None
    document: Any
    plan: OrderPlan
    client_ref: str
    options: Mapping[str, Any]
    is_test: bool
    order_id: int | None
    answer: str
    before: OrderPlan | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of it. `is_ours`: it was not the partner's fault, so a person has to look before it is answered.

    `answer` is the answer itself where nothing stays from which it could be composed later (a test).
    """

    subject: Subject | None = None
    refused: Message | None = None
    is_ours: bool = False
    words: Message | None = None
    answer: Any = None
    report: Mapping[str, Any] = field(default_factory=dict)


def order_reference(partner_id: int, kind: str, number: str, is_test: bool) -> str:
    """Partner and document number: what makes an order once."""
    whole = f"edi:{partner_id}:{'' if kind == 'order' else kind + ':'}{'test:' if is_test else ''}{number}"
    if len(whole) <= _REFERENCE - len(":lines"):
        return whole
    return f"edi:{partner_id}:{hashlib.sha256(whole.encode()).hexdigest()[:40]}"


def carry_out(person: Actor, work: Work) -> Outcome:
    """Runs in the person's scope. Raises Unavailable only; what speaks against it is in the outcome."""
    try:
        if work.document.kind == "order":
            return _order(person, work)
        if work.document.kind == "order-change":
            return _change(person, work)
        quote_id = ask_for_quote(person, work.document, work.plan, client_ref=work.client_ref)
        return Outcome(Subject("quote", quote_id))
    except (Invalid, Conflict, NotFound) as error:
        return Outcome(refused=error.message)
    except Forbidden as error:
        return Outcome(refused=error.message, is_ours=True)


def _order(person: Actor, work: Work) -> Outcome:
    is_whole = work.options.get("partial") == "never"
    if not work.is_test:
        taken = take(person, work.plan, client_ref=work.client_ref, is_whole=is_whole, prices=_most(work))
        return _outcome(work, taken)
    try:
        _rehearse(person, work, is_whole=is_whole)
    except Rehearsed as done:
        return _outcome(work, done.taken, answer=done.answer)
    raise AssertionError("a rehearsal always ends by taking itself back")


def _outcome(work: Work, taken: Taken, answer: Any = None) -> Outcome:
    report = {"plan": of_lines(work.plan, taken.problems).as_json()}
    subject = None
    if taken.order_id is not None and not work.is_test:
        subject = Subject("order", taken.order_id)
    elif taken.approval_id is not None and not work.is_test:
        subject = Subject("approval", taken.approval_id)
    return Outcome(subject, taken.refused, report=report, answer=answer)


@command
def _rehearse(person: Actor, work: Work, *, is_whole: bool) -> None:
    """A test order goes the whole way and is answered; then it is taken back."""
    taken = take(person, work.plan, client_ref=work.client_ref, is_whole=is_whole, prices=_most(work))
    facts = order_facts(person, taken.order_id) if taken.order_id is not None else None
    plan = of_lines(work.plan, taken.problems)
    said = Said(f"T{work.message_id}", _today(person), None, taken.refused, taken.order_id is None)
    raise Rehearsed(taken, respond(order_of(work.document), plan, facts, said))


def _today(person: Actor) -> date:
    return clock.today(person.time_zone)


def _most(work: Work) -> dict[str, Decimal]:
    """The most that each line may cost, where prices above the partner's are to be refused."""
    if work.options.get("prices") != "refuse":
        return {}
    allowed = 1 + Decimal(str(work.options.get("price_tolerance", "0"))) / 100
    lines: tuple[OrderLine, ...] = order_of(work.document).lines
    asked = {line.position: price for line in lines if (price := asked_price(line)) is not None}
    return {position: price * allowed for position, price in asked.items()}


def _change(person: Actor, work: Work) -> Outcome:
    if work.order_id is None:
        raise ValueError("a change without its order was let through")
    if work.is_test:
        return Outcome(Subject("order", work.order_id))
    changed = change_order(
        person, work.order_id, work.document, work.plan, work.before or work.plan, client_ref=work.client_ref
    )
    report = {"asked": True} if changed.is_asked else {}
    return Outcome(Subject("order", work.order_id), words=changed.words, report=report)
