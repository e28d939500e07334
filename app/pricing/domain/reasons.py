"""Why this price: every price the lists of all levels have for an article, and why it holds or not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from app.core.texts import N_, Message
from app.core.units import unit_name
from app.pricing.domain.book import Book, enough_for
from app.pricing.domain.chain import Break, ListPrices, Strategy, allowed
from app.pricing.domain.levels import Combine, Level, Usable, asked, ladder_from
from app.pricing.domain.price import PricedLine, PriceItem


@dataclass(frozen=True, slots=True)
class Candidate:
    """One price of one list, in the currency it counts in, and what became of it."""

    step: Break
    currency: str
    is_winner: bool
    verdict: Message
    level: str = ""
    subject: str = ""


def candidates(book: Book, item: PriceItem, line: PricedLine) -> list[Candidate]:
    """All prices of the item's article, level by level and list by list; exactly one wins if there is a price."""
    left = book.remaining()
    usable = enough_for(item, left)
    tiers = book.tiers(item.article_id, usable)
    held = {step[:2]: step for step in ladder_from(tiers)} if tiers else {}
    open_levels = asked(book.levels, lambda level: _has(level, item.article_id, usable))
    found = []
    for level in book.levels:
        holding = [prices for prices in level.lists if item.article_id in prices.entries]
        counting = [prices for prices in holding if any(map(usable, prices.entries[item.article_id]))]
        counting = allowed(counting, level.strategy) if len(counting) > 1 else counting
        for prices in holding:
            for step in sorted(prices.entries[item.article_id]):
                lost = (
                    (None if level in open_levels else _shut(open_levels))
                    or _drawn(item, step, prices, usable)
                    or _passed_over(book, level, prices, counting)
                    or _outdone(book, level, step, held[step[:2]])
                    or _unfit(step, line)
                )
                verdict = lost or N_("This price holds.")
                found.append(Candidate(step, prices.currency, lost is None, verdict, level.kind, level.subject))
    return found


def _has(level: Level, article_id: int, usable: Usable) -> bool:
    return any(any(map(usable, prices.entries.get(article_id, ()))) for prices in level.lists)


def _shut(open_levels: Sequence[Level]) -> Message:
    """Why a whole level is not asked."""
    last = open_levels[-1]
    if last.combine is Combine.STOP:
        return N_("The level {level} asks no other below it.", level=LEVEL_NAMES[last.kind])
    return N_("The level {level} has the article and asks no other below it.", level=LEVEL_NAMES[last.kind])


def _drawn(item: PriceItem, step: Break, prices: ListPrices, usable: Usable) -> Message | None:
    """Why a price of a contract does not count although it is there."""
    if usable(step):
        return None
    if step.unit not in (item.unit, item.base_unit):
        return N_("This price is for {unit}.", unit=unit_name(step.unit))
    left = prices.remaining[item.article_id, step.unit, step.min_quantity]
    return N_(
        "Only {left} {unit} are left of the agreed quantity.", left=max(left, left * 0), unit=unit_name(step.unit)
    )


def _passed_over(book: Book, level: Level, prices: ListPrices, counting: Sequence[ListPrices]) -> Message | None:
    """Why a whole list does not count."""
    if prices in counting:
        if prices.currency == book.currency:
            return None
        return N_("The account buys in {currency}.", currency=book.currency)
    if level.strategy is Strategy.MERGE and counting[0].may_merge:
        return N_("This list only counts where no list before it has the article.")
    return N_("{list} comes first and lets no other list in.", list=counting[0].code)


def _outdone(book: Book, level: Level, step: Break, holder: Break) -> Message | None:
    """Why another list or level has the slot."""
    if (holder.list_code, holder.level) == (step.list_code, step.level):
        return None
    if holder.level == step.level:
        is_lower = level.strategy is Strategy.LOWEST
    else:
        kinds = [one.kind for one in book.levels]
        above, below = kinds.index(holder.level), kinds.index(step.level)
        is_lower = above > below or book.levels[above].combine is Combine.LOWEST
    if is_lower:
        return N_("{list} is as low or lower.", list=holder.list_code)
    return N_("{list} comes first.", list=holder.list_code)


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


LEVEL_NAMES: dict[str, Message] = {
    "contract": N_("contract"),
    "account": N_("account"),
    "parent": N_("parent company"),
    "group": N_("group"),
    "segment": N_("segment"),
    "general": N_("general"),
}
