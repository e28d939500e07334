"""One quote as its pages show it to either side. What is internal is read for the operator only."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import select, text

from app.core.actor import Actor
from app.core.db import db
from app.core.errors import NotFound
from app.core.models import StoredFile
from app.core.tenancy import visible
from app.core.texts import Message
from app.sourcing.domain.quote_machine import EVENTS, LABELS, QUOTE
from app.sourcing.models.quotes import Quote, QuoteFile
from app.sourcing.policy import Permission
from app.sourcing.queries.quote_rules import quote_rules
from app.sourcing.queries.quote_versions import VersionPage, versions_of


@dataclass(frozen=True, slots=True)
class QuotePageLine:
    """A line of the request; `list_price` is for `list_base_quantity` of its unit."""

    id: int
    position: int
    article_id: int | None
    sku: str
    name: str
    text: str
    quantity: Decimal
    unit: str
    target_price: Decimal | None
    need_by: date | None
    note: str
    list_price: Decimal | None
    list_base_quantity: Decimal
    added_by: str


@dataclass(frozen=True, slots=True)
class CounterView:
    version: int
    line_id: int
    price: Decimal | None
    quantity: Decimal | None
    text: str
    at: datetime


@dataclass(frozen=True, slots=True)
class ChoiceView:
    offer_id: int
    quantity: Decimal
    net: Decimal


@dataclass(frozen=True, slots=True)
class MessageView:
    id: int
    line_id: int | None
    side: str
    is_internal: bool
    author: str
    text: str
    at: datetime


@dataclass(frozen=True, slots=True)
class FileView:
    id: int
    file_id: int
    name: str
    size: int
    side: str
    is_internal: bool
    author: str
    at: datetime


@dataclass(frozen=True, slots=True)
class EventView:
    """One event of the chain."""

    at: datetime
    actor: str
    event: str
    to_state: str
    reason: str

    @property
    def label(self) -> Message:
        return EVENTS[self.event]


@dataclass(frozen=True, slots=True)
class ReleaseView:
    version: int
    asked_by: str
    comment: str
    asked_at: datetime
    decision: str
    decided_by: str
    decided_comment: str
    decided_at: datetime | None


@dataclass(frozen=True, slots=True)
class QuotePage:
    """A whole quote. `now` is the database's time; `possible` are the events that this actor may try."""

    id: int
    number: str
    state: str
    side: str
    row_version: int
    title: str
    note: str
    need_by: date | None
    ship_to: Mapping[str, Any]
    source: str
    company_id: int
    company_name: str
    company_code: str
    company_locale: str
    currency: str
    vat_mode: str
    user_id: int | None
    buyer_name: str
    owner_id: int | None
    owner_name: str
    current_version: int
    valid_until: datetime | None
    rounds: int
    is_multi_use: bool
    is_hidden: bool
    list_total: Decimal | None
    net_total: Decimal | None
    accepted_net: Decimal | None
    accepted_by: str
    order_number: str
    cart_id: int | None
    reason_code: str
    reason: str
    origin_number: str
    successor_number: str
    submitted_at: datetime | None
    offered_at: datetime | None
    ended_at: datetime | None
    now: datetime
    rounds_left: int
    lines: tuple[QuotePageLine, ...]
    versions: tuple[VersionPage, ...]
    working: VersionPage | None
    counters: tuple[CounterView, ...]
    choices: Mapping[int, ChoiceView]
    messages: tuple[MessageView, ...]
    files: tuple[FileView, ...]
    history: tuple[EventView, ...]
    releases: tuple[ReleaseView, ...]
    possible: frozenset[str]

    @property
    def label(self) -> Message:
        return LABELS[self.side][self.state]

    @property
    def shown(self) -> VersionPage | None:
        """The version that was sent last."""
        return self.versions[-1] if self.versions else None

    @property
    def is_acceptable(self) -> bool:
        """Whether the version sent last can still be accepted."""
        return (
            bool(QUOTE.rows("accept", self.state))
            and bool(self.versions)
            and self.valid_until is not None
            and self.now <= self.valid_until
        )


_NAMES = [one.name for one in fields(QuotePage)][:39]  # up to `now`, as the columns of _HEAD
_HEAD = text("""
SELECT q.id, q.number, q.state, :side, q.row_version, q.title, q.note, q.need_by, q.ship_to, q.source, q.company_id,
       c.name, c.code, c.locale, q.currency, q.vat_mode, q.user_id, q.buyer_name, q.owner_id,
       coalesce(nullif(q.owner_name, ''), u.name, ''), q.current_version, q.valid_until, q.rounds, q.is_multi_use,
       q.is_hidden, q.list_total, q.net_total, q.accepted_net, q.accepted_by, q.order_number, q.cart_id, q.reason_code,
       q.reason, coalesce(o.number, ''), coalesce(s.number, ''), q.submitted_at, q.offered_at, q.ended_at,
       clock_timestamp()
FROM quotes q
JOIN companies c ON c.id = q.company_id
LEFT JOIN users u ON u.id = q.owner_id
LEFT JOIN quotes o ON o.id = q.origin_id
LEFT JOIN quotes s ON s.id = q.successor_id
WHERE q.number = :number AND (CAST(:company AS bigint) IS NULL OR (q.company_id = :company AND NOT q.is_hidden))
  AND (CAST(:company AS bigint) IS NOT NULL OR q.state <> 'draft')""")
