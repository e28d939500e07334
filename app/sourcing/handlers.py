"""Reactions of sourcing to what happens to quotes, to orders made of them, and to awards."""

from __future__ import annotations

from app.core.actor import Actor, Scope
from app.core.jobs import enqueue
from app.core.outbox import handles
from app.ordering.events import OrderPlaced
from app.sourcing.events import AwardRefused, ObjectionDecided, QuoteOffered
from app.sourcing.queries.quote_papers import version_id_of
from app.sourcing.service.awards import work_off_refusal
from app.sourcing.service.objections import resume_after_withdrawal
from app.sourcing.service.quote_orders import note_order


@handles(OrderPlaced, scope=Scope.OPERATOR)
def order_of_quote(actor: Actor, event: OrderPlaced) -> None:
    note_order(actor, event.order_id)


@handles(QuoteOffered, scope=Scope.OPERATOR)
def print_offer(actor: Actor, event: QuoteOffered) -> None:
    enqueue("sourcing.print_quote", version_id_of(actor, event.quote_id, event.version))


# A supplier cannot write the buyer's rows: what it says in its own scope is worked off here.
@handles(AwardRefused, scope=Scope.SYSTEM)
def take_back_refused_award(actor: Actor, event: AwardRefused) -> None:
    work_off_refusal(actor, event.award_id)


@handles(ObjectionDecided, scope=Scope.SYSTEM)
def go_on_after_withdrawn_objection(actor: Actor, event: ObjectionDecided) -> None:
    resume_after_withdrawal(actor, event.objection_id)
