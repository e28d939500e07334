"""What of billing waits for accounting, in figures."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import text

from app.core.actor import Actor
from app.core.db import db
from app.core.errors import NotFound


@dataclass(frozen=True, slots=True)
class Waiting:
    """How many contested lines, bank lines without a claim, and reminders to review there are."""

    disputes: int
    bank_lines: int
    reminders: int


_WAITING = text("""
SELECT
    (SELECT count(*) FROM invoice_disputes WHERE state = 'open'),
    (SELECT count(*) FROM bank_lines WHERE state IN ('open', 'proposed')),
    (SELECT count(*) FROM reminders r JOIN dunning_runs n ON n.id = r.run_id
     WHERE n.state = 'proposed' AND r.state = 'proposed')""")


def waiting(actor: Actor) -> Waiting:
    """Of all accounts; for the operator. One statement."""
    if not actor.is_operator:
        raise NotFound
    return Waiting(*db.session.execute(_WAITING).one())
