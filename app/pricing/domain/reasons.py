"""Why this price: every price the lists of a chain have for an article, and why it holds or not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from app.core.texts import N_, Message
from app.core.units import unit_name
from app.pricing.domain.book import Book
from app.pricing.domain.chain import Break, ListPrices, Strategy, allowed
from app.pricing.domain.price import PricedLine, PriceItem


@dataclass(frozen=True, slots=True)
class Candidate:
    """One price of one list, in its currency, and what became of it."""

    step: Break
    currency: str
    is_winner: bool
    verdict: Message


def candidates(book: Book, item: PriceItem, line: PricedLine) -> list[Candidate]:
    """All prices of the item's article, list by list in the order of the chain; exactly one wins if there is a price."""
    holding = [prices for prices in book.lists if item.article_id in prices.entries]
    asked = allowed(holding, book.strategy)
    held = {step[:2]: step.list_code for step in book.ladder(item.article_id)}
    found = []
    for prices in holding:
        for step in sorted(prices.entries[item.article_id]):
            lost = _passed_over(book, prices, asked) or _outdone(book, step, held[step[:2]]) or _unfit(step, line)
            found.append(Candidate(step, prices.currency, lost is None, lost or N_("This price holds.")))
    return found


def _passed_over(book: Book, prices: ListPrices, asked: Sequence[ListPrices]) -> Message | None:
    """Why a whole list does not count."""
    if prices in asked:
        if prices.currency == book.currency:
            return None
        return N_("The account buys in {currency}.", currency=book.currency)
    if book.strategy is Strategy.MERGE and asked[0].may_merge:
        return N_("This list only counts where no list before it has the article.")
    return N_("{list} comes first and lets no other list in.", list=asked[0].code)


def _outdone(book: Book, step: Break, holder: str) -> Message | None:
    """Why another list has the slot."""
    if holder == step.list_code:
        return None
    if book.strategy is Strategy.LOWEST:
        return N_("{list} is as low or lower.", list=holder)
    return N_("{list} comes first.", list=holder)


def _unfit(step: Break, line: PricedLine) -> Message | None:
    """Why a slot is not the one of the line."""
    unit = unit_name(step.unit)
    if step.unit != line.price_unit:
        return N_("This price is for {unit}.", unit=unit)
    if step.min_quantity > line.priced_quantity:
        return N_("This price begins at {quantity} {unit}.", quantity=step.min_quantity, unit=unit)
    if step.min_quantity < line.min_quantity:
        return N_("From {quantity} {unit} on another price holds.", quantity=line.min_quantity, unit=unit)
    return None
