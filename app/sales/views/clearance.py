"""From a proposed clearance to offers with one click."""

from __future__ import annotations

from flask import Response, make_response, redirect, url_for

from app.core.actor import Scope
from app.core.errors import Conflict, Invalid
from app.sales.policy import Permission
from app.sales.service import clearance as service
from app.sales.views import blueprint
from app.web.access import actor, requires
from app.web.banners import tell
from app.web.texts import ngettext


@blueprint.post("/clearances/<int:proposal_id>/offer")
@requires(Permission.EDIT_OFFERS, scope=Scope.OPERATOR)
def offer_clearance(proposal_id: int) -> Response:
    """Plan the offers; a second click changes nothing."""
    try:
        made = service.offer_clearance(actor(), proposal_id)
    except (Invalid, Conflict) as error:
        tell(error.message, "bad")
    else:
        tell(ngettext("{n} offer is planned. Release it.", "{n} offers are planned. Release them.", len(made)))
    return make_response(redirect(url_for("insights.clearance_page", proposal_id=proposal_id), code=303))
