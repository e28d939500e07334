"""All that the prices of an account depend on, and pricing from it; the rows may come from anywhere."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from app.pricing.domain.chain import Ladder, ListPrices, Strategy, ladder_of
from app.pricing.domain.price import PricedLine, PriceItem, price_line
from app.pricing.domain.vat import Parties, Treatment, treat


@dataclass(frozen=True, slots=True)
class Book:
    """What an account buys by on one day: its lists in order, its strategy, who sells to whom, the VAT rates."""

    currency: str
    parties: Parties
    rates: Mapping[str, Decimal]
    strategy: Strategy
    lists: tuple[ListPrices, ...]

    def ladder(self, article_id: int) -> Ladder:
        return ladder_of(article_id, self.strategy, self.lists, self.currency)


def price_items(book: Book, items: Iterable[PriceItem]) -> list[PricedLine]:
    """Price items in the order given; ladders and VAT are found once for each article and class."""
    ladders: dict[int, Ladder] = {}
    treatments: dict[tuple[str, str], Treatment] = {}
    lines = []
    for item in items:
        ladder = ladders.get(item.article_id)
        if ladder is None:
            ladder = ladders[item.article_id] = book.ladder(item.article_id)
        kind = (item.vat_category, item.vat_class)
        treatment = treatments.get(kind)
        if treatment is None:
            treatment = treatments[kind] = treat(book.parties, *kind, book.rates)
        lines.append(price_line(item, ladder, book.currency, treatment))
    return lines
