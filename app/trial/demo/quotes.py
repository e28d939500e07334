"""Requests and quotes of the first account: a draft, a new one, one that waits for a release, one after a counter-offer,
one accepted and one lost."""  # noqa: D209

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

from app.accounts.domain.roles import Role
from app.accounts.queries.mailing import staff
from app.accounts.queries.people import person_actor
from app.catalog.domain.article import Article
from app.catalog.queries.articles import articles_by_code
from app.core import clock
from app.core.actor import Actor, Scope
from app.core.tenancy import acting_as
from app.sourcing.domain.quote import CounterLine, LineAsk, Offer, OfferEntry, Request
from app.sourcing.queries.quote_numbers import number_of
from app.sourcing.queries.quotes import QuotePage, QuotePageLine, quote
from app.sourcing.service.quote_decisions import accept, counter
from app.sourcing.service.quote_offers import edit_offer, request_release, revise, send_offer, take
from app.sourcing.service.quote_talk import post_message
from app.sourcing.service.quotes import decline_buyer, start, submit
from app.trial.demo.families import DemoArticle

_ARTICLES = 12
_FINAL = "Free to hall 3, unloading by you. Payment within 30 days."


def add_quotes(house: Actor, buyer: Actor, items: Sequence[DemoArticle]) -> None:
    with acting_as(house):
        person = staff((Role.SALES,))[0]
        seller = replace(person_actor(house.company_id, person.user_id), scope=Scope.OPERATOR)
    with acting_as(buyer):
        goods = _goods(buyer, items)
    _draft(buyer, goods[:2])
    _new(buyer, goods[2:5])
    _waiting_for_release(buyer, seller, goods[5:7])
    _negotiated(buyer, seller, goods[7:10], goods[2])
    _accepted(buyer, seller, goods[10:12])
    _lost(buyer, seller, goods[:1])


def _goods(buyer: Actor, items: Sequence[DemoArticle]) -> list[Article]:
    chosen = [item for item in items if item.index % 53 and item.index % 37][25::11][: _ARTICLES * 3]
    found = articles_by_code(buyer, [item.sku for item in chosen])
    return [
        article
        for item in chosen
        for article in found.get(item.sku, ())
        if article.status == "active" and article.is_visible and not article.is_head
    ][:_ARTICLES]


def _asked(buyer: Actor, title: str, goods: Sequence[Article], *texts: str, note: str = "") -> int:
    lines = [
        LineAsk(article.id, "", _times(article, 40 * place), article.base_unit)
        for place, article in enumerate(goods, start=1)
    ]
    lines += [LineAsk(None, text, Decimal(12), "H87", note="see the drawing in the mail") for text in texts]
    request = Request(tuple(lines), title, note, clock.now().date() + timedelta(days=30))
    return start(buyer, request, client_ref=str(uuid.uuid4()))


def _times(article: Article, wanted: int) -> Decimal:
    step = article.rule.step or Decimal(1)
    return max(step * wanted, article.rule.minimum or step)


def _sent(buyer: Actor, quote_id: int) -> int:
    with acting_as(buyer):
        submit(buyer, quote_id, row_version=_page(buyer, quote_id).row_version)
    return quote_id


def _page(actor: Actor, quote_id: int) -> QuotePage:
    return quote(actor, number_of(actor, quote_id))


def _draft(buyer: Actor, goods: Sequence[Article]) -> None:
    with acting_as(buyer):
        _asked(buyer, "Spare parts for the slipway winch", goods)


def _new(buyer: Actor, goods: Sequence[Article]) -> None:
    with acting_as(buyer):
        made = _asked(
            buyer, "Autumn refit, hall 3", goods, "Brackets as drawing 4711, galvanised",
            note="Two deliveries would be fine for us.",
        )  # fmt: skip
    _sent(buyer, made)


