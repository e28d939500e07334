"""Offers for the desk: the list, one in full, and what came of it; and for a buyer the cards his account gets."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import select, text

from app.accounts.models.companies import AccountGroup, Company, Segment
from app.accounts.queries.companies import operator_party
from app.catalog.models.articles import Article
from app.catalog.models.categories import Category
from app.core import audit, clock
from app.core.actor import Actor
from app.core.db import db
from app.core.errors import Forbidden, NotFound
from app.core.models import AuditEntry, StoredFile
from app.core.operator_setting_kinds import text_for
from app.core.texts import N_
from app.sales.domain.offers import Audience, Goods, OfferRow
from app.sales.models.offers import Offer, OfferAudience, OfferTarget


@dataclass(frozen=True, slots=True)
class OfferLine:
    """An offer in the list, with how many accounts it reached and how many were held out."""

    id: int
    name: str
    kind: str
    state: str
    starts_at: datetime
    ends_at: datetime | None
    accounts: int
    held_out: int
    clicked: int


_LINES = text("""
SELECT o.id, o.name, o.kind, o.state, o.starts_at, o.ends_at,
       (SELECT count(*) FROM offer_accounts r WHERE r.offer_id = o.id AND NOT r.is_held_out),
       (SELECT count(*) FROM offer_accounts r WHERE r.offer_id = o.id AND r.is_held_out),
       (SELECT count(*) FROM offer_people p WHERE p.offer_id = o.id AND p.clicked > 0)
FROM offers o
WHERE (CAST(:state AS text) = '' OR o.state = :state) AND (CAST(:after AS bigint) IS NULL OR o.id < :after)
  AND (CAST(:before AS bigint) IS NULL OR o.id > :before)
