"""All that the prices of an account depend on, and pricing from it; the rows may come from anywhere."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from app.core.texts import N_, Message
from app.core.units import unit_name
from app.pricing.domain.chain import Break, Ladder, ListPrices, Slot
from app.pricing.domain.levels import Level, LevelKind, Tiers, Usable, find, ladder_from, tiers_of
from app.pricing.domain.price import PricedLine, PriceItem, net_of, price_line
from app.pricing.domain.rules import ArticleFacts, Rule, RuleLine, RulePrice
from app.pricing.domain.step import Step
from app.pricing.domain.vat import Parties, Treatment, treat

_NO_FACTS = ArticleFacts()


@dataclass(frozen=True, slots=True)
class Book:
    """What an account buys by on one day: its levels, who sells to whom, the VAT rates, the rules, facts for them."""

    currency: str
    parties: Parties
    rates: Mapping[str, Decimal]
    levels: tuple[Level, ...]
    rules: tuple[Rule, ...] = ()
    facts: Mapping[int, ArticleFacts] = field(default_factory=dict)

    def tiers(self, article_id: int, usable: Usable | None = None) -> Tiers:
        return tiers_of(article_id, self.levels, self.currency, usable)

    def ladder(self, article_id: int) -> Ladder:
        """All breaks of an article after all rules; slots of a contract that is drawn are left out."""
        left = self.remaining()
        usable = (lambda step: _key(article_id, step) not in left or left[_key(article_id, step)] > 0) if left else None
        found = ladder_from(self.tiers(article_id, usable))
        return self._ruled(article_id, found) if self.rules and found else found

    def treatment(self, category: str, vat_class: str) -> Treatment:
        return treat(self.parties, category, vat_class, self.rates)

    def remaining(self) -> dict[tuple[str, Slot], Decimal]:
        """What is left of agreed quantities, by list and slot."""
        return {
            (prices.code, slot): left
            for level in self.levels
            for prices in level.lists
            for slot, left in prices.remaining.items()
        }

    def list_of(self, step: Break) -> ListPrices | None:
        """The list a break stands in."""
        return next(
            (
                prices
                for level in self.levels
                if level.kind == step.level
                for prices in level.lists
                if prices.code == step.list_code
            ),
            None,
        )

    def list_price(self, line: PricedLine) -> Decimal | None:
        """What everybody pays for as much, for the line's base quantity; None where there is no such price."""
        general = [level for level in self.levels if level.kind == LevelKind.GENERAL]
        tiers = tiers_of(line.article_id, general, self.currency) if general else ()
        found, _next = find(tiers, line.price_unit, line.priced_quantity) if tiers else (None, None)
        return found.price * line.base_quantity / found.base_quantity if found else None

    def _ruled(self, article_id: int, ladder: Ladder) -> Ladder:
        """The ladder with the starts of rules as breaks of their own."""
        facts = self.facts.get(article_id, _NO_FACTS)
        found: list[Break] = []
        for unit in dict.fromkeys(step.unit for step in ladder):
            steps = [step for step in ladder if step.unit == unit]
            size = facts.packs[unit].to_base(Decimal(1)) if unit in facts.packs else Decimal(1)
            starts = {step.min_quantity for step in steps}
            for rule in self.rules:
                for step in steps:
                    line = RuleLine(article_id, Decimal(0), step.level, facts)
                    starts.update(start / size for start in rule.starts(line))
            last: Break | None = None
            for start in sorted(start for start in starts if start >= steps[0].min_quantity):
                step = [step for step in steps if step.min_quantity <= start][-1]
                price, _steps = self.apply(article_id, step, start * size)
                step = step._replace(min_quantity=start, price=price)
                if last is None or (step.price, step.base_quantity) != (last.price, last.base_quantity):
                    found.append(step)
                    last = step
        return tuple(found)

    def apply(self, article_id: int, step: Break, base_units: Decimal) -> tuple[Decimal, tuple[Step, ...]]:
        """What the rules make of a break for so many base units."""
        prices = self.list_of(step)
        line = RuleLine(article_id, base_units, step.level, self.facts.get(article_id, _NO_FACTS))
        price = RulePrice(step.price, step.base_quantity, self.currency, prices.digits if prices else 4)
        made: list[Step] = []
        for rule in self.rules:
            change = rule.apply(line, price)
            if change is not None and change.after != change.before:
                made.append(change)
                price = price._replace(amount=change.after)
        return price.amount, tuple(made)


