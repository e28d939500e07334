"""What was accepted of a quote, as an order or a price list needs it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import select

from app.catalog.models.articles import Article
from app.core.actor import Actor
from app.core.db import db
from app.core.tenancy import visible
from app.ordering.domain.agreed import AgreedLine
from app.pricing.models.lists import PriceList
from app.sourcing.models.quote_versions import QuoteOffer, QuoteVersion
from app.sourcing.models.quotes import Quote, QuoteChoice, QuoteLine


@dataclass(frozen=True, slots=True)
class Accepted:
    """An accepted line: `unit_price` for `base_quantity` of `unit`, within the range of the offer."""

    line_id: int
    position: int
    article_id: int
    sku: str
    name: str
    quantity: Decimal
    unit: str
    min_quantity: Decimal
    max_quantity: Decimal | None
    unit_price: Decimal
    base_quantity: Decimal
    note: str
    version: int

    def agreed(self, number: str) -> AgreedLine:
        """The line of a cart; its source is what the order line keeps."""
        return AgreedLine(
            self.article_id, self.quantity, self.unit, self.unit_price,
            f"{source_of(number, self.version)}:{self.position}", self.min_quantity, self.max_quantity,
            self.base_quantity, self.note,
        )  # fmt: skip


def source_of(number: str, version: int) -> str:
    return f"quote:{number}:v{version}"


def number_of_source(source: str) -> str | None:
    """The quote that a cart's prices come from; None where it is something else."""
    kind, _, rest = source.partition(":")
    return rest.partition(":")[0] if kind == "quote" else None


def accepted(actor: Actor, quote_id: int) -> Sequence[Accepted]:
    """All accepted lines in their order; one statement."""
    statement = (
        select(
            QuoteLine.id, QuoteLine.position, Article.id, Article.sku, Article.name, QuoteChoice.quantity,
            QuoteOffer.unit, QuoteOffer.min_quantity, QuoteOffer.max_quantity, QuoteOffer.unit_price,
            QuoteOffer.base_quantity, QuoteLine.note, QuoteVersion.number,
        )
        .select_from(QuoteChoice)
        .join(QuoteLine, QuoteLine.id == QuoteChoice.line_id)
        .join(QuoteOffer, QuoteOffer.id == QuoteChoice.offer_id)
        .join(QuoteVersion, QuoteVersion.id == QuoteOffer.version_id)
        .join(Article, Article.id == QuoteOffer.article_id)
        .where(QuoteChoice.quote_id == quote_id)
        .order_by(QuoteLine.position)
    )  # fmt: skip
    rows: Sequence[Any] = db.session.execute(visible(actor, statement, QuoteChoice)).all()
    return [Accepted(*row) for row in rows]


def quote_of(actor: Actor, number: str) -> int | None:
    return db.session.scalar(visible(actor, select(Quote.id).where(Quote.number == number), Quote))


def published_prices(actor: Actor, number: str) -> str | None:
    """The contract that an accepted quote was made into; None while there is none."""
    return db.session.scalar(
        select(PriceList.code)
        .where(PriceList.code == number, PriceList.kind == "contract")
        .where(*(() if actor.is_operator else (PriceList.company_id == actor.company_id,)))
    )