_LINES = text("""
SELECT l.id, l.position, l.article_id, coalesce(a.sku, ''), coalesce(a.names ->> :locale, a.name, l.text), l.text,
       l.quantity, l.unit, l.target_price, l.need_by, l.note, l.list_price, l.list_base_quantity, l.added_by
FROM quote_lines l LEFT JOIN articles a ON a.id = l.article_id
WHERE l.quote_id = :id AND (:all OR l.added_by = 'buyer' OR EXISTS (
    SELECT FROM quote_offers f JOIN quote_versions v ON v.id = f.version_id
    WHERE f.line_id = l.id AND v.sent_at IS NOT NULL))
ORDER BY l.position""")
_COUNTERS = text(
    "SELECT version, line_id, price, quantity, text, at FROM quote_counters WHERE quote_id = :id ORDER BY id"
)
_CHOICES = text("SELECT line_id, offer_id, quantity, net FROM quote_choices WHERE quote_id = :id")
_MESSAGES = text("""
SELECT id, line_id, side, is_internal, author, text, at FROM quote_messages
WHERE quote_id = :id AND (:all OR NOT is_internal) ORDER BY id""")
_FILES = text("""
SELECT id, file_id, name, size, side, is_internal, author, at FROM quote_files
WHERE quote_id = :id AND (:all OR NOT is_internal) ORDER BY id""")
_EVENTS = text("""
SELECT at, actor, event, to_state, reason FROM sourcing_events
WHERE object_type = 'quote' AND object_id = :id AND owner_tag = '' AND (:all OR NOT is_internal) ORDER BY sequence""")
_RELEASES = text("""
SELECT version, asked_by, comment, asked_at, decision, decided_by, decided_comment, decided_at FROM quote_releases
WHERE quote_id = :id ORDER BY id""")


def quote(actor: Actor, number: str) -> QuotePage:
    """A quote by its number, in a constant number of statements; what a side does not see is NotFound to it."""
    is_sales = actor.is_operator
    values = {"number": number, "side": "sales" if is_sales else "buyer",
              "company": None if is_sales else actor.company_id}  # fmt: skip
    head = db.session.execute(_HEAD, values).one_or_none()
    if head is None:
        raise NotFound
    quote_id, state, rounds = head[0], head[2], head[22]
    asked = {"id": quote_id, "all": is_sales, "locale": actor.locale}
    versions = versions_of(actor, quote_id)
    sent = tuple(one for one in versions if one.sent_at is not None)
    working = next((one for one in versions if one.sent_at is None), None)
    is_prepared = state in ("in_preparation", "price_approval", "info_needed")
    return QuotePage(
        **dict(zip(_NAMES, head, strict=True)),
        rounds_left=max(quote_rules(actor).rounds - rounds, 0),
        lines=tuple(QuotePageLine(*row) for row in db.session.execute(_LINES, asked)),
        versions=sent,
        working=working if is_sales and is_prepared else None,
        counters=tuple(CounterView(*row) for row in db.session.execute(_COUNTERS, asked)),
        choices={row[0]: ChoiceView(*row[1:]) for row in db.session.execute(_CHOICES, asked)},
        messages=tuple(MessageView(*row) for row in db.session.execute(_MESSAGES, asked)),
        files=tuple(FileView(*row) for row in db.session.execute(_FILES, asked)),
        history=tuple(EventView(*row) for row in db.session.execute(_EVENTS, asked)),
        releases=tuple(ReleaseView(*row) for row in db.session.execute(_RELEASES, asked)) if is_sales else (),
        possible=_possible(actor, state),
    )


def _possible(actor: Actor, state: str) -> frozenset[str]:
    """Events by the rights of the actor; whether an offer still stands is asked when one is tried."""
    if not actor.is_operator:
        found = QUOTE.possible(state, {"buyer"}) if actor.can(Permission.ASK) else frozenset()
        return found if actor.can(Permission.ACCEPT) else found - {"accept"}
    roles = {
        role for role, right in (("sales", Permission.ANSWER), ("approver", Permission.RELEASE)) if actor.can(right)
    }
    return QUOTE.possible(state, roles)


def quote_id_of(actor: Actor, number: str) -> int:
    """The id of a quote that the actor may see."""
    found = db.session.scalar(visible(actor, select(Quote.id).where(Quote.number == number), Quote))
    if found is None:
        raise NotFound
    return found


def quote_file(actor: Actor, number: str, attachment_id: int) -> StoredFile:
    """A file added to a quote; internal ones are NotFound to the buyer."""
    statement = (
        select(StoredFile)
        .join(QuoteFile, QuoteFile.file_id == StoredFile.id)
        .where(QuoteFile.id == attachment_id, QuoteFile.quote_id == quote_id_of(actor, number))
    )
    found = db.session.scalar(statement if actor.is_operator else statement.where(QuoteFile.is_internal.is_(False)))
    if found is None:
        raise NotFound
    return found
