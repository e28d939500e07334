"""What time does to requests: approvers are reminded, then further people are asked, and at last the request expires."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import select

from app.accounts.domain.roles import Role
from app.core import audit, clock
from app.core.actor import Actor
from app.core.db import command, db
from app.core.locks import lock_rows
from app.core.outbox import publish
from app.ordering.domain.approval_request import RequestState
from app.ordering.events import ApprovalEscalated
from app.ordering.models.approvals import Approval, ApprovalStep
from app.ordering.models.carts import Cart
from app.ordering.queries.approval_facts import people_to_ask
from app.ordering.service.approval_decisions import note_reminder
from app.ordering.service.approval_ending import end, let_go
from app.ordering.service.approval_rules import Times
from app.ordering.service.approval_seats import add_seats, mail_links, seats_of, steps_of
from app.ordering.service.approvals import times_of


def sweep(actor: Actor, limit: int = 500) -> int:
    """Look at the requests whose time has come, each in a transaction of its own; returns how many."""
    due = db.session.execute(
        select(Approval.id, Approval.cart_id)
        .where(Approval.state == RequestState.WAITING, Approval.due_at <= clock.now())
        .order_by(Approval.due_at)
        .limit(limit)
    ).all()
    for approval_id, cart_id in due:
        look_at(actor, approval_id, cart_id)
    return len(due)


@command
def look_at(actor: Actor, approval_id: int, cart_id: int) -> None:
    """Do what is due for one request, and note when to look again."""
    lock_rows(Cart, [cart_id])
    approval = db.session.get_one(Approval, approval_id, populate_existing=True)
    now = clock.now()
    if approval.state != RequestState.WAITING or approval.due_at > now:
        return
    if approval.expires_at <= now:
        audit.record(actor, "approval", approval.id, "expired", {"number": approval.number},
                     company_id=approval.company_id)  # fmt: skip
        end(actor, approval, RequestState.EXPIRED)
        return
    times = times_of(approval.company_id)
    opened = [step for step in steps_of(approval) if step.state == "open"]
    late = [step for step in opened if _asked_at(step) + timedelta(hours=times.escalate_hours) <= now]
    for step in late:
        _escalate(actor, approval, step, now)
    told = [step for step in opened if step not in late and _told_at(step) + timedelta(hours=times.remind_hours) <= now]
    if told:
        note_reminder(approval, told)
    approval.due_at = _next_look(approval, opened, times)
    if approval.held_until is not None and approval.held_until <= now:
        let_go(actor, approval)


def _asked_at(step: ApprovalStep) -> datetime:
    """When people were asked last who were not asked before."""
    return step.escalated_at or step.opened_at or clock.now()


def _told_at(step: ApprovalStep) -> datetime:
    return max(at for at in (step.opened_at, step.reminded_at, step.escalated_at, step.opened_at) if at is not None)


def _next_look(approval: Approval, opened: list[ApprovalStep], times: Times) -> datetime:
    moments = [approval.expires_at]
    for step in opened:
        moments += [
            _told_at(step) + timedelta(hours=times.remind_hours),
            _asked_at(step) + timedelta(hours=times.escalate_hours),
        ]
    now = clock.now()
    if approval.held_until is not None and approval.held_until > now and approval.is_stock_held:
        moments.append(approval.held_until)
    return max(min(moments), now + timedelta(minutes=1))


def _escalate(actor: Actor, approval: Approval, step: ApprovalStep, now: datetime) -> None:
    """Ask the next people up: those with the next higher limit, at last the administrators."""
    people = people_to_ask(actor, approval.company_id)
    seated = {seat.user_id for seat in seats_of([step])} | {seat.holder_id for seat in seats_of([step])}
    free = [p for p in people if p.user_id not in seated and p.user_id != approval.user_id]
    higher = [p for p in free if p.approve_up_to is not None and p.may_approve(approval.base_net)]
    if higher and step.escalated_at is None:
        least = min(p.approve_up_to for p in higher if p.approve_up_to is not None)
        asked = [p.user_id for p in higher if p.approve_up_to == least]
    else:
        asked = [p.user_id for p in free if p.role == Role.COMPANY_ADMIN]
    step.escalated_at = step.reminded_at = now
    add_seats(approval, ((step.id, user_id) for user_id in asked), is_escalated=True)
    db.session.flush()
    if not asked:
        note_reminder(approval, [step])
        return
    approval.reminders += 1
    mail_links(approval, asked)
    audit.record(actor, "approval", approval.id, "escalated", {"number": approval.number},
                 company_id=approval.company_id)  # fmt: skip
    publish(ApprovalEscalated(approval.id, step.id, approval.reminders))
