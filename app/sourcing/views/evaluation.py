"""Evaluation of a tender's opened bids: places, decisions, questions to bidders, and the record on paper."""

from __future__ import annotations

from io import BytesIO
from typing import Any
from zoneinfo import ZoneInfo

from flask import Response, make_response, render_template, request, send_file

from app.core import storage
from app.core.errors import NotFound
from app.sourcing.domain.evaluation import Flag, Ranking
from app.sourcing.forms.evaluation import AskForm, DecisionForm
from app.sourcing.policy import Permission
from app.sourcing.queries.evaluation import (
    LotEvaluation,
    TenderEvaluation,
    amount,
    clarifications_for,
    evaluated_tender,
    may_see_bids,
    shown_evaluations,
)
from app.sourcing.service.clarifications import ask_bidder, judge_explanation
from app.sourcing.service.evaluation import decide_bid, end_qualification, may_score, store_ranking
from app.sourcing.views import blueprint
from app.sourcing.views.answers import go
from app.sourcing.views.evaluation_paper import evaluation_record
from app.sourcing.views.evaluation_words import RANKINGS
from app.web.access import actor, requires
from app.web.banners import tell
from app.web.fragments import render_page
from app.web.slots import slot
from app.web.texts import _, language, time_zone

TEAM = (Permission.RUN, Permission.APPROVE, Permission.EVALUATE)
DECIDING = ("prequalification", "evaluation")


@slot("sourcing.tender.tabs", order=60)
def evaluation_tab(*, tender: Any, tab: str = "", **_others: object) -> str | None:
    """A tab on the tender's pages once bids are opened, for those who may see them."""
    if tender.opened_at is None or tender.company_id != actor().company_id or not may_see_bids(actor(), tender.id):
        return None
    return render_template("sourcing/_evaluation_tab.html", number=tender.number, is_here=tab == "evaluation")


@blueprint.get("/tenders/<number:number>/evaluation")
@requires(*TEAM)
def evaluation_show(number: str) -> Response:
    found = shown_evaluations(actor(), evaluated_tender(actor(), number))
    tender = found.facts.tender
    qualifying = [lot for lot in found.lots if lot.state == "prequalification"]
    return render_page(
        "sourcing/evaluation_show.html",
        tender=tender,
        lots=found.lots,
        ranked_by=RANKINGS[Ranking(tender.ranking)],
        is_hidden=found.are_scores_hidden,
        may_decide=actor().can(Permission.RUN) or may_score(actor(), tender.id),
        may_run=actor().can(Permission.RUN),
        may_score=may_score(actor(), tender.id),
        is_qualifying=bool(qualifying),
        is_ready=all(row.decision for lot in qualifying for row in lot.rows),
        asked=[one for one in found.facts.clarifications if one.answered_at is None],
        names={bid.id: bid.supplier_name for bid in found.facts.bids.values()},
    )


@blueprint.get("/tenders/<number:number>/evaluation/<int:lot_id>/<int:bid_id>")
@requires(*TEAM)
def evaluation_bid(number: str, lot_id: int, bid_id: int) -> Response:
    found = shown_evaluations(actor(), evaluated_tender(actor(), number))
    return _bid_page(found, lot_id, bid_id)


def _bid_page(
    found: TenderEvaluation,
    lot_id: int,
    bid_id: int,
    *,
    decision: DecisionForm | None = None,
    question: AskForm | None = None,
) -> Response:
    """One bid in one lot with what it says, and the forms, one of them perhaps with its problems."""
    tender, lot = found.facts.tender, found.lot(lot_id)
    row = lot.row(bid_id)
    form = decision or question
    decision = decision or DecisionForm(formdata=None, decision=row.decision or None, reason=row.reason)
    question = question or AskForm(formdata=None, kind="low_price" if Flag.ABNORMAL in row.flags else "question")
    requirements = [one for one in found.facts.requirements if one.lot_id in (None, lot_id)]
    return render_page(
        "sourcing/evaluation_bid.html",
        tender=tender,
        lot=lot,
        row=row,
        answers=[(one, found.facts.answers.get((bid_id, one.id))) for one in requirements],
        lines={line.id: line for line in lot.lines},
        offers=[one for one in found.facts.offers if one.bid_id == bid_id and one.lot_id == lot_id],
        cells={one.line.id: one.cells.get(bid_id) for one in lot.sheet.rows},
        amount=amount,
        scores=[] if found.are_scores_hidden else [one for one in lot.scores if one.bid_id == bid_id],
        criteria={one.id: one.title for one in lot.criteria},
        clarifications=[one for one in clarifications_for(found.facts, lot_id) if one.bid_id == bid_id],
        may_decide=lot.state in DECIDING
        and row.decision != "invalid"
        and (actor().can(Permission.RUN) or may_score(actor(), tender.id)),
        may_ask=lot.state == "evaluation" and actor().can(Permission.RUN),
        decision=decision,
        question=question,
        status=form.status if form else 200,
    )


