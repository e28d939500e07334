"""Auctions for the side that asks: planning, looking on, the log and the protocol."""

from __future__ import annotations

import csv
from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal
from io import BytesIO, StringIO
from typing import Any
from zoneinfo import ZoneInfo

from flask import Response, make_response, request, send_file, url_for

from app.core import clock
from app.core.errors import NotFound
from app.sourcing.domain.auction_rules import Kind
from app.sourcing.domain.auction_steps import step_range
from app.sourcing.forms.auctions import PLANS, DutchForm, EnglishForm, RoundsForm
from app.sourcing.policy import Permission
from app.sourcing.queries.auctions import (
    AuctionHead,
    auctions_of_tender,
    buyer_page,
    lines_of,
    lots_of_tender,
    own_auction,
    pulse,
)
from app.sourcing.queries.evaluation import evaluation_of
from app.sourcing.queries.evaluation_facts import own_tender
from app.sourcing.service.auction_stages import advance
from app.sourcing.service.auctions import move_auction, plan_auction
from app.sourcing.service.tender_state import tender_id_of
from app.sourcing.views import blueprint
from app.sourcing.views.answers import go
from app.sourcing.views.auction_paper import auction_record
from app.sourcing.views.auction_words import KINDS, REASONS, STAGES, STATES, next_change, rule_facts, stage_words
from app.web.access import actor, requires
from app.web.banners import tell
from app.web.fragments import render_page, render_part
from app.web.slots import slot
from app.web.texts import _, language, time_zone

WATCHING = (Permission.RUN, Permission.APPROVE, Permission.EVALUATE)
_AHEAD = timedelta(minutes=15)
PlanForm = EnglishForm | RoundsForm | DutchForm


@slot("sourcing.tender.tabs", order=65)
def auction_tab(*, tender: object, **_others: object) -> str | None:
    """A link on the page of a tender with an auction, once its bids are opened."""
    if getattr(tender, "has_auction", "none") == "none" or getattr(tender, "opened_at", None) is None:
        return None
    if getattr(tender, "company_id", None) != actor().company_id or not any(actor().can(one) for one in WATCHING):
        return None
    number = getattr(tender, "number", "")
    return str(render_page("sourcing/_auction_tab.html", number=number).get_data(as_text=True))


@blueprint.get("/tenders/<number:number>/auctions")
@requires(*WATCHING)
def auctions_index(number: str) -> Response:
    tender = own_tender(actor(), tender_id_of(actor(), number))
    found = auctions_of_tender(actor(), tender.id)
    return render_page(
        "sourcing/auctions_index.html",
        tender=tender,
        lots=lots_of_tender(actor(), tender.id),
        by_lot={lot: [one for one in found if one.lot_id == lot] for lot in {one.lot_id for one in found}},
        states=STATES,
        kinds=KINDS,
        may_plan=actor().can(Permission.RUN),
    )


@blueprint.route("/tenders/<number:number>/auctions/plan/<int:lot_id>", methods=["GET", "POST"])
@requires(Permission.RUN)
def auction_plan(number: str, lot_id: int) -> Response:
    tender = own_tender(actor(), tender_id_of(actor(), number))
    if tender.has_auction not in PLANS:
        raise NotFound
    evaluation = evaluation_of(actor(), tender.id, lot_id)
    form = PLANS[tender.has_auction](formdata=request.form or None)
    lot = next(one for one in lots_of_tender(actor(), tender.id) if one.id == lot_id)
    best = evaluation.ranked[0].price if evaluation.ranked else None
    if not form.is_submitted():
        _suggest(form, lot.step, best)
    elif form.validate():
        with form.catching():
            auction_id = plan_auction(actor(), tender.id, lot_id, form.rules(), form.moment(time_zone()))
            tell(_("The auction is planned and the bidders are called."))
            return go("sourcing.auction_show", number=number, auction_id=auction_id)
    return render_page(
        "sourcing/auction_plan.html",
        tender=tender,
        lot=lot,
        form=form,
        kind=tender.has_auction,
        kinds=KINDS,
        bidders=len(evaluation.ranked),
        best=best,
        steps=step_range(best) if best else None,
        status=form.status,
    )


def _suggest(form: PlanForm, step: Decimal | None, best: Decimal | None) -> None:
    if form.starts_at.data is None and not isinstance(form, RoundsForm):
        soon = clock.now().astimezone(ZoneInfo(time_zone())) + _AHEAD
        form.starts_at.data = soon.replace(second=0, microsecond=0, tzinfo=None)
    if isinstance(form, DutchForm):
        form.ceiling.data = form.ceiling.data or best
    else:
        form.step.data = form.step.data or step


@blueprint.route("/tenders/<number:number>/auctions/<int:auction_id>/move", methods=["GET", "POST"])
@requires(Permission.RUN)
def auction_move(number: str, auction_id: int) -> Response:
    """Another start for an auction that has not begun."""
    head = _own(number, auction_id)
    form = PLANS[head.kind](formdata=request.form or None)
    if not form.is_submitted():
        _fill(form, head)
    elif form.validate():
        with form.catching():
            moment = form.moment(time_zone()) or head.starts_at
            fresh = move_auction(actor(), auction_id, form.rules(), moment)
            tell(_("The auction is moved and the bidders are told."))
            return go("sourcing.auction_show", number=number, auction_id=fresh)
    return render_page(
        "sourcing/auction_plan.html", head=head, steps=None, form=form, kind=head.kind, kinds=KINDS, status=form.status
    )


