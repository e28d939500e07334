"""What sales does: take a request over, prepare the offer, have it released, send it, and what follows."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy import delete, func, select

from app.accounts.models.people import Membership, User
from app.accounts.queries.companies import operator_id
from app.core.actor import Actor
from app.core.db import command, db
from app.core.errors import Conflict, Forbidden, Invalid, NotFound
from app.core.outbox import publish
from app.core.texts import N_
from app.sourcing.domain.quote import LineAsk, Offer, OfferEntry, check_lines
from app.sourcing.events import (
    QuoteExpired,
    QuoteExpiring,
    QuoteExtended,
    QuoteOffered,
    QuoteReleaseAsked,
    QuoteReleased,
    QuoteReturned,
)
from app.sourcing.models.quote_versions import QuoteOffer, QuoteRelease, QuoteVersion
from app.sourcing.models.quotes import Quote, QuoteLine
from app.sourcing.queries.clock import database_now
from app.sourcing.queries.quote_rules import quote_rules
from app.sourcing.queries.quote_working import Worked, work_out
from app.sourcing.service.quote_state import advance, locked_quote, ready
from app.sourcing.service.quote_working import begin_version, entry_of, store, working_version
from app.sourcing.service.quotes import freeze_prices, write_lines
from app.sourcing.service.timers import on_timer, set_timer

_PAST = N_("Choose a moment that lies ahead.")


@command
def take(actor: Actor, quote_id: int, *, row_version: int) -> None:
    """Take a new request or a counter-offer over; from then on it is the taker's."""
    quote = ready(actor, quote_id, "take", "sales", row_version=row_version)
    quote.owner_id, quote.owner_name = actor.user_id, actor.name
    begin_version(actor, quote)
    advance(actor, quote, "take", "sales")


@command
def revise(actor: Actor, quote_id: int, *, row_version: int) -> None:
    """Begin the next version from the last one and the buyer's counter-offer."""
    quote = ready(actor, quote_id, "revise", "sales", row_version=row_version)
    begin_version(actor, quote)
    advance(actor, quote, "revise", "sales")


@command
def assign(actor: Actor, quote_id: int, user_id: int, *, row_version: int) -> None:
    """Give the quote to somebody else of the house."""
    quote = ready(actor, quote_id, "assign", "sales", row_version=row_version)
    name = db.session.scalar(
        select(User.name)
        .join(Membership, Membership.user_id == User.id)
        .where(User.id == user_id, User.is_active, Membership.is_active, Membership.company_id == operator_id())
    )
    if name is None:
        raise Invalid("owner", N_("Choose somebody who answers requests."))
    changes = {"owner": [quote.owner_name, name]}
    quote.owner_id, quote.owner_name = user_id, name
    advance(actor, quote, "assign", "sales", changes=changes)


@command
def add_line(actor: Actor, quote_id: int, line: LineAsk, *, row_version: int) -> int:
    """Sales adds a line of its own to the version in preparation, at list price; returns the line's id."""
    quote = ready(actor, quote_id, "edit_offer", "sales", row_version=row_version)
    check_lines((line,))
    position = (db.session.scalar(select(func.max(QuoteLine.position)).where(QuoteLine.quote_id == quote.id)) or 0) + 1
    write_lines(actor, quote, (line,), "sales", first=position)
    added = db.session.scalars(
        select(QuoteLine).where(QuoteLine.quote_id == quote.id, QuoteLine.position == position)
    ).one()
    freeze_prices(actor, quote, [added])
    version = working_version(quote)
    held = _offer_of(version)
    entry = OfferEntry(added.id, line.quantity, line.unit, line.quantity)
    _keep(actor, quote, version, replace(held, entries=(*held.entries, entry)))
    advance(actor, quote, "edit_offer", "sales", changes={"added_line": position})
    return added.id


@command
def drop_line(actor: Actor, quote_id: int, line_id: int, *, row_version: int) -> None:
    """Take a line away that sales has added and never sent."""
    quote = ready(actor, quote_id, "edit_offer", "sales", row_version=row_version)
    line = db.session.scalar(select(QuoteLine).where(QuoteLine.id == line_id, QuoteLine.quote_id == quote.id))
    if line is None:
        raise NotFound
    sent = db.session.scalar(
        select(func.count())
        .select_from(QuoteOffer)
        .join(QuoteVersion, QuoteVersion.id == QuoteOffer.version_id)
        .where(QuoteOffer.line_id == line_id, QuoteVersion.sent_at.is_not(None))
    )
    if sent or line.added_by != "sales":
        raise Invalid("lines", N_("Only lines that you have added and not sent can be removed. Mark it as no offer."))
    version = working_version(quote)
    held = _offer_of(version)
    db.session.execute(delete(QuoteOffer).where(QuoteOffer.version_id == version.id, QuoteOffer.line_id == line_id))
    db.session.execute(delete(QuoteLine).where(QuoteLine.id == line_id))
    left = tuple(one for one in held.entries if one.line_id != line_id)
    _keep(actor, quote, version, replace(held, entries=left))
    advance(actor, quote, "edit_offer", "sales", changes={"removed_line": line.position})


