"""Whose rows a transaction may touch: scope of the current work, and the policies that PostgreSQL enforces.

When a transaction begins, one statement assumes the role and names the company; both end with it.
Without a scope the role stays `kontor_app`, which may do nothing.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any, TypeVar

from sqlalchemy import Select, event, text
from sqlalchemy.engine import Connection
from sqlalchemy.orm import Session, SessionTransaction

from app.core.actor import Actor, Scope
from app.core.db import db, in_command

log = logging.getLogger(__name__)

S = TypeVar("S", bound="Select[*tuple[Any, ...]]")

ROLE = {Scope.TENANT: "kontor_tenant", Scope.OPERATOR: "kontor_operator", Scope.SYSTEM: "kontor_operator"}


@dataclass(frozen=True, slots=True)
class Bounds:
    """The scope of the current work: role and company."""

    scope: Scope
    company_id: int


_current: ContextVar[Bounds | None] = ContextVar("kontor_scope", default=None)
_ASSUME = text("SELECT set_config('role', :role, true), set_config('kontor.company_id', :company, true)")


def current_bounds() -> Bounds | None:
    return _current.get()


@event.listens_for(Session, "after_begin")
def _assume(session: Session, transaction: SessionTransaction, connection: Connection) -> None:
    bounds = _current.get()
    if bounds is None or transaction.nested:
        return
    connection.execute(_ASSUME, {"role": ROLE[bounds.scope], "company": str(bounds.company_id)})


@contextmanager
def _bounded(bounds: Bounds) -> Iterator[None]:
    outer = _current.get()
    if outer == bounds:
        yield
        return
    if in_command():
        raise RuntimeError("the scope cannot change inside an open transaction")
    db.session.rollback()  # reads of the outer scope end here: the next statement begins under the new role
    token = _current.set(bounds)
    try:
        yield
    finally:
        if not in_command():
            db.session.rollback()
        _current.reset(token)


@contextmanager
def acting_as(actor: Actor) -> Iterator[None]:
    """Do the work of this block in the actor's scope."""
    with _bounded(Bounds(actor.scope, actor.company_id)):
        yield


@contextmanager
def system_scope(reason: str) -> Iterator[None]:
    """See all companies: for sign-in, sweeps, the outbox and handlers that write to another company.

    Every use is listed in tests/house/test_tenancy.py; the reason is for its reader.
    """
    log.debug("system scope: %s", reason)
    with _bounded(Bounds(Scope.SYSTEM, 0)):
        yield


def visible(actor: Actor, statement: S, model: Any) -> S:
    """The first wall: narrow a SELECT to the actor's company unless the operator asks."""
    if actor.is_operator:
        return statement
    return statement.where(model.company_id == actor.company_id)
