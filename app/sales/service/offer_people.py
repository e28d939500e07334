"""What people do with offers: seen and opened, counted by person."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import text

from app.core.activity import note
from app.core.actor import Actor
from app.core.db import command, db

_SEEN = text("""
INSERT INTO offer_people AS p (offer_id, user_id, company_id, shown, clicked)
SELECT k.offer_id, :user, :company, :shown, :clicked FROM offer_cards k
WHERE k.offer_id = ANY(CAST(:ids AS bigint[])) ORDER BY k.offer_id
ON CONFLICT (offer_id, company_id, user_id) DO UPDATE
SET shown = p.shown + excluded.shown, clicked = p.clicked + excluded.clicked, last_at = now()""")


def note_shown(actor: Actor, offer_ids: Collection[int]) -> None:
    """The person saw these offers on a page; staff who act for him do not count."""
    if offer_ids and _counts(actor):
        _count(actor, offer_ids, shown=1)
        for offer_id in offer_ids:
            note(actor, "offer_shown", subject="offer", subject_id=offer_id)


def note_clicked(actor: Actor, offer_id: int) -> None:
    """The person opened an offer."""
    if _counts(actor):
        _count(actor, [offer_id], clicked=1)
        note(actor, "offer_clicked", subject="offer", subject_id=offer_id)


def _counts(actor: Actor) -> bool:
    return not actor.is_operator and actor.user_id is not None and actor.staff_id is None


@command
def _count(actor: Actor, offer_ids: Collection[int], *, shown: int = 0, clicked: int = 0) -> None:
    values = {
        "user": actor.user_id, "company": actor.company_id, "ids": list(offer_ids), "shown": shown, "clicked": clicked,
    }  # fmt: skip
    db.session.execute(_SEEN, values)
