"""Which accounts an offer reaches: joined once, they stay until its end, so that its effect can be told."""

from __future__ import annotations

from sqlalchemy import insert, select, text

from app.core.actor import Actor
from app.core.db import db
from app.core.outbox import publish
from app.sales.domain.offers import OfferKind, OfferState, is_held_out
from app.sales.events import OfferReached
from app.sales.models.offers import Offer, OfferAccount

# Accounts that look like a segment see its banners and news, but get no price of it.
_MEANT = text("""
SELECT c.id FROM companies c
WHERE c.kind = 'customer' AND c.state = 'approved' AND (
    CAST(:everybody AS boolean)
    OR c.id IN (SELECT w.company_id FROM offer_audience w WHERE w.offer_id = :offer)
    OR c.group_id IN (SELECT w.group_id FROM offer_audience w WHERE w.offer_id = :offer)
    OR c.id IN (SELECT m.company_id FROM company_segments m JOIN offer_audience w ON w.segment_id = m.segment_id
                WHERE w.offer_id = :offer)
    OR CAST(:looks AS boolean) AND c.id IN (
        SELECT s.company_id FROM resemblances s JOIN offer_audience w ON w.segment_id = s.segment_id
        WHERE w.offer_id = :offer)
) AND NOT EXISTS (SELECT FROM offer_accounts r WHERE r.company_id = c.id AND r.offer_id = :offer)
ORDER BY c.id""")


def refresh_reach(actor: Actor, offer: Offer, *, is_start: bool = False) -> int:
    """Take in accounts that are meant and not in yet; how many. Call inside a command that has locked the offer.

    A running offer that is mailed tells of each account it comes to, at its start of all of them.
    """
    values = {
        "offer": offer.id, "everybody": offer.is_for_all,
        "looks": offer.kind in (OfferKind.BANNER, OfferKind.NEWS),
    }  # fmt: skip
    fresh = db.session.scalars(_MEANT, values).all()
    if fresh:
        db.session.execute(
            insert(OfferAccount),
            [
                {
                    "company_id": one,
                    "offer_id": offer.id,
                    "is_held_out": is_held_out(offer.id, one, offer.holdout_percent),
                }
                for one in fresh
            ],
        )
    if offer.with_mail and offer.state == OfferState.RUNNING:
        for company_id in _reached(offer.id) if is_start else fresh:
            if not is_held_out(offer.id, company_id, offer.holdout_percent):
                publish(OfferReached(offer.id, company_id))
    return len(fresh)


def _reached(offer_id: int) -> list[int]:
    statement = select(OfferAccount.company_id).where(OfferAccount.offer_id == offer_id)
    return list(db.session.scalars(statement.order_by(OfferAccount.company_id)))
