"""Goods at the gate: counted against what was announced, then booked into stock."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from sqlalchemy import delete, select, text

from app.core import audit, clock
from app.core.actor import Actor
from app.core.db import command, db
from app.core.errors import Conflict, Invalid, NotFound
from app.core.texts import N_
from app.inventory.models.receipts import GoodsReceipt, GoodsReceiptLine
from app.inventory.models.tracking import ArticleTracking
from app.inventory.service.backorders import serve_waiting
from app.inventory.service.bins import open_bins
from app.inventory.service.incoming import Arrival, put_in, take_in
from app.inventory.service.ledger import lock_shelves
from app.inventory.service.lookups import article_id as id_of_article
from app.inventory.service.lookups import known
from app.inventory.service.papers import locked, made_before, number

_LARGEST = Decimal(10) ** 12
_NO_RECEIPT = N_("There is no such receipt.")
_ANNOUNCED = text("""
SELECT i.id, i.article_id, i.quantity - i.received, i.supplier_id FROM incoming_goods i
WHERE i.warehouse_id = :warehouse AND i.state = 'open' AND i.quantity > i.received
    AND (i.id = ANY(CAST(:ids AS bigint[])) OR (:purchase <> '' AND i.reference = :purchase))
ORDER BY i.reference, i.line, i.id""")


@dataclass(frozen=True, slots=True)
class NewReceipt:
    """A delivery of a supplier. Lines are made of the open goods to come of `purchase`, and of those with `incoming_ids`."""

    warehouse: str
    arrived_on: date
    supplier: str = ""
    delivery_note: str = ""
    note: str = ""
    purchase: str = ""
    incoming_ids: Collection[int] = ()


@dataclass(frozen=True, slots=True)
class Counted:
    """What was counted of a line, in base units. `bin_code` '' leaves it unplaced."""

    received: Decimal
    damaged: Decimal = Decimal(0)
    is_last: bool = False
    batch: str = ""
    expires_on: date | None = None
    serials: tuple[str, ...] = ()
    bin_code: str = ""


@command
def open_receipt(actor: Actor, new: NewReceipt, *, client_ref: str) -> int:
    """Begin a receipt; the same request again gives the first. Raises Invalid("warehouse", "supplier", "purchase")."""
    before = made_before(GoodsReceipt, client_ref)
    if before is not None:
        return before
    names = known(suppliers=[new.supplier] if new.supplier else [])
    if new.warehouse not in names.warehouses:
        raise Invalid("warehouse", N_("There is no warehouse {code}.", code=new.warehouse))
    if new.supplier and new.supplier not in names.suppliers:
        raise Invalid("supplier", N_("There is no supplier {code}.", code=new.supplier))
    if len(new.delivery_note) > 80:
        raise Invalid("delivery_note", N_("At most {length} characters.", length=80))
    house = names.warehouses[new.warehouse]
    values = {"warehouse": house, "ids": list(new.incoming_ids), "purchase": new.purchase}
    announced = db.session.execute(_ANNOUNCED, values).all()
    if new.purchase and not announced:
        raise Invalid("purchase", N_("Nothing of this purchase is expected in this warehouse."))
    supplier = names.suppliers.get(new.supplier) or next((row[3] for row in announced if row[3]), None)
    receipt = GoodsReceipt(
        number=number("goods_receipt"), warehouse_id=house, supplier_id=supplier, delivery_note=new.delivery_note,
        arrived_on=new.arrived_on, note=new.note, client_ref=client_ref, user_id=actor.user_id,
    )  # fmt: skip
    db.session.add(receipt)
    db.session.flush()
    db.session.add_all(
        GoodsReceiptLine(receipt_id=receipt.id, incoming_id=key, article_id=article, expected=missing, serials=[])
        for key, article, missing, _ in announced
    )
    facts = {"number": receipt.number, "lines": len(announced)}
    audit.record(actor, "goods_receipt", receipt.id, "opened", facts)
    return receipt.id


@command
def add_receipt_line(actor: Actor, receipt_id: int, sku: str, *, of_line: int | None = None) -> int:
    """A line for goods nobody announced, or for another batch of the line `of_line`. Raises Invalid("sku")."""
    locked(GoodsReceipt, receipt_id, "open", missing=_NO_RECEIPT)
    line = GoodsReceiptLine(receipt_id=receipt_id, serials=[])
    if of_line is not None:
        first = db.session.get(GoodsReceiptLine, of_line)
        if first is None or first.receipt_id != receipt_id:
            raise NotFound(N_("There is no such line."))
        line.incoming_id, line.article_id, line.expected = first.incoming_id, first.article_id, Decimal(0)
    else:
        line.article_id = id_of_article(sku)
    db.session.add(line)
    db.session.flush()
    audit.record(actor, "goods_receipt", receipt_id, "line added", {"article_id": line.article_id})
    return line.id


@command
def remove_receipt_line(actor: Actor, receipt_id: int, line_id: int) -> None:
    """Take a line out that nobody announced, or a second batch; what was announced stays, with nothing received."""
    locked(GoodsReceipt, receipt_id, "open", missing=_NO_RECEIPT)
    line = db.session.get(GoodsReceiptLine, line_id)
    if line is None or line.receipt_id != receipt_id:
        raise NotFound(N_("There is no such line."))
    if line.expected:
        raise Conflict(N_("These goods were announced. Leave the quantity at zero when nothing came."))
    db.session.execute(delete(GoodsReceiptLine).where(GoodsReceiptLine.id == line_id))
    audit.record(actor, "goods_receipt", receipt_id, "line removed", {"article_id": line.article_id})


@command
def count_receipt(actor: Actor, receipt_id: int, counted: Mapping[int, Counted]) -> None:
    """Write down what was counted, line id -> what; others stay. Raises Invalid(f"{line id}-{field}")."""
    receipt = locked(GoodsReceipt, receipt_id, "open", missing=_NO_RECEIPT)
    lines = _lines(receipt_id)
    bins = open_bins(receipt.warehouse_id)
    changes = {}
    for line in lines:
        one = counted.get(line.id)
        if one is None:
            continue
        if not 0 <= one.received < _LARGEST or not 0 <= one.damaged < _LARGEST:
            raise Invalid(f"{line.id}-received", N_("The quantity must be zero or more."))
        if one.bin_code and one.bin_code not in bins:
            raise Invalid(f"{line.id}-bin", N_("There is no bin {code}.", code=one.bin_code))
        if len(one.batch) > 60:
            raise Invalid(f"{line.id}-batch", N_("At most {length} characters.", length=60))
        before = [line.received, line.damaged, line.batch]
        line.received, line.damaged, line.is_last = one.received, one.damaged, one.is_last
        line.batch, line.expires_on, line.serials = one.batch, one.expires_on, list(one.serials)
        line.bin_id = bins.get(one.bin_code)
        if before != [line.received, line.damaged, line.batch]:
            changes[str(line.id)] = [before, [line.received, line.damaged, line.batch]]
    if changes:
        audit.record(actor, "goods_receipt", receipt_id, "counted", {"lines": changes})


@command
def book_receipt(actor: Actor, receipt_id: int) -> None:
    """Put what was counted into stock, serve orders that wait, and close the receipt.

    Raises Invalid where a line lacks a batch, a day of expiry or serial numbers that its article needs.
    """
    receipt = locked(GoodsReceipt, receipt_id, "open", missing=_NO_RECEIPT)
    lines = [line for line in _lines(receipt_id) if line.received or line.damaged or line.is_last]
    if not lines:
        raise Invalid("", N_("Nothing is counted yet."))
    _check_tracking(lines)
    house = receipt.warehouse_id
    lock_shelves({(line.article_id, house) for line in lines})
    announced: dict[int, list[GoodsReceiptLine]] = {}
    for line in lines:
        if line.incoming_id is not None:
            announced.setdefault(line.incoming_id, []).append(line)
    for incoming_id, group in sorted(announced.items()):
        take_in(actor, incoming_id, [_arrival(line) for line in group], reference=receipt.number)
    others = [line for line in lines if line.incoming_id is None]
    put_in(actor, [(line.article_id, house, _arrival(line)) for line in others], receipt.number)
    for article_id in sorted({line.article_id for line in others}):
        serve_waiting(actor, article_id, on=clock.today())
    receipt.state, receipt.booked_at = "booked", clock.now()
    facts = {"number": receipt.number, "received": sum((line.received for line in lines), Decimal(0)),
             "damaged": sum((line.damaged for line in lines), Decimal(0))}  # fmt: skip
    audit.record(actor, "goods_receipt", receipt_id, "booked", facts)


@command
def cancel_receipt(actor: Actor, receipt_id: int) -> None:
    """Nothing of it was booked; the goods to come stay as they are."""
    receipt = locked(GoodsReceipt, receipt_id, "open", missing=_NO_RECEIPT)
    receipt.state = "cancelled"
    audit.record(actor, "goods_receipt", receipt_id, "cancelled", {"number": receipt.number})


@command
def set_tracking(actor: Actor, sku: str, *, batch: bool, expiry: bool, serial: bool) -> None:
    """What receipts and shipments must say of an article. Raises Invalid("sku", "needs_batch")."""
    article_id = id_of_article(sku)
    if expiry and not batch:
        raise Invalid("needs_batch", N_("A day of expiry belongs to a batch: ask for the batch, too."))
    found = db.session.get(ArticleTracking, article_id, with_for_update=True)
    before = [found.needs_batch, found.needs_expiry, found.needs_serial] if found is not None else [False] * 3
    if before == [batch, expiry, serial]:
        return
    if found is None:
        found = ArticleTracking(article_id=article_id)
        db.session.add(found)
    found.needs_batch, found.needs_expiry, found.needs_serial = batch, expiry, serial
    audit.record(actor, "article_tracking", article_id, "set", {"sku": sku, "needs": [before, [batch, expiry, serial]]})


def _lines(receipt_id: int) -> list[GoodsReceiptLine]:
    statement = select(GoodsReceiptLine).where(GoodsReceiptLine.receipt_id == receipt_id).order_by(GoodsReceiptLine.id)
    return list(db.session.scalars(statement))


def _arrival(line: GoodsReceiptLine) -> Arrival:
    return Arrival(
        line.received, line.damaged, line.is_last, line.batch, line.expires_on, line.bin_id, tuple(line.serials)
    )


def _check_tracking(lines: Sequence[GoodsReceiptLine]) -> None:
    articles = {line.article_id for line in lines}
    statement = select(ArticleTracking).where(ArticleTracking.article_id.in_(articles))
    needs = {row.article_id: row for row in db.session.scalars(statement)}
    for line in lines:
        asked, quantity = needs.get(line.article_id), line.received + line.damaged
        if asked is None or not quantity:
            continue
        if asked.needs_batch and not line.batch:
            raise Invalid(f"{line.id}-batch", N_("This article needs its batch."))
        if asked.needs_expiry and line.expires_on is None:
            raise Invalid(f"{line.id}-expires_on", N_("This article needs the day it expires."))
        if asked.needs_serial and len(line.serials) != quantity:
            raise Invalid(f"{line.id}-serials", N_("This article needs a serial number for each piece."))
