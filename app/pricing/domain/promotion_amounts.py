"""How much promotions take off: exact, never below zero, split so that the parts add up."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal

from app.core.money import largest_remainder, minor_units, round_amount
from app.core.texts import N_, Message
from app.pricing.domain.promotions import (
    STAGES,
    ZERO,
    Allowance,
    Goods,
    Kind,
    Lost,
    Off,
    Promotion,
    Share,
    Table,
    bundles_of,
    choose,
    order_of,
    refusal,
)

_HUNDRED = Decimal(100)


def evaluate(
    promotions: Sequence[Promotion], goods: Sequence[Goods], currency: str
) -> tuple[tuple[Allowance, ...], tuple[Lost, ...]]:
    """What applies, in the order it is worked out, and what does not, in the order it was asked.

    A promotion whose budget does not reach for the whole amount gives nothing, and what it had shut out is tried again.
    """
    table = Table(goods, currency)
    candidates: list[Promotion] = []
    lost: dict[str, Lost] = {}
    for one in sorted(promotions, key=order_of):
        refused = refusal(one, table)
        if refused is None:
            candidates.append(one)
        else:
            lost[one.code] = refused
    while True:
        chosen, shut_out = choose(candidates)
        allowances, failed = _worked_out(chosen, goods, currency)
        if not failed:
            break
        lost |= failed
        candidates = [one for one in candidates if one.code not in failed]
    lost |= {one.code: one for one in shut_out}
    order = {one.code: place for place, one in enumerate(sorted(promotions, key=order_of))}
    return tuple(allowances), tuple(sorted(lost.values(), key=lambda one: order[one.code]))


def are_of_sums(promotions: Sequence[Promotion]) -> bool:
    """Whether they look at nothing but the sums of a cart.

    Then `evaluate` finds the same to the cent from one row for each VAT category, rate and kind of price.
    """
    return all(one.kind is Kind.CART and one.articles is None for one in promotions) and (
        len({one.on_agreed_prices for one in promotions}) == 1
    )


def _worked_out(
    chosen: Sequence[Promotion], goods: Sequence[Goods], currency: str
) -> tuple[list[Allowance], dict[str, Lost]]:
    table = Table(goods, currency)
    allowances: list[Allowance] = []
    failed: dict[str, Lost] = {}
    for one in sorted(chosen, key=lambda promotion: (STAGES[promotion.kind], order_of(promotion))):
        taken = _taken(one, table)
        total = sum(taken.values(), ZERO)
        problem: Message | None = None
        if not total:
            problem = N_("The promotions before it have left nothing to take it from.")
            if one.effect is Off.FIXED_PRICE:
                problem = N_("The goods cost no more than its price.")
        elif one.budget_left is not None and total > one.budget_left:
            problem = N_("Its budget does not reach for this order.")
        if problem is not None:
            failed[one.code] = Lost(one.code, one.name, problem, None, one.coupon)
            continue
        allowances.append(
            Allowance(one.id, one.code, one.name, total, _shares(table, taken), one.coupon, one.coupon_id)
        )  # fmt: skip
        for place, amount in taken.items():
            table.left[place] -= amount
    return allowances, failed


def _taken(promotion: Promotion, table: Table) -> dict[int, Decimal]:
    """What a promotion takes off each line; lines without anything are left out."""
    places = table.fitting(promotion)
    if promotion.kind is Kind.LINE:
        taken = _off_lines(promotion, table, places)
    elif promotion.kind is Kind.CART:
        taken = _split(table, _off_sum(promotion, table, places), {place: table.left[place] for place in places})
    else:
        taken = _off_bundles(promotion, table, places)
    return {place: amount for place, amount in taken.items() if amount}


def _off_lines(promotion: Promotion, table: Table, places: Sequence[int]) -> dict[int, Decimal]:
    quantities = table.quantities(places) if promotion.min_quantity else {}
    taken = {}
    for place in places:
        goods, left = table.goods[place], table.left[place]
        if quantities and quantities[goods.article_id] < promotion.min_quantity:
            continue
        exact = (
            left * promotion.value / _HUNDRED
            if promotion.effect is Off.PERCENT
            else goods.base_quantity * promotion.value
        )
        taken[place] = min(round_amount(exact, table.currency), left)
    return taken


def _off_sum(promotion: Promotion, table: Table, places: Sequence[int]) -> Decimal:
    left = sum((table.left[place] for place in places), ZERO)
    exact = left * promotion.value / _HUNDRED if promotion.effect is Off.PERCENT else promotion.value
    return min(round_amount(exact, table.currency), left)


def _off_bundles(promotion: Promotion, table: Table, places: Sequence[int]) -> dict[int, Decimal]:
    """Of what is there the cheapest goods make up the bundles, or are those that are not paid."""
    count, parts = bundles_of(promotion, table, places)
    values: dict[int, Decimal] = {}
    for part, mine in zip(promotion.parts, parts, strict=True):
        each = part.quantity - promotion.value if promotion.effect is Off.PAY_FEWER else part.quantity
        values |= _cheapest(table, mine, each * count)
    worth = sum(values.values(), ZERO)
    exact = {
        Off.PERCENT: worth * promotion.value / _HUNDRED,
        Off.AMOUNT: promotion.value * count,
        Off.FIXED_PRICE: worth - promotion.value * count,
        Off.PAY_FEWER: worth,
    }[promotion.effect]
    return _split(table, max(ZERO, min(round_amount(exact, table.currency), worth)), values)


def _cheapest(table: Table, places: Sequence[int], quantity: Decimal) -> dict[int, Decimal]:
    """What so many base units are worth, line by line, beginning with those that cost least for each."""
    values: dict[int, Decimal] = {}
    for place in sorted(places, key=lambda i: (table.left[i] / table.goods[i].base_quantity, i)):
        have = table.goods[place].base_quantity
        used = min(have, quantity)
        if used <= 0:
            break
        values[place] = round_amount(table.left[place] * used / have, table.currency)
        quantity -= used
    return values


def _split(table: Table, total: Decimal, weights: Mapping[int, Decimal]) -> dict[int, Decimal]:
    """Largest remainder twice: over the VAT categories and rates, then over the lines of each."""
    if not total:
        return {}
    groups: dict[tuple[str, Decimal | None], dict[int, Decimal]] = {}
    for place, weight in weights.items():
        if weight:
            goods = table.goods[place]
            groups.setdefault((goods.vat_category, goods.vat_rate), {})[place] = weight
    digits = minor_units(table.currency)
    ordered = [lines for _key, lines in sorted(groups.items(), key=lambda pair: (pair[0][0], pair[0][1] or ZERO))]
    amounts = largest_remainder(total, [sum(lines.values(), ZERO) for lines in ordered], digits)
    taken: dict[int, Decimal] = {}
    for lines, amount in zip(ordered, amounts, strict=True):
        taken |= dict(zip(lines, largest_remainder(amount, list(lines.values()), digits), strict=True))
    return taken


def _shares(table: Table, taken: Mapping[int, Decimal]) -> tuple[Share, ...]:
    sums: dict[tuple[str, Decimal | None], Decimal] = {}
    for place, amount in taken.items():
        goods = table.goods[place]
        key = (goods.vat_category, goods.vat_rate)
        sums[key] = sums.get(key, ZERO) + amount
    ordered = sorted(sums.items(), key=lambda pair: (pair[0][0], pair[0][1] or ZERO))
    return tuple(Share(amount, category, rate) for (category, rate), amount in ordered)
