"""An offer worked out without storing it: prices, margins, and why it would need a release."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from sqlalchemy import select

from app.catalog.domain.article import Article
from app.catalog.queries.articles import articles_by_id
from app.core import clock
from app.core.actor import Actor
from app.core.db import db
from app.core.errors import NotFound
from app.core.money import UnitPrice, round_to
from app.core.texts import N_, Message
from app.sourcing.domain.chain import canonical
from app.sourcing.domain.quote import Offer, OfferEntry, check_offer
from app.sourcing.domain.quote_amounts import Amount, AmountLine, QuoteAmounts, amounts
from app.sourcing.domain.quote_rules import QuoteRight
from app.sourcing.models.quote_versions import QuoteOffer, QuoteVersion
from app.sourcing.models.quotes import Quote, QuoteLine
from app.sourcing.queries.quote_prices import CostFloor, ListPrice, costs, list_prices
from app.sourcing.queries.quote_rules import quote_right

_Key = tuple[int, int | None, str, Decimal]  # line, article, unit, quantity


@dataclass(frozen=True, slots=True)
class LineFacts:
    """What a line of the request holds, for offers on it."""

    id: int
    position: int
    article_id: int | None
    text: str
    quantity: Decimal
    unit: str
    list_price: ListPrice | None


@dataclass(frozen=True, slots=True)
class WorkedOffer:
    """One offer with its figures; `place` among the offers of its line, `cost` per unit, `margin` in percent."""

    entry: OfferEntry
    place: int
    position: int
    article_id: int | None
    text: str
    list_price: ListPrice | None
    amount: Amount
    cost: CostFloor | None
    margin: Decimal | None
    needs: tuple[Message, ...]

    @property
    def price_of_one(self) -> Decimal | None:
        price = self.amount.unit_price
        return None if price is None else price / self.amount.base_quantity


@dataclass(frozen=True, slots=True)
class Worked:
    """A whole version. `content_hash` is what a release holds for."""

    offer: Offer
    offers: tuple[WorkedOffer, ...]
    amounts: QuoteAmounts
    content_hash: str

    @property
    def needs(self) -> tuple[tuple[int, Message], ...]:
        """Position of the line and why it needs a release."""
        return tuple((one.position, need) for one in self.offers for need in one.needs)


def line_facts(quote_id: int) -> dict[int, LineFacts]:
    """The lines of a request by id, in their order."""
    rows = db.session.execute(
        select(
            QuoteLine.id, QuoteLine.position, QuoteLine.article_id, QuoteLine.text, QuoteLine.quantity, QuoteLine.unit,
            QuoteLine.list_price, QuoteLine.list_base_quantity,
        ).where(QuoteLine.quote_id == quote_id).order_by(QuoteLine.position)
    )  # fmt: skip
    return {
        row[0]: LineFacts(*row[:6], ListPrice(row[6].normalize() + 0, row[7]) if row[6] is not None else None)
        for row in rows
    }


def work_out(actor: Actor, quote_id: int, offer: Offer) -> Worked:
    """Prices by the entered discounts, against the right of the actor; raises Invalid for figures that make no sense."""
    head = db.session.execute(select(Quote.company_id, Quote.currency).where(Quote.id == quote_id)).one_or_none()
    if head is None:
        raise NotFound
    company_id, currency = head
    lines = line_facts(quote_id)
    check_offer(offer, {line.id: line.position for line in lines.values()})
    entries = sorted(offer.entries, key=lambda one: lines[one.line_id].position)
    article_ids = [_article_of(one, lines[one.line_id]) for one in entries]
    articles = articles_by_id(actor, {one for one in article_ids if one is not None}, company_id=company_id)
    keys = [(one.line_id, key, one.unit, one.quantity) for one, key in zip(entries, article_ids, strict=True)]
    prices = _list_prices(actor, company_id, keys, _held_prices(quote_id, lines.values()), articles)
    places = _places(entries)
    found = amounts(
        [
            AmountLine(
                one.quantity, price.price if price else None, price.base_quantity if price else Decimal(1),
                one.discount_kind, one.discount_value, one.is_locked, place == 1, one.is_no_offer,
                lines[one.line_id].position,
            )
            for one, price, place in zip(entries, prices, places, strict=True)
        ],
        currency, offer.discount_kind, offer.discount_value,
    )  # fmt: skip
    units = {
        (key, one.unit) for key, one in zip(article_ids, entries, strict=True) if key is not None and key in articles
    }
    known = costs(actor, articles, units, currency=currency, on=clock.today(actor.time_zone))
    right = quote_right(actor)
    offers = []
    for one, key, price, place, amount in zip(entries, article_ids, prices, places, found.lines, strict=True):
        cost = known.get((key, one.unit)) if key is not None else None
        text = one.text.strip() or (articles[key].name if key in articles else lines[one.line_id].text)
        plain = WorkedOffer(one, place, lines[one.line_id].position, key, text[:500], price, amount, cost, None, ())
        offers.append(_judged(plain, right, currency))
    return Worked(offer, tuple(offers), found, _content_hash(offer, offers))


def _article_of(entry: OfferEntry, line: LineFacts) -> int | None:
    """What is offered: another article, other words, or what was asked for."""
    if entry.article_id is not None or entry.text.strip():
        return entry.article_id
    return line.article_id


def _places(entries: Sequence[OfferEntry]) -> list[int]:
    """1 for the main offer of a line, 2 for the next."""
    seen: dict[int, int] = {}
    places = []
    for one in entries:
        seen[one.line_id] = seen.get(one.line_id, 0) + 1
        places.append(seen[one.line_id])
    return places


def _held_prices(quote_id: int, lines: Iterable[LineFacts]) -> dict[_Key, ListPrice | None]:
    """List prices that stand: those of the request, and those the version in preparation was worked out with."""
    rows = db.session.execute(
        select(
            QuoteOffer.line_id, QuoteOffer.article_id, QuoteOffer.unit, QuoteOffer.quantity, QuoteOffer.list_price,
            QuoteOffer.list_base_quantity,
        )
        .join(QuoteVersion, QuoteVersion.id == QuoteOffer.version_id)
        .where(QuoteVersion.quote_id == quote_id, QuoteVersion.sent_at.is_(None))
    )  # fmt: skip
    held: dict[_Key, ListPrice | None] = {
        (line, article, unit, quantity): None if price is None else ListPrice(price.normalize() + 0, base)
        for line, article, unit, quantity, price, base in rows
    }
    held.update({(one.id, one.article_id, one.unit, one.quantity): one.list_price for one in lines if one.list_price})
    return held


def _list_prices(
    actor: Actor, company_id: int, keys: Sequence[_Key], held: Mapping[_Key, ListPrice | None],
    articles: Mapping[int, Article],
) -> list[ListPrice | None]:  # fmt: skip
    """Those that stand, and today's for what is new."""
    new = [key for key in keys if key not in held]
    today = list_prices(
        actor, company_id, [(article, quantity, unit) for _line, article, unit, quantity in new], articles
    )
    found = {**held, **dict(zip(new, today, strict=True))}
    return [found[key] for key in keys]


