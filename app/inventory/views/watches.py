"""A buyer's own list of articles he wants to hear of."""

from __future__ import annotations

from decimal import Decimal

from flask import Response, request

from app.catalog.queries.browse import article_page
from app.core.actor import Scope
from app.core.errors import Invalid
from app.core.quantity import QuantityRule
from app.inventory.policy import Permission
from app.inventory.queries.watches import own_watches
from app.inventory.service.watches import unwatch, watch
from app.inventory.views import blueprint
from app.inventory.views.stock import go, go_to
from app.web.access import actor, requires, safe_next
from app.web.banners import tell
from app.web.forms import parse_decimal
from app.web.fragments import render_page
from app.web.texts import _, language


@blueprint.get("/stock-notices")
@requires(Permission.WATCH, scope=Scope.TENANT)
def stock_notices() -> Response:
    return render_page("inventory/watches.html", watches=own_watches(actor()))


@blueprint.post("/stock-notices/<sku:sku>")
@requires(Permission.WATCH, scope=Scope.TENANT)
def watch_article(sku: str) -> Response:
    article = article_page(actor(), sku).article
    try:
        watch(actor(), article.id, _quantity(request.form.get("quantity", ""), article.rule))
    except Invalid as error:
        tell(error.message, "bad")
    else:
        tell(_("We tell you by mail and here when {sku} is back.", sku=article.sku))
    return _back()


@blueprint.post("/stock-notices/remove/<int:watch_id>")
@requires(Permission.WATCH, scope=Scope.TENANT)
def drop_watch(watch_id: int) -> Response:
    unwatch(actor(), watch_id)
    tell(_("Removed."))
    return go("inventory.stock_notices")


def _quantity(text: str, rule: QuantityRule) -> Decimal:
    """What was entered, in the base unit; nothing or nonsense means the smallest quantity one can order."""
    try:
        entered = parse_decimal(text, language())
    except ValueError:
        entered = Decimal(0)
    return entered if entered > 0 else rule.fit(Decimal(0)).above or Decimal(1)


def _back() -> Response:
    address = safe_next(request.form.get("next"))
    return go("inventory.stock_notices") if address is None else go_to(address)
