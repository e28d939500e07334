"""A new version of an order, in one transaction: lines, promotions, charges, sums, stock, contracts, budgets, credit.

The order is locked by the caller; everything below is locked in the order of `core.locks`. A constant number of
statements for any number of lines.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy import select, text, update

from app.accounts.domain.budget import BudgetClaim, Source
from app.accounts.service import budgets, credit
from app.core import audit, clock
from app.core.actor import Actor
from app.core.db import db
from app.core.errors import Conflict, NotFound
from app.core.locks import lock_rows
from app.core.outbox import publish
from app.core.tenancy import visible
from app.core.texts import N_, Message
from app.inventory.domain.promise import Want
from app.inventory.service import reservations
from app.ordering.domain import splits
from app.ordering.domain.charges import ChargeKind, OrderChargeRow
from app.ordering.domain.lifecycle import LineState, OrderState, state_of
from app.ordering.domain.revision import (
    ZERO,
    Line,
    LineChange,
    Part,
    demand_something,
    kept_charges,
    kept_parts,
    revised,
)
from app.ordering.events import OrderChanged
from app.ordering.models.changes import OrderChange, OrderProposal
from app.ordering.models.deliveries import OrderCharge, OrderDelivery, OrderLinePart
from app.ordering.models.orders import Order, OrderAllowance, OrderLine
from app.ordering.queries.order_changes import SNAPSHOT
from app.ordering.service.order_rows import vat_group
from app.ordering.service.revision_rows import write_allowances, write_charges, write_lines, write_parts
from app.pricing.domain.levels import LevelKind
from app.pricing.domain.price import PricedLine
from app.pricing.domain.promotion_amounts import evaluate
from app.pricing.domain.promotions import NO_EFFECTS, Allowance, Effects
from app.pricing.domain.totals import TaxedCharge, TaxedLine, Totals, totals
from app.pricing.domain.vat import Reason
from app.pricing.queries.promotions import held_promotions
from app.pricing.service import contracts, coupons
from app.pricing.service.coupons import Claim, claim_promotions


@dataclass(frozen=True, slots=True)
class Change:
    """Why a new version is made. Equal `client_ref` and `request_hash`: the same change sent again."""

    kind: str
    client_ref: str
    request_hash: str
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Changed:
    """The change that was made, or had been made by the same request before."""

    change_id: int
    order_id: int
    version: int
    is_repeat: bool = False


def locked_order(actor: Actor, order_id: int) -> Order:
    """The order under lock, if the actor may see it."""
    if db.session.scalar(visible(actor, select(Order.id).where(Order.id == order_id), Order)) is None:
        raise NotFound(N_("There is no such order."))
    (order,) = lock_rows(Order, [order_id])
    return order


def known_change(order: Order, change: Change) -> Changed | None:
    """What the same request has changed before; Conflict when its reference was used for something else."""
    row = db.session.execute(
        select(OrderChange.id, OrderChange.order_id, OrderChange.version, OrderChange.request_hash).where(
            OrderChange.company_id == order.company_id, OrderChange.client_ref == change.client_ref
        )
    ).one_or_none()
    if row is None:
        return None
    if row.order_id != order.id or row.request_hash != change.request_hash:
        raise Conflict(N_("This was sent before with other content. Open the page again."))
    return Changed(row.id, row.order_id, row.version, is_repeat=True)


_LINES = text("""
SELECT l.id, l.position, l.article_id, l.sku, l.quantity, l.unit, l.base_quantity, l.cancelled_quantity, l.unit_price,
    l.price_base_quantity, l.price_unit, l.net, l.vat_category, l.vat_rate, l.state, l.promised_on, a.base_unit,
    l.price_list <> '' AND EXISTS (SELECT FROM price_lists p WHERE p.code = l.price_list AND p.kind = 'contract'
        AND p.company_id = l.company_id) AS is_agreed, l.price_source, l.claimed_quantity AS claimed,
    l.shipped_quantity AS shipped, l.delivered_quantity + l.missing_quantity AS arrived, l.invoiced_quantity AS invoiced
