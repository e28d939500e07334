"""Health of the catalogue: how complete it is, and what is suspected to be wrong."""

from __future__ import annotations

from flask import Response, make_response, redirect, request, url_for

from app.core.actor import Scope
from app.insights.policy import Permission
from app.insights.queries.completeness import FACTS, completeness, least_complete
from app.insights.queries.faults import fault_kind, fault_totals, faults
from app.insights.service.faults import accept_fault, count_all, suspect_again
from app.insights.views import blueprint
from app.web.access import actor, requires
from app.web.banners import tell
from app.web.charts import bar_chart
from app.web.formats import number
from app.web.fragments import render_page
from app.web.pagination import keyset_from_request, page_of
from app.web.texts import _, language


@blueprint.get("/catalogue-health")
@requires(Permission.READ_HEALTH, scope=Scope.OPERATOR)
def health() -> Response:
    found = completeness(actor())
    bins = [(f"{10 * place}–{10 * place + 9 if place < 9 else 100}", count) for place, count in enumerate(found.bins)]
    rows = [(label, count, number(count, language())) for label, count in reversed(bins)]
    return render_page(
        "insights/health.html",
        found=found,
        chart=bar_chart(str(_("Articles by completeness")), rows, "%") if found.articles else None,
        facts=FACTS,
        totals=fault_totals(actor()),
        may_accept=actor().can(Permission.ACCEPT_FAULTS),
    )


@blueprint.post("/catalogue-health/count")
@requires(Permission.ACCEPT_FAULTS, scope=Scope.OPERATOR)
def health_count() -> Response:
    """Count all kinds now."""
    tell(_("{n} suspected faults.", n=number(sum(count_all(actor()).values()), language())))
    return make_response(redirect(url_for("insights.health"), code=303))


@blueprint.get("/catalogue-health/faults/<kind>")
@requires(Permission.READ_HEALTH, scope=Scope.OPERATOR)
def health_faults(kind: str) -> Response:
    keyset = keyset_from_request(parts=(str, str))
    rows = faults(actor(), kind, after=keyset.after, before=keyset.before, limit=keyset.limit)
    return render_page(
        "insights/health_faults.html",
        kind=kind,
        found=fault_kind(kind),
        page=page_of(rows, keyset, key=lambda row: (row.sku.upper().replace(" ", ""), row.key)),
        may_accept=actor().can(Permission.ACCEPT_FAULTS),
    )


@blueprint.post("/catalogue-health/faults/<kind>/<any(accept, again):what>")
@requires(Permission.ACCEPT_FAULTS, scope=Scope.OPERATOR)
def health_decide(kind: str, what: str) -> Response:
    """It is no fault; or it may be one after all."""
    article_id, key = request.values.get("article", 0, int), request.values.get("key", "")[:200]
    if what == "accept":
        accept_fault(actor(), kind, article_id, key)
        back = url_for("insights.health_decide", kind=kind, what="again", article=article_id, key=key)
        tell(_("It is not shown again."), undo=back)
    else:
        suspect_again(actor(), kind, article_id, key)
        tell(_("It is shown again."))
    return make_response(redirect(url_for("insights.health_faults", kind=kind), code=303))


@blueprint.get("/catalogue-health/incomplete")
@requires(Permission.READ_HEALTH, scope=Scope.OPERATOR)
def health_incomplete() -> Response:
    """The least complete articles first."""
    keyset = keyset_from_request(parts=(int, str))
    lacking = request.args.get("lacking", "")
    rows = least_complete(actor(), lacking, after=keyset.after, before=keyset.before, limit=keyset.limit)
    return render_page(
        "insights/health_incomplete.html",
        page=page_of(rows, keyset, key=lambda row: (row.score, row.sku_key)),
        lacking=lacking if lacking in FACTS else "",
        facts=FACTS,
    )
