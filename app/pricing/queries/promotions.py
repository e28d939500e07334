"""What promotions do to the priced lines of an account, now; one statement."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import text

from app.core import clock
from app.core.actor import Actor
from app.core.db import db
from app.core.errors import NotFound
from app.core.money import Money
from app.core.texts import N_
from app.pricing.domain.levels import LevelKind
from app.pricing.domain.price import PricedLine
from app.pricing.domain.promotion_amounts import evaluate
from app.pricing.domain.promotions import (
    NO_EFFECTS,
    Allowance,
    CouponAnswer,
    Effects,
    Goods,
    Kind,
    Lost,
    Off,
    Part,
    Promotion,
)

# Promotions that hold for the account at the moment, each with the asked articles that are its goods. The function keeps
# its plan; where no promotion is open it looks at nothing else.
_HELD = text("""
SELECT * FROM held_promotions(:company, CAST(:codes AS text[]), CAST(:moment AS timestamptz), CAST(:ids AS bigint[]), :only)
""")

_VERDICTS = {
    "off": N_("This coupon is no longer valid."),
    "ended": N_("This coupon has ended."),
    "used_up": N_("This coupon is used up."),
    "used": N_("You have used this coupon already."),
    "not_yours": N_("This coupon is not meant for your account."),
}

PricedGoods = tuple[PricedLine, Decimal, str]
"""A priced line, its quantity in base units, the base unit."""


@dataclass(frozen=True, slots=True)
class Named:
    """What a coupon the buyer has entered is for his account; an empty verdict means it opens its promotion."""

    code: str
    promotion_id: int
    name: str
    starts_at: datetime | None
    verdict: str


@dataclass(frozen=True, slots=True)
class Held:
    """The promotions of an account and the coupons it named."""

    promotions: tuple[Promotion, ...] = ()
    named: tuple[Named, ...] = ()

    def goods(self, lines: Iterable[PricedGoods]) -> list[Goods]:
        """Lines that have a price, as promotions see them."""
        return [
            Goods(
                price.article_id, base_quantity, base_unit, price.net, price.vat_category, price.vat_rate,
                price.level == LevelKind.CONTRACT,
            )
            for price, base_quantity, base_unit in lines
            if price.net is not None and price.problem is None
        ]  # fmt: skip


def promotion_effects(
    actor: Actor,
    lines: Iterable[PricedGoods],
    article_ids: Iterable[int],
    *,
    company_id: int,
    currency: str,
    coupons: Sequence[str] = (),
    at: datetime | None = None,
) -> Effects:
    """What promotions give an account for these lines now; `lines` are read only if there is a promotion at all."""
    held = held_promotions(actor, article_ids, company_id=company_id, coupons=coupons, at=at)
    if not held.promotions:
        return Effects(coupons=coupon_answers(coupons, held, (), (), currency)) if coupons else NO_EFFECTS
    allowances, lost = evaluate(held.promotions, held.goods(lines), currency)
    return Effects(allowances, lost, coupon_answers(coupons, held, allowances, lost, currency))


def held_promotions(
    actor: Actor,
    article_ids: Iterable[int],
    *,
    company_id: int,
    coupons: Collection[str] = (),
    at: datetime | None = None,
    only: int | None = None,
) -> Held:
    """Promotions that hold for an account, with the articles of these that are their goods.

    `only` names one promotion, whatever its dates, coupon and audience are: for previews by the operator.
    """
    if not actor.is_operator and company_id != actor.company_id:
        raise NotFound
    rows = db.session.execute(
        _HELD,
        {
            "company": company_id,
            "codes": "{" + ",".join(f'"{code}"' for code in coupons) + "}",
            "moment": at or clock.now(),
            "ids": "{" + ",".join(map(str, article_ids)) + "}",
            "only": only,
        },
    ).all()
    named = rows[0][0] if rows else ()
    return Held(
        tuple(_promotion(row[1:]) for row in rows if row[1] is not None),
        tuple(Named(code, key, name, _moment(start), verdict) for code, key, name, start, verdict in named or ()),
    )


def _moment(value: str | None) -> datetime | None:
    return datetime.fromisoformat(value) if value else None


def _promotion(row: Sequence[Any]) -> Promotion:
    (key, code, name, kind, effect, value, min_quantity, min_net, priority, is_exclusive, exclusion_group, on_agreed,
     budget_left, uses_left, account_uses_left, coupon, coupon_id, parts) = row  # fmt: skip
    return Promotion(
        id=key, code=code, name=name, kind=Kind(kind), effect=Off(effect), value=_plain(value),
        parts=tuple(Part(frozenset(ids or ()), Decimal(quantity)) for quantity, ids in parts or ()) or (Part(None),),
        min_quantity=_plain(min_quantity), min_net=_plain(min_net), priority=priority, is_exclusive=is_exclusive,
        exclusion_group=exclusion_group, on_agreed_prices=on_agreed, budget_left=budget_left, uses_left=uses_left,
        account_uses_left=account_uses_left, coupon=coupon, coupon_id=coupon_id,
    )  # fmt: skip


def _plain(value: Decimal) -> Decimal:
    return value.normalize() + 0


def coupon_answers(
    codes: Sequence[str], held: Held, allowances: Sequence[Allowance], lost: Sequence[Lost], currency: str
) -> tuple[CouponAnswer, ...]:
    named = {one.code: one for one in held.named}
    return tuple(_answer(code, named.get(code), allowances, lost, currency) for code in codes)


def _answer(
    code: str, named: Named | None, allowances: Sequence[Allowance], lost: Sequence[Lost], currency: str
) -> CouponAnswer:
    """In the buyer's words: what a code gives, or why nothing."""
    if named is None:
        message = N_("There is no coupon {code}.", code=code)
        return CouponAnswer(code, is_applied=False, message=message, is_known=False)
    given = next((one for one in allowances if one.coupon == code), None)
    if given is not None:
        message = N_("{name}: {amount} off", name=given.name, amount=Money(given.amount, currency))
        return CouponAnswer(code, is_applied=True, message=message)
    failed = next((one for one in lost if one.coupon == code), None)
    if failed is not None:
        message = failed.hint or failed.reason
    elif named.verdict == "early" and named.starts_at is not None:
        message = N_("This coupon holds from {moment} on.", moment=named.starts_at)
    elif named.verdict:
        message = _VERDICTS[named.verdict]
    else:
        message = N_("Another of your coupons has opened “{name}” already.", name=named.name)
    return CouponAnswer(code, is_applied=False, message=message)
