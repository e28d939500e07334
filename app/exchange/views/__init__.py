"""Pages of imports, of the messages exchanged with partners, and of the partners."""

from __future__ import annotations

from flask import Blueprint

from app.core.actor import Scope
from app.exchange.policy import Permission
from app.web.navigation import nav_entry
from app.web.texts import _

blueprint = Blueprint("exchange", __name__)
nav_entry(70, "exchange.index", _("Imports"), Permission.READ, icon="import", scope=Scope.OPERATOR)
nav_entry(
    65, "exchange.messages_index", _("Messages"), Permission.MESSAGES, icon="exchange", group="more",
    under=("/partners", "/channels", "/matches", "/punch-out/accesses"),
)  # fmt: skip

from app.exchange.views import (  # noqa: E402, F401 -- the modules add their routes to the blueprint
    channel_keys,
    columns,
    imports,
    inbound,
    matches,
    message_repair,
    message_todo,
    messages,
    one_c,
    one_c_settings,
    panels,
    partner_channels,
    partner_edit,
    partners,
    punch_out_accesses,
    punch_out_trips,
    punch_out_visit,
    runs,
)
