"""Receipts, transfers, counts, the journal and bins, for the warehouse's pages."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import text

from app.core.actor import Actor
from app.core.db import db
from app.core.errors import NotFound
from app.core.texts import N_


@dataclass(frozen=True, slots=True)
class PaperLine:
    """A receipt, a transfer or a count in a list. `place` and `other` are warehouses or the supplier."""

    id: int
    number: str
    state: str
    place: str
    other: str
    day: date | None
    lines: int
    note: str
    created_at: datetime


@dataclass(frozen=True, slots=True)
class ReceiptLine:
    """What came of an article; `expected` NULL: nobody announced it."""

    id: int
    sku: str
    name: str
    unit: str
    purchase: str
    expected: Decimal | None
    received: Decimal
    damaged: Decimal
    is_last: bool
    batch: str
    expires_on: date | None
    serials: list[str]
    bin: str
    needs_batch: bool
    needs_expiry: bool
    needs_serial: bool

    @property
    def differs(self) -> Decimal:
        """How much more came than was expected; negative: less. Nothing for goods nobody announced."""
        return self.received - self.expected if self.expected is not None else Decimal(0)


@dataclass(frozen=True, slots=True)
class TransferLine:
    """What is moved of an article and batch, in base units."""

    id: int
    sku: str
    name: str
    unit: str
    batch: str
    expires_on: date | None
    quantity: Decimal
    sent: Decimal
    received: Decimal | None
    serials: list[str]


@dataclass(frozen=True, slots=True)
class CountLine:
    """One pile that is counted."""

    id: int
    sku: str
    name: str
    unit: str
    bin: str
    zone: str
    batch: str
    expected: Decimal | None
    counted: Decimal | None
    first: Decimal | None
    is_recount: bool
    user_name: str

    @property
    def difference(self) -> Decimal:
        """What was counted beyond the books; negative: less."""
        if self.counted is None or self.expected is None:
            return Decimal(0)
        return self.counted - self.expected


@dataclass(frozen=True, slots=True)
class JournalLine:
    """One row of the journal of adjustments; `value` is net in `currency`."""

    id: int
    at: datetime
    reason: str
    reference: str
    sku: str
    name: str
    unit: str
    warehouse: str
    bin: str
    batch: str
    quantity: Decimal
    unit_cost: Decimal | None
    currency: str
    value: Decimal | None
    note: str
    user_name: str


@dataclass(frozen=True, slots=True)
class BinLine:
    """What lies in a bin of one article and batch; empty bins have no article."""

    id: int
    code: str
    zone: str
    sort_key: int
    is_active: bool
    sku: str
    name: str
    unit: str
    batch: str
    quantity: Decimal | None


_OPEN_FIRST = "ORDER BY {open} DESC, p.id DESC LIMIT :limit"
_WHERE = "WHERE (CAST(:id AS bigint) IS NULL OR p.id = :id)"
_RECEIPTS = text(f"""
SELECT p.id, p.number, p.state, w.code, coalesce(c.name, ''), p.arrived_on,
    (SELECT count(*) FROM goods_receipt_lines l WHERE l.receipt_id = p.id),
    concat_ws(' · ', nullif(p.delivery_note, ''), nullif(p.note, '')), p.created_at
FROM goods_receipts p JOIN warehouses w ON w.id = p.warehouse_id LEFT JOIN companies c ON c.id = p.supplier_id
{_WHERE} {_OPEN_FIRST.format(open="p.state = 'open'")}""")  # noqa: S608
_TRANSFERS = text(f"""
SELECT p.id, p.number, p.state, s.code, t.code, p.expected_on,
    (SELECT count(*) FROM stock_transfer_lines l WHERE l.transfer_id = p.id), p.note, p.created_at
FROM stock_transfers p JOIN warehouses s ON s.id = p.source_id JOIN warehouses t ON t.id = p.target_id
{_WHERE} {_OPEN_FIRST.format(open="p.state IN ('planned', 'sent')")}""")  # noqa: S608
_COUNTS = text(f"""
SELECT p.id, p.number, p.state, w.code, p.zone, p.planned_on,
    (SELECT count(*) FROM stock_count_lines l WHERE l.count_id = p.id), concat_ws(' · ', nullif(p.words, ''), nullif(p.note, '')),
    p.created_at
