"""Awarding a tender: proposal by line, decision of a second person, letters, objections; the supplier's side of it."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from io import BytesIO

from flask import Response, make_response, render_template, request, send_file

from app.core.errors import Invalid, NotFound
from app.sourcing.domain.allocation import split_by_percent
from app.sourcing.domain.award import Offered, Part, scaled
from app.sourcing.domain.tender_machine import TENDER
from app.sourcing.forms.awards import ReasonForm
from app.sourcing.policy import Permission
from app.sourcing.queries.awards import (
    LotHead,
    awards_of_tender,
    held_quantities,
    letter,
    letters_of_tender,
    lot_of_tender,
    lots_of_tender,
    objections_of_tender,
    offers_of_lot,
    own_awards,
)
from app.sourcing.queries.evaluation import evaluation_of
from app.sourcing.service import awards as service
from app.sourcing.service import objections
from app.sourcing.views import blueprint
from app.sourcing.views.answers import go
from app.sourcing.views.award_paper import award_record, letter_paper
from app.web.access import actor, requires
from app.web.banners import tell
from app.web.formats import quantity as quantity_text
from app.web.forms import parse_decimal
from app.web.fragments import render_page
from app.web.slots import slot
from app.web.texts import _, language, say

TEAM = (Permission.RUN, Permission.APPROVE)
# From here on a lot has something to show on the award page.
OPENED = ("evaluation", "auction", "award_proposed", "standstill", "awarded", "contracted", "completed")


@slot("sourcing.tender.tabs", order=70)
def award_tab(*, tender: object, tab: str = "", **_others: object) -> str | None:
    """A link on the tender's page once bids are opened."""
    if getattr(tender, "opened_at", None) is None or getattr(tender, "company_id", None) != actor().company_id:
        return None
    if not any(actor().can(one) for one in TEAM):
        return None
    return render_template("sourcing/_award_tab.html", number=tender.number, tab=tab)  # type: ignore[attr-defined]


@blueprint.get("/tenders/<number:number>/award")
@requires(*TEAM)
def award_show(number: str) -> Response:
    return _show(number)


def _show(number: str, *, problem: str = "", status: int = 200) -> Response:
    lots = lots_of_tender(actor(), number)
    head = lots[0]
    return render_page(
        "sourcing/award_show.html",
        head=head,
        lots=lots,
        awards=awards_of_tender(actor(), head.tender_id),
        objections=objections_of_tender(actor(), head.tender_id),
        letters=letters_of_tender(actor(), head.tender_id),
        opened=OPENED,
        possible={lot.lot_id: TENDER.possible(lot.state, ["buyer", "approver", "reviewer"]) for lot in lots},
        may_run=actor().can(Permission.RUN),
        may_approve=actor().can(Permission.APPROVE),
        me=actor().user_id,
        problem=problem,
        status=status,
    )


@blueprint.route("/tenders/<number:number>/award/<int:lot>", methods=["GET", "POST"])
@requires(Permission.RUN)
def award_propose(number: str, lot: int) -> Response:
    """Quantities by line and bidder; `?share_<bid>=50` fills them in by percent, whole packs for the better rank first."""
    head = lot_of_tender(actor(), number, lot)
    TENDER.target(head.state, "propose_award", "buyer")
    problem = ""
    if request.method == "POST":
        version = request.form.get("row_version", type=int)
        reason = request.form.get("reason", "")[:4000]
        try:
            service.propose_award(
                actor(), head.tender_id, head.lot_id, _parts(), reason=reason, row_version=version
            )  # fmt: skip
        except Invalid as error:
            problem = say(error.message)
        else:
            tell(_("The award is proposed. Somebody else decides on it."))
            return go("sourcing.award_show", part=f"lot-{lot}", number=number)
    return _proposal(head, problem)


def _number(text: str) -> Decimal:
    try:
        return parse_decimal(text, language()) if text.strip() else Decimal(0)
    except ValueError:
        raise Invalid("quantity", say(_("“{given}” is not a number.", given=text))) from None