def price_items(book: Book, items: Iterable[PriceItem]) -> list[PricedLine]:
    """Price items in the order given; levels and VAT are looked up once for each article and class.

    What several lines draw of one agreed quantity is counted down from line to line.
    """
    held: dict[int, Tiers] = {}
    treatments: dict[tuple[str, str], Treatment] = {}
    left = book.remaining()
    limited = {slot[0] for _code, slot in left}
    reworked = {prices.code for level in book.levels for prices in level.lists if prices.rework}
    lines = []
    for item in items:
        tiers = held.get(item.article_id)
        if tiers is None:
            tiers = held[item.article_id] = book.tiers(item.article_id)
        kind = (item.vat_category, item.vat_class)
        treatment = treatments.get(kind)
        if treatment is None:
            treatment = treatments[kind] = book.treatment(*kind)
        if item.article_id in limited:
            tiers = book.tiers(item.article_id, enough_for(item, left))
        line, found = price_line(item, tiers, book.currency, treatment)
        line.book = book
        if found is None and item.article_id in limited:
            line.problem = _short(book, item, left) or line.problem
        if found is not None:
            if limited and (key := _key(item.article_id, found)) in left:
                left[key] -= line.priced_quantity
                line.is_drawn = True
            if reworked and found.list_code in reworked and (prices := book.list_of(found)):
                line.adjustments = prices.steps(item.article_id, found)
            if book.rules:
                _adjust(book, item, line, found)
        lines.append(line)
    return lines


def enough_for(item: PriceItem, left: Mapping[tuple[str, Slot], Decimal]) -> Usable:
    """Whether what is left of an agreed quantity is enough for an item; a line is never split.

    Where an article has such quantities, prices of units that the item is not in do not count either: a contract that
    is drawn shall not hold the article by the price of a box.
    """
    needed = {item.base_unit: item.base_quantity, item.unit: item.quantity}
    is_limited = any(slot[0] == item.article_id for _code, slot in left)

    def usable(step: Break) -> bool:
        quantity, remaining = needed.get(step.unit), left.get(_key(item.article_id, step))
        if quantity is None:
            return not is_limited
        return remaining is None or quantity <= remaining

    return usable


def _short(book: Book, item: PriceItem, left: Mapping[tuple[str, Slot], Decimal]) -> Message | None:
    """What is left of a contract that would have the price; None where it is not for want of quantity."""
    for step in ladder_from(book.tiers(item.article_id)):
        remaining = left.get(_key(item.article_id, step))
        if remaining is not None and step.unit in (item.unit, item.base_unit):
            return N_("Only {left} {unit} are left of the agreed quantity, and there is no other price.",
                      left=max(remaining, Decimal(0)), unit=unit_name(step.unit))  # fmt: skip
    return None


def _key(article_id: int, step: Break) -> tuple[str, Slot]:
    return step.list_code, (article_id, *step[:2])


def _adjust(book: Book, item: PriceItem, line: PricedLine, found: Break) -> None:
    """Let the rules change the price of a line and of the break behind it."""
    size = item.base_quantity / line.priced_quantity if line.priced_quantity else Decimal(1)
    price, steps = book.apply(item.article_id, found, item.base_quantity)
    if steps:
        line.unit_price, line.adjustments = price, line.adjustments + steps
        line.net = net_of(line.priced_quantity, price, line.base_quantity, line.currency)
    rule_line = RuleLine(item.article_id, item.base_quantity, found.level, book.facts.get(item.article_id, _NO_FACTS))
    starts = sorted(
        {start / size for rule in book.rules for start in rule.starts(rule_line) if start > item.base_quantity}
    )
    following = line.next_break
    end = following.min_quantity if following else None
    for start in starts:
        if end is not None and start >= end:
            break
        price_there, _steps = book.apply(item.article_id, found, start * size)
        if price_there != line.unit_price:
            line.next_break = found._replace(min_quantity=start, price=price_there)
            return
    if following is not None:
        price_there, _steps = book.apply(item.article_id, following, following.min_quantity * size)
        line.next_break = following._replace(price=price_there)
