"""Articles beside each other. The address names them, so that a comparison can be sent to a colleague."""

from __future__ import annotations

import uuid

from flask import Response, request

from app.catalog.domain.article import key_of
from app.catalog.queries.articles import articles_by_code
from app.core.actor import Scope
from app.ordering.policy import Permission
from app.ordering.queries.compare import MOST, compare
from app.ordering.views import blueprint
from app.ordering.views.answers import go
from app.ordering.views.texts import unit_choices
from app.web.access import actor, requires
from app.web.fragments import render_page
from app.web.texts import _


@blueprint.get("/compare")
@requires(Permission.SHOP, scope=Scope.TENANT)
def comparison() -> Response:
    """Articles `a`; `add` is the number of one more; with `only` the rows that are alike are left out."""
    asked = _asked()
    more = request.args.get("add", "").strip()[:60]
    problem = ""
    if more:
        matches = articles_by_code(actor(), [more]).get(key_of(more), [])
        one = next((article for article in matches if article.is_visible and not article.is_head), None)
        if one is not None and (one.id in asked or len(asked) < MOST):
            return go("ordering.comparison", a=list(dict.fromkeys([*asked, one.id])), only=request.args.get("only"))
        if one is not None:
            problem = _("Ten articles are the most that can be compared. Take one out first.")
        else:
            problem = _("There is no article {number} to compare.", number=more)
    found = compare(actor(), asked)
    shown = [column.article for column in found.columns]
    return render_page(
        "ordering/compare.html",
        found=found,
        is_too_many=len(asked) > MOST,
        most=MOST,
        only=request.args.get("only") == "1",
        problem=problem,
        more=more,
        units={article.id: unit_choices(article) for article in shown},
        without={article.id: [other.id for other in shown if other.id != article.id] or None for article in shown},
        client_ref=str(uuid.uuid4()),
        can_buy=actor().can(Permission.FILL_CART),
    )


def _asked() -> list[int]:
    """Ids of the address, each once; what is no number is left out."""
    asked = request.args.getlist("a")[: 5 * MOST]
    return list(dict.fromkeys(int(one) for one in asked if one.isdecimal() and one.isascii() and len(one) < 19))
