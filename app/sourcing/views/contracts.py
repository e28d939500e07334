"""Contracts with suppliers, for both sides: list, page, drawing up, signatures, end; what was shown to the wholesaler."""

from __future__ import annotations

from datetime import date, timedelta
from io import BytesIO

from flask import Response, make_response, request, send_file

from app.core import clock
from app.core.actor import Scope
from app.core.errors import Invalid
from app.pricing.policy import Permission as Pricing
from app.sourcing.forms.awards import ContractForm, ReasonForm
from app.sourcing.policy import Permission
from app.sourcing.queries.awards import award_to_contract
from app.sourcing.queries.call_offs import call_offs_of_contract
from app.sourcing.queries.contracts import (
    STATES,
    ContractFilters,
    ContractView,
    contract,
    contracts_page,
    waiting_for,
)
from app.sourcing.service import contracts as service
from app.sourcing.service import supplier_sources
from app.sourcing.service.contracts import ContractTerms
from app.sourcing.views import blueprint
from app.sourcing.views.answers import go
from app.sourcing.views.award_words import CONTRACTS
from app.sourcing.views.contract_paper import contract_paper
from app.web.access import actor, requires
from app.web.banners import tell
from app.web.fragments import render_page
from app.web.navigation import nav_entry
from app.web.pagination import keyset_from_request, page_of
from app.web.texts import _, language, say, time_zone

READERS = (Permission.RUN, Permission.APPROVE, Permission.READ_BIDS, Pricing.EDIT)
BUYERS = (Permission.RUN, Permission.APPROVE)
UNDER = ("/contracts", "/call-offs", "/supplier/awards")

nav_entry(54, "sourcing.contracts_index", _("Contracts"), Permission.RUN, "ledger", group="more", under=UNDER)
nav_entry(
    40, "sourcing.contracts_index", _("Contracts"), Permission.READ_BIDS, "ledger", scope=Scope.TENANT, under=UNDER
)


@blueprint.get("/contracts")
@requires(*READERS)
def contracts_index() -> Response:
    state = request.args.get("state", "")
    filters = ContractFilters(request.args.get("q", "").strip()[:60], state if state in STATES else "")
    keyset = keyset_from_request(parts=(int,))
    rows = contracts_page(actor(), filters, after=keyset.after, before=keyset.before, limit=keyset.limit)
    return render_page(
        "sourcing/contracts_index.html",
        page=page_of(rows, keyset, key=lambda row: (row.id,)),
        filters=filters,
        is_filtered=filters != ContractFilters(),
        states=[("", _("All")), *((code, word) for code, (_tone, word) in CONTRACTS.items())],
        waiting=waiting_for(actor()),
        is_supplier=_is_supplier(),
    )


def _is_supplier() -> bool:
    return actor().can(Permission.READ_BIDS) and not actor().is_operator


@blueprint.route("/contracts/new/<int:award_id>", methods=["GET", "POST"])
@requires(Permission.RUN)
def contract_new(award_id: int) -> Response:
    award = award_to_contract(actor(), award_id)
    today = clock.today(time_zone())
    begin = award.contract_from or today
    end = award.contract_to or date(begin.year + 1, begin.month, min(begin.day, 28))
    form = ContractForm(valid_from=begin, valid_to=end)
    if form.validate_on_submit():
        terms = ContractTerms(
            form.valid_from.data, form.valid_to.data + timedelta(days=1), form.excess.data, form.terms.data or "",
            is_limited=form.is_limited.data,
        )  # fmt: skip
        with form.catching():
            number = service.draw_up_contract(actor(), award_id, terms)
            tell(_("{number} waits for the supplier's signature.", number=number))
            return go("sourcing.contract_show", number=number)
    return render_page("sourcing/contract_new.html", form=form, award=award, status=form.status)


@blueprint.get("/contracts/<number:number>")
@requires(*READERS)
def contract_show(number: str) -> Response:
    return _show(number)


