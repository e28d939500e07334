"""Quotes for people without an account: a link to see one, to ask, to say yes; sales makes an acceptance of the yes."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import timedelta
from decimal import Decimal

from sqlalchemy import select, update

from app.accounts.service.tokens import quote_token
from app.core import audit
from app.core.actor import Actor
from app.core.db import command, db
from app.core.errors import Conflict, Invalid, NotFound
from app.core.outbox import publish
from app.core.tenancy import acting_as
from app.core.texts import N_
from app.sourcing.events import QuoteLinkAccepted, QuoteLinkMade
from app.sourcing.models.quote_links import QuoteLink
from app.sourcing.models.quotes import Quote
from app.sourcing.policy import Permission
from app.sourcing.queries.clock import database_now
from app.sourcing.queries.quote_links import guest_actor, link_by_id
from app.sourcing.queries.quote_rules import quote_rules
from app.sourcing.service.quote_decisions import accept, demand_choices, demand_standing
from app.sourcing.service.quote_state import locked_quote

_ADDRESS = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
_NAME_LENGTH, _NOTE_LENGTH = 200, 500


@command
def make_link(actor: Actor, quote_id: int, *, email: str = "", locale: str = "en") -> str:
    """A new link to an offer, and a mail with it where an address is given; returns its token."""
    actor.demand(Permission.ANSWER)
    quote = locked_quote(actor, quote_id)
    rules = quote_rules(actor)
    if not rules.allows_links:
        raise Conflict(N_("Quotes are not given by links: the rules for quotes say so."))
    if not quote.current_version:
        raise Conflict(N_("Nothing was offered yet."))
    email = email.strip()
    if email and (len(email) > 254 or not _ADDRESS.fullmatch(email)):
        raise Invalid("email", N_("This is not an e-mail address."))
    now = database_now()
    link = QuoteLink(
        company_id=quote.company_id, quote_id=quote.id, email=email, locale=locale, created_at=now,
        created_by=actor.name, expires_at=now + timedelta(days=rules.link_days),
    )  # fmt: skip
    db.session.add(link)
    db.session.flush()
    facts = {"email": email, "until": link.expires_at}
    audit.record(actor, "quote", quote.id, "link_made", facts, company_id=quote.company_id)
    publish(QuoteLinkMade(link.id))
    return quote_token(link.id, link.created_at)


@command
def revoke_link(actor: Actor, link_id: int) -> None:
    """The link opens nothing any more; a second time changes nothing."""
    actor.demand(Permission.ANSWER)
    locked_quote(actor, link_by_id(actor, link_id).quote_id)
    link = db.session.get_one(QuoteLink, link_id, populate_existing=True)
    if link.revoked_at is None:
        link.revoked_at = database_now()
        audit.record(actor, "quote", link.quote_id, "link_ended", {"email": link.email}, company_id=link.company_id)


@command
def note_opened(actor: Actor, link_id: int) -> None:
    """The first time somebody follows the link; runs in operator scope."""
    db.session.execute(
        update(QuoteLink).where(QuoteLink.id == link_id, QuoteLink.opened_at.is_(None)).values(opened_at=database_now())
    )


@command
def accept_by_link(
    actor: Actor,
    link_id: int,
    choices: Mapping[int, tuple[int, Decimal]],
    *,
    version: int,
    name: str,
    note: str = "",
) -> None:
    """Note that somebody says yes to a version; nothing is accepted before sales takes it over. In operator scope."""
    name, note = name.strip(), note.strip()
    if not name or len(name) > _NAME_LENGTH:
        raise Invalid("name", N_("Enter your name."))
    if len(note) > _NOTE_LENGTH:
        raise Invalid("note", N_("At most {most} characters.", most=_NOTE_LENGTH))
    quote_id = db.session.scalar(select(QuoteLink.quote_id).where(QuoteLink.id == link_id))
    if quote_id is None:
        raise NotFound
    quote = locked_quote(actor, quote_id)
    link = db.session.get_one(QuoteLink, link_id, populate_existing=True)
    if link.revoked_at is not None or database_now() > link.expires_at:
        raise NotFound(N_("This link does not work any more. Ask for a new one."))
    if link.accepted_at is not None and link.accepted_version == quote.current_version:
        raise Conflict(N_("You have accepted this offer already."))
    if quote.state == "accepted" or quote.current_version != version:
        raise Conflict(N_("The offer has changed since you opened this page. Look at it again."))
    demand_standing(quote)
    demand_choices(quote, choices)
    link.accepted_at, link.accepted_version = database_now(), version
    link.accepted_by, link.accepted_note = name, note
    link.choices = {str(line): [offer, str(quantity)] for line, (offer, quantity) in choices.items()}
    facts = {"version": version, "by": name}
    audit.record(actor, "quote", quote.id, "accepted_by_link", facts, company_id=quote.company_id)
    publish(QuoteLinkAccepted(link.id))


def take_acceptance(actor: Actor, link_id: int, *, row_version: int) -> None:
    """Make the yes under a link the acceptance of the quote, in the name of who said it; called by the operator.

    Raises Conflict where another offer stands by now, and as `accept` does.
    """
    actor.demand(Permission.ANSWER)
    link = link_by_id(actor, link_id)
    if link.accepted_at is None:
        raise Conflict(N_("Nobody has accepted under this link."))
    quote = db.session.get(Quote, link.quote_id, populate_existing=True)
    if quote is None or quote.current_version != link.accepted_version:
        raise Conflict(N_("What was accepted under this link is not the offer that stands now."))
    guest = guest_actor(quote.company_id, link.locale, actor.time_zone, link.accepted_by)
    guest = guest.with_permissions({*guest.permissions, str(Permission.ACCEPT)})
    key = f"link-{link.id}"
    with acting_as(guest):
        accept(guest, link.quote_id, link.choices, row_version=row_version, client_ref=key)