FROM order_lines l JOIN articles a ON a.id = l.article_id
WHERE l.order_id = :order ORDER BY l.position""")


def lines_of(order_id: int) -> list[Line]:
    """All lines of an order as they stand."""
    rows = db.session.execute(_LINES, {"order": order_id})
    return [
        Line(**{**row._mapping, "state": LineState(row.state)})  # noqa: SLF001 -- the documented way to a mapping
        for row in rows
    ]


def revise(actor: Actor, order: Order, changes: Mapping[int, LineChange], change: Change) -> Changed:
    """Make the next version of a locked order: `changes` by line id. Raises Conflict where the lines do not allow it."""
    before = lines_of(order.id)
    after = [revised(line, changes.get(line.id, LineChange()), order.currency) for line in before]
    demand_something(before, after)
    return write(actor, order, before, after, change)


def write(
    actor: Actor,
    order: Order,
    before: Sequence[Line],
    after: Sequence[Line],
    change: Change,
    *,
    made: Changed | None = None,
    paid: Mapping[int, Decimal] | None = None,
    wants: Sequence[Want] = (),
) -> Changed:
    """Keep what was, write what is, give back what is not wanted any more; `after` has a line for each of `before`.

    Where lines came in, the caller has kept the version (`made`) and what cost centres `paid` before that, and `wants`
    is the stock of the new lines.
    """
    made = made or keep_version(actor, order, change)
    moved = [(old, new) for old, new in zip(before, after, strict=True) if old != new]
    old_parts, new_parts = _parts(order, moved)
    paid = _claims(order, old_parts) if paid is None else paid
    standing = [line for line in after if line.stands]
    effects = _promotions(actor, order, standing)
    charges = _charges(order, [line for line in before if line.stands], standing, new_parts)
    sums = _sums(order, standing, effects.allowances, charges)
    used = order.gross_total
    write_lines([new for _, new in moved])
    _close_proposals(actor, moved)
    write_parts(order, moved, new_parts)
    write_allowances(order, effects.allowances, charges)
    write_charges(order, charges)
    _write_sums(order, sums, {line.state for line in after})
    _let_go(actor, order, moved)
    if wants:
        reservations.reserve(actor, order.company_id, wants)
    _settle(actor, order, (paid, _claims(order, new_parts)), used, change.reason)
    audit.record(
        actor, "order", order.id, change.kind,
        {"version": made.version, "reason": change.reason, "gross_total": [used, order.gross_total],
         "lines": [[new.position, old.quantity, new.quantity] for old, new in moved if old.quantity != new.quantity]},
        company_id=order.company_id,
    )  # fmt: skip
    publish(OrderChanged(order.id, made.change_id))
    return made


def _close_proposals(actor: Actor, moved: Sequence[tuple[Line, Line]]) -> None:
    """A line that does not wait any more leaves no question open."""
    ids = [new.id for old, new in moved if old.state is LineState.PROPOSED and new.state is not LineState.PROPOSED]
    if ids:
        db.session.execute(
            update(OrderProposal)
            .where(OrderProposal.order_line_id.in_(ids), OrderProposal.state == "waiting")
            .values(state="refused", answered_at=clock.now(), answered_by=actor.name)
        )


def claims_now(order: Order) -> dict[int, Decimal]:
    """What each cost centre pays of the order as it stands."""
    return _claims(order, parts_of(order))


_KEEP = text(f"""
INSERT INTO order_changes (company_id, order_id, version, kind, at, user_id, user_name, by_operator, reason, client_ref,
    request_hash, before)
