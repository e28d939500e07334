"""All that the prices of an account depend on, and pricing from it; the rows may come from anywhere."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from app.pricing.domain.chain import Break, Ladder, ListPrices, Strategy, holding_lists, ladder_of
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

    def held(self, article_id: int) -> list[Sequence[Break]]:
        """What the lists that count have for an article, in order of priority."""
        return holding_lists(article_id, self.strategy, self.lists, self.currency)

    def treatment(self, category: str, vat_class: str) -> Treatment:
        return treat(self.parties, category, vat_class, self.rates)


def price_items(book: Book, items: Iterable[PriceItem]) -> list[PricedLine]:
    """Price items in the order given; lists and VAT are looked up once for each article and class."""
    held: dict[int, list[Sequence[Break]]] = {}
    treatments: dict[tuple[str, str], Treatment] = {}
    lines = []
    for item in items:
        prices = held.get(item.article_id)
        if prices is None:
            prices = held[item.article_id] = book.held(item.article_id)
        kind = (item.vat_category, item.vat_class)
        treatment = treatments.get(kind)
        if treatment is None:
            treatment = treatments[kind] = book.treatment(*kind)
        lines.append(price_line(item, prices, book.strategy, book.currency, treatment))
    return lines