@blueprint.get("/tenders/<number:number>/evaluation/<int:lot_id>/<int:bid_id>/files/<int:requirement_id>")
@requires(*TEAM)
def evaluation_file(number: str, lot_id: int, bid_id: int, requirement_id: int) -> Response:
    """Evidence that came with a bid."""
    found = shown_evaluations(actor(), evaluated_tender(actor(), number))
    found.lot(lot_id).row(bid_id)
    answer = found.facts.answers.get((bid_id, requirement_id))
    if answer is None or answer.file_id is None:
        raise NotFound
    file = storage.find(actor(), answer.file_id)
    return make_response(
        send_file(
            storage.open_file(file), mimetype="application/octet-stream", as_attachment=True, download_name=file.name
        )
    )


@blueprint.post("/tenders/<number:number>/evaluation/<int:lot_id>/<int:bid_id>/decide")
@requires(Permission.RUN, Permission.EVALUATE)
def evaluation_decide(number: str, lot_id: int, bid_id: int) -> Response:
    tender_id = evaluated_tender(actor(), number)
    form = DecisionForm()
    if form.validate():
        with form.catching():
            decide_bid(
                actor(), tender_id, lot_id, bid_id, decision=form.decision.data, reason=form.reason.data or ""
            )  # fmt: skip
            tell(_("Decided. The places are calculated anew."))
            return go("sourcing.evaluation_show", part=f"lot-{lot_id}", number=number)
    return _bid_page(shown_evaluations(actor(), tender_id), lot_id, bid_id, decision=form)


@blueprint.post("/tenders/<number:number>/evaluation/qualified")
@requires(Permission.RUN, Permission.EVALUATE)
def evaluation_open_prices(number: str) -> Response:
    end_qualification(actor(), evaluated_tender(actor(), number))
    tell(_("Qualification is over."))
    return go("sourcing.evaluation_show", number=number)


@blueprint.post("/tenders/<number:number>/evaluation/<int:lot_id>/<int:bid_id>/ask")
@requires(Permission.RUN)
def evaluation_ask(number: str, lot_id: int, bid_id: int) -> Response:
    tender_id = evaluated_tender(actor(), number)
    form = AskForm()
    if form.validate():
        due = form.due_at.data
        with form.catching():
            ask_bidder(
                actor(),
                tender_id,
                lot_id,
                bid_id,
                question=form.question.data,
                kind=form.kind.data,
                due_at=due.replace(tzinfo=ZoneInfo(time_zone())) if due else None,
            )
            tell(_("The bidder was asked."))
            return go("sourcing.evaluation_bid", part="questions", number=number, lot_id=lot_id, bid_id=bid_id)
    return _bid_page(shown_evaluations(actor(), tender_id), lot_id, bid_id, question=form)


@blueprint.post("/tenders/<number:number>/evaluation/explanations/<int:clarification_id>")
@requires(Permission.RUN)
def evaluation_judge(number: str, clarification_id: int) -> Response:
    is_accepted = request.form.get("accepted") == "yes"
    judge_explanation(actor(), evaluated_tender(actor(), number), clarification_id, is_accepted=is_accepted)
    tell(_("The explanation is accepted.") if is_accepted else _("The explanation is refused."))
    return go("sourcing.evaluation_show", number=number)


@blueprint.post("/tenders/<number:number>/evaluation/<int:lot_id>/store")
@requires(Permission.RUN)
def evaluation_store(number: str, lot_id: int) -> Response:
    store_ranking(actor(), evaluated_tender(actor(), number), lot_id)
    tell(_("The ranking is stored with everything it came from."))
    return go("sourcing.evaluation_show", part=f"lot-{lot_id}", number=number)


@blueprint.get("/tenders/<number:number>/evaluation.pdf")
@requires(*TEAM)
def evaluation_pdf(number: str) -> Response:
    found = shown_evaluations(actor(), evaluated_tender(actor(), number))
    pdf = evaluation_record(found, language())
    return make_response(
        send_file(
            BytesIO(pdf), mimetype="application/pdf", as_attachment=True, download_name=f"{number}-evaluation.pdf"
        )
    )


def lot_named(found: TenderEvaluation, lot_id: int | None) -> LotEvaluation:
    """The lot of an address, or the first one."""
    return found.lot(lot_id) if lot_id else found.lots[0]
