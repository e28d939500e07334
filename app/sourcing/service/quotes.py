"""Requests for prices: the buyer starts, changes, sends, takes back, copies and ends them; sales may start a quote.

Numbers come from a sequence, so that they may have gaps: a draft has one from the start, and many people draft at once.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from sqlalchemy import delete, func, insert, select, text
from sqlalchemy.dialects.postgresql import insert as upsert

from app.accounts.domain.company import BuyingTerms
from app.accounts.models.companies import Company
from app.accounts.queries.addresses import addresses_by_id, default_address
from app.accounts.queries.companies import buying_terms, operator_zone
from app.catalog.domain.article import Article
from app.catalog.queries.articles import articles_by_id
from app.core import clock
from app.core.actor import Actor
from app.core.db import command, db
from app.core.errors import Invalid, NotFound
from app.core.money import UnitPrice
from app.core.outbox import publish
from app.core.texts import N_, Message
from app.ordering.domain.cart import quantity_problem
from app.pricing.domain.price import net_of
from app.sourcing.domain.quote import LineAsk, Request, check_lines
from app.sourcing.domain.quote_machine import DECLINE_REASONS, LOST_REASONS, WITHDRAW_REASONS
from app.sourcing.events import QuoteDeclined, QuoteSubmitted, QuoteWithdrawn
from app.sourcing.models.quotes import Quote, QuoteLine
from app.sourcing.queries.quote_prices import ListPrice, list_prices
from app.sourcing.queries.quote_rules import quote_rules
from app.sourcing.service.quote_state import advance, demand_side, locked_quote, note, ready
from app.sourcing.service.quote_working import begin_version

_NUMBER = text("SELECT 'RFQ-' || :year || '-' || lpad(nextval('quote_numbers')::text, 6, '0')")
_FREEZE = text("""
UPDATE quote_lines l SET list_price = p.price, list_base_quantity = p.base
FROM unnest(CAST(:ids AS bigint[]), CAST(:prices AS numeric[]), CAST(:bases AS numeric[])) AS p (id, price, base)
WHERE l.id = p.id""")


@command
def start(actor: Actor, request: Request, *, client_ref: str) -> int:
    """A draft of the buyer's company; the same reference again gives the first one."""
    demand_side(actor, "buyer")
    return _create(actor, actor.company_id, request, "start", client_ref=client_ref)


@command
def create_by_sales(actor: Actor, company_id: int, request: Request, *, client_ref: str) -> int:
    """A quote that nobody has asked for: sales prepares it, and the buyer sees it once it is offered."""
    demand_side(actor, "sales")
    return _create(actor, company_id, request, "create_by_sales", client_ref=client_ref)


@command
def copy(actor: Actor, quote_id: int, *, client_ref: str) -> int:
    """What was asked for, asked anew: a draft for the buyer, for sales a quote in preparation."""
    side = "sales" if actor.is_operator else "buyer"
    demand_side(actor, side)
    old = locked_quote(actor, quote_id)
    lines = db.session.scalars(select(QuoteLine).where(QuoteLine.quote_id == old.id).order_by(QuoteLine.position))
    request = Request(
        tuple(LineAsk(one.article_id, one.text, one.quantity, one.unit, one.target_price, None, one.note)
              for one in lines),
        old.title, old.note, None, None, f"copy of {old.number}",
    )  # fmt: skip
    event = "create_by_sales" if side == "sales" else "start"
    return _create(actor, old.company_id, request, event, client_ref=client_ref, origin=old)


def _create(
    actor: Actor, company_id: int, request: Request, event: str, *, client_ref: str, origin: Quote | None = None
) -> int:
    check_lines(request.lines)
    is_sales = event == "create_by_sales"
    account = buying_terms(actor, company_id)
    values: dict[str, Any] = {
        "company_id": company_id, "client_ref": client_ref, "state": "in_preparation" if is_sales else "draft",
        "is_hidden": is_sales, "currency": account.currency, "vat_mode": account.vat_mode,
        "number": db.session.scalar(_NUMBER, {"year": str(clock.today(operator_zone(actor)).year)}),
        "source": request.source[:60], "origin_id": origin.id if origin else None,
        "owner_id": actor.user_id if is_sales else None, "owner_name": actor.name if is_sales else "",
        "user_id": None if is_sales else actor.user_id, "buyer_name": "" if is_sales else actor.name,
        **_header(actor, request, company_id),
    }  # fmt: skip
    made = db.session.execute(
        upsert(Quote)
        .values(values)
        .on_conflict_do_nothing(index_elements=["company_id", "client_ref"])
        .returning(Quote.id)
    ).scalar_one_or_none()
    if made is None:
        known = select(Quote.id).where(Quote.company_id == company_id, Quote.client_ref == client_ref)
        return db.session.scalars(known).one()
    quote = locked_quote(actor, made)
    write_lines(actor, quote, request.lines, "sales" if is_sales else "buyer")
    note(actor, quote, event, "sales" if is_sales else "buyer", before=None, target=quote.state,
         changes={"number": quote.number, "lines": len(request.lines), "copy_of": origin.number if origin else ""})  # fmt: skip
    if is_sales:
        lines = line_rows(quote)
        quote.list_total = _sum(quote, lines, freeze_prices(actor, quote, lines))
        begin_version(actor, quote)
    return made


