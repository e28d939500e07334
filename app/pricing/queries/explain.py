"""Why this price, for staff: the price an account pays and every candidate that lost."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from app.accounts.queries.companies import buying_terms
from app.catalog.domain.article import Article, key_of
from app.catalog.queries.articles import articles_by_code
from app.core.actor import Actor
from app.core.errors import Invalid, NotFound
from app.core.money import UnitPrice
from app.core.texts import N_, Message
from app.core.units import unit_name
from app.pricing.domain.book import price_items
from app.pricing.domain.chain import costlier_breaks
from app.pricing.domain.levels import Level
from app.pricing.domain.price import PricedLine, PriceItem
from app.pricing.domain.reasons import Candidate, candidates
from app.pricing.queries.floors import Floor, floors
from app.pricing.queries.prices import price_book


@dataclass(frozen=True, slots=True)
class Explanation:
    """A price with the candidates of all lists in the order of the chain.

    `costlier` names breaks of the whole ladder that cost more for each than fewer units do: as a rule a mistake.
    """

    account: str
    article: Article
    on: date
    levels: tuple[Level, ...]
    line: PricedLine
    candidates: tuple[Candidate, ...]
    costlier: tuple[Message, ...]
    floor: Floor | None
    at: datetime | None = None

    @property
    def unit_net(self) -> Decimal | None:
        """The net price of one base unit."""
        line = self.line
        if line.net is None or line.unit_price is None or not self.base_units:
            return None
        return line.unit_price * line.priced_quantity / line.base_quantity / self.base_units

    @property
    def base_units(self) -> Decimal:
        factor = self.article.factor(self.line.unit)
        return factor.to_base(self.line.quantity) if factor else self.line.quantity

    @property
    def is_below_floor(self) -> bool:
        """Whether the price lies below the least one its margin demands."""
        least, net = self.floor.price if self.floor else None, self.unit_net
        return least is not None and net is not None and net < least

    @property
    def margin(self) -> Decimal | None:
        """Percent of the price that is left after cost."""
        net = self.unit_net
        return self.floor.margin_of(net) if self.floor and net is not None else None

    def as_json(self) -> dict[str, Any]:
        """Numbers as text, texts in English."""
        line = self.line
        return {
            "account": self.account, "sku": self.article.sku, "name": self.article.name, "on": self.on.isoformat(),
            "quantity": _text(line.quantity), "unit": line.unit, "currency": line.currency, "level": line.level or None,
            "price": _text(line.unit_price), "base_quantity": _text(line.base_quantity), "price_unit": line.price_unit,
            "net": _text(line.net), "vat_category": line.vat_category, "vat_rate": _text(line.vat_rate),
            "list": line.list_code or None, "min_quantity": _text(line.min_quantity),
            "next_break": line.next_break and {
                "min_quantity": _text(line.next_break.min_quantity), "price": _text(line.next_break.price),
            },
            "costlier_breaks": [str(message) for message in self.costlier],
            "at": self.at.isoformat() if self.at else None,
            "list_price": _text(line.list_price),
            "floor": self.floor and {
                "cost": _text(self.floor.cost), "least_margin": _text(self.floor.margin),
                "least_price": _text(self.floor.price), "margin": _text(self.margin), "below": self.is_below_floor,
            },
            "levels": [
                {
                    "level": level.kind, "subject": level.subject, "chain": level.chain, "strategy": level.strategy,
                    "combine": level.combine, "lists": [prices.code for prices in level.lists],
                }
                for level in self.levels
            ],
            "adjustments": [
                {
                    "code": step.code, "before": _text(step.before), "after": _text(step.after), "by": step.by,
                    "reason": str(step.message),
                }
                for step in line.adjustments
            ],
            "steps": [str(message) for message in line.steps],
            "problem": str(line.problem) if line.problem else None,
            "candidates": [
                {
                    "level": one.level, "list": one.step.list_code, "currency": one.currency, "unit": one.step.unit,
                    "min_quantity": _text(one.step.min_quantity), "price": _text(one.step.price),
                    "base_quantity": _text(one.step.base_quantity), "won": one.is_winner, "reason": str(one.verdict),
                }
                for one in self.candidates
            ],
        }  # fmt: skip


def explain(
    actor: Actor, company_id: int, sku: str, quantity: Decimal, *, unit: str = "", on: date, at: datetime | None = None
) -> Explanation:
    """What an account pays for a quantity on a day, and why. Raises NotFound and Invalid; four statements.

    A day to come sees what is planned for it; `at` is a past moment, whose prices are taken from their history.
    """
    terms = buying_terms(actor, company_id)
    matches = articles_by_code(actor, [sku], company_id=company_id).get(key_of(sku), [])
    if len(matches) != 1:
        raise NotFound(N_("There is no article {sku}.", sku=sku))
    (article,) = matches
    unit = unit or article.found_unit or article.base_unit
    factor = article.factor(unit)
    if factor is None:
        raise Invalid("unit", N_("{sku} is not sold in the unit {unit}.", sku=article.sku, unit=unit))
    if quantity <= 0:
        raise Invalid("quantity", N_("A quantity is more than zero."))
    item = PriceItem(article.id, quantity, unit, article.base_unit, factor, article.vat_category, article.vat_class)
    book = price_book(actor, [article.id], company_id=company_id, on=on, at=at, is_whole=True)
    (line,) = price_items(book, [item])
    costlier = tuple(
        N_("{price} from {quantity} {unit} on ({list})", price=UnitPrice(step.price), quantity=step.min_quantity,
           unit=unit_name(step.unit), list=step.list_code)
        for step in costlier_breaks(book.ladder(article.id))
    )  # fmt: skip
    floor = floors(actor, [article.id], currency=book.currency, on=on, list_code=line.list_code).get(article.id)
    found = tuple(candidates(book, item, line))
    return Explanation(terms.code, article, on, book.levels, line, found, costlier, floor, at)


def _text(value: Decimal | None) -> str | None:
    """Plain digits without zeros behind the last decimal."""
    if value is None:
        return None
    return format(value.normalize() + 0, "f")
