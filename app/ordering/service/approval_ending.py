"""The end of a request, whatever it is: what was held or reserved for it is let go, its links work no more."""

from __future__ import annotations

from sqlalchemy import select, update

from app.accounts.domain.budget import Source
from app.accounts.service import budgets
from app.core import clock
from app.core.actor import Actor
from app.core.db import db
from app.core.outbox import publish
from app.inventory.service.reservations import release
from app.ordering.domain.approval_request import RequestState, Trouble
from app.ordering.domain.lifecycle import CartState
from app.ordering.events import ApprovalDecided
from app.ordering.models.approvals import Approval, ApprovalLine
from app.ordering.models.carts import Cart
from app.ordering.service.approval_seats import end_links


def end(actor: Actor, approval: Approval, state: RequestState, trouble: Trouble | None = None) -> None:
    """Close a request that did not become an order: its cart can be changed and submitted again."""
    let_go(actor, approval)
    budgets.give_back(
        actor, approval.company_id, Source("approval", approval.id, approval.number), reason=approval.number
    )
    db.session.execute(
        update(Cart)
        .where(Cart.id == approval.cart_id, Cart.state == CartState.AWAITING_APPROVAL)
        .values(state=CartState.OPEN, last_activity_at=clock.now())
    )
    approval.trouble = trouble.as_json() if trouble else None
    close(approval, state)


def close(approval: Approval, state: RequestState) -> None:
    approval.state, approval.decided_at = state, clock.now()
    end_links(approval)
    db.session.flush()
    publish(ApprovalDecided(approval.id))


def let_go(actor: Actor, approval: Approval) -> None:
    """Release the stock that is held for the request."""
    if approval.is_stock_held:
        release(actor, held_keys(approval))
        approval.is_stock_held = False


def held_keys(approval: Approval) -> list[int]:
    """Under which keys stock is held for a request: below zero, where no order line is."""
    statement = select(ApprovalLine.cart_line_id).where(ApprovalLine.approval_id == approval.id)
    return [-line_id for line_id in db.session.scalars(statement)]