def _header(actor: Actor, request: Request, company_id: int) -> dict[str, Any]:
    """What a request says as a whole; without an address the account's usual one."""
    if request.ship_to_id is None:
        found = default_address(actor, company_id=company_id)
    else:
        try:
            found = addresses_by_id(actor, [request.ship_to_id], company_id=company_id)[request.ship_to_id]
        except NotFound:
            raise Invalid("ship_to", N_("Choose where the goods go.")) from None
    return {
        "title": request.title.strip()[:120], "note": request.note.strip(), "need_by": request.need_by,
        "ship_to": found.as_json() if found else {},
    }  # fmt: skip


def write_lines(actor: Actor, quote: Quote, lines: Sequence[LineAsk], added_by: str, *, first: int = 1) -> None:
    """Add lines from this position on."""
    ids = {line.article_id for line in lines if line.article_id is not None}
    articles = articles_by_id(actor, ids, company_id=quote.company_id)
    rows = []
    for position, line in enumerate(lines, first):
        article = _article(line, articles, position)
        rows.append({
            "company_id": quote.company_id, "quote_id": quote.id, "position": position, "article_id": line.article_id,
            "text": (line.text.strip() or (article.name if article else ""))[:500], "quantity": line.quantity,
            "unit": line.unit, "target_price": line.target_price, "need_by": line.need_by,
            "note": line.note.strip()[:500], "added_by": added_by,
        })  # fmt: skip
    if rows:
        db.session.execute(insert(QuoteLine).inline(), rows)


def _article(line: LineAsk, articles: Mapping[int, Article], position: int) -> Article | None:
    """The line's article; Invalid where the account cannot have it or not in this unit."""
    if line.article_id is None:
        return None
    article = articles.get(line.article_id)
    if article is None or not article.is_visible or article.is_head:
        raise Invalid("lines", N_("Line {line}: this article is not offered to you.", line=position))
    if article.factor(line.unit) is None:
        raise Invalid("lines", N_("Line {line}: the article is not sold in this unit.", line=position))
    return article


def line_rows(quote: Quote) -> list[QuoteLine]:
    found = select(QuoteLine).where(QuoteLine.quote_id == quote.id).order_by(QuoteLine.position)
    return list(db.session.scalars(found.execution_options(populate_existing=True)))


@command
def edit_request(actor: Actor, quote_id: int, request: Request, *, row_version: int) -> None:
    """Replace what is asked for; until sales has taken it over."""
    quote = ready(actor, quote_id, "edit_request", "buyer", row_version=row_version)
    check_lines(request.lines)
    for name, value in _header(actor, request, quote.company_id).items():
        setattr(quote, name, value)
    db.session.execute(delete(QuoteLine).where(QuoteLine.quote_id == quote.id))
    write_lines(actor, quote, request.lines, "buyer")
    if quote.state == "requested":
        _demand_ready(actor, quote, buying_terms(actor, quote.company_id))
    advance(actor, quote, "edit_request", "buyer", changes={"lines": len(request.lines)})


@command
def submit(actor: Actor, quote_id: int, *, row_version: int) -> None:
    """Send a draft to sales. List prices are kept as they are now, with all that the account has been granted."""
    quote = ready(actor, quote_id, "submit", "buyer", row_version=row_version)
    account = buying_terms(actor, quote.company_id)
    _demand_ready(actor, quote, account)
    quote.owner_id = db.session.scalar(select(Company.manager_id).where(Company.id == quote.company_id))
    quote.submitted_at = db.session.scalar(select(func.clock_timestamp()))
    if quote.user_id is None:
        quote.user_id, quote.buyer_name = actor.user_id, actor.name
    advance(actor, quote, "submit", "buyer", changes={"list_total": quote.list_total})
    publish(QuoteSubmitted(quote.id))


