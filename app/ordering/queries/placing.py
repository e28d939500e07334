"""The lines of a cart as placing needs them: one statement for lines and articles, one for prices.

`queries.cart` answers the same for people, with names, stock and every problem; it is asked only where a line here is
not plainly fine.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from functools import lru_cache
from itertools import repeat
from typing import Any

from sqlalchemy import text

from app.catalog.queries.assortment import visible_sql, visible_values
from app.core.actor import Actor
from app.core.db import db
from app.core.quantity import Anchor, Factor, QuantityRule
from app.ordering.domain.agreed import AgreedPrice
from app.ordering.domain.amendment import Original
from app.ordering.domain.approval_request import NOTHING_HELD, HeldPrice
from app.ordering.domain.cart import fingerprint_of
from app.ordering.domain.lifecycle import CartKind
from app.ordering.queries.agreed import agreed_prices
from app.ordering.queries.amendment import amending, cart_prices
from app.ordering.queries.cart import CartHead
from app.pricing.domain.price import PricedLine, PriceItem, net_of
from app.pricing.domain.promotions import NO_EFFECTS, Effects
from app.pricing.queries.promotions import promotion_effects

_ONE = Factor(1)
_LINES = text(f"""
SELECT l.id, l.article_id, l.quantity, l.unit, l.base_quantity, l.note, l.checked_price, l.checked_base_quantity,
    a.base_unit, a.vat_category, a.vat_class, a.status <> 'discontinued' AND NOT a.is_head AND {visible_sql(few=True)},
    CASE WHEN a.status = 'run_out' THEN 'run_out' ELSE a.stock_policy END, a.lead_time_days, a.is_kit,
    concat_ws(' ', a.precision, a.anchor, trim_scale(a.minimum), trim_scale(a.step), trim_scale(a.maximum)),
    u.numerator, u.denominator, coalesce(u.precision, 0), l.slot
FROM cart_lines l
JOIN articles a ON a.id = l.article_id
LEFT JOIN article_units u ON u.article_id = a.id AND u.unit = l.unit
WHERE l.cart_id = :cart AND l.company_id = :company
ORDER BY l.position, l.id""")  # noqa: S608 -- constants


@dataclass(slots=True)
class PlacedLine:
    """A line on its way into an order.

    `is_fine`: still sold and in the assortment, quantity fits, price known and as it was shown.
    """

    line_id: int
    article_id: int
    quantity: Decimal
    unit: str
    base_quantity: Decimal
    note: str
    stock_policy: str
    lead_time_days: int | None
    is_fine: bool
    price: PricedLine
    base_unit: str
    is_kit: bool


def lines_to_place(
    actor: Actor, head: CartHead, on: date, held: Mapping[int, HeldPrice] = NOTHING_HELD
) -> list[PlacedLine]:
    """All lines with their prices, in the order of the cart; three statements. `held` prices by line cap those of now."""
    values = {"cart": head.id, "company": head.company_id, **visible_values(actor, head.company_id)}
    rows = db.session.execute(_LINES, values).all()
    items = [_item(row) for row in rows]
    amended = amending(actor, head.id) if head.kind == CartKind.AMENDMENT else None
    agreed = agreed_prices(head.id, head.company_id, [row.slot for row in rows])
    prices = (
        cart_prices(actor, items, on, head.company_id, amended, agreed=agreed, currency=head.currency) if items else []
    )
    if held:
        prices = [_capped(price, held.get(row[0])) for row, price in zip(rows, prices, strict=True)]
    originals = amended.originals if amended else {}
    return [
        _line(row, price, originals.get((row[1], row[3], price.source)), fixed)
        for row, price, fixed in zip(rows, prices, agreed or repeat(None), strict=False)
    ]


def _capped(price: PricedLine, held: HeldPrice | None) -> PricedLine:
    """The price that was promised for some time, where that of now is higher."""
    now = price.unit_price
    if held is None or now is None or not held.is_below(now, price.base_quantity):
        return price
    net = net_of(price.priced_quantity, held.price, held.base, price.currency)
    return replace(price, unit_price=held.price, base_quantity=held.base, net=net)


def effects_to_place(actor: Actor, head: CartHead, lines: list[PlacedLine]) -> Effects:
    """What promotions give for these lines now; one statement. Agreed prices are left alone."""
    if head.kind == CartKind.QUOTE:
        return NO_EFFECTS
    promoted = [line for line in lines if not line.price.source]
    return promotion_effects(
        actor,
        ((line.price, line.base_quantity, line.base_unit) for line in promoted),
        {line.article_id for line in promoted},
        company_id=head.company_id,
        currency=head.currency,
        coupons=head.coupons,
    )


def fingerprint(lines: list[PlacedLine], currency: str, effects: Effects) -> str:
    """The same code as `CartPage.fingerprint` of the same cart."""
    return fingerprint_of(
        ((line.article_id, line.quantity, line.unit, line.price, line.note) for line in lines), currency, effects
    )


def _item(row: Any) -> PriceItem:
    _, article_id, quantity, unit, _, _, _, _, base_unit, vat_category, vat_class, _, _, _, _, _, above, below, *_ = row
    factor = _ONE if unit == base_unit or above is None else _factor(above, below)
    return PriceItem(article_id, quantity, unit, base_unit, factor, vat_category, vat_class)


def _line(
    row: Any, price: PricedLine, original: Original | None = None, agreed: AgreedPrice | None = None
) -> PlacedLine:  # fmt: skip
    (line_id, article_id, quantity, unit, base_quantity, note, checked_price, checked_base, base_unit, _, _, is_active,
     stock_policy, lead_time_days, is_kit, rule, above, below, digits, _slot) = row  # fmt: skip
    is_fine = (
        (is_active or (original is not None and original.covers(base_quantity)))
        and price.problem is None
        and checked_price == price.unit_price
        and checked_base == price.base_quantity
        and _rule(rule).fit(base_quantity).is_valid
        and (agreed is None or agreed.covers(quantity))
    )
    if unit != base_unit:
        is_fine = is_fine and above is not None and _factor(above, below).to_base(quantity) == base_quantity
        is_fine = is_fine and quantity == round(quantity, digits)
    return PlacedLine(
        line_id, article_id, quantity, unit, base_quantity, note, stock_policy, lead_time_days, is_fine, price,
        base_unit, is_kit,
    )  # fmt: skip


@lru_cache(maxsize=4096)
def _factor(numerator: int, denominator: int) -> Factor:
    return Factor(numerator, denominator)


@lru_cache(maxsize=8192)
def _rule(parts: str) -> QuantityRule:
    """Precision, anchor, minimum, step and perhaps maximum, as the statement writes them; many articles share one."""
    precision, anchor, minimum, step, *maximum = parts.split(" ")
    most = Decimal(maximum[0]) if maximum else None
    return QuantityRule(Decimal(minimum), Decimal(step), most, Anchor(anchor), int(precision))