SELECT o.company_id, o.id, o.version + 1, :kind, :at, :user, :name, :desk, :reason, :ref, :hash, {SNAPSHOT}
FROM orders o WHERE o.id = :order
ON CONFLICT (company_id, client_ref) DO NOTHING RETURNING id, version""")  # noqa: S608 -- constants


def keep_version(actor: Actor, order: Order, change: Change) -> Changed:
    """Take down the order as it stands and count its version up."""
    row = db.session.execute(_KEEP, {
        "order": order.id, "kind": change.kind, "at": clock.now(), "user": actor.user_id, "name": actor.name,
        "desk": actor.is_operator, "reason": change.reason, "ref": change.client_ref, "hash": change.request_hash,
    }).one_or_none()  # fmt: skip
    if row is None:
        raise Conflict(N_("This was sent before with other content. Open the page again."))
    order.version = row.version
    return Changed(row.id, order.id, row.version)


def _parts(order: Order, moved: Sequence[tuple[Line, Line]]) -> tuple[list[Part], list[Part]]:
    """All parts of the order, before and after."""
    old = parts_of(order)
    shrunk = {new.id: new for was, new in moved if (was.quantity, was.net) != (new.quantity, new.net)}
    by_line: dict[int, list[Part]] = {}
    for part in old:
        by_line.setdefault(part.order_line_id, []).append(part)
    new: list[Part] = []
    for key, mine in by_line.items():
        new.extend(kept_parts(mine, shrunk[key], order.currency) if key in shrunk else mine)
    return old, new


def _claims(order: Order, parts: Sequence[Part]) -> dict[int, Decimal]:
    """What each cost centre pays of the order as it is now."""
    shares = [
        splits.Part(0, 0, one.position, one.quantity, one.base_quantity, one.net, one.cost_centre_id) for one in parts
    ]
    return splits.claims_of(shares, order.net_total, order.currency) if shares else {}


def parts_of(order: Order) -> list[Part]:
    rows = db.session.execute(
        select(
            OrderLinePart.order_line_id, OrderLinePart.delivery_id, OrderLinePart.position, OrderLinePart.quantity,
            OrderLinePart.base_quantity, OrderLinePart.cost_centre_id, OrderLinePart.net,
        )
        .join(OrderLine, OrderLine.id == OrderLinePart.order_line_id)
        .where(OrderLine.order_id == order.id)
        .order_by(OrderLine.position, OrderLinePart.position)
    )  # fmt: skip
    return [Part(*row) for row in rows]


def _promotions(actor: Actor, order: Order, lines: Sequence[Line]) -> Effects:
    """What the order's own promotions give for what is left, under the terms of the day it was placed; no new ones."""
    held = db.session.execute(
        select(OrderAllowance.promotion_id, OrderAllowance.coupon)
        .where(OrderAllowance.order_id == order.id, OrderAllowance.promotion_id.is_not(None))
        .distinct()
    ).all()
    if not held:
        return NO_EFFECTS
    coupons.give_back(actor, order.company_id, order.id)
    if not lines:
        return NO_EFFECTS
    found = held_promotions(
        actor,
        {line.article_id for line in lines if not line.price_source},
        company_id=order.company_id,
        coupons=sorted({row.coupon for row in held if row.coupon}),
        at=order.placed_at,
    )
    own = {row.promotion_id for row in held}
    goods = found.goods(
        (_priced(line, order.currency), line.base_quantity, line.base_unit) for line in lines if not line.price_source
    )
    allowances, _lost = evaluate([one for one in found.promotions if one.id in own], goods, order.currency)
    if not allowances:
        return NO_EFFECTS
    claim = Claim(order.company_id, order.id, order.number, order.currency)
    failed = claim_promotions(actor, claim, allowances)
    if failed:
        allowances = tuple(one for one in allowances if one.promotion_id not in failed)
        claim_promotions(actor, claim, allowances)
    return Effects(allowances)


def _priced(line: Line, currency: str) -> PricedLine:
    level = LevelKind.CONTRACT if line.is_agreed else ""
    return PricedLine(
        line.article_id, line.quantity, line.unit, line.unit_price, line.price_base_quantity, line.price_unit,
        line.priced_quantity, line.net, line.vat_category, line.vat_rate, currency, "", ZERO, None, None, level,
    )  # fmt: skip