@dataclass(frozen=True, slots=True)
class Priced:
    """Net price, list price and cost of one unit."""

    price: Decimal
    list_price: Decimal | None
    cost: CostFloor | None


def needs_of(one: Priced, right: QuoteRight, currency: str) -> tuple[Message, ...]:
    """Why this price needs the release of somebody else."""
    needs = []
    if one.list_price:
        discount = (one.list_price - one.price) * 100 / one.list_price
        if discount > right.max_discount:
            needs.append(
                N_("{percent} % below the list price; you may go to {most} %.",
                   percent=round_to(discount, 1), most=right.max_discount.normalize() + 0)
            )  # fmt: skip
    if one.cost is None:
        return tuple(needs)
    if one.cost.least is not None and one.price < one.cost.least:
        needs.append(N_("Below the least price of {price}.", price=UnitPrice(one.cost.least, currency)))
    margin = one.cost.margin_of(one.price)
    if margin is None and one.cost.cost:
        needs.append(N_("Below the least price of {price}.", price=UnitPrice(one.cost.cost, currency)))
    elif margin is not None and margin < right.min_margin:
        least = right.min_margin.normalize() + 0
        needs.append(N_("Margin {percent} %; you may go to {least} %.", percent=margin, least=least))
    return tuple(needs)


def _judged(one: WorkedOffer, right: QuoteRight, currency: str) -> WorkedOffer:
    """The offer with its margin and the reasons why it needs a release."""
    price, held = one.price_of_one, one.list_price
    if price is None:
        return one
    each = None if held is None else held.price / held.base_quantity
    margin = one.cost.margin_of(price) if one.cost else None
    return replace(one, margin=margin, needs=needs_of(Priced(price, each, one.cost), right, currency))


def _content_hash(offer: Offer, offers: Sequence[WorkedOffer]) -> str:
    content = {
        "discount": [offer.discount_kind, _number(offer.discount_value)],
        "valid_until": offer.valid_until,
        "terms": offer.terms,
        "intro": offer.intro,
        "offers": [
            [
                one.entry.line_id, one.place, one.article_id, one.text, one.entry.is_no_offer,
                _number(one.entry.quantity), one.entry.unit, _number(one.entry.min_quantity),
                _number(one.entry.max_quantity), _number(one.amount.unit_price), _number(one.amount.base_quantity),
                _number(one.amount.net), one.entry.lead_days, one.entry.note,
            ]
            for one in offers
        ],
    }  # fmt: skip
    return hashlib.sha256(canonical(content)).hexdigest()


def _number(value: Decimal | None) -> Decimal | None:
    """One spelling for one value: 8.50 and 8.500000 are the same."""
    return None if value is None else value.normalize() + 0
