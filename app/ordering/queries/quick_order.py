"""A bulk order as it would go into the cart: a few statements however many rows, nothing stored."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from app.accounts.queries.companies import buying_terms
from app.catalog.domain.article import Article
from app.catalog.queries.articles import articles_by_code
from app.catalog.queries.ways_out import instead_of, nearest_articles
from app.core.actor import Actor
from app.core.tables.sources import Source
from app.inventory.queries.promises import promises
from app.ordering.domain.carried_rows import Carried, demand_size
from app.ordering.domain.cart import sums
from app.ordering.domain.order_file import PORTAL, OrderFileRules, read_order_file
from app.ordering.domain.order_paste import read_pasted
from app.ordering.domain.preview import (
    Preview,
    count_fixes,
    hard_to_get,
    offer_instead,
    settle,
    sort_rows,
    unknown_codes,
)
from app.ordering.queries.cart import need, price_day, price_item
from app.pricing.queries.prices import price_lines


def read_file(source: Source, name: str = "", rules: OrderFileRules = PORTAL) -> Carried:
    """The rows of an uploaded file; Invalid("file") says what to do with one that cannot be read."""
    order = read_order_file(source, rules)
    demand_size(order)
    return Carried(order, name=name)


def read_text(text: str) -> Carried:
    """The rows of a paste."""
    order = read_pasted(text)
    demand_size(order)
    return Carried(order)


def preview(actor: Actor, carried: Carried) -> Preview:
    """Each row judged at the account's own prices and stock."""
    return judge_rows(actor, carried, articles_by_code(actor, carried.order.skus()))


def judge_rows(actor: Actor, carried: Carried, matches: Mapping[str, Sequence[Article]]) -> Preview:
    """The same with the articles found already, by the code of a row."""
    terms = buying_terms(actor)
    day = price_day(actor)
    rows = sort_rows(carried, matches)
    prices = price_lines(
        actor,
        [price_item(article, line.quantity, line.unit) for line, article in rows.lines],
        company_id=actor.company_id,
        on=day,
    )
    needs = [
        need(article, factor.to_base(line.quantity))
        for line, article in rows.lines
        if (factor := article.factor(line.unit)) is not None
    ]
    good, problems = settle(carried, rows, prices, promises(actor, needs, day))
    offer_instead(
        problems,
        nearest_articles(actor, unknown_codes(problems)),
        instead_of(actor, hard_to_get(problems)),
    )
    totals = sums((line.price for line in good), terms.currency)
    return Preview(carried, terms.currency, good, problems, totals, count_fixes(problems))