def _charges(
    order: Order, before: Sequence[Line], after: Sequence[Line], parts: Sequence[Part]
) -> tuple[OrderChargeRow, ...]:
    """What is charged beside the goods now, and what is taken off for the way of payment (below zero)."""
    fields = ("code", "name", "amount", "vat_category", "vat_rate")
    rows = [
        OrderChargeRow(ChargeKind(row.kind), *row[1:])
        for row in db.session.execute(
            select(OrderCharge.kind, *(getattr(OrderCharge, name) for name in fields))
            .where(OrderCharge.order_id == order.id)
            .order_by(OrderCharge.position)
        )
    ]
    rows += [
        OrderChargeRow(ChargeKind.PAYMENT, row.code, row.name, -row.amount, row.vat_category, row.vat_rate)
        for row in db.session.execute(
            select(*(getattr(OrderAllowance, name) for name in fields))
            .where(OrderAllowance.order_id == order.id, OrderAllowance.promotion_id.is_(None))
            .order_by(OrderAllowance.position)
        )
    ]
    if not rows:
        return ()
    filled = {part.delivery_id for part in parts}
    deliveries = db.session.execute(
        select(OrderDelivery.id, OrderDelivery.cost).where(OrderDelivery.order_id == order.id)
    ).all()
    gone = sum((row.cost for row in deliveries if row.id not in filled), ZERO)
    return kept_charges(rows, before, after, gone, order.currency)


def _sums(
    order: Order, lines: Iterable[Line], allowances: Iterable[Allowance], charges: Iterable[OrderChargeRow]
) -> Totals:
    off = [TaxedCharge(-share.amount, share.vat_category, share.vat_rate) for one in allowances for share in one.shares]
    return totals(
        [TaxedLine(line.net, line.vat_category, line.vat_rate) for line in lines],
        order.currency,
        charges=[*off, *(one.taxed for one in charges)],
        reasons=frozen_reasons(order),
    )


def frozen_reasons(order: Order) -> dict[str, Reason]:
    """Why the order was free of tax, as it was frozen with it."""
    return {
        group["category"]: (group["reason_code"], Message.from_json(group["reason"]))
        for group in order.vat_breakdown
        if group["reason"]
    }


def _write_sums(order: Order, sums: Totals, states: Iterable[LineState]) -> None:
    order.net_total, order.vat_total, order.gross_total = sums.net_total, sums.vat_total, sums.gross_total
    order.vat_breakdown = [vat_group(group) for group in sums.vat]
    order.state = state_of(set(states))
    if order.state == OrderState.CONFIRMED and order.confirmed_at is None:
        order.confirmed_at = clock.now()
    db.session.flush()


def _let_go(actor: Actor, order: Order, moved: Sequence[tuple[Line, Line]]) -> None:
    """Agreed quantities and stock of what is not wanted any more."""
    gone = [new.id for old, new in moved if old.quantity and not new.quantity]
    less = [(old, new) for old, new in moved if ZERO < new.quantity < old.quantity]
    if gone:
        contracts.give_back(actor, order.company_id, gone)
    contracts.keep_part(actor, order.company_id, {new.id: new.priced_quantity for _, new in less})
    if gone:
        reservations.release(actor, gone)
    held = {new.id: (new.base_quantity - old.shipped_base, old.base_quantity - old.shipped_base) for old, new in less}
    reservations.keep_part(actor, held)


def _settle(
    actor: Actor, order: Order, centres: tuple[Mapping[int, Decimal], Mapping[int, Decimal]], used: Decimal, reason: str
) -> None:
    """Budgets and credit follow the order: only the difference moves, so that less always works.

    `centres`: what each cost centre paid and pays; `used`: the total with VAT before.
    """
    paid, pays = centres
    source, total = Source("order", order.id, order.number), order.gross_total
    if order.state == OrderState.CANCELLED:
        budgets.give_back(actor, order.company_id, source, reason=reason)
        credit.give_back(actor, order.company_id, order.id, None, reason)
        return
    less = [BudgetClaim(key, net - pays.get(key, ZERO)) for key, net in paid.items() if net > pays.get(key, ZERO)]
    more = [BudgetClaim(key, net - paid.get(key, ZERO)) for key, net in pays.items() if net > paid.get(key, ZERO)]
    if less:
        budgets.give_back(actor, order.company_id, source, less, reason)
    if more:
        on = clock.today(actor.time_zone)
        budgets.consume(actor, order.company_id, source, more, order.currency, on, allow_asked=True)
    if total < used:
        credit.give_back(actor, order.company_id, order.id, used - total, reason)
    elif total > used and order.payment_kind == "on_account":
        credit.use(actor, order.company_id, order.id, order.number, total - used, order.currency)
