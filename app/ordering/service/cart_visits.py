"""Who has a cart open now."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import text

from app.core import clock
from app.core.actor import Actor
from app.core.db import command, db
from app.ordering.queries.cart import CartHead

HERE_FOR = timedelta(seconds=45)  # so long after the last sign of life a person counts as being in a cart


@dataclass(frozen=True, slots=True)
class Pulse:
    """How a cart stands: enough to know whether an open page is out of date, and who else has it open."""

    version: int
    state: str
    others: tuple[str, ...]


# One statement: a sign of life at most every twenty seconds, the version, the names of the others.
_PULSE = text("""
WITH here AS (
    INSERT INTO cart_visits AS v (company_id, cart_id, user_id, at) SELECT :company, :cart, CAST(:user AS bigint), :now
    WHERE CAST(:user AS bigint) IS NOT NULL
    ON CONFLICT (cart_id, user_id) DO UPDATE SET at = excluded.at
    WHERE v.at < excluded.at - interval '20 seconds'
)
SELECT c.version, c.state, coalesce((
    SELECT array_agg(u.name ORDER BY u.name, u.id) FROM cart_visits v JOIN users u ON u.id = v.user_id
    WHERE v.cart_id = c.id AND v.at > :since AND v.user_id IS DISTINCT FROM CAST(:user AS bigint)), '{}')
FROM carts c WHERE c.id = :cart""")


@command
def pulse(actor: Actor, head: CartHead) -> Pulse:
    """The state of a cart, and a sign that the actor has it open."""
    now = clock.now()
    values = {"company": head.company_id, "cart": head.id, "user": actor.user_id, "now": now, "since": now - HERE_FOR}
    version, state, others = db.session.execute(_PULSE, values).one()
    return Pulse(version, state, tuple(others))