FROM stock_counts p JOIN warehouses w ON w.id = p.warehouse_id
{_WHERE} {_OPEN_FIRST.format(open="p.state IN ('counting', 'review')")}""")  # noqa: S608
_ARTICLE = "a.sku, coalesce(a.names ->> :locale, a.name), a.base_unit"
_RECEIPT_LINES = text(f"""
SELECT l.id, {_ARTICLE}, coalesce(i.reference, ''), l.expected, l.received, l.damaged, l.is_last, l.batch, l.expires_on,
    l.serials, coalesce(b.code, ''), coalesce(t.needs_batch, false), coalesce(t.needs_expiry, false),
    coalesce(t.needs_serial, false)
FROM goods_receipt_lines l JOIN articles a ON a.id = l.article_id LEFT JOIN incoming_goods i ON i.id = l.incoming_id
LEFT JOIN bins b ON b.id = l.bin_id LEFT JOIN article_tracking t ON t.article_id = l.article_id
WHERE l.receipt_id = :id ORDER BY l.incoming_id NULLS LAST, l.id""")  # noqa: S608
_TRANSFER_LINES = text(f"""
SELECT l.id, {_ARTICLE}, l.batch, l.expires_on, l.quantity, l.sent, l.received, l.serials
FROM stock_transfer_lines l JOIN articles a ON a.id = l.article_id WHERE l.transfer_id = :id ORDER BY l.id""")  # noqa: S608
_COUNT_LINES = text(f"""
SELECT l.id, {_ARTICLE}, coalesce(b.code, ''), coalesce(b.zone, ''), l.batch, l.expected, l.counted, l.first, l.is_recount,
    coalesce(u.name, '')
FROM stock_count_lines l JOIN articles a ON a.id = l.article_id LEFT JOIN bins b ON b.id = l.bin_id
LEFT JOIN users u ON u.id = l.counted_by
WHERE l.count_id = :id AND (NOT :differing OR l.counted <> l.expected)
    AND (NOT :open OR l.counted IS NULL) AND l.id > :after
ORDER BY l.id LIMIT :limit""")  # noqa: S608
_COUNT_SUMS = text("""
SELECT count(*), count(*) FILTER (WHERE counted IS NOT NULL), count(*) FILTER (WHERE counted <> expected)
FROM stock_count_lines WHERE count_id = :id""")
_JOURNAL = """
SELECT j.id, j.at, j.reason, j.reference, {article}, w.code, coalesce(b.code, ''), j.batch, j.quantity, j.unit_cost,
    j.currency, j.value, j.note, coalesce(u.name, '')
FROM stock_adjustments j JOIN articles a ON a.id = j.article_id JOIN warehouses w ON w.id = j.warehouse_id
LEFT JOIN bins b ON b.id = j.bin_id LEFT JOIN users u ON u.id = j.user_id
WHERE (CAST(:key AS bigint) IS NULL OR j.id {sign} :key) AND (:words = '' OR a.sku_key = upper(:words) OR j.reference = :words)
ORDER BY j.id {order} LIMIT :limit"""
_JOURNAL_DOWN = text(_JOURNAL.format(article=_ARTICLE, sign="<", order="DESC"))
_JOURNAL_UP = text(_JOURNAL.format(article=_ARTICLE, sign=">", order="ASC"))
_BINS = text("""
SELECT b.id, b.code, b.zone, b.sort_key, b.is_active, coalesce(a.sku, ''), coalesce(a.names ->> :locale, a.name, ''),
    coalesce(a.base_unit, ''), coalesce(x.batch, ''), x.quantity
FROM bins b LEFT JOIN bin_stock x ON x.bin_id = b.id AND x.quantity > 0 LEFT JOIN articles a ON a.id = x.article_id
WHERE b.warehouse_id = :warehouse AND (b.is_active OR x.id IS NOT NULL)
    AND (:words = '' OR b.code ILIKE :like OR b.zone ILIKE :like OR a.sku_key = upper(:words))
    AND (b.sort_key, b.code) > (:sort, :after)
