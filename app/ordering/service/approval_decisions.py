"""What people do with a request: approve, reject, change lines, hand over, comment, withdraw, remind.

Whoever decides locks the cart, so that of two at once the later one sees what the first has done.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import NoReturn

from sqlalchemy import select

from app.accounts.domain.roles import Role
from app.core import audit, clock
from app.core.actor import Actor
from app.core.db import command, db
from app.core.errors import Conflict, Forbidden, Invalid, NotFound
from app.core.locks import lock_rows
from app.core.outbox import publish
from app.core.texts import N_
from app.ordering.domain.approval_conditions import Person
from app.ordering.domain.approval_request import STATE_NAMES, RequestState
from app.ordering.events import ApprovalDelegated, ApprovalReminded
from app.ordering.models.approvals import Approval, ApprovalLine, ApprovalSeat, ApprovalStep
from app.ordering.models.carts import Cart
from app.ordering.policy import Permission
from app.ordering.queries.approval_facts import names_of, people_to_ask
from app.ordering.service.approval_ending import end
from app.ordering.service.approval_placing import place_approved
from app.ordering.service.approval_seats import (
    company_day,
    deputies_on,
    end_links,
    mail_links,
    open_next,
    seats_of,
    steps_of,
)

REASON_LENGTH = 1000
LINE_REASON_LENGTH = 300
REMIND_AGAIN = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Decided:
    """What became of a request. `order` is the number of the order it became; `is_repeat`: it was decided so before."""

    number: str
    state: RequestState
    order: str = ""
    is_repeat: bool = False


@command
def approve(actor: Actor, approval_id: int, *, note: str = "") -> Decided:
    """Say yes to every step that waits for the actor; the last yes places the order in the same transaction.

    When prices, promotions, stock or rules moved meanwhile, the request goes back to the buyer instead, with what moved.
    Raises Forbidden: nothing of it waits for the actor; Conflict: it was decided otherwise.
    """
    approval = locked(actor, approval_id)
    if approval.state != RequestState.WAITING:
        return _decided_before(actor, approval)
    seats = seats_for(actor, approval)
    if not seats:
        return _approved_before(actor, approval)
    now = clock.now()
    for seat in seats:
        seat.approved_at, seat.decided_by_id = now, actor.user_id
    db.session.flush()
    end_links(approval, actor.user_id)
    audit.record(actor, "approval", approval.id, "approved", _said(approval, note) | _for_whom(actor, seats))
    _close_steps(approval)
    if any(step.state == "open" for step in steps_of(approval)) or open_next(actor, approval):
        return Decided(approval.number, RequestState.WAITING)
    return _placed(actor, approval)


def _placed(actor: Actor, approval: Approval) -> Decided:
    order = place_approved(actor, approval)
    state = RequestState(approval.state)
    return Decided(approval.number, state, order.number if order else "")


def _close_steps(approval: Approval) -> None:
    opened = [step for step in steps_of(approval) if step.state == "open"]
    given: dict[int, int] = {}
    for seat in seats_of(opened):
        given[seat.step_id] = given.get(seat.step_id, 0) + (seat.approved_at is not None)
    for step in opened:
        if given.get(step.id, 0) >= step.need:
            step.state = "done"
    db.session.flush()


@command
def reject(actor: Actor, approval_id: int, reason: str, *, line_reasons: Mapping[int, str] | None = None) -> Decided:
    """Say no for all: the cart goes back to the buyer with the reason, and with those at single lines."""
    approval = locked(actor, approval_id)
    if approval.state != RequestState.WAITING:
        return _decided_before(actor, approval, refuses=True)
    reason = _text("reason", reason, REASON_LENGTH)
    if not reason:
        raise Invalid("reason", N_("Say why, so that the buyer can do better."))
    seats = seats_for(actor, approval)
    if not seats:
        _refuse(actor, approval)
    for line_id, words in (line_reasons or {}).items():
        line = line_of(approval, line_id)
        line.reason, line.changed_by = _text("line_reason", words, LINE_REASON_LENGTH), actor.name
    approval.reason = reason
    audit.record(actor, "approval", approval.id, "rejected", _said(approval, reason) | _for_whom(actor, seats))
    end(actor, approval, RequestState.REJECTED)
    return Decided(approval.number, RequestState.REJECTED)


@command
def withdraw(actor: Actor, approval_id: int, *, reason: str = "") -> Decided:
    """The buyer, or an administrator, takes the request back: the cart can be changed again, nothing approved counts."""
    approval = locked(actor, approval_id)
    if approval.user_id != actor.user_id and not actor.can(Permission.APPROVAL_RULES):
        raise Forbidden(N_("Only who asked can withdraw this request."))
    if approval.state == RequestState.WITHDRAWN:
        return Decided(approval.number, RequestState.WITHDRAWN, is_repeat=True)
    demand_waiting(approval)
    approval.reason = _text("reason", reason, REASON_LENGTH)
    audit.record(actor, "approval", approval.id, "withdrawn", _said(approval, reason))
    end(actor, approval, RequestState.WITHDRAWN)
    return Decided(approval.number, RequestState.WITHDRAWN)


@command
def comment(actor: Actor, approval_id: int, words: str) -> None:
    """A word of anybody who sees the request, for all of them."""
    approval = visible_approval(actor, approval_id)
    words = _text("comment", words, REASON_LENGTH)
    if not words:
        raise Invalid("comment", N_("Write something."))
    audit.record(actor, "approval", approval.id, "commented", _said(approval, words))


@command
def delegate(actor: Actor, approval_id: int, colleague_id: int, *, note: str = "") -> None:
    """Hand the actor's seats to a colleague; the actor may still comment, but decides no more."""
    approval = locked(actor, approval_id)
    demand_waiting(approval)
    seats = seats_for(actor, approval)
    if not seats:
        _refuse(actor, approval)
    if colleague_id in (actor.user_id, approval.user_id):
        raise Invalid("colleague_id", N_("Choose somebody else than yourself and the buyer."))
    colleague = next((p for p in people_to_ask(actor, actor.company_id) if p.user_id == colleague_id), None)
    if colleague is None:
        raise Invalid("colleague_id", N_("This person does not act for the company."))
    if not may_decide(colleague, approval):
        raise Invalid("colleague_id", N_("This person may not approve so much."))
    taken = {seat.step_id for seat in seats_of(steps_of(approval)) if colleague_id in (seat.user_id, seat.holder_id)}
    if any(seat.step_id in taken for seat in seats):
        raise Invalid("colleague_id", N_("This person decides on the same step already."))
    for seat in seats:
        seat.holder_id = colleague_id
    db.session.flush()
    end_links(approval, actor.user_id)
    mail_links(approval, [colleague_id])
    name = names_of(actor, [colleague_id]).get(colleague_id, "")
    audit.record(actor, "approval", approval.id, "delegated", _said(approval, note) | {"to": name})
    publish(ApprovalDelegated(approval.id, colleague_id))


