"""The effect of a version of a price list: a panel on its page, and the accounts one by one."""

from __future__ import annotations

from typing import Any

from flask import Response, make_response, redirect, render_template, request, url_for

from app.core.actor import Scope
from app.core.errors import NotFound
from app.core.texts import N_
from app.insights.queries.price_effects import Effect, latest_effect
from app.insights.service.price_effects import request_effect
from app.insights.views import blueprint
from app.pricing.policy import Permission
from app.pricing.queries.versions import Series, VersionLine, series
from app.web.access import actor, requires
from app.web.fragments import render_page
from app.web.slots import slot
from app.web.texts import _

_SHOWN = 5
_PAGE = 200


@slot("pricing.version.main")
def effect_panel(*, known: Series, version: VersionLine, base: VersionLine | None, **_context: Any) -> str | None:
    """Who pays more or less by this version, as far as it was worked out."""
    if base is None:
        return None
    effect = latest_effect(actor(), version.id, version.updated_at)
    return render_template(
        "insights/_price_effect.html", version=version, effect=effect, sums=_sums(effect), shown=_SHOWN
    )


@blueprint.post("/prices/versions/<number:code>/effect")
@requires(Permission.READ, scope=Scope.OPERATOR)
def preview_prices(code: str) -> Response:
    request_effect(actor(), code)
    return make_response(redirect(url_for("insights.price_effect", code=code), code=303))


@blueprint.get("/prices/versions/<number:code>/effect")
@requires(Permission.READ, scope=Scope.OPERATOR)
def price_effect(code: str) -> Response:
    known = series(actor(), code)
    version = known.of_code(code)
    effect = latest_effect(actor(), version.id, version.updated_at)
    if effect is None:
        raise NotFound(N_("The effect of this version has not been worked out yet."))
    search, side = request.args.get("q", "").strip().lower()[:60], request.args.get("side", "")
    rows = [
        one
        for one in effect.accounts
        if (not search or search in one.name.lower() or search in one.code.lower())
        and (side != "more" or one.difference > 0 or (one.mean or 0) > 0)
        and (side != "less" or one.difference < 0 or (one.mean or 0) < 0)
    ]
    return render_page(
        "insights/price_effect.html",
        part="insights/_price_effect_accounts.html",
        known=known,
        version=version,
        effect=effect,
        sums=_sums(effect),
        rows=rows[:_PAGE],
        more=max(len(rows) - _PAGE, 0),
        search=search,
        side=side,
        sides=[("", _("all")), ("more", _("who pay more")), ("less", _("who pay less"))],
    )


def _sums(effect: Effect | None) -> dict[str, Any]:
    """How many pay more and less, and purchases before and after by currency."""
    accounts = effect.accounts if effect else ()
    money: dict[str, list[Any]] = {}
    for one in accounts:
        held = money.setdefault(one.currency, [0, 0])
        held[0] += one.before
        held[1] += one.after
    return {
        "more": sum(1 for one in accounts if one.difference > 0),
        "less": sum(1 for one in accounts if one.difference < 0),
        "accounts": len(accounts),
        "money": [(currency, before, after) for currency, (before, after) in sorted(money.items()) if before or after],
    }
