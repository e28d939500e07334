"""Prices of an offer, as pricing knows them: percent off is a promotion, prices of articles are a list that the
accounts' own chains meet at the lower price. Nothing is priced here.
"""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from sqlalchemy import select, text

from app.accounts.models.companies import Company
from app.accounts.queries.companies import operator_zone
from app.catalog.models.articles import Article
from app.catalog.models.categories import Category
from app.core.actor import Actor
from app.core.db import db
from app.core.errors import Invalid
from app.core.operator_setting_kinds import text_for
from app.core.texts import N_
from app.pricing.domain.levels import Combine
from app.pricing.models.chains import Chain
from app.pricing.models.levels import PriceAssignment
from app.pricing.models.promotions import Promotion
from app.pricing.service.assignments import AssignmentRow, remove_assignment, set_assignment
from app.pricing.service.chains import ChainRow, Link, set_chain
from app.pricing.service.lists import EntryRow, PriceListRow, upsert_entries, upsert_price_list
from app.pricing.service.promotions import AudienceRow, PromotionRow, TargetRow, switch_promotion, upsert_promotion
from app.sales.domain.offers import OfferKind
from app.sales.models.offers import Offer, OfferAccount, OfferTarget

MOST_ACCOUNTS = 500  # with prices of single articles, each of them gets a row in pricing
_HUNDRED = Decimal(100)

_USUAL = text("""
SELECT t.price, (
    SELECT max(e.price / e.base_quantity) FROM price_entries e
    JOIN price_lists p ON p.id = e.price_list_id AND p.currency = :currency AND NOT p.is_gross AND p.is_active
    JOIN chain_lists l ON l.price_list_id = p.id JOIN chains c ON c.id = l.chain_id AND c.is_default
    WHERE e.article_id = t.article_id AND e.unit = a.base_unit AND e.min_quantity = 0
      AND (e.valid_from IS NULL OR e.valid_from <= :day) AND (e.valid_to IS NULL OR e.valid_to > :day))
FROM offer_targets t JOIN articles a ON a.id = t.article_id WHERE t.offer_id = :offer AND t.price IS NOT NULL""")


def discount_of(actor: Actor, offer: Offer) -> Decimal | None:
    """Percent below the usual list price that the offer gives at most; None where that cannot be told."""
    if offer.percent is not None:
        return offer.percent
    values = {"offer": offer.id, "currency": offer.currency, "day": _day(actor, offer)}
    pairs = db.session.execute(_USUAL, values).all()
    if not pairs or any(not usual for _price, usual in pairs):
        return None
    deepest: Decimal = max((usual - price) * _HUNDRED / usual for price, usual in pairs)
    return deepest


def put_prices(actor: Actor, offer: Offer) -> None:
    """Make pricing know what the offer gives, and to whom by now. Safe to repeat."""
    if offer.kind != OfferKind.PRICE:
        return
    if offer.percent is not None:
        _promotion(actor, offer)
    else:
        _list(actor, offer)


def take_prices(actor: Actor, offer: Offer) -> None:
    """Let what the offer gave hold no more, from the next request on."""
    if offer.kind != OfferKind.PRICE:
        return
    promotion_id = db.session.scalar(select(Promotion.id).where(Promotion.code == offer.promotion_code))
    if promotion_id is not None:
        switch_promotion(actor, promotion_id, is_active=False)
    ids = db.session.scalars(
        select(PriceAssignment.id).join(Chain, Chain.id == PriceAssignment.chain_id).where(Chain.code == code_of(offer))
    )
    for assignment_id in list(ids):
        remove_assignment(actor, assignment_id)


def code_of(offer: Offer) -> str:
    """What the promotion or price list of an offer is called."""
    return f"OFFER-{offer.id}"


def _promotion(actor: Actor, offer: Offer) -> None:
    is_open = offer.is_for_all and not offer.holdout_percent
    targets = db.session.execute(
        select(Article.sku, Category.code, OfferTarget.brand)
        .select_from(OfferTarget)
        .outerjoin(Article, Article.id == OfferTarget.article_id)
        .outerjoin(Category, Category.id == OfferTarget.category_id)
        .where(OfferTarget.offer_id == offer.id)
        .order_by(OfferTarget.id)
    ).all()
    row = PromotionRow(
        code=code_of(offer), name=text_for(offer.titles, "en"), about=offer.name, kind="line", effect="percent",
        value=offer.percent or Decimal(0), currency=offer.currency, starts_at=offer.starts_at, ends_at=offer.ends_at,
        priority=offer.priority, budget_amount=offer.budget_amount,
        targets=tuple(
            TargetRow("article", sku) if sku else TargetRow("category", code) if code else TargetRow("brand", brand)
            for sku, code, brand in targets
        ),
        audience=() if is_open else tuple(AudienceRow("account", code) for code in _accounts(offer)),
    )  # fmt: skip
    if not is_open and not row.audience:
        raise Invalid("audience", N_("Nobody is in it now. Name somebody else, or fill the segment first."))
    upsert_promotion(actor, row)
    offer.promotion_code = row.code


def _list(actor: Actor, offer: Offer) -> None:
    codes = _accounts(offer)
    if not codes:
        raise Invalid("audience", N_("Nobody is in it now. Name somebody else, or fill the segment first."))
    if len(codes) > MOST_ACCOUNTS:
        text = N_("Prices of articles reach at most {most} accounts; give percent off instead.", most=MOST_ACCOUNTS)
        raise Invalid("audience", text)
    code, first, last = code_of(offer), _day(actor, offer), _last(actor, offer)
    list_id, _outcome = upsert_price_list(actor, PriceListRow(code=code, name=offer.name, currency=offer.currency))
    rows = db.session.execute(
        select(Article.sku, OfferTarget.price)
        .join(Article, Article.id == OfferTarget.article_id)
        .where(OfferTarget.offer_id == offer.id, OfferTarget.price.is_not(None))
        .order_by(OfferTarget.id)
    ).all()
    for result in upsert_entries(actor, list_id, [EntryRow(sku, price) for sku, price in rows if price is not None]):
        if result.problem is not None:
            raise Invalid("goods", result.problem)
    set_chain(actor, ChainRow(code, (Link(code),), name=offer.name))
    for account in codes:
        set_assignment(
            actor,
            AssignmentRow(
                "account", account, code, combine=Combine.LOWEST, converts=True, position=-offer.id, valid_from=first,
                valid_to=last,
            ),
        )  # fmt: skip


def _accounts(offer: Offer) -> list[str]:
    statement = (
        select(Company.code)
        .join(OfferAccount, OfferAccount.company_id == Company.id)
        .where(OfferAccount.offer_id == offer.id, OfferAccount.is_held_out.is_(False))
        .order_by(Company.code)
    )
    return list(db.session.scalars(statement))


def _day(actor: Actor, offer: Offer) -> date:
    """Prices of articles hold for whole days where the operator is."""
    return offer.starts_at.astimezone(ZoneInfo(operator_zone(actor))).date()


def _last(actor: Actor, offer: Offer) -> date | None:
    """The first day without it; on the way the sweep takes it off at its hour."""
    if offer.ends_at is None:
        return None
    return offer.ends_at.astimezone(ZoneInfo(operator_zone(actor))).date() + timedelta(days=1)
