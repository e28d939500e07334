"""Links to a quote for people without an account: what one opens, and which there are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from sqlalchemy import select

from app.accounts.queries.companies import customer_party
from app.accounts.service.tokens import is_quote_token, quote_token
from app.core.actor import Actor, Scope, Via
from app.core.db import db
from app.core.errors import NotFound
from app.core.tenancy import system_scope, visible
from app.core.texts import N_
from app.sourcing.models.quote_links import QuoteLink
from app.sourcing.models.quotes import Quote
from app.sourcing.policy import Permission
from app.sourcing.queries.clock import database_now
from app.sourcing.queries.quote_rules import quote_rules

_DIGITS = 18


@dataclass(frozen=True, slots=True)
class Guest:
    """What a link opens: one quote, as the account sees it. `actor` may read it and write on it, nothing else."""

    link_id: int
    number: str
    actor: Actor
    since: datetime
    expires_at: datetime
    accepted_at: datetime | None
    accepted_by: str


@dataclass(frozen=True, slots=True)
class LinkRow:
    """A link as sales sees it; `is_live`: it still opens the quote."""

    id: int
    quote_id: int
    email: str
    locale: str
    created_at: datetime
    created_by: str
    expires_at: datetime
    revoked_at: datetime | None
    opened_at: datetime | None
    accepted_at: datetime | None
    accepted_version: int | None
    accepted_by: str
    accepted_note: str
    token: str
    is_live: bool
    choices: Mapping[int, tuple[int, Decimal]] = field(default_factory=dict)


def guest_of(token: str) -> Guest:
    """NotFound for a link that never was, has ended or was revoked, and while quotes are not given by links."""
    with system_scope("quote: who follows the link has no account"):
        link = _link(token)
        actor = Actor.system()
        if link is None or not quote_rules(actor).allows_links:
            raise NotFound(N_("This link does not work any more. Ask for a new one."))
        number = db.session.scalars(select(Quote.number).where(Quote.id == link.quote_id)).one()
        zone = customer_party(actor, link.company_id).time_zone
        guest = guest_actor(link.company_id, link.locale, zone, link.accepted_by or link.email)
        return Guest(
            link.id, number, guest, link.created_at, link.expires_at, link.accepted_at, link.accepted_by
        )  # fmt: skip


def guest_actor(company_id: int, locale: str, time_zone: str, name: str) -> Actor:
    """Somebody nobody knows, for one account, with the rights of a reader who may write."""
    rights = frozenset({str(Permission.READ_QUOTES), str(Permission.ASK)})
    return Actor(
        user_id=None, company_id=company_id, scope=Scope.TENANT, permissions=rights, locale=locale,
        time_zone=time_zone, via=Via.WEB, name=name,
    )  # fmt: skip


def _link(token: str) -> QuoteLink | None:
    number = token.partition(".")[0]
    if not number.isascii() or not number.isdigit() or len(number) > _DIGITS:
        return None
    link = db.session.get(QuoteLink, int(number), populate_existing=True)
    if link is None or not is_quote_token(token, link.id, link.created_at) or not _is_live(link, database_now()):
        return None
    return link


def _is_live(link: QuoteLink, now: datetime) -> bool:
    return link.revoked_at is None and now <= link.expires_at


def links_of(actor: Actor, quote_id: int) -> Sequence[LinkRow]:
    """All links of a quote, the newest first; for the operator."""
    now = database_now()
    statement = visible(actor, select(QuoteLink).where(QuoteLink.quote_id == quote_id), QuoteLink)
    return [_row(link, now) for link in db.session.scalars(statement.order_by(QuoteLink.id.desc()))]


def link_by_id(actor: Actor, link_id: int) -> LinkRow:
    """One link; for the operator."""
    link = db.session.get(QuoteLink, link_id, populate_existing=True)
    if link is None or not actor.is_operator:
        raise NotFound
    return _row(link, database_now())


def _row(link: QuoteLink, now: datetime) -> LinkRow:
    return LinkRow(
        link.id, link.quote_id, link.email, link.locale, link.created_at, link.created_by, link.expires_at, link.revoked_at, link.opened_at,
        link.accepted_at, link.accepted_version, link.accepted_by, link.accepted_note,
        quote_token(link.id, link.created_at), _is_live(link, now),
        {int(line): (int(offer), Decimal(quantity)) for line, (offer, quantity) in link.choices.items()},
    )  # fmt: skip