def _show(number: str, *, problem: str = "", status: int = 200) -> Response:
    found = contract(actor(), number)
    is_buyer = found.company_id == actor().company_id
    theirs = found.signature("supplier")
    return render_page(
        "sourcing/contract_show.html",
        found=found,
        is_buyer=is_buyer,
        is_supplier=found.supplier_id == actor().company_id,
        last_day=found.valid_to - timedelta(days=1),
        may_run=is_buyer and actor().can(Permission.RUN),
        may_answer=found.supplier_id == actor().company_id and actor().can(Permission.BID) and theirs is None,
        may_countersign=theirs is not None and theirs.answer == "signed",
        may_show=is_buyer and not actor().is_operator and found.shown_at is None,
        may_take=not is_buyer and actor().is_operator and actor().can(Pricing.EDIT) and _has_room(found),
        call_offs=call_offs_of_contract(actor(), found.id),
        is_over=found.used is not None and found.used >= 100,
        problem=problem,
        status=status,
    )


def _has_room(found: ContractView) -> bool:
    return found.state == "active" and any(one.article_id and not one.price_list for one in found.prices)


@blueprint.post("/contracts/<number:number>/answer")
@requires(Permission.BID)
def contract_answer(number: str) -> Response:
    is_signed = request.form.get("do") == "sign"
    try:
        service.answer_contract(
            actor(), number, request.form.get("hash", ""), is_signed=is_signed,
            reason=request.form.get("reason", "")[:4000],
        )  # fmt: skip
    except Invalid as error:
        return _show(number, problem=say(error.message), status=422)
    tell(_("Signed. The buyer countersigns.") if is_signed else _("Refused. The buyer is told."))
    return go("sourcing.contract_show", number=number)


@blueprint.post("/contracts/<number:number>/countersign")
@requires(Permission.RUN)
def contract_countersign(number: str) -> Response:
    service.countersign(actor(), number, row_version=request.form.get("row_version", 0, type=int))
    tell(_("The contract is in force."))
    return go("sourcing.contract_show", number=number)


@blueprint.post("/contracts/<number:number>/end")
@requires(Permission.RUN)
def contract_end(number: str) -> Response:
    """Cancel before it is in force, terminate after, complete when it has run its course."""
    form, kind = ReasonForm(), request.form.get("do", "")
    reason = form.reason.data or ""
    try:
        if kind == "cancel":
            service.cancel_contract(actor(), number, reason=reason)
        elif kind == "complete":
            service.complete_contract(actor(), number)
        else:
            version = request.form.get("row_version", 0, type=int)
            service.terminate_contract(actor(), number, reason=reason, row_version=version)
    except Invalid as error:
        return _show(number, problem=say(error.message), status=422)
    tell(_("The contract has ended."))
    return go("sourcing.contract_show", number=number)


@blueprint.post("/contracts/<number:number>/show-to-wholesaler")
@requires(Permission.RUN, scope=Scope.TENANT)
def contract_show_wholesaler(number: str) -> Response:
    supplier_sources.show_to_wholesaler(actor(), number)
    tell(_("The wholesaler sees the contract now and can sell at its prices."))
    return go("sourcing.contract_show", number=number)


@blueprint.post("/contracts/<number:number>/take-into-shop")
@requires(Pricing.EDIT, scope=Scope.OPERATOR)
def contract_take(number: str) -> Response:
    try:
        supplier_sources.take_into_shop(actor(), number)
    except Invalid as error:
        return _show(number, problem=say(error.message), status=422)
    tell(_("Orders of this account in the shop now take these prices and draw on the quantities."))
    return go("sourcing.contract_show", number=number)


@blueprint.get("/contracts/<number:number>.pdf")
@requires(*READERS)
def contract_pdf(number: str) -> Response:
    data = contract_paper(contract(actor(), number), language())
    return make_response(
        send_file(BytesIO(data), mimetype="application/pdf", as_attachment=True, download_name=f"{number}.pdf")
    )