def _fill(form: PlanForm, head: AuctionHead) -> None:
    """The rules as they are."""
    rules, soft = head.rules, head.rules.soft_close
    local: datetime = head.starts_at.astimezone(ZoneInfo(time_zone()))
    form.starts_at.data, form.shows.data = local.replace(tzinfo=None), str(rules.shows)
    if isinstance(form, DutchForm):
        form.floor.data, form.ceiling.data, form.rise.data = rules.floor, rules.ceiling, rules.rise
        form.seconds.data = rules.interval // timedelta(seconds=1)
        return
    form.step.data = rules.limit.step
    if isinstance(form, EnglishForm):
        minute = timedelta(minutes=1)
        form.minutes.data, form.beat.data, form.basis.data = rules.duration // minute, rules.limit.beat, soft.basis
        form.trigger.data, form.extension.data = soft.trigger // minute, soft.extension // minute
        form.lowest_rank.data, form.cap.data = soft.lowest_rank, soft.cap


def _own(number: str, auction_id: int) -> AuctionHead:
    head = own_auction(actor(), auction_id)
    if head.number != number:
        raise NotFound
    return head


@blueprint.get("/tenders/<number:number>/auctions/<int:auction_id>")
@requires(*WATCHING)
def auction_show(number: str, auction_id: int) -> Response:
    _own(number, auction_id)
    if pulse(auction_id).is_due:
        advance(auction_id)
    return render_page("sourcing/auction_show.html", **_shown(auction_id), facts=rule_facts, kinds=KINDS)


def _shown(auction_id: int) -> dict[str, Any]:
    page = buyer_page(actor(), auction_id)
    return {
        "page": page, "head": page.head, "states": STATES, "reasons": REASONS, "stage_kinds": STAGES,
        "stage_words": stage_words, "zone": time_zone(), "changes_at": next_change(page.head), "Kind": Kind,
        "may_move": page.head.state == "planned" and actor().can(Permission.RUN),
    }  # fmt: skip


@blueprint.get("/tenders/<number:number>/auctions/<int:auction_id>/live")
@requires(*WATCHING)
def auction_live(number: str, auction_id: int) -> Response:
    return live_answer(auction_id, lambda: render_part("sourcing/_auction_watch.html", **_shown(auction_id)))


def live_answer(auction_id: int, render: Callable[[], Response]) -> Response:
    """The part of the page when something has changed since `?since=`, else nothing; the database's time in a header."""
    beat = pulse(auction_id)
    if beat.is_due:
        advance(auction_id)
        beat = pulse(auction_id)
    is_new = request.args.get("since", type=int) != beat.revision
    answer: Response = render() if is_new else Response(status=204)
    answer.headers["X-Auction-Now"] = str(int(beat.now.timestamp() * 1000))
    answer.headers["X-Auction-Revision"] = str(beat.revision)
    answer.headers["Cache-Control"] = "no-store"
    return answer


@blueprint.get("/tenders/<number:number>/auctions/<int:auction_id>/log")
@requires(*WATCHING)
def auction_log(number: str, auction_id: int) -> Response:
    head = _own(number, auction_id)
    return render_page("sourcing/auction_log.html", head=head, lines=lines_of(auction_id), states=STATES, is_own=False,
                       back=url_for("sourcing.auction_show", number=number, auction_id=auction_id))  # fmt: skip


@blueprint.get("/tenders/<number:number>/auctions/<int:auction_id>/log.csv")
@requires(*WATCHING)
def auction_log_file(number: str, auction_id: int) -> Response:
    head = _own(number, auction_id)
    out = StringIO()
    writer = csv.writer(out)
    writer.writerow(
        ("sequence", "at", "event", "bidder", "price", "refusal", "rank", "ends_at", "extensions", "stage", "sha256")
    )
    for line in lines_of(auction_id):
        writer.writerow((
            line.sequence, line.at.isoformat(), line.event, line.number or "",
            "" if line.price is None else f"{line.price:.6f}", line.refusal, line.rank or "", line.ends_at.isoformat(),
            line.extensions, line.position, line.hash,
        ))  # fmt: skip
    answer = make_response(out.getvalue())
    answer.mimetype = "text/csv"
    answer.headers["Content-Disposition"] = f'attachment; filename="{head.number}-{head.lot_number}-auction.csv"'
    return answer


@blueprint.get("/tenders/<number:number>/auctions/<int:auction_id>/protocol.pdf")
@requires(*WATCHING)
def auction_protocol(number: str, auction_id: int) -> Response:
    head = _own(number, auction_id)
    if head.state != "ended":
        raise NotFound
    page = buyer_page(actor(), auction_id)
    data = auction_record(page, lines_of(auction_id), language())
    name = f"{head.number}-{head.lot_number}-auction.pdf"
    return send_file(BytesIO(data), "application/pdf", as_attachment=False, download_name=name)