def _parts() -> list[Part]:
    return [
        Part(int(name.removeprefix("take_")), _number(value))
        for name, value in request.form.items()
        if name.startswith("take_") and name.removeprefix("take_").isdecimal()
    ]


def _proposal(head: LotHead, problem: str) -> Response:
    found = evaluation_of(actor(), head.tender_id, head.lot_id)
    offers = offers_of_lot(actor(), head.lot_id)
    held = held_quantities(head.lot_id)
    ranked = found.ranked
    shares = {row.bid_id: request.args.get(f"share_{row.bid_id}", "")[:12] for row in ranked}
    by_line = {
        line.id: {row.bid_id: [one for one in offers.values() if (one.line_id, one.bid_id) == (line.id, row.bid_id)]
                  for row in ranked}
        for line in found.lines
    }  # fmt: skip
    factors = service.auction_factors(found)
    free = {line.id: line.quantity - held.get(line.id, Decimal(0)) for line in found.lines}
    taken: Mapping[int, str] = {}
    rests: Mapping[int, Decimal] = {}
    try:
        wanted = {bid_id: _number(text) for bid_id, text in shares.items()}
        if request.method == "POST":
            taken = {int(name.removeprefix("take_")): value for name, value in request.form.items()
                     if name.startswith("take_") and name.removeprefix("take_").isdecimal()}  # fmt: skip
        else:
            taken, rests = _filled(by_line, free, wanted)
    except Invalid as error:
        problem = say(error.message)
    return render_page(
        "sourcing/award_propose.html",
        head=head,
        found=found,
        ranked=ranked,
        by_line=by_line,
        prices={one.id: scaled(one.terms.unit_price, factors.get(one.bid_id)) for one in offers.values()},
        free=free,
        taken=taken,
        rests=rests,
        shares=shares,
        pack=request.args.get("pack", "1")[:12],
        reason=request.form.get("reason", ""),
        problem=problem,
        status=422 if problem else 200,
    )


def _filled(
    by_line: Mapping[int, Mapping[int, list[Offered]]], free: Mapping[int, Decimal], wanted: Mapping[int, Decimal]
) -> tuple[dict[int, str], dict[int, Decimal]]:
    """Quantities as text by offer, from the shares; without shares everything goes to the first of the ranking."""
    bids = list(wanted)
    shares = [wanted[bid] for bid in bids] if any(wanted.values()) else [Decimal(100)] + [Decimal(0)] * (len(bids) - 1)
    taken: dict[int, str] = {}
    rests: dict[int, Decimal] = {}
    pack = _number(request.args.get("pack", "1")[:12]) or Decimal(1)
    for line_id, room in free.items():
        split = split_by_percent(max(room, Decimal(0)), shares[: len(bids)], pack)
        rest = split.rest
        for bid, quantity in zip(bids, split.quantities, strict=True):
            main = by_line[line_id][bid][:1]
            if main and quantity:
                taken[main[0].id] = quantity_text(quantity, language())
            elif quantity:
                rest += quantity
        rests[line_id] = rest
    return taken, rests


@blueprint.post("/tenders/<number:number>/award/<int:lot>/decide")
@requires(Permission.APPROVE)
def award_decide(number: str, lot: int) -> Response:
    head = lot_of_tender(actor(), number, lot)
    comment = request.form.get("comment", "")[:4000]
    version = request.form.get("row_version", type=int)
    try:
        if request.form.get("do") == "approve":
            service.approve_award(actor(), head.tender_id, head.lot_id, comment=comment, row_version=version)
            tell(_("Released. Every bidder has a letter."))
        else:
            service.reject_award(actor(), head.tender_id, head.lot_id, comment=comment, row_version=version)
            tell(_("Sent back to the evaluation."))
    except Invalid as error:
        return _show(number, problem=say(error.message), status=422)
    return go("sourcing.award_show", part=f"lot-{lot}", number=number)


