"""Picking: scanned or typed, short with a reason, taken back. Every step waits for the wave's other steps."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import ROUND_DOWN, Decimal
from typing import Any

from sqlalchemy import select, text

from app.catalog.domain.article import key_of
from app.core import audit, clock
from app.core.actor import Actor
from app.core.db import command, db
from app.core.errors import Conflict, Invalid, NotFound
from app.core.locks import lock_rows
from app.core.texts import N_, Message
from app.fulfilment.domain.quantities import LineUnit, demand_whole
from app.fulfilment.domain.scanning import Open, read_scan, takes
from app.fulfilment.models.picking import Packing, PickClaim, PickLine, PickList, Wave
from app.fulfilment.policy import Permission
from app.fulfilment.queries.codes import found_article, needs_serials
from app.fulfilment.service.waves import settle_wave
from app.ordering.service.progress import record_claimed

REASONS = ("missing", "damaged", "expired", "other")
_ZERO = Decimal(0)
_OPEN = text("""
SELECT l.id, l.article_id, a.sku, l.bin_code, l.batch, l.quantity, l.picked_quantity, l.state, l.serials,
    coalesce(t.needs_serial, false) AS needs_serial
FROM pick_lines l JOIN articles a ON a.id = l.article_id LEFT JOIN article_tracking t ON t.article_id = l.article_id
WHERE l.list_id = :list ORDER BY l.position""")
# Of each article a claim takes: what is planned, and what is picked or still waits.
_REACH = text("""
SELECT l.article_id, sum(l.quantity) AS planned,
    sum(CASE WHEN l.state = 'waiting' THEN l.quantity ELSE l.picked_quantity END) AS reach
FROM pick_lines l WHERE l.claim_id = :claim GROUP BY l.article_id""")
_UNIT = text("""
SELECT l.quantity, l.base_quantity, l.article_id, a.sku,
    coalesce(u.precision, CASE WHEN l.unit = a.base_unit THEN a.precision END, 0) AS precision
