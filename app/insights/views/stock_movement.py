"""Stock that does not move, and who may take it."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from decimal import Decimal

from flask import Response, make_response, redirect, request, url_for

from app.core.actor import Scope
from app.core.errors import Conflict, Invalid
from app.core.tables.writing import csv_chunks
from app.insights.policy import Permission
from app.insights.queries.night import last_run
from app.insights.queries.stock_movement import (
    SORTS,
    STANDINGS,
    StockFilters,
    clearance,
    clearances,
    stock_rows,
    stock_sums,
)
from app.insights.service.clearance import drop_clearance, leave_out, propose_clearance
from app.insights.views import blueprint
from app.web.access import actor, requires
from app.web.banners import tell
from app.web.fragments import render_page
from app.web.pagination import keyset_from_request, page_of, sort_from_request
from app.web.texts import _

STANDING_WORDS = {
    "dead": ("bad", _("Does not move")),
    "slow": ("warn", _("Slow")),
    "new": ("info", _("New")),
    "moving": ("good", _("Moves")),
}
STATE_WORDS = {
    "proposed": ("seal", _("Proposed")),
    "offered": ("good", _("Offered")),
    "dropped": ("plain", _("Dropped")),
}
_MOST = 100_000
_COLUMNS = (
    "sku", "name", "unit", "on_hand", "since", "last_in", "last_out", "sold_90", "cover_days", "abc", "xyz", "standing",
    "value", "currency",
)  # fmt: skip


def _filters() -> StockFilters:
    sort = sort_from_request(SORTS, "-value")
    picked = {name: request.args.get(name, "") for name in ("standing", "abc", "xyz")}
    known = {"standing": STANDINGS, "abc": ("A", "B", "C"), "xyz": ("X", "Y", "Z")}
    picked = {name: value if value in known[name] else "" for name, value in picked.items()}
    return StockFilters(
        **picked, text=request.args.get("q", "").strip()[:60], sort=sort.column, is_descending=sort.is_descending
    )


@blueprint.get("/stock-movement")
@requires(Permission.READ_STOCK, scope=Scope.OPERATOR)
def stock_movement() -> Response:
    filters = _filters()
    keyset = keyset_from_request(parts=(str, int))
    rows = stock_rows(actor(), filters, after=keyset.after, before=keyset.before, limit=keyset.limit)
    return render_page(
        "insights/stock_movement.html",
        page=page_of(rows, keyset, key=lambda row: (row.key, row.article_id)),
        filters=filters,
        sort=sort_from_request(SORTS, "-value"),
        sums=stock_sums(actor()),
        standings=STANDING_WORDS,
        clearances=clearances(actor(), 5),
        states=STATE_WORDS,
        last_run=last_run(actor(), "stock"),
        may_propose=actor().can(Permission.PROPOSE_CLEARANCE),
        client_ref=str(uuid.uuid4()),
    )


@blueprint.get("/stock-movement.csv")
@requires(Permission.READ_STOCK, scope=Scope.OPERATOR)
def stock_movement_csv() -> Response:
    """All rows that the filters leave."""
    rows = [
        (row.sku, row.name, row.unit, row.on_hand, row.since_on, row.last_in_on, row.last_out_on, row.sold_90,
         None if row.cover_days is None else Decimal(row.cover_days), row.abc, row.xyz, row.standing, row.value,
         row.currency)
        for row in stock_rows(actor(), _filters(), limit=_MOST)
    ]  # fmt: skip
    response = Response(b"".join(csv_chunks([_COLUMNS, *rows])), mimetype="text/csv")
    response.headers.set("Content-Disposition", "attachment", filename="stock-movement.csv")
    return response


@blueprint.post("/stock-movement/<int:article_id>/clearance")
@requires(Permission.PROPOSE_CLEARANCE, scope=Scope.OPERATOR)
def clearance_propose(article_id: int) -> Response:
    """Work out who may take the stock of an article."""
    ref = f"{request.form.get('client_ref', '')[:60]}-{article_id}"
    try:
        proposal_id = propose_clearance(actor(), article_id, client_ref=ref)
    except Invalid as error:
        tell(error.message, "bad")
        return _go("insights.stock_movement")
    return _go("insights.clearance_page", proposal_id=proposal_id)


@blueprint.get("/clearances/<int:proposal_id>")
@requires(Permission.READ_STOCK, scope=Scope.OPERATOR)
def clearance_page(proposal_id: int) -> Response:
    found, lines = clearance(actor(), proposal_id)
    return render_page(
        "insights/clearance.html",
        found=found,
        lines=lines,
        states=STATE_WORDS,
        may_decide=found.state == "proposed" and actor().can(Permission.PROPOSE_CLEARANCE),
    )


@blueprint.post("/clearances/<int:proposal_id>/leave-out")
@requires(Permission.PROPOSE_CLEARANCE, scope=Scope.OPERATOR)
def clearance_leave_out(proposal_id: int) -> Response:
    """The ticked accounts do not get it."""
    picked = [int(text) for text in request.form.getlist("pick") if text.isdecimal() and len(text) < 19]
    return _decided(proposal_id, lambda: leave_out(actor(), proposal_id, picked))


@blueprint.post("/clearances/<int:proposal_id>/drop")
@requires(Permission.PROPOSE_CLEARANCE, scope=Scope.OPERATOR)
def clearance_drop(proposal_id: int) -> Response:
    return _decided(proposal_id, lambda: drop_clearance(actor(), proposal_id))


def _decided(proposal_id: int, act: Callable[[], None]) -> Response:
    try:
        act()
    except (Invalid, Conflict) as error:
        tell(error.message, "bad")
    return _go("insights.clearance_page", proposal_id=proposal_id)


def _go(endpoint: str, **values: int) -> Response:
    return make_response(redirect(url_for(endpoint, **values), code=303))  # type: ignore[arg-type]  # ids of addresses
