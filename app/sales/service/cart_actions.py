"""What somebody at the desk does about a cart left behind. Each step is kept with who, what and when.

Whatever reaches the buyer goes through `begin(is_contact=True)`: under the lock of the row and of the cart, and the mail
asks once more before it leaves. A repeat with the same `client_ref` does nothing and gives the first step.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import select

from app.accounts.service.credit import ask_limit
from app.core import audit
from app.core.actor import Actor
from app.core.db import command, db
from app.core.errors import Conflict, Invalid, NotFound
from app.core.outbox import publish
from app.core.texts import N_
from app.insights.domain.abandonment import WAITING
from app.insights.queries.carts import AbandonedRow, abandoned_row
from app.insights.service.cart_contacts import contact_obstacle
from app.insights.service.carts import dismiss, note_work
from app.sales.domain.cart_help import TEXT_LENGTH, CartHelp
from app.sales.events import CartMessageWritten
from app.sales.models.cart_actions import CartAction
from app.sales.policy import Permission
from app.sales.service.acting import desk_actor
from app.sales.service.tasks import create_task


def known_action(abandonment_id: int, client_ref: str) -> int | None:
    """The step the same form has made before; Conflict where it belonged to another cart."""
    row = db.session.execute(
        select(CartAction.id, CartAction.abandonment_id).where(CartAction.client_ref == client_ref)
    ).one_or_none()
    if row is None:
        return None
    if row.abandonment_id != abandonment_id:
        raise Conflict(N_("This was sent before with other content. Open the page again."))
    found: int = row.id
    return found


def begin(actor: Actor, abandonment_id: int, *, is_contact: bool, locks_cart: bool = True) -> AbandonedRow:
    """The cart, if somebody may act on it now; raises Conflict with what speaks against it."""
    actor.demand(Permission.ACT_ON_CARTS)
    obstacle = contact_obstacle(actor, abandonment_id, locks_cart=locks_cart) if is_contact else None
    if obstacle is not None:
        raise Conflict(obstacle)
    row = abandoned_row(actor, abandonment_id)
    if row.state not in WAITING:
        raise Conflict(N_("This cart is closed already."))
    if row.is_held_out:
        raise Conflict(N_("This cart is held out: nobody contacts the buyer, so that the effect can be measured."))
    return row


def record(
    actor: Actor,
    row: AbandonedRow,
    kind: CartHelp,
    *,
    client_ref: str,
    facts: Mapping[str, Any],
    subject: tuple[str, int] | None = None,
    is_contact: bool = False,
    outcome: str = "",
) -> int:
    """Keep the step; `facts` are short values."""
    subject_kind, subject_id = subject or ("", None)
    action = CartAction(
        abandonment_id=row.id, company_id=row.company_id, kind=kind.value, user_id=actor.user_id, who=actor.name,
        client_ref=client_ref, subject_kind=subject_kind, subject_id=subject_id, facts=dict(facts), outcome=outcome,
    )  # fmt: skip
    db.session.add(action)
    db.session.flush()
    if kind is not CartHelp.CLOSED:
        note_work(actor, row.id, is_contact=is_contact)
        audit.record(actor, "abandoned_cart", row.id, f"help_{kind.value}", dict(facts), company_id=row.company_id)
    return action.id


def checked_text(text: str) -> str:
    text = text.strip()
    if not text:
        raise Invalid("text", N_("Write something."))
    if len(text) > TEXT_LENGTH:
        raise Invalid("text", N_("At most {most} characters.", most=TEXT_LENGTH))
    return text


def tell_buyer(
    actor: Actor, row: AbandonedRow, kind: CartHelp, text: str, *, client_ref: str, link: str = "/cart", **facts: Any
) -> int:
    """Keep a step that writes to the buyer, and let the mail go out."""
    action_id = record(
        actor, row, kind, client_ref=client_ref, facts={"text": text, "link": link, "locale": row.buyer_locale, **facts},
        is_contact=True,
    )  # fmt: skip
    publish(CartMessageWritten(action_id))
    return action_id


@command
def write_message(actor: Actor, abandonment_id: int, text: str, *, client_ref: str) -> int:
    """A message of one's own to the buyer, in the buyer's language, with a link to the cart."""
    known = known_action(abandonment_id, client_ref)
    if known is not None:
        return known
    text = checked_text(text)
    row = begin(actor, abandonment_id, is_contact=True)
    return tell_buyer(actor, row, CartHelp.MESSAGE, text, client_ref=client_ref)


@command
def plan_call(
    actor: Actor, abandonment_id: int, text: str, due_on: date, *, assignee_id: int | None = None, client_ref: str
) -> int:
    """Put a call on somebody's list; by default on the sales manager's of the account."""
    known = known_action(abandonment_id, client_ref)
    if known is not None:
        return known
    row = begin(actor, abandonment_id, is_contact=False)
    task_id = create_task(
        actor, row.company_id, kind="call", text=checked_text(text), due_on=due_on, assignee_id=assignee_id,
        subject=("cart", row.id), client_ref=f"cart-{client_ref}",
    )  # fmt: skip
    facts = {"text": text.strip(), "due_on": due_on.isoformat()}
    return record(actor, row, CartHelp.CALL, client_ref=client_ref, facts=facts, subject=("task", task_id))


@command
def ask_for_limit(actor: Actor, abandonment_id: int, limit: Decimal, note: str, *, client_ref: str) -> int:
    """Ask accounting for a higher credit limit of the account: it stands in their list, with who asked and why."""
    known = known_action(abandonment_id, client_ref)
    if known is not None:
        return known
    row = begin(actor, abandonment_id, is_contact=False)
    ask_limit(desk_actor(actor, row), row.company_id, limit, note)
    facts = {"limit": str(limit), "note": note.strip()}
    return record(actor, row, CartHelp.LIMIT, client_ref=client_ref, facts=facts, subject=("company", row.company_id))


@command
def close_cart(actor: Actor, abandonment_id: int, *, reason: str, note: str, client_ref: str) -> None:
    """The desk is done with it: why, from the list, and words."""
    if known_action(abandonment_id, client_ref) is not None:
        return
    row = abandoned_row(actor, abandonment_id)
    dismiss(actor, abandonment_id, note, reason=reason)
    facts = {"reason": reason, "note": note.strip()}
    record(actor, row, CartHelp.CLOSED, client_ref=client_ref, facts=facts, outcome=note.strip()[:500])


@command
def set_outcome(actor: Actor, abandonment_id: int, action_id: int, outcome: str) -> None:
    """What the buyer said to a step."""
    actor.demand(Permission.ACT_ON_CARTS)
    action = db.session.get(CartAction, action_id, populate_existing=True)
    if action is None or action.abandonment_id != abandonment_id:
        raise NotFound
    before, action.outcome = action.outcome, outcome.strip()[:500]
    audit.record(actor, "abandoned_cart", action.abandonment_id, "outcome", {"note": [before, action.outcome]},
                 company_id=action.company_id)  # fmt: skip
