"""Proposing who may take stock that does not move, and noting what was made of it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import delete, insert, select, text

from app.accounts.queries.companies import operator_party, operator_zone
from app.catalog.queries.articles import articles_by_id
from app.core import audit, clock
from app.core.actor import Actor
from app.core.db import command, db
from app.core.errors import Conflict, Invalid, NotFound
from app.core.locks import lock_rows
from app.core.operator_settings import setting_value
from app.core.quantity import Factor
from app.core.texts import N_
from app.insights.domain.clearance import Buyer, Likely, percent_off, ranked, reduced
from app.insights.domain.recommend_settings import CLEARANCE_PERCENT
from app.insights.models.stock_movement import ClearanceAccount, ClearanceProposal
from app.insights.queries.night import seen_by
from app.pricing.domain.price import PriceItem
from app.pricing.queries.floors import floors
from app.pricing.queries.prices import price_lines

DAYS = 30  # an offer holds so long
_BUYERS = text("""
WITH mine AS (SELECT id, category_id FROM articles WHERE id = :article),
bought AS (
    SELECT l.company_id, count(DISTINCT o.id) FILTER (WHERE l.article_id = :article) AS times,
        max(o.placed_at) FILTER (WHERE l.article_id = :article) AS last_at,
        count(DISTINCT l.article_id) FILTER (
            WHERE a.category_id = (SELECT category_id FROM mine) AND o.placed_at >= now() - interval '365 days') AS of_category,
        count(*) AS lines, count(*) FILTER (WHERE l.price_from > 0 OR EXISTS (
            SELECT FROM order_allowances w WHERE w.order_id = o.id)) AS cheaper,
        mode() WITHIN GROUP (ORDER BY l.base_quantity) FILTER (WHERE l.article_id = :article) AS usual
    FROM order_lines l JOIN orders o ON o.id = l.order_id JOIN articles a ON a.id = l.article_id
    WHERE o.state <> 'cancelled' AND l.quantity > 0 AND l.company_id IN (
        SELECT n.company_id FROM order_lines n JOIN articles m ON m.id = n.article_id
        WHERE n.article_id = :article OR m.category_id = (SELECT category_id FROM mine))
    GROUP BY l.company_id
)
SELECT b.company_id, b.times, CAST(extract(epoch FROM now() - b.last_at) / 86400 AS int) AS days_ago, b.of_category, b.lines,
    b.cheaper, b.usual
FROM bought b JOIN companies c ON c.id = b.company_id
WHERE c.kind = 'customer' AND c.state = 'approved' AND NOT c.is_blocked AND NOT c.is_on_credit_hold""")
_STOCK = text("""
SELECT s.on_hand, s.standing FROM stock_standings s WHERE s.article_id = :article AND s.on_hand > 0""")


@command
def propose_clearance(actor: Actor, article_id: int, *, client_ref: str) -> int:
    """Work out which accounts may take the stock of an article, each at its price; returns the proposal's id, for the same
    `client_ref` the first one's. Raises NotFound without stock, Invalid when nobody is likely or no price has room.
    """
    known = db.session.scalar(select(ClearanceProposal.id).where(ClearanceProposal.client_ref == client_ref))
    if known is not None:
        return known
    stock = db.session.execute(_STOCK, {"article": article_id}).one_or_none()
    if stock is None:
        raise NotFound(N_("There is no stock of this article."))
    rows = [Buyer(*row) for row in db.session.execute(_BUYERS, {"article": article_id})]
    lines = [
        line
        for one in ranked(rows)
        if article_id in seen_by(actor, one.buyer.company_id, [article_id])
        and (line := _line(actor, article_id, one, stock.standing)) is not None
    ]
    if not lines:
        raise Invalid("article", N_("No account is likely to take it at a price that its floor allows."))
    ends_on = clock.today(operator_zone(actor)) + timedelta(days=DAYS)
    proposal_id: int = db.session.execute(
        insert(ClearanceProposal)
        .values(
            article_id=article_id, currency=operator_party(actor).currency, stock_then=stock.on_hand, ends_on=ends_on,
            client_ref=client_ref, user_id=actor.user_id,
        )
        .returning(ClearanceProposal.id)
    ).scalar_one()  # fmt: skip
    db.session.execute(insert(ClearanceAccount), [{"proposal_id": proposal_id, **line} for line in lines])
    audit.record(actor, "clearance", proposal_id, "create", {"article": article_id, "accounts": len(lines)})
    return proposal_id


def _line(actor: Actor, article_id: int, one: Likely, standing: str) -> dict[str, Any] | None:
    """The row of an account: its own price now and then; None where it has none or the floor leaves no room."""
    company_id = one.buyer.company_id
    article = articles_by_id(actor, [article_id], company_id=company_id)[article_id]
    today = clock.today(operator_zone(actor))
    quantity = one.buyer.usual or max(article.rule.minimum, article.rule.step, Decimal(1))
    item = PriceItem(
        article_id, quantity, article.base_unit, article.base_unit, Factor(1), article.vat_category, article.vat_class
    )
    (priced,) = price_lines(actor, [item], company_id=company_id, on=today)
    if priced.unit_price is None or priced.price_unit != article.base_unit or priced.level == "contract":
        return None
    price = priced.unit_price / priced.base_quantity
    floor = floors(actor, [article_id], currency=priced.currency, on=today, list_code=priced.list_code).get(article_id)
    least = (floor.price or floor.cost) if floor else None
    percent = percent_off(standing, one.buyer.sensitivity, setting_value(CLEARANCE_PERCENT), price, least)
    if percent is None:
        return None
    return {
        "company_id": company_id, "likely": one.likely, "why": one.why, "count": one.count, "percent": percent,
        "price_now": price, "price_then": reduced(price, percent), "currency": priced.currency,
        "usual_quantity": one.buyer.usual,
    }  # fmt: skip


@command
def leave_out(actor: Actor, proposal_id: int, company_ids: Sequence[int]) -> None:
    """Take accounts off a proposal that is not offered yet; the last one stays."""
    _open(proposal_id)
    known = set(
        db.session.scalars(select(ClearanceAccount.company_id).where(ClearanceAccount.proposal_id == proposal_id))
    )
    gone = known & set(company_ids)
    if not gone:
        return
    if gone == known:
        raise Invalid("account", N_("Leave at least one account, or drop the proposal."))
    db.session.execute(
        delete(ClearanceAccount).where(
            ClearanceAccount.proposal_id == proposal_id, ClearanceAccount.company_id.in_(gone)
        )
    )
    audit.record(actor, "clearance", proposal_id, "change", {"left_out": sorted(gone)})


@command
def drop_clearance(actor: Actor, proposal_id: int) -> None:
    """Do not do it. Raises Conflict when it is offered already."""
    found = _open(proposal_id)
    found.state = "dropped"
    audit.record(actor, "clearance", proposal_id, "change", {"state": ["proposed", "dropped"]})


@command
def note_offered(actor: Actor, proposal_id: int, offers: Sequence[int]) -> None:
    """What was made of a proposal: ids of offers. From now on what is sold counts as its result."""
    found = _open(proposal_id)
    found.state, found.offered_at, found.offers = "offered", clock.now(), list(offers)
    audit.record(actor, "clearance", proposal_id, "change", {"state": ["proposed", "offered"], "offers": list(offers)})


def _open(proposal_id: int) -> ClearanceProposal:
    found = lock_rows(ClearanceProposal, [proposal_id])
    if not found:
        raise NotFound(N_("There is no such proposal."))
    if found[0].state != "proposed":
        raise Conflict(N_("This proposal is decided already."))
    return found[0]