ORDER BY b.sort_key, b.code, a.sku_key, x.batch LIMIT :limit""")


def _papers(statement: Any, limit: int) -> list[PaperLine]:
    return [PaperLine(*row) for row in db.session.execute(statement, {"id": None, "limit": limit})]


def _paper(statement: Any, key: int) -> PaperLine:
    row = db.session.execute(statement, {"id": key, "limit": 1}).one_or_none()
    if row is None:
        raise NotFound(N_("There is no such paper."))
    return PaperLine(*row)


def receipts(actor: Actor, *, limit: int = 100) -> list[PaperLine]:
    """Open ones first, then the latest; `other` is the supplier, `day` when it arrived."""
    return _papers(_RECEIPTS, limit)


def transfers(actor: Actor, *, limit: int = 100) -> list[PaperLine]:
    """Open ones first, then the latest; from `place` to `other`, expected on `day`."""
    return _papers(_TRANSFERS, limit)


def counts(actor: Actor, *, limit: int = 100) -> list[PaperLine]:
    """Open ones first, then the latest; `other` is the zone, `day` the planned one."""
    return _papers(_COUNTS, limit)


def receipt(actor: Actor, key: int) -> tuple[PaperLine, list[ReceiptLine]]:
    """Raises NotFound."""
    found = _paper(_RECEIPTS, key)
    rows = db.session.execute(_RECEIPT_LINES, {"id": key, "locale": actor.locale})
    return found, [ReceiptLine(*row) for row in rows]


def transfer(actor: Actor, key: int) -> tuple[PaperLine, list[TransferLine]]:
    """Raises NotFound."""
    found = _paper(_TRANSFERS, key)
    rows = db.session.execute(_TRANSFER_LINES, {"id": key, "locale": actor.locale})
    return found, [TransferLine(*row) for row in rows]


@dataclass(frozen=True, slots=True)
class CountSums:
    """How far a count is."""

    lines: int
    counted: int
    differing: int


def count(actor: Actor, key: int) -> tuple[PaperLine, CountSums]:
    """Raises NotFound."""
    return _paper(_COUNTS, key), CountSums(*db.session.execute(_COUNT_SUMS, {"id": key}).one())


def count_lines(
    actor: Actor, key: int, *, only_differing: bool = False, only_open: bool = False, after: int = 0, limit: int = 100
) -> list[CountLine]:
    """Piles of a count in the order they are walked."""
    values = {"id": key, "locale": actor.locale, "differing": only_differing, "open": only_open, "after": after}
    return [CountLine(*row) for row in db.session.execute(_COUNT_LINES, values | {"limit": limit})]


def journal(
    actor: Actor, *, words: str = "", after: Sequence[str] | None = None, before: Sequence[str] | None = None, limit: int = 51
) -> list[JournalLine]:  # fmt: skip
    """What was put right, the latest first; of an article or of a paper when its number is given."""
    is_backwards = before is not None and not after
    key = after or before
    values = {"key": int(key[0]) if key else None, "words": words, "locale": actor.locale, "limit": limit}
    rows = [JournalLine(*row) for row in db.session.execute(_JOURNAL_UP if is_backwards else _JOURNAL_DOWN, values)]
    return rows[::-1] if is_backwards else rows


def bins(
    actor: Actor, warehouse_id: int, *, words: str = "", after: tuple[int, str] | None = None, limit: int = 200
) -> list[BinLine]:
    """Bins of a warehouse in the pickers' way, with what lies in them."""
    like = words.replace("\\", r"\\").replace("%", r"\%").replace("_", r"\_")
    sort, code = after or (-(2**31), "")
    rows = db.session.execute(_BINS, {
        "warehouse": warehouse_id, "words": words, "like": f"%{like}%", "sort": sort, "after": code,
        "locale": actor.locale, "limit": limit,
    })  # fmt: skip
    return [BinLine(*row) for row in rows]
