"""Articles beside each other: own price with its breaks, stock, units and every attribute."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from app.catalog.domain.article import Article
from app.catalog.domain.attributes import AttributeValue, shown_values
from app.catalog.queries.articles import articles_by_id
from app.catalog.queries.attributes import Described, described, expected
from app.core.actor import Actor
from app.ordering.queries.cart import price_day
from app.ordering.queries.shop import ShopRow, offers
from app.pricing.domain.chain import Break
from app.pricing.queries.prices import ladders

MOST = 10


@dataclass(frozen=True, slots=True)
class Column:
    """An article with its offer; `breaks` are the whole ladder of the account."""

    row: ShopRow
    breaks: tuple[Break, ...]

    @property
    def article(self) -> Article:
        return self.row.article


@dataclass(frozen=True, slots=True)
class Trait:
    """An attribute of all columns in their order, None where an article says nothing of it."""

    label: str
    values: tuple[AttributeValue | None, ...]

    @property
    def differs(self) -> bool:
        return len({value.value if value else "" for value in self.values}) > 1


@dataclass(frozen=True, slots=True)
class Comparison:
    """At most MOST articles; `left_out` of those asked for are not to be had for the account, or only by variant."""

    columns: tuple[Column, ...]
    traits: tuple[Trait, ...]
    left_out: int

    @property
    def has_other_prices(self) -> bool:
        return len({(column.row.price.unit_price, column.row.price.base_quantity, column.row.price.price_unit, column.breaks)
                    for column in self.columns}) > 1  # fmt: skip

    @property
    def has_other_units(self) -> bool:
        return len({(one.base_unit, tuple(one.units.items()), one.rule) for one in self._articles}) > 1

    @property
    def has_other_brands(self) -> bool:
        return len({one.brand for one in self._articles}) > 1

    @property
    def _articles(self) -> list[Article]:
        return [column.article for column in self.columns]


def compare(actor: Actor, article_ids: Sequence[int]) -> Comparison:
    """The first MOST of these articles in their order; a constant number of statements."""
    ids = list(dict.fromkeys(article_ids))[:MOST]
    found = articles_by_id(actor, ids)
    articles = [found[one] for one in ids if one in found and found[one].is_visible and not found[one].is_head]
    day = price_day(actor)
    shown = [one.id for one in articles]
    breaks = ladders(actor, shown, company_id=actor.company_id, on=day) if shown else {}
    columns = tuple(Column(row, breaks.get(row.article.id, ())) for row in offers(actor, articles, day))
    return Comparison(columns, _traits(actor, shown), len(ids) - len(shown))


def _traits(actor: Actor, article_ids: Sequence[int]) -> tuple[Trait, ...]:
    """What any of the articles says of itself, in the order of the template of the category most of them are in."""
    facts = described(actor, article_ids)
    attributes = [facts[article_id].attributes for article_id in article_ids]
    codes = {code for one in attributes for code in one}
    if not codes:
        return ()
    definitions = [one.definition for one in expected(actor, _category(facts), codes)]
    by_article = [{value.code: value for value in shown_values(one, definitions, actor.locale)} for one in attributes]
    labels = {code: value.label for values in by_article for code, value in values.items()}
    order = [*(one.code for one in definitions if one.code in labels)]
    order += sorted(labels.keys() - set(order))
    return tuple(Trait(labels[code], tuple(values.get(code) for values in by_article)) for code in order)


def _category(facts: Mapping[int, Described]) -> str:
    return Counter(one.category for one in facts.values()).most_common(1)[0][0]
