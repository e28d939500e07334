"""The facts from which the reasons of a cart left behind are found; a constant number of statements a cart."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import text

from app.accounts.queries.credit import standing
from app.core import clock
from app.core.actor import Actor
from app.core.db import db
from app.core.operator_settings import setting_value
from app.insights.domain.abandonment import RECOVERY_DAYS
from app.insights.domain.abandonment_reasons import ApprovalFact, CartFacts, LineFacts
from app.insights.domain.cart_odds import Past
from app.insights.domain.cart_settings import LATE_DAYS
from app.ordering.domain.cart import CartPage, CartRow
from app.ordering.domain.thresholds import ThresholdKind
from app.ordering.queries.cart import price_day
from app.ordering.queries.plans import cart_hints
from app.ordering.queries.terms import account_terms
from app.pricing.queries.costs import costs_on

ZERO = Decimal(0)
_HUNDRED = Decimal(100)
SEARCHED_BEFORE = timedelta(hours=4)  # a search in vain so shortly before counts, or soon after
UPLOADED_BEFORE = timedelta(days=1)
_COSTS_SEEN = ("/cart", "/checkout")

_LAST_PRICES = text("""
SELECT DISTINCT ON (l.article_id) l.article_id, l.unit_price, l.price_base_quantity, l.price_unit, l.base_quantity
FROM order_lines l JOIN orders o ON o.id = l.order_id AND o.company_id = l.company_id
WHERE l.company_id = :company AND l.article_id = ANY(CAST(:articles AS bigint[])) AND o.currency = :currency
  AND o.state <> 'cancelled' AND l.state NOT IN ('cancelled', 'rejected')
ORDER BY l.article_id, o.placed_at DESC, l.id DESC""")
_WAY = text("""
SELECT
    (SELECT json_build_array(a.state, a.number, a.reason) FROM approvals a
     WHERE a.cart_id = :cart AND a.company_id = :company AND a.state NOT IN ('waiting', 'ordered')
       AND a.cart_version = (SELECT version FROM carts WHERE id = :cart)
     ORDER BY a.id DESC LIMIT 1),
    (SELECT json_build_array(u.name, greatest(u.questions, CASE WHEN u.state = 'failed' THEN u.total ELSE 0 END))
     FROM order_uploads u WHERE u.company_id = :company AND u.user_id = :user
       AND u.created_at BETWEEN :uploaded AND :until AND (u.questions > 0 OR u.state = 'failed')
       AND NOT EXISTS (SELECT 1 FROM order_uploads n WHERE n.company_id = u.company_id AND n.user_id = u.user_id
                       AND n.id > u.id AND n.created_at <= :until AND n.state = 'done' AND n.questions = 0)
     ORDER BY u.id DESC LIMIT 1),
    (SELECT json_agg(m.text ORDER BY m.last_at DESC, m.text) FROM search_misses m
     WHERE m.company_id = :company AND m.last_at BETWEEN :searched AND :until),
    (SELECT json_build_array('', coalesce(v.facts ->> 'problems', '1'))
     FROM activity v WHERE v.company_id = :company AND v.user_id = :user AND v.kind = 'upload_problem'
       AND v.at BETWEEN :uploaded AND :until
       AND NOT EXISTS (SELECT 1 FROM activity n WHERE n.company_id = v.company_id AND n.user_id = v.user_id
                       AND n.kind IN ('cart_add', 'order') AND n.at > v.at AND n.at <= :until)
     ORDER BY v.id DESC LIMIT 1)""")


@dataclass(frozen=True, slots=True)
class Left:
    """A cart that was left: whose, and when its buyer did something last."""

    cart_id: int
    company_id: int
    user_id: int
    idle_since: datetime
    last_page: str


def cart_facts(actor: Actor, left: Left, page: CartPage) -> CartFacts:
    """What is known about a cart priced today."""
    today = price_day(actor)
    goods = page.totals.line_total
    before = _last_prices(left.company_id, {row.article.id for row in page.rows}, page.currency)
    approval, upload, misses, problem = _way(left)
    terms = account_terms(actor, page.currency, company_id=left.company_id)
    least = [one.amount for one in terms.thresholds if one.kind is ThresholdKind.HARD_MIN]
    credit = standing(actor, left.company_id)
    saw_costs = left.last_page.startswith(_COSTS_SEEN)
    hints = cart_hints(actor, left.company_id, page.currency, goods, locale=actor.locale) if saw_costs else None
    return CartFacts(
        currency=page.currency,
        today=today,
        late_after=today + timedelta(days=setting_value(LATE_DAYS)),
        lines=[_line(row, before.get(row.article.id)) for row in page.rows],
        net=page.totals.net_total,
        goods=goods,
        gross=page.totals.gross_total,
        minimum=max(least, default=None),
        credit_left=None if credit.may_exceed else credit.available,
        credit_currency=credit.currency,
        approval=ApprovalFact(*approval) if approval else None,
        upload=_upload(upload, problem),
        delivery=hints.delivery if hints else None,
        saw_costs=saw_costs,
        misses=misses or (),
    )


def _way(left: Left) -> Any:
    values = {
        "cart": left.cart_id, "company": left.company_id, "user": left.user_id,
        "uploaded": left.idle_since - UPLOADED_BEFORE, "searched": left.idle_since - SEARCHED_BEFORE,
        "until": left.idle_since + SEARCHED_BEFORE,
    }  # fmt: skip
    return db.session.execute(_WAY, values).one()


def _upload(stored: Any, problem: Any) -> tuple[str, int] | None:
    """The file that was left with questions: one that was stored, else one that only the page knew."""
    found = stored or problem
    if not found:
        return None
    name, rows = found
    return str(name or ""), max(int(rows) if str(rows).isdecimal() else 1, 1)


def _last_prices(company_id: int, article_ids: Collection[int], currency: str) -> dict[int, Any]:
    values = {"company": company_id, "articles": list(article_ids), "currency": currency}
    return {row.article_id: row for row in db.session.execute(_LAST_PRICES, values)}


def _line(row: CartRow, before: Any) -> LineFacts:
    rise, extra = _rise(row, before)
    promise = row.promise
    waits = promise.is_enough and promise.backordered > 0
    return LineFacts(
        row.article.sku, row.price.net or ZERO, rise, extra, promise.ships_on if waits else None,
        frozenset(problem.code for problem in row.problems),
    )  # fmt: skip


def _rise(row: CartRow, before: Any) -> tuple[Decimal | None, Decimal]:
    """Percent and net amount by which a line is dearer than when it was ordered last.

    Not comparable: another unit, or a smaller quantity now where the price falls with the quantity.
    """
    price = row.price
    if before is None or price.unit_price is None or before.price_unit != price.price_unit or not before.unit_price:
        return None, ZERO
    if row.base_quantity < before.base_quantity and price.next_break is not None:
        return None, ZERO
    old, new = before.unit_price / before.price_base_quantity, price.unit_price / price.base_quantity
    rise = (new - old) * _HUNDRED / old
    return rise, max((new - old) * price.priced_quantity, ZERO)


def margin_of(actor: Actor, page: CartPage, on: date) -> Decimal | None:
    """Net above cost, in the cart's currency; None where the cost of some line is not known in it."""
    sold = [row for row in page.rows if row.price.net is not None]
    known = costs_on(actor, {row.article.id for row in sold}, on)
    spent = ZERO
    for row in sold:
        cost, currency = known.get(row.article.id, (ZERO, ""))
        if currency != page.currency:
            return None
        spent += cost * row.base_quantity
    return page.totals.net_total - spent if sold else None