def _offer(page: QuotePage, percent: int, likely: Article | None = None) -> Offer:
    """The list price less a discount, from three times the quantity on cheaper; for words, the likely article."""
    entries: list[OfferEntry] = []
    for line in page.lines:
        if line.article_id is None or line.list_price is None:
            entries.append(_for_words(line, likely))
            continue
        more = line.quantity * 3
        entries += [
            OfferEntry(
                line.id, line.quantity, line.unit, line.quantity, None, "percent", Decimal(percent),
                article_id=line.article_id, lead_days=4,
            ),
            OfferEntry(
                line.id, more, line.unit, more, None, "percent", Decimal(percent + 3), article_id=line.article_id,
                lead_days=10, note="in one delivery",
            ),
        ]  # fmt: skip
    until = (page.now + timedelta(days=21)).replace(minute=0, second=0, microsecond=0)
    return Offer(tuple(entries), valid_until=until, terms=_FINAL)


def _for_words(line: QuotePageLine, likely: Article | None) -> OfferEntry:
    if likely is None:
        return OfferEntry(line.id, line.quantity, line.unit, line.quantity, is_no_offer=True)
    return OfferEntry(
        line.id, line.quantity, likely.base_unit, line.quantity, None, "price", Decimal("18.40"),
        article_id=likely.id, lead_days=15, note="engraved as in your drawing",
    )  # fmt: skip


def _offered(buyer: Actor, seller: Actor, quote_id: int, percent: int, likely: Article | None = None) -> None:
    _sent(buyer, quote_id)
    with acting_as(seller):
        take(seller, quote_id, row_version=_page(seller, quote_id).row_version)
        _answered(seller, quote_id, percent, likely)


def _answered(seller: Actor, quote_id: int, percent: int, likely: Article | None = None) -> None:
    page = _page(seller, quote_id)
    edit_offer(seller, quote_id, _offer(page, percent, likely), row_version=page.row_version)
    send_offer(seller, quote_id, row_version=_page(seller, quote_id).row_version)


def _waiting_for_release(buyer: Actor, seller: Actor, goods: Sequence[Article]) -> None:
    with acting_as(buyer):
        made = _sent(buyer, _asked(buyer, "Stock for the new workshop", goods))
    with acting_as(seller):
        take(seller, made, row_version=_page(seller, made).row_version)
        page = _page(seller, made)
        edit_offer(seller, made, _offer(page, 28), row_version=page.row_version)
        page = _page(seller, made)
        request_release(seller, made, "First order for the workshop; 60,000 EUR a year follow.",
                        row_version=page.row_version)  # fmt: skip


def _negotiated(buyer: Actor, seller: Actor, goods: Sequence[Article], likely: Article) -> None:
    """Offered, countered, offered again: the second version waits for the buyer."""
    with acting_as(buyer):
        made = _asked(buyer, "Fittings for three tugs", goods, "Nameplates, engraved")
    _offered(buyer, seller, made, 4, likely)
    with acting_as(buyer):
        page = _page(buyer, made)
        post_message(buyer, made, "Can the nameplates be of stainless steel?", line_id=page.lines[-1].id)
        wishes = [CounterLine(line.id, text="8 % less, and we take all of it in one go") for line in page.lines[:1]]
        counter(buyer, made, wishes, "We have an offer from elsewhere at this price.",
                row_version=_page(buyer, made).row_version)  # fmt: skip
    with acting_as(seller):
        revise(seller, made, row_version=_page(seller, made).row_version)
        post_message(seller, made, "Yes, A2, at the same price.", line_id=page.lines[-1].id)
        post_message(seller, made, "Their buyer changes in January, keep the terms simple.", is_internal=True)
        _answered(seller, made, 7, likely)


def _accepted(buyer: Actor, seller: Actor, goods: Sequence[Article]) -> None:
    with acting_as(buyer):
        made = _asked(buyer, "Consumables, first quarter", goods)
    _offered(buyer, seller, made, 5)
    with acting_as(buyer):
        accept(buyer, made, {}, row_version=_page(buyer, made).row_version, client_ref=str(uuid.uuid4()))


def _lost(buyer: Actor, seller: Actor, goods: Sequence[Article]) -> None:
    with acting_as(buyer):
        made = _asked(buyer, "Paint for dock 2", goods)
    _offered(buyer, seller, made, 2)
    with acting_as(buyer):
        decline_buyer(buyer, made, reason_code="price", reason="6 % cheaper elsewhere.",
                      row_version=_page(buyer, made).row_version)  # fmt: skip