FROM order_lines l JOIN articles a ON a.id = l.article_id
LEFT JOIN article_units u ON u.article_id = l.article_id AND u.unit = l.unit WHERE l.id = :line""")


@dataclass(frozen=True, slots=True)
class Scanned:
    """What a scan did, in words, and the line that comes next (0: none)."""

    words: Message
    is_bin: bool = False


def locked_list(actor: Actor, list_id: int) -> tuple[Wave, PickList]:
    """A list that can be worked on, with its wave locked. Raises NotFound, or Conflict when it is over."""
    actor.demand(Permission.PICK)
    wave_id = db.session.scalar(select(PickList.wave_id).where(PickList.id == list_id))
    if wave_id is None:
        raise NotFound(N_("There is no such pick list."))
    (wave,) = lock_rows(Wave, [wave_id])
    (one,) = lock_rows(PickList, [list_id])
    if wave.state != "open" or one.state == "cancelled":
        raise Conflict(N_("This pick list is over."))
    return wave, one


@command
def begin(actor: Actor, list_id: int, *, takes_over: bool = False) -> None:
    """Take a list to pick it. Raises Conflict when another person picks it, unless one takes it over."""
    _, one = locked_list(actor, list_id)
    if one.state == "picking" and one.picker_id != actor.user_id and not takes_over:
        raise Conflict(N_("{name} is picking this list.", name=one.picker_name))
    if one.state in ("waiting", "picking"):
        _take(actor, one)


def _take(actor: Actor, one: PickList) -> None:
    if one.picker_id != actor.user_id or one.state == "waiting":
        audit.record(actor, "pick_list", one.id, "taken", {"picker": [one.picker_name, actor.name]})
    one.picker_id, one.picker_name, one.state = actor.user_id, actor.name, "picking"
    one.started_at = one.started_at or clock.now()


@command
def scan(actor: Actor, list_id: int, code: str) -> Scanned:
    """A code of a bin, an article, a pack, a piece or an element string; see `domain.scanning` for what is refused."""
    _, one = locked_list(actor, list_id)
    if one.state == "picked":
        raise Conflict(N_("Everything on this list is picked."))
    read = read_scan(code)
    lines = _lines(list_id)
    if one.state == "waiting":
        _take(actor, one)
    bins = {key_of(line.bin_code): line.bin_code for line in lines if line.bin_code}
    if read.codes and key_of(read.codes[0]) in bins:
        one.bin_code = bins[key_of(read.codes[0])]
        return Scanned(N_("Bin {bin}.", bin=one.bin_code), is_bin=True)
    article_id, sku, base, read = found_article(actor, read)
    taken = takes(lines, article_id, base, read, at_bin=one.bin_code, today=clock.today(actor.time_zone))
    rows = {row.id: row for row in db.session.scalars(select(PickLine).where(PickLine.list_id == list_id))}
    for take in taken:
        row = rows[take.line_id]
        row.picked_quantity += take.quantity
        if take.serial:
            row.serials = [*row.serials, take.serial]
        if row.picked_quantity == row.quantity:
            _end_line(actor, row, "picked")
    one.bin_code = rows[taken[0].line_id].bin_code
    _settle_list(one)
    return Scanned(N_("{sku}: {quantity} taken.", sku=sku, quantity=base.normalize() + 0))


def _lines(list_id: int) -> list[Open]:
    return [
        Open(row.id, row.article_id, row.sku, row.bin_code, row.batch, row.quantity, row.picked_quantity,
             row.state == "waiting", row.needs_serial, tuple(row.serials))
        for row in db.session.execute(_OPEN, {"list": list_id})
    ]  # fmt: skip


@command
def enter(
    actor: Actor, list_id: int, line_id: int, quantity: Decimal, *, reason: str = "", serials: Sequence[str] = ()
) -> None:
    """What was taken of a line, in base units, typed instead of scanned; less than wanted needs a reason and ends it.

    What a short pick leaves is free at once for others. Raises Invalid beyond what is wanted, without a reason, or
    where a pack would be broken.
    """
    _, one = locked_list(actor, list_id)
    row = _row(list_id, line_id)
    if row.state != "waiting":
        raise Conflict(N_("This line is done already."))
    if not _ZERO <= quantity <= row.quantity:
        raise Invalid("quantity", N_("Enter 0 or more and at most {most}.", most=row.quantity.normalize() + 0))
    is_short = quantity < row.quantity
    if is_short and reason not in REASONS:
        raise Invalid("reason", N_("Say why less was taken."))
    numbers = _numbers(actor, row, quantity, serials)
    if one.state == "waiting":
        _take(actor, one)
    row.picked_quantity, row.serials, row.reason = quantity, numbers, reason if is_short else ""
    _end_line(actor, row, "short" if is_short else "picked")
    if is_short:
        audit.record(
            actor, "pick_line", row.id, "short",
            {"wanted": row.quantity, "taken": quantity, "reason": reason, "bin": row.bin_code}, company_id=row.company_id,
        )  # fmt: skip
        _reclaim(actor, row.claim_id)
    _settle_list(one)


def _numbers(actor: Actor, row: PickLine, quantity: Decimal, serials: Sequence[str]) -> list[str]:
    numbers = list(dict.fromkeys([*row.serials, *(one.strip() for one in serials if one.strip())]))
    needs = needs_serials(actor, row.article_id)
    if needs and len(numbers) != quantity:
        raise Invalid(
            "serials", N_("Enter the serial number of each piece: {n} are missing.", n=int(quantity) - len(numbers))
        )
    return numbers if needs else []


def _row(list_id: int, line_id: int) -> PickLine:
    row = db.session.scalar(select(PickLine).where(PickLine.id == line_id, PickLine.list_id == list_id))
    if row is None:
        raise NotFound(N_("There is no such line on this list."))
    return row


def _end_line(actor: Actor, row: PickLine, state: str) -> None:
    row.state, row.picked_by, row.picked_at = state, actor.name, clock.now()


def _settle_list(one: PickList) -> None:
    db.session.flush()
    left = select(PickLine.id).where(PickLine.list_id == one.id, PickLine.state == "waiting").limit(1)
    if db.session.scalar(left) is None:
        one.state, one.finished_at = "picked", clock.now()
    elif one.state == "picked":
        one.state, one.finished_at = "picking", None
    db.session.flush()


@command
def take_back(actor: Actor, list_id: int, line_id: int) -> None:
    """A line is open again, as if nothing had been taken. Raises Conflict when it is packed, or others have it now."""
    _, one = locked_list(actor, list_id)
    row = _row(list_id, line_id)
    claim = db.session.get(PickClaim, row.claim_id)
    assert claim is not None
    packed = text("SELECT count(*) FROM pack_items WHERE pick_line_id = :line")
    state = db.session.scalar(select(Packing.state).where(Packing.id == claim.packing_id))
    if state != "open" or db.session.scalar(packed, {"line": row.id}):
        raise Conflict(N_("This is packed already. Take it out of its package first."))
    before = {"state": row.state, "taken": row.picked_quantity}
    row.state, row.picked_quantity, row.serials, row.reason = "waiting", _ZERO, [], ""
    row.picked_by, row.picked_at = "", None
    _settle_list(one)
    _reclaim(actor, claim.id)
    audit.record(actor, "pick_line", row.id, "taken_back", before, company_id=row.company_id)


def _reclaim(actor: Actor, claim_id: int) -> None:
    """Claim of the order line what can still be reached: less after a short pick, more again when it is taken back."""
    db.session.flush()
    claim = db.session.get(PickClaim, claim_id)
    assert claim is not None
    units = reachable(claim, db.session.execute(_REACH, {"claim": claim_id}).all())
    if units == claim.quantity:
        return
    try:
        record_claimed(actor, claim.order_id, {claim.order_line_id: units - claim.quantity})
    except Invalid as error:
        raise Conflict(error.message) from None
    claim.quantity = units
    db.session.flush()
    _drop_empty(claim.packing_id)


def reachable(claim: PickClaim, rows: Iterable[Any]) -> Decimal:
    """In the unit of the order line. Raises Invalid where a pack would be broken; of a kit whole kits are counted."""
    found = list(rows)
    unit_row = db.session.execute(_UNIT, {"line": claim.order_line_id}).one()
    unit = LineUnit(unit_row.quantity, unit_row.base_quantity, unit_row.precision)
    if len(found) == 1 and found[0].article_id == unit_row.article_id:
        return demand_whole(unit, found[0].reach.normalize() + 0, unit_row.sku)
    share = min((row.reach / row.planned for row in found), default=_ZERO)
    step = Decimal(1).scaleb(-unit.precision)
    exact = (claim.planned_quantity * share / step).quantize(Decimal("0.000001"))
    return exact.to_integral_value(rounding=ROUND_DOWN) * step


def _drop_empty(packing_id: int) -> None:
    """A delivery of which nothing can be had any more is not packed."""
    claims = select(PickClaim.id).where(PickClaim.packing_id == packing_id, PickClaim.quantity > 0).limit(1)
    if db.session.scalar(claims) is None:
        packing = db.session.get(Packing, packing_id)
        assert packing is not None
        packing.state = "cancelled"
        db.session.flush()
        wave = db.session.get(Wave, packing.wave_id)
        assert wave is not None
        settle_wave(wave)
