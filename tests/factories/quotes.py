"""Quotes in each of their states. Call inside `world()` or `ctx`; what is made is committed."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import select, text, update

from app.accounts.domain.roles import Role
from app.catalog.models.articles import Article
from app.core.actor import Actor
from app.core.db import db, transaction
from app.core.tenancy import acting_as, system_scope
from app.sourcing.domain.quote import LineAsk, Offer, OfferEntry, Request
from app.sourcing.models.quote_versions import QuoteOffer
from app.sourcing.models.quotes import Quote, QuoteLine
from app.sourcing.queries.clock import database_now
from app.sourcing.queries.quote_working import line_facts
from app.sourcing.service import quote_decisions, quote_offers, quote_talk, quotes
from tests.factories.accounts import actor_for, customer, operator, person
from tests.factories.ordering import article, shop


@dataclass(frozen=True, slots=True)
class Market:
    """Both sides of a quote: the buyer and his colleague, two of sales, one who releases, and two articles at 10."""

    buyer: Actor
    sales: Actor
    second: Actor
    release: Actor
    stranger: Actor
    articles: tuple[Article, Article]


def ref() -> str:
    return str(uuid.uuid4())


def market() -> Market:
    shop()
    house, account, other = operator(), customer(), customer()
    return Market(
        actor_for(person(account, Role.BUYER), account), actor_for(person(house, Role.SALES), house),
        actor_for(person(house, Role.SALES), house), actor_for(person(house, Role.OPERATOR_ADMIN), house),
        actor_for(person(other, Role.BUYER), other),
        (article(f"Q-{ref()[:8]}"), article(f"R-{ref()[:8]}")),
    )  # fmt: skip


def asked(play: Market, *quantities: Any) -> Request:
    """Lines for the two articles in turn, ten each unless told."""
    amounts = quantities or (10, 10)
    return Request(
        tuple(LineAsk(play.articles[n % 2].id, "", Decimal(str(q)), "H87") for n, q in enumerate(amounts)),
        title="Spring",
    )


def row(quote_id: int) -> Quote:
    """The quote as it stands in the database."""
    with system_scope("factory"):
        found = db.session.scalars(
            select(Quote).where(Quote.id == quote_id).execution_options(populate_existing=True)
        ).one()
        db.session.expunge(found)
        return found


def act(actor: Actor, command: Any, quote_id: int, *values: Any, **further: Any) -> Any:
    """Run a command as this person, with the row version as it stands."""
    if command not in (quote_talk.post_message, quote_talk.attach):
        further.setdefault("row_version", row(quote_id).row_version)
    with acting_as(actor):
        return command(actor, quote_id, *values, **further)


def draft(play: Market, *quantities: Any) -> int:
    with acting_as(play.buyer):
        return quotes.start(play.buyer, asked(play, *quantities), client_ref=ref())


def requested(play: Market, *quantities: Any) -> int:
    quote_id = draft(play, *quantities)
    act(play.buyer, quotes.submit, quote_id)
    return quote_id


def preparing(play: Market, *quantities: Any) -> int:
    quote_id = requested(play, *quantities)
    act(play.sales, quote_offers.take, quote_id)
    return quote_id


def offer(quote_id: int, *prices: Any, **header: Any) -> Offer:
    """One price for each line, for the quantity asked for and more."""
    with system_scope("factory"):
        lines = list(line_facts(quote_id).values())
        now = database_now()
    entries = tuple(
        OfferEntry(line.id, line.quantity, line.unit, line.quantity, None, "price", Decimal(str(price)))
        for line, price in zip(lines, prices, strict=True)
    )
    return Offer(entries, **({"valid_until": now + timedelta(days=10)} | header))


def offered(play: Market, *quantities: Any, prices: tuple[Any, ...] = ("9.50", "9.25")) -> int:
    quote_id = preparing(play, *quantities)
    act(play.sales, quote_offers.edit_offer, quote_id, offer(quote_id, *prices))
    act(play.sales, quote_offers.send_offer, quote_id)
    return quote_id


def in_state(play: Market, state: str) -> int:
    """A quote in this state."""
    if state in ("draft", "requested", "in_preparation", "offered"):
        return {"draft": draft, "requested": requested, "in_preparation": preparing, "offered": offered}[state](play)
    if state == "info_needed":
        quote_id = preparing(play)
        act(play.sales, quote_talk.ask_info, quote_id, "Which colour?")
    elif state == "price_approval":
        quote_id = preparing(play)
        act(play.sales, quote_offers.edit_offer, quote_id, offer(quote_id, 5, 5))
        act(play.sales, quote_offers.request_release, quote_id, "A large customer")
    elif state == "declined_by_seller":
        quote_id = requested(play)
        act(play.sales, quotes.decline_seller, quote_id, reason_code="other")
    elif state == "withdrawn":
        quote_id = requested(play)
        act(play.buyer, quotes.withdraw, quote_id, reason_code="other")
    else:
        quote_id = offered(play)
        _from_offered(play, quote_id, state)
    assert row(quote_id).state == state
    return quote_id


def _from_offered(play: Market, quote_id: int, state: str) -> None:
    if state == "countered":
        act(play.buyer, quote_decisions.counter, quote_id, [], "Cheaper, please")
    elif state == "declined_by_buyer":
        act(play.buyer, quotes.decline_buyer, quote_id, reason_code="price")
    elif state == "superseded":
        act(play.sales, quote_offers.supersede, quote_id, row(requested(play)).number)
    elif state == "expired":
        end_validity(quote_id)
        with system_scope("factory"):
            quote_offers.expire(Actor.system(), quote_id)
    else:
        act(play.buyer, quote_decisions.accept, quote_id, {}, client_ref=ref())
        if state == "ordered":
            with acting_as(play.buyer):
                quote_decisions.mark_ordered(play.buyer, quote_id, "SO-1")


def end_validity(quote_id: int, moment: datetime | None = None) -> None:
    """Let the offer have ended, by default a second ago."""
    past = moment or text("clock_timestamp() - interval '1 second'")
    with system_scope("factory"), transaction() as session:
        session.execute(update(Quote).where(Quote.id == quote_id).values(valid_until=past))


def offers_of(quote_id: int) -> list[QuoteOffer]:
    """All offers of all versions, by version, line and place."""
    with system_scope("factory"):
        found = db.session.scalars(
            select(QuoteOffer)
            .join(QuoteLine, QuoteLine.id == QuoteOffer.line_id)
            .where(QuoteLine.quote_id == quote_id)
            .order_by(QuoteOffer.version_id, QuoteLine.position, QuoteOffer.position)
        ).all()
        for one in found:
            db.session.expunge(one)
        return list(found)
