"""Keys of AS2 channels: made, changed over, our certificate to give away."""

from __future__ import annotations

from flask import Response, url_for

from app.core.actor import Scope
from app.core.errors import NotFound
from app.exchange.policy import Permission
from app.exchange.service import channel_keys
from app.exchange.views import blueprint
from app.web.access import actor, requires
from app.web.banners import tell
from app.web.texts import _

_DONE = {
    "make": (channel_keys.make_own_key, _("The key is made. Give our certificate to the partner.")),
    "change-own": (channel_keys.change_own_key, _("Our second key signs from now on.")),
    "change-partner": (
        channel_keys.change_partner_certificate,
        _("We encrypt for the second certificate from now on."),
    ),
}


@blueprint.post("/channels/<int:channel_id>/keys/<any(make, 'change-own', 'change-partner'):what>")
@requires(Permission.PARTNERS, scope=Scope.OPERATOR)
def channel_keys_change(channel_id: int, what: str) -> Response:
    change, words = _DONE[what]
    change(actor(), channel_id)
    tell(words)
    return Response(status=303, headers={"Location": url_for("exchange.channel_show", channel_id=channel_id)})


@blueprint.get("/channels/<int:channel_id>/certificate.pem")
@requires(Permission.PARTNERS, scope=Scope.OPERATOR)
def channel_certificate(channel_id: int) -> Response:
    pem = channel_keys.own_certificate(actor(), channel_id)
    if not pem:
        raise NotFound
    response = Response(pem, content_type="application/x-pem-file")
    response.headers["Content-Disposition"] = f"attachment; filename=kontor-{channel_id}.pem"
    return response