ORDER BY CASE WHEN CAST(:before AS bigint) IS NULL THEN -o.id ELSE o.id END LIMIT :limit""")


def offers(
    actor: Actor, state: str = "", *, after: Sequence[str] | None = None, before: Sequence[str] | None = None,
    limit: int = 51,
) -> list[OfferLine]:  # fmt: skip
    """Offers, the newest first; keys are (id,). One statement."""
    values = {
        "state": state, "after": int(after[0]) if after else None, "before": int(before[0]) if before else None,
        "limit": limit,
    }  # fmt: skip
    rows = [OfferLine(*row) for row in db.session.execute(_LINES, values)]
    return rows[::-1] if before else rows


@dataclass(frozen=True, slots=True)
class OfferPage:
    """All the desk knows of one offer; `picture` is the hash of its picture or empty."""

    id: int
    state: str
    row: OfferRow
    picture: str
    created_by_id: int | None
    created_by: str
    released_by: str
    released_at: datetime | None
    ended_at: datetime | None
    stop_reason: str
    history: Sequence[AuditEntry]


def offer(actor: Actor, offer_id: int) -> OfferPage:
    """One offer by its id; raises NotFound."""
    if not actor.is_operator:
        raise NotFound
    found = db.session.get(Offer, offer_id, populate_existing=True)
    if found is None:
        raise NotFound(N_("There is no such offer."))
    sha = db.session.scalar(select(StoredFile.sha256).where(StoredFile.id == found.file_id)) if found.file_id else ""
    row = OfferRow(
        name=found.name, kind=found.kind, starts_at=found.starts_at, ends_at=found.ends_at, titles=found.titles,
        texts=found.texts, link=found.link, file_id=found.file_id, audience=_audience(offer_id),
        is_for_all=found.is_for_all, goods=_goods(offer_id), percent=found.percent, currency=found.currency,
        budget_amount=found.budget_amount, promotion_code=found.promotion_code, priority=found.priority,
        shows_per_person=found.shows_per_person, holdout_percent=found.holdout_percent, with_mail=found.with_mail,
    )  # fmt: skip
    return OfferPage(
        found.id, found.state, row, sha or "", found.created_by_id, found.created_by_name, found.released_by_name,
        found.released_at, found.ended_at, found.stop_reason, audit.history(actor, "offer", offer_id),
    )  # fmt: skip


def _audience(offer_id: int) -> tuple[Audience, ...]:
    rows = db.session.execute(
        select(Company.code, AccountGroup.code, Segment.code)
        .select_from(OfferAudience)
        .outerjoin(Company, Company.id == OfferAudience.company_id)
        .outerjoin(AccountGroup, AccountGroup.id == OfferAudience.group_id)
        .outerjoin(Segment, Segment.id == OfferAudience.segment_id)
        .where(OfferAudience.offer_id == offer_id)
        .order_by(OfferAudience.id)
    )
    kinds = ("account", "group", "segment")
    return tuple(Audience(kind, code) for row in rows for kind, code in zip(kinds, row, strict=True) if code)


def _goods(offer_id: int) -> tuple[Goods, ...]:
    rows = db.session.execute(
        select(Article.sku, Category.code, OfferTarget.brand, OfferTarget.price)
        .select_from(OfferTarget)
        .outerjoin(Article, Article.id == OfferTarget.article_id)
        .outerjoin(Category, Category.id == OfferTarget.category_id)
        .where(OfferTarget.offer_id == offer_id)
        .order_by(OfferTarget.id)
    )
    return tuple(
        Goods("article", sku, price) if sku else Goods("category", code) if code else Goods("brand", brand)
        for sku, code, brand, price in rows
    )


@dataclass(frozen=True, slots=True)
class Side:
    """What one side of the audience did: those it reached, or those held out. Sums are net, in the operator's currency.

    `orders` and `net` are of the offer's goods while it ran, the `_before` ones of as many days before.
    """

    accounts: int
    people_shown: int
    people_clicked: int
    shown: int
    buying: int
    orders: int
    net: Decimal
    net_before: Decimal

    @property
    def per_account(self) -> Decimal:
        return self.net / self.accounts if self.accounts else Decimal(0)

    @property
    def change_per_account(self) -> Decimal:
        """What an account bought more than before."""
        return (self.net - self.net_before) / self.accounts if self.accounts else Decimal(0)


@dataclass(frozen=True, slots=True)
class AccountResult:
    """One account and what it did."""

    company_id: int
    code: str
    name: str
    is_held_out: bool
    shown: int
    clicked: int
    orders: int
    net: Decimal
    net_before: Decimal


@dataclass(frozen=True, slots=True)
class Result:
    """What came of an offer. `effect` is what an account it reached bought more than before, less what one held out did."""

    currency: str
    since: datetime
    until: datetime
    reached: Side
    held_out: Side
    accounts: tuple[AccountResult, ...]

    @property
    def effect(self) -> Decimal | None:
        if not self.held_out.accounts or not self.reached.accounts:
            return None
        return self.reached.change_per_account - self.held_out.change_per_account


_RESULT = text("""
WITH RECURSIVE branch AS (
    SELECT t.category_id AS id FROM offer_targets t WHERE t.offer_id = :offer AND t.category_id IS NOT NULL
    UNION SELECT c.id FROM categories c JOIN branch b ON c.parent_id = b.id
), rates AS (
    SELECT DISTINCT ON (currency_from) currency_from, rate FROM exchange_rates
    WHERE currency_to = :own ORDER BY currency_from, on_date DESC
), lines AS MATERIALIZED (
    SELECT o.company_id, o.id, o.placed_at >= :since AS is_during,
           l.net * CASE WHEN o.currency = :own THEN 1 ELSE x.rate END AS net
    FROM offer_accounts r JOIN orders o ON o.company_id = r.company_id
    JOIN order_lines l ON l.order_id = o.id JOIN articles a ON a.id = l.article_id
    LEFT JOIN rates x ON x.currency_from = o.currency
    WHERE r.offer_id = :offer AND o.state <> 'cancelled' AND l.quantity > 0
      AND o.placed_at >= CAST(:since AS timestamptz) - (CAST(:until AS timestamptz) - CAST(:since AS timestamptz))
      AND o.placed_at < :until
      AND (NOT EXISTS (SELECT FROM offer_targets t WHERE t.offer_id = :offer)
           OR a.category_id IN (SELECT id FROM branch)
           OR EXISTS (SELECT FROM offer_targets t WHERE t.offer_id = :offer
                      AND (t.article_id IN (a.id, a.variant_of_id) OR t.brand <> '' AND t.brand = a.brand)))
), bought AS (
    SELECT company_id, count(DISTINCT id) FILTER (WHERE is_during) AS orders,
           coalesce(sum(net) FILTER (WHERE is_during), 0) AS net,
           coalesce(sum(net) FILTER (WHERE NOT is_during), 0) AS before
    FROM lines GROUP BY company_id
), people AS (
    SELECT p.company_id, count(*) FILTER (WHERE p.shown > 0) AS seeing, count(*) FILTER (WHERE p.clicked > 0) AS clicking,
           sum(p.shown) AS shown, sum(p.clicked) AS clicked
    FROM offer_people p WHERE p.offer_id = :offer GROUP BY p.company_id
)
SELECT c.id, c.code, c.name, r.is_held_out, coalesce(p.shown, 0), coalesce(p.clicked, 0), coalesce(b.orders, 0),
       coalesce(b.net, 0), coalesce(b.before, 0), coalesce(p.seeing, 0), coalesce(p.clicking, 0)