def _demand_ready(actor: Actor, quote: Quote, account: BuyingTerms) -> None:
    """Raise Invalid unless the request can be sent; freezes its list prices."""
    lines = line_rows(quote)
    if not lines:
        raise Invalid("lines", N_("Ask for at least one line."))
    if not quote.ship_to:
        raise Invalid("ship_to", N_("Choose where the goods go."))
    articles = articles_by_id(actor, {one.article_id for one in lines if one.article_id}, company_id=quote.company_id)
    for line in lines:
        article = articles.get(line.article_id or 0)
        problem = quantity_problem(article, line.quantity, line.unit) if article else None
        if problem is not None:
            raise Invalid("lines", N_("Line {line}: {problem}", line=line.position, problem=problem.message))
    prices = freeze_prices(actor, quote, lines, articles)
    quote.list_total = _sum(quote, lines, prices)
    rules = quote_rules(actor)
    if None not in prices and rules.is_too_small(quote.list_total or Decimal(0), account.currency):
        raise Invalid(
            "lines",
            N_("Quotes are made from {amount} on. This request comes to {value}.",
               amount=UnitPrice(rules.minimum_value, account.currency),
               value=UnitPrice(quote.list_total or Decimal(0), account.currency)),
        )  # fmt: skip


def freeze_prices(
    actor: Actor, quote: Quote, lines: Sequence[QuoteLine], articles: Mapping[int, Article] | None = None
) -> list[ListPrice | None]:
    """Keep what these lines cost the account now."""
    prices = list_prices(
        actor, quote.company_id, [(line.article_id, line.quantity, line.unit) for line in lines], articles
    )
    db.session.execute(_FREEZE, {
        "ids": [line.id for line in lines], "prices": [one.price if one else None for one in prices],
        "bases": [one.base_quantity if one else Decimal(1) for one in prices],
    })  # fmt: skip
    return prices


def _sum(quote: Quote, lines: Sequence[QuoteLine], prices: Sequence[ListPrice | None]) -> Decimal | None:
    """What the lines that have a price come to; None where none has."""
    nets = [
        net_of(line.quantity, one.price, one.base_quantity, quote.currency)
        for line, one in zip(lines, prices, strict=True)
        if one is not None
    ]
    return sum(nets, Decimal(0)) if nets else None


@command
def recall(actor: Actor, quote_id: int, *, row_version: int) -> None:
    """Take a request back as a draft, as long as nobody has taken it over."""
    quote = ready(actor, quote_id, "recall", "buyer", row_version=row_version)
    quote.submitted_at = None
    advance(actor, quote, "recall", "buyer")


@command
def withdraw(actor: Actor, quote_id: int, *, reason_code: str, reason: str = "", row_version: int) -> None:
    """The buyer gives the request up."""
    quote = ready(actor, quote_id, "withdraw", "buyer", row_version=row_version)
    was_draft = quote.state == "draft"
    _set_reason(quote, WITHDRAW_REASONS, reason_code, reason)
    advance(actor, quote, "withdraw", "buyer", changes={"reason_code": reason_code}, reason=quote.reason)
    if not was_draft:
        publish(QuoteWithdrawn(quote.id))


@command
def decline_buyer(actor: Actor, quote_id: int, *, reason_code: str, reason: str = "", row_version: int) -> None:
    """The buyer does not want the offer."""
    quote = ready(actor, quote_id, "decline_buyer", "buyer", row_version=row_version)
    _set_reason(quote, LOST_REASONS, reason_code, reason)
    advance(actor, quote, "decline_buyer", "buyer", changes={"reason_code": reason_code}, reason=quote.reason)
    publish(QuoteDeclined(quote.id, "buyer"))


@command
def decline_seller(actor: Actor, quote_id: int, *, reason_code: str, reason: str = "", row_version: int) -> None:
    """Sales makes no offer."""
    quote = ready(actor, quote_id, "decline_seller", "sales", row_version=row_version)
    _set_reason(quote, DECLINE_REASONS, reason_code, reason)
    advance(actor, quote, "decline_seller", "sales", changes={"reason_code": reason_code}, reason=quote.reason)
    publish(QuoteDeclined(quote.id, "sales"))


def _set_reason(quote: Quote, known: Mapping[str, Message], code: str, reason: str) -> None:
    if code not in known:
        raise Invalid("reason_code", N_("Choose a reason."))
    quote.reason_code, quote.reason = code, reason.strip()[:2000]