@blueprint.post("/tenders/<number:number>/award/revoke/<int:award_id>")
@requires(Permission.RUN)
def award_revoke(number: str, award_id: int) -> Response:
    form = ReasonForm()
    try:
        service.revoke_award(actor(), award_id, reason=form.reason.data or "")
    except Invalid as error:
        return _show(number, problem=say(error.message), status=422)
    tell(_("Taken back. The lot is evaluated again."))
    return go("sourcing.award_show", number=number)


@blueprint.post("/tenders/<number:number>/award/objections/<int:objection_id>")
@requires(*TEAM, Permission.EVALUATE)
def objection_decide(number: str, objection_id: int) -> Response:
    is_upheld = request.form.get("do") == "uphold"
    try:
        answer = request.form.get("answer", "")[:4000]
        objections.decide_objection(actor(), objection_id, is_upheld=is_upheld, answer=answer)
    except Invalid as error:
        return _show(number, problem=say(error.message), status=422)
    tell(_("Upheld. The lot is evaluated again.") if is_upheld else _("Dismissed. The award goes on."))
    return go("sourcing.award_show", number=number)


@blueprint.get("/tenders/<number:number>/award.pdf")
@requires(*TEAM)
def award_pdf(number: str) -> Response:
    lots = lots_of_tender(actor(), number)
    tender_id = lots[0].tender_id
    pdf = award_record(
        lots, awards_of_tender(actor(), tender_id), objections_of_tender(actor(), tender_id),
        letters_of_tender(actor(), tender_id), language(),
    )  # fmt: skip
    return _pdf(pdf, f"{number}-award.pdf")


@blueprint.get("/award-letters/<int:letter_id>.pdf")
@requires(*TEAM, Permission.READ_BIDS)
def award_letter(letter_id: int) -> Response:
    found = letter(actor(), letter_id)
    return _pdf(letter_paper(found, language()), f"{found.content['tender']}-{found.content['lot']}-letter.pdf")


def _pdf(data: bytes, name: str) -> Response:
    return make_response(
        send_file(BytesIO(data), mimetype="application/pdf", as_attachment=True, download_name=name)
    )  # fmt: skip


@slot("sourcing.supplier.tender", order=30)
def decision_for_bidder(*, tender_id: int, **_others: object) -> str | None:
    """On the supplier's page of a tender: the letters, its award, its objections."""
    found = letters_of_tender(actor(), tender_id)
    if not found:
        return None
    return render_template(
        "sourcing/_supplier_award.html",
        letters=found,
        awards=own_awards(actor(), tender_id),
        objections=objections_of_tender(actor(), tender_id),
        may_act=actor().can(Permission.BID),
    )


@blueprint.get("/supplier/awards")
@requires(Permission.READ_BIDS)
def supplier_awards() -> Response:
    """Every decision this supplier was told, newest first."""
    return render_page(
        "sourcing/supplier_awards.html",
        letters=letters_of_tender(actor(), None),
        awards=own_awards(actor(), None),
        objections=objections_of_tender(actor(), None),
        may_act=actor().can(Permission.BID),
    )


@blueprint.post("/supplier/awards/<int:award_id>/refuse")
@requires(Permission.BID)
def award_refuse(award_id: int) -> Response:
    service.refuse_award(actor(), award_id, reason=request.form.get("reason", "")[:4000])
    tell(_("Refused. The buyer is told."))
    return go("sourcing.supplier_awards")


@blueprint.post("/supplier/letters/<int:letter_id>/object")
@requires(Permission.BID)
def award_object(letter_id: int) -> Response:
    found = letter(actor(), letter_id)
    if found.supplier_id != actor().company_id:
        raise NotFound
    objections.make_objection(actor(), found.tender_id, found.lot_id, request.form.get("text", "")[:4000])
    tell(_("Your objection is sent. The award waits for the decision on it."))
    return go("sourcing.supplier_awards")


@blueprint.post("/supplier/objections/<int:objection_id>/withdraw")
@requires(Permission.BID)
def objection_withdraw(objection_id: int) -> Response:
    objections.withdraw_objection(actor(), objection_id)
    tell(_("Withdrawn."))
    return go("sourcing.supplier_awards")
