"""A request and a sent version of its quote as papers and files show them: rows with names, both parties."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import select, text

from app.accounts.domain.company import CustomerParty, OperatorParty, PostalAddress
from app.accounts.queries.companies import customer_party, operator_party
from app.core.actor import Actor
from app.core.db import db
from app.core.errors import NotFound
from app.core.tenancy import visible
from app.core.texts import N_
from app.sourcing.models.quote_versions import QuoteVersion
from app.sourcing.models.quotes import Quote


@dataclass(frozen=True, slots=True)
class PaperAsk:
    """A line of the request."""

    position: int
    sku: str
    gtin: str
    buyer_sku: str
    name: str
    quantity: Decimal
    unit: str
    target_price: Decimal | None
    need_by: date | None
    note: str


@dataclass(frozen=True, slots=True)
class PaperOffer:
    """An offer of a version; `number` "3" is the main one of line 3, "3.2" another. `unit_price` for `base_quantity`."""

    number: str
    position: int
    is_main: bool
    is_alternative: bool
    is_no_offer: bool
    sku: str
    gtin: str
    buyer_sku: str
    name: str
    quantity: Decimal
    unit: str
    min_quantity: Decimal
    max_quantity: Decimal | None
    unit_price: Decimal | None
    base_quantity: Decimal
    net: Decimal | None
    lead_days: int | None
    note: str


@dataclass(frozen=True, slots=True)
class RequestPaper:
    quote: Quote
    asks: Sequence[PaperAsk]
    seller: OperatorParty
    buyer: CustomerParty

    @property
    def ship_to(self) -> PostalAddress | None:
        return PostalAddress.from_json(self.quote.ship_to) if self.quote.ship_to else None


@dataclass(frozen=True, slots=True)
class QuotePaper:
    """`valid_until` is that of the version, or later where the quote was extended."""

    quote: Quote
    version: QuoteVersion
    offers: Sequence[PaperOffer]
    seller: OperatorParty
    buyer: CustomerParty

    @property
    def valid_until(self) -> datetime | None:
        if self.version.number == self.quote.current_version:
            return self.quote.valid_until
        return self.version.valid_until

    @property
    def ship_to(self) -> PostalAddress | None:
        return PostalAddress.from_json(self.quote.ship_to) if self.quote.ship_to else None


_NAMES = """coalesce(a.sku, '') AS sku, coalesce(a.gtin, '') AS gtin,
    coalesce((SELECT min(n.number) FROM customer_article_numbers n
        WHERE n.company_id = l.company_id AND n.article_id = a.id), '') AS buyer_sku"""
_ASKS = text(f"""
SELECT l.position, {_NAMES}, coalesce(nullif(l.text, ''), a.names ->> :locale, a.name, '') AS name, l.quantity, l.unit,
    l.target_price, l.need_by, l.note
FROM quote_lines l LEFT JOIN articles a ON a.id = l.article_id
WHERE l.quote_id = :quote ORDER BY l.position""")  # noqa: S608 -- constants
_OFFERS = text(f"""
SELECT l.position, row_number() OVER (PARTITION BY l.id ORDER BY o.position) AS place,
    o.article_id IS DISTINCT FROM l.article_id AND o.article_id IS NOT NULL AS is_alternative, o.is_no_offer, {_NAMES},
    coalesce(nullif(o.text, ''), a.names ->> :locale, a.name, l.text) AS name, o.quantity, o.unit, o.min_quantity,
    o.max_quantity, o.unit_price, o.base_quantity, o.net, o.lead_days, o.note
FROM quote_offers o
JOIN quote_lines l ON l.id = o.line_id
LEFT JOIN articles a ON a.id = coalesce(o.article_id, l.article_id)
WHERE o.version_id = :version ORDER BY l.position, o.position""")  # noqa: S608 -- constants


def request_paper(actor: Actor, number: str) -> RequestPaper:
    """What was asked for. Raises NotFound for another's; for the buyer also for what sales has not shown yet."""
    quote = _quote(actor, number)
    buyer = customer_party(actor, quote.company_id)
    rows = db.session.execute(_ASKS, {"quote": quote.id, "locale": buyer.locale})
    return RequestPaper(quote, [PaperAsk(*row) for row in rows], operator_party(actor), buyer)


def quote_paper(actor: Actor, number: str, version: int) -> QuotePaper:
    """A sent version of a quote; NotFound until it is sent."""
    quote = _quote(actor, number)
    found = db.session.scalars(
        select(QuoteVersion).where(
            QuoteVersion.quote_id == quote.id, QuoteVersion.number == version, QuoteVersion.sent_at.is_not(None)
        )
    ).one_or_none()
    if found is None:
        raise NotFound(N_("There is no such version."))
    buyer = customer_party(actor, quote.company_id)
    rows = db.session.execute(_OFFERS, {"version": found.id, "locale": buyer.locale})
    return QuotePaper(quote, found, [_offer(row) for row in rows], operator_party(actor), buyer)


def version_id_of(actor: Actor, quote_id: int, number: int) -> int:
    """The row of a version; NotFound where there is none."""
    found = db.session.scalar(
        select(QuoteVersion.id).where(QuoteVersion.quote_id == quote_id, QuoteVersion.number == number)
    )
    if found is None:
        raise NotFound
    return found


def unprinted(actor: Actor, since: datetime, until: datetime) -> Sequence[int]:
    """Versions sent in this time that have no paper: their job got lost."""
    return db.session.scalars(
        select(QuoteVersion.id)
        .where(QuoteVersion.sent_at.between(since, until), QuoteVersion.file_id.is_(None))
        .order_by(QuoteVersion.id)
        .limit(100)
    ).all()


def version_key(actor: Actor, version_id: int) -> tuple[str, int] | None:
    """Number of quote and version of a version that waits to be printed; None once it is."""
    row = db.session.execute(
        select(Quote.number, QuoteVersion.number)
        .join(Quote, Quote.id == QuoteVersion.quote_id)
        .where(QuoteVersion.id == version_id, QuoteVersion.file_id.is_(None), QuoteVersion.sent_at.is_not(None))
    ).one_or_none()
    return (row[0], row[1]) if row is not None else None


def _quote(actor: Actor, number: str) -> Quote:
    statement = select(Quote).where(Quote.number == number)
    if not actor.is_operator:
        statement = statement.where(Quote.is_hidden.is_(False))
    quote = db.session.scalars(visible(actor, statement, Quote)).one_or_none()
    if quote is None:
        raise NotFound(N_("There is no such quote."))
    return quote


def _offer(row: Any) -> PaperOffer:
    position, place, *rest = row
    number = str(position) if place == 1 else f"{position}.{place}"
    return PaperOffer(number, position, place == 1, *rest)
