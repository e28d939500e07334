"""Serial numbers: which piece is where, and the rows of the ledger it was in."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import text

from app.core.actor import Actor
from app.core.db import db
from app.core.errors import Conflict, Invalid
from app.core.texts import N_

_LENGTH = 60
_NEEDING = text(
    "SELECT article_id FROM article_tracking WHERE needs_serial AND article_id = ANY(CAST(:articles AS bigint[]))"
)
_LOCK = text("""
SELECT s.article_id, s.number, s.id, s.state, s.warehouse_id, s.batch, s.customer_id, s.order_line_id
FROM serial_numbers s
JOIN unnest(CAST(:articles AS bigint[]), CAST(:numbers AS text[])) AS v (article, number)
  ON s.article_id = v.article AND s.number = v.number
ORDER BY s.id FOR UPDATE OF s""")
_WRITE = text("""
INSERT INTO serial_numbers AS s (article_id, number, batch, state, warehouse_id, customer_id, order_line_id)
SELECT * FROM unnest(CAST(:articles AS bigint[]), CAST(:numbers AS text[]), CAST(:batches AS text[]),
    CAST(:states AS text[]), CAST(:warehouses AS bigint[]), CAST(:customers AS bigint[]), CAST(:lines AS bigint[]))
ON CONFLICT (article_id, number) DO UPDATE SET state = excluded.state, warehouse_id = excluded.warehouse_id,
    batch = CASE WHEN excluded.batch = '' THEN s.batch ELSE excluded.batch END,
    customer_id = excluded.customer_id, order_line_id = excluded.order_line_id, updated_at = now()
RETURNING s.article_id, s.number, s.id""")
_FOLLOW = text("""
INSERT INTO serial_moves (serial_id, move_id)
SELECT DISTINCT * FROM unnest(CAST(:serials AS bigint[]), CAST(:moves AS bigint[])) ON CONFLICT DO NOTHING""")


@dataclass(frozen=True, slots=True)
class SerialStep:
    """Pieces change their state with a row of the ledger. `come_from`: the states they may be in; new ones with ""."""

    article_id: int
    numbers: tuple[str, ...]
    state: str
    move_id: int
    come_from: tuple[str, ...]
    warehouse_id: int | None = None
    left_warehouse_id: int | None = None  # where they must have been
    batch: str = ""
    customer_id: int | None = None
    order_line_id: int | None = None


def check_serials(wanted: Iterable[tuple[int, Decimal, Sequence[str]]]) -> None:
    """Each article that needs serial numbers names one for each piece; none is named twice. Raises Invalid("serials")."""
    asked = list(wanted)
    needing = set(db.session.scalars(_NEEDING, {"articles": sorted({article for article, _, _ in asked})}))
    seen: set[tuple[int, str]] = set()
    for article_id, quantity, numbers in asked:
        if (numbers or article_id in needing) and len(numbers) != quantity:
            raise Invalid("serials", N_(
                "Name {count} serial numbers: one for each piece. {given} are named.",
                count=quantity.normalize() + 0, given=len(numbers),
            ))  # fmt: skip
        for number in numbers:
            if not number or len(number) > _LENGTH:
                raise Invalid("serials", N_("A serial number has at most {length} characters.", length=_LENGTH))
            if (article_id, number) in seen:
                raise Invalid("serials", N_("Serial number {number} is named twice.", number=number))
            seen.add((article_id, number))


def known_serials(pieces: Collection[tuple[int, str]]) -> dict[tuple[int, str], Any]:
    """Rows of serial numbers by article and number, locked."""
    if not pieces:
        return {}
    values = {"articles": [article for article, _ in pieces], "numbers": [number for _, number in pieces]}
    return {(row.article_id, row.number): row for row in db.session.execute(_LOCK, values)}


def follow(actor: Actor, steps: Sequence[SerialStep]) -> None:
    """Write down where pieces are now; three statements for any number. Raises Conflict when one is elsewhere."""
    pieces = [(step, number) for step in steps for number in step.numbers]
    if not pieces:
        return
    known = known_serials([(step.article_id, number) for step, number in pieces])
    for step, number in pieces:
        _check(step, number, known)
    written = {(article, number): key for article, number, key in db.session.execute(_WRITE, {
        "articles": [step.article_id for step, _ in pieces], "numbers": [number for _, number in pieces],
        "batches": [step.batch for step, _ in pieces], "states": [step.state for step, _ in pieces],
        "warehouses": [step.warehouse_id for step, _ in pieces],
        "customers": [step.customer_id for step, _ in pieces],
        "lines": [step.order_line_id for step, _ in pieces],
    })}  # fmt: skip
    db.session.execute(_FOLLOW, {
        "serials": [written[step.article_id, number] for step, number in pieces],
        "moves": [step.move_id for step, _ in pieces],
    })  # fmt: skip


def _check(step: SerialStep, number: str, known: Mapping[tuple[int, str], Any]) -> None:
    row = known.get((step.article_id, number))
    state = row.state if row is not None else ""
    if state not in step.come_from:
        if row is None:
            raise Conflict(N_("Serial number {number} is not known.", number=number))
        raise Conflict(N_("Serial number {number} is not where it should be.", number=number))
    if row is not None and step.left_warehouse_id not in (None, row.warehouse_id):
        raise Conflict(N_("Serial number {number} lies in another warehouse.", number=number))
