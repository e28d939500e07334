"""What of fulfilment waits for the operator's people, in figures."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import text

from app.core.actor import Actor
from app.core.db import db
from app.core.errors import NotFound


@dataclass(frozen=True, slots=True)
class Waiting:
    """How many pieces of work wait; `to_send` are packed shipments that have not left."""

    waves: int
    to_pack: int
    to_send: int
    returns_to_decide: int
    returns_to_inspect: int
    claims: int


_WAITING = text("""
SELECT
    (SELECT count(*) FROM waves WHERE state = 'open'),
    (SELECT count(*) FROM packings p JOIN waves w ON w.id = p.wave_id AND w.state = 'open' WHERE p.state = 'open'
        AND NOT EXISTS (
            SELECT FROM pick_claims k JOIN pick_lines l ON l.claim_id = k.id
            WHERE k.packing_id = p.id AND l.state = 'waiting'
        )),
    (SELECT count(*) FROM shipments WHERE state = 'packed'),
    (SELECT count(*) FROM returns WHERE state IN ('requested', 'inspected')),
    (SELECT count(*) FROM returns WHERE state = 'received'),
    (SELECT count(*) FROM claims WHERE state = 'opened')""")


def waiting(actor: Actor) -> Waiting:
    """Of all accounts and warehouses; for the operator. One statement."""
    if not actor.is_operator:
        raise NotFound
    return Waiting(*db.session.execute(_WAITING).one())
