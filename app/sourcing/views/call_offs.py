"""Call-offs: a list for both sides, sending one from a contract, the supplier's answer, goods that came in."""

from __future__ import annotations

from decimal import Decimal
from io import BytesIO

from flask import Response, make_response, request, send_file

from app.accounts.queries.addresses import address, addresses
from app.core import clock
from app.core.errors import Invalid
from app.sourcing.domain.contract import Wanted
from app.sourcing.forms.awards import CallOffAnswerForm, CallOffForm, ReceiptForm
from app.sourcing.policy import Permission
from app.sourcing.queries.call_offs import CallOffFilters, call_off, call_offs_page
from app.sourcing.queries.contracts import contract
from app.sourcing.service import call_offs as service
from app.sourcing.service.call_offs import Received
from app.sourcing.views import blueprint
from app.sourcing.views.answers import go
from app.sourcing.views.award_words import CALL_OFFS
from app.sourcing.views.contract_paper import call_off_paper
from app.web.access import actor, requires
from app.web.banners import tell
from app.web.forms import choices, parse_decimal
from app.web.fragments import render_page
from app.web.pagination import keyset_from_request, page_of
from app.web.texts import _, language, say, time_zone

READERS = (Permission.RUN, Permission.APPROVE, Permission.READ_BIDS)


@blueprint.get("/call-offs")
@requires(*READERS)
def call_offs_index() -> Response:
    state = request.args.get("state", "")
    filters = CallOffFilters(request.args.get("q", "").strip()[:60], state if state in CALL_OFFS else "")
    keyset = keyset_from_request(parts=(int,))
    rows = call_offs_page(actor(), filters, after=keyset.after, before=keyset.before, limit=keyset.limit)
    return render_page(
        "sourcing/call_offs_index.html",
        page=page_of(rows, keyset, key=lambda row: (row.id,)),
        filters=filters,
        is_filtered=filters != CallOffFilters(),
        states=[("", _("All")), *((code, word) for code, (_tone, word) in CALL_OFFS.items())],
        is_supplier=actor().can(Permission.READ_BIDS) and not actor().is_operator,
    )


def _number(text: str) -> Decimal:
    try:
        return parse_decimal(text, language()) if text.strip() else Decimal(0)
    except ValueError:
        raise Invalid("quantity", say(_("“{given}” is not a number.", given=text))) from None


def _entered(prefix: str) -> dict[int, Decimal]:
    """Numbers of fields such as `take_17`, by the id in their names; blanks are left out."""
    found = {}
    for name, value in request.form.items():
        key = name.removeprefix(prefix)
        if name.startswith(prefix) and key.isdecimal() and value.strip():
            found[int(key)] = _number(value)
    return {key: value for key, value in found.items() if value}


@blueprint.route("/contracts/<number:number>/call-off", methods=["GET", "POST"])
@requires(Permission.RUN)
def call_off_new(number: str) -> Response:
    found = contract(actor(), number)
    places = addresses(actor())
    form = CallOffForm()
    form.address.choices = choices([(one.id, one.label or one.street) for one in places])
    if form.validate_on_submit():
        with form.catching():
            wanted = [Wanted(price_id, quantity) for price_id, quantity in _entered("take_").items()]
            place = address(actor(), form.address.data) if form.address.data else None
            sent = service.send_call_off(
                actor(), number, wanted, client_ref=form.client_ref.data, wanted_on=form.wanted_on.data,
                ship_to=place.as_json() if place else None, note=form.note.data or "",
            )  # fmt: skip
            for warning in sent.warnings:
                tell(say(warning), "warn")
            tell(_("{number} is sent to the supplier.", number=sent.number))
            return go("sourcing.call_off_show", number=sent.number)
    return render_page(
        "sourcing/call_off_new.html", form=form, found=found, entered=request.form, status=form.status
    )  # fmt: skip


@blueprint.get("/call-offs/<number:number>")
@requires(*READERS)
def call_off_show(number: str) -> Response:
    return _show(number)


def _show(
    number: str, *, answer: CallOffAnswerForm | None = None, receipt: ReceiptForm | None = None, problem: str = ""
) -> Response:
    found = call_off(actor(), number)
    is_buyer = found.company_id == actor().company_id
    form = answer or receipt
    return render_page(
        "sourcing/call_off_show.html",
        found=found,
        is_buyer=is_buyer,
        may_answer=found.supplier_id == actor().company_id and actor().can(Permission.BID) and found.state == "sent",
        may_run=is_buyer and actor().can(Permission.RUN) and found.state == "sent",
        answer=answer or CallOffAnswerForm(formdata=None, promised_on=found.wanted_on),
        receipt=receipt or ReceiptForm(formdata=None, received_on=clock.today(time_zone())),
        entered=request.form,
        problem=problem,
        status=422 if problem else (form.status if form else 200),
    )


@blueprint.post("/call-offs/<number:number>/answer")
@requires(Permission.BID)
def call_off_answer(number: str) -> Response:
    form = CallOffAnswerForm()
    if form.validate():
        with form.catching():
            service.answer_call_off(
                actor(), number, is_confirmed=form.answer.data == "confirmed", promised_on=form.promised_on.data,
                note=form.note.data or "",
            )  # fmt: skip
            tell(_("The buyer has your answer."))
            return go("sourcing.call_off_show", number=number)
    return _show(number, answer=form)


@blueprint.post("/call-offs/<number:number>/receive")
@requires(Permission.RUN)
def call_off_receive(number: str) -> Response:
    form = ReceiptForm()
    if form.validate():
        with form.catching():
            came, faulty = _entered("came_"), _entered("faulty_")
            rows = [Received(key, came.get(key, Decimal(0)), faulty.get(key, Decimal(0))) for key in {**came, **faulty}]
            service.receive(
                actor(), number, rows, received_on=form.received_on.data, client_ref=form.client_ref.data,
                note=form.note.data or "",
            )  # fmt: skip
            tell(_("Noted what came in."))
            return go("sourcing.call_off_show", number=number)
    return _show(number, receipt=form)


@blueprint.post("/call-offs/<number:number>/end")
@requires(Permission.RUN)
def call_off_end(number: str) -> Response:
    try:
        service.end_call_off(actor(), number, reason=request.form.get("reason", "")[:500])
    except Invalid as error:
        return _show(number, problem=say(error.message))
    tell(_("What did not come is back in the contract."))
    return go("sourcing.call_off_show", number=number)


@blueprint.get("/call-offs/<number:number>.pdf")
@requires(*READERS)
def call_off_pdf(number: str) -> Response:
    data = call_off_paper(call_off(actor(), number), language())
    return make_response(
        send_file(BytesIO(data), mimetype="application/pdf", as_attachment=True, download_name=f"{number}.pdf")
    )
