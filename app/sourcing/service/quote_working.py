"""The version that sales is preparing: begun from the request or from the last version and the buyer's counter-offer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

from sqlalchemy import delete, insert, select

from app.core.actor import Actor
from app.core.db import db
from app.core.errors import NotFound
from app.sourcing.domain.quote import Offer, OfferEntry
from app.sourcing.models.quote_versions import QuoteOffer, QuoteVersion
from app.sourcing.models.quotes import Quote, QuoteCounter
from app.sourcing.queries.clock import database_now
from app.sourcing.queries.quote_rules import quote_rules
from app.sourcing.queries.quote_working import Worked, line_facts, work_out


def working_version(quote: Quote) -> QuoteVersion:
    """The one version that is not sent yet."""
    found = db.session.scalar(
        select(QuoteVersion)
        .where(QuoteVersion.quote_id == quote.id, QuoteVersion.sent_at.is_(None))
        .execution_options(populate_existing=True)
    )
    if found is None:
        raise NotFound
    return found


def begin_version(actor: Actor, quote: Quote) -> QuoteVersion:
    """Begin the next version, or go on with the one that was begun."""
    known = db.session.scalar(
        select(QuoteVersion).where(QuoteVersion.quote_id == quote.id, QuoteVersion.sent_at.is_(None))
    )
    if known is not None:
        return known
    days = quote_rules(actor).validity_days
    until = (database_now() + timedelta(days=days)).replace(second=0, microsecond=0)
    version = QuoteVersion(
        company_id=quote.company_id, quote_id=quote.id, number=quote.current_version + 1, valid_until=until,
        author_id=actor.user_id, author=actor.name,
    )  # fmt: skip
    db.session.add(version)
    db.session.flush()
    last = _last_version(quote)
    offer = _from_lines(quote) if last is None else _from_version(quote, last)
    store(version, work_out(actor, quote.id, replace(offer, valid_until=until)))
    return version


def _last_version(quote: Quote) -> QuoteVersion | None:
    return db.session.scalar(
        select(QuoteVersion).where(QuoteVersion.quote_id == quote.id, QuoteVersion.number == quote.current_version)
    )


def _from_lines(quote: Quote) -> Offer:
    """List prices for what is asked for, in this quantity or more."""
    return Offer(
        tuple(OfferEntry(line.id, line.quantity, line.unit, line.quantity) for line in line_facts(quote.id).values())
    )


def entry_of(row: QuoteOffer) -> OfferEntry:
    """A stored offer as it was entered."""
    return OfferEntry(
        row.line_id, row.quantity, row.unit, row.min_quantity, row.max_quantity, row.discount_kind, row.discount_value,
        row.is_locked, row.article_id, row.text, row.lead_days, row.note, row.is_no_offer,
    )  # fmt: skip


def _from_version(quote: Quote, last: QuoteVersion) -> Offer:
    rows = db.session.scalars(
        select(QuoteOffer).where(QuoteOffer.version_id == last.id).order_by(QuoteOffer.line_id, QuoteOffer.position)
    ).all()
    counters = {
        one.line_id: one
        for one in db.session.scalars(
            select(QuoteCounter).where(QuoteCounter.quote_id == quote.id, QuoteCounter.version == last.number)
        )
    }
    entries = tuple(_countered(entry_of(row), row.position, counters) for row in rows)
    return Offer(entries, last.discount_kind, last.discount_value, None, last.terms, last.intro)


def _countered(entry: OfferEntry, position: int, counters: Mapping[int, QuoteCounter]) -> OfferEntry:
    """The main offer of a line takes over what the buyer proposes; sales still decides."""
    proposed = counters.get(entry.line_id)
    if proposed is None or position != 1:
        return entry
    if proposed.quantity is not None:
        least = min(entry.min_quantity, proposed.quantity)
        most = None if entry.max_quantity is None else max(entry.max_quantity, proposed.quantity)
        entry = replace(entry, quantity=proposed.quantity, min_quantity=least, max_quantity=most)
    if proposed.price is not None:
        entry = replace(entry, discount_kind="price", discount_value=proposed.price)
    return entry


def store(version: QuoteVersion, worked: Worked) -> None:
    """Replace what a version holds that is not sent yet."""
    offer = worked.offer
    version.discount_kind, version.discount_value = offer.discount_kind, offer.discount_value
    version.terms, version.intro, version.valid_until = offer.terms, offer.intro, offer.valid_until
    version.line_total, version.discount = worked.amounts.line_total, worked.amounts.discount
    version.net_total, version.content_hash = worked.amounts.net_total, worked.content_hash
    db.session.flush()
    db.session.execute(delete(QuoteOffer).where(QuoteOffer.version_id == version.id))
    rows = [
        {
            "company_id": version.company_id, "version_id": version.id, "line_id": one.entry.line_id,
            "position": one.place, "article_id": one.article_id, "text": one.text, "is_no_offer": one.entry.is_no_offer,
            "quantity": one.entry.quantity, "unit": one.entry.unit, "min_quantity": one.entry.min_quantity,
            "max_quantity": one.entry.max_quantity, "list_price": one.list_price.price if one.list_price else None,
            "list_base_quantity": one.list_price.base_quantity if one.list_price else Decimal(1),
            "discount_kind": one.entry.discount_kind, "discount_value": one.entry.discount_value,
            "is_locked": one.entry.is_locked, "unit_price": one.amount.unit_price,
            "base_quantity": one.amount.base_quantity, "net": one.amount.net, "lead_days": one.entry.lead_days,
            "note": one.entry.note[:500],
        }
        for one in worked.offers
    ]  # fmt: skip
    if rows:
        db.session.execute(insert(QuoteOffer).inline(), rows)
