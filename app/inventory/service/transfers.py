"""Goods from one warehouse to another: sent, in transit, received, and what was lost on the way."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from sqlalchemy import select

from app.core import audit, clock
from app.core.actor import Actor
from app.core.db import command, db
from app.core.errors import Conflict, Invalid
from app.core.texts import N_
from app.inventory.domain.piles import ZERO, Pile, draw, without
from app.inventory.models.transfers import StockTransfer, StockTransferLine
from app.inventory.queries.bins import piles
from app.inventory.service.adjustments import note_adjustments
from app.inventory.service.backorders import serve_waiting
from app.inventory.service.bins import open_bins
from app.inventory.service.ledger import Entry, lock_shelves, write
from app.inventory.service.lookups import known
from app.inventory.service.papers import locked, made_before, number
from app.inventory.service.serials import SerialStep, check_serials, follow

_LARGEST = Decimal(10) ** 12
_NO_TRANSFER = N_("There is no such transfer.")


@dataclass(frozen=True, slots=True)
class TransferRow:
    """So much of an article, in base units; without a batch what expires first is sent."""

    sku: str
    quantity: Decimal
    batch: str = ""
    serials: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Arrived:
    """What arrived of a line, in base units, and where it is put; `serials` are the pieces that arrived."""

    quantity: Decimal
    bin_code: str = ""
    serials: tuple[str, ...] = ()


@command
def plan_transfer(
    actor: Actor, source: str, target: str, rows: Sequence[TransferRow], *, client_ref: str,
    expected_on: date | None = None, note: str = "",
) -> int:  # fmt: skip
    """Note what shall go from one warehouse to another. Raises Invalid("source", "target", "sku", "quantity")."""
    before = made_before(StockTransfer, client_ref)
    if before is not None:
        return before
    names = known(row.sku for row in rows)
    for field, code in (("source", source), ("target", target)):
        if code not in names.warehouses:
            raise Invalid(field, N_("There is no warehouse {code}.", code=code))
    if source == target:
        raise Invalid("target", N_("Choose another warehouse than the one the goods lie in."))
    if not rows:
        raise Invalid("sku", N_("Name at least one article."))
    for row in rows:
        problem = names.problem(row.sku)
        if problem is not None:
            raise Invalid("sku", problem)
        if not 0 < row.quantity < _LARGEST:
            raise Invalid("quantity", N_("The quantity must be more than zero."))
    transfer = StockTransfer(
        number=number("stock_transfer"), source_id=names.warehouses[source], target_id=names.warehouses[target],
        expected_on=expected_on, note=note, client_ref=client_ref, user_id=actor.user_id,
    )  # fmt: skip
    db.session.add(transfer)
    db.session.flush()
    db.session.add_all(
        StockTransferLine(
            transfer_id=transfer.id, article_id=names.article(row.sku), batch=row.batch, quantity=row.quantity,
            serials=list(row.serials),
        )
        for row in rows
    )  # fmt: skip
    facts = {"number": transfer.number, "from": source, "to": target, "lines": len(rows)}
    audit.record(actor, "stock_transfer", transfer.id, "planned", facts)
    return transfer.id


@command
def send_transfer(actor: Actor, transfer_id: int) -> None:
    """The goods leave: from now on they are in transit. Raises Conflict where too little lies free.

    A line whose goods come from several batches becomes one line for each of them.
    """
    transfer = locked(StockTransfer, transfer_id, "planned", missing=_NO_TRANSFER)
    lines = _lines(transfer_id)
    check_serials((line.article_id, line.quantity, line.serials) for line in lines)
    places = {(line.article_id, transfer.source_id) for line in lines}
    shelves = lock_shelves(places | {(article, transfer.target_id) for article, _ in places})
    wanted: dict[int, Decimal] = {}
    for line in lines:
        wanted[line.article_id] = wanted.get(line.article_id, ZERO) + line.quantity
    for article_id, quantity in wanted.items():
        free = shelves[article_id, transfer.source_id].free
        if quantity > free:
            raise Conflict(
                N_("Only {free} lie free; the rest is promised to orders.", free=max(free, ZERO).normalize() + 0)
            )
    there = piles(actor, places)
    parts = []
    for line in sorted(lines, key=lambda line: (not line.batch, line.id)):
        place = (line.article_id, transfer.source_id)
        taken = draw(there.get(place, []), line.quantity, today=None, batch=line.batch)
        if sum((pile.quantity for pile in taken), ZERO) < line.quantity:
            raise Conflict(N_("Less than that lies there."))
        gone = {(pile.batch, pile.bin_id): pile.quantity for pile in taken}
        there[place] = without(there[place], gone)
        parts += [(line, pile) for pile in taken]
    split = _split(parts)
    entries = []
    for line, pile in split:
        away = Entry(
            line.article_id, transfer.source_id, -pile.quantity, "transfer", batch=pile.batch, bin_id=pile.bin_id
        )
        entries += [away, replace(
            away, warehouse_id=transfer.target_id, quantity=pile.quantity, condition="transit", bin_id=None,
        )]  # fmt: skip
    moves = write(actor, entries, transfer.number)
    follow(actor, [
        SerialStep(line.article_id, tuple(line.serials), "transit", moves[2 * place], ("stock",), transfer.target_id,
                   left_warehouse_id=transfer.source_id)
        for place, (line, _) in enumerate(split) if line.serials and _is_first(split, place)
    ])  # fmt: skip
    transfer.state, transfer.sent_at = "sent", clock.now()
    audit.record(actor, "stock_transfer", transfer_id, "sent", {"number": transfer.number})


def _is_first(split: Sequence[tuple[StockTransferLine, Pile]], place: int) -> bool:
    return all(split[earlier][0] is not split[place][0] for earlier in range(place))


def _split(parts: Sequence[tuple[StockTransferLine, Pile]]) -> list[tuple[StockTransferLine, Pile]]:
    """Lines parted by batch: the first batch keeps the line and its pieces, each other batch gets a new one."""
    lines: dict[tuple[int, str], StockTransferLine] = {}
    used: set[int] = set()
    found = []
    for line, pile in parts:
        own = lines.get((line.id, pile.batch))
        if own is None:
            own = line
            if line.id in used:
                own = StockTransferLine(
                    transfer_id=line.transfer_id, article_id=line.article_id, serials=[], quantity=ZERO, sent=ZERO
                )
                db.session.add(own)
            else:
                line.quantity, line.sent = ZERO, ZERO
                used.add(line.id)
            lines[line.id, pile.batch] = own
            own.batch, own.expires_on = pile.batch, pile.expires_on
        own.quantity += pile.quantity
        own.sent += pile.quantity
        found.append((own, pile))
    db.session.flush()
    return found


@command
def receive_transfer(actor: Actor, transfer_id: int, arrived: Mapping[int, Arrived], *, note: str = "") -> None:
    """The goods are there: line id -> what arrived; a line that is not named arrived in whole.

    What lacks, or is too much, goes into the journal of adjustments. Raises Invalid for an unknown bin or piece.
    """
    transfer = locked(StockTransfer, transfer_id, "sent", missing=_NO_TRANSFER)
    lines = _lines(transfer_id)
    bins = open_bins(transfer.target_id)
    lock_shelves({(line.article_id, transfer.target_id) for line in lines})
    entries: list[Entry] = []
    lacking: list[int] = []
    pieces = []
    for line in lines:
        one = arrived.get(line.id) or Arrived(line.sent, serials=tuple(line.serials))
        if not 0 <= one.quantity < _LARGEST:
            raise Invalid(f"{line.id}-quantity", N_("The quantity must be zero or more."))
        if one.bin_code and one.bin_code not in bins:
            raise Invalid(f"{line.id}-bin", N_("There is no bin {code}.", code=one.bin_code))
        if line.serials and (len(one.serials) != one.quantity or not set(one.serials) <= set(line.serials)):
            raise Invalid(f"{line.id}-serials", N_("Name the serial numbers that arrived."))
        line.received, line.bin_id = one.quantity, bins.get(one.bin_code)
        base = Entry(
            line.article_id, transfer.target_id, one.quantity, "transfer", batch=line.batch, expires_on=line.expires_on
        )
        whole = min(one.quantity, line.sent)
        came = len(entries)
        if whole:
            entries.append(replace(base, quantity=-whole, condition="transit"))
            came = len(entries)
            entries.append(replace(base, quantity=whole, bin_id=line.bin_id))
        if one.quantity != line.sent:
            lacking.append(len(entries))
            is_loss = one.quantity < line.sent
            entries.append(replace(
                base, quantity=one.quantity - line.sent, reason="difference",
                condition="transit" if is_loss else "stock", bin_id=None if is_loss else line.bin_id,
            ))  # fmt: skip
        lost = tuple(number for number in line.serials if number not in one.serials)
        pieces += [(line, came, one.serials, "stock"), (line, lacking[-1] if lost else 0, lost, "lost")]
    moves = write(actor, entries, transfer.number)
    follow(actor, [
        SerialStep(line.article_id, numbers, state, moves[place], ("transit",),
                   transfer.target_id if state == "stock" else None)
        for line, place, numbers, state in pieces if numbers
    ])  # fmt: skip
    note_adjustments(
        actor, [(entries[place], moves[place]) for place in lacking], reason="transfer", reference=transfer.number, note=note
    )  # fmt: skip
    for article_id in sorted({line.article_id for line in lines}):
        serve_waiting(actor, article_id, on=clock.today())
    transfer.state, transfer.received_at = "received", clock.now()
    audit.record(actor, "stock_transfer", transfer_id, "received", {"number": transfer.number, "differ": len(lacking)})


@command
def cancel_transfer(actor: Actor, transfer_id: int) -> None:
    """Only what has not been sent yet."""
    transfer = locked(StockTransfer, transfer_id, "planned", missing=_NO_TRANSFER)
    transfer.state = "cancelled"
    audit.record(actor, "stock_transfer", transfer_id, "cancelled", {"number": transfer.number})


def _lines(transfer_id: int) -> list[StockTransferLine]:
    statement = select(StockTransferLine).where(StockTransferLine.transfer_id == transfer_id)
    return list(db.session.scalars(statement.order_by(StockTransferLine.id)))