@command
def remind(actor: Actor, approval_id: int) -> None:
    """The buyer asks again, at most once an hour."""
    approval = locked(actor, approval_id)
    if approval.user_id != actor.user_id and not actor.can(Permission.APPROVAL_RULES):
        raise Forbidden(N_("Only who asked can remind of this request."))
    demand_waiting(approval)
    opened = [step for step in steps_of(approval) if step.state == "open"]
    last = max((at for step in opened for at in (step.opened_at, step.reminded_at) if at), default=None)
    if last is not None and clock.now() - last < REMIND_AGAIN:
        raise Conflict(N_("They were told less than an hour ago."))
    note_reminder(approval, opened)
    audit.record(actor, "approval", approval.id, "reminded", _said(approval, ""))


def note_reminder(approval: Approval, steps: list[ApprovalStep]) -> None:
    """Tell everybody who may decide once more."""
    approval.reminders += 1
    for step in steps:
        step.reminded_at = clock.now()
    db.session.flush()
    publish(ApprovalReminded(approval.id, approval.reminders))


# --- who and whether


def visible_approval(actor: Actor, approval_id: int) -> Approval:
    statement = select(Approval).where(Approval.id == approval_id)
    if not actor.is_operator:
        statement = statement.where(Approval.company_id == actor.company_id)
    found = db.session.scalar(statement)
    if found is None:
        raise NotFound(N_("There is no such request."))
    return found


