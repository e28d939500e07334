"""Carrying out one run: a cart with its lines, submitted like any other, or questions to its owner."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from sqlalchemy import select

from app.core import audit, clock
from app.core.actor import Actor
from app.core.db import command, db
from app.core.errors import Conflict, DomainError, Forbidden, Invalid, NotFound
from app.core.money import Money, minor_units
from app.core.outbox import publish
from app.core.texts import N_
from app.inventory.domain.promise import Shortage
from app.ordering.domain.cart import LineProblem, WantedLine
from app.ordering.domain.lifecycle import CartKind
from app.ordering.domain.standing import AHEAD, Question, RunState, answer_by, po_number
from app.ordering.domain.wishes import FieldProblem, Wishes
from app.ordering.events import StandingRunAsks, StandingRunPlaced
from app.ordering.models.orders import Order
from app.ordering.queries.standing import (
    JudgedLine,
    Run,
    StandingHead,
    count_orders,
    judged,
    lines_of_run,
    run_by_id,
    runs_of,
)
from app.ordering.service.cart import add_lines, new_cart
from app.ordering.service.checkout import Submitted, submit
from app.ordering.service.standing_plan import change_run, locked, plan, set_run

_NAME_LENGTH = 80


class _OverCeiling(Conflict):
    """The order came to more than its owner allows."""


@command
def carry_out(actor: Actor, run_id: int, *, has_owner: bool = True) -> None:
    """Order what a claimed run holds, or ask; in one transaction, so that a crash leaves nothing half done.

    A repeat finds the run settled. Whatever speaks against the order becomes a question; `has_owner` False: nobody
    may order in the owner's name any more.
    """
    head = locked(actor, run_by_id(actor, run_id).standing_id)
    run = run_by_id(actor, run_id)
    if run.state is not RunState.RUNNING:
        return
    known = _order_of(head, run)
    if known is not None:
        note_placed(actor, head, run, known)
        return
    if not has_owner:
        left = N_("{name} may not order for {company} any more. Somebody has to take this over.",
                  name=head.owner, company=head.account_name)  # fmt: skip
        ask(actor, head, run, (Question("owner_left", left),))
        return
    lines = judged(actor, head, lines_of_run(actor, run))
    questions = [question for line in lines for question in line.questions]
    if not lines:
        questions = [Question("empty", N_("No line is left in this run. Skip it, or add lines."))]
    if questions:
        ask(actor, head, run, questions)
        return
    try:
        submitted = _order(actor, head, run, lines)
    except (Conflict, Invalid, Forbidden, NotFound) as error:
        ask(actor, head, run, _questions_of(error, lines))
        return
    if submitted.order is not None:
        note_placed(actor, head, run, submitted.order.id)
    else:
        set_run(run, RunState.WAITING, due_at=None, questions=[])


@command
def _order(actor: Actor, head: StandingHead, run: Run, lines: Sequence[JudgedLine]) -> Submitted:
    """Cart and order; a savepoint, so that a refusal leaves neither."""
    reference = reference_of(head, run)
    cart_id = new_cart(actor, f"{head.number} {head.name}"[:_NAME_LENGTH], kind=CartKind.STANDING.value)
    wanted = [WantedLine(one.article.id, one.line.quantity, one.line.unit, one.line.note) for one in lines]
    page = add_lines(actor, cart_id, wanted, client_ref=f"{reference}:lines").page
    _demand_below_ceiling(head, run, page.totals.net_total)
    change_run(run.id, cart_id=cart_id)
    submitted = submit(actor, cart_id, wishes_of(head, run), client_ref=reference)
    if submitted.order is not None:
        net = db.session.scalars(select(Order.net_total).where(Order.id == submitted.order.id)).one()
        _demand_below_ceiling(head, run, net)
    return submitted


def _order_of(head: StandingHead, run: Run) -> int | None:
    """The order this run has made already, whatever its row says."""
    reference = reference_of(head, run)
    statement = select(Order.id).where(Order.company_id == head.company_id, Order.client_ref == reference)
    return db.session.scalar(statement)


def reference_of(head: StandingHead, run: Run) -> str:
    """The same for every attempt of a run; another one once an approver has refused."""
    first = f"standing:{head.id}:{run.planned_on.isoformat()}"
    return f"{first}:{run.refusals + 1}" if run.refusals else first


def wishes_of(head: StandingHead, run: Run) -> Wishes:
    """The head of the order of a run: what holds for all, what differs in this one, and its own number."""
    number = po_number(head.po_pattern, run.on_day, count_orders(head.id) + 1)
    own = {name: value for name, value in run.wishes.items() if name != "on_day"}
    merged = {"po_number": number} | head.wishes | own
    return Wishes.from_json({name: value for name, value in merged.items() if value not in ("", None)})


def _demand_below_ceiling(head: StandingHead, run: Run, net: Decimal) -> None:
    """Net of the goods before the order is made, of the whole order afterwards."""
    ceiling = head.settings.ceiling
    if ceiling is None or net <= max(ceiling, run.accepted_total or ceiling):
        return
    cent = Decimal(1).scaleb(-minor_units(head.currency))
    total, most = (Money(value.quantize(cent), head.currency) for value in (net, ceiling))
    text = N_("The order comes to {total} net, more than the {ceiling} you allow.", total=total, ceiling=most)
    raise _OverCeiling(text, details=net)


def note_placed(actor: Actor, head: StandingHead, run: Run, order_id: int) -> None:
    """The run became an order."""
    set_run(run, RunState.PLACED, order_id=order_id, questions=[])
    publish(StandingRunPlaced(run.id))
    plan(actor, head)


def ask(actor: Actor, head: StandingHead, run: Run, questions: Sequence[Question], **values: Any) -> None:
    """Put questions to the owner, with a reminder half-way to the moment the answer comes too late."""
    now = clock.now()
    ahead = [one.run_at for one in runs_of(actor, head.id, since=run.planned_on) if one.state in AHEAD]
    until = answer_by(now, head.settings, min(ahead, default=None))
    set_run(
        run, RunState.REVIEW, questions=[one.as_json() for one in questions], asked_at=now, answer_by=until,
        asks=run.asks + 1, reminded_at=None, due_at=now + (until - now) / 2, **values,
    )  # fmt: skip
    audit.record(
        actor, "standing_order", head.id, "asked",
        {"run": run.planned_on, "reasons": sorted({one.code for one in questions})}, company_id=head.company_id,
    )  # fmt: skip
    publish(StandingRunAsks(run.id, run.asks + 1))


def _questions_of(error: DomainError, lines: Sequence[JudgedLine]) -> list[Question]:
    """A refusal in the owner's terms: each line's reason at its line, the rest about the run as a whole."""
    if isinstance(error, _OverCeiling):
        return [Question("ceiling", error.message)]
    by_sku = {one.article.sku: one.line.id for one in lines}
    by_article = {one.article.id: one.line.id for one in lines}
    found: list[Question] = []
    for detail in error.details if isinstance(error.details, list | tuple) else ():
        match detail:
            case (str() as sku, LineProblem() as problem) if sku in by_sku:
                found.append(Question.of_problem(by_sku[sku], problem))
            case Shortage(article_id=article_id) if article_id in by_article:
                short = N_("The stock was just taken by somebody else.")
                found.append(Question("stock", short, by_article[article_id]))
            case FieldProblem():
                found.append(Question("refused", detail.message))
    return found or [Question("refused", error.message)]