FROM offer_accounts r JOIN companies c ON c.id = r.company_id LEFT JOIN bought b ON b.company_id = c.id
LEFT JOIN people p ON p.company_id = c.id
WHERE r.offer_id = :offer ORDER BY coalesce(b.net, 0) DESC, c.name, c.id""")


def result(actor: Actor, offer_id: int) -> Result | None:
    """What came of an offer so far; None before its start. The operator's scope only."""
    if not actor.is_operator:
        raise Forbidden(N_("You have no right to do this."))
    found = db.session.get(Offer, offer_id, populate_existing=True)
    if found is None:
        raise NotFound(N_("There is no such offer."))
    now = clock.now()
    if found.released_at is None or found.starts_at > now:
        return None
    since = max(found.starts_at, found.released_at)
    until = max(found.ended_at or now, since)
    own = operator_party(actor).currency
    rows = db.session.execute(_RESULT, {"offer": offer_id, "own": own, "since": since, "until": until}).all()
    accounts = tuple(AccountResult(*row[:9]) for row in rows)
    return Result(
        own, since, until, _side([row for row in rows if not row[3]]), _side([row for row in rows if row[3]]), accounts
    )  # fmt: skip


def _side(rows: Sequence[Any]) -> Side:
    return Side(
        len(rows), sum(row[9] for row in rows), sum(row[10] for row in rows), sum(int(row[4]) for row in rows),
        sum(1 for row in rows if row[6]), sum(row[6] for row in rows), sum((row[7] for row in rows), Decimal(0)),
        sum((row[8] for row in rows), Decimal(0)),
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Card:
    """What a buyer reads of an offer, in his language; `has_picture`, `ends_at` None: without end."""

    id: int
    kind: str
    title: str
    text: str
    picture: str
    ends_at: datetime | None
    link: str


_CARDS = text("""
SELECT k.offer_id, k.kind, k.titles, k.texts, k.picture, k.ends_at, k.link
FROM offer_cards k
JOIN offer_accounts r ON r.offer_id = k.offer_id AND r.company_id = :company AND NOT r.is_held_out
LEFT JOIN offer_people p ON p.offer_id = k.offer_id AND p.user_id = :user AND p.company_id = :company
WHERE k.kind = ANY(CAST(:kinds AS text[])) AND k.starts_at <= :now AND (k.ends_at IS NULL OR k.ends_at > :now)
  AND (k.shows_per_person IS NULL OR coalesce(p.shown, 0) < k.shows_per_person)
ORDER BY k.priority, k.offer_id DESC LIMIT :limit""")


def cards(actor: Actor, kinds: Sequence[str], *, limit: int = 6) -> list[Card]:
    """What the actor's account gets now, by priority, without what the person has seen often enough; one statement."""
    values = {
        "company": actor.company_id, "user": actor.user_id or 0, "kinds": list(kinds), "now": clock.now(),
        "limit": limit,
    }  # fmt: skip
    return [
        Card(row[0], row[1], _say(row[2], actor.locale), _say(row[3], actor.locale), row[4], row[5], row[6])
        for row in db.session.execute(_CARDS, values)
    ]


_CARD = text("""
SELECT k.offer_id, k.kind, k.titles, k.texts, k.picture, k.ends_at, k.link FROM offer_cards k
JOIN offer_accounts r ON r.offer_id = k.offer_id AND r.company_id = :company AND NOT r.is_held_out
WHERE k.offer_id = :offer AND k.starts_at <= :now AND (k.ends_at IS NULL OR k.ends_at > :now)""")


def card(actor: Actor, offer_id: int) -> Card:
    """One running offer of the actor's account, whatever the person has seen; raises NotFound."""
    return _card(offer_id, actor.company_id, actor.locale)


def mailed_card(actor: Actor, offer_id: int, company_id: int, locale: str) -> Card:
    """The same for a mail to a person of any account, in his language; raises NotFound. The operator's scope only."""
    if not actor.is_operator:
        raise NotFound
    return _card(offer_id, company_id, locale)


def _card(offer_id: int, company_id: int, locale: str) -> Card:
    row = db.session.execute(_CARD, {"company": company_id, "offer": offer_id, "now": clock.now()}).one_or_none()
    if row is None:
        raise NotFound(N_("This offer has ended."))
    return Card(row[0], row[1], _say(row[2], locale), _say(row[3], locale), row[4], row[5], row[6])


def _say(texts: Mapping[str, str], locale: str) -> str:
    return text_for(texts, locale)
