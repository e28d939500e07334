"""What the lines of a request cost the account without a quote, and what they cost the operator."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from app.accounts.queries.companies import buying_terms
from app.catalog.domain.article import Article
from app.catalog.queries.articles import articles_by_id
from app.core import clock
from app.core.actor import Actor
from app.core.money import round_to
from app.core.quantity import Factor
from app.pricing.domain.price import PriceItem
from app.pricing.queries.floors import Floor, floors
from app.pricing.queries.prices import price_lines

_ONE = Decimal(1)
_SAME = Factor(1)
Wanted = tuple[int | None, Decimal, str]  # article, quantity, unit


@dataclass(frozen=True, slots=True)
class ListPrice:
    """Net price of `base_quantity` of the unit that was asked for."""

    price: Decimal
    base_quantity: Decimal


@dataclass(frozen=True, slots=True)
class CostFloor:
    """Cost, least price and its margin, per one of a unit; None where nothing is known or demanded."""

    cost: Decimal
    least: Decimal | None

    def margin_of(self, price: Decimal) -> Decimal | None:
        """Percent of a price of one unit."""
        return round_to((price - self.cost) * 100 / price, 1) if price else None


def list_prices(
    actor: Actor, company_id: int, wanted: Sequence[Wanted], known: Mapping[int, Article] | None = None
) -> list[ListPrice | None]:
    """What an account pays today for each line, with all its lists, contracts and rules; None where it has no price."""
    account = buying_terms(actor, company_id)
    ids = {article_id for article_id, _quantity, _unit in wanted if article_id is not None}
    articles = known if known is not None else articles_by_id(actor, ids, company_id=company_id)
    places = [place for place, one in enumerate(wanted) if one[0] in articles]
    items = [_item(articles[wanted[place][0] or 0], *wanted[place][1:]) for place in places]
    found: list[ListPrice | None] = [None] * len(wanted)
    if not items:
        return found
    priced = price_lines(actor, items, company_id=company_id, on=clock.today(account.time_zone))
    for place, item, line in zip(places, items, priced, strict=True):
        if line.unit_price is None or line.currency != account.currency:
            continue
        price = line.unit_price
        if line.price_unit != item.unit:
            price = round_to(price * item.factor.numerator / item.factor.denominator, 6)
        found[place] = ListPrice(price.normalize() + 0, line.base_quantity)
    return found


def _item(article: Article, quantity: Decimal, unit: str) -> PriceItem:
    factor = article.factor(unit) or _SAME
    return PriceItem(article.id, quantity, unit, article.base_unit, factor, article.vat_category, article.vat_class)


def costs(
    actor: Actor, articles: Mapping[int, Article], units: Collection[tuple[int, str]], *, currency: str, on: date
) -> dict[tuple[int, str], CostFloor]:
    """Cost and floor of articles per unit, for the operator; one statement."""
    held: dict[int, Floor] = floors(actor, articles.keys(), currency=currency, on=on) if articles else {}
    found = {}
    for article_id, unit in units:
        floor = held.get(article_id)
        if floor is None:
            continue
        factor = articles[article_id].factor(unit) or _SAME
        size = Decimal(factor.numerator) / factor.denominator
        least = floor.price
        found[article_id, unit] = CostFloor(floor.cost * size, None if least is None else round_to(least * size, 6))
    return found
