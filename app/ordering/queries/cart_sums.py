"""The sums of a cart from what was kept with its lines, without pricing any of them again."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import ARRAY, BigInteger, any_, bindparam, select, text

from app.core.actor import Actor
from app.core.db import db
from app.core.money import minor_units, round_amount
from app.ordering.domain.cart import FIRST_PROBLEMS, CartEdit, CartRow, Counts, vat_reasons
from app.ordering.domain.lifecycle import CartKind
from app.ordering.models.carts import CartLine
from app.ordering.queries.cart import CartHead, price_day, rows_priced
from app.pricing.domain.promotion_amounts import are_of_sums, evaluate
from app.pricing.domain.promotions import NO_EFFECTS, ZERO, Effects, Goods, Promotion
from app.pricing.domain.totals import TaxedLine, Totals, totals
from app.pricing.domain.vat import Reason
from app.pricing.queries.prices import price_book
from app.pricing.queries.promotions import coupon_answers, held_promotions

_GROUPS = text("""
SELECT vat_category, trim_scale(vat_rate), sum(net_seen), count(*), count(*) FILTER (WHERE has_problem),
    count(*) FILTER (WHERE has_moved), slot > 0, is_agreed
FROM cart_lines WHERE cart_id = :cart AND company_id = :company
GROUP BY vat_category, vat_rate, slot > 0, is_agreed""")
_PROBLEMS = text("""
SELECT l.id, a.sku FROM cart_lines l JOIN articles a ON a.id = l.article_id
WHERE l.cart_id = :cart AND l.company_id = :company AND l.has_problem
ORDER BY l.position, l.id LIMIT :most""")
_GOODS = text("""
SELECT l.article_id, l.base_quantity,
    coalesce((SELECT a.base_unit FROM articles a WHERE a.id = l.article_id AND CAST(:with_units AS boolean)), ''),
    round(l.net_seen, :digits), l.vat_category, trim_scale(l.vat_rate), l.is_agreed
FROM cart_lines l
WHERE l.cart_id = :cart AND l.company_id = :company AND l.net_seen IS NOT NULL AND l.slot = 0
ORDER BY l.position, l.id""")


def kept_sums(actor: Actor, head: CartHead, rows: Sequence[CartRow]) -> tuple[Totals, Effects, Counts]:
    """Totals, promotions and counts of a whole cart; `rows` are lines of it that were priced just now."""
    keys = {"cart": head.id, "company": head.company_id}
    groups = db.session.execute(_GROUPS, keys).all()
    effects = _effects(actor, head, groups)
    lines = [
        TaxedLine(round_amount(net, head.currency), category, rate)
        for category, rate, net, *_ in groups
        if net is not None
    ]
    total = totals(
        lines,
        head.currency,
        charges=effects.charges,
        reasons=_reasons(actor, head, rows, [one.vat_category for one in lines]),
    )
    lines_all, problems, moved = (sum(group[place] for group in groups) for place in (3, 4, 5))
    wrong = db.session.execute(_PROBLEMS, {**keys, "most": FIRST_PROBLEMS}).all() if problems else ()
    return total, effects, Counts(lines_all, problems, moved, tuple((row[0], row[1]) for row in wrong))


def lines_now(actor: Actor, head: CartHead, line_ids: Collection[int]) -> CartEdit:
    """Some lines of a cart at today's prices, with the others of their articles, and the sums of all; nothing is kept."""
    ids = bindparam("ids", list(line_ids), ARRAY(BigInteger))
    articles = set(
        db.session.scalars(select(CartLine.article_id).where(CartLine.cart_id == head.id, CartLine.id == any_(ids)))
    )
    rows = rows_priced(actor, head, price_day(actor), articles) if articles else []
    found, effects, counts = kept_sums(actor, head, rows)
    return CartEdit(
        head.id,
        head.company_id,
        head.name,
        head.version,
        head.currency,
        rows,
        found,
        counts,
        effects,
        is_fixed=head.kind == CartKind.QUOTE,
    )


def _reasons(actor: Actor, head: CartHead, rows: Sequence[CartRow], categories: Sequence[str]) -> Mapping[str, Reason]:
    """The account's own reasons for paying no VAT; asked for only where a group pays none."""
    if rows:
        return vat_reasons([row.price for row in rows])
    if all(category == "S" for category in categories):
        return {}
    return price_book(actor, (), company_id=head.company_id, on=price_day(actor)).parties.reasons


def _effects(actor: Actor, head: CartHead, groups: Sequence[Any]) -> Effects:
    """What promotions give for the lines as they were priced last; lines are read only if their sums are not enough."""
    if head.kind == CartKind.QUOTE:
        return NO_EFFECTS
    held = held_promotions(actor, (), company_id=head.company_id, coupons=head.coupons)
    if not held.promotions:
        return (
            Effects(coupons=coupon_answers(head.coupons, held, (), (), head.currency)) if head.coupons else NO_EFFECTS
        )
    if are_of_sums(held.promotions):
        goods = [
            Goods(0, ZERO, "", round_amount(net, head.currency), category, rate, is_agreed)
            for category, rate, net, *_counts, is_set, is_agreed in groups
            if net is not None and not is_set
        ]
    else:
        goods = _goods(head, held.promotions)
        if any(one.articles is not None for one in held.promotions):
            named = {one.article_id for one in goods}
            held = held_promotions(actor, named, company_id=head.company_id, coupons=head.coupons)
            goods = _touched(goods, held.promotions)
    allowances, lost = evaluate(held.promotions, goods, head.currency)
    return Effects(allowances, lost, coupon_answers(head.coupons, held, allowances, lost, head.currency))


def _goods(head: CartHead, promotions: Sequence[Promotion]) -> list[Goods]:
    """The lines as promotions see them; units are read for those that tell how much is missing."""
    values = {
        "cart": head.id, "company": head.company_id, "digits": minor_units(head.currency),
        "with_units": any(one.min_quantity for one in promotions),
    }  # fmt: skip
    return [Goods._make(row) for row in db.session.execute(_GOODS, values).all()]


def _touched(goods: list[Goods], promotions: Sequence[Promotion]) -> list[Goods]:
    """The lines that belong to a promotion at all."""
    named = [one.articles for one in promotions]
    if None in named:
        return goods
    wanted = {article_id for articles in named for article_id in articles or ()}
    return [one for one in goods if one.article_id in wanted]