def locked(actor: Actor, approval_id: int) -> Approval:
    """The request under the lock of its cart: whatever happens to a request happens under that."""
    seen = visible_approval(actor, approval_id)
    lock_rows(Cart, [seen.cart_id])
    db.session.refresh(seen)
    return seen


def _say_state(approval: Approval) -> NoReturn:
    raise Conflict(N_("This request is decided already: {state}.", state=STATE_NAMES[RequestState(approval.state)]))


def demand_waiting(approval: Approval) -> None:
    if approval.state != RequestState.WAITING:
        _say_state(approval)
    if approval.expires_at <= clock.now():
        raise Conflict(N_("This request has expired. Submit the cart again."))


def may_decide(person: Person, approval: Approval) -> bool:
    """Within his limit; an administrator is asked at the end whatever his limit."""
    return person.role == Role.COMPANY_ADMIN or person.may_approve(approval.base_net)


def seats_for(actor: Actor, approval: Approval) -> list[ApprovalSeat]:
    """The seats of open steps that the actor may decide from now: his own, handed to him, or of a colleague he stands in for.

    At most one a step, so that nobody is counted twice; none for who asked, or whose rights have ended.
    """
    demand_waiting(approval)
    if actor.user_id is None or actor.user_id == approval.user_id or not actor.can(Permission.APPROVE):
        return []
    if actor.staff_id is not None:
        raise Forbidden(N_("Who acts for a customer cannot decide on the customer's approvals."))
    opened = [step for step in steps_of(approval) if step.state == "open"]
    seats = seats_of(opened)
    me = next((p for p in people_to_ask(actor, approval.company_id) if p.user_id == actor.user_id), None)
    if me is None or not may_decide(me, approval):
        return []
    known = deputies_on(approval.company_id, {seat.holder_id for seat in seats}, company_day(approval.company_id))
    decided = {seat.step_id for seat in seats if seat.decided_by_id == actor.user_id}
    found: dict[int, ApprovalSeat] = {}
    for seat in sorted(seats, key=lambda one: (one.holder_id != actor.user_id, one.id)):
        is_mine = seat.holder_id == actor.user_id or actor.user_id in known.get(seat.holder_id, ())
        if is_mine and seat.approved_at is None and seat.step_id not in decided:
            found.setdefault(seat.step_id, seat)
    return list(found.values())


def line_of(approval: Approval, line_id: int) -> ApprovalLine:
    line = db.session.scalar(
        select(ApprovalLine).where(ApprovalLine.id == line_id, ApprovalLine.approval_id == approval.id)
    )
    if line is None:
        raise NotFound(N_("There is no such line in this request."))
    return line


def _refuse(actor: Actor, approval: Approval) -> NoReturn:
    if actor.user_id == approval.user_id:
        raise Forbidden(N_("You cannot decide on your own order."))
    raise Forbidden(N_("Nothing of this request waits for you."))


def _approved_before(actor: Actor, approval: Approval) -> Decided:
    """The same yes again changes nothing."""
    if any(seat.decided_by_id == actor.user_id for seat in seats_of(steps_of(approval))):
        return Decided(approval.number, RequestState.WAITING, is_repeat=True)
    _refuse(actor, approval)


def _decided_before(actor: Actor, approval: Approval, *, refuses: bool = False) -> Decided:
    state = RequestState(approval.state)
    mine = any(seat.decided_by_id == actor.user_id for seat in seats_of(steps_of(approval)))
    if mine and not refuses and state is RequestState.ORDERED:
        return Decided(approval.number, state, is_repeat=True)
    _say_state(approval)


def _text(field: str, words: str, most: int) -> str:
    words = words.strip()
    if len(words) > most:
        raise Invalid(field, N_("At most {most} characters.", most=most))
    return words


def _said(approval: Approval, words: str) -> dict[str, str]:
    facts = {"number": approval.number}
    return facts | {"note": words.strip()[:REASON_LENGTH]} if words.strip() else facts


def _for_whom(actor: Actor, seats: list[ApprovalSeat]) -> dict[str, list[str]]:
    """For which colleagues the actor decided."""
    others = {seat.user_id for seat in seats} - {actor.user_id}
    names = names_of(actor, [one for one in others if one is not None])
    return {"for": sorted(names.values())} if names else {}
