"""What stock adds to the page of an article."""

from __future__ import annotations

from flask import render_template

from app.catalog.queries.browse import ArticlePage
from app.inventory.policy import Permission
from app.inventory.queries.arrivals import batches_of, incoming_of
from app.inventory.queries.shelves import moves, stock_of_article, warehouses
from app.web.access import actor
from app.web.slots import slot


@slot("catalog.article.main", order=20)
def stock_panel(*, page: ArticlePage) -> str | None:
    """The article in all warehouses, and what moved last."""
    if not actor().can(Permission.READ):
        return None
    return render_template(
        "inventory/_article_stock.html",
        article=page.article,
        rows=stock_of_article(actor(), page.article.id),
        places=warehouses(actor()),
        moves=moves(actor(), page.article.id, limit=8),
        batches=batches_of(actor(), page.article.id),
        coming=incoming_of(actor(), page.article.id),
        may_adjust=actor().can(Permission.ADJUST),
    )
