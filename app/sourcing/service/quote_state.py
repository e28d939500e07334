"""The one place that moves quotes along their table and writes each event into the quote's chain."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from app.core.actor import Actor
from app.core.db import db
from app.core.errors import Conflict, Forbidden, NotFound
from app.core.locks import lock_rows
from app.core.texts import N_
from app.sourcing.domain.quote_machine import ENDS, INTERNAL, QUOTE
from app.sourcing.models.quotes import Quote
from app.sourcing.policy import Permission
from app.sourcing.queries.clock import database_now
from app.sourcing.service import log
from app.sourcing.service.timers import drop_timers

_RIGHTS: dict[str, Permission] = {
    "buyer": Permission.ASK,
    "sales": Permission.ANSWER,
    "approver": Permission.RELEASE,
}


def demand_side(actor: Actor, role: str) -> None:
    """Raise Forbidden unless the actor may act on this side of a quote."""
    if role in ("timer", "system"):
        return
    if actor.is_operator == (role == "buyer"):
        raise Forbidden(N_("You have no right to do this."))
    actor.demand(_RIGHTS[role])


def side_of(actor: Actor) -> str:
    """The side of a quote on which the actor stands, with the right to write there."""
    side = "sales" if actor.is_operator else "buyer"
    demand_side(actor, side)
    return side


def locked_quote(actor: Actor, quote_id: int, *, row_version: int | None = None) -> Quote:
    """The quote under its lock; Conflict when somebody changed it since it was read."""
    found = lock_rows(Quote, [quote_id])
    if not found or (not actor.is_operator and (found[0].company_id != actor.company_id or found[0].is_hidden)):
        raise NotFound
    if row_version is not None and found[0].row_version != row_version:
        raise Conflict(N_("Somebody has changed this quote meanwhile. Look at it again."))
    return found[0]


def ready(
    actor: Actor, quote_id: int, event: str, role: str, *, row_version: int | None, to: str | None = None
) -> Quote:
    """The quote, locked, if this event may happen to it now and the actor may cause it."""
    demand_side(actor, role)
    quote = locked_quote(actor, quote_id, row_version=row_version)
    QUOTE.target(quote.state, event, role, to)
    return quote


def advance(
    actor: Actor,
    quote: Quote,
    event: str,
    role: str,
    *,
    to: str | None = None,
    changes: Mapping[str, Any] | None = None,
    reason: str = "",
) -> None:
    """Move a locked quote by an event and write it down; an end takes its timers away."""
    before = quote.state
    target = QUOTE.target(before, event, role, to)
    db.session.flush()
    note(actor, quote, event, role, before=before, target=target, changes=changes, reason=reason)
    moment = database_now()
    quote.state = target
    quote.row_version += 1
    quote.changed_at = moment
    if target in ENDS or target == "accepted":
        drop_timers("quote", quote.id)
    quote.ended_at = moment if target in ENDS else None
    db.session.flush()


def note(
    actor: Actor,
    quote: Quote,
    event: str,
    role: str,
    *,
    before: str | None,
    target: str,
    changes: Mapping[str, Any] | None = None,
    reason: str = "",
) -> None:
    """Write an event into the chain; what happens before the buyer sees a quote is internal."""
    log.append(
        actor,
        "quote",
        quote.id,
        quote.company_id,
        event,
        role=role,
        from_state=before,
        to_state=target,
        changes=changes,
        reason=reason,
        is_internal=event in INTERNAL or quote.is_hidden,
    )
