"""The order of the shop: how an account sees it and why, and working it out anew."""

from __future__ import annotations

from typing import Any

from flask import Response, make_response, redirect, render_template, request, url_for

from app.accounts.queries.companies import account_id
from app.catalog.domain.article import key_of
from app.core.actor import Scope
from app.core.errors import NotFound
from app.ordering.queries.rank_reasons import Reason, first_reasons, last_run, reason
from app.ordering.queries.ranked import own_place
from app.sales.domain.ranking import WEIGHTS
from app.sales.policy import Permission
from app.sales.service.ranking import rank_now, weights_now
from app.sales.views import blueprint
from app.sales.views.campaign_words import campaign_tabs
from app.web.access import actor, requires
from app.web.banners import tell
from app.web.fragments import render_page
from app.web.slots import slot
from app.web.texts import _, say

PART_NAMES = {
    "bought": _("Bought by the account"),
    "stock": _("Stock"),
    "margin": _("Margin"),
    "promotion": _("Promotion"),
    "sold": _("Bought by many"),
}
SHOWN = 50


@blueprint.get("/sales/ranking")
@requires(Permission.EDIT_RANKING, scope=Scope.OPERATOR)
def ranking_start() -> Response:
    """The weights, the last run, and the way to an account."""
    code = request.args.get("account", "").strip()
    if code:
        return make_response(redirect(url_for("sales.ranking", code=code), code=303))
    return render_page(
        "sales/ranking_start.html",
        weights=[(say(setting.title), getattr(weights_now(), name)) for name, setting in WEIGHTS.items()],
        run=last_run(actor()),
        is_changed=_is_changed(),
        tabs_of=campaign_tabs("sales.ranking_start"),
    )


@blueprint.post("/sales/ranking/run")
@requires(Permission.EDIT_RANKING, scope=Scope.OPERATOR)
def ranking_run() -> Response:
    told = rank_now(actor())
    tell(
        _("{n} articles have their place, {own} places are of single accounts.", n=told.articles, own=told.account_rows)
    )
    return make_response(redirect(url_for("sales.ranking_start"), code=303))


@blueprint.get("/sales/ranking/<number:code>")
@requires(Permission.EDIT_RANKING, scope=Scope.OPERATOR)
def ranking(code: str) -> Response:
    """What stands first for an account, or why one article stands where it does."""
    company_id, run = account_id(actor(), code), last_run(actor())
    asked, one, is_unknown = request.args.get("article", "").strip()[:60], None, False
    rows: list[Reason] = []
    if run is not None:
        rows = first_reasons(actor(), company_id, run.weights, limit=SHOWN)
        if asked:
            try:
                one = reason(actor(), company_id, key_of(asked), run.weights)
            except NotFound:
                is_unknown = True
    return render_page(
        "sales/ranking.html",
        code=code,
        run=run,
        asked=asked,
        one=one,
        is_unknown=is_unknown,
        rows=rows,
        part_names=PART_NAMES,
    )


@slot("ordering.article.beside", order=10)
def why_here(*, article: Any, **_context: Any) -> str | None:
    """For staff who act for a buyer: where the article stands in his shop. What the place is made of stays at the desk."""
    if actor().staff_id is None:
        return None
    place, is_own = own_place(actor(), article.id)
    return render_template("sales/_why_here.html", place=place, is_own=is_own) if place else None


def _is_changed() -> bool:
    run = last_run(actor())
    return run is not None and run.weights != weights_now()
