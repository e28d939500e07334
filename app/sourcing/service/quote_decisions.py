"""What the buyer decides on an offer: another proposal, or yes; and what follows from a yes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy import insert, select

from app.catalog.queries.articles import articles_by_id
from app.core.actor import Actor
from app.core.db import command, db
from app.core.errors import Conflict, Invalid
from app.core.outbox import publish
from app.core.texts import N_
from app.pricing.domain.price import net_of
from app.sourcing.domain.quote import CounterLine, check_counter
from app.sourcing.domain.quote_machine import QUOTE
from app.sourcing.events import QuoteAccepted, QuoteCountered
from app.sourcing.models.quote_versions import QuoteOffer, QuoteVersion
from app.sourcing.models.quotes import Quote, QuoteChoice, QuoteCounter, QuoteLine, QuoteMessage
from app.sourcing.policy import Permission
from app.sourcing.queries.clock import database_now
from app.sourcing.queries.quote_rules import quote_rules
from app.sourcing.service.quote_state import advance, demand_side, locked_quote, ready


@dataclass(frozen=True, slots=True)
class _Chosen:
    """An offer that is accepted, of the line at this position."""

    position: int
    offer: QuoteOffer
    quantity: Decimal
    net: Decimal


_OVER = N_("This offer is not valid any more. Ask again.")


def demand_standing(quote: Quote) -> None:
    """Raise Conflict unless the current version still stands; the very moment of its end counts."""
    if not quote.current_version or quote.valid_until is None or database_now() > quote.valid_until:
        raise Conflict(_OVER)


@command
def counter(
    actor: Actor, quote_id: int, lines: Sequence[CounterLine], text: str = "", *, row_version: int
) -> None:  # fmt: skip
    """Propose other prices or quantities. The offer stands until it is answered, unless the rules say otherwise."""
    quote = ready(actor, quote_id, "counter", "buyer", row_version=row_version)
    demand_standing(quote)
    rules = quote_rules(actor)
    if quote.rounds >= rules.rounds:
        raise Conflict(N_("There are no more rounds. Accept or decline the offer, or ask a question."))
    said = [line for line in lines if not line.is_empty]
    if not said and not text.strip():
        raise Invalid("lines", N_("Propose something for a line, or write what you want."))
    check_counter(said, _positions(quote))
    if said:
        db.session.execute(insert(QuoteCounter).inline(), [
            {"company_id": quote.company_id, "quote_id": quote.id, "version": quote.current_version,
             "line_id": one.line_id, "price": one.price, "quantity": one.quantity, "text": one.text.strip()[:500]}
            for one in said
        ])  # fmt: skip
    if text.strip():
        db.session.execute(insert(QuoteMessage).inline(), [
            {"company_id": quote.company_id, "quote_id": quote.id, "side": "buyer", "user_id": actor.user_id,
             "author": actor.name, "text": text.strip()}
        ])  # fmt: skip
    quote.rounds += 1
    if rules.replaces:
        quote.valid_until = database_now()
    advance(actor, quote, "counter", "buyer", changes={"version": quote.current_version, "lines": len(said)})
    publish(QuoteCountered(quote.id, quote.current_version))


def _positions(quote: Quote) -> dict[int, int]:
    rows = db.session.execute(select(QuoteLine.id, QuoteLine.position).where(QuoteLine.quote_id == quote.id))
    return dict(iter(rows))


@command
def accept(
    actor: Actor,
    quote_id: int,
    choices: Mapping[int, tuple[int, Decimal]],
    *,
    row_version: int,
    client_ref: str,
) -> None:
    """Say yes to one offer each of some lines, {line: (offer, quantity)}; none named: every main offer as it stands.

    The same reference again changes nothing. A version that sales has begun meanwhile is dropped by it.
    """
    demand_side(actor, "buyer")
    actor.demand(Permission.ACCEPT)
    quote = locked_quote(actor, quote_id)
    if quote.accept_ref and quote.accept_ref == client_ref:
        return
    quote = ready(actor, quote_id, "accept", "buyer", row_version=row_version)
    demand_standing(quote)
    chosen = _chosen(quote, choices)
    _demand_orderable(actor, quote, [one.offer for one in chosen])
    rows = [
        {"company_id": quote.company_id, "quote_id": quote.id, "line_id": one.offer.line_id, "offer_id": one.offer.id,
         "quantity": one.quantity, "net": one.net}
        for one in chosen
    ]  # fmt: skip
    db.session.execute(insert(QuoteChoice).inline(), rows)
    quote.accepted_net = sum((one.net for one in chosen), Decimal(0))
    quote.accepted_by_id, quote.accepted_by, quote.accept_ref = actor.user_id, actor.name, client_ref
    advance(actor, quote, "accept", "buyer", changes={
        "version": quote.current_version, "net": quote.accepted_net,
        "lines": {str(one.offer.line_id): [one.offer.id, one.quantity] for one in chosen},
    })  # fmt: skip
    publish(QuoteAccepted(quote.id))


def _chosen(quote: Quote, choices: Mapping[int, tuple[int, Decimal]]) -> list[_Chosen]:
    """The offers of the current version that are accepted, in the order of lines."""
    rows = db.session.execute(
        select(QuoteOffer, QuoteLine.position)
        .join(QuoteVersion, QuoteVersion.id == QuoteOffer.version_id)
        .join(QuoteLine, QuoteLine.id == QuoteOffer.line_id)
        .where(QuoteVersion.quote_id == quote.id, QuoteVersion.number == quote.current_version)
        .order_by(QuoteLine.position, QuoteOffer.position)
    ).all()
    if not choices:
        return [
            _choice(quote, position, offer, offer.quantity)
            for offer, position in rows
            if offer.position == 1 and not offer.is_no_offer
        ]
    offers = {offer.id: (offer, position) for offer, position in rows if not offer.is_no_offer}
    found = []
    for line_id, (offer_id, quantity) in choices.items():
        offer, position = offers.get(offer_id, (None, 0))
        if offer is None or offer.line_id != line_id:
            raise Invalid("lines", N_("A line of this offer does not exist any more. Look at it again."))
        is_above = offer.max_quantity is not None and quantity > offer.max_quantity
        if not quantity.is_finite() or quantity < offer.min_quantity or is_above:
            raise Invalid("lines", N_("Line {line}: the quantity lies outside the range of the offer.", line=position))
        found.append(_choice(quote, position, offer, quantity))
    return sorted(found, key=lambda one: one.position)


def demand_choices(quote: Quote, choices: Mapping[int, tuple[int, Decimal]]) -> None:
    """Raise Invalid unless these offers of the current version could be accepted in these quantities."""
    if not _chosen(quote, choices):
        raise Invalid("lines", N_("Choose at least one line."))


def _choice(quote: Quote, position: int, offer: QuoteOffer, quantity: Decimal) -> _Chosen:
    net = net_of(quantity, offer.unit_price or Decimal(0), offer.base_quantity, quote.currency)
    return _Chosen(position, offer, quantity, net)


def _demand_orderable(actor: Actor, quote: Quote, offers: Sequence[QuoteOffer]) -> None:
    if not offers:
        raise Invalid("lines", N_("Choose at least one line."))
    articles = articles_by_id(actor, {one.article_id for one in offers if one.article_id}, company_id=quote.company_id)
    for offer in offers:
        article = articles.get(offer.article_id or 0)
        if article is None or not article.is_active or not article.is_visible:
            raise Conflict(N_("{name} cannot be ordered any more. Ask for another offer.", name=offer.text))


@command
def mark_ordered(actor: Actor, quote_id: int, order_number: str) -> None:
    """Note that an order was made of an accepted quote; a quote for many orders stays accepted."""
    quote = locked_quote(actor, quote_id)
    if quote.order_number == order_number:
        return
    target = "accepted" if quote.is_multi_use else "ordered"
    quote = ready(actor, quote_id, "place_order", "system", row_version=None, to=target)
    quote.order_number, quote.cart_id = order_number, None
    advance(actor, quote, "place_order", "system", to=target, changes={"order": order_number})


@command
def set_cart(actor: Actor, quote_id: int, cart_id: int | None) -> None:
    """Remember in which cart an accepted quote is being ordered."""
    quote = locked_quote(actor, quote_id)
    if quote.state != "accepted":
        raise Conflict(N_("This is not possible now. The state is: {state}.", state=QUOTE.word(quote.state)))
    quote.cart_id = cart_id


@command
def set_multi_use(actor: Actor, quote_id: int, is_multi_use: bool, *, row_version: int) -> None:
    """Whether an accepted quote may be ordered more than once; decided before the buyer accepts."""
    quote = ready(actor, quote_id, "edit_offer", "sales", row_version=row_version)
    changes = {"is_multi_use": [quote.is_multi_use, is_multi_use]}
    quote.is_multi_use = is_multi_use
    advance(actor, quote, "edit_offer", "sales", changes=changes)
