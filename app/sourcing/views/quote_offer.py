"""Preparing an offer: prices, ranges and alternatives by line, with cost, margin and floor beside; live totals."""

from __future__ import annotations

from datetime import timedelta

from flask import Response, request

from app.core.actor import Scope
from app.core.errors import Conflict, Invalid
from app.sourcing.policy import Permission
from app.sourcing.queries.quote_rules import quote_rules
from app.sourcing.queries.quote_versions import VersionPage, quote_preview
from app.sourcing.queries.quotes import QuotePage, quote
from app.sourcing.service.quote_offers import edit_offer, send_offer
from app.sourcing.views import blueprint
from app.sourcing.views.answers import go
from app.sourcing.views.offer_rows import OfferRow, entered_offer, entered_offers, rows_of, shown_offers, with_row
from app.sourcing.views.quote_words import local, shown_version
from app.web.access import actor, requires
from app.web.banners import tell
from app.web.fragments import render_page, render_part
from app.web.texts import _, say

_ADD, _DROP = "add:", "drop:"


@blueprint.get("/sales/quotes/<number:number>/offer")
@requires(Permission.ANSWER, scope=Scope.OPERATOR)
def sales_quote_offer(number: str) -> Response:
    found = quote(actor(), number)
    if found.working is None:
        tell(_("There is no offer in preparation. Take the request first."), "warn")
        return go("sourcing.sales_quote", number=number)
    return _form(found, rows_of(found.working, found.lines), found.working)


@blueprint.post("/sales/quotes/<number:number>/offer")
@requires(Permission.ANSWER, scope=Scope.OPERATOR)
def sales_quote_offer_save(number: str) -> Response:
    """Save, save and send, calculate, or add and remove a row, as the button says."""
    found, rows, action = quote(actor(), number), entered_offers(), request.form.get("do", "save")
    if action.startswith(_ADD):
        return _form(found, with_row(rows, action.removeprefix(_ADD)), None)
    if action.startswith(_DROP):
        return _form(found, [row for place, row in enumerate(rows) if f"{_DROP}{place}" != action], None)
    try:
        offer = entered_offer(found, rows)
        if action == "calculate":
            return _form(found, rows, quote_preview(actor(), found.id, offer))
        edit_offer(actor(), found.id, offer, row_version=shown_version())
    except (Invalid, Conflict) as error:
        return _form(found, rows, None, say(error.message), error.status)
    if action == "send":
        return _sent(number)
    tell(_("The offer is saved. The buyer does not see it yet."))
    return go("sourcing.sales_quote", number=number)


@blueprint.post("/sales/quotes/<number:number>/offer/totals")
@requires(Permission.ANSWER, scope=Scope.OPERATOR)
def sales_quote_totals(number: str) -> Response:
    """What the form comes to as it stands; nothing is stored."""
    found, refused, preview = quote(actor(), number), "", None
    try:
        preview = quote_preview(actor(), found.id, entered_offer(found, entered_offers()))
    except (Invalid, Conflict) as error:
        refused = say(error.message)
    return render_part("sourcing/_offer_changed.html", quote=found, version=preview, refused=refused)


def _sent(number: str) -> Response:
    """Send what was saved a moment ago; what keeps it from being sent is told on the page of the quote."""
    found = quote(actor(), number)
    try:
        send_offer(actor(), found.id, row_version=found.row_version)
        tell(_("The offer is sent."))
    except (Invalid, Conflict) as error:
        tell(_("The offer is saved, not sent: {reason}", reason=say(error.message)), "warn")
    return go("sourcing.sales_quote", number=number)


def _form(
    found: QuotePage, rows: list[OfferRow], version: VersionPage | None, refused: str = "", status: int = 200
) -> Response:
    held = found.working
    until = held.valid_until if held else None
    if until is None:
        until = (found.now + timedelta(days=quote_rules(actor()).validity_days)).replace(second=0, microsecond=0)
    entered = request.form if request.method == "POST" else {
        "valid_until": local(until),
        "discount_kind": held.discount_kind if held else "",
        "terms": held.terms if held else "",
        "intro": held.intro if held else "",
    }  # fmt: skip
    return render_page(
        "sourcing/quote_offer.html",
        quote=found,
        version=version,
        shown=shown_offers(found, rows),
        entered=entered,
        discount=held.discount_value if held and held.discount_kind and request.method == "GET" else None,
        refused=refused,
        row_version=shown_version() if request.method == "POST" else found.row_version,
        counters={one.line_id: one for one in found.counters if one.version == found.current_version},
        status=status,
    )
