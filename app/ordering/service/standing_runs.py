"""The job of standing orders: which runs are due, who claims them, when they remind, when they are given up.

Two transactions a run. The first claims it for a few minutes; the second (`standing_carry`) makes cart and order, or
asks the owner, in one piece. What dies in between is claimed again when its time is over, under the same reference.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select, update

from app.accounts.queries.people import person_actor
from app.core import audit, clock
from app.core.actor import Actor, Via
from app.core.db import command, db
from app.core.errors import Forbidden, NotFound, Unavailable
from app.core.outbox import publish
from app.core.tenancy import acting_as
from app.core.texts import N_, Message
from app.ordering.domain.lifecycle import CartState
from app.ordering.domain.standing import Question, RunState, StandingState
from app.ordering.events import StandingRunAnnounced, StandingRunAsks, StandingRunLost
from app.ordering.models.carts import Cart
from app.ordering.models.orders import Order
from app.ordering.models.standing import StandingOrder, StandingRun
from app.ordering.policy import Permission
from app.ordering.queries.standing import Run, StandingHead, run_by_id
from app.ordering.service.standing_carry import ask, carry_out, note_placed
from app.ordering.service.standing_plan import change_run, locked, overdue, plan, set_run

log = logging.getLogger(__name__)
LEASE = timedelta(minutes=10)
MOST_ATTEMPTS = 5


@dataclass(frozen=True, slots=True)
class DueRun:
    """A run the job has something to do with, and in whose name."""

    run_id: int
    company_id: int
    owner_id: int


_DUE = select(StandingRun.id, StandingRun.company_id, StandingOrder.owner_id).join(
    StandingOrder, StandingOrder.id == StandingRun.standing_id
)


def due_runs(actor: Actor, limit: int = 500) -> list[DueRun]:
    """Runs whose time has come, and those whose approval is decided; the oldest first."""
    decided = (
        select(StandingRun.id)
        .join(Cart, Cart.id == StandingRun.cart_id)
        .where(StandingRun.state == RunState.WAITING, Cart.state != CartState.AWAITING_APPROVAL)
    )
    statement = _DUE.where((StandingRun.due_at <= clock.now()) | StandingRun.id.in_(decided))
    return [
        DueRun(*row) for row in db.session.execute(statement.order_by(StandingRun.due_at, StandingRun.id).limit(limit))
    ]


def work_off_all(system: Actor) -> int:
    """Every run that is due; one that fails does not stop the others. Returns how many were tried."""
    found = due_runs(system)
    for due in found:
        try:
            work_off(system, due)
        except Unavailable as error:
            log.info("run %s of a standing order waits: %s", due.run_id, error)
        except Exception:
            log.exception("run %s of a standing order failed", due.run_id)
    return len(found)


def work_off_one(system: Actor, run_id: int) -> None:
    """One run at once, for somebody who waits for it."""
    row = db.session.execute(_DUE.where(StandingRun.id == run_id)).one_or_none()
    if row is None:
        raise NotFound
    work_off(system, DueRun(*row))


def work_off_own(actor: Actor, run_id: int) -> None:
    """A claimed run at once, if it is the actor's own; a colleague's is left to the job."""
    owner_id = db.session.scalar(
        select(StandingOrder.owner_id)
        .join(StandingRun, StandingRun.standing_id == StandingOrder.id)
        .where(StandingRun.id == run_id)
    )
    if owner_id == actor.user_id and actor.can(Permission.PLACE):
        carry_out(actor, run_id)


def work_off(system: Actor, due: DueRun) -> None:
    """Take a run as far as it goes, in the name of its owner; called in a scope that sees all companies."""
    owner = _owner(due)
    actor = owner or system
    with acting_as(actor):
        run_id = advance(actor, due.run_id)
        if run_id is not None:
            carry_out(actor, run_id, has_owner=owner is not None)


def _owner(due: DueRun) -> Actor | None:
    """The owner with the rights he has today; None when he may not order for the company any more."""
    try:
        owner = person_actor(due.company_id, due.owner_id, via=Via.JOB)
    except Forbidden:
        return None
    return owner if owner.can(Permission.PLACE) else None


@command
def advance(actor: Actor, run_id: int) -> int | None:
    """The next step of a run whose time has come; the id of the run that is to be carried out now, if any.

    A second worker waits at the lock and finds nothing left to do.
    """
    head = locked(actor, run_by_id(actor, run_id).standing_id)
    run = run_by_id(actor, run_id)
    if run.state is RunState.WAITING:
        _settle_approval(actor, head, run)
        return None
    due_at, attempts = _clock_of(run_id)
    if due_at is None or due_at > clock.now():
        return None
    if run.state is RunState.REVIEW:
        _remind_or_close(actor, head, run)
        return None
    if run.state is RunState.RUNNING:
        return _claim_again(actor, head, run, attempts)
    if head.state is not StandingState.ACTIVE:
        plan(actor, head)
        return None
    if run.run_at > clock.now():
        _announce(actor, head, run)
        return None
    chosen, missed = overdue(actor, head, run)
    set_run(chosen, RunState.RUNNING, attempts=1, due_at=clock.now() + LEASE)
    plan(actor, head)
    if missed:
        publish(StandingRunLost(missed[-1].id, len(missed)))
    return chosen.id


def _clock_of(run_id: int) -> tuple[datetime | None, int]:
    row = db.session.execute(select(StandingRun.due_at, StandingRun.attempts).where(StandingRun.id == run_id)).one()
    return row.due_at, row.attempts


def _announce(actor: Actor, head: StandingHead, run: Run) -> None:
    """Tell the owner, unless the calendar has changed and this is no longer the next run."""
    chosen = plan(actor, head)
    if chosen is None or chosen.id != run.id or run.state is not RunState.PLANNED:
        return
    due_at, _attempts = _clock_of(run.id)
    if due_at is not None and due_at <= clock.now():
        set_run(chosen, RunState.ANNOUNCED, due_at=chosen.run_at)
        publish(StandingRunAnnounced(run.id))


def _claim_again(actor: Actor, head: StandingHead, run: Run, attempts: int) -> int | None:
    """A run whose worker died, or that failed by a fault of the program: again, but not for ever."""
    if attempts < MOST_ATTEMPTS:
        change_run(run.id, attempts=attempts + 1, due_at=clock.now() + LEASE)
        return run.id
    _give_up(actor, head, run, N_("The program could not place it. We look into it; order by hand if it is urgent."))
    return None


def _remind_or_close(actor: Actor, head: StandingHead, run: Run) -> None:
    if run.answer_by is not None and run.answer_by <= clock.now():
        _give_up(actor, head, run, N_("Nobody answered in time."))
        return
    change_run(run.id, reminded_at=clock.now(), due_at=run.answer_by)
    publish(StandingRunAsks(run.id, run.asks, reminder=1))


def _give_up(actor: Actor, head: StandingHead, run: Run, reason: Message) -> None:
    set_run(run, RunState.FAILED, reason=reason.as_json())
    audit.record(actor, "standing_order", head.id, "not_placed", {"run": run.planned_on, "reason": reason},
                 company_id=head.company_id)  # fmt: skip
    publish(StandingRunLost(run.id))
    plan(actor, head)


def _settle_approval(actor: Actor, head: StandingHead, run: Run) -> None:
    """What became of the cart that waited: an order, or a refusal the owner is asked about."""
    state = db.session.scalars(
        select(Cart.state).join(StandingRun, StandingRun.cart_id == Cart.id).where(StandingRun.id == run.id)
    ).one()
    if state == CartState.AWAITING_APPROVAL:
        return
    if state == CartState.ORDERED:
        order_id = db.session.scalars(
            select(Order.id).join(StandingRun, StandingRun.cart_id == Order.cart_id).where(StandingRun.id == run.id)
        ).one()
        note_placed(actor, head, run, order_id)
        return
    db.session.execute(
        update(Cart)
        .where(Cart.id.in_(select(StandingRun.cart_id).where(StandingRun.id == run.id)), Cart.state == CartState.OPEN)
        .values(state=CartState.DISCARDED)
    )  # the next attempt has a cart of its own
    refused = Question("not_approved", N_("The order was not approved. Change it and try again, or skip this run."))
    ask(actor, head, run, (refused,), refusals=run.refusals + 1, cart_id=None)
