"""Articles that were sold until their stock is gone, and it is."""

from __future__ import annotations

from sqlalchemy import text

from app.core.actor import Actor
from app.core.db import db

# Goods on their way are to be sold, too; an article nobody has counted yet has not run out.
_SOLD_OUT = text("""
SELECT a.id FROM articles a
WHERE a.status = 'run_out'
  AND EXISTS (SELECT FROM stock s WHERE s.article_id = a.id)
  AND NOT EXISTS (SELECT FROM stock s WHERE s.article_id = a.id AND s.on_hand > 0)
  AND NOT EXISTS (SELECT FROM incoming_goods i WHERE i.article_id = a.id AND i.state = 'open')
ORDER BY a.id LIMIT :limit""")


def sold_out(actor: Actor, limit: int = 1000) -> list[int]:
    """Ids of such articles."""
    return list(db.session.execute(_SOLD_OUT, {"limit": limit}).scalars())
