"""Everything about one account on one page: a constant number of statements, each over all kinds at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from sqlalchemy import select, text

from app.catalog.models.articles import Article
from app.core import clock
from app.core.actor import Actor
from app.core.db import db
from app.core.texts import Message
from app.insights.queries.recommendations import recommendations
from app.sourcing.domain.quote_machine import OPEN as OPEN_QUOTES

MONTHS = 12
ENDS_WITHIN = timedelta(days=90)  # so long before its end an agreement is worth a talk
USED_UP = Decimal("0.8")  # of an agreed quantity
SHOWN = 8  # of a kind of document
EVENTS = 40

_MONTHS = text("""
SELECT m.month, coalesce(sum(o.net_total), 0), count(o.id)
FROM generate_series(CAST(:first AS date), CAST(:last AS date), interval '1 month') AS m (month)
LEFT JOIN orders o ON o.company_id = :company AND o.state <> 'cancelled' AND o.currency = :currency
    AND o.placed_at >= timezone(:zone, m.month) AND o.placed_at < timezone(:zone, m.month + interval '1 month')
GROUP BY m.month ORDER BY m.month""")

# Drafts of the account are its own; a tender is shown where the operator may take part.
_BUSINESS = text("""
(SELECT 'quote' AS kind, q.number, coalesce(nullif(q.title, ''), q.buyer_name) AS title, q.state,
    coalesce(q.accepted_net, q.net_total, q.list_total) AS net, q.currency, q.changed_at AS at, q.valid_until AS until, q.id
 FROM quotes q WHERE q.company_id = :company AND q.state = ANY(:quotes) AND (q.state <> 'draft' OR q.is_hidden)
 ORDER BY q.changed_at DESC, q.id DESC LIMIT :most)
UNION ALL
(SELECT 'tender', t.number, t.title, t.state, NULL, t.currency, t.published_at, NULL, t.id
 FROM tenders t WHERE t.company_id = :company AND t.published_at IS NOT NULL
   AND t.state NOT IN ('completed', 'cancelled', 'unsuccessful')
   AND (t.visibility <> 'invited' OR EXISTS (
       SELECT FROM tender_participants p WHERE p.tender_id = t.id AND p.supplier_id = :operator))
 ORDER BY t.id DESC LIMIT :most)
UNION ALL
(SELECT 'cart', CAST(k.id AS varchar), coalesce(nullif(k.name, ''), u.name), k.state, k.net_seen, k.currency,
    k.last_activity_at, NULL, k.id
 FROM carts k JOIN users u ON u.id = k.user_id
 WHERE k.company_id = :company AND k.state IN ('open', 'awaiting_approval') AND k.line_count > 0
 ORDER BY k.last_activity_at DESC, k.id DESC LIMIT :most)
UNION ALL
(SELECT 'order', o.number, o.po_number, o.state, o.net_total, o.currency, o.placed_at, NULL, o.id
 FROM orders o WHERE o.company_id = :company ORDER BY o.placed_at DESC, o.id DESC LIMIT :most)
UNION ALL
(SELECT 'claim', m.number, m.order_number, m.state, NULL, '', m.opened_at, NULL, m.id
 FROM claims m WHERE m.company_id = :company AND m.state IN ('opened', 'asked') ORDER BY m.id DESC LIMIT :most)
UNION ALL
(SELECT 'return', r.number, r.shipment_number, r.state, NULL, '', r.requested_at, NULL, r.id
 FROM returns r WHERE r.company_id = :company AND r.state IN ('requested', 'authorised', 'received', 'inspected')
 ORDER BY r.id DESC LIMIT :most)""")

_ENDING = text("""
SELECT 'contract' AS kind, l.code, l.name, l.valid_to AS ends_on, l.entry_count AS entries, CAST(NULL AS numeric) AS used
FROM price_lists l WHERE l.company_id = :company AND l.kind = 'contract' AND l.is_active AND l.state = 'approved'
    AND l.valid_to BETWEEN :today AND :until
UNION ALL
SELECT 'prices', l.code, l.name, e.valid_to, count(*), NULL
FROM price_lists l JOIN price_entries e ON e.price_list_id = l.id
WHERE l.company_id = :company AND l.kind = 'contract' AND l.is_active AND l.state = 'approved'
    AND e.valid_to BETWEEN :today AND :until GROUP BY l.code, l.name, e.valid_to
UNION ALL
SELECT 'quantity', l.code, a.sku || ' ' || a.name, coalesce(e.valid_to, l.valid_to), 1,
    round(b.drawn * 100 / e.agreed_quantity)
FROM contract_balances b JOIN price_lists l ON l.id = b.price_list_id
JOIN price_entries e ON e.price_list_id = l.id AND e.article_id = b.article_id AND e.unit = b.unit
    AND e.min_quantity = b.min_quantity
JOIN articles a ON a.id = b.article_id
WHERE b.company_id = :company AND l.is_active AND e.agreed_quantity > 0 AND b.drawn >= e.agreed_quantity * :used_up
UNION ALL
SELECT 'list', l.code, l.name, coalesce(least(l.valid_to, s.valid_to), l.valid_to, s.valid_to), l.entry_count, NULL
FROM price_assignments s JOIN chain_lists n ON n.chain_id = s.chain_id JOIN price_lists l ON l.id = n.price_list_id
WHERE s.company_id = :company AND s.level = 'account' AND l.kind <> 'contract' AND l.is_active
    AND least(l.valid_to, s.valid_to) BETWEEN :today AND :until
