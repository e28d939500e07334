"""Panels of billing on other slices' pages."""

from __future__ import annotations

from typing import Any

from flask import render_template

from app.billing.policy import Permission
from app.billing.queries.invoices import invoices_of_order
from app.billing.views.labels import STATES
from app.web.access import actor
from app.web.slots import slot


@slot("ordering.order.documents")
def invoices_panel(*, order: Any, **_context: Any) -> str | None:
    """The invoices of an order, with their downloads; orders of earlier years were invoiced elsewhere."""
    if not actor().can(Permission.READ) or order.source == "history":
        return None
    rows = invoices_of_order(actor(), order.number, order.company_id)
    return render_template("billing/_order_invoices.html", invoices=rows, states=STATES)
