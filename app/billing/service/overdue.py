"""Accounts whose invoices are late are held when their rule says so."""

from __future__ import annotations

from app.accounts.service.credit_holds import hold_late
from app.billing.queries.overdue import days_late
from app.core import clock
from app.core.actor import Actor
from app.core.db import command


@command
def hold_overdue(actor: Actor) -> list[int]:
    """Set the credit hold where the rule of an account says so; returns the companies held. A second run holds nobody."""
    return hold_late(actor, days_late(actor, clock.today(actor.time_zone)))
