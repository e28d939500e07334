"""Why this price, for staff: the price an account pays and every candidate that lost."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
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


def explain(actor: Actor, company_id: int, sku: str, quantity: Decimal, *, unit: str = "", on: date) -> Explanation:
    """What an account pays for a quantity on a day, and why. Raises NotFound and Invalid; three statements."""
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
    book = price_book(actor, [article.id], company_id=company_id, on=on, is_whole=True)
    (line,) = price_items(book, [item])
    costlier = tuple(
        N_("{price} from {quantity} {unit} on ({list})", price=UnitPrice(step.price), quantity=step.min_quantity,
           unit=unit_name(step.unit), list=step.list_code)
        for step in costlier_breaks(book.ladder(article.id))
    )  # fmt: skip
    return Explanation(terms.code, article, on, book.levels, line, tuple(candidates(book, item, line)), costlier)


def _text(value: Decimal | None) -> str | None:
    """Plain digits without zeros behind the last decimal."""
    if value is None:
        return None
    return format(value.normalize() + 0, "f")