@command
def edit_offer(actor: Actor, quote_id: int, offer: Offer, *, row_version: int) -> None:
    """Replace the version in preparation. A release holds only for the figures it was given for."""
    quote = ready(actor, quote_id, "edit_offer", "sales", row_version=row_version)
    version = working_version(quote)
    before = version.net_total
    worked = _keep(actor, quote, version, offer)
    changes = {"version": version.number, "net_total": [before, worked.amounts.net_total]}
    advance(actor, quote, "edit_offer", "sales", changes=changes)


def _keep(actor: Actor, quote: Quote, version: QuoteVersion, offer: Offer) -> Worked:
    worked = work_out(actor, quote.id, offer)
    store(version, worked)
    version.author_id, version.author = actor.user_id, actor.name
    return worked


def _offer_of(version: QuoteVersion) -> Offer:
    """The version in preparation as it was entered."""
    rows = db.session.scalars(
        select(QuoteOffer)
        .join(QuoteLine, QuoteLine.id == QuoteOffer.line_id)
        .where(QuoteOffer.version_id == version.id)
        .order_by(QuoteLine.position, QuoteOffer.position)
        .execution_options(populate_existing=True)
    )
    return Offer(
        tuple(entry_of(row) for row in rows), version.discount_kind, version.discount_value, version.valid_until,
        version.terms, version.intro,
    )  # fmt: skip


@command
def request_release(actor: Actor, quote_id: int, comment: str, *, row_version: int) -> None:
    """Ask somebody else for prices beyond the own right or below the floor."""
    quote = ready(actor, quote_id, "request_release", "sales", row_version=row_version)
    if not comment.strip():
        raise Invalid("comment", N_("Say why."))
    version = working_version(quote)
    worked = work_out(actor, quote.id, _offer_of(version))
    if not worked.needs:
        raise Conflict(N_("These prices need no release. You can send the offer."))
    db.session.add(
        QuoteRelease(
            company_id=quote.company_id, quote_id=quote.id, version=version.number, content_hash=worked.content_hash,
            asked_by_id=actor.user_id, asked_by=actor.name, comment=comment.strip(),
        )
    )  # fmt: skip
    advance(actor, quote, "request_release", "sales", reason=comment.strip())
    publish(QuoteReleaseAsked(quote.id))


@command
def release(actor: Actor, quote_id: int, comment: str = "", *, row_version: int) -> None:
    """Let the prices go out as they are; not those one has made or asked for oneself."""
    quote = _decide(actor, quote_id, "release", "released", comment=comment, row_version=row_version)
    publish(QuoteReleased(quote.id))


@command
def return_offer(actor: Actor, quote_id: int, comment: str, *, row_version: int) -> None:
    """Give the prices back to be changed."""
    if not comment.strip():
        raise Invalid("comment", N_("Say why."))
    quote = _decide(actor, quote_id, "return_offer", "returned", comment=comment, row_version=row_version)
    publish(QuoteReturned(quote.id))


def _decide(actor: Actor, quote_id: int, event: str, decision: str, *, comment: str, row_version: int) -> Quote:
    quote = ready(actor, quote_id, event, "approver", row_version=row_version)
    version = working_version(quote)
    asked = db.session.scalars(
        select(QuoteRelease).where(QuoteRelease.quote_id == quote.id, QuoteRelease.decision == "")
    ).one()
    if decision == "released" and actor.user_id in (asked.asked_by_id, version.author_id):
        raise Forbidden(N_("Somebody else must release prices that you have made or asked for."))
    asked.decision, asked.decided_by, asked.decided_comment = decision, actor.name, comment.strip()
    asked.decided_at = database_now()
    advance(actor, quote, event, "approver", reason=comment.strip())
    return quote


@command
def send_offer(actor: Actor, quote_id: int, *, row_version: int) -> int:
    """Freeze the version in preparation and show it to the buyer; returns its number.

    Invalid("release") with `details` [(line, Message)] when prices go beyond the right of the sender.
    """
    quote = ready(actor, quote_id, "send_offer", "sales", row_version=row_version)
    version = working_version(quote)
    worked = work_out(actor, quote.id, _offer_of(version))
    moment = database_now()
    _demand_complete(quote, worked)
    if version.valid_until is None or version.valid_until <= moment:
        raise Invalid("valid_until", _PAST)
    if worked.needs and not _is_released(quote, version, worked):
        raise Invalid("release", N_("These prices need a release. Ask for it."), details=list(worked.needs))
    store(version, worked)
    version.author_id, version.author, version.sent_at = actor.user_id, actor.name, moment
    quote.current_version, quote.valid_until = version.number, version.valid_until
    quote.net_total, quote.is_hidden = version.net_total, False
    quote.offered_at = moment
    quote.owner_id, quote.owner_name = quote.owner_id or actor.user_id, quote.owner_name or actor.name
    advance(
        actor, quote, "send_offer", "sales",
        changes={"version": version.number, "net_total": version.net_total, "valid_until": version.valid_until,
                 "content": worked.content_hash},
    )  # fmt: skip
    _set_timers(actor, quote)
    publish(QuoteOffered(quote.id, version.number))
    return version.number


