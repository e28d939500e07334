"""A bulk order as it would go into the cart: three statements however many rows, nothing stored."""

from __future__ import annotations

from app.accounts.queries.companies import buying_terms
from app.catalog.queries.articles import articles_by_code
from app.core.actor import Actor
from app.core.tables.sources import Source
from app.inventory.queries.promises import promises
from app.ordering.domain.carried_rows import Carried, demand_size
from app.ordering.domain.cart import sums
from app.ordering.domain.order_file import PORTAL, read_order_file
from app.ordering.domain.order_paste import read_pasted
from app.ordering.domain.preview import Preview, count_fixes, settle, sort_rows
from app.ordering.queries.cart import need, price_day, price_item
from app.pricing.queries.prices import price_lines


def read_file(source: Source, name: str = "") -> Carried:
    """The rows of an uploaded file; Invalid("file") says what to do with one that cannot be read."""
    order = read_order_file(source, PORTAL)
    demand_size(order)
    return Carried(order, name=name)


def read_text(text: str) -> Carried:
    """The rows of a paste."""
    order = read_pasted(text)
    demand_size(order)
    return Carried(order)


def preview(actor: Actor, carried: Carried) -> Preview:
    """Each row judged at the account's own prices and stock."""
    terms = buying_terms(actor)
    day = price_day(actor)
    rows = sort_rows(carried, articles_by_code(actor, carried.order.skus()))
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
    totals = sums((line.price for line in good), terms.currency)
    return Preview(carried, terms.currency, good, problems, totals, count_fixes(problems))
