"""The articles and prices of an account that an order file is checked against."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal

from app.accounts.queries.companies import buying_terms
from app.catalog.domain.article import Article, key_of
from app.catalog.queries.articles import articles_by_code
from app.core.actor import Actor
from app.ordering.domain.order_file_check import PriceCatalogue, PricedArticle
from app.ordering.queries.cart import price_day
from app.pricing.domain.chain import Ladder
from app.pricing.queries.prices import ladders


def account_catalogue(actor: Actor, company_id: int, skus: Iterable[str]) -> PriceCatalogue:
    """What the account pays per piece for the articles with these SKUs, today; a constant number of statements.

    An article without a price for one piece, or outside the assortment, is left out, so that the check refuses it like an
    unknown one.
    """
    terms = buying_terms(actor, company_id)
    found = {
        key: article
        for key, matches in articles_by_code(actor, skus, company_id=company_id).items()
        for article in matches
        if key_of(article.sku) == key and article.is_visible
    }
    priced = ladders(
        actor, [article.id for article in found.values()], company_id=company_id, on=price_day(actor)
    )  # fmt: skip
    articles: dict[str, PricedArticle] = {}
    breaks: dict[str, Sequence[tuple[Decimal, Decimal]]] = {}
    for key, article in found.items():
        steps = _per_piece(article, priced.get(article.id, ()))
        if steps and steps[0][0] <= 1:
            articles[key] = PricedArticle(key, steps[0][1], terms.currency)
            breaks[key] = tuple(steps[1:])
    return PriceCatalogue(articles, breaks)


def _per_piece(article: Article, ladder: Ladder) -> list[tuple[Decimal, Decimal]]:
    """Quantity and price for one base unit, in rising order of quantity."""
    return [
        (step.min_quantity, step.price if step.base_quantity == 1 else step.price / step.base_quantity)
        for step in ladder
        if step.unit == article.base_unit
    ]
