"""Claims: the list, complaining, the page of one, and what both sides do with it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Response, make_response, redirect, render_template, request, url_for

from app.core.actor import Scope
from app.core.errors import Conflict, Invalid, NotFound
from app.core.texts import Message
from app.fulfilment.domain.claimed import CLAIM, CLAIM_REASONS, REMEDIES, Complained, Granted
from app.fulfilment.forms.cases import CaseForm, ClaimForm
from app.fulfilment.policy import Permission
from app.fulfilment.queries.claims import (
    Claimable,
    ClaimFilter,
    cases_of_order,
    claim_counts,
    claim_id_of,
    claim_number,
    claim_page,
    claimable,
    claims_page,
    lines_in_shipment,
)
from app.fulfilment.queries.returns import shipment_id_of
from app.fulfilment.service.cases import sides_of
from app.fulfilment.service.claims import answer, ask, grant, open_claim, refuse, withdraw
from app.fulfilment.views import blueprint
from app.fulfilment.views.case_entries import attach_files, entered, options, radio, told, words_of
from app.web.access import actor, requires
from app.web.banners import tell
from app.web.forms import Form
from app.web.fragments import render_page
from app.web.pagination import keyset_from_request, page_of
from app.web.slots import slot
from app.web.texts import _, ngettext, say

_SHIPPED = ("in_delivery", "delivered", "closed")


@blueprint.get("/claims")
@requires(Permission.READ)
def claims() -> Response:
    show, counts = request.args.get("show", ""), claim_counts(actor())
    mine = "opened" if actor().is_operator else "asked"
    views: dict[str, tuple[str, tuple[str, ...]]] = {
        "": (_("Open"), CLAIM.open_states),
        "waiting": (_("For you to do"), (mine,)),
        "all": (_("All"), ()),
    }
    show = show if show in views else ""
    text, keyset = request.args.get("q", "").strip()[:60], keyset_from_request(parts=(int,))
    after, before = ((int(key[0]),) if key else None for key in (keyset.after, keyset.before))
    rows = claims_page(
        actor(), ClaimFilter(views[show][1], text), after=after, before=before, limit=keyset.limit
    )  # fmt: skip
    return render_page(
        "fulfilment/claims_index.html",
        page=page_of(rows, keyset, key=lambda row: (row.id,)),
        views=[
            (label, url_for("fulfilment.claims", show=code or None), code == show,
             counts.get(mine, 0) if code == "waiting" else 0)
            for code, (label, _states) in views.items()
        ],
        show=show,
        text=text,
        is_operator=actor().is_operator,
        is_filtered=bool(text) or show not in ("", "all"),
        remedies=REMEDIES,
    )  # fmt: skip


def _asked_about() -> tuple[Claimable, int | None]:
    """The order and the shipment that the address names; of a shipment only the lines it brought."""
    shipment, order = request.args.get("shipment", "")[:40], request.args.get("order", "")[:40]
    if not shipment:
        return claimable(actor(), order), None
    shipment_id = shipment_id_of(actor(), shipment)
    number, ids = lines_in_shipment(actor(), shipment_id)
    found = claimable(actor(), number)
    lines = tuple(line for line in found.lines if line.id in ids)
    return Claimable(found.order_id, found.order_number, found.company_id, lines), shipment_id


@blueprint.route("/claims/new", methods=["GET", "POST"])
@requires(Permission.RETURN, scope=Scope.TENANT)
def claim_new() -> Response:
    order, shipment_id = _asked_about()
    if not order.lines:
        raise NotFound
    form = ClaimForm()
    form.remedy.choices = radio(REMEDIES)
    if form.validate_on_submit():
        with form.catching():
            lines = [
                Complained(
                    line.id, quantity, request.form.get(f"reason-{line.id}", ""), words_of(f"note-{line.id}", 300)
                )
                for line in order.lines
                if (quantity := entered(f"quantity-{line.id}", line.position))
            ]
            made = open_claim(
                actor(), order.order_number, lines, client_ref=form.client_ref.data, remedy=form.remedy.data,
                note=form.note.data or "", shipment_id=shipment_id,
            )  # fmt: skip
            attach_files(claim_id=made)
            tell(_("We look at your claim and answer here."))
            return go(claim_number(actor(), made))
    return render_page(
        "fulfilment/claim_new.html",
        form=form,
        order=order,
        shipment=request.args.get("shipment", ""),
        reasons=options(CLAIM_REASONS),
        entered=request.form,
        status=form.status,
    )


@blueprint.get("/claims/<number:number>")
@requires(Permission.READ)
def claim_show(number: str) -> Response:
    return show_claim(number)


def show_claim(number: str, form: Form | None = None) -> Response:
    """The page of a claim for the side of the actor; what was entered and refused is kept by the fields."""
    found = claim_page(actor(), number)
    form = form or CaseForm(formdata=None)
    sides = sides_of(actor())
    return render_page(
        "fulfilment/claim_show.html",
        claim=found,
        form=form,
        possible=CLAIM.possible(found.state, sides),
        reasons=CLAIM_REASONS,
        remedies=options(REMEDIES),
        events=told(found.history, is_claim=True),
        is_operator=actor().is_operator,
        may_attach=bool(sides) and found.state not in CLAIM.ends,
        is_decided=found.state in ("granted", "partly_granted"),
        entered=request.form,
        status=form.status,
    )


def _attempt(number: str, act: Callable[[int], Any], done: Message | str) -> Response:
    form = CaseForm()
    claim_id = claim_id_of(actor(), number)
    try:
        act(claim_id)
    except Invalid as error:
        form.refuse(error)
        return show_claim(number, form)
    except Conflict as error:
        form.is_conflict = True
        form.refused.append(say(error.message))
        return show_claim(number, form)
    tell(done)
    return go(number)


def go(number: str) -> Response:
    return make_response(redirect(url_for("fulfilment.claim_show", number=number), code=303))


@blueprint.post("/claims/<number:number>/ask")
@requires(Permission.DECIDE, scope=Scope.OPERATOR)
def claim_ask(number: str) -> Response:
    return _attempt(number, lambda found: ask(actor(), found, words_of("text")), _("The question is sent."))


@blueprint.post("/claims/<number:number>/refuse")
@requires(Permission.DECIDE, scope=Scope.OPERATOR)
def claim_refuse(number: str) -> Response:
    return _attempt(number, lambda found: refuse(actor(), found, words_of("text")), _("The claim is refused."))


@blueprint.post("/claims/<number:number>/grant")
@requires(Permission.DECIDE, scope=Scope.OPERATOR)
def claim_grant(number: str) -> Response:
    lines = claim_page(actor(), number).lines
    return _attempt(
        number,
        lambda found: grant(
            actor(), found,
            {
                line.id: Granted(
                    entered(f"granted-{line.id}", line.position), entered(f"percent-{line.id}", line.position)
                )
                for line in lines
            },
            remedy=words_of("remedy", 20), text=words_of("text"),
        ),
        _("It is decided."),
    )  # fmt: skip


@blueprint.post("/claims/<number:number>/answer")
@requires(Permission.RETURN, scope=Scope.TENANT)
def claim_answer(number: str) -> Response:
    return _attempt(number, lambda found: answer(actor(), found, words_of("text")), _("The answer is sent."))


@blueprint.post("/claims/<number:number>/withdraw")
@requires(Permission.RETURN, scope=Scope.TENANT)
def claim_withdraw(number: str) -> Response:
    return _attempt(number, lambda found: withdraw(actor(), found), _("The claim is withdrawn."))


@blueprint.post("/claims/<number:number>/files")
@requires(Permission.RETURN, Permission.DECIDE, Permission.INSPECT)
def claim_files(number: str) -> Response:
    taken = attach_files(claim_id=claim_id_of(actor(), number))
    if taken:
        tell(ngettext("{n} file is added.", "{n} files are added.", taken))
    return go(number)


@slot("ordering.order.side", order=60)
def order_panel(*, order: Any, **_context: Any) -> str | None:
    """The claims about an order, and the way to complain once something of it was shipped."""
    if not actor().can(Permission.READ) or order.source == "history":
        return None
    found = cases_of_order(actor(), order.id)
    may_claim = not actor().is_operator and actor().can(Permission.RETURN) and order.state in _SHIPPED
    if not (found or may_claim):
        return None
    return render_template(
        "fulfilment/_order_claims.html",
        order=order,
        claims=[(number, CLAIM.word(state)) for number, state in found],
        may_claim=may_claim,
    )