UNION ALL
SELECT 'supply', c.number, c.buyer_name, c.valid_to, 0, NULL FROM supply_contracts c
WHERE c.company_id = :company AND c.supplier_id = :operator AND c.state = 'active' AND c.valid_to BETWEEN :today AND :until
ORDER BY ends_on NULLS LAST, code LIMIT 20""")

_EVENTS = text("""
(SELECT n.kind, n.happened_at AS at, n.text, coalesce(u.name, '') AS who, n.with_whom AS beside, n.id, '' AS subject, 0 AS subject_id
 FROM account_notes n LEFT JOIN users u ON u.id = n.user_id WHERE n.company_id = :company
 ORDER BY n.happened_at DESC, n.id DESC LIMIT :most)
UNION ALL
(SELECT 'task_' || t.state, t.done_at, t.text, coalesce(u.name, ''), t.outcome, t.id, t.kind, 0
 FROM sales_tasks t LEFT JOIN users u ON u.id = t.done_by_id
 WHERE t.company_id = :company AND t.state <> 'open' ORDER BY t.done_at DESC, t.id DESC LIMIT :most)
UNION ALL
(SELECT CASE WHEN m.is_inner THEN 'inner' ELSE 'message' END, m.created_at, left(m.text, 300), m.author,
    v.subject_number, v.id, v.subject_kind, v.subject_id
 FROM conversations v JOIN conversation_messages m ON m.conversation_id = v.id
 WHERE v.company_id = :company ORDER BY m.id DESC LIMIT :most)
UNION ALL
(SELECT 'handover', h.started_at, h.note, u.name, w.name, h.id, CASE WHEN h.ends_on IS NULL THEN '' ELSE 'absence' END, 0
 FROM handover_accounts a JOIN handovers h ON h.id = a.handover_id JOIN users u ON u.id = h.to_id
 JOIN users w ON w.id = h.from_id
 WHERE a.company_id = :company AND a.is_moved ORDER BY h.started_at DESC, h.id DESC LIMIT 5)
ORDER BY at DESC, id DESC LIMIT :most""")


@dataclass(frozen=True, slots=True)
class Month:
    """Net turnover of a month in the account's currency, and of the same month a year before."""

    month: date
    net: Decimal
    orders: int
    before: Decimal


@dataclass(frozen=True, slots=True)
class Document:
    """A quote, tender, cart, order, claim or return. `net` in `currency`, None where it has no sum yet."""

    kind: str
    number: str
    title: str
    state: str
    net: Decimal | None
    currency: str
    at: datetime
    until: datetime | None
    id: int


@dataclass(frozen=True, slots=True)
class Ending:
    """An agreement that runs out: kind contract, prices, quantity, list or supply. `used` percent of the quantity."""

    kind: str
    code: str
    name: str
    ends_on: date | None
    entries: int
    used: Decimal | None


@dataclass(frozen=True, slots=True)
class Happened:
    """An entry of the timeline; `subject` is what a message or a task is about."""

    kind: str
    at: datetime
    text: str
    who: str
    beside: str
    id: int
    subject: str
    subject_id: int


def months(actor: Actor, company_id: int, currency: str) -> list[Month]:
    """The last twelve months, the running one included, the oldest first."""
    today = clock.today(actor.time_zone)
    last = today.replace(day=1)
    first = last.replace(year=last.year - 2) + timedelta(days=31)
    values = {
        "company": company_id,
        "currency": currency,
        "zone": actor.time_zone,
        "first": first.replace(day=1),
        "last": last,
    }
    rows = db.session.execute(_MONTHS, values).all()
    return [
        Month(row[0].date(), row[1], row[2], before[1])
        for before, row in zip(rows[:-MONTHS], rows[-MONTHS:], strict=True)
    ]


def business(actor: Actor, company_id: int) -> dict[str, list[Document]]:
    """What is open, by kind, and the last orders; the newest first. One statement."""
    values = {
        "company": company_id, "operator": actor.company_id, "most": SHOWN, "quotes": list(OPEN_QUOTES),
    }  # fmt: skip
    found: dict[str, list[Document]] = {kind: [] for kind in ("quote", "tender", "cart", "order", "claim", "return")}
    for row in db.session.execute(_BUSINESS, values):
        found[row.kind].append(Document(*row))
    return found


def ending(actor: Actor, company_id: int) -> Sequence[Ending]:
    """Price agreements that end within ninety days, or whose quantity is nearly called off; the next end first."""
    today = clock.today(actor.time_zone)
    values = {
        "company": company_id, "operator": actor.company_id, "today": today, "until": today + ENDS_WITHIN,
        "used_up": USED_UP,
    }  # fmt: skip
    return [Ending(*row) for row in db.session.execute(_ENDING, values)]


def happened(actor: Actor, company_id: int) -> list[Happened]:
    """What was said and done about the account, the latest first."""
    return [Happened(*row) for row in db.session.execute(_EVENTS, {"company": company_id, "most": EVENTS})]


@dataclass(frozen=True, slots=True)
class NextArticle:
    """An article the account never bought and similar accounts do, and why it is named."""

    article_id: int
    sku: str
    name: str
    reason: Message


def next_articles(actor: Actor, company_id: int) -> list[NextArticle]:
    """What to offer next, best first."""
    found = recommendations(actor, company_id, "next", limit=SHOWN)
    rows = db.session.execute(
        select(Article.id, Article.sku, Article.name).where(Article.id.in_([one.article_id for one in found]))
    )
    names = {row.id: row for row in rows}
    return [
        NextArticle(one.article_id, names[one.article_id].sku, names[one.article_id].name, one.reason)
        for one in found
        if one.article_id in names
    ]
