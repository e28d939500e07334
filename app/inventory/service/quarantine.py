"""Goods leave quarantine: they may be sold after all, or are thrown away."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Literal

from sqlalchemy import text

from app.core import audit, clock
from app.core.actor import Actor
from app.core.db import command, db
from app.core.errors import Conflict, Invalid
from app.core.texts import N_
from app.inventory.service.adjustments import note_adjustments
from app.inventory.service.backorders import serve_waiting
from app.inventory.service.ledger import Entry, lock_shelves, write
from app.inventory.service.serials import SerialStep, check_serials, follow

Decision = Literal["stock", "scrap"]
_LEFT = text("""
SELECT coalesce(sum(quantity), 0) FROM stock_moves
WHERE article_id = :article AND warehouse_id = :warehouse AND batch = :batch AND condition = 'quarantine'""")
_EXPIRY = text("""
SELECT expires_on FROM stock_batches WHERE article_id = :article AND number = :batch AND expires_on IS NOT NULL LIMIT 1""")


@command
def release(
    actor: Actor, article_id: int, warehouse_id: int, quantity: Decimal, decision: Decision, *, reason: str,
    batch: str = "", serials: Sequence[str] = (), bin_id: int | None = None,
) -> None:  # fmt: skip
    """Take so much (base units) out of quarantine: back into stock, where waiting orders get it, or to the scrap.

    Raises Invalid without a reason or with serial numbers that do not fit, Conflict when less lies there.
    """
    if quantity <= 0:
        raise Invalid("quantity", N_("The quantity must be more than zero."))
    if not reason.strip():
        raise Invalid("reason", N_("Say why."))
    check_serials([(article_id, quantity, serials)])
    lock_shelves({(article_id, warehouse_id)})
    where = {"article": article_id, "warehouse": warehouse_id, "batch": batch}
    left: Decimal = db.session.scalar(_LEFT, where) or Decimal(0)
    if quantity > left:
        raise Conflict(N_("Only {n} lie in quarantine.", n=left.normalize() + 0))
    day = db.session.scalar(_EXPIRY, where)
    out = Entry(article_id, warehouse_id, -quantity, "quarantine", "quarantine", batch)
    into = Entry(
        article_id, warehouse_id, quantity, "quarantine", decision, batch, day, bin_id if decision == "stock" else None
    )
    moves = write(actor, [out, into], reason.strip())
    follow(actor, [
        SerialStep(
            article_id, tuple(serials), "scrapped" if decision == "scrap" else "stock", moves[-1], ("quarantine",),
            None if decision == "scrap" else warehouse_id, left_warehouse_id=warehouse_id, batch=batch,
        )
    ])  # fmt: skip
    if decision == "scrap":
        note_adjustments(actor, [(out, moves[0])], reason="scrap", reference="", note=reason.strip())
    else:
        serve_waiting(actor, article_id, on=clock.today())
    facts = {"quantity": quantity, "to": decision, "batch": batch, "reason": reason.strip()}
    audit.record(actor, "article", article_id, "quarantine_left", facts)
