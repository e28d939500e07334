"""Whether prices are in order: figures on the overview, and the page behind them."""

from __future__ import annotations

from typing import Any

from flask import Response, render_template

from app.core.actor import Scope
from app.pricing.policy import Permission
from app.pricing.queries import health as queries
from app.pricing.queries.chains import chain
from app.pricing.views import blueprint
from app.pricing.views.lists import last_day
from app.web.access import actor, requires
from app.web.fragments import render_page
from app.web.pagination import keyset_from_request, page_of
from app.web.slots import slot

_CHAINS_A_PAGE = 20
_MISSING_SHOWN = 200


@slot("insights.start.figures", order=50)
def price_figures(**_context: Any) -> str | None:
    """What waits for a price manager."""
    if not actor().is_operator or not actor().can(Permission.EDIT):
        return None
    return render_template("pricing/_health_figures.html", counts=queries.price_counts(actor()))


@blueprint.get("/prices/health")
@requires(Permission.READ, scope=Scope.OPERATOR)
def price_health() -> Response:
    keyset = keyset_from_request(size=_CHAINS_A_PAGE, parts=(str,))
    rows = queries.chain_health(actor(), after=keyset.after, before=keyset.before, limit=keyset.limit)
    return render_page(
        "pricing/health.html",
        ending=queries.ending_lists(actor()),
        waiting=queries.waiting_versions(actor()),
        page=page_of(rows, keyset, key=lambda line: (line.code,)),
        last_day=last_day,
    )


@blueprint.get("/prices/health/<number:code>")
@requires(Permission.READ, scope=Scope.OPERATOR)
def price_health_chain(code: str) -> Response:
    """The articles one chain has no price for."""
    return render_page(
        "pricing/health_chain.html",
        chain=chain(actor(), code),
        rows=queries.articles_without_price(actor(), code, limit=_MISSING_SHOWN),
        shown=_MISSING_SHOWN,
    )
