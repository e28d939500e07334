"""Auctions for bidders: which ones they are called to, the live page, naming a price, the own entries of the log."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from flask import Response, url_for

from app.core.actor import Scope
from app.core.errors import DomainError
from app.sourcing.domain.auction_rules import Kind
from app.sourcing.forms.auctions import BackForm, PriceForm
from app.sourcing.policy import Permission
from app.sourcing.queries.auctions import auctions_of_supplier, bidder_page, lines_of, pulse
from app.sourcing.service.auction_bids import Placed, place_auction_bid, take_back_auction_bid
from app.sourcing.service.auction_stages import advance
from app.sourcing.views import blueprint
from app.sourcing.views.answers import go
from app.sourcing.views.auction_words import KINDS, REASONS, STAGES, STATES, next_change, rule_facts, stage_words
from app.sourcing.views.auctions import live_answer
from app.web.access import actor, requires
from app.web.banners import tell
from app.web.filters import money
from app.web.fragments import render_page, render_part, wants_part
from app.web.navigation import nav_entry
from app.web.texts import _, say, time_zone

nav_entry(30, "sourcing.supplier_auctions", _("Auctions"), Permission.READ_BIDS, "clock", scope=Scope.TENANT)


@blueprint.get("/supplier/auctions")
@requires(Permission.READ_BIDS)
def supplier_auctions() -> Response:
    return render_page(
        "sourcing/supplier_auctions.html", auctions=auctions_of_supplier(actor()), states=STATES, kinds=KINDS
    )


@blueprint.get("/supplier/auctions/<int:auction_id>")
@requires(Permission.READ_BIDS)
def supplier_auction(auction_id: int) -> Response:
    if pulse(auction_id).is_due:
        advance(auction_id)
    return _page(auction_id, PriceForm(formdata=None))


def _page(auction_id: int, form: PriceForm, status: int = 200) -> Response:
    return render_page(
        "sourcing/supplier_auction.html", **_shown(auction_id), form=form, facts=rule_facts, kinds=KINDS, status=status
    )


def _shown(auction_id: int, said: Placed | None = None, problem: str = "") -> dict[str, Any]:
    page = bidder_page(actor(), auction_id)
    return {
        "page": page, "head": page.head, "states": STATES, "reasons": REASONS, "stage_kinds": STAGES,
        "stage_words": stage_words, "zone": time_zone(), "changes_at": next_change(page.head), "said": said, "problem": problem,
        "may_bid": actor().can(Permission.BID), "fresh_ref": str(uuid.uuid4()), "Kind": Kind,
    }  # fmt: skip


@blueprint.get("/supplier/auctions/<int:auction_id>/live")
@requires(Permission.READ_BIDS)
def supplier_auction_live(auction_id: int) -> Response:
    return live_answer(auction_id, lambda: render_part("sourcing/_auction_seat.html", **_shown(auction_id)))


@blueprint.post("/supplier/auctions/<int:auction_id>/bid")
@requires(Permission.BID)
def supplier_auction_bid(auction_id: int) -> Response:
    form = PriceForm()
    if not form.validate():
        if wants_part():
            problem = "; ".join(str(text) for one in form for text in one.errors)
            return _part(auction_id, None, problem, 422)
        return _page(auction_id, form, form.status)
    return _answer(auction_id, lambda: place_auction_bid(
        actor(), auction_id, form.price.data or Decimal(0), client_ref=form.client_ref.data))  # fmt: skip


@blueprint.post("/supplier/auctions/<int:auction_id>/back")
@requires(Permission.BID)
def supplier_auction_back(auction_id: int) -> Response:
    """Take back the price of the running turn."""
    form = BackForm()
    ref = form.client_ref.data if form.validate() else str(uuid.uuid4())
    return _answer(auction_id, lambda: take_back_auction_bid(actor(), auction_id, client_ref=ref))


def _answer(auction_id: int, work: Callable[[], Placed]) -> Response:
    """The live part for the script, which tells what became of the price; without a script a banner and the page."""
    try:
        placed = work()
    except DomainError as error:
        if not wants_part() or error.status not in (409, 422):
            raise
        return _part(auction_id, None, say(error.message), error.status)
    if wants_part():
        return _part(auction_id, placed, say(placed.why) if placed.why else "", 200 if placed.is_accepted else 409)
    if placed.why:
        tell(placed.why, "bad")
    elif placed.price is None:
        tell(_("Your price is taken back."))
    else:
        currency = bidder_page(actor(), auction_id).head.currency
        tell(_("Your price {price} counts.", price=money(placed.price, currency)))
    return go("sourcing.supplier_auction", auction_id=auction_id)


def _part(auction_id: int, placed: Placed | None, problem: str, status: int) -> Response:
    answer = render_part("sourcing/_auction_seat.html", status, **_shown(auction_id, placed, problem))
    if placed is not None:
        answer.headers["X-Auction-Revision"] = str(placed.revision)
        answer.headers["X-Auction-Entry"] = str(placed.sequence)
    return answer


@blueprint.get("/supplier/auctions/<int:auction_id>/log")
@requires(Permission.READ_BIDS)
def supplier_auction_log(auction_id: int) -> Response:
    head = bidder_page(actor(), auction_id).head
    lines = lines_of(auction_id, supplier_id=actor().company_id)
    return render_page("sourcing/auction_log.html", head=head, lines=lines, states=STATES, is_own=True,
                       back=url_for("sourcing.supplier_auction", auction_id=auction_id))  # fmt: skip