_PAST = text("""
SELECT count(*), count(recovered_at),
    count(*) FILTER (WHERE reason = :reason), count(recovered_at) FILTER (WHERE reason = :reason),
    count(*) FILTER (WHERE company_id = :company), count(recovered_at) FILTER (WHERE company_id = :company)
FROM abandoned_carts WHERE state <> 'left_out' AND noticed_at > :since AND noticed_at <= :over""")
_PAST_DAYS = 400


def past_of(company_id: int, reason: str) -> tuple[Past, Past, Past]:
    """Earlier carts of all, of the reason and of the account whose two weeks are over; one statement."""
    now = clock.now()
    values = {
        "reason": reason, "company": company_id, "since": now - timedelta(days=_PAST_DAYS),
        "over": now - timedelta(days=RECOVERY_DAYS),
    }  # fmt: skip
    row = db.session.execute(_PAST, values).one()
    return Past(*row[:2]), Past(*row[2:4]), Past(*row[4:])


_ORDERED = text("""
SELECT l.article_id, sum(l.base_quantity) FROM order_lines l
JOIN orders o ON o.id = l.order_id AND o.company_id = l.company_id
WHERE l.company_id = :company AND l.article_id = ANY(CAST(:articles AS bigint[])) AND o.placed_at > :since
  AND o.placed_at <= :until AND o.source <> 'history' AND o.state <> 'cancelled' AND o.cart_id IS DISTINCT FROM :cart
GROUP BY l.article_id""")
_ASKED = text("""
SELECT DISTINCT l.article_id FROM quote_lines l JOIN quotes q ON q.id = l.quote_id
WHERE q.company_id = :company AND l.article_id = ANY(CAST(:articles AS bigint[])) AND q.created_at >= :since
  AND q.user_id IS NOT NULL AND q.state NOT IN ('withdrawn', 'declined_by_seller', 'declined_by_buyer', 'expired')""")


def asked_since(company_id: int, article_ids: Collection[int], since: datetime) -> set[int]:
    """Those of the articles for which the account's people have asked a quote since."""
    values = {"company": company_id, "articles": list(article_ids), "since": since}
    return set(db.session.scalars(_ASKED, values))


def ordered_since(left: Left, article_ids: Collection[int], until: datetime) -> Mapping[int, Decimal]:
    """Base quantities of these articles that the account ordered in other ways since the cart was left."""
    values = {
        "company": left.company_id, "articles": list(article_ids), "since": left.idle_since, "until": until,
        "cart": left.cart_id,
    }  # fmt: skip
    return {row[0]: row[1] for row in db.session.execute(_ORDERED, values)}


_CONTACTS = text("""
SELECT coalesce(sum(contacts), 0) FROM abandoned_carts WHERE cart_id = :cart AND contacted_at > :since""")


def recent_contacts(cart_id: int) -> int:
    """How often the buyer was written to about this cart lately, also when it was left before."""
    values = {"cart": cart_id, "since": clock.now() - timedelta(days=RECOVERY_DAYS)}
    return int(db.session.execute(_CONTACTS, values).scalar_one())
