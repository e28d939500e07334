"""Pages of fulfilment: shipments, picking, returns and claims."""

from __future__ import annotations

from flask import Blueprint

from app.core.actor import Scope
from app.fulfilment.policy import Permission
from app.web.navigation import nav_entry
from app.web.texts import _

blueprint = Blueprint("fulfilment", __name__)
nav_entry(
    48, "fulfilment.shipments", _("Shipments"), Permission.READ, "truck", group="more", scope=Scope.TENANT,
)  # fmt: skip
nav_entry(
    29, "fulfilment.picking_desk", _("Picking"), Permission.PICK, "box", scope=Scope.OPERATOR,
    under=("/warehouse/waves", "/warehouse/lists", "/warehouse/packing", "/warehouse/carriers"),
)  # fmt: skip
nav_entry(30, "fulfilment.warehouse_shipments", _("Shipments"), Permission.READ, "truck", scope=Scope.OPERATOR)

from app.fulfilment.views import (  # noqa: E402 -- the modules add their routes to the blueprint
    carriers,  # noqa: F401
    claims,  # noqa: F401
    figures,  # noqa: F401
    label_panel,  # noqa: F401
    order_panel,  # noqa: F401
    packing,  # noqa: F401
    picking,  # noqa: F401
    return_work,  # noqa: F401
    returns,  # noqa: F401
    shipment_work,  # noqa: F401
    shipments,  # noqa: F401
    trace_panel,  # noqa: F401
    waves,  # noqa: F401
)