def _demand_complete(quote: Quote, worked: Worked) -> None:
    """Every line is answered, and what is offered can be ordered."""
    answered = {one.entry.line_id for one in worked.offers}
    missing = db.session.scalar(
        select(QuoteLine.position).where(QuoteLine.quote_id == quote.id, QuoteLine.id.not_in(answered)).limit(1)
    )
    if missing is not None:
        raise Invalid("lines", N_("Line {line}: enter a price or mark it as no offer.", line=missing))
    for one in worked.offers:
        if one.entry.is_no_offer:
            continue
        if one.amount.unit_price is None:
            raise Invalid("lines", N_("Line {line}: enter a price or mark it as no offer.", line=one.position))
        if one.article_id is None:
            raise Invalid("lines", N_("Line {line}: choose the article that you offer.", line=one.position))
    if all(one.entry.is_no_offer for one in worked.offers):
        raise Invalid("lines", N_("Offer at least one line, or decline the request."))


def _is_released(quote: Quote, version: QuoteVersion, worked: Worked) -> bool:
    """Whether exactly these figures were released."""
    return bool(db.session.scalar(
        select(func.count()).select_from(QuoteRelease).where(
            QuoteRelease.quote_id == quote.id, QuoteRelease.version == version.number,
            QuoteRelease.decision == "released", QuoteRelease.content_hash == worked.content_hash,
        )
    ))  # fmt: skip


def _set_timers(actor: Actor, quote: Quote) -> None:
    if quote.valid_until is None:
        return
    set_timer("quote", quote.id, quote.company_id, "expire", quote.valid_until + timedelta(milliseconds=1))
    days = quote_rules(actor).reminder_days
    reminder = quote.valid_until - timedelta(days=days)
    if days and reminder > database_now():
        set_timer("quote", quote.id, quote.company_id, "remind", reminder)


@command
def extend(actor: Actor, quote_id: int, valid_until: datetime, *, row_version: int) -> None:
    """Let the offer stand longer; the version itself stays as it was sent."""
    quote = ready(actor, quote_id, "extend", "sales", row_version=row_version)
    if valid_until <= database_now() or (quote.valid_until is not None and valid_until <= quote.valid_until):
        raise Invalid("valid_until", N_("Choose a moment after the present end."))
    changes = {"valid_until": [quote.valid_until, valid_until]}
    quote.valid_until = valid_until
    advance(actor, quote, "extend", "sales", changes=changes)
    _set_timers(actor, quote)
    publish(QuoteExtended(quote.id))


@command
def reopen(actor: Actor, quote_id: int, *, row_version: int) -> None:
    """Prepare a new version of an expired quote."""
    quote = ready(actor, quote_id, "reopen", "sales", row_version=row_version)
    if not quote_rules(actor).allows_reopen:
        raise Conflict(N_("Expired quotes stay closed here. Make a copy."))
    begin_version(actor, quote)
    advance(actor, quote, "reopen", "sales")


@command
def supersede(actor: Actor, quote_id: int, successor_number: str, *, row_version: int) -> None:
    """Say by which quote of the same account this one is replaced."""
    quote = ready(actor, quote_id, "supersede", "sales", row_version=row_version)
    successor = db.session.execute(
        select(Quote.id, Quote.number).where(
            Quote.number == successor_number.strip(), Quote.company_id == quote.company_id, Quote.id != quote.id
        )
    ).one_or_none()
    if successor is None:
        raise Invalid("successor", N_("Name another quote of the same account."))
    if not quote.current_version:
        raise Conflict(N_("Nothing was offered yet. Decline the request instead."))
    quote.successor_id = successor.id
    advance(actor, quote, "supersede", "sales", changes={"successor": successor.number})


@on_timer("quote", "expire")
@command
def expire(actor: Actor, quote_id: int) -> datetime | None:
    """Close an offer whose time is over; called too early it wants to be called again."""
    quote = locked_quote(actor, quote_id)
    if quote.state != "offered" or quote.valid_until is None:
        return None
    if database_now() <= quote.valid_until:
        return quote.valid_until + timedelta(milliseconds=1)
    advance(actor, quote, "expire", "timer")
    publish(QuoteExpired(quote.id))
    return None


@on_timer("quote", "remind")
@command
def remind(actor: Actor, quote_id: int) -> datetime | None:
    """Tell both sides that the offer holds a few days more."""
    quote = locked_quote(actor, quote_id)
    if quote.state in ("offered", "countered") and quote.valid_until is not None and database_now() < quote.valid_until:
        publish(QuoteExpiring(quote.id, quote.current_version))
    return None
